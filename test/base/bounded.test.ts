import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {BoundedMap, Ring} from '../../source/base/bounded.ts';

describe('BoundedMap', () => {
	test('gives up the oldest entry when it is full', () => {
		const map = new BoundedMap<string, number>(2);
		expect(map.set('a', 1)).toBeUndefined();
		expect(map.set('b', 2)).toBeUndefined();
		expect(map.set('c', 3)).toEqual(['a', 1]);
		expect([...map.entries()]).toEqual([
			['b', 2],
			['c', 3],
		]);
	});

	test('an entry that is set again is the newest', () => {
		const map = new BoundedMap<string, number>(2);
		map.set('a', 1);
		map.set('b', 2);
		expect(map.set('a', 3)).toBeUndefined();
		expect(map.set('c', 4)).toEqual(['b', 2]);
		expect([...map.keys()]).toEqual(['a', 'c']);
		expect([...map.values()]).toEqual([3, 4]);
	});

	test('reading does not make an entry newer', () => {
		const map = new BoundedMap<string, number>(2);
		map.set('a', 1);
		map.set('b', 2);
		expect([map.get('a'), map.has('a'), map.has('x'), map.get('x')]).toEqual([1, true, false, undefined]);
		expect(map.set('c', 3)).toEqual(['a', 1]);
	});

	test('a deleted entry makes room', () => {
		const map = new BoundedMap<string, number>(1);
		map.set('a', 1);
		expect([map.delete('a'), map.delete('a'), map.size]).toEqual([true, false, 0]);
		expect(map.set('b', 2)).toBeUndefined();
	});

	test('an entry whose value is undefined is given up like any other', () => {
		const map = new BoundedMap<string, undefined>(1);
		map.set('a', undefined);
		expect(map.set('b', undefined)).toEqual(['a', undefined]);
	});

	test('never holds more than its capacity', () => {
		fc.assert(
			fc.property(fc.integer({min: 1, max: 8}), fc.array(fc.nat(20)), (capacity, keys) => {
				const map = new BoundedMap<number, number>(capacity);
				for (const key of keys) {
					map.set(key, key);
					expect(map.size).toBeLessThanOrEqual(capacity);
					expect(map.get(key)).toBe(key);
				}
			}),
		);
	});
});

describe('Ring', () => {
	test('keeps the last values, oldest first', () => {
		fc.assert(
			fc.property(
				fc.integer({min: 1, max: 8}),
				fc.array(fc.nat()),
				fc.nat(9),
				fc.nat(9),
				(capacity, values, from, to) => {
					const ring = new Ring<number>(capacity);
					for (const value of values) ring.push(value);
					const kept = values.slice(-capacity);
					expect(ring.length).toBe(kept.length);
					expect(ring.slice()).toEqual(kept);
					expect(ring.slice(from, to)).toEqual(kept.slice(from, to));
					for (let index = -1; index <= capacity; index++) expect(ring.at(index)).toBe(kept[index]);
				},
			),
		);
	});
});
