import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {EventBatch} from '../../source/core/event-batch.ts';

const INTERVAL = 16;

let delivered: number[][];
let batch: EventBatch;
let count: number;

const add = () => batch.add({type: 'rtt', peer: 'p', milliseconds: ++count});

beforeEach(() => {
	vi.useFakeTimers();
	count = 0;
	delivered = [];
	batch = new EventBatch(events => delivered.push(events.map(numberOf)), INTERVAL);
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
	const echoing = new EventBatch(events => {
		seen.push(events.map(numberOf));
		if (seen.length === 1) echoing.add({type: 'rtt', peer: 'p', milliseconds: 99});
	}, 0);
	echoing.add({type: 'rtt', peer: 'p', milliseconds: 1});
	vi.advanceTimersByTime(5);
	expect(seen).toEqual([[1], [99]]);
});

test('without an interval every turn has its batch', () => {
	const seen: number[][] = [];
	const eager = new EventBatch(events => seen.push(events.map(numberOf)), 0);
	for (let turn = 1; turn <= 3; turn++) {
		eager.add({type: 'rtt', peer: 'p', milliseconds: turn});
		vi.advanceTimersByTime(0);
	}
	expect(seen).toEqual([[1], [2], [3]]);
});
