/**
 * Collections that cannot grow for ever. Whatever a stranger can add to is one of these.
 */

/** A map that forgets its oldest entry when it is full. Setting a key again makes it the newest. */
export class BoundedMap<Key, Value> {
	readonly #entries = new Map<Key, Value>();
	readonly #capacity: number;

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: Key): Value | undefined {
		return this.#entries.get(key);
	}

	has(key: Key): boolean {
		return this.#entries.has(key);
	}

	/** Returns the entry that had to go, if one had to. */
	set(key: Key, value: Value): [Key, Value] | undefined {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		if (this.#entries.size <= this.#capacity) return undefined;
		const oldest = this.#entries.entries().next().value as [Key, Value];
		this.#entries.delete(oldest[0]);
		return oldest;
	}

	delete(key: Key): boolean {
		return this.#entries.delete(key);
	}

	/** From the oldest to the newest. */
	entries(): IterableIterator<[Key, Value]> {
		return this.#entries.entries();
	}

	keys(): IterableIterator<Key> {
		return this.#entries.keys();
	}

	values(): IterableIterator<Value> {
		return this.#entries.values();
	}
}

/** The last `capacity` values, oldest first. */
export class Ring<Value> {
	readonly #values: Value[] = [];
	readonly #capacity: number;
	#start = 0;

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	get length(): number {
		return this.#values.length;
	}

	push(value: Value): void {
		if (this.#values.length < this.#capacity) {
			this.#values.push(value);
			return;
		}
		this.#values[this.#start] = value;
		this.#start = (this.#start + 1) % this.#capacity;
	}

	/** The value at `index` counted from the oldest. */
	at(index: number): Value | undefined {
		if (index < 0 || index >= this.#values.length) return undefined;
		return this.#values[(this.#start + index) % this.#values.length];
	}

	/** Values from `from` up to but without `to`, both counted from the oldest. */
	slice(from = 0, to = this.length): Value[] {
		const result: Value[] = [];
		for (let index = Math.max(0, from); index < Math.min(to, this.length); index++) {
			result.push(this.at(index) as Value);
		}
		return result;
	}
}
