/** What is kept: over restarts, over kill -9, for those who were away. Programs of their own on loopback. */
import {execFile} from 'node:child_process';
import {chmod, chown, mkdtemp, open, readdir, readFile, rm, stat, truncate} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {ExportedEvent} from '../../source/api/event.ts';
import {connected, disposeNodes, freeUdpPort, type HeadlessNode, spawnNode} from '../helpers/node-process.ts';
import {disposePrograms, PROGRAM, run} from '../helpers/program.ts';

/** The user id without rights; any but root's does. */
const NOBODY = 65_534;

let directory: string;
let discoveryPort: number;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-e2e-'));
	discoveryPort = await freeUdpPort();
});

afterEach(async () => {
	await Promise.all([disposeNodes(), disposePrograms()]);
	await rm(directory, {recursive: true});
});

const profileOf = (name: string) => join(directory, name);
const databaseOf = (name: string) => join(profileOf(name), 'history.db');

/** A node with a profile of its own, which hears the others of this test. */
function start(name: string, env: Readonly<Record<string, string>> = {}): HeadlessNode {
	return spawnNode(name, {discoveryPort, directory: profileOf(name), env});
}

/** The same where nobody hears it. */
function startAlone(name: string): HeadlessNode {
	return spawnNode(name, {directory: profileOf(name)});
}

async function quit(...nodes: readonly HeadlessNode[]): Promise<void> {
	for (const node of nodes) node.endInput();
	for (const node of nodes) expect(await node.exited).toEqual({code: 0, signal: null});
}

async function textsOf(node: HeadlessNode, room = 'lobby'): Promise<string[]> {
	const {messages} = await node.result({command: 'history', room, limit: 1_000});
	return messages.flatMap(({kind, text}) => (kind === 'message' || kind === 'reply' ? [text] : []));
}

async function eventsOf(node: HeadlessNode): Promise<readonly ExportedEvent[]> {
	return (await node.result({command: 'export', room: 'lobby', limit: 1_000})).events;
}

test('who was away gets everything from a third, byte for byte, after its author has left', async () => {
	const [ann, bob] = [start('ann'), start('bob')];
	await connected([ann, bob]);
	const first = await ann.publish('one');
	await ann.result({command: 'edit', room: 'lobby', messageId: first, text: 'one, as I meant it'});
	await ann.result({command: 'topic', room: 'lobby', text: 'what was missed'});
	await ann.publish('two');
	await bob.hears('two');
	await quit(ann);
	const cat = start('cat');
	await cat.hears('two');
	expect(await textsOf(cat)).toEqual(['one, as I meant it', 'two']);
	expect(await cat.result({command: 'topic', room: 'lobby'})).toMatchObject({topic: 'what was missed'});
	const [held, missed] = [await eventsOf(bob), await eventsOf(cat)];
	expect(missed.map(({event}) => event)).toEqual(held.map(({event}) => event));
	expect(new Set(missed.map(({name}) => name))).toEqual(new Set(['ann']));
});

test('a restart keeps the history, and what is unread', async () => {
	const [ann, bob] = [start('ann'), start('bob')];
	await connected([ann, bob]);
	const read = await ann.publish('read');
	await ann.publish('unread');
	await bob.hears('unread');
	await bob.result({command: 'read', room: 'lobby', messageId: read});
	await quit(ann, bob);
	const again = startAlone('bob');
	expect((await again.result({command: 'rooms'})).rooms).toMatchObject([{room: 'lobby', unread: 1}]);
	expect(await textsOf(again)).toEqual(['read', 'unread']);
	// Nothing is told anew.
	expect(again.all('message')).toEqual([]);
	const {messages} = await again.result({command: 'search', text: 'unr'});
	expect(messages.map(({text}) => text)).toEqual(['unread']);
});

test.each([1, 40, 150])(
	'row 56: killed after %i replies of a burst, all that was acknowledged is there',
	async count => {
		const ann = startAlone('ann');
		await ann.ready;
		for (let number = 0; number < 400; number++) {
			ann.line(JSON.stringify({id: `${number}`, command: 'publish', room: 'lobby', text: `message ${number}`}));
		}
		await ann.waitFor('reply', reply => Number(reply.id) >= count);
		ann.kill('SIGKILL');
		await ann.exited;
		const acknowledged = ann
			.all('reply')
			.flatMap(reply => (reply.ok && 'messageId' in reply.result ? [reply.result.messageId] : []));
		expect(acknowledged.length).toBeGreaterThan(count);
		const again = startAlone('ann');
		const kept = await eventsOf(again);
		expect(acknowledged.filter(id => !kept.some(({messageId}) => messageId === id))).toEqual([]);
		// Row 37: the numbers of what may have been sent and lost are not used again.
		await again.publish('after');
		const numbers = (await eventsOf(again)).map(({event, seq}) => `${epochOf(event)} ${seq}`);
		expect(new Set(numbers).size).toBe(numbers.length);
	},
);

/** The bytes of the epoch stand behind room and author: enough to tell two of one author in one room apart. */
function epochOf(event: string): string {
	return Buffer.from(event, 'base64').subarray(0, 64).toString('hex');
}

test('a direct message waits until both are there, is delivered once, and its author sees that it was read', async () => {
	const peer = JSON.parse((await run(['id', '--json', '--data-dir', profileOf('bob')])).stdout).peerId as string;
	const early = start('ann');
	const {messageId, room} = await early.result({command: 'direct', peer, text: 'for you alone'});
	expect(room).toBe(`@${peer}`);
	await quit(early);
	const [ann, cat] = [start('ann'), start('cat')];
	await connected([ann, cat]);
	const bob = start('bob');
	const from = await ann.peerId();
	expect(await bob.hears('for you alone')).toMatchObject({room: `@${from}`, messageId, from, local: false});
	await ann.waitFor('message-state', event => event.messageId === messageId && event.storedBy === 2);
	await bob.result({command: 'read', room: `@${from}`});
	await ann.waitFor('message-state', event => event.messageId === messageId && event.read === true);
	await quit(ann);
	const again = start('ann');
	await again.result({command: 'direct', peer, text: 'and again'});
	await bob.hears('and again');
	expect(bob.all('message').map(({text}) => text)).toEqual(['for you alone', 'and again']);
	expect(JSON.stringify(cat.events)).not.toContain('for you alone');
});

describe('send', () => {
	const send = (...args: readonly string[]) =>
		run(['send', '--interface', 'lo', '--discovery-port', `${discoveryPort}`, '--name', 'script', ...args]);

	test('ends well when another member holds the message', async () => {
		const ann = start('ann');
		await ann.ready;
		const {status, stdout, stderr} = await send('--ephemeral', '--room', 'lobby', '--json', 'from a script');
		expect({status, stderr}).toEqual({status: 0, stderr: ''});
		const {messageId, storedBy, of} = JSON.parse(stdout);
		expect(await ann.hears('from a script')).toMatchObject({messageId, name: 'script'});
		expect({storedBy, of}).toEqual({storedBy: 2, of: 2});
		expect(await textsOf(ann)).toEqual(['from a script']);
	});

	test('takes a text from standard input, for one peer', async () => {
		const ann = start('ann');
		const args = ['send', '--ephemeral', '--interface', 'lo', '--discovery-port', `${discoveryPort}`];
		const {status} = await run([...args, '--direct', await ann.peerId(), '-'], {input: 'two\nlines\n'});
		expect(status).toBe(0);
		await ann.hears('two\nlines');
	});

	test('says when nobody has it, keeps it, and the next start hands it on', async () => {
		const args = ['--data-dir', profileOf('script'), '--room', 'lobby', '--timeout', '1'];
		const {status, stdout, stderr} = await send(...args, 'later');
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expect(stderr).toMatch(/^p2p-tui: Nobody has got the message within 1 s\. It is kept.*\n$/);
		const ann = start('ann');
		await ann.ready;
		start('script');
		await ann.hears('later');
	});

	test('does not start beside a p2p-tui that uses the profile', async () => {
		const ann = startAlone('ann');
		await ann.ready;
		const {status, stderr} = await send('--data-dir', profileOf('ann'), '--room', 'lobby', 'x');
		expect(status).toBe(1);
		expect(stderr).toMatch(/^p2p-tui: Another p2p-tui .* Type it there, or .*--data-dir.*\n$/);
	});
});

describe('export', () => {
	const exported = (...args: readonly string[]) => run(['export', '--data-dir', profileOf('ann'), ...args]);

	test('prints a room while its node runs: for people, as JSON, and with what was signed', async () => {
		const ann = startAlone('ann');
		const messageId = await ann.publish('first');
		await ann.publish('a line\nand \u001b[31manother');
		await ann.result({command: 'react', room: 'lobby', messageId, emoji: '👍'});
		const {messages} = await ann.result({command: 'history', room: 'lobby'});
		const text = await exported('--room', 'lobby');
		expect(text).toMatchObject({status: 0, stderr: ''});
		expect(text.stdout.split('\n').map(line => line.replace(/^\S+T\S+ {2}/, ''))).toEqual([
			...['ann  * joined', 'ann  first (👍 1)', 'ann  a line\\nand \\x1b[31manother', ''],
		]);
		const json = await exported('--room', '#Lobby', '--json');
		expect(
			json.stdout
				.trim()
				.split('\n')
				.map(line => withoutState(JSON.parse(line))),
		).toEqual(messages.map(withoutState));
		const events = await exported('--room', 'lobby', '--events');
		expect(
			events.stdout
				.trim()
				.split('\n')
				.map(line => JSON.parse(line)),
		).toEqual(await eventsOf(ann));
		expect((await exported('--room', 'lobby', '--since', '2100-01-01')).stdout).toBe('');
		await ann.publish('and it still runs');
	});

	test('reads a data directory that it may not write to, such as a mounted backup', async () => {
		const ann = startAlone('ann');
		await ann.publish('kept');
		await quit(ann);
		// Root may write anywhere, so it has to be somebody else.
		const isRoot = process.getuid?.() === 0;
		const options = isRoot ? {uid: NOBODY, gid: NOBODY} : {};
		const places = [
			directory,
			profileOf('ann'),
			...(await readdir(profileOf('ann'))).map(name => join(profileOf('ann'), name)),
		];
		if (isRoot) for (const place of places) await chown(place, NOBODY, NOBODY);
		await chmod(profileOf('ann'), 0o500);
		const args = [PROGRAM, 'export', '--data-dir', profileOf('ann'), '--room', 'lobby'];
		const env = {PATH: process.env.PATH ?? '', HOME: directory};
		const {stdout, stderr} = await promisify(execFile)(process.execPath, args, {...options, env});
		await chmod(profileOf('ann'), 0o700);
		expect(stdout).toMatch(/ ann {2}kept\n$/);
		expect(stderr).toBe('');
	});

	test('names the rooms that there are, and a profile without any history', async () => {
		expect(await exported('--room', 'lobby')).toMatchObject({
			status: 1,
			stderr: expect.stringMatching(/^p2p-tui: Nothing is kept/),
		});
		const ann = startAlone('ann');
		await ann.publish('x');
		const {status, stdout, stderr} = await exported('--room', 'dev');
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expect(stderr).toMatch(/^p2p-tui: Nothing is kept of #dev\. What is kept: #lobby\.\n$/);
	});
});

/** How far it has spread is known to whoever runs. */
function withoutState<Message extends object>(message: Message): Omit<Message, 'state'> {
	const {state: _, ...rest} = message as Message & {readonly state?: unknown};
	return rest as Omit<Message, 'state'>;
}

describe('a history that cannot be read is refused and left as it is', () => {
	async function expectRefusal(pattern: RegExp): Promise<void> {
		const before = await readFile(databaseOf('ann'));
		const {status, stdout, stderr} = await run([
			...['headless', '--interface', 'lo', '--no-discovery', '--data-dir', profileOf('ann')],
		]);
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expect(stderr).toMatch(/^p2p-tui: [^\n]+\n$/);
		expect(stderr).toMatch(pattern);
		expect(before.equals(await readFile(databaseOf('ann')))).toBe(true);
	}

	beforeEach(async () => {
		const ann = startAlone('ann');
		await ann.publish('kept');
		await quit(ann);
	});

	test('of a newer version', async () => {
		// The user version: see SQLite's file format, header, offset 60.
		const file = await open(databaseOf('ann'), 'r+');
		await file.write(Buffer.of(0, 0, 0, 99), 0, 4, 60);
		await file.close();
		await expectRefusal(/written by a newer p2p-tui.*--data-dir/);
	});

	test('row 57: cut short', async () => {
		await truncate(databaseOf('ann'), Math.floor((await stat(databaseOf('ann'))).size / 2));
		await expectRefusal(/cut short.*backup/);
	});
});
