import {expect, it} from 'vitest';
import {RateLimiter} from '../../source/net/rate-limit.ts';

const taken = (limiter: RateLimiter, host: string, count: number, now: number) =>
	Array.from({length: count}, () => limiter.take(host, now)).filter(Boolean).length;

it('lets each source have its burst and then its rate', () => {
	const limiter = new RateLimiter({burst: 5, perSecond: 2}, {burst: 1_000, perSecond: 1_000});
	expect(taken(limiter, '192.0.2.1', 50, 0)).toBe(5);
	expect(taken(limiter, '192.0.2.1', 50, 499)).toBe(0);
	expect(taken(limiter, '192.0.2.1', 50, 1_500)).toBe(3);
	expect(taken(limiter, '192.0.2.1', 50, 3_600_000)).toBe(5);
});

it('lets nobody use up what is there for all, once it is over its own rate', () => {
	const limiter = new RateLimiter({burst: 5, perSecond: 1}, {burst: 8, perSecond: 1});
	expect(taken(limiter, '192.0.2.1', 100_000, 0)).toBe(5);
	expect(taken(limiter, '192.0.2.2', 10, 0)).toBe(3);
	expect(taken(limiter, '192.0.2.3', 10, 0)).toBe(0);
	expect(taken(limiter, '192.0.2.3', 10, 2_000)).toBe(2);
});

it('holds the rate of all however many sources are made up', () => {
	const limiter = new RateLimiter({burst: 5, perSecond: 1}, {burst: 8, perSecond: 1});
	let count = 0;
	for (let index = 0; index < 100_000; index++)
		count += limiter.take(`10.${index >> 16}.${index & 255}.${index >> 8}`, 0) ? 1 : 0;
	expect(count).toBe(8);
});
