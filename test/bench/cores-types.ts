/** What `cores.ts` and its parent agree on. */
export type PairResult = {
	/** Milliseconds, all of them. */
	readonly delivery: readonly number[];
	readonly rtts: readonly number[];
	readonly verify: readonly number[];
};
export type BurstResult = {readonly perSecond: number};

/** A multiple of the batch. */
export const BURST_EVENTS = 32 * 500;
