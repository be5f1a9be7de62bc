/**
 * The size of a control message without encoding it: the swarm encodes it anyway, and doing it twice only to count would
 * cost more than sending it. Exact for what we send (a test compares it with the encoder), and for what others send if
 * they write msgpack in its shortest form.
 */
import {MESSAGE_ID_BYTES, PUBLIC_KEY_BYTES} from '../wire/limits.ts';
import type {Message, PeerHint, Publish} from '../wire/messages.ts';

/** Bytes of the body of a message of gossipsub or `subscriptions`; 0 for every other message. */
export function controlBytes(message: Message): number {
	// One byte for the array around the fields, one for the message number.
	switch (message.type) {
		case 'subscriptions':
			return 2 + texts(message.joined) + texts(message.left);
		case 'graft':
		case 'choke':
		case 'unchoke':
			return 2 + text(message.room);
		case 'prune':
			return 2 + text(message.room) + unsigned(message.backoff) + hints(message.peers);
		case 'ihave':
			return 2 + text(message.room) + ids(message.messageIds);
		case 'iwant':
		case 'idontwant':
			return 2 + ids(message.messageIds);
		default:
			return 0;
	}
}

/** Bytes of the body of a `publish`. */
export function publishBytes({event, signature, hops}: Pick<Publish, 'event' | 'signature' | 'hops'>): number {
	return 2 + binary(event.length) + binary(signature.length) + unsigned(hops);
}

function binary(length: number): number {
	return length + (length < 256 ? 2 : 3);
}

/** A list of up to 15 things has one byte in front, a longer one three. */
function listHeader(length: number): number {
	return length < 16 ? 1 : 3;
}

/** Binary values of less than 256 bytes have two bytes in front. */
function ids(messageIds: readonly string[]): number {
	return listHeader(messageIds.length) + messageIds.length * (2 + MESSAGE_ID_BYTES);
}

function hints(peers: readonly PeerHint[]): number {
	const each = peers.map(({addresses}) => 1 + 2 + PUBLIC_KEY_BYTES + texts(addresses));
	return listHeader(peers.length) + sum(each);
}

function texts(values: readonly string[]): number {
	return listHeader(values.length) + sum(values.map(text));
}

/** Texts of less than 32 bytes have one byte in front, of less than 256 two: no room or address is longer. */
function text(value: string): number {
	const bytes = Buffer.byteLength(value);
	return bytes + (bytes < 32 ? 1 : bytes < 256 ? 2 : 3);
}

function unsigned(value: number): number {
	return value < 128 ? 1 : value < 256 ? 2 : value < 65_536 ? 3 : 5;
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
