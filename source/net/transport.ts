/**
 * Connections to other peers: TCP with mutual TLS 1.3.
 *
 *     client                                server
 *       │── TCP, TLS 1.3, both certificates ──│
 *       │  proves the server's certificate    │  proves the client's certificate
 *       │◀──────────── READY ─────────────────│
 *       │◀──────────── frames ───────────────▶│
 *
 * A client counts as connected in TLS before the server has judged it, hence READY: until then it sends nothing.
 * It decides nothing: whom to dial, whom to keep and what to say is the swarm's business.
 */
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import type {SecureContext, TLSSocket} from 'node:tls';
import {describeError, UserError} from '../base/errors.ts';
import {encodeMessage} from '../wire/codec.ts';
import type {Identity} from '../wire/identity.ts';
import {PROTOCOL_MINOR} from '../wire/messages.ts';
import {formatTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {BulkConnection} from './bulk/connection.ts';
import {type BulkLimits, DEFAULT_BULK_LIMITS} from './bulk/limits.ts';
import {RateGate} from './bulk/rate-gate.ts';
import type {Reader} from './bulk/reader.ts';
import {Connection, type ConnectionOptions} from './connection.ts';
import {DEFAULT_INBOUND_LIMITS, Inbound, type InboundLimits} from './inbound.ts';
import {DEFAULT_LIMITS, type TransportLimits} from './limits.ts';
import {type Dialled, type DialOptions, dial} from './outbound.ts';
import {type Purpose, secureContextFor} from './secure.ts';
import {SendBudget} from './send-budget.ts';
import {hostFrom, socketHost} from './socket-host.ts';

export type TransportOptions = {
	readonly identity: Identity;
	/** Someone has connected to us. The connection does nothing until it is started. */
	onConnection(connection: Connection): void;
	/** The same with a connection for bulk; left out: nobody may. Whether this peer may is to be decided by whoever gets it. */
	onBulk?(connection: BulkConnection): void;
	/** Someone was turned away; `reason` names a counter, see `InboundOptions.refused`. */
	onRefused(reason: string): void;
	readonly limits?: Partial<TransportLimits & InboundLimits & BulkLimits>;
};

const READY = encodeMessage({type: 'ready', minor: PROTOCOL_MINOR});

export class Transport {
	readonly #options: TransportOptions;
	readonly #limits: TransportLimits & InboundLimits & BulkLimits;
	/** For bytes of files, of all connections together. */
	readonly up = new RateGate();
	readonly down = new RateGate();
	readonly #secureContext: SecureContext;
	readonly #inbound: Inbound;
	/** By the address in text form. */
	readonly #servers = new Map<string, Server>();
	/** Under way, and how to call them off. */
	readonly #dials = new Map<Promise<unknown>, AbortController>();
	/** With the host of this machine that each goes from; undefined if it was gone at once. */
	readonly #connections = new Map<Connection | BulkConnection, string | undefined>();
	readonly #budget: SendBudget;
	/** Called when the last connection is gone. */
	#idle: (() => void) | undefined;
	#isClosed = false;

	constructor(options: TransportOptions) {
		this.#options = options;
		this.#limits = {...DEFAULT_LIMITS, ...DEFAULT_INBOUND_LIMITS, ...DEFAULT_BULK_LIMITS, ...options.limits};
		this.#budget = new SendBudget(this.#limits.maxTotalSendQueueBytes);
		this.#secureContext = secureContextFor(options.identity);
		this.#inbound = new Inbound({
			secureContext: this.#secureContext,
			limits: this.#limits,
			ready: (socket, peer, address, purpose) => this.#onReady(socket, peer, address, purpose),
			refused: reason => options.onRefused(reason),
		});
	}

	/** How many accepted sockets have not completed the handshake. */
	get pendingInbound(): number {
		return this.#inbound.size;
	}

	/**
	 * Accepts connections there. Returns the address with the port that it got, if 0 was asked for.
	 * @throws UserError with a hint; its `cause` is the system's error.
	 */
	async listen(address: TcpAddress): Promise<TcpAddress> {
		if (this.#isClosed) throw new Error('the transport is closed');
		const server = createServer(socket => this.#inbound.accept(socket));
		try {
			await listening(server, address);
		} catch (error) {
			throw listenError(address, error);
		}
		// Such as too many open files: that one socket is lost, the server goes on.
		server.on('error', () => this.#options.onRefused('accept'));
		const bound = {...address, port: (server.address() as AddressInfo).port};
		this.#servers.set(formatTcpAddress(bound), server);
		if (this.#isClosed) this.unlisten(bound);
		return bound;
	}

	/** Accepts no more connections at an address that `listen` returned. Those that are open stay. */
	unlisten(address: TcpAddress): void {
		const key = formatTcpAddress(address);
		this.#servers.get(key)?.close();
		this.#servers.delete(key);
	}

	/**
	 * Connects to a peer; `expected` undefined takes whoever answers there, `source` is the address of ours to go out from.
	 * Resolves when it is ready for use. Rejects with `DialError`; an abort counts as `failed`.
	 */
	async dial(
		address: TcpAddress,
		expected: PeerId | undefined,
		signal?: AbortSignal,
		source?: string,
	): Promise<Connection> {
		return this.#withAbort(signal, controlled =>
			this.#dial({address, expected, signal: controlled, source}, dialled =>
				this.#adopt({...dialled, address, direction: 'outbound'}),
			),
		);
	}

	/** The same for a connection for bulk, which is ready when it says so. */
	async dialBulk(address: TcpAddress, peer: PeerId, signal?: AbortSignal, source?: string): Promise<BulkConnection> {
		return this.#withAbort(signal, controlled =>
			this.#dial({address, expected: peer, signal: controlled, source, purpose: 'bulk'}, ({socket, reader}) =>
				this.#adoptBulk(socket, peer, 'outbound', reader),
			),
		);
	}

	async #withAbort<Result>(
		signal: AbortSignal | undefined,
		begin: (signal: AbortSignal) => Promise<Result>,
	): Promise<Result> {
		const controller = new AbortController();
		const abort = () => controller.abort();
		if (this.#isClosed || signal?.aborted) abort();
		signal?.addEventListener('abort', abort);
		const attempt = begin(controller.signal);
		this.#dials.set(attempt, controller);
		try {
			return await attempt;
		} finally {
			signal?.removeEventListener('abort', abort);
			this.#dials.delete(attempt);
		}
	}

	/**
	 * Closes at once, with the reason `address-gone`, the connections that go from a host that is none of ours any more:
	 * nothing can come back on them, and the system would not say so for minutes.
	 */
	abandon(isGone: (host: string) => boolean): void {
		for (const [connection, host] of [...this.#connections]) {
			if (host !== undefined && isGone(host)) connection.destroy('address-gone');
		}
	}

	/** Stops listening, calls off dials, closes every connection (at most `closeTimeout` later). Leaves nothing behind. */
	async close(): Promise<void> {
		this.#isClosed = true;
		const servers = [...this.#servers.values()].map(closed);
		this.#servers.clear();
		this.#inbound.close();
		const dials = [...this.#dials];
		for (const [, controller] of dials) controller.abort();
		await Promise.allSettled(dials.map(([attempt]) => attempt));
		for (const connection of this.#connections.keys()) {
			if (connection instanceof BulkConnection) connection.destroy('shutdown');
			else connection.close('shutdown');
		}
		if (this.#connections.size > 0) await new Promise<void>(resolve => this.#whenIdle(resolve));
		await Promise.all(servers);
	}

	#whenIdle(resolve: () => void): void {
		const before = this.#idle;
		this.#idle = () => {
			before?.();
			resolve();
		};
	}

	#dial<Result>(
		options: Omit<DialOptions, 'secureContext' | 'limits'>,
		adopt: (dialled: Dialled) => Result,
	): Promise<Result> {
		return dial({...options, secureContext: this.#secureContext, limits: this.#limits}, adopt);
	}

	#onReady(socket: TLSSocket, peer: PeerId, address: TcpAddress, purpose: Purpose): void {
		if (purpose === 'bulk') {
			const bulk = this.#adoptBulk(socket, peer, 'inbound');
			if (this.#options.onBulk) this.#options.onBulk(bulk);
			else bulk.destroy('unwanted');
			return;
		}
		const connection = this.#adopt({socket, peer, address, direction: 'inbound'});
		connection.send(READY, 'control');
		this.#options.onConnection(connection);
	}

	#adopt(
		options: Omit<ConnectionOptions, 'address' | 'limits' | 'budget' | 'gone'> & {address: TcpAddress},
	): Connection {
		const connection: Connection = new Connection({
			...options,
			address: formatTcpAddress({...options.address, peer: undefined}),
			limits: this.#limits,
			budget: this.#budget,
			gone: () => this.#gone(connection),
		});
		this.#connections.set(connection, hostOf(options.socket));
		return connection;
	}

	#adoptBulk(socket: TLSSocket, peer: PeerId, direction: 'inbound' | 'outbound', reader?: Reader): BulkConnection {
		const {up, down} = this;
		const gone = () => this.#gone(connection);
		const connection: BulkConnection = new BulkConnection({
			...{socket, peer, direction, up, down, gone},
			limits: this.#limits,
			...(reader && {reader}),
		});
		this.#connections.set(connection, hostOf(socket));
		return connection;
	}

	#gone(connection: Connection | BulkConnection): void {
		this.#connections.delete(connection);
		if (this.#connections.size === 0) this.#idle?.();
	}
}

function hostOf({localAddress, localFamily}: Socket): string | undefined {
	return localAddress && hostFrom(localAddress, localFamily).host;
}

function listening(server: Server, address: TcpAddress): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		const {port, family} = address;
		server.listen({host: socketHost(address), port, ipv6Only: family === 6}, () => {
			server.off('error', reject);
			resolve();
		});
	});
}

function closed(server: Server): Promise<void> {
	return new Promise(resolve => server.close(() => resolve()));
}

function listenError(address: TcpAddress, cause: unknown): UserError {
	const {host, port, family} = address;
	const anyPort = `--listen ${formatTcpAddress({...address, port: 0, peer: undefined})}`;
	switch ((cause as NodeJS.ErrnoException).code) {
		case 'EADDRINUSE':
			return new UserError(`Port ${port} on ${host} is taken by another program`, {
				hint: `Stop that program, or let the system choose a port: ${anyPort}`,
				cause,
			});
		case 'EACCES':
			return new UserError(`This user may not listen on port ${port}`, {
				hint: `Ports below 1024 are mostly reserved: choose a higher one, or ${anyPort}`,
				cause,
			});
		case 'EADDRNOTAVAIL':
			return new UserError(`${host} is not an address of this machine`, {
				hint: `Listen on all of its addresses: --listen /ip${family}/${family === 4 ? '0.0.0.0' : '::'}/tcp/${port}`,
				cause,
			});
		case 'EAFNOSUPPORT':
			return new UserError(`This machine has no IPv${family}`, {hint: 'Leave that address out', cause});
		default:
			return new UserError(`Cannot listen on ${formatTcpAddress(address)}: ${describeError(cause)}`, {cause});
	}
}
