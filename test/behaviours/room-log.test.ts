import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, test} from 'vitest';
import type {ChatMessage} from '../../source/api/event.ts';
import {MAX_LOG_MESSAGES, MAX_LOG_TEXT, RoomLog} from '../../source/behaviours/room-log.ts';

const message = (number: number, text = `text ${number}`): ChatMessage => ({
	room: 'lobby',
	messageId: `id ${number}`,
	from: 'ann',
	name: 'ann',
	text,
	timestamp: number,
	seq: number,
	local: false,
});

function logOf(count: number, textOf?: (number: number) => string): RoomLog {
	const log = new RoomLog();
	for (let number = 1; number <= count; number++) log.append(message(number, textOf?.(number)));
	return log;
}

const numbersOf = (messages: readonly ChatMessage[]) => messages.map(({seq}) => seq);

describe('a page of the log', () => {
	test('holds the newest messages, the oldest of them first', () => {
		expect(logOf(5).page(3)).toEqual([message(3), message(4), message(5)]);
	});

	test('ends just before the message that is named', () => {
		expect(logOf(5).page(2, 'id 4')).toEqual([message(2), message(3)]);
	});

	test('is shorter where the log begins', () => {
		expect(logOf(5).page(10, 'id 3')).toEqual([message(1), message(2)]);
		expect(logOf(5).page(10, 'id 1')).toEqual([]);
		expect(logOf(2).page(10)).toEqual([message(1), message(2)]);
		expect(logOf(0).page(10)).toEqual([]);
	});

	test('is empty before a message that is not there', () => {
		expect(logOf(5).page(10, 'id 9')).toEqual([]);
	});

	test('page after page, backwards, gives every message once', () => {
		const log = logOf(95);
		const numbers: number[] = [];
		for (let page = log.page(10); page.length > 0; page = log.page(10, page[0]!.messageId)) {
			numbers.unshift(...numbersOf(page));
		}
		expect(numbers).toEqual(numbersOf(log.page(1_000)));
		expect(numbers).toHaveLength(95);
	});
});

describe('the log is bounded', () => {
	test('in messages: the oldest go first', () => {
		const log = logOf(MAX_LOG_MESSAGES + 3);
		expect(log.length).toBe(MAX_LOG_MESSAGES);
		const all = log.page(MAX_LOG_MESSAGES * 2);
		expect([all.length, all[0]?.seq, all.at(-1)?.seq]).toEqual([MAX_LOG_MESSAGES, 4, MAX_LOG_MESSAGES + 3]);
		expect(log.page(10, 'id 3')).toEqual([]);
		expect(numbersOf(log.page(10, 'id 6'))).toEqual([4, 5]);
	});

	test('in text: long messages push out more than one', () => {
		const half = 'x'.repeat(MAX_LOG_TEXT / 2);
		const log = logOf(2, () => half);
		log.append(message(3, 'short'));
		expect(numbersOf(log.page(10))).toEqual([2, 3]);
		log.append(message(4, 'y'.repeat(MAX_LOG_TEXT - 'short'.length)));
		expect(numbersOf(log.page(10))).toEqual([3, 4]);
	});

	test('but always keeps the newest message', () => {
		const log = logOf(3);
		log.append(message(4, 'x'.repeat(MAX_LOG_TEXT + 1)));
		expect(numbersOf(log.page(10))).toEqual([4]);
	});

	test('stays right however often it is trimmed', () => {
		const log = logOf(3 * MAX_LOG_MESSAGES + 7, () => '');
		expect(log.length).toBe(MAX_LOG_MESSAGES);
		expect(numbersOf(log.page(3))).toEqual([30_005, 30_006, 30_007]);
		expect(numbersOf(log.page(MAX_LOG_MESSAGES)).slice(0, 2)).toEqual([20_008, 20_009]);
	});

	test('lets go of the messages that it no longer shows, so that long ones cannot fill the memory', async () => {
		const text = 'x'.repeat(16 * 1024);
		const shown = MAX_LOG_TEXT / text.length;
		const log = new RoomLog();
		const references: WeakRef<ChatMessage>[] = [];
		for (let number = 1; number <= 20 * shown; number++) {
			const appended = message(number, text);
			references.push(new WeakRef(appended));
			log.append(appended);
		}
		expect(log.length).toBe(shown);
		// A weak reference is held until the turn in which it was made is over.
		await new Promise(setImmediate);
		collectGarbage();
		const held = references.filter(reference => reference.deref() !== undefined).length;
		expect(held).toBeGreaterThanOrEqual(log.length);
		expect(held).toBeLessThanOrEqual(2 * shown + 1);
	});
});

function collectGarbage(): void {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
}
