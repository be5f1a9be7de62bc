import {networkInterfaces} from 'node:os';
import {afterEach, describe, expect, it} from 'vitest';
import {Cleanup, forge, identityOf, record, startNode, strangerDials, tcpTo} from './peers.ts';

const hasIpv6 = Object.values(networkInterfaces()).some(list => list?.some(({address}) => address === '::1'));

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe('Transport', () => {
	it('leaves nothing behind when it is closed', async () => {
		const live = () => process.getActiveResourcesInfo().filter(name => /TCP|TLS|Timeout/.test(name)).length;
		const before = live();
		const [server, client] = [await startNode(1, cleanup), await startNode(2, cleanup)];
		const outbound = await client.transport.dial(server.address, undefined);
		const inbound = await server.next();
		const logs = [record(inbound), record(outbound)];
		tcpTo(server.address.port, cleanup).resume();
		const silent = await startNode(4, cleanup);
		await client.transport.dial(silent.address, undefined);
		await Promise.all([server, client, silent].map(({transport}) => transport.close()));
		await Promise.all(logs.map(({closed}) => closed));
		await cleanup.run();
		await new Promise(setImmediate);
		// The test runner has timers of its own, which end when they like.
		expect(live()).toBeLessThanOrEqual(before);
		await expect(client.transport.dial(server.address, undefined)).rejects.toMatchObject({code: 'failed'});
		await expect(client.transport.listen(server.address)).rejects.toThrow('closed');
	});

	it('row 59: drops the connections that go from an address which this machine no longer has, and no others', async () => {
		const [node, peer] = [await startNode(1, cleanup), await startNode(2, cleanup)];
		strangerDials(node.address.port, {...forge(identityOf(3)), localAddress: '127.0.0.3'}, cleanup);
		const stays = record(await node.next());
		const elsewhere = await node.transport.listen({host: '127.0.0.2', port: 0, family: 4});
		await peer.transport.dial(elsewhere, undefined);
		const goes = record(await node.next());
		node.transport.abandon(host => host === '127.0.0.2');
		expect(await goes.closed).toBe('address-gone');
		node.transport.abandon(host => host !== '127.0.0.1');
		expect(stays.ends).toEqual([]);
	});

	it('says in one line, with a hint, why it cannot listen', async () => {
		const node = await startNode(1, cleanup);
		await expect(node.transport.listen(node.address)).rejects.toMatchObject({
			name: 'UserError',
			message: `Port ${node.address.port} on 127.0.0.1 is taken by another program`,
			hint: expect.stringContaining('--listen /ip4/127.0.0.1/tcp/0'),
		});
		await expect(node.transport.listen({host: '192.0.2.99', port: 0, family: 4})).rejects.toMatchObject({
			name: 'UserError',
			message: '192.0.2.99 is not an address of this machine',
		});
	});

	it.skipIf(!hasIpv6)('carries connections over IPv6 too', async () => {
		const [server, client] = [await startNode(1, cleanup), await startNode(2, cleanup)];
		const address = await server.transport.listen({host: '::1', port: 0, family: 6});
		const connection = await client.transport.dial(address, server.identity.peerId);
		expect(connection.address).toBe(`/ip6/::1/tcp/${address.port}`);
		expect((await server.next()).address).toMatch(/^\/ip6\/::1\/tcp\/\d+$/);
	});
});
