/**
 * The life of connections: who is let in, which connection carries a peer, when a peer counts as here and as gone.
 *
 * Invariants:
 * 1. A behaviour sees `connected` and `disconnected` of a peer alternate, however many connections come and go.
 * 2. Frames of a connection that lost a tie-break are still read until it closes: nothing that was sent is lost.
 */
import type {Counters} from '../base/counters.ts';
import {jitter, type Random, shuffled} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {CommonRooms} from '../behaviours/common-rooms.ts';
import {MAX_PEER_HINTS} from '../wire/limits.ts';
import type {Message, PeerHint} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {AddressBook} from './address-book.ts';
import {hostPart} from './address-kind.ts';
import type {BehaviourHost} from './behaviour-host.ts';
import {
	type Candidate,
	type ConnectionManager,
	type Population,
	TRIM_GRACE,
	TRIM_INTERVAL,
} from './connection-manager.ts';
import {
	type Admission,
	type ConnectionRecord,
	type ConnectionTable,
	LOSER_TIMEOUT,
	REPLACED_TIMEOUT,
	type Removal,
} from './connection-table.ts';
import type {DialPlanner} from './dial-planner.ts';
import type {ConnectionId, SwarmInput} from './io.ts';
import type {Outbox} from './outbox.ts';
import type {PeerStore} from './peer-store.ts';

/** Connections to one peer at once, the one that carries it and those that are about to close. */
const MAX_CONNECTIONS_PER_PEER = 8;

/** Reasons for which the driver closes a connection that mean a broken protocol. */
const BROKEN_FRAMES: ReadonlySet<string> = new Set(['frame-length', 'no-progress']);

/** Milliseconds in which a peer that broke the protocol is not dialled again. */
export const MISBEHAVIOUR_PAUSE = 60_000;

/** Milliseconds in which a peer is not dialled again after it, or a person here, disconnected on purpose. */
export const DISCONNECT_PAUSE = 10 * 60_000;

/** Milliseconds, and the part by which that varies, in which a peer that has too many is not dialled again. */
export const CROWDED_PAUSE = 60_000;
const CROWDED_JITTER = 0.5;

/** Milliseconds between two doubts about one peer, whatever is announced in its name. */
const DOUBT_INTERVAL = 5_000;

/** The goodbye of a person who disconnects one peer and does not leave. */
export const GOODBYE_DISCONNECT = 'disconnect';

/** The goodbye of a node that has too many connections. */
export const GOODBYE_CROWDED = 'too-many-peers';

/** Reasons why a peer is gone that say that the network failed, or its program, and nobody wanted it. */
const FAULTS: ReadonlySet<string> = new Set(['no-heartbeat', 'no-answer', 'restarted']);

export type ConnectionsOptions = {
	readonly self: PeerId;
	readonly random: Random;
	readonly store: PeerStore;
	readonly table: ConnectionTable;
	readonly book: AddressBook;
	readonly manager: ConnectionManager;
	readonly planner: DialPlanner;
	readonly companions: CommonRooms;
	readonly host: () => BehaviourHost;
	/** Where a connected peer may be reached by somebody at this address: as in `View`. */
	readonly addressesFor: (peer: PeerId, listenerAt: string) => readonly string[];
	readonly outbox: Outbox;
	readonly counters: Counters;
};

export class Connections {
	readonly #options: ConnectionsOptions;
	/** Which start of the program each connected peer is. */
	readonly #instances = new Map<PeerId, string>();
	/** The same for each connection, as was said on it first: it is one start from its beginning to its end. */
	readonly #introduced = new WeakMap<ConnectionRecord, string>();
	readonly #doubtedAt = new Map<PeerId, Instant>();
	#isTrimming = false;

	constructor(options: ConnectionsOptions) {
		this.#options = options;
	}

	population(now: Instant): Population {
		const {store, companions} = this.#options;
		let [shared, strangers] = [0, 0];
		for (const peer of store.connectedPeers()) {
			if (companions.has(peer)) shared += 1;
			else if (this.#isSettled(peer, now)) strangers += 1;
		}
		return {connected: store.connectedCount, companions: shared, strangers};
	}

	#isSettled(peer: PeerId, now: Instant): boolean {
		return now - (this.#options.table.since(peer) ?? now) >= TRIM_GRACE;
	}

	instanceOf(peer: PeerId): string | undefined {
		return this.#instances.get(peer);
	}

	opened(input: Extract<SwarmInput, {type: 'connection-opened'}>, now: Instant): void {
		const {table, planner, book, self} = this.#options;
		const {connection, peer, address, direction, dial} = input;
		if (dial !== undefined) planner.succeeded(dial, peer, now);
		if (peer === self) return this.#turnAway(connection, 'self');
		// Also a dial that was called off and got through all the same.
		if (direction === 'outbound') book.proved(peer, address, now);
		const record: ConnectionRecord = {connection, peer, address, direction, openedAt: now};
		if (!this.#hasRoomFor(record, now)) return this.#turnAwayFull(record, now);
		const before = table.primary(peer);
		const admission = table.add(record);
		if (admission.outcome === 'first') return this.#connected(record, now);
		this.#closeLoser(admission, now);
		if (table.primary(peer) !== before) this.#host.tellAll({type: 'moved', peer}, now);
	}

	/** Beyond the bound there is a place only for peers that a person wants, and somebody else loses it. */
	#hasRoomFor(record: ConnectionRecord, now: Instant): boolean {
		const {table, store, manager, planner} = this.#options;
		const {peer, address, direction} = record;
		if (
			direction === 'inbound' &&
			table.inboundFrom(address) >= manager.limits.perAddress &&
			!this.#closeSpare(address)
		)
			return false;
		const isHere = store.isConnected(peer);
		if (table.size >= manager.limits.max && !this.#closeSpare())
			return !isHere && planner.isWanted(peer) && this.#makeRoom(now);
		if (isHere) return table.of(peer).length < MAX_CONNECTIONS_PER_PEER;
		return direction === 'outbound' || table.inboundFromSubnet(address) < manager.limits.perSubnet;
	}

	/** What waits to be closed by the other side takes nobody's place: the oldest, or the oldest inbound from an address. */
	#closeSpare(address?: string): boolean {
		const {table, outbox} = this.#options;
		const spare = table
			.spares()
			.find(
				({direction, address: from}) =>
					address === undefined || (direction === 'inbound' && hostPart(from) === hostPart(address)),
			);
		if (!spare) return false;
		table.remove(spare.connection);
		outbox.cancel(`loser ${spare.connection}`);
		outbox.close(spare.connection, 'replaced');
		return true;
	}

	#makeRoom(now: Instant): boolean {
		const least = this.#options.manager.least(this.#candidates(), now);
		if (least !== undefined) this.#trim(least, now);
		return least !== undefined;
	}

	#closeLoser(admission: Exclude<Admission, {outcome: 'first'}>, now: Instant): void {
		const {outbox, counters} = this.#options;
		const {connection} = admission.loser;
		if (admission.outcome === 'replaced') return outbox.schedule(`loser ${connection}`, now + REPLACED_TIMEOUT);
		counters.add('duplicate-connection');
		if (admission.closeNow) return outbox.close(connection, 'duplicate');
		outbox.schedule(`loser ${connection}`, now + LOSER_TIMEOUT);
	}

	/** Whoever finds no room is told so, and does not come again at once; but nothing if it is here on another one. */
	#turnAwayFull(record: ConnectionRecord, now: Instant): void {
		const {store, planner} = this.#options;
		const {connection, peer, direction} = record;
		const isHere = store.isConnected(peer);
		if (!isHere) this.#sendAway(record);
		if (!isHere && direction === 'outbound') planner.disconnected(peer, true, now);
		this.#turnAway(connection, 'full');
	}

	/** Whoever has to go is told of others first, for we may be all that it knows: of its own rooms, if it told them. */
	#sendAway({connection, peer, address}: ConnectionRecord): void {
		const {store, companions, random, addressesFor} = this.#options;
		const shared = companions.companionsOf(peer).filter(other => store.isConnected(other));
		const others = shared.length > 0 ? shared : store.connectedPeers().filter(other => other !== peer);
		const peers: PeerHint[] = [];
		for (const other of shuffled(others, random)) {
			const addresses = addressesFor(other, address);
			if (addresses.length > 0) peers.push({peer: other, addresses});
			if (peers.length >= MAX_PEER_HINTS) break;
		}
		if (peers.length > 0) this.#host.sendOver([connection], {type: 'peers', peers});
		this.#host.sendOver([connection], {type: 'goodbye', reason: GOODBYE_CROWDED});
	}

	#turnAway(connection: ConnectionId, reason: 'self' | 'full'): void {
		this.#options.counters.add(`connection-${reason}`);
		this.#options.outbox.close(connection, reason);
	}

	#connected({peer, address, direction}: ConnectionRecord, now: Instant): void {
		const {store, planner, manager, outbox} = this.#options;
		store.connect(peer);
		planner.connected(peer, now);
		this.#host.tellAll({type: 'connected', peer, address, direction}, now);
		if (this.#isTrimming || !manager.isCrowded({connected: store.connectedCount})) return;
		this.#isTrimming = true;
		outbox.schedule('trim', now + TRIM_INTERVAL);
	}

	closed(connection: ConnectionId, reason: string, now: Instant): void {
		const {outbox, table, planner} = this.#options;
		outbox.cancel(`loser ${connection}`);
		const removal = table.remove(connection);
		if (!removal || removal.outcome === 'spare') return;
		const {peer} = removal.record;
		if (removal.outcome === 'succeeded') return this.#succeeded(removal, now);
		planner.disconnected(peer, true, now);
		if (BROKEN_FRAMES.has(reason)) planner.suppress(peer, now + MISBEHAVIOUR_PAUSE);
		this.#disconnected(peer, reason, now);
	}

	#succeeded({record, successor}: Extract<Removal, {outcome: 'succeeded'}>, now: Instant): void {
		const {peer} = record;
		const [before, instance] = [this.#instances.get(peer), this.#introduced.get(successor)];
		// It said so while another connection carried it, so nobody has begun anew with this start of its program.
		if (before !== undefined && instance !== undefined && before !== instance)
			return this.letGo(peer, 'restarted', now);
		if (instance !== undefined) this.#instances.set(peer, instance);
		this.#host.tellAll({type: 'moved', peer}, now);
		// It was replaced because it seemed to be lost, and may be.
		if (successor.openedAt < record.openedAt) this.doubt(peer, now);
	}

	/** We let a peer go: all its connections close, and the behaviours know at once. */
	letGo(peer: PeerId, reason: string, now: Instant): void {
		const {store, table, planner, outbox} = this.#options;
		if (!store.isConnected(peer)) return;
		for (const {connection} of table.of(peer)) {
			table.remove(connection);
			outbox.close(connection, reason);
		}
		if (reason === `goodbye: ${GOODBYE_DISCONNECT}`) planner.suppress(peer, now + DISCONNECT_PAUSE);
		if (reason === `goodbye: ${GOODBYE_CROWDED}`) this.#pause(peer, now);
		planner.disconnected(peer, FAULTS.has(reason), now, reason === 'no-answer');
		this.#disconnected(peer, reason, now);
	}

	misbehaved(peer: PeerId, reason: string, now: Instant): void {
		this.#options.counters.add(reason);
		this.letGo(peer, reason, now);
		this.#options.planner.suppress(peer, now + MISBEHAVIOUR_PAUSE);
	}

	/** A person here wants no more of it for now. */
	dismiss(peer: PeerId, now: Instant): void {
		this.#host.send([peer], {type: 'goodbye', reason: GOODBYE_DISCONNECT});
		this.letGo(peer, GOODBYE_DISCONNECT, now);
		this.#options.planner.suppress(peer, now + DISCONNECT_PAUSE);
	}

	/**
	 * Returns false if the message concerns nobody. Whoever says goodbye on a connection that carries nothing has gone on
	 * elsewhere, or is a start that is over; and one connection never changes to another start of the program.
	 */
	heard(record: ConnectionRecord, message: Message, now: Instant): boolean {
		const {table, outbox} = this.#options;
		if (message.type === 'goodbye' && table.primary(record.peer) !== record) {
			outbox.close(record.connection, 'goodbye');
			return false;
		}
		if (message.type !== 'identify') return true;
		const before = this.#introduced.get(record);
		if (before !== undefined && before !== message.instance) {
			this.misbehaved(record.peer, 'instance-changed', now);
			return false;
		}
		this.#introduced.set(record, message.instance);
		if (before === undefined && table.primary(record.peer) === record)
			this.#noteInstance(record, message.instance, now);
		return true;
	}

	/** Another instance is another start of the program: what it knew of us is gone, so everything begins anew. */
	#noteInstance(primary: ConnectionRecord, instance: string, now: Instant): void {
		const {peer} = primary;
		const before = this.#instances.get(peer);
		if (before !== undefined && before !== instance) {
			this.#disconnected(peer, 'restarted', now);
			this.#connected(primary, now);
		}
		this.#instances.set(peer, instance);
	}

	/** There is reason to think that a peer is no longer at the other end: it is asked, and goes if it does not answer. */
	doubt(peer: PeerId, now: Instant): void {
		const last = this.#doubtedAt.get(peer);
		if (!this.#options.store.isConnected(peer) || (last !== undefined && now - last < DOUBT_INTERVAL)) return;
		this.#doubtedAt.set(peer, now);
		this.#host.tellAll({type: 'probe', peer}, now);
	}

	/** The other side should have closed it long ago. */
	closeLeftover(connection: ConnectionId): void {
		const {table, outbox} = this.#options;
		const record = table.get(connection);
		if (record && table.primary(record.peer) !== record) outbox.close(connection, 'duplicate');
	}

	closeAll(reason: string): void {
		const {table, outbox} = this.#options;
		for (const {connection} of table.all()) outbox.close(connection, reason);
	}

	/** Lets those go that are too many, and looks again later if there may still be some. */
	trim(now: Instant): void {
		const {manager, store, outbox} = this.#options;
		for (const peer of manager.surplus(this.#candidates(), now)) this.#trim(peer, now);
		this.#isTrimming = manager.isCrowded({connected: store.connectedCount});
		if (this.#isTrimming) outbox.schedule('trim', now + TRIM_INTERVAL);
	}

	#trim(peer: PeerId, now: Instant): void {
		this.#options.counters.add('connection-trimmed');
		const primary = this.#options.table.primary(peer);
		if (primary) this.#sendAway(primary);
		this.letGo(peer, GOODBYE_CROWDED, now);
		this.#pause(peer, now);
	}

	#candidates(): Candidate[] {
		const {store, table, planner, companions} = this.#options;
		return store.connectedPeers().map(peer => ({
			peer,
			connectedAt: table.since(peer) ?? 0,
			isWanted: planner.isWanted(peer),
			isCompanion: companions.has(peer),
		}));
	}

	#pause(peer: PeerId, now: Instant): void {
		const {random, planner} = this.#options;
		planner.crowded(peer, now + jitter(random, CROWDED_PAUSE, CROWDED_JITTER));
	}

	#disconnected(peer: PeerId, reason: string, now: Instant): void {
		this.#instances.delete(peer);
		this.#doubtedAt.delete(peer);
		this.#host.tellAll({type: 'disconnected', peer, reason}, now);
		this.#options.store.disconnect(peer);
	}

	get #host(): BehaviourHost {
		return this.#options.host();
	}
}
