import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {MAX_GAINED_PIECES, MAX_PIECES, MAX_SEEK_FILES} from '../../source/wire/file-offer.ts';
import {
	MAX_ADDRESSES,
	MAX_FRAME_BYTES,
	MAX_PROTOCOLS,
	MAX_RECEIPT_IDS,
	MAX_SUBSCRIPTIONS,
	MAX_TEXT_BYTES,
} from '../../source/wire/limits.ts';
import type {Identify, Message, PeerHint} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {message} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';

const instance = new Uint8Array(16).fill(0xab);
const id = new Uint8Array(32).fill(0xcd);
const twoIds = new Uint8Array(64).fill(0xcd);
const signature = new Uint8Array(64);
const publicKey = new Uint8Array(32).fill(7);
const DIRECT = `@${'0a'.repeat(16)}`;
const HINT: PeerHint = {peer: peerIdFromPublicKey(publicKey), addresses: ['/ip4/192.0.2.7/tcp/4001']};

/** Decodes fields that a stranger might send. */
const decodeFields = (...fields: unknown[]) => decodeMessage(pack(fields));
const reasonFor = (...fields: unknown[]) => reasonOf(() => decodeFields(...fields));

const bits = Uint8Array.of(0xa0);
const numbers = Uint8Array.of(0, 0, 0, 1, 0, 0, 1, 0);

/** Binary values of which there may be nothing. */
const MAY_BE_EMPTY: readonly unknown[] = [twoIds, bits, numbers];

/** One valid message of each type, as its fields and as what they mean. */
const EXAMPLES: [Message, unknown[]][] = [
	[{type: 'ready', minor: 3}, [0, 3]],
	[
		{
			type: 'identify',
			name: 'ann',
			agent: 'p2p-tui/0.1.0',
			instance: 'ab'.repeat(16),
			addresses: ['/ip4/192.0.2.7/tcp/4001'],
			protocols: ['/p2p-tui/ping/1'],
		},
		[1, 'ann', 'p2p-tui/0.1.0', instance, ['/ip4/192.0.2.7/tcp/4001'], ['/p2p-tui/ping/1']],
	],
	[{type: 'ping', nonce: new Uint8Array(8).fill(1)}, [2, new Uint8Array(8).fill(1)]],
	[{type: 'pong', nonce: new Uint8Array(8).fill(2)}, [3, new Uint8Array(8).fill(2)]],
	[{type: 'heartbeat', sequence: 2 ** 40, timestamp: 2 ** 41}, [4, 2 ** 40, 2 ** 41]],
	[{type: 'goodbye', reason: 'quit'}, [5, 'quit']],
	[{type: 'subscriptions', joined: ['lobby', 'dev'], left: []}, [6, ['lobby', 'dev'], []]],
	[
		{type: 'publish', event: new Uint8Array(100).fill(3), signature, hops: 2},
		[7, new Uint8Array(100).fill(3), signature, 2],
	],
	[
		{
			type: 'receipt',
			room: 'lobby',
			messageIds: ['cd'.repeat(32), 'cd'.repeat(32), 'cd'.repeat(32)],
			arrivals: [
				{hops: 2, via: HINT.peer, waited: 30_000},
				{hops: 0, via: undefined, waited: 0},
				{hops: 1, via: HINT.peer, waited: 29_000},
			],
		},
		[8, 'lobby', [id, id, id], [publicKey], [2, 1, 30_000, 0, 0, 0, 1, 1, 29_000]],
	],
	[{type: 'graft', room: 'lobby'}, [9, 'lobby']],
	[{type: 'prune', room: 'lobby', backoff: 60, peers: [HINT]}, [10, 'lobby', 60, [[publicKey, HINT.addresses]]]],
	[{type: 'ihave', room: 'lobby', messageIds: ['cd'.repeat(32)]}, [11, 'lobby', [id]]],
	[{type: 'iwant', messageIds: ['cd'.repeat(32)]}, [12, [id]]],
	[{type: 'idontwant', messageIds: ['cd'.repeat(32)]}, [13, [id]]],
	[{type: 'peers', peers: [HINT]}, [14, [[publicKey, HINT.addresses]]]],
	[{type: 'choke', room: 'lobby'}, [15, 'lobby']],
	[{type: 'unchoke', room: 'lobby'}, [16, 'lobby']],
	[{type: 'digest', room: DIRECT, digest: 'cd'.repeat(32), events: 300}, [17, DIRECT, id, 300]],
	[
		{
			type: 'ranges',
			room: 'lobby',
			chains: [
				{
					author: HINT.peer,
					epoch: 'ab'.repeat(16),
					spans: [
						[1, 7],
						[9, 9],
					],
					digest: 'ef'.repeat(8),
					forks: ['cd'.repeat(32), 'cd'.repeat(32)],
				},
			],
			isLast: true,
			wantsAnswer: false,
		},
		[18, 'lobby', [[publicKey, instance, [1, 7, 9, 9], new Uint8Array(8).fill(0xef), twoIds]], true, false],
	],
	[
		{
			type: 'want',
			request: 5,
			room: 'lobby',
			newest: 40,
			runs: [{author: HINT.peer, epoch: 'ab'.repeat(16), from: 3, to: 300, isLinked: true}],
			ids: ['cd'.repeat(32), 'cd'.repeat(32)],
			bytes: 65_536,
		},
		[19, 5, 'lobby', 40, [[publicKey, instance, 3, 300, true]], twoIds, 65_536],
	],
	[
		{
			type: 'events',
			request: 5,
			room: 'lobby',
			segments: [
				{events: [instance, id], signature},
				{events: [id], signature: undefined},
			],
			status: 'busy',
		},
		[
			20,
			5,
			'lobby',
			[
				[[instance, id], signature],
				[[id], null],
			],
			2,
		],
	],
	[{type: 'read', room: DIRECT, messageId: 'cd'.repeat(32)}, [21, DIRECT, id]],
	[{type: 'neighbours', statement: id, signature, age: 7}, [22, id, signature, 7]],
	[
		{type: 'trace', id: 'ab'.repeat(16), room: 'lobby', target: HINT.peer, linksLeft: 16},
		[23, instance, 'lobby', publicKey, 16],
	],
	[
		{type: 'traced', id: 'ab'.repeat(16), hops: [{peer: HINT.peer, microseconds: 60_000_000}]},
		[24, instance, [[publicKey, 60_000_000]]],
	],
	[
		{
			type: 'held',
			room: 'lobby',
			author: HINT.peer,
			holder: HINT.peer,
			messageIds: ['cd'.repeat(32), 'cd'.repeat(32)],
			arrivals: [
				{hops: 2, via: HINT.peer, waited: 30_000},
				{hops: 0, via: undefined, waited: 0},
			],
			linksLeft: 16,
			signature,
		},
		[25, 'lobby', publicKey, publicKey, [id, id], [publicKey], [2, 1, 30_000, 0, 0, 0], 16, signature],
	],
	[{type: 'seek', files: ['cd'.repeat(32), 'cd'.repeat(32)], isOn: true}, [26, twoIds, true]],
	[{type: 'holds', file: 'cd'.repeat(32), pieces: bits}, [27, id, bits]],
	[{type: 'gained', file: 'cd'.repeat(32), pieces: [1, 256]}, [28, id, numbers]],
	[{type: 'bulk-please'}, [29]],
];

/** What came with a later minor version, from this field on: an older peer leaves it out. */
const OPTIONAL_FROM: Partial<Record<Message['type'], number>> = {neighbours: 3, publish: 3, heartbeat: 2, receipt: 3};

describe('messages', () => {
	test.each(EXAMPLES)('$type has the fields of the table', (sent, fields) => {
		expect([...encodeMessage(sent)]).toEqual([...pack(fields)]);
		expect(decodeFields(...fields)).toEqual(sent);
	});

	test('every message comes back as it was', () => {
		fc.assert(
			fc.property(message, sent => {
				const {...expected} = sent;
				if (expected.type === 'identify') Object.assign(expected, {name: expected.name.trim()});
				expect(decodeMessage(encodeMessage(sent))).toEqual(expected);
			}),
		);
	});

	test('a text of the largest size fits into a frame', () => {
		const event = new Uint8Array(MAX_TEXT_BYTES + 1024);
		expect(encodeMessage({type: 'publish', event, signature, hops: 0}).length).toBeLessThan(MAX_FRAME_BYTES);
	});

	test('row 32: an unknown message number is undefined', () => {
		expect(decodeFields(99)).toBeUndefined();
		expect(decodeFields(98, 'what', {ever: [1, 2]})).toBeUndefined();
		expect(decodeFields(Number.MAX_SAFE_INTEGER)).toBeUndefined();
	});

	test.each(EXAMPLES)('row 32: fields after those of $type are ignored', (sent, fields) => {
		expect(decodeFields(...fields, 'new', {field: 1})).toEqual(sent);
	});

	test.each([
		['no array', pack({0: 1})],
		['text', pack('ready')],
		['nil', pack(null)],
		['an empty array', pack([])],
		['a negative number', pack([-1])],
		['a fraction', pack([1.5])],
		['a name for a number', pack(['ready', 0])],
		['an integer beyond 2^53 as a float', pack([2 ** 53])],
	])('a message that is %s is refused', (_, body) => {
		expect(reasonOf(() => decodeMessage(body))).toBe('message-shape');
	});

	test.each(EXAMPLES)('$type is refused when any field is missing or of another type', (sent, fields) => {
		const reason = `message-${sent.type}`;
		for (let index = 1; index < fields.length; index++) {
			const isOptional = OPTIONAL_FROM[sent.type] === index;
			if (!isOptional) expect(reasonFor(...fields.slice(0, index))).toBe(reason);
			for (const wrong of [null, true, -1, 1.5, {a: 1}, [[]], [null], new Uint8Array(0)]) {
				// Either may be: another truth, and nothing at all.
				const isRight =
					typeof fields[index] === 'boolean'
						? wrong === true
						: MAY_BE_EMPTY.includes(fields[index]) && wrong instanceof Uint8Array;
				expect([index, wrong, reasonFor(...fields.with(index, wrong))]).toEqual([
					index,
					wrong,
					isRight ? 'accepted' : reason,
				]);
			}
		}
	});

	test('nothing but a WireError comes out of random bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({maxLength: 200}), body => {
				reasonOf(() => decodeMessage(body));
			}),
			{numRuns: 2000},
		);
	});

	test('nothing but a WireError comes out of random fields', () => {
		const field = fc.oneof(
			fc.jsonValue({maxDepth: 2}),
			fc.uint8Array({maxLength: 70}),
			fc.constantFrom(instance, id, signature, 'lobby', ['lobby'], 0, 1),
		);
		fc.assert(
			fc.property(fc.integer({min: 0, max: 29}), fc.array(field, {maxLength: 6}), (number, fields) => {
				reasonFor(number, ...fields);
			}),
			{numRuns: 2000},
		);
	});

	test('nothing but a WireError comes out of a message with one byte changed', () => {
		fc.assert(
			fc.property(message, fc.nat(), fc.nat(255), (sent, position, value) => {
				const body = Uint8Array.from(encodeMessage(sent));
				body[position % body.length] = value;
				reasonOf(() => decodeMessage(body));
			}),
			{numRuns: 500},
		);
	});
});

describe('limits of each field', () => {
	const identify = (change: Record<number, unknown>) => {
		const fields: unknown[] = [1, 'ann', 'agent', instance, [], []];
		for (const [index, value] of Object.entries(change)) fields[Number(index)] = value;
		return reasonFor(...fields);
	};

	test('identify', () => {
		expect(identify({})).toBe('accepted');
		expect(identify({1: 'ö'.repeat(32)})).toBe('accepted');
		expect(identify({1: `${'ö'.repeat(32)}a`})).toBe('message-identify');
		expect(identify({1: ''})).toBe('message-identify');
		expect(identify({1: ' \n '})).toBe('message-identify');
		expect(identify({2: 'a'.repeat(128)})).toBe('accepted');
		expect(identify({2: 'a'.repeat(129)})).toBe('message-identify');
		expect(identify({3: new Uint8Array(15)})).toBe('message-identify');
		expect(identify({3: new Uint8Array(17)})).toBe('message-identify');
		expect(identify({4: new Array(MAX_ADDRESSES).fill('x')})).toBe('accepted');
		expect(identify({4: new Array(MAX_ADDRESSES + 1).fill('x')})).toBe('message-identify');
		expect(identify({5: new Array(MAX_PROTOCOLS).fill('x')})).toBe('accepted');
		expect(identify({5: new Array(MAX_PROTOCOLS + 1).fill('x')})).toBe('message-identify');
		expect(identify({5: ['a'.repeat(129)]})).toBe('message-identify');
	});

	test('identify keeps the addresses that can be dialled, each once and without a peer id', () => {
		const addresses = [
			'/ip4/192.0.2.7/tcp/4001',
			'/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv',
			'/ip4/192.0.2.7/udp/4001/quic-v1',
			'/ip4/192.0.2.7/tcp/0',
			'/dns4/example.org/tcp/1',
			`/ip4/192.0.2.7/tcp/${'0'.repeat(1000)}`,
			'\x1b[2J',
			'/ip6/2001:DB8::7/tcp/1',
		];
		const decoded = decodeFields(1, 'ann', 'agent', instance, addresses, []) as Identify;
		expect(decoded.addresses).toEqual(['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/1']);
	});

	test('ping and pong', () => {
		expect(reasonFor(2, new Uint8Array(7))).toBe('message-ping');
		expect(reasonFor(3, new Uint8Array(9))).toBe('message-pong');
	});

	test('goodbye', () => {
		expect(reasonFor(5, '')).toBe('accepted');
		expect(reasonFor(5, 'a'.repeat(129))).toBe('message-goodbye');
	});

	test('subscriptions', () => {
		const rooms = Array.from({length: MAX_SUBSCRIPTIONS + 1}, (_, index) => `r${index}`);
		expect(reasonFor(6, rooms.slice(1), [])).toBe('accepted');
		expect(reasonFor(6, rooms, [])).toBe('message-subscriptions');
		expect(reasonFor(6, [], rooms)).toBe('message-subscriptions');
		expect(reasonFor(6, ['Lobby'], [])).toBe('message-subscriptions');
	});

	test('what is said of files', () => {
		const seek = (count: number) => reasonFor(26, new Uint8Array(32 * count), true);
		expect([seek(MAX_SEEK_FILES), seek(MAX_SEEK_FILES + 1)]).toEqual(['accepted', 'message-seek']);
		expect(reasonFor(26, new Uint8Array(33), true)).toBe('message-seek');
		const holds = (bytes: number) => reasonFor(27, id, new Uint8Array(bytes));
		expect([holds(MAX_PIECES / 8), holds(MAX_PIECES / 8 + 1)]).toEqual(['accepted', 'message-holds']);
		const gained = (bytes: number) => reasonFor(28, id, new Uint8Array(bytes));
		expect([gained(4 * MAX_GAINED_PIECES), gained(4 * MAX_GAINED_PIECES + 4), gained(5)]).toEqual([
			'accepted',
			'message-gained',
			'message-gained',
		]);
		expect(reasonFor(28, id, Uint8Array.of(0, 3, 0xff, 0xff))).toBe('accepted');
		expect(reasonFor(28, id, Uint8Array.of(0, 4, 0, 0))).toBe('message-gained');
		// The largest of each fits into a frame.
		const file = 'cd'.repeat(32);
		const all = Array.from({length: MAX_GAINED_PIECES}, (_, index) => MAX_PIECES - 1 - index);
		for (const sent of [
			{type: 'holds', file, pieces: new Uint8Array(MAX_PIECES / 8)} as const,
			{type: 'gained', file, pieces: all} as const,
		])
			expect(encodeMessage(sent).length).toBeLessThan(MAX_FRAME_BYTES);
	});

	test('publish', () => {
		expect(reasonFor(7, new Uint8Array(0), signature)).toBe('message-publish');
		expect(reasonFor(7, id, new Uint8Array(63))).toBe('message-publish');
		expect(reasonFor(7, id, new Uint8Array(65))).toBe('message-publish');
	});

	test('receipt', () => {
		expect(reasonFor(8, 'lobby', new Array(MAX_RECEIPT_IDS).fill(id))).toBe('accepted');
		expect(reasonFor(8, 'lobby', new Array(MAX_RECEIPT_IDS + 1).fill(id))).toBe('message-receipt');
		expect(reasonFor(8, 'lobby', [new Uint8Array(31)])).toBe('message-receipt');
		expect(reasonFor(8, 'two words', [id])).toBe('message-receipt');
	});

	test('arrivals', () => {
		const arrivals = (bringers: unknown, numbers: unknown) => reasonFor(8, 'lobby', [id, id], bringers, numbers);
		expect(arrivals([publicKey], [1, 1, 9, 1, 2, 9])).toBe('message-receipt');
		expect(arrivals([publicKey], [1, 1, 9])).toBe('message-receipt');
		expect(reasonFor(8, 'lobby', [id], [publicKey])).toBe('message-receipt');
		expect(arrivals([], [1, 0, -9, 1, 0, 9])).toBe('message-receipt');
		expect(arrivals([new Uint8Array(31)], [1, 1, 9, 1, 1, 9])).toBe('message-receipt');
		// More than anybody waits, and further than anything goes.
		const far = decodeFields(8, 'lobby', [id], [], [2 ** 40, 0, 2 ** 40]);
		expect(far).toMatchObject({arrivals: [{hops: 255, via: undefined, waited: 3_600_000_000}]});
	});

	test('held', () => {
		const held = (change: Record<number, unknown>) => {
			const fields: unknown[] = [25, 'lobby', publicKey, publicKey, [id], [], [1, 0, 9], 16, signature];
			for (const [index, value] of Object.entries(change)) fields[Number(index)] = value;
			return reasonOf(() => decodeMessage(pack(fields)));
		};
		expect(held({})).toBe('accepted');
		expect(held({1: DIRECT})).toBe('message-held');
		expect(held({4: new Array(MAX_RECEIPT_IDS + 1).fill(id)})).toBe('message-held');
		expect(held({6: [1, 1, 9]})).toBe('message-held');
		expect(held({6: [1, 0, 9, 1, 0, 9]})).toBe('message-held');
		expect(held({8: new Uint8Array(63)})).toBe('message-held');
		const far = decodeFields(25, 'lobby', publicKey, publicKey, [id], [], [1, 0, 9], 2 ** 40, signature);
		expect(far).toMatchObject({linksLeft: 16});
	});

	test('trace, traced', () => {
		expect(reasonFor(23, id, 'lobby', publicKey, 16)).toBe('message-trace');
		expect(reasonFor(23, instance, DIRECT, publicKey, 16)).toBe('message-trace');
		expect(reasonFor(23, instance, 'lobby', instance, 16)).toBe('message-trace');
		expect(decodeFields(23, instance, 'lobby', publicKey, 2 ** 40)).toMatchObject({linksLeft: 16});
		expect(reasonFor(24, id, [])).toBe('message-traced');
		expect(reasonFor(24, instance, new Array(18).fill([publicKey, 0]))).toBe('message-traced');
		expect(reasonFor(24, instance, [[publicKey, 0.5]])).toBe('message-traced');
		expect(decodeFields(24, instance, [[publicKey, 2 ** 40]])).toMatchObject({hops: [{microseconds: 60_000_000}]});
		expect(reasonFor(8, DIRECT, [id])).toBe('accepted');
	});

	test('a direct room is nothing that one joins, tells of or meshes in', () => {
		expect(reasonFor(6, [DIRECT], [])).toBe('message-subscriptions');
		expect(reasonFor(6, [], [DIRECT])).toBe('message-subscriptions');
		expect(reasonFor(9, DIRECT)).toBe('message-graft');
		expect(reasonFor(10, DIRECT, 60, [])).toBe('message-prune');
		expect(reasonFor(11, DIRECT, [id])).toBe('message-ihave');
		expect(reasonFor(15, DIRECT)).toBe('message-choke');
		expect(reasonFor(16, DIRECT)).toBe('message-unchoke');
	});
});

test('a decoded message does not change when its frame is written over', () => {
	const event = new Uint8Array(300).fill(3);
	for (const sent of [
		{type: 'publish', event, signature: new Uint8Array(64).fill(4), hops: 0},
		{type: 'ping', nonce: new Uint8Array(8).fill(5)},
		{type: 'events', request: 1, room: 'lobby', segments: [{events: [event, id], signature}], status: 'done'},
	] as const) {
		const body = Uint8Array.from(encodeMessage(sent));
		const decoded = decodeMessage(body);
		body.fill(0xff);
		expect(decoded).toEqual(sent);
	}
});
