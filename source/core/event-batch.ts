import type {NodeEvent} from '../api/event.ts';

/**
 * Gathers events and hands them over in batches: the first at the end of the turn, the following ones at least
 * `interval` milliseconds apart. With an interval of one frame a screen never gets more batches than it can draw.
 */
export class EventBatch {
	readonly #deliver: (events: readonly NodeEvent[]) => void;
	readonly #interval: number;
	#events: NodeEvent[] = [];
	#immediate: NodeJS.Immediate | undefined;
	#timeout: NodeJS.Timeout | undefined;
	#deliveredAt = Number.NEGATIVE_INFINITY;

	constructor(deliver: (events: readonly NodeEvent[]) => void, interval: number) {
		this.#deliver = deliver;
		this.#interval = interval;
	}

	add(event: NodeEvent): void {
		this.#events.push(event);
		if (this.#immediate || this.#timeout) return;
		const wait = this.#deliveredAt + this.#interval - performance.now();
		if (wait <= 0) this.#immediate = setImmediate(() => this.flush());
		else this.#timeout = setTimeout(() => this.flush(), wait);
	}

	flush(): void {
		clearImmediate(this.#immediate);
		clearTimeout(this.#timeout);
		this.#immediate = undefined;
		this.#timeout = undefined;
		if (this.#events.length === 0) return;
		const events = this.#events;
		this.#events = [];
		this.#deliveredAt = performance.now();
		this.#deliver(events);
	}
}
