import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {lockProfile} from '../../source/storage/lock.ts';

let directory: string;
let lockFile: string;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
	lockFile = join(directory, 'lock');
});
afterEach(async () => {
	for (const task of undo.splice(0)) await task();
	await rm(directory, {recursive: true, force: true});
});

/** Another program that just lives until it is ended. */
async function bystander(): Promise<number> {
	const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1e6)']);
	undo.push(() => child.kill());
	await once(child.stdout, 'data');
	return child.pid as number;
}

async function deadPid(): Promise<number> {
	const child = spawn(process.execPath, ['--version'], {stdio: 'ignore'});
	await once(child, 'exit');
	return child.pid as number;
}

describe('lockProfile', () => {
	it('lets one in, and the next once it is released', async () => {
		const first = await lockProfile(directory);
		await expect(lockProfile(directory)).rejects.toMatchObject({name: 'UserError'});
		await first.release();
		expect(await readdir(directory)).toEqual([]);
		const second = await lockProfile(directory);
		// A late release of the first does not take the second's lock away.
		await first.release();
		await expect(lockProfile(directory)).rejects.toMatchObject({name: 'UserError'});
		await second.release();
	});

	it('names the process that has it, and says what to do', async () => {
		const pid = await bystander();
		await writeFile(lockFile, `${pid} - 00\n`);
		await expect(lockProfile(directory)).rejects.toMatchObject({
			name: 'UserError',
			message: `Another p2p-tui (process ${pid}) uses the profile in ${directory}`,
			hint: expect.stringMatching(/--data-dir <other>.*--ephemeral/),
		});
		expect(await readFile(lockFile, 'utf8')).toBe(`${pid} - 00\n`);
	});

	it.each([
		['a process that is gone', async () => `${await deadPid()} - 00\n`],
		['a process whose id another one has by now', async () => `${await bystander()} another-boot/123 00\n`],
		['nobody: an empty file', async () => ''],
		['nobody: some other text', async () => 'hello\n'],
		['a thread of this process that crashed', async () => `${process.pid} - 00\n`],
	])('takes over the lock of %s', async (_title, content) => {
		await writeFile(lockFile, await content());
		const lock = await lockProfile(directory);
		expect(await readFile(lockFile, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
		await lock.release();
		expect(await readdir(directory)).toEqual([]);
	});

	it('lets exactly one of many in that find a stale lock at once', async () => {
		for (let round = 0; round < 10; round++) {
			await writeFile(lockFile, `${await deadPid()} - 00\n`);
			const results = await Promise.allSettled(Array.from({length: 6}, () => lockProfile(directory)));
			const locks = results.filter(result => result.status === 'fulfilled');
			expect(locks).toHaveLength(1);
			await locks[0]?.value.release();
		}
	});

	it('takes over from a program that was killed while it took over', async () => {
		const stale = `${await deadPid()} - 00\n`;
		await writeFile(lockFile, stale);
		await writeFile(`${lockFile}.takeover`, stale);
		const lock = await lockProfile(directory);
		expect(await readdir(directory)).toEqual(['lock']);
		await lock.release();
	});

	it('says so when the directory cannot be used', async () => {
		await writeFile(lockFile, '');
		await expect(lockProfile(join(lockFile, 'profile'))).rejects.toMatchObject({
			name: 'UserError',
			hint: expect.stringContaining('--data-dir'),
		});
	});
});
