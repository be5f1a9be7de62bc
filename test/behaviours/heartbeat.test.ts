import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT, Heartbeat} from '../../source/behaviours/heartbeat.ts';
import {ANN, BOB, CAT, connected, count, disconnected, FakeView, received, send, TIMESTAMP, timer} from './fixtures.ts';

const next = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'beat', at});
const beat = (peers: readonly string[], sequence: number) =>
	send(peers, {type: 'heartbeat', sequence, timestamp: TIMESTAMP});
const gone = (peer: string): BehaviourOutput => ({type: 'disconnect', peer, reason: 'no-heartbeat'});

function start(...peers: string[]): {heartbeat: Heartbeat; view: FakeView} {
	const view = new FakeView(ANN, Object.fromEntries(peers.map(peer => [peer, {}])));
	const heartbeat = new Heartbeat({view});
	heartbeat.handle({type: 'start'}, 0);
	for (const peer of peers) heartbeat.handle(connected(peer), 0);
	return {heartbeat, view};
}

/** Lets beats come exactly in time, up to `until`; returns what they gave. */
function beatUntil(heartbeat: Heartbeat, until: number, from = HEARTBEAT_INTERVAL): [number, BehaviourOutput[]][] {
	const beats: [number, BehaviourOutput[]][] = [];
	for (let now = from; now <= until; now += HEARTBEAT_INTERVAL) beats.push([now, heartbeat.handle(timer('beat'), now)]);
	return beats;
}

describe('heartbeat', () => {
	test('at the start the first beat is two seconds away', () => {
		expect(new Heartbeat({view: new FakeView(ANN)}).handle({type: 'start'}, 500)).toEqual([
			next(500 + HEARTBEAT_INTERVAL),
		]);
	});

	test('a connection by itself gives nothing to do', () => {
		expect(start().heartbeat.handle(connected(BOB), 10)).toEqual([]);
	});

	test('every two seconds each peer is told that we live, with a number that rises by one', () => {
		const {heartbeat} = start(BOB, CAT);
		expect(beatUntil(heartbeat, 4_000)).toEqual([
			[2_000, [beat([BOB, CAT], 1), next(4_000)]],
			[4_000, [beat([BOB, CAT], 2), next(6_000)]],
		]);
	});

	test('without peers the beat goes on and uses up no number', () => {
		const {heartbeat, view} = start();
		expect(heartbeat.handle(timer('beat'), 2_000)).toEqual([next(4_000)]);
		view.connect(BOB);
		heartbeat.handle(connected(BOB), 3_000);
		expect(heartbeat.handle(timer('beat'), 4_000)).toEqual([beat([BOB], 1), next(6_000)]);
	});

	test('a peer that left gets no more beats', () => {
		const {heartbeat} = start(BOB, CAT);
		expect(heartbeat.handle(disconnected(BOB), 100)).toEqual([]);
		expect(heartbeat.handle(timer('beat'), 2_000)).toEqual([beat([CAT], 1), next(4_000)]);
	});
});

describe('a silent peer', () => {
	test('that never said a word is let go at the first beat after seven seconds, and the others are not', () => {
		const {heartbeat, view} = start(BOB, CAT);
		expect(beatUntil(heartbeat, 6_000).map(([, outputs]) => outputs)).toEqual([
			[beat([BOB, CAT], 1), next(4_000)],
			[beat([BOB, CAT], 2), next(6_000)],
			[beat([BOB, CAT], 3), next(8_000)],
		]);
		view.connect(CAT, {lastHeard: 7_900});
		expect(heartbeat.handle(timer('beat'), 8_000)).toEqual([gone(BOB), beat([CAT], 4), next(10_000)]);
	});

	test('is gone at the latest nine seconds after its last frame, and never before seven', () => {
		for (let lastHeard = 10_000; lastHeard < 10_000 + HEARTBEAT_INTERVAL; lastHeard += 100) {
			const view = new FakeView(ANN, {[BOB]: {lastHeard}});
			const watched = new Heartbeat({view});
			watched.handle({type: 'start'}, 8_000);
			watched.handle(connected(BOB), 9_000);
			const goneAt = beatUntil(watched, 30_000, 10_000).find(([, outputs]) => outputs.some(isDisconnect))?.[0];
			expect(goneAt).toBeGreaterThanOrEqual(lastHeard + HEARTBEAT_TIMEOUT);
			expect(goneAt).toBeLessThanOrEqual(lastHeard + 9_000);
		}
	});

	test('what was heard in an earlier connection does not count against a new one', () => {
		const view = new FakeView(ANN, {[BOB]: {lastHeard: 1_000}});
		const heartbeat = new Heartbeat({view});
		heartbeat.handle({type: 'start'}, 58_500);
		heartbeat.handle(connected(BOB), 60_000);
		expect(heartbeat.handle(timer('beat'), 60_500)).toEqual([beat([BOB], 1), next(62_500)]);
	});

	test('a beat that comes late because this machine slept lets nobody go, and the next one in time does', () => {
		const {heartbeat} = start(BOB);
		heartbeat.handle(timer('beat'), 2_000);
		expect(heartbeat.handle(timer('beat'), 600_000)).toEqual([beat([BOB], 2), next(602_000)]);
		expect(heartbeat.handle(timer('beat'), 602_000)).toEqual([gone(BOB), next(604_000)]);
	});

	test('a beat that is late by no more than an interval forgives nothing', () => {
		const {heartbeat} = start(BOB);
		beatUntil(heartbeat, 6_000);
		expect(heartbeat.handle(timer('beat'), 8_000 + HEARTBEAT_INTERVAL)).toEqual([gone(BOB), next(12_000)]);
	});
});

describe('sequence numbers', () => {
	const heard = (heartbeat: Heartbeat, sequence: number, now = 100) =>
		heartbeat.handle(received(BOB, {type: 'heartbeat', sequence}), now);

	test('the first one may be any, and the next one up is no loss', () => {
		const {heartbeat} = start(BOB);
		expect(heard(heartbeat, 41)).toEqual([]);
		expect(heard(heartbeat, 42)).toEqual([]);
	});

	test('missing ones are counted', () => {
		const {heartbeat} = start(BOB);
		heard(heartbeat, 41);
		expect(heard(heartbeat, 44, 5_900)).toEqual([count('heartbeat-lost', 2)]);
		expect(heard(heartbeat, 45, 8_100)).toEqual([]);
	});

	test('no more are missing than there was time for, and none twice: numbers are what a peer claims', () => {
		const {heartbeat} = start(BOB);
		heard(heartbeat, 1);
		expect(heard(heartbeat, Number.MAX_SAFE_INTEGER, 4_100)).toEqual([count('heartbeat-lost', 2)]);
		heartbeat.handle(connected(BOB), 5_000);
		heard(heartbeat, 10, 5_000);
		for (let time = 6_000; time < 60_000; time += 1_000)
			expect(heard(heartbeat, time % 2_000 === 0 ? 1 : 10, time)).toEqual([]);
		expect(heartbeat.stats()).toMatchObject({heartbeats: {lost: 2}});
	});

	test('the same again, or a step back, is no loss', () => {
		const {heartbeat} = start(BOB);
		heard(heartbeat, 41);
		expect(heard(heartbeat, 41)).toEqual([]);
		expect(heard(heartbeat, 3)).toEqual([]);
	});

	test('a new connection begins anew', () => {
		const {heartbeat} = start(BOB);
		heard(heartbeat, 41);
		heartbeat.handle(disconnected(BOB), 200);
		heartbeat.handle(connected(BOB), 300);
		expect(heard(heartbeat, 90)).toEqual([]);
	});
});

describe('what is measured of a peer', () => {
	const beats = (heartbeat: Heartbeat, ...sequences: number[]) => {
		for (const sequence of sequences) beatAt(heartbeat, sequence, 50);
	};
	const beatAt = (heartbeat: Heartbeat, sequence: number, now: number) =>
		heartbeat.handle(received(BOB, {type: 'heartbeat', sequence, timestamp: TIMESTAMP + 1_000}), now);

	test('heartbeats that came and that are missing, since it connected; and in all', () => {
		const {heartbeat} = start(BOB);
		for (const sequence of [7, 8, 11, 12]) beatAt(heartbeat, sequence, HEARTBEAT_INTERVAL * sequence);
		const now = HEARTBEAT_INTERVAL * 13;
		expect(heartbeat.measured(BOB, now, TIMESTAMP)).toMatchObject({heartbeats: {received: 4, lost: 2}});
		heartbeat.handle(disconnected(BOB), now);
		expect(heartbeat.measured(BOB, now, TIMESTAMP)).toEqual({});
		heartbeat.handle(connected(BOB), now);
		beatAt(heartbeat, 40, now);
		expect(heartbeat.measured(BOB, now, TIMESTAMP)).toEqual({heartbeats: {received: 1, lost: 0}});
		expect(heartbeat.stats()).toEqual({heartbeats: {received: 5, lost: 2}});
	});

	test('its clock, as soon as it is said three times and there is a round trip to go by, and anew after a sleep', () => {
		const {heartbeat, view} = start(BOB);
		view.connect(BOB, {rtt: 10});
		beats(heartbeat, 1, 2, 3);
		// It showed a second more than ours when the heartbeat left, about half a round trip ago.
		expect(heartbeat.measured(BOB, 50, TIMESTAMP).clock).toEqual({offset: 1_005, error: 6});
		heartbeat.handle({type: 'woke'}, 60);
		expect(heartbeat.measured(BOB, 60, TIMESTAMP)).toEqual({heartbeats: {received: 3, lost: 0}});
	});

	test('nothing of the clock of an older one, which does not say it', () => {
		const {heartbeat, view} = start(BOB);
		view.connect(BOB, {rtt: 10});
		heartbeat.handle(received(BOB, {type: 'heartbeat', sequence: 1}), 50);
		expect(heartbeat.measured(BOB, 50, TIMESTAMP)).toEqual({heartbeats: {received: 1, lost: 0}});
	});
});

describe('after a sleep', () => {
	test('the silence until then is held against nobody, and what follows is', () => {
		const {heartbeat} = start(BOB);
		beatUntil(heartbeat, 2_000);
		expect(heartbeat.handle({type: 'woke'}, 4_000)).toEqual([]);
		const goneAt = beatUntil(heartbeat, 14_000, 4_000).find(([, outputs]) => outputs.some(isDisconnect))?.[0];
		expect(goneAt).toBe(12_000);
	});
});

describe('goodbye', () => {
	test('a peer that says goodbye is let go at once, with its reason', () => {
		const {heartbeat} = start(BOB);
		expect(heartbeat.handle(received(BOB, {type: 'goodbye', reason: 'leaving'}), 100)).toEqual([
			{type: 'disconnect', peer: BOB, reason: 'goodbye: leaving'},
		]);
	});

	test('when we stop, everyone is told', () => {
		expect(start(BOB, CAT).heartbeat.handle({type: 'stop'}, 100)).toEqual([
			send([BOB, CAT], {type: 'goodbye', reason: 'leaving'}),
		]);
	});

	test('when we stop alone, there is nobody to tell', () => {
		expect(start().heartbeat.handle({type: 'stop'}, 100)).toEqual([]);
	});
});

function isDisconnect({type}: BehaviourOutput): boolean {
	return type === 'disconnect';
}
