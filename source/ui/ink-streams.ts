/** The two streams that Ink is given in place of the terminal's. */
import {EventEmitter} from 'node:events';
import {steadyClusters} from './clusters.ts';

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
 * `stdout` without its `resize`: Ink would draw the old layout at the new size before the layout is told. The screen
 * itself listens, lays out anew and then has everything drawn. What Ink writes has its clusters kept in their cells.
 */
export function inkOutput(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
	const ignoring =
		(method: 'on' | 'off') =>
		(name: string, listener: (...parameters: unknown[]) => void): NodeJS.WriteStream => {
			if (name !== 'resize') stdout[method](name, listener);
			return stdout;
		};
	const write: NodeJS.WriteStream['write'] = (chunk: string | Uint8Array, ...rest: never[]) =>
		stdout.write(typeof chunk === 'string' ? steadyClusters(chunk) : chunk, ...rest);
	const methods: Record<string | symbol, unknown> = {on: ignoring('on'), off: ignoring('off'), write};
	return new Proxy(stdout, {
		get: (target, property) => methods[property] ?? Reflect.get(target, property, target),
	});
}
