/** Ids as the tables have them. */

import {EVENT_KIND_NUMBERS} from '../wire/layout.ts';
import type {EventKind} from '../wire/messages.ts';

/** Hex digits of an id that are indexed: 6 bytes, which a number holds exactly and which sort as the text does. */
const PREFIX_DIGITS = 12;

const UNKNOWN_KIND = -1;

export function toBytes(id: string): Uint8Array {
	return Buffer.from(id, 'hex');
}

export function toHex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function prefixOf(id: string): number {
	return Number.parseInt(id.slice(0, PREFIX_DIGITS), 16);
}

export function kindNumber(kind: EventKind): number {
	return kind === 'unknown' ? UNKNOWN_KIND : EVENT_KIND_NUMBERS[kind];
}
