import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {sanitizeText} from '../../source/base/sanitize.ts';
import {clipText, linesFrom, MAX_ENTRY_LINES, MAX_ENTRY_TEXT} from '../../source/store/clip.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import {MAX_LOG_TEXT, type MessageEntry} from '../../source/store/state.ts';
import {ANN, entriesOf, message, NOW, roomInfo, roomOf, stateIn} from './helpers.ts';

describe('the text of a message', () => {
	test('is kept whole if all of it can be shown', () => {
		fc.assert(
			fc.property(fc.string({unit: fc.constantFrom('a', '\n', '\r', '\x1b', '漢', 'e\u0301')}), text => {
				expect(clipText(text)).toEqual({text: sanitizeText(text, {multiline: true}), cut: undefined});
			}),
		);
		expect(clipText('x'.repeat(MAX_ENTRY_TEXT)).cut).toBeUndefined();
		expect(clipText('a\n'.repeat(MAX_ENTRY_LINES)).cut).toBeUndefined();
	});

	test('is cut after as many lines as are ever shown, and the others are counted', () => {
		const {text, cut} = clipText('a\n'.repeat(8_000));
		expect(text).toBe('a\n'.repeat(MAX_ENTRY_LINES).trimEnd());
		expect(cut).toEqual({lines: 8_000 - MAX_ENTRY_LINES, characters: 2 * (8_000 - MAX_ENTRY_LINES)});
		expect(clipText(`${'\n'.repeat(MAX_ENTRY_LINES)}x`).cut).toEqual({lines: 1, characters: 1});
	});

	test('does not grow without end by its escapes', () => {
		const {text, cut} = clipText('\x01'.repeat(16_384));
		expect(text).toBe('\\x01'.repeat(MAX_ENTRY_TEXT / 4));
		expect(cut).toEqual({lines: 0, characters: 16_384 - MAX_ENTRY_TEXT / 4});
		expect(clipText(`${'\x01'.repeat(16_000)}\nb\nc\n`).cut?.lines).toBe(2);
	});

	test('counts the lines that begin at a place or later', () => {
		expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map(text => linesFrom(text, 0))).toEqual([0, 1, 1, 2, 2]);
		expect([linesFrom('ab\nc', 1), linesFrom('ab\nc', 3), linesFrom('ab\n', 3)]).toEqual([1, 1, 0]);
	});
});

test('a room keeps so much text and no more, whatever is written in it', () => {
	let state = stateIn(roomInfo('lobby', ANN));
	for (let index = 0; index < 600; index++) {
		state = reduceEvents(state, [message('lobby', ANN, '漢'.repeat(5_461) + '\x01'.repeat(8_000))], NOW);
	}
	const entries = entriesOf(state, 'lobby');
	const kept = entries.reduce((sum, entry) => sum + entry.text.length, 0);
	expect(kept).toBeLessThanOrEqual(MAX_LOG_TEXT);
	expect(kept).toBeGreaterThan(MAX_LOG_TEXT / 2);
	expect(roomOf(state, 'lobby').log.length).toBeLessThan(600);
	expect((entries.at(-1) as MessageEntry).cut?.characters).toBeGreaterThan(0);
});
