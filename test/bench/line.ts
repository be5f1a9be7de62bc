/** The client's end of a connection of any kind: raw TCP, raw TLS with the settings of our transport, or the transport. */
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {type SecureContext, connect as tlsConnect} from 'node:tls';
import {BULK_BODY_BYTES, type Connection} from '../../source/net/connection.ts';
import {TLS_OPTIONS} from '../../source/net/secure.ts';
import type {Transport} from '../../source/net/transport.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {encodeFrame} from '../../source/wire/frame.ts';
import type {Message} from '../../source/wire/messages.ts';
import {type Kind, RAW_PIECE_BYTES} from './link-types.ts';

export const HOST = '127.0.0.1';

/** 64 bytes as a frame: 4 of length, 4 of msgpack around 56 of text. */
export const ECHO: Message = {type: 'goodbye', reason: 'x'.repeat(56)};
export const ECHO_FRAME = encodeFrame(encodeMessage(ECHO));

export type Line = {
	/** Sends the 64 bytes and calls back when as many have come. */
	echo(back: () => void): void;
	/** Sends messages: encoded one by one, or for a raw line the frames of all in one piece. */
	sendAll(messages: readonly Message[], frames: Uint8Array): void;
	/** Sends so many bytes as fast as the line takes them: raw in large pieces, ours as the bodies of frames. */
	sendBulk(bytes: number): Promise<void>;
	waitingBytes(): number;
	/** The next time that anything comes. */
	next(): Promise<void>;
	close(): void;
};

type Target = {
	readonly kind: Kind;
	readonly port: number;
	readonly transport: Transport;
	readonly context: SecureContext;
};

export async function openLine({kind, port, transport, context}: Target): Promise<Line> {
	if (kind === 'ours') return ourLine(await transport.dial({host: HOST, port, family: 4}, undefined));
	return rawLine(await openRaw(kind, port, context));
}

export function openRaw(kind: 'tcp' | 'tls', port: number, secureContext: SecureContext): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const options = {host: HOST, port};
		const socket =
			kind === 'tcp'
				? connect(options, () => resolve(socket))
				: tlsConnect({...options, ...TLS_OPTIONS, secureContext, checkServerIdentity: () => undefined}, () =>
						resolve(socket),
					);
		socket.setNoDelay(true).once('error', reject);
	});
}

function rawLine(socket: Socket): Line {
	let received = 0;
	let onEcho = () => {};
	socket.on('data', chunk => {
		received += chunk.length;
		if (received < ECHO_FRAME.length) return;
		received = 0;
		onEcho();
	});
	return {
		echo: back => {
			onEcho = back;
			socket.write(ECHO_FRAME);
		},
		sendAll: (_, frames) => {
			socket.write(frames);
		},
		sendBulk: async bytes => {
			const piece = Buffer.alloc(RAW_PIECE_BYTES, 7);
			for (let sent = 0; sent < bytes; sent += piece.length) if (!socket.write(piece)) await once(socket, 'drain');
		},
		waitingBytes: () => socket.writableLength,
		next: () =>
			new Promise(resolve => {
				onEcho = resolve;
			}),
		close: () => socket.destroy(),
	};
}

function ourLine(connection: Connection): Line {
	let onFrame = () => {};
	let onDrained = () => {};
	connection.start({
		frame: body => {
			if (decodeMessage(body)?.type === 'goodbye') onFrame();
		},
		closed: () => {},
		drained: () => onDrained(),
	});
	return {
		echo: back => {
			onFrame = back;
			connection.send(encodeMessage(ECHO), 'chat');
		},
		sendAll: messages => {
			for (const message of messages) connection.send(encodeMessage(message), 'chat');
		},
		sendBulk: async bytes => {
			const body = Buffer.alloc(BULK_BODY_BYTES, 7);
			for (let sent = 0; sent < bytes; sent += body.length) {
				while (!connection.isWritable('bulk')) await new Promise<void>(resolve => (onDrained = resolve));
				connection.send(body, 'bulk');
			}
		},
		waitingBytes: () => connection.queuedBytes,
		next: () =>
			new Promise(resolve => {
				onFrame = resolve;
			}),
		close: () => connection.destroy('done'),
	};
}
