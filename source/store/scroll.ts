/**
 * Scrolling through entries of different heights. Only the entries passed on the way are measured, never the whole log.
 */
import type {Log} from './log.ts';
import type {Anchor} from './state.ts';

/** Rows that the entry at a position fills at the width of the screen. */
export type RowsOf = (position: number) => number;

/**
 * Moves the bottom row of the view by `rows`, towards older entries when positive. Returns undefined when the newest row
 * comes into view; stops when the oldest is at the top of `height` rows.
 */
export function scrollBy(
	log: Log<unknown>,
	anchor: Anchor | undefined,
	rows: number,
	height: number,
	rowsOf: RowsOf,
): Anchor | undefined {
	if (log.end === log.start) return undefined;
	const from = anchor ? clamped(log, anchor, rowsOf) : endOf(log, rowsOf);
	const moved = rows > 0 ? up(log, from, rows, height, rowsOf) : down(log, from, -rows, rowsOf);
	return moved && {...moved, end: anchor?.end ?? log.end};
}

type Place = {readonly position: number; readonly row: number};

/** Where the anchor is now: its entry may have been forgotten, or be of fewer rows since the screen got wider. */
export function clamped(log: Log<unknown>, anchor: Place, rowsOf: RowsOf): Place {
	if (anchor.position < log.start) return {position: log.start, row: Math.max(0, rowsOf(log.start) - 1)};
	return {position: anchor.position, row: Math.min(anchor.row, Math.max(0, rowsOf(anchor.position) - 1))};
}

function endOf(log: Log<unknown>, rowsOf: RowsOf): Place {
	return {position: log.end - 1, row: rowsOf(log.end - 1) - 1};
}

function up(log: Log<unknown>, from: Place, rows: number, height: number, rowsOf: RowsOf): Place | undefined {
	// `rows + height - 1` rows must lie above the place reached, or the view would show emptiness.
	let {position, row} = from;
	let missing = rows + height - 1 - row;
	let top = position;
	while (missing > 0 && top > log.start) missing -= rowsOf(--top);
	let left = rows - Math.max(0, missing);
	if (left <= 0) return isEnd(log, from, rowsOf) ? undefined : from;
	while (left > row && position > log.start) {
		left -= row + 1;
		row = rowsOf(--position) - 1;
	}
	return {position, row: Math.max(0, row - left)};
}

function down(log: Log<unknown>, from: Place, rows: number, rowsOf: RowsOf): Place | undefined {
	let {position, row} = from;
	row += rows;
	while (position < log.end) {
		const height = rowsOf(position);
		if (row < height) break;
		row -= height;
		position += 1;
	}
	return position >= log.end || isEnd(log, {position, row}, rowsOf) ? undefined : {position, row};
}

function isEnd(log: Log<unknown>, {position, row}: Place, rowsOf: RowsOf): boolean {
	return position === log.end - 1 && row >= rowsOf(position) - 1;
}
