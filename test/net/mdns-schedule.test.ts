import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import {MdnsSchedule} from '../../source/net/mdns-schedule.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

type Deed = {readonly what: string; readonly at: number};

/** A node on a link where every question comes back at once to all, as on a real one. */
function start(
	seed: number,
	others: MdnsSchedule[] = [],
): {schedule: MdnsSchedule; deeds: Deed[]; times(what: string): number[]} {
	const deeds: Deed[] = [];
	const begin = performance.now();
	const note = (what: string) => deeds.push({what, at: Math.round(performance.now() - begin)});
	const schedule: MdnsSchedule = new MdnsSchedule({
		random: seededRandom(seed),
		ask: () => {
			note('ask');
			for (const node of others) {
				node.heardQuestion();
				node.answerSoon();
			}
		},
		answer: ({services}) => note(services ? 'answer services' : 'answer'),
	});
	others.push(schedule);
	schedule.start();
	return {schedule, deeds, times: what => deeds.filter(deed => deed.what === what).map(({at}) => at)};
}

describe('questions', () => {
	it('come soon, then ever more seldom, up to one a minute', () => {
		const {times} = start(1);
		vi.advanceTimersByTime(300_000);
		const [first = 0, ...rest] = times('ask');
		expect(first).toBeGreaterThanOrEqual(20);
		expect(first).toBeLessThanOrEqual(120);
		const gaps = [first, ...rest].slice(1).map((at, index) => at - [first, ...rest][index]!);
		for (const [index, expected] of [1_000, 3_000, 9_000, 27_000, 48_000, 48_000].entries()) {
			expect(gaps[index]).toBeGreaterThanOrEqual(expected);
			expect(gaps[index]).toBeLessThanOrEqual(expected * 1.2);
		}
	});

	it('of many nodes are about as many as those of one: whoever asks, asks for all', () => {
		const link: MdnsSchedule[] = [];
		const nodes = Array.from({length: 50}, (_, index) => start(index, link));
		vi.advanceTimersByTime(60_000);
		const before = nodes.reduce((sum, {times}) => sum + times('ask').length, 0);
		vi.advanceTimersByTime(600_000);
		const all = nodes.reduce((sum, {times}) => sum + times('ask').length, 0) - before;
		expect(all).toBeGreaterThanOrEqual(10);
		expect(all).toBeLessThanOrEqual(13);
	});

	it('are put off by those of others, not by our own that comes back', () => {
		const {schedule, times} = start(1);
		vi.advanceTimersByTime(150);
		const [first = 0] = times('ask');
		// The echo has come before this one, which is another's.
		schedule.heardQuestion();
		vi.advanceTimersByTime(2_800);
		expect(times('ask')).toEqual([first]);
		vi.advanceTimersByTime(1_000);
		expect(times('ask')).toHaveLength(2);
	});
});

describe('answers', () => {
	it('serve all who ask at about the same time, and come to one a second at most', () => {
		const {schedule, times} = start(1);
		for (let index = 0; index < 500; index++) {
			schedule.answerSoon();
			vi.advanceTimersByTime(10);
		}
		expect(times('answer').length).toBeGreaterThanOrEqual(5);
		const gaps = times('answer')
			.slice(1)
			.map((at, index) => at - times('answer')[index]!);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
	});

	it('are put off, never left out', () => {
		const {schedule, times} = start(1);
		vi.advanceTimersByTime(500);
		const before = times('answer');
		schedule.answerSoon();
		schedule.answerSoon({services: true});
		vi.advanceTimersByTime(1_200);
		expect(times('answer')).toEqual(before);
		expect(times('answer services')).toHaveLength(1);
		vi.advanceTimersByTime(1_200);
		expect(times('answer services')).toHaveLength(1);
	});

	it('and questions end with the link', () => {
		const {schedule, deeds} = start(1);
		schedule.answerSoon();
		schedule.stop();
		expect(vi.getTimerCount()).toBe(0);
		expect(deeds).toEqual([]);
	});
});
