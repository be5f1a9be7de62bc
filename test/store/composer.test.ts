import fc from 'fast-check';
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
import type {Edit} from '../../source/store/intent.ts';
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
		for (const edit of [
			'right',
			'end',
			'delete-forward',
			'delete-to-end',
			'history-next',
			'history-previous',
		] as const) {
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
					)
					.map((edit): Edit => ({edit: edit as Motion})),
			),
			{maxLength: 12},
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
		expect(drawn(after(composer, 'history-previous'))).toBe('two|');
		expect(drawn(after(composer, 'history-previous', 'history-previous', 'history-previous'))).toBe('one|');
		const back = after(composer, 'history-previous', 'history-previous', 'history-next', 'history-next');
		expect(drawn(back)).toBe('draft|');
		expect(after(back, 'history-next')).toBe(back);
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
		const changed = applyEdit(after(sent('one'), 'history-previous'), {edit: 'insert', text: '!'});
		expect(submitComposer(changed).composer.history).toEqual(['one', 'one!']);
	});
});
