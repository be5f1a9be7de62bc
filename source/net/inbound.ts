/**
 * Sockets that were accepted and are not connections yet. Strangers can open as many as they like, so each has a
 * deadline and all together have a limit. When the limit is reached the oldest goes, not the newest: an honest
 * handshake takes a few milliseconds, so it is through long before its turn comes, however many hang there silently.
 */
import type {Socket} from 'node:net';
import {type SecureContext, TLSSocket} from 'node:tls';
import {WireError} from '../base/errors.ts';
import type {TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {TransportLimits} from './limits.ts';
import {judge, remoteAddressOf, TLS_OPTIONS} from './secure.ts';

type Pending = {readonly host: string; end(reason: string): void};

export type InboundOptions = {
	readonly secureContext: SecureContext;
	readonly limits: TransportLimits;
	/** TLS is done and the certificate is proved. Nothing was read or written yet. */
	ready(socket: TLSSocket, peer: PeerId, address: TcpAddress): void;
	/**
	 * Turned away: `certificate-…`, `alpn`, `handshake` (TLS failed or the other side left), `handshake-timeout`,
	 * `pending-limit`.
	 */
	refused(reason: string): void;
};

export class Inbound {
	readonly #options: InboundOptions;
	/** By remote host, oldest first. */
	readonly #pending = new Map<string, Set<Pending>>();
	#size = 0;

	constructor(options: InboundOptions) {
		this.#options = options;
	}

	get size(): number {
		return this.#size;
	}

	accept(raw: Socket): void {
		// It may be broken already, with the error still to be told: with nobody to hear it, it would end the program.
		// Once TLS is on top, TLS hears it.
		raw.on('error', () => {});
		const address = remoteAddressOf(raw);
		if (address === undefined) {
			raw.destroy();
			return;
		}
		this.#makeRoom(address.host);
		const {secureContext} = this.#options;
		const socket = new TLSSocket(raw, {...TLS_OPTIONS, isServer: true, secureContext});
		socket.setNoDelay(true);
		this.#await(socket, address);
	}

	/** Drops all that are pending. */
	close(): void {
		for (const hostPending of [...this.#pending.values()]) {
			for (const pending of [...hostPending]) pending.end('shutdown');
		}
	}

	#await(socket: TLSSocket, address: TcpAddress): void {
		const settle = () => {
			clearTimeout(timer);
			this.#remove(pending);
			socket.off('error', fail).off('close', fail).off('secure', secure);
		};
		const end = (reason: string) => {
			settle();
			// Errors may still follow; nobody is left to hear them.
			socket.on('error', () => {});
			socket.destroy();
			this.#options.refused(reason);
		};
		const fail = () => end('handshake');
		const secure = () => {
			let peer: PeerId;
			try {
				peer = judge(socket);
			} catch (error) {
				end(error instanceof WireError ? error.reason : 'handshake');
				return;
			}
			settle();
			this.#options.ready(socket, peer, address);
		};
		const pending: Pending = {host: address.host, end};
		// Node's own `handshakeTimeout` only reports, and closes nothing.
		const timer = setTimeout(end, this.#options.limits.handshakeTimeout, 'handshake-timeout');
		socket.once('error', fail).once('close', fail).once('secure', secure);
		this.#add(pending);
	}

	#makeRoom(host: string): void {
		const {maxPendingInbound, maxPendingInboundPerAddress} = this.#options.limits;
		const sameHost = this.#pending.get(host);
		if (sameHost !== undefined && sameHost.size >= maxPendingInboundPerAddress) dropOldest(sameHost);
		if (this.#size < maxPendingInbound) return;
		// Whoever holds the most places gives one back.
		let largest: Set<Pending> | undefined;
		for (const candidate of this.#pending.values()) {
			if (largest === undefined || candidate.size > largest.size) largest = candidate;
		}
		if (largest !== undefined) dropOldest(largest);
	}

	#add(pending: Pending): void {
		const sameHost = this.#pending.get(pending.host);
		if (sameHost === undefined) this.#pending.set(pending.host, new Set([pending]));
		else sameHost.add(pending);
		this.#size++;
	}

	#remove(pending: Pending): void {
		const sameHost = this.#pending.get(pending.host);
		if (!sameHost?.delete(pending)) return;
		this.#size--;
		if (sameHost.size === 0) this.#pending.delete(pending.host);
	}
}

function dropOldest(set: ReadonlySet<Pending>): void {
	const [oldest] = set;
	oldest?.end('pending-limit');
}
