/** Milliseconds between the two readings that are as good as one moment. */
const MOMENT = 0.1;

/** On a machine that is busy the system may take the processor away between two readings, again and again. */
const TRIES = 5;

/**
 * Both clocks at one moment: the one that only goes forward, and the wall clock in Unix milliseconds. On a busy machine
 * tens of milliseconds may lie between two readings that stand side by side in the program.
 */
export function bothClocks(): {readonly now: number; readonly timestamp: number} {
	let best = {now: 0, timestamp: 0, took: Number.POSITIVE_INFINITY};
	for (let tries = 0; tries < TRIES && best.took > MOMENT; tries++) {
		const now = performance.now();
		const timestamp = Date.now();
		const took = performance.now() - now;
		if (took < best.took) best = {now, timestamp, took};
	}
	return best;
}
