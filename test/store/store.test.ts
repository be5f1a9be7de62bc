import {expect, test} from 'vitest';
import {FRAME, STATISTICS_FRAME, Store} from '../../source/store/store.ts';
import {VirtualTime} from '../ui/virtual-time.ts';
import {ANN, AROUND, connected, message, roomInfo, roomOf, snapshot, type} from './helpers.ts';

function open() {
	const time = new VirtualTime();
	const store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive([snapshot([roomInfo('lobby', ANN)])]);
	store.receive([connected(ANN, 'ann')]);
	time.advance(1_000);
	let notified = 0;
	store.subscribe(() => {
		notified += 1;
	});
	return {time, store, notified: () => notified};
}

test('however many batches come within a frame, the screen hears of them once', () => {
	const {time, store, notified} = open();
	for (let batch = 0; batch < 100; batch++) store.receive([message('lobby', ANN, String(batch))]);
	// The first one is shown at once: the frame before was long ago.
	expect(notified()).toBe(1);
	time.advance(FRAME - 1);
	expect(notified()).toBe(1);
	time.advance(1);
	expect(notified()).toBe(2);
	expect(roomOf(store.getState(), 'lobby').log.length).toBe(100);
	time.advance(1_000);
	expect(notified()).toBe(2);
});

test('what is typed is shown at once, in the middle of a flood', () => {
	const {store, notified} = open();
	for (let batch = 0; batch < 10; batch++) store.receive([message('lobby', ANN, 'x')]);
	const before = notified();
	store.dispatch(type('k'), AROUND);
	expect(notified()).toBe(before + 1);
	expect(roomOf(store.getState(), 'lobby').composer.text).toBe('k');
});

test('figures alone are shown four times a second', () => {
	const {time, store, notified} = open();
	store.receive([{type: 'rtt', peer: ANN, milliseconds: 1}]);
	expect(notified()).toBe(1);
	for (let count = 0; count < 100; count++) {
		store.receive([{type: 'rtt', peer: ANN, milliseconds: 1}]);
		time.advance(10);
	}
	expect(notified()).toBe(1 + 1_000 / STATISTICS_FRAME);
});

test('a message does not wait for the figures', () => {
	const {time, store, notified} = open();
	store.receive([{type: 'rtt', peer: ANN, milliseconds: 1}]);
	store.receive([{type: 'rtt', peer: ANN, milliseconds: 1}]);
	store.receive([message('lobby', ANN, 'x')]);
	time.advance(FRAME);
	expect(notified()).toBe(2);
	time.advance(1_000);
	expect(notified()).toBe(2);
});

test('what changes nothing is not said', () => {
	const {time, store, notified} = open();
	store.receive([message('elsewhere', ANN, 'x')]);
	store.receive([{type: 'rtt', peer: 'nobody', milliseconds: 1}]);
	store.tick();
	store.dispatch({type: 'scroll-to-end'}, AROUND);
	time.advance(1_000);
	expect(notified()).toBe(0);
	expect(time.pending).toBe(0);
});

test('after close nothing is called any more', () => {
	const {time, store, notified} = open();
	store.receive([message('lobby', ANN, 'x'), message('lobby', ANN, 'y')]);
	store.receive([message('lobby', ANN, 'z')]);
	store.close();
	time.advance(1_000);
	expect(notified()).toBe(1);
});

test('whoever subscribes twice is called once, until both have left', () => {
	const {store} = open();
	let calls = 0;
	const listener = () => {
		calls += 1;
	};
	const [leave, leaveToo] = [store.subscribe(listener), store.subscribe(listener)];
	store.dispatch(type('a'), AROUND);
	expect(calls).toBe(1);
	leave();
	leave();
	store.dispatch(type('b'), AROUND);
	expect(calls).toBe(2);
	leaveToo();
	store.dispatch(type('c'), AROUND);
	expect(calls).toBe(2);
});
