/**
 * Which piece next: the rarest one that the peer holds, of equally rare ones any. (Rarest first: BEP 3, and "Rarest First
 * and Choke Algorithms Are Enough", Legout et al., 2006; with random ties, lest all ask for the same one.)
 *
 * Pieces that nobody was asked for lie in buckets by how many peers hold them, each knowing its place, so that whatever
 * happens to one piece costs the same, however many there are. Peers that hold everything are only counted: they make no
 * difference between pieces. (After "Writing a fast piece picker", libtorrent's blog, 2011.)
 */
import type {Bitfield} from '../../../base/bitfield.ts';
import type {Random} from '../../../base/random.ts';
import {PICK_LOOKS, PICK_SAMPLE} from './parameters.ts';

/** Nobody was asked for it; somebody was; it is here. */
export type PieceState = 'free' | 'asked' | 'here';

const STATES: readonly PieceState[] = ['free', 'asked', 'here'];
const FREE = 0;
const HERE = 2;

/** Of a peer. */
export type Claim = {
	readonly isWhole: boolean;
	readonly pieces: Bitfield;
	/** What it holds, in any order, unless it is whole; what is here is taken out by and by. */
	readonly list: number[];
	/** How many of these are free. */
	readonly free: number;
};

export class Picker {
	readonly size: number;
	readonly #random: Random;
	readonly #states: Uint8Array;
	/** Peers that hold it, but for those that hold everything. */
	readonly #holders: Uint16Array;
	/** Where a free piece is in its bucket. */
	readonly #places: Uint32Array;
	readonly #buckets: number[][];
	readonly #counts: Record<PieceState, number>;
	#wholes = 0;

	constructor(size: number, random: Random) {
		this.size = size;
		this.#random = random;
		this.#states = new Uint8Array(size);
		this.#holders = new Uint16Array(size);
		this.#places = Uint32Array.from({length: size}, (_, index) => index);
		this.#buckets = [Array.from({length: size}, (_, index) => index)];
		this.#counts = {free: size, asked: 0, here: 0};
	}

	/** How many are in that state. */
	count(state: PieceState): number {
		return this.#counts[state];
	}

	state(piece: number): PieceState {
		return STATES[this.#states[piece]!]!;
	}

	/** Returns what it was before. */
	set(piece: number, state: PieceState): PieceState {
		const before = this.state(piece);
		if (before === state) return before;
		if (before === 'free') this.#takeOut(piece);
		this.#states[piece] = STATES.indexOf(state);
		if (state === 'free') this.#putIn(piece);
		this.#counts[before]--;
		this.#counts[state]++;
		return before;
	}

	// --- who holds what

	/** Peers that hold it. */
	availability(piece: number): number {
		return this.#holders[piece]! + this.#wholes;
	}

	/** How many hold the rarest free piece; undefined if none is free. */
	rarest(): number | undefined {
		const bucket = this.#buckets.findIndex(pieces => pieces.length > 0);
		return bucket === -1 ? undefined : bucket + this.#wholes;
	}

	/** Peers that hold everything: `by` more or fewer of them. */
	addWhole(by: 1 | -1): void {
		this.#wholes += by;
	}

	/** One peer more or fewer holds it. */
	addHolder(piece: number, by: 1 | -1): void {
		const isFree = this.#states[piece] === FREE;
		if (isFree) this.#takeOut(piece);
		this.#holders[piece]! += by;
		if (isFree) this.#putIn(piece);
	}

	// --- picking

	/** The rarest free piece of those that it holds; of a great many, nearly the rarest. Undefined: it has none. */
	pick(claim: Claim): number | undefined {
		if (claim.isWhole) {
			const bucket = this.#buckets.find(pieces => pieces.length > 0);
			return bucket?.[this.#below(bucket.length)];
		}
		if (claim.free === 0) return undefined;
		return this.#scan(claim.pieces) ?? this.#sample(claim.list) ?? this.#walk(claim.list);
	}

	/** From the rarest on. What it holds is held by one at least, so the first bucket, often the fullest, is left out. */
	#scan(pieces: Bitfield): number | undefined {
		let looks = PICK_LOOKS;
		for (let holders = 1; holders < this.#buckets.length; holders++) {
			const bucket = this.#buckets[holders]!;
			const first = bucket.length === 0 ? 0 : this.#below(bucket.length);
			for (let step = 0; step < bucket.length; step++) {
				const piece = bucket[(first + step) % bucket.length]!;
				if (pieces.has(piece)) return piece;
				if (--looks === 0) return undefined;
			}
		}
		return undefined;
	}

	/** The rarest of a few taken by lot. */
	#sample(list: number[]): number | undefined {
		let best: number | undefined;
		for (let draw = 0; draw < PICK_SAMPLE && list.length > 0; draw++) {
			const piece = this.#look(list, this.#below(list.length));
			if (piece !== undefined && (best === undefined || this.#holders[piece]! < this.#holders[best]!)) best = piece;
		}
		return best;
	}

	/** Any: nearly all that it holds is here or asked for. What is here is not looked at twice. */
	#walk(list: number[]): number | undefined {
		for (let place = list.length - 1; place >= 0; place--) {
			const piece = this.#look(list, place);
			if (piece !== undefined) return piece;
		}
		return undefined;
	}

	/** The piece at a place if it is free; one that is here gives its place to the last. */
	#look(list: number[], place: number): number | undefined {
		const piece = list[place]!;
		if (this.#states[piece] === FREE) return piece;
		if (this.#states[piece] === HERE) {
			const last = list.pop()!;
			if (place < list.length) list[place] = last;
		}
		return undefined;
	}

	#putIn(piece: number): void {
		const holders = this.#holders[piece]!;
		while (this.#buckets.length <= holders) this.#buckets.push([]);
		this.#places[piece] = this.#buckets[holders]!.push(piece) - 1;
	}

	#takeOut(piece: number): void {
		const bucket = this.#buckets[this.#holders[piece]!]!;
		const last = bucket.pop()!;
		if (last === piece) return;
		const place = this.#places[piece]!;
		bucket[place] = last;
		this.#places[last] = place;
	}

	#below(limit: number): number {
		return Math.min(limit - 1, Math.floor(this.#random.float() * limit));
	}
}
