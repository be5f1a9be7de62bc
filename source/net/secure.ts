/**
 * What both ends of a handshake have in common: TLS settings, and the judgement of what came out of it.
 *
 * Node is told not to reject anything, since it knows no authority to ask; so nothing is checked unless it is checked
 * here, and no byte may be read or sent before.
 */
import {constants} from 'node:crypto';
import type {Socket} from 'node:net';
import {createSecureContext, type SecureContext, type TLSSocket} from 'node:tls';
import {WireError} from '../base/errors.ts';
import type {Identity} from '../wire/identity.ts';
import {ALPN_PROTOCOL, BULK_ALPN_PROTOCOL} from '../wire/messages.ts';
import type {TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {createCertificate, verifyPeer} from './certificate.ts';
import {hostFrom} from './socket-host.ts';

/** One for all connections of a transport, in and out: making one takes longer than a handshake. */
export function secureContextFor(identity: Identity): SecureContext {
	return createSecureContext({
		...createCertificate(identity),
		minVersion: 'TLSv1.3',
		maxVersion: 'TLSv1.3',
		// The fastest first; every one of TLS 1.3 is good.
		ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384',
		ecdhCurve: 'X25519:P-256',
		// No session is ever resumed: each connection proves its certificate anew.
		secureOptions: constants.SSL_OP_NO_TICKET,
		// Without this, Node parses its 140 root certificates, which nobody here asks.
		ca: [],
	});
}

export const TLS_OPTIONS = {ALPNProtocols: [ALPN_PROTOCOL], requestCert: true, rejectUnauthorized: false} as const;

/** What a connection is for: talk, or the bytes of files. */
export type Purpose = 'talk' | 'bulk';

/** Of the side that dials. */
export const BULK_TLS_OPTIONS = {...TLS_OPTIONS, ALPNProtocols: [BULK_ALPN_PROTOCOL]} as const;

/** Of the side that is dialled, for one purpose or the other on the same port. */
export const SERVER_TLS_OPTIONS = {...TLS_OPTIONS, ALPNProtocols: [ALPN_PROTOCOL, BULK_ALPN_PROTOCOL]} as const;

export function purposeOf(socket: TLSSocket): Purpose {
	return socket.alpnProtocol === BULK_ALPN_PROTOCOL ? 'bulk' : 'talk';
}

/**
 * Who is at the other end of a finished handshake.
 * @throws WireError with reason `alpn` or `certificate-…`.
 */
export function judge(socket: TLSSocket): PeerId {
	// A side that offers no protocol at all completes the handshake all the same.
	if (socket.alpnProtocol !== ALPN_PROTOCOL && socket.alpnProtocol !== BULK_ALPN_PROTOCOL)
		throw new WireError('alpn', 'it does not speak p2p-tui');
	return verifyPeer(socket.getPeerX509Certificate());
}

/** The other end as an address; undefined if the socket is no longer connected. */
export function remoteAddressOf(socket: Socket): TcpAddress | undefined {
	const {remoteAddress, remotePort, remoteFamily} = socket;
	if (remoteAddress === undefined || remotePort === undefined) return undefined;
	return {...hostFrom(remoteAddress, remoteFamily), port: remotePort};
}
