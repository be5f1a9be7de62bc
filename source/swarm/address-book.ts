/**
 * Where peers have been reached. An address is proved once a connection to that very peer succeeded there; no hint of
 * anybody can change or push out what is proved. For peers that only ever came to us, the host that they came from and
 * the port that they listen on are noted, behind whatever is proved.
 *
 * Keys cost nothing, so whoever lets himself be dialled under many of them would fill it: it is shared fairly among the
 * places where peers were first reached (see `FairMap`), and whoever is connected keeps his.
 *
 * It outlives the run: the newest part of it is kept for the next start.
 */
import type {Instant} from '../behaviours/behaviour.ts';
import {isLoopback, parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {placeOfAddress} from './address-kind.ts';
import {FairMap} from './fair-map.ts';
import type {RememberedPeer} from './io.ts';

/** Peers that are known, those that are kept for the next run, and addresses of each. */
export const MAX_BOOK_PEERS = 512;
export const MAX_KEPT_PEERS = 128;
export const MAX_BOOK_ADDRESSES = 4;

/** Milliseconds after which an address that is proved again is news for the next run. */
const REFRESH_INTERVAL = 3_600_000;

type Entry = {readonly address: string; isProved: boolean; provedAt: Instant};

/** `place`: where it was found first. The best address first. */
type Known = {readonly peer: PeerId; readonly place: string; entries: readonly Entry[]};

export class AddressBook {
	/** From the oldest to the newest. */
	readonly #peers: FairMap<PeerId, Known>;
	readonly #isConnected: (peer: PeerId) => boolean;
	#hasChanged = false;

	constructor(isConnected: (peer: PeerId) => boolean = () => false) {
		this.#isConnected = isConnected;
		this.#peers = new FairMap({
			capacity: MAX_BOOK_PEERS,
			perGroup: MAX_BOOK_PEERS,
			isExpendable: () => false,
			isProtected: ({peer}) => isConnected(peer),
		});
	}

	/** Whether the next run should be told something else than at the last call. */
	takeChanged(): boolean {
		const hasChanged = this.#hasChanged;
		this.#hasChanged = false;
		return hasChanged;
	}

	/** Peers that are known. */
	get size(): number {
		return this.#peers.size;
	}

	get hasChanged(): boolean {
		return this.#hasChanged;
	}

	/** What an earlier run knew, newest first. */
	load(remembered: readonly RememberedPeer[]): void {
		for (const {peer, addresses} of remembered.slice(0, MAX_KEPT_PEERS).reverse()) {
			const entries = addresses.map(address => ({address, isProved: true, provedAt: Number.NEGATIVE_INFINITY}));
			this.#put(peer, entries);
		}
	}

	/** A connection to the peer succeeded there. */
	proved(peer: PeerId, address: string, now: Instant): void {
		const entries = this.#entries(peer);
		const known = entries.find(entry => entry.address === address);
		const isOld = known?.isProved === true && now - known.provedAt < REFRESH_INTERVAL;
		this.#put(peer, [{address, isProved: true, provedAt: now}, ...entries.filter(entry => entry !== known)]);
		if (!isOld || entries[0] !== known) this.#hasChanged = true;
	}

	/** It came from that host and says that it listens on that port. */
	told(peer: PeerId, address: string): void {
		const entries = this.#entries(peer);
		if (entries.some(entry => entry.address === address)) return;
		const proved = entries.filter(({isProved}) => isProved);
		const others = entries.filter(({isProved}) => !isProved);
		this.#put(peer, [...proved, {address, isProved: false, provedAt: Number.NEGATIVE_INFINITY}, ...others]);
		this.#hasChanged = true;
	}

	/** Somebody else lives there now. */
	refuted(peer: PeerId, address: string): void {
		const known = this.#peers.get(peer);
		const rest = known?.entries.filter(entry => entry.address !== address);
		if (!known || !rest || rest.length === known.entries.length) return;
		known.entries = rest;
		if (rest.length === 0) this.#peers.delete(peer);
		this.#hasChanged = true;
	}

	/** The best first. */
	of(peer: PeerId): readonly string[] {
		return this.#entries(peer).map(({address}) => address);
	}

	/** See `placeOf`; one of its own for a peer of which nothing is known. */
	placeOf(peer: PeerId): string {
		return this.#peers.get(peer)?.place ?? peer;
	}

	isProved(peer: PeerId): boolean {
		return this.#entries(peer).some(({isProved}) => isProved);
	}

	peerAt(address: string): PeerId | undefined {
		for (const {peer, entries} of this.#peers.values()) {
			if (entries.some(entry => entry.address === address)) return peer;
		}
		return undefined;
	}

	/**
	 * What the next run should know, newest first: of each place the newest, then of each the second, as far as there is
	 * room. Nobody finds a peer of this machine elsewhere, unless there is no other.
	 */
	kept(): readonly RememberedPeer[] {
		const turns = new Map<string, number>();
		const known = [...this.#peers.values()].reverse().map(({peer, place, entries}) => {
			const turn = turns.get(place) ?? 0;
			turns.set(place, turn + 1);
			return {peer, entries, turn};
		});
		const kept = new Set([...known].sort((a, b) => a.turn - b.turn).slice(0, MAX_KEPT_PEERS));
		return known
			.filter(one => kept.has(one))
			.map(({peer, entries}) => {
				const addresses = entries.map(({address}) => address);
				const elsewhere = addresses.filter(address => !isLoopback(parseTcpAddress(address)));
				return {peer, addresses: elsewhere.length > 0 ? elsewhere : addresses};
			});
	}

	#entries(peer: PeerId): readonly Entry[] {
		return this.#peers.get(peer)?.entries ?? [];
	}

	/** Room for one more, if need be at the cost of the oldest that was never reached. Proved ones only make room for such. */
	#dropUnproved(): boolean {
		if (this.#peers.size < MAX_BOOK_PEERS) return true;
		for (const {peer} of this.#peers.values()) {
			if (!this.isProved(peer) && !this.#isConnected(peer)) return this.#peers.delete(peer);
		}
		return false;
	}

	/** It is the newest then. */
	#put(peer: PeerId, entries: readonly Entry[]): void {
		const known = this.#peers.get(peer);
		const bounded = entries.slice(0, MAX_BOOK_ADDRESSES);
		const [best] = bounded;
		if (known) {
			known.entries = bounded;
			this.#peers.touch(peer);
		} else if (best && (this.#dropUnproved() || best.isProved)) {
			const place = placeOfAddress(best.address);
			this.#peers.add(peer, place, {peer, place, entries: bounded});
		}
	}
}
