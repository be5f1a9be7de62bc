/**
 * Memory for blocks on their way between disk and network. However large files are, however many are on their way and
 * however many peers send: there is never more than `FILE_MEMORY_BYTES`. Whoever finds none left waits, and the other side
 * feels it, since nothing is read from it meanwhile.
 */
import {MAX_PIECE_BYTES, MIN_PIECE_BYTES} from '../../wire/file-offer.ts';

/** Blocks that arrive or are being written, and blocks that are read and sent, all together. */
export const FILE_MEMORY_BYTES = 64 * 1024 * 1024;

/** Three quarters are for what comes: it comes from many at once, while what goes out goes one after the other. */
export const ARRIVING_BYTES = (FILE_MEMORY_BYTES * 3) / 4;
export const GIVING_BYTES = FILE_MEMORY_BYTES - ARRIVING_BYTES;

/** Beside each block, for the header in front of it; not counted. */
const HEADER_ROOM = 64;

export class Memory {
	readonly #most: number;
	/** In use, and kept for the next: what new memory costs, the system has to clear. */
	#bytes = 0;
	readonly #spare = new Map<number, Buffer[]>();
	/** In the order in which they came. */
	readonly #waiting = new Set<() => void>();

	constructor(most: number) {
		if (most < MAX_PIECE_BYTES) throw new RangeError('there has to be room for one block');
		this.#most = most;
	}

	/** Bytes in use or kept. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Room for a block of so many bytes and a header, perhaps more than that; undefined if there is none now. */
	take(bytes: number): Buffer | undefined {
		let size = MIN_PIECE_BYTES;
		while (size < bytes) size *= 2;
		const spare = this.#spare.get(size)?.pop();
		if (spare) return spare;
		if (this.#bytes + size > this.#most) this.trim();
		if (this.#bytes + size > this.#most) return undefined;
		this.#bytes += size;
		return Buffer.allocUnsafeSlow(size + HEADER_ROOM);
	}

	/** What `take` gave is not used any more. Whoever waits is called. */
	giveBack(buffer: Buffer): void {
		const size = buffer.length - HEADER_ROOM;
		const spare = this.#spare.get(size);
		if (spare) spare.push(buffer);
		else this.#spare.set(size, [buffer]);
		// All of them: the first may be about to leave, and would take the turn of the others with it.
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const goOn of waiting) goOn();
	}

	/** Calls once when there may be room. The same function waits once. */
	wait(goOn: () => void): void {
		this.#waiting.add(goOn);
	}

	forget(goOn: () => void): void {
		this.#waiting.delete(goOn);
	}

	/** Lets go of what is kept. */
	trim(): void {
		for (const [size, buffers] of this.#spare) this.#bytes -= size * buffers.length;
		this.#spare.clear();
	}
}
