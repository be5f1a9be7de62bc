/**
 * Which connection carries which peer, and which of two survives.
 *
 * Two connections to one peer arise when both sides dial at once, or when the other side lost the first one without our
 * noticing. The rule, computed on both sides from the same facts:
 *
 * 1. Within `SIMULTANEOUS_WINDOW` of each other: of two dialled from different sides, the one dialled by the lower peer id
 *    survives; of two dialled from the same side, the older.
 * 2. Later than that the newer one: a peer is hardly ever dialled while it is connected, so the other side no longer has
 *    the older.
 * 3. In a duplicate only the side that dialled the survivor closes the loser. It knows that the other side has both by
 *    then, so neither ever closes the connection that the other has just chosen. The other side waits `LOSER_TIMEOUT`
 *    and then closes it itself. If it had chosen the other one, because it saw them in another order, the closing
 *    decides.
 * 4. What is replaced may be a duplicate for the other side, which saw them a moment less apart, and then it closes the
 *    newer one. So the older is left open for `REPLACED_TIMEOUT`, until the other side has done that: what is dead costs
 *    nothing, and what lives goes on.
 *
 * Whenever another connection takes over, both sides introduce themselves on it again, so nothing said is missing.
 */
import type {Direction} from '../api/event.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {isPublic, subnetOf} from '../wire/ip.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {hostPart} from './address-kind.ts';
import type {ConnectionId} from './io.ts';

/** Milliseconds: as long as a handshake may take, so a dial begun before the first connection was ready still counts. */
export const SIMULTANEOUS_WINDOW = 5_000;

/** Milliseconds that a losing connection is left open for the side that has to close it. */
export const LOSER_TIMEOUT = 5_000;

/** Milliseconds that a replaced one is left open: longer than the other side waits with a duplicate. */
export const REPLACED_TIMEOUT = 2 * LOSER_TIMEOUT;

export type ConnectionRecord = {
	readonly connection: ConnectionId;
	readonly peer: PeerId;
	readonly address: string;
	readonly direction: Direction;
	readonly openedAt: Instant;
};

/** What follows from a new connection. */
export type Admission =
	/** The first to this peer. */
	| {readonly outcome: 'first'}
	/** A simultaneous dial: `survivor` carries the peer from now on, `loser` goes, by us at once or by them. */
	| {readonly outcome: 'duplicate'; readonly loser: ConnectionRecord; readonly closeNow: boolean}
	/** The newer one carries the peer: the other side has given up the older. */
	| {readonly outcome: 'replaced'; readonly loser: ConnectionRecord};

/** What follows from the end of a connection. */
export type Removal =
	/** It carried nothing. */
	| {readonly outcome: 'spare'; readonly record: ConnectionRecord}
	/** Nothing connects us to its peer any more. */
	| {readonly outcome: 'last'; readonly record: ConnectionRecord}
	/** The one that carried the peer broke off: another that was left does so now. */
	| {readonly outcome: 'succeeded'; readonly record: ConnectionRecord; readonly successor: ConnectionRecord};

export class ConnectionTable {
	readonly #self: PeerId;
	readonly #byId = new Map<ConnectionId, ConnectionRecord>();
	/** The connection that carries each peer. */
	readonly #primary = new Map<PeerId, ConnectionRecord>();
	readonly #since = new Map<PeerId, Instant>();

	constructor(self: PeerId) {
		this.#self = self;
	}

	get size(): number {
		return this.#byId.size;
	}

	get(connection: ConnectionId): ConnectionRecord | undefined {
		return this.#byId.get(connection);
	}

	primary(peer: PeerId): ConnectionRecord | undefined {
		return this.#primary.get(peer);
	}

	all(): readonly ConnectionRecord[] {
		return [...this.#byId.values()];
	}

	of(peer: PeerId): readonly ConnectionRecord[] {
		return this.all().filter(record => record.peer === peer);
	}

	/** Since when the peer has been connected without a break. */
	since(peer: PeerId): Instant | undefined {
		return this.#since.get(peer);
	}

	/** How many inbound connections come from the IP address of this multiaddr. */
	inboundFrom(address: string): number {
		const host = hostPart(address);
		return this.all().filter(record => record.direction === 'inbound' && hostPart(record.address) === host).length;
	}

	/** How many inbound connections come from its subnet; none if that is no part of the public internet. */
	inboundFromSubnet(address: string): number {
		const {host} = parseTcpAddress(address);
		if (!isPublic(host)) return 0;
		const subnet = subnetOf(host);
		const isFromThere = (record: ConnectionRecord) => subnetOf(parseTcpAddress(record.address).host) === subnet;
		return this.all().filter(record => record.direction === 'inbound' && isFromThere(record)).length;
	}

	add(record: ConnectionRecord): Admission {
		this.#byId.set(record.connection, record);
		const before = this.#primary.get(record.peer);
		if (!before) {
			this.#primary.set(record.peer, record);
			this.#since.set(record.peer, record.openedAt);
			return {outcome: 'first'};
		}
		if (record.openedAt - before.openedAt >= SIMULTANEOUS_WINDOW) {
			this.#primary.set(record.peer, record);
			return {outcome: 'replaced', loser: before};
		}
		const survivor = this.#survivor(before, record);
		this.#primary.set(record.peer, survivor);
		const loser = survivor === record ? before : record;
		return {outcome: 'duplicate', loser, closeNow: survivor.direction === 'outbound'};
	}

	#survivor(older: ConnectionRecord, newer: ConnectionRecord): ConnectionRecord {
		if (older.direction === newer.direction) return older;
		const lowerDials = this.#self < newer.peer ? 'outbound' : 'inbound';
		return newer.direction === lowerDials ? newer : older;
	}

	/** Those that carry no peer, and are about to close: the oldest first. */
	spares(): readonly ConnectionRecord[] {
		return this.all().filter(record => this.#primary.get(record.peer) !== record);
	}

	/** Takes a connection out. If it carried its peer, another that is left takes over. */
	remove(connection: ConnectionId): Removal | undefined {
		const record = this.#byId.get(connection);
		if (!record) return undefined;
		this.#byId.delete(connection);
		const {peer} = record;
		if (this.#primary.get(peer) !== record) return {record, outcome: 'spare'};
		this.#primary.delete(peer);
		const successor = this.of(peer)[0];
		if (!successor) {
			this.#since.delete(peer);
			return {record, outcome: 'last'};
		}
		this.#primary.set(peer, successor);
		return {record, outcome: 'succeeded', successor};
	}
}
