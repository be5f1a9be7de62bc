import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Inbound} from '../../source/net/inbound.ts';
import {DEFAULT_LIMITS} from '../../source/net/limits.ts';
import {secureContextFor} from '../../source/net/secure.ts';
import {Cleanup, identityOf, tcpTo} from './peers.ts';

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
		limits: DEFAULT_LIMITS,
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
