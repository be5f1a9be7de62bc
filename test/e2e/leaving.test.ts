/** Nodes that leave, die, freeze and come back. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import {connected, disposeNodes, freeUdpPort, spawnMesh, spawnNode} from '../helpers/node-process.ts';
import {disposePrograms, run} from '../helpers/program.ts';

const directories: string[] = [];

afterEach(async () => {
	await Promise.all([disposeNodes(), disposePrograms()]);
	await Promise.all(directories.splice(0).map(directory => rm(directory, {recursive: true})));
});

async function temporaryDirectory(): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'p2p-tui-e2e-'));
	directories.push(directory);
	return directory;
}

/** Milliseconds: well below any timeout of ours, with room for a busy machine. */
const AT_ONCE = 4_000;

/** The clock of a machine that is busy with other things proves nothing against us: then it may try once more. */
const BUSY = {retry: 1};

test('a node that is killed is seen gone at once, for its system closes the connection', BUSY, async () => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	bob.kill('SIGKILL');
	const gone = await ann.waitFor('peer-disconnected', undefined, {timeout: AT_ONCE});
	expect(gone.peer).toBe(await bob.peerId());
	expect(['reset', 'closed']).toContain(gone.reason);
	expect((await ann.result({command: 'rooms'})).rooms[0]!.members.length).toBe(1);
});

test('a node that leaves says goodbye, and is seen gone at once with that reason', BUSY, async () => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	expect(await bob.result({command: 'shutdown'})).toEqual({});
	const gone = await ann.waitFor('peer-disconnected', undefined, {timeout: AT_ONCE});
	expect(gone).toMatchObject({peer: await bob.peerId(), reason: 'goodbye: leaving'});
	expect(await bob.exited).toEqual({code: 0, signal: null});
	expect(bob.events.at(-1)).toMatchObject({type: 'reply', ok: true});
});

test('the end of its input ends a node, too, with goodbye and status 0', async () => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	bob.endInput();
	expect(await ann.waitFor('peer-disconnected')).toMatchObject({reason: 'goodbye: leaving'});
	expect(await bob.exited).toEqual({code: 0, signal: null});
});

test.each([
	['SIGTERM', 143],
	['SIGINT', 130],
	['SIGHUP', 129],
] as const)('%s ends a node with goodbye and status %i', async (signal, status) => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	bob.kill(signal);
	expect(await ann.waitFor('peer-disconnected')).toMatchObject({reason: 'goodbye: leaving'});
	expect(await bob.exited).toEqual({code: status, signal: null});
});

test('a frozen node is seen gone within ten seconds, and is back by itself when it thaws', BUSY, async () => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	const frozen = performance.now();
	bob.kill('SIGSTOP');
	const gone = await ann.waitFor('peer-disconnected');
	expect(gone).toMatchObject({peer: await bob.peerId(), reason: 'no-heartbeat'});
	expect(performance.now() - frozen).toBeLessThan(10_000);

	const since = ann.mark;
	bob.kill('SIGCONT');
	await ann.waitFor('peer-connected', undefined, {since});
	await ann.waitFor('member-joined', undefined, {since});
	await ann.publish('there you are');
	await bob.hears('there you are');
	const messageId = await bob.publish('I only slept');
	await ann.hears('I only slept');
	await bob.waitFor('message-state', event => event.messageId === messageId && event.storedBy === 2);
});

test('a node that starts again with its data directory is the same peer, and is back by itself', async () => {
	const discoveryPort = await freeUdpPort();
	const directory = await temporaryDirectory();
	const ann = spawnNode('ann', {discoveryPort});
	const bob = spawnNode('bob', {discoveryPort, directory});
	await connected([ann, bob]);
	const peerId = await bob.peerId();
	await bob.publish('before');
	await ann.hears('before');
	bob.kill('SIGKILL');
	await bob.exited;
	await ann.waitFor('peer-disconnected');

	const since = ann.mark;
	const again = spawnNode('bob', {discoveryPort, directory});
	expect(await again.peerId()).toBe(peerId);
	expect(await ann.waitFor('peer-connected', undefined, {since})).toMatchObject({peer: peerId, name: 'bob'});
	await again.waitFor('member-joined');
	await again.publish('after');
	// The first message of its new life is not taken for the first one of the old.
	expect(await ann.hears('after')).toMatchObject({from: peerId});
});

test('whoever only pings leaves with a goodbye, and was in no room', async () => {
	const ann = spawnNode('ann');
	await run(['ping', '--count', '1', await ann.address()]);
	expect(await ann.waitFor('peer-disconnected')).toMatchObject({reason: 'goodbye: leaving'});
	expect(ann.all('member-joined')).toEqual([]);
});

test('two ephemeral starts are two peers', async () => {
	const [first, second] = [spawnNode('ann'), spawnNode('ann')];
	expect(await first.peerId()).not.toBe(await second.peerId());
});
