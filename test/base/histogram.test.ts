import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Histogram} from '../../source/base/histogram.ts';
import {seededRandom} from '../../source/base/random.ts';

const PARTS = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];

function histogramOf(values: readonly number[]): Histogram {
	const histogram = new Histogram();
	for (const value of values) histogram.record(value);
	return histogram;
}

/** The least value that is not below `part` of all. */
function exactQuantile(values: readonly number[], part: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}

/** Milliseconds by which an answer may be wrong: half a microsecond, to which values are rounded, and 1 %. */
const tolerance = (value: number) => 0.000_501 + value * 0.01;

/** Values from 1 µs to more than a minute, each size as likely as any other. */
const anyValue = fc.double({min: Math.log(0.001), max: Math.log(100_000), noNaN: true}).map(Math.exp);

/** Ten thousand values of a known distribution, from its inverse. */
function drawn(inverse: (part: number) => number): number[] {
	const random = seededRandom(7);
	return Array.from({length: 10_000}, () => inverse(random.float()));
}

describe('a histogram', () => {
	test.each([
		['uniform', (part: number) => 20 + 60 * part],
		['exponential', (part: number) => -3 * Math.log(1 - part)],
		['of two peaks far apart', (part: number) => (part < 0.7 ? 0.2 + part / 10 : 150 + 20 * part)],
		['constant', () => 12.345],
		['below a microsecond', (part: number) => part / 1_000],
	])('gives the quantiles of a distribution that is %s, to 1 %%', (_, inverse) => {
		const values = drawn(inverse);
		const histogram = histogramOf(values);
		for (const part of PARTS) {
			const exact = exactQuantile(values, part);
			expect(Math.abs(histogram.quantile(part)! - exact)).toBeLessThanOrEqual(tolerance(exact));
		}
	});

	test('agrees with a sorted list for any values, and least and largest are exact', () => {
		fc.assert(
			fc.property(
				fc.array(anyValue, {minLength: 1, maxLength: 200}),
				fc.double({min: 0, max: 1, noNaN: true}),
				(values, part) => {
					const histogram = histogramOf(values);
					const exact = exactQuantile(values, part);
					expect(Math.abs(histogram.quantile(part)! - exact)).toBeLessThanOrEqual(tolerance(exact));
					expect(Math.abs(histogram.min! - Math.min(...values))).toBeLessThan(0.000_501);
					expect(Math.abs(histogram.max! - Math.max(...values))).toBeLessThan(0.000_501);
					expect(histogram.count).toBe(values.length);
				},
			),
			{numRuns: 300},
		);
	});

	test('two that are merged tell the same as one that got everything', () => {
		fc.assert(
			fc.property(fc.array(anyValue, {maxLength: 60}), fc.array(anyValue, {maxLength: 60}), (ours, theirs) => {
				const merged = histogramOf(ours);
				merged.merge(histogramOf(theirs));
				expect(told(merged)).toEqual(told(histogramOf([...ours, ...theirs])));
			}),
			{numRuns: 100},
		);
	});

	test('without values knows nothing', () => {
		expect(told(new Histogram())).toEqual({
			count: 0,
			min: undefined,
			max: undefined,
			quantiles: PARTS.map(() => undefined),
		});
	});

	test('tells values of one microsecond and of a minute apart from their neighbours', () => {
		expect(histogramOf([0.001, 0.002, 0.003]).quantile(0.5)).toBe(0.002);
		expect(histogramOf([58_000, 60_000, 62_000]).quantile(0.5)! / 60_000).toBeCloseTo(1, 2);
	});

	test('what is no time counts as none, and what is beyond all bounds keeps its size as the largest', () => {
		expect(told(histogramOf([-5, Number.NaN]))).toMatchObject({count: 2, min: 0, max: 0});
		expect(histogramOf([1, 1e9]).quantile(1)).toBe(1e9);
		expect(histogramOf([1, 1e9]).quantile(0.5)).toBeCloseTo(1, 2);
	});
});

function told(histogram: Histogram): object {
	const {count, min, max} = histogram;
	return {count, min, max, quantiles: PARTS.map(part => histogram.quantile(part))};
}
