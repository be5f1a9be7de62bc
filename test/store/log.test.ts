import fc from 'fast-check';
import {expect, test} from 'vitest';
import {append, emptyLog, entryAt, type Log, logLength, replaceAt} from '../../source/store/log.ts';

test('keeps order and positions whatever the batches, and forgets only the oldest', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({min: 0, max: 200}), {maxLength: 20}), sizes => {
			let log: Log<number> = emptyLog;
			let next = 0;
			for (const size of sizes) {
				log = append(
					log,
					Array.from({length: size}, () => next++),
					300,
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
	const before = append(emptyLog as Log<string>, ['a'], 10);
	const after = replaceAt(append(before, ['b'], 10), 0, 'A');
	expect([entryAt(before, 0), logLength(before)]).toEqual(['a', 1]);
	expect([entryAt(after, 0), entryAt(after, 1)]).toEqual(['A', 'b']);
	expect(replaceAt(after, 7, 'x')).toBe(after);
});
