/** Headless nodes that find each other on this machine and talk. */
import {afterEach, describe, expect, test} from 'vitest';
import type {HeadlessNode} from '../helpers/node-process.ts';
import {disposeNodes, freeUdpPort, spawnMesh, spawnNode} from '../helpers/node-process.ts';

afterEach(disposeNodes);

const MESSAGE_ID = expect.stringMatching(/^[0-9a-f]{64}$/);
const LOOPBACK_ADDRESS = expect.stringMatching(/^\/ip[46]\/(127\.0\.0\.1|::1)\/tcp\/\d+$/);

describe('two nodes', () => {
	// The clock of a machine that is busy with other things proves nothing against us: then it may try again.
	test('find each other within a second of the later one being ready, and nobody is told twice', {
		retry: 2,
	}, async () => {
		const discoveryPort = await freeUdpPort();
		const ann = spawnNode('ann', {discoveryPort});
		await ann.ready;
		const bob = spawnNode('bob', {discoveryPort});
		const {peerId} = await bob.ready;
		const seen = performance.now();
		const [annSees, bobSees] = await Promise.all([ann.waitFor('peer-connected'), bob.waitFor('peer-connected')]);
		expect(performance.now() - seen).toBeLessThan(1_000);
		expect(annSees).toMatchObject({peer: peerId, name: 'bob', address: LOOPBACK_ADDRESS});
		expect(bobSees).toMatchObject({peer: await ann.peerId(), name: 'ann', address: LOOPBACK_ADDRESS});
		expect([annSees.direction, bobSees.direction].sort()).toEqual(['inbound', 'outbound']);

		await ann.publish('a moment later');
		await bob.hears('a moment later');
		expect(ann.all('peer-connected').length).toBe(1);
		expect(bob.all('peer-connected').length).toBe(1);
		expect(ann.events[0]).toMatchObject({type: 'ready', name: 'ann'});
	});

	test('chat both ways, and each message is the same for both', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const sent = Date.now();
		const messageId = await ann.publish('hi bob');
		const heard = await bob.hears('hi bob');
		expect(heard).toEqual({
			type: 'message',
			room: 'lobby',
			messageId,
			kind: 'message',
			from: await ann.peerId(),
			name: 'ann',
			text: 'hi bob',
			timestamp: expect.any(Number),
			// The first one tells that she joined.
			seq: 2,
			order: expect.any(Number),
			local: false,
			via: await ann.peerId(),
			hops: 1,
		});
		expect(messageId).toEqual(MESSAGE_ID);
		expect(Math.abs(heard.timestamp - sent)).toBeLessThan(5_000);
		const {via: _via, hops: _hops, ...own} = heard;
		expect(await ann.hears('hi bob')).toEqual({...own, local: true, state: {storedBy: 1, of: 2}});

		await bob.publish('hi ann, 你好 👋🏽');
		expect(await ann.hears('hi ann, 你好 👋🏽')).toMatchObject({from: await bob.peerId(), name: 'bob', local: false});
	});

	test('the author sees how far a message has spread', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const messageId = await ann.publish('who has this?');
		await ann.waitFor('message-state', event => event.messageId === messageId && event.storedBy === 2);
		const states = ann.all('message-state').filter(event => event.messageId === messageId);
		expect(states).toEqual([
			{type: 'message-state', messageId, room: 'lobby', storedBy: 1, of: 2},
			{type: 'message-state', messageId, room: 'lobby', storedBy: 2, of: 2},
		]);
		expect(bob.all('message-state')).toEqual([]);
		const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
		const [holds, way] = [
			{peer: bobId, name: 'bob'},
			{hops: 1, via: {peer: annId, name: 'ann'}},
		];
		const ask = () => ann.result({command: 'spread', room: 'lobby', messageId});
		let spread = await ask();
		// That bob holds it may have become known before his receipt came.
		while (spread.holders[1]?.after === undefined) spread = await ask();
		expect(spread).toMatchObject({
			holders: [
				{peer: annId, after: 0, hops: 0},
				{...holds, ...way, after: expect.any(Number)},
			],
			waiting: [],
			of: 2,
		});
		const seen = await bob.result({command: 'spread', room: 'lobby', messageId});
		expect(seen).toMatchObject({
			local: false,
			holders: [
				{peer: annId, hops: 0},
				{...holds, ...way},
			],
			of: 2,
		});
		const room = await ann.result({command: 'room-spread', room: 'lobby'});
		expect(room).toMatchObject({members: 1, mesh: 1, followed: 1, coverage: 1, delivery: {count: 1}});
		const {hops} = await ann.result({command: 'trace', peer: bobId, room: 'lobby'});
		expect(hops).toEqual([{...holds, total: expect.any(Number), link: expect.any(Number)}]);
		expect(hops[0]?.total).toBe(hops[0]?.link);
	});

	test('history is in the order of the messages, in pages, the same for both', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const ids: string[] = [];
		for (const [author, other, text] of [
			[ann, bob, 'one'],
			[bob, ann, 'two'],
			[ann, bob, 'three'],
		] as const) {
			ids.push(await author.publish(text));
			await other.hears(text);
		}
		for (const node of [ann, bob]) {
			const {messages} = await node.result({command: 'history', room: 'lobby'});
			expect(messages.map(({kind, text, messageId}) => (kind === 'message' ? [text, messageId] : kind))).toEqual([
				'join',
				['one', ids[0]],
				'join',
				['two', ids[1]],
				['three', ids[2]],
			]);
			// How it came is told when it comes, and how far it has spread changes.
			const {type: _type, via: _via, hops: _hops, state: _state, ...last} = await node.hears('three');
			expect(messages.at(-1)).toMatchObject(last);
			const {messages: page} = await node.result({command: 'history', room: 'lobby', limit: 1, before: ids[2]!});
			expect(page.map(({text}) => text)).toEqual(['two']);
		}
	});

	test('peers has every field of a connected peer, and of one that is gone', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		await ann.waitFor('rtt');
		const {peers} = await ann.result({command: 'peers'});
		expect(peers).toEqual([
			{
				id: await bob.peerId(),
				name: 'bob',
				addresses: expect.arrayContaining([LOOPBACK_ADDRESS]),
				state: 'connected',
				direction: expect.stringMatching(/^(inbound|outbound)$/),
				via: 'announcement',
				rtt: expect.any(Number),
				lastSeen: expect.any(Number),
			},
		]);
		expect(peers[0]!.rtt).toBeGreaterThan(0);
		expect(Math.abs(peers[0]!.lastSeen! - Date.now())).toBeLessThan(5_000);

		const since = ann.mark;
		bob.endInput();
		await ann.waitFor('peer-disconnected', undefined, {since});
		const [gone] = (await ann.result({command: 'peers'})).peers;
		expect(gone).toMatchObject({name: 'bob', lastSeen: expect.any(Number)});
		expect(gone!.state).not.toBe('connected');
		expect(gone).not.toHaveProperty('direction');
	});

	test('measure the round trip by themselves and on demand', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		expect(await ann.waitFor('rtt')).toMatchObject({peer: await bob.peerId(), milliseconds: expect.any(Number)});
		const {rtts} = await ann.result({command: 'ping', peer: await bob.peerId(), count: 3});
		expect(rtts.length).toBe(3);
		for (const rtt of rtts) expect(rtt).toBeGreaterThan(0);
	});

	test('a new name reaches the other, and later messages carry it', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		expect(await ann.result({command: 'nick', name: 'anna'})).toEqual({name: 'anna'});
		const renamed = await bob.waitFor('peer-renamed');
		expect(renamed).toEqual({type: 'peer-renamed', peer: await ann.peerId(), name: 'anna'});
		await ann.publish('as anna');
		expect((await bob.hears('as anna')).name).toBe('anna');
	});
});

test('stats and network count what went through', async () => {
	const [ann, bob] = await spawnMesh('ann', 'bob');
	await ann.publish('count me');
	await bob.hears('count me');
	// The first ping waits until the greetings are through.
	await bob.waitFor('rtt');
	const network = await bob.result({command: 'network'});
	const stats = await bob.result({command: 'stats'});
	expect(stats).toEqual({
		uptime: expect.any(Number),
		bytesIn: expect.any(Number),
		bytesOut: expect.any(Number),
		framesIn: expect.any(Number),
		framesOut: expect.any(Number),
		connections: 1,
		peers: {discovered: 0, connecting: 0, connected: 1, gone: 0},
		dials: {pending: 0, succeeded: expect.any(Number), calledOff: expect.any(Number), failed: expect.any(Object)},
		discovery: {heard: expect.any(Number), foreign: 0, reached: 1, targets: expect.any(Number)},
		messages: {
			in: expect.objectContaining({identify: 1, publish: 2, pong: expect.any(Number)}),
			out: expect.objectContaining({identify: 1, ping: expect.any(Number)}),
		},
		rtt: expect.objectContaining({count: expect.any(Number), lost: 0}),
		heartbeats: {received: expect.any(Number), lost: 0},
		// A ping, or what is told of the history, may be on its way just now.
		queued: {control: expect.any(Number), chat: expect.any(Number), bulk: 0},
		counters: expect.any(Object),
		history: {
			// That she joined, and what she said.
			events: 2,
			bytes: expect.any(Number),
			commits: expect.any(Number),
			commitP50: expect.any(Number),
			commitP99: expect.any(Number),
			received: 0,
			given: 0,
		},
		pubsub: {
			router: 'gossipsub',
			rooms: [{room: 'lobby', members: 1, mesh: 1, delivered: 2, duplicates: 0}],
			hops: [0, 2],
			controlBytesIn: expect.any(Number),
			controlBytesOut: expect.any(Number),
		},
		memory: expect.toSatisfy(everyNumber),
		cpu: expect.toSatisfy(everyNumber),
		timers: expect.any(Number),
		loopDelay: {p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number)},
	});
	for (const figure of [stats.uptime, stats.bytesIn, stats.bytesOut, stats.memory.rss])
		expect(figure).toBeGreaterThan(0);
	// identify, subscriptions, the pong, the message.
	expect(stats.framesIn).toBeGreaterThanOrEqual(4);
	expect(stats.framesOut).toBeGreaterThanOrEqual(3);

	const {bytesIn, bytesOut, framesIn, framesOut, rtt, peers} = network;
	// The clock is known from her first heartbeat on.
	expect(peers.map(({clock: _, ...peer}) => peer)).toEqual([
		{
			...{peer: await ann.peerId(), name: 'ann', address: LOOPBACK_ADDRESS, agent: expect.stringMatching(/^p2p-tui\//)},
			...{direction: expect.stringMatching(/^(inbound|outbound)$/), transport: 'tcp', cipher: 'TLS_AES_128_GCM_SHA256'},
			...{connectedFor: expect.any(Number), rooms: ['lobby'], mesh: ['lobby'], score: expect.any(Number)},
			// There was only ever this one peer.
			...{rtt, bytesIn, bytesOut, framesIn, framesOut},
			heartbeats: {received: expect.any(Number), lost: 0},
			queued: {control: expect.any(Number), chat: expect.any(Number), bulk: 0},
		},
	]);
	expect(rtt).toMatchObject({count: expect.any(Number), lost: 0});
	expect(stats.bytesIn).toBeGreaterThanOrEqual(bytesIn);
	expect(bytesIn).toBeGreaterThan(100);
});

function everyNumber(figures: object): boolean {
	return (
		Object.values(figures).length > 0 &&
		Object.values(figures).every(figure => typeof figure === 'number' && figure > 0)
	);
}

describe('rooms', () => {
	const others = (node: HeadlessNode, nodes: readonly HeadlessNode[]) => nodes.filter(other => other !== node);

	test('all of three hear what each of them says, once', async () => {
		const nodes = await spawnMesh('ann', 'bob', 'cat');
		for (const node of nodes) await node.publish(`from ${node.name}`);
		for (const node of nodes) {
			await Promise.all(others(node, nodes).map(other => other.hears(`from ${node.name}`)));
		}
		for (const node of nodes) {
			expect(
				node
					.all('message')
					.map(({text}) => text)
					.sort(),
			).toEqual(['from ann', 'from bob', 'from cat']);
		}
		const [ann] = nodes;
		const {messageId} = ann.all('message').find(({local}) => local)!;
		await ann.waitFor(
			'message-state',
			event => event.messageId === messageId && event.storedBy === 3 && event.of === 3,
		);
	});

	test('only members hear what is said in a room', async () => {
		const nodes = await spawnMesh('ann', 'bob', 'cat');
		const [ann, bob, cat] = nodes;
		await ann.result({command: 'join', room: 'dev'});
		await bob.result({command: 'join', room: 'dev'});
		const bobId = await bob.peerId();
		await ann.waitFor('member-joined', event => event.room === 'dev' && event.peer === bobId);
		await ann.publish('for dev only', 'dev');
		await ann.publish('for everyone');
		await bob.hears('for dev only');
		// Both went the same way in this order: who has the second would have had the first.
		await cat.hears('for everyone');
		expect(cat.all('message').map(({text}) => text)).toEqual(['for everyone']);
		// Nor was it sent to her and thrown away.
		expect((await cat.result({command: 'stats'})).counters).not.toHaveProperty('not-subscribed');
		expect(await cat.refusal({command: 'history', room: 'dev'})).toBe('unknown-room');
	});

	test('who has left a room hears nothing more of it, and is a member no more', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		const bobId = await bob.peerId();
		await bob.result({command: 'join', room: 'dev'});
		await bob.result({command: 'leave', room: 'lobby'});
		await ann.waitFor('member-left', event => event.room === 'lobby' && event.peer === bobId);
		await ann.publish('alone here');
		await ann.result({command: 'join', room: 'dev'});
		await bob.waitFor('member-joined', event => event.room === 'dev');
		await ann.publish('together', 'dev');
		await bob.hears('together');
		expect(bob.all('message').map(({text}) => text)).toEqual(['together']);
		expect(await bob.refusal({command: 'publish', room: 'lobby', text: 'x'})).toBe('unknown-room');
	});

	test('rooms tells members and what is unread', async () => {
		const [ann, bob] = await spawnMesh('ann', 'bob');
		await ann.publish('unread');
		await bob.hears('unread');
		const member = async (node: HeadlessNode) => ({peer: await node.peerId(), name: node.name});
		expect(await bob.result({command: 'rooms'})).toEqual({
			rooms: [
				{
					...{room: 'lobby', name: 'lobby', topic: '', unread: 1, events: 2},
					members: [await member(bob), await member(ann)],
					known: [{...(await member(ann)), isHere: true, lastSeen: expect.any(Number)}],
				},
			],
		});
		const unread = async () => (await bob.result({command: 'rooms'})).rooms[0]!.unread;
		// A program that looks at what was said has not read it.
		await bob.result({command: 'history', room: 'lobby'});
		expect(await unread()).toBe(1);
		await bob.result({command: 'read', room: 'lobby'});
		expect(await unread()).toBe(0);
	});
});
