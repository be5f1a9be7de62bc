import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {
	applyEdit,
	type Composer,
	EMPTY_COMPOSER,
	MAX_COMPOSER_BYTES,
	MAX_HISTORY,
	replaceText,
	submitComposer,
} from '../../source/store/composer.ts';
import {MAX_STEPS} from '../../source/store/composer-past.ts';
import {offsetAt, placeOf, rowsOf, rowText, windowOf} from '../../source/store/composer-rows.ts';
import type {Edit} from '../../source/store/intent.ts';
import {clustersOf} from '../../source/store/width.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';

type Motion = Exclude<Edit['edit'], 'insert'>;

const typed = (text: string): Composer => applyEdit(EMPTY_COMPOSER, {edit: 'insert', text});
const after = (composer: Composer, ...edits: Motion[]): Composer =>
	edits.reduce((result, edit) => applyEdit(result, {edit}), composer);
/** The text with the cursor drawn as a bar. */
const drawn = ({text, cursor}: Composer): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

const FAMILY = '👨‍👩‍👧';
const ACCENTED = 'e\u0301';

describe('editing', () => {
	test('text goes in where the cursor is', () => {
		const composer = after(typed('helo'), 'left');
		expect(drawn(applyEdit(composer, {edit: 'insert', text: 'l'}))).toBe('hell|o');
	});

	test('the cursor steps over, and Backspace takes, what a person sees as one character', () => {
		for (const one of [FAMILY, ACCENTED, '日', '🇫🇷', '👍🏽']) {
			expect(drawn(after(typed(`a${one}`), 'left'))).toBe(`a|${one}`);
			expect(drawn(after(typed(`a${one}b`), 'start', 'right', 'right'))).toBe(`a${one}|b`);
			expect(drawn(after(typed(`a${one}`), 'delete-back'))).toBe('a|');
			expect(drawn(after(typed(`${one}b`), 'start', 'delete-forward'))).toBe('|b');
		}
	});

	test('what joins when something between is deleted is one character', () => {
		expect(drawn(after(typed('🇫a🇷'), 'left', 'delete-back'))).toBe('|🇫🇷');
	});

	test('the ends are ends', () => {
		expect(drawn(after(typed('ab'), 'start', 'left', 'delete-back'))).toBe('|ab');
		expect(drawn(after(typed('ab'), 'right', 'delete-forward'))).toBe('ab|');
	});

	test('words end at what is neither letter nor digit', () => {
		expect(drawn(after(typed('see you, später '), 'word-left'))).toBe('see you, |später ');
		expect(drawn(after(typed('see you, später'), 'word-left', 'word-left'))).toBe('see |you, später');
		expect(drawn(after(typed('see you, später'), 'start', 'word-right', 'word-right'))).toBe('see you|, später');
		expect(drawn(after(typed('one two  '), 'delete-word-back'))).toBe('one |');
	});

	test('Home and End: first of the line, then of everything', () => {
		const text = typed('one\ntwo\nthree');
		expect(drawn(after(text, 'left', 'start'))).toBe('one\ntwo\n|three');
		expect(drawn(after(text, 'start', 'start'))).toBe('|one\ntwo\nthree');
		expect(drawn(after(text, 'start', 'start', 'end'))).toBe('one|\ntwo\nthree');
		expect(drawn(after(text, 'start', 'start', 'end', 'end'))).toBe('one\ntwo\nthree|');
	});

	test('Ctrl-T swaps what a person sees as characters, and not over the end of a line', () => {
		expect(drawn(after(typed('hte'), 'start', 'right', 'transpose'))).toBe('th|e');
		expect(drawn(after(typed(`a${FAMILY}`), 'transpose'))).toBe(`${FAMILY}a|`);
		expect(drawn(after(typed('a\nb'), 'transpose'))).toBe('a\nb|');
		expect(drawn(after(typed('🇫x🇷'), 'start', 'right', 'transpose'))).toBe('x|🇫🇷');
		expect(drawn(after(typed('ab\ncd'), 'up', 'transpose'))).toBe('ba|\ncd');
	});

	test('deletes to the start, to the end, and everything', () => {
		const middle = after(typed('one two'), 'word-left');
		expect(drawn(after(middle, 'delete-to-start'))).toBe('|two');
		expect(drawn(after(middle, 'delete-to-end'))).toBe('one |');
		expect(drawn(after(middle, 'clear'))).toBe('|');
	});

	test('line feeds and tabs stay, other control characters do not', () => {
		expect(typed('a\r\nb\rc\td\x1b[31me\x07\x9b\x7f').text).toBe('a\nb\nc\td[31me');
		expect(typed('a\ud800b').text).toBe('a\ufffdb');
	});

	test('an edit that changes nothing returns the same composer', () => {
		const composer = typed('ab');
		for (const edit of ['right', 'end', 'delete-forward', 'delete-to-end', 'down', 'up'] as const) {
			expect(after(composer, edit)).toBe(composer);
		}
	});

	test('the cursor stands on a grapheme boundary whatever is done', () => {
		const parts = fc.array(fc.constantFrom('a', ' ', '\u0301', '\u200d', '👨', '👩', '日', '\n', '🇫', '🇷', '\r'));
		const edits = fc.array(
			fc.oneof(
				parts.map((text): Edit => ({edit: 'insert', text: text.join('')})),
				fc
					.constantFrom<Motion[]>(
						...(['left', 'right', 'word-left', 'word-right', 'start', 'end', 'delete-back'] as const),
						...(['delete-forward', 'delete-word-back', 'delete-to-start', 'delete-to-end'] as const),
						...(['delete-word-forward', 'yank', 'yank-older', 'transpose', 'undo', 'redo', 'up', 'down'] as const),
					)
					.map((edit): Edit => ({edit: edit as Motion})),
			),
			{maxLength: 20},
		);
		const segmenter = new Intl.Segmenter('en');
		fc.assert(
			fc.property(edits, steps => {
				const {text, cursor} = steps.reduce(applyEdit, EMPTY_COMPOSER);
				const boundaries = [text.length, ...Array.from(segmenter.segment(text), found => found.index)];
				expect(boundaries).toContain(cursor);
			}),
		);
	});
});

describe('the bound', () => {
	test('is what one message may carry', () => {
		expect(MAX_COMPOSER_BYTES).toBe(MAX_TEXT_BYTES);
	});

	test('the rest is refused at a grapheme, and said', () => {
		const composer = typed(`${'a'.repeat(MAX_COMPOSER_BYTES - 20)}${FAMILY}${FAMILY}`);
		expect(composer.text).toBe(`${'a'.repeat(MAX_COMPOSER_BYTES - 20)}${FAMILY}`);
		expect(composer.overflowed).toBe(true);
		expect(after(composer, 'delete-back').overflowed).toBe(false);
	});

	test('counts bytes, not characters', () => {
		const composer = typed('日'.repeat(MAX_COMPOSER_BYTES));
		expect(composer.text.length).toBe(Math.floor(MAX_COMPOSER_BYTES / 3));
	});
});

describe('history', () => {
	const sent = (...lines: string[]): Composer =>
		lines.reduce((composer, line) => submitComposer(replaceText(composer, line)).composer, EMPTY_COMPOSER);

	test('walks back and forth, and the draft is kept', () => {
		const composer = applyEdit(sent('one', 'two'), {edit: 'insert', text: 'draft'});
		expect(drawn(after(composer, 'up'))).toBe('two|');
		expect(drawn(after(composer, 'up', 'up', 'up'))).toBe('one|');
		const back = after(composer, 'up', 'up', 'down', 'down');
		expect(drawn(back)).toBe('draft|');
		expect(after(back, 'down')).toBe(back);
	});

	test('submitting gives the text exactly and empties the composer', () => {
		const {text, composer} = submitComposer(typed('  two\nlines '));
		expect(text).toBe('  two\nlines ');
		expect(composer).toEqual({...EMPTY_COMPOSER, history: ['  two\nlines ']});
	});

	test('blank lines and repetitions are not remembered', () => {
		expect(sent('one', ' ', 'one', 'two').history).toEqual(['one', 'two']);
	});

	test('is bounded', () => {
		const lines = Array.from({length: MAX_HISTORY + 5}, (_, index) => `line ${index}`);
		const {history} = sent(...lines);
		expect(history.length).toBe(MAX_HISTORY);
		expect(history.at(-1)).toBe(lines.at(-1));
	});

	test('a line of the history that was changed is sent as changed', () => {
		const changed = applyEdit(after(sent('one'), 'up'), {edit: 'insert', text: '!'});
		expect(submitComposer(changed).composer.history).toEqual(['one', 'one!']);
	});
});

describe('cutting and putting back', () => {
	test('what is cut in one go comes back in one', () => {
		const cut = after(typed('one two three'), 'delete-word-back', 'delete-word-back');
		expect(cut).toMatchObject({text: 'one ', kills: ['two three']});
		expect(drawn(after(cut, 'start', 'yank'))).toBe('two three|one ');
		const ahead = after(typed('one two three'), 'start', 'delete-word-forward', 'delete-word-forward');
		expect(ahead).toMatchObject({text: ' three', kills: ['one two']});
		expect(after(typed('one two'), 'word-left', 'delete-to-end', 'delete-to-start').kills).toEqual(['one two']);
	});

	test('Alt-Y puts the piece before in its place, round and round', () => {
		const two = after(typed('one two'), 'delete-word-back', 'left', 'right', 'delete-word-back');
		expect(two.kills).toEqual(['one ', 'two']);
		expect(after(two, 'yank', 'yank-older').text).toBe('two');
		expect(after(two, 'yank', 'yank-older', 'yank-older').text).toBe('one ');
		expect(after(two, 'yank', 'left', 'yank-older').text).toBe('one ');
		expect(after(two, 'yank', 'yank-older', 'undo').text).toBe('');
		const within = after(applyEdit(two, {edit: 'insert', text: 'xy'}), 'left');
		expect(drawn(after(within, 'yank', 'yank-older'))).toBe('xtwo|y');
	});

	test('line by line, whoever goes on cutting', () => {
		const lines = typed('one\ntwo');
		expect(drawn(after(lines, 'delete-to-start'))).toBe('one\n|');
		expect(after(lines, 'delete-to-start', 'delete-to-start', 'delete-to-start')).toMatchObject({
			text: '',
			kills: ['one\ntwo'],
		});
		expect(after(lines, 'start', 'start', 'delete-to-end', 'delete-to-end', 'delete-to-end').text).toBe('');
	});

	test('cutting and putting back at once changes nothing', () => {
		const text = fc.array(fc.constantFrom('a', 'bc', ' ', ', ', '日本', '\n', FAMILY), {maxLength: 12});
		const cuts = fc.constantFrom<Motion>('delete-word-back', 'delete-word-forward', 'delete-to-start', 'delete-to-end');
		fc.assert(
			fc.property(text, fc.nat(12), cuts, fc.integer({min: 1, max: 4}), (parts, steps, cut, times) => {
				let composer = typed(parts.join(''));
				for (let step = 0; step < steps; step++) composer = after(composer, 'left');
				const done = after(composer, ...Array.from({length: times}, () => cut));
				fc.pre(done !== composer);
				expect(after(done, 'yank').text).toBe(composer.text);
			}),
		);
	});

	test('no more than fits comes back', () => {
		const cut = after(typed('x'.repeat(MAX_COMPOSER_BYTES)), 'delete-to-start');
		expect(after(typed('y'), 'yank').text).toBe('y');
		const twice = after(applyEdit(cut, {edit: 'insert', text: 'y'}), 'yank', 'yank');
		expect(twice.text.length).toBe(MAX_COMPOSER_BYTES);
		expect(twice.overflowed).toBe(true);
	});
});

describe('undoing', () => {
	const words = (text: string) =>
		[...text].reduce((composer, character) => applyEdit(composer, {edit: 'insert', text: character}), EMPTY_COMPOSER);

	test('takes back what was typed word by word, and brings it again', () => {
		const written = words('see you  later');
		expect(drawn(after(written, 'undo'))).toBe('see you  |');
		expect(drawn(after(written, 'undo', 'undo'))).toBe('see |');
		expect(drawn(after(written, 'undo', 'undo', 'undo', 'undo'))).toBe('|');
		expect(drawn(after(written, 'undo', 'undo', 'redo'))).toBe('see you  |');
		expect(drawn(after(written, 'undo', 'undo', 'redo', 'redo', 'redo'))).toBe('see you  later|');
	});

	test('a word begun elsewhere is a word of its own; so is what was deleted', () => {
		expect(applyEdit(after(words('ab'), 'start'), {edit: 'insert', text: 'x'}).past.length).toBe(2);
		expect(after(words('abcd'), 'delete-back', 'delete-back', 'undo').text).toBe('abcd');
		expect(after(words('abcd'), 'clear', 'undo').text).toBe('abcd');
	});

	test('leads exactly back, whatever was done', () => {
		const parts = fc.array(fc.constantFrom('a', ' ', '\u0301', '日', '\n', '🇫', '🇷', 'word'), {maxLength: 5});
		const edit = fc.oneof(
			parts.map((text): Edit => ({edit: 'insert', text: text.join('')})),
			fc
				.constantFrom<Motion[]>(
					...(['left', 'word-left', 'start', 'up', 'delete-back', 'delete-word-back', 'delete-word-forward'] as const),
					...(['delete-to-start', 'delete-to-end', 'yank', 'yank-older', 'transpose', 'clear'] as const),
				)
				.map((name): Edit => ({edit: name as Motion})),
		);
		fc.assert(
			fc.property(fc.array(edit, {maxLength: 25}), edits => {
				const texts = new Set(['']);
				let composer = EMPTY_COMPOSER;
				for (const each of edits) {
					composer = applyEdit(composer, each);
					texts.add(composer.text);
				}
				const written = composer;
				const back: Composer[] = [];
				while (composer.past.length > 0) {
					const before = composer.past.at(-1);
					composer = after(composer, 'undo');
					expect({text: composer.text, cursor: composer.cursor}).toEqual(before);
					expect(texts).toContain(composer.text);
					back.push(composer);
				}
				expect(composer.text).toBe('');
				for (const expected of [...back.slice(0, -1).reverse(), written]) {
					composer = after(composer, 'redo');
					expect(composer.text).toBe(back.length === 0 ? '' : expected.text);
				}
			}),
		);
	});

	test('has an end, in steps and in text', () => {
		let composer = EMPTY_COMPOSER;
		for (let step = 0; step < 2 * MAX_STEPS; step++) {
			composer = applyEdit(composer, {edit: 'insert', text: 'x'});
			composer = after(composer, 'left');
		}
		expect(composer.past.length).toBe(MAX_STEPS);
		let long = typed('x'.repeat(MAX_COMPOSER_BYTES - 100));
		for (let step = 0; step < 50; step++) long = after(applyEdit(long, {edit: 'insert', text: 'y '}), 'left');
		expect(long.past.reduce((sum, {text}) => sum + text.length, 0)).toBeLessThanOrEqual(256 * 1024);
	});
});

describe('rows', () => {
	const shown = (text: string, width: number) => {
		const rows = rowsOf(text, width);
		return rows.rows.map((_, row) => rowText(rows, row));
	};

	test('break after words, around wide characters, and inside words that are too long', () => {
		expect(shown('one two three', 8)).toEqual(['one two ', 'three']);
		expect(shown('one two', 7)).toEqual(['one two']);
		expect(shown('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
		expect(shown('日本語でも', 5)).toEqual(['日本', '語で', 'も']);
		expect(shown('a\n\nb\n', 9)).toEqual(['a', '', 'b', '']);
		expect(shown('a\tc\u202ed\u200b', 9)).toEqual(['a⇥c·d·']);
	});

	test('one space hangs over where the next word does not begin', () => {
		expect(shown('abcd efgh', 4)).toEqual(['abcd ', 'efgh']);
		const rows = rowsOf('abcd ', 4);
		expect([placeOf(rows, 4), placeOf(rows, 5)]).toEqual([
			{row: 0, column: 4},
			{row: 1, column: 0},
		]);
	});

	test('↑ and ↓ go through them in one column, and from the ends through the history', () => {
		const sentLine = submitComposer(typed('older')).composer;
		const composer = applyEdit(sentLine, {edit: 'insert', text: 'first line\nab\nthird line'});
		const up = (count: number, from = composer) =>
			Array.from({length: count}).reduce<Composer>(one => applyEdit(one, {edit: 'up'}, 20), from);
		expect(drawn(up(1))).toBe('first line\nab|\nthird line');
		expect(drawn(up(2))).toBe('first line|\nab\nthird line');
		expect(drawn(up(3))).toBe('older|');
		expect(drawn(applyEdit(up(3), {edit: 'down'}, 20))).toBe('first line\nab\nthird line|');
		expect(drawn(applyEdit(up(2), {edit: 'down'}, 20))).toBe('first line\nab|\nthird line');
		expect(drawn(applyEdit(typed('one two three'), {edit: 'up'}, 8))).toBe('one t|wo three');
		expect(drawn(applyEdit(typed('aaaa bb cccccccc'), {edit: 'up'}, 8))).toBe('aaaa bb| cccccccc');
	});

	test('of a text that was changed somewhere are those of the whole text', () => {
		const signs = [
			'a',
			'b ',
			' ',
			'\n',
			'\u0301',
			'\u200d',
			'👩',
			'日',
			'🇫',
			'🇷',
			'👍',
			'🏽',
			'ש',
			'ก',
			'\u0e33',
			'ｶ',
			'\uff9e',
		];
		const part = fc.array(fc.constantFrom(...signs, 'क', '\u094d', 'ष', '\u0d4e'), {maxLength: 6});
		fc.assert(
			fc.property(part, part, part, part, (start, before, after, end) => {
				for (const middle of [before, after, []]) {
					const text = [...start, ...middle, ...end].join('');
					const {graphemes, offsets, cells} = rowsOf(text, 9);
					const clusters = clustersOf(text);
					expect(graphemes).toEqual(clusters);
					const ends = clusters.map((_, index) => clusters.slice(0, index + 1).join('').length);
					expect(offsets).toEqual([0, ...ends]);
					expect(cells.length).toBe(offsets.length);
				}
			}),
			{numRuns: 300},
		);
	});

	test('hold all of the text, none wider than asked but for a space, and every place leads back', () => {
		const text = fc.array(fc.constantFrom('a', 'word', 'é', '日', FAMILY, '\n', '\u200b', ACCENTED, ' ', '  '), {
			maxLength: 40,
		});
		fc.assert(
			fc.property(text, fc.integer({min: 2, max: 30}), fc.nat(60), (parts, width, steps) => {
				let composer = typed(parts.join(''));
				for (let step = 0; step < steps; step++) composer = after(composer, 'left');
				const rows = rowsOf(composer.text, width);
				const texts = rows.rows.map((_, row) => rowText(rows, row));
				expect(rows.cells.at(-1)).toBe(stringWidth(texts.join('')));
				expect(texts.join('').replaceAll('·', '\u200b')).toBe(composer.text.replaceAll('\n', ''));
				for (const row of texts) expect(stringWidth(row.replace(/ $/, ''))).toBeLessThanOrEqual(width);
				const place = placeOf(rows, composer.cursor);
				expect(place.column).toBeLessThanOrEqual(width);
				expect(offsetAt(rows, place)).toBe(composer.cursor);
				const window = windowOf(rows, composer.cursor, 4);
				expect(window.cursor.row).toBeGreaterThanOrEqual(0);
				expect(window.cursor.row).toBeLessThan(window.height);
				expect(window.first + window.height).toBeLessThanOrEqual(rows.rows.length);
			}),
		);
	});
});
