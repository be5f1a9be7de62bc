import {describe, expect, test} from 'vitest';
import type {Random} from '../../source/base/random.ts';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {
	FIRST_PING_DELAY,
	MAX_PING_COUNT,
	PING_INTERVAL,
	PING_TIMEOUT,
	Ping,
	PROBE_TIMEOUT,
	STALE,
} from '../../source/behaviours/ping.ts';
import {
	ANN,
	asked,
	BOB,
	CAT,
	connected,
	count,
	disconnected,
	emit,
	FakeView,
	received,
	send,
	timer,
} from './fixtures.ts';

/** Draws 1,1,1,… then 2,2,2,… and so on: the n-th payload is known. */
function countingRandom(): Random {
	let drawn = 0;
	return {
		float: () => {
			throw new Error('a ping needs bytes only');
		},
		bytes: length => new Uint8Array(length).fill(++drawn),
	};
}

const nonce = (number: number) => new Uint8Array(8).fill(number);
const lost = (number: number) => `lost ${Buffer.from(nonce(number)).toString('hex')}`;
const ping = (number: number) => ({type: 'ping', nonce: nonce(number)}) as const;
const pong = (number: number) => ({type: 'pong', nonce: nonce(number)}) as const;

/** What sending the n-th ping looks like. */
const probe = (peer: string, number: number, now: number): BehaviourOutput[] => [
	send([peer], ping(number)),
	{type: 'schedule', timer: lost(number), at: now + PING_TIMEOUT},
];

const measured = (peer: string, number: number, milliseconds: number): BehaviourOutput[] => [
	{type: 'cancel', timer: lost(number)},
	{type: 'learned', peer, facts: {rtt: milliseconds}},
	emit({type: 'rtt', peer, milliseconds}),
];

function start(...peers: string[]): Ping {
	const view = new FakeView(ANN, Object.fromEntries(peers.map(peer => [peer, {}])));
	return new Ping({view, random: countingRandom()});
}

/** A peer has connected a moment ago and is pinged for the first time. */
function meet(behaviour: Ping, peer: string, now: number): void {
	behaviour.handle(connected(peer), now - FIRST_PING_DELAY);
	behaviour.handle(timer(`next ${peer}`), now);
}

/** Bob is connected, and his first ping is answered. */
function startWithBob(): Ping {
	const behaviour = start(BOB);
	meet(behaviour, BOB, 0);
	behaviour.handle(received(BOB, pong(1)), 1);
	return behaviour;
}

describe('ping, all the time', () => {
	test('a new peer is pinged when the greetings are through, with a payload from the given source of chance', () => {
		const behaviour = start(BOB);
		const at = 100 + FIRST_PING_DELAY;
		expect(behaviour.handle(connected(BOB), 100)).toEqual([{type: 'schedule', timer: `next ${BOB}`, at}]);
		expect(behaviour.handle(timer(`next ${BOB}`), at)).toEqual([
			...probe(BOB, 1, at),
			{type: 'schedule', timer: `next ${BOB}`, at: at + PING_INTERVAL},
		]);
	});

	test('and again every second, with another payload', () => {
		const behaviour = startWithBob();
		expect(behaviour.handle(timer(`next ${BOB}`), 1_000)).toEqual([
			...probe(BOB, 2, 1_000),
			{type: 'schedule', timer: `next ${BOB}`, at: 1_000 + PING_INTERVAL},
		]);
	});

	test('a ping is answered with its own payload', () => {
		expect(start(BOB).handle(received(BOB, ping(77)), 5)).toEqual([send([BOB], pong(77))]);
	});

	test('an answer gives the round-trip time, rounded to a microsecond', () => {
		const behaviour = start(BOB);
		meet(behaviour, BOB, 100);
		expect(behaviour.handle(received(BOB, pong(1)), 100.123_456_7)).toEqual(measured(BOB, 1, 0.123));
	});

	test('an answer to no question of ours is counted', () => {
		expect(startWithBob().handle(received(BOB, pong(99)), 10)).toEqual([count('unexpected-pong')]);
	});

	test('a second answer to one question is counted', () => {
		expect(startWithBob().handle(received(BOB, pong(1)), 10)).toEqual([count('unexpected-pong')]);
	});

	test("another peer's answer is counted, and the right one still taken", () => {
		const behaviour = start(BOB, CAT);
		meet(behaviour, BOB, 0);
		expect(behaviour.handle(received(CAT, pong(1)), 1)).toEqual([count('unexpected-pong')]);
		expect(behaviour.handle(received(BOB, pong(1)), 2)).toEqual(measured(BOB, 1, 2));
	});

	test('a ping without an answer is counted as lost, and a late answer as unexpected', () => {
		const behaviour = start(BOB);
		meet(behaviour, BOB, 0);
		expect(behaviour.handle(timer(lost(1)), PING_TIMEOUT)).toEqual([count('ping-lost')]);
		expect(behaviour.handle(received(BOB, pong(1)), PING_TIMEOUT + 1)).toEqual([count('unexpected-pong')]);
		expect(behaviour.handle(timer(lost(1)), PING_TIMEOUT + 2)).toEqual([]);
	});

	test('when a peer goes, its timers go, and those of others stay', () => {
		const behaviour = start(BOB, CAT);
		meet(behaviour, BOB, 0);
		meet(behaviour, CAT, 0);
		expect(behaviour.handle(disconnected(BOB), 10)).toEqual([
			{type: 'cancel', timer: `next ${BOB}`},
			{type: 'cancel', timer: lost(1)},
		]);
		expect(behaviour.handle(received(BOB, pong(1)), 11)).toEqual([count('unexpected-pong')]);
		expect(behaviour.handle(received(CAT, pong(2)), 12)).toEqual(measured(CAT, 2, 12));
	});

	test('it has nothing to do at the start, at the end and when addresses change', () => {
		const behaviour = startWithBob();
		for (const input of [{type: 'start'}, {type: 'stop'}, {type: 'listening', addresses: []}] as const) {
			expect(behaviour.handle(input, 10)).toEqual([]);
		}
	});
});

describe('the ping command', () => {
	test('pings once unless told otherwise, and replies with the round-trip time', () => {
		const behaviour = startWithBob();
		const command = {command: 'ping', peer: BOB, id: '1'} as const;
		expect(behaviour.handle(asked(command), 100)).toEqual(probe(BOB, 2, 100));
		expect(behaviour.handle(received(BOB, pong(2)), 100.25)).toEqual([
			...measured(BOB, 2, 0.25),
			{type: 'reply', command, result: {rtts: [0.25]}},
		]);
	});

	test('pings as often as asked, one after the other, and replies with all times', () => {
		const behaviour = startWithBob();
		const command = {command: 'ping', peer: BOB, count: 3, id: '1'} as const;
		expect(behaviour.handle(asked(command), 100)).toEqual(probe(BOB, 2, 100));
		expect(behaviour.handle(received(BOB, pong(2)), 101)).toEqual([...measured(BOB, 2, 1), ...probe(BOB, 3, 101)]);
		expect(behaviour.handle(received(BOB, pong(3)), 103)).toEqual([...measured(BOB, 3, 2), ...probe(BOB, 4, 103)]);
		expect(behaviour.handle(received(BOB, pong(4)), 106)).toEqual([
			...measured(BOB, 4, 3),
			{type: 'reply', command, result: {rtts: [1, 2, 3]}},
		]);
	});

	test('does not disturb the pings that run all the time', () => {
		const behaviour = startWithBob();
		const command = {command: 'ping', peer: BOB, id: '1'} as const;
		behaviour.handle(asked(command), 999);
		behaviour.handle(timer(`next ${BOB}`), 1_000);
		expect(behaviour.handle(received(BOB, pong(3)), 1_001)).toEqual(measured(BOB, 3, 1));
		expect(behaviour.handle(received(BOB, pong(2)), 1_002)).toEqual([
			...measured(BOB, 2, 3),
			{type: 'reply', command, result: {rtts: [3]}},
		]);
	});

	test.each([0, -1, 1.5, Number.NaN, MAX_PING_COUNT + 1])('refuses a count of %d', bad => {
		const command = {command: 'ping', peer: BOB, count: bad, id: '1'} as const;
		expect(startWithBob().handle(asked(command), 100)).toEqual([
			{
				type: 'refuse',
				command,
				error: {code: 'bad-command', message: 'count must be a whole number from 1 to 1000'},
			},
		]);
	});

	test('takes the largest count', () => {
		const command = {command: 'ping', peer: BOB, count: MAX_PING_COUNT} as const;
		expect(startWithBob().handle(asked(command), 100)).toEqual(probe(BOB, 2, 100));
	});

	test('refuses a peer that is not connected', () => {
		const command = {command: 'ping', peer: CAT, id: '1'} as const;
		expect(startWithBob().handle(asked(command), 100)).toEqual([
			{type: 'refuse', command, error: {code: 'not-connected', message: 'not connected to that peer'}},
		]);
	});

	test('is refused when the peer disconnects in the middle', () => {
		const behaviour = startWithBob();
		const command = {command: 'ping', peer: BOB, count: 2, id: '1'} as const;
		behaviour.handle(asked(command), 100);
		behaviour.handle(received(BOB, pong(2)), 101);
		expect(behaviour.handle(disconnected(BOB), 102)).toEqual([
			{type: 'cancel', timer: `next ${BOB}`},
			{type: 'cancel', timer: lost(3)},
			{type: 'refuse', command, error: {code: 'not-connected', message: 'the peer disconnected'}},
		]);
	});

	test('is refused once, when one of its pings is lost', () => {
		const behaviour = startWithBob();
		const command = {command: 'ping', peer: BOB, count: 2, id: '1'} as const;
		behaviour.handle(asked(command), 100);
		expect(behaviour.handle(timer(lost(2)), 100 + PING_TIMEOUT)).toEqual([
			count('ping-lost'),
			{type: 'refuse', command, error: {code: 'ping-timeout', message: 'no answer within 5 s'}},
		]);
		expect(behaviour.handle(received(BOB, pong(2)), 5_200)).toEqual([count('unexpected-pong')]);
	});
});

describe('when there is doubt whether a peer is there', () => {
	const demand = (peer: string, at: number): BehaviourOutput => ({type: 'schedule', timer: `demand ${peer}`, at});

	test('it is asked, and stays if it answers', () => {
		const behaviour = start(BOB);
		expect(behaviour.handle({type: 'probe', peer: BOB}, 100)).toEqual([
			...probe(BOB, 1, 100),
			demand(BOB, 100 + PROBE_TIMEOUT),
		]);
		// Once is enough.
		expect(behaviour.handle({type: 'probe', peer: BOB}, 200)).toEqual([]);
		expect(behaviour.handle(received(BOB, pong(1)), 300)).toEqual([
			{type: 'cancel', timer: `demand ${BOB}`},
			...measured(BOB, 1, 200),
		]);
	});

	test('it stays if anything comes that was sent since, for on a full line the answer stands behind it', () => {
		const view = new FakeView(ANN, {[BOB]: {lastHeard: 50}});
		const behaviour = new Ping({view, random: countingRandom()});
		behaviour.handle({type: 'probe', peer: BOB}, 100);
		view.connect(BOB, {lastHeard: 100 + STALE + 1});
		expect(behaviour.handle(timer(`demand ${BOB}`), 100 + PROBE_TIMEOUT)).toEqual([]);
		// And it may be asked again.
		expect(behaviour.handle({type: 'probe', peer: BOB}, 5_000)).toContainEqual(demand(BOB, 5_000 + PROBE_TIMEOUT));
	});

	test('it goes if nothing comes but what was under way before', () => {
		const view = new FakeView(ANN, {[BOB]: {lastHeard: 100 + STALE}});
		const behaviour = new Ping({view, random: countingRandom()});
		behaviour.handle({type: 'probe', peer: BOB}, 100);
		expect(behaviour.handle(timer(`demand ${BOB}`), 100 + PROBE_TIMEOUT)).toEqual([
			{type: 'disconnect', peer: BOB, reason: 'no-answer'},
		]);
		expect(behaviour.handle(disconnected(BOB), 1_600)).toContainEqual({type: 'cancel', timer: `demand ${BOB}`});
	});

	test('a deadline that comes late says that we slept: what came meanwhile is read first', () => {
		const behaviour = start(BOB);
		behaviour.handle({type: 'probe', peer: BOB}, 100);
		expect(behaviour.handle(timer(`demand ${BOB}`), 60_000)).toEqual([demand(BOB, 60_250)]);
		expect(behaviour.handle(timer(`demand ${BOB}`), 60_250)).toEqual([
			{type: 'disconnect', peer: BOB, reason: 'no-answer'},
		]);
	});

	test('after a sleep everyone is', () => {
		expect(start(BOB, CAT).handle({type: 'woke'}, 100)).toEqual([
			...probe(BOB, 1, 100),
			demand(BOB, 100 + PROBE_TIMEOUT),
			...probe(CAT, 2, 100),
			demand(CAT, 100 + PROBE_TIMEOUT),
		]);
	});
});
