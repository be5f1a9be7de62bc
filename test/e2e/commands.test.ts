/** The commands of a headless node, by the lines that go in and come out: addresses, failures, bad lines. */
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {connected, disposeNodes, freeTcpPort, freeUdpPort, spawnMesh, spawnNode} from '../helpers/node-process.ts';

const closing: (() => void)[] = [];

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-e2e-'));
});

afterEach(async () => {
	await disposeNodes();
	await rm(directory, {recursive: true});
	for (const close of closing.splice(0)) close();
});

/** Well formed, and nobody's. */
const STRANGER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

describe('without discovery', () => {
	test('--peer is enough, with or without the peer id', async () => {
		const ann = spawnNode('ann');
		const bob = spawnNode('bob', {args: ['--peer', await ann.address(true)]});
		const cat = spawnNode('cat', {args: ['--peer', await ann.address(false)]});
		await connected([ann, bob]);
		await connected([ann, cat]);
		await cat.publish('by hand');
		await Promise.all([ann.hears('by hand'), bob.hears('by hand')]);
		expect(ann.all('peer-discovered')).toEqual([]);
	});

	test('a given peer that comes later, or again, is found by itself', async () => {
		const port = await freeTcpPort();
		const listen = ['--listen', `/ip4/127.0.0.1/tcp/${port}`];
		const bob = spawnNode('bob', {args: ['--peer', `/ip4/127.0.0.1/tcp/${port}`]});
		await bob.ready;
		const ann = spawnNode('ann', {args: listen, directory});
		await connected([ann, bob]);
		await ann.result({command: 'shutdown'});
		await ann.exited;
		await bob.waitFor('peer-disconnected');
		const since = bob.mark;
		const again = spawnNode('ann', {args: listen, directory});
		const back = await bob.waitFor('peer-connected', undefined, {since});
		expect(back.peer).toBe(await again.peerId());
	});

	test('the IPv6 loopback works as well', async ({skip}) => {
		const ann = spawnNode('ann');
		const address = (await ann.ready).addresses.find(candidate => candidate.startsWith('/ip6/::1/'));
		if (address === undefined) skip('this machine has no IPv6 loopback');
		const bob = spawnNode('bob', {args: ['--peer', address!]});
		await connected([ann, bob]);
		await bob.publish('six');
		await ann.hears('six');
	});
});

test('nodes with different discovery ports do not see each other, but one may dial the other', async () => {
	const [annPort, bobPort] = [await freeUdpPort(), await freeUdpPort()];
	const ann = spawnNode('ann', {discoveryPort: annPort});
	const bob = spawnNode('bob', {discoveryPort: bobPort});
	// A third who is seen by ann shows that announcements do arrive; by then bob has announced himself as well.
	await bob.ready;
	const cat = spawnNode('cat', {discoveryPort: annPort});
	await connected([ann, cat]);
	const bobId = await bob.peerId();
	expect(ann.events.filter(event => 'peer' in event && event.peer === bobId)).toEqual([]);
	expect(bob.all('peer-discovered')).toEqual([]);
	expect(await ann.result({command: 'dial', address: await bob.address()})).toEqual({peer: bobId});
	await ann.waitFor('member-joined', event => event.peer === bobId);
	await ann.publish('across');
	await bob.hears('across');
});

describe('dial, disconnect and ping', () => {
	test('dial names the peer that answered; dialling a connected peer again opens nothing', async () => {
		const [ann, bob] = [spawnNode('ann'), spawnNode('bob')];
		const peer = await bob.peerId();
		expect(await ann.result({command: 'dial', address: await bob.address(false)})).toEqual({peer});
		await connected([ann, bob]);
		expect(await ann.result({command: 'dial', address: await bob.address()})).toEqual({peer});
		expect((await ann.result({command: 'stats'})).connections).toBe(1);
	});

	test('disconnect is seen by both, and holds: neither side comes back by itself', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
		const since = ann.mark;
		expect(await ann.result({command: 'disconnect', peer: bobId})).toEqual({peer: bobId});
		expect(await bob.waitFor('peer-disconnected')).toEqual({
			type: 'peer-disconnected',
			peer: annId,
			reason: 'goodbye: disconnect',
		});
		expect(await ann.waitFor('peer-disconnected')).toMatchObject({peer: bobId, reason: 'disconnect'});
		// A newcomer's announcements are heard by both, and theirs by each other; still they keep apart.
		const address = await bob.address();
		expect(await ann.refusal({command: 'ping', peer: bobId})).toBe('not-connected');
		expect(ann.events.slice(since).filter(({type}) => type === 'peer-connected')).toEqual([]);
		expect(await ann.result({command: 'dial', address})).toEqual({peer: bobId});
		await ann.waitFor('peer-connected', undefined, {since});
	});

	test('ping takes as many round trips as asked', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const {rtts} = await ann.result({command: 'ping', peer: await bob.peerId(), count: 20});
		expect(rtts.length).toBe(20);
		expect(Math.min(...rtts)).toBeGreaterThan(0);
		for (const rtt of rtts) expect(Math.abs(rtt * 1_000 - Math.round(rtt * 1_000))).toBeLessThan(1e-6);
	});
});

describe('every failure has its code', () => {
	test('of addresses and dials', async () => {
		const [ann, bob] = [spawnNode('ann'), spawnNode('bob')];
		await bob.ready;
		const dial = (address: string) => ann.refusal({command: 'dial', address});
		expect(await dial('nonsense')).toBe('bad-address');
		expect(await dial('/ip4/127.0.0.1/udp/1')).toBe('bad-address');
		expect(await dial('/ip4/127.0.0.1/tcp/0')).toBe('bad-address');
		expect(await dial(`/ip4/127.0.0.1/tcp/${await freeTcpPort()}`)).toBe('dial-refused');
		expect(await dial(`${await bob.address(false)}/p2p/${STRANGER}`)).toBe('dial-wrong-peer');
		expect(await dial(await ann.address())).toBe('dial-self');
		expect(await dial(await ann.address(false))).toBe('dial-self');
		// Now it is known to be our own: no need to try.
		expect(await dial(await ann.address(false))).toBe('dial-self');
	});

	test('of a server that speaks something else, and one that says nothing', async () => {
		const ann = spawnNode('ann');
		const chatty = createServer(socket => socket.on('error', () => {}).end('SSH-2.0-other\r\n'));
		const silent = createServer(socket => socket.on('error', () => {}));
		for (const server of [chatty, silent]) {
			server.listen(0, '127.0.0.1');
			await once(server, 'listening');
			closing.push(() => server.close());
		}
		const addressOf = (server: typeof silent) => `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`;
		expect(await ann.refusal({command: 'dial', address: addressOf(chatty)})).toBe('dial-failed');
		expect(await ann.refusal({command: 'dial', address: addressOf(silent)})).toBe('dial-timeout');
	});

	test('of rooms, names, texts and peers', async () => {
		const ann = spawnNode('ann');
		await ann.ready;
		expect(await ann.refusal({command: 'publish', room: 'nowhere', text: 'x'})).toBe('unknown-room');
		expect(await ann.refusal({command: 'leave', room: 'nowhere'})).toBe('unknown-room');
		expect(await ann.refusal({command: 'history', room: 'nowhere'})).toBe('unknown-room');
		expect(await ann.refusal({command: 'join', room: ''})).toBe('bad-room');
		expect(await ann.refusal({command: 'join', room: 'x'.repeat(65)})).toBe('bad-room');
		expect(await ann.refusal({command: 'nick', name: ''})).toBe('bad-name');
		expect(await ann.refusal({command: 'publish', room: 'lobby', text: ''})).toBe('bad-text');
		expect(await ann.refusal({command: 'publish', room: 'lobby', text: 'x'.repeat(16 * 1024 + 1)})).toBe('bad-text');
		expect(await ann.refusal({command: 'disconnect', peer: STRANGER})).toBe('not-connected');
		expect(await ann.refusal({command: 'ping', peer: STRANGER})).toBe('not-connected');
		expect(await ann.refusal({command: 'ping', peer: 'nobody'})).toBe('not-connected');
		expect(await ann.refusal({command: 'history', room: 'lobby', limit: 100_000})).toBe('bad-command');
		expect(await ann.refusal({command: 'fault', kind: 'throw'})).toBe('fault-refused');
	});
});

describe('a bad line is answered and never ends the node', () => {
	const badLines: readonly (readonly [name: string, line: string | Uint8Array, id?: string])[] = [
		['no JSON', 'hello'],
		['half an object', '{"id":"1","command":'],
		['an array', '[]'],
		['null', 'null'],
		['a number', '7'],
		['an object without a command', '{"id":"c"}', 'c'],
		['an unknown command', '{"id":"u","command":"explode"}', 'u'],
		['a name from the prototype', '{"id":"p","command":"constructor"}', 'p'],
		['a missing field', '{"id":"m","command":"publish","room":"lobby"}', 'm'],
		['a field of another type', '{"id":"t","command":"publish","room":"lobby","text":7}', 't'],
		['an id of another type', '{"id":7,"command":"peers"}', '7'],
		['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
		['a line without end', `{"id":"1","text":"${'x'.repeat(2 * 1024 * 1024)}"}`],
		['deep nesting', '['.repeat(100_000)],
	];

	// One node for all of them: it survives each, and the next is answered all the same.
	test('whatever is wrong with it', async () => {
		const ann = spawnNode('ann');
		await ann.ready;
		for (const [name, line, id] of badLines) {
			const since = ann.mark;
			ann.line(line);
			const reply = await ann.waitFor('reply', undefined, {since});
			expect(reply, name).toEqual({
				type: 'reply',
				...(id === undefined ? {} : {id}),
				ok: false,
				error: {code: 'bad-command', message: expect.stringMatching(/^[^\n]+$/)},
			});
			expect((await ann.result({command: 'peers'})).peers, name).toEqual([]);
		}
	});

	test('and neither does a blank one, which is no line at all', async () => {
		const ann = spawnNode('ann');
		ann.line('');
		ann.line('   ');
		await ann.result({command: 'peers'});
		expect(ann.all('reply').length).toBe(1);
	});

	test('nor __proto__ as a key', async () => {
		const ann = spawnNode('ann');
		ann.line('{"__proto__":{"command":"shutdown"},"id":"x"}');
		expect(await ann.waitFor('reply')).toMatchObject({ok: false, error: {code: 'bad-command'}});
		await ann.result({command: 'peers'});
	});
});
