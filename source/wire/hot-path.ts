/**
 * The layouts that come by the thousand, `publish` and the event inside it, and those whose time is measured, `ping` and
 * `pong`, read and written in one go. Whatever looks unlike what this program itself would write is left to the general
 * path (`scan.ts`, `msgpack.ts`, `validate.ts`), which alone refuses: so what is accepted here is accepted there too,
 * with the same value. A property test holds both against each other.
 */
import {isUtf8} from 'node:buffer';
import {isRoomId} from './direct-room.ts';
import {areAscending, hexOf, splitIds} from './ids.ts';
import {EVENT_KIND_NUMBERS} from './layout.ts';
import {
	INSTANCE_ID_BYTES,
	MAX_PARENTS,
	MAX_TEXT_BYTES,
	MAX_TIMESTAMP,
	MESSAGE_ID_BYTES,
	PING_NONCE_BYTES,
	PUBLIC_KEY_BYTES,
	SIGNATURE_BYTES,
} from './limits.ts';
import {MESSAGE_NUMBERS, type Message, type Ping, type Pong, type Publish, type RoomEvent} from './messages.ts';
import {bytesKey, peerIdFromPublicKey} from './peer-id.ts';

/** First bytes of msgpack values. */
const ARRAY_2 = 0x92;
const ARRAY_4 = 0x94;
const ARRAY_10 = 0x9a;
const NIL = 0xc0;
const BINARY_8 = 0xc4;
const BINARY_16 = 0xc5;
const FLOAT_64 = 0xcb;
const UNSIGNED_8 = 0xcc;
const UNSIGNED_16 = 0xcd;
const UNSIGNED_32 = 0xce;
const UNSIGNED_64 = 0xcf;
const STRING_8 = 0xd9;
const STRING_16 = 0xda;
/** Below it a byte is a number by itself. */
const NUMBERS_END = 0x80;
/** From the first up to but without the second: a string, with its length in the lower five bits. */
const STRING = 0xa0;
const STRING_END = 0xc0;

/** Where the nonce of a ping begins. */
const NONCE_AT = 4;

/** Places for beginnings of events, each about 300 bytes: one for every author in every room. */
const ORIGINS = 1_024;

/** What all events of one author in one room and one run begin with: what it says, and the bytes after the first. */
type Origin = Pick<RoomEvent, 'room' | 'author' | 'epoch'> & {readonly beginning: Uint8Array};
/** Who comes to a place takes it. Compared to a map this spares a string of a hundred bytes for each event. */
const origins: (Origin | undefined)[] = new Array(ORIGINS).fill(undefined);

/** The body of a frame; undefined for the general path. */
export function writeUsual(message: Message): Uint8Array | undefined {
	switch (message.type) {
		case 'publish':
			return writePublish(message);
		case 'ping':
		case 'pong':
			return writeProbe(message);
		default:
			return undefined;
	}
}

/** The message in the body of a frame, with bytes of its own; undefined for the general path. */
export function readUsual(body: Uint8Array): Message | undefined {
	switch (body[1]) {
		case MESSAGE_NUMBERS.publish:
			return readPublish(body);
		case MESSAGE_NUMBERS.ping:
			return readProbe('ping', body);
		case MESSAGE_NUMBERS.pong:
			return readProbe('pong', body);
		default:
			return undefined;
	}
}

/** `[2, nonce]` and `[3, nonce]` */
function writeProbe({type, nonce}: Ping | Pong): Uint8Array | undefined {
	if (nonce.length !== PING_NONCE_BYTES) return undefined;
	const body = Buffer.allocUnsafe(NONCE_AT + PING_NONCE_BYTES);
	body[0] = ARRAY_2;
	body[1] = MESSAGE_NUMBERS[type];
	body[2] = BINARY_8;
	body[3] = PING_NONCE_BYTES;
	body.set(nonce, NONCE_AT);
	return body;
}

function readProbe(type: 'ping' | 'pong', body: Uint8Array): Ping | Pong | undefined {
	if (body.length !== NONCE_AT + PING_NONCE_BYTES) return undefined;
	if (body[0] !== ARRAY_2 || body[2] !== BINARY_8 || body[3] !== PING_NONCE_BYTES) return undefined;
	const nonce = new Uint8Array(PING_NONCE_BYTES);
	for (let index = 0; index < PING_NONCE_BYTES; index++) nonce[index] = body[NONCE_AT + index]!;
	return {type, nonce};
}

/** `[7, event, signature, hops]` */
function writePublish({event, signature, hops}: Publish): Uint8Array | undefined {
	const length = event.length;
	if (length > 0xffff || signature.length !== SIGNATURE_BYTES || hops >= NUMBERS_END) return undefined;
	const eventAt = length < 0x100 ? 4 : 5;
	const signatureAt = eventAt + length + 2;
	const body = Buffer.allocUnsafe(signatureAt + SIGNATURE_BYTES + 1);
	body[0] = ARRAY_4;
	body[1] = MESSAGE_NUMBERS.publish;
	if (eventAt === 4) {
		body[2] = BINARY_8;
		body[3] = length;
	} else {
		body[2] = BINARY_16;
		body[3] = length >>> 8;
		body[4] = length;
	}
	body.set(event, eventAt);
	body[signatureAt - 2] = BINARY_8;
	body[signatureAt - 1] = SIGNATURE_BYTES;
	body.set(signature, signatureAt);
	body[signatureAt + SIGNATURE_BYTES] = hops;
	return body;
}

function readPublish(body: Uint8Array): Publish | undefined {
	if (body[0] !== ARRAY_4) return undefined;
	const eventAt = body[2] === BINARY_8 ? 4 : 5;
	if (eventAt === 5 && body[2] !== BINARY_16) return undefined;
	const length = eventAt === 4 ? body[3]! : (body[3]! << 8) | body[4]!;
	const signatureAt = eventAt + length + 2;
	const hopsAt = signatureAt + SIGNATURE_BYTES;
	if (length === 0 || body.length !== hopsAt + 1) return undefined;
	const hops = body[hopsAt]!;
	if (body[signatureAt - 2] !== BINARY_8 || body[signatureAt - 1] !== SIGNATURE_BYTES || hops >= NUMBERS_END) {
		return undefined;
	}
	// One copy for both, in a slab of Buffer's pool (8 KiB): memory of their own would cost a microsecond.
	const own = Buffer.allocUnsafe(body.length);
	own.set(body);
	return {
		type: 'publish',
		event: new Uint8Array(own.buffer, own.byteOffset + eventAt, length),
		signature: new Uint8Array(own.buffer, own.byteOffset + signatureAt, SIGNATURE_BYTES),
		hops,
	};
}

/** `[room, key, epoch, sequence, timestamp, kind, text, clock, previous, parents]`; undefined for the general path. */
export function readEvent(bytes: Uint8Array): RoomEvent | undefined {
	if (bytes[0] !== ARRAY_10) return undefined;
	const roomAt = 1 + headerBytes(bytes[1]!);
	const keyAt = roomAt + stringLength(bytes, 1) + 2;
	const epochAt = keyAt + PUBLIC_KEY_BYTES + 2;
	const sequenceAt = epochAt + INSTANCE_ID_BYTES;
	const timestampAt = sequenceAt + numberBytes(bytes[sequenceAt]!);
	const kindAt = timestampAt + numberBytes(bytes[timestampAt]!);
	// Whatever is missing or unlike has made this NaN, or is found by the comparison.
	if (bytes[kindAt] !== EVENT_KIND_NUMBERS.message) return undefined;
	const textAt = kindAt + 1 + headerBytes(bytes[kindAt + 1]!);
	const clockAt = textAt + stringLength(bytes, kindAt + 1);
	const previousAt = clockAt + numberBytes(bytes[clockAt]!);
	const parentsAt = previousAt + idBytes(bytes, previousAt);
	const idsAt = parentsAt + parentsHeader(bytes, parentsAt);
	// Only now is it certain that all of it is there.
	if (!(idsAt <= bytes.length)) return undefined;
	const sequence = unsigned(bytes, sequenceAt);
	const timestamp = unsigned(bytes, timestampAt);
	const clock = unsigned(bytes, clockAt);
	const isFirst = parentsAt - previousAt === 1;
	if (!(sequence > 0 && timestamp <= MAX_TIMESTAMP && clock <= MAX_TIMESTAMP) || isFirst !== (sequence === 1)) {
		return undefined;
	}
	// In one go, for a call costs more than its digits.
	const digits = hexOf(bytes, previousAt, bytes.length);
	const previous = isFirst ? undefined : digits.slice(4, 4 + 2 * MESSAGE_ID_BYTES);
	const parents = splitIds(digits, 2 * (idsAt - previousAt));
	if (!areAscending(parents)) return undefined;
	const origin = originAt(bytes, roomAt, keyAt, epochAt);
	const text = textBetween(bytes, textAt, clockAt);
	if (origin === undefined || text === undefined) return undefined;
	const {room, author, epoch} = origin;
	return {room, author, epoch, sequence, timestamp, clock, previous, parents, kind: 'message', text};
}

/** Bytes of an id or nil at `at`; NaN for anything else. */
function idBytes(bytes: Uint8Array, at: number): number {
	if (bytes[at] === NIL) return 1;
	return bytes[at] === BINARY_8 && bytes[at + 1] === MESSAGE_ID_BYTES ? 2 + MESSAGE_ID_BYTES : Number.NaN;
}

/** Bytes before the ids in the binary value that begins at `at` and ends the event; NaN for anything else. */
function parentsHeader(bytes: Uint8Array, at: number): number {
	const header = bytes[at] === BINARY_8 ? 2 : bytes[at] === BINARY_16 ? 3 : Number.NaN;
	const length = header === 2 ? bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at + 2]!;
	const fits = at + header + length === bytes.length && length <= MAX_PARENTS * MESSAGE_ID_BYTES;
	return fits && length % MESSAGE_ID_BYTES === 0 ? header : Number.NaN;
}

function originAt(bytes: Uint8Array, roomAt: number, keyAt: number, epochAt: number): Origin | undefined {
	const end = epochAt + INSTANCE_ID_BYTES;
	// The epoch is random, and the same in all rooms of its author; NaN, where something is missing, becomes 0.
	const place = ((bytes[epochAt]! << 2) ^ (bytes[epochAt + 1]! << 5) ^ (bytes[keyAt - 3]! + keyAt)) % ORIGINS;
	const known = origins[place];
	if (known !== undefined && beginsWith(bytes, known.beginning, end)) return known;
	const isUsual =
		bytes[keyAt - 2] === BINARY_8 &&
		bytes[keyAt - 1] === PUBLIC_KEY_BYTES &&
		bytes[epochAt - 2] === BINARY_8 &&
		bytes[epochAt - 1] === INSTANCE_ID_BYTES &&
		isUtf8(bytes.subarray(roomAt, keyAt - 2));
	if (!isUsual) return undefined;
	const part = Buffer.from(bytes.buffer, bytes.byteOffset, end);
	const room = part.toString('utf8', roomAt, keyAt - 2);
	if (!isRoomId(room)) return undefined;
	const author = peerIdFromPublicKey(bytes.subarray(keyAt, keyAt + PUBLIC_KEY_BYTES));
	const beginning = Uint8Array.prototype.slice.call(bytes, 1, end);
	const origin = {room, author, epoch: part.toString('hex', epochAt, end), beginning};
	origins[place] = origin;
	return origin;
}

/** Whether `beginning` is what stands between the first byte and `end`. */
function beginsWith(bytes: Uint8Array, beginning: Uint8Array, end: number): boolean {
	if (beginning.length !== end - 1) return false;
	for (let index = 1; index < end; index++) if (bytes[index] !== beginning[index - 1]) return false;
	return true;
}

/** 1 to `MAX_TEXT_BYTES` bytes of UTF-8 as text. */
function textBetween(bytes: Uint8Array, from: number, end: number): string | undefined {
	if (end === from || end - from > MAX_TEXT_BYTES) return undefined;
	let index = from;
	while (index < end && bytes[index]! < 0x80) index++;
	if (index === end) return bytesKey(bytes, from, end);
	if (!isUtf8(bytes.subarray(from, end))) return undefined;
	return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('utf8');
}

/** Bytes before the text of a string that begins with `type`; NaN for anything else. */
function headerBytes(type: number): number {
	if (type >= STRING && type < STRING_END) return 1;
	return type === STRING_8 ? 2 : type === STRING_16 ? 3 : Number.NaN;
}

/** Bytes of text in the string that begins at `at`. */
function stringLength(bytes: Uint8Array, at: number): number {
	const type = bytes[at]!;
	if (type === STRING_8) return bytes[at + 1]!;
	return type === STRING_16 ? (bytes[at + 1]! << 8) | bytes[at + 2]! : type & 0x1f;
}

/** Bytes of a number that begins with `type`; NaN for anything else. */
function numberBytes(type: number): number {
	if (type < NUMBERS_END) return 1;
	switch (type) {
		case UNSIGNED_8:
			return 2;
		case UNSIGNED_16:
			return 3;
		case UNSIGNED_32:
			return 5;
		case UNSIGNED_64:
		case FLOAT_64:
			return 9;
		default:
			return Number.NaN;
	}
}

/** An exact whole number; NaN for anything else. All of its bytes are there. */
function unsigned(bytes: Uint8Array, at: number): number {
	const type = bytes[at]!;
	if (type < NUMBERS_END) return type;
	if (type === UNSIGNED_8) return bytes[at + 1]!;
	if (type === UNSIGNED_16) return (bytes[at + 1]! << 8) | bytes[at + 2]!;
	const high = unsigned32(bytes, at + 1);
	if (type === UNSIGNED_32) return high;
	const low = unsigned32(bytes, at + 5);
	const value = type === UNSIGNED_64 ? high * 2 ** 32 + low : float64(high, low);
	return Number.isSafeInteger(value) ? value : Number.NaN;
}

function unsigned32(bytes: Uint8Array, at: number): number {
	return bytes[at]! * 2 ** 24 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/** 2 to the power of −20 … 0: what the 53 bits of a float between 2^32 and 2^53 are counted in. */
const UNITS = Array.from({length: 21}, (_, index) => 2 ** (index - 20));

/** A float between 2^32 and 2^53, as times are written; NaN for any other. (Through a `DataView` it takes twice as long.) */
function float64(high: number, low: number): number {
	const unit = UNITS[(high >>> 20) - (1023 + 32)];
	return unit === undefined ? Number.NaN : (((high & 0xf_ffff) | 0x10_0000) * 2 ** 32 + low) * unit;
}
