/**
 * The mark that tells whether a history is the very file that the last run left: `history.epoch`, written when it is
 * closed in order and removed before anything is written. It names the epoch of own events and the file: inode, size
 * and times. A copy or a restored file has another inode or at least another change time, which no program can set; and
 * whoever was killed has left no mark. Then there is a new epoch, so that no sequence number is ever used twice.
 */
import {randomBytes} from 'node:crypto';
import {
	closeSync,
	constants,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import type {Random} from '../base/random.ts';
import {errorCode} from './directory.ts';

const FILE_NAME = 'history.epoch';
const FILE_MODE = 0o600;
const EPOCH_BYTES = 16;
const EPOCH = /^[0-9a-f]{32}$/;

export function newEpoch(random: Random): string {
	return Buffer.from(random.bytes(EPOCH_BYTES)).toString('hex');
}

/** Takes the mark away. Returns its epoch if it is of this file as it is now. @throws what the file system says. */
export function takeMark(directory: string, file: string): string | undefined {
	const path = join(directory, FILE_NAME);
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return undefined;
		throw error;
	}
	rmSync(path);
	syncDirectory(directory);
	const [epoch = '', ...rest] = text.split('\n');
	return EPOCH.test(epoch) && !hasLog(file) && rest.join('\n') === describe(file) ? epoch : undefined;
}

/** Leaves the mark; the file must not change any more. @throws what the file system says. */
export function leaveMark(directory: string, file: string, epoch: string): void {
	const temporary = join(directory, `${FILE_NAME}.${randomBytes(6).toString('hex')}.tmp`);
	try {
		const handle = openSync(temporary, 'wx', FILE_MODE);
		try {
			writeSync(handle, `${epoch}\n${describe(file)}`);
			fsyncSync(handle);
		} finally {
			closeSync(handle);
		}
		renameSync(temporary, join(directory, FILE_NAME));
	} finally {
		rmSync(temporary, {force: true});
	}
	syncDirectory(directory);
}

/** The name of a file is only on disk once its directory is. */
export function syncDirectory(directory: string): void {
	// Windows cannot open a directory, and needs no such thing.
	if (process.platform === 'win32') return;
	const handle = openSync(directory, constants.O_RDONLY);
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

/** Inode, bytes, time of the last change of it in any way, and of its contents, in nanoseconds. */
function describe(file: string): string {
	const {ino, size, ctimeNs, mtimeNs} = statSync(file, {bigint: true});
	return `${ino}\n${size}\n${ctimeNs}\n${mtimeNs}\n`;
}

/** What was written and is not yet in the file itself. */
function hasLog(file: string): boolean {
	return (statSync(`${file}-wal`, {throwIfNoEntry: false})?.size ?? 0) > 0;
}
