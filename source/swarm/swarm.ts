/**
 * The swarm: a whole node without I/O. It is a function of its inputs, the time and the seed:
 * `handle(input, now) → effects`. Here inputs find the part that they concern:
 *
 *     connections   the life of connections          behaviour host   the protocols
 *     dial planner  whom to dial, and when           finder           who is there
 *
 * Bytes from the network become a typed message in `#frame` and nowhere else.
 */
import type {Command} from '../api/command.ts';
import type {PeerInfo, Stats} from '../api/event.ts';
import type {Overview, SwarmMetrics} from '../api/metrics.ts';
import {Counters} from '../base/counters.ts';
import {describeError, WireError} from '../base/errors.ts';
import type {Random} from '../base/random.ts';
import type {Behaviour, BehaviourStats, Instant, View} from '../behaviours/behaviour.ts';
import {CommonRooms} from '../behaviours/common-rooms.ts';
import type {Archive} from '../history/archive.ts';
import {decodeMessage} from '../wire/codec.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {AddressBook} from './address-book.ts';
import {BehaviourHost, type Request} from './behaviour-host.ts';
import {ConnectionManager} from './connection-manager.ts';
import {ConnectionTable} from './connection-table.ts';
import {Connections, MISBEHAVIOUR_PAUSE} from './connections.ts';
import {DialPlanner} from './dial-planner.ts';
import {Finder} from './finder.ts';
import type {ConnectionId, Effect, SwarmInput} from './io.ts';
import {DEFAULT_LIMITS, type SwarmLimits} from './limits.ts';
import {measureNetwork} from './network-metrics.ts';
import {Outbox} from './outbox.ts';
import {countPeers, listPeers} from './peer-list.ts';
import {PeerStore} from './peer-store.ts';
import {SwarmView} from './swarm-view.ts';

/** Connected peers at most, unless the options say otherwise. */
export const MAX_CONNECTIONS = DEFAULT_LIMITS.max;

/** Milliseconds after a change at which the address book is handed out to be kept. */
const REMEMBER_DELAY = 5_000;

export type SwarmOptions = {
	readonly self: PeerId;
	readonly instance: string;
	readonly random: Random;
	/** Multiaddrs to dial and to keep dialling. */
	readonly peers: readonly string[];
	/** Whether to announce ourselves. */
	readonly discovery: boolean;
	/** How many connections, where it is not the usual. */
	readonly limits?: Partial<SwarmLimits>;
	/** The wall clock, Unix milliseconds. */
	readonly wallClock: () => number;
	/** The clock of `now`, read again after the disk was waited for; without it that takes no time, as in a simulation. */
	readonly clock?: () => Instant;
	/** Where the behaviours stage what is to be kept. */
	readonly archive: Pick<Archive, 'commit'>;
	readonly behaviours: (view: View) => readonly Behaviour[];
};

export type SwarmCounts = Pick<Stats, 'peers' | 'discovery' | 'messages'>;

type Listening = Omit<Extract<SwarmInput, {type: 'listening'}>, 'type'>;

export class Swarm {
	readonly counters = new Counters();
	/** Messages by type. */
	readonly #received = new Counters();
	readonly #sent = new Counters();
	readonly #options: SwarmOptions;
	readonly #outbox = new Outbox();
	readonly #store: PeerStore;
	readonly #table: ConnectionTable;
	readonly #view: SwarmView;
	readonly #book: AddressBook;
	readonly #planner: DialPlanner;
	readonly #finder: Finder;
	readonly #connections: Connections;
	readonly #host: BehaviourHost;
	/** Where we listen; undefined before the start. */
	#addresses: readonly string[] | undefined;
	#isRemembering = false;

	constructor(options: SwarmOptions) {
		const {self, instance, random, discovery: isAnnouncing} = options;
		const [outbox, counters] = [this.#outbox, this.counters];
		const store = new PeerStore(self);
		const table = new ConnectionTable(self);
		const companions = new CommonRooms(self);
		const manager = new ConnectionManager({...DEFAULT_LIMITS, ...options.limits}, random);
		const book = new AddressBook(peer => store.isConnected(peer));
		const planner = new DialPlanner({
			self,
			random,
			store,
			book,
			outbox,
			target: manager.limits.target,
			wanting: now => manager.wanting(this.#connections.population(now)),
			hasRoom: () => store.connectedCount < manager.high,
		});
		const shared = {self, random, store, book, planner, outbox, counters};
		this.#options = options;
		this.#store = store;
		this.#table = table;
		this.#book = book;
		this.#planner = planner;
		const dialFailedAt = (peer: PeerId) => planner.failedAt(peer);
		this.#view = new SwarmView({store, connections: table, book, wallClock: options.wallClock, dialFailedAt});
		this.#connections = new Connections({
			...shared,
			table,
			manager,
			companions,
			host: () => this.#host,
			addressesFor: (peer, listenerAt) => this.#view.addressesFrom(peer, listenerAt),
		});
		this.#finder = new Finder({
			...shared,
			instance,
			isAnnouncing,
			instanceOf: peer => this.#connections.instanceOf(peer),
			addressOf: peer => table.primary(peer)?.address,
			doubt: (peer, now) => this.#connections.doubt(peer, now),
		});
		this.#host = new BehaviourHost({
			behaviours: options.behaviours(this.#view),
			outbox,
			counters,
			sent: this.#sent,
			connectionTo: peer => table.primary(peer)?.connection,
			onRequest: (request, now) => this.#request(request, now),
			onEvent: event => {
				companions.note(event);
			},
		});
	}

	get view(): View {
		return this.#view;
	}

	peers(now: Instant, timestamp: number): readonly PeerInfo[] {
		return listPeers({
			store: this.#store,
			connections: this.#table,
			isDialling: peer => this.#planner.isDialling(peer),
			discovered: this.#finder.current(now),
			viaOf: peer => (this.#planner.isWanted(peer) ? undefined : this.#finder.viaOf(peer)),
			now,
			timestamp,
		});
	}

	/**
	 * Every connected peer as it is measured; `networkReport` makes the answer of `network` of it. `timestamp` is the wall
	 * clock at `now`, Unix milliseconds: read at the same moment, for clocks of others are compared with it.
	 */
	metrics(now: Instant, timestamp: number): SwarmMetrics {
		return measureNetwork({store: this.#store, connections: this.#table, host: this.#host, now, timestamp});
	}

	/** Its share of the answer of `stats`, beside that of the behaviours. */
	counts(now: Instant): SwarmCounts {
		const [store, discovered] = [this.#store, this.#finder.current(now)];
		return {
			peers: countPeers({store, discovered, isDialling: peer => this.#planner.isDialling(peer)}),
			discovery: {...this.#finder.sizes, reached: this.#book.size, targets: this.#planner.targets},
			messages: {in: this.#received.toObject(), out: this.#sent.toObject()},
		};
	}

	/** What the behaviours have to say of themselves. */
	stats(): BehaviourStats {
		return this.#host.stats();
	}

	overview(): Overview {
		return this.#host.overview();
	}

	/** Effects are to be carried out in the order given. Never throws on what comes from the network. */
	handle(input: SwarmInput, now: Instant): readonly Effect[] {
		this.#input(input, now);
		this.#planner.run(now);
		this.#noteBook(now);
		return this.#outbox.take();
	}

	#input(input: SwarmInput, now: Instant): void {
		switch (input.type) {
			case 'start':
				return this.#start(input, now);
			case 'connection-opened':
				return this.#connections.opened(input, now);
			case 'connection-closed':
				return this.#connections.closed(input.connection, input.reason, now);
			case 'dial-failed':
				return this.#planner.failed(input, now);
			case 'frame':
				return this.#frame(input.connection, input.body, now);
			case 'announcement':
				return this.#finder.announced(input, now);
			case 'mdns':
				return this.#finder.named(input, now);
			case 'woke':
				return this.#woke(now);
			case 'timer':
				return this.#timer(input.timer, now);
			case 'command':
				return this.#command(input.command, input.timestamp, now);
			case 'listening':
				return this.#listening(input, now);
			case 'commit':
				return this.#commit(now);
			case 'files':
				return this.#host.tellFiles(input, now);
			case 'stop':
				return this.#stop(now);
		}
	}

	#start({addresses, remembered = []}: Extract<SwarmInput, {type: 'start'}>, now: Instant): void {
		for (const address of this.#options.peers) this.#planner.given(address, now);
		this.#host.tellAll({type: 'start'}, now);
		this.#listening({addresses}, now);
		this.#finder.remembered(remembered, now);
		this.#finder.announce(now);
	}

	/** Whoever waits for the disk hears of it: replies, receipts and own events leave now. */
	#commit(now: Instant): void {
		this.#outbox.committed();
		const {archive, clock} = this.#options;
		const result = archive.commit();
		// What leaves now has not been on its way while the disk wrote.
		const then = Math.max(now, clock?.() ?? now);
		this.#host.tellAll(result.ok ? {type: 'committed'} : {type: 'committed', failure: result.failure}, then);
	}

	#stop(now: Instant): void {
		this.#commit(now);
		this.#host.tellAll({type: 'stop'}, now);
		this.#finder.leave();
		this.#connections.closeAll('leaving');
		this.#remember();
	}

	#listening({addresses, hasNewLink = false}: Listening, now: Instant): void {
		const hasMoved = this.#addresses !== undefined && !isSame(this.#addresses, addresses);
		this.#addresses = addresses;
		this.#view.listening(addresses);
		this.#finder.listening(addresses);
		this.#planner.listening(addresses.map(address => parseTcpAddress(address).host));
		this.#host.tellAll({type: 'listening', addresses}, now);
		if (hasMoved) this.#woke(now);
		else if (hasNewLink) this.#finder.announceAnew(now);
	}

	/** After a sleep, or on another network: others may be gone and new ones there, and what failed may work. */
	#woke(now: Instant): void {
		this.#host.tellAll({type: 'woke'}, now);
		this.#planner.wake(now);
		this.#finder.announceAnew(now);
	}

	/** The address book is told a while after it changes, so that a crowd that connects costs one writing. */
	#noteBook(now: Instant): void {
		if (!this.#book.hasChanged || this.#isRemembering) return;
		this.#isRemembering = true;
		this.#outbox.schedule('remember', now + REMEMBER_DELAY);
	}

	#remember(): void {
		this.#isRemembering = false;
		if (this.#book.takeChanged()) this.#outbox.push({type: 'remember', peers: this.#book.kept()});
	}

	#frame(connection: ConnectionId, body: Uint8Array, now: Instant): void {
		const record = this.#table.get(connection);
		if (!record) return;
		this.#store.heard(record.peer, now);
		try {
			const message = decoded(body);
			if (message) this.#received.add(message.type);
			if (message && !this.#connections.heard(record, message, now)) return;
			// Events inside are decoded by behaviours: what one of them overlooks must cost a connection and not the node.
			if (!message || !this.#host.message(record.peer, message, now)) this.counters.add('unknown-message');
		} catch (error) {
			if (!(error instanceof WireError)) throw error;
			this.#connections.misbehaved(record.peer, error.reason, now);
		}
	}

	#timer(timer: string, now: Instant): void {
		const [kind, key] = timer.split(' ', 2);
		if (timer.includes('/')) return this.#host.timer(timer, now);
		switch (kind) {
			case 'announce':
				return this.#finder.announce(now);
			case 'remember':
				return this.#remember();
			case 'trim':
				return this.#connections.trim(now);
			case 'loser':
				return this.#connections.closeLeftover(Number(key));
		}
	}

	#command(command: Command, timestamp: number, now: Instant): void {
		if (this.#host.command(command, timestamp, now)) return;
		switch (command.command) {
			case 'dial':
				return this.#planner.command(command, now);
			case 'peers':
				return this.#outbox.reply(command, {peers: this.peers(now, timestamp)});
			case 'disconnect':
				return this.#disconnect(command, command.peer, now);
			default:
				return this.#outbox.refuse(command, 'bad-command', `nothing here answers ${command.command}`);
		}
	}

	#disconnect(command: Command, peer: PeerId, now: Instant): void {
		if (!this.#store.isConnected(peer)) {
			return this.#outbox.refuse(command, 'not-connected', 'not connected to that peer');
		}
		this.#connections.dismiss(peer, now);
		this.#outbox.reply(command, {peer});
	}

	/** What a behaviour wants. */
	#request(request: Request, now: Instant): void {
		const {peer} = request;
		switch (request.type) {
			case 'disconnect':
				if (request.misbehaved) this.#planner.suppress(peer, now + MISBEHAVIOUR_PAUSE);
				return this.#connections.letGo(peer, request.reason, now);
			case 'learned':
				return this.#learned(request);
			case 'found':
				return this.#finder.told(peer, request.addresses, request.from, now);
		}
	}

	#learned({peer, facts}: Extract<Request, {type: 'learned'}>): void {
		this.#store.learn(peer, facts);
		const primary = this.#table.primary(peer);
		if (!primary || !facts.addresses) return;
		this.#finder.introduced(peer, primary, facts.addresses);
	}
}

function isSame(before: readonly string[], after: readonly string[]): boolean {
	return before.length === after.length && before.every(address => after.includes(address));
}

/** @throws WireError, whatever is wrong with it. */
function decoded(body: Uint8Array): ReturnType<typeof decodeMessage> {
	try {
		return decodeMessage(body);
	} catch (error) {
		throw error instanceof WireError ? error : new WireError('message', describeError(error));
	}
}
