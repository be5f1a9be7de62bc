/** Where the settings file is, and what is in it. */
import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {EXIT_USAGE, UserError} from '../base/errors.ts';
import {errorCode, explain, quote} from '../storage/directory.ts';
import {defaultSettingsFile, type Machine} from './directories.ts';

/** Far more than all settings with a long comment each. */
const MAX_BYTES = 262_144;

/** To have no settings at all, as with other programs. */
export const NO_FILE = '/dev/null';

/** The file that was asked for, or the usual one. */
export function settingsPath(given: string | undefined, machine: Machine): string {
	return given === undefined ? defaultSettingsFile(machine) : path.resolve(given);
}

/**
 * The text of a settings file; undefined if there is none.
 * @throws UserError if it cannot be read.
 */
export function readSettingsText(file: string): string | undefined {
	try {
		if (file === NO_FILE) return undefined;
		const about = statSync(file);
		// Whatever waits for a writer would make us wait, too.
		if (!about.isFile()) throw unreadable(file, 'it is no file');
		if (about.size > MAX_BYTES) throw unreadable(file, `it has more than ${MAX_BYTES / 1024} KiB`);
		return textOf(file, readFileSync(file));
	} catch (error) {
		if (error instanceof UserError) throw error;
		if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
		throw unreadable(file, explain(error));
	}
}

function textOf(file: string, bytes: Buffer): string {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		throw unreadable(file, 'it is not UTF-8');
	}
}

function unreadable(file: string, why: string): UserError {
	return new UserError(`Cannot read the settings file ${file}: ${why}`, {exitStatus: EXIT_USAGE});
}

export function noSuchFile(file: string): UserError {
	return new UserError(`There is no settings file ${file}`, {
		hint: `To make one: p2p-tui config > ${quote(file)}`,
		exitStatus: EXIT_USAGE,
	});
}
