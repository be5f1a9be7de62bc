/** What goes wrong when the node opens its sockets, and what it says then. Loopback only. */
import {once} from 'node:events';
import {type AddressInfo, createServer, type Server} from 'node:net';
import {afterEach, describe, expect, test} from 'vitest';
import type {CoreConfig} from '../../source/api/core.ts';
import {UserError} from '../../source/base/errors.ts';
import {Endpoint} from '../../source/core/endpoint.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {CONFIG} from '../cli/fake-core.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

function endpoint(config: Partial<CoreConfig>) {
	const addresses: (readonly string[])[] = [];
	const made = new Endpoint({
		config: {...CONFIG, ...config},
		identity: newIdentity(),
		onConnection: connection => connection.destroy('test'),
		onRefused: () => {},
		onDatagram: () => {},
		onWarning: () => {},
		onAddresses: list => addresses.push(list),
	});
	closing.push(() => made.close());
	return {made, addresses};
}

async function failure(config: Partial<CoreConfig>): Promise<UserError> {
	const error = await endpoint(config)
		.made.open()
		.then(
			() => undefined,
			(reason: unknown) => reason,
		);
	expect(error).toBeInstanceOf(UserError);
	return error as UserError;
}

async function takenPort(): Promise<number> {
	const server: Server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	closing.push(() => new Promise(resolve => server.close(resolve)));
	return (server.address() as AddressInfo).port;
}

describe('opening fails with one line and a hint', () => {
	test('when the port is taken', async () => {
		const port = await takenPort();
		const {message, hint} = await failure({listen: [`/ip4/127.0.0.1/tcp/${port}`]});
		expect(message).toBe(`Port ${port} on 127.0.0.1 is taken by another program`);
		expect(hint).toContain('--listen /ip4/127.0.0.1/tcp/0');
	});

	test('when the address is not one of this machine', async () => {
		// TEST-NET-1 (RFC 5737): nobody's address. Nothing is sent there, it is only bound.
		const {message, hint} = await failure({interfaces: [], listen: ['/ip4/192.0.2.7/tcp/0']});
		expect(message).toBe('192.0.2.7 is not an address of this machine');
		expect(hint).toContain('/ip4/0.0.0.0/tcp/0');
	});

	test('when the address is on another interface than the chosen one', async () => {
		const {message, hint} = await failure({interfaces: ['lo'], listen: ['/ip4/192.0.2.7/tcp/0']});
		expect(message).toContain('it is on none of the chosen interfaces');
		expect(hint).toContain('127.0.0.1');
	});

	test('when there is no such interface', async () => {
		const {message, hint} = await failure({interfaces: ['wlan77'], listen: ['/ip4/0.0.0.0/tcp/0']});
		expect(message).toBe('No network interface "wlan77" on this machine');
		expect(hint).toContain('lo (127.0.0.1');
	});

	test('when an address is none', async () => {
		const {message} = await failure({listen: ['/ip4/127.0.0.1/udp/1']});
		expect(message).toContain('/ip4/127.0.0.1/udp/1');
	});

	test('and what was opened before it is closed again', async () => {
		const port = await takenPort();
		const {made} = endpoint({listen: ['/ip4/127.0.0.1/tcp/0', `/ip4/127.0.0.1/tcp/${port}`], discovery: true});
		await expect(made.open()).rejects.toThrow('is taken');
		await made.close();
		expect(made.addresses).toEqual([]);
		await expect(made.transport.listen({host: '127.0.0.1', port: 0, family: 4})).rejects.toThrow('closed');
	});
});

test('a wildcard on a chosen interface becomes the address of that interface, with the port that it got', async () => {
	const {made, addresses} = endpoint({listen: ['/ip4/0.0.0.0/tcp/0']});
	await made.open();
	expect(made.addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/[1-9]\d*$/)]);
	expect(made.interfaceNames).toEqual(['lo']);
	expect(addresses).toEqual([made.addresses]);
});

test('a node that only dials listens nowhere', async () => {
	const {made} = endpoint({listen: []});
	await made.open();
	expect(made.addresses).toEqual([]);
});
