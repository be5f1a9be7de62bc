/**
 * A bounded map of what strangers tell us, in which nobody pushes out what was there before.
 *
 * Every entry belongs to a group: the IP address, or the peer, that it came from. When there is no room, an expendable
 * entry goes: one that has proved worthless. If there is none, the oldest entry of the largest group goes, provided that
 * the newcomer's group is smaller: so a flood from one place only crowds out itself, and many places share what there
 * is. Otherwise the newcomer is refused. Protected entries never go.
 */

export type FairMapOptions<Value> = {
	readonly capacity: number;
	/** Entries of one group at most. */
	readonly perGroup: number;
	readonly isExpendable: (value: Value) => boolean;
	readonly isProtected: (value: Value) => boolean;
};

/** Entries that are looked at for one newcomer: the next one goes on from there. */
const MAX_LOOKS = 32;

export class FairMap<Key, Value> {
	readonly #options: FairMapOptions<Value>;
	readonly #entries = new Map<Key, Value>();
	readonly #groupOf = new Map<Key, string>();
	/** The keys of each group, from the oldest to the newest. */
	readonly #groups = new Map<string, Set<Key>>();

	#cursor: Iterator<Key> = [][Symbol.iterator]();
	/** No group is larger. */
	#largestSize = 0;

	constructor(options: FairMapOptions<Value>) {
		this.#options = options;
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: Key): Value | undefined {
		return this.#entries.get(key);
	}

	values(): IterableIterator<Value> {
		return this.#entries.values();
	}

	/** Returns false if there is no room for it. */
	add(key: Key, group: string, value: Value): boolean {
		this.delete(key);
		if (!this.#hasRoom(group)) return false;
		this.#entries.set(key, value);
		this.#groupOf.set(key, group);
		const keys = this.#groups.get(group) ?? new Set();
		this.#groups.set(group, keys.add(key));
		this.#largestSize = Math.max(this.#largestSize, keys.size);
		return true;
	}

	/** Makes it the newest. */
	touch(key: Key): void {
		const value = this.#entries.get(key);
		if (value === undefined || !this.#entries.delete(key)) return;
		this.#entries.set(key, value);
	}

	delete(key: Key): boolean {
		const group = this.#groupOf.get(key);
		if (group === undefined) return false;
		const keys = this.#groups.get(group);
		keys?.delete(key);
		if (keys?.size === 0) this.#groups.delete(group);
		this.#groupOf.delete(key);
		return this.#entries.delete(key);
	}

	#hasRoom(group: string): boolean {
		const {capacity, perGroup} = this.#options;
		const own = this.#groups.get(group)?.size ?? 0;
		if (own >= perGroup) return this.#dropExpendable(this.#groups.get(group) ?? []);
		if (this.#entries.size < capacity) return true;
		return this.#dropExpendable(this.#looks()) || this.#dropFromLargest(own + 1);
	}

	/** Some of the keys, in turn: a flood must not cost a walk through all of them for each of its datagrams. */
	*#looks(): Iterable<Key> {
		for (let looks = 0; looks < MAX_LOOKS; looks++) {
			let next = this.#cursor.next();
			if (next.done) {
				this.#cursor = this.#entries.keys();
				next = this.#cursor.next();
			}
			if (!next.done) yield next.value;
		}
	}

	#dropExpendable(keys: Iterable<Key>): boolean {
		for (const key of keys) {
			const value = this.#entries.get(key);
			if (value === undefined || this.#options.isProtected(value)) continue;
			if (this.#options.isExpendable(value)) return this.delete(key);
		}
		return false;
	}

	#dropFromLargest(atLeast: number): boolean {
		if (this.#largestSize <= atLeast) return false;
		let largest: ReadonlySet<Key> = new Set();
		for (const keys of this.#groups.values()) if (keys.size > largest.size) largest = keys;
		this.#largestSize = largest.size;
		if (largest.size <= atLeast) return false;
		for (const key of largest) {
			const value = this.#entries.get(key);
			if (value !== undefined && !this.#options.isProtected(value)) return this.delete(key);
		}
		return false;
	}
}
