import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decodeEvent, eventId, signEvent, verifyEvent} from '../../source/wire/event.ts';
import {type FileOffer, MAX_FILE_BYTES, MAX_FILE_NAME_BYTES, MAX_FOLDER_FILES} from '../../source/wire/file-offer.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {
	MAX_EMOJI_BYTES,
	MAX_PARENTS,
	MAX_REASON_BYTES,
	MAX_TEXT_BYTES,
	MAX_TIMESTAMP,
	MAX_TOPIC_BYTES,
} from '../../source/wire/limits.ts';
import type {EventBody, RoomEvent} from '../../source/wire/messages.ts';
import {pack, unpack} from '../../source/wire/msgpack.ts';
import {eventOf} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';

const ann = identityFromSeed(new Uint8Array(32).fill(1));
const bob = identityFromSeed(new Uint8Array(32).fill(2));

const id = (byte: number) => new Uint8Array(32).fill(byte);
const ids = (...values: number[]) => new Uint8Array(Buffer.concat(values.map(id)));

const TARGET = 'cd'.repeat(32);

const HEAD = {
	room: 'lobby',
	author: ann.peerId,
	epoch: 'ab'.repeat(16),
	sequence: 2,
	timestamp: 1_763_700_000_000,
	clock: 1_763_700_000_001,
	previous: '07'.repeat(32),
	parents: ['05'.repeat(32), '06'.repeat(32)],
};

const EVENT: RoomEvent = {...HEAD, kind: 'message', text: 'did the deploy finish?'};

/** Those of `EVENT`. */
const FIELDS: unknown[] = [
	'lobby',
	ann.publicKey,
	new Uint8Array(16).fill(0xab),
	2,
	HEAD.timestamp,
	0,
	'did the deploy finish?',
	HEAD.clock,
	id(7),
	ids(5, 6),
];

const FIRST = FIELDS.with(3, 1).with(8, null);

const OFFER: FileOffer = {
	file: '01'.repeat(32),
	name: 'plans.pdf',
	size: MAX_FILE_BYTES,
	files: 0,
	isExecutable: true,
	manifest: undefined,
};

/** That of `OFFER`. */
const FILE: unknown[] = [id(1), 'plans.pdf', MAX_FILE_BYTES, 0, true, null];

/** Each kind with its number and its body. */
const BODIES: [EventBody, number, unknown][] = [
	[{kind: 'message', text: 'hi'}, 0, 'hi'],
	[{kind: 'reply', target: TARGET, text: 'hi'}, 1, [id(0xcd), 'hi']],
	[{kind: 'edit', target: TARGET, text: 'ho'}, 2, [id(0xcd), 'ho']],
	[{kind: 'reaction', target: TARGET, emoji: '👍', isOn: true}, 3, [id(0xcd), '👍', true]],
	[{kind: 'reaction', target: TARGET, emoji: '👍', isOn: false}, 3, [id(0xcd), '👍', false]],
	[{kind: 'redaction', target: TARGET, reason: ''}, 4, [id(0xcd), '']],
	[{kind: 'topic', text: ''}, 5, ''],
	[{kind: 'join', name: 'ann'}, 6, 'ann'],
	[{kind: 'name', name: 'ann lee'}, 7, 'ann lee'],
	[{kind: 'leave'}, 8, null],
	[{kind: 'file', offer: OFFER}, 9, FILE],
	[
		{kind: 'file', offer: {...OFFER, files: 2, isExecutable: false, manifest: '02'.repeat(32)}},
		9,
		FILE.with(3, 2).with(4, false).with(5, id(2)),
	],
];

const reasonFor = (fields: unknown) => reasonOf(() => decodeEvent(pack(fields)));

describe('room events', () => {
	test('are laid out as documented', () => {
		expect([...signEvent(EVENT, ann).event]).toEqual([...pack(FIELDS)]);
	});

	test.each(BODIES)('a $kind has the body that is documented', (body, kind, packed) => {
		const event: RoomEvent = {...HEAD, ...body};
		const signed = signEvent(event, ann);
		expect([...signed.event]).toEqual([...pack(FIELDS.with(5, kind).with(6, packed))]);
		expect(decodeEvent(signed.event)).toStrictEqual(event);
	});

	test('come back as they were, signed by their author', () => {
		fc.assert(
			fc.property(eventOf(ann.peerId), one => {
				const signed = signEvent(one, ann);
				expect(decodeEvent(signed.event)).toStrictEqual(one);
				expect(verifyEvent(signed.event, signed.signature, ann.peerId)).toBe(true);
			}),
			{numRuns: 200},
		);
	});

	test('rows 33 and 34: a signature holds for one author, one room and exactly these bytes', () => {
		const {event, signature} = signEvent(EVENT, ann);
		expect(verifyEvent(event, signature, ann.peerId)).toBe(true);
		expect(verifyEvent(event, signature, bob.peerId)).toBe(false);
		for (const room of ['lobbz', `@${'0a'.repeat(16)}`]) {
			const moved = new Uint8Array(pack((unpack(event) as unknown[]).with(0, room)));
			expect(decodeEvent(moved)).toStrictEqual({...EVENT, room});
			expect(verifyEvent(moved, signature, ann.peerId)).toBe(false);
			expect(eventId(moved)).not.toBe(eventId(event));
		}
		for (let index = 0; index < event.length; index += 7) {
			const changed = Uint8Array.from(event);
			changed[index]! ^= 1;
			expect(verifyEvent(changed, signature, ann.peerId)).toBe(false);
		}
	});

	test('a signature over the bare bytes, made for another purpose, is none', () => {
		const {event} = signEvent(EVENT, ann);
		expect(verifyEvent(event, ann.sign(event), ann.peerId)).toBe(false);
	});

	test('nobody signs for another, nor what others would refuse', () => {
		expect(() => signEvent(EVENT, bob)).toThrow(RangeError);
		const wrong: Partial<RoomEvent>[] = [
			{previous: undefined},
			{parents: [...HEAD.parents].reverse()},
			{clock: -1},
			{room: 'Lobby'},
			{kind: 'unknown'},
		];
		for (const change of wrong) expect(() => signEvent({...EVENT, ...change} as RoomEvent, ann)).toThrow(RangeError);
	});

	test('the id is the SHA-256 of the bytes', () => {
		// FIPS 180-4, the example of one block.
		expect(eventId(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
	});

	test('fields after the known ones are ignored, of the event and of its body', () => {
		expect(decodeEvent(pack([...FIELDS, ['new'], {more: 1}]))).toStrictEqual(EVENT);
		const reply = FIELDS.with(5, 1).with(6, [id(0xcd), 'hi', 'new']);
		expect(decodeEvent(pack(reply))).toStrictEqual({...HEAD, kind: 'reply', target: TARGET, text: 'hi'});
	});

	test('row 32: of a kind that is not known the head is read, whatever the body is', () => {
		for (const body of [null, 'text', 7, {any: 'body'}, [[1], id(1)]]) {
			expect(decodeEvent(pack(FIELDS.with(5, 10).with(6, body)))).toStrictEqual({...HEAD, kind: 'unknown', number: 10});
		}
		expect(reasonFor(FIELDS.with(5, 10).with(3, 0))).toBe('event-shape');
		expect(reasonFor(FIELDS.with(5, 10).slice(0, 9))).toBe('event-shape');
	});

	test('a direct room is a room', () => {
		const room = `@${'0a'.repeat(16)}`;
		expect(decodeEvent(pack(FIELDS.with(0, room)))).toStrictEqual({...EVENT, room});
	});

	test('the bytes pass the scan first', () => {
		expect(reasonOf(() => decodeEvent(Uint8Array.of(0xc1)))).toBe('body-reserved');
		expect(reasonFor('text')).toBe('event-shape');
	});

	test('nothing but a WireError comes out of an event with one byte changed', () => {
		const signed = BODIES.map(([body]) => signEvent({...HEAD, ...body}, ann).event);
		fc.assert(
			fc.property(fc.constantFrom(...signed), fc.nat(), fc.nat(255), (event, position, value) => {
				const changed = Uint8Array.from(event);
				changed[position % changed.length] = value;
				reasonOf(() => decodeEvent(changed));
			}),
			{numRuns: 1000},
		);
	});
});

describe('the head of an event', () => {
	test.each([
		['room', 0, ['Lobby', '', 7, null, 'a\u202eb', '@ann', `@${'0A'.repeat(16)}`]],
		['author', 1, [new Uint8Array(31), 'ann', null]],
		['epoch', 2, [new Uint8Array(15), 'ab', null]],
		['sequence', 3, [0, -1, 1.5, '1', null]],
		['timestamp', 4, [-1, 1.5, MAX_TIMESTAMP + 1, 2 ** 53, '1', null]],
		['kind', 5, ['message', -1, 1.5, null]],
		['clock', 7, [-1, 1.5, MAX_TIMESTAMP + 1, '1', null]],
		['previous', 8, [new Uint8Array(31), new Uint8Array(33), new Uint8Array(0), 'cd', [id(7)], 0, false]],
		['parents', 9, [null, [], [id(5)], 'ids', new Uint8Array(31), new Uint8Array(33), new Uint8Array(1)]],
	])('row 43: a bad or missing %s is refused', (_, index, values) => {
		// The first two also where the event is first: no previous then.
		for (const fields of [FIELDS, FIRST]) {
			for (const value of values) expect([value, reasonFor(fields.with(index, value))]).toEqual([value, 'event-shape']);
			expect(reasonFor(fields.slice(0, index))).toBe('event-shape');
		}
	});

	test('row 43: the first event of a chain, and no other, has none before it', () => {
		expect(reasonFor(FIRST)).toBe('accepted');
		expect(reasonFor(FIELDS)).toBe('accepted');
		expect(reasonFor(FIRST.with(8, id(7)))).toBe('event-shape');
		expect(reasonFor(FIELDS.with(8, null))).toBe('event-shape');
	});

	test('row 43: parents are ascending, so none comes twice, and few', () => {
		expect(reasonFor(FIELDS.with(9, new Uint8Array(0)))).toBe('accepted');
		expect(reasonFor(FIELDS.with(9, ids(5, 5)))).toBe('event-shape');
		expect(reasonFor(FIELDS.with(9, ids(6, 5)))).toBe('event-shape');
		// As bytes, not as numbers with a sign.
		expect(reasonFor(FIELDS.with(9, ids(0x7f, 0x80)))).toBe('accepted');
		const many = Array.from({length: MAX_PARENTS + 1}, (_, index) => index);
		expect(reasonFor(FIELDS.with(9, ids(...many.slice(1))))).toBe('accepted');
		expect(reasonFor(FIELDS.with(9, ids(...many)))).toBe('event-shape');
	});

	test('times up to the largest are accepted', () => {
		expect(reasonFor(FIELDS.with(4, MAX_TIMESTAMP).with(7, MAX_TIMESTAMP))).toBe('accepted');
		expect(reasonFor(FIELDS.with(4, 0).with(7, 0))).toBe('accepted');
	});
});

describe('the body of an event', () => {
	const long = (bytes: number) => 'a'.repeat(bytes);
	const withBody = (kind: number, body: unknown) => reasonFor(FIELDS.with(5, kind).with(6, body));

	test.each([
		['message', 0, [long(MAX_TEXT_BYTES)], ['', 7, null, ['hi'], long(MAX_TEXT_BYTES + 1)]],
		['topic', 5, ['', long(MAX_TOPIC_BYTES)], [7, null, ['hi'], long(MAX_TOPIC_BYTES + 1)]],
		['join', 6, [long(64)], ['', ' \n', 7, null, long(65)]],
		['name', 7, [long(64)], ['', ' \n', 7, null, long(65)]],
		['leave', 8, [null], ['', 0, false, []]],
	])('of a %s', (_, kind, good, bad) => {
		for (const body of good) expect([body, withBody(kind, body)]).toEqual([body, 'accepted']);
		for (const body of bad) expect([body, withBody(kind, body)]).toEqual([body, 'event-shape']);
	});

	test.each([
		['reply', 1, [long(MAX_TEXT_BYTES)], ['', 7, null, long(MAX_TEXT_BYTES + 1)]],
		['edit', 2, [long(MAX_TEXT_BYTES)], ['', 7, null, long(MAX_TEXT_BYTES + 1)]],
		['reaction', 3, ['👍', 'ok', long(MAX_EMOJI_BYTES)], ['', 7, null, 'a b', '\x1b', '\n', long(MAX_EMOJI_BYTES + 1)]],
		['redaction', 4, ['', long(MAX_REASON_BYTES)], [7, null, long(MAX_REASON_BYTES + 1)]],
	])('of a %s, which has a target', (_, kind, good, bad) => {
		for (const said of good) expect([said, withBody(kind, [id(1), said, true])]).toEqual([said, 'accepted']);
		for (const said of bad) expect([said, withBody(kind, [id(1), said, true])]).toEqual([said, 'event-shape']);
		for (const target of [null, 'cd', new Uint8Array(31), new Uint8Array(33), [id(1)]]) {
			expect(withBody(kind, [target, 'ok', true])).toBe('event-shape');
		}
		for (const body of [null, 'ok', [], [id(1)], {}]) expect(withBody(kind, body)).toBe('event-shape');
	});

	test('a reaction is on or off', () => {
		for (const isOn of [null, 1, 0, 'true']) expect(withBody(3, [id(1), '👍', isOn])).toBe('event-shape');
		expect(withBody(3, [id(1), '👍'])).toBe('event-shape');
	});

	test('of a file, if it is none, is that of an unknown kind: older programs keep it, and histories stay the same', () => {
		const bad: unknown[] = [
			...[null, 'plans.pdf', 7, [], FILE.slice(0, 5)],
			...[null, '01', new Uint8Array(31)].map(value => FILE.with(0, value)),
			...[null, 7, '', long(MAX_FILE_NAME_BYTES + 1)].map(value => FILE.with(1, value)),
			...[null, -1, 0.5, MAX_FILE_BYTES + 1].map(value => FILE.with(2, value)),
			...[null, -1, MAX_FOLDER_FILES + 1].map(value => FILE.with(3, value).with(5, id(2))),
			...[null, 0, 1].map(value => FILE.with(4, value)),
			...[7, new Uint8Array(31)].map(value => FILE.with(3, 1).with(5, value)),
			// Of a folder there is a manifest; of a single file there is none.
			...[FILE.with(3, 1), FILE.with(5, id(2))],
		];
		for (const body of bad) {
			const read = decodeEvent(pack(FIELDS.with(5, 9).with(6, body)));
			expect([body, read]).toStrictEqual([body, {...HEAD, kind: 'unknown', number: 9}]);
		}
		for (const change of [{size: -1}, {name: ''}, {files: 1}, {manifest: OFFER.file}]) {
			expect(() => signEvent({...HEAD, kind: 'file', offer: {...OFFER, ...change}}, ann)).toThrow(RangeError);
		}
		const longest = FILE.with(1, long(MAX_FILE_NAME_BYTES)).with(2, 0);
		expect(decodeEvent(pack(FIELDS.with(5, 9).with(6, [...longest, 'new'])))).toMatchObject({kind: 'file'});
	});
});
