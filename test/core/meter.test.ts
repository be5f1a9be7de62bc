import {afterEach, expect, test, vi} from 'vitest';
import {Counters} from '../../source/base/counters.ts';
import {Meter} from '../../source/core/meter.ts';

const connection = (bytesOut: number, dropped: Record<string, number> = {}) => ({
	...{peer: 'bob', cipher: undefined as string | undefined},
	...{bytesIn: 1, bytesOut, framesIn: 2, framesOut: 3, dropped},
	queuedByPriority: {control: 1, chat: 10, bulk: 100},
});

afterEach(() => {
	vi.useRealTimers();
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

test('of a peer with several connections the bytes are summed since it connected, and what waits over those that are there', () => {
	const meter = new Meter();
	const [first, second, third] = [connection(5), {...connection(7), cipher: 'AES'}, connection(11)];
	const cat = {...connection(100), peer: 'cat'};
	expect(meter.links([first, second, cat]).get('bob')).toEqual({
		...{transport: 'tcp', cipher: 'AES', bytesIn: 2, bytesOut: 12, framesIn: 4, framesOut: 6},
		queued: {control: 2, chat: 20, bulk: 200},
	});
	meter.retire(first, [second, cat]);
	expect(meter.links([second, cat]).get('bob')).toMatchObject({
		bytesOut: 12,
		queued: {control: 1, chat: 10, bulk: 100},
	});
	// It is gone, and comes again.
	meter.retire(second, [cat]);
	expect([...meter.links([cat]).keys()]).toEqual(['cat']);
	expect(meter.links([third, cat]).get('bob')).toMatchObject({bytesOut: 11});
	expect(meter.total([third, cat])).toMatchObject({bytesOut: 123});
	meter.close();
});

test('rates are means over two intervals, in all and by peer; who comes anew begins with nothing', () => {
	vi.useFakeTimers({toFake: ['performance', 'setInterval', 'clearInterval']});
	const meter = new Meter();
	const bytes = (peer: string, bytesIn: number, bytesOut: number) => ({...connection(bytesOut), peer, bytesIn});
	const after = (...connections: ReturnType<typeof bytes>[]) => {
		vi.advanceTimersByTime(1_000);
		return meter.rates(connections);
	};
	expect(after(bytes('bob', 100, 50))).toEqual({
		...{bytesInPerSecond: 100, bytesOutPerSecond: 50},
		peers: [['bob', 100, 50]],
	});
	after(bytes('bob', 300, 50), bytes('cat', 40, 60));
	expect(after(bytes('bob', 900, 50), bytes('cat', 40, 100))).toEqual({
		...{bytesInPerSecond: 420, bytesOutPerSecond: 50},
		peers: [
			['bob', 400, 0],
			['cat', 20, 50],
		],
	});
	const again = bytes('bob', 10, 20);
	meter.retire(bytes('bob', 900, 50), [bytes('cat', 40, 100)]);
	expect(after(bytes('cat', 40, 100), again).peers).toEqual([
		['cat', 0, 20],
		['bob', 5, 10],
	]);
	meter.close();
});

test('connections for bulk count in every sum and for their peer, and are none of those for talk', () => {
	vi.useFakeTimers({toFake: ['performance', 'setInterval', 'clearInterval']});
	const bulk = [{...connection(1_000), bytesIn: 2_000}];
	const meter = new Meter(() => bulk);
	const talk = connection(5);
	vi.advanceTimersByTime(1_000);
	expect(meter.rates([talk])).toEqual({
		...{bytesInPerSecond: 2_001, bytesOutPerSecond: 1_005},
		peers: [['bob', 2_001, 1_005]],
	});
	expect(meter.links([talk]).get('bob')).toMatchObject({bytesIn: 2_001, bytesOut: 1_005});
	expect(meter.stats([talk], new Counters())).toMatchObject({
		...{bytesOut: 1_005, connections: 1},
		queued: {bulk: 200},
	});
	const [gone] = bulk.splice(0);
	meter.retire(gone!, [talk]);
	expect(meter.total([talk])).toMatchObject({bytesIn: 2_001, bytesOut: 1_005});
	expect(meter.links([talk]).get('bob')).toMatchObject({bytesIn: 2_001});
	meter.close();
});
