/**
 * How files are dealt with, if that was changed at run time, in `files.json`:
 *
 *     {"version": 1, "given": {…}, "settings": {…}}
 *
 * `given` is what the command line and the settings file said then. Where they say something else now, they are newer;
 * what the command line says counts in any case.
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

type Kept = {readonly given: Partial<FileSettings>; readonly settings: Partial<FileSettings>};

export class KeptSettings {
	readonly #directory: string | undefined;
	readonly #given: FileSettings;
	/** What the command line says, whatever was kept of earlier. */
	readonly #asked: readonly (keyof FileSettings)[];
	readonly #warn: (message: string) => void;
	/** As an earlier run has left it. */
	#kept: Kept = {given: {}, settings: {}};
	#writing: Promise<void> = Promise.resolve();

	/** Without a directory nothing is kept. As the program was started. */
	constructor(directory: string | undefined, started: GivenFileSettings, warn: (message: string) => void) {
		const {asked = [], ...given} = started;
		this.#directory = directory;
		this.#asked = asked;
		this.#given = given;
		this.#warn = warn;
	}

	/** What holds now. Never rejects. */
	async load(): Promise<FileSettings> {
		if (this.#directory === undefined) return this.#given;
		try {
			const text = await readSmallFile(join(this.#directory, FILE_NAME), MAX_FILE_BYTES);
			const {version, given, settings} = JSON.parse(text) as Record<string, unknown>;
			if (version !== VERSION) return this.#given;
			this.#kept = {given: readSettings(given), settings: readSettings(settings)};
			return merge(this.#given, this.#kept, this.#asked);
		} catch (error) {
			if (errorCode(error) !== 'ENOENT') this.#warn(`What was set for files cannot be read: ${explain(error)}`);
			return this.#given;
		}
	}

	save(settings: FileSettings): void {
		const directory = this.#directory;
		if (directory === undefined) return;
		const content = JSON.stringify({version: VERSION, ...this.#lasting(settings)});
		this.#writing = this.#writing
			.then(() => replaceMarker(directory, FILE_NAME, `${content}\n`))
			.catch(error => this.#warn(`What is set for files cannot be remembered: ${explain(error)}`));
	}

	/** What the command line says holds for this run, unless something else was set since. */
	#lasting(settings: FileSettings): Kept {
		const given: Record<string, unknown> = {...this.#given};
		const lasting: Record<string, unknown> = {...settings};
		for (const key of this.#asked) {
			if (!isDeepStrictEqual(settings[key], this.#given[key])) continue;
			given[key] = this.#kept.given[key];
			lasting[key] = this.#kept.settings[key];
		}
		return {given, settings: lasting};
	}

	/** Resolves when everything is written, or could not be. */
	async close(): Promise<void> {
		await this.#writing;
	}
}

/** Key by key: what was changed at run time, unless the program was started with something else since. */
function merge(given: FileSettings, kept: Kept, asked: readonly (keyof FileSettings)[]): FileSettings {
	const {given: before, settings: changed} = kept;
	const merged: Record<string, unknown> = {...given};
	for (const key of KEYS) {
		if (asked.includes(key) || !isDeepStrictEqual(given[key], before[key])) continue;
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
