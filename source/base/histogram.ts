/**
 * How often values of each size came, in bounded memory: a log-linear histogram (after Gil Tene's HdrHistogram). Values
 * are milliseconds, counted in whole microseconds. Up to 64 µs each has a bucket of its own; from there each doubling is
 * divided into 64 buckets of equal width, so that none is wider than 1/64 (1.6 %) of what it holds. Beyond two minutes all
 * is one bucket; `max` is exact all the same.
 *
 * Buckets of a doubling are there from the first value in it: one way through a network keeps to two or three of them,
 * 256 bytes each, and thousands of simulated nodes measure a hundred ways each.
 */

/** Buckets in each doubling, as a power of two. */
const BITS = 6;
const DIVISIONS = 2 ** BITS;

/** What is as large as that or larger is not told apart: 2^27 µs, 134 s. */
const MAX_EXPONENT = 27;
const ROWS = MAX_EXPONENT - BITS + 1;

const MICROSECONDS = 1_000;

export class Histogram {
	/** By doubling: row 0 is below 64 µs, row n from 2^(n + 5) µs on. */
	readonly #rows: (Uint32Array | undefined)[] = [];
	#count = 0;
	#min = Number.POSITIVE_INFINITY;
	#max = 0;

	/** How many values there are. */
	get count(): number {
		return this.#count;
	}

	/** Milliseconds, exact to the microsecond; undefined while there are none. */
	get min(): number | undefined {
		return this.#count === 0 ? undefined : this.#min / MICROSECONDS;
	}

	get max(): number | undefined {
		return this.#count === 0 ? undefined : this.#max / MICROSECONDS;
	}

	/** What is below 0, or no number at all, counts as 0. */
	record(milliseconds: number): void {
		const value = Math.max(0, Math.round(milliseconds * MICROSECONDS)) || 0;
		const row = rowOf(value);
		this.#row(row)[columnOf(value, row)]! += 1;
		this.#count += 1;
		this.#min = Math.min(this.#min, value);
		this.#max = Math.max(this.#max, value);
	}

	/**
	 * The least value that is not below `part` (0 to 1) of all values, in milliseconds: at most 1 % from the true one.
	 * Undefined while there are none.
	 */
	quantile(part: number): number | undefined {
		if (this.#count === 0) return undefined;
		const rank = Math.max(1, Math.ceil(Math.min(1, part) * this.#count));
		let seen = 0;
		for (const [row, counts] of this.#rows.entries()) {
			for (let column = 0; counts && column < DIVISIONS; column++) {
				seen += counts[column]!;
				if (seen >= rank) return this.#valueOf(row, column) / MICROSECONDS;
			}
		}
		return this.max;
	}

	/** All that another one has counted comes to this one. */
	merge(other: Histogram): void {
		for (const [row, theirs] of other.#rows.entries()) {
			if (!theirs) continue;
			const ours = this.#row(row);
			for (let column = 0; column < DIVISIONS; column++) ours[column]! += theirs[column]!;
		}
		this.#count += other.#count;
		this.#min = Math.min(this.#min, other.#min);
		this.#max = Math.max(this.#max, other.#max);
	}

	#row(row: number): Uint32Array {
		const counts = this.#rows[row] ?? new Uint32Array(DIVISIONS);
		this.#rows[row] = counts;
		return counts;
	}

	/** The middle of a bucket, in microseconds. The last one has no end, so that its middle says nothing. */
	#valueOf(row: number, column: number): number {
		if (row === ROWS - 1 && column === DIVISIONS - 1) return this.#max;
		const width = row === 0 ? 1 : 2 ** (row - 1);
		const middle = (row === 0 ? column : DIVISIONS + column) * width + (width - 1) / 2;
		return Math.min(this.#max, Math.max(this.#min, middle));
	}
}

/** `value` in whole microseconds. */
function rowOf(value: number): number {
	if (value < DIVISIONS) return 0;
	return value >= 2 ** MAX_EXPONENT ? ROWS - 1 : 32 - Math.clz32(value) - BITS;
}

function columnOf(value: number, row: number): number {
	if (row === 0) return value;
	return Math.min(2 * DIVISIONS - 1, Math.floor(value / 2 ** (row - 1))) - DIVISIONS;
}
