/**
 * Messages to bytes and back, as the table in `messages.ts` lays them out. Ids are hex digits in memory and bytes on
 * the wire.
 */
import {fileMessageFields} from './file-fields.ts';
import {arrivalFields, bytesOf, claimFields} from './held.ts';
import {readUsual, writeUsual} from './hot-path.ts';
import {packIds} from './ids.ts';
import {EVENTS_STATUS_NUMBERS} from './layout.ts';
import {
	type ChainRanges,
	type Digest,
	type Events,
	MESSAGE_NUMBERS,
	type Message,
	type PeerHint,
	type Ranges,
	type Read,
	type Run,
	type TracedHop,
	type Want,
} from './messages.ts';
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
			return message.timestamp === undefined
				? [number, message.sequence]
				: [number, message.sequence, message.timestamp];
		case 'goodbye':
			return [number, message.reason];
		case 'subscriptions':
			return [number, message.joined, message.left];
		case 'publish':
			return [number, message.event, message.signature, message.hops];
		case 'receipt':
			return [
				number,
				message.room,
				bytesOf(message.messageIds),
				...(message.arrivals?.length ? arrivalFields(message.arrivals) : []),
			];
		case 'neighbours':
			return [number, message.statement, message.signature, message.age];
		case 'trace':
			return [number, Buffer.from(message.id, 'hex'), message.room, publicKeyOf(message.target), message.linksLeft];
		case 'traced':
			return [number, Buffer.from(message.id, 'hex'), message.hops.map(hopFields)];
		case 'held':
			return [number, ...claimFields(message), message.linksLeft, message.signature];
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
		case 'seek':
		case 'holds':
		case 'gained':
		case 'bulk-please':
			return [number, ...fileMessageFields(message)];
		default:
			return [number, ...historyFieldsOf(message)];
	}
}

/** Those by which histories are compared and handed on. */
function historyFieldsOf(message: Digest | Ranges | Want | Events | Read): readonly unknown[] {
	switch (message.type) {
		case 'digest':
			return [message.room, Buffer.from(message.digest, 'hex'), message.events];
		case 'ranges':
			return [message.room, message.chains.map(chainFields), message.isLast, message.wantsAnswer];
		case 'want': {
			const {request, room, newest, runs, ids, bytes} = message;
			return [request, room, newest, runs.map(runFields), packIds(ids), bytes];
		}
		case 'events': {
			const segments = message.segments.map(({events, signature}) => [events, signature ?? null]);
			return [message.request, message.room, segments, EVENTS_STATUS_NUMBERS[message.status]];
		}
		case 'read':
			return [message.room, Buffer.from(message.messageId, 'hex')];
	}
}

function chainFields({author, epoch, spans, digest, forks}: ChainRanges): readonly unknown[] {
	return [publicKeyOf(author), Buffer.from(epoch, 'hex'), spans.flat(), Buffer.from(digest, 'hex'), packIds(forks)];
}

function runFields({author, epoch, from, to, isLinked}: Run): readonly unknown[] {
	return [publicKeyOf(author), Buffer.from(epoch, 'hex'), from, to, isLinked];
}

function hopFields({peer, microseconds}: TracedHop): readonly unknown[] {
	return [publicKeyOf(peer), microseconds];
}

function hints(peers: readonly PeerHint[]): readonly unknown[] {
	return peers.map(({peer, addresses}) => [publicKeyOf(peer), addresses]);
}
