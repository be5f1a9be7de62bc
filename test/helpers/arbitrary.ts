/** Arbitrary values of the wire's types, for property tests. Every one of them is valid. */
import fc from 'fast-check';
import type {Message} from '../../source/wire/messages.ts';
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
		room,
		messageIds: fc.array(hex(32), {maxLength: 40}),
	}),
	fc.record({type: fc.constant('graft' as const), room}),
	fc.record({type: fc.constant('prune' as const), room, backoff: fc.nat(3_600), peers: hints}),
	fc.record({type: fc.constant('ihave' as const), room, messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('iwant' as const), messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('idontwant' as const), messageIds: fc.array(hex(32), {maxLength: 40})}),
	fc.record({type: fc.constant('peers' as const), peers: hints}),
	fc.record({type: fc.constant('choke' as const), room}),
	fc.record({type: fc.constant('unchoke' as const), room}),
);
