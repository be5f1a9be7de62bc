import {describe, expect, test} from 'vitest';
import {Membership} from '../../source/behaviours/membership.ts';
import {MAX_SUBSCRIPTIONS} from '../../source/wire/limits.ts';
import {BOB, CAT} from './fixtures.ts';

describe('membership', () => {
	test('knows who is in which room, from both ends', () => {
		const membership = new Membership();
		expect([membership.join(BOB, 'dev'), membership.join(BOB, 'ops'), membership.join(CAT, 'dev')]).toEqual([
			true,
			true,
			true,
		]);
		expect(membership.peersIn('dev')).toEqual([BOB, CAT]);
		expect(membership.roomsOf(BOB)).toEqual(['dev', 'ops']);
		expect([membership.has('dev', CAT), membership.has('ops', CAT), membership.has('none', CAT)]).toEqual([
			true,
			false,
			false,
		]);
	});

	test('says whether something changed', () => {
		const membership = new Membership();
		membership.join(BOB, 'dev');
		expect([membership.join(BOB, 'dev'), membership.leave(BOB, 'dev'), membership.leave(BOB, 'dev')]).toEqual([
			false,
			true,
			false,
		]);
		expect([membership.peersIn('dev'), membership.roomsOf(BOB)]).toEqual([[], []]);
	});

	test('a peer that is gone is in no room any more', () => {
		const membership = new Membership();
		for (const room of ['dev', 'ops']) membership.join(BOB, room);
		membership.join(CAT, 'ops');
		expect(membership.forget(BOB)).toEqual(['dev', 'ops']);
		expect([membership.peersIn('dev'), membership.peersIn('ops'), membership.forget(BOB)]).toEqual([[], [CAT], []]);
	});

	test('row 40: one peer is in a bounded number of rooms, and leaving one makes room for another', () => {
		const membership = new Membership();
		const joined = Array.from({length: 10_000}, (_, index) => membership.join(BOB, `room-${index}`));
		expect(joined.filter(Boolean)).toHaveLength(MAX_SUBSCRIPTIONS);
		expect(membership.roomsOf(BOB)).toHaveLength(MAX_SUBSCRIPTIONS);
		expect([membership.join(CAT, 'room-9999'), membership.leave(BOB, 'room-0'), membership.join(BOB, 'new')]).toEqual([
			true,
			true,
			true,
		]);
	});
});
