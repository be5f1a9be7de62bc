/** Real peers for tests, on this machine only, and strangers who misbehave on purpose. */
import {generateKeyPairSync, type KeyObject, X509Certificate} from 'node:crypto';
import {once} from 'node:events';
import {type AddressInfo, connect as connectTcp, createServer, type Server, type Socket} from 'node:net';
import {connect as connectTls, createSecureContext, type TLSSocket, TLSSocket as TlsSocket} from 'node:tls';
import {type CertificateExtension, encodeCertificate, encodeSignedKey} from '../../source/net/certificate.ts';
import type {Connection} from '../../source/net/connection.ts';
import {encodeHostKey} from '../../source/net/host-key.ts';
import {Transport, type TransportOptions} from '../../source/net/transport.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';
import type {TcpAddress} from '../../source/wire/multiaddr.ts';
import {createConditions} from '../helpers/conditions.ts';

export const LOOPBACK: TcpAddress = {host: '127.0.0.1', port: 0, family: 4};

export const LIBP2P_OID = Buffer.from('2b0601040183a25a0101', 'hex');

/** The same key for the same number, always. */
export function identityOf(number: number): Identity {
	return identityFromSeed(new Uint8Array(32).fill(number));
}

/** Things to undo when a test ends, last first. */
export class Cleanup {
	readonly #tasks: (() => unknown)[] = [];

	add(task: () => unknown): void {
		this.#tasks.push(task);
	}

	async run(): Promise<void> {
		for (const task of this.#tasks.splice(0).reverse()) await task();
	}
}

export type Node = {
	readonly transport: Transport;
	readonly identity: Identity;
	readonly address: TcpAddress;
	readonly connections: Connection[];
	readonly refusals: string[];
	/** The next inbound connection that has not been handed out. */
	next(): Promise<Connection>;
	/** Resolves once that many were refused. */
	refused(count: number): Promise<void>;
};

/** A transport that listens on a free port. */
export async function startNode(
	number: number,
	cleanup: Cleanup,
	limits: TransportOptions['limits'] = {},
): Promise<Node> {
	const identity = identityOf(number);
	const connections: Connection[] = [];
	const refusals: string[] = [];
	const {until, wake} = createConditions();
	let taken = 0;
	const transport = new Transport({
		identity,
		limits: {closeTimeout: 300, ...limits},
		onConnection: connection => {
			connections.push(connection);
			wake();
		},
		onRefused: reason => {
			refusals.push(reason);
			wake();
		},
	});
	cleanup.add(() => transport.close());
	return {
		transport,
		identity,
		address: await transport.listen(LOOPBACK),
		connections,
		refusals,
		next: async () => {
			const index = taken++;
			await until(() => connections.length > index);
			return connections[index] as Connection;
		},
		refused: count => until(() => refusals.length >= count),
	};
}

/** What came over a connection, and how it ended. */
export type Record = {
	readonly frames: Buffer[];
	readonly ends: string[];
	readonly closed: Promise<string>;
	/** Resolves once that many frames are here. */
	received(count: number): Promise<void>;
};

/** Starts a connection and writes down all that happens; `onFrame` may react. */
export function record(connection: Connection, onFrame?: (body: Buffer) => void): Record {
	const frames: Buffer[] = [];
	const ends: string[] = [];
	let wanted = {count: 0, resolve: () => {}};
	let resolveClosed = (_reason: string) => {};
	const closed = new Promise<string>(resolve => {
		resolveClosed = resolve;
	});
	connection.start({
		frame: body => {
			frames.push(Buffer.from(body));
			onFrame?.(Buffer.from(body));
			if (frames.length >= wanted.count) wanted.resolve();
		},
		closed: reason => {
			ends.push(reason);
			resolveClosed(reason);
		},
	});
	return {
		frames,
		ends,
		closed,
		received: count =>
			new Promise(resolve => {
				wanted = {count, resolve};
				if (frames.length >= count) resolve();
			}),
	};
}

export type CertificateChanges = {
	/** Instead of the one extension that belongs there. */
	extensions?: (good: CertificateExtension) => CertificateExtension[];
	hostKey?: Uint8Array;
	signature?: Uint8Array;
	tail?: Uint8Array;
	notBefore?: Uint8Array;
	notAfter?: Uint8Array;
	/** Signs the certificate instead of its own key. */
	signer?: KeyObject;
};

/** A certificate as a peer could make it that does not keep to the rules. */
export function forge(identity: Identity, changes: CertificateChanges = {}): {der: Buffer; cert: string; key: string} {
	const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const spki = publicKey.export({format: 'der', type: 'spki'});
	const signature = changes.signature ?? identity.sign(Buffer.concat([Buffer.from('libp2p-tls-handshake:'), spki]));
	const good = {
		oid: LIBP2P_OID,
		value: encodeSignedKey(changes.hostKey ?? encodeHostKey(identity.publicKey), signature),
	};
	const der = encodeCertificate({
		...changes,
		spki,
		privateKey: changes.signer ?? privateKey,
		extensions: changes.extensions?.(good) ?? [good],
	});
	return {
		der,
		cert: new X509Certificate(der).toString(),
		key: privateKey.export({format: 'pem', type: 'pkcs8'}) as string,
	};
}

export const TLS_DEFAULTS = {
	minVersion: 'TLSv1.3',
	maxVersion: 'TLSv1.3',
	ALPNProtocols: ['p2p-tui/1'],
	rejectUnauthorized: false,
} as const;

export type Stranger = {
	readonly socket: TLSSocket;
	/** All that it received. */
	readonly received: Buffer[];
	readonly sessions: Buffer[];
	/** Resolves when the socket is gone. */
	readonly closed: Promise<void>;
	/** Resolves with the first bytes, or undefined if it is closed before. */
	readonly firstBytes: Promise<Buffer | undefined>;
};

/** A TLS client that is not ours. */
export function strangerDials(port: number, options: object, cleanup: Cleanup): Stranger {
	return watch(connectTls({...TLS_DEFAULTS, host: '127.0.0.1', port, ...options}), cleanup);
}

function watch(socket: TLSSocket, cleanup: Cleanup): Stranger {
	const received: Buffer[] = [];
	const sessions: Buffer[] = [];
	socket.on('error', () => {});
	socket.on('session', session => sessions.push(session));
	socket.on('data', chunk => received.push(chunk));
	cleanup.add(() => socket.destroy());
	const closed = gone(socket);
	return {
		socket,
		received,
		sessions,
		closed,
		firstBytes: new Promise(resolve => {
			socket.once('data', resolve);
			socket.once('close', () => resolve(undefined));
		}),
	};
}

/** Resolves when the socket is closed, now or later, whatever errors come before that. */
export function gone(socket: Socket): Promise<void> {
	return new Promise(resolve => {
		if (socket.closed) resolve();
		else socket.once('close', () => resolve());
	});
}

export type Listener = {readonly address: TcpAddress; readonly server: Server; readonly sockets: Socket[]};

/** A TCP server that is not ours. */
export async function strangerListens(onSocket: (socket: Socket) => void, cleanup: Cleanup): Promise<Listener> {
	const sockets: Socket[] = [];
	const server = createServer(socket => {
		sockets.push(socket);
		socket.on('error', () => {});
		onSocket(socket);
	});
	cleanup.add(() => {
		for (const socket of sockets) socket.destroy();
		return new Promise(resolve => server.close(resolve));
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {address: {...LOOPBACK, port: (server.address() as AddressInfo).port}, server, sockets};
}

/** A TLS server that is not ours. */
export function strangerServes(
	options: {cert: string; key: string; [option: string]: unknown},
	onSecure: (socket: TLSSocket) => void,
	cleanup: Cleanup,
): Promise<Listener> {
	const settings = {...TLS_DEFAULTS, ...options};
	return strangerListens(raw => {
		const secureContext = createSecureContext(settings);
		const socket = new TlsSocket(raw, {...settings, isServer: true, requestCert: true, secureContext});
		socket.on('error', () => {});
		socket.on('secure', () => onSecure(socket));
		socket.resume();
	}, cleanup);
}

/** The first bytes that a TLS client sends. */
export async function captureClientHello(cleanup: Cleanup): Promise<Buffer> {
	const {address, server} = await strangerListens(() => {}, cleanup);
	const client = connectTls({...TLS_DEFAULTS, host: address.host, port: address.port});
	client.on('error', () => {});
	const [socket] = (await once(server, 'connection')) as [Socket];
	const [hello] = (await once(socket, 'data')) as [Buffer];
	client.destroy();
	return hello;
}

export function tcpTo(port: number, cleanup: Cleanup, localAddress?: string): Socket {
	const socket = connectTcp({host: '127.0.0.1', port, ...(localAddress === undefined ? {} : {localAddress})});
	socket.on('error', () => {});
	cleanup.add(() => socket.destroy());
	return socket;
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	await new Promise(resolve => server.close(resolve));
	return port;
}
