/** Writes for a terminal whose cursor and style are known, with as few bytes as that allows. */
import {unsteadyCells} from '../clusters.ts';
import type {Cells} from './cells.ts';
import {PLAIN, type Style, styleChange} from './style.ts';

export class Pen {
	/** What was written. */
	output = '';
	readonly #columns: number;
	/** Undefined where terminals do not agree: behind the last column, and before anything is known. */
	#x: number | undefined;
	#y: number | undefined;
	#style: Style = PLAIN;

	/** Between two frames the style is plain; the cursor is where the last one left it. */
	constructor(columns: number, cursor: {readonly x: number; readonly y: number} | undefined) {
		this.#columns = columns;
		this.#x = cursor?.x;
		this.#y = cursor?.y;
	}

	/** Cells between the cursor and `x`, if it is to the left of it in this row. */
	distanceTo(x: number, y: number): number | undefined {
		return this.#y === y && this.#x !== undefined && this.#x <= x ? x - this.#x : undefined;
	}

	style(style: Style): void {
		this.output += styleChange(this.#style, style);
		this.#style = style;
	}

	/** What `style` would cost. */
	costOf(style: Style): number {
		return styleChange(this.#style, style).length;
	}

	move(x: number, y: number): void {
		if (this.#x === x && this.#y === y) return;
		this.output += moveBetween(this.#x, this.#y, x, y);
		this.#x = x;
		this.#y = y;
	}

	/** Writes the grapheme of the cell at `x`, which may be wide. */
	cell({texts, styles}: Cells, x: number, y: number): void {
		const text = texts[x] as string;
		const width = texts[x + 1] === '' ? 2 : 1;
		this.move(x, y);
		this.style(styles[x] as Style);
		const isUnsteady = unsteadyCells(text) > 0;
		if (isUnsteady) {
			// The terminal may take it for fewer cells.
			this.output += `${' '.repeat(width)}\x1b[${x + 1}G${text}`;
		} else this.output += text;
		const next = x + width;
		this.#x = isUnsteady || next >= this.#columns ? undefined : next;
	}

	/** Blanks `count` cells at `x` and leaves the cursor there. All of the rest of the row, if that is what they are. */
	erase(x: number, y: number, count: number): void {
		this.move(x, y);
		this.style(PLAIN);
		this.output += x + count >= this.#columns ? '\x1b[K' : `\x1b[${count}X`;
	}
}

/** Bytes of the shortest way to get `distance` cells to the right. */
export function skipCost(distance: number, x: number): number {
	return Math.min(forward(distance).length, `\x1b[${x + 1}G`.length);
}

function forward(distance: number): string {
	return distance === 1 ? '\x1b[C' : `\x1b[${distance}C`;
}

function backward(distance: number): string {
	return distance <= 4 ? '\b'.repeat(distance) : `\x1b[${distance}D`;
}

function moveBetween(fromX: number | undefined, fromY: number | undefined, x: number, y: number): string {
	const ways = [y === 0 && x === 0 ? '\x1b[H' : x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`];
	if (fromY === y) {
		ways.push(x === 0 ? '\r' : `\x1b[${x + 1}G`);
		if (fromX !== undefined && fromX < x) ways.push(forward(x - fromX));
		if (fromX !== undefined && fromX > x) ways.push(backward(fromX - x));
	} else if (fromY !== undefined && fromX === x) {
		const rows = Math.abs(y - fromY);
		ways.push(`\x1b[${rows === 1 ? '' : rows}${y > fromY ? 'B' : 'A'}`);
	}
	return ways.reduce((best, way) => (way.length < best.length ? way : best));
}
