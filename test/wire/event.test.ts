import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decodeEvent, eventId, signEvent, verifyEvent} from '../../source/wire/event.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import type {RoomEvent} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {hex, room, text} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';

const ann = identityFromSeed(new Uint8Array(32).fill(1));
const bob = identityFromSeed(new Uint8Array(32).fill(2));

const EVENT: RoomEvent = {
	room: 'lobby',
	author: ann.peerId,
	epoch: 'ab'.repeat(16),
	sequence: 1,
	timestamp: 1_763_700_000_000,
	kind: 'message',
	text: 'did the deploy finish?',
};

const FIELDS: unknown[] = ['lobby', ann.publicKey, new Uint8Array(16).fill(0xab), 1, EVENT.timestamp, 0, EVENT.text];

const reasonFor = (fields: unknown) => reasonOf(() => decodeEvent(pack(fields)));

describe('room events', () => {
	test('are laid out as documented', () => {
		expect([...signEvent(EVENT, ann).event]).toEqual([...pack(FIELDS)]);
	});

	test('come back as they were, signed by their author', () => {
		const event = fc.record({
			room,
			author: fc.constant(ann.peerId),
			epoch: hex(16),
			sequence: fc.integer({min: 1, max: Number.MAX_SAFE_INTEGER}),
			timestamp: fc.maxSafeNat(),
			kind: fc.constant('message' as const),
			text: text(500, 1).filter(one => one !== ''),
		});
		fc.assert(
			fc.property(event, one => {
				const signed = signEvent(one, ann);
				expect(decodeEvent(signed.event)).toEqual(one);
				expect(verifyEvent(signed.event, signed.signature, ann.peerId)).toBe(true);
			}),
			{numRuns: 50},
		);
	});

	test('a signature holds for one author and for exactly these bytes', () => {
		const {event, signature} = signEvent(EVENT, ann);
		expect(verifyEvent(event, signature, bob.peerId)).toBe(false);
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

	test('nobody signs for another', () => {
		expect(() => signEvent(EVENT, bob)).toThrow(RangeError);
	});

	test('the id is the SHA-256 of the bytes', () => {
		// FIPS 180-4, the example of one block.
		expect(eventId(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
	});

	test('fields after the known ones are ignored', () => {
		expect(decodeEvent(pack([...FIELDS, ['parents'], {more: 1}]))).toEqual(EVENT);
	});

	test('another kind has a reason of its own, whatever its body is', () => {
		expect(reasonFor(FIELDS.with(5, 1))).toBe('event-kind');
		expect(reasonFor(FIELDS.with(5, 77).with(6, {any: 'body'}))).toBe('event-kind');
	});

	test.each([
		['room', 0, ['Lobby', '', 7, null, 'a\u202eb']],
		['author', 1, [new Uint8Array(31), 'ann', null]],
		['epoch', 2, [new Uint8Array(15), 'ab', null]],
		['sequence', 3, [0, -1, 1.5, '1', null]],
		['timestamp', 4, [-1, 1.5, 2 ** 53, '1', null]],
		['kind', 5, ['message', -1, null]],
		['text', 6, ['', 7, null, 'a'.repeat(MAX_TEXT_BYTES + 1)]],
	])('a bad %s is refused', (_, index, values) => {
		for (const value of values) expect(reasonFor(FIELDS.with(index, value))).toBe('event-shape');
		expect(reasonFor(FIELDS.slice(0, index))).toBe('event-shape');
	});

	test('a text of the largest size is accepted', () => {
		expect(reasonFor(FIELDS.with(6, 'a'.repeat(MAX_TEXT_BYTES)))).toBe('accepted');
	});

	test('the bytes pass the scan first', () => {
		expect(reasonOf(() => decodeEvent(Uint8Array.of(0xc1)))).toBe('body-reserved');
		expect(reasonFor('text')).toBe('event-shape');
	});

	test('nothing but a WireError comes out of an event with one byte changed', () => {
		const {event} = signEvent(EVENT, ann);
		fc.assert(
			fc.property(fc.nat(event.length - 1), fc.nat(255), (position, value) => {
				const changed = Uint8Array.from(event);
				changed[position] = value;
				reasonOf(() => decodeEvent(changed));
			}),
			{numRuns: 1000},
		);
	});
});
