/** Named timers on the clock of `performance.now()`: one owner, who can end them all. */
export class Timers {
	/** By name: how to end it. */
	readonly #running = new Map<string, () => void>();
	readonly #fire: (timer: string) => void;

	constructor(fire: (timer: string) => void) {
		this.#fire = fire;
	}

	get size(): number {
		return this.#running.size;
	}

	/** Replaces a timer of the same name. Never fires before `at`, and never at once. */
	set(timer: string, at: number): void {
		this.cancel(timer);
		const wait = at - performance.now();
		this.#running.set(timer, wait <= 0 ? this.#soon(timer) : this.#later(timer, at, Math.ceil(wait)));
	}

	cancel(timer: string): void {
		this.#running.get(timer)?.();
		this.#running.delete(timer);
	}

	close(): void {
		for (const timer of [...this.#running.keys()]) this.cancel(timer);
	}

	/** In the next turn: the least that a timeout waits is a millisecond, which is long for a chunk of an answer. */
	#soon(timer: string): () => void {
		const immediate = setImmediate(() => this.#due(timer));
		return () => clearImmediate(immediate);
	}

	#later(timer: string, at: number, wait: number): () => void {
		const timeout = setTimeout(() => {
			// setTimeout counts from the start of the turn, so it may come a little early.
			if (performance.now() < at) this.set(timer, at);
			else this.#due(timer);
		}, wait);
		return () => clearTimeout(timeout);
	}

	#due(timer: string): void {
		this.#running.delete(timer);
		this.#fire(timer);
	}
}
