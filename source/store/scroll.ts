/**
 * Scrolling through entries of different heights. Only the entries passed on the way are measured, never the whole log.
 */
import {compareKeys, entryAt, indexOf, type Key, type Log} from './log.ts';
import type {Anchor, Room} from './state.ts';

/** Rows that the entry at an index fills at the width of the screen. */
export type RowsOf = (index: number) => number;

/**
 * Moves the bottom row of the view by `rows`, towards older entries when positive. Returns undefined when the newest row
 * comes into view; stops when the oldest is at the top of `height` rows.
 */
export function scrollBy(
	log: Log<Key>,
	anchor: Anchor | undefined,
	rows: number,
	height: number,
	rowsOf: RowsOf,
): Anchor | undefined {
	if (log.length === 0) return undefined;
	const from = anchor ? placeOf(log, anchor, rowsOf) : endOf(log, rowsOf);
	const moved = rows > 0 ? up(log, from, rows, height, rowsOf) : down(log, from, -rows, rowsOf);
	return moved && anchorAt(log, moved);
}

/** The newest row there is, as an anchor: it stays where it is when more comes. */
export function anchorAtEnd(log: Log<Key>, rowsOf: RowsOf): Anchor | undefined {
	return log.length === 0 ? undefined : anchorAt(log, endOf(log, rowsOf));
}

/**
 * Where the view has to be for the entry at `index` to be seen: no further than needed, or with it in the middle. Of an
 * entry that is higher than the view, its beginning.
 */
export function reveal(
	log: Log<Key>,
	anchor: Anchor | undefined,
	index: number,
	height: number,
	rowsOf: RowsOf,
	isCentred = false,
): Anchor {
	const bottom = anchor ? placeOf(log, anchor, rowsOf) : endOf(log, rowsOf);
	const rows = Math.min(rowsOf(index), height);
	const top = topOf(bottom, height, rowsOf);
	const isBelow = index > bottom.index || (index === bottom.index && bottom.row < rows - 1);
	const isAbove = index < top.index || (index === top.index && top.row > 0);
	// What was found is seen with what follows it.
	const isLast = isCentred && index === bottom.index && !isEnd(log, bottom, rowsOf);
	if (!isBelow && !isAbove && !isLast) return wholeAt(log, bottom, rowsOf);
	const below = isCentred ? Math.floor((height - rows) / 2) : isBelow ? 0 : height - rows;
	const wanted = down(log, {index, row: rows - 1}, below, rowsOf) ?? endOf(log, rowsOf);
	return wholeAt(log, filled(log, wanted, height, rowsOf), rowsOf);
}

/** An entry whose last row is at the bottom stays whole when it grows: by a reaction, or by being edited. */
function wholeAt(log: Log<Key>, place: Place, rowsOf: RowsOf): Anchor {
	const isWhole = place.row >= rowsOf(place.index) - 1;
	return anchorAt(log, isWhole ? {...place, row: Number.MAX_SAFE_INTEGER} : place);
}

/** The first row in a view of `height` rows that ends at `bottom`: with its row 0 if all of that entry is in view. */
export function topOf({index, row}: Place, height: number, rowsOf: RowsOf): Place {
	let [at, left] = [index, height - row - 1];
	while (at > 0 && left > 0) left -= rowsOf(--at);
	return {index: at, row: Math.max(0, -left)};
}

/** Moved down until the rows above fill the view, as far as there are any. */
function filled(log: Log<Key>, place: Place, height: number, rowsOf: RowsOf): Place {
	let above = place.row + 1;
	for (let index = place.index - 1; index >= 0 && above < height; index--) above += rowsOf(index);
	if (above >= height) return place;
	return down(log, place, height - above, rowsOf) ?? endOf(log, rowsOf);
}

/** Whether the newest row that is here is the bottom row. */
export function isAtEnd(log: Log<Key>, anchor: Anchor, rowsOf: RowsOf): boolean {
	return log.length > 0 && isEnd(log, placeOf(log, anchor, rowsOf), rowsOf);
}

export type Place = {readonly index: number; readonly row: number};

function anchorAt(log: Log<Key>, {index, row}: Place): Anchor {
	const {order, id} = entryAt(log, index) as Key;
	return {order, id, row};
}

/**
 * Where the anchor is now: its entry may have been forgotten or moved, or be of fewer rows since the screen got wider.
 * There is at least one entry.
 */
export function placeOf(log: Log<Key>, anchor: Anchor, rowsOf: RowsOf): Place {
	const index = Math.min(indexOf(log, anchor), log.length - 1);
	const isThere = entryAt(log, index)?.id === anchor.id;
	return {index, row: Math.min(isThere ? anchor.row : Number.POSITIVE_INFINITY, Math.max(0, rowsOf(index) - 1))};
}

function endOf(log: Log<Key>, rowsOf: RowsOf): Place {
	return {index: log.length - 1, row: rowsOf(log.length - 1) - 1};
}

function up(log: Log<Key>, from: Place, rows: number, height: number, rowsOf: RowsOf): Place | undefined {
	// `rows + height - 1` rows must lie above the place reached, or the view would show emptiness.
	let {index, row} = from;
	let missing = rows + height - 1 - row;
	let top = index;
	while (missing > 0 && top > 0) missing -= rowsOf(--top);
	let left = rows - Math.max(0, missing);
	if (left <= 0) return isEnd(log, from, rowsOf) ? undefined : from;
	while (left > row && index > 0) {
		left -= row + 1;
		row = rowsOf(--index) - 1;
	}
	return {index, row: Math.max(0, row - left)};
}

function down(log: Log<Key>, from: Place, rows: number, rowsOf: RowsOf): Place | undefined {
	let {index, row} = from;
	row += rows;
	while (index < log.length) {
		const height = rowsOf(index);
		if (row < height) break;
		row -= height;
		index += 1;
	}
	return index >= log.length || isEnd(log, {index, row}, rowsOf) ? undefined : {index, row};
}

function isEnd(log: Log<Key>, {index, row}: Place, rowsOf: RowsOf): boolean {
	return index === log.length - 1 && row >= rowsOf(index) - 1;
}

/** Whether the line "new" of a room can be seen, or what stands above it can, in a view of `height` rows. */
export function isInView({divider, anchor, log, page, older}: Room, height: number, rowsOf: RowsOf): boolean {
	const first = entryAt(log, 0);
	// What is not here yet, nobody has seen.
	if (!divider || !first) return page === 'fresh' && older === 'none';
	if (older !== 'none' && compareKeys(divider, first) < 0) return false;
	const bottom = anchor ? placeOf(log, anchor, rowsOf) : {index: log.length - 1, row: Number.POSITIVE_INFINITY};
	let rows = 0;
	let index = indexOf(log, divider);
	// Whoever has scrolled up has it below the view.
	if (index > bottom.index) return false;
	for (; index < bottom.index; index++) {
		rows += rowsOf(index);
		if (rows > height) return false;
	}
	return rows + Math.min(rowsOf(index), bottom.row + 1) <= height;
}
