import {describe, expect, test} from 'vitest';
import {
	ANNOUNCE_BURST,
	ANNOUNCE_INTERVAL,
	ANNOUNCE_JITTER,
	ANNOUNCEMENT_LIFETIME,
	ANSWER_INTERVAL,
	Discovery,
	MAX_ANSWERS_PER_SECOND,
	MAX_DISCOVERED,
} from '../../source/swarm/discovery.ts';
import type {SwarmInput} from '../../source/swarm/io.ts';
import {type Announcement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {ANN, BOB, CAT, INSTANCE} from '../behaviours/fixtures.ts';
import {fixedRandom, strangers} from './fixtures.ts';

type Heard = Extract<SwarmInput, {type: 'announcement'}>;

function start(chance = 0.5): Discovery {
	const discovery = new Discovery({self: ANN, instance: INSTANCE, random: fixedRandom(chance)});
	discovery.listening(4001, 4002);
	return discovery;
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

const ADDRESS = '/ip4/192.0.2.2/tcp/5001';
const answer = {type: 'answer', announcement: ours(), host: '192.0.2.2', port: 50_000};

describe('announcing', () => {
	test('comes in a burst that asks for answers, and then at intervals without', () => {
		const discovery = start();
		const announced: [number, boolean][] = [];
		let now = 1_000;
		for (let index = 0; index < 6; index++) {
			const {effect, nextAt} = discovery.announce(now);
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
		const discovery = start(chance);
		for (const at of ANNOUNCE_BURST) discovery.announce(at);
		expect(discovery.announce(10_000).nextAt - 10_000).toBeCloseTo(ANNOUNCE_INTERVAL * factor, 1);
	});

	test('names the ports that we listen on at that time', () => {
		const discovery = start();
		discovery.listening(undefined, 6_001);
		expect(discovery.announce(0).effect).toEqual({
			type: 'announce',
			announcement: ours({port4: undefined, port6: 6_001, wantsAnswer: true}),
		});
	});

	test('our last announcement says that we leave', () => {
		expect(start().leave()).toEqual({type: 'announce', announcement: ours({leaving: true})});
	});
});

describe('hearing', () => {
	test("gives the peer's address where the datagram came from, by the family that it came over", () => {
		const discovery = start();
		expect(discovery.heard(heard(theirs()), 0)).toEqual({sighting: {peer: BOB, address: ADDRESS, isNew: true}});
		expect(discovery.heard(heard(theirs(), {host: 'fe80::7', family: 6, scope: 'eth0'}), 0)).toEqual({
			sighting: {peer: BOB, address: '/ip6zone/eth0/ip6/fe80::7/tcp/5002', isNew: true},
		});
	});

	test('the same again is nothing new, another address or another start of the program is', () => {
		const discovery = start();
		const isNew = (announcement: Announcement) => discovery.heard(heard(announcement), 0).sighting?.isNew;
		expect([
			isNew(theirs()),
			isNew(theirs()),
			isNew(theirs({port4: 5_003})),
			isNew(theirs({port4: 5_003, instance: 'ef'.repeat(16)})),
			isNew(theirs({port4: 5_003, instance: 'ef'.repeat(16)})),
		]).toEqual([true, false, true, true, false]);
	});

	test.each([
		['our own', ours({wantsAnswer: true})],
		['one of a peer that leaves', theirs({leaving: true, wantsAnswer: true})],
		['one without a port for the family that it came over', theirs({port4: undefined, wantsAnswer: true})],
	])('%s is ignored', (_, announcement) => {
		const discovery = start();
		expect([discovery.heard(heard(announcement), 0), discovery.current(0)]).toEqual([{}, []]);
	});

	test('lists who announced itself lately, the latest last', () => {
		const discovery = start();
		discovery.heard(heard(theirs()), 0);
		discovery.heard(heard(theirs({peer: CAT})), 1_000);
		expect(discovery.current(ANNOUNCEMENT_LIFETIME - 1)).toEqual([
			[BOB, ADDRESS],
			[CAT, ADDRESS],
		]);
		expect(discovery.current(ANNOUNCEMENT_LIFETIME)).toEqual([[CAT, ADDRESS]]);
		discovery.heard(heard(theirs()), ANNOUNCEMENT_LIFETIME);
		expect(discovery.current(ANNOUNCEMENT_LIFETIME)).toEqual([
			[CAT, ADDRESS],
			[BOB, ADDRESS],
		]);
	});

	test('row 15: 100,000 invented peers leave a bounded table', () => {
		const discovery = start();
		for (const peer of strangers(100_000)) discovery.heard(heard(theirs({peer})), 0);
		expect(discovery.current(0)).toHaveLength(MAX_DISCOVERED);
	});
});

describe('answering', () => {
	const newcomer = (peer = BOB) => heard(theirs({peer, wantsAnswer: true}));
	const answersTo = (discovery: Discovery, input: Heard, now: number) => discovery.heard(input, now).answer;

	test('goes to where the datagram came from, and asks for no answer itself', () => {
		expect(start().heard(newcomer(), 0)).toEqual({
			sighting: {peer: BOB, address: ADDRESS, isNew: true},
			answer,
		});
		expect(
			answersTo(start(), heard(theirs({wantsAnswer: true}), {host: 'fe80::7', family: 6, scope: 'eth0'}), 0),
		).toEqual({...answer, host: 'fe80::7', scope: 'eth0'});
	});

	test('is only for those who ask', () => {
		expect(answersTo(start(), heard(theirs()), 0)).toBeUndefined();
	});

	test('row 17: comes once a while for each peer, however often it asks', () => {
		const discovery = start();
		const times: number[] = [];
		for (let now = 0; now < 1_000; now += 10) if (answersTo(discovery, newcomer(), now)) times.push(now);
		expect(times).toEqual(Array.from({length: 1_000 / ANSWER_INTERVAL}, (_, index) => index * ANSWER_INTERVAL));
	});

	test('row 17: comes a bounded number of times a second for all together', () => {
		const discovery = start();
		const count = (now: number, peers: string[]) =>
			peers.filter(peer => answersTo(discovery, newcomer(peer), now) !== undefined).length;
		const crowd = strangers(1_000);
		expect(count(0, crowd)).toBe(MAX_ANSWERS_PER_SECOND);
		expect(count(999, crowd)).toBe(0);
		expect(count(1_000, crowd)).toBe(MAX_ANSWERS_PER_SECOND);
	});

	test('row 17: is never longer than what asked for it', () => {
		const asked = encodeAnnouncement(theirs({wantsAnswer: true, port4: 1, port6: undefined}));
		expect(encodeAnnouncement(answer.announcement).length).toBe(asked.length);
	});
});
