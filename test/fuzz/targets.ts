/**
 * Every decoder that a stranger can reach, as a target: it takes any bytes, and throws only if the decoder broke one of
 * its promises. To refuse the bytes with the decoder's own error is a promise kept.
 */
import {X509Certificate} from 'node:crypto';
import {UserError, WireError} from '../../source/base/errors.ts';
import {verifyPeer} from '../../source/net/certificate.ts';
import {decodeAnnouncement, encodeAnnouncement, looksLikeAnnouncement} from '../../source/wire/announcement.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES, MAX_LOST_AGO, MAX_PARENTS, MAX_TIMESTAMP} from '../../source/wire/limits.ts';
import type {Message, RoomEvent, Span} from '../../source/wire/messages.ts';
import {pack, unpack} from '../../source/wire/msgpack.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {decodeStatement} from '../../source/wire/neighbours.ts';
import {validateEvent, validateMessage} from '../../source/wire/validate.ts';
import {bulk, checkOffer, manifest, name} from './file-targets.ts';
import {mdns} from './mdns-target.ts';
import {attempt, same, shifted} from './promises.ts';

export type Target = (bytes: Uint8Array) => void;

export const TARGETS: Readonly<Record<string, Target>> = {
	announcement: bytes => {
		const announcement = attempt(() => decodeAnnouncement(bytes), WireError);
		if (!announcement) return;
		const written = encodeAnnouncement(announcement);
		same(decodeAnnouncement(written), announcement);
		if (!looksLikeAnnouncement(written)) throw new Error('does not look like what it is');
		// An answer is as long as what is written here.
		if (written.length > bytes.length) throw new Error(`an answer of ${written.length} bytes to ${bytes.length}`);
	},

	message: bytes => {
		checkMessage(bytes);
	},

	/** Messages 17 to 21, whose promises the rest of the program computes with. */
	history: bytes => {
		const message = checkMessage(bytes);
		if (message?.type === 'ranges') for (const {spans} of message.chains) checkSpans(spans);
		if (message?.type === 'want') for (const {from, to} of message.runs) checkSpans([[from, to]]);
		if (message?.type === 'events' && message.segments.some(({events}) => events.some(event => event.length === 0))) {
			throw new Error('an event of no bytes');
		}
	},

	/** Twice, since the beginning of an event is remembered. */
	event: bytes => {
		const outcome = outcomeOf(() => validateEvent(unpack(bytes)));
		same(
			outcomeOf(() => decodeEvent(shifted(bytes))),
			outcome,
		);
		same(
			outcomeOf(() => decodeEvent(bytes)),
			outcome,
		);
		if (outcome.value !== undefined) checkHead(outcome.value);
		if (outcome.value?.kind === 'file') checkOffer(outcome.value.offer);
	},

	/** Nothing of it is anybody else's memory, and it can be said again. */
	statement: bytes => {
		const copy = shifted(bytes);
		const statement = attempt(() => decodeStatement(copy), WireError);
		copy.fill(0xff);
		if (!statement) return;
		same(decodeStatement(bytes), statement);
		const {author, rooms, neighbours, lost} = statement;
		const named = [author, ...neighbours.map(({peer}) => peer)];
		const isSound =
			new Set(named).size === named.length &&
			neighbours.every(one => one.rooms.every(room => rooms.includes(room))) &&
			lost.every(({peer, ago}) => peer !== author && ago <= MAX_LOST_AGO);
		if (!isSound) throw new Error('a statement that names somebody twice, or a room that it does not');
	},

	/** The stream in one piece and in pieces of 1, 2, 3 … bytes: the same frames, or the same refusal after the same ones. */
	frame: bytes => {
		const whole = framesOf([bytes]);
		const pieces: Uint8Array[] = [];
		for (let from = 0, size = 1; from < bytes.length; from += size++) pieces.push(bytes.subarray(from, from + size));
		const cut = framesOf(pieces);
		// What came in the same piece as a bad length is lost with it, so only of a good stream all frames are the same.
		same(whole.reason === undefined ? cut : cut.reason, whole.reason === undefined ? whole : whole.reason);
		for (const body of whole.bodies) {
			if (body.length === 0 || body.length > MAX_FRAME_BYTES) throw new Error(`a frame of ${body.length} bytes`);
			same(framesOf([encodeFrame(body)]), {bodies: [body], reason: undefined});
		}
	},

	certificate: bytes => {
		let certificate: X509Certificate;
		try {
			certificate = new X509Certificate(bytes);
		} catch {
			// What OpenSSL refuses never gets as far as this program.
			return;
		}
		attempt(() => verifyPeer(certificate), WireError);
	},

	multiaddr: bytes => {
		const text = Buffer.from(bytes).toString('utf8');
		const address = attempt(() => parseTcpAddress(text), UserError);
		if (address) same(parseTcpAddress(formatTcpAddress(address)), address);
	},

	mdns,
	bulk,
	manifest,
	name,
};

/** What is read in one go is read, or refused, as the general path does it; and it is nobody else's memory. */
function checkMessage(bytes: Uint8Array): Message | undefined {
	const copy = shifted(bytes);
	const outcome = outcomeOf(() => decodeMessage(copy));
	same(
		outcome,
		outcomeOf(() => validateMessage(unpack(bytes))),
	);
	copy.fill(0xff);
	same(
		outcome,
		outcomeOf(() => decodeMessage(bytes)),
	);
	if (outcome.value === undefined) return undefined;
	const written = Uint8Array.from(encodeMessage(outcome.value));
	same(decodeMessage(written), outcome.value);
	same(hexOf(pack(unpack(written))), hexOf(written));
	return outcome.value;
}

/** What everybody who hangs events together relies on. */
function checkHead({sequence, timestamp, clock, previous, parents}: RoomEvent): void {
	const isSound =
		sequence >= 1 &&
		(previous === undefined) === (sequence === 1) &&
		Math.max(timestamp, clock) <= MAX_TIMESTAMP &&
		parents.length <= MAX_PARENTS &&
		parents.every((id, index) => id.length === 64 && (index === 0 || id > parents[index - 1]!));
	if (!isSound) throw new Error('an event with a bad head');
}

/** Ascending from 1, with something missing between any two. */
function checkSpans(spans: readonly Span[]): void {
	let free = 1;
	for (const [from, to] of spans) {
		if (from < free || to < from) throw new Error(`spans ${JSON.stringify(spans)}`);
		free = to + 2;
	}
}

function hexOf(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString('hex');
}

/** What was read, or why not. */
function outcomeOf<Value>(read: () => Value): {value?: Value; reason?: string} {
	try {
		return {value: read()};
	} catch (error) {
		if (error instanceof WireError) return {reason: error.reason};
		throw error;
	}
}

function framesOf(pieces: readonly Uint8Array[]) {
	const decoder = new FrameDecoder();
	const bodies: Uint8Array[] = [];
	for (const piece of pieces) {
		try {
			bodies.push(...decoder.push(piece).map(body => Uint8Array.from(body)));
		} catch (error) {
			if (!(error instanceof WireError)) throw error;
			return {bodies, reason: error.reason};
		}
	}
	return {bodies, reason: undefined};
}
