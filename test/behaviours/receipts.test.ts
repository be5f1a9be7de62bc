import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {MAX_FOLLOWED, MAX_HOLDERS, RECEIPT_DELAY, Receipts, SPREAD_DELAY} from '../../source/behaviours/receipts.ts';
import {TOPOLOGY_PROTOCOL} from '../../source/behaviours/topology/parameters.ts';
import {directRoomOf} from '../../source/wire/direct-room.ts';
import {MAX_RECEIPT_IDS} from '../../source/wire/limits.ts';
import {ANN, BOB, CAT, DAN, emit, send} from './fixtures.ts';
import {Desk, idOf} from './rooms-fixtures.ts';

const numbered = (number: number) => number.toString(16).padStart(64, '0');
const stored = (messageId: string, storedBy: number, of: number) =>
	emit({type: 'message-state', messageId, room: 'dev', storedBy, of});
/** Each came over two links, from Dan; `waited` in microseconds. */
const receipt = (author: string, room: string, messageIds: readonly string[], waited: readonly number[]) => {
	const arrivals = messageIds.map((_, index) => ({hops: 2, via: DAN, waited: waited[index] ?? waited[0]!}));
	return send([author], {type: 'receipt', room, messageIds, arrivals});
};
const owe = (receipts: Receipts, author: string, room: string, messageId: string, at: number) =>
	receipts.owe({author, room, messageId, hops: 2, via: DAN, at}, at);
const flushAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'receipts', at});
const storedAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'spreads', at});

/** Ann's, whose room `dev` is open. */
function start(): Receipts {
	const desk = new Desk({rooms: ['dev'], peers: []});
	desk.view.connect(DAN, {protocols: [TOPOLOGY_PROTOCOL]});
	for (const author of [BOB, CAT]) desk.view.connect(author);
	return desk.receipts;
}

describe('receipts that we owe', () => {
	test('wait a moment for others and leave together, one message an author and room', () => {
		const receipts = start();
		expect(owe(receipts, BOB, 'dev', numbered(1), 100)).toEqual([flushAt(100 + RECEIPT_DELAY)]);
		expect(owe(receipts, BOB, 'dev', numbered(2), 110)).toEqual([]);
		expect(owe(receipts, BOB, 'ops', numbered(3), 111)).toEqual([]);
		expect(owe(receipts, CAT, 'dev', numbered(4), 112)).toEqual([]);
		expect(receipts.timer('receipts', 130)).toEqual([
			receipt(BOB, 'dev', [numbered(1), numbered(2)], [30_000, 20_000]),
			receipt(BOB, 'ops', [numbered(3)], [19_000]),
			receipt(CAT, 'dev', [numbered(4)], [18_000]),
		]);
		expect(receipts.timer('receipts', 130)).toEqual([]);
	});

	test('after they have left, the next one waits anew', () => {
		const receipts = start();
		owe(receipts, BOB, 'dev', numbered(1), 100);
		receipts.timer('receipts', 130);
		expect(owe(receipts, BOB, 'dev', numbered(2), 500)).toEqual([flushAt(500 + RECEIPT_DELAY)]);
	});

	test('as many as one message holds leave at once', () => {
		const receipts = start();
		const ids = Array.from({length: MAX_RECEIPT_IDS}, (_, index) => numbered(index));
		const outputs = ids.map(id => owe(receipts, BOB, 'dev', id, 100));
		expect(outputs.flat()).toEqual([flushAt(100 + RECEIPT_DELAY), receipt(BOB, 'dev', ids, [0])]);
		expect(receipts.timer('receipts', 130)).toEqual([]);
	});

	test('are not owed any more to an author who is gone', () => {
		const receipts = start();
		owe(receipts, BOB, 'dev', numbered(1), 100);
		owe(receipts, CAT, 'dev', numbered(2), 100);
		receipts.forget(BOB);
		expect(receipts.timer('receipts', 130)).toEqual([receipt(CAT, 'dev', [numbered(2)], [30_000])]);
	});

	test('name who brought it only if it lets itself be named, or is the author, who knows', () => {
		const receipts = start();
		for (const [index, via] of [DAN, CAT, BOB].entries())
			receipts.owe({author: BOB, room: 'dev', messageId: numbered(index), hops: 2, via, at: 0}, 0);
		const [output] = receipts.timer('receipts', 0);
		expect(output).toMatchObject({message: {arrivals: [{via: DAN}, {via: undefined, hops: 2}, {via: BOB}]}});
	});

	test('tell nothing of the way if we tell nobody who our neighbours are', () => {
		const {view, archive} = new Desk({rooms: ['dev'], peers: []});
		view.connect(BOB);
		const receipts = new Receipts({view, archive, tells: false});
		owe(receipts, BOB, 'dev', numbered(1), 0);
		const message = {type: 'receipt', room: 'dev', messageIds: [numbered(1)]} as const;
		expect(receipts.timer('receipts', 0)).toEqual([send([BOB], message)]);
	});

	test('have two timers, by their names', () => {
		expect(['receipts', 'spreads', 'other'].map(name => start().isTimer(name))).toEqual([true, true, false]);
	});
});

describe('receipts that we get', () => {
	test('say how far an own message has spread, from ourselves alone to everyone', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', [BOB, CAT]);
		expect(receipts.state(numbered(1))).toEqual([stored(numbered(1), 1, 3)]);
		expect(receipts.received(CAT, 'dev', [numbered(1)], 7)).toEqual([
			stored(numbered(1), 2, 3),
			storedAt(7 + SPREAD_DELAY),
		]);
		expect(receipts.received(BOB, 'dev', [numbered(1)], 8)[0]).toEqual(stored(numbered(1), 3, 3));
		expect(receipts.spreadOf(numbered(1))).toEqual({storedBy: 3, of: 3});
	});

	test('may name several messages', () => {
		const receipts = start();
		for (const number of [1, 2]) receipts.follow(numbered(number), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [numbered(1), numbered(2)], 0).slice(0, 2)).toEqual([
			stored(numbered(1), 2, 2),
			stored(numbered(2), 2, 2),
		]);
	});

	test('are counted once a peer, however often they come', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [numbered(1), numbered(1)], 0)).toHaveLength(2);
		expect(receipts.received(BOB, 'dev', [numbered(1)], 0)).toEqual([]);
	});

	test('for messages that are not ours are passed over', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', [BOB]);
		expect(receipts.received(BOB, 'dev', [numbered(7)], 0)).toEqual([]);
		// Nor for one that was said elsewhere.
		expect(receipts.received(BOB, 'lobby', [numbered(1)], 0)).toEqual([]);
	});

	test('of one who came later raise both numbers: never more holders than members', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', []);
		expect(receipts.received(DAN, 'dev', [numbered(1)], 0)[0]).toEqual(stored(numbered(1), 2, 2));
		expect(receipts.received(BOB, 'dev', [numbered(1)], 0)[0]).toEqual(stored(numbered(1), 3, 3));
	});

	test('come from a bounded number of holders, however many keys come and go', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', []);
		for (let stranger = 1; stranger < MAX_HOLDERS; stranger++)
			receipts.received(`${stranger}`, 'dev', [numbered(1)], 0);
		expect(receipts.received(BOB, 'dev', [numbered(1)], 0)).toEqual([]);
	});

	test('are followed for a bounded number of messages, the newest', () => {
		const receipts = start();
		for (let number = 0; number <= MAX_FOLLOWED; number++) receipts.follow(numbered(number), 'dev', [BOB]);
		const outputs = receipts.received(BOB, 'dev', [numbered(0), numbered(1)], 0);
		expect(outputs[0]).toEqual(stored(numbered(1), 2, 2));
		expect(receipts.spreadOf(numbered(0))).toBeUndefined();
	});
});

describe('what others turn out to hold', () => {
	test('is counted by the numbers of our chain, and is stored at once', () => {
		const desk = new Desk({rooms: ['dev'], peers: []});
		// The join is number 1.
		const [second, third] = [idOf(desk.say('two', 'dev')), idOf(desk.say('three', 'dev'))];
		const {receipts} = desk;
		const holds = (epoch: string, sequence: number) => epoch === desk.store.epoch && sequence <= 2;
		expect(receipts.heldBy(BOB, 'dev', holds)).toEqual([stored(second, 2, 2), {type: 'commit'}]);
		expect(receipts.heldBy(BOB, 'dev', holds)).toEqual([]);
		expect(receipts.heldBy(CAT, 'ops', () => true)).toEqual([]);
		expect(receipts.heldBy(CAT, 'dev', () => true)).toEqual([
			stored(second, 3, 3),
			stored(third, 2, 2),
			{type: 'commit'},
		]);
		desk.archive.commit();
		expect(desk.restarted({rooms: ['dev'], peers: []}).receipts.spreadOf(second)).toEqual({storedBy: 3, of: 3});
	});

	test('is nothing of what the disk never took', () => {
		const receipts = start();
		receipts.follow(numbered(1), 'dev', [BOB]);
		receipts.unfollow(numbered(1));
		expect(receipts.heldBy(BOB, 'dev', () => true)).toEqual([]);
	});
});

describe('what the other one has read', () => {
	const room = directRoomOf(ANN, BOB);
	const state = (messageId: string, read = {}) =>
		emit({type: 'message-state', messageId, room: `@${BOB}`, storedBy: 2, of: 2, ...read});

	test('is said of each message up to there, once, over restarts too', () => {
		const desk = new Desk({rooms: [], peers: [BOB]});
		const [one, two, three] = ['1', '2', '3'].map(text =>
			idOf(desk.ask({command: 'direct', peer: BOB, text, id: text})),
		);
		const {receipts} = desk;
		expect(receipts.readBy(BOB, room, two!)).toEqual([
			state(one!, {read: true}),
			state(two!, {read: true}),
			{type: 'commit'},
		]);
		expect(receipts.readBy(BOB, room, one!)).toEqual([]);
		expect(receipts.readBy(BOB, room, three!).slice(0, 1)).toEqual([state(three!, {read: true})]);
		desk.archive.commit();
		expect(desk.restarted({rooms: [], peers: []}).receipts.spreadOf(three!)).toEqual({storedBy: 2, of: 2, read: true});
	});

	test('is nothing if that message is not here', () => {
		const desk = new Desk({rooms: [], peers: [BOB]});
		desk.ask({command: 'direct', peer: BOB, text: 'hi'});
		expect(desk.receipts.readBy(BOB, room, numbered(1))).toEqual([]);
	});
});
