/**
 * Frames of a connection for bulk, where the bytes of files go.
 *
 *     ┌─────────────────┬──────────────┬──────┐
 *     │ length, 4 bytes │ type, 1 byte │ body │   length: unsigned, big endian, of type and body
 *     └─────────────────┴──────────────┴──────┘
 *
 * | type      | body                                                                                       |
 * | --------- | ------------------------------------------------------------------------------------------ |
 * | 0 ready   | nothing; the first frame of whoever was dialled, before which the other one sends nothing   |
 * | 1 request | the name of a block                                                                        |
 * | 2 cancel  | the same: the block is no longer wanted. It may come all the same                           |
 * | 3 data    | the name of a block, then its bytes                                                        |
 * | 4 refuse  | the name of a block, then the reason in one byte                                           |
 *
 * A name is 37 bytes: id of the file (32), what of it (1), index (4, unsigned, big endian). Types that are not known are
 * skipped, so are bytes at the end of a `ready`.
 */
import {WireError} from '../base/errors.ts';
import {
	type BlockName,
	type Denial,
	MAX_MANIFEST_BYTES,
	MAX_PIECE_BYTES,
	MAX_PIECES,
	METADATA_SLICE_BYTES,
} from './file-offer.ts';
import {HASH_BYTES} from './file-tree.ts';
import {hexOf} from './ids.ts';
import {BULK_NUMBERS, BULK_WHAT_NUMBERS, DENIAL_NUMBERS} from './layout.ts';
import {FRAME_HEADER_BYTES} from './limits.ts';

/** A frame without the bytes of a block. */
export type BulkFrame =
	| {readonly type: 'ready'}
	| {readonly type: 'request'; readonly block: BlockName}
	| {readonly type: 'cancel'; readonly block: BlockName}
	| {readonly type: 'refuse'; readonly block: BlockName; readonly reason: Denial};

/** Who takes what comes. Whatever it throws ends the stream: see `push`. */
export type BulkSink = {
	frame(frame: BulkFrame): void;
	/**
	 * A block begins, of so many bytes. Returns where they go, exactly as many bytes; or undefined to let them pass unread.
	 * Throws if nobody has asked for it, or if it cannot be so long. `later`: there is no room now, so nothing more is taken.
	 */
	begin(block: BlockName, bytes: number): Uint8Array | undefined | 'later';
	/** So many bytes of it are here. */
	progress(block: BlockName, bytes: number): void;
	/** All of it is: the bytes are in what `begin` returned. */
	end(block: BlockName): void;
};

/** Bytes of a block's name, and of everything in front of a block's bytes. */
export const BLOCK_NAME_BYTES = HASH_BYTES + 5;
export const DATA_HEADER_BYTES = FRAME_HEADER_BYTES + 1 + BLOCK_NAME_BYTES;

/** Bytes of type and body of the longest frame, and of the longest that carries no block. */
export const MAX_BULK_FRAME_BYTES = 1 + BLOCK_NAME_BYTES + MAX_PIECE_BYTES;
export const MAX_BULK_CONTROL_BYTES = 256;

/** How many of each a file may have. */
const LIMITS: Readonly<Record<BlockName['what'], number>> = {
	piece: MAX_PIECES,
	layer: Math.ceil((MAX_PIECES * HASH_BYTES) / METADATA_SLICE_BYTES),
	manifest: Math.ceil(MAX_MANIFEST_BYTES / METADATA_SLICE_BYTES),
};

const TYPES = namesOf(BULK_NUMBERS);
const WHATS = namesOf(BULK_WHAT_NUMBERS);
const DENIALS = namesOf(DENIAL_NUMBERS);

/** One text for each block: to look it up by. */
export function blockKey({file, what, index}: BlockName): string {
	return `${file} ${what} ${index}`;
}

export function encodeBulk(frame: BulkFrame): Uint8Array {
	if (frame.type === 'ready') return begin('ready', 0);
	const isRefusal = frame.type === 'refuse';
	const bytes = begin(frame.type, BLOCK_NAME_BYTES + (isRefusal ? 1 : 0));
	putName(bytes, frame.block);
	if (isRefusal) bytes[DATA_HEADER_BYTES] = DENIAL_NUMBERS[frame.reason];
	return bytes;
}

/**
 * What goes in front of the bytes of a block.
 * @throws RangeError if no block is so long.
 */
export function encodeDataHeader(block: BlockName, length: number): Uint8Array {
	if (!(length > 0 && length <= MAX_PIECE_BYTES)) throw new RangeError(`a block cannot have ${length} bytes`);
	const header = begin('data', BLOCK_NAME_BYTES + length, DATA_HEADER_BYTES);
	putName(header, block);
	return header;
}

/**
 * Takes the bytes of a stream in pieces of any size. Bytes of a block are copied once, to where the sink wants them; nothing
 * is allocated for what a stranger claims.
 */
export class BulkDecoder {
	readonly #sink: BulkSink;
	/** A header, or a frame without a block, of which a part is here. */
	readonly #head = Buffer.alloc(FRAME_HEADER_BYTES + MAX_BULK_CONTROL_BYTES);
	#headBytes = 0;
	/** Bytes that `#head` must hold before it says more. */
	#needed = FRAME_HEADER_BYTES + 1;
	#block: {readonly name: BlockName; readonly target: Uint8Array | undefined; readonly bytes: number} | undefined;
	#done = 0;
	#isHeld = false;
	#failure: unknown;

	constructor(sink: BulkSink) {
		this.#sink = sink;
	}

	/** Whether a frame has begun that is not complete. */
	get isPartial(): boolean {
		return this.#headBytes > 0 || this.#block !== undefined;
	}

	/** There was no room for a block: the next `push` asks again. */
	get isHeld(): boolean {
		return this.#isHeld;
	}

	/**
	 * Returns how many bytes were taken: less than all if there is no room, see `isHeld`.
	 * @throws WireError with a `bulk-…` reason for what nobody may send, and whatever the sink throws. The stream has no
	 * meaning any more then, and every later call throws the same.
	 */
	push(chunk: Uint8Array): number {
		if (this.#failure !== undefined) throw this.#failure;
		try {
			let at = 0;
			if (this.#isHeld) this.#headIsHere();
			while (at < chunk.length && !this.#isHeld) {
				at = this.#block ? this.#readBlock(chunk, at) : this.#readHead(chunk, at);
			}
			return at;
		} catch (error) {
			this.#failure = error;
			throw error;
		}
	}

	/** Where the next bytes of the stream belong, if whoever reads them can put them there; then it tells `filled`. */
	get room(): Uint8Array | undefined {
		return this.#block?.target?.subarray(this.#done);
	}

	/**
	 * So many bytes were put into `room`, as if they had been pushed.
	 * @throws whatever the sink throws, as `push`.
	 */
	filled(count: number): void {
		if (this.#failure !== undefined) throw this.#failure;
		try {
			this.#advance(count);
		} catch (error) {
			this.#failure = error;
			throw error;
		}
	}

	#readBlock(chunk: Uint8Array, at: number): number {
		const {target, bytes} = this.#block!;
		const count = Math.min(bytes - this.#done, chunk.length - at);
		target?.set(at === 0 && count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#done);
		this.#advance(count);
		return at + count;
	}

	#advance(count: number): void {
		const {name, bytes} = this.#block!;
		this.#done += count;
		if (this.#done < bytes) this.#sink.progress(name, this.#done);
		else {
			this.#block = undefined;
			this.#sink.end(name);
		}
	}

	#readHead(chunk: Uint8Array, at: number): number {
		const count = Math.min(this.#needed - this.#headBytes, chunk.length - at);
		this.#head.set(chunk.subarray(at, at + count), this.#headBytes);
		this.#headBytes += count;
		if (this.#headBytes === this.#needed) this.#headIsHere();
		return at + count;
	}

	/** Finds out how much more is needed, or does what the frame says. */
	#headIsHere(): void {
		const length = this.#head.readUInt32BE(0);
		const type = TYPES.get(this.#head[FRAME_HEADER_BYTES]!);
		const needed = FRAME_HEADER_BYTES + (type === 'data' ? 1 + BLOCK_NAME_BYTES : length);
		if (this.#headBytes === FRAME_HEADER_BYTES + 1) {
			checkLength(type, length);
			this.#needed = needed;
			if (needed > this.#headBytes) return;
		}
		if (type === 'data') this.#isHeld = !this.#begin(length - 1 - BLOCK_NAME_BYTES);
		if (this.#isHeld) return;
		this.#headBytes = 0;
		this.#needed = FRAME_HEADER_BYTES + 1;
		if (type && type !== 'data') this.#sink.frame(this.#frameOf(type));
	}

	/** Returns false if there is no room yet. */
	#begin(bytes: number): boolean {
		const name = this.#name();
		const target = this.#sink.begin(name, bytes);
		if (target === 'later') return false;
		if (target && target.length !== bytes)
			throw new RangeError(`${target.length} bytes of room for a block of ${bytes}`);
		this.#done = 0;
		this.#block = {name, target, bytes};
		return true;
	}

	#frameOf(type: BulkFrame['type']): BulkFrame {
		if (type === 'ready') return {type};
		const block = this.#name();
		if (type !== 'refuse') return {type, block};
		return {type, block, reason: DENIALS.get(this.#head[DATA_HEADER_BYTES]!) ?? 'not-here'};
	}

	#name(): BlockName {
		const at = FRAME_HEADER_BYTES + 1;
		const what = WHATS.get(this.#head[at + HASH_BYTES]!);
		const index = this.#head.readUInt32BE(at + HASH_BYTES + 1);
		if (!what || index >= LIMITS[what]) throw new WireError('bulk-block', 'a block that no file has');
		return {file: hexOf(this.#head, at, at + HASH_BYTES), what, index};
	}
}

/** @throws WireError `bulk-length` for a length that the type cannot have. */
function checkLength(type: keyof typeof BULK_NUMBERS | undefined, length: number): void {
	if (isLength(type, length)) return;
	throw new WireError('bulk-length', `${type ?? 'a frame of an unknown type'} of ${length} bytes`);
}

function isLength(type: keyof typeof BULK_NUMBERS | undefined, length: number): boolean {
	switch (type) {
		case 'request':
		case 'cancel':
			return length === 1 + BLOCK_NAME_BYTES;
		case 'refuse':
			return length === 2 + BLOCK_NAME_BYTES;
		case 'data':
			return length > 1 + BLOCK_NAME_BYTES && length <= MAX_BULK_FRAME_BYTES;
		default:
			return length > 0 && length <= MAX_BULK_CONTROL_BYTES;
	}
}

/** The beginning of a frame with a body of so many bytes, of which `room` bytes (by default all) are made. */
function begin(type: keyof typeof BULK_NUMBERS, body: number, room = FRAME_HEADER_BYTES + 1 + body): Buffer {
	const bytes = Buffer.alloc(room);
	bytes.writeUInt32BE(1 + body, 0);
	bytes[FRAME_HEADER_BYTES] = BULK_NUMBERS[type];
	return bytes;
}

function putName(bytes: Buffer, {file, what, index}: BlockName): void {
	const at = FRAME_HEADER_BYTES + 1;
	bytes.write(file, at, 'hex');
	bytes[at + HASH_BYTES] = BULK_WHAT_NUMBERS[what];
	bytes.writeUInt32BE(index, at + HASH_BYTES + 1);
}

function namesOf<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
	return new Map(Object.entries(numbers).map(([name, number]) => [number as number, name as Name]));
}
