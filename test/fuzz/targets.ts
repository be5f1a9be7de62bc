/**
 * Every decoder that a stranger can reach, as a target: it takes any bytes, and throws only if the decoder broke one of
 * its promises. To refuse the bytes with the decoder's own error is a promise kept.
 */
import {X509Certificate} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import {UserError, WireError} from '../../source/base/errors.ts';
import {verifyPeer} from '../../source/net/certificate.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';

export type Target = (bytes: Uint8Array) => void;

export const TARGETS: Readonly<Record<string, Target>> = {
	announcement: bytes => {
		const announcement = attempt(() => decodeAnnouncement(bytes), WireError);
		if (announcement) same(decodeAnnouncement(encodeAnnouncement(announcement)), announcement);
	},

	message: bytes => {
		const message = attempt(() => decodeMessage(bytes), WireError);
		if (message) same(decodeMessage(encodeMessage(message)), message);
	},

	event: bytes => {
		attempt(() => decodeEvent(bytes), WireError);
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
};

/** The result, or undefined if it was refused with the decoder's own error. Any other error is a bug. */
function attempt<Result>(decode: () => Result, Refusal: new (...args: never[]) => Error): Result | undefined {
	try {
		return decode();
	} catch (error) {
		if (error instanceof Refusal) return undefined;
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

function same(actual: unknown, expected: unknown): void {
	if (!isDeepStrictEqual(actual, expected)) {
		throw new Error(`not the same after a round trip: ${show(actual)}, before: ${show(expected)}`);
	}
}

function show(value: unknown): string {
	return JSON.stringify(value, (_key, field) =>
		field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field,
	);
}
