import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {MIN_SLEEP, SleepWatch} from '../../source/core/sleep-watch.ts';

let woke: number[];
let clocks: {monotonic: number; wall: number};
let watch: SleepWatch;

beforeEach(() => {
	vi.useFakeTimers();
	woke = [];
	clocks = {monotonic: 5_000, wall: 1_700_000_000_000};
	watch = new SleepWatch(slept => woke.push(slept), {monotonic: () => clocks.monotonic, wall: () => clocks.wall});
});
afterEach(() => {
	watch.close();
	vi.useRealTimers();
});

/** Both clocks go on, and then the timer fires. */
function pass(monotonic: number, wall = monotonic): void {
	clocks = {monotonic: clocks.monotonic + monotonic, wall: clocks.wall + wall};
	vi.advanceTimersByTime(1_000);
}

test('a second after the other is no sleep, nor is a busy moment', () => {
	for (const late of [0, 1, 30, 900, MIN_SLEEP - 1]) pass(1_000 + late);
	expect(woke).toEqual([]);
});

test('row 59: a process that was stopped sees both clocks gone on', () => {
	pass(601_000);
	pass(1_000);
	expect(woke).toEqual([600_000]);
});

test('row 59: a machine that slept sees only the wall clock gone on', () => {
	pass(1_000, 601_000);
	pass(1_000);
	expect(woke).toEqual([600_000]);
});

test('a clock that is set back is no sleep', () => {
	pass(1_000, -3_600_000);
	pass(1_000);
	expect(woke).toEqual([]);
});

test('after the end nothing is looked at', () => {
	watch.close();
	expect(vi.getTimerCount()).toBe(0);
});
