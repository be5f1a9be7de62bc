/**
 * Reads values of a stranger out of a decoded array, one field at a time. What comes out keeps every promise of its type
 * and owns its bytes; whatever is not as promised is refused.
 */
import {WireError} from '../base/errors.ts';
import {isRoomId} from './direct-room.ts';
import {hexOf, idsIn} from './ids.ts';
import {
	MAX_ADDRESSES,
	MAX_FRAME_BYTES,
	MAX_GOSSIP_IDS,
	MAX_HINT_ADDRESSES,
	MAX_NAME_BYTES,
	MAX_PEER_HINTS,
	MESSAGE_ID_BYTES,
	PUBLIC_KEY_BYTES,
} from './limits.ts';
import type {PeerHint} from './messages.ts';
import {readPlace} from './multiaddr.ts';
import {type PeerId, peerIdFromPublicKey} from './peer-id.ts';
import {byteLength, isRoom} from './text.ts';

/** Reads the fields of one array; whatever is not as promised is refused with the array's reason. */
export class Fields {
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

	isTrue(index: number): boolean {
		const value = this.#values[index];
		if (typeof value !== 'boolean') throw this.refuse(index);
		return value;
	}

	/** An older version does not send it, nor any after it. */
	isAbsent(index: number): boolean {
		return index >= this.#values.length;
	}

	isEmptyBinary(index: number): boolean {
		const value = this.#values[index];
		return value instanceof Uint8Array && value.length === 0;
	}

	isNil(index: number): boolean {
		return this.#values[index] === null;
	}

	/** A named room. */
	room(index: number): string {
		const value = this.#values[index];
		if (typeof value !== 'string' || !isRoom(value)) throw this.refuse(index);
		return value;
	}

	/** A named room, or the id of a direct one. */
	roomId(index: number): string {
		const value = this.#values[index];
		if (typeof value !== 'string' || !isRoomId(value)) throw this.refuse(index);
		return value;
	}

	peer(index: number): PeerId {
		return peerIdFromPublicKey(this.binary(index, PUBLIC_KEY_BYTES));
	}

	/** A copy of a binary value of exactly `length` bytes, or of at least one byte if no length is given. */
	bytes(index: number, length?: number): Uint8Array {
		return copyOf(this.binary(index, length));
	}

	/** A binary value of exactly `length` bytes as lower-case hex digits. */
	hex(index: number, length: number): string {
		const value = this.binary(index, length);
		return hexOf(value, 0, length);
	}

	list<Item>(index: number, limit: number, read: (list: Fields, index: number) => Item): Item[] {
		const value = this.#values[index];
		if (!Array.isArray(value) || value.length > limit) throw this.refuse(index);
		const list = new Fields(this.#reason, value);
		return value.map((_, position) => read(list, position));
	}

	/** An array in the array, with fields of its own. */
	nested(index: number): Fields {
		const value = this.#values[index];
		if (!Array.isArray(value)) throw this.refuse(index);
		return new Fields(this.#reason, value);
	}

	/** Ids as one binary value of 32 bytes each, which may be empty; at most `limit` ids. */
	packedIds(index: number, limit: number): string[] {
		const value = this.#values[index];
		if (!(value instanceof Uint8Array) || value.length % MESSAGE_ID_BYTES !== 0) throw this.refuse(index);
		if (value.length > limit * MESSAGE_ID_BYTES) throw this.refuse(index);
		return idsIn(value);
	}

	messageIds(index: number): string[] {
		return this.list(index, MAX_GOSSIP_IDS, (list, position) => list.hex(position, MESSAGE_ID_BYTES));
	}

	hints(index: number): PeerHint[] {
		return this.list(index, MAX_PEER_HINTS, (list, position) => list.hint(position));
	}

	hint(index: number): PeerHint {
		const fields = this.nested(index);
		return {peer: fields.peer(0), addresses: fields.addresses(1, MAX_HINT_ADDRESSES)};
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

export function isUnsigned(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
