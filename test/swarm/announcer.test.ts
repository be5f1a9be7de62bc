import {describe, expect, test} from 'vitest';
import {
	ANNOUNCE_BURST,
	ANNOUNCE_INTERVAL,
	ANNOUNCE_JITTER,
	ANSWERS_IN_ALL,
	ANSWERS_PER_PLACE,
	Announcer,
} from '../../source/swarm/announcer.ts';
import type {SwarmInput} from '../../source/swarm/io.ts';
import {type Announcement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {ANN, BOB, INSTANCE} from '../behaviours/fixtures.ts';
import {fixedRandom, strangers} from './fixtures.ts';

type Heard = Extract<SwarmInput, {type: 'announcement'}>;

function start(chance = 0.5): Announcer {
	const announcer = new Announcer({self: ANN, instance: INSTANCE, random: fixedRandom(chance)});
	announcer.listening(4001, 4002);
	return announcer;
}

const ours = (change: Partial<Announcement> = {}): Announcement => ({
	peer: ANN,
	instance: INSTANCE,
	port4: 4001,
	port6: 4002,
	wantsAnswer: false,
	leaving: false,
	...change,
});

const theirs = (change: Partial<Announcement> = {}): Announcement => ({
	peer: BOB,
	instance: 'cd'.repeat(16),
	port4: 5001,
	port6: 5002,
	wantsAnswer: false,
	leaving: false,
	...change,
});

const heard = (announcement: Announcement, change: Partial<Heard> = {}): Heard => ({
	type: 'announcement',
	announcement,
	host: '192.0.2.2',
	port: 50_000,
	family: 4,
	...change,
});

const answer = {type: 'answer', announcement: ours(), host: '192.0.2.2', port: 50_000};

describe('announcing', () => {
	test('comes in a burst that asks for answers, and then at intervals without', () => {
		const announcer = start();
		const announced: [number, boolean][] = [];
		let now = 1_000;
		for (let index = 0; index < 6; index++) {
			const {effect, nextAt} = announcer.announce(now);
			if (effect.type !== 'announce') throw new Error('no announcement');
			const {wantsAnswer} = effect.announcement;
			expect(effect.announcement).toEqual(ours({wantsAnswer}));
			announced.push([now - 1_000, wantsAnswer]);
			now = nextAt;
		}
		const last = ANNOUNCE_BURST.at(-1)!;
		expect(announced).toEqual([
			...ANNOUNCE_BURST.map(at => [at, true]),
			[last + ANNOUNCE_INTERVAL, false],
			[last + 2 * ANNOUNCE_INTERVAL, false],
		]);
	});

	test.each([
		[0, 1 - ANNOUNCE_JITTER],
		[0.999_999, 1 + ANNOUNCE_JITTER],
	])('the interval varies by chance within its bounds: %d', (chance, factor) => {
		const announcer = start(chance);
		for (const at of ANNOUNCE_BURST) announcer.announce(at);
		expect(announcer.announce(10_000).nextAt - 10_000).toBeCloseTo(ANNOUNCE_INTERVAL * factor, 1);
	});

	test('names the ports that we listen on at that time', () => {
		const announcer = start();
		announcer.listening(undefined, 6_001);
		expect(announcer.announce(0).effect).toEqual({
			type: 'announce',
			announcement: ours({port4: undefined, port6: 6_001, wantsAnswer: true}),
		});
	});

	test('our last announcement says that we leave', () => {
		expect(start().leave()).toEqual({type: 'announce', announcement: ours({leaving: true})});
	});
});

describe('answering', () => {
	const newcomer = (peer = BOB, host = '192.0.2.2') => heard(theirs({peer, wantsAnswer: true}), {host});

	test('goes to where the datagram came from, and asks for no answer itself', () => {
		expect(start().answer(newcomer(), 0)).toEqual(answer);
		const input = heard(theirs({wantsAnswer: true}), {host: 'fe80::7', family: 6, scope: 'eth0'});
		expect(start().answer(input, 0)).toEqual({...answer, host: 'fe80::7', scope: 'eth0'});
	});

	test('is only for those who ask', () => {
		expect(start().answer(heard(theirs()), 0)).toBeUndefined();
	});

	test('row 17: comes once a while for each peer, however often it asks', () => {
		const announcer = start();
		const times: number[] = [];
		for (let now = 0; now < 1_000; now += 10) if (announcer.answer(newcomer(), now)) times.push(now);
		expect(times).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
	});

	test.each([
		['one IP address, which may be a victim that never asked', ANSWERS_PER_PLACE, () => '192.0.2.2'],
		['all together', ANSWERS_IN_ALL, (index: number) => `198.51.${index >> 8}.${index & 255}`],
	])('row 17: comes a bounded number of times a second for %s', (_, {burst, perSecond}, hostOf) => {
		const announcer = start();
		const count = (now: number) =>
			strangers(1_000).filter((peer, index) => announcer.answer(newcomer(peer, hostOf(index)), now)).length;
		expect([count(0), count(999), count(1_000 + 1_000), count(2_001)]).toEqual([burst, perSecond - 1, perSecond, 0]);
	});

	test('row 17: is never longer than what asked for it', () => {
		const asked = encodeAnnouncement(theirs({wantsAnswer: true, port4: 1, port6: undefined}));
		expect(encodeAnnouncement(answer.announcement).length).toBe(asked.length);
	});

	test('a burst begins anew when the network is another one', () => {
		const announcer = start();
		for (const at of ANNOUNCE_BURST) announcer.announce(at);
		announcer.restart();
		expect(announcer.announce(10_000)).toEqual({
			effect: {type: 'announce', announcement: ours({wantsAnswer: true})},
			nextAt: 10_150,
		});
	});
});
