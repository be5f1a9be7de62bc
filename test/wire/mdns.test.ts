import {decode, encode, type Packet} from 'dns-packet';
import {describe, expect, it, test} from 'vitest';
import {
	asksForAll,
	type DnsPacket,
	type LinkView,
	type MdnsPeer,
	type MdnsSelf,
	peerName,
	peersQuestion,
	RECORD_TTL,
	readPeers,
	SERVICE,
	selfAnswer,
	wantedBy,
} from '../../source/wire/mdns.ts';
import {identityOf} from '../net/peers.ts';
import {packet} from './mdns-corpus.ts';

/** Whom the packets in test/vectors tell of. */
const FOUND = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5';
const SELF: MdnsSelf = {peer: identityOf(7).peerId, name: 'z'.repeat(32)};
const OTHER = identityOf(8).peerId;
const LINK: LinkView = {contains: host => host.startsWith('192.0.2.'), isSameMachine: false, scope: 'eth0'};

/** As a packet that was sent and received. */
function sent(message: DnsPacket, type: 'query' | 'response' = 'response'): DnsPacket {
	return decode(encode({...message, type} as Packet)) as DnsPacket;
}

function read(message: DnsPacket, link: Partial<LinkView> = {}): {peers: MdnsPeer[]; skipped: string[]} {
	const skipped: string[] = [];
	return {peers: readPeers(message, SELF, {...LINK, ...link}, reason => skipped.push(reason)), skipped};
}

/** An answer that tells these strings of one name. */
function telling(...strings: readonly string[]): DnsPacket {
	const name = `someone.${SERVICE}`;
	return {answers: [{name, type: 'TXT', ttl: 60, data: strings.map(string => Buffer.from(string))}]};
}

/** The addresses found if these are told of one peer. */
function found(addresses: readonly string[], link?: Partial<LinkView>): readonly string[] | undefined {
	return read(telling(...addresses.map(address => `dnsaddr=${address}/p2p/${OTHER}`)), link).peers[0]?.addresses;
}

describe('our answer', () => {
	it('holds what each implementation needs', () => {
		const answer = selfAnswer(SELF, ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4002']);
		const [instance, host] = [`${SELF.name}.${SERVICE}`, `${SELF.name}.p2p.local`];
		expect(answer).toEqual({
			answers: [{name: SERVICE, type: 'PTR', ttl: 120, data: instance}],
			additionals: [
				{
					name: instance,
					type: 'TXT',
					ttl: 120,
					flush: true,
					data: [
						`dnsaddr=/ip4/192.0.2.7/tcp/4001/p2p/${SELF.peer}`,
						`dnsaddr=/ip6/2001:db8::7/tcp/4002/p2p/${SELF.peer}`,
						'p2p-tui=1',
					],
				},
				{name: instance, type: 'SRV', ttl: 120, flush: true, data: {port: 4001, target: host}},
				{name: host, type: 'A', ttl: 120, flush: true, data: '192.0.2.7'},
				{name: host, type: 'AAAA', ttl: 120, flush: true, data: '2001:db8::7'},
			],
		});
	});

	it('is read by another of us, and passed over by ourselves under whatever name', () => {
		const answer = sent(selfAnswer(SELF, ['/ip4/192.0.2.7/tcp/4001'])!);
		const other = {peer: OTHER, name: 'y'.repeat(32)};
		expect(readPeers(answer, other, LINK)).toEqual([
			{peer: SELF.peer, addresses: ['/ip4/192.0.2.7/tcp/4001'], speaks: 'p2p-tui', ttl: RECORD_TTL},
		]);
		expect(readPeers(answer, SELF, LINK)).toEqual([]);
		expect(readPeers(answer, {...SELF, name: other.name}, LINK)).toEqual([]);
	});

	it('is passed over by those of us who announce themselves on another port, and told to everyone else', () => {
		const other = {peer: OTHER, name: 'y'.repeat(32)};
		const answer = sent(selfAnswer({...SELF, discoveryPort: 7000}, ['/ip4/192.0.2.7/tcp/4001'])!);
		const skipped: string[] = [];
		const readers = [other, {...other, discoveryPort: 7000}, {...other, discoveryPort: 9999}];
		const read = readers.map(reader => readPeers(answer, reader, LINK, reason => skipped.push(reason)));
		expect(read.map(peers => peers.map(({peer}) => peer))).toEqual([[SELF.peer], [SELF.peer], []]);
		expect(skipped).toEqual(['mdns-group']);
		const libp2p = sent(telling(`dnsaddr=/ip4/192.0.2.8/tcp/4001/p2p/${SELF.peer}`));
		expect(readPeers(libp2p, readers[2]!, LINK)).toHaveLength(1);
	});

	it('takes itself back with a life of 0', () => {
		const answer = sent(selfAnswer({peer: OTHER, name: 'y'.repeat(32)}, ['/ip4/192.0.2.7/tcp/4001'], {ttl: 0})!);
		expect(read(answer).peers).toEqual([expect.objectContaining({peer: OTHER, ttl: 0})]);
	});

	it('fits into one packet that is not fragmented, however many addresses there are', () => {
		const addresses = Array.from(
			{length: 40},
			(_, index) => `/ip6/2001:db8:1111:2222:3333:4444:5555:${6000 + index}/tcp/40001`,
		);
		const bytes = encode({...selfAnswer(SELF, addresses, {services: true}), type: 'response'} as Packet);
		expect(bytes.length).toBeLessThan(1_400);
		const {peers} = read(sent(selfAnswer({peer: OTHER, name: 'y'.repeat(32)}, addresses)!));
		expect(peers[0]?.addresses).toEqual(addresses.slice(0, 7));
	});

	it('is none if there is no address that others could use', () => {
		expect(selfAnswer(SELF, [])).toBeUndefined();
		expect(selfAnswer(SELF, ['/ip6zone/eth0/ip6/fe80::7/tcp/4001'])).toBeUndefined();
	});
});

describe('questions', () => {
	const asking = (name: string, type = 'PTR', answers: DnsPacket['answers'] = []): DnsPacket =>
		sent({questions: [{name, type}], answers}, 'query');
	const known = (ttl: number, name = SELF.name) => [{name: SERVICE, type: 'PTR', ttl, data: `${name}.${SERVICE}`}];

	it.each([
		['peers', asking(SERVICE), {self: true, services: false}],
		['peers, in other letters', asking('_P2P._udp.LOCAL'), {self: true, services: false}],
		['our name', asking(`${SELF.name}.${SERVICE}`, 'TXT'), {self: true, services: false}],
		['our host', asking(`${SELF.name}.p2p.local`, 'A'), {self: true, services: false}],
		['services', asking('_services._dns-sd._udp.local'), {self: false, services: true}],
		['peers, of which they know us well', asking(SERVICE, 'PTR', known(60)), {self: false, services: false}],
		['peers, of which they know us hardly', asking(SERVICE, 'PTR', known(59)), {self: true, services: false}],
		['peers, of which they know another', asking(SERVICE, 'PTR', known(99, 'y')), {self: true, services: false}],
		['another name', asking(`${'y'.repeat(32)}.${SERVICE}`, 'TXT'), {self: false, services: false}],
		['printers', asking('_ipp._tcp.local'), {self: false, services: false}],
		['nothing', sent({}, 'query'), {self: false, services: false}],
	])('for %s', (_, question, wanted) => {
		expect(wantedBy(question, SELF)).toEqual(wanted);
	});

	it('make ours superfluous if everyone hears all answers to them', () => {
		expect(asksForAll(sent(peersQuestion(), 'query'))).toBe(true);
		expect(asksForAll(asking(SERVICE, 'PTR', known(60)))).toBe(false);
		expect(asksForAll(asking(`${SELF.name}.${SERVICE}`, 'TXT'))).toBe(false);
		// The top bit of the class asks for an answer by unicast.
		const unicast = encode({type: 'query', questions: [{name: SERVICE, type: 'PTR'}]});
		unicast[unicast.length - 2] = 0x80;
		expect(asksForAll(decode(unicast) as DnsPacket)).toBe(false);
		expect(wantedBy(decode(unicast) as DnsPacket, SELF).self).toBe(true);
	});
});

describe('answers of others', () => {
	it.each([
		['answer-in-the-manner-of-js', 120, 'libp2p'],
		['answer-in-the-manner-of-rust', 300, 'libp2p'],
		['answer-in-the-manner-of-go', 3_200, 'libp2p'],
		['answer-with-nsec-and-opt', 120, 'libp2p'],
		['answer-of-p2p-tui', 120, 'p2p-tui'],
		['goodbye', 0, 'libp2p'],
	])('%s', (name, ttl, speaks) => {
		const {peers, skipped} = read(decode(packet(name)) as DnsPacket);
		expect(peers).toEqual([{peer: FOUND, addresses: ['/ip4/192.0.2.7/tcp/4001'], speaks, ttl}]);
		expect(skipped).toEqual([]);
	});

	it('are none of ours if they are of other services', () => {
		expect(read(decode(packet('chromecast')) as DnsPacket)).toEqual({peers: [], skipped: []});
		const txt = (name: string) => ({name, type: 'TXT', ttl: 60, data: [`dnsaddr=/ip4/192.0.2.7/tcp/1/p2p/${OTHER}`]});
		const names = ['x._p2p._tcp.local', 'x._p2p._udp.example', `x_p2p._udp.local`, SERVICE, 'x._p2p-abc._udp.local'];
		expect(read({answers: names.map(txt)})).toEqual({peers: [], skipped: []});
	});

	it('count in any section, and several records of one name are one peer', () => {
		const text = (address: string) => ({
			name: `one.${SERVICE}`,
			type: 'TXT',
			ttl: 60,
			data: [Buffer.from(`dnsaddr=${address}/p2p/${OTHER}`)],
		});
		const pointer = {name: SERVICE, type: 'PTR', ttl: 50, data: `One.${SERVICE}`};
		const message: DnsPacket = {
			answers: [text('/ip4/192.0.2.7/tcp/1')],
			authorities: [text('/ip4/192.0.2.7/tcp/2')],
			additionals: [text('/ip4/192.0.2.7/tcp/3'), pointer],
		};
		const addresses = [1, 2, 3].map(port => `/ip4/192.0.2.7/tcp/${port}`);
		expect(read(message).peers).toEqual([{peer: OTHER, addresses, speaks: 'libp2p', ttl: 50}]);
	});

	it('may tell of addresses that we cannot use, and the peer is found all the same', () => {
		expect(
			found([
				...['/ip4/192.0.2.7/udp/4001/quic-v1', '/ip4/192.0.2.7/tcp/4001/ws', '/dns4/a.local/tcp/4001'],
				`/ip4/192.0.2.9/tcp/4001/p2p/${FOUND}/p2p-circuit`,
				...[
					'/nonsense',
					'',
					'/ip4/0.0.0.0/tcp/1',
					'/ip4/192.0.2.7/tcp/0',
					'/ip4/224.0.0.251/tcp/1',
					'/ip6/ff02::1/tcp/1',
				],
			]),
		).toEqual([]);
	});

	it('give the addresses of the link first, each once', () => {
		const [near, far] = ['/ip4/192.0.2.7/tcp/1', '/ip4/198.51.100.7/tcp/1'];
		expect(found([far, near, far])).toEqual([near, far]);
	});

	it('give loopback addresses only from this machine, and link-local ones with our zone', () => {
		expect(found(['/ip4/127.0.0.1/tcp/1'])).toEqual([]);
		expect(found(['/ip4/127.0.0.1/tcp/1'], {isSameMachine: true})).toEqual(['/ip4/127.0.0.1/tcp/1']);
		expect(found(['/ip6/fe80::7/tcp/1'])).toEqual(['/ip6zone/eth0/ip6/fe80::7/tcp/1']);
		expect(found(['/ip6zone/en7/ip6/fe80::7/tcp/1'])).toEqual(['/ip6zone/eth0/ip6/fe80::7/tcp/1']);
		expect(found(['/ip6/fe80::7/tcp/1'], {scope: undefined})).toEqual([]);
	});

	it('of peers with other keys are counted', () => {
		for (const id of [
			'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
			'16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ',
			'bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe',
		]) {
			expect(read(telling(`dnsaddr=/ip4/192.0.2.7/tcp/1/p2p/${id}`))).toEqual({peers: [], skipped: ['mdns-key-type']});
		}
		expect(read(telling('dnsaddr=/ip4/192.0.2.7/tcp/1'))).toEqual({peers: [], skipped: ['mdns-no-peer']});
		expect(read(telling('p2p-tui=1'))).toEqual({peers: [], skipped: ['mdns-no-peer']});
	});

	it('belong to the first peer that a name tells of', () => {
		const strings = [OTHER, FOUND].map((peer, index) => `dnsaddr=/ip4/192.0.2.7/tcp/${index + 1}/p2p/${peer}`);
		expect(read(telling(...strings)).peers).toEqual([
			{peer: OTHER, addresses: ['/ip4/192.0.2.7/tcp/1'], speaks: 'libp2p', ttl: 60},
		]);
	});
});

describe('row 20: a packet full of peers', () => {
	const record = (index: number, strings: readonly string[]) => ({
		name: `${index}.${SERVICE}`,
		type: 'TXT',
		ttl: 0xffffffff,
		data: strings,
	});
	const address = (index: number, peer: string) => `dnsaddr=/ip4/192.0.2.7/tcp/${index + 1}/p2p/${peer}`;

	test('only the first few names are looked at', () => {
		const answers = Array.from({length: 200}, (_, index) => record(index, [address(index, identityOf(index).peerId)]));
		const {peers, skipped} = read({answers});
		const first = Array.from({length: 9}, (_, index) => identityOf(index).peerId).filter(peer => peer !== SELF.peer);
		expect(peers.map(({peer}) => peer)).toEqual(first.slice(0, 7));
		expect(new Set(skipped)).toEqual(new Set(['mdns-peers']));
	});

	test('only the first few strings, over all records of a name', () => {
		const strings = Array.from({length: 20}, (_, index) => address(index, OTHER));
		const bad = Array.from({length: 31}, () => 'dnsaddr=/nothing');
		expect(read({answers: [record(1, strings)]}).peers[0]?.addresses).toHaveLength(16);
		const {peers, skipped} = read({answers: [record(1, bad), record(1, strings)]});
		expect(peers[0]?.addresses).toEqual(['/ip4/192.0.2.7/tcp/1']);
		expect(skipped).toEqual(['mdns-strings']);
	});

	test('nobody is remembered for longer than is usual', () => {
		expect(read({answers: [record(1, [address(1, OTHER)])]}).peers[0]?.ttl).toBe(4_500);
	});
});

test('a name is 32 lower-case letters and digits', () => {
	const name = peerName(Uint8Array.from({length: 40}, (_, index) => index * 7));
	expect(name).toMatch(/^[a-z0-9]{32}$/);
	expect(new Set(name).size).toBeGreaterThan(20);
});
