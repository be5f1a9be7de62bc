/** Frames that no honest peer sends, at the level of a whole node: how each is refused is tested in `test/wire`. */
import {describe, expect, test} from 'vitest';
import {HEARTBEAT_INTERVAL} from '../../source/behaviours/heartbeat.ts';
import {MISBEHAVIOUR_PAUSE} from '../../source/swarm/connections.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import {signEvent} from '../../source/wire/event.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {addressOf, BOB, CAT, IDENTITIES} from '../behaviours/fixtures.ts';
import {introduction, meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const repeat = (count: number, ...bytes: number[]) => Uint8Array.from(Array.from({length: count}, () => bytes).flat());

const MALFORMED: readonly (readonly [row: number, what: string, body: Uint8Array, counter: string])[] = [
	[21, 'an empty body', new Uint8Array(0), 'body-length'],
	[22, 'nested arrays', repeat(MAX_FRAME_BYTES, 0x91), 'body-depth'],
	[23, 'an array that claims 4 G', hex('dd ffffffff'), 'body-length'],
	[23, 'a map that claims 4 G', hex('df ffffffff'), 'body-length'],
	[23, 'a string that claims 4 G', hex('92 05 db ffffffff'), 'body-length'],
	[24, '64 KiB of empty maps', Uint8Array.of(0xdc, 0xff, 0x00, ...repeat(0xff00, 0x80)), 'body-elements'],
	[25, '__proto__ as a key', Uint8Array.of(0x81, 0xa9, ...Buffer.from('__proto__'), 0x01), 'body-key'],
	[25, 'constructor as a key', Uint8Array.of(0x81, 0xab, ...Buffer.from('constructor'), 0x01), 'body-key'],
	[26, 'a key that comes twice', hex('82 a1 61 01 a1 61 02'), 'body-key'],
	[26, 'nil as a key', hex('81 c0 01'), 'body-key'],
	[27, 'an extension type', hex('92 02 d4 72 40'), 'body-extension'],
	[27, 'a timestamp', hex('92 02 d6 ff 00000000'), 'body-extension'],
	[28, 'the reserved type', hex('92 02 c1'), 'body-reserved'],
	[28, 'bytes after the value', hex('92 04 01 00'), 'body-trailing'],
	[29, 'not a number', hex('92 04 cb 7ff8000000000000'), 'body-number'],
	[29, 'minus zero', hex('92 04 cb 8000000000000000'), 'body-number'],
	[29, '2^53 + 1', hex('92 04 cf 0020000000000001'), 'body-number'],
	[29, 'the smallest 64-bit integer', hex('92 04 d3 8000000000000000'), 'body-number'],
	[30, 'overlong UTF-8', hex('92 05 a2 c080'), 'body-utf8'],
	[30, 'a surrogate in UTF-8', hex('92 05 a3 eda080'), 'body-utf8'],
	[30, 'truncated UTF-8', hex('92 05 a1 c3'), 'body-utf8'],
	[31, 'a message cut short', encodeMessage(introduction('bob')).slice(0, -1), 'body-length'],
	[31, 'a message without a number', pack({type: 'ping'}), 'message-shape'],
	[31, 'a ping without a payload', pack([2]), 'message-ping'],
];

/** Bob and Cat are here; Bob was announced, so we know where to dial him. */
function startWithBobAndCat(): Rig {
	const rig = startChat();
	rig.announcement(BOB);
	meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
	meet(rig, 2, CAT, 'cat');
	return rig;
}

/** Effects in which a connection other than Bob's has a part. */
const elsewhere = (effects: readonly Seen[]) =>
	effects.filter(effect => (effect.type === 'send' ? true : effect.type === 'close' && effect.connection !== 1));

describe('a malformed frame costs its sender the connection and nobody else anything', () => {
	test.each(MALFORMED)('row %i: %s', (_, _what, body, counter) => {
		const rig = startWithBobAndCat();
		const before = rig.swarm.counters.toObject();
		const effects = rig.frame(1, body);
		expect(ofType(effects, 'close')).toEqual([{type: 'close', connection: 1, reason: counter}]);
		expect(ofType(effects, 'emit').map(({event}) => event)).toEqual([
			{type: 'peer-disconnected', peer: BOB, reason: counter},
			{type: 'member-left', room: 'lobby', peer: BOB},
		]);
		expect(elsewhere(effects)).toEqual([]);
		expect(rig.swarm.counters.toObject()).toEqual({...before, [counter]: (before[counter] ?? 0) + 1});
		expect(rig.swarm.view.connectedPeers()).toEqual([CAT]);
		// Not another frame of his is read, and Cat is served as ever.
		expect(rig.message(1, {type: 'ping', nonce: new Uint8Array(8)})).toEqual([]);
		expect(rig.message(2, {type: 'ping', nonce: new Uint8Array(8)})).toEqual([
			{type: 'send', connections: [2], message: {type: 'pong', nonce: new Uint8Array(8)}},
		]);
	});

	test('and a peer that misbehaved is not dialled for a while, whoever announces it', () => {
		const rig = startWithBobAndCat();
		rig.now = 1_000;
		rig.frame(1, hex('c1'));
		rig.now = 999 + MISBEHAVIOUR_PAUSE;
		expect(ofType(rig.announcement(BOB), 'dial')).toEqual([]);
		rig.now = 1_000 + MISBEHAVIOUR_PAUSE;
		expect(ofType(rig.announcement(BOB), 'dial')).toEqual([
			{type: 'dial', dial: 2, address: addressOf(2), expected: BOB},
		]);
	});

	test('row 34: so it is with who hands on an altered message', () => {
		const rig = startWithBobAndCat();
		const [, , cat] = IDENTITIES;
		const signed = signEvent(
			{
				...{room: 'lobby', author: CAT, epoch: 'ef'.repeat(16), sequence: 1, timestamp: 1, clock: 1},
				...{previous: undefined, parents: [], kind: 'message', text: 'x'},
			},
			cat,
		);
		const effects = rig.message(1, {
			type: 'publish',
			event: signed.event,
			signature: new Uint8Array(64).fill(1),
			hops: 0,
		});
		expect(ofType(effects, 'close')).toEqual([{type: 'close', connection: 1, reason: 'event-signature'}]);
		rig.now = MISBEHAVIOUR_PAUSE - 1;
		expect([rig.announcement(BOB), rig.timer('dial')].flatMap(all => ofType(all, 'dial'))).toEqual([]);
	});
});

describe('what a newer version may send', () => {
	test.each([
		['a type that is not known', pack([99, 'new'])],
		['a type that has no place after the handshake', pack([0, 1])],
	])('row 32: %s is counted, and the connection kept', (_, body) => {
		const rig = startWithBobAndCat();
		expect(rig.frame(1, body)).toEqual([]);
		expect(rig.swarm.counters.get('unknown-message')).toBe(1);
		expect(rig.swarm.view.connectedPeers()).toEqual([BOB, CAT]);
	});

	test('row 32: fields after those we know are passed over', () => {
		const rig = startWithBobAndCat();
		expect(rig.frame(1, pack([2, new Uint8Array(8), 'new']))).toEqual([
			{type: 'send', connections: [1], message: {type: 'pong', nonce: new Uint8Array(8)}},
		]);
	});
});

describe('a stream of frames', () => {
	/** What a peer says first, as one stream of bytes. */
	const stream = Buffer.concat(
		[
			introduction('bob', [addressOf(2)]),
			{type: 'subscriptions', joined: ['lobby'], left: []} as const,
			{type: 'ping', nonce: new Uint8Array(8).fill(7)} as const,
			{type: 'goodbye', reason: 'leaving'} as const,
		].map(message => encodeFrame(encodeMessage(message))),
	);

	const effectsOf = (...chunks: Uint8Array[]) => {
		const rig = startChat();
		rig.open(1, BOB);
		const decoder = new FrameDecoder();
		return chunks.flatMap(chunk => decoder.push(chunk)).flatMap(body => rig.frame(1, body));
	};

	test('row 31: gives the same effects wherever it is cut', () => {
		const whole = effectsOf(stream);
		expect(ofType(whole, 'emit').map(({event}) => event.type)).toEqual([
			'peer-connected',
			'member-joined',
			'peer-disconnected',
			'member-left',
		]);
		for (let cut = 1; cut < stream.length; cut++) {
			expect(effectsOf(stream.subarray(0, cut), stream.subarray(cut))).toEqual(whole);
		}
	});

	test('row 7: one byte a second keeps nobody alive: only whole messages count', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		const decoder = new FrameDecoder();
		const slow = encodeFrame(encodeMessage(introduction('x'.repeat(60))));
		let goneAt: number | undefined;
		for (let second = 1; second <= 20 && goneAt === undefined; second++) {
			rig.now = second * 1_000;
			for (const body of decoder.push(slow.subarray(second, second + 1))) rig.frame(1, body);
			if (rig.now % HEARTBEAT_INTERVAL !== 0) continue;
			if (ofType(rig.timer('heartbeat/beat'), 'close').length > 0) goneAt = rig.now;
		}
		expect(goneAt).toBe(8_000);
	});

	test('one whole message in time keeps the peer', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		for (let second = 2; second <= 60; second += 2) {
			rig.now = second * 1_000;
			if (second % 6 === 0) rig.frame(1, pack([99]));
			expect(ofType(rig.timer('heartbeat/beat'), 'close')).toEqual([]);
		}
		expect(rig.swarm.view.connectedPeers()).toEqual([BOB]);
	});
});
