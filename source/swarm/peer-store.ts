/** What is known of peers: behaviours read it through their view, and only the swarm writes it. */

import {BoundedMap} from '../base/bounded.ts';
import type {PeerFacts, View} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** Peers that are not connected and still remembered. */
export const MAX_REMEMBERED_PEERS = 1_024;

const NOTHING: Readonly<Partial<PeerFacts>> = Object.freeze({});

export class PeerStore implements Omit<View, 'addressesFor' | 'timestamp' | 'dialFailedAt'> {
	readonly self: PeerId;
	readonly #connected = new Map<PeerId, Partial<PeerFacts>>();
	readonly #remembered = new BoundedMap<PeerId, Partial<PeerFacts>>(MAX_REMEMBERED_PEERS);
	readonly #own: Partial<PeerFacts> = {};

	constructor(self: PeerId) {
		this.self = self;
	}

	get name(): string {
		return this.#own.name ?? '';
	}

	isConnected(peer: PeerId): boolean {
		return this.#connected.has(peer);
	}

	connectedPeers(): readonly PeerId[] {
		return [...this.#connected.keys()];
	}

	get connectedCount(): number {
		return this.#connected.size;
	}

	/** Peers that were connected once and are not now, from the oldest to the newest. */
	gonePeers(): readonly PeerId[] {
		return [...this.#remembered.keys()];
	}

	get goneCount(): number {
		return this.#remembered.size;
	}

	isGone(peer: PeerId): boolean {
		return this.#remembered.has(peer);
	}

	facts(peer: PeerId): Readonly<Partial<PeerFacts>> {
		if (peer === this.self) return this.#own;
		return this.#connected.get(peer) ?? this.#remembered.get(peer) ?? NOTHING;
	}

	connect(peer: PeerId): void {
		this.#connected.set(peer, this.#remembered.get(peer) ?? {});
		this.#remembered.delete(peer);
	}

	disconnect(peer: PeerId): void {
		const facts = this.#connected.get(peer);
		if (!facts) return;
		this.#connected.delete(peer);
		// Who never said a name was nobody to talk to: a doctor, a port scan with manners.
		if (facts.name !== undefined) this.#remembered.set(peer, facts);
	}

	/** Facts about a peer that is neither connected nor remembered are dropped. */
	learn(peer: PeerId, facts: Partial<PeerFacts>): void {
		const known = peer === this.self ? this.#own : (this.#connected.get(peer) ?? this.#remembered.get(peer));
		if (known) Object.assign(known, facts);
	}

	/** Called for every frame, so it makes no object. */
	heard(peer: PeerId, now: number): void {
		const facts = this.#connected.get(peer);
		if (facts) facts.lastHeard = now;
	}
}
