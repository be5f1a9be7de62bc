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
 * All of them have the same size, so an answer is never larger than what asked for it: asking in a
 * victim's name multiplies nothing.
 * The array has at most 15 fields, and it, the text and the version are in msgpack's shortest forms: so the beginning
 * can be compared as bytes.
 * A receiver ignores further fields and further flags; a new version is a new datagram.
 */
import {WireError} from '../base/errors.ts';
import {
	ANNOUNCEMENT_MAGIC,
	ANNOUNCEMENT_PORTS_BYTES,
	ANNOUNCEMENT_VERSION,
	FLAG_LEAVING,
	FLAG_WANTS_ANSWER,
} from './layout.ts';
import {MAX_ANNOUNCEMENT_BYTES} from './limits.ts';
import {pack, unpack} from './msgpack.ts';
import {type PeerId, publicKeyOf} from './peer-id.ts';
import {validateAnnouncement} from './validate.ts';

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

/**
 * What the instance ids of doctors begin with, in hex: `doctor`. They come and go, are nobody to talk to, and two that
 * examine at once know each other.
 */
export const DOCTOR_MARK = Buffer.from('doctor').toString('hex');

export function isDoctor({instance}: Pick<Announcement, 'instance'>): boolean {
	return instance.startsWith(DOCTOR_MARK);
}

export function encodeAnnouncement(announcement: Announcement): Uint8Array {
	const ports = Buffer.alloc(ANNOUNCEMENT_PORTS_BYTES);
	ports.writeUInt16BE(announcement.port4 ?? 0, 0);
	ports.writeUInt16BE(announcement.port6 ?? 0, 2);
	const flags = (announcement.wantsAnswer ? FLAG_WANTS_ANSWER : 0) | (announcement.leaving ? FLAG_LEAVING : 0);
	const instance = Buffer.from(announcement.instance, 'hex');
	return new Uint8Array(
		pack([ANNOUNCEMENT_MAGIC, ANNOUNCEMENT_VERSION, publicKeyOf(announcement.peer), instance, ports, flags]),
	);
}

/** From the second byte on: what every announcement of this version has behind the head of the array. */
const BEGINNING = Uint8Array.from([
	0xa0 | ANNOUNCEMENT_MAGIC.length,
	...Buffer.from(ANNOUNCEMENT_MAGIC),
	ANNOUNCEMENT_VERSION,
]);
/** Heads of arrays of fewer than 16 fields: the upper four bits. */
const FIXED_ARRAY = 0x90;

/**
 * Whether a datagram begins as an announcement of this version does. Refusing costs decoding a hundred times as much, so
 * that neither other programs on the port nor a flood of noise get that far.
 */
export function looksLikeAnnouncement(datagram: Uint8Array): boolean {
	if (datagram.length > MAX_ANNOUNCEMENT_BYTES || datagram.length <= BEGINNING.length) return false;
	return (datagram[0]! & 0xf0) === FIXED_ARRAY && BEGINNING.every((byte, index) => datagram[index + 1] === byte);
}

/**
 * Reads a datagram from anyone.
 * @throws WireError `announcement` for everything that is not an announcement of this version.
 */
export function decodeAnnouncement(datagram: Uint8Array): Announcement {
	if (datagram.length > MAX_ANNOUNCEMENT_BYTES) throw new WireError('announcement', 'the datagram is too large');
	try {
		return validateAnnouncement(unpack(datagram));
	} catch (error) {
		if (error instanceof WireError) throw new WireError('announcement', error.message);
		throw error;
	}
}
