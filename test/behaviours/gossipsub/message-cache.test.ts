import {describe, expect, test} from 'vitest';
import {MessageCache} from '../../../source/behaviours/gossipsub/message-cache.ts';
import {
	CACHE_AGE,
	GOSSIP_AGE,
	MAX_CACHED_BYTES,
	MAX_CACHED_EVENTS,
	MAX_HOLDERS,
} from '../../../source/behaviours/gossipsub/parameters.ts';
import {eventOf, idOf, LOBBY} from './router-fixtures.ts';

function cacheOf(count: number, bytes = 10): MessageCache {
	const cache = new MessageCache();
	for (let number = 0; number < count; number++) cache.put(eventOf(number, 'ann', 'ann', bytes), new Set(), number);
	return cache;
}

const idsSince = (cache: MessageCache, room: string, since: number, position?: number) =>
	cache.since(room, since, position).map(({messageId}) => messageId);

describe('the message cache', () => {
	test('knows what came since a time, or since a position, room by room', () => {
		const cache = cacheOf(3);
		const {position} = cache;
		cache.put({...eventOf(3, 'ann', 'ann'), room: 'dev'}, new Set(), 2);
		cache.put(eventOf(4, 'ann', 'ann'), new Set(), 2);
		expect(idsSince(cache, LOBBY, 0)).toEqual([idOf(1), idOf(2), idOf(4)]);
		expect(idsSince(cache, LOBBY, -1, position)).toEqual([idOf(4)]);
		expect(idsSince(cache, 'dev', -1)).toEqual([idOf(3)]);
	});

	test('is bounded in events, in bytes and in time', () => {
		const many = cacheOf(MAX_CACHED_EVENTS + 5);
		expect([many.size, many.get(idOf(4)), many.get(idOf(5))?.at]).toEqual([MAX_CACHED_EVENTS, undefined, 5]);
		const large = cacheOf(600, 16_384);
		expect([large.size, idsSince(large, LOBBY, -1).length]).toEqual(Array(2).fill(MAX_CACHED_BYTES / 16_384));
		large.expire(CACHE_AGE + 598);
		expect(idsSince(large, LOBBY, -1)).toEqual([idOf(599)]);
		large.expire(CACHE_AGE + 599);
		expect(large.size).toBe(0);
	});

	test('knows who has an event while it is young, and of so many', () => {
		const cache = cacheOf(2);
		for (let holder = 0; holder < 2 * MAX_HOLDERS; holder++) cache.holds(`p${holder}`, idOf(1));
		expect(cache.get(idOf(1))?.holders.size).toBe(MAX_HOLDERS);
		cache.expire(GOSSIP_AGE + 1);
		cache.holds('p1', idOf(1));
		expect(cache.get(idOf(1))?.holders.size).toBe(0);
	});

	test('forgets a room and keeps the others', () => {
		const cache = cacheOf(10);
		cache.put({...eventOf(50, 'ann', 'ann'), room: 'dev'}, new Set(), 20);
		cache.forget(LOBBY);
		expect([cache.size, cache.get(idOf(3)), idsSince(cache, 'dev', -1)]).toEqual([1, undefined, [idOf(50)]]);
	});
});
