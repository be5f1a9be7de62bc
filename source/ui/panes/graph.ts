/** Areas of block elements: pictures that every terminal font has. */

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const STEPS = BARS.length;

/**
 * The last `width` shares, each from 0 to 1, as an area of `height` rows, the upper ones first, the newest at the right.
 * What was measured is never empty: nothing is a line at the foot.
 */
export function areaRows(shares: readonly number[], width: number, height: number): readonly string[] {
	const shown = width <= 0 ? [] : shares.slice(-width);
	const levels = shown.map(share => Math.min(height * STEPS, Math.floor(share * height * STEPS) + 1));
	return Array.from({length: height}, (_, index) => {
		const below = (height - 1 - index) * STEPS;
		const cells = levels.map(level => {
			const left = level - below;
			return left <= 0 ? ' ' : (BARS[Math.min(left, STEPS) - 1] as string);
		});
		return cells.join('').padStart(Math.max(0, width));
	});
}

/** Times span orders of magnitude, so they are drawn on a logarithmic scale; a steady line stays low whatever its noise. */
const LEAST_FACTOR = 4;

/** Round-trip times as shares of the longest in view, the shortest lowest. */
export function latencyShares(times: readonly number[]): readonly number[] {
	const low = Math.max(Math.min(...times), 1e-3);
	const span = Math.log(Math.max(Math.max(...times) / low, LEAST_FACTOR));
	return times.map(time => Math.log(Math.max(time, low) / low) / span);
}

/** The last `width` round-trip times as one row. */
export function latencyGraph(times: readonly number[], width: number): string {
	return areaRows(latencyShares(width <= 0 ? [] : times.slice(-width)), width, 1)[0] ?? '';
}

/** Below this a line is quiet: bytes per second. */
const QUIET = 1_000;

/**
 * The last `width` rates as shares of the highest of them. Before the first one nothing flowed: so what is drawn does not
 * change as long as nothing flows.
 */
export function rateShares(rates: readonly number[], width: number): readonly number[] {
	const shown = width <= 0 ? [] : rates.slice(-width);
	const high = Math.max(QUIET, ...shown);
	const before = Array.from({length: Math.max(0, width - shown.length)}, () => 0);
	return [...before, ...shown.map(rate => rate / high)];
}
