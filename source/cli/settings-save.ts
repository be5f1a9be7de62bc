/** Keeps what was chosen on the screen in the settings file, with all that stands there already. */
import {
	closeSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	realpathSync,
	renameSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {applyEdits, modify} from 'jsonc-parser';
import {UserError} from '../base/errors.ts';
import {explain} from '../storage/directory.ts';
import type {Settings} from '../store/settings.ts';
import {checkSettings} from './settings-file.ts';
import {readSettingsText} from './settings-place.ts';

/**
 * It is done at once and not later: the file is small, and whoever sets something may leave the program with the next key.
 * @throws UserError that says why it cannot be.
 */
export function saveSettings(file: string, changes: Partial<Settings>): void {
	try {
		const target = targetOf(file);
		const text = readSettingsText(target) ?? '';
		// What a person is about to mend is not to be written over.
		if (checkSettings(text).problems.length > 0) throw new UserError(`there are mistakes by now in ${file}`);
		replaceFile(target, withChanges(text, changes));
	} catch (error) {
		throw error instanceof UserError ? error : new UserError(`${explain(error)}: ${file}`);
	}
}

/** A new text with the settings changed; comments and the order stay. */
export function withChanges(text: string, changes: Partial<Settings>): string {
	const isSpaced = /^ +"/m.test(text);
	const formattingOptions = {
		insertSpaces: isSpaced,
		tabSize: isSpaced ? 2 : 4,
		eol: text.includes('\r\n') ? '\r\n' : '\n',
	};
	let changed = /[^\s]/.test(text) ? text : '{}\n';
	for (const [name, value] of Object.entries(changes)) {
		changed = applyEdits(changed, modify(changed, [name], value, {formattingOptions}));
	}
	return changed;
}

/** Where a link to the file leads, for those who keep their settings elsewhere. */
function targetOf(file: string): string {
	const about = lstatSync(file, {throwIfNoEntry: false});
	if (!about?.isSymbolicLink()) return file;
	try {
		return realpathSync(file);
	} catch {
		throw new UserError(`a link leads nowhere: ${file}`);
	}
}

/** By a file beside it and a rename, so that there is always one that is whole. Never a device, nor a folder. */
export function replaceFile(file: string, text: string): void {
	if (lstatSync(file, {throwIfNoEntry: false})?.isFile() === false) throw new UserError(`it is no file: ${file}`);
	mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
	const temporary = `${file}.${process.pid}.new`;
	const descriptor = openSync(temporary, 'wx', 0o600);
	try {
		try {
			writeFileSync(descriptor, text);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(temporary, file);
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}
}
