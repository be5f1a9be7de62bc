/**
 * What peers hold that we lack, as they have said, for as long as there is something to fetch by it. Bounded by weight:
 * what goes beyond is asked about again when the rest is done.
 */
import type {ChainRanges} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {MAX_HOLDING_WEIGHT, MAX_TOTAL_WEIGHT} from './parameters.ts';

export type Holding = {
	readonly chains: readonly ChainRanges[];
	/** Nothing is asked for by it before. */
	readonly from: Instant;
	readonly weight: number;
};

export class Holdings {
	readonly #byRoom = new Map<string, Map<PeerId, Holding>>();
	#weight = 0;

	/** To what is known of the peer already. */
	add(room: string, peer: PeerId, chains: readonly ChainRanges[], from: Instant): void {
		if (chains.length === 0) return;
		const ofRoom = this.#byRoom.get(room) ?? new Map<PeerId, Holding>();
		this.#byRoom.set(room, ofRoom);
		const before = ofRoom.get(peer) ?? {chains: [], from, weight: 0};
		const free = Math.min(MAX_HOLDING_WEIGHT - before.weight, MAX_TOTAL_WEIGHT - this.#weight);
		const [kept, weight] = fitting(chains, free);
		ofRoom.set(peer, {chains: [...before.chains, ...kept], from: before.from, weight: before.weight + weight});
		this.#weight += weight;
	}

	get(room: string, peer: PeerId): Holding | undefined {
		return this.#byRoom.get(room)?.get(peer);
	}

	delete(room: string, peer: PeerId): boolean {
		const ofRoom = this.#byRoom.get(room);
		const holding = ofRoom?.get(peer);
		if (!ofRoom || !holding) return false;
		this.#weight -= holding.weight;
		ofRoom.delete(peer);
		if (ofRoom.size === 0) this.#byRoom.delete(room);
		return true;
	}

	clear(): void {
		this.#byRoom.clear();
		this.#weight = 0;
	}

	has(room: string): boolean {
		return this.#byRoom.has(room);
	}

	rooms(): readonly string[] {
		return [...this.#byRoom.keys()];
	}

	in(room: string): readonly (readonly [PeerId, Holding])[] {
		return [...(this.#byRoom.get(room) ?? [])];
	}
}

function weightOf({spans, forks}: ChainRanges): number {
	return 2 + spans.length + 2 * forks.length;
}

/** As many of the chains, from the first on, as weigh no more than that, and what they weigh. */
function fitting(chains: readonly ChainRanges[], limit: number): [readonly ChainRanges[], number] {
	let weight = 0;
	for (const [index, chain] of chains.entries()) {
		if (weight + weightOf(chain) > limit) return [chains.slice(0, index), weight];
		weight += weightOf(chain);
	}
	return [chains, weight];
}
