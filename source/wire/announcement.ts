/**
 * What a node says over UDP to whoever is on the same network: "I am this peer, connect to me on these ports".
 * It is a hint and proves nothing; TLS does that. The host is where the datagram came from, so that nobody can
 * announce someone else's address.
 *
 * A datagram is one msgpack array: `['p2p-tui', version, public key, instance, ports, flags]`
 *
 *     public key   32 bytes, raw Ed25519
 *     instance     16 bytes, random per start
 *     ports        4 bytes: TCP over IPv4, TCP over IPv6, each big endian, 0 for none
 *     flags        bit 0: please answer; bit 1: I am leaving
 *
 * All of them have the same size, so an answer is never larger than what asked for it (ACCEPTANCE row 17).
 * A receiver ignores further fields and further flags; a new version is a new datagram.
 */
import {WireError} from '../base/errors.ts';
import {INSTANCE_ID_BYTES, MAX_ANNOUNCEMENT_BYTES, PUBLIC_KEY_BYTES} from './limits.ts';
import {pack, unpack} from './msgpack.ts';
import {type PeerId, peerIdFromPublicKey, publicKeyOf} from './peer-id.ts';

export type Announcement = {
	readonly peer: PeerId;
	/** Which start of the program this is: 16 bytes as 32 hex digits. */
	readonly instance: string;
	/** The TCP port on the sender's IPv4 addresses. */
	readonly port4: number | undefined;
	readonly port6: number | undefined;
	/** The sender has just started and wants to know who is there. */
	readonly wantsAnswer: boolean;
	readonly leaving: boolean;
};

const MAGIC = 'p2p-tui';
const VERSION = 1;
const PORTS_BYTES = 4;
const WANTS_ANSWER = 1;
const LEAVING = 2;

export function encodeAnnouncement(announcement: Announcement): Uint8Array {
	const ports = Buffer.alloc(PORTS_BYTES);
	ports.writeUInt16BE(announcement.port4 ?? 0, 0);
	ports.writeUInt16BE(announcement.port6 ?? 0, 2);
	const flags = (announcement.wantsAnswer ? WANTS_ANSWER : 0) | (announcement.leaving ? LEAVING : 0);
	const instance = Buffer.from(announcement.instance, 'hex');
	return new Uint8Array(pack([MAGIC, VERSION, publicKeyOf(announcement.peer), instance, ports, flags]));
}

/**
 * Reads a datagram from anyone.
 * @throws WireError `announcement` for everything that is not an announcement of this version.
 */
export function decodeAnnouncement(datagram: Uint8Array): Announcement {
	if (datagram.length > MAX_ANNOUNCEMENT_BYTES) throw new WireError('announcement', 'the datagram is too large');
	let fields: unknown;
	try {
		fields = unpack(datagram);
	} catch (error) {
		if (error instanceof WireError) throw new WireError('announcement', error.message);
		throw error;
	}
	return validate(fields);
}

function validate(fields: unknown): Announcement {
	if (!Array.isArray(fields) || fields[0] !== MAGIC) throw new WireError('announcement', 'not an announcement');
	const [, version, publicKey, instance, ports, flags] = fields as unknown[];
	if (version !== VERSION) throw new WireError('announcement', 'another version');
	if (!hasLength(publicKey, PUBLIC_KEY_BYTES)) throw new WireError('announcement', 'no public key');
	if (!hasLength(instance, INSTANCE_ID_BYTES)) throw new WireError('announcement', 'no instance id');
	if (!hasLength(ports, PORTS_BYTES)) throw new WireError('announcement', 'no ports');
	if (typeof flags !== 'number' || !Number.isSafeInteger(flags) || flags < 0) {
		throw new WireError('announcement', 'no flags');
	}
	return {
		peer: peerIdFromPublicKey(publicKey),
		instance: Buffer.from(instance).toString('hex'),
		port4: (ports[0]! << 8) | ports[1]! || undefined,
		port6: (ports[2]! << 8) | ports[3]! || undefined,
		wantsAnswer: (flags & WANTS_ANSWER) !== 0,
		leaving: (flags & LEAVING) !== 0,
	};
}

function hasLength(value: unknown, length: number): value is Uint8Array {
	return value instanceof Uint8Array && value.length === length;
}
