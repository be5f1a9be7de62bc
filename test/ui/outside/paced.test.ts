import {expect, test} from 'vitest';
import {paced} from '../../../source/ui/outside/paced.ts';
import {VirtualTime} from '../virtual-time.ts';

test('a storm of calls is one at once and then one each time, the last included', () => {
	const time = new VirtualTime();
	let size = 0;
	const drawn: number[] = [];
	const {call, cancel} = paced(() => drawn.push(size), 50, time.now, time.setTimer);
	for (size = 1; size <= 100; size++) {
		call();
		time.advance(1);
	}
	time.advance(1_000);
	expect(drawn).toEqual([1, 50, 100]);
	call();
	expect(drawn.length).toBe(4);
	call();
	cancel();
	time.advance(1_000);
	expect(drawn.length).toBe(4);
});
