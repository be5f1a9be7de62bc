/**
 * The two kinds of socket that announcements go through, for one address family each. They tell errors and know no
 * policy.
 */
import type {createSocket, RemoteInfo, Socket} from 'node:dgram';
import type {Link} from './beacon-link.ts';
import {hostFrom} from './socket-host.ts';

/** Announcements stay on the link: IPv4's time to live, IPv6's hop limit. */
const MULTICAST_HOPS = 1;

export type DatagramSource = {
	readonly host: string;
	readonly port: number;
	readonly family: 4 | 6;
	/** Where a link-local IPv6 address was heard: it is valid only there. */
	readonly scope?: string;
};

export type SocketEvents = {
	datagram(bytes: Uint8Array, source: DatagramSource): void;
	error(error: unknown): void;
};

export type OpenSocket = typeof createSocket;

/** Hears what is sent to the well-known port, which all nodes of this machine share. */
export class Listener {
	readonly #socket: Socket;

	private constructor(socket: Socket) {
		this.#socket = socket;
	}

	/** Rejects with the system's error, and leaves nothing open. */
	static async open(family: 4 | 6, port: number, events: SocketEvents, open: OpenSocket): Promise<Listener> {
		// Only a wildcard address hears broadcast and multicast; IPv4 has a socket of its own.
		const socket =
			family === 4 ? open({type: 'udp4', reuseAddr: true}) : open({type: 'udp6', reuseAddr: true, ipv6Only: true});
		await bound(socket, port, family === 4 ? '0.0.0.0' : '::');
		hear(socket, events);
		return new Listener(socket);
	}

	/** @throws the system's error; `EADDRINUSE` if it has joined before. */
	join({group, multicastInterface}: Link): void {
		this.#socket.addMembership(group, multicastInterface);
	}

	leave({group, multicastInterface}: Link): void {
		try {
			this.#socket.dropMembership(group, multicastInterface);
		} catch {
			// The address or the interface is gone, and the membership with it.
		}
	}

	close(): Promise<void> {
		return closed(this.#socket);
	}
}

/** Sends on one link, from a port of its own, to which others send their answers. */
export class Sender {
	/** Its other addresses may change while the socket stays. */
	link: Link;
	readonly #socket: Socket;

	private constructor(link: Link, socket: Socket) {
		this.link = link;
		this.#socket = socket;
	}

	/** Rejects with the system's error, and leaves nothing open. */
	static async open(link: Link, events: SocketEvents, open: OpenSocket): Promise<Sender> {
		const socket = open({type: link.family === 4 ? 'udp4' : 'udp6'});
		await bound(socket, 0, link.address);
		try {
			if (link.family === 4) socket.setBroadcast(true);
			socket.setMulticastInterface(link.multicastInterface);
			// Other nodes on this host are to hear us.
			socket.setMulticastLoopback(true);
			socket.setMulticastTTL(MULTICAST_HOPS);
		} catch (error) {
			await closed(socket);
			throw error;
		}
		hear(socket, events);
		return new Sender(link, socket);
	}

	/** `sent`: the system has taken it. */
	send(bytes: Uint8Array, port: number, host: string, failed: (error: unknown) => void, sent = () => {}): void {
		try {
			this.#socket.send(bytes, port, host, error => {
				if (error) failed(error);
				else sent();
			});
		} catch (error) {
			failed(error);
		}
	}

	close(): Promise<void> {
		return closed(this.#socket);
	}
}

function hear(socket: Socket, events: SocketEvents): void {
	socket.on('error', error => events.error(error));
	socket.on('message', (bytes, source) => events.datagram(bytes, sourceOf(source)));
}

function sourceOf({address, family, port}: RemoteInfo): DatagramSource {
	const {host, family: version, scope} = hostFrom(address, family);
	return scope === undefined ? {host, port, family: version} : {host, port, family: version, scope};
}

/** Rejects if the socket cannot be bound; then it is closed. */
async function bound(socket: Socket, port: number, address: string): Promise<void> {
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once('error', reject);
			socket.bind({port, address}, () => {
				socket.off('error', reject);
				resolve();
			});
		});
	} catch (error) {
		await closed(socket);
		throw error;
	}
}

function closed(socket: Socket): Promise<void> {
	return new Promise(resolve => socket.close(() => resolve()));
}
