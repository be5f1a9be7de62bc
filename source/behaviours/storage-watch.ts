/**
 * Whether the disk takes what it is given. When it does not, people hear of it once; a trial every few seconds finds out
 * when it does again, of which they hear too.
 */
import type {StorageFailure} from '../history/event-store.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';

/** Milliseconds between two trials. */
export const TRIAL_INTERVAL = 5_000;

const TIMER = 'storage';

export class StorageWatch {
	#failure: StorageFailure | undefined;

	/** Why the last commit failed; undefined if it did not. */
	get failure(): StorageFailure | undefined {
		return this.#failure;
	}

	/** A commit was tried. */
	committed(failure: StorageFailure | undefined, now: Instant): BehaviourOutput[] {
		const before = this.#failure;
		this.#failure = failure;
		if (failure) {
			const trial: BehaviourOutput = {type: 'schedule', timer: TIMER, at: now + TRIAL_INTERVAL};
			if (before) return [trial];
			return [{type: 'emit', event: {type: 'storage', state: 'failed', ...failure}}, trial];
		}
		if (!before) return [];
		return [
			{type: 'cancel', timer: TIMER},
			{type: 'emit', event: {type: 'storage', state: 'ok'}},
		];
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** The timer fired. */
	trial(): BehaviourOutput[] {
		return [{type: 'commit'}];
	}
}
