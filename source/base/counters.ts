/** Named counts of what happened, for `stats`. Names come from this program only, so there is a bound to them. */
export class Counters {
	readonly #counts = new Map<string, number>();

	add(counter: string, by = 1): void {
		this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + by);
	}

	get(counter: string): number {
		return this.#counts.get(counter) ?? 0;
	}

	/** A copy, sorted by name. */
	toObject(): Record<string, number> {
		return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
	}
}
