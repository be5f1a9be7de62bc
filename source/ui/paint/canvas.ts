/**
 * The panes of the screen, one above the other, as a frame. Each pane is asked for its rows when a frame is due, and
 * not before; a row of the screen is put together anew only if a string that it is made of is another one than before.
 */
import type {Rect} from '../layout.ts';
import {type Cells, cellsOfRow} from './cells.ts';
import {blankRow, type Frame, lay, layOver, type Place, type Size} from './frame.ts';

export type Layer = {
	readonly rect: Rect;
	/** What lies on top has the higher number. */
	readonly height: number;
	/** Of two that are as high: what lies on top has the higher number. */
	readonly order: number;
	/** The rows as they are now, styled; the very same array for as long as none of them has changed. */
	readonly rows: () => readonly string[];
};

export class Canvas {
	readonly #onChange: () => void;
	size: Size;
	/** From the lowest to the highest. */
	#layers: readonly Layer[] = [];
	#order = 0;
	#cursors: readonly (() => Place)[] = [];
	/** What Ink has drawn itself, on top of everything; its plain blanks are seen through. */
	#top: readonly string[] = [];
	#drawn: readonly (readonly string[])[] = [];
	#rows: Cells[] = [];
	/** Panes have come, gone or moved: every row is put together anew. */
	#isStale = true;

	/** `onChange`: a new frame may be wanted. */
	constructor(size: Size, onChange: () => void) {
		this.size = size;
		this.#onChange = onChange;
	}

	/** For a pane that is mounted now: above those that were before it. */
	readonly nextOrder = (): number => ++this.#order;

	/** Returns how to take it away. */
	add(layer: Layer): () => void {
		this.#setLayers([...this.#layers, layer]);
		return () => this.#setLayers(this.#layers.filter(each => each !== layer));
	}

	/** The last one counts. Returns how to take it away. */
	addCursor(place: () => Place): () => void {
		this.#cursors = [...this.#cursors, place];
		this.#onChange();
		return () => {
			this.#cursors = this.#cursors.filter(each => each !== place);
			this.#onChange();
		};
	}

	/** Something that a pane shows may have changed. */
	readonly changed = (): void => this.#onChange();

	setTop(frame: string): void {
		const next = frame.trim() === '' ? [] : frame.split('\n');
		if (next.length === 0 && this.#top.length === 0) return;
		this.#top = next;
		this.#isStale = true;
		this.#onChange();
	}

	resize(size: Size): void {
		this.size = size;
		this.#isStale = true;
		this.#onChange();
	}

	/** Rows that are the same are the very same objects as in the frame before. */
	frame(): Frame {
		const drawn = this.#layers.map(layer => layer.rows());
		const isStale = this.#isStale;
		const rows = isStale ? this.#all(drawn) : this.#update(drawn);
		this.#drawn = drawn;
		this.#rows = rows;
		this.#isStale = false;
		const cursor = this.#cursors.at(-1)?.();
		return {rows, cursor: cursor && this.#within(cursor) ? cursor : undefined};
	}

	#setLayers(layers: readonly Layer[]): void {
		this.#layers = layers.toSorted((a, b) => a.height - b.height || a.order - b.order);
		this.#isStale = true;
		this.#onChange();
	}

	#within({x, y}: Place): boolean {
		return x >= 0 && y >= 0 && x < this.size.columns && y < this.size.rows;
	}

	#all(drawn: readonly (readonly string[])[]): Cells[] {
		return Array.from({length: this.size.rows}, (_, y) => this.#row(y, drawn));
	}

	#update(drawn: readonly (readonly string[])[]): Cells[] {
		const changed = new Set<number>();
		for (const [index, {rect}] of this.#layers.entries()) {
			const [before, after] = [this.#drawn[index] ?? [], drawn[index] ?? []];
			if (before === after) continue;
			for (let y = 0; y < rect.height; y++) if (before[y] !== after[y]) changed.add(rect.y + y);
		}
		if (changed.size === 0) return this.#rows;
		return this.#rows.map((row, y) => (changed.has(y) ? this.#row(y, drawn) : row));
	}

	#row(y: number, drawn: readonly (readonly string[])[]): Cells {
		const row = blankRow(this.size.columns);
		for (const [index, {rect}] of this.#layers.entries()) {
			if (y < rect.y || y >= rect.y + rect.height) continue;
			lay(row, rect.x, rect.width, cellsOfRow(drawn[index]?.[y - rect.y] ?? ''));
		}
		const top = this.#top[y];
		if (top !== undefined && top !== '') layOver(row, cellsOfRow(top));
		return row;
	}
}
