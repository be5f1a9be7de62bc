/** How fast bytes go, over the last few seconds. */
import type {Instant} from '../behaviour.ts';

/** Milliseconds of one cell, and how many are looked at. */
const CELL = 500;
const CELLS = 8;

/** Milliseconds: what has just begun is not told to be faster than it could be measured. */
const LEAST = 250;

/** Milliseconds without a byte after which nothing goes any more, if nothing is to go. */
export const REST = 1_000;

export class Speed {
	readonly #cells = new Float64Array(CELLS);
	#cell = 0;
	#since: Instant | undefined;
	#lastAt: Instant = Number.NEGATIVE_INFINITY;
	#total = 0;
	/** Of all cells. */
	#sum = 0;

	/** Bytes in all. */
	get total(): number {
		return this.#total;
	}

	add(bytes: number, now: Instant): void {
		this.#turn(now);
		// The time before the first byte does not count.
		this.#since ??= now;
		this.#cells[this.#cell % CELLS]! += bytes;
		this.#sum += bytes;
		this.#total += bytes;
		this.#lastAt = now;
	}

	/** Bytes a second. `isBusy`: more is to come, though it may take its time. */
	rate(now: Instant, isBusy = true): number {
		if (this.#since === undefined || (!isBusy && now - this.#lastAt >= REST)) return 0;
		this.#turn(now);
		if (this.#sum === 0) {
			this.#since = undefined;
			return 0;
		}
		const begin = Math.max(this.#since, (this.#cell - CELLS + 1) * CELL);
		return Math.round((this.#sum * 1_000) / Math.max(LEAST, now - begin));
	}

	#turn(now: Instant): void {
		const cell = Math.floor(now / CELL);
		const passed = Math.min(CELLS, cell - this.#cell);
		for (let index = 1; index <= passed; index++) {
			const place = (this.#cell + index) % CELLS;
			this.#sum -= this.#cells[place]!;
			this.#cells[place] = 0;
		}
		if (passed > 0) this.#cell = cell;
		// After a long rest the first cell that counts is another one; the ring is empty by then.
		if (passed === CELLS) this.#since = undefined;
	}
}
