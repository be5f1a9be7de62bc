import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {createRequire} from 'node:module';
import {encode, type Packet} from 'dns-packet';
import {afterEach, describe, expect, it, test} from 'vitest';
import type {NetworkInterface} from '../../source/net/interfaces.ts';
import {linksOf} from '../../source/net/mdns-link.ts';
import {SERVICE} from '../../source/wire/mdns.ts';
import {CORPUS, packet} from '../wire/mdns-corpus.ts';
import {createMdns, freePort, LO, startMdns, startStranger} from './mdns-peers.ts';
import {Cleanup} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const require = createRequire(import.meta.url);

/** The texts that an answer tells. */
function textsOf({additionals = []}: Packet): string[] {
	return additionals.flatMap(record => (record.type === 'TXT' ? [record.data].flat().map(String) : []));
}

const isAnswer = ({type}: Packet) => type === 'response';

// First, since what one test has loaded stays.
it('loads the library when it is opened, not before', async () => {
	const isLoaded = () => require.resolve('multicast-dns') in require.cache;
	const {mdns} = createMdns(1, await freePort(), cleanup);
	expect(isLoaded()).toBe(false);
	await mdns.open(LO, []);
	expect(isLoaded()).toBe(true);
});

describe('nodes', () => {
	it('find each other, several on one host, and hear when one leaves', async () => {
		const port = await freePort();
		const nodes = await Promise.all([1, 2, 3].map(number => startMdns(number, port, cleanup)));
		for (const node of nodes) {
			for (const [index, other] of nodes.entries()) {
				if (other === node) continue;
				expect(await node.finds(({peer}) => peer === other.peer)).toEqual({
					peer: other.peer,
					addresses: [`/ip4/127.0.0.1/tcp/${4001 + index}`],
					speaks: 'p2p-tui',
					ttl: 120,
					source: '127.0.0.1',
				});
			}
		}
		const [first, second] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
		await first.mdns.close();
		expect((await second.finds(({ttl}) => ttl === 0)).peer).toBe(first.peer);
		expect(
			nodes.flatMap(({warnings, dropped, found, peer}) => [
				...warnings,
				...dropped,
				...found.filter(one => one.peer === peer),
			]),
		).toEqual([]);
	});

	it('tell at once when they can be reached elsewhere, and nothing where they cannot be reached', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(9, port, cleanup);
		await node.mdns.open(LO, []);
		await stranger.hears(heard => heard.some(({type}) => type === 'query'));
		await node.mdns.update(LO, ['/ip4/127.0.0.1/tcp/4001']);
		await stranger.hears(heard => heard.some(isAnswer));
		expect(textsOf(stranger.heard.find(isAnswer)!)).toEqual([
			`dnsaddr=/ip4/127.0.0.1/tcp/4001/p2p/${node.peer}`,
			'p2p-tui=1',
		]);
		await node.mdns.update(LO, ['/ip4/127.0.0.1/tcp/4002', '/ip4/127.0.0.1/tcp/4001']);
		await stranger.hears(heard => textsOf(heard.findLast(isAnswer)!).length === 3);
	});

	it('answer those who ask from another port like all others', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		await startMdns(1, port, cleanup);
		const resolver = createSocket('udp4');
		cleanup.add(() => new Promise<void>(resolve => resolver.close(() => resolve())));
		await new Promise<void>(resolve => resolver.bind(0, '127.0.0.1', resolve));
		resolver.setMulticastInterface('127.0.0.1');
		resolver.send(packet('question-of-services'), port, '224.0.0.251');
		await stranger.hears(heard => heard.some(({answers}) => answers?.length === 2));
		const {answers} = stranger.heard.find(({answers: list}) => list?.length === 2)!;
		expect(answers).toMatchObject([
			{name: '_services._dns-sd._udp.local', type: 'PTR', data: SERVICE},
			{name: SERVICE, type: 'PTR'},
		]);
	});

	it('let go of interfaces that are gone', async () => {
		const port = await freePort();
		const node = await startMdns(1, port, cleanup);
		await node.mdns.update([], []);
		// Nobody holds the port any more.
		const socket = createSocket('udp4');
		cleanup.add(() => new Promise<void>(resolve => socket.close(() => resolve())));
		await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(port, '224.0.0.251', resolve));
	});

	it('warn once of a port that is held by others, and take it when it is free', async () => {
		const port = await freePort();
		const holder = createSocket('udp4');
		await new Promise<void>(resolve => holder.bind(port, '0.0.0.0', resolve));
		const node = await startMdns(1, port, cleanup);
		await node.mdns.update(LO, []);
		expect(node.warnings).toEqual([expect.stringMatching(/^mdns-port: UDP port \d+ is held by another program/)]);
		expect(node.mdns.isWhole).toBe(false);
		await new Promise<void>(resolve => holder.close(() => resolve()));
		const stranger = await startStranger(port, cleanup);
		await node.mdns.update(LO, ['/ip4/127.0.0.1/tcp/4001']);
		await stranger.hears(heard => heard.some(isAnswer));
		expect(node.mdns.isWhole).toBe(true);
	});
});

it('has a link for each interface, of IPv4 where there is any', () => {
	const network = (name: string, address: string, scope?: string): NetworkInterface => ({
		...LO[0]!,
		name,
		address,
		family: address.includes(':') ? 6 : 4,
		...(scope === undefined ? {} : {scope}),
	});
	const links = linksOf([
		network('eth0', 'fe80::1', 'eth0'),
		network('eth0', '192.0.2.7'),
		network('eth0', '192.0.2.8'),
		network('eth1', '2001:db8::1'),
		network('eth1', 'fe80::2', 'eth1'),
		network('eth2', '2001:db8::2'),
	]);
	expect(links.map(({key, networks}) => [key, networks.length])).toEqual([
		[`eth0 192.0.2.7 ${LO[0]?.mac}`, 3],
		[`eth1 fe80::2 ${LO[0]?.mac}`, 2],
	]);
});

describe('row 20: multicast DNS on the wire', () => {
	const hostile = [...CORPUS.keys()].filter(name => !/^(question|answer|goodbye|chromecast)/.test(name));

	test('what is malformed is dropped before it is decoded, and the node goes on', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(9, port, cleanup);
		await node.mdns.open(LO, []);
		for (const name of hostile) {
			await stranger.send(packet(name));
			await node.drops(hostile.indexOf(name) + 1);
		}
		expect(node.dropped).toHaveLength(hostile.length);
		expect(node.dropped).not.toContain('mdns-decode');
		// Of other services, random or empty: not even counted.
		await stranger.send(packet('chromecast'));
		await stranger.send(randomBytes(1_000));
		await stranger.send(new Uint8Array());
		await stranger.send(packet('answer-in-the-manner-of-js'));
		expect(await node.finds(() => true)).toMatchObject({
			speaks: 'libp2p',
			addresses: expect.arrayContaining(['/ip4/192.0.2.7/tcp/4001']),
		});
		expect(node.dropped).toHaveLength(hostile.length);
		expect(node.warnings).toEqual([]);
	});

	test('nobody beyond the link is listened to', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(1, port, cleanup);
		const elsewhere = LO.map(network => ({...network, contains: (host: string) => host === '192.0.2.7'}));
		await node.mdns.open(elsewhere, ['/ip4/127.0.0.1/tcp/4001']);
		await stranger.send(packet('answer-in-the-manner-of-js'));
		await node.drops(1);
		expect(node.dropped[0]).toBe('mdns-source');
		expect(node.found).toEqual([]);
	});

	test('a flood is decoded in part only', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(9, port, cleanup);
		await node.mdns.open(LO, []);
		const flood = Buffer.concat([packet('pointer-to-itself'), Buffer.alloc(8_500)]);
		for (let count = 1; !node.dropped.includes('mdns-rate') && count < 1_000; count++) {
			await stranger.send(flood);
			await node.drops(count);
		}
		expect(node.dropped).toContain('mdns-rate');
		expect(node.dropped.indexOf('mdns-rate')).toBeGreaterThan(25);
	});

	test.each([
		['where it can be used', {address: 'fe80::1', scope: 'eth9'}, ['/ip6zone/eth9/ip6/fe80::7/tcp/4001']],
		['not where it cannot be written', {address: '2001:db8::1', zone: 'wl+0'}, []],
	])('a link-local address gets our zone, %s', async (_, other, linkLocal) => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(9, port, cleanup);
		const loopback4 = LO.find(({family}) => family === 4)!;
		const network6 = {...loopback4, family: 6 as const, zone: 'eth9', contains: () => false, ...other};
		await node.mdns.open([loopback4, network6], []);
		const data = ['/ip6/fe80::7', '/ip4/192.0.2.7'].map(host => `dnsaddr=${host}/tcp/4001/p2p/${LATER}`);
		await stranger.send(encode({type: 'response', answers: [{name: `x.${SERVICE}`, type: 'TXT', ttl: 60, data}]}));
		expect((await node.finds(() => true)).addresses).toEqual([...linkLocal, '/ip4/192.0.2.7/tcp/4001']);
	});

	test('the same is not told of a peer again and again', async () => {
		const port = await freePort();
		const stranger = await startStranger(port, cleanup);
		const node = createMdns(9, port, cleanup);
		await node.mdns.open(LO, []);
		for (let count = 0; count < 20; count++) await stranger.send(packet('answer-in-the-manner-of-js'));
		const name = `x.${SERVICE}`;
		const text = (ttl: number) => ({
			name,
			type: 'TXT' as const,
			ttl,
			data: [`dnsaddr=/ip4/192.0.2.7/tcp/4001/p2p/${LATER}`],
		});
		await stranger.send(encode({type: 'response', answers: [text(60)]}));
		await node.finds(({peer}) => peer === LATER);
		expect(node.found).toHaveLength(2);
	});
});

/** Somebody else than the one of whom the packets in test/vectors tell. */
const LATER = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq';
