import {describe, expect, test} from 'vitest';
import {MessageCache} from '../../../source/behaviours/gossipsub/message-cache.ts';
import {CACHE_AGE, MAX_CACHED_BYTES, MAX_CACHED_EVENTS} from '../../../source/behaviours/gossipsub/parameters.ts';
import {eventOf, idOf, LOBBY} from './router-fixtures.ts';

function cacheOf(count: number, bytes = 10): MessageCache {
	const cache = new MessageCache();
	for (let number = 0; number < count; number++) cache.put(eventOf(number, 'ann', 'ann', bytes), number);
	return cache;
}

describe('the message cache', () => {
	test('knows what came since a time, or since a position, room by room', () => {
		const cache = cacheOf(3);
		const {position} = cache;
		cache.put({...eventOf(3, 'ann', 'ann'), room: 'dev'}, 2);
		cache.put(eventOf(4, 'ann', 'ann'), 2);
		expect(cache.idsSince(LOBBY, 0)).toEqual([idOf(1), idOf(2), idOf(4)]);
		expect(cache.idsSince(LOBBY, -1, position)).toEqual([idOf(4)]);
		expect(cache.idsSince('dev', -1)).toEqual([idOf(3)]);
	});

	test('is bounded in events, in bytes and in time', () => {
		const many = cacheOf(MAX_CACHED_EVENTS + 5);
		expect([many.size, many.get(idOf(4)), many.get(idOf(5))?.at]).toEqual([MAX_CACHED_EVENTS, undefined, 5]);
		const large = cacheOf(600, 16_384);
		expect([large.size, large.idsSince(LOBBY, -1).length]).toEqual(Array(2).fill(MAX_CACHED_BYTES / 16_384));
		large.expire(CACHE_AGE + 598);
		expect(large.idsSince(LOBBY, -1)).toEqual([idOf(599)]);
		large.expire(CACHE_AGE + 599);
		expect(large.size).toBe(0);
	});

	test('forgets a room and keeps the others', () => {
		const cache = cacheOf(10);
		cache.put({...eventOf(50, 'ann', 'ann'), room: 'dev'}, 20);
		cache.forget(LOBBY);
		expect([cache.size, cache.get(idOf(3)), cache.idsSince('dev', -1)]).toEqual([1, undefined, [idOf(50)]]);
	});
});
