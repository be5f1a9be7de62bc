/**
 * The one place where bytes of a stranger, once decoded, become typed values (but for the layouts that `hot-path.ts`
 * reads without a detour, and only where this here would accept them). What comes in is any value that the
 * scan lets through; what goes out keeps every promise of its type, and owns its bytes: nothing of it points into
 * the buffer of a socket. Fields after the known ones are ignored.
 */
import {WireError} from '../base/errors.ts';
import type {Announcement} from './announcement.ts';
import {
	ANNOUNCEMENT_MAGIC,
	ANNOUNCEMENT_PORTS_BYTES,
	ANNOUNCEMENT_VERSION,
	EVENT_KIND_NUMBERS,
	FLAG_LEAVING,
	FLAG_WANTS_ANSWER,
} from './layout.ts';
import {
	INSTANCE_ID_BYTES,
	MAX_ADDRESSES,
	MAX_FRAME_BYTES,
	MAX_GOSSIP_IDS,
	MAX_HINT_ADDRESSES,
	MAX_HOPS,
	MAX_NAME_BYTES,
	MAX_PEER_HINTS,
	MAX_PROTOCOLS,
	MAX_PRUNE_BACKOFF,
	MAX_RECEIPT_IDS,
	MAX_SUBSCRIPTIONS,
	MAX_TEXT_BYTES,
	MAX_TOKEN_BYTES,
	MESSAGE_ID_BYTES,
	PING_NONCE_BYTES,
	PUBLIC_KEY_BYTES,
	SIGNATURE_BYTES,
} from './limits.ts';
import {MESSAGE_NUMBERS, type Message, type MessageType, type PeerHint, type RoomEvent} from './messages.ts';
import {readPlace} from './multiaddr.ts';
import {peerIdFromPublicKey} from './peer-id.ts';
import {byteLength, isRoom} from './text.ts';

export {normaliseName, normaliseRoom, normaliseText} from './text.ts';

/**
 * A decoded body as a message; undefined if its number is one that a newer version may use.
 * @throws WireError `message-shape` if it has no number, else `message-<type>`.
 */
export function validateMessage(value: unknown): Message | undefined {
	if (!Array.isArray(value) || !isUnsigned(value[0])) {
		throw new WireError('message-shape', 'not an array that begins with a message number');
	}
	const type = TYPES[value[0]];
	if (type === undefined) return undefined;
	return READERS[type](new Fields(`message-${type}`, value));
}

/**
 * A decoded event as its author wrote it. Whether the author did is `verifyEvent`'s question.
 * @throws WireError `event-kind` for a kind that is not known here (a newer version's, so no reason to part with the
 * peer), `event-shape` for everything else.
 */
export function validateEvent(value: unknown): RoomEvent {
	if (!Array.isArray(value)) throw new WireError('event-shape', 'not an array');
	const fields = new Fields('event-shape', value);
	// The kind comes before the body, whose form depends on it; and one literal, for a spread costs a microsecond.
	const sequence = fields.unsigned(3);
	if (sequence === 0) throw fields.refuse(3);
	if (fields.unsigned(5) !== EVENT_KIND_NUMBERS.message) {
		throw new WireError('event-kind', 'an event of a kind that is not known here');
	}
	const text = fields.text(6, MAX_TEXT_BYTES);
	if (text === '') throw fields.refuse(6);
	return {
		room: fields.room(0),
		author: peerIdFromPublicKey(fields.binary(1, PUBLIC_KEY_BYTES)),
		epoch: fields.hex(2, INSTANCE_ID_BYTES),
		sequence,
		timestamp: fields.unsigned(4),
		kind: 'message',
		text,
	};
}

/**
 * A decoded datagram as an announcement.
 * @throws WireError `announcement` for everything else, other versions included.
 */
export function validateAnnouncement(value: unknown): Announcement {
	if (!Array.isArray(value) || value[0] !== ANNOUNCEMENT_MAGIC || value[1] !== ANNOUNCEMENT_VERSION) {
		throw new WireError('announcement', 'not an announcement of this version');
	}
	const fields = new Fields('announcement', value);
	const ports = fields.binary(4, ANNOUNCEMENT_PORTS_BYTES);
	const flags = fields.unsigned(5);
	return {
		peer: peerIdFromPublicKey(fields.binary(2, PUBLIC_KEY_BYTES)),
		instance: fields.hex(3, INSTANCE_ID_BYTES),
		port4: (ports[0]! << 8) | ports[1]! || undefined,
		port6: (ports[2]! << 8) | ports[3]! || undefined,
		wantsAnswer: (flags & FLAG_WANTS_ANSWER) !== 0,
		leaving: (flags & FLAG_LEAVING) !== 0,
	};
}

/** Field numbers as in the table of `messages.ts`; 0 is the message number. */
const READERS: {readonly [Type in MessageType]: (fields: Fields) => Extract<Message, {type: Type}>} = {
	ready: fields => ({type: 'ready', minor: fields.unsigned(1)}),
	identify: fields => ({
		type: 'identify',
		name: fields.name(1),
		agent: fields.text(2, MAX_TOKEN_BYTES),
		instance: fields.hex(3, INSTANCE_ID_BYTES),
		addresses: fields.addresses(4),
		protocols: fields.list(5, MAX_PROTOCOLS, (list, index) => list.text(index, MAX_TOKEN_BYTES)),
	}),
	ping: fields => ({type: 'ping', nonce: fields.bytes(1, PING_NONCE_BYTES)}),
	pong: fields => ({type: 'pong', nonce: fields.bytes(1, PING_NONCE_BYTES)}),
	heartbeat: fields => ({type: 'heartbeat', sequence: fields.unsigned(1)}),
	goodbye: fields => ({type: 'goodbye', reason: fields.text(1, MAX_TOKEN_BYTES)}),
	subscriptions: fields => ({
		type: 'subscriptions',
		joined: fields.list(1, MAX_SUBSCRIPTIONS, (list, index) => list.room(index)),
		left: fields.list(2, MAX_SUBSCRIPTIONS, (list, index) => list.room(index)),
	}),
	publish: fields => ({
		type: 'publish',
		event: fields.bytes(1),
		signature: fields.bytes(2, SIGNATURE_BYTES),
		hops: Math.min(MAX_HOPS, fields.unsigned(3, 0)),
	}),
	receipt: fields => ({
		type: 'receipt',
		room: fields.room(1),
		messageIds: fields.list(2, MAX_RECEIPT_IDS, (list, index) => list.hex(index, MESSAGE_ID_BYTES)),
	}),
	graft: fields => ({type: 'graft', room: fields.room(1)}),
	prune: fields => ({
		type: 'prune',
		room: fields.room(1),
		backoff: Math.min(MAX_PRUNE_BACKOFF, fields.unsigned(2)),
		peers: fields.hints(3),
	}),
	ihave: fields => ({type: 'ihave', room: fields.room(1), messageIds: fields.messageIds(2)}),
	iwant: fields => ({type: 'iwant', messageIds: fields.messageIds(1)}),
	idontwant: fields => ({type: 'idontwant', messageIds: fields.messageIds(1)}),
	peers: fields => ({type: 'peers', peers: fields.hints(1)}),
	choke: fields => ({type: 'choke', room: fields.room(1)}),
	unchoke: fields => ({type: 'unchoke', room: fields.room(1)}),
};

const TYPES: MessageType[] = [];
for (const [type, number] of Object.entries(MESSAGE_NUMBERS)) TYPES[number] = type as MessageType;

/** Reads the fields of one array; whatever is not as promised is refused with the array's reason. */
class Fields {
	readonly #reason: string;
	readonly #values: readonly unknown[];

	constructor(reason: string, values: readonly unknown[]) {
		this.#reason = reason;
		this.#values = values;
	}

	/** `absent`: what stands for a field that an older version does not send. */
	unsigned(index: number, absent?: number): number {
		const value = index >= this.#values.length && absent !== undefined ? absent : this.#values[index];
		if (!isUnsigned(value)) throw this.refuse(index);
		return value;
	}

	/** Text of at most `limit` bytes in UTF-8; may be empty. */
	text(index: number, limit: number): string {
		const value = this.#values[index];
		if (typeof value !== 'string' || byteLength(value) > limit) throw this.refuse(index);
		return value;
	}

	/** A display name. What it contains is the sanitizer's business, where it is shown. */
	name(index: number): string {
		const name = this.text(index, MAX_NAME_BYTES).trim();
		if (name === '') throw this.refuse(index);
		return name;
	}

	room(index: number): string {
		const value = this.#values[index];
		if (typeof value !== 'string' || !isRoom(value)) throw this.refuse(index);
		return value;
	}

	/** A copy of a binary value of exactly `length` bytes, or of at least one byte if no length is given. */
	bytes(index: number, length?: number): Uint8Array {
		return copyOf(this.binary(index, length));
	}

	/** A binary value of exactly `length` bytes as lower-case hex digits. */
	hex(index: number, length: number): string {
		const value = this.binary(index, length);
		return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
	}

	list<Item>(index: number, limit: number, read: (list: Fields, index: number) => Item): Item[] {
		const value = this.#values[index];
		if (!Array.isArray(value) || value.length > limit) throw this.refuse(index);
		const list = new Fields(this.#reason, value);
		return value.map((_, position) => read(list, position));
	}

	messageIds(index: number): string[] {
		return this.list(index, MAX_GOSSIP_IDS, (list, position) => list.hex(position, MESSAGE_ID_BYTES));
	}

	hints(index: number): PeerHint[] {
		return this.list(index, MAX_PEER_HINTS, (list, position) => list.hint(position));
	}

	hint(index: number): PeerHint {
		const value = this.#values[index];
		if (!Array.isArray(value)) throw this.refuse(index);
		const fields = new Fields(this.#reason, value);
		const peer = peerIdFromPublicKey(fields.binary(0, PUBLIC_KEY_BYTES));
		return {peer, addresses: fields.addresses(1, MAX_HINT_ADDRESSES)};
	}

	/** Addresses that we could dial. Others are left out: a newer peer may have kinds that we do not know. */
	addresses(index: number, limit = MAX_ADDRESSES): string[] {
		const texts = this.list(index, limit, (list, position) => list.text(position, MAX_FRAME_BYTES));
		return [...new Set(texts.map(dialable).filter(address => address !== undefined))];
	}

	refuse(index: number): WireError {
		return new WireError(this.#reason, `field ${index} is missing or malformed`);
	}

	/** A view into the decoded body. */
	binary(index: number, length?: number): Uint8Array {
		const value = this.#values[index];
		if (!(value instanceof Uint8Array) || value.length === 0) throw this.refuse(index);
		if (length !== undefined && value.length !== length) throw this.refuse(index);
		return value;
	}
}

/** The address in its one form without a peer id, or undefined if nothing could be dialled there. */
function dialable(text: string): string | undefined {
	const place = readPlace(text);
	return place?.endsWith('/tcp/0') ? undefined : place;
}

/** Up to here an array of its own lies on the JavaScript heap, which is fast. */
const SMALL_BYTES = 64;

/** A plain copy; larger ones share a slab of Buffer's pool (8 KiB), for memory of their own costs half a microsecond. */
function copyOf(bytes: Uint8Array): Uint8Array {
	if (bytes.length <= SMALL_BYTES) return new Uint8Array(bytes);
	const copy = Buffer.from(bytes);
	return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
}

function isUnsigned(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
