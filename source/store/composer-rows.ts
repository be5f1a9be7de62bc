/**
 * The rows that a text fills while it is being written: unlike a message, nothing of it may be left out, spaces included,
 * or the cursor would stand where it is not.
 */
import {cellsOf, clustersOf} from './width.ts';

/** From one grapheme to before another, counted from the first one of the text. */
type Row = {readonly from: number; readonly to: number};

/** A text in rows. Line feeds end a row and are not shown; tabs are ⇥, invisible characters ·. */
export type TextRows = {
	readonly rows: readonly Row[];
	readonly graphemes: readonly string[];
	/** The UTF-16 unit at which each grapheme starts, and at the end the text's length. */
	readonly offsets: readonly number[];
	/** The same in cells, as if all were one row. */
	readonly cells: readonly number[];
};

/** A cell of the rows; `column` may be the one after the last, where the cursor stands behind a full row. */
export type Place = {readonly row: number; readonly column: number};

type Measured = Omit<TextRows, 'rows'>;

let measuredText = '';
let measured: Measured = {graphemes: [], offsets: [0], cells: [0]};
let laidOut: {readonly text: string; readonly width: number; readonly rows: TextRows} | undefined;

/** Breaks after spaces and around wide characters, and elsewhere where a word is longer than a row. */
export function rowsOf(text: string, width: number): TextRows {
	// Drawing, the cursor and the layout ask for the same rows.
	if (laidOut?.text === text && laidOut.width === width) return laidOut.rows;
	const found = measure(text);
	laidOut = {text, width, rows: {...found, rows: broken(found, Math.max(2, width))}};
	return laidOut.rows;
}

function broken({graphemes, cells}: Measured, width: number): readonly Row[] {
	const rows: Row[] = [];
	let from = 0;
	/** Where the row may end: the start of the word that is being looked at. */
	let rest = 0;
	const end = (to: number, next: number) => {
		rows.push({from, to});
		from = next;
		rest = next;
	};
	for (let index = 0; index < graphemes.length; index++) {
		const grapheme = graphemes[index];
		if (grapheme === '\n') {
			end(index, index + 1);
			continue;
		}
		const isWide = (cells[index + 1] as number) - (cells[index] as number) > 1;
		if (isWide) rest = index;
		const isOver = (cells[index + 1] as number) - (cells[from] as number) > width;
		if (isOver && grapheme === ' ') {
			// One space may hang over: it is where the next word does not begin.
			end(index + 1, index + 1);
			continue;
		}
		if (isOver) end(rest > from ? rest : index, rest > from ? rest : index);
		if (isWide || grapheme === ' ') rest = index + 1;
	}
	rows.push({from, to: graphemes.length});
	return rows;
}

/** Where the character at `offset` stands. */
export function placeOf(found: TextRows, offset: number): Place {
	const grapheme = lowerBound(found.offsets, offset);
	const row = rowAt(found.rows, grapheme);
	return {row, column: (found.cells[grapheme] as number) - startOf(found, row)};
}

/** The character that stands at a place, or the last one of its row before it. */
export function offsetAt(found: TextRows, {row, column}: Place): number {
	const {from, to} = found.rows[row] as Row;
	const isLast = row === found.rows.length - 1;
	const wanted = startOf(found, row) + column;
	let grapheme = from;
	// Behind the last grapheme of a row that was broken is the next row.
	const limit = isLast || found.graphemes[to] === '\n' ? to : to - 1;
	while (grapheme < limit && (found.cells[grapheme + 1] as number) <= wanted) grapheme += 1;
	return found.offsets[grapheme] as number;
}

/** What a row shows. */
export function rowText({rows, graphemes}: TextRows, row: number): string {
	const {from, to} = rows[row] as Row;
	return graphemes.slice(from, to).map(visibleForm).join('');
}

/** What is shown of a text in `height` rows. */
export type RowsWindow = {
	/** The first row that is shown. */
	readonly first: number;
	readonly height: number;
	/** Where the cursor is, from the first row shown. */
	readonly cursor: Place;
};

/** The rows around the cursor. They move by half the height, not at every key. */
export function windowOf(found: TextRows, offset: number, height: number): RowsWindow {
	const {row, column} = placeOf(found, offset);
	const total = found.rows.length;
	const shown = Math.max(1, Math.min(height, total));
	const step = Math.max(1, Math.floor(shown / 2));
	const wanted = row < shown ? 0 : Math.ceil((row - shown + 1) / step) * step;
	const first = Math.min(wanted, total - shown);
	return {first, height: shown, cursor: {row: row - first, column}};
}

function startOf({cells, rows}: TextRows, row: number): number {
	return cells[(rows[row] as Row).from] as number;
}

/** The last row that begins at or before a grapheme. */
function rowAt(rows: readonly Row[], grapheme: number): number {
	let low = 0;
	let high = rows.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((rows[middle] as Row).from <= grapheme) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** Remembers the last text: from one key to the next nearly all of it is the same, and measuring is slow. */
function measure(text: string): Measured {
	if (text === measuredText) return measured;
	const {from, to} = sameEnds(measuredText, text);
	const first = lowerBound(measured.offsets, from);
	const last = lowerBound(measured.offsets, measuredText.length - (text.length - to));
	const middle = clustersOf(text.slice(from, to));
	const graphemes = [...measured.graphemes.slice(0, first), ...middle, ...measured.graphemes.slice(last)];
	const offsets = measured.offsets.slice(0, first + 1);
	const cells = measured.cells.slice(0, first + 1);
	for (const grapheme of middle) {
		offsets.push((offsets.at(-1) as number) + grapheme.length);
		cells.push((cells.at(-1) as number) + (grapheme === '\n' ? 0 : cellsOf(visibleForm(grapheme))));
	}
	const moved = (offsets.at(-1) as number) - (measured.offsets[last] as number);
	const widened = (cells.at(-1) as number) - (measured.cells[last] as number);
	for (let index = last + 1; index < measured.offsets.length; index++) {
		offsets.push((measured.offsets[index] as number) + moved);
		cells.push((measured.cells[index] as number) + widened);
	}
	measuredText = text;
	measured = {graphemes, offsets, cells};
	return measured;
}

/** What of `after` is not also at the start or at the end of `before`, cut where nothing ever joins. */
function sameEnds(before: string, after: string): {readonly from: number; readonly to: number} {
	const shorter = Math.min(before.length, after.length);
	let from = 0;
	while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from += 1;
	const end = (text: string, back: number) => text.charCodeAt(text.length - 1 - back);
	let left = 0;
	while (left < shorter - from && end(before, left) === end(after, left)) left += 1;
	while (from > 0 && !(isSeam(before, from) && isSeam(after, from))) from -= 1;
	while (left > 0 && !(isSeam(before, before.length - left) && isSeam(after, after.length - left))) left -= 1;
	return {from, to: after.length - left};
}

function isSeam(text: string, at: number): boolean {
	if (!isAscii(text.charCodeAt(at - 1))) return false;
	return isAscii(text.charCodeAt(at)) || BEGINS_ANEW.test(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

/** What never joins a space or a letter of ASCII before it: letters, but for those few that are marks, and pictures. */
const BEGINS_ANEW = /^(?![\u0e33\u0eb3\uff9e\uff9f])[\p{L}\p{Extended_Pictographic}]$/u;

const isAscii = (unit: number): boolean => unit === 0x0a || (unit >= 0x20 && unit < 0x7f);

function visibleForm(grapheme: string): string {
	if (grapheme === '\t') return '⇥';
	return cellsOf(grapheme) === 0 ? '·' : grapheme;
}

/** The first index whose value is at least `wanted`; the last index if there is none. */
function lowerBound(sorted: readonly number[], wanted: number): number {
	let low = 0;
	let high = sorted.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] as number) < wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}
