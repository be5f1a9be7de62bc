/**
 * Rooms: who is in which, and what a person does in them. What a person says is the business of `talk` and `publisher`,
 * what others say of `room-events`; to whom an event goes is decided by a router, floodsub or gossipsub, which is told of
 * everything that happens here. Conversations with one person have no members but these two: `direct`.
 */
import type {Command, CommandOf} from '../api/command.ts';
import type {NodeEvent, RoomInfo} from '../api/event.ts';
import type {PeerMeasures} from '../api/metrics.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import {TokenBucket} from '../base/token-bucket.ts';
import type {Archive} from '../history/archive.ts';
import type {StorageFailure} from '../history/event-store.ts';
import {isDirectRoom} from '../wire/direct-room.ts';
import type {EventVerifier} from '../wire/event.ts';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import type {Receipt, Subscriptions} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {normaliseRoom} from '../wire/text.ts';
import {Audience} from './audience.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import {Directs} from './direct.ts';
import {Floodsub} from './floodsub.ts';
import {Gossipsub} from './gossipsub/gossipsub.ts';
import {Membership} from './membership.ts';
import {Notices} from './notices.ts';
import {Overlay} from './overlay.ts';
import {Publisher} from './publisher.ts';
import type {PubsubRouter} from './pubsub.ts';
import {PubsubMeter} from './pubsub-meter.ts';
import {OWN_SUBSCRIPTIONS, PEER_SUBSCRIPTIONS} from './rates.ts';
import type {Receipts} from './receipts.ts';
import {refusal} from './refusal.ts';
import {Reorder} from './reorder.ts';
import type {Place, Room} from './room.ts';
import {RoomEvents, SEEN_CACHE_SIZE} from './room-events.ts';
import {RoomInfos} from './room-info.ts';
import {StorageWatch} from './storage-watch.ts';
import {TALK_COMMANDS, Talk} from './talk.ts';

export type RoomsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly receipts: Receipts;
	readonly rooms: readonly string[];
	readonly random: Random;
	readonly pubsub: 'gossipsub' | 'floodsub';
	readonly verify: EventVerifier;
	/** When somebody was last connected to us, Unix milliseconds. */
	readonly lastSeen?: (peer: PeerId) => number | undefined;
};

export class Rooms implements Behaviour {
	readonly name = 'rooms';
	readonly protocol: string;
	readonly messages = [
		...(['subscriptions', 'publish', 'receipt'] as const),
		...(['graft', 'prune', 'ihave', 'iwant', 'idontwant', 'choke', 'unchoke'] as const),
	];
	readonly commands = [...TALK_COMMANDS, 'join', 'leave', 'forget', 'rooms'] as const;
	readonly watches = ['name-changed'] as const;
	/** Conversations with one person. */
	readonly directs: Directs;
	readonly overlay: Overlay;
	readonly talk: Talk;

	readonly #options: RoomsOptions;
	readonly #membership = new Membership();
	readonly #audience: Audience;
	readonly #infos: RoomInfos;
	readonly #notices: Notices;
	readonly #router: PubsubRouter;
	readonly #publisher: Publisher;
	readonly #events: RoomEvents;
	readonly #reorder: Reorder;
	readonly #storage = new StorageWatch();
	readonly #meter: PubsubMeter;
	readonly #rooms = new Map<string, Room>();
	readonly #ownChanges = new TokenBucket(OWN_SUBSCRIPTIONS);
	/** Of each connected peer. */
	readonly #peerChanges = new Map<PeerId, TokenBucket>();

	constructor(options: RoomsOptions) {
		const {view, archive, random} = options;
		const [membership, storage] = [this.#membership, this.#storage];
		const seen = new BoundedMap<string, string>(SEEN_CACHE_SIZE);
		const meter = new PubsubMeter(messageId => seen.get(messageId));
		// What came by sync was never seen here: it is in the archive.
		const isSeen = (room: string, messageId: string) => seen.has(messageId) || archive.has(room, messageId);
		const findRoom = (name: string) => this.#rooms.get(name);
		const Router = options.pubsub === 'floodsub' ? Floodsub : Gossipsub;
		const router = new Router({view, membership, random, isSeen});
		const audience = new Audience({view, archive, membership});
		const infos = new RoomInfos({...options, membership});
		const directs = new Directs({view, archive, infos});
		const notices = new Notices({view, archive});
		const reorder = new Reorder(options);
		const publisher = new Publisher({...options, audience, router, seen});
		this.#options = options;
		this.#audience = audience;
		this.#infos = infos;
		this.#notices = notices;
		this.#router = router;
		this.#meter = meter;
		this.#publisher = publisher;
		this.#reorder = reorder;
		this.talk = new Talk({view, archive, directs, infos, notices, publisher, storage, findRoom});
		this.#events = new RoomEvents({
			...options,
			membership,
			audience,
			directs,
			meter,
			router,
			storage,
			reorder,
			seen,
			findRoom,
		});
		this.directs = directs;
		this.overlay = new Overlay(this.#rooms, membership, router, meter);
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
			mesh: this.#router.mesh(room).length,
			...this.#meter.room(room),
		}));
		return {pubsub: {router: this.#router.name, rooms, ...this.#meter.totals()}};
	}

	measured(peer: PeerId): Partial<PeerMeasures> {
		return this.overlay.measured(peer);
	}

	#handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return this.#start(now);
			case 'connected':
				this.#peerChanges.set(input.peer, new TokenBucket(PEER_SUBSCRIPTIONS));
				this.#router.connected(input.peer, input.address, input.direction, now);
				return [...this.#greet(input.peer), ...this.directs.connected(input.peer)];
			case 'moved':
				return [...this.#greet(input.peer), ...this.#router.moved(input.peer, now)];
			case 'disconnected':
				return this.#disconnected(input.peer, now);
			case 'message':
				return this.#message(input, now);
			case 'timer':
				return this.#timer(input.timer, now);
			case 'committed':
				return this.#committed(input.failure, now);
			case 'event':
				return this.talk.renamed(this.#rooms.values());
			case 'command':
				return this.#command(input.command, input.timestamp, now);
			default:
				return [];
		}
	}

	#start(now: Instant): BehaviourOutput[] {
		const rooms = this.#options.rooms.map(normaliseRoom);
		const joined = rooms.flatMap(room => [...this.#enter(room), ...this.#router.joined(room, now)]);
		return [...joined, ...this.directs.start()];
	}

	#disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		this.#options.receipts.forget(peer);
		this.#peerChanges.delete(peer);
		return [
			...this.#left(peer, this.#membership.forget(peer), now),
			...this.directs.disconnected(peer),
			...this.#router.disconnected(peer, now),
		];
	}

	#message({peer, message}: Extract<BehaviourInput, {type: 'message'}>, now: Instant): BehaviourOutput[] {
		this.#meter.received(message);
		switch (message.type) {
			// Heard from everyone: otherwise we would not know where a peer is once it is forgiven.
			case 'subscriptions':
				return this.#subscriptions(peer, message, now);
			case 'receipt':
				return this.#receipt(peer, message, now);
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

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		if (this.#options.receipts.isTimer(timer)) return this.#options.receipts.timer(timer, now);
		if (this.#storage.isTimer(timer)) return this.#storage.trial();
		if (this.#events.isTimer(timer)) return this.#events.timer(timer, now);
		if (this.#reorder.isTimer(timer)) return this.#reorder.timer(now);
		return this.#router.timer(timer, now);
	}

	/** The disk has spoken: who waits is answered, in the order in which they asked. */
	#committed(failure: StorageFailure | undefined, now: Instant): BehaviourOutput[] {
		// What we had said of ourselves may be gone: looked up again with the next word.
		if (failure) for (const room of this.#rooms.values()) room.joinedAs = undefined;
		this.#options.chronicle.committed(failure === undefined);
		return [
			...this.#storage.committed(failure, now),
			...this.#publisher.committed(failure, now),
			...this.#events.committed(failure === undefined, now),
			...this.#options.receipts.committed(failure === undefined, now),
		];
	}

	#command(command: Command, timestamp: number, now: Instant): BehaviourOutput[] {
		switch (command.command) {
			case 'rooms':
				return [{type: 'reply', command, result: {rooms: this.#describe()}}];
			case 'join':
			case 'leave':
			case 'forget':
				return this.#roomCommand(command, timestamp, now);
			case 'publish':
			case 'direct':
			case 'edit':
			case 'redact':
			case 'react':
			case 'topic':
				return this.talk.handle(command, timestamp);
			default:
				return [];
		}
	}

	/** Only a member can hold a message. */
	#receipt(peer: PeerId, {room, messageIds, arrivals}: Receipt, now: Instant): BehaviourOutput[] {
		const isMember = isDirectRoom(room) ? this.directs.peerOf(room) === peer : this.#membership.has(room, peer);
		return isMember ? this.#options.receipts.received(peer, room, messageIds, now, arrivals) : [count('stray-receipt')];
	}

	// --- rooms of our own

	#roomCommand(command: CommandOf<'join' | 'leave' | 'forget'>, timestamp: number, now: Instant): BehaviourOutput[] {
		if (command.room.startsWith('@') && command.command !== 'join') return this.#directCommand(command);
		let name: string;
		try {
			name = normaliseRoom(command.room);
		} catch (error) {
			return [refusal(command, 'bad-room', error)];
		}
		const room = this.#rooms.get(name);
		if (room?.isLeaving) return [refusal(command, 'busy', `just leaving #${name}; try again in a moment`)];
		if (command.command === 'join') return this.#join(command, name, now);
		if (room) return this.#leave(command, room, timestamp, now);
		const isForgotten = command.command === 'forget' && this.#options.archive.store.room(name) !== undefined;
		if (isForgotten) return this.#forget(command, {room: name}, [emit({type: 'room-left', room: name})]);
		return [refusal(command, 'unknown-room', `not in #${name}; join it first`)];
	}

	#directCommand(command: CommandOf<'leave' | 'forget'>): BehaviourOutput[] {
		const peer = command.room.slice(1);
		if (!this.directs.has(peer)) return [refusal(command, 'unknown-room', 'no conversation with that peer')];
		if (command.command === 'forget') return this.#forget(command, {room: this.directs.roomOf(peer), peer});
		return [refusal(command, 'bad-room', 'a conversation cannot be left; forget it to delete what is here of it')];
	}

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
		this.#rooms.set(name, {name, joinedAs: undefined, hasSpoken: false, isLeaving: false});
		this.#meter.enter(name);
		this.#options.archive.open(name);
		return [emit({type: 'room-joined', room: name, ...this.#infos.opening({room: name})})];
	}

	/** Those who have heard us come hear us go, if the disk works; we leave in any case. */
	#leave(command: CommandOf<'leave' | 'forget'>, room: Room, timestamp: number, now: Instant): BehaviourOutput[] {
		if (!this.#ownChanges.take(now)) return [tooOften(command)];
		const leave = () => [
			...this.#exit(room),
			...(command.command === 'forget'
				? this.#forget(command, {room: room.name})
				: [{type: 'reply', command, result: {room: room.name}} as const]),
		];
		if (this.#storage.failure || this.#notices.joinedAs(room) === '') return leave();
		room.isLeaving = true;
		return this.#publisher.say({room: room.name}, {kind: 'leave'}, timestamp, {done: leave, failed: leave});
	}

	/** What is kept of it stays. */
	#exit({name}: Room): BehaviourOutput[] {
		this.#rooms.delete(name);
		this.#meter.leave(name);
		this.#router.left(name);
		this.#audience.left(name);
		this.#reorder.left(name);
		this.#options.archive.close(name);
		return [emit({type: 'room-left', room: name}), ...this.#tell({joined: [], left: [name]})];
	}

	#forget(command: CommandOf<'forget'>, {room, peer}: Place, also: BehaviourOutput[] = []): BehaviourOutput[] {
		const {archive, receipts} = this.#options;
		if (this.#storage.failure) return [refusal(command, 'storage', this.#storage.failure.message)];
		const left = peer === undefined ? also : this.directs.forget(peer);
		archive.forget(room);
		receipts.forgetRoom(room);
		const reply: BehaviourOutput = {type: 'reply', command, result: {room: peer === undefined ? room : `@${peer}`}};
		const failed = ({message}: StorageFailure) => [refusal(command, 'storage', message)];
		return [...left, ...this.#publisher.wait({room}, {done: () => [reply], failed})];
	}

	#tell(change: Omit<Subscriptions, 'type'>): BehaviourOutput[] {
		const peers = this.#options.view.connectedPeers();
		return peers.length === 0 ? [] : [{type: 'send', peers, message: {type: 'subscriptions', ...change}}];
	}

	#greet(peer: PeerId): BehaviourOutput[] {
		const joined = [...this.#rooms.keys()];
		return [{type: 'send', peers: [peer], message: {type: 'subscriptions', joined, left: []}}];
	}

	// --- rooms of others

	#subscriptions(peer: PeerId, message: Subscriptions, now: Instant): BehaviourOutput[] {
		const left = message.left.filter(room => this.#membership.leave(peer, room));
		const joined = message.joined.filter(room => this.#membership.join(peer, room));
		const refused = message.joined.filter(room => !this.#membership.has(room, peer)).length;
		const ours = joined.filter(room => this.#rooms.has(room));
		const outputs: BehaviourOutput[] = [
			...this.#left(peer, left, now),
			...ours.map(room => emit({type: 'member-joined', room, ...this.#infos.member(peer)})),
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

	#describe(): RoomInfo[] {
		const named = [...this.#rooms.keys()].map(room => this.#infos.describe({room}, room));
		const direct = this.directs
			.peers()
			.map(peer => this.#infos.describe({room: this.directs.roomOf(peer), peer}, `@${peer}`));
		return [...named, ...direct];
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
