/**
 * A look at the bytes of a DNS message before `dns-packet` decodes it, so that no stranger chooses how long that takes:
 * without it, 65,507 bytes of chained pointers take 0.6 s, and 12 bytes that promise 262,140 records fill 2 MB.
 *
 * It allows what nodes of libp2p and the tools of administrators send, and of that only what is well formed to the last
 * byte. What it allows, `dns-packet` reads the same way: each record ends where its length says.
 *
 * Sources: RFC 1035 section 4 (messages, names, pointers), RFC 4034 section 4.1 (NSEC), RFC 6762 section 18 (headers),
 * RFC 6891 section 6.1 (OPT).
 */

/** Bytes of the largest packet of multicast DNS (RFC 6762, section 17), headers of IP and UDP included. */
export const MAX_MDNS_BYTES = 9000;

/** Questions and records in one packet. The largest answer seen in practice has some twenty. */
export const MAX_MDNS_RECORDS = 256;

/** Pointers followed in one name. Compression needs one; a few programs chain some. */
const MAX_HOPS = 8;

/** Bytes of a name without its end. */
const MAX_NAME_BYTES = 254;

const HEADER_BYTES = 12;
const POINTER = 0xc0;
/** Type and class of a question; type, class, time to live and length of a record. */
const QUESTION_BYTES = 4;
const RECORD_BYTES = 10;
/** Priority, weight and port, in front of the name in an SRV record. */
const SRV_BYTES = 6;

/** Operation and result code: others than 0 are to be ignored (RFC 6762, sections 18.3 and 18.11). */
const CODES = 0x780f;

const BROKEN = -1;

/** Counted under these names when a packet is dropped. */
export type MdnsRefusal = 'mdns-size' | 'mdns-header' | 'mdns-records' | 'mdns-malformed';

/** Names begin with their length. Upper case is as good, though nobody writes it. */
const LABELS = ['\x04_p2p', '\x04_P2P', '\x07_dns-sd'].map(label => Buffer.from(label, 'latin1'));

/** Whether the packet can say anything of libp2p's service, or ask which services there are. Costs a byte search. */
export function mentionsService(bytes: Uint8Array): boolean {
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return LABELS.some(label => buffer.includes(label));
}

/** Why the packet must not be decoded; undefined if it may be. Takes time linear in its length, whatever it holds. */
export function inspectPacket(bytes: Uint8Array): MdnsRefusal | undefined {
	if (bytes.length < HEADER_BYTES || bytes.length > MAX_MDNS_BYTES) return 'mdns-size';
	if ((u16(bytes, 2) & CODES) !== 0) return 'mdns-header';
	const questions = u16(bytes, 4);
	const records = u16(bytes, 6) + u16(bytes, 8) + u16(bytes, 10);
	if (questions + records > MAX_MDNS_RECORDS) return 'mdns-records';
	let at = HEADER_BYTES;
	for (let index = 0; index < questions + records && at !== BROKEN; index++) {
		at = index < questions ? endOfQuestion(bytes, at) : endOfRecord(bytes, at);
	}
	return at === BROKEN ? 'mdns-malformed' : undefined;
}

function endOfQuestion(bytes: Uint8Array, start: number): number {
	const end = endOfName(bytes, start);
	return end === BROKEN || end + QUESTION_BYTES > bytes.length ? BROKEN : end + QUESTION_BYTES;
}

function endOfRecord(bytes: Uint8Array, start: number): number {
	const fixed = endOfName(bytes, start);
	if (fixed === BROKEN || fixed + RECORD_BYTES > bytes.length) return BROKEN;
	const data = fixed + RECORD_BYTES;
	const end = data + u16(bytes, fixed + 8);
	return end <= bytes.length && isData(bytes, u16(bytes, fixed), data, end) ? end : BROKEN;
}

/** Whether the data of a record of that type is exactly the bytes from `start` to `end`. */
function isData(bytes: Uint8Array, type: number, start: number, end: number): boolean {
	switch (type) {
		case 1: // A
			return end - start === 4;
		case 28: // AAAA
			return end - start === 16;
		case 12: // PTR
			return endOfName(bytes, start) === end;
		case 33: // SRV
			return end - start > SRV_BYTES && endOfName(bytes, start + SRV_BYTES) === end;
		case 16: // TXT: strings, each after its length
			return isRun(bytes, start, end, 1, 0);
		case 41: // OPT: options, each after its code and length
			return isRun(bytes, start, end, 4, 3) && isRunShort(bytes, start, end);
		case 47: {
			// NSEC: a name, then bitmaps, each after its window and length
			const bitmaps = endOfName(bytes, start);
			return bitmaps !== BROKEN && isRun(bytes, bitmaps, end, 2, 1);
		}
		default:
			return false;
	}
}

/** Whether the bytes are a run of items: a head of that many bytes, one of which gives the length of what follows it. */
function isRun(bytes: Uint8Array, start: number, end: number, head: number, lengthAt: number): boolean {
	let at = start;
	while (at < end) {
		if (at + head > end) return false;
		at += head + bytes[at + lengthAt]!;
	}
	return at === end;
}

/** The length of an option has two bytes: none is so long that the first is used. */
function isRunShort(bytes: Uint8Array, start: number, end: number): boolean {
	for (let at = start; at < end; at += 4 + bytes[at + 3]!) if (bytes[at + 2] !== 0) return false;
	return true;
}

/** The first byte after a name. */
function endOfName(bytes: Uint8Array, start: number): number {
	let [at, run, length, hops, end] = [start, start, 0, 0, BROKEN];
	for (let head = bytes[at]; head !== undefined; head = bytes[at]) {
		if (head === 0) return end === BROKEN ? at + 1 : end;
		if ((head & POINTER) === POINTER) {
			const target = pointerTarget(bytes, at, run);
			hops++;
			if (target === BROKEN || hops > MAX_HOPS) return BROKEN;
			if (end === BROKEN) end = at + 2;
			[at, run] = [target, target];
		} else {
			length += head + 1;
			if ((head & POINTER) !== 0 || length > MAX_NAME_BYTES) return BROKEN;
			at += head + 1;
		}
	}
	return BROKEN;
}

/** A pointer leads to what was before the name that it is in (RFC 1035, section 4.1.4): so there is no loop. */
function pointerTarget(bytes: Uint8Array, at: number, before: number): number {
	if (at + 1 >= bytes.length) return BROKEN;
	const target = u16(bytes, at) & 0x3fff;
	return target < before ? target : BROKEN;
}

function u16(bytes: Uint8Array, at: number): number {
	return (bytes[at]! << 8) | bytes[at + 1]!;
}
