import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {DEFAULT_INBOUND_LIMITS, Inbound} from '../../source/net/inbound.ts';
import {DEFAULT_LIMITS} from '../../source/net/limits.ts';
import {secureContextFor} from '../../source/net/secure.ts';
import {Cleanup, forge, gone, identityOf, startNode, strangerDials, tcpTo} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A socket that a server has just accepted. */
async function acceptedSocket(): Promise<Socket> {
	const server: Server = createServer().listen(0, '127.0.0.1');
	cleanup.add(() => new Promise(resolve => server.close(resolve)));
	await once(server, 'listening');
	const accepted = once(server, 'connection') as Promise<[Socket]>;
	tcpTo((server.address() as AddressInfo).port, cleanup);
	return (await accepted)[0];
}

function inbound() {
	const refusals: string[] = [];
	const made = new Inbound({
		secureContext: secureContextFor(identityOf(1)),
		limits: {...DEFAULT_LIMITS, ...DEFAULT_INBOUND_LIMITS},
		ready: socket => socket.destroy(),
		refused: reason => refusals.push(reason),
	});
	cleanup.add(() => made.close());
	return {made, refusals};
}

const broken = () => Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'});

describe('no socket of a stranger ends the program', () => {
	const uncaught: unknown[] = [];
	const note = (error: unknown) => uncaught.push(error);

	beforeEach(() => {
		uncaught.length = 0;
		process.on('uncaughtException', note);
		cleanup.add(() => process.off('uncaughtException', note));
	});

	it('not one that is broken when it is accepted, with the error still to be told', async () => {
		const {made} = inbound();
		const raw = await acceptedSocket();
		raw.destroy(broken());
		made.accept(raw);
		// Errors are told before the close is; `closed` is true earlier.
		await new Promise<void>(resolve => raw.once('close', () => resolve()));
		expect(uncaught).toEqual([]);
		expect(made.size).toBe(0);
	});

	it('not one that breaks during the handshake', async () => {
		const {made, refusals} = inbound();
		const raw = await acceptedSocket();
		made.accept(raw);
		expect(made.size).toBe(1);
		raw.destroy(broken());
		await new Promise<void>(resolve => raw.once('close', () => resolve()));
		expect(made.size).toBe(0);
		expect(uncaught).toEqual([]);
		expect(refusals).toEqual(['handshake']);
	});
});

describe('a flood of connections', () => {
	const flood = (port: number, count: number, from: string) =>
		Array.from({length: count}, () => {
			const socket = tcpTo(port, cleanup, from);
			socket.resume();
			return gone(socket);
		});
	const rate = (burst: number) => ({burst, perSecond: 0.001});
	const good = () => forge(identityOf(3));

	it('row 6: is closed before TLS begins beyond a rate from one address, and an honest peer at another gets in', async () => {
		const node = await startNode(1, cleanup, {inboundRatePerAddress: rate(10), inboundRate: rate(20)});
		const closing = flood(node.address.port, 300, '127.0.0.2');
		await node.refused(290);
		expect(node.refusals).toEqual(Array(290).fill('inbound-rate'));
		expect(node.transport.pendingInbound).toBe(10);
		const honest = strangerDials(node.address.port, {...good(), localAddress: '127.0.0.1'}, cleanup);
		expect(await honest.firstBytes).toBeDefined();
		// Whoever shares the address is shut out with the attacker, for as long as that lasts.
		const neighbour = strangerDials(node.address.port, {...good(), localAddress: '127.0.0.2'}, cleanup);
		expect(await neighbour.firstBytes).toBeUndefined();
		expect(node.connections.map(({peer}) => peer)).toEqual([identityOf(3).peerId]);
		await node.transport.close();
		await Promise.all(closing);
	});

	it('row 6: is closed before TLS begins beyond a rate in all, whatever the addresses', async () => {
		const node = await startNode(1, cleanup, {inboundRatePerAddress: rate(10), inboundRate: rate(25)});
		for (let host = 2; host < 12; host++) flood(node.address.port, 10, `127.0.0.${host}`);
		await node.refused(75);
		expect(node.refusals).toEqual(Array(75).fill('inbound-rate'));
		expect(node.transport.pendingInbound).toBe(25);
	});
});
