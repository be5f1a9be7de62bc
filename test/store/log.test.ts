import fc from 'fast-check';
import {expect, test} from 'vitest';
import {append, type Capacity, emptyLog, entryAt, type Log, logLength, replaceAt} from '../../source/store/log.ts';

const upTo = (entries: number): Capacity<unknown> => ({entries, weight: Number.POSITIVE_INFINITY, weigh: () => 0});

test('keeps order and positions whatever the batches, and forgets only the oldest', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({min: 0, max: 200}), {maxLength: 20}), sizes => {
			let log: Log<number> = emptyLog;
			let next = 0;
			for (const size of sizes) {
				log = append(
					log,
					Array.from({length: size}, () => next++),
					upTo(300),
				);
			}
			expect(log.end).toBe(next);
			expect(logLength(log)).toBeGreaterThanOrEqual(Math.min(next, 300));
			expect(logLength(log)).toBeLessThan(300 + 64);
			for (let position = log.start; position < log.end; position++) expect(entryAt(log, position)).toBe(position);
			expect(entryAt(log, log.start - 1)).toBeUndefined();
			expect(entryAt(log, log.end)).toBeUndefined();
		}),
	);
});

test('does not change the log that it was made from', () => {
	const before = append(emptyLog as Log<string>, ['a'], upTo(10));
	const after = replaceAt(append(before, ['b'], upTo(10)), 0, 'A');
	expect([entryAt(before, 0), logLength(before)]).toEqual(['a', 1]);
	expect([entryAt(after, 0), entryAt(after, 1)]).toEqual(['A', 'b']);
	expect(replaceAt(after, 7, 'x')).toBe(after);
});

test('forgets what weighs too much, chunk by chunk, but never the newest one', () => {
	const byWeight: Capacity<number> = {entries: 5_000, weight: 1_000, weigh: entry => entry};
	const filled = (weight: number, count: number): Log<number> => {
		let log: Log<number> = emptyLog;
		for (let index = 0; index < count; index++) log = append(log, [weight], byWeight);
		return log;
	};
	expect(logLength(filled(1, 2_000))).toBeGreaterThan(1_000 - 64);
	expect(logLength(filled(1, 2_000))).toBeLessThanOrEqual(1_000);
	expect(filled(1, 2_000)).toMatchObject({start: 2_000 - logLength(filled(1, 2_000)), end: 2_000});
	// What came later weighs less, and what was forgotten weighs nothing.
	const relieved = append(
		filled(10, 500),
		Array.from({length: 640}, () => 1),
		byWeight,
	);
	expect(logLength(relieved)).toBeGreaterThan(500);
	expect(logLength(filled(5_000, 65))).toBe(1);
});
