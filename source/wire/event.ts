/**
 * Room events: the only thing that travels further than one connection, so the only thing that is signed.
 *
 *     event       msgpack [room, author's key (32 bytes), epoch (16 bytes), sequence, timestamp, kind, body]
 *     signature   Ed25519 by the author over a domain tag followed by exactly these bytes
 *     id          SHA-256 of exactly these bytes
 *
 * An event is never encoded a second time: whoever hands it on hands on the bytes. Further fields may follow, and
 * further kinds may come: whoever does not know them could still verify, store and hand on the event. Without a history
 * nobody does so yet; see `room-events.ts`.
 */
import {hash} from 'node:crypto';
import {readEvent} from './hot-path.ts';
import type {Identity} from './identity.ts';
import {verifySignature} from './identity.ts';
import {EVENT_DOMAIN, EVENT_KIND_NUMBERS} from './layout.ts';
import type {RoomEvent} from './messages.ts';
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

const DOMAIN = Buffer.from(EVENT_DOMAIN, 'utf8');

/**
 * Encodes an event once and for all, and signs it.
 * @throws RangeError if the identity is not the event's author.
 */
export function signEvent(event: RoomEvent, identity: Identity): SignedEvent {
	if (event.author !== identity.peerId) throw new RangeError('only its author can sign an event');
	const packed = pack([
		event.room,
		publicKeyOf(event.author),
		Buffer.from(event.epoch, 'hex'),
		event.sequence,
		event.timestamp,
		EVENT_KIND_NUMBERS[event.kind],
		event.text,
	]);
	const bytes = new Uint8Array(packed);
	return {event: bytes, signature: identity.sign(signedBytes(bytes))};
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
 * @throws WireError `body-…` (see `scan.ts`), `event-shape`, or `event-kind` for a kind that is not known here.
 */
export function decodeEvent(event: Uint8Array): RoomEvent {
	return readEvent(event) ?? validateEvent(unpack(event));
}

function signedBytes(event: Uint8Array): Uint8Array {
	return Buffer.concat([DOMAIN, event]);
}
