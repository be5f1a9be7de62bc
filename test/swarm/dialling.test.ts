/** Dialling at the level of a whole node: commands and their answers, and what is done after a connection is lost. */
import {describe, expect, test} from 'vitest';
import type {ErrorCode, Results} from '../../source/api/event.ts';
import {DISCONNECT_PAUSE} from '../../source/swarm/connections.ts';
import {MAX_PENDING_DIALS, MAX_PENDING_PER_ADDRESS} from '../../source/swarm/dial-slots.ts';
import {HEAD_START} from '../../source/swarm/dialer.ts';
import type {DialFailureCode} from '../../source/swarm/io.ts';
import {ANN, addressOf, BOB, CAT, DAN, IDENTITIES} from '../behaviours/fixtures.ts';
import {callers} from './fixtures.ts';
import {introduction, meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const refused = (code: ErrorCode, message: string) => ({
	type: 'emit',
	event: {type: 'reply', id: '1', ok: false, error: {code, message}},
});
const answered = (result: object) => ({type: 'emit', event: {type: 'reply', id: '1', ok: true, result}});
const dialling = (dial: number, address: string, expected?: string) => ({type: 'dial', dial, address, expected});
const dial = (address: string) => ({command: 'dial', address, id: '1'}) as const;
const dials = (effects: readonly Seen[]) => ofType(effects, 'dial');
const replies = (effects: readonly Seen[]) => ofType(effects, 'emit').filter(({event}) => event.type === 'reply');

/** Every dial within `milliseconds`, with the time at which it began; each is refused at once. */
function dialsWithin(rig: Rig, milliseconds: number): [number, string][] {
	const found: [number, string][] = [];
	const end = rig.now + milliseconds;
	for (; rig.now <= end; rig.now += 100) {
		for (const {dial, address} of dials(rig.timer('dial'))) {
			found.push([rig.now, address]);
			rig.input({type: 'dial-failed', dial, code: 'refused', message: 'refused'});
		}
	}
	return found;
}

describe('the dial command', () => {
	test('dials at once, and answers with the peer that it found', () => {
		const rig = startChat();
		expect(rig.command(dial(addressOf(2)))).toEqual([dialling(1, addressOf(2))]);
		expect(replies(rig.open(1, BOB, {direction: 'outbound', address: addressOf(2), dial: 1}))).toEqual([
			answered({peer: BOB}),
		]);
	});

	test('with a peer id expects that peer', () => {
		expect(startChat().command(dial(`${addressOf(2)}/p2p/${BOB}`))).toEqual([dialling(1, addressOf(2), BOB)]);
	});

	test('to a peer that is connected is answered without a dial', () => {
		const rig = startChat();
		rig.command(dial(addressOf(2)));
		rig.open(1, BOB, {direction: 'outbound', address: addressOf(2), dial: 1});
		expect(rig.command(dial(addressOf(2)))).toEqual([answered({peer: BOB})]);
		expect(rig.command(dial(`${addressOf(7)}/p2p/${BOB}`))).toEqual([answered({peer: BOB})]);
	});

	test.each([
		[
			'nothing like an address',
			'Not a multiaddr: "nothing like an address". An address looks like /ip4/192.168.1.7/tcp/4001, beginning with a slash',
		],
		['/ip4/192.0.2.2', 'No TCP port in "/ip4/192.0.2.2". An address looks like /ip4/192.168.1.7/tcp/4001'],
	])('refuses "%s"', (address, message) => {
		expect(startChat().command(dial(address))).toEqual([refused('bad-address', message)]);
	});

	test('row 12: refuses ourselves, by peer id, and by an address that turned out to be ours', () => {
		const rig = startChat();
		const self = refused('dial-self', 'that is this node itself');
		expect(rig.command(dial(`${addressOf(9)}/p2p/${ANN}`))).toEqual([self]);
		rig.command(dial(addressOf(1)));
		expect(rig.open(1, ANN, {direction: 'outbound', address: addressOf(1), dial: 1})).toEqual([
			self,
			{type: 'close', connection: 1, reason: 'self'},
		]);
		expect(rig.command(dial(addressOf(1)))).toEqual([self]);
	});

	test.each([
		['refused', 'dial-refused'],
		['timeout', 'dial-timeout'],
		['unreachable', 'dial-unreachable'],
		['wrong-peer', 'dial-wrong-peer'],
		['self', 'dial-self'],
		['bad-address', 'bad-address'],
		['failed', 'dial-failed'],
	] as const satisfies readonly (readonly [DialFailureCode, ErrorCode])[])(
		'says why it failed (%s), and does not try again by itself',
		(code, error) => {
			const rig = startChat();
			rig.command(dial(addressOf(2)));
			expect(rig.input({type: 'dial-failed', dial: 1, code, message: 'why'})).toEqual([refused(error, 'why')]);
			expect(dialsWithin(rig, 100_000)).toEqual([]);
		},
	);

	test('without an id is not answered', () => {
		const rig = startChat();
		expect(rig.command({command: 'dial', address: 'nonsense'})).toEqual([]);
		rig.command({command: 'dial', address: addressOf(2)});
		expect(rig.input({type: 'dial-failed', dial: 1, code: 'refused', message: 'why'})).toEqual([]);
	});
});

describe('dialling by itself', () => {
	test('row 3: an address at which another peer answers is given up, and another one tried', () => {
		const rig = startChat();
		expect(dials(rig.announcement(BOB, '192.0.2.2'))).toEqual([dialling(1, addressOf(2), BOB)]);
		rig.announcement(BOB, '192.0.2.66');
		// At once, as the next in the race; and from then on nowhere else.
		const effects = rig.input({type: 'dial-failed', dial: 1, code: 'wrong-peer', message: 'wrong-peer'});
		expect(dials(effects)).toEqual([dialling(2, addressOf(66), BOB)]);
		rig.input({type: 'dial-failed', dial: 2, code: 'refused', message: 'refused'});
		expect(new Set(dialsWithin(rig, 60_000).map(([, address]) => address))).toEqual(new Set([addressOf(66)]));
	});

	test('a newly announced peer is shown and dialled; the same announcement again is not shown', () => {
		const rig = startChat();
		const shown = {type: 'peer-discovered', peer: BOB, address: addressOf(2), via: 'announcement'};
		expect(rig.announcement(BOB)).toEqual([{type: 'emit', event: shown}, dialling(1, addressOf(2), BOB)]);
		expect(rig.announcement(BOB)).toEqual([]);
	});

	test('row 15: 100,000 invented peers lead to a bounded number of dials at once', () => {
		const rig = startChat();
		let begun = 0;
		for (let number = 0; number < 100_000; number++) {
			begun += dials(rig.announcement(`stranger ${number}`, '192.0.2.66', 1_024 + (number % 60_000))).length;
		}
		expect(begun).toBe(MAX_PENDING_PER_ADDRESS);
		expect(rig.swarm.counters.get('announcement-flood')).toBe(100_000 - 200);
	}, 60_000);

	test('a peer whose connection breaks is dialled where it said that it listens, and with growing waits', () => {
		const rig = startChat();
		rig.open(1, BOB, {address: addressOf(2, 40_000)});
		rig.message(1, introduction('bob', [addressOf(77, 4001)]));
		rig.now = 10_000;
		rig.close(1, 'reset');
		const found = dialsWithin(rig, 200_000);
		expect(found.map(([, address]) => address)).toEqual(Array.from({length: 7}, () => addressOf(2, 4001)));
		const waits = found.map(([at], index) => at - (found[index - 1]?.[0] ?? 10_000));
		const expected = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
		for (const [index, wait] of waits.entries()) {
			expect(wait).toBeGreaterThanOrEqual(expected[index]! * 0.7);
			expect(wait).toBeLessThanOrEqual(expected[index]! * 1.3 + 100);
		}
	});

	test('what is called off goes before what is begun: never are more dials under way than the bound', () => {
		const rig = startChat();
		const hostOf = (index: number) => `198.51.${index}.1`;
		const [first, ...others] = callers(60) as [string, ...string[]];
		rig.announcement(first, hostOf(0));
		for (let index = 1; index <= MAX_PENDING_DIALS; index++) rig.announcement(others[index]!, hostOf(index));
		// The first one's second address, so that its success leaves a dial to be called off.
		rig.announcement(first, '203.0.113.1');
		rig.input({type: 'dial-failed', dial: 2, code: 'refused', message: 'refused'});
		rig.input({type: 'dial-failed', dial: 3, code: 'refused', message: 'refused'});
		rig.now = HEAD_START;
		rig.timer('dial');
		for (let index = 50; index < 59; index++) rig.announcement(others[index]!, hostOf(index));
		const effects = rig.open(1, first, {direction: 'outbound', address: '/ip4/198.51.0.1/tcp/4001', dial: 1});
		const order = effects.map(({type}) => type).filter(type => type === 'dial' || type === 'cancel-dial');
		expect(order.slice(0, 3)).toEqual(['cancel-dial', 'dial', 'dial']);
	});

	test('a peer given by hand is dialled for ever', () => {
		const rig = startChat({peers: [`${addressOf(2)}/p2p/${BOB}`]});
		rig.input({type: 'dial-failed', dial: 1, code: 'refused', message: 'refused'});
		expect(dialsWithin(rig, 3_600_000).length).toBeGreaterThan(90);
	});

	test('of a peer given by hand that does not answer the person is told, once, and again after it was there', () => {
		const rig = startChat({peers: [`${addressOf(2)}/p2p/${BOB}`]});
		const warnings = (effects: readonly Seen[]) =>
			ofType(effects, 'emit').flatMap(({event}) => (event.type === 'warning' ? [event] : []));
		const fail = (number: number) =>
			warnings(rig.input({type: 'dial-failed', dial: number, code: 'refused', message: 'bob refused the connection'}));
		const next = (): number => {
			for (;;) {
				rig.now += 100;
				const [found] = dials(rig.timer('dial'));
				if (found) return found.dial;
			}
		};
		const told = {
			type: 'warning',
			code: 'dial-refused',
			message: 'bob refused the connection; it is tried again and again',
		};
		expect(fail(1)).toEqual([told]);
		let last = next();
		expect(fail(last)).toEqual([]);
		last = next();
		rig.open(1, BOB, {direction: 'outbound', dial: last, address: addressOf(2)});
		rig.close(1);
		expect(fail(next())).toEqual([told]);
	});

	test('of a peer given by hand that has come otherwise nobody is told', () => {
		const rig = startChat({peers: [`${addressOf(2)}/p2p/${BOB}`]});
		meet(rig, 1, BOB, 'bob', {direction: 'inbound'});
		const effects = rig.input({type: 'dial-failed', dial: 1, code: 'timeout', message: 'timeout'});
		expect(ofType(effects, 'emit')).toEqual([]);
	});

	test('ourselves given by hand is passed over', () => {
		expect(dialsWithin(startChat({peers: [`${addressOf(2)}/p2p/${ANN}`]}), 60_000)).toEqual([]);
	});

	test('row 12: a dial that fails because the peer has reached us first is not repeated', () => {
		const rig = startChat();
		expect(dials(rig.announcement(BOB))).toHaveLength(1);
		meet(rig, 1, BOB, 'bob');
		rig.now = 5_000;
		rig.input({type: 'dial-failed', dial: 1, code: 'timeout', message: 'timeout'});
		expect(dialsWithin(rig, 100_000)).toEqual([]);
	});
});

describe('parting on purpose', () => {
	test('the disconnect command says goodbye, closes, and does not dial again by itself', () => {
		const rig = startChat();
		rig.announcement(BOB);
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
		expect(rig.command({command: 'disconnect', peer: BOB, id: '1'})).toEqual([
			{type: 'send', connections: [1], message: {type: 'goodbye', reason: 'disconnect'}},
			{type: 'close', connection: 1, reason: 'disconnect'},
			{type: 'emit', event: {type: 'peer-disconnected', peer: BOB, reason: 'disconnect'}},
			{type: 'cancel', timer: `ping/next ${BOB}`},
			{type: 'emit', event: {type: 'member-left', room: 'lobby', peer: BOB}},
			answered({peer: BOB}),
		]);
		rig.close(1, 'disconnect');
		for (let now = 0; now < DISCONNECT_PAUSE; now += 4_000) {
			rig.now = now;
			expect(dials(rig.announcement(BOB))).toEqual([]);
		}
	});

	test('and so it is on the other side', () => {
		const rig = startChat();
		rig.announcement(BOB);
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
		const effects = rig.message(1, {type: 'goodbye', reason: 'disconnect'});
		expect(ofType(effects, 'close')).toEqual([{type: 'close', connection: 1, reason: 'goodbye: disconnect'}]);
		rig.now = DISCONNECT_PAUSE - 1;
		expect(dials(rig.announcement(BOB))).toEqual([]);
		rig.now = DISCONNECT_PAUSE;
		expect(dials(rig.announcement(BOB))).toEqual([dialling(2, addressOf(2), BOB)]);
	});

	test('until a person dials the peer', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		rig.command({command: 'disconnect', peer: BOB});
		expect(rig.command(dial(`${addressOf(2)}/p2p/${BOB}`))).toEqual([dialling(1, addressOf(2), BOB)]);
	});

	test('a peer that leaves is not dialled until it announces itself again', () => {
		const rig = startChat();
		rig.announcement(BOB);
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
		rig.message(1, {type: 'goodbye', reason: 'leaving'});
		expect(dialsWithin(rig, 60_000)).toEqual([]);
		expect(dials(rig.announcement(BOB))).toHaveLength(1);
	});

	test('a peer that is silent is dialled again', () => {
		const rig = startChat();
		rig.announcement(BOB);
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(2), dial: 1});
		for (rig.now = 2_000; rig.now < 8_000; rig.now += 2_000) rig.timer('heartbeat/beat');
		expect(ofType(rig.timer('heartbeat/beat'), 'close')).toEqual([
			{type: 'close', connection: 1, reason: 'no-heartbeat'},
		]);
		expect(dialsWithin(rig, 3_000)).toHaveLength(1);
	});

	test.each([CAT, 'nobody'])('disconnect is refused for %s, who is not connected', peer => {
		expect(startChat().command({command: 'disconnect', peer, id: '1'})).toEqual([
			refused('not-connected', 'not connected to that peer'),
		]);
	});
});

describe('the peers command', () => {
	test('lists who is connected, who is being dialled, who was heard of, and who is gone', () => {
		const rig = startChat();
		const eve = IDENTITIES[4].peerId;
		for (const [index, peer] of [BOB, CAT].entries()) meet(rig, index, peer, `name ${index}`);
		rig.close(1, 'reset');
		rig.announcement(DAN, '192.0.2.4');
		rig.announcement(eve, '192.0.2.5');
		rig.input({type: 'dial-failed', dial: 2, code: 'refused', message: 'refused'});
		const [reply] = rig.command({command: 'peers', id: '1'});
		if (reply?.type !== 'emit' || reply.event.type !== 'reply' || !reply.event.ok) throw new Error('no reply');
		const {peers} = reply.event.result as Results['peers'];
		expect(peers.map(({id, state}) => [id, state])).toEqual([
			[BOB, 'connected'],
			[DAN, 'connecting'],
			[eve, 'discovered'],
			[CAT, 'gone'],
		]);
	});
});
