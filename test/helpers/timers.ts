import type {SetTimer} from '../../source/ui/input/timer.ts';

/** Timers that go off only when the test says so. */
export class ManualTimers {
	#now = 0;
	readonly #waiting = new Set<{readonly at: number; readonly callback: () => void}>();

	readonly set: SetTimer = (callback, milliseconds) => {
		const timer = {at: this.#now + milliseconds, callback};
		this.#waiting.add(timer);
		return () => {
			this.#waiting.delete(timer);
		};
	};

	get pending(): number {
		return this.#waiting.size;
	}

	/** Lets the time pass; what is due goes off in its order. */
	advance(milliseconds: number): void {
		const until = this.#now + milliseconds;
		for (;;) {
			const [next] = [...this.#waiting].filter(timer => timer.at <= until).sort((a, b) => a.at - b.at);
			if (next === undefined) break;
			this.#now = next.at;
			this.#waiting.delete(next);
			next.callback();
		}
		this.#now = until;
	}
}
