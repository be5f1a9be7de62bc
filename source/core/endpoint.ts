/**
 * The node's sockets and the interfaces they are on: opens them, keeps track of interfaces that come and go, and says
 * where the node can be reached. Moves bytes; decides nothing.
 */
import {networkInterfaces} from 'node:os';
import type {CoreConfig} from '../api/core.ts';
import {describeError} from '../base/errors.ts';
import {Beacon, type DatagramSource} from '../net/beacon.ts';
import type {Connection} from '../net/connection.ts';
import {
	addressesToTell,
	filterInterfaces,
	listenAddressesFor,
	type NetworkInterface,
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
	/** Where we can be reached changed: multiaddrs without `/p2p/…`. */
	onAddresses(addresses: readonly string[]): void;
};

export class Endpoint {
	readonly transport: Transport;
	readonly beacon: Beacon | undefined;
	readonly #options: EndpointOptions;
	#interfaces: readonly NetworkInterface[] = [];
	#bound: readonly TcpAddress[] = [];
	#addresses: readonly string[] = [];
	#rescan: NodeJS.Timeout | undefined;

	constructor(options: EndpointOptions) {
		const {config, identity} = options;
		this.#options = options;
		this.transport = new Transport({identity, onConnection: options.onConnection, onRefused: options.onRefused});
		if (config.discovery) {
			const {onDatagram, onWarning, onRefused: onDropped} = options;
			const isRestricted = config.interfaces.length > 0;
			this.beacon = new Beacon({port: config.discoveryPort, onDatagram, onWarning, onDropped, isRestricted});
		}
	}

	get addresses(): readonly string[] {
		return this.#addresses;
	}

	get interfaceNames(): readonly string[] {
		return [...new Set(this.#interfaces.map(({name}) => name))];
	}

	/** Throws a `UserError` if an address cannot be listened on or an interface does not exist. */
	async open(): Promise<void> {
		const {config} = this.#options;
		this.#interfaces = selectInterfaces(networkInterfaces(), config.interfaces);
		const wanted = config.listen.map(address => parseTcpAddress(address));
		this.#bound = await this.#bind(listenAddressesFor(wanted, this.#interfaces, config.interfaces.length > 0));
		await this.beacon?.open(this.#interfaces);
		this.#advertise();
		this.#rescan = setInterval(() => this.#look(), RESCAN_INTERVAL).unref();
	}

	async close(): Promise<void> {
		clearInterval(this.#rescan);
		await Promise.all([this.transport.close(), this.beacon?.close()]);
	}

	async #bind(addresses: readonly TcpAddress[]): Promise<readonly TcpAddress[]> {
		const bound: TcpAddress[] = [];
		for (const address of addresses) {
			// An announcement has one port for each address family: the first one that the system chose serves them all.
			const chosen = bound.find(({family}) => family === address.family)?.port;
			const port = address.port === 0 && chosen !== undefined ? chosen : address.port;
			bound.push(await this.transport.listen({...address, port}));
		}
		return bound;
	}

	#look(): void {
		this.#interfaces = filterInterfaces(networkInterfaces(), this.#options.config.interfaces);
		// Also when nothing has changed: the discovery port may have become free.
		this.beacon?.update(this.#interfaces).catch(error => this.#options.onWarning('interfaces', describeError(error)));
		this.#advertise();
	}

	#advertise(): void {
		const addresses = addressesToTell(this.#bound, this.#interfaces).map(formatTcpAddress);
		if (addresses.join() === this.#addresses.join()) return;
		this.#addresses = addresses;
		this.#options.onAddresses(addresses);
	}
}
