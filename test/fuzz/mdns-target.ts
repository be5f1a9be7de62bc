/** A packet of multicast DNS on its way in: the guard, the decoder, what is made of the records. */
import {BlockList} from 'node:net';
import {decode} from 'dns-packet';
import {MAX_ADDRESSES} from '../../source/wire/limits.ts';
import {asksForAll, type DnsPacket, type LinkView, type MdnsPeer, readPeers, wantedBy} from '../../source/wire/mdns.ts';
import {inspectPacket, MAX_MDNS_BYTES, MAX_MDNS_RECORDS, mentionsService} from '../../source/wire/mdns-guard.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {parsePeerId} from '../../source/wire/peer-id.ts';
import {same, shifted} from './promises.ts';

export const SELF = {
	peer: '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
	name: 'a'.repeat(32),
	discoveryPort: 9_999,
};
const LINK: LinkView = {contains: host => host.startsWith('192.0.2.'), isSameMachine: false, scope: 'eth0'};

const REFUSALS: readonly unknown[] = ['mdns-size', 'mdns-header', 'mdns-records', 'mdns-malformed'];
const SKIPS: readonly string[] = ['mdns-group', 'mdns-key-type', 'mdns-no-peer', 'mdns-peers', 'mdns-strings'];
const MAX_PEERS = 8;
const MAX_TTL = 4_500;

/** The only type whose data may be well formed to the guard and still not to the decoder. */
const OPT = Buffer.of(0, 41);

/** By Node's own reading of addresses: what no packet from another machine may make anyone dial. */
const refused = new BlockList();
for (const [net, prefix] of [
	['0.0.0.0', 8],
	['127.0.0.0', 8],
	['224.0.0.0', 3],
] as const) {
	refused.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
	['::', 127],
	['ff00::', 8],
] as const) {
	refused.addSubnet(net, prefix, 'ipv6');
}

/** The peers that a packet tells of; throws if a promise is broken on the way. */
export function findPeers(bytes: Uint8Array): readonly MdnsPeer[] {
	const refusal = inspectPacket(bytes);
	same(inspectPacket(shifted(bytes)), refusal);
	same(mentionsService(shifted(bytes)), mentionsService(bytes));
	if (refusal !== undefined) {
		if (!REFUSALS.includes(refusal)) throw new Error(`refused for ${refusal}`);
		return [];
	}
	if (bytes.length > MAX_MDNS_BYTES) throw new Error(`${bytes.length} bytes were let through`);
	const packet = decoded(bytes);
	if (packet === undefined) return [];
	checkCounts(bytes, packet);
	asksForAll(packet);
	wantedBy(packet, SELF);
	return readPeers(packet, SELF, LINK, reason => {
		if (!SKIPS.includes(reason)) throw new Error(`skipped for ${reason}`);
	});
}

export function mdns(bytes: Uint8Array): void {
	const peers = findPeers(bytes);
	if (peers.length > MAX_PEERS) throw new Error(`${peers.length} peers`);
	for (const peer of peers) checkPeer(peer);
	if (peers.length > 0 && !mentionsService(bytes)) throw new Error('peers of a service that is not mentioned');
}

function decoded(bytes: Uint8Array): DnsPacket | undefined {
	const buffer = Buffer.from(bytes);
	try {
		return decode(buffer) as DnsPacket;
	} catch (error) {
		if (buffer.includes(OPT)) return undefined;
		throw error;
	}
}

/** The header says how many there are, and the decoder found as many. */
function checkCounts(bytes: Uint8Array, {questions, answers, authorities, additionals}: DnsPacket): void {
	const sections = [questions, answers, authorities, additionals];
	const counts = sections.map((_, index) => (bytes[4 + 2 * index]! << 8) | bytes[5 + 2 * index]!);
	same(
		sections.map(section => section?.length ?? 0),
		counts,
	);
	if (counts.reduce((sum, count) => sum + count, 0) > MAX_MDNS_RECORDS) throw new Error(`records: ${counts}`);
}

function checkPeer({peer, addresses, speaks, ttl}: MdnsPeer): void {
	if (parsePeerId(peer) === SELF.peer) throw new Error('found itself');
	if (!(ttl >= 0 && ttl <= MAX_TTL)) throw new Error(`good for ${ttl} s`);
	if (speaks !== 'p2p-tui' && speaks !== 'libp2p') throw new Error(`speaks ${speaks}`);
	if (addresses.length > MAX_ADDRESSES) throw new Error(`${addresses.length} addresses`);
	if (new Set(addresses).size < addresses.length) throw new Error(`twice the same in ${addresses}`);
	for (const address of addresses) checkAddress(address);
}

/** In its one form, and a place that can be dialled. */
function checkAddress(text: string): void {
	const address = parseTcpAddress(text);
	same(formatTcpAddress(address), text);
	const {host, port, family, scope, peer} = address;
	if (port === 0 || peer !== undefined || refused.check(host, family === 4 ? 'ipv4' : 'ipv6')) {
		throw new Error(`not to be dialled: ${text}`);
	}
	const isLinkLocal = /^fe[89ab][0-9a-f]:/.test(host);
	if (scope !== (isLinkLocal ? LINK.scope : undefined)) throw new Error(`scope ${scope}: ${text}`);
}
