import type {Stats} from '../api/event.ts';
import {Counters} from '../base/counters.ts';
import type {DialErrorCode} from '../net/dial-error.ts';

/** What became of our dials since the start. */
export class DialCount {
	#pending = 0;
	#succeeded = 0;
	#calledOff = 0;
	readonly #failed = new Counters();

	begins(): void {
		this.#pending += 1;
	}

	/** A dial that nobody wanted any more counts as called off, whatever became of it. */
	ends(how: 'succeeded' | DialErrorCode, wasCalledOff = false): void {
		this.#pending -= 1;
		if (wasCalledOff) this.#calledOff += 1;
		else if (how === 'succeeded') this.#succeeded += 1;
		else this.#failed.add(how);
	}

	stats(): Stats['dials'] {
		const [pending, succeeded, calledOff] = [this.#pending, this.#succeeded, this.#calledOff];
		return {pending, succeeded, calledOff, failed: this.#failed.toObject()};
	}
}
