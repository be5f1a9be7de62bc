import {once} from 'node:events';
import {connect} from 'node:tls';
import {afterEach, describe, expect, it} from 'vitest';
import type {Connection} from '../../source/net/connection.ts';
import {DEFAULT_LIMITS, type TransportLimits} from '../../source/net/limits.ts';
import {Transport} from '../../source/net/transport.ts';
import {encodeFrame} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {
	Cleanup,
	forge,
	identityOf,
	LOOPBACK,
	type Record,
	record,
	startNode,
	strangerDials,
	TLS_DEFAULTS,
	tcpTo,
} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function pair(limits: Partial<TransportLimits> = {}) {
	const [server, client] = [await startNode(1, cleanup, limits), await startNode(2, cleanup, limits)];
	const outbound = await client.transport.dial(server.address, server.identity.peerId);
	return {server, client, outbound, inbound: await server.next()};
}

/** One of ours, and a TLS client that does with its end what it likes; READY has been read. */
async function withStranger(limits: Partial<TransportLimits> = {}, options: object = {}) {
	const node = await startNode(1, cleanup, limits);
	const stranger = strangerDials(node.address.port, {...forge(identityOf(3)), ...options}, cleanup);
	await stranger.firstBytes;
	stranger.received.length = 0;
	return {node, stranger, connection: await node.next()};
}

const numbered = (count: number) => Array.from({length: count}, (_, index) => Buffer.from(`frame ${index}`));

describe('Connection', () => {
	it('carries frames both ways, in order and of every size', async () => {
		const {outbound, inbound} = await pair();
		const bodies = [...numbered(50), Buffer.alloc(MAX_FRAME_BYTES, 7), Buffer.of(1)];
		const [there, back] = [record(inbound, body => inbound.send(body, 'chat')), record(outbound)];
		for (const body of bodies) outbound.send(body, 'chat');
		await back.received(bodies.length);
		expect(there.frames).toEqual(bodies);
		expect(back.frames).toEqual(bodies);
		const bytes = bodies.reduce((sum, body) => sum + 4 + body.length, 0);
		expect([outbound.framesOut, outbound.bytesOut]).toEqual([52, bytes]);
		expect([outbound.framesIn, outbound.bytesIn]).toEqual([52, bytes]);
	});

	it('writes all that is sent in one turn at once', async () => {
		const {stranger, connection} = await withStranger();
		const bodies = numbered(200);
		for (const body of bodies) connection.send(body, 'chat');
		await once(stranger.socket, 'data');
		// One write is one TLS record, and a record arrives as one chunk.
		expect(stranger.received).toEqual([Buffer.concat(bodies.map(encodeFrame))]);
	});

	it('says READY before anything else, however urgent', async () => {
		const {identity} = await startNode(1, cleanup);
		const onConnection = (connection: Connection) => void connection.send(Buffer.from('urgent'), 'control');
		const server = new Transport({identity, onConnection, onRefused: () => {}, limits: {closeTimeout: 300}});
		cleanup.add(() => server.close());
		const client = await startNode(2, cleanup);
		const log = record(await client.transport.dial(await server.listen(LOOPBACK), identity.peerId));
		await log.received(1);
		expect(log.frames).toEqual([Buffer.from('urgent')]);
	});

	it('keeps frames until it is started', async () => {
		const {stranger, connection} = await withStranger();
		stranger.socket.write(Buffer.concat(numbered(3).map(encodeFrame)));
		await new Promise<void>(resolve => stranger.socket.end(resolve));
		const log = record(connection);
		expect(log.frames).toEqual([]);
		expect(await log.closed).toBe('closed');
		expect(log.frames).toEqual(numbered(3));
	});

	it('refuses to send what no frame can hold', async () => {
		const {outbound} = await pair();
		expect(() => outbound.send(new Uint8Array(0), 'chat')).toThrow(RangeError);
		expect(() => outbound.send(new Uint8Array(MAX_FRAME_BYTES + 1), 'chat')).toThrow(RangeError);
	});

	it.each([0, MAX_FRAME_BYTES + 1, 2 ** 32 - 1])('row 21: closes on a frame length of %d', async length => {
		const {stranger, connection} = await withStranger();
		const log = record(connection);
		const header = Buffer.alloc(4);
		header.writeUInt32BE(length);
		stranger.socket.write(Buffer.concat([header, Buffer.alloc(10)]));
		expect(await log.closed).toBe('frame-length');
		expect(log.frames).toEqual([]);
		await stranger.closed;
	});

	it('row 7: closes for no progress on a peer that sends one byte after another but no frame', async () => {
		const {stranger, connection} = await withStranger({frameTimeout: 800});
		const log = record(connection);
		const frame = encodeFrame(Buffer.alloc(5000));
		let sent = 0;
		const trickle = setInterval(() => {
			if (stranger.socket.writable) stranger.socket.write(frame.subarray(sent, ++sent));
		}, 20);
		cleanup.add(() => clearInterval(trickle));
		expect(await log.closed).toBe('no-progress');
		expect(sent).toBeGreaterThan(4);
		expect(log.frames).toEqual([]);
	});

	it('row 7: does not close on a slow peer that does complete its frames', async () => {
		// For longer than the limit, each frame far within it: a busy machine may stand still for a while.
		const {stranger, connection} = await withStranger({frameTimeout: 1_000});
		const log = record(connection);
		// Every write but the last ends one frame and begins the next, so that one is always incomplete.
		const bodies = Array.from({length: 30}, (_, index) => Buffer.from(`frame ${index + 10}`));
		const stream = Buffer.concat(bodies.map(encodeFrame));
		const step = stream.length / bodies.length;
		let sent = 5;
		stranger.socket.write(stream.subarray(0, sent));
		const trickle = setInterval(() => {
			stranger.socket.write(stream.subarray(sent, sent + step));
			sent += step;
			if (sent >= stream.length) clearInterval(trickle);
		}, 50);
		cleanup.add(() => clearInterval(trickle));
		await log.received(bodies.length);
		expect(log.ends).toEqual([]);
	});

	it('lets go of a peer that does not read, before the queue grows beyond the limit', async () => {
		const maxBytes = 256 * 1024;
		const maxQueueBytes = {...DEFAULT_LIMITS.maxQueueBytes, chat: maxBytes};
		const {stranger, connection} = await withStranger({maxQueueBytes});
		stranger.socket.pause();
		const log = record(connection);
		let most = 0;
		const fill = setInterval(() => {
			for (let count = 0; count < 4; count++) connection.send(Buffer.alloc(30_000), 'chat');
			most = Math.max(most, connection.queuedBytes);
		});
		cleanup.add(() => clearInterval(fill));
		expect(await log.closed).toBe('slow');
		expect(most).toBeGreaterThan(0);
		expect(most).toBeLessThanOrEqual(maxBytes);
	});

	it('lets go of the peer that is furthest behind when all queues together are too long', async () => {
		const node = await startNode(1, cleanup, {maxTotalSendQueueBytes: 600_000});
		const far = await Promise.all([2, 3, 4].map(number => startNode(number, cleanup)));
		const there: Record[] = [];
		const [ann, bob, cat] = await Promise.all(
			far.map(async ({address, identity}, index) => {
				const connection = await node.transport.dial(address, identity.peerId);
				there[index] = record(await far[index]!.next());
				return connection;
			}),
		);
		const ends = [ann!, bob!, cat!].map(connection => record(connection));
		const body = Buffer.alloc(50_000);
		// In one turn, so nothing leaves in between.
		for (const connection of [ann, bob, bob, bob, bob, bob, bob, cat, cat, cat, cat, ann])
			connection!.send(body, 'chat');
		expect(bob!.queuedBytes).toBe(0);
		expect(ann!.queuedBytes + cat!.queuedBytes).toBeGreaterThan(300_000);
		expect(await ends[1]!.closed).toBe('slow');
		await Promise.all([there[0]!.received(2), there[2]!.received(4)]);
		expect([ends[0]!.ends, ends[2]!.ends]).toEqual([[], []]);
	});

	it('has room for all again when what was queued has left', async () => {
		const {inbound, outbound} = await pair({maxTotalSendQueueBytes: 200_000});
		const [here, there] = [record(outbound), record(inbound)];
		for (let count = 3; count <= 30; count += 3) {
			for (let index = 0; index < 3; index++) outbound.send(Buffer.alloc(60_000), 'chat');
			await there.received(count);
		}
		expect(here.ends).toEqual([]);
		expect(outbound.queuedBytes).toBeLessThanOrEqual(200_000);
	});

	it('counts what the sockets hold, not only what this turn sends', async () => {
		const maxTotalSendQueueBytes = 256 * 1024;
		const {stranger, connection} = await withStranger({maxTotalSendQueueBytes});
		stranger.socket.pause();
		const log = record(connection);
		let most = 0;
		const fill = setInterval(() => {
			connection.send(Buffer.alloc(30_000), 'chat');
			most = Math.max(most, connection.queuedBytes);
		});
		cleanup.add(() => clearInterval(fill));
		expect(await log.closed).toBe('slow');
		expect(most).toBeGreaterThan(0);
		expect(most).toBeLessThanOrEqual(maxTotalSendQueueBytes);
	});

	it('flushes what is queued before it closes', async () => {
		const {outbound, inbound} = await pair();
		const [there, here] = [record(inbound), record(outbound)];
		for (const body of numbered(2000)) outbound.send(body, 'chat');
		outbound.close('goodbye');
		outbound.send(Buffer.from('too late'), 'chat');
		expect(await there.closed).toBe('closed');
		expect(there.frames).toEqual(numbered(2000));
		expect(await here.closed).toBe('goodbye');
	});

	it('still delivers what the other side sends before it ends too', async () => {
		const {outbound, inbound} = await pair();
		const here = record(outbound);
		record(inbound, () => {
			for (const body of numbered(500)) inbound.send(body, 'chat');
		});
		outbound.send(Buffer.from('last words'), 'chat');
		outbound.close('goodbye');
		expect(await here.closed).toBe('goodbye');
		expect(here.frames).toEqual(numbered(500));
	});

	it('does not wait for ever for the other side to end', async () => {
		const {connection} = await withStranger({closeTimeout: 100}, {allowHalfOpen: true});
		const log = record(connection);
		connection.close('goodbye');
		expect(await log.closed).toBe('goodbye');
	});

	it('tells once that it is closed, with the first reason', async () => {
		const {outbound, inbound} = await pair();
		const [here, there] = [record(outbound), record(inbound)];
		outbound.close('first');
		outbound.destroy('second');
		outbound.close('third');
		expect(await here.closed).toBe('first');
		await there.closed;
		outbound.destroy('fourth');
		await new Promise(setImmediate);
		expect(here.ends).toEqual(['first']);
	});

	it('tells that the connection was reset', async () => {
		const node = await startNode(1, cleanup);
		const raw = tcpTo(node.address.port, cleanup);
		const socket = connect({...TLS_DEFAULTS, ...forge(identityOf(3)), socket: raw});
		socket.on('error', () => {});
		await once(socket, 'data');
		const log = record(await node.next());
		raw.resetAndDestroy();
		expect(await log.closed).toBe('reset');
	});
});
