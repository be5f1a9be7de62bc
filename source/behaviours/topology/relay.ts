/**
 * Who hands a statement on to whom. Its author gives it to all of its neighbours. Somebody else (the target) gets it from
 * those of its own neighbours that are nearest to the author; and since everyone has stated who its neighbours are, all of
 * these know who they are, and two of them do it: those with the lowest lots, which everyone draws alike and anew for each
 * statement. So in a full mesh nothing is handed on, and elsewhere a statement comes about twice, not once from every
 * neighbour. Where no way from the author is known, two of all the target's neighbours do it: whoever signs with keys that
 * hang on nobody must not have the whole network send to the whole network.
 */
import type {PeerId} from '../../wire/peer-id.ts';
import type {Known} from './known.ts';
import {MAX_RELAY_STEPS, RELAYS} from './parameters.ts';

/** Neighbours as somebody states them. */
type Named = ReadonlyMap<PeerId, unknown>;

export type RelayView = {
	readonly self: PeerId;
	/** Those whom a node names, for ourselves those we are connected to; undefined if nothing is known of it. */
	readonly namedBy: (peer: PeerId) => Named | undefined;
};

/** What is handed on of one statement, and what it costs to find out. */
export class Relay {
	readonly #known: Known;
	readonly #view: RelayView;
	/** Links from the author, of those that have been looked at; and the farthest of them. */
	readonly #distances: Map<PeerId, number>;
	#farthest: PeerId[];
	#steps = 0;

	constructor(known: Known, view: RelayView) {
		this.#known = known;
		this.#view = view;
		this.#distances = new Map([...known.claims.keys()].map(peer => [peer, 1]));
		this.#farthest = [...this.#distances.keys()];
		this.#distances.set(known.statement.author, 0);
	}

	/** Peers that were looked at so far. */
	get steps(): number {
		return this.#steps;
	}

	/** Whether we hand it on to a peer that we are connected to. */
	isFor(target: PeerId): boolean {
		const {statement, claims, holders} = this.#known;
		const {self, namedBy} = this.#view;
		if (target === statement.author || claims.has(target) || holders.has(target)) return false;
		const named = namedBy(target);
		if (!named) return true;
		// It may not have stated yet that we are connected.
		const around = [...named.keys(), ...(named.has(self) ? [] : [self])].filter(peer => peer !== statement.author);
		this.#steps += around.length;
		return isChosen(self, this.#nearest(around), statement);
	}

	/** Those of them that are nearest to the author; all of them if there is no way to any. */
	#nearest(peers: readonly PeerId[]): readonly PeerId[] {
		const distanceOf = (peer: PeerId) => this.#distances.get(peer) ?? Number.POSITIVE_INFINITY;
		for (;;) {
			const least = peers.reduce((lowest, peer) => Math.min(lowest, distanceOf(peer)), Number.POSITIVE_INFINITY);
			if (least < Number.POSITIVE_INFINITY) return peers.filter(peer => distanceOf(peer) === least);
			if (this.#farthest.length === 0 || this.#steps > MAX_RELAY_STEPS) return peers;
			this.#goFarther();
		}
	}

	#goFarther(): void {
		const distance = this.#distances.get(this.#farthest[0]!)! + 1;
		const {self, namedBy} = this.#view;
		const reached: PeerId[] = [];
		for (const peer of this.#farthest) {
			// Whom we are connected to is so, whether it has stated that yet or not.
			if (!this.#distances.has(self) && namedBy(self)?.has(peer)) {
				this.#distances.set(self, distance);
				reached.push(self);
			}
			const named = namedBy(peer);
			this.#steps += named?.size ?? 0;
			for (const next of named?.keys() ?? []) {
				if (this.#distances.has(next)) continue;
				this.#distances.set(next, distance);
				reached.push(next);
			}
		}
		this.#farthest = reached;
	}
}

function isChosen(self: PeerId, candidates: readonly PeerId[], statement: Known['statement']): boolean {
	if (!candidates.includes(self)) return false;
	if (candidates.length <= RELAYS) return true;
	const salt = `${statement.author.slice(-8)}${statement.sequence}`;
	const own = lot(salt, self);
	return candidates.filter(peer => peer !== self && lot(salt, peer) < own).length < RELAYS;
}

/** FNV-1a: the same at every node. */
function lot(salt: string, peer: PeerId): number {
	let hash = 0x811c9dc5;
	const text = `${salt}${peer.slice(-8)}`;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	// Its last characters alone would decide the order of neighbouring values.
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	return (hash ^ (hash >>> 13)) >>> 0;
}
