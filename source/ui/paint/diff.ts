/** The shortest honest way from one screen to another. */
import {unsteadyCells} from '../clusters.ts';
import type {Cells} from './cells.ts';
import type {Frame, Size} from './frame.ts';
import {Pen, skipCost} from './pen.ts';
import {isSameStyle, PLAIN, type Style} from './style.ts';

/** From so many bytes on, a frame may be seen half done: the terminal is asked to show it as a whole (mode 2026). */
const LONG = 512;
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const SHOW = '\x1b[?25h';
const HIDE = '\x1b[?25l';
/**
 * Ends every style and link, and clears the screen: what is on the terminal is not known. Some keep what is beyond the
 * edge of a window that became smaller, which no row reaches. It comes in one piece with the frame, so nothing flickers.
 */
const FRESH = '\x1b[m\x1b]8;;\x1b\\\x1b[2J';
/** Blank cells from which on erasing is worth a look. */
const MIN_ERASED = 5;
/** Unchanged cells that are looked at, whether writing them is shorter than going over them. */
const MAX_BRIDGE = 8;

/**
 * What to write to a terminal that shows `before` so that it shows `after`: nothing, if they are the same. Without
 * `before`, whatever is on the terminal is written over. Wrapping at the right edge (DECAWM) must be off.
 */
export function diff(before: Frame | undefined, after: Frame, {columns}: Size): string {
	const pen = new Pen(columns, before?.cursor);
	for (let y = 0; y < after.rows.length; y++) {
		const [old, row] = [before?.rows[y], after.rows[y] as Cells];
		if (old !== row) new RowDiff(pen, old, row, y).draw();
	}
	pen.style(PLAIN);
	const drawn = pen.output.length;
	if (after.cursor) pen.move(after.cursor.x, after.cursor.y);
	return framed(pen.output, drawn, before, after);
}

function framed(output: string, drawn: number, before: Frame | undefined, after: Frame): string {
	const [wasShown, isShown] = [before?.cursor !== undefined, after.cursor !== undefined];
	if (before && drawn < LONG) return output + (wasShown === isShown ? '' : isShown ? SHOW : HIDE);
	const hide = wasShown || !before ? HIDE : '';
	return `${BEGIN}${hide}${before ? '' : FRESH}${output}${isShown ? SHOW : ''}${END}`;
}

class RowDiff {
	readonly #pen: Pen;
	readonly #old: Cells | undefined;
	readonly #row: Cells;
	readonly #y: number;
	readonly #columns: number;
	/** Cells before this one are written even if they are the same: a cluster may have covered them. */
	#covered = 0;

	constructor(pen: Pen, old: Cells | undefined, row: Cells, y: number) {
		this.#pen = pen;
		this.#old = old;
		this.#row = row;
		this.#y = y;
		this.#columns = row.texts.length;
	}

	draw(): void {
		let x = 0;
		while (x < this.#columns) {
			if (this.#row.texts[x] === '' || this.#isSame(x)) x++;
			else x = this.#write(x);
		}
	}

	#write(x: number): number {
		const blanks = this.#blanksFrom(x);
		if (blanks >= MIN_ERASED && this.#isShorterErased(x, blanks)) {
			this.#pen.erase(x, this.#y, blanks);
			return x + blanks;
		}
		this.#bridge(x);
		this.#pen.cell(this.#row, x, this.#y);
		const text = this.#row.texts[x] as string;
		const width = this.#row.texts[x + 1] === '' ? 2 : 1;
		const cells = unsteadyCells(text);
		if (cells > width) this.#covered = Math.max(this.#covered, x + cells);
		return x + width;
	}

	/** The second cell of a wide character is as its first. */
	#isSame(x: number): boolean {
		if (!this.#old || x < this.#covered) return false;
		const [old, row] = [this.#old, this.#row];
		return old.texts[x] === row.texts[x] && isSameStyle(old.styles[x] as Style, row.styles[x] as Style);
	}

	/** The plain blanks from `x` to the last one that is to be written. */
	#blanksFrom(x: number): number {
		const {texts, styles} = this.#row;
		let [at, last] = [x, x];
		for (; at < this.#columns && texts[at] === ' ' && styles[at] === PLAIN; at++) {
			if (!this.#isSame(at)) last = at + 1;
		}
		// To the end of the row it costs no more.
		return at === this.#columns ? at - x : last - x;
	}

	#isShorterErased(x: number, blanks: number): boolean {
		const end = x + blanks;
		if (end >= this.#columns) return true;
		const erasing = `\x1b[${blanks}X`.length;
		// What comes next must be reached.
		return erasing + skipCost(blanks, end) < blanks;
	}

	/** Writes the unchanged cells between the cursor and `x` if that is shorter than going there. */
	#bridge(x: number): void {
		const distance = this.#pen.distanceTo(x, this.#y);
		if (distance === undefined || distance === 0 || distance > MAX_BRIDGE) return;
		const {texts, styles} = this.#row;
		const from = x - distance;
		let bytes = 0;
		for (let at = from; at < x; at++) {
			const text = texts[at] as string;
			if (unsteadyCells(text) > 0 || styles[at] !== styles[x]) return;
			bytes += Buffer.byteLength(text);
		}
		if (texts[from] === '' || bytes > skipCost(distance, x) || this.#pen.costOf(styles[x] as Style) > 0) return;
		for (let at = from; at < x; at++) if (texts[at] !== '') this.#pen.cell(this.#row, at, this.#y);
	}
}
