/** Ids of events: 64 hex digits in memory, 32 bytes on the wire; several of them as one binary value. */
import {MESSAGE_ID_BYTES} from './limits.ts';

/** Hex digits of an id. */
const ID_DIGITS = 2 * MESSAGE_ID_BYTES;

/** Node's own way to make text of bytes, without the `Buffer` around them that costs as much as the text. */
const {hexSlice} = Buffer.prototype as unknown as {hexSlice(this: Uint8Array, from: number, to: number): string};

/** The bytes from `from` up to but without `to` as lower-case hex digits. */
export function hexOf(bytes: Uint8Array, from: number, to: number): string {
	return hexSlice.call(bytes, from, to);
}

/** The ids that lie one after the other in `bytes`. */
export function idsIn(bytes: Uint8Array): string[] {
	return splitIds(hexOf(bytes, 0, bytes.length), 0);
}

/** The ids that lie one after the other in these digits, from `from` on. */
export function splitIds(digits: string, from: number): string[] {
	const ids: string[] = [];
	for (let at = from; at < digits.length; at += ID_DIGITS) ids.push(digits.slice(at, at + ID_DIGITS));
	return ids;
}

/** Ids one after the other, 32 bytes each. */
export function packIds(ids: readonly string[]): Uint8Array {
	return Buffer.from(ids.join(''), 'hex');
}

/** Whether each id is above the one before, as bytes; so none comes twice. */
export function areAscending(ids: readonly string[]): boolean {
	for (let index = 1; index < ids.length; index++) if (ids[index - 1]! >= ids[index]!) return false;
	return true;
}
