/** Profiles that are started again, twice at once, and in the wrong state. */
import {chmod, mkdtemp, rm, stat, truncate} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {connected, disposeNodes, freeUdpPort, spawnNode} from '../helpers/node-process.ts';
import {disposePrograms, run} from '../helpers/program.ts';

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-e2e-'));
});

afterEach(async () => {
	await Promise.all([disposeNodes(), disposePrograms()]);
	await rm(directory, {recursive: true});
});

async function expectRefusal(line: RegExp): Promise<void> {
	const {status, stdout, stderr} = await run([
		...['headless', '--interface', 'lo', '--no-discovery', '--data-dir', directory],
	]);
	expect(stderr).toMatch(/^p2p-tui: [^\n]+\n$/);
	expect(stderr).toMatch(line);
	expect({status, stdout}).toEqual({status: 1, stdout: ''});
}

describe('a profile', () => {
	test('is for one program at a time: the second is told who has it, and the first notices nothing', async () => {
		const node = spawnNode('ann', {directory});
		await node.ready;
		await expectRefusal(new RegExp(`${node.pid}.*--data-dir`));
		expect((await node.result({command: 'peers'})).peers).toEqual([]);
		expect(node.all('warning')).toEqual([]);
	});

	test('is free again once its program has ended, however it ended, and is the same peer', async () => {
		const node = spawnNode('ann', {directory});
		const peerId = await node.peerId();
		node.kill('SIGKILL');
		await node.exited;
		const next = spawnNode('ann', {directory});
		expect(await next.peerId()).toBe(peerId);
		next.endInput();
		await next.exited;
		expect(await spawnNode('ann', {directory}).peerId()).toBe(peerId);
	});

	test('that others may write to is refused', async () => {
		await chmod(directory, 0o777);
		await expectRefusal(/chmod 700/);
	});

	test('row 13: whose key file is empty is refused, and no new key is put in its place', async () => {
		await run(['id', '--data-dir', directory]);
		const key = join(directory, 'identity.key');
		await truncate(key, 0);
		await expectRefusal(/is empty/);
		expect((await stat(key)).size).toBe(0);
	});
});

test('two that have met find each other again without any discovery: addresses and ports are remembered', async () => {
	const discoveryPort = await freeUdpPort();
	const profileOf = (name: string) => ({directory: join(directory, name)});
	const first = ['ann', 'bob'].map(name => spawnNode(name, {...profileOf(name), discoveryPort}));
	await connected(first);
	for (const node of first) node.endInput();
	await Promise.all(first.map(node => node.exited));
	await connected(['ann', 'bob'].map(name => spawnNode(name, profileOf(name))));
});

test('a log file that cannot be written is a warning after ready, and the node runs', async () => {
	const args = ['--log-level', 'debug', '--log-file', join(directory, 'missing', 'log')];
	const node = spawnNode('ann', {args});
	expect(await node.waitFor('warning')).toMatchObject({code: 'log'});
	expect(node.events[0]).toMatchObject({type: 'ready'});
	await node.result({command: 'peers'});
	expect(node.all('warning').length).toBe(1);
});
