/**
 * The node's sockets and the interfaces they are on: opens them, keeps track of interfaces that come and go, and says
 * where the node can be reached. Moves bytes; decides nothing.
 */
import {networkInterfaces} from 'node:os';
import type {CoreConfig} from '../api/core.ts';
import {describeError, UserError} from '../base/errors.ts';
import {Beacon, type DatagramSource} from '../net/beacon.ts';
import type {Connection} from '../net/connection.ts';
import {
	addressesToTell,
	filterInterfaces,
	listenAddressesFor,
	listenAddressesNow,
	type NetworkInterface,
	type SystemInterfaces,
	selectInterfaces,
} from '../net/interfaces.ts';
import {Transport} from '../net/transport.ts';
import type {Identity} from '../wire/identity.ts';
import {formatTcpAddress, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';

/** Milliseconds between two looks at the machine's interfaces. */
const RESCAN_INTERVAL = 3_000;

export type EndpointOptions = {
	readonly config: CoreConfig;
	readonly identity: Identity;
	onConnection(connection: Connection): void;
	/** An inbound connection was refused before it was ready, or a datagram dropped; `reason` names a counter. */
	onRefused(reason: string): void;
	onDatagram(bytes: Uint8Array, source: DatagramSource): void;
	onWarning(code: string, message: string): void;
	/** Where we can be reached changed: multiaddrs without `/p2p/…`, and names of the interfaces in use. */
	onAddresses(addresses: readonly string[], interfaces: readonly string[]): void;
	/** The machine's interfaces, as `os.networkInterfaces` tells them. */
	readonly systemInterfaces?: () => SystemInterfaces;
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
	#rescan: NodeJS.Timeout | undefined;
	/** The look under way. */
	#looking: Promise<void> | undefined;
	#isClosed = false;
	/** Wanted, but cannot be listened on: told once. */
	readonly #failing = new Set<string>();

	constructor(options: EndpointOptions) {
		const {config, identity} = options;
		this.#options = options;
		this.#isRestricted = config.interfaces.length > 0;
		this.#systemInterfaces = options.systemInterfaces ?? networkInterfaces;
		this.transport = new Transport({identity, onConnection: options.onConnection, onRefused: options.onRefused});
		if (config.discovery) {
			const {onDatagram, onWarning, onRefused: onDropped} = options;
			const [port, isRestricted] = [config.discoveryPort, this.#isRestricted];
			this.beacon = new Beacon({port, onDatagram, onWarning, onDropped, isRestricted});
		}
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
		this.#interfaces = selectInterfaces(this.#systemInterfaces(), config.interfaces);
		this.#listen = config.listen.map(address => parseTcpAddress(address));
		const bound = new Map<string, TcpAddress>();
		for (const address of listenAddressesFor(this.#listen, this.#interfaces, this.#isRestricted)) {
			bound.set(formatTcpAddress(address), await this.#bind(address));
		}
		this.#bound = bound;
		await this.beacon?.open(this.#interfaces);
		this.#advertise();
		this.#rescan = setInterval(() => {
			this.#looking ??= this.#look().finally(() => {
				this.#looking = undefined;
			});
		}, RESCAN_INTERVAL).unref();
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#rescan);
		await this.#looking;
		await Promise.all([this.transport.close(), this.beacon?.close()]);
	}

	async #bind(address: TcpAddress): Promise<TcpAddress> {
		// An announcement has one port for each address family: the first one that the system chose serves them all.
		const port = address.port === 0 ? (this.#ports.get(address.family) ?? 0) : address.port;
		const bound = await this.transport.listen({...address, port});
		if (!this.#ports.has(address.family)) this.#ports.set(address.family, bound.port);
		return bound;
	}

	/** Never rejects. */
	async #look(): Promise<void> {
		try {
			this.#interfaces = filterInterfaces(this.#systemInterfaces(), this.#options.config.interfaces);
			await this.#follow();
			// Also when nothing has changed: the discovery port may have become free.
			await this.beacon?.update(this.#interfaces);
		} catch (error) {
			this.#options.onWarning('interfaces', describeError(error));
		}
		if (!this.#isClosed) this.#advertise();
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

	/** Undefined if it does not work (yet): an IPv6 address takes a second before it can be used. */
	async #bindAgain(key: string, address: TcpAddress): Promise<TcpAddress | undefined> {
		try {
			return await this.#bind(address).catch(error => {
				// Better another port than none; identify tells it to everyone who is connected.
				if (address.port === 0 && isTaken(error)) return this.transport.listen(address);
				throw error;
			});
		} catch (error) {
			if (!this.#isClosed && !this.#failing.has(key)) this.#options.onWarning('listen', describeError(error));
			this.#failing.add(key);
			return undefined;
		}
	}

	#advertise(): void {
		const addresses = addressesToTell([...this.#bound.values()], this.#interfaces).map(formatTcpAddress);
		const names = [...new Set(this.#interfaces.map(({name}) => name))];
		if (addresses.join() === this.#addresses.join() && names.join() === this.#interfaceNames.join()) return;
		this.#addresses = addresses;
		this.#interfaceNames = names;
		this.#options.onAddresses(addresses, names);
	}
}

function isTaken(error: unknown): boolean {
	const cause = error instanceof UserError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
	return cause?.code === 'EADDRINUSE';
}
