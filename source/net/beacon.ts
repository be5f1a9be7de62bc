/**
 * Announcements over UDP: broadcast and multicast over IPv4, multicast over IPv6, on every interface; heard by every
 * node on the link, several on one host included. What a datagram means is not looked at here, only whether it is worth
 * looking at.
 *
 * Two kinds of socket:
 * - one of each family for listening, on the well-known port, which all nodes of a host share. A broadcast or multicast
 *   reaches each of them; a unicast to that port would reach only one, so nothing is ever answered there;
 * - one per link for sending, on a port of its own, to which others send their answers.
 *
 * Linux has no route for IPv6 multicast on its loopback interface; there IPv4 does it all.
 */
import {createSocket} from 'node:dgram';
import type {Log} from '../base/log.ts';
import {looksLikeAnnouncement} from '../wire/announcement.ts';
import {MAX_ANNOUNCEMENT_BYTES} from '../wire/limits.ts';
import {isLinkLocal} from '../wire/multiaddr.ts';
import {type Link, linksOf} from './beacon-link.ts';
import {codeOf, isQuiet, listenProblem, multicastProblem, portProblem, sendProblem} from './beacon-problems.ts';
import {type DatagramSource, Listener, type OpenSocket, Sender} from './beacon-socket.ts';
import type {NetworkInterface} from './interfaces.ts';
import {type Rate, RateLimiter} from './rate-limit.ts';
import {socketHost} from './socket-host.ts';

export type {DatagramSource} from './beacon-socket.ts';

/**
 * Announcements taken from one host. A node sends three every few seconds, and a dozen when it starts; a host may run
 * dozens of nodes, which a classroom starts at once, and each answers each.
 */
const HOST_RATE: Rate = {burst: 512, perSecond: 128};

/** From all hosts together: hundreds of nodes. To take one with a new peer id costs up to 20 µs, so 2 % of a core. */
const TOTAL_RATE: Rate = {burst: 4_096, perSecond: 1_024};

const FAMILIES = [4, 6] as const;

export type BeaconOptions = {
	/** The well-known port. */
	readonly port: number;
	/** What begins as an announcement: someone else's, or our own coming back. */
	onDatagram(bytes: Uint8Array, source: DatagramSource): void;
	/** `discovery-port`: we hear no announcements, only answers. `discovery-send`: an interface does not let us out. */
	onWarning(code: string, message: string): void;
	/**
	 * Not passed on: `datagram-size`, `announcement` (it is none), `datagram-interface`, `datagram-rate` (a flood: more
	 * than one host, or all of them, may have to say).
	 */
	onDropped?(reason: string): void;
	/** Take nothing that comes from outside the interfaces' subnets. */
	readonly isRestricted?: boolean;
	readonly log?: Log;
	/** For tests: sockets that fail as they like. */
	readonly openSocket?: OpenSocket;
};

export type BeaconState = {
	/** A link was taken up: nobody there has heard of us. */
	readonly hasNewLink: boolean;
	/** Everything works. If not, `update` tries again, also with the same interfaces. */
	readonly isWhole: boolean;
};

export class Beacon {
	readonly #options: BeaconOptions;
	readonly #open: OpenSocket;
	readonly #listeners = new Map<4 | 6, Listener>();
	/** By the link's key, the likely ones first. */
	#senders: ReadonlyMap<string, Sender> = new Map();
	readonly #rate = new RateLimiter(HOST_RATE, TOTAL_RATE);
	/** What was told already: an interface that is down would otherwise complain every few seconds. */
	readonly #told = new Set<string>();
	#isClosed = false;
	/** Changes run one after another. */
	#changes: Promise<BeaconState> = Promise.resolve({hasNewLink: false, isWhole: true});

	constructor(options: BeaconOptions) {
		this.#options = options;
		this.#open = options.openSocket ?? createSocket;
	}

	/** Begins to listen and opens the interfaces. Never rejects: what does not work is a warning. */
	open(interfaces: readonly NetworkInterface[]): Promise<BeaconState> {
		return this.update(interfaces);
	}

	/** Takes up links that are new and lets go of those that have vanished. Tries again what has failed. */
	update(interfaces: readonly NetworkInterface[]): Promise<BeaconState> {
		this.#changes = this.#changes.then(() => this.#update(interfaces));
		return this.#changes;
	}

	/** Sends to everyone on every link. */
	announce(bytes: Uint8Array): void {
		const {port} = this.#options;
		for (const sender of this.#senders.values()) {
			const {group, broadcast} = sender.link;
			this.#send(sender, bytes, port, group);
			if (broadcast !== undefined) this.#send(sender, bytes, port, broadcast);
		}
	}

	/** Sends to one node only, where a datagram of its came from. */
	answer(bytes: Uint8Array, target: {host: string; port: number; scope?: string}): void {
		const {host, port, scope} = target;
		const family = host.includes(':') ? 6 : 4;
		const senders = [...this.#senders.values()].filter(({link}) => link.family === family);
		const sender = senders.find(({link}) => link.covers(host, scope)) ?? senders[0];
		if (sender !== undefined) this.#send(sender, bytes, port, socketHost(target));
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#changes;
		const sockets = [...this.#senders.values(), ...this.#listeners.values()];
		this.#senders = new Map();
		this.#listeners.clear();
		await Promise.all(sockets.map(socket => socket.close()));
	}

	async #update(interfaces: readonly NetworkInterface[]): Promise<BeaconState> {
		if (this.#isClosed) return {hasNewLink: false, isWhole: true};
		const links = linksOf(interfaces);
		const before = this.#senders;
		await this.#letGo(new Set(links.map(({key}) => key)));
		for (const family of FAMILIES) {
			// Without any IPv6 address, nobody asks for IPv6.
			const isWanted = family === 4 || links.some(link => link.family === 6);
			if (isWanted && !this.#listeners.has(family)) await this.#listen(family);
		}
		const senders = new Map<string, Sender>();
		for (const link of links) {
			const sender = before.get(link.key) ?? (await this.#openSender(link));
			if (sender === undefined) continue;
			sender.link = link;
			senders.set(link.key, sender);
		}
		this.#senders = senders;
		return {
			hasNewLink: [...senders.keys()].some(key => !before.has(key)),
			isWhole: senders.size === links.length && links.every(({family}) => this.#listeners.has(family)),
		};
	}

	async #letGo(wanted: ReadonlySet<string>): Promise<void> {
		const gone = [...this.#senders].filter(([key]) => !wanted.has(key));
		this.#senders = new Map([...this.#senders].filter(([key]) => wanted.has(key)));
		for (const [, sender] of gone) {
			this.#listeners.get(sender.link.family)?.leave(sender.link);
			await sender.close();
		}
	}

	async #listen(family: 4 | 6): Promise<void> {
		const {port} = this.#options;
		const tell = (error: unknown, message: string) =>
			this.#tell(family, error, 'discovery-port', `${family} ${codeOf(error)}`, message);
		try {
			const events = {
				datagram: (bytes: Uint8Array, source: DatagramSource) => this.#receive(bytes, source),
				error: (error: unknown) => tell(error, listenProblem(port, error)),
			};
			this.#listeners.set(family, await Listener.open(family, port, events, this.#open));
		} catch (error) {
			// One program that holds both is one problem.
			if (family === 6 && !this.#listeners.has(4)) return;
			tell(error, portProblem(port, family, error));
			return;
		}
		for (const {link} of this.#senders.values()) this.#join(link);
	}

	async #openSender(link: Link): Promise<Sender | undefined> {
		try {
			const events = {
				datagram: (bytes: Uint8Array, source: DatagramSource) => this.#receive(bytes, source),
				error: (error: unknown) => this.#tellSend(link, error),
			};
			const sender = await Sender.open(link, events, this.#open);
			this.#join(link);
			return sender;
		} catch (error) {
			this.#tellSend(link, error);
			return undefined;
		}
	}

	#join(link: Link): void {
		try {
			this.#listeners.get(link.family)?.join(link);
		} catch (error) {
			// Joined before: interfaces may share an address. Otherwise broadcast is left.
			if (codeOf(error) === 'EADDRINUSE') return;
			this.#tell(link.family, error, 'discovery-multicast', link.name, multicastProblem(link.name, error));
		}
	}

	/** The cheap questions come first: whoever floods us is to pay more for it than we do. */
	#receive(bytes: Uint8Array, source: DatagramSource): void {
		const reason = this.#reasonToDrop(bytes, source);
		if (reason === undefined) this.#options.onDatagram(bytes, source);
		else this.#options.onDropped?.(reason);
	}

	#reasonToDrop(bytes: Uint8Array, {host, family, scope}: DatagramSource): string | undefined {
		if (bytes.length > MAX_ANNOUNCEMENT_BYTES) return 'datagram-size';
		if (!looksLikeAnnouncement(bytes)) return 'announcement';
		// Heard on an interface whose name cannot be written: nothing could be sent there.
		if (family === 6 && scope === undefined && isLinkLocal({host})) return 'datagram-interface';
		// The listening sockets are open to all interfaces.
		if (this.#options.isRestricted && !this.#covers(host, family, scope)) return 'datagram-interface';
		return this.#rate.take(host, performance.now()) ? undefined : 'datagram-rate';
	}

	#covers(host: string, family: 4 | 6, scope: string | undefined): boolean {
		for (const {link} of this.#senders.values()) {
			if (link.family === family && link.covers(host, scope)) return true;
		}
		return false;
	}

	#send(sender: Sender, bytes: Uint8Array, port: number, host: string): void {
		sender.send(bytes, port, host, error => this.#tellSend(sender.link, error));
	}

	#tellSend({name, family, address}: Link, error: unknown): void {
		this.#tell(
			family,
			error,
			'discovery-send',
			`${name} ${family} ${codeOf(error)}`,
			sendProblem(name, address, error),
		);
	}

	/** Once. */
	#tell(family: 4 | 6, error: unknown, code: string, what: string, message: string): void {
		const key = `${code} ${what}`;
		if (this.#isClosed || this.#told.has(key)) return;
		this.#told.add(key);
		if (isQuiet(family, error)) this.#options.log?.('info', 'discovery', message, {code});
		else this.#options.onWarning(code, message);
	}
}
