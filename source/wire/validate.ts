/**
 * The one place where bytes of a stranger, once decoded, become typed values (but for the layouts that `hot-path.ts`
 * reads without a detour, and only where this here would accept them). What comes in is any value that the
 * scan lets through; what goes out keeps every promise of its type, and owns its bytes: nothing of it points into
 * the buffer of a socket. Fields after the known ones are ignored.
 */
import {WireError} from '../base/errors.ts';
import type {Announcement} from './announcement.ts';
import {Fields, isUnsigned} from './fields.ts';
import {readGained, readHolds, readOffer, readSeek} from './file-fields.ts';
import {areAscending} from './ids.ts';
import {
	ANNOUNCEMENT_MAGIC,
	ANNOUNCEMENT_PORTS_BYTES,
	ANNOUNCEMENT_VERSION,
	EVENT_KIND_NUMBERS,
	EVENTS_STATUS_NUMBERS,
	FLAG_LEAVING,
	FLAG_WANTS_ANSWER,
} from './layout.ts';
import {
	CHAIN_DIGEST_BYTES,
	INSTANCE_ID_BYTES,
	MAX_EMOJI_BYTES,
	MAX_FORK_IDS,
	MAX_HELD_LINKS,
	MAX_HOPS,
	MAX_PARENTS,
	MAX_PROTOCOLS,
	MAX_PRUNE_BACKOFF,
	MAX_RANGES,
	MAX_REASON_BYTES,
	MAX_RECEIPT_IDS,
	MAX_SEGMENT_EVENTS,
	MAX_SEGMENTS,
	MAX_SPANS,
	MAX_STATEMENT_VALIDITY,
	MAX_SUBSCRIPTIONS,
	MAX_TEXT_BYTES,
	MAX_TIMESTAMP,
	MAX_TOKEN_BYTES,
	MAX_TOPIC_BYTES,
	MAX_TRACE_LINKS,
	MAX_TRACE_MICROSECONDS,
	MAX_WAITED,
	MAX_WANT_BYTES,
	MAX_WANT_IDS,
	MAX_WANT_NEWEST,
	MAX_WANT_RUNS,
	MESSAGE_ID_BYTES,
	PING_NONCE_BYTES,
	SIGNATURE_BYTES,
	TRACE_ID_BYTES,
} from './limits.ts';
import {
	type Arrival,
	type ChainRanges,
	type EventBody,
	type EventHead,
	type EventsStatus,
	MESSAGE_NUMBERS,
	type Message,
	type MessageType,
	type RoomEvent,
	type Run,
	type Segment,
	type Span,
	type TracedHop,
} from './messages.ts';
import {isReaction} from './text.ts';

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
 * A decoded event as its author wrote it; of a kind that is not known here its head, and the number of the kind.
 * Whether the author did is `verifyEvent`'s question.
 * @throws WireError `event-shape`
 */
export function validateEvent(value: unknown): RoomEvent {
	if (!Array.isArray(value)) throw new WireError('event-shape', 'not an array');
	const fields = new Fields('event-shape', value);
	const number = fields.unsigned(5);
	const kind = KINDS[number];
	const body: EventBody = kind === undefined ? {kind: 'unknown', number} : BODIES[kind](fields);
	return {...readHead(fields), ...body};
}

function readHead(fields: Fields): EventHead {
	const sequence = fields.unsigned(3);
	if (sequence === 0) throw fields.refuse(3);
	const previous = fields.isNil(8) ? undefined : fields.hex(8, MESSAGE_ID_BYTES);
	if ((previous === undefined) !== (sequence === 1)) throw fields.refuse(8);
	const parents = fields.packedIds(9, MAX_PARENTS);
	if (!areAscending(parents)) throw fields.refuse(9);
	return {
		room: fields.roomId(0),
		author: fields.peer(1),
		epoch: fields.hex(2, INSTANCE_ID_BYTES),
		sequence,
		timestamp: readTime(fields, 4),
		clock: readTime(fields, 7),
		previous,
		parents,
	};
}

function readTime(fields: Fields, index: number): number {
	const time = fields.unsigned(index);
	if (time > MAX_TIMESTAMP) throw fields.refuse(index);
	return time;
}

/** Field numbers as in `event.ts`: the body is field 6. */
const BODIES: {readonly [Kind in KnownKind]: (fields: Fields) => Extract<EventBody, {kind: Kind | 'unknown'}>} = {
	message: fields => ({kind: 'message', text: readText(fields, 6)}),
	reply: fields => ({kind: 'reply', ...readTargetAndText(fields)}),
	edit: fields => ({kind: 'edit', ...readTargetAndText(fields)}),
	reaction: fields => {
		const body = fields.nested(6);
		const emoji = body.text(1, MAX_EMOJI_BYTES);
		if (!isReaction(emoji)) throw fields.refuse(6);
		return {kind: 'reaction', target: body.hex(0, MESSAGE_ID_BYTES), emoji, isOn: body.isTrue(2)};
	},
	redaction: fields => {
		const body = fields.nested(6);
		return {kind: 'redaction', target: body.hex(0, MESSAGE_ID_BYTES), reason: body.text(1, MAX_REASON_BYTES)};
	},
	topic: fields => ({kind: 'topic', text: fields.text(6, MAX_TOPIC_BYTES)}),
	join: fields => ({kind: 'join', name: fields.name(6)}),
	name: fields => ({kind: 'name', name: fields.name(6)}),
	leave: fields => {
		if (!fields.isNil(6)) throw fields.refuse(6);
		return {kind: 'leave'};
	},
	file: fields => {
		try {
			return {kind: 'file', offer: readOffer(fields.nested(6))};
		} catch {
			// Programs that do not know the kind take any body and hand it on: whoever refused it would have another history.
			return {kind: 'unknown', number: EVENT_KIND_NUMBERS.file};
		}
	},
};

function readTargetAndText(fields: Fields): {target: string; text: string} {
	const body = fields.nested(6);
	return {target: body.hex(0, MESSAGE_ID_BYTES), text: readText(body, 1)};
}

/** What somebody says: not nothing. */
function readText(fields: Fields, index: number): string {
	const text = fields.text(index, MAX_TEXT_BYTES);
	if (text === '') throw fields.refuse(index);
	return text;
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
		peer: fields.peer(2),
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
	heartbeat: fields => ({
		type: 'heartbeat',
		sequence: fields.unsigned(1),
		...(!fields.isAbsent(2) && {timestamp: readTime(fields, 2)}),
	}),
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
	receipt: fields => {
		const messageIds = fields.list(2, MAX_RECEIPT_IDS, (list, index) => list.hex(index, MESSAGE_ID_BYTES));
		return {
			type: 'receipt',
			room: fields.roomId(1),
			messageIds,
			...(!fields.isAbsent(3) && {arrivals: readArrivals(fields, 3, messageIds.length)}),
		};
	},
	neighbours: fields => ({
		type: 'neighbours',
		statement: fields.bytes(1),
		signature: fields.bytes(2, SIGNATURE_BYTES),
		age: Math.min(MAX_STATEMENT_VALIDITY, fields.unsigned(3, 0)),
	}),
	trace: fields => ({
		type: 'trace',
		id: fields.hex(1, TRACE_ID_BYTES),
		room: fields.room(2),
		target: fields.peer(3),
		linksLeft: Math.min(MAX_TRACE_LINKS, fields.unsigned(4)),
	}),
	traced: fields => ({
		type: 'traced',
		id: fields.hex(1, TRACE_ID_BYTES),
		hops: fields.list(2, MAX_TRACE_LINKS + 1, (list, index) => readHop(list.nested(index))),
	}),
	held: fields => {
		const messageIds = fields.list(4, MAX_RECEIPT_IDS, (list, index) => list.hex(index, MESSAGE_ID_BYTES));
		return {
			type: 'held',
			room: fields.room(1),
			author: fields.peer(2),
			holder: fields.peer(3),
			messageIds,
			arrivals: readArrivals(fields, 5, messageIds.length),
			linksLeft: Math.min(MAX_HELD_LINKS, fields.unsigned(7)),
			signature: fields.bytes(8, SIGNATURE_BYTES),
		};
	},
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
	digest: fields => ({
		type: 'digest',
		room: fields.roomId(1),
		digest: fields.hex(2, MESSAGE_ID_BYTES),
		events: fields.unsigned(3),
	}),
	ranges: fields => ({
		type: 'ranges',
		room: fields.roomId(1),
		chains: fields.list(2, MAX_RANGES, (list, index) => readChain(list.nested(index))),
		isLast: fields.isTrue(3),
		wantsAnswer: fields.isTrue(4),
	}),
	want: fields => ({
		type: 'want',
		request: fields.unsigned(1),
		room: fields.roomId(2),
		newest: readNewest(fields, 3),
		runs: fields.list(4, MAX_WANT_RUNS, (list, index) => readRun(list.nested(index))),
		ids: fields.packedIds(5, MAX_WANT_IDS),
		bytes: Math.min(MAX_WANT_BYTES, fields.unsigned(6)),
	}),
	events: fields => ({
		type: 'events',
		request: fields.unsigned(1),
		room: fields.roomId(2),
		segments: fields.list(3, MAX_SEGMENTS, (list, index) => readSegment(list.nested(index))),
		status: readStatus(fields, 4),
	}),
	read: fields => ({type: 'read', room: fields.roomId(1), messageId: fields.hex(2, MESSAGE_ID_BYTES)}),
	seek: readSeek,
	holds: readHolds,
	gained: readGained,
	'bulk-please': () => ({type: 'bulk-please'}),
};

/** Bringers in the field `at`, and behind it three numbers for each of so many ids. */
function readArrivals(fields: Fields, at: number, count: number): Arrival[] {
	const bringers = fields.list(at, MAX_RECEIPT_IDS, (list, index) => list.peer(index));
	const numbers = fields.list(at + 1, 3 * MAX_RECEIPT_IDS, (list, index) => list.unsigned(index));
	if (numbers.length !== 3 * count) throw fields.refuse(at + 1);
	return Array.from({length: count}, (_, index) => {
		const [hops, place, waited] = [numbers[3 * index]!, numbers[3 * index + 1]!, numbers[3 * index + 2]!];
		if (place > bringers.length) throw fields.refuse(at + 1);
		return {hops: Math.min(MAX_HOPS, hops), via: bringers[place - 1], waited: Math.min(MAX_WAITED, waited)};
	});
}

function readHop(fields: Fields): TracedHop {
	return {peer: fields.peer(0), microseconds: Math.min(MAX_TRACE_MICROSECONDS, fields.unsigned(1))};
}

function readChain(fields: Fields): ChainRanges {
	return {
		author: fields.peer(0),
		epoch: fields.hex(1, INSTANCE_ID_BYTES),
		spans: readSpans(fields, 2),
		digest: fields.hex(3, CHAIN_DIGEST_BYTES),
		forks: fields.packedIds(4, MAX_FORK_IDS),
	};
}

/** `[from, to, from, to, …]`: spans with at least one number missing between them. */
function readSpans(fields: Fields, index: number): Span[] {
	const ends = fields.list(index, 2 * MAX_SPANS, (list, position) => list.unsigned(position));
	if (ends.length % 2 !== 0) throw fields.refuse(index);
	const spans: Span[] = [];
	let before = -1;
	for (let at = 0; at < ends.length; at += 2) {
		const [from, to] = [ends[at]!, ends[at + 1]!];
		if (from < before + 2 || to < from) throw fields.refuse(index);
		spans.push([from, to]);
		before = to;
	}
	return spans;
}

function readNewest(fields: Fields, index: number): number {
	const newest = fields.unsigned(index);
	if (newest > MAX_WANT_NEWEST) throw fields.refuse(index);
	return newest;
}

function readRun(fields: Fields): Run {
	const from = fields.unsigned(2);
	const to = fields.unsigned(3);
	if (from === 0 || to < from) throw fields.refuse(3);
	return {author: fields.peer(0), epoch: fields.hex(1, INSTANCE_ID_BYTES), from, to, isLinked: fields.isTrue(4)};
}

function readSegment(fields: Fields): Segment {
	const events = fields.list(0, MAX_SEGMENT_EVENTS, (list, position) => list.bytes(position));
	if (events.length === 0) throw fields.refuse(0);
	return {events, signature: fields.isNil(1) ? undefined : fields.bytes(1, SIGNATURE_BYTES)};
}

function readStatus(fields: Fields, index: number): EventsStatus {
	const status = STATUSES[fields.unsigned(index)];
	if (status === undefined) throw fields.refuse(index);
	return status;
}

const TYPES = byNumber<MessageType>(MESSAGE_NUMBERS);

type KnownKind = keyof typeof EVENT_KIND_NUMBERS;
const KINDS = byNumber<KnownKind>(EVENT_KIND_NUMBERS);
const STATUSES = byNumber<EventsStatus>(EVENTS_STATUS_NUMBERS);

/** What each number stands for. */
function byNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): readonly (Name | undefined)[] {
	const names: Name[] = [];
	for (const name of Object.keys(numbers) as Name[]) names[numbers[name]] = name;
	return names;
}
