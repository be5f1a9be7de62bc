/**
 * Messages to bytes and back, as the table in `messages.ts` lays them out. Ids are hex digits in memory and bytes on
 * the wire.
 */
import {readUsual, writeUsual} from './hot-path.ts';
import {MESSAGE_NUMBERS, type Message, type PeerHint} from './messages.ts';
import {pack, unpack} from './msgpack.ts';
import {publicKeyOf} from './peer-id.ts';
import {validateMessage} from './validate.ts';

/** The body of a frame. A view into a larger buffer: copy it if it is kept for long. */
export function encodeMessage(message: Message): Uint8Array {
	return writeUsual(message) ?? pack(fieldsOf(message));
}

/**
 * The message in the body of a frame; undefined if its number is not known here: to be ignored and counted.
 * @throws WireError `body-…` (see `scan.ts`), `message-shape` or `message-<type>`.
 */
export function decodeMessage(body: Uint8Array): Message | undefined {
	return readUsual(body) ?? validateMessage(unpack(body));
}

function fieldsOf(message: Message): readonly unknown[] {
	const number = MESSAGE_NUMBERS[message.type];
	switch (message.type) {
		case 'ready':
			return [number, message.minor];
		case 'identify': {
			const instance = Buffer.from(message.instance, 'hex');
			return [number, message.name, message.agent, instance, message.addresses, message.protocols];
		}
		case 'ping':
		case 'pong':
			return [number, message.nonce];
		case 'heartbeat':
			return [number, message.sequence];
		case 'goodbye':
			return [number, message.reason];
		case 'subscriptions':
			return [number, message.joined, message.left];
		case 'publish':
			return [number, message.event, message.signature, message.hops];
		case 'receipt':
		case 'ihave':
			return [number, message.room, bytesOf(message.messageIds)];
		case 'graft':
		case 'choke':
		case 'unchoke':
			return [number, message.room];
		case 'prune':
			return [number, message.room, message.backoff, hints(message.peers)];
		case 'iwant':
		case 'idontwant':
			return [number, bytesOf(message.messageIds)];
		case 'peers':
			return [number, hints(message.peers)];
	}
}

function bytesOf(messageIds: readonly string[]): readonly Uint8Array[] {
	return messageIds.map(id => Buffer.from(id, 'hex'));
}

function hints(peers: readonly PeerHint[]): readonly unknown[] {
	return peers.map(({peer, addresses}) => [publicKeyOf(peer), addresses]);
}
