/** What is to happen and when, in virtual time: a binary heap, equal times in the order in which they were added. */
export class Agenda {
	readonly #heap: {readonly at: number; readonly order: number; readonly run: () => void}[] = [];
	#order = 0;

	get size(): number {
		return this.#heap.length;
	}

	get nextAt(): number | undefined {
		return this.#heap[0]?.at;
	}

	add(at: number, run: () => void): void {
		const heap = this.#heap;
		let index = heap.push({at, order: this.#order++, run}) - 1;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			if (!this.#before(index, parent)) break;
			this.#swap(index, parent);
			index = parent;
		}
	}

	/** Takes out what happens next. */
	take(): {readonly at: number; readonly run: () => void} | undefined {
		const heap = this.#heap;
		const [first] = heap;
		const last = heap.pop();
		if (!first || !last || heap.length === 0) return first;
		heap[0] = last;
		let index = 0;
		for (;;) {
			const left = 2 * index + 1;
			const right = left + 1;
			let smallest = index;
			if (left < heap.length && this.#before(left, smallest)) smallest = left;
			if (right < heap.length && this.#before(right, smallest)) smallest = right;
			if (smallest === index) return first;
			this.#swap(index, smallest);
			index = smallest;
		}
	}

	#before(a: number, b: number): boolean {
		const [x, y] = [this.#heap[a]!, this.#heap[b]!];
		return x.at < y.at || (x.at === y.at && x.order < y.order);
	}

	#swap(a: number, b: number): void {
		[this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
	}
}
