/** Arbitrary values of the wire's types, for property tests. Every one of them is valid. */
import fc from 'fast-check';
import {type FileOffer, MAX_PIECES} from '../../source/wire/file-offer.ts';
import {MAX_PARENTS, MAX_TIMESTAMP} from '../../source/wire/limits.ts';
import type {ChainRanges, EventBody, EventHead, Message, RoomEvent, Span} from '../../source/wire/messages.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';

export const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
	fc.uint8Array({minLength: length, maxLength: length}).map(array => new Uint8Array(array));

export const hex = (byteLength: number): fc.Arbitrary<string> =>
	bytes(byteLength).map(array => Buffer.from(array).toString('hex'));

/** Well-formed Unicode of at most `limit` bytes in UTF-8. */
export const text = (limit: number, minLength = 0): fc.Arbitrary<string> =>
	fc
		.string({unit: 'binary', minLength, maxLength: limit})
		.filter(string => Buffer.byteLength(string) <= limit && !/\p{Cs}/u.test(string));

export const room: fc.Arbitrary<string> = fc.stringMatching(/^[a-z0-9äöé日本-][a-z0-9äöé日本#.-]{0,15}$/u);

/** Named or direct. */
export const roomId: fc.Arbitrary<string> = fc.oneof(
	room,
	hex(16).map(digits => `@${digits}`),
);

export const peer = bytes(32).map(peerIdFromPublicKey);

const unsigned = fc.maxSafeNat();

const address = fc
	.tuple(fc.ipV4(), fc.integer({min: 1, max: 65_535}))
	.map(([host, port]) => `/ip4/${host}/tcp/${port}`);

const name = text(64, 1).filter(string => string.trim() === string && string !== '');

const hints = fc.array(
	fc.record({
		peer: bytes(32).map(key => peerIdFromPublicKey(key)),
		addresses: fc.uniqueArray(address, {maxLength: 4}),
	}),
	{maxLength: 16},
);

const id = hex(32);

const time = fc.nat(MAX_TIMESTAMP);

/** A file, or a folder with its manifest. */
const offer: fc.Arbitrary<FileOffer> = fc
	.record({
		file: id,
		name: text(255, 1),
		size: fc.nat(2 ** 40),
		files: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 20_000})),
		isExecutable: fc.boolean(),
		manifest: id,
	})
	.map(one => ({...one, manifest: one.files === 0 ? undefined : one.manifest}));

const body: fc.Arbitrary<Exclude<EventBody, {kind: 'unknown'}>> = fc.oneof(
	{weight: 3, arbitrary: fc.record({kind: fc.constant('message' as const), text: text(500, 1)})},
	fc.record({kind: fc.constantFrom('reply' as const, 'edit' as const), target: id, text: text(500, 1)}),
	fc.record({
		kind: fc.constant('reaction' as const),
		target: id,
		emoji: text(64, 1).filter(string => !/[\p{Cc}\s]/u.test(string)),
		isOn: fc.boolean(),
	}),
	fc.record({kind: fc.constant('redaction' as const), target: id, reason: text(256)}),
	fc.record({kind: fc.constant('topic' as const), text: text(256)}),
	fc.record({kind: fc.constantFrom('join' as const, 'name' as const), name}),
	fc.constant({kind: 'leave' as const}),
	fc.record({kind: fc.constant('file' as const), offer}),
);

/** Events of one author, of every kind that can be made here. */
export const eventOf = (author: string): fc.Arbitrary<RoomEvent> => {
	const head: fc.Arbitrary<EventHead> = fc
		.record({
			room: roomId,
			author: fc.constant(author),
			epoch: hex(16),
			sequence: fc.oneof(fc.constant(1), fc.integer({min: 1, max: Number.MAX_SAFE_INTEGER})),
			timestamp: time,
			clock: time,
			previous: id,
			parents: fc.uniqueArray(id, {maxLength: MAX_PARENTS}).map(ids => ids.sort()),
		})
		.map(one => ({...one, previous: one.sequence === 1 ? undefined : one.previous}));
	return fc.tuple(head, body).map(([about, says]) => ({...about, ...says}));
};

/** Neither touching nor overlapping: gaps and lengths one after the other. */
const spans: fc.Arbitrary<readonly Span[]> = fc
	.array(fc.tuple(fc.integer({min: 2, max: 1_000}), fc.nat(2 ** 40)), {maxLength: 64})
	.map(steps => {
		let end = -1;
		return steps.map(([gap, length]): Span => {
			const from = end + gap;
			end = from + length;
			return [from, end];
		});
	});

const chain: fc.Arbitrary<ChainRanges> = fc.record({
	author: peer,
	epoch: hex(16),
	spans,
	digest: hex(8),
	forks: fc.array(id, {maxLength: 8}),
});

const run = fc
	.record({
		author: peer,
		epoch: hex(16),
		from: fc.integer({min: 1, max: 2 ** 40}),
		more: fc.nat(),
		isLinked: fc.boolean(),
	})
	.map(({more, ...one}) => ({...one, to: one.from + more}));

const segment = fc.record({
	events: fc.array(
		fc.uint8Array({minLength: 1, maxLength: 300}).map(array => new Uint8Array(array)),
		{
			minLength: 1,
			maxLength: 8,
		},
	),
	signature: fc.option(bytes(64), {nil: undefined}),
});

/** By these histories are compared and handed on. */
export const historyMessage: fc.Arbitrary<Message> = fc.oneof(
	fc.record({type: fc.constant('digest' as const), room: roomId, digest: id, events: unsigned}),
	fc.record({
		type: fc.constant('ranges' as const),
		room: roomId,
		chains: fc.array(chain, {maxLength: 10}),
		isLast: fc.boolean(),
		wantsAnswer: fc.boolean(),
	}),
	fc.record({
		type: fc.constant('want' as const),
		request: unsigned,
		room: roomId,
		newest: fc.nat(256),
		runs: fc.array(run, {maxLength: 64}),
		ids: fc.array(id, {maxLength: 40}),
		bytes: fc.nat(256 * 1024),
	}),
	fc.record({
		type: fc.constant('events' as const),
		request: unsigned,
		room: roomId,
		segments: fc.array(segment, {maxLength: 6}),
		status: fc.constantFrom('done' as const, 'more' as const, 'busy' as const),
	}),
	fc.record({type: fc.constant('read' as const), room: roomId, messageId: id}),
);

const arrival = fc.record({
	hops: fc.nat(255),
	via: fc.option(peer, {nil: undefined}),
	waited: fc.integer({min: 0, max: 3_600_000_000}),
});

export const message: fc.Arbitrary<Message> = fc.oneof(
	fc.record({type: fc.constant('ready' as const), minor: unsigned}),
	fc.record({
		type: fc.constant('identify' as const),
		name,
		agent: text(128),
		instance: hex(16),
		addresses: fc.uniqueArray(address, {maxLength: 16}),
		protocols: fc.array(text(128), {maxLength: 64}),
	}),
	fc.record({type: fc.constant('ping' as const), nonce: bytes(8)}),
	fc.record({type: fc.constant('pong' as const), nonce: bytes(8)}),
	fc.record({type: fc.constant('heartbeat' as const), sequence: unsigned}),
	fc.record({type: fc.constant('heartbeat' as const), sequence: unsigned, timestamp: fc.nat(2 ** 31)}),
	fc.record({type: fc.constant('goodbye' as const), reason: text(128)}),
	fc.record({
		type: fc.constant('subscriptions' as const),
		joined: fc.array(room, {maxLength: 256}),
		left: fc.array(room, {maxLength: 256}),
	}),
	fc.record({
		type: fc.constant('publish' as const),
		event: fc.uint8Array({minLength: 1, maxLength: 2000}).map(array => new Uint8Array(array)),
		signature: bytes(64),
		hops: fc.nat(255),
	}),
	fc.record({
		type: fc.constant('receipt' as const),
		room: roomId,
		messageIds: fc.array(hex(32), {maxLength: 40}),
	}),
	fc.record({
		type: fc.constant('receipt' as const),
		room: roomId,
		messageIds: fc.tuple(hex(32), hex(32)),
		arrivals: fc.tuple(arrival, arrival),
	}),
	fc.record({
		type: fc.constant('neighbours' as const),
		statement: fc.uint8Array({minLength: 1, maxLength: 500}).map(array => new Uint8Array(array)),
		signature: bytes(64),
		age: fc.nat(3_600),
	}),
	fc.record({type: fc.constant('trace' as const), id: hex(16), room, target: peer, linksLeft: fc.nat(16)}),
	fc.record({
		type: fc.constant('traced' as const),
		id: hex(16),
		hops: fc.array(fc.record({peer, microseconds: fc.nat(60_000_000)}), {maxLength: 17}),
	}),
	fc.record({
		type: fc.constant('held' as const),
		room,
		author: peer,
		holder: peer,
		messageIds: fc.tuple(hex(32), hex(32)),
		arrivals: fc.tuple(arrival, arrival),
		linksLeft: fc.nat(16),
		signature: bytes(64),
	}),
	fc.record({type: fc.constant('graft' as const), room}),
	fc.record({type: fc.constant('prune' as const), room, backoff: fc.nat(3_600), peers: hints}),
	fc.record({type: fc.constant('ihave' as const), room, messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('iwant' as const), messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('idontwant' as const), messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('peers' as const), peers: hints}),
	fc.record({type: fc.constant('seek' as const), files: fc.array(id, {maxLength: 64}), isOn: fc.boolean()}),
	fc.record({
		type: fc.constant('holds' as const),
		file: id,
		pieces: fc.uint8Array({maxLength: 300}).map(array => new Uint8Array(array)),
	}),
	fc.record({
		type: fc.constant('gained' as const),
		file: id,
		pieces: fc.array(fc.nat(MAX_PIECES - 1), {maxLength: 100}),
	}),
	fc.record({type: fc.constant('bulk-please' as const)}),
	fc.record({type: fc.constant('choke' as const), room}),
	fc.record({type: fc.constant('unchoke' as const), room}),
	historyMessage,
);
