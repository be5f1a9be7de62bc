/** What is complete gets its name: at one blow, and never a name that is taken. */
import {constants} from 'node:fs';
import {link, mkdir, open, rename, rm, rmdir, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import {numbered} from '../../base/file-name.ts';
import {errorCode} from '../directory.ts';
import {FileFailure} from './kept.ts';
import {createToWrite, lookAt} from './safe-open.ts';

/** What is behind a name until it is complete. */
export const PART_SUFFIX = '.part';

/** UTF-8 bytes of a name, so that there is room for the suffix. */
export const MAX_NAME_BYTES = 255 - PART_SUFFIX.length;

/** Names that are tried: `name`, `name (2)`, … */
const MAX_TRIES = 10_000;

/** What file systems without hard links say to `link`. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES', 'EXDEV', 'EMLINK', 'EINVAL']);

export type Candidate = {
	readonly part: string;
	readonly inode: string;
	readonly folder: string;
	/** The name that was free at the beginning. */
	readonly name: string;
	/** What gets a number, should it not be free any more. */
	readonly base: string;
};

export type PublishHooks = {
	/** Before it is tried under a name: the whole path. */
	trying(path: string): Promise<void>;
	/** A path under which an earlier run was about to put it: an empty folder there is what it left when it was killed. */
	readonly tried?: string | undefined;
	/** Stands in for the system's, in tests of file systems without. */
	readonly link?: typeof link;
};

/** Calls `take` with `name`, `base (2)` and so on until it says that the name was free. Resolves with what it said. */
export async function firstFree<Result>(
	name: string,
	take: (name: string) => Promise<Result | undefined>,
	base = name,
): Promise<Result> {
	for (let number = 1; number <= MAX_TRIES; number++) {
		const taken = await take(number === 1 ? name : numbered(base, number, MAX_NAME_BYTES));
		if (taken !== undefined) return taken;
	}
	throw new FileFailure('not-writable', `Too many files are called ${name}`);
}

/** Resolves with where it is now. Rejects with what the system says, or a FileFailure if the `.part` is not ours any more. */
export async function publishFile({part, inode, folder, name, base}: Candidate, hooks: PublishHooks): Promise<string> {
	const path = await firstFree(
		name,
		async one => {
			const target = join(folder, one);
			if (await lookAt(target)) return undefined;
			await checkPart(part, inode);
			await hooks.trying(target);
			return (await putFile(part, target, hooks.link ?? link)) ? target : undefined;
		},
		base,
	);
	// Between two looks somebody may have put something else in its place; then nothing of that is to be seen as ours.
	if (String((await lookAt(path))?.ino) !== inode) {
		await unlink(path);
		throw notOurs(part);
	}
	await syncFolder(folder);
	return path;
}

/** The same for a folder. */
export async function publishFolder(
	{part, inode, folder, name, base}: Candidate,
	hooks: PublishHooks,
): Promise<string> {
	const path = await firstFree(
		name,
		async one => {
			const target = join(folder, one);
			const found = await lookAt(target);
			if (found && !(target === hooks.tried && found.isDirectory())) return undefined;
			await checkPart(part, inode);
			await hooks.trying(target);
			const isPut = await (found ? putOverEmpty(part, target) : putFolder(part, target));
			return isPut ? target : undefined;
		},
		base,
	);
	await syncFolder(folder);
	return path;
}

/** False if the name is taken. */
async function putFile(part: string, target: string, makeLink: typeof link): Promise<boolean> {
	try {
		await makeLink(part, target);
	} catch (error) {
		if (errorCode(error) === 'EEXIST') return false;
		if (!NO_LINKS.has(errorCode(error))) throw error;
		const make = async () => (await createToWrite(target, false)).close();
		return putOver(part, target, make, () => rm(target, {force: true}));
	}
	await unlink(part);
	return true;
}

/** POSIX puts a folder in the place of an empty one, and of nothing else; Windows in the place of nothing at all. */
async function putFolder(part: string, target: string): Promise<boolean> {
	if (process.platform === 'win32') {
		await rename(part, target);
		return true;
	}
	const make = () => mkdir(target);
	return putOver(part, target, make, () => rmdir(target));
}

/** Whoever makes what is empty owns the name, and may then put something else in its place. False if the name is taken. */
async function putOver(
	part: string,
	target: string,
	make: () => Promise<unknown>,
	remove: () => Promise<unknown>,
): Promise<boolean> {
	try {
		await make();
	} catch (error) {
		if (errorCode(error) === 'EEXIST') return false;
		throw error;
	}
	try {
		await rename(part, target);
		return true;
	} catch (error) {
		await remove().catch(() => {});
		throw error;
	}
}

/** False if it is not empty. */
async function putOverEmpty(part: string, target: string): Promise<boolean> {
	try {
		await rmdir(target);
	} catch {
		return false;
	}
	return putFolder(part, target);
}

async function checkPart(part: string, inode: string): Promise<void> {
	if (String((await lookAt(part))?.ino) !== inode) throw notOurs(part);
}

function notOurs(part: string): FileFailure {
	return new FileFailure('io', `It was moved, deleted or replaced while it was fetched: ${part}`);
}

/** A name is only durable once its folder is. */
async function syncFolder(folder: string): Promise<void> {
	// Windows cannot open a folder, and needs no such thing.
	if (process.platform === 'win32') return;
	const handle = await open(folder, constants.O_RDONLY);
	try {
		await handle.sync();
	} catch {
		// Some network file systems cannot: then it is as durable as they make it.
	} finally {
		await handle.close();
	}
}
