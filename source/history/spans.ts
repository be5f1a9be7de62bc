/** Sets of whole numbers as closed intervals, ascending, neither touching nor overlapping. */
import type {Span} from '../wire/messages.ts';

export class Spans {
	readonly #spans: [from: number, to: number][];

	constructor(spans: readonly Span[] = []) {
		this.#spans = spans.map(([from, to]) => [from, to]);
	}

	get isEmpty(): boolean {
		return this.#spans.length === 0;
	}

	/** How many intervals. */
	get length(): number {
		return this.#spans.length;
	}

	/** The highest number; 0 if there is none. */
	get highest(): number {
		return this.#spans.at(-1)?.[1] ?? 0;
	}

	/** A copy. */
	toArray(): Span[] {
		return this.#spans.map(([from, to]) => [from, to]);
	}

	has(number: number): boolean {
		const span = this.#spans[this.#find(number)];
		return span !== undefined && span[0] <= number;
	}

	/** How many numbers it holds. */
	count(): number {
		return countOf(this.#spans);
	}

	add(number: number): void {
		const index = this.#find(number);
		const [below, above] = [this.#spans[index - 1], this.#spans[index]];
		if (above !== undefined && above[0] <= number) return;
		const touchesBelow = below !== undefined && below[1] === number - 1;
		const touchesAbove = above !== undefined && above[0] === number + 1;
		if (touchesBelow && touchesAbove) {
			below[1] = above[1];
			this.#spans.splice(index, 1);
		} else if (touchesBelow) below[1] = number;
		else if (touchesAbove) above[0] = number;
		else this.#spans.splice(index, 0, [number, number]);
	}

	delete(number: number): void {
		const index = this.#find(number);
		const span = this.#spans[index];
		if (span === undefined || span[0] > number) return;
		const [from, to] = span;
		const rest: [number, number][] = [];
		if (from < number) rest.push([from, number - 1]);
		if (number < to) rest.push([number + 1, to]);
		this.#spans.splice(index, 1, ...rest);
	}

	/** Numbers of this set from `to` down to `from`. */
	*descending(from: number, to: number): Generator<number> {
		let index = Math.min(this.#find(to), this.#spans.length - 1);
		for (; index >= 0; index--) {
			const [low, high] = this.#spans[index]!;
			if (high < from) return;
			for (let number = Math.min(high, to); number >= Math.max(low, from); number--) yield number;
		}
	}

	/** Index of the first span that ends at `number` or above. */
	#find(number: number): number {
		let [low, high] = [0, this.#spans.length];
		const last = this.#spans[high - 1];
		// Most come at the end.
		if (last === undefined || last[1] < number) return high;
		if (last[0] <= number) return high - 1;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#spans[middle]![1] < number) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

/** How many numbers are in them. */
export function countOf(spans: readonly Span[]): number {
	return spans.reduce((sum, [from, to]) => sum + (to - from + 1), 0);
}

/** What is in `spans` and not in `others`. */
export function subtract(spans: readonly Span[], others: readonly Span[]): Span[] {
	const result: Span[] = [];
	let index = 0;
	for (const [from, to] of spans) {
		let start = from;
		while (index < others.length && others[index]![1] < start) index++;
		for (let at = index; at < others.length && others[at]![0] <= to; at++) {
			const [otherFrom, otherTo] = others[at]!;
			if (otherFrom > start) result.push([start, otherFrom - 1]);
			start = Math.max(start, otherTo + 1);
		}
		if (start <= to) result.push([start, to]);
	}
	return result;
}

/** What of `spans` lies between the two numbers, both included. */
export function clip(spans: readonly Span[], low: number, high = Number.MAX_SAFE_INTEGER): Span[] {
	return spans.flatMap(([from, to]): Span[] =>
		to < low || from > high ? [] : [[Math.max(from, low), Math.min(to, high)]],
	);
}

export function areSame(spans: readonly Span[], others: readonly Span[]): boolean {
	return (
		spans.length === others.length &&
		spans.every(([from, to], index) => from === others[index]![0] && to === others[index]![1])
	);
}
