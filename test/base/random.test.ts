import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {jitter, seededRandom} from '../../source/base/random.ts';

const draw = (seed: number, count: number) => {
	const random = seededRandom(seed);
	return Array.from({length: count}, () => random.float());
};

describe('seededRandom', () => {
	test('the same seed gives the same numbers, another seed others', () => {
		expect(draw(7, 20)).toEqual(draw(7, 20));
		expect(draw(7, 20)).not.toEqual(draw(8, 20));
		expect([...seededRandom(7).bytes(32)]).toEqual([...seededRandom(7).bytes(32)]);
	});

	test('every number is at least 0 and less than 1, for every seed', () => {
		fc.assert(
			fc.property(fc.integer(), seed => {
				for (const number of draw(seed, 50)) {
					expect(number).toBeGreaterThanOrEqual(0);
					expect(number).toBeLessThan(1);
				}
			}),
		);
	});

	test('numbers and bytes are spread evenly', () => {
		const buckets = new Array(10).fill(0);
		for (const number of draw(1, 10_000)) buckets[Math.floor(number * 10)]++;
		// Each bucket expects 1,000 with a standard deviation of 30.
		expect(Math.min(...buckets)).toBeGreaterThan(850);
		expect(Math.max(...buckets)).toBeLessThan(1150);
		expect(new Set(seededRandom(1).bytes(4096)).size).toBe(256);
	});

	test('gives as many bytes as asked for', () => {
		expect(seededRandom(1).bytes(0)).toHaveLength(0);
		expect(seededRandom(1).bytes(33)).toHaveLength(33);
	});
});

describe('jitter', () => {
	test('changes a value by up to the fraction, both ways', () => {
		const random = seededRandom(1);
		const values = Array.from({length: 1000}, () => jitter(random, 100, 0.2));
		expect(Math.min(...values)).toBeGreaterThanOrEqual(80);
		expect(Math.min(...values)).toBeLessThan(82);
		expect(Math.max(...values)).toBeLessThan(120);
		expect(Math.max(...values)).toBeGreaterThan(118);
	});

	test('the ends of chance are the ends of the range', () => {
		const fixed = (float: number) => ({float: () => float, bytes: (length: number) => new Uint8Array(length)});
		expect(jitter(fixed(0), 100, 0.2)).toBe(80);
		expect(jitter(fixed(0.5), 100, 0.2)).toBe(100);
	});
});
