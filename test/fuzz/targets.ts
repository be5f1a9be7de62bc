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
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {pack, unpack} from '../../source/wire/msgpack.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {validateEvent, validateMessage} from '../../source/wire/validate.ts';
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

	/** What is read in one go is read, or refused, as the general path does it; and it is nobody else's memory. */
	message: bytes => {
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
		if (outcome.value === undefined) return;
		const written = Uint8Array.from(encodeMessage(outcome.value));
		same(decodeMessage(written), outcome.value);
		same(hexOf(pack(unpack(written))), hexOf(written));
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
};

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
