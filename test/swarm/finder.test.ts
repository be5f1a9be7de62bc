/** Every way in which peers are found, at the level of a whole node: what is believed of it, shown, dialled and counted. */
import {describe, expect, test} from 'vitest';
import type {PeerInfo, Results} from '../../source/api/event.ts';
import {CROWD_SPREAD} from '../../source/swarm/dial-planner.ts';
import {DIAL_GRACE} from '../../source/swarm/dialer.ts';
import {MAX_SIGHTINGS, NEWS_IN_ALL, NEWS_PER_SOURCE, SIGHTING_LIFETIME} from '../../source/swarm/sightings.ts';
import {DOCTOR_MARK} from '../../source/wire/announcement.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {addressOf, BOB, CAT, DAN, IDENTITIES} from '../behaviours/fixtures.ts';
import {callers, strangers} from './fixtures.ts';
import {meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const dials = (effects: readonly Seen[]) => ofType(effects, 'dial').map(({address}) => address);
const shown = (effects: readonly Seen[]) =>
	ofType(effects, 'emit').flatMap(({event}) => (event.type === 'peer-discovered' ? [event] : []));

function listed(rig: Rig): readonly PeerInfo[] {
	const [reply] = rig.command({command: 'peers', id: '1'});
	if (reply?.type !== 'emit' || reply.event.type !== 'reply' || !reply.event.ok) throw new Error('no reply');
	return (reply.event.result as Results['peers']).peers;
}

const hostOf = (index: number) => `198.51.${index >> 8}.${index & 255}`;

/** One announcement, with this instance. */
function announce(rig: Rig, peer: string, instance: string, host = '192.0.2.2'): Seen[] {
	const announcement = {peer, instance, port4: 4001, port6: undefined, wantsAnswer: true, leaving: false};
	return rig.input({type: 'announcement', announcement, host, port: 50_000, family: 4});
}

const mdns = (rig: Rig, speaks: 'p2p-tui' | 'libp2p', addresses: readonly string[], peer = BOB, ttl = 120) =>
	rig.input({type: 'mdns', peer, addresses, speaks, ttl});

/** What Cat, who is connected, says of others. */
const told = (rig: Rig, peer: string, ...addresses: string[]) =>
	rig.message(1, {type: 'peers', peers: [{peer, addresses}]});

describe('row 15: a hundred thousand invented peers', () => {
	test.each([
		['from one place', () => '192.0.2.66', NEWS_PER_SOURCE.burst],
		['from everywhere', hostOf, NEWS_IN_ALL.burst],
	])(
		'%s are shown, listed and dialled in bounded numbers, and counted',
		(_, from, most) => {
			const rig = startChat();
			let [seen, begun] = [0, 0];
			for (const [index, peer] of strangers(100_000).entries()) {
				const effects = rig.announcement(peer, from(index));
				seen += shown(effects).length;
				begun += dials(effects).length;
			}
			expect(seen).toBe(most);
			expect(listed(rig).length).toBeLessThanOrEqual(MAX_SIGHTINGS);
			expect(begun).toBeLessThanOrEqual(16);
			const counts = rig.swarm.counters;
			expect(counts.get('announcement-flood') + counts.get('discovery-flood')).toBe(100_000 - most);
			// Second after second.
			rig.now = 1_000;
			seen = 0;
			for (const [index, peer] of strangers(10_000).entries())
				seen += shown(rig.announcement(`more ${peer}`, from(index))).length;
			expect(seen).toBeLessThanOrEqual(NEWS_IN_ALL.perSecond);
		},
		60_000,
	);

	test('from one place do not keep out one that is at another: it is shown and dialled at once', () => {
		const rig = startChat();
		for (const peer of strangers(10_000)) rig.announcement(peer, '192.0.2.66');
		const effects = rig.announcement(BOB);
		expect([shown(effects).length, dials(effects)]).toEqual([1, [addressOf(2)]]);
	});
});

describe('row 16: an address that nobody should dial', () => {
	const USELESS: readonly (readonly [string, string])[] = [
		['/ip4/192.0.2.2/tcp/22', 'hint-port'],
		['/ip4/127.0.0.1/tcp/4001', 'hint-loopback'],
		['/ip6/::1/tcp/4001', 'hint-loopback'],
		['/ip4/224.0.0.1/tcp/4001', 'hint-multicast'],
		['/ip6/ff02::1/tcp/4001', 'hint-multicast'],
		['/ip4/0.0.0.0/tcp/4001', 'hint-unspecified'],
		['/ip6/::/tcp/4001', 'hint-unspecified'],
		['/ip4/255.255.255.255/tcp/4001', 'hint-broadcast'],
		['/ip6/fe80::2/tcp/4001', 'hint-scope'],
	];

	test.each(USELESS)('%s is counted as %s, whoever told of it', (address, counter) => {
		const rig = startChat();
		meet(rig, 1, CAT, 'cat', {address: addressOf(3, 40_000)});
		const effects = [...mdns(rig, 'p2p-tui', [address]), ...told(rig, DAN, address)];
		rig.now = 60_000;
		expect([dials([...effects, ...rig.timer('dial')]), shown(effects)]).toEqual([[], []]);
		expect(rig.swarm.counters.get(counter)).toBe(2);
	});

	test('nor is one that an earlier run knew, or an announcement from such a place', () => {
		const rig = startChat();
		const remembered = USELESS.map(([address]) => ({peer: BOB, addresses: [address]}));
		rig.input({type: 'start', addresses: [addressOf(1)], remembered});
		for (const host of ['224.0.0.1', '0.0.0.0', '255.255.255.255']) rig.announcement(BOB, host);
		rig.announcement(BOB, '192.0.2.2', 22);
		rig.now = 60_000;
		expect(dials(rig.timer('dial'))).toEqual([]);
		expect(rig.swarm.counters.get('hint-port')).toBe(2);
	});

	test('nor is what is no address at all', () => {
		const rig = startChat();
		expect(mdns(rig, 'p2p-tui', ['nonsense', '/dns4/example.org/tcp/4001'])).toEqual([]);
		expect(rig.swarm.counters.get('hint-malformed')).toBe(2);
	});

	test('this machine is dialled if that is where it was heard, or all that there is', () => {
		expect(dials(startChat().announcement(BOB, '127.0.0.1'))).toEqual(['/ip4/127.0.0.1/tcp/4001']);
		const alone = startChat();
		alone.input({type: 'listening', addresses: ['/ip4/127.0.0.1/tcp/4001']});
		expect(dials(mdns(alone, 'p2p-tui', ['/ip4/127.0.0.1/tcp/4002']))).toEqual(['/ip4/127.0.0.1/tcp/4002']);
	});

	test('a person may dial any of them', () => {
		const rig = startChat({peers: ['/ip4/127.0.0.1/tcp/22']});
		expect(dials(rig.command({command: 'dial', address: addressOf(2, 443)}))).toEqual([addressOf(2, 443)]);
	});
});

describe('row 18: announcements played again', () => {
	test.each([
		['one', ['a']],
		['those of two starts of the program in turn', ['a', 'b']],
		['those of many', [...'abcdefghijklmnopqrstuvwxyz']],
	])('%s: few dials, few events, and as many answers as ever', (_, instances) => {
		const rig = startChat({discovery: true});
		let [begun, seen, answered] = [0, 0, 0];
		for (let index = 0; rig.now < 60_000; index++, rig.now += 10) {
			const effects = announce(rig, BOB, instances[index % instances.length]!.repeat(32));
			for (const {dial} of ofType([...effects, ...rig.timer('dial')], 'dial')) {
				begun += 1;
				rig.input({type: 'dial-failed', dial, code: 'refused', message: 'refused'});
			}
			seen += shown(effects).length;
			answered += ofType(effects, 'answer').length;
		}
		expect(begun).toBeLessThanOrEqual(24);
		expect(seen).toBeLessThanOrEqual(12);
		expect(answered).toBeLessThanOrEqual(600);
	});
});

describe('announcements', () => {
	test('row 17: that ask for more answers than are given are counted', () => {
		const rig = startChat({discovery: true});
		for (const at of [0, 1, 2, 100, 101]) {
			rig.now = at;
			announce(rig, BOB, 'ab'.repeat(16));
		}
		rig.announcement(BOB);
		expect(rig.swarm.counters.get('answer-limit')).toBe(3);
	});

	test('of a peer that was silent for long are news again', () => {
		const rig = startChat();
		expect([shown(rig.announcement(BOB)).length, shown(rig.announcement(BOB)).length]).toEqual([1, 0]);
		rig.now = SIGHTING_LIFETIME;
		expect([listed(rig), shown(rig.announcement(BOB)).length]).toEqual([[], 1]);
	});

	test.each([
		['our own', {peer: IDENTITIES[0].peerId}],
		['one of a peer that leaves', {leaving: true}],
		['one without a port for the family that it came over', {port4: undefined, port6: 4001}],
	])('%s is ignored', (_, change) => {
		const rig = startChat();
		const usual = {
			peer: BOB,
			instance: 'cd'.repeat(16),
			port4: 4001,
			port6: undefined,
			wantsAnswer: true,
			leaving: false,
		};
		const announcement = {...usual, ...change};
		expect(rig.input({type: 'announcement', announcement, host: '192.0.2.2', port: 1, family: 4})).toEqual([]);
		expect(listed(rig)).toEqual([]);
	});

	test('of one who listens nowhere is answered, so that it can dial; it is neither listed nor dialled', () => {
		const rig = startChat();
		const ports = {port4: undefined, port6: undefined};
		const announcement = {peer: BOB, instance: 'cd'.repeat(16), ...ports, wantsAnswer: true, leaving: false};
		const seen = rig.input({type: 'announcement', announcement, host: '192.0.2.2', port: 1, family: 4});
		expect(seen).toMatchObject([{type: 'answer', host: '192.0.2.2', port: 1}]);
		expect(listed(rig)).toEqual([]);
	});

	test('of a doctor is answered and dialled, since it wants to know whether that works; people do not hear of it', () => {
		const rig = startChat();
		const seen = announce(rig, BOB, DOCTOR_MARK.padEnd(32, '0'));
		expect(seen).toMatchObject([{type: 'answer'}, {type: 'dial'}]);
		expect([shown(seen), listed(rig)]).toEqual([[], []]);
	});

	test('in a crowd, a node with some connections takes its time, so that chance chooses and not nearness', () => {
		const rig = startChat({limits: {target: 3, max: 6}});
		for (const [index, peer] of callers(2).entries()) meet(rig, index, peer, peer, {address: addressOf(50 + index)});
		const first = strangers(9).flatMap((peer, index) => dials(rig.announcement(`new ${peer}`, hostOf(index))));
		expect(first).toEqual([]);
		rig.now = CROWD_SPREAD + DIAL_GRACE;
		expect(dials(rig.timer('dial'))).toHaveLength(1);
	});

	test('when there are connections enough, one in a crowd still tries whoever appears: so halves grow together', () => {
		let begun = 0;
		for (let round = 0; round < 30; round++) {
			const rig = startChat({limits: {target: 2, max: 10}, seed: round});
			for (const [index, peer] of callers(2).entries()) meet(rig, index, peer, peer, {address: addressOf(50 + index)});
			for (const [index, peer] of strangers(40).entries()) rig.announcement(`new ${peer}`, hostOf(index));
			rig.now = CROWD_SPREAD + DIAL_GRACE;
			begun += dials(rig.timer('dial')).length;
		}
		// Two of n for the n-th that appears: about seven for forty. And not all forty.
		expect(begun / 30).toBeGreaterThan(2);
		expect(begun / 30).toBeLessThan(16);
	});
});

describe('a goodbye', () => {
	const left = (rig: Rig, way: string, peer = BOB) => {
		if (way === 'mdns') return mdns(rig, 'p2p-tui', [addressOf(2)], peer, 0);
		const announcement = {peer, instance: 'cd'.repeat(16), port4: 4001, port6: undefined, wantsAnswer: true};
		const where = {host: '192.0.2.2', port: 50_000, family: 4} as const;
		return rig.input({type: 'announcement', announcement: {...announcement, leaving: true}, ...where});
	};
	const laterDials = (rig: Rig) => {
		const seen: string[] = [];
		for (const end = rig.now + 120_000; rig.now < end; rig.now += 500) seen.push(...dials(rig.timer('dial')));
		return seen;
	};

	test.each(['mdns', 'announcement'])('by %s: whoever has just left is neither listed nor dialled', way => {
		const rig = startChat();
		mdns(rig, 'p2p-tui', [addressOf(2)]);
		meet(rig, 1, BOB, 'bob', {address: addressOf(2, 40_000)});
		rig.message(1, {type: 'goodbye', reason: 'leaving'});
		rig.close(1);
		const effects = left(rig, way);
		expect([dials(effects), shown(effects), listed(rig)]).toMatchObject([[], [], [{id: BOB, state: 'gone'}]]);
		expect(laterDials(rig)).toEqual([]);
	});

	test.each(['mdns', 'announcement'])('by %s: one that nobody knew is not shown, listed or dialled', way => {
		const rig = startChat();
		expect([left(rig, way), listed(rig), laterDials(rig)]).toEqual([[], [], []]);
	});

	test.each(['mdns', 'announcement'])(
		'by %s: who is back is news; row 18: but not for ever when that is played again',
		way => {
			const rig = startChat();
			let seen = 0;
			for (; rig.now < 60_000; rig.now += 100) {
				seen += shown(rig.announcement(BOB)).length;
				left(rig, way);
			}
			expect([seen > 1, seen <= 12]).toEqual([true, true]);
		},
	);
});

describe('multicast DNS', () => {
	test('a peer of our own kind is shown once with its addresses, and dialled', () => {
		const rig = startChat();
		const effects = mdns(rig, 'p2p-tui', [addressOf(2), addressOf(3)]);
		expect(shown(effects)).toEqual([{type: 'peer-discovered', peer: BOB, address: addressOf(2), via: 'mdns'}]);
		expect([dials(effects).length, shown(mdns(rig, 'p2p-tui', [addressOf(2), addressOf(3)]))]).toEqual([1, []]);
		expect(listed(rig)).toMatchObject([{id: BOB, state: 'connecting', via: 'mdns'}]);
	});

	test('one that speaks libp2p only is listed for as long as its record is good, shown once, and never dialled', () => {
		const rig = startChat();
		const event = {type: 'peer-discovered', peer: BOB, address: addressOf(2), via: 'mdns', speaks: 'libp2p'};
		expect([shown(mdns(rig, 'libp2p', [addressOf(2)])), shown(mdns(rig, 'libp2p', [addressOf(2)]))]).toEqual([
			[event],
			[],
		]);
		rig.now = 119_999;
		expect([dials(rig.timer('dial')), listed(rig)]).toMatchObject([
			[],
			[{id: BOB, state: 'discovered', via: 'mdns', speaks: 'libp2p'}],
		]);
		rig.now = 120_000;
		expect(listed(rig)).toEqual([]);
	});

	test('one that speaks both is one of ours, in whichever order that is heard', () => {
		const rig = startChat();
		mdns(rig, 'libp2p', [addressOf(2)]);
		expect(dials(rig.announcement(BOB))).toEqual([addressOf(2)]);
		mdns(rig, 'libp2p', [addressOf(2)]);
		expect(listed(rig)).toMatchObject([{id: BOB, state: 'connecting'}]);
		expect(listed(rig)[0]).not.toHaveProperty('speaks');
	});
});

describe('what a connected peer tells of others', () => {
	const start = () => {
		const rig = startChat();
		meet(rig, 1, CAT, 'cat', {address: addressOf(3, 40_000)});
		return rig;
	};

	test('is shown and dialled like any other hint', () => {
		const rig = start();
		const effects = told(rig, DAN, addressOf(4));
		expect(shown(effects)).toEqual([{type: 'peer-discovered', peer: DAN, address: addressOf(4), via: 'exchange'}]);
		rig.now = CROWD_SPREAD + DIAL_GRACE;
		expect(dials([...effects, ...rig.timer('dial')])).toEqual([addressOf(4)]);
		expect(listed(rig)[1]).toMatchObject({id: DAN, via: 'exchange'});
	});

	test('is nothing if it is about ourselves or about one who is here', () => {
		const rig = start();
		meet(rig, 2, BOB, 'bob');
		expect([told(rig, IDENTITIES[0].peerId, addressOf(1)), told(rig, BOB, addressOf(9))]).toEqual([[], []]);
	});

	test('row 16: a link is the one over which it talks to us: any other that it names is its own, and not dialled', () => {
		const onLink = (link: string) => `/ip6zone/${link}/ip6/fe80::7/tcp/4001`;
		const [far, near] = [addressOf(3, 40_000), onLink('eth0')].map(address => {
			const rig = startChat();
			meet(rig, 1, CAT, 'cat', {address});
			const begun = ['eth0', 'eth1'].flatMap((link, index) => {
				const effects = told(rig, IDENTITIES[3 + index]!.peerId, onLink(link));
				return [...dials(effects), ...shown(effects).map(({address}) => address)];
			});
			return [begun, rig.swarm.counters.get('hint-scope')];
		});
		expect(far).toEqual([[], 2]);
		expect(near).toEqual([[onLink('eth0'), onLink('eth0')], 1]);
	});

	test('is taken in bounded numbers from one teller', () => {
		const rig = start();
		const some = strangers(40).map((_, index) => identityFromSeed(new Uint8Array(32).fill(100 + index)).peerId);
		const seen = some.flatMap((peer, index) => shown(told(rig, peer, addressOf(100 + index))));
		expect([seen.length, rig.swarm.counters.get('exchange-flood')]).toEqual([32, 8]);
	});
});

describe('what an earlier run knew', () => {
	const remembered = [
		{peer: BOB, addresses: [addressOf(2), addressOf(22)]},
		{peer: CAT, addresses: [addressOf(3)]},
	];
	const start = () => {
		const rig = startChat();
		rig.input({type: 'start', addresses: [addressOf(1)], remembered});
		return rig;
	};

	test('is tried a while after the start, not in step, and given up if nobody is there', () => {
		const rig = start();
		const tried: [number, string][] = [];
		for (; rig.now < 600_000; rig.now += 50) {
			for (const {dial, address} of ofType(rig.timer('dial'), 'dial')) {
				tried.push([rig.now, address]);
				rig.input({type: 'dial-failed', dial, code: 'timeout', message: 'timeout'});
			}
		}
		const first = [addressOf(2), addressOf(3)].map(address => tried.find(([, one]) => one === address)?.[0] ?? 0);
		expect(Math.min(...first)).toBeGreaterThanOrEqual(500);
		expect(Math.max(...first)).toBeLessThanOrEqual(3_100);
		expect(first[0]).not.toBe(first[1]);
		expect(tried.length).toBeLessThan(30);
		expect(tried.at(-1)?.[0]).toBeLessThan(200_000);
	});

	test('is listed as such once it is there', () => {
		const rig = start();
		meet(rig, 1, BOB, 'bob');
		expect(listed(rig)).toMatchObject([{id: BOB, state: 'connected', via: 'memory'}]);
	});

	test('and what this run learns is handed out, newest first, a while after it changed and at the end', () => {
		const rig = start();
		expect(rig.timer('remember')).toEqual([]);
		meet(rig, 1, DAN, 'dan', {direction: 'outbound', address: addressOf(4), dial: 99});
		const book = [{peer: DAN, addresses: [addressOf(4)]}, ...remembered];
		expect(rig.timer('remember')).toEqual([{type: 'remember', peers: book}]);
		expect(ofType(rig.input({type: 'stop'}), 'remember')).toEqual([]);
	});

	test('at the end it is handed out if it changed', () => {
		const rig = startChat();
		meet(rig, 1, DAN, 'dan', {direction: 'outbound', address: addressOf(4)});
		expect(ofType(rig.input({type: 'stop'}), 'remember')).toEqual([
			{type: 'remember', peers: [{peer: DAN, addresses: [addressOf(4)]}]},
		]);
	});
});
