import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {initialState} from '../../source/store/state.ts';
import {isolated, isolateOf} from '../../source/ui/bidi.ts';
import {parseMarkup} from '../../source/ui/markup.ts';
import {layMarkup} from '../../source/ui/markup-rows.ts';
import {alarmRows} from '../../source/ui/panes/alarm.ts';
import {fit, painted, row, span, spansWidth, titleRow, widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {Emulator} from '../helpers/emulator.ts';

const FSI = '\u2068';
const LRI = '\u2066';
const RLI = '\u2067';
const PDI = '\u2069';

/** Letters from right to left that stand outside of every isolate; and ends without a beginning, or the other way round. */
function loose(text: string): string {
	let depth = 0;
	let found = '';
	for (const character of text) {
		if (/[\u2066-\u2068]/.test(character)) depth += 1;
		else if (character === PDI) depth -= 1;
		else if (depth === 0 && /[\u0590-\u08ff\ufb1d-\ufdff]/.test(character)) found += character;
		if (depth < 0) return 'an end without a beginning';
	}
	return depth > 0 ? 'a beginning without an end' : found;
}

const mixed = fc
	.array(fc.constantFrom('שלום', 'مرحبا', ' ', 'abc', '123', '(', '日本', '👩‍👩‍👧', 'é', '`', '\n', '@you'), {
		maxLength: 24,
	})
	.map(units => units.join(''));
const line = mixed.map(text => text.replaceAll('\n', ' '));

test('only text that could reorder anything is isolated, and once', () => {
	expect(isolated('abc – 日本 1')).toBe('abc – 日本 1');
	expect(isolated('שלום abc')).toBe(`${FSI}שלום abc${PDI}`);
	expect(isolated(isolated('שלום'))).toBe(isolated('שלום'));
	expect(isolateOf('1. שלום abc')[0]).toBe(RLI);
	expect(isolateOf('abc שלום')[0]).toBe(LRI);
});

test('whatever is cut off, no row lets anything out, and each is as wide as it should be', () => {
	fc.assert(
		fc.property(line, line, fc.integer({min: 6, max: 40}), (name, words, width) => {
			const rows = [
				row(width, [span(' 12:01  '), span(fit(name, 5)), span('  '), span(words)], [span('✓')]),
				titleRow(width, ['╭', '╮'], text => text, [span(name), span(words)], [span(name)]),
			];
			for (const each of rows) {
				expect(loose(each)).toBe('');
				expect(widthOf(each)).toBe(width);
			}
		}),
		{numRuns: 200},
	);
});

test('nor does any row of a message', () => {
	fc.assert(
		fc.property(mixed, fc.integer({min: 4, max: 30}), (text, width) => {
			const {rows} = layMarkup(parseMarkup(text), width, 50, {theme, own: 'you', nameOf: () => undefined});
			for (const each of rows) {
				expect(loose(painted(each))).toBe('');
				expect(spansWidth(each)).toBeLessThanOrEqual(width);
			}
		}),
		{numRuns: 200},
	);
});

test('all rows of a paragraph go the way of its first letter, whatever letter they begin with', () => {
	const {rows} = layMarkup(parseMarkup('שלום לכולם abc def שוב\nabc שלום'), 11, 50, {
		theme,
		own: '',
		nameOf: () => undefined,
	});
	expect(rows.map(painted)).toEqual([`${RLI}שלום לכולם${PDI}`, `${RLI}abc def שוב${PDI}`, `${LRI}abc שלום${PDI}`]);
});

describe('a terminal', () => {
	test.each(['clusters', 'characters'] as const)('gives isolates no cells: %s', async kind => {
		const emulator = new Emulator(kind, 20, 1);
		await emulator.write(row(20, [span('│'), span('שלום'), span(' · '), span('abc')], [span('│')]));
		const cells = emulator.cells()[0] ?? [];
		emulator.dispose();
		expect(cells.map(text => text.replaceAll(/[\u2066-\u2069]/g, '')).join('')).toBe('│שלום · abc        │');
	});
});

test('an alarm keeps to its rows, whoever it is about', () => {
	const state = {
		...initialState(0, 'p2p-tui'),
		core: {state: 'failed', reason: 'שלום, says ann', hint: undefined} as const,
	};
	const [row] = alarmRows(state, 40, 12, theme).filter(text => text.includes('ann'));
	expect(row).toMatch(/^\u2066 +שלום, says ann +\u2069$/);
});
