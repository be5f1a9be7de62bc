/** Breaking text into rows by terminal cells: at spaces, between wide characters, and inside words that are too long. */
import {cellsOf, graphemesOf} from '../store/graphemes.ts';
import {widthOf} from '../store/width.ts';

/** Rows of at most `width` cells. Line feeds break; indentation is kept; spaces at a break are dropped. */
export function wrap(text: string, width: number): readonly string[] {
	const columns = Math.max(2, width);
	return text.split('\n').flatMap(line => wrapLine(line, columns));
}

function wrapLine(line: string, width: number): readonly string[] {
	if (widthOf(line) <= width) return [line];
	const filler = new RowFiller(width);
	for (const piece of pieces(line)) filler.add(piece);
	return filler.finish();
}

class RowFiller {
	readonly #width: number;
	readonly #rows: string[] = [];
	#row = '';
	#cells = 0;

	constructor(width: number) {
		this.#width = width;
	}

	add(piece: string): void {
		const cells = widthOf(piece);
		if (this.#cells + cells <= this.#width) return this.#put(piece, cells);
		// The break takes the place of the spaces.
		if (piece.trim() === '') return this.#break();
		if (cells > this.#width) return this.#addLong(piece);
		this.#break();
		this.#put(piece, cells);
	}

	finish(): readonly string[] {
		if (this.#row !== '' || this.#rows.length === 0) this.#rows.push(this.#row);
		return this.#rows;
	}

	#addLong(piece: string): void {
		for (const grapheme of graphemesOf(piece)) {
			const cells = cellsOf(grapheme);
			if (this.#cells + cells > this.#width) this.#break();
			this.#put(grapheme, cells);
		}
	}

	#put(text: string, cells: number): void {
		this.#row += text;
		this.#cells += cells;
	}

	#break(): void {
		this.#rows.push(this.#row.trimEnd());
		this.#row = '';
		this.#cells = 0;
	}
}

/** Runs of spaces, wide characters one by one (a line may end between any two of them), and words. */
function pieces(line: string): readonly string[] {
	return (
		line.match(
			/\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu,
		) ?? []
	);
}
