/** What is on the screen, or is to be. */
import type {Cells} from './cells.ts';
import {PLAIN} from './style.ts';

export type Size = {readonly columns: number; readonly rows: number};
export type Place = {readonly x: number; readonly y: number};

export type Frame = {
	/** Each as wide as the screen. Never changed once it is part of a frame: the same object is the same row. */
	readonly rows: readonly Cells[];
	/** Where the cursor is shown; undefined hides it. */
	readonly cursor: Place | undefined;
};

export function blankRow(columns: number): Cells {
	return {texts: new Array<string>(columns).fill(' '), styles: new Array(columns).fill(PLAIN)};
}

/** Lays `piece` over `row` from column `x` on, `width` cells of it; what is missing of it is blank. */
export function lay(row: Cells, x: number, width: number, piece: Cells): void {
	const end = Math.min(x + width, row.texts.length);
	if (end <= x || x < 0) return;
	// No half of a wide character is left on either side.
	if (row.texts[x] === '' && x > 0) row.texts[x - 1] = ' ';
	if (row.texts[end] === '') row.texts[end] = ' ';
	for (let column = x; column < end; column++) {
		row.texts[column] = piece.texts[column - x] ?? ' ';
		row.styles[column] = piece.styles[column - x] ?? PLAIN;
	}
	if (piece.texts[end - x] === '') row.texts[end - 1] = ' ';
}

/** The same for what Ink has drawn itself: where that is plain and blank, what is below is seen. */
export function layOver(row: Cells, piece: Cells): void {
	const end = Math.min(row.texts.length, piece.texts.length);
	for (let column = 0; column < end; column++) {
		const text = piece.texts[column] as string;
		const style = piece.styles[column] ?? PLAIN;
		if (text === '' || (text === ' ' && style === PLAIN)) continue;
		const width = piece.texts[column + 1] === '' ? 2 : 1;
		lay(row, column, width, {texts: [text, ''].slice(0, width), styles: [style, style].slice(0, width)});
	}
}
