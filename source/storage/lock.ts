/**
 * One program per profile: two with the same key would be one peer in two places, and write to the same files.
 *
 * The lock is a file `lock` with the process id and, where the system tells, a mark of when that process was started;
 * process ids are used again, after a reboot or in a container almost at once. Whoever finds the lock of a process
 * that is gone takes it over.
 */

import {randomBytes} from 'node:crypto';
import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {UserError} from '../base/errors.ts';
import {createMarker, ensureDirectory, errorCode, explain, replaceMarker} from './directory.ts';

const FILE_NAME = 'lock';
/** Held for the moment in which a stale lock is replaced, so that only one does it. */
const TAKEOVER_NAME = 'lock.takeover';
/** Each failed attempt means that someone else is just changing the lock. Milliseconds. */
const MAX_ATTEMPTS = 100;
const ATTEMPT_INTERVAL = 10;

export type ProfileLock = {
	/** May be called more than once. Never rejects: a lock that is left behind is taken over later. */
	release(): Promise<void>;
};

type Owner = {readonly pid: number; readonly start: string};

/** Locks that this thread holds, or is about to take. */
const held = new Set<string>();

/**
 * Takes the profile in `directory` for this process. A worker that takes the place of a crashed one in the same
 * process gets the lock again.
 * @throws UserError naming the process that has it, or if the directory cannot be used.
 */
export async function lockProfile(directory: string): Promise<ProfileLock> {
	await ensureDirectory(directory);
	const content = `${process.pid} ${await startOf(process.pid)} ${randomBytes(8).toString('hex')}\n`;
	held.add(content);
	try {
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			if (await tryLock(directory, content)) return lockOf(join(directory, FILE_NAME), content);
			await setTimeout(ATTEMPT_INTERVAL);
		}
	} catch (cause) {
		held.delete(content);
		if (cause instanceof UserError) throw cause;
		throw new UserError(`Cannot lock the data directory ${directory}: ${explain(cause)}`, {
			hint: 'Mend that, choose another --data-dir <directory>, or keep nothing with --ephemeral',
			cause,
		});
	}
	held.delete(content);
	throw new UserError(`Cannot lock the data directory ${directory}: others keep taking it`, {
		hint: 'Try again, or use --data-dir <other>',
	});
}

function lockOf(path: string, content: string): ProfileLock {
	return {
		release: async () => {
			if (!held.delete(content)) return;
			try {
				if ((await readFile(path, 'utf8')) === content) await rm(path);
			} catch {
				// Gone already, or not to be removed: it is stale once this process ends.
			}
		},
	};
}

/** @throws UserError if the lock has an owner who is there. */
async function tryLock(directory: string, content: string): Promise<boolean> {
	if (await createMarker(directory, FILE_NAME, content)) return true;
	const current = await readIfExists(join(directory, FILE_NAME));
	if (current === undefined) return false;
	if (await isHeld(current)) throw inUse(directory, parse(current));
	return takeOver(directory, content);
}

/**
 * Puts our lock in the place of a stale one. Without a lock around this, of two programs that have both seen the stale
 * one the second would throw out the first's new lock.
 */
async function takeOver(directory: string, content: string): Promise<boolean> {
	const guard = join(directory, TAKEOVER_NAME);
	if (!(await createMarker(directory, TAKEOVER_NAME, content))) {
		const other = await readIfExists(guard);
		// Left by a program that was killed in the midst of this.
		if (other !== undefined && !(await isHeld(other))) await rm(guard, {force: true});
		return false;
	}
	try {
		const current = await readIfExists(join(directory, FILE_NAME));
		if (current === undefined || (await isHeld(current))) return false;
		await replaceMarker(directory, FILE_NAME, content);
		return true;
	} finally {
		await rm(guard, {force: true});
	}
}

async function isHeld(content: string): Promise<boolean> {
	if (held.has(content)) return true;
	const owner = parse(content);
	return owner !== undefined && isAlive(owner);
}

function inUse(directory: string, owner: Owner | undefined): UserError {
	return new UserError(`Another p2p-tui (process ${owner?.pid ?? process.pid}) uses the profile in ${directory}`, {
		hint: 'Quit that one, or start this one as someone else with --data-dir <other> or --ephemeral',
	});
}

async function readIfExists(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/** Undefined for what no program of ours has written whole: nobody holds it. */
function parse(content: string): Owner | undefined {
	const match = /^([1-9]\d{0,9}) (\S+) [0-9a-f]+\n$/.exec(content);
	return match === null ? undefined : {pid: Number(match[1]), start: match[2] as string};
}

async function isAlive({pid, start}: Owner): Promise<boolean> {
	// This very process: a thread of it that held the lock has crashed, or it would be in `held`.
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
	} catch (error) {
		// EPERM means that there is one, of another user.
		if (errorCode(error) === 'ESRCH') return false;
	}
	const now = await startOf(pid);
	return start === UNKNOWN_START || now === UNKNOWN_START || now === start;
}

const UNKNOWN_START = '-';

/**
 * A mark that tells two processes with one id apart: the boot and the clock tick in which it was started, on Linux.
 * Source: proc(5), `/proc/pid/stat` field 22.
 */
async function startOf(pid: number): Promise<string> {
	try {
		const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
		const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
		// The second field is the program's name in parentheses and may hold anything, so count from behind it.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[19] === undefined ? UNKNOWN_START : `${boot}/${fields[19]}`;
	} catch {
		return UNKNOWN_START;
	}
}
