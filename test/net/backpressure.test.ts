import {afterEach, describe, expect, it} from 'vitest';
import type {Connection} from '../../source/net/connection.ts';
import {DEFAULT_LIMITS, type TransportLimits} from '../../source/net/limits.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {PRIORITIES, type Priority} from '../../source/wire/priority.ts';
import {Cleanup, forge, identityOf, record, type Stranger, startNode, strangerDials} from './peers.ts';

const MIB = 1024 * 1024;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** One of ours, and a TLS client that reads only when the test says so; READY has been read. */
async function withReader(limits: Partial<TransportLimits> = {}) {
	const node = await startNode(1, cleanup, limits);
	const stranger = strangerDials(node.address.port, forge(identityOf(3)), cleanup);
	await stranger.firstBytes;
	stranger.received.length = 0;
	stranger.socket.pause();
	return {node, stranger, connection: await node.next()};
}

async function pair(limits: Partial<TransportLimits> = {}) {
	const [server, client] = [await startNode(1, cleanup, limits), await startNode(2, cleanup, limits)];
	const outbound = await client.transport.dial(server.address, server.identity.peerId);
	return {outbound, inbound: await server.next()};
}

const labelled = (label: string, length: number) => Buffer.alloc(length, '.').fill(label, 0, label.length);
const labelOf = (body: Uint8Array) => /^[^.]*/.exec(Buffer.from(body).toString('latin1', 0, 20))![0];
const turn = () => new Promise(resolve => setImmediate(resolve));

/**
 * Sends until the system takes no more and so much chat waits; returns the labels of all frames, in order, by class. The
 * next turn uses the same memory for its frames.
 */
async function fill(connection: Connection, chatBytes: number) {
	const sent: Record<Priority, string[]> = {control: [], chat: [], bulk: []};
	const memory = {control: Buffer.alloc(20), chat: Buffer.alloc(40_000), bulk: Buffer.alloc(MAX_FRAME_BYTES)};
	const send = (priority: Priority) => {
		const label = `${priority} ${sent[priority].length}.`;
		sent[priority].push(label.slice(0, -1));
		memory[priority].write(label);
		connection.send(memory[priority], priority);
	};
	while (connection.queuedByPriority.chat < chatBytes) {
		send('chat');
		if (connection.isWritable('bulk')) send('bulk');
		await turn();
	}
	return {sent, send};
}

/** The labels of the frames that the stranger reads from now on, until there are so many. */
function read(stranger: Stranger, count: number): Promise<string[]> {
	const decoder = new FrameDecoder();
	const labels: string[] = [];
	return new Promise(resolve => {
		stranger.socket.on('data', chunk => {
			labels.push(...decoder.push(chunk).map(labelOf));
			if (labels.length >= count) resolve(labels);
		});
		stranger.socket.resume();
	});
}

describe('a slow reader', () => {
	it('gets what is urgent before 4 MiB of chat and bulk that wait, and everything in the order of its class', async () => {
		const {stranger, connection} = await withReader();
		const {sent, send} = await fill(connection, 4 * MIB);
		const total = 1 + sent.chat.length + sent.bulk.length;
		const before = connection.framesOut;
		const reading = read(stranger, total);
		while (connection.framesOut === before) await turn();
		// READY was the first.
		const handedOver = connection.framesOut - 1;
		send('control');
		const labels = await reading;
		expect(labels[handedOver]).toBe('control 0');
		expect(handedOver).toBeLessThan(total - 30);
		for (const priority of PRIORITIES) {
			expect(labels.filter(label => label.startsWith(priority))).toEqual(sent[priority]);
		}
		const waited = labels.slice(handedOver).map(label => label.split(' ')[0] as Priority);
		expect(waited).toEqual([...waited].sort((a, b) => PRIORITIES.indexOf(a) - PRIORITIES.indexOf(b)));
	});

	it.each([
		['nothing', 0],
		['one byte after the other', 1],
	])('that reads %s is let go, with bounded memory, and others notice nothing', async (_, step) => {
		const {node, stranger, connection} = await withReader({sendTimeout: 1_500});
		const log = record(connection);
		const other = await startNode(2, cleanup);
		const outbound = await other.transport.dial(node.address, node.identity.peerId);
		const inbound = await node.next();
		const there = record(inbound, body => inbound.send(body, 'chat'));
		const back = record(outbound, body => outbound.send(body, 'chat'));
		const trickle = setInterval(() => step > 0 && stranger.socket.read(step), 10);
		cleanup.add(() => clearInterval(trickle));
		const {sent} = await fill(connection, MIB);
		const {queuedByPriority, queuedBytes} = connection;
		expect(queuedByPriority.bulk).toBeLessThanOrEqual(DEFAULT_LIMITS.maxQueueBytes.bulk);
		expect(PRIORITIES.reduce((sum, priority) => sum + queuedByPriority[priority], 0)).toBe(queuedBytes);
		outbound.send(Buffer.from('round and round'), 'chat');
		expect(await log.closed).toBe('slow');
		expect(connection.queuedBytes).toBe(0);
		const {'dropped-chat-slow': chat = 0, 'dropped-bulk-slow': bulk = 0, ...rest} = connection.dropped;
		expect(rest).toEqual({});
		expect(chat).toBeGreaterThan(10);
		expect(chat + bulk + connection.framesOut).toBe(1 + sent.chat.length + sent.bulk.length);
		const before = back.frames.length;
		await back.received(before + 5);
		expect([there.ends, back.ends]).toEqual([[], []]);
	});

	it('of urgent things is let go before more of them wait than the limit', async () => {
		const control = 100_000;
		const {connection} = await withReader({maxQueueBytes: {...DEFAULT_LIMITS.maxQueueBytes, control}});
		const log = record(connection);
		await fill(connection, MIB);
		let taken = 0;
		while (connection.send(labelled('control', 9_996), 'control')) taken++;
		expect(taken).toBe(10);
		expect(await log.closed).toBe('slow');
		expect(connection.dropped).toMatchObject({'dropped-control-slow': 10});
	});
});

describe('bulk', () => {
	it('is refused beyond its limit, which ends nothing, and there is word when there is room', async () => {
		const {stranger, connection} = await withReader();
		const body = Buffer.alloc(MAX_FRAME_BYTES);
		let drained = 0;
		let resolveDrained = () => {};
		const ends: string[] = [];
		connection.start({
			frame: () => {},
			closed: reason => ends.push(reason),
			drained: () => {
				drained++;
				resolveDrained();
			},
		});
		await fill(connection, MIB);
		while (connection.isWritable('bulk')) expect(connection.send(body, 'bulk')).toBe(true);
		const before = connection.queuedByPriority.bulk;
		const drainedBefore = drained;
		expect(connection.send(body, 'bulk')).toBe(false);
		expect([connection.queuedByPriority.bulk, ends]).toEqual([before, []]);
		const isDrained = new Promise<void>(resolve => {
			resolveDrained = resolve;
		});
		stranger.socket.resume();
		await isDrained;
		expect(drained).toBe(drainedBefore + 1);
		expect(connection.isWritable('bulk')).toBe(true);
		expect(connection.queuedByPriority.bulk).toBeLessThanOrEqual(DEFAULT_LIMITS.maxQueueBytes.bulk / 2);
	});

	it('flows at the pace of the reader', async () => {
		const {outbound, inbound} = await pair();
		const [count, body] = [200, Buffer.alloc(MAX_FRAME_BYTES)];
		const there = record(inbound);
		let [sent, most] = [0, 0];
		const pump = () => {
			while (sent < count && outbound.send(body, 'bulk')) sent++;
			most = Math.max(most, outbound.queuedBytes);
		};
		outbound.start({frame: () => {}, closed: () => {}, drained: pump});
		pump();
		expect(sent).toBeLessThan(count);
		await there.received(count);
		expect([sent, there.frames.every(({length}) => length === MAX_FRAME_BYTES)]).toEqual([count, true]);
		expect(most).toBeLessThanOrEqual(DEFAULT_LIMITS.maxQueueBytes.bulk);
	});
});

describe('the end of a connection', () => {
	it('comes after all that waits: a goodbye after the chat that was said before', async () => {
		const {stranger, connection} = await withReader({closeTimeout: 15_000});
		const {sent, send} = await fill(connection, 2 * MIB);
		send('chat');
		connection.close('goodbye');
		expect(connection.send(Buffer.from('too late'), 'control')).toBe(false);
		const labels = await read(stranger, sent.chat.length + sent.bulk.length);
		expect(labels.filter(label => label.startsWith('chat'))).toEqual(sent.chat);
		expect(labels.filter(label => label.startsWith('bulk'))).toEqual(sent.bulk);
		await stranger.closed;
	});

	it('does not wait longer than that, and says what was lost', async () => {
		const {connection} = await withReader({closeTimeout: 50});
		const log = record(connection);
		await fill(connection, MIB);
		connection.close('goodbye');
		expect(await log.closed).toBe('goodbye');
		expect(Object.keys(connection.dropped)).toEqual(['dropped-chat-closed', 'dropped-bulk-closed']);
	});
});

describe('a peer that floods', () => {
	it('is read in turn with others, and nothing of it is lost', async () => {
		const {node, stranger, connection} = await withReader();
		const other = await startNode(2, cleanup);
		const outbound = await other.transport.dial(node.address, node.identity.peerId);
		const inbound = await node.next();
		const count = 4_000;
		let resolveDone = () => {};
		const done = new Promise<void>(resolve => {
			resolveDone = resolve;
		});
		const order: string[] = [];
		connection.start({
			frame: body => {
				// As long as a signature takes.
				const until = performance.now() + 0.06;
				while (performance.now() < until);
				order.push(labelOf(body));
				if (order.length === 1) outbound.send(Buffer.from('ping'), 'control');
				if (order.length === count + 1) resolveDone();
			},
			closed: () => {},
		});
		record(inbound, () => order.push('ping'));
		const labels = Array.from({length: count}, (_, index) => `flood ${index}`);
		stranger.socket.write(Buffer.concat(labels.map(label => encodeFrame(labelled(label, 250)))));
		await done;
		expect(order.filter(label => label !== 'ping')).toEqual(labels);
		expect(order.indexOf('ping')).toBeLessThan(count / 4);
	});
});
