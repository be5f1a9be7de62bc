/** The two streams that Ink is given in place of the terminal's. */
import {EventEmitter} from 'node:events';

/**
 * What Ink takes for the keyboard. The real one has one reader (input/keyboard.ts); here arrives only what the field of
 * the switcher is to get. Modes are not Ink's to set, so setting them does nothing.
 */
export class InkInput extends EventEmitter {
	readonly isTTY = true;
	readonly #waiting: string[] = [];

	constructor() {
		super();
		this.on('newListener', name => {
			if (name === 'readable' && this.#waiting.length > 0) queueMicrotask(() => this.emit('readable'));
		});
	}

	/**
	 * One key, or one piece of text. It waits for a field that is about to be drawn, but not longer than this turn: what
	 * nobody took must not turn up in the next field.
	 */
	feed(raw: string): void {
		this.#waiting.push(raw);
		if (!this.emit('readable')) setImmediate(() => this.#waiting.splice(0));
	}

	read(): string | null {
		return this.#waiting.shift() ?? null;
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
