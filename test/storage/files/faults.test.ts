/** Real processes that are killed while they fetch, or whose disk fails them. */
import {spawnSync} from 'node:child_process';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {nodeArguments} from '../../helpers/bundle.ts';
import {give, makeRig, namesIn, noise, type Rig} from './rig.ts';

const TAKER = fileURLToPath(new URL('taker.ts', import.meta.url));
const PATIENCE = 60_000;
const PIECES = 40;

/** With a hole in it. */
const content = noise(PIECES * 65_536 - 100).fill(0, 5 * 65_536, 9 * 65_536);

let program: readonly string[];
let rig: Rig;
let root: string;
let theirs: string;

beforeAll(async () => {
	program = [process.execPath, ...(await nodeArguments(TAKER))];
});

beforeEach(async () => {
	rig = await makeRig();
	const giver = await rig.vault('giver');
	const path = join(await rig.folder('ours'), 'notes.bin');
	await writeFile(path, content);
	await give(giver, path);
	await giver.shut();
	theirs = await rig.folder('theirs');
	root = join(theirs, '..');
});
afterEach(() => rig.close());

const straceProblem = obstacleTo('strace', '-f', '-e', 'inject=fsync:error=EIO', 'true');
const mountProblem = obstacleTo('unshare', '-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp');

/** Why this cannot be tested here; undefined if it can. */
function obstacleTo(tool: string, ...args: readonly string[]): string | undefined {
	if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
	const {status, error, stderr} = spawnSync(tool, args, {encoding: 'utf8'});
	if (error !== undefined) return `${tool} is not installed`;
	return status === 0 ? undefined : `${tool} may not be used here: ${stderr.trim().split('\n')[0]}`;
}

function titled(title: string, problem: string | undefined): string {
	return problem === undefined ? title : `${title} (skipped: ${problem})`;
}

/** Runs it to its end. `before`: the words of a command that runs it. */
function run(before: readonly string[] = [], ...more: readonly string[]): string[] {
	const [command, ...rest] = [...before, ...program, root, theirs, ...more] as [string, ...string[]];
	const {stdout, stderr, signal, status} = spawnSync(command, rest, {encoding: 'utf8'});
	if (status !== 0 && signal === null && status !== 128 + 9) throw new Error(stderr);
	return stdout.split('\n').filter(Boolean);
}

/** It is killed while it does what comes after so many lines. Returns those that it said. */
function killedAfter(lines: number): string[] {
	const said = run([], 'killed', String(lines));
	expect(said.length).toBeGreaterThanOrEqual(lines);
	expect(said.at(-1)).not.toMatch(/^done/);
	return said;
}

/** Nothing half-written has the name of the whole. */
async function expectSound(): Promise<void> {
	for (const name of await namesIn(theirs)) {
		if (name === 'notes.bin.part') continue;
		expect(name).toBe('notes.bin');
		expect((await readFile(join(theirs, name))).equals(content)).toBe(true);
	}
}

const countOf = (lines: readonly string[], word: string) => lines.filter(line => line.startsWith(`${word} `)).length;

describe('killed', {timeout: PATIENCE}, () => {
	test('at any moment, again and again: goes on with what is there, verified', async () => {
		let written = 0;
		for (const patience of [1, 8, 23, 24]) {
			const lines = killedAfter(patience);
			await expectSound();
			written += countOf(lines, 'piece');
		}
		const lines = run();
		const here = Number(lines[0]!.split(' ')[1]);
		// Of each run the last ones may not be on the map; the others are not fetched again.
		expect(here).toBeGreaterThan(written - 4 * 3);
		expect(countOf(lines, 'piece')).toBe(PIECES - here);
		expect(lines.at(-1)).toBe(`done ${join(theirs, 'notes.bin')}`);
		expect(await namesIn(theirs)).toEqual(['notes.bin']);
		await expectSound();
	});

	test.skipIf(straceProblem).each([
		['makes the part', 'ftruncate', 1],
		['writes', 'pwrite64', 7],
		['gives it its name', 'link,linkat', 1],
		['has given it its name', 'unlink,unlinkat', 1],
		['has noted that', 'unlink,unlinkat', 2],
	])(titled('in the very moment in which it %s', straceProblem), async (_, calls, when) => {
		const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`];
		run([...strace, '-e', `inject=${calls}:signal=SIGKILL:when=${when}`]);
		await expectSound();
		expect(run().at(-1)).toMatch(/^done .*notes\.bin$/);
		expect(await namesIn(theirs)).toEqual(['notes.bin']);
		await expectSound();
	});
});

test.skipIf(straceProblem)(
	titled('killed while it copies what is here, it leaves nothing that the next start does not clear up', straceProblem),
	{timeout: PATIENCE},
	async () => {
		expect(run().at(-1)).toMatch(/^done /);
		const copies = await rig.folder('copies');
		const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=pwrite64'];
		expect(run([...strace, '-e', 'inject=pwrite64:signal=SIGKILL:when=5'], 'copy', copies)).toEqual([]);
		expect(await namesIn(copies)).toEqual(['notes.bin.part']);
		expect(run()).toHaveLength(1);
		expect(await namesIn(copies)).toEqual([]);
		expect(run([], 'copy', copies)).toEqual([`copied ${join(copies, 'notes.bin')}`]);
		expect(await namesIn(copies)).toEqual(['notes.bin']);
	},
);

describe('a disk', {timeout: PATIENCE}, () => {
	/** In a name space of its own, with such a disk in the place of the folder. */
	const on = (options: string) => [
		'unshare',
		'-m',
		'sh',
		'-c',
		`mount -t tmpfs -o ${options} tmpfs "$0" && "$@" && ls -1 "$0"`,
		theirs,
	];

	test.skipIf(mountProblem)(titled('that is too small is seen before anything is written', mountProblem), () => {
		const lines = run(on('size=1m'));
		expect(lines).toHaveLength(1);
		expect(lines[0]).toMatch(/^failed disk-full 2\.6 MB do not fit: 1\.0 MB are free in \//);
	});

	test.skipIf(mountProblem)(
		titled('that fills up meanwhile: told, and gone on with when there is room', mountProblem),
		() => {
			const lines = run(on('size=3m'), 'make room');
			const failed = lines.findIndex(line => line.startsWith('failed'));
			expect(lines[failed]).toMatch(/^failed disk-full The disk is full: make room for .*notes\.bin\.part and resume$/);
			const before = countOf(lines.slice(0, failed), 'piece');
			expect(before).toBeGreaterThan(10);
			expect(lines[failed + 1]).toBe(`here ${before}`);
			expect(lines.slice(-2)).toEqual([`done ${join(theirs, 'notes.bin')}`, 'notes.bin']);
		},
	);

	test.skipIf(mountProblem)(titled('that is read-only is told of as such', mountProblem), () => {
		const lines = run(on('ro'));
		expect(lines).toEqual([`failed not-writable The disk is read-only: ${theirs} cannot be written`]);
	});

	test('that is as it should be: holes stay holes, also of a resumed one', async () => {
		killedAfter(12);
		run();
		expect((await stat(join(theirs, 'notes.bin'))).blocks * 512).toBeLessThanOrEqual(
			content.length - 4 * 65_536 + 4096,
		);
	});
});
