/** A profile's directory, and files in it that appear whole or not at all. */
import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {access, link, mkdir, open, rename, rm, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describeError, UserError} from '../base/errors.ts';

/** Only the owner may read, write and enter. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Write permission of group and others. */
const WRITABLE_BY_OTHERS = 0o022;

/** What file systems without hard links say to `link`. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES']);

/**
 * Makes the directory unless it exists.
 * @throws UserError if it cannot be made or used, or if others could put their own files in.
 */
export async function ensureDirectory(directory: string): Promise<void> {
	try {
		await makeDirectory(directory);
		await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (cause) {
		throw new UserError(`Cannot use the data directory ${directory}: ${explain(cause)}`, {
			hint: 'Choose another one with --data-dir <directory>, or keep nothing with --ephemeral',
			cause,
		});
	}
	const {mode} = await stat(directory);
	if (hasModes() && (mode & WRITABLE_BY_OTHERS) !== 0) {
		throw new UserError(`Other users may write to the data directory ${directory}`, {
			hint: `Take that right away: chmod 700 ${quote(directory)}`,
		});
	}
}

/** With its parents, one by one: Node's recursive `mkdir` never ends where the system says ENOENT, as /proc does. */
async function makeDirectory(directory: string): Promise<void> {
	const parent = dirname(directory);
	const missing = await tryToMake(directory);
	if (missing === undefined) return;
	if (parent === directory) throw missing;
	await makeDirectory(parent);
	const still = await tryToMake(directory);
	if (still !== undefined) throw still;
}

/** Undefined if it is there now; the error if its parent is not. Throws every other error. */
async function tryToMake(directory: string): Promise<unknown> {
	try {
		await mkdir(directory, {mode: DIRECTORY_MODE});
		return undefined;
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return error;
		if (errorCode(error) === 'EEXIST' && (await stat(directory)).isDirectory()) return undefined;
		throw error;
	}
}

/**
 * Puts a new file there, whole and on disk, for the owner only. False if there is one by that name already, which is
 * then untouched.
 */
export async function createFile(directory: string, name: string, content: Uint8Array | string): Promise<boolean> {
	const isNew = await throughTemporary(directory, name, content, publish);
	if (isNew) await syncDirectory(directory);
	return isNew;
}

/** The same for a file that need not survive a power cut. */
export function createMarker(directory: string, name: string, content: string): Promise<boolean> {
	return throughTemporary(directory, name, content, publish, false);
}

/** Puts such a file in the place of another one, at one blow. */
export async function replaceMarker(directory: string, name: string, content: Uint8Array | string): Promise<void> {
	await throughTemporary(directory, name, content, rename, false);
}

/** The text of a file. Rejects if it cannot be read, or has more than `most` bytes. */
export async function readSmallFile(path: string, most: number): Promise<string> {
	const file = await open(path, constants.O_RDONLY);
	try {
		const {buffer, bytesRead} = await file.read(Buffer.alloc(most + 1), 0, most + 1, 0);
		if (bytesRead > most) throw new Error(`${path} is too large`);
		return buffer.toString('utf8', 0, bytesRead);
	} finally {
		await file.close();
	}
}

/** Writes a file beside its place, then lets `put` move it there. */
async function throughTemporary<Result>(
	directory: string,
	name: string,
	content: Uint8Array | string,
	put: (temporary: string, target: string) => Promise<Result>,
	isDurable = true,
): Promise<Result> {
	const temporary = join(directory, `${name}.${randomBytes(6).toString('hex')}.tmp`);
	try {
		const file = await open(temporary, 'wx', FILE_MODE);
		try {
			await file.writeFile(content);
			if (isDurable) await file.sync();
		} finally {
			await file.close();
		}
		return await put(temporary, join(directory, name));
	} finally {
		await rm(temporary, {force: true});
	}
}

/** `link` and not `rename`, because of two programs that start at once only one may win. */
async function publish(temporary: string, target: string): Promise<boolean> {
	try {
		await link(temporary, target);
		return true;
	} catch (error) {
		const code = errorCode(error);
		if (code === 'EEXIST') return false;
		if (!NO_LINKS.has(code)) throw error;
		if (await exists(target)) return false;
		await rename(temporary, target);
		return true;
	}
}

/** The name of a new file is only durable once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
	// Windows cannot open a directory, and needs no such thing.
	if (process.platform === 'win32') return;
	const handle = await open(directory, constants.O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function exists(path: string): Promise<boolean> {
	try {
		await stat(path);
		return true;
	} catch {
		return false;
	}
}

/** Windows has access lists instead, and what `stat` says of modes there means nothing. */
export function hasModes(): boolean {
	return process.platform !== 'win32';
}

export function errorCode(error: unknown): string {
	return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** What a system error says to someone who has not read its manual. */
export function explain(error: unknown): string {
	switch (errorCode(error)) {
		case 'EACCES':
		case 'EPERM':
			return 'permission denied';
		case 'ENOTDIR':
		case 'EEXIST':
			return 'there is a file in its place';
		case 'EROFS':
			return 'the disk is read-only';
		case 'ENOSPC':
			return 'the disk is full';
		default:
			return describeError(error);
	}
}

/** For a shell, in hints. */
export function quote(path: string): string {
	return /^[\w./~+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
