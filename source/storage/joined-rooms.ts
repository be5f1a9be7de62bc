/**
 * The rooms that a person is in, in `rooms.json`: they are joined again at the next start.
 *
 *     {"version": 1, "rooms": ["lobby", "dev"]}
 *
 * Conversations with one peer are not in it: the history has them. Nothing in it is precious: what cannot be read is left
 * out, a file that cannot be read at all is written anew.
 */
import {join} from 'node:path';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import {normaliseRoom} from '../wire/text.ts';
import {errorCode, explain, readSmallFile, replaceMarker} from './directory.ts';

const FILE_NAME = 'rooms.json';
const VERSION = 1;

/** Bytes: more than as many names as one may join need, so a larger one is not ours. */
const MAX_FILE_BYTES = 64 * 1024;

export class JoinedRooms {
	readonly #directory: string;
	readonly #onWarning: (message: string) => void;
	/** As it is to be on disk. */
	#rooms: readonly string[] = [];
	#isWritten = true;
	#writing: Promise<void> | undefined;

	/** `onWarning` gets one line when the list cannot be read or written; the program goes on without. */
	constructor(directory: string, onWarning: (message: string) => void) {
		this.#directory = directory;
		this.#onWarning = onWarning;
	}

	/** What an earlier run has saved, in the order in which they were joined. Never rejects. */
	async load(): Promise<readonly string[]> {
		try {
			this.#rooms = readRooms(await readSmallFile(join(this.#directory, FILE_NAME), MAX_FILE_BYTES));
		} catch (error) {
			if (errorCode(error) !== 'ENOENT') this.#onWarning(`The list of your rooms cannot be read: ${explain(error)}`);
		}
		return this.#rooms;
	}

	/** We are in these: whatever else was on the list is not. */
	set(rooms: readonly string[]): void {
		if (rooms.join('\n') === this.#rooms.join('\n')) return;
		this.#rooms = [...rooms];
		this.#isWritten = false;
		this.#writing ??= this.#write().finally(() => {
			this.#writing = undefined;
		});
	}

	joined(room: string): void {
		if (!this.#rooms.includes(room)) this.set([...this.#rooms, room]);
	}

	left(room: string): void {
		this.set(this.#rooms.filter(one => one !== room));
	}

	/** Resolves when everything is written, or could not be. */
	async close(): Promise<void> {
		await this.#writing;
	}

	async #write(): Promise<void> {
		while (!this.#isWritten) {
			const content = JSON.stringify({version: VERSION, rooms: this.#rooms});
			this.#isWritten = true;
			try {
				await replaceMarker(this.#directory, FILE_NAME, `${content}\n`);
			} catch (error) {
				this.#onWarning(`Your rooms cannot be remembered: ${explain(error)}`);
			}
		}
	}
}

function readRooms(text: string): readonly string[] {
	const list = JSON.parse(text) as {version?: unknown; rooms?: unknown} | null;
	// A newer version's list is no error: it is written in our form when there is something to write.
	if (list?.version !== VERSION || !Array.isArray(list.rooms)) return [];
	const rooms = list.rooms.slice(0, MAX_SUBSCRIPTIONS).flatMap(readRoom);
	return [...new Set(rooms)];
}

function readRoom(room: unknown): readonly string[] {
	try {
		return typeof room === 'string' ? [normaliseRoom(room)] : [];
	} catch {
		return [];
	}
}
