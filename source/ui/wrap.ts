/**
 * Breaking text into rows by terminal cells: at spaces, between wide characters, and inside words that are too long. Only
 * the rows asked for are made, however long the text, and each is a slice of it.
 */
import {cellsOf, clustersOf, isCombining, simpleCells, widthOf} from '../store/width.ts';

export type Wrapped = {
	readonly rows: readonly string[];
	/** UTF-16 units of the text that the rows stand for: its length, unless there were too many. */
	readonly end: number;
};

/** Rows of at most `width` cells. Line feeds break; indentation is kept; spaces at a break are dropped. */
export function wrap(text: string, width: number): readonly string[] {
	return wrapHead(text, width, Number.POSITIVE_INFINITY).rows;
}

/** The first `limit` rows. */
export function wrapHead(text: string, width: number, limit: number): Wrapped {
	const filler = new RowFiller(text, Math.max(2, width), limit);
	let start = 0;
	while (!filler.isFull) {
		const feed = text.indexOf('\n', start);
		filler.addLine(start, feed < 0 ? text.length : feed);
		if (feed < 0) break;
		start = feed + 1;
	}
	return filler;
}

const WIDE = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
/** What does not begin a row of East Asian text, and what does not end one: punctuation goes with its word. */
const CLOSING = '、。，．・：；？！ー…」』）】〉》〕］｝〗〙〛”’｡｣､';
const OPENING = '「『（【〈《〔［｛〖〘〚｢';

/**
 * Runs of spaces, wide characters with their marks one by one (a line may end between any two), and words, or as much of
 * one as is more than any row.
 */
const PIECE = new RegExp(
	`\\s+|[${OPENING}]*(?:[${WIDE}]\\p{M}*[${CLOSING}]*|[^\\s${WIDE}${OPENING}]{1,4096})|[${OPENING}]+`,
	'uy',
);

/** More units than this for each cell of a row, and a word is broken without being measured first. */
const UNITS_PER_CELL = 8;
/** Units that are taken apart into clusters at once: what follows the last row is not looked at. */
const STRETCH = 512;

class RowFiller implements Wrapped {
	readonly rows: string[] = [];
	end = 0;
	readonly #text: string;
	readonly #width: number;
	readonly #limit: number;
	#start = 0;
	#cells = 0;

	constructor(text: string, width: number, limit: number) {
		this.#text = text;
		this.#width = width;
		this.#limit = limit;
	}

	get isFull(): boolean {
		return this.rows.length >= this.#limit;
	}

	addLine(start: number, end: number): void {
		this.#start = start;
		this.#cells = 0;
		const isShort = end - start <= this.#width * UNITS_PER_CELL;
		if (!isShort || widthOf(this.#text.slice(start, end)) > this.#width) this.#addPieces(start, end);
		const isDone = this.#start > start && this.#start === end;
		if (!this.isFull && !isDone) this.#push(this.#text.slice(this.#start, end), end);
		// The line feed belongs to the line that it ends.
		if (this.end === end && end < this.#text.length) this.end = end + 1;
	}

	#addPieces(start: number, end: number): void {
		for (let at = start; at < end && !this.isFull; ) {
			const stop = this.#pieceEnd(at, end);
			this.#addPiece(at, stop);
			at = stop;
		}
	}

	#pieceEnd(at: number, end: number): number {
		// Two ideographs, the commonest case by far in text of them, need no expression.
		if (isIdeograph(this.#text.charCodeAt(at)) && isIdeograph(this.#text.charCodeAt(at + 1))) return at + 1;
		PIECE.lastIndex = at;
		return PIECE.test(this.#text) ? Math.min(PIECE.lastIndex, end) : end;
	}

	#addPiece(start: number, end: number): void {
		const isSpace = /\s/.test(this.#text.charAt(start));
		const isLong = end - start > this.#width * UNITS_PER_CELL;
		const cells = isLong ? Number.POSITIVE_INFINITY : widthOf(this.#text.slice(start, end));
		if (this.#cells + cells <= this.#width) {
			this.#cells += cells;
			return;
		}
		// The break takes the place of the spaces.
		if (isSpace) return this.#break(start, end);
		if (cells > this.#width) return this.#addLong(start, end);
		this.#break(start, start);
		this.#cells = cells;
	}

	#addLong(start: number, end: number): void {
		for (let at = start; at < end && !this.isFull; ) {
			const stop = simpleEnd(this.#text, at, end);
			if (stop === at) {
				at = this.#addStretch(at, end);
				continue;
			}
			this.#addCluster(at, simpleCells(this.#text.charCodeAt(at)));
			at = stop;
		}
	}

	/** Returns where the last whole cluster ends, or that with which the text is full. */
	#addStretch(start: number, end: number): number {
		const stop = Math.min(end, start + STRETCH);
		const clusters = clustersOf(this.#text.slice(start, stop));
		// The last one may go on after the stretch.
		const whole = stop < end && clusters.length > 1 ? clusters.length - 1 : clusters.length;
		let at = start;
		for (let index = 0; index < whole && !this.isFull; index++) {
			const cluster = clusters[index] as string;
			this.#addCluster(at, cellsOf(cluster));
			at += cluster.length;
		}
		return at;
	}

	#addCluster(at: number, cells: number): void {
		if (this.#cells + cells > this.#width) this.#break(at, at);
		this.#cells += cells;
	}

	/** Ends the row at `end`; the next one starts at `next`. */
	#break(end: number, next: number): void {
		if (this.isFull) return;
		this.#push(this.#text.slice(this.#start, end).trimEnd(), next);
	}

	#push(row: string, next: number): void {
		this.rows.push(row);
		this.#start = next;
		this.#cells = 0;
		this.end = next;
	}
}

function isIdeograph(unit: number): boolean {
	return unit >= 0x4e00 && unit <= 0x9fff;
}

/** The end of the grapheme at `at` if that is a simple character, with its marks, before another one; else `at`. */
function simpleEnd(text: string, at: number, end: number): number {
	if (simpleCells(text.charCodeAt(at)) === 0) return at;
	let stop = at + 1;
	while (stop < end && isCombining(text.charCodeAt(stop))) stop += 1;
	return stop >= end || simpleCells(text.charCodeAt(stop)) > 0 ? stop : at;
}
