/**
 * How files are dealt with, if that was changed at run time, in `files.json`:
 *
 *     {"version": 1, "given": {…}, "settings": {…}, "unknown": […]}
 *
 * `given` is what the settings file said then, or what is usual. Where it says something else now, it is newer. What the
 * command line says counts in any case, for its run; set to something else in such a run, a setting lasts: it is among the
 * `unknown`, as long as nobody knows what is given without the command line.
 */

import {isAbsolute, join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {GivenFileSettings} from '../../api/core.ts';
import type {AcceptRule, FileSettings} from '../../api/files.ts';
import {errorCode, explain, readSmallFile, replaceMarker} from '../directory.ts';

const FILE_NAME = 'files.json';
const VERSION = 1;

/** Bytes: more than rules for hundreds of people need. */
const MAX_FILE_BYTES = 256 * 1024;

const KEYS = ['folder', 'accept', 'maxUpload', 'maxDownload', 'quota'] as const satisfies (keyof FileSettings)[];

type Key = keyof FileSettings;

type Kept = {
	readonly given: Partial<FileSettings>;
	readonly settings: Partial<FileSettings>;
	/** Set at run time in the place of what the command line said: nothing is known to be newer. */
	readonly unknown: readonly Key[];
};

export class KeptSettings {
	readonly #directory: string | undefined;
	readonly #given: FileSettings;
	/** What the command line says, whatever was kept of earlier. */
	readonly #asked: readonly Key[];
	/** Of those, what was set to something else since. */
	readonly #set = new Set<Key>();
	readonly #warn: (message: string) => void;
	/** As an earlier run has left it. */
	#kept: Kept = {given: {}, settings: {}, unknown: []};
	/** What holds. */
	#settings: FileSettings;
	#writing: Promise<void> = Promise.resolve();

	/** Without a directory nothing is kept. As the program was started. */
	constructor(directory: string | undefined, started: GivenFileSettings, warn: (message: string) => void) {
		const {asked = [], ...given} = started;
		this.#directory = directory;
		this.#asked = asked;
		this.#given = given;
		this.#settings = given;
		this.#warn = warn;
	}

	/** What holds now. Never rejects. */
	async load(): Promise<FileSettings> {
		if (this.#directory === undefined) return this.#given;
		try {
			const text = await readSmallFile(join(this.#directory, FILE_NAME), MAX_FILE_BYTES);
			const {version, given, settings, unknown} = JSON.parse(text) as Record<string, unknown>;
			if (version !== VERSION) return this.#given;
			this.#kept = {given: readSettings(given), settings: readSettings(settings), unknown: readKeys(unknown)};
			this.#settings = merge(this.#given, this.#kept, this.#asked);
			// Now it is known: what is given instead at a later start is newer.
			if (this.#kept.unknown.some(key => !this.#asked.includes(key))) this.save(this.#settings);
			return this.#settings;
		} catch (error) {
			if (errorCode(error) !== 'ENOENT') this.#warn(`What was set for files cannot be read: ${explain(error)}`);
			return this.#given;
		}
	}

	save(settings: FileSettings): void {
		const directory = this.#directory;
		if (directory === undefined) return;
		for (const key of this.#asked) {
			if (!isDeepStrictEqual(settings[key], this.#settings[key])) this.#set.add(key);
		}
		this.#settings = settings;
		const content = JSON.stringify({version: VERSION, ...this.#lasting(settings)});
		this.#writing = this.#writing
			.then(() => replaceMarker(directory, FILE_NAME, `${content}\n`))
			.catch(error => this.#warn(`What is set for files cannot be remembered: ${explain(error)}`));
	}

	/** What the command line says holds for this run, unless something else was set since; else all is as it was kept. */
	#lasting(settings: FileSettings): Kept {
		const given: Record<string, unknown> = {...this.#given};
		const lasting: Record<string, unknown> = {...settings};
		const unknown: Key[] = [];
		for (const key of this.#asked) {
			const isSet = this.#set.has(key);
			if (isSet || this.#kept.unknown.includes(key)) unknown.push(key);
			given[key] = isSet ? undefined : this.#kept.given[key];
			if (!isSet) lasting[key] = this.#kept.settings[key];
		}
		return {given, settings: lasting, unknown};
	}

	/** Resolves when everything is written, or could not be. */
	async close(): Promise<void> {
		await this.#writing;
	}
}

/** Key by key: what was changed at run time, unless the program was started with something else since. */
function merge(given: FileSettings, kept: Kept, asked: readonly Key[]): FileSettings {
	const {given: before, settings: changed, unknown} = kept;
	const merged: Record<string, unknown> = {...given};
	for (const key of KEYS) {
		const isNewer = !unknown.includes(key) && !isDeepStrictEqual(given[key], before[key]);
		if (asked.includes(key) || isNewer) continue;
		if (changed[key] !== undefined) merged[key] = changed[key];
		else if (key !== 'folder' && key !== 'accept') delete merged[key];
	}
	return merged as FileSettings;
}

/** What of it makes sense. */
function readSettings(value: unknown): Partial<FileSettings> {
	const {folder, accept, ...numbers} = (value ?? {}) as Record<string, unknown>;
	const amounts = Object.entries(numbers).filter(([key, amount]) => isKey(key) && isAmount(amount));
	return {
		...Object.fromEntries(amounts),
		...(typeof folder === 'string' && isAbsolute(folder) && {folder}),
		...(Array.isArray(accept) && {accept: accept.filter(isRule)}),
	};
}

function readKeys(value: unknown): Key[] {
	return Array.isArray(value) ? KEYS.filter(key => value.includes(key)) : [];
}

function isKey(key: string): boolean {
	return (KEYS as readonly string[]).includes(key);
}

function isAmount(amount: unknown): boolean {
	return Number.isSafeInteger(amount) && (amount as number) >= 0;
}

function isRule(rule: unknown): rule is AcceptRule {
	const {from, bytes} = (rule ?? {}) as Record<string, unknown>;
	return typeof from === 'string' && isAmount(bytes);
}
