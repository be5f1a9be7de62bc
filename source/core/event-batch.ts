import type {NodeEvent} from '../api/event.ts';
import {EventQueue, type QueueLimits} from './event-queue.ts';

export type EventBatchOptions = {
	/** Milliseconds between two batches. */
	readonly interval: number;
	/** Batches that may be on their way at once, if whoever gets them calls `taken` for each. */
	readonly maxInFlight?: number;
	/** What is gathered at most; without it, everything. */
	readonly limits?: QueueLimits;
};

/**
 * Gathers events and hands them over in batches: the first at the end of the turn, the following ones at least
 * `interval` milliseconds apart. With an interval of one frame a screen never gets more batches than it can draw, and
 * with `maxInFlight` never more than it takes.
 *
 * What this node did itself does not wait, neither for the interval nor for others to be taken: a core that fails in
 * the next turn must not leave a deed unseen. There are only as many of these as there are commands.
 */
export class EventBatch {
	readonly #deliver: (events: readonly NodeEvent[]) => void;
	readonly #interval: number;
	readonly #maxInFlight: number;
	readonly #queue: EventQueue;
	#immediate: NodeJS.Immediate | undefined;
	#timeout: NodeJS.Timeout | undefined;
	#deliveredAt = Number.NEGATIVE_INFINITY;
	#inFlight = 0;

	constructor(deliver: (events: readonly NodeEvent[]) => void, options: EventBatchOptions) {
		const {interval, maxInFlight = Number.POSITIVE_INFINITY, limits} = options;
		this.#deliver = deliver;
		this.#interval = interval;
		this.#maxInFlight = maxInFlight;
		this.#queue = new EventQueue(limits ?? {events: Number.POSITIVE_INFINITY, text: Number.POSITIVE_INFINITY});
	}

	add(event: NodeEvent): void {
		this.#queue.add(event);
		if (isOwnDeed(event)) this.#flushAfterTurn();
		else this.#plan();
	}

	/** A batch has been dealt with, and there is room for the next. */
	taken(): void {
		this.#inFlight = Math.max(0, this.#inFlight - 1);
		if (!this.#queue.isEmpty) this.#plan();
	}

	/** Hands over what there is, now. */
	flush(): void {
		this.#cancel();
		if (this.#queue.isEmpty) return;
		this.#deliveredAt = performance.now();
		this.#inFlight++;
		this.#deliver(this.#queue.take());
	}

	#plan(): void {
		if (this.#immediate || this.#timeout || this.#inFlight >= this.#maxInFlight) return;
		const wait = this.#deliveredAt + this.#interval - performance.now();
		if (wait <= 0) this.#flushAfterTurn();
		else this.#timeout = setTimeout(() => this.flush(), wait);
	}

	#flushAfterTurn(): void {
		if (this.#immediate) return;
		this.#cancel();
		this.#immediate = setImmediate(() => this.flush());
	}

	#cancel(): void {
		clearImmediate(this.#immediate);
		clearTimeout(this.#timeout);
		this.#immediate = undefined;
		this.#timeout = undefined;
	}
}

function isOwnDeed(event: NodeEvent): boolean {
	return event.type === 'reply' || ((event.type === 'message' || event.type === 'notice') && event.local);
}
