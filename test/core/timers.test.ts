import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {Timers} from '../../source/core/timers.ts';

let fired: string[];
let timers: Timers;

beforeEach(() => {
	vi.useFakeTimers();
	fired = [];
	timers = new Timers(timer => fired.push(timer));
});

afterEach(() => {
	timers.close();
	vi.useRealTimers();
});

const after = (milliseconds: number) => performance.now() + milliseconds;

test('each timer fires once, in the order of their times', () => {
	timers.set('later', after(20));
	timers.set('sooner', after(10));
	vi.advanceTimersByTime(10);
	expect(fired).toEqual(['sooner']);
	vi.advanceTimersByTime(1_000);
	expect(fired).toEqual(['sooner', 'later']);
});

test('a timer of the same name takes the place of the first', () => {
	timers.set('beat', after(10));
	timers.set('beat', after(30));
	vi.advanceTimersByTime(29);
	expect(fired).toEqual([]);
	vi.advanceTimersByTime(1);
	expect(fired).toEqual(['beat']);
	expect(vi.getTimerCount()).toBe(0);
});

test('a time that has passed fires at the next opportunity, not at once', () => {
	timers.set('late', after(-5));
	expect(fired).toEqual([]);
	vi.advanceTimersByTime(1);
	expect(fired).toEqual(['late']);
});

test('a cancelled timer does not fire; cancelling one that is not there does nothing', () => {
	timers.set('a', after(10));
	timers.set('b', after(10));
	timers.cancel('a');
	timers.cancel('nobody');
	vi.advanceTimersByTime(10);
	expect(fired).toEqual(['b']);
});

test('a timer may be set anew while it fires', () => {
	let times = 0;
	const repeating = new Timers(() => {
		if (++times < 3) repeating.set('again', after(10));
	});
	repeating.set('again', after(10));
	vi.advanceTimersByTime(1_000);
	expect(times).toBe(3);
});

test('after close nothing fires and nothing is left', () => {
	timers.set('a', after(10));
	timers.set('b', after(20));
	timers.close();
	expect(vi.getTimerCount()).toBe(0);
	vi.advanceTimersByTime(100);
	expect(fired).toEqual([]);
});

test('a clock that stands still behind the event loop delays the timer: it never fires early', () => {
	// setTimeout may come up to a millisecond early, by the time at which the turn began.
	const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
	timers.set('exact', 1_000.5);
	now.mockReturnValue(1_000.4);
	vi.advanceTimersByTime(1);
	expect(fired).toEqual([]);
	now.mockReturnValue(1_000.5);
	vi.advanceTimersByTime(1);
	expect(fired).toEqual(['exact']);
	now.mockRestore();
});

test('against the real clock no timer fires before its time', async () => {
	vi.useRealTimers();
	const early: number[] = [];
	const due = new Map<string, number>();
	await new Promise<void>(resolve => {
		const real = new Timers(timer => {
			early.push(performance.now() - due.get(timer)!);
			if (early.length === 50) resolve();
		});
		for (let index = 0; index < 50; index++) {
			const at = performance.now() + index * 0.37;
			due.set(`t${index}`, at);
			real.set(`t${index}`, at);
		}
	});
	expect(Math.min(...early)).toBeGreaterThanOrEqual(0);
});
