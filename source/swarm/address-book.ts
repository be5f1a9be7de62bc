/**
 * Where peers have been reached. An address is proved once a connection to that very peer succeeded there; no hint of
 * anybody can change or push out what is proved. For peers that only ever came to us, the host that they came from and
 * the port that they listen on are noted, behind whatever is proved.
 *
 * It outlives the run: the newest part of it is kept for the next start.
 */
import type {Instant} from '../behaviours/behaviour.ts';
import {isLoopback, parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {RememberedPeer} from './io.ts';

/** Peers that are known, those that are kept for the next run, and addresses of each. */
export const MAX_BOOK_PEERS = 512;
export const MAX_KEPT_PEERS = 128;
export const MAX_BOOK_ADDRESSES = 4;

/** Milliseconds after which an address that is proved again is news for the next run. */
const REFRESH_INTERVAL = 3_600_000;

type Entry = {readonly address: string; isProved: boolean; provedAt: Instant};

export class AddressBook {
	/** From the oldest to the newest; the addresses of each the other way round. */
	readonly #peers = new Map<PeerId, Entry[]>();
	#hasChanged = false;

	/** Whether the next run should be told something else than at the last call. */
	takeChanged(): boolean {
		const hasChanged = this.#hasChanged;
		this.#hasChanged = false;
		return hasChanged;
	}

	get hasChanged(): boolean {
		return this.#hasChanged;
	}

	/** What an earlier run knew, newest first. */
	load(remembered: readonly RememberedPeer[]): void {
		for (const {peer, addresses} of remembered.slice(0, MAX_KEPT_PEERS).reverse()) {
			const entries = addresses.slice(0, MAX_BOOK_ADDRESSES);
			this.#peers.set(
				peer,
				entries.map(address => ({address, isProved: true, provedAt: Number.NEGATIVE_INFINITY})),
			);
		}
	}

	/** A connection to the peer succeeded there. */
	proved(peer: PeerId, address: string, now: Instant): void {
		const entries = this.#peers.get(peer) ?? [];
		const known = entries.find(entry => entry.address === address);
		const isOld = known?.isProved === true && now - known.provedAt < REFRESH_INTERVAL;
		this.#put(peer, [{address, isProved: true, provedAt: now}, ...entries.filter(entry => entry !== known)]);
		if (!isOld || entries[0] !== known) this.#hasChanged = true;
	}

	/** It came from that host and says that it listens on that port. */
	told(peer: PeerId, address: string): void {
		const entries = this.#peers.get(peer) ?? [];
		if (entries.some(entry => entry.address === address)) return;
		const proved = entries.filter(({isProved}) => isProved);
		const others = entries.filter(({isProved}) => !isProved);
		this.#put(peer, [...proved, {address, isProved: false, provedAt: Number.NEGATIVE_INFINITY}, ...others]);
		this.#hasChanged = true;
	}

	/** Somebody else lives there now. */
	refuted(peer: PeerId, address: string): void {
		const entries = this.#peers.get(peer);
		const rest = entries?.filter(entry => entry.address !== address);
		if (!entries || !rest || rest.length === entries.length) return;
		if (rest.length === 0) this.#peers.delete(peer);
		else this.#peers.set(peer, rest);
		this.#hasChanged = true;
	}

	/** The best first. */
	of(peer: PeerId): readonly string[] {
		return (this.#peers.get(peer) ?? []).map(({address}) => address);
	}

	isProved(peer: PeerId): boolean {
		return this.#peers.get(peer)?.some(({isProved}) => isProved) ?? false;
	}

	peerAt(address: string): PeerId | undefined {
		for (const [peer, entries] of this.#peers) if (entries.some(entry => entry.address === address)) return peer;
		return undefined;
	}

	/** What the next run should know: newest first. Nobody finds a peer of this machine elsewhere, unless there is no other. */
	kept(): readonly RememberedPeer[] {
		const peers = [...this.#peers].reverse().slice(0, MAX_KEPT_PEERS);
		return peers.map(([peer, entries]) => {
			const addresses = entries.map(({address}) => address);
			const elsewhere = addresses.filter(address => !isLoopback(parseTcpAddress(address)));
			return {peer, addresses: elsewhere.length > 0 ? elsewhere : addresses};
		});
	}

	#put(peer: PeerId, entries: readonly Entry[]): void {
		this.#peers.delete(peer);
		this.#peers.set(peer, entries.slice(0, MAX_BOOK_ADDRESSES));
		if (this.#peers.size > MAX_BOOK_PEERS) this.#peers.delete(this.#leastUseful());
	}

	/** The oldest of those that never were reached; if all were, the oldest. */
	#leastUseful(): PeerId {
		for (const [peer, entries] of this.#peers) if (!entries.some(({isProved}) => isProved)) return peer;
		return this.#peers.keys().next().value as PeerId;
	}
}
