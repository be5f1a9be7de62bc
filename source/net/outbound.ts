/** One dial: TCP, TLS, the certificate, READY; or a reason why not. */
import {connect, type SecureContext, type TLSSocket} from 'node:tls';
import {decodeMessage} from '../wire/codec.ts';
import {FrameDecoder} from '../wire/frame.ts';
import {formatTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {Reader} from './bulk/reader.ts';
import {DialError, dialError} from './dial-error.ts';
import type {TransportLimits} from './limits.ts';
import {BULK_TLS_OPTIONS, judge, type Purpose, purposeOf, TLS_OPTIONS} from './secure.ts';
import {socketHost} from './socket-host.ts';

/** A socket on which, for talk, READY has been read; the rest of what came with it is in the decoder and the frames. */
export type Dialled = {
	readonly socket: TLSSocket;
	readonly peer: PeerId;
	readonly decoder: FrameDecoder;
	readonly frames: readonly Uint8Array[];
	/** Of a connection for bulk: what comes, comes here. */
	readonly reader: Reader | undefined;
};

export type DialOptions = {
	readonly address: TcpAddress;
	/** Anyone else is refused; undefined takes whoever answers. */
	readonly expected: PeerId | undefined;
	readonly secureContext: SecureContext;
	readonly limits: TransportLimits;
	readonly signal: AbortSignal;
	/** By default for talk. */
	readonly purpose?: Purpose;
	/** The address of ours to go out from; undefined lets the system choose. */
	readonly source?: string | undefined;
};

/**
 * Calls `adopt` once the other side has said READY (for bulk: once it is proved), with nothing sent on our part, and resolves to what it returns.
 * The call is synchronous, so that the socket is never without an owner who hears its errors.
 * Rejects with `DialError`, and leaves no socket behind.
 */
export function dial<Result>(options: DialOptions, adopt: (dialled: Dialled) => Result): Promise<Result> {
	return new Promise((resolve, reject) => {
		const {address, signal} = options;
		const where = formatTcpAddress({...address, peer: undefined});
		let socket: TLSSocket;
		const reader = options.purpose === 'bulk' ? new Reader() : undefined;
		try {
			if (signal.aborted) throw cancelled(where);
			socket = openSocket(options, reader);
		} catch (error) {
			reject(dialError(address, error));
			return;
		}
		const fail = (error: unknown) => {
			settle();
			socket.on('error', () => {});
			socket.destroy();
			reject(dialError(address, error));
		};
		const gone = () => fail(Object.assign(new Error('closed'), {code: 'ECONNRESET'}));
		const abort = () => fail(cancelled(where));
		const timer = setTimeout(() => fail(tooLate(where, options, socket)), options.limits.handshakeTimeout);
		const settle = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', abort);
			socket.removeAllListeners('data').off('error', fail).off('close', gone).off('end', gone);
		};
		signal.addEventListener('abort', abort);
		socket.once('error', fail).once('close', gone).once('end', gone);
		socket.once('secureConnect', () => {
			finish({socket, reader}, options, fail, dialled => {
				settle();
				resolve(adopt(dialled));
			});
		});
	});
}

function openSocket({address, secureContext, source}: DialOptions, reader: Reader | undefined): TLSSocket {
	if (address.port === 0) throw Object.assign(new Error('port 0'), {code: 'ERR_SOCKET_BAD_PORT'});
	const socket = connect({
		...(reader ? {...BULK_TLS_OPTIONS, onread: reader.onread} : TLS_OPTIONS),
		host: socketHost(address),
		port: address.port,
		...(source !== undefined && {localAddress: source}),
		secureContext,
		// Never called while nothing is rejected; should that change, a name still proves nothing here.
		checkServerIdentity: () => undefined,
	});
	socket.setNoDelay(true);
	return socket;
}

/** Judges the server, then reads the first frame and stops reading with it. */
function finish(
	{socket, reader}: Pick<Dialled, 'socket' | 'reader'>,
	options: DialOptions,
	fail: (error: unknown) => void,
	ready: (dialled: Dialled) => void,
): void {
	let peer: PeerId;
	try {
		peer = judge(socket);
		if (purposeOf(socket) !== (options.purpose ?? 'talk')) throw new Error('another protocol than asked for');
		expectPeer(peer, options);
	} catch (error) {
		fail(error);
		return;
	}
	const decoder = new FrameDecoder();
	if (reader) return ready({socket, peer, decoder, frames: [], reader});
	socket.on('data', (chunk: Uint8Array) => {
		try {
			const [first, ...frames] = decoder.push(chunk);
			if (first === undefined) return;
			if (decodeMessage(first)?.type !== 'ready') throw new Error('the first frame is not READY');
			socket.pause();
			ready({socket, peer, decoder, frames, reader});
		} catch (error) {
			fail(error);
		}
	});
}

function expectPeer(peer: PeerId, {address, expected}: DialOptions): void {
	if (expected === undefined || peer === expected) return;
	const where = formatTcpAddress({...address, peer: undefined});
	throw new DialError('wrong-peer', `${where} is ${peer}, not the expected ${expected}`);
}

function cancelled(where: string): DialError {
	return new DialError('failed', `the dial to ${where} was cancelled`);
}

function tooLate(where: string, {limits}: DialOptions, socket: TLSSocket): DialError {
	const within = `within ${limits.handshakeTimeout / 1000} s`;
	return new DialError(
		'timeout',
		socket.connecting
			? `${where} did not answer ${within}`
			: `${where} took the connection but did not complete the handshake ${within}: it may not speak p2p-tui`,
	);
}
