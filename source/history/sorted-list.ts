/**
 * A sorted list that takes a value in or out anywhere in a time that hardly grows with its length: short arrays, side by
 * side.
 */

/** Values in one array: when it gets fuller it is cut in two. */
const MAX_CHUNK = 512;

export class SortedList<Value> {
	readonly #compare: (a: Value, b: Value) => number;
	/** None is empty. */
	readonly #chunks: Value[][] = [];
	#length = 0;

	constructor(compare: (a: Value, b: Value) => number) {
		this.#compare = compare;
	}

	get length(): number {
		return this.#length;
	}

	add(value: Value): void {
		this.#length++;
		if (this.#chunks.length === 0) {
			this.#chunks.push([value]);
			return;
		}
		const index = Math.min(this.#chunkOf(value), this.#chunks.length - 1);
		const chunk = this.#chunks[index]!;
		chunk.splice(this.#placeIn(chunk, value), 0, value);
		if (chunk.length > MAX_CHUNK) this.#chunks.splice(index + 1, 0, chunk.splice(MAX_CHUNK / 2));
	}

	delete(value: Value): boolean {
		const index = this.#chunkOf(value);
		const chunk = this.#chunks[index];
		if (chunk === undefined) return false;
		const place = this.#placeIn(chunk, value);
		if (place === chunk.length || this.#compare(chunk[place]!, value) !== 0) return false;
		chunk.splice(place, 1);
		if (chunk.length === 0) this.#chunks.splice(index, 1);
		this.#length--;
		return true;
	}

	/** Values above `after` (or all), ascending. */
	*ascending(after?: Value): Generator<Value> {
		const first = after === undefined ? 0 : this.#chunkOf(after);
		for (let index = first; index < this.#chunks.length; index++) {
			const chunk = this.#chunks[index]!;
			let place = 0;
			if (index === first && after !== undefined) {
				place = this.#placeIn(chunk, after);
				if (place < chunk.length && this.#compare(chunk[place]!, after) === 0) place++;
			}
			for (; place < chunk.length; place++) yield chunk[place]!;
		}
	}

	/** Values below `before` (or all), descending. */
	*descending(before?: Value): Generator<Value> {
		const last = before === undefined ? this.#chunks.length : this.#chunkOf(before);
		for (let index = Math.min(last, this.#chunks.length - 1); index >= 0; index--) {
			const chunk = this.#chunks[index]!;
			const end = index === last && before !== undefined ? this.#placeIn(chunk, before) : chunk.length;
			for (let place = end - 1; place >= 0; place--) yield chunk[place]!;
		}
	}

	/** Index of the first chunk that ends at `value` or above. */
	#chunkOf(value: Value): number {
		let [low, high] = [0, this.#chunks.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#compare(this.#chunks[middle]!.at(-1)!, value) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	/** Index of the first value at `value` or above. */
	#placeIn(chunk: readonly Value[], value: Value): number {
		let [low, high] = [0, chunk.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#compare(chunk[middle]!, value) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
