/**
 * Rooms: who is in which, and what a person does in them. What an event says is checked in `room-events`; to whom it goes
 * is decided by a router, floodsub or gossipsub, which is told of everything that happens here.
 */
import type {Command, CommandOf} from '../api/command.ts';
import type {Member, NodeEvent} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import {TokenBucket} from '../base/token-bucket.ts';
import {verifyEvent} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import type {Receipt, Subscriptions} from '../wire/messages.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import {normaliseRoom} from '../wire/validate.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from './behaviour.ts';
import {Floodsub} from './floodsub.ts';
import {Gossipsub} from './gossipsub/gossipsub.ts';
import {Membership} from './membership.ts';
import type {PubsubRouter} from './pubsub.ts';
import {PubsubMeter} from './pubsub-meter.ts';
import {OWN_SUBSCRIPTIONS, PEER_SUBSCRIPTIONS} from './rates.ts';
import {Receipts} from './receipts.ts';
import {refusal} from './refusal.ts';
import type {Room} from './room.ts';
import {type EventVerifier, RoomEvents, SEEN_CACHE_SIZE} from './room-events.ts';
import {RoomLog} from './room-log.ts';

export type {EventVerifier} from './room-events.ts';

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

export class Rooms implements Behaviour {
	readonly name = 'rooms';
	readonly protocol: string;
	readonly messages = [
		...(['subscriptions', 'publish', 'receipt'] as const),
		...(['graft', 'prune', 'ihave', 'iwant', 'idontwant', 'choke', 'unchoke'] as const),
	];
	readonly commands = ['publish', 'join', 'leave', 'rooms', 'history'] as const;

	readonly #options: RoomsOptions;
	readonly #membership = new Membership();
	readonly #router: PubsubRouter;
	readonly #receipts: Receipts;
	readonly #events: RoomEvents;
	readonly #meter = new PubsubMeter();
	readonly #rooms = new Map<string, Room>();
	/** Sequence numbers of rooms left in this run: coming back must not use one again. */
	readonly #sequences = new BoundedMap<string, number>(MAX_SUBSCRIPTIONS * 4);
	/** The highest of those that were forgotten: a room that is not remembered goes on from here. */
	#forgottenSequence = 0;
	readonly #ownChanges = new TokenBucket(OWN_SUBSCRIPTIONS);
	/** Of each connected peer. */
	readonly #peerChanges = new Map<PeerId, TokenBucket>();

	constructor(options: RoomsOptions) {
		const {view, identity, instance, random, verify = verifyEvent} = options;
		const membership = this.#membership;
		const seen = new BoundedMap<string, string>(SEEN_CACHE_SIZE);
		const isSeen = (messageId: string) => seen.has(messageId);
		const Router = options.pubsub === 'floodsub' ? Floodsub : Gossipsub;
		const router = new Router({view, membership, random, isSeen});
		const receipts = new Receipts(view.self);
		const [meter, findRoom] = [this.#meter, (name: string) => this.#rooms.get(name)];
		this.#options = options;
		this.#router = router;
		this.#receipts = receipts;
		this.#events = new RoomEvents({
			view,
			identity,
			instance,
			verify,
			membership,
			receipts,
			meter,
			router,
			seen,
			findRoom,
		});
		this.protocol = router.protocol;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		const outputs = this.#handle(input, now);
		this.#meter.sent(outputs, this.#options.view);
		return outputs;
	}

	stats(): BehaviourStats {
		const rooms = [...this.#rooms.keys()].map(room => ({
			room,
			members: this.#membership.peersIn(room).length,
			mesh: this.#router.meshSize(room),
			...this.#meter.room(room),
		}));
		return {pubsub: {router: this.#router.name, rooms, ...this.#meter.totals()}};
	}

	#handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return this.#options.rooms
					.map(normaliseRoom)
					.flatMap(room => [...this.#enter(room), ...this.#router.joined(room, now)]);
			case 'connected':
				this.#peerChanges.set(input.peer, new TokenBucket(PEER_SUBSCRIPTIONS));
				this.#router.connected(input.peer, input.address, input.direction, now);
				return this.#greet(input.peer);
			case 'moved':
				return [...this.#greet(input.peer), ...this.#router.moved(input.peer, now)];
			case 'disconnected':
				this.#receipts.forget(input.peer);
				this.#peerChanges.delete(input.peer);
				return [
					...this.#left(input.peer, this.#membership.forget(input.peer), now),
					...this.#router.disconnected(input.peer, now),
				];
			case 'message':
				return this.#message(input, now);
			case 'timer':
				return this.#receipts.isTimer(input.timer) ? this.#receipts.flush() : this.#router.timer(input.timer, now);
			case 'command':
				return this.#command(input.command, input.timestamp, now);
			default:
				return [];
		}
	}

	#message({peer, message}: Extract<BehaviourInput, {type: 'message'}>, now: Instant): BehaviourOutput[] {
		this.#meter.received(message);
		switch (message.type) {
			// Heard from everyone: otherwise we would not know where a peer is once it is forgiven.
			case 'subscriptions':
				return this.#subscriptions(peer, message, now);
			case 'receipt':
				return this.#receipt(peer, message);
			case 'publish':
				return this.#router.hears(peer) ? this.#events.receive(peer, message, now) : [count('graylisted')];
			case 'graft':
			case 'prune':
			case 'ihave':
			case 'iwant':
			case 'idontwant':
			case 'choke':
			case 'unchoke':
				return this.#router.hears(peer) ? this.#router.control(peer, message, now) : [count('graylisted')];
			default:
				return [];
		}
	}

	#command(command: Command, timestamp: number, now: Instant): BehaviourOutput[] {
		switch (command.command) {
			case 'rooms':
				return [{type: 'reply', command, result: {rooms: [...this.#rooms.values()].map(room => this.#describe(room))}}];
			case 'publish':
			case 'join':
			case 'leave':
			case 'history':
				return this.#roomCommand(command, timestamp, now);
			default:
				return [];
		}
	}

	#roomCommand(
		command: CommandOf<'publish' | 'join' | 'leave' | 'history'>,
		timestamp: number,
		now: Instant,
	): BehaviourOutput[] {
		let name: string;
		try {
			name = normaliseRoom(command.room);
		} catch (error) {
			return [refusal(command, 'bad-room', error)];
		}
		if (command.command === 'join') return this.#join(command, name, now);
		const room = this.#rooms.get(name);
		if (!room) return [refusal(command, 'unknown-room', `not in #${name}; join it first`)];
		switch (command.command) {
			case 'publish':
				return this.#events.publish(command, room, timestamp, now);
			case 'leave':
				if (!this.#ownChanges.take(now)) return [tooOften(command)];
				return [...this.#exit(room), {type: 'reply', command, result: {room: name}}];
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

	#join(command: CommandOf<'join'>, room: string, now: Instant): BehaviourOutput[] {
		const reply: BehaviourOutput = {type: 'reply', command, result: {room}};
		if (this.#rooms.has(room)) return [reply];
		if (this.#rooms.size >= MAX_SUBSCRIPTIONS) {
			return [refusal(command, 'busy', `already in ${MAX_SUBSCRIPTIONS} rooms; leave one first`)];
		}
		if (!this.#ownChanges.take(now)) return [tooOften(command)];
		// The others hear that we are in it before the router grafts them.
		const shown = this.#enter(room);
		return [...shown, ...this.#tell({joined: [room], left: []}), ...this.#router.joined(room, now), reply];
	}

	/** Nobody is told yet. */
	#enter(name: string): BehaviourOutput[] {
		if (this.#rooms.has(name)) return [];
		const sequence = this.#sequences.get(name) ?? this.#forgottenSequence;
		this.#rooms.set(name, {name, log: new RoomLog(), sequence, unread: 0});
		this.#meter.enter(name);
		return [emit({type: 'room-joined', room: name, members: this.#members(name)})];
	}

	#exit(room: Room): BehaviourOutput[] {
		const {name} = room;
		const forgotten = this.#sequences.set(name, room.sequence);
		if (forgotten) this.#forgottenSequence = Math.max(this.#forgottenSequence, forgotten[1]);
		this.#rooms.delete(name);
		this.#meter.leave(name);
		this.#router.left(name);
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

	#subscriptions(peer: PeerId, message: Subscriptions, now: Instant): BehaviourOutput[] {
		const left = message.left.filter(room => this.#membership.leave(peer, room));
		const joined = message.joined.filter(room => this.#membership.join(peer, room));
		const refused = message.joined.filter(room => !this.#membership.has(room, peer)).length;
		const ours = joined.filter(room => this.#rooms.has(room));
		const outputs: BehaviourOutput[] = [
			...this.#left(peer, left, now),
			...ours.map(room => emit({type: 'member-joined', room, ...this.#member(peer)})),
			...ours.flatMap(room => this.#router.memberJoined(room, peer, now)),
		];
		if (refused > 0) outputs.push(count('subscriptions-cap', refused));
		const cost = Math.max(1, left.length + joined.length);
		if (this.#peerChanges.get(peer)?.take(now, cost) ?? true) return outputs;
		const reason = 'subscriptions-flood';
		return [...outputs, count(reason), {type: 'disconnect', peer, reason, misbehaved: true}];
	}

	#left(peer: PeerId, rooms: readonly string[], now: Instant): BehaviourOutput[] {
		const ours = rooms.filter(room => this.#rooms.has(room));
		return [
			...ours.map(room => emit({type: 'member-left', room, peer})),
			...ours.flatMap(room => this.#router.memberLeft(room, peer, now)),
		];
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

	#describe({name, unread}: Room) {
		return {room: name, name, members: this.#members(name), unread};
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

function count(counter: string, by = 1): BehaviourOutput {
	return by === 1 ? {type: 'count', counter} : {type: 'count', counter, by};
}

function tooOften(command: Command): BehaviourOutput {
	return refusal(command, 'busy', 'rooms joined and left too often; wait a moment');
}
