/** Keeps what was chosen on the screen in the settings file, with all that stands there already. */
import {
	closeSync,
	fchmodSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	realpathSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {findNodeAtLocation, parseTree} from 'jsonc-parser';
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

/** A new text with the settings changed; whatever else a person wrote stays to the letter. */
export function withChanges(text: string, changes: Partial<Settings>): string {
	let changed = text;
	for (const [name, value] of Object.entries(changes)) changed = withChange(changed, name, JSON.stringify(value));
	return changed;
}

function withChange(text: string, name: string, value: string): string {
	const eol = text.includes('\r\n') ? '\r\n' : '\n';
	const line = `${eol}${/^ +"/m.test(text) ? '  ' : '\t'}${JSON.stringify(name)}: ${value}`;
	const settings = parseTree(text, [], {allowTrailingComma: true, allowEmptyContent: true});
	if (!settings) return `${text.trim() === '' ? '' : `${text.trimEnd()}${eol}`}{${line}${eol}}${eol}`;
	const there = findNodeAtLocation(settings, [name]);
	if (there) return text.slice(0, there.offset) + value + text.slice(there.offset + there.length);
	// As the first one: there it stands in nobody's way.
	const start = settings.offset + 1;
	const rest = text.slice(start);
	const isAlone = (settings.children ?? []).length === 0;
	const after = isAlone ? (rest.trimEnd().includes('\n') ? '' : eol) : /^\s/.test(rest) ? ',' : ', ';
	return text.slice(0, start) + line + after + rest;
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
	const before = lstatSync(file, {throwIfNoEntry: false});
	if (before?.isFile() === false) throw new UserError(`it is no file: ${file}`);
	mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
	const temporary = `${file}.${process.pid}.new`;
	// Of one that had our number and was ended in the middle: in a container, each has the same.
	rmSync(temporary, {force: true});
	const descriptor = openSync(temporary, 'wx', 0o600);
	try {
		try {
			writeFileSync(descriptor, text);
			if (before) fchmodSync(descriptor, before.mode & 0o777);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(temporary, file);
	} catch (error) {
		rmSync(temporary, {force: true});
		throw error;
	}
}
