/** Members who say much and give little: what they claim costs others nothing, and is told to nobody. */
import {describe, expect, test} from 'vitest';
import {Avoided} from '../../../source/behaviours/history/avoided.ts';
import {Holdings} from '../../../source/behaviours/history/holdings.ts';
import {
	LATE_EVENTS,
	MAX_HOLDING_WEIGHT,
	MAX_TOTAL_WEIGHT,
	MAX_WANT_TIME,
} from '../../../source/behaviours/history/parameters.ts';
import type {ChainRanges, Segment} from '../../../source/wire/messages.ts';
import {Network, type Node, ROOM} from './network.ts';

function chain(number: number, author = 'somebody'): ChainRanges {
	return {author, epoch: number.toString(16).padStart(32, '0'), spans: [[1, 9]], digest: '', forks: []};
}

describe('row 41: what is remembered of what others hold', () => {
	test('is bounded, and who tells of very much takes nothing from those who tell of little', () => {
		const holdings = new Holdings();
		const flood = Array.from({length: MAX_HOLDING_WEIGHT}, (_, number) => chain(number));
		for (let room = 0; room <= MAX_TOTAL_WEIGHT / MAX_HOLDING_WEIGHT; room++) {
			holdings.add(`room ${room}`, 'liar', flood, 0);
		}
		const honest = Array.from({length: 500}, (_, number) => chain(number, 'honest'));
		for (const peer of ['ann', 'bob', 'cat']) holdings.add(ROOM, peer, honest, 0);
		for (const peer of ['ann', 'bob', 'cat']) {
			expect(holdings.get(ROOM, peer)).toMatchObject({chains: honest, isCut: false});
		}
		const all = holdings.rooms().flatMap(room => holdings.in(room).map(([, holding]) => holding));
		expect(all.reduce((sum, {weight}) => sum + weight, 0)).toBeLessThanOrEqual(MAX_TOTAL_WEIGHT);
		expect(all.some(({isCut}) => isCut)).toBe(true);
	});
});

describe('row 42: a member that gives one event now and then', () => {
	/** A newcomer who has asked `liar` for a screenful, and hears nothing of it but what is sent to him by hand. */
	function asked(): [Network, Node, Node, Node, readonly Segment[]] {
		const network = new Network();
		const [liar, honest, newcomer] = [network.add(), network.add(), network.add()];
		honest.write(LATE_EVENTS + 10);
		network.link(liar, honest);
		network.run(10_000);
		liar.tamper = message => (message.type === 'events' ? [] : [message]);
		const {segments} = honest.archive.answer(
			{type: 'want', request: 1, room: ROOM, newest: 1, runs: [], ids: [], bytes: 1_000},
			1_000,
		);
		network.link(liar, newcomer);
		network.run(1_000);
		network.link(honest, newcomer);
		return [network, liar, honest, newcomer, segments];
	}

	test('is given up: the same event again and again is no progress', () => {
		const [network, liar, , newcomer, segments] = asked();
		const {request} = newcomer.sentOf('want')[0]!;
		for (let time = 0; time < MAX_WANT_TIME; time += 9_000) {
			network.send(liar, newcomer, {type: 'events', request, room: ROOM, segments, status: 'more'});
			network.run(9_000);
		}
		expect(newcomer.held).toBe(LATE_EVENTS + 10);
		expect(newcomer.counters.get('history-timeout')).toBe(1);
	});

	test('is given up also if each is a new one', () => {
		const [network, liar, honest, newcomer] = asked();
		const {request} = newcomer.sentOf('want')[0]!;
		for (const [number, id] of honest.order().slice(0, 5).entries()) {
			const {segments} = honest.archive.answer(
				{type: 'want', request: 1, room: ROOM, newest: 0, runs: [], ids: [id], bytes: 1_000},
				1_000,
			);
			if (number === 4) break;
			network.send(liar, newcomer, {type: 'events', request, room: ROOM, segments, status: 'more'});
			network.run(9_000);
		}
		expect(newcomer.held).toBe(LATE_EVENTS + 10);
	});
});

test('a fork so wide that nobody gets all of it is fetched again less and less often', () => {
	const avoided = new Avoided();
	let times = 0;
	for (let now = 0; now < 7 * 24 * 3_600_000; now += 60_000) {
		if (!avoided.mayRefetch('bob', ROOM, 'chain', now)) continue;
		avoided.refetched('bob', ROOM, 'chain', now);
		times++;
	}
	expect(times).toBeGreaterThan(7);
	expect(times).toBeLessThan(20);
});

test('row 34: what is not proved and cannot even be read harms nobody', () => {
	const network = new Network();
	const [liar, victim, stranger] = [network.add(), network.add(), network.add()];
	victim.write(3);
	network.link(liar, victim);
	network.run(10_000);
	stranger.write(2);
	const unsigned = stranger.store.get(ROOM, stranger.order()[1] as string)!.bytes;
	liar.tamper = message => {
		if (message.type === 'digest') return [{...message, digest: 'ab'.repeat(32)}];
		if (message.type === 'ranges')
			return [{...message, chains: message.chains.map(one => ({...one, digest: 'ab'.repeat(8)}))}];
		if (message.type !== 'events') return [message];
		return [
			{...message, segments: [{events: [Uint8Array.of(1, 2, 3), unsigned], signature: undefined}], status: 'done'},
		];
	};
	network.send(liar, victim, {type: 'digest', room: ROOM, digest: 'ab'.repeat(32), events: 3});
	network.run(60_000);
	expect(victim.sentOf('want').length).toBeGreaterThan(0);
	expect(victim.counters.get('history-unproved')).toBeGreaterThan(0);
	expect(victim.held).toBe(3);
});
