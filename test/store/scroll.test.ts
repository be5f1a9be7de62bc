import fc from 'fast-check';
import {expect, test} from 'vitest';
import {emptyLog, insert, type Key, type Log} from '../../source/store/log.ts';
import {scrollBy} from '../../source/store/scroll.ts';
import type {Anchor} from '../../source/store/state.ts';

const logOf = (count: number): Log<Key> =>
	Array.from({length: count}, (_, order) => ({order, id: 'x'})).reduce<Log<Key>>(
		(log, key) => insert(log, key, () => 0),
		emptyLog,
	);

/** The straightforward way: every row of the log counted from the top. */
function bottomRow(heights: readonly number[], anchor: Anchor | undefined): number {
	const total = heights.reduce((sum, height) => sum + height, 0);
	if (!anchor) return total - 1;
	return heights.slice(0, anchor.order).reduce((sum, height) => sum + height, 0) + anchor.row;
}

test('moves by rows whatever the heights, and stays inside the log', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 1, max: 7}), {minLength: 1, maxLength: 200}),
			fc.array(fc.integer({min: -30, max: 30}), {minLength: 1, maxLength: 20}),
			fc.integer({min: 1, max: 40}),
			(all, moves, height) => {
				const log = logOf(all.length);
				const rowsOf = (index: number) => all[index] as number;
				const total = all.reduce((sum, rows) => sum + rows, 0);
				let anchor: Anchor | undefined;
				for (const move of moves) {
					const before = bottomRow(all, anchor);
					anchor = scrollBy(log, anchor, move, height, rowsOf);
					const lowest = Math.min(total, height) - 1;
					const expected = Math.min(total - 1, Math.max(lowest, before - move));
					expect(bottomRow(all, anchor)).toBe(expected);
				}
			},
		),
	);
});

test('an anchor whose entry was forgotten goes on from what stands there now', () => {
	const moved = scrollBy(logOf(200), {order: -5, id: 'gone', row: 3}, -1, 5, () => 1);
	expect(moved).toEqual({order: 1, id: 'x', row: 0});
});
