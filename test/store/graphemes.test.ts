import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {boundaryAt, graphemesOf, nextBoundary, previousBoundary, utf8Length} from '../../source/store/graphemes.ts';

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** Characters that join, that do not, and any other. */
const text = fc
	.array(
		fc.oneof(
			fc.constantFrom('a', ' ', '\n', '\r', 'é', 'ж', '日', 'カ', '\u3099', '한', 'ᄒ', 'ᅡ', 'ᆫ', '\u0600', '\u0301'),
			fc.constantFrom('©', '👨', '\u200d', '👩', '👍', '🏽', '🇫', '🇷', '\ufe0f', 'क', '्', 'ष', '\u0e33', '\ud800'),
			fc.string({unit: 'binary', minLength: 1, maxLength: 1}),
		),
		{maxLength: 20},
	)
	.map(parts => parts.join(''));

describe('graphemes', () => {
	test('NUL is a character like others', () => {
		expect(graphemesOf('a\0\u{10000}')).toEqual(['a', '\0', '\u{10000}']);
	});

	test('are what Unicode says, for every shortcut taken', () => {
		fc.assert(
			fc.property(text, sample => {
				const expected = Array.from(segmenter.segment(sample), found => found.segment);
				expect(graphemesOf(sample)).toEqual(expected);
			}),
			{numRuns: 3000},
		);
	});

	test('stepping forth and back stops at every boundary and nowhere else', () => {
		fc.assert(
			fc.property(text, sample => {
				const starts = Array.from(segmenter.segment(sample), found => found.index);
				const forth: number[] = [];
				for (let offset = 0; offset < sample.length; offset = nextBoundary(sample, offset)) forth.push(offset);
				const back: number[] = [];
				for (let offset = sample.length; offset > 0; ) {
					offset = previousBoundary(sample, offset);
					back.unshift(offset);
				}
				expect(forth).toEqual(starts);
				expect(back).toEqual(starts);
			}),
			{numRuns: 1000},
		);
	});

	test('an offset inside one is moved to its start', () => {
		expect(boundaryAt('a👍🏽b', 3)).toBe(1);
		expect(boundaryAt('a👍🏽b', 5)).toBe(5);
		expect(boundaryAt('ab', 9)).toBe(2);
	});
});

test('bytes of UTF-8 are counted as an encoder makes them', () => {
	fc.assert(
		fc.property(text, sample => {
			expect(utf8Length(sample)).toBe(Buffer.byteLength(sample));
		}),
	);
});
