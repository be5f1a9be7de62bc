import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {Commits, MAX_PAUSE} from '../../source/core/commits.ts';
import type {EventStore} from '../../source/history/event-store.ts';

beforeEach(() => {
	vi.useFakeTimers({toFake: ['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'performance']});
});
afterEach(() => void vi.useRealTimers());

/** A disk whose commits take `latency` milliseconds each; when each began is noted. */
function disk(latency: number) {
	const begun: number[] = [];
	const epoch = performance.now();
	const store = {
		commit: () => {
			begun.push(performance.now() - epoch);
			vi.advanceTimersByTime(latency);
			return {ok: true};
		},
	} as unknown as EventStore;
	const commits = new Commits(() => void store.commit());
	commits.measure(store);
	return {begun, commits, store};
}

describe('a commit', () => {
	test('serves everything that wanted one in the same turn, and comes at its end', () => {
		const {begun, commits} = disk(0);
		commits.want();
		commits.want();
		expect(begun).toEqual([]);
		vi.runAllTimers();
		expect(begun).toEqual([0]);
		commits.want();
		vi.runAllTimers();
		expect(begun).toEqual([0, 0]);
	});

	test('takes at most a third of the time on a slow disk, however much is wanted', () => {
		const {begun, commits} = disk(10);
		for (let turn = 0; turn < 300; turn++) {
			commits.want();
			vi.advanceTimersByTime(1);
		}
		const share = (begun.length * 10) / performance.now();
		expect(begun.slice(0, 4)).toEqual([0, 30, 60, 90]);
		expect(share).toBeLessThanOrEqual(0.35);
	});

	test('never waits longer than the greatest pause', () => {
		const {begun, commits} = disk(1_000);
		commits.want();
		vi.runAllTimers();
		commits.want();
		vi.advanceTimersByTime(MAX_PAUSE);
		expect(begun).toEqual([0, 1_000 + MAX_PAUSE]);
	});

	test('that is due can be made now, or called off, and then it does not come again', () => {
		const {begun, commits} = disk(0);
		commits.now();
		commits.want();
		commits.now();
		commits.want();
		commits.cancel();
		vi.runAllTimers();
		expect(begun).toEqual([0]);
	});
});

test('all commits of the store are counted and measured, whoever calls for them', () => {
	const {commits, store} = disk(4);
	expect(commits.stats()).toEqual({commits: 0, commitP50: 0, commitP99: 0});
	commits.want();
	vi.runAllTimers();
	store.commit();
	expect(commits.stats()).toEqual({commits: 2, commitP50: 4, commitP99: 4});
});
