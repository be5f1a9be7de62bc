/**
 * The last stage before the terminal. Ink mounts the panes and says when they come and go; what is in them is asked for
 * here, once a frame, and only what differs from what the terminal shows is written, in one piece.
 *
 * Why not by Ink: it takes the whole screen apart and puts it together for every frame, which is nine tenths of its
 * cost, and writes whole rows. What Ink draws itself (an input field, a line of text) is laid over the panes.
 */
import {Canvas} from './canvas.ts';
import {diff} from './diff.ts';
import type {Frame, Size} from './frame.ts';

/** Milliseconds between two frames: twice as many as the store has news for, so a key waits for half of that at most. */
export const PAINT_INTERVAL = 16;

export type PainterOptions = {
	readonly size: Size;
	/** Gets what the terminal is to be sent; never an empty text. */
	readonly write: (output: string) => void;
	/** A pane could not say what is in it: there will be no further frames. */
	readonly onError: (error: unknown) => void;
	/** Milliseconds that only go forward. */
	readonly now?: () => number;
};

export class Painter {
	readonly canvas: Canvas;
	readonly #options: PainterOptions;
	#size: Size;
	/** What the terminal shows; undefined if that is not known. */
	#shown: Frame | undefined;
	#paintedAt = Number.NEGATIVE_INFINITY;
	#due: NodeJS.Timeout | NodeJS.Immediate | undefined;
	#isClosed = false;

	constructor(options: PainterOptions) {
		this.#options = options;
		this.#size = options.size;
		this.canvas = new Canvas(options.size, () => this.#request());
	}

	/** The terminal has another size. Everything is drawn again. */
	resize(size: Size): void {
		this.#size = size;
		this.canvas.resize(size);
		this.redraw();
	}

	/** Somebody else may have written to the terminal: whatever is there is written over. */
	redraw(): void {
		this.#shown = undefined;
		this.#request();
	}

	/** Draws what is to be drawn at once. */
	paint(): void {
		this.#cancel();
		if (this.#isClosed) return;
		this.#paintedAt = this.#now();
		try {
			const frame = this.canvas.frame();
			const output = diff(this.#shown, frame, this.#size);
			this.#shown = frame;
			if (output !== '') this.#options.write(output);
		} catch (error) {
			this.close();
			this.#options.onError(error);
		}
	}

	close(): void {
		this.#isClosed = true;
		this.#cancel();
	}

	/** Not before all that is going on in this turn is done, and React with it. */
	#request(): void {
		if (this.#due !== undefined || this.#isClosed) return;
		const wait = this.#paintedAt + PAINT_INTERVAL - this.#now();
		const paint = () => this.paint();
		this.#due = wait <= 0 ? setImmediate(paint) : setTimeout(paint, Math.ceil(wait));
	}

	#cancel(): void {
		clearTimeout(this.#due as NodeJS.Timeout);
		clearImmediate(this.#due as NodeJS.Immediate);
		this.#due = undefined;
	}

	#now(): number {
		return (this.#options.now ?? performance.now.bind(performance))();
	}
}
