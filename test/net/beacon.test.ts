import {randomFillSync} from 'node:crypto';
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {afterEach, describe, expect, it} from 'vitest';
import {Beacon, type BeaconOptions, type DatagramSource} from '../../source/net/beacon.ts';
import {type NetworkInterface, selectInterfaces} from '../../source/net/interfaces.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {createConditions} from '../helpers/conditions.ts';
import {Cleanup, identityOf} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const LO = selectInterfaces(networkInterfaces(), ['lo']);

/** A port that is free now, found by taking it for a moment. */
async function freePort(): Promise<number> {
	const socket = createSocket('udp4');
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	const {port} = socket.address();
	await new Promise<void>(resolve => socket.close(() => resolve()));
	return port;
}

/** Words that begin as an announcement does: what follows is not the beacon's business. */
const BEGINNING = Buffer.from('\x96\xa7p2p-tui\x01', 'latin1');
const say = (text: string) => Buffer.concat([BEGINNING, Buffer.from(text)]);
const textOf = (bytes: Uint8Array) => Buffer.from(bytes.subarray(BEGINNING.length)).toString();

type Heard = {text: string; bytes: Uint8Array; source: DatagramSource};

type Listening = {
	beacon: Beacon;
	heard: Heard[];
	dropped: string[];
	warnings: string[];
	/** Resolves with what was heard, once it is that many. */
	hears(count: number): Promise<Heard[]>;
	/** Resolves once that many were dropped. */
	drops(count: number): Promise<void>;
};

async function startBeacon(
	port: number,
	interfaces: readonly NetworkInterface[] = LO,
	options: Partial<BeaconOptions> = {},
): Promise<Listening> {
	const [heard, dropped, warnings]: [Heard[], string[], string[]] = [[], [], []];
	const {until, wake} = createConditions();
	const beacon = new Beacon({
		port,
		isRestricted: true,
		onDatagram: (bytes, source) => {
			heard.push({text: textOf(bytes), bytes, source});
			wake();
		},
		onDropped: reason => {
			dropped.push(reason);
			wake();
		},
		onWarning: (code, message) => warnings.push(`${code}: ${message}`),
		...options,
	});
	cleanup.add(() => beacon.close());
	await beacon.open(interfaces);
	return {
		beacon,
		heard,
		dropped,
		warnings,
		hears: async count => {
			await until(() => heard.length >= count);
			return heard;
		},
		drops: count => until(() => dropped.length >= count),
	};
}

async function udpFrom(address: string): Promise<Socket> {
	const socket = createSocket('udp4');
	cleanup.add(() => new Promise<void>(resolve => socket.close(() => resolve())));
	await new Promise<void>(resolve => socket.bind(0, address, resolve));
	return socket;
}

describe('Beacon', () => {
	it('is heard by every node on the host, itself included, by broadcast and by multicast', async () => {
		const port = await freePort();
		const nodes = [await startBeacon(port), await startBeacon(port), await startBeacon(port)];
		nodes[0]?.beacon.announce(say('hello'));
		for (const node of nodes) {
			const heard = await node.hears(2);
			expect(heard.map(({text}) => text)).toEqual(['hello', 'hello']);
			expect(heard[0]?.source).toMatchObject({host: '127.0.0.1', family: 4});
			expect(node.warnings).toEqual([]);
		}
	});

	it.each([
		['multicast alone', (network: NetworkInterface) => ({...network, broadcast: undefined})],
		['broadcast alone', (network: NetworkInterface) => network],
	])('is heard by %s', async (title, change) => {
		const port = await freePort();
		const [first, second] = [await startBeacon(port, LO.map(change) as NetworkInterface[]), await startBeacon(port)];
		if (title === 'multicast alone') {
			first.beacon.announce(say('hello'));
		} else {
			const socket = await udpFrom('127.0.0.1');
			socket.setBroadcast(true);
			socket.send(say('hello'), port, '127.255.255.255');
		}
		expect((await second.hears(1)).map(({text}) => text)).toEqual(['hello']);
		expect((await first.hears(1)).map(({text}) => text)).toEqual(['hello']);
	});

	it('takes answers where its announcements come from, so that several nodes on a host each get their own', async () => {
		const port = await freePort();
		const [first, second] = [await startBeacon(port), await startBeacon(port)];
		first.beacon.announce(say('who is there?'));
		const [question] = await second.hears(1);
		expect(question?.source.port).not.toBe(port);
		await first.hears(2);
		second.beacon.answer(say('me'), question!.source);
		const heard = await first.hears(3);
		expect(heard[2]?.text).toBe('me');
		await second.hears(2);
		expect(second.heard.map(({text}) => text)).toEqual(['who is there?', 'who is there?']);
	});

	it('row 19: passes on what begins as an announcement, and counts everything else by its reason', async () => {
		const port = await freePort();
		const node = await startBeacon(port);
		const stranger = await udpFrom('127.0.0.1');
		const send = (bytes: Uint8Array | string) =>
			new Promise<void>((resolve, reject) =>
				stranger.send(bytes, port, '127.0.0.1', error => (error ? reject(error) : resolve())),
			);
		await send('');
		await send(new Uint8Array(65_507));
		await node.drops(2);
		for (let count = 0; count < 50; count++) await send(randomFillSync(Buffer.alloc(1 + count * 20)));
		await send(JSON.stringify({type: 'announcement', peer: 'someone', port: 9999}));
		await send(JSON.stringify([...Array(300)].map((_, index) => index)));
		const peer = identityOf(1).peerId;
		const ports = {port4: 4001, port6: undefined};
		const announcement = {peer, instance: '00'.repeat(16), ...ports, wantsAnswer: true, leaving: false};
		await send(encodeAnnouncement(announcement));
		const [heard] = await node.hears(1);
		expect(decodeAnnouncement(heard!.bytes)).toEqual(announcement);
		expect(node.heard).toHaveLength(1);
		expect(node.dropped.sort()).toEqual([...Array(53).fill('announcement'), 'datagram-size']);
		expect(node.warnings).toEqual([]);
	});

	it('drops what comes from outside of restricted interfaces', async () => {
		const port = await freePort();
		const narrow = selectInterfaces(
			{
				lo: [{address: '127.0.0.1', netmask: '', family: 'IPv4', mac: '', internal: true, cidr: '127.0.0.1/31'}],
			},
			[],
		);
		const restricted = await startBeacon(port, narrow);
		const outside = await udpFrom('127.0.0.9');
		outside.send(say('x'), port, '127.0.0.1');
		await restricted.drops(1);
		expect(restricted.dropped).toEqual(['datagram-interface']);
		const inside = await udpFrom('127.0.0.1');
		inside.send(say('y'), port, '127.0.0.1');
		expect((await restricted.hears(1)).map(({text}) => text)).toEqual(['y']);
		await restricted.beacon.close();

		const open = await startBeacon(port, narrow, {isRestricted: false});
		outside.send(say('z'), port, '127.0.0.1');
		expect((await open.hears(1)).map(({text}) => text)).toEqual(['z']);
	});

	it('says so when the port is taken, and still announces and gets answers; tries again at the next update', async () => {
		const port = await freePort();
		const selfish = createSocket({type: 'udp4', reuseAddr: false});
		await new Promise<void>(resolve => selfish.bind(port, '0.0.0.0', resolve));
		const node = await startBeacon(port);
		expect(node.warnings).toEqual([
			expect.stringMatching(
				new RegExp(`^discovery-port: UDP port ${port} is held by another program.*--discovery-port`),
			),
		]);
		const heard = once(selfish, 'message');
		node.beacon.announce(say('hello'));
		const [, source] = await heard;
		selfish.send(say('answer'), source.port, source.address);
		expect((await node.hears(1)).map(({text}) => text)).toEqual(['answer']);
		await node.beacon.update(LO);
		expect(node.warnings).toHaveLength(1);
		await new Promise<void>(resolve => selfish.close(() => resolve()));
		await node.beacon.update(LO);
		node.beacon.announce(say('hello again'));
		// Heard over both ways: the multicast group was joined after all.
		expect((await node.hears(3)).map(({text}) => text)).toEqual(['answer', 'hello again', 'hello again']);
	});

	it('warns once about an interface that does not let it out', async () => {
		const gone = selectInterfaces(
			{
				gone0: [{address: '192.0.2.99', netmask: '', family: 'IPv4', mac: '', internal: false, cidr: '192.0.2.99/24'}],
			},
			[],
		);
		const node = await startBeacon(await freePort(), [...LO, ...gone]);
		await node.beacon.update([...LO, ...gone]);
		expect(node.warnings.filter(warning => warning.startsWith('discovery-send'))).toEqual([
			'discovery-send: Announcements do not leave gone0 (192.0.2.99): the address is gone (EADDRNOTAVAIL)',
		]);
		node.beacon.announce(say('still here'));
		await node.hears(2);
	});

	it('lets go of an interface that vanishes, and takes it up when it returns', async () => {
		const port = await freePort();
		const [node, other] = [await startBeacon(port), await startBeacon(port)];
		await node.beacon.update([]);
		node.beacon.announce(say('unheard'));
		await node.beacon.update(LO);
		node.beacon.announce(say('heard'));
		expect((await other.hears(2)).map(({text}) => text)).toEqual(['heard', 'heard']);
		expect((await node.hears(2)).map(({text}) => text)).toEqual(['heard', 'heard']);
	});

	it('frees the port when it is closed', async () => {
		const port = await freePort();
		const node = await startBeacon(port);
		await node.beacon.close();
		node.beacon.announce(say('nothing'));
		const selfish = createSocket({type: 'udp4', reuseAddr: false});
		await new Promise<void>((resolve, reject) => {
			selfish.once('error', reject);
			selfish.bind(port, '0.0.0.0', resolve);
		});
		await new Promise<void>(resolve => selfish.close(() => resolve()));
		await node.beacon.close();
	});
});
