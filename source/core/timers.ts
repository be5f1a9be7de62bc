/** Named timers on the clock of `performance.now()`: one owner, who can end them all. */
export class Timers {
	readonly #running = new Map<string, NodeJS.Timeout>();
	readonly #fire: (timer: string) => void;

	constructor(fire: (timer: string) => void) {
		this.#fire = fire;
	}

	/** Replaces a timer of the same name. Never fires before `at`. */
	set(timer: string, at: number): void {
		clearTimeout(this.#running.get(timer));
		const wait = Math.max(0, Math.ceil(at - performance.now()));
		this.#running.set(
			timer,
			setTimeout(() => {
				// setTimeout counts from the start of the turn, so it may come a little early.
				if (performance.now() < at) return this.set(timer, at);
				this.#running.delete(timer);
				this.#fire(timer);
			}, wait),
		);
	}

	cancel(timer: string): void {
		clearTimeout(this.#running.get(timer));
		this.#running.delete(timer);
	}

	close(): void {
		for (const timeout of this.#running.values()) clearTimeout(timeout);
		this.#running.clear();
	}
}
