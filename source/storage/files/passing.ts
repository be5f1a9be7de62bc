/**
 * Where a profile that keeps nothing writes down what it fetches: in a folder of its own, which goes at the end. Of a program
 * that was killed it stays, and with it what was half fetched; whoever starts next clears up behind it.
 */
import {lstat, mkdtemp, readdir, readFile, readlink, rm, rmdir, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {hasModes} from '../directory.ts';
import {lockProfile} from '../lock.ts';
import {Part} from './part.ts';
import {Records} from './records.ts';

const PREFIX = 'p2p-tui-passing-';

/** Permissions of anybody but the owner. */
const OTHERS = 0o077;

/** In which space of process ids the lock holds; elsewhere a process that is alive seems to be none. */
const SPACE = 'space';

/** Milliseconds after which one without that is nobody's, and what may be in it then. */
const UNBORN = 3_600_000;
const LOCK = /^lock(?:\.[\da-f]+\.tmp)?$/;

export type Passing = {
	readonly directory: string;
	/** It is gone afterwards. Never rejects. */
	close(): Promise<void>;
};

/** `root`: the system's folder for what is not kept. Rejects if none can be made there. */
export async function openPassing(root = tmpdir()): Promise<Passing> {
	const directory = await mkdtemp(join(root, PREFIX));
	const lock = await lockProfile(directory);
	// The last: without it nobody clears up here.
	await writeFile(join(directory, SPACE), await spaceOfProcesses());
	return {
		directory,
		close: async () => {
			await rm(directory, {recursive: true, force: true}).catch(() => {});
			await lock.release();
		},
	};
}

/** Deletes what programs of this user that are no more have left, and what they had fetched in part. Never rejects. */
export async function clearLeft(root = tmpdir()): Promise<void> {
	const names = await readdir(root).catch(() => []);
	for (const name of names) {
		if (name.startsWith(PREFIX)) await clear(join(root, name)).catch(() => {});
	}
}

async function clear(directory: string): Promise<void> {
	if (!(await isOurs(directory))) return;
	const space = await readFile(join(directory, SPACE), 'utf8').catch(() => undefined);
	if (space === undefined) return clearUnborn(directory);
	if (space !== (await spaceOfProcesses())) return;
	// Rejects if somebody is using it.
	const lock = await lockProfile(directory);
	const records = new Records(directory, () => {});
	for (const file of await records.list()) {
		const record = await records.transfer(file);
		const part = record && (await Part.find(record, record.transfer.folder, record.transfer.offer));
		await part?.remove().catch(() => {});
	}
	await rm(directory, {recursive: true, force: true});
	await lock.release();
}

/** Whoever was killed before that was written had fetched nothing; who is about to write it needs no hour. */
async function clearUnborn(directory: string): Promise<void> {
	if (Date.now() - (await lstat(directory)).mtimeMs < UNBORN) return;
	for (const name of await readdir(directory)) if (LOCK.test(name)) await rm(join(directory, name), {force: true});
	await rmdir(directory);
}

/** Anybody may make something by such a name there, and what is written in it is about what to delete. */
async function isOurs(directory: string): Promise<boolean> {
	const stats = await lstat(directory);
	if (!stats.isDirectory()) return false;
	return !hasModes() || (stats.uid === process.getuid?.() && (stats.mode & OTHERS) === 0);
}

async function spaceOfProcesses(): Promise<string> {
	return readlink('/proc/self/ns/pid').catch(() => process.platform);
}
