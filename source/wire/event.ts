/**
 * Room events: the only thing that travels further than one connection, so the only thing that is signed.
 *
 *     event       msgpack [room, author's key (32 bytes), epoch (16 bytes), sequence, timestamp, kind, body, clock,
 *                 previous (32 bytes, or nil for the first), parents (32 bytes each, as one binary value)]
 *     signature   Ed25519 by the author over a domain tag followed by exactly these bytes
 *     id          SHA-256 of exactly these bytes
 *
 * An event is never encoded a second time: whoever hands it on hands on the bytes. Further fields may follow, and
 * further kinds may come: whoever does not know them verifies, keeps and hands on the event all the same.
 *
 * | kind      | body                                                       |
 * | --------- | ---------------------------------------------------------- |
 * | message   | text                                                       |
 * | reply     | `[id of the target (32 bytes), text]`                      |
 * | edit      | `[id of the target, text]`                                 |
 * | reaction  | `[id of the target, emoji, whether it is on]`              |
 * | redaction | `[id of the target, reason]`                               |
 * | topic     | text                                                       |
 * | join      | name                                                       |
 * | name      | name                                                       |
 * | leave     | nil                                                        |
 * | file      | `[id of the file, name, bytes, files, program, manifest]`  |
 * | unknown   | anything                                                   |
 *
 * Of a file: id 32 bytes; files of the folder, 0 of a single file; whether it is a program; the hash of the manifest (32
 * bytes), nil of a single file. With any other body it is an event of an unknown kind.
 */
import {hash} from 'node:crypto';
import {offerFields} from './file-fields.ts';
import {readEvent} from './hot-path.ts';
import {type Identity, verifySignature} from './identity.ts';
import {packIds} from './ids.ts';
import {EVENT_DOMAIN, EVENT_KIND_NUMBERS} from './layout.ts';
import type {EventBody, RoomEvent} from './messages.ts';
import {pack, unpack} from './msgpack.ts';
import {type PeerId, publicKeyOf} from './peer-id.ts';
import {validateEvent} from './validate.ts';

/** Whether `author` signed exactly these bytes as a room event. */
export type EventVerifier = typeof verifyEvent;

export type SignedEvent = {
	/** The exact bytes that were signed, without the domain tag. */
	readonly event: Uint8Array;
	/** 64 bytes. */
	readonly signature: Uint8Array;
};

/** First bytes of msgpack values: of an array, the upper half; of a short string, up to 31 more; of a longer one. */
const ARRAY = 0x90;
const SHORT_STRING = 0xa0;
const STRING_8 = 0xd9;

/**
 * The room of an event without decoding the rest of it; undefined if it is written otherwise than we write. For counting:
 * nothing is checked.
 */
export function roomOfEvent(event: Uint8Array): string | undefined {
	const head = event[1] ?? 0;
	const isShort = head >= SHORT_STRING && head < SHORT_STRING + 32;
	const isArray = ((event[0] ?? 0) & 0xf0) === ARRAY;
	if (!isArray || !(isShort || head === STRING_8)) return undefined;
	const [from, length] = isShort ? [2, head - SHORT_STRING] : [3, event[2] ?? 0];
	return Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString('utf8', from, from + length);
}

const DOMAIN = Buffer.from(EVENT_DOMAIN, 'utf8');

/**
 * Encodes an event once and for all, and signs it.
 * @throws RangeError if the identity is not the event's author, its kind is unknown, or others would refuse it: a chain
 * with a link that nobody takes would be broken for ever.
 */
export function signEvent(event: RoomEvent, identity: Identity): SignedEvent {
	if (event.author !== identity.peerId) throw new RangeError('only its author can sign an event');
	if (event.kind === 'unknown') throw new RangeError('an event of an unknown kind cannot be made here');
	const packed = pack([
		event.room,
		publicKeyOf(event.author),
		Buffer.from(event.epoch, 'hex'),
		event.sequence,
		event.timestamp,
		EVENT_KIND_NUMBERS[event.kind],
		bodyOf(event),
		event.clock,
		event.previous === undefined ? null : Buffer.from(event.previous, 'hex'),
		packIds(event.parents),
	]);
	const bytes = new Uint8Array(packed);
	if (!isTaken(bytes, event)) throw new RangeError('an event that others would refuse');
	return {event: bytes, signature: identity.sign(signedBytes(bytes))};
}

/** Whether others find in these bytes what is meant. */
function isTaken(bytes: Uint8Array, {kind}: RoomEvent): boolean {
	try {
		return decodeEvent(bytes).kind === kind;
	} catch {
		return false;
	}
}

function bodyOf(body: Exclude<EventBody, {kind: 'unknown'}>): unknown {
	switch (body.kind) {
		case 'message':
		case 'topic':
			return body.text;
		case 'reply':
		case 'edit':
			return [Buffer.from(body.target, 'hex'), body.text];
		case 'reaction':
			return [Buffer.from(body.target, 'hex'), body.emoji, body.isOn];
		case 'redaction':
			return [Buffer.from(body.target, 'hex'), body.reason];
		case 'join':
		case 'name':
			return body.name;
		case 'leave':
			return null;
		case 'file':
			return offerFields(body.offer);
	}
}

/** Whether `author` signed exactly these bytes as a room event. Never throws for a bad event or signature. */
export function verifyEvent(event: Uint8Array, signature: Uint8Array, author: PeerId): boolean {
	return verifySignature(publicKeyOf(author), signedBytes(event), signature);
}

/** The event's id: SHA-256 of its bytes as 64 hex digits. */
export function eventId(event: Uint8Array): string {
	return hash('sha256', event, 'hex');
}

/**
 * What the event says. It does not prove who said it: that is `verifyEvent` with the author found here.
 * An event of a kind that is not known here has its head and the kind's number.
 * @throws WireError `body-…` (see `scan.ts`) or `event-shape`.
 */
export function decodeEvent(event: Uint8Array): RoomEvent {
	return readEvent(event) ?? validateEvent(unpack(event));
}

function signedBytes(event: Uint8Array): Uint8Array {
	return Buffer.concat([DOMAIN, event]);
}
