/** Ids that are waited for. Exact as long as they are few and all have been seen to come; else every id may be one. */
const MAX_IDS = 4_096;

export class AwaitedIds {
	readonly #ids = new Set<string>();
	#isExact: boolean;

	/** `isExact`: there is none yet. */
	constructor(isExact: boolean) {
		this.#isExact = isExact;
	}

	add(id: string): void {
		if (this.#ids.size < MAX_IDS) this.#ids.add(id);
		else this.#isExact = false;
	}

	/** False is certain. */
	has(id: string): boolean {
		return !this.#isExact || this.#ids.has(id);
	}
}
