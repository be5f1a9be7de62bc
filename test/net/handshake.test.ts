import {once} from 'node:events';
import type {TLSSocket} from 'node:tls';
import {afterEach, describe, expect, it} from 'vitest';
import {element, TAG, text} from '../../source/net/der.ts';
import {encodeHostKey} from '../../source/net/host-key.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import {encodeFrame} from '../../source/wire/frame.ts';
import {PROTOCOL_MINOR} from '../../source/wire/messages.ts';
import specification from '../vectors/libp2p-tls.json' with {type: 'json'};
import {
	type CertificateChanges,
	Cleanup,
	captureClientHello,
	closedPort,
	forge,
	gone,
	identityOf,
	LOOPBACK,
	record,
	startNode,
	strangerDials,
	strangerListens,
	strangerServes,
	tcpTo,
} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const READY = Buffer.from(encodeFrame(encodeMessage({type: 'ready', minor: PROTOCOL_MINOR})));
const good = () => forge(identityOf(3));

/** A stranger with this certificate dials us: why it is turned away, or `accepted`. */
async function dialledBy(options: object): Promise<string> {
	const node = await startNode(1, cleanup);
	const stranger = strangerDials(node.address.port, options, cleanup);
	const first = await stranger.firstBytes;
	if (first !== undefined) {
		expect(first).toEqual(READY);
		const connection = await node.next();
		return `accepted ${connection.peer}`;
	}
	expect(node.connections).toEqual([]);
	return String(node.refusals);
}

/** We dial a stranger with this certificate: our error, and all that it received from us. */
async function dials(options: {cert: string; key: string}): Promise<{message: string; received: Buffer[]}> {
	const received: Buffer[] = [];
	const {address} = await strangerServes(
		options,
		socket => {
			socket.on('data', chunk => received.push(chunk));
			socket.write(READY);
		},
		cleanup,
	);
	const node = await startNode(1, cleanup);
	try {
		const connection = await node.transport.dial(address, undefined);
		return {message: `accepted ${connection.peer}`, received};
	} catch (error) {
		return {message: `${(error as {code: string}).code}: ${(error as Error).message}`, received};
	}
}

describe('a handshake', () => {
	it('ends in a connection on both sides, with each other’s proved id and READY as the first frame', async () => {
		const [server, client] = [await startNode(1, cleanup), await startNode(2, cleanup)];
		const outbound = await client.transport.dial(server.address, server.identity.peerId);
		const inbound = await server.next();
		expect(outbound.peer).toBe(server.identity.peerId);
		expect(inbound.peer).toBe(client.identity.peerId);
		expect([outbound.direction, inbound.direction]).toEqual(['outbound', 'inbound']);
		expect(outbound.address).toBe(`/ip4/127.0.0.1/tcp/${server.address.port}`);
		expect(inbound.address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/);
		expect(await dialledBy(good())).toBe(`accepted ${identityOf(3).peerId}`);
	});

	it('has no server name, and sends nothing before READY', async () => {
		const node = await startNode(1, cleanup);
		const early: Buffer[] = [];
		let secure = (_socket: TLSSocket) => {};
		const handshake = new Promise<TLSSocket>(resolve => {
			secure = resolve;
		});
		const {address} = await strangerServes(good(), secure, cleanup);
		let isConnected = false;
		const dial = node.transport.dial(address, undefined).then(connection => {
			isConnected = true;
			return connection;
		});
		const socket = await handshake;
		socket.on('data', chunk => early.push(chunk));
		expect((socket as {servername?: unknown}).servername).toBeFalsy();
		expect(socket.getProtocol()).toBe('TLSv1.3');
		// The client’s part of TLS is over before the server’s, so without READY it would be connected by now.
		expect(isConnected).toBe(false);
		socket.write(READY);
		const connection = await dial;
		expect(early).toEqual([]);
		connection.send(Buffer.from('hello'), 'chat');
		await once(socket, 'data');
		expect(Buffer.concat(early)).toEqual(Buffer.from(encodeFrame(Buffer.from('hello'))));
	});

	it('hands on frames that came in one piece with READY', async () => {
		const node = await startNode(1, cleanup);
		const rest = [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')];
		const all = Buffer.concat([READY, ...rest.map(encodeFrame)]);
		const {address} = await strangerServes(
			good(),
			socket => {
				socket.write(all.subarray(0, all.length - 2));
				socket.once('data', () => socket.write(all.subarray(all.length - 2)));
			},
			cleanup,
		);
		const connection = await node.transport.dial(address, undefined);
		const log = record(connection);
		await log.received(2);
		connection.send(Buffer.from('go on'), 'chat');
		await log.received(3);
		expect(log.frames).toEqual(rest);
	});

	it('fails when the first frame is something else', async () => {
		const {address} = await strangerServes(good(), socket => socket.write(encodeFrame(Buffer.of(0x90))), cleanup);
		const node = await startNode(1, cleanup);
		await expect(node.transport.dial(address, undefined)).rejects.toMatchObject({code: 'failed'});
	});

	it('row 1: refuses a client without a certificate', async () => {
		expect(await dialledBy({})).toBe('certificate-absent');
	});

	it('row 2: refuses a bad extension signature on both sides', async () => {
		const signature = identityOf(3).sign(Buffer.from('something else'));
		expect(await dialledBy(forge(identityOf(3), {signature}))).toBe('certificate-signature');
		const {message, received} = await dials(forge(identityOf(3), {signature}));
		expect(message).toMatch(/^failed: .* the host key did not sign the certificate$/);
		expect(received).toEqual([]);
		// The specification's vector has no private key to serve with; test/net/certificate.test.ts refuses it.
		expect(specification.vectors).toHaveLength(4);
	});

	it('row 3: refuses a valid certificate of another peer than the expected one, and says so', async () => {
		const [server, client] = [await startNode(1, cleanup), await startNode(2, cleanup)];
		const expected = identityOf(9).peerId;
		const dial = client.transport.dial(server.address, expected);
		await expect(dial).rejects.toMatchObject({
			code: 'wrong-peer',
			message: `/ip4/127.0.0.1/tcp/${server.address.port} is ${server.identity.peerId}, not the expected ${expected}`,
		});
		// The client leaves before it has shown its own certificate, so the server never calls it connected.
		await server.refused(1);
		expect(server.refusals).toEqual(['handshake']);
		expect(server.connections).toEqual([]);
	});

	it('row 4: refuses TLS 1.2 on both sides', async () => {
		const old = {...good(), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2'};
		expect(await dialledBy(old)).toBe('handshake');
		expect((await dials(old)).message).toMatch(/^failed: .*may not speak p2p-tui/);
	});

	it('row 5: refuses no protocol (ALPN) and another one on both sides', async () => {
		for (const [ALPNProtocols, reason] of [
			[undefined, 'alpn'],
			[['h2', 'p2p-tui/2'], 'handshake'],
		] as const) {
			expect(await dialledBy({...good(), ALPNProtocols})).toBe(reason);
			expect((await dials({...good(), ALPNProtocols} as ReturnType<typeof good>)).message).toMatch(/^failed: /);
		}
	});

	const neutral = Buffer.alloc(32).fill(1, 0, 1);
	const bad: [string, string, CertificateChanges][] = [
		['row 8: a missing extension', 'certificate-extension', {extensions: () => []}],
		['row 8: a doubled extension', 'certificate-extension', {extensions: one => [one, one]}],
		[
			'row 8: an unknown critical extension',
			'certificate-critical',
			{extensions: one => [one, {oid: Buffer.of(0x2b, 1), critical: true, value: Buffer.of(5, 0)}]},
		],
		[
			'row 10: a small-order key',
			'certificate-small-order',
			{
				hostKey: encodeHostKey(neutral),
				signature: Buffer.concat([Buffer.alloc(32, 0x66).fill(0x58, 0, 1), neutral]),
			},
		],
		['a unique id', 'certificate-unique-id', {tail: element(0x82, Uint8Array.of(0, 1))}],
	];
	it.each(bad)('%s is refused on both sides', async (_title, reason, changes) => {
		expect(await dialledBy(forge(identityOf(3), changes))).toBe(reason);
		const {message, received} = await dials(forge(identityOf(3), changes));
		expect(message).toMatch(/^failed: .* was not accepted: the (certificate|host key)/);
		expect(received).toEqual([]);
	});

	it('refuses more than one certificate on both sides', async () => {
		const [mine, other] = [good(), good()];
		const chain = {...mine, cert: mine.cert + other.cert};
		expect(await dialledBy(chain)).toBe('certificate-chain');
		expect((await dials(chain)).message).toMatch(/more than one certificate/);
	});

	it('row 9: takes peers whose clock is ten years off, either way', async () => {
		for (const [from, to] of [
			['060101000000Z', '160101000000Z'],
			['360101000000Z', '460101000000Z'],
		] as const) {
			const dates = {notBefore: text(TAG.utcTime, from), notAfter: text(TAG.utcTime, to)};
			expect(await dialledBy(forge(identityOf(3), dates))).toBe(`accepted ${identityOf(3).peerId}`);
			expect((await dials(forge(identityOf(3), dates))).message).toBe(`accepted ${identityOf(3).peerId}`);
		}
	});

	it('row 11: does not resume a session, so a stolen ticket is worth nothing', async () => {
		const node = await startNode(1, cleanup);
		const owner = strangerDials(node.address.port, good(), cleanup);
		expect(await owner.firstBytes).toEqual(READY);
		// A thief has the session, but neither certificate nor key.
		const thief = strangerDials(node.address.port, {session: owner.sessions.at(-1)}, cleanup);
		expect(await thief.firstBytes).toBeUndefined();
		const again = strangerDials(node.address.port, {...good(), session: owner.sessions.at(-1)}, cleanup);
		expect(await again.firstBytes).toEqual(READY);
		expect(again.socket.isSessionReused()).toBe(false);
		expect(node.refusals).toEqual(['certificate-absent']);
	});
});

describe('row 6: strangers who open sockets and never finish', () => {
	// All of them and their server share one process: a machine that is busy with others may be too slow for the honest one.
	const busy = {retry: 1};
	it(
		'row 6: a thousand silent or half-sent ClientHellos are closed in time, and an honest peer gets in meanwhile',
		busy,
		async () => {
			const hello = await captureClientHello(cleanup);
			const rate = {burst: 2000, perSecond: 2000};
			const roomy = {
				...{handshakeTimeout: 2500, maxPendingInbound: 2000, maxPendingInboundPerAddress: 2000},
				...{inboundRate: rate, inboundRatePerAddress: rate},
			};
			const [node, honest] = [await startNode(1, cleanup, roomy), await startNode(2, cleanup)];
			const attackers = Array.from({length: 1000}, (_, index) => {
				const socket = tcpTo(node.address.port, cleanup);
				socket.resume();
				if (index % 2 === 1) socket.write(hello.subarray(0, Math.floor(hello.length / 2)));
				return gone(socket);
			});
			const connection = await honest.transport.dial(node.address, node.identity.peerId);
			expect(connection.peer).toBe(node.identity.peerId);
			await Promise.all(attackers);
			expect(node.transport.pendingInbound).toBe(0);
			expect(node.refusals).toEqual(Array(1000).fill('handshake-timeout'));
			expect(node.connections).toHaveLength(1);
		},
	);

	it('row 6: no more than the limit hang there at once, from one address and in all; the oldest go first', async () => {
		const never = {handshakeTimeout: 60_000, maxPendingInbound: 12, maxPendingInboundPerAddress: 8};
		const [node, honest] = [await startNode(1, cleanup, never), await startNode(2, cleanup)];
		const open = async (localAddress: string) => {
			const socket = tcpTo(node.address.port, cleanup, localAddress);
			socket.resume();
			await once(socket, 'connect');
			return socket;
		};
		const first = [];
		for (let count = 0; count < 20; count++) first.push(await open('127.0.0.1'));
		await node.refused(12);
		expect(node.transport.pendingInbound).toBe(8);
		await Promise.all(first.slice(0, 12).map(gone));
		expect(first.slice(12).map(socket => socket.closed)).toEqual(Array(8).fill(false));
		for (let count = 0; count < 10; count++) await open('127.0.0.2');
		await honest.transport.dial(node.address, node.identity.peerId);
		expect(node.transport.pendingInbound).toBeLessThanOrEqual(12);
		expect(node.refusals.every(reason => reason === 'pending-limit')).toBe(true);
		expect(node.connections).toHaveLength(1);
	});
});

describe('a dial that fails', () => {
	it.each([
		['closes at once', 'failed', (socket: {destroy(): void}) => socket.destroy()],
		['speaks HTTP', 'failed', (socket: {end(text: string): void}) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
	])('says in one line that the other side %s', async (_title, code, onSocket) => {
		const {address} = await strangerListens(onSocket, cleanup);
		const node = await startNode(1, cleanup);
		const error = await node.transport.dial(address, undefined).catch(error => error);
		expect(error).toMatchObject({code, name: 'DialError'});
		expect(error.message).toContain(`/ip4/127.0.0.1/tcp/${address.port}`);
		expect(error.message).not.toContain('\n');
	});

	it('knows a port on which nothing listens', async () => {
		const node = await startNode(1, cleanup);
		const dial = node.transport.dial({...LOOPBACK, port: await closedPort()}, undefined);
		await expect(dial).rejects.toMatchObject({code: 'refused'});
	});

	it.each([0, 70_000])('knows that port %d cannot be dialled', async port => {
		const node = await startNode(1, cleanup);
		await expect(node.transport.dial({...LOOPBACK, port}, undefined)).rejects.toMatchObject({code: 'bad-address'});
	});

	it('gives up on a silent server, and on one that says all but READY, and leaves no socket behind', async () => {
		const node = await startNode(1, cleanup, {handshakeTimeout: 1_000});
		const silent = await strangerListens(socket => socket.resume(), cleanup);
		const unready = await strangerServes(good(), () => {}, cleanup);
		for (const {address, sockets} of [silent, unready]) {
			const error = await node.transport.dial(address, undefined).catch(error => error);
			expect(error).toMatchObject({code: 'timeout'});
			expect(error.message).toContain('did not complete the handshake within 1 s');
			expect(sockets).toHaveLength(1);
			await Promise.all(sockets.map(gone));
		}
	});

	it('can be cancelled before and while it runs', async () => {
		const node = await startNode(1, cleanup);
		const {address, server} = await strangerListens(socket => socket.resume(), cleanup);
		await expect(node.transport.dial(address, undefined, AbortSignal.abort())).rejects.toMatchObject({code: 'failed'});
		const controller = new AbortController();
		const dial = node.transport.dial(address, undefined, controller.signal);
		const [socket] = await once(server, 'connection');
		controller.abort();
		await expect(dial).rejects.toMatchObject({code: 'failed', message: expect.stringContaining('cancelled')});
		await gone(socket);
	});
});
