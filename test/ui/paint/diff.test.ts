import fc from 'fast-check';
import {expect, test} from 'vitest';
import {widthOf} from '../../../source/store/width.ts';
import {cellsOfRow} from '../../../source/ui/paint/cells.ts';
import {diff} from '../../../source/ui/paint/diff.ts';
import {openTerminal, rowsToFrame, screenAfter} from './shown.ts';

const SIZE = {columns: 24, rows: 4};

/** Behind a cluster there is always something: what no terminal has room for, it may drop as it likes. */
const CLUSTERS = ['👍', '👍🏽', '👩‍👩‍👧‍👦', '🇨🇭', '❤️', '1️⃣'] as const;
const GRAPHEMES = ['a', 'b', ' ', '  ', '      ', '─', '│', 'é', 'e\u0301', '你', '好', 'ひ', '한', 'א', 'я'] as const;
const STYLES = ['', '1', '2', '1;2', '4', '7', '3;9', '31', '97;41', '38;5;200', '38;2;1;2;3', '1;48;2;9;8;7'] as const;

const piece = fc.record({
	text: fc.oneof(
		{
			weight: 5,
			arbitrary: fc.array(fc.constantFrom(...GRAPHEMES), {minLength: 1, maxLength: 6}).map(all => all.join('')),
		},
		{weight: 1, arbitrary: fc.constantFrom(...CLUSTERS)},
	),
	style: fc.constantFrom(...STYLES),
	link: fc.constantFrom('', '', '', 'https://example.org/a', 'https://example.org/b'),
});
type Piece = {readonly text: string; readonly style: string; readonly link: string};

function draw(pieces: readonly Piece[]): string {
	let [row, width] = ['', 0];
	for (const {text, style, link} of pieces) {
		// Room for what the emulator takes for wider than it is, and for what stands behind it.
		if (width + widthOf(text) > SIZE.columns - 10) continue;
		width += widthOf(text);
		const styled = style === '' ? text : `\x1b[${style}m${text}\x1b[m`;
		row += link === '' ? styled : `\x1b]8;;${link}\x1b\\${styled}\x1b]8;;\x1b\\`;
	}
	return row;
}

/** Some rows go to the last column. */
const row = fc
	.tuple(fc.array(piece, {maxLength: 6}).map(draw), fc.constantFrom('', '.', ':'))
	.map(([drawn, filling]) => {
		const cells = cellsOfRow(drawn).texts.length;
		return drawn + filling.repeat(SIZE.columns - cells);
	});
const place = fc.record({x: fc.nat({max: SIZE.columns - 1}), y: fc.nat({max: SIZE.rows - 1})});
const screen = fc.record({
	rows: fc.array(row, {minLength: SIZE.rows, maxLength: SIZE.rows}),
	cursor: fc.option(place, {nil: undefined}),
});
/** Screens one after the other, which have much in common. */
const film = fc.array(screen, {minLength: 2, maxLength: 5}).chain(screens =>
	fc.array(fc.boolean(), {minLength: SIZE.rows, maxLength: SIZE.rows}).map(kept =>
		screens.map(({rows, cursor}) => ({
			cursor,
			rows: rows.map((each, y) => (kept[y] ? screens[0]!.rows[y]! : each)),
		})),
	),
);

test('after a difference a terminal shows what it shows after a full draw', async () => {
	await fc.assert(
		fc.asyncProperty(film, async screens => {
			const terminal = await openTerminal(SIZE);
			let before: ReturnType<typeof rowsToFrame> | undefined;
			for (const {rows, cursor} of screens) {
				const after = rowsToFrame(rows, SIZE, cursor);
				await terminal.write(diff(before, after, SIZE));
				expect(terminal.cells()).toEqual(await screenAfter(diff(undefined, after, SIZE), SIZE));
				if (cursor) expect(terminal.cursor()).toEqual(cursor);
				expect(diff(after, rowsToFrame(rows, SIZE, cursor), SIZE)).toBe('');
				before = after;
			}
			terminal.dispose();
		}),
		{numRuns: 100},
	);
});

test('after a full draw a terminal shows the rows as they were written, whatever it showed before', async () => {
	const plain = fc.array(
		fc.array(piece, {maxLength: 6}).map(all => draw(all.filter(({text}) => !CLUSTERS.some(each => each === text)))),
		{minLength: SIZE.rows, maxLength: SIZE.rows},
	);
	await fc.assert(
		fc.asyncProperty(plain, async rows => {
			const naive = rows.map((each, y) => `\x1b[${y + 1}H${each}`).join('');
			const drawn = diff(undefined, rowsToFrame(rows, SIZE), SIZE);
			const dirt = Array.from({length: SIZE.rows}, (_, y) => `\x1b[${y + 1}H\x1b[7m你好 dirt 你好 dirt 你好`).join('');
			expect(await screenAfter(`${dirt}\x1b]8;;https://example.org\x1b\\${drawn}`, SIZE)).toEqual(
				await screenAfter(naive, SIZE),
			);
		}),
		{numRuns: 40},
	);
});

const at = (x: number, y: number) => ({x, y});
const changed = (before: string, after: string, from = at(0, 0), to = at(0, 0)) =>
	diff(rowsToFrame([before], SIZE, from), rowsToFrame([after], SIZE, to), SIZE);

test.each([
	['a typed letter is one byte', changed('ab', 'abc', at(2, 0), at(3, 0)), 'c'],
	['a letter taken back is a step, a blank and a step', changed('abc', 'ab', at(3, 0), at(2, 0)), '\b\x1b[K'],
	['a cursor that moves', changed('ab', 'ab', at(2, 0), at(0, 0)), '\r'],
	['a short gap is written over', changed('1 b 1', '2 b 2', at(0, 0), at(5, 0)), '2 b 2'],
	['a long gap is jumped over', changed('1 long gap 1', '2 long gap 2', at(0, 0), at(12, 0)), '2\x1b[12G2'],
	['many blanks are erased', changed('12345678901234', '1           34', at(1, 0), at(1, 0)), '\x1b[11X'],
	['the colour alone', changed('\x1b[31ma\x1b[m', '\x1b[32ma\x1b[m', at(0, 0), at(1, 0)), '\x1b[32ma\x1b[m'],
	['both halves of a wide character', changed('你', 'ab', at(0, 0), at(2, 0)), 'ab'],
])('%s', (_, output, expected) => {
	expect(output).toBe(expected);
});

test('a cursor that comes and goes', () => {
	const [shown, hidden] = [rowsToFrame([], SIZE, at(0, 0)), rowsToFrame([], SIZE)];
	expect([diff(shown, hidden, SIZE), diff(hidden, shown, SIZE)]).toEqual(['\x1b[?25l', '\x1b[H\x1b[?25h']);
});

test('a long frame is shown as a whole, and its cursor does not run about', () => {
	const rows = Array.from({length: SIZE.rows}, (_, y) => `\x1b[3${y + 1}m${'long '.repeat(4)}\x1b[m`);
	const big = {columns: 24, rows: 40};
	const many = Array.from({length: 10}, () => rows).flat();
	const output = diff(rowsToFrame([], big, at(0, 0)), rowsToFrame(many, big, at(1, 1)), big);
	expect(output).toMatch(/^\x1b\[\?2026h\x1b\[\?25l[\s\S]*\x1b\[\?25h\x1b\[\?2026l$/);
});
