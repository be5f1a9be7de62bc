import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {
	FOLLOW_UP,
	GOSSIP_AGE,
	IDONTWANT_AGE,
	IDONTWANT_BYTES,
	LAZY_SIZE,
	MAX_IDONTWANT_IDS,
	MAX_IHAVE_IDS,
	MAX_IHAVE_MESSAGES,
	MAX_IWANT_BYTES,
	MAX_IWANT_IDS,
	MAX_TRANSMISSIONS,
	NEWCOMER_AGE,
	NEWCOMER_OFFERS,
	REPAIR_OVERLAP,
	RESERVED_WANTED,
	SMALL_ROOM,
} from '../../../source/behaviours/gossipsub/parameters.ts';
import {MAX_GOSSIP_IDS} from '../../../source/wire/limits.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {ANN, count, send} from '../fixtures.ts';
import {EVEN, eventOf, idOf, iwant, LOBBY, peersOf, publish, Rig} from './router-fixtures.ts';

const offer = (...numbers: number[]) => ({type: 'ihave', room: LOBBY, messageIds: numbers.map(idOf)}) as const;
const request = (...numbers: number[]) => ({type: 'iwant', messageIds: numbers.map(idOf)}) as const;
const range = (length: number, from = 0) => Array.from({length}, (_, index) => from + index);

/** The peers and ids of all offers. */
const offers = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output =>
		output.type === 'send' && output.message.type === 'ihave'
			? output.peers.map(peer => [peer, output.message.type === 'ihave' ? output.message.messageIds : []] as const)
			: [],
	);

const asked = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output =>
		output.type === 'send' && output.message.type === 'iwant' ? output.message.messageIds : [],
	);

describe('what is offered to us', () => {
	test('is asked for, but for what is here', () => {
		const rig = new Rig();
		rig.come(['p1']);
		rig.accept(eventOf(1, 'p1', 'p1'));
		expect(rig.hear('p1', offer(1, 2, 3))).toEqual([iwant(['p1'], 2, 3)]);
		expect(rig.hear('p1', offer(1))).toEqual([]);
	});

	test('is asked of one peer, and of another if it does not come: the first has broken its promise', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		rig.hear('p1', offer(1, 2));
		expect(rig.hear('p2', offer(1, 2))).toEqual([]);
		rig.accept(eventOf(2, 'stranger', 'p2'));
		expect(rig.beat(FOLLOW_UP - 1)).toEqual([]);
		expect(rig.beat(1)).toEqual([count('broken-promise'), iwant(['p2'], 1)]);
		rig.accept(eventOf(1, 'stranger', 'p2'));
		expect(rig.beat(FOLLOW_UP)).toEqual([]);
	});

	test('is asked of another at once if the first is gone', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		for (const peer of peersOf(2)) rig.hear(peer, offer(1));
		expect(rig.disconnect('p1')).toEqual([iwant(['p2'], 1)]);
		expect(rig.disconnect('p2')).toEqual([]);
		expect(rig.hear('p3', offer(1))).toEqual([iwant(['p3'], 1)]);
	});

	test('is asked for a few times, and whoever hands out other things meanwhile is slow and not to blame', () => {
		const rig = new Rig();
		rig.come(['p1']);
		rig.hear('p1', offer(1, 2));
		rig.now += 1_000;
		rig.accept(eventOf(2, 'stranger', 'p1'));
		expect(rig.beat(FOLLOW_UP - 1_000)).toEqual([iwant(['p1'], 1)]);
		expect(rig.beat(FOLLOW_UP)).toEqual([count('broken-promise'), iwant(['p1'], 1)]);
		expect(rig.beat(FOLLOW_UP)).toEqual([count('broken-promise')]);
		expect(rig.beat(FOLLOW_UP)).toEqual([]);
	});

	test('row 40: invented ids cost their sender its voice', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		for (let round = 0; round < 60 && rig.router.hears('p1'); round++) {
			rig.hear('p1', offer(...range(10, 1_000 * round)));
			rig.beat();
		}
		expect(rig.router.hears('p1')).toBe(false);
		expect(rig.router.hears('p2')).toBe(true);
		// From below the gossip threshold on nothing was asked of it.
		expect(rig.hear('p1', offer(99_999))).toEqual([count('gossip-score')]);
	});

	test('row 40: is looked at up to so many ids and messages in one heartbeat', () => {
		const rig = new Rig();
		rig.come(['p1']);
		const messages = range(MAX_IHAVE_MESSAGES + 1).map(index =>
			rig.hear('p1', offer(...range(MAX_GOSSIP_IDS, index * MAX_GOSSIP_IDS))),
		);
		expect(asked(messages.flat())).toHaveLength(MAX_IHAVE_IDS);
		// One more, for the room that we have in common, and no further.
		expect(messages.map(outputs => outputs.filter(({type}) => type === 'count'))).toEqual([
			...range(9).map(() => []),
			[count('ihave-flood')],
			[count('ihave-flood')],
		]);
		expect(rig.hear('p1', offer(99_999))).toEqual([count('ihave-flood')]);
		rig.now += 1_000;
		expect(rig.hear('p1', offer(99_999))).toEqual([iwant(['p1'], 99_999)]);
	});

	test('row 40: a flood of offers costs their sender its voice', () => {
		const rig = new Rig();
		rig.come(['p1']);
		let heard = 0;
		while (heard < 10_000 && rig.router.hears('p1')) {
			rig.hear('p1', offer());
			heard += 1;
		}
		expect(heard).toBeLessThan(30);
	});

	test('row 40: is not remembered beyond a bound, however many peers offer', () => {
		const rig = new Rig();
		rig.come(peersOf(10));
		const ids = peersOf(10).flatMap((peer, index) =>
			range(10).flatMap(part =>
				asked(rig.hear(peer, offer(...range(MAX_GOSSIP_IDS, 100_000 * index + MAX_GOSSIP_IDS * part)))),
			),
		);
		// Four offer all that a heartbeat takes, and of the other six the least is asked all the same.
		expect(ids).toHaveLength(20_000 + 6 * RESERVED_WANTED);
	});

	test.each([
		['one', 1],
		['several', 5],
	])('row 40: is asked of honest peers though %s offer what does not exist', (_, liars) => {
		const rig = new Rig();
		const [honest, ...others] = peersOf(liars + 1) as [string, ...string[]];
		rig.come([honest, ...others]);
		const wanted: string[] = [];
		for (let second = 0; second < 10; second++) {
			for (const [index, liar] of others.entries()) {
				const from = 1_000_000 * (index + 1) + MAX_IHAVE_IDS * second;
				for (const part of range(10)) rig.hear(liar, offer(...range(MAX_GOSSIP_IDS, from + MAX_GOSSIP_IDS * part)));
			}
			wanted.push(...asked(rig.hear(honest, offer(...range(10, 10 * second)))));
			for (const number of range(10, 10 * second)) rig.accept(eventOf(number, 'stranger', honest));
			rig.beat();
		}
		expect(wanted).toHaveLength(100);
	});

	test('in a room of ours by one who is not in it, or in another room, is passed over', () => {
		const rig = new Rig();
		rig.connect('p1');
		rig.enter('p1', 'dev');
		expect(rig.hear('p1', offer(1))).toEqual([count('ihave-stray')]);
		expect(rig.hear('p1', {...offer(1), room: 'dev'})).toEqual([count('ihave-stray')]);
	});
});

describe('what is asked of us', () => {
	function startWith(bytes: number, events: number): Rig {
		const rig = new Rig();
		rig.come(peersOf(2));
		for (const number of range(events)) rig.accept(eventOf(number, 'p1', 'p1', bytes));
		return rig;
	}

	test('is handed out, as far as we have it', () => {
		const rig = startWith(100, 2);
		expect(rig.hear('p2', request(1, 7, 0))).toEqual([
			publish(['p2'], eventOf(1, 'p1', 'p1')),
			publish(['p2'], eventOf(0, 'p1', 'p1')),
		]);
	});

	test('is kept as it was, whatever becomes of the buffer that it came in', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		const event = eventOf(1, 'p1', 'p1');
		const before = {...event, event: new Uint8Array(event.event)};
		rig.accept(event);
		event.event.fill(0);
		expect(rig.hear('p2', request(1))).toEqual([publish(['p2'], before)]);
	});

	test('row 40: is handed out to one peer a few times and no more', () => {
		const rig = startWith(100, 1);
		const answers = range(MAX_TRANSMISSIONS + 1).map(() => rig.hear('p2', request(0)));
		expect(answers.at(-1)).toEqual([count('iwant-cap', 1)]);
		expect(answers.slice(0, -1)).toEqual(range(MAX_TRANSMISSIONS).map(() => [publish(['p2'], eventOf(0, 'p1', 'p1'))]));
		expect(rig.hear('p1', request(0))).toEqual([publish(['p1'], eventOf(0, 'p1', 'p1'))]);
	});

	test('row 40: is handed out up to so many bytes in one heartbeat', () => {
		const bytes = 16_000;
		const rig = startWith(bytes, 200);
		const fit = Math.ceil(MAX_IWANT_BYTES / bytes);
		const outputs = rig.hear('p2', request(...range(200)));
		expect(outputs.filter(({type}) => type === 'send')).toHaveLength(fit);
		expect(outputs.at(-1)).toEqual(count('iwant-cap', 200 - fit));
		rig.now += 1_000;
		expect(rig.hear('p2', request(199))).toHaveLength(1);
	});

	test('row 40: is looked at up to so many ids in one heartbeat', () => {
		const rig = startWith(100, 1);
		for (const index of range(10)) rig.hear('p2', request(...range(500, 1_000 * (index + 1))));
		expect(MAX_IWANT_IDS).toBe(5_000);
		expect(rig.hear('p2', request(0))).toEqual([count('iwant-cap', 1)]);
	});

	test('is handed to members of the room only, and to nobody once we have left it', () => {
		const rig = startWith(100, 1);
		rig.connect('p3');
		expect(rig.hear('p3', request(0))).toEqual([]);
		rig.router.left(LOBBY);
		expect(rig.hear('p2', request(0))).toEqual([]);
	});
});

describe('the heartbeat', () => {
	const LARGE = 40;

	test('offers each event to everybody outside the mesh once, within three of them', () => {
		const rig = new Rig();
		rig.come(peersOf(LARGE));
		rig.beat();
		const pushed = new Set([...rig.pushed(1), 'p1']);
		const first = offers(rig.beat());
		expect(first).toHaveLength(Math.ceil((LARGE - pushed.size) / 3));
		rig.accept(eventOf(2, 'stranger', 'p1'));
		const later = [...offers(rig.beat()), ...offers(rig.beat()), ...offers(rig.beat()), ...offers(rig.beat())];
		const told = new Map<PeerId, string[]>();
		for (const [peer, ids] of [...first, ...later]) told.set(peer, [...(told.get(peer) ?? []), ...ids]);
		const outside = peersOf(LARGE).filter(peer => !pushed.has(peer));
		expect([...told.keys()].sort()).toEqual(outside.sort());
		for (const ids of told.values()) expect(ids).toEqual([idOf(1), idOf(2)]);
		expect(rig.beat(GOSSIP_AGE)).toEqual([]);
	});

	test('offers to a few at least', () => {
		const rig = new Rig();
		rig.come(peersOf(SMALL_ROOM + 1));
		rig.beat();
		rig.pushed(1);
		expect(offers(rig.beat())).toHaveLength(LAZY_SIZE);
	});

	test('offers to a new mesh member what it was not told of before', () => {
		const rig = new Rig();
		rig.come(peersOf(LARGE));
		rig.beat();
		rig.pushed(1);
		const told = new Set(offers(rig.beat()).map(([peer]) => peer));
		const late = peersOf(LARGE, 1).findLast(peer => !told.has(peer)) as PeerId;
		rig.graftedBy(late);
		expect(offers(rig.beat())).toContainEqual([late, [idOf(1)]]);
	});

	test('offers nothing to those that have it: they sent it, offered it, or got it from its author, who are we', () => {
		const rig = new Rig();
		rig.come(peersOf(LARGE));
		rig.beat();
		rig.accept(eventOf(1, ANN, undefined));
		expect(rig.beat()).toEqual([]);
		rig.pushed(2);
		for (const peer of peersOf(LARGE - 20, 21)) rig.router.duplicate(idOf(2), peer);
		for (const peer of peersOf(10, 11)) rig.hear(peer, offer(2));
		const told = range(3).flatMap(() => offers(rig.beat()).map(([peer]) => peer));
		expect(told.sort()).toEqual(peersOf(6, 5).sort());
	});

	test('offers nothing to one that has behaved too badly', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		for (let bad = 0; bad < 2; bad++) rig.router.rejected('p2');
		rig.accept(eventOf(1, 'stranger', 'p1'));
		expect(offers(rig.beat())).toEqual([]);
	});

	test('rests while nobody is connected, and beats slowly while nothing happens', () => {
		const rig = new Rig();
		const timers = (outputs: readonly BehaviourOutput[]) => outputs.filter(({type}) => type === 'schedule');
		const at = (when: number) => ({type: 'schedule', timer: 'gossipsub', at: when});
		expect(timers(rig.router.accepted(eventOf(1, ANN, undefined), 5_000))).toEqual([]);
		rig.connect('p1');
		rig.membership.join('p1', LOBBY);
		expect(timers(rig.router.memberJoined(LOBBY, 'p1', 10_000))).toEqual([at(10_000 + 1_000 * EVEN.float())]);
		expect(rig.router.timer('gossipsub', 11_000)).toEqual([at(12_000)]);
		for (const now of [12_000, 13_000, 14_000, 15_000]) rig.router.timer('gossipsub', now);
		expect(rig.router.timer('gossipsub', 16_000)).toEqual([at(31_000)]);
		// Whatever happens wakes it, once.
		expect(timers(rig.router.accepted(eventOf(2, 'p1', 'p1'), 17_000))).toEqual([at(17_999)]);
		expect(timers(rig.router.accepted(eventOf(3, 'p1', 'p1'), 17_001))).toEqual([]);
		rig.disconnect('p1');
		expect(rig.router.timer('gossipsub', 17_999)).toEqual([]);
	});

	test('a timer that is not ours does nothing', () => {
		expect(new Rig().router.timer('other', 5_000)).toEqual([]);
	});
});

describe('who comes', () => {
	test('for the first time is offered what was on its way, and not what was said before: it compares histories', () => {
		const rig = new Rig();
		rig.come(['p1']);
		for (let number = 1; number <= 100; number++) rig.accept(eventOf(number, 'p1', 'p1'));
		rig.now += NEWCOMER_AGE;
		rig.accept(eventOf(101, 'p1', 'p1'));
		expect(offers(rig.come(['p2']))).toEqual([['p2', [idOf(101)]]]);
		// Nor with the next heartbeats.
		expect(offers([...rig.beat(), ...rig.beat()])).toEqual([]);
	});

	test('is offered that by some of many, and by the others nothing', () => {
		const offering = (count: number) => {
			const rig = new Rig();
			rig.come(peersOf(count));
			rig.accept(eventOf(1, 'p1', 'p1'));
			return offers(rig.come(['p90'])).length;
		};
		// The one who comes is counted; we draw the highest lot that there is.
		expect([offering(NEWCOMER_OFFERS - 1), offering(NEWCOMER_OFFERS)]).toEqual([1, 0]);
	});

	test('back is offered what it may have missed, and what was lost before its end was noticed', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		rig.accept(eventOf(1, 'p1', 'p1'));
		rig.now += REPAIR_OVERLAP;
		rig.accept(eventOf(2, 'p1', 'p1'));
		rig.disconnect('p2');
		rig.now += 60_000;
		rig.accept(eventOf(3, 'p1', 'p1'));
		expect(offers(rig.come(['p2']))).toEqual([['p2', [idOf(2), idOf(3)]]]);
	});

	test('row 40: and goes and comes again is not offered the same again', () => {
		const rig = new Rig();
		rig.come(['p1']);
		rig.accept(eventOf(1, 'p1', 'p1'));
		expect(offers(rig.come(['p2']))).toHaveLength(1);
		for (let times = 0; times < 3; times++) {
			rig.membership.leave('p2', LOBBY);
			rig.router.memberLeft(LOBBY, 'p2', rig.now);
			rig.now += 1;
			expect(offers(rig.enter('p2'))).toEqual([]);
		}
	});
});

describe('idontwant', () => {
	const large = (number: number, source: PeerId) => eventOf(number, 'stranger', source, IDONTWANT_BYTES);
	const refuse = (...numbers: number[]) => ({type: 'idontwant', messageIds: numbers.map(idOf)}) as const;

	test('is said to those that would send a large event too, before it is handed on; not for a small one', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		expect(rig.accept(large(1, 'p1'))).toEqual([send(['p2', 'p3'], refuse(1)), publish(['p2', 'p3'], large(1, 'p1'))]);
		const small = eventOf(2, 'stranger', 'p1', IDONTWANT_BYTES - 1);
		expect(rig.accept(small)).toEqual([publish(['p2', 'p3'], small)]);
		const own = eventOf(3, ANN, undefined, IDONTWANT_BYTES);
		expect(rig.accept(own)).toEqual([publish(['p1', 'p2', 'p3'], own)]);
	});

	test('saves its sender a copy, and is forgotten soon', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		expect(rig.hear('p2', refuse(1, 2))).toEqual([]);
		expect(rig.accept(large(1, 'p1')).at(-1)).toEqual(publish(['p3'], large(1, 'p1')));
		rig.now += IDONTWANT_AGE + 1;
		expect(rig.accept(large(2, 'p1')).at(-1)).toEqual(publish(['p2', 'p3'], large(2, 'p1')));
	});

	test('row 40: is remembered for so many ids in one heartbeat', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		expect(rig.hear('p2', refuse(...range(MAX_IDONTWANT_IDS, 1_000)))).toEqual([]);
		expect(rig.hear('p2', refuse(1, 2))).toEqual([count('idontwant-cap', 2)]);
		expect(rig.accept(large(1, 'p1')).at(-1)).toEqual(publish(['p2'], large(1, 'p1')));
	});
});
