/**
 * A bounded map of what strangers tell us, in which nobody has more of it by being louder.
 *
 * Every entry belongs to a group: the place that it came from. When there is no room, an expendable entry goes: one that
 * has proved worthless. If there is none, the oldest entry of the largest group goes, provided that the newcomer's group
 * is smaller: so a flood from one place only crowds out itself, and many places share what there is. If no group is
 * larger, one entry of an equal one goes, or of the newcomer's own: chosen by lot, so that those who came first have no
 * better right than those who come now, and none of them a worse one. Protected entries never go.
 */
import type {Random} from '../base/random.ts';

export type FairMapOptions<Value> = {
	readonly capacity: number;
	/** Entries of one group at most. */
	readonly perGroup: number | ((group: string) => number);
	readonly isExpendable: (value: Value) => boolean;
	readonly isProtected: (value: Value) => boolean;
	/** For the lots; without it, the oldest goes. */
	readonly random?: Random;
};

/** Entries that are looked at for one newcomer: by lot, the next one goes on from there. */
const MAX_LOOKS = 32;

const NOBODY: ReadonlySet<never> = new Set<never>();

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

	/** From the oldest to the newest. */
	values(): IterableIterator<Value> {
		return this.#entries.values();
	}

	groupOf(key: Key): string | undefined {
		return this.#groupOf.get(key);
	}

	/** Returns false if there is no room for it. */
	add(key: Key, group: string, value: Value): boolean {
		this.delete(key);
		if (!this.#makeRoom(group)) return false;
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
		const keys = this.#groups.get(this.#groupOf.get(key) ?? '');
		if (keys?.delete(key)) keys.add(key);
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

	#makeRoom(group: string): boolean {
		const {capacity, perGroup} = this.#options;
		const own = this.#groups.get(group) ?? NOBODY;
		const share = typeof perGroup === 'number' ? perGroup : perGroup(group);
		if (own.size >= share) return this.#dropExpendable(own) || this.#dropOne(own);
		if (this.#entries.size < capacity) return true;
		const looks = this.#looks();
		if (this.#dropExpendable(looks) || this.#dropFromLargest(own.size + 1)) return true;
		const isEqual = (key: Key) => (this.#groups.get(this.#groupOf.get(key) ?? '')?.size ?? 0) > own.size;
		return this.#dropOne(looks.filter(isEqual)) || this.#dropOne(own);
	}

	/** Some of the keys, in turn: a flood must not cost a walk through all of them for each of its datagrams. */
	#looks(): readonly Key[] {
		if (!this.#options.random) this.#cursor = this.#entries.keys();
		const keys: Key[] = [];
		for (let looks = 0; looks < MAX_LOOKS; looks++) {
			let next = this.#cursor.next();
			if (next.done) {
				this.#cursor = this.#entries.keys();
				next = this.#cursor.next();
			}
			if (!next.done) keys.push(next.value);
		}
		return keys;
	}

	#dropExpendable(keys: Iterable<Key>): boolean {
		const {isExpendable} = this.#options;
		for (const key of keys) {
			const value = this.#removable(key);
			if (value !== undefined && isExpendable(value)) return this.delete(key);
		}
		return false;
	}

	#dropFromLargest(atLeast: number): boolean {
		if (this.#largestSize <= atLeast) return false;
		let largest: ReadonlySet<Key> = NOBODY;
		for (const keys of this.#groups.values()) if (keys.size > largest.size) largest = keys;
		this.#largestSize = largest.size;
		if (largest.size <= atLeast) return false;
		for (const key of largest) if (this.#removable(key) !== undefined) return this.delete(key);
		return false;
	}

	/** One of these, by lot or the oldest. */
	#dropOne(keys: Iterable<Key>): boolean {
		const {random} = this.#options;
		const candidates = [...keys].filter(key => this.#removable(key) !== undefined);
		const one = candidates[random ? Math.floor(random.float() * candidates.length) : 0];
		return one !== undefined && this.delete(one);
	}

	#removable(key: Key): Value | undefined {
		const value = this.#entries.get(key);
		return value === undefined || this.#options.isProtected(value) ? undefined : value;
	}
}
