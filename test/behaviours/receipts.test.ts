import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {MAX_FOLLOWED, MAX_HOLDERS, RECEIPT_DELAY, Receipts} from '../../source/behaviours/receipts.ts';
import {MAX_RECEIPT_IDS} from '../../source/wire/limits.ts';
import {ANN, BOB, CAT, DAN, emit, send} from './fixtures.ts';

const idOf = (number: number) => number.toString(16).padStart(64, '0');
const stored = (messageId: string, storedBy: number, of: number) =>
	emit({type: 'message-state', messageId, storedBy, of});
const receipt = (author: string, room: string, messageIds: readonly string[]) =>
	send([author], {type: 'receipt', room, messageIds});
const flushAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'receipts', at});

describe('receipts that we owe', () => {
	test('wait a moment for others and leave together, one message an author and room', () => {
		const receipts = new Receipts(ANN);
		expect(receipts.owe(BOB, 'dev', idOf(1), 100)).toEqual([flushAt(100 + RECEIPT_DELAY)]);
		expect(receipts.owe(BOB, 'dev', idOf(2), 110)).toEqual([]);
		expect(receipts.owe(BOB, 'ops', idOf(3), 111)).toEqual([]);
		expect(receipts.owe(CAT, 'dev', idOf(4), 112)).toEqual([]);
		expect(receipts.flush()).toEqual([
			receipt(BOB, 'dev', [idOf(1), idOf(2)]),
			receipt(BOB, 'ops', [idOf(3)]),
			receipt(CAT, 'dev', [idOf(4)]),
		]);
		expect(receipts.flush()).toEqual([]);
	});

	test('after they have left, the next one waits anew', () => {
		const receipts = new Receipts(ANN);
		receipts.owe(BOB, 'dev', idOf(1), 100);
		receipts.flush();
		expect(receipts.owe(BOB, 'dev', idOf(2), 500)).toEqual([flushAt(500 + RECEIPT_DELAY)]);
	});

	test('as many as one message holds leave at once', () => {
		const receipts = new Receipts(ANN);
		const ids = Array.from({length: MAX_RECEIPT_IDS}, (_, index) => idOf(index));
		const outputs = ids.map(id => receipts.owe(BOB, 'dev', id, 100));
		expect(outputs.flat()).toEqual([flushAt(100 + RECEIPT_DELAY), receipt(BOB, 'dev', ids)]);
		expect(receipts.flush()).toEqual([]);
	});

	test('are not owed any more to an author who is gone', () => {
		const receipts = new Receipts(ANN);
		receipts.owe(BOB, 'dev', idOf(1), 100);
		receipts.owe(CAT, 'dev', idOf(2), 100);
		receipts.forget(BOB);
		expect(receipts.flush()).toEqual([receipt(CAT, 'dev', [idOf(2)])]);
	});

	test('have one timer, by its name', () => {
		expect([new Receipts(ANN).isTimer('receipts'), new Receipts(ANN).isTimer('other')]).toEqual([true, false]);
	});
});

describe('receipts that we get', () => {
	test('say how far an own message has spread, from ourselves alone to everyone', () => {
		const receipts = new Receipts(ANN);
		expect(receipts.follow(idOf(1), 'dev', [BOB, CAT])).toEqual([stored(idOf(1), 1, 3)]);
		expect(receipts.received(CAT, 'dev', [idOf(1)])).toEqual([stored(idOf(1), 2, 3)]);
		expect(receipts.received(BOB, 'dev', [idOf(1)])).toEqual([stored(idOf(1), 3, 3)]);
	});

	test('may name several messages', () => {
		const receipts = new Receipts(ANN);
		for (const number of [1, 2]) receipts.follow(idOf(number), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [idOf(1), idOf(2)])).toEqual([stored(idOf(1), 2, 2), stored(idOf(2), 2, 2)]);
	});

	test('are counted once a peer, however often they come', () => {
		const receipts = new Receipts(ANN);
		receipts.follow(idOf(1), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [idOf(1), idOf(1)])).toEqual([stored(idOf(1), 2, 2)]);
		expect(receipts.received(BOB, 'dev', [idOf(1)])).toEqual([]);
	});

	test('for messages that are not ours are passed over', () => {
		const receipts = new Receipts(ANN);
		receipts.follow(idOf(1), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [idOf(7)])).toEqual([]);
		// Nor for one that was said elsewhere.
		expect(receipts.received(BOB, 'lobby', [idOf(1)])).toEqual([]);
	});

	test('of one who came later raise both numbers: never more holders than members', () => {
		const receipts = new Receipts(ANN);
		receipts.follow(idOf(1), 'dev', []);
		expect(receipts.received(DAN, 'dev', [idOf(1)])).toEqual([stored(idOf(1), 2, 2)]);
		expect(receipts.received(BOB, 'dev', [idOf(1)])).toEqual([stored(idOf(1), 3, 3)]);
	});

	test('come from a bounded number of holders, however many keys come and go', () => {
		const receipts = new Receipts(ANN);
		receipts.follow(idOf(1), 'dev', []);
		for (let stranger = 1; stranger < MAX_HOLDERS; stranger++) receipts.received(`${stranger}`, 'dev', [idOf(1)]);
		expect(receipts.received(BOB, 'dev', [idOf(1)])).toEqual([]);
	});

	test('are followed for a bounded number of messages, the newest', () => {
		const receipts = new Receipts(ANN);
		for (let number = 0; number <= MAX_FOLLOWED; number++) receipts.follow(idOf(number), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [idOf(0), idOf(1)])).toEqual([stored(idOf(1), 2, 2)]);
	});
});
