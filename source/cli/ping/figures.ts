/** What a series of round trips comes to. All times are milliseconds. */

export type Figures = {
	/** Those that were answered or given up; not what was still under way at the end. */
	readonly sent: number;
	readonly received: number;
	/** The part of `sent` that was never answered, from 0 to 1. */
	readonly loss: number;
	/** Undefined when nothing came back. */
	readonly times: Times | undefined;
};

export type Times = {
	readonly min: number;
	readonly median: number;
	/** The smallest time that 50 % (99 %) of all do not exceed. */
	readonly p50: number;
	readonly p99: number;
	readonly max: number;
	/** Mean difference between one and the next, in the order in which they were sent; 0 for a single one. */
	readonly jitter: number;
	/** Standard deviation. */
	readonly mdev: number;
};

export function figuresOf(sent: number, rtts: readonly number[]): Figures {
	const received = rtts.length;
	return {sent, received, loss: sent === 0 ? 0 : (sent - received) / sent, times: timesOf(rtts)};
}

function timesOf(rtts: readonly number[]): Times | undefined {
	// As numbers, and fast: a million of them may have been measured.
	const sorted = Float64Array.from(rtts).sort();
	const [min, max] = [sorted[0], sorted.at(-1)];
	if (min === undefined || max === undefined) return undefined;
	const rank = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? max;
	const median = sorted.length % 2 === 1 ? rank(0.5) : (rank(0.5) + (sorted[sorted.length / 2] ?? max)) / 2;
	return {min, median: round(median), p50: rank(0.5), p99: rank(0.99), max, jitter: jitterOf(rtts), mdev: mdevOf(rtts)};
}

function jitterOf(rtts: readonly number[]): number {
	let sum = 0;
	for (let index = 1; index < rtts.length; index++) sum += Math.abs(rtts[index]! - rtts[index - 1]!);
	return round(sum / Math.max(1, rtts.length - 1));
}

function mdevOf(rtts: readonly number[]): number {
	const mean = rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length;
	const squares = rtts.reduce((sum, rtt) => sum + (rtt - mean) ** 2, 0);
	return round(Math.sqrt(squares / rtts.length));
}

/** To microseconds: more is not measured. */
function round(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
