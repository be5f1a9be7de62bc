/**
 * Peers in multicast DNS, by libp2p's specification (discovery/mdns.md): from decoded records to findings, and from our
 * own peer id and addresses to records.
 *
 *     _p2p._udp.local               PTR  <name>._p2p._udp.local
 *     <name>._p2p._udp.local        TXT  dnsaddr=/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…  p2p-tui=1
 *     <name>._p2p._udp.local        SRV  0 0 4001 <name>.p2p.local
 *     <name>.p2p.local              A    192.0.2.7
 *
 * What each implementation needs of this: js-libp2p the PTR as the last of the answers, and every `dnsaddr=` to be a
 * multiaddr; rust-libp2p the TXT among the additional records; go-libp2p one TXT with all strings, and the SRV and an
 * A or AAAA of its target. All pass over strings that do not begin with `dnsaddr=`, so `p2p-tui=1` marks our own.
 *
 * Nothing here is proved: whoever is on the link can say all this of anyone. Findings are hints.
 */
import {MAX_ADDRESSES} from './limits.ts';
import {formatTcpAddress, isLinkLocal, isLoopback, isWildcard, parseTcpAddress, type TcpAddress} from './multiaddr.ts';
import {type PeerId, parsePeerId} from './peer-id.ts';

export const SERVICE = '_p2p._udp.local';

/** Asking for this asks which services there are (RFC 6763, section 9). */
const SERVICES = '_services._dns-sd._udp.local';
const HOSTS = 'p2p.local';

/** Seconds for which a record is good, as in js-libp2p: two rounds of questions may go unheard. */
export const RECORD_TTL = 120;

/** Letters and digits of a random name: the least that the specification allows. */
const NAME_LENGTH = 32;
const NAME_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The most that a stranger may ask us to remember it for: the longest life that RFC 6762 (section 10) proposes. */
const MAX_TTL = 75 * 60;

const ADDRESS_PREFIX = 'dnsaddr=';
const MARK_PREFIX = 'p2p-tui=';
const MARK = `${MARK_PREFIX}1`;
/** The UDP port of its announcements. */
const GROUP_PREFIX = 'p2p-tui-port=';

/** Bytes of one string in a TXT record (RFC 6763, section 6.1). */
const MAX_STRING_BYTES = 255;
/** Bytes of all strings that we tell: with the other records, a packet stays below 1,400 bytes and is not fragmented. */
const MAX_TOLD_BYTES = 900;

/** Peers in one packet that are looked at. Every implementation puts one. */
const MAX_PEERS = 8;
/** Strings of one peer that are looked at: each address costs microseconds to read. */
const MAX_STRINGS = 32;

/** What can be an address that we dial. Most others are told apart by this, which is cheaper than to parse them. */
const TCP_ADDRESS = /^(?:\/ip6zone\/[^/]+)?\/ip[46]\/[0-9a-fA-F.:]+\/tcp\/\d{1,5}$/;

/** A record or question as `dns-packet` decodes and encodes it. */
export type DnsRecord = {
	readonly name: string;
	readonly type: string;
	readonly class?: string;
	readonly ttl?: number;
	readonly flush?: boolean;
	readonly data?: unknown;
};

/** A message as `dns-packet` decodes it. Which section a record is in does not matter here. */
export type DnsPacket = {
	readonly questions?: readonly DnsRecord[];
	readonly answers?: readonly DnsRecord[];
	readonly authorities?: readonly DnsRecord[];
	readonly additionals?: readonly DnsRecord[];
};

export type MdnsPeer = {
	readonly peer: PeerId;
	/** Multiaddrs without `/p2p/…` that can be dialled from here, the nearest first; empty if there are none. */
	readonly addresses: readonly string[];
	readonly speaks: 'p2p-tui' | 'libp2p';
	/** Seconds; 0 if it says goodbye. */
	readonly ttl: number;
	/** The IP address of whoever said so, with the zone of a link-local IPv6 one behind a `%`. */
	readonly source?: string;
};

/** Who asks or answers. */
export type MdnsSelf = {
	readonly peer: PeerId;
	/** From `peerName`. */
	readonly name: string;
	/**
	 * The UDP port of our announcements. Whoever chose another one wants to be among themselves (a class, a demo, a test),
	 * and multicast DNS has one port for everybody: so it is told, and p2p-tui peers with another one are passed over.
	 */
	readonly discoveryPort?: number;
};

/** How the link on which a packet was heard looks from here. */
export type LinkView = {
	/** Whether a host is in a subnet of the link. */
	contains(host: string): boolean;
	/** The sender is on this machine, so its loopback addresses are ours. */
	readonly isSameMachine: boolean;
	/** The link's name, for link-local IPv6 addresses. */
	readonly scope?: string;
};

/** Counted under these names when a peer or a string is passed over. */
export type MdnsSkip = 'mdns-group' | 'mdns-key-type' | 'mdns-no-peer' | 'mdns-peers' | 'mdns-strings';

/** A name for this start of the program, from at least 32 random bytes. It says nothing of who we are. */
export function peerName(chance: Uint8Array): string {
	return Array.from(chance.subarray(0, NAME_LENGTH), byte => NAME_ALPHABET[byte % NAME_ALPHABET.length]).join('');
}

/** The question that finds all peers. js-libp2p looks at the first question only, in exactly these letters. */
export function peersQuestion(): DnsPacket {
	return {questions: [{name: SERVICE, type: 'PTR'}]};
}

/** What a question wants of us: our record; the names of services; nothing. */
export function wantedBy(packet: DnsPacket, self: MdnsSelf): {self: boolean; services: boolean} {
	const names = new Set(packet.questions?.map(({name}) => name.toLowerCase()));
	const own = names.has(SERVICE) || names.has(instanceOf(self)) || names.has(hostOf(self));
	return {self: own && !isKnown(packet, self), services: names.has(SERVICES)};
}

/** Whether everyone's answer to this question is as good as to ours, so that we need not ask (RFC 6762, section 7.3). */
export function asksForAll({questions, answers}: DnsPacket): boolean {
	// An answer wanted by unicast (a class with the top bit set) would not reach us.
	const isOurs = ({name, type, class: kind}: DnsRecord) =>
		name.toLowerCase() === SERVICE && (type === 'PTR' || type === 'ANY') && (kind === 'IN' || kind === undefined);
	return (questions ?? []).some(isOurs) && (answers ?? []).length === 0;
}

/** The one who asks has our record, and it is fresh (RFC 6762, section 7.1). */
function isKnown({answers}: DnsPacket, self: MdnsSelf): boolean {
	const instance = instanceOf(self);
	return (answers ?? []).some(
		({name, type, data, ttl}) =>
			type === 'PTR' &&
			(ttl ?? 0) >= RECORD_TTL / 2 &&
			name.toLowerCase() === SERVICE &&
			typeof data === 'string' &&
			data.toLowerCase() === instance,
	);
}

/**
 * Our records, one packet for every question about us. `addresses` are multiaddrs without `/p2p/…`, of which those
 * that fit are told. A `ttl` of 0 takes all back. Undefined if there is nothing to tell.
 */
export function selfAnswer(
	self: MdnsSelf,
	addresses: readonly string[],
	{ttl = RECORD_TTL, services = false}: {ttl?: number; services?: boolean} = {},
): DnsPacket | undefined {
	const told = tellable(addresses.map(address => parseTcpAddress(address)));
	const [first] = told;
	if (first === undefined) return undefined;
	const [instance, host] = [instanceOf(self), hostOf(self)];
	const strings = told.map(address => ADDRESS_PREFIX + formatTcpAddress({...address, peer: self.peer}));
	const types: DnsRecord = {name: SERVICES, type: 'PTR', ttl, data: SERVICE};
	const hosts = [told.find(({family}) => family === 4), told.find(({family}) => family === 6)];
	return {
		answers: [...(services ? [types] : []), {name: SERVICE, type: 'PTR', ttl, data: instance}],
		additionals: [
			// Nobody else has these names, so what was told before is void (RFC 6762, section 10.2).
			{name: instance, type: 'TXT', ttl, flush: true, data: [...withinBudget(strings), ...marksOf(self)]},
			{name: instance, type: 'SRV', ttl, flush: true, data: {port: first.port, target: host}},
			...hosts.flatMap(address => (address === undefined ? [] : [hostRecord(host, address, ttl)])),
		],
	};
}

function marksOf({discoveryPort}: MdnsSelf): string[] {
	return discoveryPort === undefined ? [MARK] : [MARK, `${GROUP_PREFIX}${discoveryPort}`];
}

/** Whoever says nothing of its group is in every group. */
function isOfGroup(strings: readonly string[], {discoveryPort}: MdnsSelf): boolean {
	const group = strings.find(string => string.startsWith(GROUP_PREFIX))?.slice(GROUP_PREFIX.length);
	return group === undefined || discoveryPort === undefined || group === String(discoveryPort);
}

function hostRecord(name: string, {family, host}: TcpAddress, ttl: number): DnsRecord {
	return {name, type: family === 4 ? 'A' : 'AAAA', ttl, flush: true, data: host};
}

/** A zone means nothing to others, and without it a link-local IPv6 address is incomplete. */
function tellable(addresses: readonly TcpAddress[]): TcpAddress[] {
	return addresses.filter(address => address.scope === undefined && !(address.family === 6 && isLinkLocal(address)));
}

function withinBudget(strings: readonly string[]): string[] {
	let bytes = 0;
	return strings.filter(string => {
		const isFitting = string.length <= MAX_STRING_BYTES && bytes + string.length + 1 <= MAX_TOLD_BYTES;
		if (isFitting) bytes += string.length + 1;
		return isFitting;
	});
}

/**
 * The peers that an answer tells of, without ourselves. Everything else in it (printers, other services) is passed
 * over. Never throws.
 */
export function readPeers(
	packet: DnsPacket,
	self: MdnsSelf,
	link: LinkView,
	onSkipped: (reason: MdnsSkip) => void = () => {},
): MdnsPeer[] {
	const instances = collect(packet, onSkipped);
	instances.delete(instanceOf(self));
	return [...instances.values()].flatMap(instance => {
		// Only a pointer: its text may follow in another packet.
		if (instance.strings.length === 0) return [];
		if (!isOfGroup(instance.strings, self)) {
			onSkipped('mdns-group');
			return [];
		}
		const found = readPeer(instance, link, onSkipped);
		return found === undefined || found.peer === self.peer ? [] : [found];
	});
}

type Instance = {readonly strings: string[]; ttl: number};

/** By name: all strings that the packet tells of it, from however many records, and the shortest life of them. */
function collect(packet: DnsPacket, onSkipped: (reason: MdnsSkip) => void): Map<string, Instance> {
	const instances = new Map<string, Instance>();
	const records = [packet.answers, packet.authorities, packet.additionals].flatMap(section => section ?? []);
	for (const {name, type, ttl, data} of records) {
		const key = type === 'PTR' ? pointedTo(name, data) : type === 'TXT' ? name.toLowerCase() : undefined;
		if (key === undefined || !key.endsWith(`.${SERVICE}`)) continue;
		const instance = instances.get(key) ?? {strings: [], ttl: MAX_TTL};
		if (!instances.has(key) && instances.size >= MAX_PEERS) {
			onSkipped('mdns-peers');
			continue;
		}
		instances.set(key, instance);
		instance.ttl = Math.min(instance.ttl, ttl ?? 0);
		if (type === 'PTR' || !Array.isArray(data)) continue;
		const room = MAX_STRINGS - instance.strings.length;
		if (data.length > room) onSkipped('mdns-strings');
		instance.strings.push(...data.slice(0, room).map(textOf));
	}
	return instances;
}

function pointedTo(name: string, data: unknown): string | undefined {
	return typeof data === 'string' && name.toLowerCase() === SERVICE ? data.toLowerCase() : undefined;
}

function textOf(string: unknown): string {
	if (typeof string === 'string') return string;
	return string instanceof Uint8Array ? Buffer.from(string).toString('latin1') : '';
}

function readPeer(
	{strings, ttl}: Instance,
	link: LinkView,
	onSkipped: (reason: MdnsSkip) => void,
): MdnsPeer | undefined {
	let peer: PeerId | undefined;
	let refusal: MdnsSkip = 'mdns-no-peer';
	const addresses: TcpAddress[] = [];
	for (const string of strings) {
		if (!string.startsWith(ADDRESS_PREFIX)) continue;
		const text = string.slice(ADDRESS_PREFIX.length);
		// Whom the whole address leads to; before that there may be a relay.
		const mark = text.lastIndexOf('/p2p/');
		if (mark === -1) continue;
		const owner = ed25519PeerId(text.slice(mark + '/p2p/'.length));
		if (owner === undefined) refusal = 'mdns-key-type';
		// One name is one peer: the first.
		if (owner === undefined || owner !== (peer ?? owner)) continue;
		peer = owner;
		const address = usableAddress(text.slice(0, mark), link);
		if (address !== undefined) addresses.push(address);
	}
	if (peer === undefined) {
		onSkipped(refusal);
		return undefined;
	}
	const speaks = strings.some(string => string.startsWith(MARK_PREFIX)) ? 'p2p-tui' : 'libp2p';
	return {peer, addresses: nearestFirst(addresses, link), speaks, ttl};
}

/** Undefined for RSA, secp256k1 and ECDSA keys, of which a peer id is a hash, and for anything else. */
function ed25519PeerId(text: string): PeerId | undefined {
	try {
		return parsePeerId(text);
	} catch {
		return undefined;
	}
}

/** Undefined for other transports, relays and names, and for what cannot be reached from here. */
function usableAddress(text: string, {isSameMachine, scope}: LinkView): TcpAddress | undefined {
	if (!TCP_ADDRESS.test(text)) return undefined;
	let address: TcpAddress;
	try {
		address = parseTcpAddress(text);
	} catch {
		return undefined;
	}
	if (address.port === 0 || isWildcard(address) || isGroup(address)) return undefined;
	if (isLoopback(address) && !isSameMachine) return undefined;
	// The sender's zone is not ours.
	const {scope: _, ...elsewhere} = address;
	if (address.family === 4 || !isLinkLocal(address)) return elsewhere;
	return scope === undefined ? undefined : {...elsewhere, scope};
}

/** Multicast, reserved or broadcast: 224.0.0.0/3 and ff00::/8. */
function isGroup({host, family}: TcpAddress): boolean {
	return family === 4 ? Number(host.split('.')[0]) >= 224 : /^ff[0-9a-f]{2}:/.test(host);
}

function nearestFirst(addresses: readonly TcpAddress[], {contains}: LinkView): string[] {
	const near = addresses.filter(({host}) => contains(host));
	const far = addresses.filter(({host}) => !contains(host));
	return [...new Set([...near, ...far].map(formatTcpAddress))].slice(0, MAX_ADDRESSES);
}

function instanceOf({name}: MdnsSelf): string {
	return `${name}.${SERVICE}`;
}

function hostOf({name}: MdnsSelf): string {
	return `${name}.${HOSTS}`;
}
