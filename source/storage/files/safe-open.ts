/**
 * Files are opened here and nowhere else: never through a link, never something that is not a file, and new ones only
 * where nothing was. Node has no `openat`, so each folder on the way is looked at just before: a link that was planted is
 * found. Whoever wins the race in between may write into the folder himself, with the rights that he would gain.
 */
import {constants, type Stats} from 'node:fs';
import {type FileHandle, lstat, mkdir, open, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {errorCode} from '../directory.ts';
import {FileFailure} from './kept.ts';

/** Windows knows neither: there links need a right of their own, and there are no pipes among files. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** The system takes from these what the umask says. */
const FILE_MODE = 0o666;
const PROGRAM_MODE = 0o777;

/** For reading. Rejects with what the system says, or a FileFailure if it is no file. */
export async function openToRead(path: string): Promise<FileHandle> {
	// Opening a pipe would wait for somebody who writes.
	return onlyFiles(await open(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT), path);
}

/** A new one, for reading and writing. Rejects with EEXIST if there is anything by that name, be it a link to nowhere. */
export function createToWrite(path: string, isExecutable: boolean): Promise<FileHandle> {
	const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
	return open(path, flags, isExecutable ? PROGRAM_MODE : FILE_MODE);
}

/** One that is there, for reading and writing, if no other name leads to it: what is written would be there too. */
export async function reopenToWrite(path: string): Promise<FileHandle> {
	const handle = await onlyFiles(await open(path, constants.O_RDWR | NO_FOLLOW | NO_WAIT), path);
	const {nlink} = await handle.stat();
	if (nlink === 1) return handle;
	await handle.close();
	throw new FileFailure('not-writable', `Another name leads to the same file: ${path}`);
}

/** Makes the folders from `root`, which is there, to the file at `path` below it. @throws FileFailure if one is a link. */
export async function makeFoldersTo(root: string, path: string): Promise<void> {
	const folder = dirname(path);
	if (folder.length > root.length) await makeFoldersTo(root, folder);
	let found = await lookAt(folder);
	if (found === undefined && folder.length > root.length) {
		await mkdir(folder).catch(unlessThere);
		found = await lstat(folder);
	}
	if (found?.isDirectory()) return;
	const code = found === undefined ? 'no-folder' : 'not-writable';
	throw new FileFailure(code, `That is not a folder (any more): ${folder}`);
}

/** With its parents, one by one: Node's recursive `mkdir` never ends where the system says ENOENT, as /proc does. */
export async function makeFolder(folder: string): Promise<void> {
	const stats = await stat(folder).catch(() => undefined);
	if (stats?.isDirectory()) return;
	if (stats === undefined && dirname(folder) !== folder) await makeFolder(dirname(folder));
	try {
		await mkdir(folder);
	} catch (error) {
		// Whoever fetches another file may have made it meanwhile; a file in its place is none.
		if (errorCode(error) !== 'EEXIST' || !(await stat(folder).catch(() => undefined))?.isDirectory()) throw error;
	}
}

/** Two files of one folder may come at a time. */
function unlessThere(error: unknown): void {
	if (errorCode(error) !== 'EEXIST') throw error;
}

/** What is there by that name itself, and not what it leads to; undefined if nothing is. */
export async function lookAt(path: string): Promise<Stats | undefined> {
	try {
		return await lstat(path);
	} catch (error) {
		if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
		throw error;
	}
}

async function onlyFiles(handle: FileHandle, path: string): Promise<FileHandle> {
	if ((await handle.stat()).isFile()) return handle;
	await handle.close();
	throw new FileFailure('not-readable', `That is not a file: ${path}`);
}
