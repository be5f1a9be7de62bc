/**
 * Rooms: who is in which, publishing, receiving each event once, and handing it on. An event is signed by its author
 * and travels as the exact bytes that were signed, so whoever hands it on cannot change a letter.
 */
import type {Command, CommandOf} from '../api/command.ts';
import type {ChatMessage, Member, NodeEvent} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import type {Random} from '../base/random.ts';
import {decodeEvent, eventId, signEvent, verifyEvent} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import type {Publish, Receipt, RoomEvent, Subscriptions} from '../wire/messages.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import {normaliseRoom, normaliseText} from '../wire/validate.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from './behaviour.ts';
import {Membership} from './membership.ts';
import {Floodsub, type PubsubRouter} from './pubsub.ts';
import {Receipts} from './receipts.ts';
import {refusal} from './refusal.ts';
import {RoomLog} from './room-log.ts';

/** Events remembered so that a second copy is dropped before its signature is checked. */
export const SEEN_CACHE_SIZE = 50_000;

/** Messages in one `history` reply: the default and the most. */
export const HISTORY_LIMIT_DEFAULT = 50;
export const HISTORY_LIMIT_MAX = 1_000;

export type RoomsOptions = {
	readonly view: View;
	readonly identity: Identity;
	/** This start of the program: with the sequence number it makes every event unique. */
	readonly instance: string;
	readonly rooms: readonly string[];
	readonly random: Random;
	readonly pubsub: 'gossipsub' | 'floodsub';
	readonly verify?: EventVerifier;
};

/** Whether `author` signed exactly these bytes as a room event. */
export type EventVerifier = typeof verifyEvent;

/** A room that this node is in. */
type Room = {readonly log: RoomLog; sequence: number; unread: number};

export class Rooms implements Behaviour {
	readonly name = 'rooms';
	readonly protocol = '/p2p-tui/rooms/1';
	readonly messages = ['subscriptions', 'publish', 'receipt'] as const;
	readonly commands = ['publish', 'join', 'leave', 'rooms', 'history'] as const;

	readonly #options: RoomsOptions;
	readonly #verify: EventVerifier;
	readonly #membership = new Membership();
	readonly #router: PubsubRouter = new Floodsub(this.#membership);
	readonly #receipts: Receipts;
	readonly #rooms = new Map<string, Room>();
	/** Sequence numbers of rooms left in this run: coming back must not use one again. */
	readonly #sequences = new BoundedMap<string, number>(MAX_SUBSCRIPTIONS * 4);
	/** The highest of those that were forgotten: a room that is not remembered goes on from here. */
	#forgottenSequence = 0;
	readonly #seen = new BoundedMap<string, true>(SEEN_CACHE_SIZE);

	constructor(options: RoomsOptions) {
		this.#options = options;
		this.#verify = options.verify ?? verifyEvent;
		this.#receipts = new Receipts(options.view.self);
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return this.#options.rooms.flatMap(room => this.#enter(normaliseRoom(room)));
			case 'connected':
			case 'moved':
				return this.#greet(input.peer);
			case 'disconnected':
				this.#receipts.forget(input.peer);
				return this.#left(input.peer, this.#membership.forget(input.peer));
			case 'message':
				return this.#message(input, now);
			case 'timer':
				return this.#receipts.isTimer(input.timer) ? this.#receipts.flush() : [];
			case 'command':
				return this.#command(input.command, input.timestamp);
			default:
				return [];
		}
	}

	stats(): BehaviourStats {
		const rooms = [...this.#rooms.keys()].map(room => {
			const members = this.#membership.peersIn(room).length;
			return {room, members, mesh: members, delivered: 0, duplicates: 0};
		});
		return {pubsub: {router: this.#router.name, rooms, hops: [], controlBytesIn: 0, controlBytesOut: 0}};
	}

	#message({peer, message}: Extract<BehaviourInput, {type: 'message'}>, now: Instant): BehaviourOutput[] {
		switch (message.type) {
			case 'subscriptions':
				return this.#subscriptions(peer, message);
			case 'publish':
				return this.#receive(peer, message, now);
			case 'receipt':
				return this.#receipt(peer, message);
			default:
				return [];
		}
	}

	#command(command: Command, timestamp: number): BehaviourOutput[] {
		switch (command.command) {
			case 'rooms':
				return [{type: 'reply', command, result: {rooms: [...this.#rooms].map(entry => this.#describe(...entry))}}];
			case 'publish':
			case 'join':
			case 'leave':
			case 'history':
				return this.#roomCommand(command, timestamp);
			default:
				return [];
		}
	}

	#roomCommand(command: CommandOf<'publish' | 'join' | 'leave' | 'history'>, timestamp: number): BehaviourOutput[] {
		let name: string;
		try {
			name = normaliseRoom(command.room);
		} catch (error) {
			return [refusal(command, 'bad-room', error)];
		}
		if (command.command === 'join') return this.#join(command, name);
		const room = this.#rooms.get(name);
		if (!room) return [refusal(command, 'unknown-room', `not in #${name}; join it first`)];
		switch (command.command) {
			case 'publish':
				return this.#publish(command, name, room, timestamp);
			case 'leave':
				return [...this.#exit(name, room), {type: 'reply', command, result: {room: name}}];
			case 'history':
				return this.#history(command, room);
		}
	}

	/** Only a member can hold a message. */
	#receipt(peer: PeerId, {room, messageIds}: Receipt): BehaviourOutput[] {
		if (!this.#membership.has(room, peer)) return [count('stray-receipt')];
		return this.#receipts.received(peer, room, messageIds);
	}

	// --- rooms of our own ---

	#join(command: CommandOf<'join'>, room: string): BehaviourOutput[] {
		const reply: BehaviourOutput = {type: 'reply', command, result: {room}};
		if (this.#rooms.has(room)) return [reply];
		if (this.#rooms.size >= MAX_SUBSCRIPTIONS) {
			return [refusal(command, 'busy', `already in ${MAX_SUBSCRIPTIONS} rooms; leave one first`)];
		}
		return [...this.#enter(room), ...this.#tell({joined: [room], left: []}), reply];
	}

	#enter(room: string): BehaviourOutput[] {
		if (this.#rooms.has(room)) return [];
		this.#rooms.set(room, {
			log: new RoomLog(),
			sequence: this.#sequences.get(room) ?? this.#forgottenSequence,
			unread: 0,
		});
		return [emit({type: 'room-joined', room, members: this.#members(room)})];
	}

	#exit(name: string, room: Room): BehaviourOutput[] {
		const forgotten = this.#sequences.set(name, room.sequence);
		if (forgotten) this.#forgottenSequence = Math.max(this.#forgottenSequence, forgotten[1]);
		this.#rooms.delete(name);
		return [emit({type: 'room-left', room: name}), ...this.#tell({joined: [], left: [name]})];
	}

	#tell(change: Omit<Subscriptions, 'type'>): BehaviourOutput[] {
		const peers = this.#options.view.connectedPeers();
		return peers.length === 0 ? [] : [{type: 'send', peers, message: {type: 'subscriptions', ...change}}];
	}

	#greet(peer: PeerId): BehaviourOutput[] {
		const joined = [...this.#rooms.keys()];
		return [{type: 'send', peers: [peer], message: {type: 'subscriptions', joined, left: []}}];
	}

	// --- rooms of others ---

	#subscriptions(peer: PeerId, message: Subscriptions): BehaviourOutput[] {
		const left = message.left.filter(room => this.#membership.leave(peer, room));
		const joined = message.joined.filter(room => this.#membership.join(peer, room));
		const arrivals = joined
			.filter(room => this.#rooms.has(room))
			.map(room => emit({type: 'member-joined', room, ...this.#member(peer)}));
		return [...this.#left(peer, left), ...arrivals];
	}

	#left(peer: PeerId, rooms: readonly string[]): BehaviourOutput[] {
		return rooms.filter(room => this.#rooms.has(room)).map(room => emit({type: 'member-left', room, peer}));
	}

	// --- events ---

	#publish(command: CommandOf<'publish'>, name: string, room: Room, timestamp: number): BehaviourOutput[] {
		let text: string;
		try {
			text = normaliseText(command.text);
		} catch (error) {
			return [refusal(command, 'bad-text', error)];
		}
		const {identity, instance} = this.#options;
		room.sequence += 1;
		room.unread = 0;
		const event: RoomEvent = {
			room: name,
			author: identity.peerId,
			epoch: instance,
			sequence: room.sequence,
			timestamp,
			kind: 'message',
			text,
		};
		const signed = signEvent(event, identity);
		const messageId = eventId(signed.event);
		this.#seen.set(messageId, true);
		const message = this.#keep(room, messageId, event);
		const peers = this.#router.route(name, identity.peerId, undefined);
		return [
			emit({type: 'message', ...message}),
			{type: 'send', peers, message: {type: 'publish', ...signed, hops: 0}},
			{type: 'reply', command, result: {messageId}},
			...this.#receipts.follow(messageId, name, this.#membership.peersIn(name)),
		];
	}

	#receive(source: PeerId, {event: bytes, signature, hops}: Publish, now: Instant): BehaviourOutput[] {
		const messageId = eventId(bytes);
		if (this.#seen.has(messageId)) return [count('duplicate')];
		let event: RoomEvent;
		try {
			event = decodeEvent(bytes);
		} catch (error) {
			return [count(error instanceof WireError ? error.reason : 'event')];
		}
		const room = this.#rooms.get(event.room);
		if (!room) return [count('not-subscribed')];
		// Only now, for it is the dearest check; and before the id is remembered, or a forger could block the real one.
		if (!this.#verify(bytes, signature, event.author)) {
			const reason = 'event-signature';
			return [count(reason), {type: 'disconnect', peer: source, reason, misbehaved: true}];
		}
		this.#seen.set(messageId, true);
		const message = this.#keep(room, messageId, event);
		if (!message.local) room.unread += 1;
		const peers = this.#router.route(event.room, event.author, source);
		return [
			emit({type: 'message', ...message}),
			...(peers.length > 0
				? [{type: 'send', peers, message: {type: 'publish', event: bytes, signature, hops: hops + 1}} as const]
				: []),
			...(message.local ? [] : this.#receipts.owe(event.author, event.room, messageId, now)),
		];
	}

	#keep(room: Room, messageId: string, event: RoomEvent): ChatMessage {
		const message: ChatMessage = {
			room: event.room,
			messageId,
			from: event.author,
			name: this.#member(event.author).name,
			text: event.text,
			timestamp: event.timestamp,
			seq: event.sequence,
			local: event.author === this.#options.identity.peerId,
		};
		room.log.append(message);
		return message;
	}

	#history(command: CommandOf<'history'>, room: Room): BehaviourOutput[] {
		const limit = command.limit ?? HISTORY_LIMIT_DEFAULT;
		if (!Number.isInteger(limit) || limit < 1 || limit > HISTORY_LIMIT_MAX) {
			return [refusal(command, 'bad-command', `limit must be a whole number from 1 to ${HISTORY_LIMIT_MAX}`)];
		}
		room.unread = 0;
		return [{type: 'reply', command, result: {messages: room.log.page(limit, command.before)}}];
	}

	// --- names ---

	#describe(name: string, room: Room) {
		return {room: name, name, members: this.#members(name), unread: room.unread};
	}

	#members(room: string): Member[] {
		return [this.#options.view.self, ...this.#membership.peersIn(room)].map(peer => this.#member(peer));
	}

	/** A peer that we have not met goes by its short peer id. */
	#member(peer: PeerId): Member {
		return {peer, name: this.#options.view.facts(peer).name ?? shortPeerId(peer)};
	}
}

function emit(event: NodeEvent): BehaviourOutput {
	return {type: 'emit', event};
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
