/** The figures of ping against delays and losses that are known, because the test draws them. */
import {describe, expect, test} from 'vitest';
import type {RttFigures} from '../../source/api/metrics.ts';
import {seededRandom} from '../../source/base/random.ts';
import {FIRST_PING_DELAY, PING_INTERVAL, PING_TIMEOUT, Ping} from '../../source/behaviours/ping.ts';
import {ANN, BOB, CAT, connected, disconnected, FakeView, received, timer} from './fixtures.ts';

const PINGS = 4_000;

/** Pings Bob so often; each is answered after so many milliseconds, or not at all. Returns what was drawn. */
function measure(ping: Ping, delayOf: () => number | undefined, peer = BOB): {delays: number[]; lost: number} {
	const delays: number[] = [];
	let lost = 0;
	ping.handle(connected(peer), 0);
	for (let index = 0, now = FIRST_PING_DELAY; index < PINGS; index++, now += PING_INTERVAL) {
		const sent = ping.handle(timer(`next ${peer}`), now).find(output => output.type === 'send');
		if (sent?.type !== 'send' || sent.message.type !== 'ping') throw new Error('no ping');
		const {nonce} = sent.message;
		const delay = delayOf();
		if (delay === undefined) {
			lost += 1;
			ping.handle(timer(`lost ${Buffer.from(nonce).toString('hex')}`), now + PING_TIMEOUT);
		} else {
			delays.push(delay);
			ping.handle(received(peer, {type: 'pong', nonce}), now + delay);
		}
	}
	return {delays, lost};
}

function start(): Ping {
	return new Ping({view: new FakeView(ANN, {[BOB]: {}, [CAT]: {}}), random: seededRandom(1)});
}

/** RFC 3550, section 6.4.1, over round trips. */
function jitterOf(delays: readonly number[]): number {
	let jitter = 0;
	for (const [index, delay] of delays.entries()) {
		if (index > 0) jitter += (Math.abs(delay - delays[index - 1]!) - jitter) / 16;
	}
	return jitter;
}

function quantileOf(delays: readonly number[], part: number): number {
	return [...delays].sort((a, b) => a - b)[Math.ceil(part * delays.length) - 1]!;
}

const ratio = (told: number, truth: number) => Math.abs(told / truth - 1);

const random = seededRandom(11);
const exponential = (mean: number) => -mean * Math.log(1 - random.float());

describe('the round-trip figures of one peer', () => {
	test.each<[string, number, () => number]>([
		['on a cable', 0, () => 0.2 + random.float() * 0.05],
		['on Wi-Fi that loses one in ten', 0.1, () => 2 + exponential(3)],
		[
			'over two ways, of which one is slow, that lose half',
			0.5,
			() => (random.float() < 0.8 ? 10 : 180) + random.float(),
		],
	])('%s', (_, loss, delayOf) => {
		const ping = start();
		const {delays, lost} = measure(ping, () => (random.float() < loss ? undefined : delayOf()));
		const {rtt} = ping.measured(BOB) as {rtt: RttFigures};
		expect(rtt).toMatchObject({count: delays.length, lost});
		expect(Math.abs(lost / PINGS - loss)).toBeLessThan(0.03);
		expect(ratio(rtt.p50, quantileOf(delays, 0.5))).toBeLessThan(0.03);
		expect(ratio(rtt.p99, quantileOf(delays, 0.99))).toBeLessThan(0.03);
		expect(rtt.min).toBeCloseTo(Math.min(...delays), 2);
		expect(rtt.max).toBeCloseTo(Math.max(...delays), 2);
		expect(rtt.last).toBeCloseTo(delays.at(-1)!, 2);
		expect(rtt.jitter).toBeCloseTo(jitterOf(delays), 2);
	});

	test('a way that never changes has no jitter', () => {
		const ping = start();
		measure(ping, () => 7);
		expect(ping.measured(BOB).rtt).toEqual({last: 7, min: 7, max: 7, p50: 7, p99: 7, jitter: 0, count: PINGS, lost: 0});
	});

	test('begin anew when it connects anew; those of all peers go on', () => {
		const ping = start();
		measure(ping, () => 30);
		ping.handle(disconnected(BOB), 1e9);
		expect(ping.measured(BOB)).toEqual({});
		measure(ping, () => 10);
		expect(ping.measured(BOB).rtt).toMatchObject({max: 10, count: PINGS});
		expect(ping.stats().rtt).toMatchObject({min: 10, max: 30, count: 2 * PINGS});
	});

	test('of all peers together: what changes from one to the other is no jitter', () => {
		const ping = start();
		measure(ping, () => 1);
		measure(ping, () => 90, CAT);
		const {rtt} = ping.stats();
		expect(rtt).toMatchObject({min: 1, max: 90, jitter: 0, count: 2 * PINGS, lost: 0});
		expect([ratio(rtt!.p50, 1), ratio(rtt!.p99, 90)].every(part => part < 0.01)).toBe(true);
	});

	test('a peer that has answered nothing yet has none', () => {
		const ping = start();
		expect(ping.measured(BOB)).toEqual({});
		expect(ping.stats()).toEqual({});
	});
});
