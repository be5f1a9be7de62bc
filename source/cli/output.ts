/**
 * Headless output: one JSON object a line, to a reader that may be slow, or gone.
 *
 * What waits for a slow reader is bounded. Below `HIGH_WATER` everything is queued. Above it the caller should stop
 * reading commands (`isCongested`), so that replies do not pile up. Above `MAX_QUEUED_BYTES` events are dropped and
 * counted, replies never; when the reader has caught up it is told how many events it missed. The network does not
 * wait for a slow script.
 */
import type {Writable} from 'node:stream';
import type {NodeEvent} from '../api/event.ts';

/** Bytes waiting at which no more commands should be taken. */
export const HIGH_WATER = 1024 * 1024;

/** Bytes waiting at which events are dropped. */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** What a terminal would obey, or a person could not see; JSON itself escapes only what is below U+0020. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of JSON, without a line end, that may be shown on a terminal as it is. */
export function jsonLine(value: object): string {
	// Outside of strings JSON has none of them, and inside an escape means the same.
	return JSON.stringify(value).replace(UNSAFE, character => {
		const units = Array.from({length: character.length}, (_, index) => character.charCodeAt(index));
		return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
	});
}

export type LineWriterOptions = {
	/** The reader has caught up. */
	readonly onDrain: () => void;
	/** The reader is gone, or the disk is full; nothing can be written any more. */
	readonly onFailure: (error: NodeJS.ErrnoException) => void;
};

export class LineWriter {
	readonly #stream: Writable;
	readonly #options: LineWriterOptions;
	#dropped = 0;
	#failed = false;

	constructor(stream: Writable, options: LineWriterOptions) {
		this.#stream = stream;
		this.#options = options;
		stream.on('error', error => this.#fail(error));
		stream.on('drain', () => this.#caughtUp());
	}

	get isCongested(): boolean {
		return !this.#failed && this.#stream.writableLength > HIGH_WATER;
	}

	/** A line that must not be lost: a reply. */
	write(value: object): void {
		if (!this.#failed) this.#stream.write(`${jsonLine(value)}\n`);
	}

	/** An event: dropped and counted while the reader is far behind. */
	writeEvent(event: NodeEvent): void {
		if (this.#stream.writableLength > MAX_QUEUED_BYTES) this.#dropped++;
		else this.write(event);
	}

	/** Resolves when everything is written, the reader is gone, or `milliseconds` have passed. */
	flush(milliseconds: number): Promise<void> {
		if (this.#failed || this.#stream.writableLength === 0) return Promise.resolve();
		return new Promise(resolve => {
			const timer = setTimeout(resolve, milliseconds);
			this.#stream.write('', () => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	#caughtUp(): void {
		if (this.#dropped > 0) {
			const message = `${this.#dropped} events were dropped: the reader of standard output was too slow`;
			this.#dropped = 0;
			this.write({type: 'warning', code: 'events-dropped', message} satisfies NodeEvent);
		}
		this.#options.onDrain();
	}

	#fail(error: NodeJS.ErrnoException): void {
		if (this.#failed) return;
		this.#failed = true;
		this.#options.onFailure(error);
	}
}
