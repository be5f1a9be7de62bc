/** What SQLite says, for a person: what is wrong with the disk and what to do. Source: sqlite.org/rescode.html. */
import {describeError} from '../base/errors.ts';
import type {StorageFailure} from '../history/event-store.ts';

const CODES: Readonly<Record<number, string>> = {
	3: 'read-only',
	5: 'busy',
	6: 'busy',
	8: 'read-only',
	10: 'io',
	11: 'damaged',
	13: 'disk-full',
	14: 'io',
	26: 'damaged',
};

/** Errors of `all` come without a code, but in SQLite's words for it. */
const WORDS: Readonly<Record<string, number>> = {
	'database is locked': 5,
	'attempt to write a readonly database': 8,
	'disk I/O error': 10,
	'database disk image is malformed': 11,
	'database or disk is full': 13,
	'unable to open database file': 14,
	'file is not a database': 26,
};

/** The result code without its extension, or undefined if the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
	const code = (error as {errcode?: unknown} | undefined)?.errcode;
	return typeof code === 'number' ? code & 0xff : WORDS[describeError(error)];
}

/** Whether the file is to blame, and not the disk or us. */
export function isDamage(error: unknown): boolean {
	return CODES[resultCode(error) ?? 0] === 'damaged';
}

/** Whether the disk, or another program, kept it from being done. */
export function isOfDisk(error: unknown): boolean {
	const code = CODES[resultCode(error) ?? 0];
	return code !== undefined && code !== 'damaged';
}

/** `directory`: where the history is. */
export function describeFailure(error: unknown, directory: string): StorageFailure {
	// Lists in columns are JSON.
	const code = error instanceof SyntaxError ? 'damaged' : (CODES[resultCode(error) ?? 0] ?? 'other');
	return {code, message: lineFor(code, error, directory)};
}

function lineFor(code: string, error: unknown, directory: string): string {
	switch (code) {
		case 'disk-full':
			return `The disk is full: nothing more is kept in ${directory} until there is space`;
		case 'read-only':
			return `The history in ${directory} is read-only: make it writable again for new messages to be kept`;
		case 'io':
			return `The disk reports an error: nothing is kept in ${directory} until it works again (${describeError(error)})`;
		case 'damaged':
			return `The history in ${directory} is damaged: quit, move history.db away, and others give the rooms back`;
		case 'busy':
			return `Another program holds the history in ${directory}: end it, such as a backup or a database tool`;
		default:
			return `The history in ${directory} cannot be written: ${describeError(error)}`;
	}
}
