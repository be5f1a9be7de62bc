import {Ring} from '../base/bounded.ts';
import type {EventStore} from '../history/event-store.ts';

/** How often and for how long the disk was waited for: times in milliseconds, of the last hundred commits. */
export type CommitStats = {readonly commits: number; readonly commitP50: number; readonly commitP99: number};

const MEASURED = 100;

/** After a commit there is a pause of so many times its duration: at most a third of the time goes into commits. */
const PAUSE_FACTOR = 2;

/** Milliseconds that nothing waits longer for its commit to begin, however slow the disk is. */
export const MAX_PAUSE = 50;

/**
 * When the disk is written to. Whatever wants a commit in one turn gets one, at its end; what comes while a slow disk has
 * its pause waits for the next. The store itself decides what is written.
 */
export class Commits {
	readonly #carryOut: () => void;
	readonly #durations = new Ring<number>(MEASURED);
	#count = 0;
	/** When the pause after the last one is over. */
	#nextAt = Number.NEGATIVE_INFINITY;
	#immediate: NodeJS.Immediate | undefined;
	#timeout: NodeJS.Timeout | undefined;
	#isDue = false;

	/** `carryOut` makes the store commit. */
	constructor(carryOut: () => void) {
		this.#carryOut = carryOut;
	}

	/** From now on the commits of this store are measured, whoever calls for them. */
	measure(store: EventStore): void {
		const commit = store.commit.bind(store);
		store.commit = () => {
			const started = performance.now();
			const result = commit();
			this.#took(performance.now() - started);
			return result;
		};
	}

	/** Something waits for the disk. */
	want(): void {
		if (this.#isDue) return;
		this.#isDue = true;
		const pause = Math.ceil(this.#nextAt - performance.now());
		if (pause > 0) this.#timeout = setTimeout(() => this.now(), pause);
		else this.#immediate = setImmediate(() => this.now());
	}

	/** What waits does so no longer. */
	now(): void {
		if (!this.#isDue) return;
		this.cancel();
		this.#carryOut();
	}

	cancel(): void {
		clearImmediate(this.#immediate);
		clearTimeout(this.#timeout);
		this.#isDue = false;
	}

	stats(): CommitStats {
		const sorted = this.#durations.slice().sort((a, b) => a - b);
		const at = (part: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
		return {commits: this.#count, commitP50: at(0.5), commitP99: at(0.99)};
	}

	#took(milliseconds: number): void {
		this.#count++;
		this.#durations.push(milliseconds);
		this.#nextAt = performance.now() + Math.min(PAUSE_FACTOR * milliseconds, MAX_PAUSE);
	}
}

function round(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
