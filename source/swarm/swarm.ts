/**
 * The swarm: a whole node without I/O. It routes what happens to the behaviours, and what they want to effects; keeps
 * the connection table, the peer store, the dial policy and the discovery table. It is a function of its inputs, the
 * time and the seed: `handle(input, now) → effects`.
 *
 * Invariants:
 * 1. A behaviour sees `connected` and `disconnected` of a peer alternate, however many connections come and go.
 * 2. Frames of a connection that lost a tie-break are still read until it closes: nothing that was sent is lost.
 * 3. Bytes from the network become a typed message in `#frame` and nowhere else.
 */
import type {Command, CommandName} from '../api/command.ts';
import type {ErrorCode, Failure, NodeEvent, PeerInfo} from '../api/event.ts';
import {Counters} from '../base/counters.ts';
import {describeError, WireError} from '../base/errors.ts';
import type {Random} from '../base/random.ts';
import type {
	Behaviour,
	BehaviourInput,
	BehaviourOutput,
	BehaviourStats,
	Instant,
	View,
} from '../behaviours/behaviour.ts';
import {decodeMessage, encodeMessage} from '../wire/codec.ts';
import type {Message, MessageType} from '../wire/messages.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {PRIORITY_OF} from '../wire/priority.ts';
import {type Admission, type ConnectionRecord, ConnectionTable, LOSER_TIMEOUT} from './connection-table.ts';
import {DialPlanner} from './dial-planner.ts';
import {Discovery} from './discovery.ts';
import type {ConnectionId, Effect, SwarmInput} from './io.ts';
import {listPeers} from './peer-list.ts';
import {PeerStore} from './peer-store.ts';

/** Connections at once; more are turned away. */
export const MAX_CONNECTIONS = 512;

/**
 * Inbound connections from one IP address: keys cost nothing, so one machine could otherwise take every place. Many
 * people may sit behind one address translator, and many peers on one machine.
 */
export const MAX_INBOUND_PER_ADDRESS = 64;

/** Reasons for which the driver closes a connection that mean a broken protocol. */
const BROKEN_FRAMES: ReadonlySet<string> = new Set(['frame-length', 'no-progress']);

/** Milliseconds in which a peer that broke the protocol is not dialled again. */
export const MISBEHAVIOUR_PAUSE = 60_000;

/** Milliseconds in which a peer is not dialled again after it, or a person here, disconnected on purpose. */
export const DISCONNECT_PAUSE = 10 * 60_000;

/** The goodbye of a person who disconnects one peer and does not leave. */
const GOODBYE_DISCONNECT = 'disconnect';

export type SwarmOptions = {
	readonly self: PeerId;
	readonly instance: string;
	readonly random: Random;
	/** Multiaddrs to dial and to keep dialling. */
	readonly peers: readonly string[];
	/** Whether to announce ourselves. */
	readonly discovery: boolean;
	readonly behaviours: (view: View) => readonly Behaviour[];
};

export class Swarm {
	readonly counters = new Counters();
	readonly #options: SwarmOptions;
	readonly #store: PeerStore;
	readonly #connections: ConnectionTable;
	/** Which start of the program each connected peer is. */
	readonly #instances = new Map<PeerId, string>();
	readonly #planner: DialPlanner;
	readonly #discovery: Discovery;
	readonly #behaviours: readonly Behaviour[];
	readonly #byName: ReadonlyMap<string, Behaviour>;
	readonly #byMessage: ReadonlyMap<MessageType, Behaviour>;
	readonly #byCommand: ReadonlyMap<CommandName, Behaviour>;
	#effects: Effect[] = [];

	constructor(options: SwarmOptions) {
		const {self, instance, random} = options;
		this.#options = options;
		this.#store = new PeerStore(self);
		this.#connections = new ConnectionTable(self);
		this.#planner = new DialPlanner({self, random, store: this.#store, emit: effect => this.#effects.push(effect)});
		this.#discovery = new Discovery({self, instance, random});
		this.#behaviours = options.behaviours(this.#store);
		this.#byName = new Map(this.#behaviours.map(behaviour => [behaviour.name, behaviour]));
		this.#byMessage = new Map(this.#behaviours.flatMap(one => one.messages.map(type => [type, one])));
		this.#byCommand = new Map(this.#behaviours.flatMap(one => one.commands.map(name => [name, one])));
	}

	get view(): View {
		return this.#store;
	}

	peers(now: Instant, timestamp: number): readonly PeerInfo[] {
		return listPeers({
			store: this.#store,
			connections: this.#connections,
			isDialling: peer => this.#planner.isDialling(peer),
			discovered: this.#discovery.current(now),
			now,
			timestamp,
		});
	}

	/** What the behaviours have to say of themselves. */
	stats(): BehaviourStats {
		return Object.assign({}, ...this.#behaviours.map(behaviour => behaviour.stats?.()));
	}

	/** Effects are to be carried out in the order given. Never throws on what comes from the network. */
	handle(input: SwarmInput, now: Instant): readonly Effect[] {
		this.#effects = [];
		this.#input(input, now);
		this.#planner.run(now);
		return this.#effects;
	}

	#input(input: SwarmInput, now: Instant): void {
		switch (input.type) {
			case 'start':
				return this.#start(input.addresses, now);
			case 'connection-opened':
				return this.#opened(input, now);
			case 'connection-closed':
				return this.#closed(input.connection, input.reason, now);
			case 'dial-failed':
				return this.#planner.failed(input, now);
			case 'frame':
				return this.#frame(input.connection, input.body, now);
			case 'announcement':
				return this.#announcement(input, now);
			case 'mdns':
			case 'woke':
				return;
			case 'timer':
				return this.#timer(input.timer, now);
			case 'command':
				return this.#command(input.command, input.timestamp, now);
			case 'listening':
				return this.#listening(input.addresses, now);
			case 'stop':
				return this.#stop(now);
		}
	}

	// --- life ---

	#start(addresses: readonly string[], now: Instant): void {
		for (const address of this.#options.peers) this.#planner.given(address, now);
		this.#tellAll({type: 'start'}, now);
		this.#listening(addresses, now);
		if (this.#options.discovery) this.#announce(now);
	}

	#stop(now: Instant): void {
		this.#tellAll({type: 'stop'}, now);
		if (this.#options.discovery) this.#effects.push(this.#discovery.leave());
		for (const {connection} of this.#connections.all()) this.#close(connection, 'leaving');
	}

	#listening(addresses: readonly string[], now: Instant): void {
		const parsed = addresses.map(address => parseTcpAddress(address));
		const portOf = (family: 4 | 6) => parsed.find(address => address.family === family)?.port;
		this.#discovery.listening(portOf(4), portOf(6));
		this.#tellAll({type: 'listening', addresses}, now);
	}

	#announce(now: Instant): void {
		const {effect, nextAt} = this.#discovery.announce(now);
		this.#effects.push(effect, {type: 'schedule', timer: 'announce', at: nextAt});
	}

	#announcement(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): void {
		const {sighting, answer} = this.#discovery.heard(input, now);
		if (answer) this.#effects.push(answer);
		if (!sighting) return;
		const {peer, address, isNew} = sighting;
		const connected = this.#store.isConnected(peer);
		this.#planner.discovered(peer, address, now, isNew);
		if (isNew && !connected) this.#emit({type: 'peer-discovered', peer, address, via: 'announcement'});
	}

	// --- connections ---

	#opened(input: Extract<SwarmInput, {type: 'connection-opened'}>, now: Instant): void {
		const {connection, peer, address, direction, dial} = input;
		if (dial !== undefined) this.#planner.succeeded(dial, peer);
		if (peer === this.#options.self) return this.#turnAway(connection, 'self');
		const isCrowd = direction === 'inbound' && this.#connections.inboundFrom(address) >= MAX_INBOUND_PER_ADDRESS;
		if (isCrowd || this.#connections.size >= MAX_CONNECTIONS) return this.#turnAway(connection, 'full');
		const record: ConnectionRecord = {connection, peer, address, direction, openedAt: now};
		const before = this.#connections.primary(peer);
		const admission = this.#connections.add(record);
		if (admission.outcome === 'first') return this.#connected(record, now);
		this.#closeLoser(admission, now);
		if (this.#connections.primary(peer) !== before) this.#tellAll({type: 'moved', peer}, now);
	}

	#closeLoser(admission: Exclude<Admission, {outcome: 'first'}>, now: Instant): void {
		const {connection} = admission.loser;
		if (admission.outcome === 'replaced') return this.#close(connection, 'replaced');
		this.counters.add('duplicate-connection');
		if (admission.closeNow) return this.#close(connection, 'duplicate');
		this.#schedule(`loser ${connection}`, now + LOSER_TIMEOUT);
	}

	#turnAway(connection: ConnectionId, reason: string): void {
		this.counters.add(`connection-${reason}`);
		this.#close(connection, reason);
	}

	#connected({peer, address, direction}: ConnectionRecord, now: Instant): void {
		this.#store.connect(peer);
		this.#planner.connected(peer, now);
		this.#tellAll({type: 'connected', peer, address, direction}, now);
	}

	#closed(connection: ConnectionId, reason: string, now: Instant): void {
		this.#effects.push({type: 'cancel', timer: `loser ${connection}`});
		const removal = this.#connections.remove(connection);
		if (!removal || removal.outcome === 'spare') return;
		const {peer} = removal.record;
		if (removal.outcome === 'succeeded') return this.#tellAll({type: 'moved', peer}, now);
		this.#planner.disconnected(peer, true, now);
		if (BROKEN_FRAMES.has(reason)) this.#planner.suppress(peer, now + MISBEHAVIOUR_PAUSE);
		this.#disconnected(peer, reason, now);
	}

	/** We let a peer go: all its connections close, and the behaviours know at once. */
	#letGo(peer: PeerId, reason: string, now: Instant): void {
		if (!this.#store.isConnected(peer)) return;
		for (const {connection} of this.#connections.of(peer)) {
			this.#connections.remove(connection);
			this.#close(connection, reason);
		}
		if (reason === `goodbye: ${GOODBYE_DISCONNECT}`) this.#planner.suppress(peer, now + DISCONNECT_PAUSE);
		this.#planner.disconnected(peer, reason === 'no-heartbeat', now);
		this.#disconnected(peer, reason, now);
	}

	#disconnected(peer: PeerId, reason: string, now: Instant): void {
		this.#instances.delete(peer);
		this.#tellAll({type: 'disconnected', peer, reason}, now);
		this.#store.disconnect(peer);
	}

	#close(connection: ConnectionId, reason: string): void {
		this.#effects.push({type: 'close', connection, reason});
	}

	// --- frames ---

	#frame(connection: ConnectionId, body: Uint8Array, now: Instant): void {
		const record = this.#connections.get(connection);
		if (!record) return;
		this.#store.heard(record.peer, now);
		let message: Message | undefined;
		try {
			message = decodeMessage(body);
		} catch (error) {
			return this.#misbehaved(record.peer, error instanceof WireError ? error.reason : 'message', now);
		}
		// Whoever says goodbye on a connection that carries nothing has gone on elsewhere, or is a start that is over.
		const carries = this.#connections.primary(record.peer) === record;
		if (message?.type === 'goodbye' && !carries) return this.#close(connection, 'goodbye');
		const behaviour = message && this.#byMessage.get(message.type);
		if (!message || !behaviour) return this.counters.add('unknown-message');
		if (message.type === 'identify') this.#noteInstance(record.peer, message.instance, now);
		this.#tell(behaviour, {type: 'message', peer: record.peer, message}, now);
	}

	/** Another instance is another start of the program: what it knew of us is gone, so everything begins anew. */
	#noteInstance(peer: PeerId, instance: string, now: Instant): void {
		const before = this.#instances.get(peer);
		if (before !== undefined && before !== instance) {
			const primary = this.#connections.primary(peer);
			this.#disconnected(peer, 'restarted', now);
			if (primary) this.#connected(primary, now);
		}
		this.#instances.set(peer, instance);
	}

	#misbehaved(peer: PeerId, reason: string, now: Instant): void {
		this.counters.add(reason);
		this.#letGo(peer, reason, now);
		this.#planner.suppress(peer, now + MISBEHAVIOUR_PAUSE);
	}

	// --- timers and commands ---

	#timer(timer: string, now: Instant): void {
		const separator = timer.indexOf('/');
		if (separator > 0) {
			const behaviour = this.#byName.get(timer.slice(0, separator));
			if (behaviour) this.#tell(behaviour, {type: 'timer', timer: timer.slice(separator + 1)}, now);
		} else if (timer === 'announce') {
			this.#announce(now);
		} else if (timer.startsWith('loser ')) {
			this.#closeLeftover(Number(timer.slice('loser '.length)));
		}
	}

	/** The other side should have closed it long ago. */
	#closeLeftover(connection: ConnectionId): void {
		const record = this.#connections.get(connection);
		if (record && this.#connections.primary(record.peer) !== record) this.#close(connection, 'duplicate');
	}

	#schedule(timer: string, at: Instant): void {
		this.#effects.push({type: 'schedule', timer, at});
	}

	#command(command: Command, timestamp: number, now: Instant): void {
		const behaviour = this.#byCommand.get(command.command);
		if (behaviour) return this.#tell(behaviour, {type: 'command', command, timestamp}, now);
		switch (command.command) {
			case 'dial':
				return this.#planner.command(command, now);
			case 'peers':
				return this.#reply(command, {peers: this.peers(now, timestamp)});
			case 'disconnect':
				return this.#disconnectByHand(command, command.peer, now);
			default:
				return this.#refuse(command, 'bad-command', `nothing here answers ${command.command}`);
		}
	}

	#disconnectByHand(command: Command, peer: PeerId, now: Instant): void {
		if (!this.#store.isConnected(peer)) return this.#refuse(command, 'not-connected', 'not connected to that peer');
		this.#send([peer], {type: 'goodbye', reason: GOODBYE_DISCONNECT});
		this.#letGo(peer, GOODBYE_DISCONNECT, now);
		this.#planner.suppress(peer, now + DISCONNECT_PAUSE);
		this.#reply(command, {peer});
	}

	// --- behaviours ---

	#tellAll(input: BehaviourInput, now: Instant): void {
		for (const behaviour of this.#behaviours) this.#tell(behaviour, input, now);
	}

	#tell(behaviour: Behaviour, input: BehaviourInput, now: Instant): void {
		for (const output of behaviour.handle(input, now)) this.#output(behaviour, output, now);
	}

	#output(behaviour: Behaviour, output: BehaviourOutput, now: Instant): void {
		switch (output.type) {
			case 'send':
				return this.#send(output.peers, output.message);
			case 'schedule':
				return this.#schedule(`${behaviour.name}/${output.timer}`, output.at);
			case 'cancel':
				this.#effects.push({type: 'cancel', timer: `${behaviour.name}/${output.timer}`});
				return;
			case 'emit':
				return this.#emit(output.event);
			case 'reply':
				return this.#reply(output.command, output.result);
			case 'refuse':
				return this.#refuse(output.command, output.error.code, output.error.message);
			case 'disconnect':
				if (output.misbehaved) this.#planner.suppress(output.peer, now + MISBEHAVIOUR_PAUSE);
				return this.#letGo(output.peer, output.reason, now);
			case 'learned':
				return this.#learned(output.peer, output.facts, now);
			case 'found':
				return;
			case 'count':
				return this.counters.add(output.counter, output.by);
		}
	}

	#learned(peer: PeerId, facts: Extract<BehaviourOutput, {type: 'learned'}>['facts'], now: Instant): void {
		this.#store.learn(peer, facts);
		const remote = this.#connections.primary(peer)?.address;
		if (remote && facts.addresses) this.#planner.identified(peer, remote, facts.addresses, now);
	}

	#send(peers: readonly PeerId[], message: Message): void {
		const connections: ConnectionId[] = [];
		for (const peer of peers) {
			const record = this.#connections.primary(peer);
			if (record) connections.push(record.connection);
		}
		if (connections.length > 0) {
			const priority = PRIORITY_OF[message.type];
			this.#effects.push({type: 'send', connections, body: encodeMessage(message), priority});
		}
	}

	#emit(event: NodeEvent): void {
		this.#effects.push({type: 'emit', event});
	}

	#reply({id}: Command, result: Extract<BehaviourOutput, {type: 'reply'}>['result']): void {
		if (id !== undefined) this.#emit({type: 'reply', id, ok: true, result});
	}

	#refuse({id}: Command, code: ErrorCode, error: unknown): void {
		const failure: Failure = {code, message: typeof error === 'string' ? error : describeError(error)};
		if (id !== undefined) this.#emit({type: 'reply', id, ok: false, error: failure});
	}
}
