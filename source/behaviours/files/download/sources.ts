/** Who holds what of one file, as each has told us: claims, but for what arrives. */
import {Bitfield} from '../../../base/bitfield.ts';
import type {BlockName} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import type {Line} from './line.ts';
import type {Claim, Picker, PieceState} from './picker.ts';
import {RateMeter} from './rate-meter.ts';

/** A block that was asked of one source. */
export type Request = {
	readonly block: BlockName;
	readonly bytes: number;
	readonly at: Instant;
	/** Bytes of it that have come. */
	came: number;
	/** When something of it came last, or it was asked for. */
	heardAt: Instant;
};

/** One peer, and one file. */
export class Source implements Claim {
	readonly peer: PeerId;
	readonly line: Line;
	readonly meter = new RateMeter();
	/** What was asked and not answered: by piece; slices of metadata below 0. */
	readonly requests = new Map<number, Request>();
	pieces: Bitfield;
	isWhole = false;
	list: number[] = [];
	/** Of the pieces that it holds, how many nobody was asked for, and how many are not here. Not kept if it is whole. */
	free = 0;
	lacking = 0;
	/** It has told us what it holds, if only that this is nothing. */
	hasSpoken = false;
	/** Bytes got from it. */
	bytes = 0;
	/** Why it is not asked for anything of this file any more. */
	dropped: string | undefined;
	/** By how much of the line it has been served, for its weight: see `Sharing`. */
	served = 0;
	/** Times that it had not what it said it had, and when it is asked again what it has. */
	denials = 0;
	seekAt: Instant | undefined;
	/** What it said last, not looked at yet; and when what it said was looked at. */
	unread: Uint8Array | undefined;
	readAt: Instant = Number.NEGATIVE_INFINITY;

	constructor(peer: PeerId, line: Line, size: number) {
		this.peer = peer;
		this.line = line;
		this.pieces = new Bitfield(size);
	}

	/** Whether it has said that it holds something of it, if there is anything to hold. */
	get isHolder(): boolean {
		return this.hasSpoken && (this.pieces.size === 0 || this.pieces.count > 0);
	}
}

export class Sources {
	readonly #picker: Picker;
	readonly #sources = new Map<PeerId, Source>();

	constructor(picker: Picker) {
		this.#picker = picker;
	}

	get(peer: PeerId): Source | undefined {
		return this.#sources.get(peer);
	}

	all(): IterableIterator<Source> {
		return this.#sources.values();
	}

	/** Whether some of what was said was not looked at yet. */
	get hasUnread(): boolean {
		return [...this.#sources.values()].some(({unread}) => unread !== undefined);
	}

	add(peer: PeerId, line: Line): Source {
		const source = new Source(peer, line, this.#picker.size);
		this.#sources.set(peer, source);
		return source;
	}

	/** Its requests must have been taken back. */
	delete(source: Source): void {
		this.disclaim(source);
		this.#sources.delete(source.peer);
	}

	/** It holds these pieces, and no others. */
	claim(source: Source, bytes: Uint8Array): void {
		const size = this.#picker.size;
		const pieces = new Bitfield(size, bytes);
		this.disclaim(source);
		source.pieces = pieces;
		source.isWhole = size > 0 && pieces.isFull;
		if (source.isWhole) {
			this.#picker.addWhole(1);
			return;
		}
		if (pieces.count === 0) return;
		for (const piece of pieces) this.#count(source, piece);
	}

	/** It holds one more. Returns whether that was new. */
	gain(source: Source, piece: number): boolean {
		if (!source.pieces.add(piece)) return false;
		this.#count(source, piece);
		return true;
	}

	/** It holds nothing, as far as we know. */
	disclaim(source: Source): void {
		if (source.isWhole) this.#picker.addWhole(-1);
		else if (source.pieces.count > 0) for (const piece of source.pieces) this.#picker.addHolder(piece, -1);
		source.pieces = new Bitfield(this.#picker.size);
		source.isWhole = false;
		source.list = [];
		source.free = 0;
		source.lacking = 0;
	}

	/** A piece that was not here is in another state than before: everybody who holds it has more or less to offer. */
	set(piece: number, state: PieceState): void {
		const before = this.#picker.set(piece, state);
		if (before === state) return;
		const free = Number(state === 'free') - Number(before === 'free');
		for (const source of this.#sources.values()) {
			if (source.isWhole || !source.pieces.has(piece)) continue;
			source.free += free;
			if (state === 'here') source.lacking--;
		}
	}

	/** These pieces are here, all others are not, and nobody was asked for any. */
	reset(here: Bitfield): void {
		for (let piece = 0; piece < this.#picker.size; piece++) this.#picker.set(piece, here.has(piece) ? 'here' : 'free');
		for (const source of this.#sources.values()) {
			if (source.isWhole) continue;
			source.list = [...source.pieces].filter(piece => !here.has(piece));
			source.free = source.list.length;
			source.lacking = source.list.length;
		}
	}

	/** Pieces that it holds and we do not. */
	lackingOf(source: Source): number {
		return source.isWhole ? this.#picker.size - this.#picker.count('here') : source.lacking;
	}

	freeOf(source: Source): number {
		return source.isWhole ? this.#picker.count('free') : source.free;
	}

	#count(source: Source, piece: number): void {
		this.#picker.addHolder(piece, 1);
		source.list.push(piece);
		const state = this.#picker.state(piece);
		if (state === 'free') source.free++;
		if (state !== 'here') source.lacking++;
	}
}
