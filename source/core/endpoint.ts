/**
 * The node's sockets and the interfaces they are on: opens them, keeps track of interfaces that come and go, and says
 * where the node can be reached. Moves bytes; decides nothing.
 */
import {networkInterfaces} from 'node:os';
import type {CoreConfig} from '../api/core.ts';
import {describeError, UserError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {Beacon, type BeaconState, type DatagramSource} from '../net/beacon.ts';
import type {BulkConnection} from '../net/bulk/connection.ts';
import type {Connection} from '../net/connection.ts';
import {DialError} from '../net/dial-error.ts';
import {
	addressesToTell,
	filterInterfaces,
	listenAddressesFor,
	listenAddressesNow,
	type NetworkInterface,
	type SystemInterfaces,
	selectInterfaces,
} from '../net/interfaces.ts';
import type {Mdns} from '../net/mdns.ts';
import {sourceFor} from '../net/source-address.ts';
import {Transport} from '../net/transport.ts';
import type {Identity} from '../wire/identity.ts';
import type {MdnsPeer} from '../wire/mdns.ts';
import {formatTcpAddress, isLoopback, isWildcard, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {systemRandom} from './system-random.ts';

/**
 * Milliseconds between two looks at the machine's interfaces: whoever changes networks is to be connected again within
 * three seconds. Node is told of no changes; a look costs 70 µs, and a millisecond where there are eighty interfaces.
 */
const LOOK_INTERVAL = 1_000;

export type EndpointOptions = {
	readonly config: CoreConfig;
	readonly identity: Identity;
	onConnection(connection: Connection): void;
	/** The same for files; whoever gets it decides whether this peer may. */
	onBulk?(connection: BulkConnection): void;
	/** An inbound connection was refused before it was ready, or a datagram dropped; `reason` names a counter. */
	onRefused(reason: string): void;
	onDatagram(bytes: Uint8Array, source: DatagramSource): void;
	onWarning(code: string, message: string): void;
	/** Multicast DNS told of a peer. */
	onMdns?(found: MdnsPeer): void;
	/**
	 * Where we can be reached changed, or a network was taken up where nobody has heard of us (`hasNewLink`): multiaddrs
	 * without `/p2p/…`, the likely ones first, and names of the interfaces in use. What is announced now leaves there.
	 */
	onAddresses(addresses: readonly string[], interfaces: readonly string[], hasNewLink: boolean): void;
	/**
	 * What the system chose at the last start, over IPv4 and IPv6, 0 for nothing: taken again if they are free, so that
	 * whoever remembers us finds us.
	 */
	readonly lastPorts?: readonly [number, number];
	/** The machine's interfaces, as `os.networkInterfaces` tells them. */
	readonly systemInterfaces?: () => SystemInterfaces;
	readonly log?: Log;
};

export class Endpoint {
	readonly transport: Transport;
	readonly beacon: Beacon | undefined;
	readonly #options: EndpointOptions;
	readonly #isRestricted: boolean;
	readonly #systemInterfaces: () => SystemInterfaces;
	/** What the configuration asks for, wildcards and ports of 0 included. */
	#listen: readonly TcpAddress[] = [];
	#interfaces: readonly NetworkInterface[] = [];
	/** By the address that was wanted, with a port of 0 if the system chose; in the order in which they were wanted. */
	#bound: ReadonlyMap<string, TcpAddress> = new Map();
	/** By family: what the system chose first. Others have heard of it, so it is kept when addresses come and go. */
	readonly #ports = new Map<4 | 6, number>();
	#addresses: readonly string[] = [];
	#interfaceNames: readonly string[] = [];
	#timer: NodeJS.Timeout | undefined;
	/** The look under way. */
	#looking: Promise<void> | undefined;
	/** What the machine's interfaces were at the last look, as text; undefined if that look failed. */
	#seen: string | undefined;
	/** The addresses of all interfaces at the last look. */
	#hosts: ReadonlySet<string> = new Set();
	/** A listener or the beacon does not work and is worth another try. */
	#isBroken = false;
	#mdns: Mdns | undefined;
	/** Multicast DNS being loaded. */
	#mdnsOpening: Promise<void> | undefined;
	#isClosed = false;
	/** Wanted, but cannot be listened on: told once. */
	readonly #failing = new Set<string>();

	constructor(options: EndpointOptions) {
		const {config, identity} = options;
		this.#options = options;
		this.#isRestricted = config.interfaces.length > 0;
		this.#systemInterfaces = options.systemInterfaces ?? networkInterfaces;
		const {onConnection, onBulk, onRefused} = options;
		this.transport = new Transport({identity, onConnection, onRefused, ...(onBulk && {onBulk})});
		if (config.discovery) {
			const {onDatagram, onWarning, onRefused: onDropped, log} = options;
			const [port, isRestricted] = [config.discoveryPort, this.#isRestricted];
			this.beacon = new Beacon({port, onDatagram, onWarning, onDropped, isRestricted, ...(log && {log})});
		}
	}

	get chosenPorts(): readonly [number, number] {
		return [this.#ports.get(4) ?? 0, this.#ports.get(6) ?? 0];
	}

	get addresses(): readonly string[] {
		return this.#addresses;
	}

	get interfaceNames(): readonly string[] {
		return this.#interfaceNames;
	}

	/** Throws a `UserError` if an address cannot be listened on or an interface does not exist. */
	async open(): Promise<void> {
		const {config} = this.#options;
		const system = this.#systemInterfaces();
		this.#interfaces = selectInterfaces(system, config.interfaces);
		this.#listen = config.listen.map(address => parseTcpAddress(address));
		// Throws for those that are on none of the chosen interfaces.
		const wanted = listenAddressesFor(this.#listen, this.#interfaces, this.#isRestricted);
		this.#bound = await this.#bindAll(wanted);
		this.#seen = JSON.stringify(system);
		this.#hosts = hostsOf(system);
		this.#noteState(await this.beacon?.open(this.#interfaces));
		this.#advertise(false);
		this.#timer = setInterval(() => this.look(), LOOK_INTERVAL).unref();
		if (config.discovery && config.mdns) this.#openMdnsLater();
	}

	/**
	 * Connects to a peer, as `Transport.dial` does; by the chosen interfaces only, if any were chosen.
	 * Rejects with `DialError`.
	 */
	async dial(target: TcpAddress, expected: PeerId | undefined, signal: AbortSignal): Promise<Connection> {
		return this.transport.dial(target, expected, signal, this.#sourceFor(target));
	}

	/** The same for a connection for bulk. */
	async dialBulk(target: TcpAddress, peer: PeerId, signal: AbortSignal): Promise<BulkConnection> {
		return this.transport.dialBulk(target, peer, signal, this.#sourceFor(target));
	}

	/** The address to go out from; undefined where any will do. @throws DialError if none leads there */
	#sourceFor(target: TcpAddress): string | undefined {
		if (!this.#isRestricted) return undefined;
		const source = sourceFor(target, this.#interfaces);
		if (source !== undefined) return source;
		const where = formatTcpAddress({...target, peer: undefined});
		const chosen = `--interface ${this.#options.config.interfaces.join(', ')}`;
		throw new DialError('unreachable', `${where} cannot be reached by the chosen interfaces (${chosen})`);
	}

	/** Looks at the interfaces now: after this machine has slept, say. */
	look(): void {
		this.#looking ??= this.#look().finally(() => {
			this.#looking = undefined;
		});
	}

	/** This machine was asleep: whatever has changed is noticed at once, and peers are asked for as at the start. */
	woke(): void {
		this.look();
		this.#mdns?.ask();
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#timer);
		await Promise.all([this.#looking, this.#mdnsOpening]);
		await Promise.all([this.transport.close(), this.beacon?.close(), this.#mdns?.close()]);
	}

	// --- listening ---

	async #bindAll(wanted: readonly TcpAddress[]): Promise<ReadonlyMap<string, TcpAddress>> {
		const bound = new Map<string, TcpAddress>();
		for (const address of wanted) {
			const key = formatTcpAddress(address);
			try {
				bound.set(key, await this.#bind(address));
			} catch (error) {
				if (!this.#mayComeLater(address, error)) throw error;
				this.#failing.add(key);
			}
		}
		return bound;
	}

	/** An IPv6 address that an interface has just got takes a second or two before it may be used (RFC 4862). */
	#mayComeLater(address: TcpAddress, error: unknown): boolean {
		const isAsked = this.#listen.some(asked => !isWildcard(asked) && asked.host === address.host);
		return address.family === 6 && !isAsked && codeOf(error) === 'EADDRNOTAVAIL';
	}

	async #bind(address: TcpAddress): Promise<TcpAddress> {
		// An announcement has one port for each address family: the first one that the system chose serves them all.
		const chosen = this.#ports.get(address.family);
		const bound =
			address.port === 0 && chosen === undefined
				? await this.#bindAnew(address)
				: await this.transport.listen({...address, port: address.port || (chosen ?? 0)});
		if (chosen === undefined) this.#ports.set(address.family, bound.port);
		return bound;
	}

	/** On the port of the last start, or on any. */
	async #bindAnew(address: TcpAddress): Promise<TcpAddress> {
		const [ip4, ip6] = this.#options.lastPorts ?? [0, 0];
		const port = address.family === 4 ? ip4 : ip6;
		try {
			return await this.transport.listen({...address, port});
		} catch (error) {
			if (port === 0 || !isTaken(error)) throw error;
			return this.transport.listen(address);
		}
	}

	/** Listens on the addresses that there are now, and no longer on those that are gone. */
	async #follow(): Promise<void> {
		const wanted = listenAddressesNow(this.#listen, this.#interfaces, this.#isRestricted);
		const keys = new Set(wanted.map(formatTcpAddress));
		for (const [key, address] of this.#bound) {
			if (!keys.has(key)) this.transport.unlisten(address);
		}
		const bound = new Map<string, TcpAddress>();
		for (const address of wanted) {
			const key = formatTcpAddress(address);
			const found = this.#bound.get(key) ?? (await this.#bindAgain(key, address));
			if (found === undefined) continue;
			bound.set(key, found);
			this.#failing.delete(key);
		}
		for (const key of this.#failing) if (!keys.has(key)) this.#failing.delete(key);
		this.#bound = bound;
	}

	/** Undefined if it does not work (yet). */
	async #bindAgain(key: string, address: TcpAddress): Promise<TcpAddress | undefined> {
		try {
			return await this.#bind(address).catch(error => {
				// Better another port than none; identify tells it to everyone who is connected.
				if (address.port === 0 && isTaken(error)) return this.transport.listen(address);
				throw error;
			});
		} catch (error) {
			const isNews = !this.#isClosed && !this.#failing.has(key) && !this.#mayComeLater(address, error);
			if (isNews) this.#options.onWarning('listen', describeError(error));
			this.#failing.add(key);
			return undefined;
		}
	}

	// --- looking ---

	/** Never rejects. Does nothing while nothing has changed and all is well. */
	async #look(): Promise<void> {
		let state: BeaconState | undefined;
		try {
			const system = this.#systemInterfaces();
			const seen = JSON.stringify(system);
			if (seen === this.#seen && this.#isWell()) return;
			this.#interfaces = filterInterfaces(system, this.#options.config.interfaces);
			await this.#follow();
			state = await this.beacon?.update(this.#interfaces);
			this.#seen = seen;
			this.#abandonOld(hostsOf(system));
		} catch (error) {
			if (this.#seen !== undefined) this.#options.onWarning('interfaces', describeError(error));
			this.#seen = undefined;
		}
		if (this.#isClosed) return;
		this.#noteState(state);
		this.#advertise(state?.hasNewLink ?? false);
		void this.#mdns?.update(this.#interfaces, this.#addresses);
	}

	/**
	 * With another address, the connections from the old one are dead: dropped now, they are made again at once, and not
	 * when heartbeats have failed to come. An address that is only gone may be back in a moment, as when a laptop goes
	 * from one access point to the next; then nothing was lost.
	 */
	#abandonOld(hosts: ReadonlySet<string>): void {
		const isElsewhere = [...hosts].some(host => !this.#hosts.has(host));
		this.#hosts = hosts;
		if (isElsewhere) this.transport.abandon(host => !hosts.has(host) && !isLoopback({host}));
	}

	#isWell(): boolean {
		return !this.#isBroken && this.#mdns?.isWhole !== false;
	}

	/** The discovery port may become free, an address may become usable: such things are tried again. */
	#noteState(state: BeaconState | undefined): void {
		this.#isBroken = this.#failing.size > 0 || state?.isWhole === false;
	}

	/** `hasNewLink`: to be told also if it is the same as before. */
	#advertise(hasNewLink: boolean): void {
		const addresses = addressesToTell([...this.#bound.values()], this.#interfaces).map(formatTcpAddress);
		const names = [...new Set(this.#interfaces.map(({name}) => name))];
		const isSame = addresses.join() === this.#addresses.join() && names.join() === this.#interfaceNames.join();
		if (isSame && !hasNewLink) return;
		this.#addresses = addresses;
		this.#interfaceNames = names;
		this.#options.onAddresses(addresses, names, hasNewLink);
	}

	// --- multicast DNS ---

	/** Nobody waits for it: announcements are faster. It is loaded when the node is up. */
	#openMdnsLater(): void {
		this.#mdnsOpening = new Promise<void>(resolve => setImmediate(resolve))
			.then(() => this.#openMdns())
			.catch(error => this.#options.onWarning('mdns', `Multicast DNS does not work: ${describeError(error)}`));
	}

	async #openMdns(): Promise<void> {
		const {Mdns: Opened} = await import('../net/mdns.ts');
		if (this.#isClosed) return;
		const {config, identity, onMdns, onWarning, onRefused} = this.#options;
		this.#mdns = new Opened({
			peer: identity.peerId,
			random: systemRandom,
			discoveryPort: config.discoveryPort,
			onPeer: found => onMdns?.(found),
			onWarning: (code, message) => onWarning(code, message),
			onDropped: reason => onRefused(reason),
		});
		await this.#mdns.open(this.#interfaces, this.#addresses);
	}
}

function hostsOf(system: SystemInterfaces): ReadonlySet<string> {
	return new Set(Object.values(system).flatMap(list => (list ?? []).map(({address}) => address)));
}

function isTaken(error: unknown): boolean {
	return codeOf(error) === 'EADDRINUSE';
}

/** The system's code behind an error of `Transport.listen`. */
function codeOf(error: unknown): string | undefined {
	return error instanceof UserError ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
}
