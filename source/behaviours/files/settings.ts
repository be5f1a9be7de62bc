/** How files are dealt with: checked, changed while we run, and what is taken without asking. */
import type {AcceptRule, FileSettings} from '../../api/files.ts';
import {UserError} from '../../base/errors.ts';
import type {FileOffer} from '../../wire/file-offer.ts';
import {type PeerId, parsePeerId} from '../../wire/peer-id.ts';

/** Rules of what is taken without asking. */
export const MAX_ACCEPT_RULES = 256;

/** Bytes that each file of a folder counts beside its content: so much of a disk is taken by an empty one, too. */
export const BYTES_OF_A_FILE = 4_096;

/** UTF-16 units of the path of a folder. */
const MAX_PATH_LENGTH = 4_096;

/** On this kind of system or another one. */
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;

/**
 * `before` with what was given in its place; a limit of 0 is none.
 * @throws UserError
 */
export function changedSettings(before: FileSettings, given: Partial<FileSettings>): FileSettings {
	const {folder = before.folder, accept = before.accept} = given;
	const limits = {
		...limit('maxUpload', given.maxUpload ?? before.maxUpload),
		...limit('maxDownload', given.maxDownload ?? before.maxDownload),
		...limit('quota', given.quota ?? before.quota),
	};
	checkFolder(folder);
	return {folder, accept: checkedRules(accept), ...limits};
}

/** @throws UserError */
export function checkFolder(folder: string): void {
	const isPath = typeof folder === 'string' && folder.length <= MAX_PATH_LENGTH && !folder.includes('\0');
	if (!isPath || !ABSOLUTE.test(folder)) throw new UserError('a folder is named by its whole path');
}

/** Whether it is taken without asking. A rule for one person counts before the one for everybody. */
export function isAccepted(
	rules: readonly AcceptRule[],
	from: PeerId,
	{size, files}: Pick<FileOffer, 'size' | 'files'>,
): boolean {
	const rule = rules.find(one => one.from === from) ?? rules.find(one => one.from === '*');
	return rule !== undefined && rule.bytes > 0 && size + files * BYTES_OF_A_FILE <= rule.bytes;
}

function limit(name: 'maxUpload' | 'maxDownload' | 'quota', value: number | undefined): Partial<FileSettings> {
	if (value === undefined) return {};
	if (!Number.isFinite(value) || value < 0) throw new UserError(`${name} is a number of bytes, 0 for none`);
	return value === 0 ? {} : {[name]: Math.ceil(value)};
}

function checkedRules(rules: readonly AcceptRule[]): readonly AcceptRule[] {
	if (!Array.isArray(rules) || rules.length > MAX_ACCEPT_RULES) {
		throw new UserError(`accept is a list of at most ${MAX_ACCEPT_RULES} rules`);
	}
	return rules.map(({from, bytes}: AcceptRule) => {
		if (!Number.isSafeInteger(bytes) || bytes < 0) throw new UserError('a rule takes a whole number of bytes');
		try {
			return {from: from === '*' ? from : parsePeerId(from), bytes};
		} catch {
			throw new UserError('a rule is for a peer id, or for * (anybody)');
		}
	});
}
