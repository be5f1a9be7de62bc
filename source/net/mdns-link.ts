/**
 * Multicast DNS on one interface: a socket, `multicast-dns` behind it, and a look at every packet before it is decoded.
 *
 * `multicast-dns` is given a socket that is already open and a member of the group. What it would do itself is not
 * right here: it binds to the interface's address, where Linux delivers no multicast; it joins once and never again
 * when an interface was away; it wakes up every five seconds to look; and it says of a failure to send nothing.
 */
import {createSocket, type RemoteInfo, type Socket} from 'node:dgram';
import {EventEmitter} from 'node:events';
import type {MulticastDNS, QueryOutgoingPacket, ResponseOutgoingPacket} from 'multicast-dns';
import type {Random} from '../base/random.ts';
import {
	asksForAll,
	type DnsPacket,
	type MdnsPeer,
	type MdnsSelf,
	peersQuestion,
	readPeers,
	selfAnswer,
	wantedBy,
} from '../wire/mdns.ts';
import {inspectPacket, mentionsService} from '../wire/mdns-guard.ts';
import {formatTcpAddress, isLinkLocal, isLoopback, parseTcpAddress} from '../wire/multiaddr.ts';
import type {NetworkInterface} from './interfaces.ts';
import {MdnsSchedule} from './mdns-schedule.ts';

/** The group and port of multicast DNS (RFC 6762, section 3). */
const GROUPS = {4: '224.0.0.251', 6: 'ff02::fb'} as const;
export const MDNS_PORT = 5353;

/** So the packets were sent from this link, by those who check (RFC 6762, section 11). */
const HOP_LIMIT = 255;

/**
 * Bytes decoded in a second, each packet counted with as many more as its fixed cost is worth: five hundred answers,
 * more than arrive at once, or a tenth of a processor for one who sends nothing but addresses to read.
 */
const MAX_BYTES_PER_SECOND = 500_000;
const PACKET_COST_BYTES = 500;
const SECOND = 1_000;

/** One interface: the address that we speak from, and all subnets on it. */
export type LinkNetworks = {
	/** Changes when another socket is needed. */
	readonly key: string;
	readonly main: NetworkInterface;
	readonly networks: readonly NetworkInterface[];
};

export type LinkOptions = {
	readonly self: MdnsSelf;
	readonly port: number;
	readonly random: Random;
	/** Loaded when the first link opens. */
	readonly multicastDns: typeof import('multicast-dns');
	onPeer(found: MdnsPeer): void;
	onDropped(reason: string): void;
	onSendError(error: unknown): void;
	/** Whether a host is on this machine. */
	isOwnHost(host: string): boolean;
	/** Whether a host is on another link of ours, whose packets some systems deliver here too. */
	isElsewhere(host: string): boolean;
};

/** By interface: IPv4 where there is any, else IPv6 by its link-local address. */
export function linksOf(interfaces: readonly NetworkInterface[]): LinkNetworks[] {
	const names = new Set(interfaces.map(({name}) => name));
	return [...names].flatMap(name => {
		const networks = interfaces.filter(candidate => candidate.name === name);
		const main = networks.find(({family}) => family === 4) ?? networks.find(({scope}) => scope !== undefined);
		return main === undefined ? [] : [{key: `${main.name} ${main.address} ${main.mac}`, main, networks}];
	});
}

export class MdnsLink {
	readonly #options: LinkOptions;
	readonly #socket: Socket;
	readonly #dns: MulticastDNS;
	readonly #schedule: MdnsSchedule;
	#link: LinkNetworks;
	/** Undefined before the first `update`. */
	#addresses: readonly string[] | undefined;
	#second = 0;
	/** Decoded in that second. */
	#bytes = 0;

	private constructor(socket: Socket, link: LinkNetworks, options: LinkOptions) {
		this.#socket = socket;
		this.#link = link;
		this.#options = options;
		const guarded = new GuardedSocket(socket, (bytes, source) => this.#admits(bytes, source));
		const {family} = link.main;
		this.#dns = options.multicastDns({
			socket: guarded as unknown as Socket,
			ip: GROUPS[family],
			port: options.port,
			bind: false,
			multicast: false,
		});
		this.#dns.on('query', (packet, source) => this.#asked(packet, source));
		this.#dns.on('response', (packet, source) => this.#told(packet, source));
		// A packet that it cannot decode, though it is well formed.
		this.#dns.on('warning', () => options.onDropped('mdns-decode'));
		this.#dns.on('error', options.onSendError);
		socket.on('error', options.onSendError);
		this.#schedule = new MdnsSchedule({
			random: options.random,
			ask: () => this.#send(peersQuestion(), 'query'),
			answer: wanted => this.#send(selfAnswer(options.self, this.#addresses ?? [], wanted), 'respond'),
		});
	}

	/** @throws Error of the system if the port cannot be had or the group not be joined. */
	static async open(link: LinkNetworks, options: LinkOptions): Promise<MdnsLink> {
		const {family} = link.main;
		const socket = createSocket({type: `udp${family}`, reuseAddr: true, ipv6Only: family === 6});
		try {
			await bound(socket, options.port, addressToBind(family));
			socket.setMulticastTTL(HOP_LIMIT);
			// Other nodes on this host are to hear us.
			socket.setMulticastLoopback(true);
			join(socket, link.main);
			return new MdnsLink(socket, link, options);
		} catch (error) {
			await new Promise<void>(resolve => socket.close(() => resolve()));
			throw error;
		}
	}

	/** Begins again if there is news: an address of ours, or an interface that was away and lost its membership. */
	update(link: LinkNetworks, addresses: readonly string[]): void {
		const fitting = addressesFor(link, addresses);
		const isChanged = fitting.join() !== this.#addresses?.join();
		this.#link = link;
		this.#addresses = fitting;
		if (this.#joinAgain() || isChanged) this.#schedule.start();
	}

	/** Asks again soon, as at the start. */
	restart(): void {
		this.#schedule.start();
	}

	contains(host: string): boolean {
		const [address = '', zone] = host.split('%');
		const {networks, main} = this.#link;
		return (zone === undefined || zone === main.zone) && networks.some(network => network.contains(address));
	}

	/** Says goodbye if the link is still there. Never rejects. */
	async close({goodbye}: {goodbye: boolean}): Promise<void> {
		this.#schedule.stop();
		if (goodbye) await this.#send(selfAnswer(this.#options.self, this.#addresses ?? [], {ttl: 0}), 'respond');
		await new Promise<void>(resolve => this.#dns.destroy(resolve));
	}

	/** Whether the packet is to be decoded: one of this link that says something of peers, and well formed. */
	#admits(bytes: Uint8Array, {address}: RemoteInfo): boolean {
		if (!mentionsService(bytes)) return false;
		const {isElsewhere, onDropped} = this.#options;
		if (!this.contains(address)) {
			if (!isElsewhere(address)) onDropped('mdns-source');
			return false;
		}
		const refusal = this.#isTooMuch(bytes) ? 'mdns-rate' : inspectPacket(bytes);
		if (refusal !== undefined) onDropped(refusal);
		return refusal === undefined;
	}

	#isTooMuch({length}: Uint8Array): boolean {
		const second = Math.floor(performance.now() / SECOND);
		if (second !== this.#second) [this.#second, this.#bytes] = [second, 0];
		this.#bytes += length + PACKET_COST_BYTES;
		return this.#bytes > MAX_BYTES_PER_SECOND;
	}

	#asked(packet: DnsPacket, {port}: RemoteInfo): void {
		const wanted = wantedBy(packet, this.#options.self);
		// From another port, only a resolver of the old kind asks, or rust-libp2p, which listens to the group as well.
		// Both are answered like all others, by multicast; but others answer the former by unicast, which we do not hear.
		if (port === this.#options.port && asksForAll(packet)) this.#schedule.heardQuestion();
		if (wanted.self || wanted.services) this.#schedule.answerSoon(wanted);
	}

	#told(packet: DnsPacket, {address}: RemoteInfo): void {
		const {self, isOwnHost, onDropped, onPeer} = this.#options;
		const {networks} = this.#link;
		// None where we have no link-local address ourselves, or none that can be written.
		const scope = networks.find(network => network.scope !== undefined)?.scope;
		const view = {
			contains: (host: string) => networks.some(network => network.contains(host)),
			isSameMachine: isOwnHost(address.split('%')[0]!),
			...(scope === undefined ? {} : {scope}),
		};
		for (const found of readPeers(packet, self, view, onDropped)) onPeer({...found, source: address});
	}

	/** Resolves when it is sent, or cannot be. */
	#send(packet: DnsPacket | undefined, how: 'query' | 'respond'): Promise<void> {
		if (packet === undefined) return Promise.resolve();
		return new Promise(resolve => {
			const sent = (error: Error | null) => {
				if (error) this.#options.onSendError(error);
				resolve();
			};
			// The library's types are narrower than what it takes.
			if (how === 'query') this.#dns.query(packet as QueryOutgoingPacket, sent);
			else this.#dns.respond(packet as ResponseOutgoingPacket, sent);
		});
	}

	#joinAgain(): boolean {
		try {
			join(this.#socket, this.#link.main);
			return true;
		} catch {
			// Still a member, or not possible now.
			return false;
		}
	}
}

/** The events and deeds of a socket that `multicast-dns` needs, without the packets that it must not see. */
class GuardedSocket extends EventEmitter {
	readonly #socket: Socket;

	constructor(socket: Socket, admits: (bytes: Uint8Array, source: RemoteInfo) => boolean) {
		super();
		this.#socket = socket;
		socket.on('message', (bytes, source) => {
			if (admits(bytes, source)) this.emit('message', bytes, source);
		});
	}

	send(...what: [Uint8Array, number, number, number, string, (error: Error | null) => void]): void {
		this.#socket.send(...what);
	}

	close(callback: () => void): void {
		this.#socket.close(callback);
	}
}

/**
 * The group, so that nothing comes but what is sent to it, and nothing from beyond the link. Windows binds to no group,
 * and an IPv6 one is tied to a link; there the check of the source is left.
 */
function addressToBind(family: 4 | 6): string {
	if (family === 6) return '::';
	return process.platform === 'win32' ? '0.0.0.0' : GROUPS[4];
}

/** @throws Error EADDRINUSE if the socket is a member already. */
function join(socket: Socket, {address, family, zone}: NetworkInterface): void {
	const way = family === 4 ? address : `::%${zone}`;
	// First, since it may have to be renewed even if the membership is still there.
	socket.setMulticastInterface(way);
	socket.addMembership(GROUPS[family], way);
}

function bound(socket: Socket, port: number, address: string): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.once('error', reject);
		socket.bind({port, address}, () => {
			socket.off('error', reject);
			resolve();
		});
	});
}

/** What makes sense on this link: its own addresses first, loopback and link-local ones only on the link they are of. */
function addressesFor({main, networks}: LinkNetworks, addresses: readonly string[]): string[] {
	const isHere = (host: string) => networks.some(network => network.contains(host));
	const fitting = addresses
		.map(address => parseTcpAddress(address))
		.filter(address => {
			if (isLoopback(address)) return main.internal;
			return !isLinkLocal(address) || isHere(address.host);
		});
	const [near, far] = [fitting.filter(({host}) => isHere(host)), fitting.filter(({host}) => !isHere(host))];
	return [...near, ...far].map(formatTcpAddress);
}
