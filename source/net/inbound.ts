/**
 * Sockets that were accepted and are not connections yet. Strangers can open as many as they like, so each has a
 * deadline and all together have a limit. When the limit is reached the oldest goes, not the newest: an honest
 * handshake takes a few milliseconds, so it is through long before its turn comes, however many hang there silently.
 *
 * A handshake costs a signature and a key exchange, and one that hangs costs its memory. So there is also a rate, from
 * one address and in all, beyond which a socket is closed before TLS begins. A flood from one address shuts out whoever
 * shares that address (until it ends, or until we dial them), and nobody else.
 */
import type {Socket} from 'node:net';
import {type SecureContext, TLSSocket} from 'node:tls';
import {WireError} from '../base/errors.ts';
import type {TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {TransportLimits} from './limits.ts';
import {type Rate, RateLimiter} from './rate-limit.ts';
import {judge, type Purpose, purposeOf, remoteAddressOf, SERVER_TLS_OPTIONS} from './secure.ts';

export type InboundLimits = {
	/** Connections accepted from one IP address, or from one IPv6 network. */
	readonly inboundRatePerAddress: Rate;
	/** In all. */
	readonly inboundRate: Rate;
};

/**
 * Many people sit behind one address translator, and many peers of a demo on one machine: 64 connections from one
 * address may be up, and when a network comes back they all return at once, perhaps several times. In all, twice as
 * many as there are places (512) may come at once. Afterwards a quarter of that a second: at a millisecond each, an
 * attacker gets a quarter of a core, and from one address a sixteenth.
 */
export const DEFAULT_INBOUND_LIMITS: InboundLimits = {
	inboundRatePerAddress: {burst: 256, perSecond: 64},
	inboundRate: {burst: 1_024, perSecond: 256},
};

type Pending = {readonly host: string; end(reason: string): void};

export type InboundOptions = {
	readonly secureContext: SecureContext;
	readonly limits: TransportLimits & InboundLimits;
	/** TLS is done and the certificate is proved. Nothing was read or written yet. */
	ready(socket: TLSSocket, peer: PeerId, address: TcpAddress, purpose: Purpose): void;
	/**
	 * Turned away: `inbound-rate`, `certificate-…`, `alpn`, `handshake` (TLS failed or the other side left),
	 * `handshake-timeout`, `pending-limit`.
	 */
	refused(reason: string): void;
};

export class Inbound {
	readonly #options: InboundOptions;
	/** By remote host, oldest first. */
	readonly #pending = new Map<string, Set<Pending>>();
	readonly #rate: RateLimiter;
	#size = 0;

	constructor(options: InboundOptions) {
		this.#options = options;
		const {inboundRatePerAddress, inboundRate} = options.limits;
		this.#rate = new RateLimiter(inboundRatePerAddress, inboundRate);
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
		if (!this.#rate.take(address.host, performance.now())) {
			// A reset leaves nothing behind in the system either.
			raw.resetAndDestroy();
			this.#options.refused('inbound-rate');
			return;
		}
		this.#makeRoom(address.host);
		const {secureContext} = this.#options;
		const socket = new TLSSocket(raw, {...SERVER_TLS_OPTIONS, isServer: true, secureContext});
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
			this.#options.ready(socket, peer, address, purposeOf(socket));
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
