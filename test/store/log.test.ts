import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
	compareKeys,
	dropBefore,
	emptyLog,
	entryAt,
	findIndex,
	indexOf,
	insert,
	type Key,
	type Log,
	removeAt,
	trim,
} from '../../source/store/log.ts';

type Item = Key & {readonly weight: number};
const weigh = ({weight}: Item): number => weight;
const item = (order: number, weight = 1): Item => ({order, id: 'x', weight});
const all = (log: Log<Item>): Item[] => log.chunks.flat();
const logOf = (items: readonly Item[]): Log<Item> =>
	items.reduce<Log<Item>>((log, each) => insert(log, each, weigh), emptyLog);
const numbered = (count: number, weight = 1): Item[] => Array.from({length: count}, (_, index) => item(index, weight));

/** Every number in a log is what its chunks say. */
function expectSound(log: Log<Item>): void {
	const entries = all(log);
	expect(log.length).toBe(entries.length);
	expect(log.chunks.every(chunk => chunk.length > 0 && chunk.length <= 64)).toBe(true);
	expect(log.weights).toEqual(log.chunks.map(chunk => chunk.reduce((sum, each) => sum + each.weight, 0)));
	for (const [index, entry] of entries.entries()) expect(entryAt(log, index)).toBe(entry);
	expect([entryAt(log, -1), entryAt(log, entries.length)]).toEqual([undefined, undefined]);
}

test('entries stand in their order, whatever the order in which they come and go', () => {
	const key = fc.record({order: fc.integer({min: 0, max: 400}), id: fc.constantFrom('a', 'b'), weight: fc.nat(9)});
	const steps = fc.array(fc.oneof(key, fc.record({remove: fc.nat(300)})), {maxLength: 500});
	fc.assert(
		fc.property(steps, changes => {
			let log: Log<Item> = emptyLog;
			let model: Item[] = [];
			for (const change of changes) {
				if ('remove' in change) {
					log = removeAt(log, change.remove, weigh);
					model.splice(change.remove, 1);
				} else {
					log = insert(log, change, weigh);
					model = [...model.filter(each => compareKeys(each, change) !== 0), change].sort(compareKeys);
				}
			}
			expect(all(log)).toEqual(model);
			expectSound(log);
			for (const [index, entry] of model.entries())
				expect([indexOf(log, entry), findIndex(log, entry)]).toEqual([index, index]);
			expect(findIndex(log, {order: 500, id: 'a'})).toBeUndefined();
		}),
	);
});

test('does not change the log that it was made from', () => {
	const before = logOf(numbered(100));
	const copy = structuredClone(before);
	insert(before, item(50.5), weigh);
	removeAt(before, 3, weigh);
	trim(before, {entries: 10, weight: 10}, 'newest');
	dropBefore(before, item(40), weigh);
	expect(before).toEqual(copy);
});

test('what comes in the middle of a long log copies one chunk, and leaves all others as they are', () => {
	const before = logOf(numbered(5_000));
	const after = insert(before, item(2_500.5), weigh);
	expect(after.chunks.filter(chunk => !before.chunks.includes(chunk)).length).toBeLessThanOrEqual(2);
});

test.each(['oldest', 'newest'] as const)('forgets whole chunks at its %s end, and says what is gone', end => {
	const {log, gone} = trim(logOf(numbered(1_000)), {entries: 300, weight: 10_000}, end);
	expect(log.length).toBeGreaterThanOrEqual(300);
	expect(log.length).toBeLessThan(300 + 64);
	expectSound(log);
	const together = end === 'oldest' ? [...gone, ...all(log)] : [...all(log), ...gone];
	expect(together.map(each => each.order)).toEqual(numbered(1_000).map(each => each.order));
});

test('forgets what weighs too much, but never the last chunk', () => {
	const byWeight = {entries: 5_000, weight: 1_000};
	const light = trim(logOf(numbered(2_000)), byWeight, 'oldest').log;
	expect(light.length).toBeGreaterThan(1_000 - 64);
	expect(light.length).toBeLessThanOrEqual(1_000);
	expect(trim(logOf(numbered(65, 5_000)), byWeight, 'oldest').log.length).toBe(1);
});

test('what stands before a key can be dropped', () => {
	fc.assert(
		fc.property(fc.nat(300), fc.integer({min: -1, max: 310}), (count, key) => {
			const {log, gone} = dropBefore(logOf(numbered(count)), item(key), weigh);
			expect(all(log).map(each => each.order)).toEqual(
				numbered(count).flatMap(({order}) => (order < key ? [] : [order])),
			);
			expect(gone.length).toBe(count - log.length);
			expectSound(log);
		}),
		{numRuns: 50},
	);
});
