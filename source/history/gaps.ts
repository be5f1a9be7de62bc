/**
 * What is known of and not here, and which events said so. Changes reach the store with `flush`, or never if one has
 * undone the other by then, as nearly all do while old history is being taken over.
 */
import {type EventStore, type Gap, MAX_GAPS} from './event-store.ts';

const NONE: ReadonlySet<string> = new Set();

export class Gaps {
	/** The latest found out last. */
	readonly #children = new Map<string, Set<string>>();
	readonly #missing = new Map<string, Set<string>>();
	#size = 0;
	readonly #added = new Map<string, Gap>();
	readonly #filled = new Set<string>();

	constructor(gaps: readonly Gap[]) {
		for (const {missing, child} of gaps) this.#put(missing, child);
	}

	get isDirty(): boolean {
		return this.#added.size > 0 || this.#filled.size > 0;
	}

	get isFull(): boolean {
		return this.#size >= MAX_GAPS;
	}

	/** Ids of what is missing, the latest found out first. */
	ids(): string[] {
		return [...this.#children.keys()].reverse();
	}

	/** What this event names and is not here. */
	of(child: string): ReadonlySet<string> {
		return this.#missing.get(child) ?? NONE;
	}

	/** Remembers it. Returns the child of one that had to go for it, if one had to. */
	add(missing: string, child: string): string | undefined {
		if (this.of(child).has(missing)) return undefined;
		const evicted = this.isFull ? this.#evict() : undefined;
		this.#put(missing, child);
		this.#added.set(`${missing} ${child}`, {missing, child});
		return evicted;
	}

	/** It is here now: returns those that it was missing for. */
	fill(missing: string): string[] {
		const children = [...(this.#children.get(missing) ?? [])];
		for (const child of children) this.#delete(missing, child);
		return children;
	}

	/** The child is gone. */
	drop(child: string): void {
		for (const missing of [...this.of(child)]) this.#delete(missing, child);
	}

	flush(store: EventStore, room: string): void {
		for (const missing of this.#filled) store.fillGap(room, missing);
		for (const gap of this.#added.values()) store.addGap(room, gap);
		// What others name too has just been deleted with it.
		for (const missing of this.#filled) {
			for (const child of this.#children.get(missing) ?? []) {
				if (!this.#added.has(`${missing} ${child}`)) store.addGap(room, {missing, child});
			}
		}
		this.#filled.clear();
		this.#added.clear();
	}

	#put(missing: string, child: string): void {
		addTo(this.#children, missing, child);
		addTo(this.#missing, child, missing);
		this.#size++;
	}

	#delete(missing: string, child: string): void {
		this.#size--;
		deleteFrom(this.#missing, child, missing);
		deleteFrom(this.#children, missing, child);
		if (!this.#added.delete(`${missing} ${child}`)) this.#filled.add(missing);
	}

	#evict(): string {
		const [missing, children] = this.#children.entries().next().value!;
		const child: string = children.values().next().value!;
		this.#delete(missing, child);
		return child;
	}
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
	const set = sets.get(key);
	if (set) set.add(value);
	else sets.set(key, new Set([value]));
}

function deleteFrom(sets: Map<string, Set<string>>, key: string, value: string): void {
	const set = sets.get(key);
	if (set?.delete(value) && set.size === 0) sets.delete(key);
}
