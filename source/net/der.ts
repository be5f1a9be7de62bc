/**
 * The little of DER (ITU-T X.690) that our certificates need: a strict reader that walks one level at a time, and a
 * writer. Written by hand because a general ASN.1 library costs some 45 ms at every start and 1 ms for every
 * certificate; this costs a few microseconds. It decides nothing by itself about keys: those come from OpenSSL.
 */
import {WireError} from '../base/errors.ts';

/** Tag bytes (class, constructed bit and number in one). */
export const TAG = {
	boolean: 0x01,
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	objectIdentifier: 0x06,
	utf8String: 0x0c,
	utcTime: 0x17,
	generalizedTime: 0x18,
	sequence: 0x30,
	set: 0x31,
	/** `[0] EXPLICIT`, `[3] EXPLICIT`: version and extensions of a certificate. */
	explicit0: 0xa0,
	explicit3: 0xa3,
} as const;

export type Element = {readonly tag: number; readonly content: Uint8Array};

/**
 * The elements that stand one after another in `bytes`, without their own children.
 * @throws WireError `certificate-malformed` for an indefinite, overlong or non-minimal length and for a multi-byte tag.
 */
export function readElements(bytes: Uint8Array): Element[] {
	const elements: Element[] = [];
	let offset = 0;
	while (offset < bytes.length) {
		const tag = bytes[offset] as number;
		if ((tag & 0x1f) === 0x1f) throw malformed('a tag of several bytes');
		const {start, end} = readLength(bytes, offset + 1);
		elements.push({tag, content: bytes.subarray(start, end)});
		offset = end;
	}
	return elements;
}

/**
 * The content of the single element with this tag that makes up all of `bytes`.
 * @throws WireError `certificate-malformed`.
 */
export function readOnly(bytes: Uint8Array, tag: number): Uint8Array {
	const elements = readElements(bytes);
	const [first] = elements;
	if (first === undefined || elements.length !== 1 || first.tag !== tag) throw malformed('another structure');
	return first.content;
}

/** Where the content begins and ends, given where its length begins. */
function readLength(bytes: Uint8Array, offset: number): {start: number; end: number} {
	const first = bytes[offset];
	if (first === undefined) throw malformed('a missing length');
	let start = offset + 1;
	let length = first;
	if (first >= 0x80) {
		const count = first & 0x7f;
		// Two bytes reach 65,535, more than any certificate that we accept.
		if (count === 0 || count > 2) throw malformed('an indefinite or overlong length');
		if (start + count > bytes.length) throw malformed('a truncated length');
		length = count === 1 ? (bytes[start] as number) : (bytes[start] as number) * 256 + (bytes[start + 1] as number);
		if (length < (count === 1 ? 0x80 : 0x100)) throw malformed('a length that is not minimal');
		start += count;
	}
	const end = start + length;
	if (end > bytes.length) throw malformed('a truncated value');
	return {start, end};
}

export function malformed(what: string): WireError {
	return new WireError('certificate-malformed', `the certificate is malformed (${what})`);
}

/** One element: tag, length, and the parts one after another. Content up to 65,535 bytes. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	const header =
		length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
	return Buffer.concat([Uint8Array.from(header), ...parts]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
	return element(TAG.sequence, ...parts);
}

/** A bit string of whole bytes. */
export function bitString(bytes: Uint8Array): Buffer {
	return element(TAG.bitString, Uint8Array.of(0), bytes);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
	let start = 0;
	while (start < bytes.length - 1 && bytes[start] === 0) start++;
	const minimal = bytes.subarray(start);
	return (minimal[0] ?? 0) >= 0x80
		? element(TAG.integer, Uint8Array.of(0), minimal)
		: element(TAG.integer, minimal.length === 0 ? Uint8Array.of(0) : minimal);
}

export function text(tag: number, value: string): Buffer {
	return element(tag, Buffer.from(value, 'utf8'));
}
