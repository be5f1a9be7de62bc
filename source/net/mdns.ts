/**
 * Multicast DNS: peers of libp2p, p2p-tui among them, find each other on every link. One socket for each interface;
 * what packets mean is in `wire/mdns.ts`, when to speak in `mdns-schedule.ts`.
 *
 * Nothing is loaded and nothing sent before `open`.
 */
import {BoundedMap} from '../base/bounded.ts';
import {describeError} from '../base/errors.ts';
import type {Random} from '../base/random.ts';
import {type MdnsPeer, peerName} from '../wire/mdns.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isQuiet} from './beacon-problems.ts';
import type {NetworkInterface} from './interfaces.ts';
import {type LinkNetworks, type LinkOptions, linksOf, MDNS_PORT, MdnsLink} from './mdns-link.ts';

/** Bytes of chance in the name that we go by. */
const NAME_BYTES = 32;

/** Interfaces at once; machines with more have them for containers. */
const MAX_LINKS = 32;

/** Milliseconds for which the same is not told again of a peer: answers to several questions, on several links. */
const REPEAT_AFTER = 5_000;
/** Peers of which that is remembered. */
const MAX_RECENT = 1_024;

export type MdnsOptions = {
	readonly peer: PeerId;
	readonly random: Random;
	/** See `MdnsSelf`. */
	readonly discoveryPort?: number;
	/** A peer was heard of, again after `REPEAT_AFTER`. Only a hint: anyone on the link can say this of anyone. */
	onPeer(found: MdnsPeer): void;
	/** `mdns-port`: an interface is not listened on. `mdns-send`: it does not let us out. Each is told once. */
	onWarning(code: string, message: string): void;
	/** A packet, or a part of it, is passed over: counters that begin with `mdns-`. */
	onDropped?(reason: string): void;
	/** For tests. */
	readonly port?: number;
};

type Told = {readonly text: string; readonly at: number};

export class Mdns {
	readonly #options: MdnsOptions;
	readonly #name: string;
	/** By key of the link's networks. */
	readonly #links = new Map<string, MdnsLink>();
	readonly #told = new BoundedMap<PeerId, Told>(MAX_RECENT);
	readonly #warned = new Set<string>();
	#ownHosts: ReadonlySet<string> = new Set();
	#isClosed = false;
	#isWhole = true;
	/** Changes run one after another. */
	#changes: Promise<void> = Promise.resolve();

	constructor(options: MdnsOptions) {
		this.#options = options;
		this.#name = peerName(options.random.bytes(NAME_BYTES));
	}

	/** `addresses`: multiaddrs without `/p2p/…` where we can be reached. Never rejects: what fails is a warning. */
	open(interfaces: readonly NetworkInterface[], addresses: readonly string[]): Promise<void> {
		return this.update(interfaces, addresses);
	}

	/** Takes up interfaces that are new and lets go of those that have vanished. Tries again what has failed. */
	update(interfaces: readonly NetworkInterface[], addresses: readonly string[]): Promise<void> {
		this.#changes = this.#changes
			.then(() => this.#update(interfaces, addresses))
			.catch(error => {
				this.#isWhole = false;
				this.#warnOnce('mdns', 'update', `Multicast DNS does not work: ${describeError(error)}`);
			});
		return this.#changes;
	}

	/** The last `update` left every interface with its socket. If not, another one tries again. */
	get isWhole(): boolean {
		return this.#isWhole;
	}

	/** Asks for peers again, as at the start: when this machine has slept, say. */
	ask(): void {
		for (const link of this.#links.values()) link.restart();
	}

	/** Says goodbye. Never rejects. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#changes;
		const links = [...this.#links.values()];
		this.#links.clear();
		await Promise.all(links.map(link => link.close({goodbye: true})));
	}

	async #update(interfaces: readonly NetworkInterface[], addresses: readonly string[]): Promise<void> {
		if (this.#isClosed) return;
		const wanted = new Map(
			linksOf(interfaces)
				.slice(0, MAX_LINKS)
				.map(link => [link.key, link]),
		);
		this.#ownHosts = new Set(interfaces.map(({address}) => address));
		for (const [key, link] of [...this.#links]) {
			if (wanted.has(key)) continue;
			this.#links.delete(key);
			await link.close({goodbye: false});
		}
		for (const [key, networks] of wanted) {
			const link = this.#links.get(key) ?? (await this.#openLink(networks));
			link?.update(networks, addresses);
		}
		this.#isWhole = this.#links.size === wanted.size;
	}

	async #openLink(networks: LinkNetworks): Promise<MdnsLink | undefined> {
		const {default: multicastDns} = await import('multicast-dns');
		const {main} = networks;
		const port = this.#options.port ?? MDNS_PORT;
		const {peer, random, discoveryPort} = this.#options;
		const options: LinkOptions = {
			self: {peer, name: this.#name, ...(discoveryPort !== undefined && {discoveryPort})},
			port,
			random,
			multicastDns,
			onPeer: found => this.#found(found),
			onDropped: reason => this.#options.onDropped?.(reason),
			onSendError: error => this.#warnSend(main, error),
			isOwnHost: host => this.#ownHosts.has(host) || host.startsWith('127.'),
			isElsewhere: host => [...this.#links.values()].some(link => link.contains(host)),
		};
		try {
			const link = await MdnsLink.open(networks, options);
			this.#links.set(networks.key, link);
			return link;
		} catch (error) {
			this.#warnOnce('mdns-port', main.name, portProblem(port, main, error));
			return undefined;
		}
	}

	#found(found: MdnsPeer): void {
		const [text, now] = [JSON.stringify(found), performance.now()];
		const last = this.#told.get(found.peer);
		if (last?.text === text && now - last.at < REPEAT_AFTER) return;
		this.#told.set(found.peer, {text, at: now});
		if (!this.#isClosed) this.#options.onPeer(found);
	}

	#warnSend({name, address, family}: NetworkInterface, error: unknown): void {
		// A new IPv6 address takes a second before it may be used, and many an interface has no way for IPv6.
		if (this.#isClosed || isQuiet(family, error)) return;
		const code = (error as NodeJS.ErrnoException).code ?? '';
		const message = `Multicast DNS does not leave ${name} (${address}): ${describeError(error)}`;
		this.#warnOnce('mdns-send', `${name} ${code}`, message);
	}

	/** Interfaces are looked at every few seconds; a failure is told once. */
	#warnOnce(code: string, what: string, message: string): void {
		const key = `${code} ${what}`;
		if (this.#warned.has(key)) return;
		this.#warned.add(key);
		this.#options.onWarning(code, message);
	}
}

function portProblem(port: number, {name}: NetworkInterface, error: unknown): string {
	const others = 'Peers are not found by multicast DNS there; announcements and --peer are not affected.';
	if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
		return `UDP port ${port} is held by another program that does not share it (${name}). ${others}`;
	}
	return `No multicast DNS on ${name}: ${describeError(error)}. ${others}`;
}
