/** The judge: js-libp2p's own multicast DNS finds us, and we find it. On the loopback interface only. */
import os from 'node:os';
import type {ComponentLogger, PeerInfo} from '@libp2p/interface';
import {mdns as libp2pMdns} from '@libp2p/mdns';
import {multiaddr} from '@multiformats/multiaddr';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {createConditions} from '../helpers/conditions.ts';
import {freePort, GROUP, startMdns} from './mdns-peers.ts';
import {Cleanup, identityOf} from './peers.ts';

const cleanup = new Cleanup();

beforeEach(() => {
	// It has no option for the interface: `multicast-dns` takes all that the system tells of, and sends on the loopback
	// interface if there is no other.
	const loopback = Object.entries(os.networkInterfaces()).filter(([, list]) => list?.every(({internal}) => internal));
	const only = vi.spyOn(os, 'networkInterfaces').mockReturnValue(Object.fromEntries(loopback));
	cleanup.add(() => only.mockRestore());
});
afterEach(() => cleanup.run());

const log = Object.assign(() => {}, {trace: () => {}, error: () => {}, enabled: false});
const logger = {forComponent: () => log} as unknown as ComponentLogger;

type Libp2pNode = {readonly found: PeerInfo[]; finds(peer: string): Promise<PeerInfo>; stop(): Promise<void>};

/** A node of js-libp2p that says it can be reached there. */
async function startLibp2p(port: number, addresses: readonly string[]): Promise<Libp2pNode> {
	const found: PeerInfo[] = [];
	const {until, wake} = createConditions();
	const addressManager = {getAddresses: () => addresses.map(address => multiaddr(address))};
	const components = {addressManager, logger} as unknown as Parameters<ReturnType<typeof libp2pMdns>>[0];
	const discovery = libp2pMdns({port, ip: GROUP, interval: 1_000})(components) as unknown as {
		start(): Promise<void>;
		stop(): Promise<void>;
		addEventListener(type: 'peer', listener: (event: CustomEvent<PeerInfo>) => void): void;
	};
	discovery.addEventListener('peer', ({detail}) => {
		found.push(detail);
		wake();
	});
	await discovery.start();
	cleanup.add(() => discovery.stop());
	return {
		found,
		finds: async peer => {
			await until(() => found.some(({id}) => id.toString() === peer));
			return found.find(({id}) => id.toString() === peer)!;
		},
		stop: () => discovery.stop(),
	};
}

describe('js-libp2p', () => {
	const PEER = identityOf(50).peerId;
	const TCP = `/ip4/127.0.0.1/tcp/4050/p2p/${PEER}`;

	test('finds us, and we it, and two of us each other beside it', async () => {
		const port = await freePort();
		const libp2p = await startLibp2p(port, [
			`/ip4/127.0.0.1/udp/4050/quic-v1/p2p/${PEER}`,
			TCP,
			`/ip4/127.0.0.1/tcp/4051/ws/p2p/${PEER}`,
		]);
		const [first, second] = [await startMdns(1, port, cleanup), await startMdns(2, port, cleanup)];
		for (const node of [first, second]) {
			expect(await node.finds(({peer}) => peer === PEER)).toEqual({
				peer: PEER,
				addresses: ['/ip4/127.0.0.1/tcp/4050'],
				speaks: 'libp2p',
				ttl: 120,
				source: '127.0.0.1',
			});
		}
		const known = await libp2p.finds(first.peer);
		expect(known.multiaddrs.map(String)).toEqual(['/ip4/127.0.0.1/tcp/4001']);
		await libp2p.finds(second.peer);
		expect((await first.finds(({peer}) => peer === second.peer)).speaks).toBe('p2p-tui');
		expect([...first.warnings, ...first.dropped, ...second.warnings, ...second.dropped]).toEqual([]);
	});

	test('is found when it comes later, and finds those that were there before', async () => {
		const port = await freePort();
		const node = await startMdns(1, port, cleanup);
		const libp2p = await startLibp2p(port, [TCP]);
		await Promise.all([node.finds(({peer}) => peer === PEER), libp2p.finds(node.peer)]);
	});

	test('is found without an address that we could dial, and is passed over if its key is another', async () => {
		const port = await freePort();
		const node = await startMdns(1, port, cleanup);
		await startLibp2p(port, ['/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N']);
		await node.drops(1);
		expect(node.dropped[0]).toBe('mdns-key-type');
		await startLibp2p(port, [`/ip4/127.0.0.1/udp/4050/quic-v1/p2p/${PEER}`]);
		expect(await node.finds(() => true)).toEqual({
			peer: PEER,
			addresses: [],
			speaks: 'libp2p',
			ttl: 120,
			source: '127.0.0.1',
		});
	});
});
