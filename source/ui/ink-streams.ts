/** The two streams that Ink is given in place of the terminal's. */
import {EventEmitter} from 'node:events';

/** What Ink takes for the keyboard. The real one has one reader (input/keyboard.ts); here nothing is ever typed. */
export class InkInput extends EventEmitter {
	readonly isTTY = true;

	read(): null {
		return null;
	}

	setEncoding(): void {}
	setRawMode(): void {}
	resume(): void {}
	pause(): void {}
	ref(): void {}
	unref(): void {}
}

/**
 * What Ink takes for the terminal. It has its size and nothing else: what is written is the next frame as Ink sees it,
 * which the painter asks for. A change of size is not told, for Ink would draw the old layout at the new size; the
 * screen itself listens, lays out anew and mounts it.
 */
export class InkOutput extends EventEmitter {
	readonly isTTY = false;
	/** What was written last. */
	last = '';
	readonly #size: () => {readonly columns: number; readonly rows: number};

	constructor(size: () => {readonly columns: number; readonly rows: number}) {
		super();
		this.#size = size;
	}

	get columns(): number {
		return this.#size().columns;
	}

	get rows(): number {
		return this.#size().rows;
	}

	write(chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean {
		this.last = String(chunk);
		const callback = rest.at(-1);
		if (typeof callback === 'function') process.nextTick(callback as () => void);
		return true;
	}
}
