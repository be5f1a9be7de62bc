import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {EventBatch} from '../../source/core/event-batch.ts';
import {said} from './said.ts';

const INTERVAL = 16;

let delivered: number[][];
let batch: EventBatch;
let count: number;

const add = () => batch.add({type: 'rtt', peer: 'p', milliseconds: ++count});

beforeEach(() => {
	vi.useFakeTimers();
	count = 0;
	delivered = [];
	batch = new EventBatch(events => delivered.push(events.map(numberOf)), {interval: INTERVAL});
});

afterEach(() => vi.useRealTimers());

function numberOf(event: NodeEvent): number {
	return event.type === 'rtt' ? event.milliseconds : Number.NaN;
}

test('the events of the first turn leave together at its end', () => {
	add();
	add();
	expect(delivered).toEqual([]);
	vi.advanceTimersByTime(0);
	expect(delivered).toEqual([[1, 2]]);
});

test('later ones wait until the interval is over, and leave together in order', () => {
	add();
	vi.advanceTimersByTime(1);
	add();
	vi.advanceTimersByTime(5);
	add();
	vi.advanceTimersByTime(9);
	expect(delivered).toEqual([[1]]);
	vi.advanceTimersByTime(2);
	expect(delivered).toEqual([[1], [2, 3]]);
});

test('a steady stream gives one batch an interval, and loses nothing', () => {
	for (let millisecond = 0; millisecond < 10 * INTERVAL; millisecond++) {
		add();
		vi.advanceTimersByTime(1);
	}
	vi.advanceTimersByTime(INTERVAL);
	expect(delivered.length).toBeGreaterThanOrEqual(10);
	expect(delivered.length).toBeLessThanOrEqual(12);
	expect(delivered.flat()).toEqual(Array.from({length: count}, (_, index) => index + 1));
});

test('after a pause the first one leaves at the end of its turn again', () => {
	add();
	vi.advanceTimersByTime(10 * INTERVAL);
	add();
	vi.advanceTimersByTime(0);
	expect(delivered).toEqual([[1], [2]]);
});

test('flush hands everything over at once, and nothing is left to come', () => {
	add();
	vi.advanceTimersByTime(1);
	add();
	batch.flush();
	expect(delivered).toEqual([[1], [2]]);
	expect(vi.getTimerCount()).toBe(0);
	batch.flush();
	expect(delivered.length).toBe(2);
});

test('an event that is added while others are handed over goes with the next batch', () => {
	const seen: number[][] = [];
	const echoing = new EventBatch(
		events => {
			seen.push(events.map(numberOf));
			if (seen.length === 1) echoing.add({type: 'rtt', peer: 'p', milliseconds: 99});
		},
		{interval: 0},
	);
	echoing.add({type: 'rtt', peer: 'p', milliseconds: 1});
	vi.advanceTimersByTime(5);
	expect(seen).toEqual([[1], [99]]);
});

test('without an interval every turn has its batch', () => {
	const seen: number[][] = [];
	const eager = new EventBatch(events => seen.push(events.map(numberOf)), {interval: 0});
	for (let turn = 1; turn <= 3; turn++) {
		eager.add({type: 'rtt', peer: 'p', milliseconds: turn});
		vi.advanceTimersByTime(0);
	}
	expect(seen).toEqual([[1], [2], [3]]);
});

describe('with one batch in flight at most', () => {
	beforeEach(() => {
		batch = new EventBatch(events => delivered.push(events.map(numberOf)), {interval: INTERVAL, maxInFlight: 1});
	});

	test('the next one waits until the last was taken, however long that is, and then has everything', () => {
		add();
		vi.advanceTimersByTime(0);
		for (let count = 0; count < 100; count++) {
			add();
			vi.advanceTimersByTime(INTERVAL);
		}
		expect(delivered).toEqual([[1]]);
		batch.taken();
		vi.advanceTimersByTime(0);
		expect(delivered[1]).toEqual(Array.from({length: 100}, (_, index) => index + 2));
		expect(vi.getTimerCount()).toBe(0);
	});

	test('one that is taken at once changes nothing: the first leaves at the end of its turn, others after the interval', () => {
		add();
		vi.advanceTimersByTime(0);
		batch.taken();
		add();
		vi.advanceTimersByTime(INTERVAL - 1);
		expect(delivered).toEqual([[1]]);
		vi.advanceTimersByTime(1);
		expect(delivered).toEqual([[1], [2]]);
		batch.taken();
		vi.advanceTimersByTime(INTERVAL);
		add();
		vi.advanceTimersByTime(0);
		expect(delivered).toEqual([[1], [2], [3]]);
	});

	test('what is gathered stays within the limits', () => {
		const limits = {events: 10, text: 1_000};
		const seen: NodeEvent[][] = [];
		const bounded = new EventBatch(events => seen.push([...events]), {interval: 0, maxInFlight: 1, limits});
		for (let number = 0; number < 1_000; number++) {
			bounded.add(said(`${number}`));
			vi.advanceTimersByTime(1);
		}
		bounded.taken();
		vi.advanceTimersByTime(0);
		expect(seen.length).toBe(2);
		expect(seen[1]!.length).toBeLessThanOrEqual(limits.events + 1);
		expect(seen[1]!.at(-1)).toMatchObject({type: 'warning', code: 'events-dropped'});
	});

	test.each([
		['an own message', said('mine', true)],
		['a reply', {type: 'reply', id: 'r', ok: true, result: {}} satisfies NodeEvent],
	])(
		'row 60: %s leaves at the end of its turn, with what came before it: the core may fail in the next',
		(_, event) => {
			add();
			vi.advanceTimersByTime(0);
			add();
			batch.add(event);
			add();
			vi.advanceTimersByTime(0);
			expect(delivered).toEqual([[1], [2, Number.NaN, 3]]);
			expect(vi.getTimerCount()).toBe(0);
			// It counts as in flight as well.
			batch.taken();
			add();
			vi.advanceTimersByTime(10 * INTERVAL);
			expect(delivered.length).toBe(2);
			batch.taken();
			vi.advanceTimersByTime(0);
			expect(delivered[2]).toEqual([4]);
		},
	);
});
