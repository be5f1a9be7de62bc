import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {EventQueue, QUEUE_LIMITS} from '../../source/core/event-queue.ts';
import {entry, said} from './said.ts';

const LIMITS = {events: 8, text: 1_000};

const rtt = (peer: string, milliseconds: number): NodeEvent => ({type: 'rtt', peer, milliseconds});
const traffic = (bytes: number): NodeEvent => ({type: 'traffic', bytesInPerSecond: bytes, bytesOutPerSecond: 0});
const left = (room: string): NodeEvent => ({type: 'room-left', room});
const reply = (id: string): NodeEvent => ({type: 'reply', id, ok: true, result: {}});
const numbers = (count: number) => Array.from({length: count}, (_, index) => index);

function queueOf(events: readonly NodeEvent[], limits = LIMITS): EventQueue {
	const queue = new EventQueue(limits);
	for (const event of events) queue.add(event);
	return queue;
}

const textsOf = (events: readonly NodeEvent[]) =>
	events.flatMap(event => (event.type === 'message' ? [event.text] : []));
const warningsOf = (events: readonly NodeEvent[]) => events.filter(({type}) => type === 'warning');

test('up to its limits it keeps everything, in order, figures as well', () => {
	const events = [rtt('a', 1), said('x'), rtt('a', 2), traffic(1), traffic(2), reply('r'), said('y'), left('dev')];
	expect(events.length).toBe(LIMITS.events);
	const queue = queueOf(events);
	expect(queue.take()).toEqual(events);
	expect(queue.isEmpty).toBe(true);
	expect(queue.take()).toEqual([]);
});

test('beyond them, figures that a newer one replaces go first, and nobody is told', () => {
	const events = [rtt('a', 1), traffic(1), said('x'), rtt('b', 1), rtt('a', 2), said('y'), traffic(2), rtt('a', 3)];
	const taken = queueOf([...events, left('dev')]).take();
	expect(taken).toEqual([said('x'), rtt('b', 1), said('y'), traffic(2), rtt('a', 3), left('dev')]);
});

describe('if that is not enough', () => {
	test('the oldest messages of others go, and one warning says how many', () => {
		const taken = queueOf(numbers(9).map(number => said(`${number}`))).take();
		expect(textsOf(taken)).toEqual(['3', '4', '5', '6', '7', '8']);
		expect(taken.at(-1)).toMatchObject({
			type: 'warning',
			code: 'events-dropped',
			message: expect.stringMatching(/^3 messages /),
		});
		expect(warningsOf(taken).length).toBe(1);
	});

	test('it says so once per gap: the next batch has none', () => {
		const queue = queueOf(numbers(1_000).map(number => said(`${number}`)));
		expect(queue.size).toBeLessThanOrEqual(LIMITS.events);
		const taken = queue.take();
		const lost = 1_000 - textsOf(taken).length;
		expect(warningsOf(taken)).toEqual([
			expect.objectContaining({message: expect.stringMatching(new RegExp(`^${lost} messages `))}),
		]);
		queue.add(said('after'));
		expect(queue.take()).toEqual([said('after')]);
	});

	test('replies, own messages and changes of state stay, in order', () => {
		const kept = numbers(50).flatMap(number => [reply(`${number}`), said(`own ${number}`, true), left(`${number}`)]);
		const queue = new EventQueue(LIMITS);
		for (const event of kept) {
			queue.add(event);
			queue.add(said('of others'));
		}
		const taken = queue.take();
		expect(taken.filter(event => event.type !== 'warning' && !(event.type === 'message' && !event.local))).toEqual(
			kept,
		);
		expect(warningsOf(taken).length).toBe(1);
		expect(taken.length).toBeLessThan(kept.length + 50);
	});

	test('long texts count by their length', () => {
		const queue = queueOf(numbers(5).map(number => said(`${number}`.repeat(300))));
		const taken = queue.take();
		expect(textsOf(taken).map(text => text[0])).toEqual(['2', '3', '4']);
		expect(taken.at(-1)).toMatchObject({code: 'events-dropped', message: expect.stringMatching(/^2 messages /)});
	});
});

describe('entries that change', () => {
	const changed = (text: string, reactions: number): NodeEvent => ({
		...{type: 'message-changed', change: 'reaction', ...entry(text)},
		reactions: [{emoji: '👍', from: numbers(reactions).map(String)}],
	});

	test('go with the entry that is left out; those of an entry that was shown before arrive', () => {
		const entries = numbers(9).map(number => said(`${number}`));
		const changes = [changed('shown', 1), changed('0', 1), changed('8', 1)];
		const taken = queueOf([...entries, ...changes], {events: 10, text: 1_000}).take();
		expect(textsOf(taken)).toEqual(['4', '5', '6', '7', '8']);
		expect(taken.slice(5, -1)).toEqual([changed('shown', 1), changed('8', 1)]);
		expect(taken.at(-1)).toMatchObject({message: expect.stringMatching(/^4 messages /)});
	});

	test('count by their text, and only the last one of each is kept', () => {
		const long = 'x'.repeat(600);
		const taken = queueOf([changed(long, 1), changed(long, 2), said('y')]).take();
		expect(taken).toEqual([changed(long, 2), said('y')]);
	});
});

test('what must not be overlooked stays, every one of it', () => {
	const kept = numbers(40).flatMap((number): NodeEvent[] => [
		{type: 'rejoined', room: 'lobby', away: number, peers: [], received: 1, given: 1},
		{type: 'name-conflict', name: 'ann', peer: 'eve', before: 'ann', lastSeen: number},
		{type: 'storage', state: number % 2 === 0 ? 'failed' : 'ok'},
	]);
	expect(queueOf(kept).take()).toEqual(kept);
});

test('a flood costs time in proportion to its length, even on top of what must stay', () => {
	const queue = queueOf(
		numbers(2 * QUEUE_LIMITS.events).map(number => left(`${number}`)),
		QUEUE_LIMITS,
	);
	const started = performance.now();
	for (const number of numbers(200_000)) queue.add(said(`${number}`));
	// Going through the queue for each event would take minutes.
	expect(performance.now() - started).toBeLessThan(5_000);
	expect(queue.size).toBeLessThanOrEqual(3 * QUEUE_LIMITS.events);
});
