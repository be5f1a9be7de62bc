import {expect, test} from 'vitest';
import {Counters} from '../../source/base/counters.ts';
import {Meter} from '../../source/core/meter.ts';

const connection = (bytesOut: number, dropped: Record<string, number> = {}) => ({
	peer: 'bob',
	...{bytesIn: 1, bytesOut, framesIn: 2, framesOut: 3, dropped},
	queuedByPriority: {control: 1, chat: 10, bulk: 100},
});

test('statistics sum up the connections that are there and those that are gone, what these dropped included', () => {
	const meter = new Meter();
	const counters = new Counters();
	counters.add('slow');
	meter.retire(connection(5, {'dropped-chat-slow': 4, 'dropped-bulk-slow': 1}), []);
	meter.retire(connection(6, {'dropped-chat-slow': 3}), []);
	const stats = meter.stats([connection(7), connection(8)], counters);
	meter.close();
	expect(stats).toMatchObject({
		...{bytesIn: 4, bytesOut: 26, framesIn: 8, framesOut: 12, connections: 2},
		queued: {control: 2, chat: 20, bulk: 200},
		counters: {slow: 1, 'dropped-chat-slow': 7, 'dropped-bulk-slow': 1},
	});
});
