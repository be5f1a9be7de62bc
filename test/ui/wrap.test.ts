import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {simpleCells, widthOf} from '../../source/store/width.ts';
import {wrap, wrapHead} from '../../source/ui/wrap.ts';
import {processorTime} from '../helpers/processor-time.ts';

const words = fc.string({
	unit: fc.constantFrom('a', 'b', ' ', '漢', 'か', '👍🏽', 'é', 'e\u0301', '-', '\n', 'ภา', '\u05d0'),
	maxLength: 200,
});

describe('the first rows', () => {
	test('are those of the whole text', () => {
		fc.assert(
			fc.property(words, fc.integer({min: 2, max: 30}), fc.integer({min: 1, max: 12}), (text, width, limit) => {
				const all = wrap(text, width);
				const {rows, end} = wrapHead(text, width, limit);
				expect(rows).toEqual(all.slice(0, limit));
				// What they stand for, and what is left, is together all there is.
				expect((rows.join('') + text.slice(end)).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
				if (all.length <= limit) expect(end).toBe(text.length);
			}),
		);
	});

	test.each([
		['line feeds', '\n'],
		['ideographs', '漢字'],
		['one word', 'a'],
		['combining marks', 'e\u0301'],
		['emoji', '👍'],
		['an emoji family', '👩‍👩‍👧‍👦'],
		['Thai', 'ภาษาไทย'],
	])('of very much text are made without looking at the rest: %s', (_, piece) => {
		const text = piece.repeat(Math.ceil(2_000_000 / piece.length));
		const took = processorTime(() => {
			const {rows, end} = wrapHead(text, 40, 20);
			expect(rows).toHaveLength(20);
			expect(end).toBeLessThan(20 * 40 * 12);
		});
		// A second or more if all of it is measured; a millisecond or so as it is.
		expect(took).toBeLessThan(300);
	});
});

describe('East Asian punctuation', () => {
	test('begins no row if it closes, and ends none if it opens', () => {
		expect(wrap('これが必要です。次のこと、「引用」です', 14)).toEqual([
			'これが必要で',
			'す。次のこと、',
			'「引用」です',
		]);
		expect(wrap('必要です。https://example.org/', 10)).toEqual(['必要です。', 'https://ex', 'ample.org/']);
		const text = fc.string({
			unit: fc.constantFrom('漢', 'か', 'ー', '。', '」', '「', '（', 'ab', '！'),
			maxLength: 60,
		});
		fc.assert(
			fc.property(text, fc.integer({min: 12, max: 30}), (sample, width) => {
				// Of so many at once, some have to.
				fc.pre(!/[ー。」！「（]{3}/.test(sample));
				const rows = wrap(sample, width);
				expect(rows.join('')).toBe(sample);
				for (const row of rows.slice(1)) expect(row).toMatch(/^(?![ー。」！])|^.?ab/);
				for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
			}),
		);
	});
});

describe('cells', () => {
	test('of simple characters are counted as they would be measured', () => {
		const simple = Array.from({length: 0x10000}, (_, unit) => unit).filter(unit => simpleCells(unit) > 0);
		expect(simple.length).toBeGreaterThan(30_000);
		expect(simple.filter(unit => stringWidth(String.fromCharCode(unit)) !== simpleCells(unit))).toEqual([]);
	});

	test('of mixed text are the same', () => {
		fc.assert(
			fc.property(words, text => {
				expect(widthOf(text)).toBe(stringWidth(text));
			}),
		);
	});
});
