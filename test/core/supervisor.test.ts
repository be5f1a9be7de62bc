import {describe, expect, test} from 'vitest';
import {
	CHECK_INTERVAL,
	HANG_TIMEOUT,
	MAX_RESTARTS,
	RESTART_DELAY,
	RESTART_WINDOW,
	RestartPolicy,
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
		for (let now = from + CHECK_INTERVAL; now <= until; now += CHECK_INTERVAL) if (watchdog.check(now)) return now;
		return undefined;
	}

	test('bites once there was no sign of life for longer than the timeout', () => {
		expect(watch(new Watchdog(0), 0, 60_000)).toBe(HANG_TIMEOUT + CHECK_INTERVAL);
	});

	test('does not bite while there are signs of life', () => {
		const watchdog = new Watchdog(0);
		for (let now = 0; now < 60_000; now += CHECK_INTERVAL) {
			watchdog.alive(now);
			expect(watchdog.check(now)).toBe(false);
		}
	});

	test('counts from the last sign of life', () => {
		const watchdog = new Watchdog(0);
		expect(watch(watchdog, 0, 3_000)).toBeUndefined();
		watchdog.alive(3_500);
		expect(watch(watchdog, 3_000, 60_000)).toBe(8_000);
	});

	test('does not blame the core for the time in which this thread slept', () => {
		const watchdog = new Watchdog(0);
		expect(watchdog.check(CHECK_INTERVAL)).toBe(false);
		const awake = 10 * 60_000;
		expect(watchdog.check(awake)).toBe(false);
		expect(watch(watchdog, awake, awake + 60_000)).toBe(awake + HANG_TIMEOUT + CHECK_INTERVAL);
	});

	test('several signs of life fit into the timeout', () => {
		expect(HANG_TIMEOUT / ALIVE_INTERVAL).toBeGreaterThanOrEqual(4);
	});
});
