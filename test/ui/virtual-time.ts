/** A clock that stands still until it is told to go on. */
export class VirtualTime {
	#now: number;
	#timers: {at: number; callback: () => void}[] = [];

	constructor(start = Date.UTC(2026, 10, 21, 12, 7, 0)) {
		this.#now = start;
	}

	readonly now = (): number => this.#now;

	readonly setTimer = (callback: () => void, milliseconds: number): (() => void) => {
		const timer = {at: this.#now + milliseconds, callback};
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter(other => other !== timer);
		};
	};

	get pending(): number {
		return this.#timers.length;
	}

	advance(milliseconds: number): void {
		const end = this.#now + milliseconds;
		for (;;) {
			const next = this.#timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next) break;
			this.#timers = this.#timers.filter(timer => timer !== next);
			this.#now = Math.max(this.#now, next.at);
			next.callback();
		}
		this.#now = end;
	}
}
