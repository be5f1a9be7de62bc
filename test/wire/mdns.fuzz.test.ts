/** The fuzz target of multicast DNS: bytes that anyone may send, from the guard to the findings. */
import {decode} from 'dns-packet';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {asksForAll, type DnsPacket, type LinkView, readPeers, wantedBy} from '../../source/wire/mdns.ts';
import {inspectPacket} from '../../source/wire/mdns-guard.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {parsePeerId} from '../../source/wire/peer-id.ts';
import {identityOf} from '../net/peers.ts';
import {CORPUS} from './mdns-corpus.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 3_000);
const SELF = {peer: identityOf(1).peerId, name: 'a'.repeat(32)};
const LINK: LinkView = {contains: host => host.startsWith('192.0.2.'), isSameMachine: false, scope: 'eth0'};
const REASONS = new Set(['mdns-key-type', 'mdns-no-peer', 'mdns-peers', 'mdns-strings']);

/** Types whose data `dns-packet` reads in ways of its own: they may make it throw, and that is all. */
const OPT = Buffer.of(0, 41);

/** All that happens to a packet; returns whether it was decoded. */
function receive(bytes: Buffer): boolean {
	if (inspectPacket(bytes) !== undefined) return false;
	let packet: DnsPacket;
	try {
		packet = decode(bytes) as DnsPacket;
	} catch (error) {
		if (bytes.includes(OPT)) return false;
		throw error;
	}
	asksForAll(packet);
	wantedBy(packet, SELF);
	const peers = readPeers(packet, SELF, LINK, reason => expect(REASONS).toContain(reason));
	expect(peers.length).toBeLessThanOrEqual(8);
	for (const {peer, addresses, ttl} of peers) {
		expect(parsePeerId(peer)).not.toBe(SELF.peer);
		expect(addresses.length).toBeLessThanOrEqual(16);
		for (const address of addresses) expect(parseTcpAddress(address).port).toBeGreaterThan(0);
		expect(ttl).toBeGreaterThanOrEqual(0);
		expect(ttl).toBeLessThanOrEqual(4_500);
	}
	return true;
}

type Change = {at: number; remove: number; insert: Uint8Array};

const changes: fc.Arbitrary<Change[]> = fc.array(
	fc.record({
		at: fc.nat(600),
		remove: fc.nat(4),
		insert: fc.oneof(
			fc.uint8Array({maxLength: 4}),
			// A pointer, a type, the end of a name.
			fc.nat(600).map(to => Uint8Array.of(0xc0 | (to >> 8), to & 255)),
			fc.constantFrom(1, 12, 16, 28, 33, 41, 47).map(type => Uint8Array.of(0, type)),
			fc.constant(Uint8Array.of(0)),
		),
	}),
	{maxLength: 6},
);

function changed(bytes: Buffer, list: readonly Change[]): Buffer {
	return list.reduce((result, {at, remove, insert}) => {
		const from = at % (result.length + 1);
		return Buffer.concat([result.subarray(0, from), insert, result.subarray(from + remove)]);
	}, bytes);
}

test('row 20: random bytes', () => {
	const bytes = fc.uint8Array({maxLength: 300}).map(array => Buffer.from(array));
	fc.assert(
		fc.property(bytes, array => void receive(array)),
		{numRuns: RUNS},
	);
});

test('row 20: what the guard lets through, dns-packet decodes, and the rest is not decoded', () => {
	let decoded = 0;
	fc.assert(
		fc.property(fc.constantFrom(...CORPUS.values()), changes, (bytes, list) => {
			if (receive(changed(bytes, list))) decoded++;
		}),
		{numRuns: RUNS},
	);
	expect(decoded).toBeGreaterThan(RUNS / 100);
});

test('row 20: decoded records of any kind', () => {
	const anything = fc.anything({maxDepth: 1, maxKeys: 2});
	const name = fc.oneof(
		fc.constantFrom(
			'_p2p._udp.local',
			'_P2P._UDP.Local',
			'x._p2p._udp.local',
			'__proto__',
			`${SELF.name}._p2p._udp.local`,
		),
		fc.string({unit: 'binary'}),
	);
	const string = fc.oneof(
		fc.uint8Array(),
		fc.constant(`dnsaddr=/ip4/192.0.2.7/tcp/1/p2p/${identityOf(2).peerId}`),
		fc.string({unit: 'binary'}).map(text => `dnsaddr=/ip4/${text}/p2p/${text}`),
		anything,
	);
	const record = fc.record(
		{
			name,
			type: fc.constantFrom('PTR', 'TXT', 'SRV', 'A'),
			ttl: fc.nat(0xffffffff),
			data: fc.oneof(name, fc.array(string, {maxLength: 5}), anything),
		},
		{requiredKeys: ['name', 'type']},
	);
	const section = fc.array(record, {maxLength: 5});
	const packet = fc.record({questions: section, answers: section, authorities: section, additionals: section});
	fc.assert(
		fc.property(packet, decoded => {
			asksForAll(decoded);
			wantedBy(decoded, SELF);
			expect(readPeers(decoded, SELF, LINK).length).toBeLessThanOrEqual(8);
		}),
		{numRuns: RUNS / 100},
	);
});
