import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {
	FEEDING_SAMPLES,
	IDONTWANT_BYTES,
	MAX_CHOKES,
	OFFER_AGE,
	SMALL_ROOM,
	UNCHOKE_HOLD,
} from '../../../source/behaviours/gossipsub/parameters.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {ANN, count, send} from '../fixtures.ts';
import {eventOf, graft, idOf, ihave, iwant, LOBBY, peersOf, publish, Rig} from './router-fixtures.ts';

const choke = (...peers: readonly PeerId[]) => send(peers, {type: 'choke', room: LOBBY});
const unchoke = (...peers: readonly PeerId[]) => send(peers, {type: 'unchoke', room: LOBBY});
const chokeUs = {type: 'choke', room: LOBBY} as const;
const unchokeUs = {type: 'unchoke', room: LOBBY} as const;

/** Chokes and unchokes alone. */
const chokes = (outputs: readonly BehaviourOutput[]) =>
	outputs.filter(({type, ...output}) => type === 'send' && 'message' in output && /choke/.test(output.message.type));

/** Peers in a small room, all of them grafted. */
function startWith(peers: number): Rig {
	const rig = new Rig();
	rig.come(peersOf(peers));
	rig.beat();
	return rig;
}

let number = 0;

/** So many events, each brought by these peers in this order. */
function bring(rig: Rig, peers: readonly PeerId[], times = FEEDING_SAMPLES, author = 'stranger'): BehaviourOutput[] {
	const [first, ...others] = peers as [PeerId, ...PeerId[]];
	return Array.from({length: times}, () => {
		number += 1;
		const outputs = rig.accept(eventOf(number, author, first));
		for (const peer of others) rig.router.duplicate(idOf(number), peer);
		return outputs;
	}).flat();
}

/** p1 to p4 in this order, until p3 and p4 are choked. */
function startChoked(): Rig {
	const rig = startWith(4);
	bring(rig, peersOf(4));
	expect(rig.beat()).toEqual([choke('p4', 'p3')]);
	return rig;
}

describe('those whose copies come late', () => {
	test('are choked, half of them in a heartbeat, and two are left: one of them may fail in silence', () => {
		const rig = startWith(6);
		bring(rig, peersOf(6), FEEDING_SAMPLES - 1);
		expect(rig.beat()).toEqual([]);
		bring(rig, peersOf(6), 1);
		expect(rig.beat()).toEqual([choke('p6', 'p5', 'p4')]);
		expect(rig.beat()).toEqual([choke('p3')]);
		for (let beat = 0; beat < 10; beat++) {
			bring(rig, peersOf(2));
			expect(chokes(rig.beat())).toEqual([]);
		}
	});

	test('are choked but for one where the authors bring everything themselves', () => {
		const rig = startWith(4);
		bring(rig, ['p4', 'p1', 'p2', 'p3'], FEEDING_SAMPLES, 'p4');
		expect(rig.beat()).toEqual([choke('p3', 'p2')]);
		bring(rig, ['p4', 'p1'], 10, 'p4');
		expect(rig.beat()).toEqual([]);
	});

	test('are choked in large rooms as in small ones', () => {
		const rig = new Rig();
		rig.come(peersOf(SMALL_ROOM + 4));
		bring(rig, peersOf(4));
		expect(chokes(rig.beat())).toEqual([choke('p4', 'p3')]);
	});

	test('are not choked as long as the others bring too little: those get most from us', () => {
		const rig = startWith(4);
		for (const times of [1, 2, 3, 4]) bring(rig, times % 2 ? ['p1', 'p2'] : ['p3'], 1);
		expect(rig.beat()).toEqual([]);
	});

	test('are judged by one copy of each event, so that nobody makes the others look needless', () => {
		const rig = startWith(3);
		for (let round = 0; round < 2; round++) {
			for (const peers of [['p1', 'p2', 'p1', 'p1', 'p1', 'p1'], ['p2'], ['p3']]) bring(rig, peers, 1);
		}
		expect(rig.beat()).toEqual([]);
	});

	test('are not choked for one that must be asked for what it has', () => {
		const rig = startWith(3);
		for (let event = 0; event < FEEDING_SAMPLES; event++) {
			rig.hear('p1', {type: 'ihave', room: LOBBY, messageIds: [idOf(number + 1)]});
			bring(rig, peersOf(3), 1);
		}
		expect(rig.beat()).toEqual([]);
	});

	test('keep their score', () => {
		const rig = startChoked();
		bring(rig, peersOf(2), 50);
		expect(rig.router.hears('p4')).toBe(true);
		expect(rig.beat()).toEqual([]);
		expect(rig.router.mesh(LOBBY).length).toBe(4);
	});

	test('are not told what we do not want: they would not send it', () => {
		const rig = startChoked();
		const large = eventOf(9_000, 'stranger', 'p1', IDONTWANT_BYTES);
		expect(rig.accept(large)).toEqual([
			send(['p2'], {type: 'idontwant', messageIds: [idOf(9_000)]}),
			publish(['p2', 'p3', 'p4'], large),
		]);
	});
});

describe('one that we have choked', () => {
	test('is unchoked when we are told of an event before it is pushed, and stays so for a while', () => {
		const rig = startChoked();
		expect(rig.hear('p4', {type: 'ihave', room: LOBBY, messageIds: [idOf(5_000)]})).toEqual([iwant(['p4'], 5_000)]);
		const event = eventOf(5_000, 'stranger', 'p4');
		expect(rig.accept(event)).toEqual([unchoke('p4'), publish(['p1', 'p2', 'p3'], event)]);
		bring(rig, ['p1', 'p2', 'p4']);
		expect(chokes(rig.beat())).toEqual([choke('p2')]);
		rig.come(['p5']);
		rig.graftedBy('p5');
		bring(rig, ['p1', 'p5', 'p4']);
		expect(chokes(rig.beat(UNCHOKE_HOLD))).toEqual([choke('p4')]);
	});

	test('is unchoked, the best of them, if somebody outside the mesh told us; one in a heartbeat', () => {
		const rig = startChoked();
		rig.connect('p9');
		rig.membership.join('p9', LOBBY);
		for (const id of [5_000, 5_001]) rig.hear('p9', {type: 'ihave', room: LOBBY, messageIds: [idOf(id)]});
		expect(chokes(rig.accept(eventOf(5_000, 'stranger', 'p9')))).toEqual([unchoke('p3')]);
		expect(chokes(rig.accept(eventOf(5_001, 'stranger', 'p9')))).toEqual([]);
	});

	test('is unchoked when a feeder is gone', () => {
		const rig = startChoked();
		bring(rig, peersOf(2));
		expect(rig.disconnect('p1')).toEqual([]);
		expect(rig.beat()).toEqual([unchoke('p3')]);
		expect(rig.beat()).toEqual([]);
	});

	test('is unchoked when a feeder brings nothing more, although the other does', () => {
		const rig = startChoked();
		let beats = 0;
		do {
			bring(rig, ['p2'], 1);
			beats += 1;
		} while (beats < 100 && chokes(rig.beat()).length === 0);
		expect(beats).toBeGreaterThan(FEEDING_SAMPLES);
		expect(beats).toBeLessThan(30);
	});

	test('is unchoked when events come over many more links than usual', () => {
		const rig = startChoked();
		const far = {...eventOf(5_000, 'stranger', 'p1'), hops: 6};
		expect(rig.accept(far)).toEqual([unchoke('p3'), publish(['p2', 'p3', 'p4'], far)]);
	});

	test('is told again on a new connection, after the graft, which begins anew', () => {
		const rig = startChoked();
		expect(rig.router.moved('p4', rig.now).slice(0, 2)).toEqual([graft(['p4']), choke('p4')]);
	});

	test('begins anew after it was out of the mesh', () => {
		const rig = startChoked();
		rig.disconnect('p4');
		rig.come(['p4']);
		rig.beat();
		bring(rig, peersOf(4));
		expect(chokes(rig.beat())).toEqual([choke('p4')]);
	});
});

describe('one that has choked us', () => {
	const OLD_ENOUGH = OFFER_AGE;

	test('gets our own events, and offers of others with the next heartbeat', () => {
		const rig = startWith(3);
		expect(rig.hear('p3', chokeUs)).toEqual([]);
		expect(rig.router.mesh(LOBBY).length).toBe(3);
		const event = eventOf(6_000, 'stranger', 'p1');
		expect(rig.accept(event)).toEqual([publish(['p2'], event)]);
		const own = eventOf(6_001, ANN, undefined);
		expect(rig.accept(own)).toEqual([publish(peersOf(3), own)]);
		expect(rig.beat()).toEqual([ihave(['p3'], 6_000)]);
		expect(rig.beat()).toEqual([]);
	});

	test('is offered nothing that is still on its way', () => {
		const rig = startWith(3);
		rig.hear('p3', chokeUs);
		rig.accept(eventOf(6_000, 'stranger', 'p1'));
		expect(rig.beat(OLD_ENOUGH - 1)).toEqual([]);
		expect(rig.beat(1)).toEqual([ihave(['p3'], 6_000)]);
	});

	test('all of them, in large rooms too, whoever else waits', () => {
		const rig = new Rig();
		rig.come(peersOf(60));
		for (const peer of peersOf(4)) rig.hear(peer, chokeUs);
		rig.accept(eventOf(6_000, 'stranger', 'p50'));
		const offered = rig.beat().flatMap(output => (output.type === 'send' ? output.peers : []));
		expect(offered).toEqual(expect.arrayContaining(peersOf(4)));
	});

	test('gets everything again once it unchokes us, and an offer of what came between', () => {
		const rig = startWith(3);
		rig.hear('p3', chokeUs);
		rig.accept(eventOf(6_000, 'stranger', 'p1'));
		rig.now += 1;
		expect(rig.hear('p3', unchokeUs)).toEqual([]);
		expect(rig.pushed(6_001)).toEqual(['p2', 'p3']);
		expect(rig.beat(1)).toEqual([ihave(['p3'], 6_000)]);
	});

	test('gets everything again if it grafts us anew, or comes back', () => {
		const rig = startWith(3);
		rig.hear('p3', chokeUs);
		rig.graftedBy('p3');
		expect(rig.pushed(6_001)).toEqual(['p2', 'p3']);
		rig.hear('p3', chokeUs);
		rig.disconnect('p3');
		rig.come(['p3']);
		expect(rig.pushed(6_002)).toEqual(['p2', 'p3']);
	});

	test('row 40: is passed over outside the mesh, and in rooms that are not ours', () => {
		const rig = startWith(2);
		rig.connect('p9');
		expect(rig.hear('p9', chokeUs)).toEqual([count('choke-stray')]);
		expect(rig.hear('p1', {type: 'choke', room: 'dev'})).toEqual([count('choke-stray')]);
	});

	test('row 40: in a storm is heard a few times, then no more', () => {
		const rig = startWith(2);
		const outputs = Array.from({length: MAX_CHOKES + 2}, (_, time) => rig.hear('p1', time % 2 ? unchokeUs : chokeUs));
		// One more, for the room that we have in common.
		expect(outputs).toEqual([...Array.from({length: MAX_CHOKES + 1}, () => []), [count('choke-flood')]]);
		let storm = 0;
		while (rig.router.hears('p1') && storm < 100) {
			rig.hear('p1', chokeUs);
			storm += 1;
		}
		expect(storm).toBeLessThan(20);
	});
});
