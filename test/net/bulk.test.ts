import {randomBytes} from 'node:crypto';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {WireError} from '../../source/base/errors.ts';
import type {BulkConnection} from '../../source/net/bulk/connection.ts';
import {RateGate} from '../../source/net/bulk/rate-gate.ts';
import type {TransportOptions} from '../../source/net/transport.ts';
import {DATA_HEADER_BYTES, encodeBulk, encodeDataHeader} from '../../source/wire/bulk.ts';
import {piece, startBulkNode, watchBulk} from './bulk-peers.ts';
import {Cleanup, forge, identityOf, strangerDials, strangerServes} from './peers.ts';

const cleanup = new Cleanup();
afterEach(async () => {
	await cleanup.run();
	vi.useRealTimers();
});

const BULK = {ALPNProtocols: ['p2p-tui-bulk/1']};

function framed(index: number, bytes: Uint8Array): Buffer {
	return Buffer.concat([encodeDataHeader(piece(index), bytes.length), bytes]);
}

async function pair(limits: TransportOptions['limits'] = {}) {
	const [server, client] = [await startBulkNode(1, cleanup, limits), await startBulkNode(2, cleanup, limits)];
	const outbound = await client.transport.dialBulk(
		{host: '127.0.0.1', port: server.port, family: 4},
		server.peerId as never,
	);
	return {server, client, outbound, inbound: await server.next()};
}

/** One of ours, dialled by somebody who sends what he likes. */
async function withStranger(limits: TransportOptions['limits'] = {}) {
	const node = await startBulkNode(1, cleanup, limits);
	const stranger = strangerDials(node.port, {...forge(identityOf(3)), ...BULK}, cleanup);
	return {node, stranger, connection: await node.next()};
}

function send(connection: BulkConnection, index: number, bytes: Uint8Array): Promise<void> {
	return new Promise(resolve => connection.sendBlock(framed(index, bytes), resolve));
}

describe('A connection for bulk', () => {
	it('carries blocks of every size and requests, both ways, on the port of talk', async () => {
		const {outbound, inbound} = await pair();
		const [near, far] = [watchBulk(outbound), watchBulk(inbound)];
		const blocks = [1, 1_000, 300_000, 4 * 1024 * 1024].map(size => randomBytes(size));
		outbound.send({type: 'request', block: piece(7)});
		await far.has('request 7');
		inbound.send({type: 'refuse', block: piece(7), reason: 'busy'});
		await near.has('refuse 7');
		await Promise.all(blocks.map((bytes, index) => send(index % 2 ? outbound : inbound, index, bytes)));
		await Promise.all([near.has('block 2'), far.has('block 3')]);
		expect(near.blocks.map(block => Buffer.compare(block, blocks[near.blocks.indexOf(block) * 2]!))).toEqual([0, 0]);
		expect(far.blocks.map(block => Buffer.compare(block, blocks[far.blocks.indexOf(block) * 2 + 1]!))).toEqual([0, 0]);
		outbound.destroy('enough');
		await Promise.all([near.has('closed: enough'), far.has('closed: closed')]);
	});

	it('sends nothing before the other side is ready, and gives one up that never is', async () => {
		const received: Buffer[] = [];
		const {address} = await strangerServes(
			{...forge(identityOf(3)), ...BULK},
			socket => socket.on('data', chunk => received.push(chunk)),
			cleanup,
		);
		const node = await startBulkNode(1, cleanup, {readyTimeout: 60});
		const connection = await node.transport.dialBulk(address, identityOf(3).peerId);
		const log = watchBulk(connection);
		connection.send({type: 'request', block: piece(0)});
		await log.has('closed: not-ready');
		expect(received).toEqual([]);
	});

	it('is refused by whoever has no use for it, and a dial of talk never becomes one', async () => {
		const {address} = await strangerServes({...forge(identityOf(3)), ...BULK}, () => {}, cleanup);
		const node = await startBulkNode(1, cleanup);
		await expect(node.transport.dial(address, undefined)).rejects.toMatchObject({code: 'failed'});
	});

	it('ends with the reason of whoever must not have sent that', async () => {
		const {stranger, connection} = await withStranger();
		const log = watchBulk(connection, {
			begin: () => {
				throw new WireError('bulk-unasked', 'not asked');
			},
		});
		stranger.socket.write(framed(0, Buffer.alloc(10)));
		await log.has('closed: bulk-unasked');
	});

	it.each([
		['a block longer than any', Buffer.from('00400027030000', 'hex'), 'bulk-length'],
		['a request of another length', Buffer.from('000000ff01', 'hex'), 'bulk-length'],
	])('ends for %s', async (_, bytes, reason) => {
		const {stranger, connection} = await withStranger();
		const log = watchBulk(connection);
		stranger.socket.write(bytes);
		await log.has(`closed: ${reason}`);
	});

	it('lets a block that trickles go, and not one that comes on', async () => {
		const {stranger, connection} = await withStranger({progressTimeout: 80, minProgressBytes: 1_000});
		const log = watchBulk(connection);
		const bytes = framed(0, Buffer.alloc(10_000));
		stranger.socket.write(bytes.subarray(0, 5_000));
		const timer = setInterval(() => stranger.socket.write(Buffer.alloc(1)), 10);
		cleanup.add(() => clearInterval(timer));
		await log.has('closed: no-progress');
		expect(log.log).toEqual(['ready', 'closed: no-progress']);
	});

	it('reads nothing more while there is no room, and holds nobody who waits for us as too slow', async () => {
		// Longer than a busy machine stands still, and shorter than there is no room.
		const progressTimeout = 1_000;
		const {outbound, inbound} = await pair({progressTimeout, minProgressBytes: 1_000});
		let hasRoom = false;
		watchBulk(outbound);
		const far = watchBulk(inbound, {begin: (_, bytes) => (hasRoom ? new Uint8Array(bytes) : 'later')});
		const bytes = randomBytes(2 * 1024 * 1024);
		let sent = 0;
		for (let index = 0; index < 8; index++) void send(outbound, index, bytes).then(() => sent++);
		await new Promise(resolve => setTimeout(resolve, 3 * progressTimeout));
		// What the systems in between take is less than all of it.
		expect([sent < 8, inbound.bytesIn < 1024 * 1024, far.log]).toEqual([true, true, ['ready']]);
		hasRoom = true;
		inbound.resume();
		await far.has('block 7');
		expect(far.blocks.every(block => Buffer.compare(block, bytes) === 0)).toBe(true);
	});

	it('lets a peer go that takes none of its answers', async () => {
		const {stranger, connection} = await withStranger({maxControlBytes: 10_000});
		const log = watchBulk(connection);
		stranger.socket.pause();
		await log.has('ready');
		for (let index = 0; index < 1_000; index++) connection.send({type: 'refuse', block: piece(index), reason: 'busy'});
		await log.has('closed: slow');
	});

	it('lets a peer go that takes nothing of its blocks', async () => {
		const {stranger, connection} = await withStranger({sendTimeout: 50});
		const log = watchBulk(connection);
		await log.has('ready');
		stranger.socket.pause();
		const bytes = Buffer.alloc(4 * 1024 * 1024);
		let taken = 0;
		// More than the systems in between take.
		for (let index = 0; index < 8; index++) void send(connection, index, bytes).then(() => taken++);
		await log.has('closed: slow');
		expect(taken).toBeLessThan(8);
	});

	it('lets others have their turn while it writes', async () => {
		const turnBytes = 64 * 1024;
		const {stranger, connection} = await withStranger({turnBytes, windowBytes: turnBytes});
		await watchBulk(connection).has('ready');
		stranger.socket.on('data', () => {});
		let [isSent, before, most] = [false, connection.bytesOut, 0];
		const turn = () => {
			most = Math.max(most, connection.bytesOut - before);
			before = connection.bytesOut;
			if (!isSent) setImmediate(turn);
		};
		setImmediate(turn);
		await send(connection, 0, Buffer.alloc(4 * 1024 * 1024));
		isSent = true;
		turn();
		expect(most).toBeLessThan(2 * turnBytes);
	});

	it('lets others have their turn while it reads and writes', async () => {
		const {outbound, inbound} = await pair({turnBytes: 64 * 1024});
		watchBulk(outbound);
		const far = watchBulk(inbound);
		const bytes = Buffer.alloc(4 * 1024 * 1024);
		let turns = 0;
		const turn = () => {
			turns++;
			if (!far.log.includes('block 3')) setImmediate(turn);
		};
		turn();
		for (let index = 0; index < 4; index++) void send(outbound, index, bytes);
		await far.has('block 3');
		// 16 MiB in turns of 64 KiB.
		expect(turns).toBeGreaterThan(128);
	});
});

describe('A rate', () => {
	const start = (rate: number | undefined) => {
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
		const gate = new RateGate();
		gate.setRate(rate);
		return gate;
	};

	it('is kept over seconds, and shared evenly by all that wait', () => {
		const gate = start(100_000);
		const passed = [0, 0, 0];
		const goOn = passed.map((_, index) => () => {
			const bytes = gate.portion(64 * 1024);
			gate.spend(bytes);
			passed[index]! += bytes;
			gate.wait(goOn[index]!);
		});
		for (const wait of goOn) gate.wait(wait);
		vi.advanceTimersByTime(10_000);
		const all = passed.reduce((sum, bytes) => sum + bytes);
		expect(all).toBeGreaterThan(980_000);
		expect(all).toBeLessThan(1_030_000);
		expect(Math.max(...passed) - Math.min(...passed)).toBeLessThanOrEqual(5_000);
		for (const wait of goOn) gate.forget(wait);
		expect(vi.getTimerCount()).toBe(0);
	});

	it('holds back what has passed too much, and nothing where there is none', () => {
		const gate = start(1_000);
		gate.spend(5_000);
		let at = 0;
		gate.wait(() => {
			at = performance.now();
		});
		const from = performance.now();
		vi.advanceTimersByTime(4_900);
		expect([at, gate.isOpen]).toEqual([0, false]);
		vi.advanceTimersByTime(200);
		expect(at - from).toBeCloseTo(5_000, -2);
		gate.setRate(undefined);
		gate.spend(1e9);
		expect([gate.isOpen, gate.portion(1e6)]).toEqual([true, 1e6]);
	});

	it('that is lifted lets go on whoever waits', () => {
		const gate = start(1);
		gate.spend(1_000);
		let hasGone = false;
		gate.wait(() => {
			hasGone = true;
		});
		gate.setRate(0);
		expect([hasGone, vi.getTimerCount()]).toEqual([true, 0]);
	});

	it('is kept by both ends of a connection', async () => {
		const {server, outbound, inbound} = await pair();
		server.transport.down.setRate(1_000_000);
		const [near, far] = [watchBulk(outbound), watchBulk(inbound)];
		await near.has('ready');
		const from = performance.now();
		void send(outbound, 0, Buffer.alloc(100_000));
		void send(outbound, 1, Buffer.alloc(100_000));
		await far.has('block 1');
		expect(performance.now() - from).toBeGreaterThan(100);
		server.transport.up.setRate(1_000_000);
		const back = performance.now();
		await send(inbound, 2, Buffer.alloc(200_000 - DATA_HEADER_BYTES));
		expect(performance.now() - back).toBeGreaterThan(100);
		expect(near.log).toContain('ready');
		expect(encodeBulk({type: 'ready'}).length).toBe(5);
	});
});
