/**
 * What is to happen and when, in virtual time; equal times in the order in which they were added.
 *
 * Most of it is far away: timers, of which many are cancelled before their time. So only the nearest millisecond is a
 * heap; the rest lies unsorted in buckets of one millisecond each, and is sorted when its time comes.
 */

/** Milliseconds of one bucket. */
const BUCKET_WIDTH = 1;

/** Something that happens at a time. */
export abstract class Happening {
	at = 0;
	order = 0;
	/** It does not happen after all, and counts as no step. */
	isCancelled = false;
	abstract run(): void;
}

/** For whatever happens too seldom to deserve a class. */
export class Later extends Happening {
	readonly #deed: () => void;

	constructor(deed: () => void) {
		super();
		this.#deed = deed;
	}

	run(): void {
		this.#deed();
	}
}

/** A binary heap; a hole moves instead of pairs being swapped. */
export class Heap<Item> {
	readonly #items: Item[] = [];
	readonly #before: (a: Item, b: Item) => boolean;

	constructor(before: (a: Item, b: Item) => boolean) {
		this.#before = before;
	}

	get size(): number {
		return this.#items.length;
	}

	get first(): Item | undefined {
		return this.#items[0];
	}

	push(item: Item): void {
		const items = this.#items;
		let hole = items.length;
		items.push(item);
		while (hole > 0) {
			const parent = (hole - 1) >> 1;
			if (!this.#before(item, items[parent]!)) break;
			items[hole] = items[parent]!;
			hole = parent;
		}
		items[hole] = item;
	}

	pop(): Item | undefined {
		const items = this.#items;
		const [first] = items;
		const last = items.pop();
		if (last === undefined || items.length === 0) return first;
		let hole = 0;
		for (;;) {
			let child = 2 * hole + 1;
			if (child >= items.length) break;
			if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child += 1;
			if (!this.#before(items[child]!, last)) break;
			items[hole] = items[child]!;
			hole = child;
		}
		items[hole] = last;
		return first;
	}
}

export class Agenda {
	readonly #near = new Heap<Happening>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
	readonly #far = new Map<number, Happening[]>();
	/** The numbers of the buckets in `#far`. */
	readonly #buckets = new Heap<number>((a, b) => a < b);
	/** Whatever lies in buckets before this one is in `#near`. */
	#horizon = 0;
	#order = 0;

	/** When the next thing happens, if anything ever does. */
	get nextAt(): number | undefined {
		return this.#peek()?.at;
	}

	add(at: number, happening: Happening): void {
		happening.at = at;
		happening.order = this.#order++;
		const bucket = Math.floor(at / BUCKET_WIDTH);
		if (bucket < this.#horizon) return this.#near.push(happening);
		const others = this.#far.get(bucket);
		if (others) {
			others.push(happening);
			return;
		}
		this.#far.set(bucket, [happening]);
		this.#buckets.push(bucket);
	}

	/** Takes out what happens next. */
	take(): Happening | undefined {
		const next = this.#peek();
		if (next) this.#near.pop();
		return next;
	}

	#peek(): Happening | undefined {
		for (;;) {
			const next = this.#near.first;
			if (next === undefined) {
				if (!this.#load()) return undefined;
			} else if (next.isCancelled) this.#near.pop();
			else return next;
		}
	}

	/** Moves the next bucket into the heap. */
	#load(): boolean {
		const bucket = this.#buckets.pop();
		if (bucket === undefined) return false;
		this.#horizon = bucket + 1;
		for (const happening of this.#far.get(bucket) ?? []) {
			if (!happening.isCancelled) this.#near.push(happening);
		}
		this.#far.delete(bucket);
		return true;
	}
}
