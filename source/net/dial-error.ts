/** Why a dial did not end in a connection: a code for the swarm, one line for a person. */
import {WireError} from '../base/errors.ts';
import {formatTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';

export type DialErrorCode = 'refused' | 'timeout' | 'unreachable' | 'wrong-peer' | 'bad-address' | 'failed';

export class DialError extends Error {
	override readonly name = 'DialError';
	readonly code: DialErrorCode;

	constructor(code: DialErrorCode, message: string, cause?: unknown) {
		super(message, {cause});
		this.code = code;
	}
}

const BY_SYSTEM_CODE: Readonly<Record<string, readonly [DialErrorCode, string]>> = {
	ECONNREFUSED: ['refused', 'refused the connection: nothing listens there, or a firewall says no'],
	ETIMEDOUT: ['timeout', 'did not answer'],
	EHOSTUNREACH: ['unreachable', 'cannot be reached: no such host on the network'],
	EHOSTDOWN: ['unreachable', 'cannot be reached: the host is down'],
	ENETUNREACH: ['unreachable', 'cannot be reached: this machine has no route there'],
	ENETDOWN: ['unreachable', 'cannot be reached: the network is down'],
	EADDRNOTAVAIL: ['unreachable', 'cannot be reached from any address of this machine'],
	EINVAL: ['bad-address', 'is not an address that can be dialled'],
	ERR_SOCKET_BAD_PORT: ['bad-address', 'is not an address that can be dialled'],
	ECONNRESET: ['failed', 'closed the connection during the handshake: it may not speak p2p-tui, or refuse us'],
	EPIPE: ['failed', 'closed the connection during the handshake: it may not speak p2p-tui, or refuse us'],
};

/** Turns whatever went wrong on the way to `address` into a `DialError`. */
export function dialError(address: TcpAddress, error: unknown): DialError {
	if (error instanceof DialError) return error;
	const where = formatTcpAddress({...address, peer: undefined});
	if (error instanceof WireError) return new DialError('failed', `${where} was not accepted: ${error.message}`, error);
	const systemCode = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
	const [code, text] = BY_SYSTEM_CODE[systemCode] ?? [
		'failed',
		`did not complete the handshake${systemCode === '' ? '' : ` (${systemCode})`}: it may not speak p2p-tui`,
	];
	return new DialError(code, `${where} ${text}`, error);
}
