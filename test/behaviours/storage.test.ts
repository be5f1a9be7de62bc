/** Nothing is acknowledged that is not on disk; and a disk that takes nothing is said, worked around, and tried again. */
import {describe, expect, test} from 'vitest';
import {RECEIPT_DELAY} from '../../source/behaviours/receipts.ts';
import {TRIAL_INTERVAL} from '../../source/behaviours/storage-watch.ts';
import type {StoredEvent} from '../../source/history/event-store.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {asked, BOB, CAT, count, received} from './fixtures.ts';
import {
	bobIdentity,
	catIdentity,
	DISK_FULL,
	handedOn,
	idOf,
	inShort,
	published,
	publishing,
	receiptsAt,
	refused,
	replied,
	shown,
	startTogether,
	subscribed,
	written,
} from './rooms-fixtures.ts';

const say = (text: string) => ({command: 'publish', room: 'lobby', text, id: text}) as const;
const FAILED = {type: 'emit', event: {type: 'storage', state: 'failed', ...DISK_FULL}};
const OK = {type: 'emit', event: {type: 'storage', state: 'ok'}};
const trialAt = (at: number) => ({type: 'schedule', timer: 'storage', at});

/** A node whose disk has just refused something that Bob said. */
function afterFailure() {
	const desk = startTogether();
	desk.store.failure = DISK_FULL;
	desk.handle(publishing(BOB, written(bobIdentity)), 0);
	return desk;
}

describe('what we say', () => {
	test('is neither shown, nor sent, nor answered before it is on disk', () => {
		const desk = startTogether();
		expect(desk.hold(asked(say('hi')))).toEqual([{type: 'commit'}]);
		expect(inShort(desk.commit())).toEqual(['message', 'send publish', 'reply', 'message-state']);
	});

	test('in one turn shares one commit, and keeps its order', () => {
		const desk = startTogether();
		const before = desk.commits;
		for (const text of ['one', 'two', 'three']) desk.hold(asked(say(text)));
		const outputs = desk.commit();
		expect(desk.commits).toBe(before + 1);
		expect(published(outputs)).toMatchObject([{text: 'one'}, {text: 'two'}, {text: 'three'}]);
		expect(outputs.flatMap(output => (output.type === 'reply' ? [output.command.id] : []))).toEqual([
			'one',
			'two',
			'three',
		]);
	});

	test('outlives kill -9 once it is answered, and its state with it', () => {
		const first = startTogether();
		const messageId = idOf(first.ask(say('hi')));
		first.hold(asked(say('never answered')));
		const desk = first.restarted();
		expect(desk.archive.has('lobby', messageId)).toBe(true);
		expect(desk.receipts.spreadOf(messageId)).toEqual({storedBy: 1, of: 3});
		const texts = desk.archive.store.page('lobby', {limit: 10, kinds: 'entries'}).length;
		// Ann's join, her greeting and this message.
		expect(texts).toBe(3);
	});

	test('is refused to all who wait if the disk does not take it, and nothing is sent', () => {
		const desk = startTogether();
		desk.store.failure = DISK_FULL;
		for (const text of ['one', 'two']) desk.hold(asked(say(text)));
		expect(desk.commit(100)).toEqual([
			FAILED,
			trialAt(100 + TRIAL_INTERVAL),
			refused(say('one'), 'storage', DISK_FULL.message),
			refused(say('two'), 'storage', DISK_FULL.message),
		]);
	});

	test('is followed no more if the disk does not take it', () => {
		const desk = startTogether();
		desk.store.failure = DISK_FULL;
		desk.hold(asked(say('lost')));
		const [lost] = desk.archive.store.page('lobby', {limit: 1, kinds: 'entries'});
		expect(desk.receipts.spreadOf(lost!.id)).toEqual({storedBy: 1, of: 3});
		desk.commit();
		expect(desk.receipts.spreadOf(lost!.id)).toBeUndefined();
	});

	test('after that is refused at once, without a commit; questions are answered', () => {
		const desk = afterFailure();
		const before = desk.commits;
		expect(desk.ask(say('hi'))).toEqual([refused(say('hi'), 'storage', DISK_FULL.message)]);
		const topic = {command: 'topic', room: 'lobby', text: 'news', id: '2'} as const;
		expect(desk.ask(topic)).toEqual([refused(topic, 'storage', DISK_FULL.message)]);
		const forget = {command: 'forget', room: 'lobby', id: '3'} as const;
		expect(replied(desk.ask({command: 'topic', room: 'lobby', id: '4'}))).toEqual({room: 'lobby', topic: ''});
		expect(desk.commits).toBe(before);
		expect(desk.ask(forget).at(-1)).toEqual(refused(forget, 'storage', DISK_FULL.message));
	});

	test('takes up no number, and goes on with the next one when the disk works again', () => {
		const desk = startTogether();
		desk.store.failure = DISK_FULL;
		desk.ask(say('lost'));
		desk.store.failure = undefined;
		desk.timer('storage', TRIAL_INTERVAL);
		expect(published(desk.ask(say('hi')))).toMatchObject([{text: 'hi', sequence: 3}]);
	});

	test('introduces us anew if the first time was lost', () => {
		const desk = startTogether(['lobby']);
		desk.ask({command: 'join', room: 'dev'});
		desk.handle(subscribed(BOB, ['dev']));
		desk.store.failure = DISK_FULL;
		desk.say('lost', 'dev');
		desk.store.failure = undefined;
		desk.timer('storage', TRIAL_INTERVAL);
		expect(published(desk.say('hi', 'dev')).map(({kind}) => kind)).toEqual(['join', 'message']);
	});
});

describe('what others say, while the disk takes nothing', () => {
	test('is shown and handed on, and gets no receipt', () => {
		const desk = afterFailure();
		const event = written(catIdentity);
		const outputs = desk.handle(publishing(CAT, event), 10);
		expect(outputs).toEqual([
			shown({messageId: event.messageId, from: CAT, name: 'cat', via: CAT}),
			handedOn([BOB], event),
		]);
		expect(desk.timer('receipts', 10 + RECEIPT_DELAY)).toEqual([]);
	});

	test('is shown and checked once, however often it comes', () => {
		const desk = afterFailure();
		const event = written(catIdentity);
		desk.handle(publishing(CAT, event), 10);
		desk.timer('storage', TRIAL_INTERVAL);
		const before = desk.verified;
		expect(desk.handle(publishing(BOB, event), 6_000)).toEqual([count('duplicate')]);
		expect(desk.verified).toBe(before);
	});

	test('is no news when it comes by another way, once the disk works again', () => {
		const desk = afterFailure();
		const {event: bytes, signature, messageId: id} = written(catIdentity);
		desk.handle(publishing(CAT, {event: bytes, signature}), 10);
		desk.timer('storage', TRIAL_INTERVAL);
		desk.store.failure = undefined;
		desk.timer('storage', 2 * TRIAL_INTERVAL);
		expect(desk.archive.has('lobby', id)).toBe(false);
		const kept = desk.archive.accept({id, event: decodeEvent(bytes), bytes, signature}, 0)!;
		expect(desk.chronicle.tell(kept)).toMatchObject([{type: 'message-changed', change: 'order', messageId: id}]);
	});

	test('gets its receipt with the trial that works, if it came since the one before', () => {
		const desk = afterFailure();
		const event = written(catIdentity);
		desk.handle(publishing(CAT, event), 10);
		desk.store.failure = undefined;
		expect(desk.timer('storage', TRIAL_INTERVAL)).toContainEqual(receiptsAt(TRIAL_INTERVAL + RECEIPT_DELAY));
		expect(desk.archive.has('lobby', event.messageId)).toBe(true);
	});
});

describe('a disk that fails', () => {
	test('is said once, however often it fails, and once more when it works again', () => {
		const desk = startTogether();
		desk.store.failure = DISK_FULL;
		expect(desk.handle(publishing(BOB, written(bobIdentity)), 0)).toContainEqual(FAILED);
		expect(desk.timer('storage', 5_000)).toEqual([trialAt(10_000)]);
		expect(desk.timer('storage', 10_000)).toEqual([trialAt(15_000)]);
		desk.store.failure = undefined;
		expect(desk.timer('storage', 15_000)).toEqual([{type: 'cancel', timer: 'storage'}, OK]);
		expect(desk.commit(16_000)).toEqual([]);
	});

	test('loses no receipt that others gave us: the spread is stored later', () => {
		const first = startTogether();
		const messageId = idOf(first.ask(say('hi')));
		first.handle(received(BOB, {type: 'receipt', room: 'lobby', messageIds: [messageId]}), 10);
		first.store.failure = DISK_FULL;
		const again = first.timer('spreads', 510).find(output => output.type === 'schedule' && output.timer === 'spreads');
		if (again?.type !== 'schedule') throw new Error('never tried again');
		first.store.failure = undefined;
		first.timer('spreads', again.at);
		expect(first.restarted().receipts.spreadOf(messageId)).toEqual({storedBy: 2, of: 3});
	});
});

test('damaged rows are as good as none: nothing that reads them throws', () => {
	const desk = startTogether();
	const mine = idOf(desk.say('mine'));
	const next = desk.restarted({peers: [BOB]});
	next.handle(subscribed(BOB, ['lobby']));
	const {get, last, page} = next.store;
	const damaged = (stored: StoredEvent) => ({...stored, bytes: Uint8Array.of(0xc1)});
	next.store.get = (...what) => [get.apply(next.store, what) ?? []].flat().map(damaged)[0];
	next.store.last = (...what) => [last.apply(next.store, what) ?? []].flat().map(damaged)[0];
	next.store.page = (...what) => page.apply(next.store, what).map(damaged);
	// Our own numbers, what we joined as, what is reacted to, who spoke when.
	expect(next.receipts.heldBy(BOB, 'lobby', () => true)).toEqual([]);
	const react = {command: 'react', room: 'lobby', messageId: mine, emoji: '👍', id: '1'} as const;
	expect(next.ask(react)).toEqual([refused(react, 'unknown-message', 'that message is not here')]);
	next.view.wallClock = 0;
	expect(inShort(next.ask({command: 'rooms', id: '2'}))).toEqual(['reply']);
	expect(published(next.say('again')).map(({kind}) => kind)).toEqual(['join', 'message']);
});
