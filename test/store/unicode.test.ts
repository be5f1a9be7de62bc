/**
 * Widths against Unicode's own data. Where terminals differ, this is what counts here: ambiguous characters (Greek,
 * Cyrillic, box drawing) are 1 cell; an emoji sequence is 2, whatever it is joined from; a character that is an emoji
 * only by U+FE0F is 1 without it and 2 with it; half a flag is 1, a whole one 2; U+FE0E makes nothing narrower.
 * `ui/clusters.ts` or its successor keeps rows straight on terminals that think otherwise.
 */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {graphemesOf} from '../../source/store/graphemes.ts';
import {cellsOf, simpleCells, widthOf} from '../../source/store/width.ts';
import {INVISIBLE, unicodeCharacters, unicodeWords} from '../helpers/unicode.ts';

const SELECTOR = '\ufe0f';
const TONES = Array.from({length: 5}, (_, index) => String.fromCodePoint(0x1f3fb + index));

const wide = new Set(unicodeCharacters('wide'));
const emoji = unicodeCharacters('emoji');
const text = new Set(unicodeCharacters('text'));

/** Older versions of Node know fewer characters. */
const isKnown = (sample: string): boolean => !/\p{Cn}/u.test(sample);
const hex = (sample: string): string => Array.from(sample, each => each.codePointAt(0)?.toString(16)).join('-');
const wrong = (samples: Iterable<string>, isRight: (sample: string) => boolean): string[] =>
	Array.from(samples)
		.filter(sample => isKnown(sample) && !isRight(sample))
		.slice(0, 20)
		.map(hex);

/** In these hundred thousand characters one is as wide as the other. */
const isAlike = (codePoint: number): boolean => (codePoint > 0x3400 && codePoint < 0xd780) || codePoint > 0x20000;

/** All there is but surrogates and what belongs to nobody; of the many that are alike, some. */
function* assigned(): Generator<string> {
	for (let codePoint = 0x20; codePoint < 0xf0000; codePoint += isAlike(codePoint) ? 23 : 1) {
		const character = String.fromCodePoint(codePoint);
		if (!/[\p{Cn}\p{Cs}\p{Co}]/u.test(character)) yield character;
	}
}

test('every character is as wide as Unicode says', () => {
	const expected = (character: string): number => (INVISIBLE.test(character) ? 0 : wide.has(character) ? 2 : 1);
	expect(wide.size).toBeGreaterThan(120_000);
	expect(wrong(assigned(), character => widthOf(character) === expected(character))).toEqual([]);
});

test('what is counted without being measured is counted right', () => {
	const units = Array.from({length: 0xd800}, (_, unit) => unit).filter(unit => simpleCells(unit) > 0);
	expect(units.length).toBeGreaterThan(30_000);
	const isRight = (each: string): boolean =>
		simpleCells(each.charCodeAt(0)) === (wide.has(each) ? 2 : 1) && !INVISIBLE.test(each);
	expect(
		wrong(
			units.map(unit => String.fromCharCode(unit)),
			isRight,
		),
	).toEqual([]);
});

describe('emoji', () => {
	const isOneOf = (cells: number) => (sample: string) => graphemesOf(sample).length === 1 && cellsOf(sample) === cells;

	test('of one character', () => {
		expect(emoji.length).toBeGreaterThan(1_000);
		expect(wrong(emoji, isOneOf(2))).toEqual([]);
		expect(wrong(text, each => isOneOf(wide.has(each) ? 2 : 1)(each))).toEqual([]);
		expect(
			wrong(
				[...text].map(each => each + SELECTOR),
				isOneOf(2),
			),
		).toEqual([]);
	});

	/** Each sequence with every tone, once as it should be written and once without what may be left out. */
	function* sequences(): Generator<string> {
		for (const word of unicodeWords('sequences')) {
			for (const tone of word.includes('+') ? TONES : ['']) {
				const parts = word.split('-').map(part => {
					const base = String.fromCodePoint(Number.parseInt(part, 16));
					return part.endsWith('+') ? base + tone : base;
				});
				yield parts.map(part => (text.has(part) ? part + SELECTOR : part)).join('');
				yield parts.join('');
			}
		}
	}

	test('of several characters: flags, keycaps, tones of skin, families', () => {
		const all = new Set(sequences());
		expect(all.size).toBeGreaterThan(3_000);
		expect(wrong(all, isOneOf(2))).toEqual([]);
	});

	test('that are none: half a flag, a selector for text, a joiner with nothing to join', () => {
		expect(widthOf('🇨')).toBe(1);
		expect(widthOf('🇨🇭🇨')).toBe(3);
		expect(widthOf('⌚\ufe0e')).toBe(2);
		expect(widthOf('☺\ufe0e')).toBe(1);
		expect(widthOf('a\u200db')).toBe(2);
		expect(widthOf(`a${SELECTOR}`)).toBe(1);
	});
});

test('a text is as wide as its graphemes together', () => {
	const part = fc.oneof(
		fc.constantFrom(...emoji, ...text, SELECTOR, '\u200d', '\u0301', ...TONES, '🇨', '🇭'),
		fc.string({unit: 'binary', maxLength: 3}),
		fc.constantFrom('a', 'ж', '漢', 'ｱ', 'ﾞ', '한', 'ᄒ', 'ᅡ', 'ᆫ', 'क्षि', 'ש', 'سلام', '\u0e33'),
	);
	fc.assert(
		fc.property(fc.array(part, {maxLength: 8}), parts => {
			const sample = parts.join('');
			expect(widthOf(sample)).toBe(graphemesOf(sample).reduce((sum, each) => sum + cellsOf(each), 0));
		}),
		{numRuns: 100},
	);
});
