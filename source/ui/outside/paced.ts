/** What is called often and costs much: at once if it was not called lately, else once when that time has passed. */
import type {SetTimer} from '../input/timer.ts';

export type Paced = {
	readonly call: () => void;
	/** What is still due does not happen. */
	readonly cancel: () => void;
};

export function paced(action: () => void, pause: number, now: () => number, setTimer: SetTimer): Paced {
	let doneAt = Number.NEGATIVE_INFINITY;
	let stop: (() => void) | undefined;
	const act = () => {
		stop = undefined;
		doneAt = now();
		action();
	};
	return {
		call() {
			if (stop) return;
			const left = doneAt + pause - now();
			// The clock of a machine may be set back.
			if (left <= 0 || left > pause) act();
			else stop = setTimer(act, left);
		},
		cancel() {
			stop?.();
			stop = undefined;
		},
	};
}
