/** One file, or all files of a folder one after the other: bytes at a place of the stream, read and written. */
import type {FileHandle} from 'node:fs/promises';
import {offsetsOf, type Span, spansOf} from '../../wire/manifest.ts';

/** Files of one stream that are open at a time, those in use not counted. */
const MAX_OPEN = 16;

/** Files of one stretch of the stream that are read or written at a time. */
const MAX_AT_ONCE = 8;

type Opened = {readonly handle: Promise<FileHandle>; users: number};

export type StreamOptions = {
	readonly sizes: readonly number[];
	/** Opens the file with that number. Rejects with whatever the caller of `read` or `write` is to hear. */
	open(file: number): Promise<FileHandle>;
};

export class Stream {
	readonly #options: StreamOptions;
	readonly #offsets: Float64Array;
	/** By number; the one that was used last is the last. */
	readonly #opened = new Map<number, Opened>();
	#closing: Promise<unknown> = Promise.resolve();

	constructor(options: StreamOptions) {
		this.#options = options;
		this.#offsets = offsetsOf(options.sizes.map(size => ({path: [], size, isExecutable: false})));
	}

	/** Fills `into` from there. False if a file ends too early. `look` is called with each file after it was read. */
	async read(
		at: number,
		into: Uint8Array,
		look?: (file: number, handle: FileHandle) => Promise<void>,
	): Promise<boolean> {
		let isWhole = true;
		await this.#eachSpan(at, into.length, span =>
			this.using(span.file, async handle => {
				if (!(await fill(handle, into.subarray(span.from, span.from + span.bytes), span.at))) isWhole = false;
				await look?.(span.file, handle);
			}),
		);
		return isWhole;
	}

	/** `wrote` is called with each file after something was written into it. */
	async write(at: number, bytes: Uint8Array, wrote?: (file: number) => void): Promise<void> {
		await this.#eachSpan(at, bytes.length, span =>
			this.using(span.file, async handle => {
				await put(handle, bytes.subarray(span.from, span.from + span.bytes), span.at);
				wrote?.(span.file);
			}),
		);
	}

	/** With that file open, which is closed some time later. */
	async using<Result>(file: number, act: (handle: FileHandle) => Promise<Result>): Promise<Result> {
		const opened = this.#take(file);
		try {
			return await act(await opened.handle);
		} finally {
			opened.users--;
			this.#closeSome(MAX_OPEN);
		}
	}

	/** Files that nobody is using right now are closed; they are opened again when they are needed. */
	async rest(): Promise<void> {
		this.#closeSome(0);
		await this.#closing;
	}

	#take(file: number): Opened {
		const known = this.#opened.get(file);
		const opened = known ?? {handle: this.#options.open(file), users: 0};
		opened.users++;
		this.#opened.delete(file);
		this.#opened.set(file, opened);
		if (known) return opened;
		// Whoever waits for it hears of it; the next one tries again.
		opened.handle.catch(() => this.#opened.get(file) === opened && this.#opened.delete(file));
		return opened;
	}

	#closeSome(most: number): void {
		for (const [file, {handle, users}] of this.#opened) {
			if (this.#opened.size <= most) return;
			if (users > 0) continue;
			this.#opened.delete(file);
			const closed = handle.then(
				one => one.close(),
				() => {},
			);
			this.#closing = Promise.all([this.#closing, closed.catch(() => {})]);
		}
	}

	/** All are waited for, also when one fails: nobody may use their bytes as long as one is under way. */
	async #eachSpan(at: number, bytes: number, act: (span: Span) => Promise<void>): Promise<void> {
		const spans = spansOf(this.#offsets, at, bytes);
		if (spans.length === 1) return act(spans[0]!);
		let next = 0;
		const work = async () => {
			while (next < spans.length) await act(spans[next++]!);
		};
		const done = await Promise.allSettled(Array.from({length: Math.min(MAX_AT_ONCE, spans.length)}, work));
		for (const one of done) if (one.status === 'rejected') throw one.reason;
	}
}

/** False if the file ends before `into` is full. */
export async function fill(handle: FileHandle, into: Uint8Array, at: number): Promise<boolean> {
	for (let done = 0; done < into.length; ) {
		const {bytesRead} = await handle.read(into, done, into.length - done, at + done);
		if (bytesRead === 0) return false;
		done += bytesRead;
	}
	return true;
}

async function put(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const {bytesWritten} = await handle.write(bytes, done, bytes.length - done, at + done);
		done += bytesWritten;
	}
}
