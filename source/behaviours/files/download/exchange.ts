/**
 * What is asked of whom, for one file. Outside the endgame every piece is asked of one source at a time; whatever a source
 * does not give, another one is asked for.
 */
import {Bitfield} from '../../../base/bitfield.ts';
import {BoundedMap} from '../../../base/bounded.ts';
import type {Random} from '../../../base/random.ts';
import {
	type BlockName,
	bytesOfPiece,
	type FileOffer,
	METADATA_SLICE_BYTES,
	pieceBytesOf,
	pieceCountOf,
} from '../../../wire/file-offer.ts';
import {HASH_BYTES} from '../../../wire/file-tree.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../../behaviour.ts';
import type {Line} from './line.ts';
import {Metadata} from './metadata.ts';
import {HOLDS_PAUSE, HOLDS_PIECES, MAX_DROPPED, MAX_SEEK_PAUSE, METADATA_TIMEOUT, SEEK_PAUSE} from './parameters.ts';
import {Picker} from './picker.ts';
import {type Request, type Source, Sources} from './sources.ts';
import {isSpared, type TakeOver, takeOver} from './take-over.ts';
import {Thrift} from './thrift.ts';

export class Exchange {
	readonly picker: Picker;
	readonly sources: Sources;
	readonly metadata = new Metadata();
	/** Verified pieces. */
	here: Bitfield;
	/** Peers that sent something wrong, and what: they stay out when they come back. */
	readonly dropped = new BoundedMap<PeerId, string>(MAX_DROPPED);
	readonly #offer: FileOffer;
	/** Who was asked for a piece. */
	readonly #askers = new Map<number, readonly Source[]>();
	readonly #restless = new Set<Line>();
	readonly #thrift = new Thrift();
	#hasFreed = false;

	constructor(offer: FileOffer, random: Random) {
		this.#offer = offer;
		this.picker = new Picker(pieceCountOf(offer.size), random);
		this.sources = new Sources(this.picker);
		this.here = new Bitfield(this.picker.size);
	}

	/** Bytes of a piece, but perhaps the last. */
	get pieceBytes(): number {
		return pieceBytesOf(this.#offer.size);
	}

	/** Pieces that somebody was asked for. */
	get askedPieces(): IterableIterator<number> {
		return this.#askers.keys();
	}

	/** Adds the lines that may ask for something since this was called last. Returns true if all of them may. */
	takeRestless(lines: Set<Line>): boolean {
		const areAll = this.#hasFreed;
		this.#hasFreed = false;
		if (this.#restless.size === 0) return areAll;
		for (const line of this.#restless) lines.add(line);
		this.#restless.clear();
		return areAll;
	}

	/** What the disk has. Nothing is asked for. */
	reset(pieces: Uint8Array): void {
		this.here = new Bitfield(this.picker.size, pieces);
		this.sources.reset(this.here);
		this.#hasFreed = true;
	}

	// --- sources

	add(peer: PeerId, line: Line): Source {
		const source = this.sources.add(peer, line);
		source.dropped = this.dropped.get(peer);
		return source;
	}

	/** Without a word to it if `isLost`: whatever it was asked is lost with its connection. */
	remove(source: Source, isLost: boolean): BehaviourOutput[] {
		const outputs = this.release(source, isLost);
		this.sources.delete(source);
		return outputs;
	}

	/** Each time costs as much as the file has pieces: what comes too often waits for `readAll`. */
	holds(source: Source, pieces: Uint8Array, now: Instant): BehaviourOutput[] {
		source.hasSpoken = true;
		source.seekAt = undefined;
		// As long as it should be, whatever it is.
		source.unread = new Uint8Array(Math.ceil(this.picker.size / 8));
		source.unread.set(pieces.subarray(0, source.unread.length));
		return this.#readHolds(source, now);
	}

	readAll(now: Instant): BehaviourOutput[] {
		return [...this.sources.all()].flatMap(source => this.#readHolds(source, now));
	}

	#readHolds(source: Source, now: Instant): BehaviourOutput[] {
		if (!source.unread || source.dropped !== undefined || now < source.readAt + this.#holdsPause) return [];
		this.sources.claim(source, source.unread);
		source.unread = undefined;
		source.readAt = now;
		this.#restless.add(source.line);
		return this.#takeBackUnheld(source);
	}

	/** What waits with a fuller source is asked of this one at once; or is left to whoever picks next, if that has rarer ones. */
	gained(source: Source, pieces: readonly number[], now: Instant): BehaviourOutput[] {
		if (source.dropped !== undefined) return [];
		source.hasSpoken = true;
		const outputs: BehaviourOutput[] = [];
		for (const piece of pieces) {
			if (source.unread && piece < this.picker.size) source.unread[piece >> 3]! |= 0x80 >> (piece & 7);
			if (!Number.isInteger(piece) || !this.sources.gain(source, piece)) continue;
			if (this.picker.state(piece) === 'asked') outputs.push(...this.#spare(source, piece, now));
		}
		this.#restless.add(source.line);
		return outputs;
	}

	/** It sent what is wrong: nothing more is asked of it. */
	drop(source: Source, reason: string): BehaviourOutput[] {
		this.dropped.set(source.peer, reason);
		source.dropped = reason;
		const outputs = this.release(source, false);
		this.sources.disclaim(source);
		return outputs;
	}

	/** It has not what it said it had, or gives us nothing: what it holds is asked for later. */
	disclaim(source: Source, now: Instant): BehaviourOutput[] {
		const outputs = this.release(source, false);
		this.sources.disclaim(source);
		source.unread = undefined;
		source.hasSpoken = false;
		source.seekAt = now + Math.min(MAX_SEEK_PAUSE, SEEK_PAUSE * 2 ** Math.min(source.denials++, 16));
		return outputs;
	}

	/** Takes back all that it was asked. */
	release(source: Source, isLost: boolean): BehaviourOutput[] {
		const requests = [...source.requests.values()];
		for (const request of requests) this.#end(source, request);
		if (this.metadata.giver === source.peer) {
			this.metadata.restart();
			this.#hasFreed = true;
		}
		return isLost ? [] : requests.map(({block}) => unask(source, block));
	}

	releaseAll(): BehaviourOutput[] {
		return [...this.sources.all()].flatMap(source => this.release(source, false));
	}

	// --- asking

	/** The next thing to ask this source for. Empty: nothing. `arePiecesWanted`: their hashes are here. */
	next(source: Source, arePiecesWanted: boolean, now: Instant): BehaviourOutput[] {
		if (source.dropped !== undefined) return [];
		const slice = this.#nextSlice(source, now);
		if (slice) return [this.#ask(source, slice, now)];
		if (!arePiecesWanted || this.sources.lackingOf(source) === 0) return [];
		const piece = this.picker.pick(source);
		if (piece !== undefined) return [this.#ask(source, this.#piece(piece), now)];
		if (!this.#isAskedOfOthers(source)) return [];
		const isEndgame = this.picker.count('free') === 0;
		const copiesOf = (index: number) => this.#askers.get(index) ?? [];
		const found = takeOver(source, this.sources.all(), copiesOf, isEndgame, now);
		if (!found || !this.#mayTakeOver(found, now)) return [];
		if (found.isCopy) return [this.#ask(source, found.request.block, now)];
		return this.#move(found.from, source, found.request, now);
	}

	/** Whether there may be something to ask any source for. */
	get hasUseful(): boolean {
		for (const source of this.sources.all()) if (this.isUseful(source)) return true;
		return false;
	}

	/** Whether there may be something to ask this source for. */
	isUseful(source: Source): boolean {
		if (source.dropped !== undefined) return false;
		return this.#mayGiveMetadata(source) || this.sources.lackingOf(source) > 0;
	}

	/** Some of a block came. Returns whether it was asked for. */
	coming(source: Source, block: BlockName, bytes: number, now: Instant): boolean {
		const request = source.requests.get(keyOf(block));
		if (!request) return false;
		this.#came(source, request, bytes, now);
		this.#restless.add(source.line);
		return true;
	}

	/** A block came whole: bytes that were not told as `coming`. Others that were asked for it are called off if it is right. */
	arrived(
		source: Source | undefined,
		block: BlockName,
		bytes: number,
		verdict: 'ok' | 'wrong' | 'unwanted',
		now: Instant,
	): {readonly bytes: number; readonly isNew: boolean; readonly outputs: BehaviourOutput[]} {
		const request = source?.requests.get(keyOf(block));
		const rest = bytes - (request?.came ?? 0);
		if (source && request) {
			this.#came(source, request, rest, now);
			this.#end(source, request);
			if (verdict === 'ok') source.line.arrived();
			if (verdict === 'ok') source.denials = 0;
			if (verdict === 'unwanted') this.#refused(source, block, now);
			this.#restless.add(source.line);
		}
		if (!request && verdict === 'unwanted') this.#thrift.cameInVain();
		if (verdict !== 'ok') return {bytes: rest, isNew: false, outputs: []};
		if (block.what !== 'piece') {
			if (source && request) this.metadata.arrived(source.peer, block.what, block.index, bytes);
			return {bytes: rest, isNew: false, outputs: []};
		}
		const isNew = this.here.add(block.index);
		const outputs = isNew ? this.#callOff(block.index) : [];
		if (isNew) this.sources.set(block.index, 'here');
		return {bytes: rest, isNew, outputs};
	}

	/** It was asked for it and does not give it. Returns whether it was asked. */
	denied(source: Source, block: BlockName, now: Instant): boolean {
		const request = source.requests.get(keyOf(block));
		if (!request) return false;
		this.#end(source, request);
		if (block.what !== 'piece') this.metadata.failed(source.peer, now);
		return true;
	}

	/** Its hashes do not fit what was offered. */
	contradicted({peer}: Source, doubt: 'fewer' | 'unfit', now: Instant): void {
		this.metadata.contradicts(peer, doubt, now);
		this.#hasFreed = true;
	}

	/** A slice that does not come is asked of somebody else. */
	checkMetadata(now: Instant): BehaviourOutput[] {
		const source = this.metadata.giver === undefined ? undefined : this.sources.get(this.metadata.giver);
		if (!source) return [];
		const late = [...source.requests.values()].find(
			({block, heardAt}) => block.what !== 'piece' && now - heardAt > METADATA_TIMEOUT,
		);
		if (!late) return [];
		this.#end(source, late);
		this.metadata.failed(source.peer, now);
		this.#hasFreed = true;
		return [unask(source, late.block)];
	}

	// --- in parts

	get #holdsPause(): number {
		return Math.max(HOLDS_PAUSE, this.picker.size / HOLDS_PIECES);
	}

	#mayGiveMetadata(source: Source): boolean {
		return !this.metadata.isComplete && source.isHolder;
	}

	#nextSlice(source: Source, now: Instant): BlockName | undefined {
		if (!this.#mayGiveMetadata(source)) return undefined;
		const isOnly = ![...this.sources.all()].some(
			other => other !== source && other.dropped === undefined && this.#mayGiveMetadata(other),
		);
		const slice = this.metadata.next(source.peer, isOnly, now);
		return slice && {file: this.#offer.file, ...slice};
	}

	#mayTakeOver({from, isStalled}: TakeOver, now: Instant): boolean {
		if (isStalled) from.line.fellSilent(now);
		if (isStalled) return true;
		if (!this.#thrift.allows(this.here.count, now)) return false;
		this.#thrift.tookOver(now);
		return true;
	}

	/** Whether some of what it holds was asked of others, as far as numbers tell: looking at all of it is dear. */
	#isAskedOfOthers(source: Source): boolean {
		return this.sources.lackingOf(source) - this.sources.freeOf(source) > source.requests.size;
	}

	#piece(index: number): BlockName {
		return {file: this.#offer.file, what: 'piece', index};
	}

	#bytesOf({what, index}: BlockName): number {
		if (what === 'piece') return bytesOfPiece(this.#offer.size, index);
		if (what === 'manifest') return METADATA_SLICE_BYTES;
		return Math.max(0, Math.min(METADATA_SLICE_BYTES, this.picker.size * HASH_BYTES - index * METADATA_SLICE_BYTES));
	}

	#ask(source: Source, block: BlockName, now: Instant): BehaviourOutput {
		const bytes = this.#bytesOf(block);
		source.requests.set(keyOf(block), {block, bytes, at: now, came: 0, heardAt: now});
		source.line.asked(bytes, now);
		if (block.what === 'piece') {
			this.#askers.set(block.index, [...(this.#askers.get(block.index) ?? []), source]);
			this.sources.set(block.index, 'asked');
		}
		return {type: 'files', deed: {deed: 'ask', peer: source.peer, block}};
	}

	#came(source: Source, request: Request, bytes: number, now: Instant): void {
		if (bytes <= 0) return;
		source.line.lessBytes(Math.min(bytes, request.bytes - request.came));
		request.came = Math.min(request.bytes, request.came + bytes);
		request.heardAt = now;
		source.line.came(bytes, now);
		source.meter.add(bytes, now);
		source.bytes += bytes;
	}

	/** The request is over; the piece is to be had again, unless it is here or somebody else was asked. */
	#end(source: Source, request: Request): void {
		const {what, index} = request.block;
		source.requests.delete(keyOf(request.block));
		source.line.lessRequests();
		source.line.lessBytes(request.bytes - request.came);
		this.#restless.add(source.line);
		if (what !== 'piece') return;
		const others = (this.#askers.get(index) ?? []).filter(other => other !== source);
		if (others.length > 0) {
			this.#askers.set(index, others);
			return;
		}
		this.#askers.delete(index);
		if (this.picker.state(index) !== 'asked') return;
		this.sources.set(index, 'free');
		this.#hasFreed = true;
	}

	/** It was asked for, came, and was not taken: no reason to ask for it again and again without a pause. */
	#refused(source: Source, block: BlockName, now: Instant): void {
		if (block.what === 'piece') source.line.wasBusy(now);
		else this.metadata.failed(source.peer, now);
	}

	/** The piece is here: whoever else was asked for it need not give it. */
	#callOff(piece: number): BehaviourOutput[] {
		return (this.#askers.get(piece) ?? []).map(source => {
			const request = source.requests.get(piece)!;
			this.#end(source, request);
			return unask(source, request.block);
		});
	}

	#move(from: Source, to: Source, request: Request, now: Instant): BehaviourOutput[] {
		// In this order the piece is never free in between, which would wake all lines.
		const ask = this.#ask(to, request.block, now);
		this.#end(from, request);
		return [unask(from, request.block), ask];
	}

	#spare(source: Source, piece: number, now: Instant): BehaviourOutput[] {
		const [from, ...others] = this.#askers.get(piece)!;
		const request = from?.requests.get(piece);
		if (!from || !request || from === source || others.length > 0) return [];
		const own = source.line.timeFor(request.bytes, now);
		if (!isSpared(from, source, request, from.line.timeFor(0, now), own)) return [];
		if (!this.#thrift.allows(this.here.count, now)) return [];
		this.#thrift.tookOver(now);
		if (source.line.isOpen && source.line.hasRoom(now)) return this.#move(from, source, request, now);
		const hasRarer =
			from.pieces.isFull && (this.picker.rarest() ?? Number.POSITIVE_INFINITY) < this.picker.availability(piece);
		if (!hasRarer) return [];
		this.#end(from, request);
		return [unask(from, request.block)];
	}

	/** It says anew what it holds: what it was asked and does not hold is asked of others. */
	#takeBackUnheld(source: Source): BehaviourOutput[] {
		const unheld = [...source.requests.values()].filter(
			({block}) => block.what === 'piece' && !source.pieces.has(block.index),
		);
		for (const request of unheld) this.#end(source, request);
		return unheld.map(({block}) => unask(source, block));
	}
}

/** Of a request among those of one source: pieces by their index, slices of metadata below 0. */
function keyOf({what, index}: BlockName): number {
	if (what === 'piece') return index;
	return what === 'layer' ? -1 - index : -1_001 - index;
}

function unask({peer}: Source, block: BlockName): BehaviourOutput {
	return {type: 'files', deed: {deed: 'unask', peer, block}};
}
