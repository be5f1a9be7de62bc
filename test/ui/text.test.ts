import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatAgo, formatRate, formatRtt} from '../../source/ui/format.ts';
import {latencyGraph} from '../../source/ui/panes/graph.ts';
import {fit, row, span, titleRow, truncate, widthOf} from '../../source/ui/text.ts';
import {wrap} from '../../source/ui/wrap.ts';

const words = fc.string({unit: fc.constantFrom('a', 'b', ' ', '漢', '字', '👍🏽', 'é', '-', '\n'), maxLength: 120});
const lines = fc.string({unit: fc.constantFrom('a', ' ', '漢', '👍🏽', 'é'), maxLength: 60});

describe('wrapping', () => {
	test.each([
		['to be or not to be', 8, ['to be or', 'not to', 'be']],
		['abcdefghij k', 4, ['abcd', 'efgh', 'ij k']],
		['今日は天気', 4, ['今日', 'は天', '気']],
		['see 今日は天気', 8, ['see 今日', 'は天気']],
		['  indented stays', 10, ['  indented', 'stays']],
		['a\n\nb', 10, ['a', '', 'b']],
		['', 10, ['']],
	])('%j in %i cells', (text, width, rows) => {
		expect(wrap(text, width)).toEqual(rows);
	});

	test('no row is too wide, and nothing but spaces at a break is lost', () => {
		fc.assert(
			fc.property(words, fc.integer({min: 2, max: 40}), (text, width) => {
				const rows = wrap(text, width);
				for (const line of rows) expect(widthOf(line)).toBeLessThanOrEqual(width);
				expect(rows.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
			}),
		);
	});
});

describe('rows', () => {
	test('are exactly as wide as asked, whatever is in them', () => {
		fc.assert(
			fc.property(lines, lines, fc.integer({min: 1, max: 80}), (left, right, width) => {
				expect(widthOf(row(width, [span(left), span(right)], [span(right)]))).toBe(width);
				expect(widthOf(fit(left, width))).toBe(width);
				expect(widthOf(truncate(left, width))).toBeLessThanOrEqual(width);
			}),
		);
	});

	test('have titles that leave their corners in place', () => {
		fc.assert(
			fc.property(lines, lines, fc.integer({min: 10, max: 80}), (title, right, width) => {
				const plain = (text: string) => text;
				expect(widthOf(titleRow(width, ['╭', '╮'], plain, [span(title)], right === '' ? [] : [span(right)]))).toBe(
					width,
				);
			}),
		);
	});
});

describe('figures', () => {
	test.each([
		[0.213, '0.21 ms'],
		[1.84, '1.8 ms'],
		[9.97, '10 ms'],
		[24.4, '24 ms'],
		[999.7, '1.0 s'],
		[1_234, '1.2 s'],
	])('a round trip of %f is %s', (milliseconds, text) => {
		expect(formatRtt(milliseconds)).toBe(text);
	});

	test.each([
		[0, '0 B/s'],
		[999.4, '999 B/s'],
		[3_400, '3.4 kB/s'],
		[999_900, '1.0 MB/s'],
		[120e6, '120 MB/s'],
	])('%f bytes a second are %s', (rate, text) => {
		expect(formatRate(rate)).toBe(text);
	});

	test.each([
		[5_000, 'just now'],
		[4 * 60_000, '4 min ago'],
		[3 * 3_600_000, '3 h ago'],
		[50 * 3_600_000, '2 d ago'],
		[-5_000, 'just now'],
	])('%i ms are %s', (time, text) => {
		expect(formatAgo(time)).toBe(text);
	});

	test('a steady line looks steady, a jump stands out, and one jump does not flatten the rest', () => {
		expect(latencyGraph([0.2, 0.21, 0.2, 0.22], 6)).toBe('  ▁▁▁▁');
		expect(latencyGraph([0.2, 0.2, 0.4, 0.8, 9], 5)).toBe('▁▁▂▃█');
		expect(latencyGraph([], 3)).toBe('   ');
		expect(latencyGraph([0, 0], 2)).toBe('▁▁');
		expect(latencyGraph([1], 0)).toBe('');
	});
});
