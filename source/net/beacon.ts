/**
 * Announcements over UDP: broadcast and multicast on every interface, heard by every node on the link, several on one
 * host included. IPv4 only so far. What a datagram means is not looked at here.
 *
 * Two kinds of socket:
 * - one for listening, on the well-known port, which all nodes of a host share. A broadcast or multicast reaches each
 *   of them; a unicast to that port would reach only one, so nothing is ever answered there;
 * - one per interface for sending, on a port of its own, to which others send their answers.
 */
import {createSocket, type RemoteInfo, type Socket} from 'node:dgram';
import {describeError} from '../base/errors.ts';
import {MAX_ANNOUNCEMENT_BYTES} from '../wire/limits.ts';
import type {NetworkInterface} from './interfaces.ts';

/** Organisation-local scope (RFC 2365), so no router carries it out; the last two bytes are ours, `p2`. */
export const MULTICAST_GROUP = '239.192.112.50';

/** Announcements stay on the link. */
const MULTICAST_TTL = 1;

export type DatagramSource = {
	readonly host: string;
	readonly port: number;
	readonly family: 4 | 6;
	readonly scope?: string;
};

export type BeaconOptions = {
	/** The well-known port. */
	readonly port: number;
	/** Someone else's datagram, or our own coming back. */
	onDatagram(bytes: Uint8Array, source: DatagramSource): void;
	/** `discovery-port`: we hear no announcements, only answers. `discovery-send`: an interface does not let us out. */
	onWarning(code: string, message: string): void;
	/** Not passed on: `datagram-size`, `datagram-interface`. */
	onDropped?(reason: string): void;
	/** Take nothing that comes from outside the interfaces' subnets. */
	readonly isRestricted?: boolean;
};

type Sender = {readonly network: NetworkInterface; readonly socket: Socket};

export class Beacon {
	readonly #options: BeaconOptions;
	/** By interface name and address. */
	readonly #senders = new Map<string, Sender>();
	readonly #warned = new Set<string>();
	#listener: Socket | undefined;
	#isClosed = false;
	/** Changes run one after another. */
	#changes: Promise<void> = Promise.resolve();

	constructor(options: BeaconOptions) {
		this.#options = options;
	}

	/** Begins to listen and opens the interfaces. Never rejects: what does not work is a warning. */
	open(interfaces: readonly NetworkInterface[]): Promise<void> {
		return this.update(interfaces);
	}

	/** Takes up interfaces that are new and lets go of those that have vanished. Tries the port again if it failed. */
	update(interfaces: readonly NetworkInterface[]): Promise<void> {
		this.#changes = this.#changes.then(() => this.#update(interfaces));
		return this.#changes;
	}

	/** Sends to everyone on every interface. */
	announce(bytes: Uint8Array): void {
		for (const sender of this.#senders.values()) {
			this.#send(sender, bytes, this.#options.port, MULTICAST_GROUP);
			if (sender.network.broadcast !== undefined) {
				this.#send(sender, bytes, this.#options.port, sender.network.broadcast);
			}
		}
	}

	/** Sends to one node only, where a datagram of its came from. */
	answer(bytes: Uint8Array, target: {host: string; port: number; scope?: string}): void {
		const senders = [...this.#senders.values()];
		const sender = senders.find(({network}) => network.contains(target.host)) ?? senders[0];
		if (sender !== undefined) this.#send(sender, bytes, target.port, target.host);
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#changes;
		const sockets = [...this.#senders.values()].map(({socket}) => socket);
		if (this.#listener !== undefined) sockets.push(this.#listener);
		this.#senders.clear();
		this.#listener = undefined;
		await Promise.all(sockets.map(closed));
	}

	async #update(interfaces: readonly NetworkInterface[]): Promise<void> {
		if (this.#isClosed) return;
		const wanted = new Map(
			interfaces.filter(({family}) => family === 4).map(network => [`${network.name} ${network.address}`, network]),
		);
		for (const [key, {network, socket}] of [...this.#senders]) {
			if (wanted.get(key)?.broadcast === network.broadcast && wanted.has(key)) continue;
			this.#senders.delete(key);
			this.#leave(network);
			await closed(socket);
		}
		if (this.#listener === undefined) await this.#listen();
		for (const [key, network] of wanted) {
			if (!this.#senders.has(key)) await this.#openSender(key, network);
		}
	}

	async #listen(): Promise<void> {
		const {port} = this.#options;
		const socket = createSocket({type: 'udp4', reuseAddr: true});
		try {
			await bound(socket, port, '0.0.0.0');
		} catch (error) {
			await closed(socket);
			this.#warnOnce('discovery-port', 'port', portProblem(port, error));
			return;
		}
		this.#listener = socket;
		socket.on('error', error =>
			this.#warnOnce('discovery-port', 'listen', `UDP port ${port}: ${describeError(error)}`),
		);
		socket.on('message', (bytes, source) => this.#receive(bytes, source));
		for (const {network} of this.#senders.values()) this.#join(network);
	}

	async #openSender(key: string, network: NetworkInterface): Promise<void> {
		const socket = createSocket({type: 'udp4'});
		try {
			await bound(socket, 0, network.address);
			socket.setBroadcast(true);
			socket.setMulticastInterface(network.address);
			// Other nodes on this host are to hear us.
			socket.setMulticastLoopback(true);
			socket.setMulticastTTL(MULTICAST_TTL);
		} catch (error) {
			await closed(socket);
			this.#warnSend(network, error);
			return;
		}
		socket.on('error', error => this.#warnSend(network, error));
		socket.on('message', (bytes, source) => this.#receive(bytes, source));
		this.#senders.set(key, {network, socket});
		this.#join(network);
	}

	#join({address, name}: NetworkInterface): void {
		try {
			this.#listener?.addMembership(MULTICAST_GROUP, address);
		} catch (error) {
			// Joined before: interfaces may share an address. Otherwise broadcast is left.
			if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return;
			this.#warnOnce('discovery-multicast', name, `No multicast on ${name}: ${describeError(error)}`);
		}
	}

	#leave({address}: NetworkInterface): void {
		try {
			this.#listener?.dropMembership(MULTICAST_GROUP, address);
		} catch {
			// The address is gone, and the membership with it.
		}
	}

	#receive(bytes: Uint8Array, {address: host, port}: RemoteInfo): void {
		if (bytes.length > MAX_ANNOUNCEMENT_BYTES) {
			this.#options.onDropped?.('datagram-size');
			return;
		}
		// The listening socket is open to all interfaces: only a wildcard address hears broadcasts.
		if (this.#options.isRestricted && ![...this.#senders.values()].some(({network}) => network.contains(host))) {
			this.#options.onDropped?.('datagram-interface');
			return;
		}
		this.#options.onDatagram(bytes, {host, port, family: 4});
	}

	#send({network, socket}: Sender, bytes: Uint8Array, port: number, host: string): void {
		try {
			socket.send(bytes, port, host, error => {
				if (error) this.#warnSend(network, error);
			});
		} catch (error) {
			this.#warnSend(network, error);
		}
	}

	#warnSend(network: NetworkInterface, error: unknown): void {
		if (this.#isClosed) return;
		const code = (error as NodeJS.ErrnoException).code ?? '';
		this.#warnOnce(
			'discovery-send',
			`${network.name} ${code}`,
			`Announcements do not leave ${network.name} (${network.address}): ${sendProblem(code, error)}`,
		);
	}

	/** An interface that is down would otherwise complain every few seconds. */
	#warnOnce(code: string, what: string, message: string): void {
		const key = `${code} ${what}`;
		if (this.#warned.has(key)) return;
		this.#warned.add(key);
		this.#options.onWarning(code, message);
	}
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

function closed(socket: Socket): Promise<void> {
	return new Promise(resolve => socket.close(() => resolve()));
}

function portProblem(port: number, error: unknown): string {
	const others = 'Others are not heard until they answer us, or are dialled by address.';
	switch ((error as NodeJS.ErrnoException).code) {
		case 'EADDRINUSE':
			return `UDP port ${port} is held by another program. ${others} Stop it, or let everyone use another --discovery-port.`;
		case 'EACCES':
			return `This user may not open UDP port ${port}. ${others} Let everyone use a --discovery-port above 1023.`;
		default:
			return `UDP port ${port} cannot be opened (${describeError(error)}). ${others}`;
	}
}

function sendProblem(code: string, error: unknown): string {
	switch (code) {
		case 'EPERM':
		case 'EACCES':
			return `a firewall on this machine forbids it (${code})`;
		case 'ENETUNREACH':
		case 'EHOSTUNREACH':
		case 'ENETDOWN':
			return `the network is down or has no route (${code})`;
		case 'EADDRNOTAVAIL':
			return `the address is gone (${code})`;
		default:
			return describeError(error);
	}
}
