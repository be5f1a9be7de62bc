/** Work that can wait, done in chunks when there is a moment: at most about a fifth of the time goes into it. */

/** Milliseconds from the first sign of work to the first chunk, and the least between two. */
const DELAY = 250;
const MIN_PAUSE = 20;

/** So many times as long as a chunk took is waited before the next one. */
const PAUSE_FACTOR = 4;

export type Upkeep = {
	/** There may be something to do. */
	wake(): void;
};

/** `task` does a chunk and says whether there is more. No timer of it keeps a process alive. */
export function startUpkeep(task: () => boolean): Upkeep {
	let isWaiting = false;
	const wait = (milliseconds: number) => {
		isWaiting = true;
		setTimeout(run, milliseconds).unref();
	};
	const run = () => {
		isWaiting = false;
		const started = performance.now();
		if (task()) wait(Math.max(MIN_PAUSE, PAUSE_FACTOR * (performance.now() - started)));
	};
	return {
		wake: () => {
			if (!isWaiting) wait(DELAY);
		},
	};
}
