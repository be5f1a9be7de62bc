import type {Archive} from '../../history/archive.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import {PRUNE_DELAY, PRUNE_INTERVAL, PRUNE_PAUSE} from './parameters.ts';

const TIMER = 'prune';

export type RetentionOptions = {
	readonly archive: Archive;
	/** Milliseconds after which events are deleted; undefined for never. */
	readonly keep: number | undefined;
	/** Unix milliseconds. */
	readonly timestamp: () => number;
};

/** What is older than the person wants to keep is deleted, in pieces, so that nothing has to wait for it. */
export class Retention {
	readonly #options: RetentionOptions;

	constructor(options: RetentionOptions) {
		this.#options = options;
	}

	start(now: Instant): BehaviourOutput[] {
		return this.#options.keep === undefined ? [] : [{type: 'schedule', timer: TIMER, at: now + PRUNE_DELAY}];
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** The timer fired. Nothing is deleted while the disk takes nothing. */
	run(isStopped: boolean, now: Instant): BehaviourOutput[] {
		const {archive, keep = Number.POSITIVE_INFINITY, timestamp} = this.#options;
		if (isStopped) return [{type: 'schedule', timer: TIMER, at: now + PRUNE_DELAY}];
		const hasMore = archive.prune(timestamp() - keep);
		const at = now + (hasMore ? PRUNE_PAUSE : PRUNE_INTERVAL);
		return [{type: 'commit'}, {type: 'schedule', timer: TIMER, at}];
	}
}
