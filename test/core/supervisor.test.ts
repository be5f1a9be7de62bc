import {describe, expect, test} from 'vitest';
import {
	CHECK_INTERVAL,
	HANG_TIMEOUT,
	MAX_RESTARTS,
	RESTART_DELAY,
	RESTART_WINDOW,
	RestartPolicy,
	START_TIMEOUT,
	Watchdog,
} from '../../source/core/supervisor.ts';
import {ALIVE_INTERVAL} from '../../source/core/thread.ts';

describe('the restart policy', () => {
	test('doubles the delay with each failure, and gives up after the last restart', () => {
		const policy = new RestartPolicy();
		const delays = Array.from({length: MAX_RESTARTS}, (_, index) => policy.failed(index));
		expect(delays).toEqual([1, 2, 4, 8, 16].map(factor => factor * RESTART_DELAY));
		expect(policy.failed(MAX_RESTARTS)).toBeUndefined();
		expect(policy.failed(MAX_RESTARTS + 1)).toBeUndefined();
	});

	test('forgets failures that are older than its window', () => {
		const policy = new RestartPolicy();
		for (let index = 0; index < MAX_RESTARTS; index++) policy.failed(0);
		expect(policy.failed(RESTART_WINDOW - 1)).toBeUndefined();
		expect(policy.failed(RESTART_WINDOW)).toBe(RESTART_DELAY);
	});

	test('a failure now and then never adds up', () => {
		const policy = new RestartPolicy();
		for (let minute = 0; minute < 100; minute++) expect(policy.failed(minute * RESTART_WINDOW)).toBe(RESTART_DELAY);
	});
});

describe('the watchdog', () => {
	/** Checks at every interval until `until`; when it bites, or undefined. */
	function watch(watchdog: Watchdog, from: number, until: number): number | undefined {
		for (let now = from + CHECK_INTERVAL; now <= until; now += CHECK_INTERVAL) {
			if (watchdog.check(now) !== undefined) return now;
		}
		return undefined;
	}

	/** One whose core has lived at 0. */
	function awake(): Watchdog {
		const watchdog = new Watchdog(0);
		watchdog.alive(0);
		return watchdog;
	}

	test('bites once there was no sign of life for longer than the timeout, which it tells', () => {
		const watchdog = awake();
		expect(watch(watchdog, 0, 60_000)).toBe(HANG_TIMEOUT + CHECK_INTERVAL);
		expect(watchdog.check(HANG_TIMEOUT + 2 * CHECK_INTERVAL)).toBe(HANG_TIMEOUT);
	});

	test('has more patience until the first sign', () => {
		expect(watch(new Watchdog(0), 0, 60_000)).toBe(START_TIMEOUT + CHECK_INTERVAL);
		expect(START_TIMEOUT).toBeGreaterThan(2 * HANG_TIMEOUT);
	});

	test('does not bite while there are signs of life', () => {
		const watchdog = new Watchdog(0);
		for (let now = 0; now < 60_000; now += CHECK_INTERVAL) {
			watchdog.alive(now);
			expect(watchdog.check(now)).toBeUndefined();
		}
	});

	test('counts from the last sign of life', () => {
		const watchdog = awake();
		expect(watch(watchdog, 0, 3_000)).toBeUndefined();
		watchdog.alive(3_500);
		expect(watch(watchdog, 3_000, 60_000)).toBe(8_000);
	});

	test('does not blame the core for the time in which this thread slept', () => {
		const watchdog = awake();
		expect(watchdog.check(CHECK_INTERVAL)).toBeUndefined();
		const woken = 10 * 60_000;
		expect(watchdog.check(woken)).toBeUndefined();
		expect(watch(watchdog, woken, woken + 60_000)).toBe(woken + HANG_TIMEOUT + CHECK_INTERVAL);
	});

	test('several signs of life fit into the timeout', () => {
		expect(HANG_TIMEOUT / ALIVE_INTERVAL).toBeGreaterThanOrEqual(4);
	});
});
