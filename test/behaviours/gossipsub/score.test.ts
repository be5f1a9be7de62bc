import {describe, expect, test} from 'vitest';
import {placeOf} from '../../../source/behaviours/gossipsub/colocation.ts';
import {
	COLOCATION_THRESHOLD,
	COLOCATION_WEIGHT,
	FIRST_DELIVERIES_CAP,
	FIRST_DELIVERY_WEIGHT,
	GRAYLIST_THRESHOLD,
	INVALID_WEIGHT,
	MAX_RETAINED_SCORES,
	PENALTY_THRESHOLD,
	PENALTY_WEIGHT,
	RETAIN_SCORE,
	Scores,
	TIME_IN_MESH_CAP,
	TIME_IN_MESH_WEIGHT,
	TOPIC_CAP,
} from '../../../source/behaviours/gossipsub/score.ts';

const HOME = '/ip4/192.168.1.7/tcp/4001';
const HOUR = 3_600_000;

function start(...peers: readonly string[]): Scores {
	const scores = new Scores();
	for (const peer of peers) scores.connect(peer, HOME, 0);
	return scores;
}

describe('a score', () => {
	test('is zero at first, and for a peer that is not connected', () => {
		expect([start('ann').of('ann'), start().of('ann')]).toEqual([0, 0]);
	});

	test('P1: grows with the time in the mesh, up to a cap, and is gone with a prune', () => {
		const scores = start('ann');
		scores.grafted('lobby', 'ann', 0);
		scores.decay(TIME_IN_MESH_CAP / 2);
		expect(scores.of('ann')).toBeCloseTo(TIME_IN_MESH_WEIGHT / 2);
		scores.decay(HOUR);
		expect(scores.of('ann')).toBeCloseTo(TIME_IN_MESH_WEIGHT);
		scores.pruned('lobby', 'ann');
		expect(scores.of('ann')).toBe(0);
	});

	test('P2: grows with every event brought first, up to a cap, and fades', () => {
		const scores = start('ann');
		scores.deliveredFirst('lobby', 'ann');
		expect(scores.of('ann')).toBeCloseTo(FIRST_DELIVERY_WEIGHT);
		for (let event = 0; event < 1_000; event++) scores.deliveredFirst('lobby', 'ann');
		expect(scores.of('ann')).toBeCloseTo(FIRST_DELIVERY_WEIGHT * FIRST_DELIVERIES_CAP);
		scores.decay(10 * 60_000);
		expect(scores.of('ann')).toBeCloseTo((FIRST_DELIVERY_WEIGHT * FIRST_DELIVERIES_CAP) / 2);
		scores.decay(24 * HOUR);
		expect(scores.of('ann')).toBe(0);
	});

	test('good deeds in many rooms count up to a cap; those in a room that we have left do not count', () => {
		const scores = start('ann');
		for (const room of ['a', 'b', 'c', 'd']) {
			for (let event = 0; event < FIRST_DELIVERIES_CAP; event++) scores.deliveredFirst(room, 'ann');
		}
		expect(scores.of('ann')).toBe(TOPIC_CAP);
		for (const room of ['a', 'b', 'c', 'd']) scores.leave(room);
		expect(scores.of('ann')).toBe(0);
	});

	test('P4: falls with the square of the events that were none; three cost a voice, even of one that did much good', () => {
		const scores = start('ann', 'bob');
		scores.invalid('ann');
		expect(scores.of('ann')).toBe(INVALID_WEIGHT);
		for (const room of ['a', 'b', 'c']) {
			for (let event = 0; event < FIRST_DELIVERIES_CAP; event++) scores.deliveredFirst(room, 'bob');
		}
		for (let bad = 0; bad < 4; bad++) scores.invalid('bob');
		expect(scores.of('bob')).toBeLessThan(GRAYLIST_THRESHOLD);
	});

	test('P7: forgives a few faults, then falls with their square, and recovers', () => {
		const scores = start('ann');
		for (let fault = 0; fault < PENALTY_THRESHOLD; fault++) scores.penalise('ann');
		expect(scores.of('ann')).toBeCloseTo(0);
		scores.penalise('ann', 2);
		expect(scores.of('ann')).toBe(4 * PENALTY_WEIGHT);
		scores.decay(HOUR);
		expect(scores.of('ann')).toBeCloseTo(0);
	});

	test('P6: falls with the peers at one public address, for all of them, while they are there', () => {
		const scores = new Scores();
		const many = Array.from({length: COLOCATION_THRESHOLD + 3}, (_, index) => `p${index}`);
		for (const [index, peer] of many.entries()) scores.connect(peer, `/ip4/203.0.113.7/tcp/${5_000 + index}`, 0);
		scores.connect('other', '/ip4/203.0.113.8/tcp/5000', 0);
		expect([scores.of('p0'), scores.of('other')]).toEqual([9 * COLOCATION_WEIGHT, 0]);
		for (const peer of many.slice(-3)) scores.disconnect(peer, 1);
		expect(scores.of('p0')).toBeCloseTo(0);
	});

	test.each([
		['a private address', '/ip4/192.168.1.7'],
		['loopback', '/ip4/127.0.0.1'],
		['a link-local address', '/ip6zone/eth0/ip6/fe80::7'],
		['the address of a provider that shares it', '/ip4/100.64.1.1'],
	])('P6: does not mind how many share %s', (_, host) => {
		const scores = new Scores();
		for (let index = 0; index < 500; index++) scores.connect(`p${index}`, `${host}/tcp/${5_000 + index}`, 0);
		expect(scores.of('p0')).toBe(0);
	});
});

describe('a bad score', () => {
	test('does not go with the connection, fades as if it had stayed, and is forgotten in the end', () => {
		const scores = start('ann');
		scores.invalid('ann');
		scores.disconnect('ann', 0);
		scores.connect('ann', HOME, 60_000);
		expect(scores.of('ann')).toBeLessThan(0.9 * INVALID_WEIGHT);
		scores.disconnect('ann', 60_000);
		scores.connect('ann', HOME, 60_000 + RETAIN_SCORE + 1);
		expect(scores.of('ann')).toBe(0);
	});

	test('a good one does', () => {
		const scores = start('ann');
		scores.deliveredFirst('lobby', 'ann');
		scores.disconnect('ann', 0);
		scores.connect('ann', HOME, 1);
		expect(scores.of('ann')).toBe(0);
	});

	test('is remembered of a bounded number of peers', () => {
		const scores = start();
		for (let index = 0; index <= MAX_RETAINED_SCORES; index++) {
			scores.connect(`p${index}`, HOME, 0);
			scores.invalid(`p${index}`);
			scores.disconnect(`p${index}`, 0);
		}
		scores.connect('p0', HOME, 0);
		scores.connect('p1', HOME, 0);
		expect([scores.of('p0'), scores.of('p1')]).toEqual([0, INVALID_WEIGHT]);
	});
});

test.each<readonly [string, string | undefined]>([
	['/ip4/203.0.113.7/tcp/1', '203.0.113.7'],
	['/ip6/2001:db8:1:2:3:4:5:6/tcp/1', '2001:db8:1:2::/64'],
	['/ip6/2001:db8::7/tcp/1', '2001:db8:0:0::/64'],
	['/ip6/2001:db8:1:2::7/tcp/1', '2001:db8:1:2::/64'],
	['/ip6/2001::/tcp/1', '2001:0:0:0::/64'],
	['/ip6/::ffff:203.0.113.7/tcp/1', '203.0.113.7'],
	...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.1.1', '127.0.0.2', '100.127.0.1'].map(
		host => [`/ip4/${host}/tcp/1`, undefined] as [string, undefined],
	),
	['/ip4/172.32.0.1/tcp/1', '172.32.0.1'],
	['/ip4/100.128.0.1/tcp/1', '100.128.0.1'],
	...['::1', 'fd00::1', 'fc12::1', 'fe80::1'].map(host => [`/ip6/${host}/tcp/1`, undefined] as [string, undefined]),
	['no address', undefined],
])('%s is at %s', (address, place) => {
	expect(placeOf(address)).toBe(place);
});
