/**
 * What peers hold that we lack, as they have said, for as long as there is something to fetch by it. Bounded by weight:
 * what goes beyond is asked about again when the rest is done. What is too much goes at the cost of the peer that has
 * told most, so that invented chains push out nobody else's.
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
	/** It is not all that the peer has told. */
	readonly isCut: boolean;
};

export class Holdings {
	readonly #byRoom = new Map<string, Map<PeerId, Holding>>();
	/** Of each peer in all rooms. */
	readonly #weights = new Map<PeerId, number>();
	#weight = 0;

	/** To what is known of the peer already. If there is no room for it, whoever takes up most of it loses some. */
	add(room: string, peer: PeerId, chains: readonly ChainRanges[], from: Instant): void {
		if (chains.length === 0) return;
		const before = this.get(room, peer) ?? {chains: [], from, weight: 0, isCut: false};
		const [kept, weight] = fitting(chains, MAX_HOLDING_WEIGHT - before.weight);
		this.#set(room, peer, {
			chains: [...before.chains, ...kept],
			from: before.from,
			weight: before.weight + weight,
			isCut: before.isCut || kept.length < chains.length,
		});
		while (this.#weight > MAX_TOTAL_WEIGHT) this.#cutHeaviest();
	}

	get(room: string, peer: PeerId): Holding | undefined {
		return this.#byRoom.get(room)?.get(peer);
	}

	delete(room: string, peer: PeerId): boolean {
		const ofRoom = this.#byRoom.get(room);
		const holding = ofRoom?.get(peer);
		if (!ofRoom || !holding) return false;
		this.#weigh(peer, -holding.weight);
		ofRoom.delete(peer);
		if (ofRoom.size === 0) this.#byRoom.delete(room);
		return true;
	}

	clear(): void {
		this.#byRoom.clear();
		this.#weights.clear();
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

	#set(room: string, peer: PeerId, holding: Holding): void {
		const ofRoom = this.#byRoom.get(room) ?? new Map<PeerId, Holding>();
		this.#byRoom.set(room, ofRoom);
		this.#weigh(peer, holding.weight - (ofRoom.get(peer)?.weight ?? 0));
		ofRoom.set(peer, holding);
	}

	#weigh(peer: PeerId, change: number): void {
		const weight = (this.#weights.get(peer) ?? 0) + change;
		if (weight > 0) this.#weights.set(peer, weight);
		else this.#weights.delete(peer);
		this.#weight += change;
	}

	/** By half, the largest of its holdings: so who tells of what does not exist takes nothing from those who say little. */
	#cutHeaviest(): void {
		const [peer] = largest([...this.#weights], ([, weight]) => weight);
		const rooms = [...this.#byRoom].filter(([, peers]) => peers.has(peer));
		const [room, peers] = largest(rooms, ([, ofRoom]) => ofRoom.get(peer)?.weight ?? 0);
		const holding = peers.get(peer) as Holding;
		const [chains, weight] = fitting(holding.chains, Math.floor(holding.weight / 2));
		this.#set(room, peer, {...holding, chains, weight, isCut: true});
	}
}

function largest<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
	return items.reduce((most, item) => (weightOf(item) > weightOf(most) ? item : most));
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
