import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import {
	type Candidate,
	ConnectionManager,
	ENOUGH_COMPANIONS,
	TRIM_GRACE,
	TRIM_INTERVAL,
} from '../../source/swarm/connection-manager.ts';
import {CROWD_SPREAD} from '../../source/swarm/dial-planner.ts';
import {DIAL_GRACE} from '../../source/swarm/dialer.ts';
import {DEFAULT_LIMITS} from '../../source/swarm/limits.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {MAX_PEER_HINTS} from '../../source/wire/limits.ts';
import {addressOf, BOB, CAT} from '../behaviours/fixtures.ts';
import {callers, strangers} from './fixtures.ts';
import {introduction, meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const LIMITS = {...DEFAULT_LIMITS, target: 4, max: 8};
const HIGH = 7;
const start = (seed = 1) => new ConnectionManager(LIMITS, seededRandom(seed));
const NOW = 10_000_000;

const crowd = (count: number, facts: Partial<Candidate> = {}): Candidate[] =>
	strangers(count).map(peer => ({peer, connectedAt: 0, isWanted: false, isCompanion: true, ...facts}));
const one = (peer: string, facts: Partial<Candidate> = {}): Candidate => ({...crowd(1, facts)[0]!, peer});

describe('how many to look for', () => {
	test.each([
		[0, 0, 0, LIMITS.target],
		[3, 3, 0, 1],
		[3, 0, 0, 1],
		[LIMITS.target, 0, 0, 0],
		[LIMITS.max, LIMITS.max, 0, 0],
		// Hardly anyone is in our rooms: then those who are not do not count, and we look further.
		[LIMITS.target, 2, 2, 2],
		[LIMITS.target, 0, LIMITS.target, HIGH - LIMITS.target],
		[LIMITS.target, ENOUGH_COMPANIONS, 2, 0],
		[HIGH, 0, HIGH, 0],
	])('%i connected, %i in our rooms, %i in others: %i more', (connected, companions, strangers, wanting) => {
		expect(start().wanting({connected, companions, strangers})).toBe(wanting);
	});
});

describe('whom to let go', () => {
	test('nobody while there are no more than wanted, however idle', () => {
		expect(start().surplus(crowd(LIMITS.target, {isCompanion: false}), NOW)).toEqual([]);
	});

	test('beyond the target those that share no room, down to the target', () => {
		const mixed = [...crowd(3), one('idle 1', {isCompanion: false}), one('idle 2', {isCompanion: false})];
		expect(start().surplus(mixed, NOW)).toHaveLength(1);
		expect(start().surplus(mixed, NOW)[0]).toMatch(/^idle/);
	});

	test('those in our rooms only to make room for newcomers', () => {
		expect(start().surplus(crowd(HIGH), NOW)).toEqual([]);
		expect(start().surplus(crowd(HIGH + 1), NOW)).toHaveLength(1);
	});

	test('never a peer given by hand, nor a newcomer that has had no time to tell its rooms', () => {
		const given = crowd(HIGH + 1, {isCompanion: false, isWanted: true});
		const fresh = crowd(HIGH + 1, {isCompanion: false, connectedAt: NOW - TRIM_GRACE + 1});
		expect([start().surplus(given, NOW), start().surplus(fresh, NOW)]).toEqual([[], []]);
	});

	test('a newcomer stays, for it may have nobody else, and so do some of the oldest; one in between goes', () => {
		const crowded = [
			...crowd(LIMITS.target / 2, {connectedAt: NOW - 3_600_000}),
			...strangers(HIGH - LIMITS.target / 2).map(name => one(`later ${name}`, {connectedAt: NOW - 600_000})),
			one('new', {connectedAt: NOW - TRIM_GRACE}),
		];
		const chosen = Array.from({length: 40}, (_, seed) => start(seed).surplus(crowded, NOW));
		expect(new Set(chosen.map(({length}) => length))).toEqual(new Set([1]));
		expect(new Set(chosen.map(([peer]) => peer?.split(' ')[0]))).toEqual(new Set(['later']));
	});

	test('of those that share no room the newest goes', () => {
		const idle = {isCompanion: false, connectedAt: NOW - 3_600_000};
		const crowded = [...crowd(LIMITS.target, idle), one('new', {...idle, connectedAt: NOW - TRIM_GRACE})];
		expect(start().surplus(crowded, NOW)).toEqual(['new']);
	});

	test('of equals by chance, not everywhere the same', () => {
		const chosen = Array.from({length: 40}, (_, seed) => start(seed).surplus(crowd(HIGH + 1), NOW)[0]);
		expect(new Set(chosen).size).toBeGreaterThan(4);
	});
});

/** A node with these limits, full of strangers in the lobby from as many addresses. */
function full(count: number, limits = LIMITS): Rig {
	const rig = startChat({limits});
	for (const [index, peer] of callers(count).entries()) {
		meet(rig, index, peer, `name ${index}`, {address: addressOf(index + 10, 40_000)});
	}
	return rig;
}

describe('a node with too many connections', () => {
	test('trims when they have had their time, says why, and does not dial them again at once', () => {
		const rig = full(LIMITS.max);
		rig.now = TRIM_GRACE - TRIM_INTERVAL;
		expect(ofType(rig.timer('trim'), 'close')).toEqual([]);
		rig.now = TRIM_GRACE;
		const effects = rig.timer('trim');
		const [closed] = ofType(effects, 'close');
		expect(ofType(effects, 'close')).toEqual([{...closed, reason: 'too-many-peers'}]);
		// Nobody's port is known here, so it cannot be told of others.
		expect(ofType(effects, 'send')[0]).toEqual({
			type: 'send',
			connections: [closed!.connection],
			message: {type: 'goodbye', reason: 'too-many-peers'},
		});
		expect(rig.swarm.counters.get('connection-trimmed')).toBe(1);
		const trimmed = callers(LIMITS.max)[closed!.connection]!;
		rig.close(0);
		for (const connection of [1, 2, 3, 4]) if (connection !== closed!.connection) rig.close(connection);
		expect(ofType(rig.announcement(trimmed), 'dial')).toEqual([]);
	});

	test('and one that is told so does not come back at once', () => {
		const rig = startChat();
		rig.announcement(BOB);
		rig.open(1, BOB, {direction: 'outbound', address: addressOf(2), dial: 1});
		rig.message(1, {type: 'goodbye', reason: 'too-many-peers'});
		rig.now = 29_000;
		expect(ofType(rig.announcement(BOB), 'dial')).toEqual([]);
		rig.now = 91_000;
		expect(ofType(rig.announcement(BOB), 'dial')).toHaveLength(1);
	});

	/** Ann was given Bob and Cat, has dialled both (chance had it that Cat was the first), and these have too many. */
	function sentAway(rig: Rig, peers: readonly string[]): void {
		for (const [index, peer] of [BOB, CAT].entries()) {
			rig.open(index, peer, {direction: 'outbound', address: addressOf(2 + index), dial: 2 - index});
		}
		for (const peer of peers) rig.message(peer === BOB ? 0 : 1, {type: 'goodbye', reason: 'too-many-peers'});
	}
	const GIVEN = [`${addressOf(2)}/p2p/${BOB}`, `${addressOf(3)}/p2p/${CAT}`];

	test('and one that was given by hand is asked again before that if there is nobody else, with the usual waits', () => {
		const rig = startChat({peers: GIVEN});
		sentAway(rig, [BOB, CAT]);
		const tried: number[] = [];
		for (rig.now = 100; rig.now < 120_000; rig.now += 100) {
			for (const {dial, expected, address} of ofType(rig.timer('dial'), 'dial')) {
				if (expected === BOB) tried.push(rig.now);
				rig.open(rig.now * 10 + dial, expected!, {direction: 'outbound', address, dial});
				rig.message(rig.now * 10 + dial, {type: 'goodbye', reason: 'too-many-peers'});
			}
		}
		const waits = tried.map((at, index) => at - (tried[index - 1] ?? 0));
		expect(tried.length).toBeGreaterThanOrEqual(5);
		expect(Math.max(...waits)).toBeLessThanOrEqual(39_100);
		expect(Math.min(...waits)).toBeGreaterThan(1_000);
	});

	test('but not if there is somebody', () => {
		const rig = startChat({peers: GIVEN});
		sentAway(rig, [BOB]);
		for (rig.now = 100; rig.now < 30_000; rig.now += 100) expect(ofType(rig.timer('dial'), 'dial')).toEqual([]);
		// Until that one is gone.
		const begun: (string | undefined)[] = [];
		rig.close(1);
		for (const end = rig.now + 5_000; rig.now < end; rig.now += 100) {
			begun.push(...ofType(rig.timer('dial'), 'dial').map(({expected}) => expected));
		}
		expect(begun).toContain(BOB);
	});

	test('nor sooner one that misbehaved', () => {
		const rig = startChat({peers: GIVEN.slice(0, 1)});
		sentAway(rig, [BOB]);
		rig.open(7, BOB);
		rig.frame(7, Uint8Array.of(0xc1));
		for (rig.now = 100; rig.now < 59_000; rig.now += 100) expect(ofType(rig.timer('dial'), 'dial')).toEqual([]);
	});

	test('tells whomever it sends away of others first, of as many as go into a message', () => {
		const rig = startChat({limits: {...LIMITS, target: 16, max: 20}});
		const members = strangers(20).map((_, index) => identityFromSeed(new Uint8Array(32).fill(100 + index)).peerId);
		for (const [index, peer] of members.entries()) {
			meet(rig, index, peer, `name ${index}`, {direction: 'outbound', address: addressOf(index + 10)});
		}
		const said = (effects: readonly Seen[], connection: number) =>
			ofType(effects, 'send').flatMap(({connections, message}) => (connections.includes(connection) ? [message] : []));
		const [others, goodbye, ...rest] = said(rig.open(100, BOB, {address: addressOf(200)}), 100);
		expect([goodbye, rest]).toEqual([{type: 'goodbye', reason: 'too-many-peers'}, []]);
		if (others?.type !== 'peers') throw new Error('no peers');
		expect(new Set(others.peers.map(({peer}) => peer)).size).toBe(MAX_PEER_HINTS);
		expect(others.peers[0]?.addresses).toEqual([addressOf(10 + members.indexOf(others.peers[0]!.peer))]);
		// And whomever it lets go.
		rig.now = TRIM_GRACE;
		const effects = rig.timer('trim');
		const [closed] = ofType(effects, 'close');
		expect(said(effects, closed!.connection).map(message => message?.type)).toEqual(['peers', 'goodbye']);
	});

	test('and one that is sent away takes what it is told', () => {
		const rig = startChat();
		rig.open(1, BOB, {direction: 'outbound', address: addressOf(2)});
		rig.message(1, {type: 'peers', peers: [{peer: CAT, addresses: [addressOf(3)]}]});
		rig.message(1, {type: 'goodbye', reason: 'too-many-peers'});
		rig.now = CROWD_SPREAD;
		expect(ofType(rig.timer('dial'), 'dial').map(({expected}) => expected)).toEqual([]);
		expect(rig.swarm.peers(rig.now, 0)).toContainEqual(expect.objectContaining({id: CAT, state: 'connecting'}));
	});

	test('looks for no more than its target by itself', () => {
		const rig = full(LIMITS.target, {...LIMITS, target: 8, max: 16});
		for (const [index, peer] of strangers(40).entries()) rig.announcement(`new ${peer}`, `192.0.2.${100 + index}`);
		rig.now = CROWD_SPREAD + DIAL_GRACE;
		const dials = ofType(rig.timer('dial'), 'dial');
		expect(dials).toHaveLength(4);
	});

	test('takes who comes up to the bound; beyond it only whom a person wants, and somebody else goes', () => {
		const rig = full(LIMITS.max);
		expect(ofType(rig.open(100, BOB, {address: addressOf(200)}), 'close')).toEqual([
			{type: 'close', connection: 100, reason: 'full'},
		]);
		rig.command({command: 'dial', address: `${addressOf(201)}/p2p/${CAT}`});
		const effects = rig.open(101, CAT, {direction: 'outbound', address: addressOf(201), dial: 1});
		expect(ofType(effects, 'close').map(({reason}) => reason)).toEqual(['too-many-peers']);
		expect(rig.swarm.view.isConnected(CAT)).toBe(true);
	});

	test('of one public subnet no more than its share is let in, of a private one all', () => {
		const limits = {...DEFAULT_LIMITS, perSubnet: 2};
		const [publicNet, privateNet] = ['203.0.113', '192.168.7'].map(net => {
			const rig = startChat({limits});
			for (const [index, peer] of callers(3).entries())
				rig.open(index, peer, {address: `/ip4/${net}.${index}/tcp/40000`});
			return rig.swarm.view.connectedPeers().length;
		});
		expect([publicNet, privateNet]).toEqual([2, 3]);
	});
});

describe('where a peer may be reached by another', () => {
	const listening = [addressOf(77, 4001), '/ip6/2001:db8::77/tcp/4002'];

	function knowing(bob: string, cat: string, direction: 'inbound' | 'outbound' = 'inbound'): readonly string[] {
		const rig = startChat();
		rig.open(1, BOB, {address: bob, direction});
		rig.message(1, introduction('bob', listening));
		rig.open(2, CAT, {address: cat});
		return rig.swarm.view.addressesFor(BOB, CAT);
	}

	test.each([
		['where it came from, with the port that it listens on', addressOf(2, 40_000), addressOf(3), [addressOf(2)]],
		['nothing of this machine to one elsewhere', '/ip4/127.0.0.1/tcp/40000', addressOf(3), []],
		[
			'this machine to one on this machine',
			'/ip4/127.0.0.1/tcp/40000',
			'/ip4/127.0.0.1/tcp/40001',
			['/ip4/127.0.0.1/tcp/4001'],
		],
		['nothing of a private network to one on the internet', '/ip4/192.168.7.2/tcp/40000', addressOf(3), []],
		[
			'a private network to one on another',
			'/ip4/192.168.7.2/tcp/40000',
			'/ip4/10.0.0.3/tcp/40000',
			['/ip4/192.168.7.2/tcp/4001'],
		],
		['nothing that is good on one link only', '/ip6zone/eth0/ip6/fe80::2/tcp/40000', addressOf(3), []],
	])('%s', (_, bob, cat, expected) => {
		expect(knowing(bob, cat)).toEqual(expected);
	});

	test('where we have dialled it, and nothing once one of them is gone', () => {
		expect(knowing(addressOf(2), addressOf(3), 'outbound')).toEqual([addressOf(2)]);
		expect(startChat().swarm.view.addressesFor(BOB, CAT)).toEqual([]);
	});
});
