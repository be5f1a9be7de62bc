/** What is in dist/ besides the program. */
import {execFile} from 'node:child_process';
import {cp, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {disposeNodes, spawnNode} from '../helpers/node-process.ts';

const dist = new URL('../../dist/', import.meta.url);

test('each package in the bundle comes with the text of its licence', async () => {
	const [, ...notices] = (await readFile(new URL('THIRD-PARTY-LICENSES.txt', dist), 'utf8')).split(/^-{80}$/m);
	expect(notices.length).toBeGreaterThan(20);
	const bare = notices.filter(
		notice => !/permission (is hereby granted|to use)/i.test(notice) || !/copyright/i.test(notice),
	);
	expect(bare).toEqual([]);
});

test('tools for developers are left out', async () => {
	const names = await readdir(dist);
	expect(names).toContain('main.js');
	expect(names.filter(name => name.includes('devtools'))).toEqual([]);
});

describe('where nothing native is there', () => {
	let place: string;

	beforeAll(async () => {
		place = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
		const root = fileURLToPath(new URL('../../', import.meta.url));
		for (const name of ['bin', 'dist', 'package.json'])
			await cp(join(root, name), join(place, name), {recursive: true});
	});

	afterAll(async () => {
		await disposeNodes();
		await rm(place, {recursive: true});
	});

	/** Standard input is empty, so a node ends at once. */
	async function run(...args: readonly string[]) {
		const env = {PATH: process.env.PATH ?? '', HOME: place};
		const running = promisify(execFile)(process.execPath, [join(place, 'bin/p2p-tui.js'), ...args], {env});
		running.child.stdin?.end();
		return running;
	}

	const node = (...args: readonly string[]) => run('headless', '--interface', 'lo', '--no-discovery', ...args);

	test('who keeps nothing does not miss it', async () => {
		const {stdout, stderr} = await node('--ephemeral');
		expect(stdout).toContain('"room-joined"');
		expect(stdout).not.toContain('"warning"');
		expect(stderr).toBe('');
	});

	test('a profile runs, and says once that it keeps no history', async () => {
		const {stdout} = await node('--data-dir', join(place, 'profile'));
		expect(stdout).toContain('"room-joined"');
		expect(stdout.match(/"warning"/g)).toHaveLength(1);
		expect(stdout).toContain('No history is kept on disk: SQLite does not run here');
	});

	test('a file has the same id: the one of PROTOCOL.md', async () => {
		const file = join(place, 'plans.pdf');
		await writeFile(
			file,
			Buffer.alloc(
				150_000,
				Uint8Array.from({length: 251}, (_, index) => index),
			),
		);
		const node = spawnNode('bare', {program: join(place, 'bin/p2p-tui.js'), env: {HOME: place}});
		const offered = await node.result({command: 'offer-file', path: file, room: 'lobby'});
		const page = await readFile(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');
		expect(page).toContain(`\n${offered.size} ${offered.file}\n`);
	});

	test('export says why it cannot read what is kept', async () => {
		await writeFile(join(place, 'history.db'), 'kept');
		await expect(run('export', '--data-dir', place, '--room', 'lobby')).rejects.toMatchObject({
			code: 1,
			stderr: expect.stringMatching(/^p2p-tui: Cannot read the history in .*SQLite does not run here.*\n$/),
		});
	});
});
