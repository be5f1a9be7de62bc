/** After a sleep, and when addresses change: ours or those of others. */
import {describe, expect, test} from 'vitest';
import {HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT} from '../../source/behaviours/heartbeat.ts';
import {PROBE_TIMEOUT} from '../../source/behaviours/ping.ts';
import {SIMULTANEOUS_WINDOW} from '../../source/swarm/connection-table.ts';
import {addressOf, BOB, CAT} from '../behaviours/fixtures.ts';
import {meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const pings = (effects: readonly Seen[]) =>
	ofType(effects, 'send').flatMap(({connections, message}) => (message?.type === 'ping' ? connections : []));
const dials = (effects: readonly Seen[]) => ofType(effects, 'dial').map(({address}) => address);
const closes = (effects: readonly Seen[]) =>
	ofType(effects, 'close').map(({connection, reason}) => [connection, reason]);

/** Answers the last ping that went over this connection. */
function answer(rig: Rig, connection: number, effects: readonly Seen[]): Seen[] {
	const nonces = ofType(effects, 'send').flatMap(({connections, message}) =>
		message?.type === 'ping' && connections.includes(connection) ? [message.nonce] : [],
	);
	return rig.message(connection, {type: 'pong', nonce: nonces.at(-1)!});
}

/** Bob was dialled and Cat came by herself, a while ago. */
function start(): Rig {
	const rig = startChat({discovery: true});
	rig.announcement(BOB);
	meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
	meet(rig, 2, CAT, 'cat', {address: addressOf(3, 40_000)});
	rig.now = 60_000;
	return rig;
}

/** Fires every timer of a probe and the dials that follow, in steps; how long until this address is dialled. */
function untilDialled(rig: Rig, address: string, effects: readonly Seen[] = []): number {
	const began = rig.now;
	const timers = new Map<string, number>();
	let last = effects;
	while (rig.now - began <= 10_000) {
		for (const {timer, at} of ofType(last, 'schedule')) timers.set(timer, at);
		for (const {timer} of ofType(last, 'cancel')) timers.delete(timer);
		if (dials(last).includes(address)) return rig.now - began;
		const [next] = [...timers].filter(([timer]) => /demand|^dial/.test(timer)).sort(([, a], [, b]) => a - b);
		if (!next) break;
		timers.delete(next[0]);
		rig.now = Math.max(rig.now, next[1]);
		last = rig.timer(next[0]);
	}
	return Number.POSITIVE_INFINITY;
}

describe('row 59: after ten minutes of sleep', () => {
	const wake = (rig: Rig) => {
		rig.now += 600_000;
		return rig.input({type: 'woke', slept: 600_000});
	};

	test('everyone is asked whether he is there, and told at once that we are', () => {
		const effects = wake(start());
		expect(pings(effects)).toEqual([1, 2]);
		expect(ofType(effects, 'announce').map(({announcement}) => announcement.wantsAnswer)).toEqual([true]);
	});

	test('whoever answers stays, and nobody sees anything', () => {
		const rig = start();
		const effects = wake(rig);
		expect(ofType([...answer(rig, 1, effects), ...answer(rig, 2, effects)], 'cancel')).toContainEqual({
			type: 'cancel',
			timer: `ping/demand ${BOB}`,
		});
		expect(rig.swarm.view.connectedPeers()).toEqual([BOB, CAT]);
	});

	test('whoever does not is let go, and dialled at once where he was: within three seconds in all', () => {
		const rig = start();
		const effects = wake(rig);
		answer(rig, 2, effects);
		// What was under way before we slept is no sign of life.
		rig.message(1, {type: 'heartbeat', sequence: 7});
		expect(untilDialled(rig, addressOf(2), effects)).toBeLessThan(2_500);
		expect(rig.swarm.view.connectedPeers()).toEqual([CAT]);
	});

	test('our sleep is held against nobody', () => {
		const rig = start();
		wake(rig);
		for (let beat = 0; beat * HEARTBEAT_INTERVAL < HEARTBEAT_TIMEOUT - HEARTBEAT_INTERVAL; beat++) {
			expect(closes(rig.timer('heartbeat/beat'))).toEqual([]);
			rig.now += HEARTBEAT_INTERVAL;
		}
	});

	test('what had failed before is tried at once', () => {
		const rig = startChat({peers: [`${addressOf(9)}/p2p/${BOB}`]});
		for (let dial = 1; dial < 8; dial++) {
			rig.input({type: 'dial-failed', dial, code: 'unreachable', message: 'unreachable'});
			rig.now += 60_000;
			rig.timer('dial');
		}
		rig.input({type: 'dial-failed', dial: 8, code: 'unreachable', message: 'unreachable'});
		expect(untilDialled(rig, addressOf(9), wake(rig))).toBeLessThanOrEqual(300);
	});

	test('a dial that began before it is called off and begun anew', () => {
		const rig = startChat({peers: [`${addressOf(9)}/p2p/${BOB}`]});
		const effects = wake(rig);
		expect(ofType(effects, 'cancel-dial')).toEqual([{type: 'cancel-dial', dial: 1}]);
		expect(untilDialled(rig, addressOf(9), effects)).toBeLessThanOrEqual(300);
	});
});

describe('row 59: when our addresses change', () => {
	test('the same is done; not if they are the same in another order', () => {
		const rig = start();
		const effects = rig.input({type: 'listening', addresses: [addressOf(50)]});
		expect([pings(effects), ofType(effects, 'announce').length]).toEqual([[1, 2], 1]);
		expect(untilDialled(rig, addressOf(2), effects)).toBeLessThan(2_500);
		const again = start();
		expect(pings(again.input({type: 'listening', addresses: [addressOf(1)]}))).toEqual([]);
	});
});

describe('row 59: when a peer announces itself', () => {
	test('from elsewhere, the old connection is asked, and if it is dead the new address is dialled', () => {
		const rig = start();
		rig.announcement(BOB, '192.0.2.88');
		rig.now += 150;
		const effects = rig.announcement(BOB, '192.0.2.88');
		expect(pings(effects)).toEqual([1]);
		expect(untilDialled(rig, addressOf(88), effects)).toBeLessThan(PROBE_TIMEOUT + 500);
		// Bob may still have the old connection: the new one takes its place.
		rig.now += SIMULTANEOUS_WINDOW;
		rig.open(9, BOB, {direction: 'outbound', address: addressOf(88), dial: 3});
		expect(rig.swarm.view.isConnected(BOB)).toBe(true);
	});

	test.each([0, 1, 2])('from further addresses beside the one of the connection, it is not even asked (%i)', place => {
		const rig = start();
		const hosts = ['192.0.2.88', '192.0.2.99'];
		hosts.splice(place, 0, '192.0.2.2');
		for (let round = 0; round < 20; round++, rig.now += 4_000) {
			// By broadcast and by multicast.
			const heard = hosts.flatMap(host => [host, host]);
			expect(heard.flatMap(host => pings(rig.announcement(BOB, host)))).toEqual([]);
		}
	});

	test.each([
		['another family', '/ip4/192.0.2.2/tcp/4001', {host: 'fe80::7', family: 6, scope: 'eth0'} as const],
		['this machine', '/ip4/192.0.2.2/tcp/4001', {host: '127.0.0.1', family: 4} as const],
	])('over %s only, it is not asked either', (_, address, place) => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address});
		for (const at of [60_000, 60_150, 60_500]) {
			rig.now = at;
			const announcement = {
				peer: BOB,
				instance: 'cd'.repeat(16),
				port4: 4001,
				port6: 4001,
				wantsAnswer: true,
				leaving: false,
			};
			expect(pings(rig.input({type: 'announcement', announcement, port: 1, ...place}))).toEqual([]);
		}
	});

	test('from elsewhere, with an answer that stands behind much else: it stays', () => {
		const rig = start();
		rig.announcement(BOB, '192.0.2.88');
		rig.now += 150;
		expect(pings(rig.announcement(BOB, '192.0.2.88'))).toEqual([1]);
		rig.now += 1_000;
		rig.message(1, {type: 'heartbeat', sequence: 7});
		rig.now += PROBE_TIMEOUT - 1_000;
		expect(closes(rig.timer(`ping/demand ${BOB}`))).toEqual([]);
	});

	test('as another start of its program, likewise', () => {
		const rig = start();
		const announcement = {
			peer: BOB,
			instance: 'ef'.repeat(16),
			port4: 4001,
			port6: undefined,
			wantsAnswer: true,
			leaving: false,
		};
		const effects = rig.input({type: 'announcement', announcement, host: '192.0.2.2', port: 1, family: 4});
		expect(pings(effects)).toEqual([1]);
		rig.now += PROBE_TIMEOUT;
		expect(closes(rig.timer(`ping/demand ${BOB}`))).toEqual([[1, 'no-answer']]);
	});

	test('row 14: in its name, by somebody else: it is asked once in a while, answers, and stays', () => {
		const rig = start();
		let asked = 0;
		for (let index = 0; index < 1_000; index++, rig.now += 10) {
			// He himself is heard now and then.
			const host = index % 100 === 0 ? '192.0.2.2' : `198.51.100.${index % 5}`;
			const effects = rig.announcement(BOB, host);
			if (pings(effects).length > 0) {
				asked += 1;
				answer(rig, 1, effects);
			}
			expect([closes(effects), dials(effects)]).toEqual([[], []]);
		}
		expect([asked > 0, asked <= 2]).toEqual([true, true]);
		expect(rig.swarm.view.connectedPeers()).toEqual([BOB, CAT]);
	});
});
