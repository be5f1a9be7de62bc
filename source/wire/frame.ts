/**
 * Frames: how a stream of bytes becomes messages again.
 *
 *     ┌──────────────────┬────────────────┐
 *     │ length, 4 bytes  │ body           │   length: unsigned, big endian, of the body alone
 *     └──────────────────┴────────────────┘
 */
import {WireError} from '../base/errors.ts';
import {FRAME_HEADER_BYTES, MAX_FRAME_BYTES} from './limits.ts';

/**
 * Puts the length before a body.
 * @throws RangeError for a body that no receiver would take: a mistake of ours, not of the peer.
 */
export function encodeFrame(body: Uint8Array): Uint8Array {
	const length = body.length;
	if (length === 0 || length > MAX_FRAME_BYTES) throw new RangeError(`a frame cannot hold ${length} bytes`);
	const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
	frame[0] = length >>> 24;
	frame[1] = length >>> 16;
	frame[2] = length >>> 8;
	frame[3] = length;
	frame.set(body, FRAME_HEADER_BYTES);
	return frame;
}

/**
 * Takes the bytes of a stream in pieces of any size and gives back the bodies of the frames, always the same ones
 * however the stream was cut. Every byte is copied once at most.
 */
export class FrameDecoder {
	readonly #maxBytes: number;
	/** Bytes of a header that are here, and their value so far. */
	#headerBytes = 0;
	#length = 0;
	/** A body of which a part is here. */
	#body: Uint8Array | undefined;
	#bodyBytes = 0;

	constructor(maxBytes: number = MAX_FRAME_BYTES) {
		this.#maxBytes = maxBytes;
	}

	/** Whether a frame has begun that is not complete. */
	get isPartial(): boolean {
		return this.#headerBytes > 0;
	}

	/**
	 * The bodies of all frames that are complete with `chunk`. A body that lies whole in the chunk is a view into it,
	 * not a copy: it stays valid as long as the chunk is not written to, and keeps all of the chunk in memory.
	 * @throws WireError `frame-length` if a length is 0 or above the limit. The stream then has no meaning any more:
	 * frames before it in the same chunk are lost with it, and every later call throws too.
	 */
	push(chunk: Uint8Array): Uint8Array[] {
		const bodies: Uint8Array[] = [];
		let offset = 0;
		while (true) {
			offset = this.#readHeader(chunk, offset);
			if (this.#headerBytes < FRAME_HEADER_BYTES) return bodies;
			// `#body` is only needed for a body that does not lie whole in one chunk.
			if (this.#body === undefined && chunk.length - offset >= this.#length) {
				bodies.push(chunk.subarray(offset, offset + this.#length));
				offset += this.#length;
			} else {
				offset = this.#readBody(chunk, offset);
				if (this.#bodyBytes < this.#length) return bodies;
				bodies.push(this.#body as Uint8Array);
			}
			this.#reset();
		}
	}

	#readHeader(chunk: Uint8Array, start: number): number {
		let offset = start;
		while (this.#headerBytes < FRAME_HEADER_BYTES && offset < chunk.length) {
			this.#length = this.#length * 256 + chunk[offset++]!;
			this.#headerBytes++;
		}
		const isComplete = this.#headerBytes === FRAME_HEADER_BYTES;
		if (isComplete && (this.#length === 0 || this.#length > this.#maxBytes)) {
			throw new WireError('frame-length', `a frame of ${this.#length} bytes; 1 to ${this.#maxBytes} are allowed`);
		}
		return offset;
	}

	#readBody(chunk: Uint8Array, offset: number): number {
		// Filled to the last byte before anybody sees it: zeros would cost more than the copy.
		this.#body ??= Buffer.allocUnsafeSlow(this.#length);
		const count = Math.min(this.#length - this.#bodyBytes, chunk.length - offset);
		this.#body.set(chunk.subarray(offset, offset + count), this.#bodyBytes);
		this.#bodyBytes += count;
		return offset + count;
	}

	#reset(): void {
		this.#headerBytes = 0;
		this.#length = 0;
		this.#body = undefined;
		this.#bodyBytes = 0;
	}
}
