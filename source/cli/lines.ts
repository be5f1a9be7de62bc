/**
 * Headless input: bytes → lines → commands. Pure. Whatever comes in, a line becomes a command or a refusal; none of
 * it can end the node.
 */
import type {Command, CommandName} from '../api/command.ts';
import type {FileSettings} from '../api/files.ts';
import {nearest} from './nearest.ts';
import {isAbsolutePath, readSettingsField} from './settings-field.ts';

/** Bytes of one line of input. A message has at most 16 KiB of text; six times that when JSON escapes all of it. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** Characters of a command's id. */
export const MAX_ID_LENGTH = 256;

export type Line = {readonly text: string} | {readonly refused: string};

export type ParsedLine =
	| {readonly ok: true; readonly command: Command}
	/** `id` is what the line gave, if it gave one that can be answered. */
	| {readonly ok: false; readonly id: string | undefined; readonly message: string};

/** Splits a byte stream at line feeds, whatever the chunks; a carriage return before one belongs to the line end. */
export class LineSplitter {
	readonly #maxBytes: number;
	#parts: Uint8Array[] = [];
	#bytes = 0;
	/** The line is too long: skip to its end, so that nothing of it is kept or taken for another line. */
	#skipping = false;

	constructor(maxBytes = MAX_LINE_BYTES) {
		this.#maxBytes = maxBytes;
	}

	push(chunk: Uint8Array): Line[] {
		const lines: Line[] = [];
		let from = 0;
		while (from < chunk.length) {
			const end = chunk.indexOf(0x0a, from);
			this.#keep(chunk.subarray(from, end === -1 ? chunk.length : end));
			if (end === -1) break;
			lines.push(this.#finish());
			from = end + 1;
		}
		return lines;
	}

	/** The end of input: what follows the last line feed is a line as well. */
	end(): Line[] {
		return this.#bytes > 0 || this.#skipping ? [this.#finish()] : [];
	}

	#keep(part: Uint8Array): void {
		if (this.#skipping || part.length === 0) return;
		this.#bytes += part.length;
		if (this.#bytes > this.#maxBytes) {
			this.#skipping = true;
			this.#parts = [];
			return;
		}
		this.#parts.push(part);
	}

	#finish(): Line {
		const bytes = Buffer.concat(this.#parts);
		const skipped = this.#skipping;
		this.#parts = [];
		this.#bytes = 0;
		this.#skipping = false;
		if (skipped) return {refused: `The line is longer than ${this.#maxBytes} bytes`};
		try {
			return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes).replace(/\r$/, '')};
		} catch {
			return {refused: 'The line is not valid UTF-8'};
		}
	}
}

type FieldType = 'string' | 'count' | 'switch' | 'path' | 'priority' | 'settings';
type Field = {readonly type: FieldType; readonly optional?: true};

const TEXT: Field = {type: 'string'};
const MAYBE: Field = {type: 'string', optional: true};
const COUNT: Field = {type: 'count', optional: true};
const PRIORITY: Field = {type: 'priority'};

/** What each command takes besides its id. Fields that are not named here are ignored. */
const FIELDS: Readonly<Record<CommandName, Readonly<Record<string, Field>>>> = {
	publish: {room: TEXT, text: TEXT, replyTo: MAYBE},
	direct: {peer: TEXT, text: TEXT, replyTo: MAYBE},
	edit: {room: TEXT, messageId: TEXT, text: TEXT},
	redact: {room: TEXT, messageId: TEXT, reason: MAYBE},
	react: {room: TEXT, messageId: TEXT, emoji: TEXT, off: {type: 'switch', optional: true}},
	topic: {room: TEXT, text: MAYBE},
	inspect: {room: TEXT, messageId: TEXT},
	join: {room: TEXT},
	leave: {room: TEXT},
	rooms: {},
	forget: {room: TEXT},
	history: {room: TEXT, limit: COUNT, before: MAYBE, after: MAYBE},
	read: {room: TEXT, messageId: MAYBE},
	search: {text: TEXT, room: MAYBE, limit: COUNT, before: MAYBE},
	export: {room: TEXT, limit: COUNT, after: MAYBE},
	nick: {name: TEXT},
	dial: {address: TEXT},
	disconnect: {peer: TEXT},
	peers: {},
	ping: {peer: TEXT, count: COUNT},
	network: {},
	topology: {},
	spread: {room: TEXT, messageId: TEXT},
	'room-spread': {room: TEXT},
	trace: {peer: TEXT, room: TEXT},
	lab: {deed: TEXT},
	'offer-file': {path: {type: 'path'}, room: TEXT},
	'fetch-file': {
		file: TEXT,
		messageId: MAYBE,
		folder: {type: 'path', optional: true},
		priority: {...PRIORITY, optional: true},
	},
	transfers: {file: MAYBE},
	contents: {file: TEXT, skip: COUNT, limit: COUNT},
	pause: {file: TEXT},
	resume: {file: TEXT},
	cancel: {file: TEXT},
	prioritise: {file: TEXT, priority: PRIORITY},
	offers: {room: MAYBE, limit: COUNT},
	'file-settings': {settings: {type: 'settings', optional: true}},
	stats: {},
	shutdown: {},
	fault: {kind: TEXT},
};

const FAULTS = ['throw', 'hang', 'memory'];

/** What a script may ask; `fault` is for tests and not advertised. */
const ADVERTISED = Object.keys(FIELDS).filter(name => name !== 'fault' && name !== 'lab');

/** One line of input as a command, or why it is none. Undefined for a blank line. */
export function parseLine(line: Line): ParsedLine | undefined {
	if ('refused' in line) return {ok: false, id: undefined, message: line.refused};
	if (line.text.trim() === '') return undefined;
	let value: unknown;
	try {
		value = JSON.parse(line.text);
	} catch {
		return {ok: false, id: undefined, message: 'The line is not valid JSON'};
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return {ok: false, id: undefined, message: 'A command is a JSON object, like {"id":"1","command":"peers"}'};
	}
	return parseObject(value);
}

function parseObject(value: object): ParsedLine {
	const id = fieldOf(value, 'id');
	if (id !== undefined && (typeof id !== 'string' || id.length > MAX_ID_LENGTH)) {
		const message = `"id" is a string of at most ${MAX_ID_LENGTH} characters`;
		// A number is what scripts send most often: answered, so that they see what is wrong.
		return {ok: false, id: typeof id === 'number' ? String(id) : undefined, message};
	}
	const refuse = (message: string): ParsedLine => ({ok: false, id, message});
	const name = fieldOf(value, 'command');
	if (typeof name !== 'string') return refuse('"command" is missing, or not a string');
	if (!isCommandName(name)) return refuse(unknownCommand(name));
	const read = readFields(name, value);
	if ('problem' in read) return refuse(`${name}: ${read.problem}`);
	const {fields} = read;
	if (name === 'fault' && !FAULTS.includes(fields.kind as string)) {
		return refuse(`fault: "kind" is one of ${FAULTS.join(', ')}`);
	}
	return {ok: true, command: {...(id === undefined ? {} : {id}), command: name, ...fields} as Command};
}

function readFields(name: CommandName, value: object): {fields: Record<string, unknown>} | {problem: string} {
	const fields: Record<string, unknown> = {};
	for (const [field, {type, optional}] of Object.entries(FIELDS[name])) {
		const given = fieldOf(value, field);
		if (given === undefined && optional) continue;
		const problem = problemWith(given, type);
		if (problem !== undefined) return {problem: `"${field}" ${given === undefined ? 'is missing' : problem}`};
		fields[field] = type === 'settings' ? settingsOf(given) : given;
	}
	return {fields};
}

/** Null counts as absent. */
function fieldOf(value: object, field: string): unknown {
	return (value as Record<string, unknown>)[field] ?? undefined;
}

function problemWith(value: unknown, type: FieldType): string | undefined {
	if (type === 'string') return typeof value === 'string' ? undefined : 'is not a string';
	if (type === 'switch') return typeof value === 'boolean' ? undefined : 'is neither true nor false';
	if (type === 'path') return isAbsolutePath(value) ? undefined : 'is no absolute path';
	if (type === 'priority') return [-1, 0, 1].includes(value as number) ? undefined : 'is not -1, 0 or 1';
	if (type === 'settings') {
		const read = readSettingsField(value);
		return 'problem' in read ? read.problem : undefined;
	}
	return Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'is not a whole number above 0';
}

function settingsOf(value: unknown): Partial<FileSettings> {
	const read = readSettingsField(value);
	return 'settings' in read ? read.settings : {};
}

function isCommandName(name: string): name is CommandName {
	return Object.hasOwn(FIELDS, name);
}

function unknownCommand(name: string): string {
	const meant = nearest(name, ADVERTISED);
	const hint = meant === undefined ? `one of ${ADVERTISED.join(', ')}` : `did you mean ${meant}?`;
	return `Unknown command ${JSON.stringify(name.slice(0, 40))}: ${hint}`;
}
