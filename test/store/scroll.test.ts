import fc from 'fast-check';
import {expect, test} from 'vitest';
import {append, type Capacity, emptyLog, type Log} from '../../source/store/log.ts';
import {scrollBy} from '../../source/store/scroll.ts';
import type {Anchor} from '../../source/store/state.ts';

const CAPACITY: Capacity<unknown> = {entries: 64, weight: Number.POSITIVE_INFINITY, weigh: () => 0};

/** The straightforward way: every row of the log counted from the top. */
function bottomRow(heights: readonly number[], start: number, anchor: Anchor | undefined): number {
	const total = heights.reduce((sum, height) => sum + height, 0);
	if (!anchor) return total - 1;
	return heights.slice(0, anchor.position - start).reduce((sum, height) => sum + height, 0) + anchor.row;
}

test('moves by rows whatever the heights, and stays inside the log', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 1, max: 7}), {minLength: 1, maxLength: 200}),
			fc.array(fc.integer({min: -30, max: 30}), {minLength: 1, maxLength: 20}),
			fc.integer({min: 1, max: 40}),
			(all, moves, height) => {
				const log: Log<number> = append(emptyLog as Log<number>, all, CAPACITY);
				const heights = all.slice(log.start);
				const rowsOf = (position: number) => all[position] as number;
				const total = heights.reduce((sum, rows) => sum + rows, 0);
				let anchor: Anchor | undefined;
				for (const move of moves) {
					const before = bottomRow(heights, log.start, anchor);
					anchor = scrollBy(log, anchor, move, height, rowsOf);
					const lowest = Math.min(total, height) - 1;
					const expected = Math.min(total - 1, Math.max(lowest, before - move));
					expect(bottomRow(heights, log.start, anchor)).toBe(expected);
				}
			},
		),
	);
});

test('an anchor whose entry was forgotten goes on from the oldest', () => {
	const log = append(
		emptyLog as Log<number>,
		Array.from({length: 200}, () => 1),
		CAPACITY,
	);
	const moved = scrollBy(log, {position: 3, row: 0, end: 10}, -1, 5, () => 1);
	expect(moved).toEqual({position: log.start + 1, row: 0, end: 10});
});
