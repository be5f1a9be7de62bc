/** Who is named as unreachable, and who is not, by our own losses and by what others report. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {LOSS_GRACE, MAX_UNREACHABLE, READER_PROTOCOL} from '../../../source/behaviours/topology/parameters.ts';
import {peerIdFromPublicKey} from '../../../source/wire/peer-id.ts';
import {ANN, BOB, CAT, DAN, IDENTITIES, received, TIMESTAMP} from '../fixtures.ts';
import {Node, stated, told} from './node.ts';

const [, bob, cat, dan] = IDENTITIES;

describe('who is unreachable', () => {
	const unreachable = (outputs: readonly BehaviourOutput[]) =>
		outputs.flatMap(output =>
			output.type === 'emit' && output.event.type === 'partition' ? [output.event.unreachable] : [],
		);

	test('is whoever fell silent, and who hung on it, until it is back', () => {
		const node = new Node();
		node.meet(BOB);
		node.meet(CAT);
		node.input(received(CAT, stated(cat, [ANN, DAN])));
		node.input(received(CAT, stated(dan, [CAT], {name: 'dan'})));
		node.run(10_000);
		node.lose(CAT, 'no-heartbeat');
		expect(unreachable(node.run(LOSS_GRACE - 1))).toEqual([]);
		const since = TIMESTAMP + 10_000;
		expect(unreachable(node.run(6_000))).toEqual([
			[CAT, DAN].map(peer => ({peer, name: peer === DAN ? 'dan' : 'x', since, how: 'lost', reachedBy: []})),
		]);
		// Long after what they said last has expired, too.
		expect(unreachable(node.run(300_000))).toEqual([]);
		node.meet(CAT);
		node.input(received(CAT, stated(cat, [ANN, DAN], {sequence: 2})));
		node.input(received(CAT, stated(dan, [CAT], {sequence: 2})));
		expect(unreachable(node.run(6_000))).toEqual([[]]);
	});

	test('is nobody who said goodbye, was reset, was let go, or is reached by others', () => {
		const node = new Node();
		for (const peer of [BOB, CAT, DAN]) node.meet(peer);
		node.lose(BOB, 'goodbye: leaving');
		node.lose(DAN, 'closed');
		node.input(received(CAT, stated(cat, [ANN, DAN])));
		expect(unreachable(node.run(60_000))).toEqual([]);
		node.meet(DAN);
		node.lose(DAN, 'no-heartbeat');
		expect(unreachable(node.run(60_000))).toEqual([]);
	});

	test('is whoever others have lost and nobody has found, but not for ever', () => {
		const node = new Node();
		node.meet(BOB);
		for (const one of [cat, dan]) node.input(received(BOB, stated(one, [BOB], {age: 101})));
		const lost = [CAT, DAN].map(peer => ({peer, ago: 100}));
		node.input(received(BOB, stated(bob, [ANN], {lost, validity: 3_600})));
		expect(unreachable(node.run(6_000)).map(list => list.map(({peer, since}) => [peer, since]))).toEqual([
			[CAT, DAN].map(peer => [peer, TIMESTAMP - 100_000]),
		]);
		expect(unreachable(node.run(520_000))).toEqual([[]]);
	});

	test('is whoever is in our room and reached by others only, if a dial of ours fails', () => {
		const node = new Node();
		node.meet(BOB);
		node.input(received(BOB, stated(bob, [ANN, CAT, DAN], {validity: 3_600})));
		node.input(received(BOB, stated(cat, [BOB], {validity: 3_600})));
		node.input(received(BOB, stated(dan, [BOB], {validity: 3_600, rooms: ['other']})));
		expect(unreachable(node.run(60_000))).toEqual([]);
		const failedAt = node.now;
		Object.assign(node.view, {dialFailedAt: () => failedAt});
		expect(unreachable(node.run(30_000))).toEqual([]);
		Object.assign(node.view, {dialFailedAt: () => node.now});
		const [list] = unreachable(node.run(60_000));
		expect(list).toMatchObject([{peer: CAT, how: 'only-us', reachedBy: [BOB]}]);
	});

	test('is nobody whom somebody only says to have lost: it must have named the other itself, and be in our room', () => {
		const node = new Node();
		node.meet(BOB);
		const others = IDENTITIES.slice(2, 7);
		const lost = others.map(({peerId}) => ({peer: peerId, ago: 20}));
		node.input(received(BOB, stated(cat, [ANN], {age: 30})));
		node.input(received(BOB, stated(dan, [BOB], {age: 30, rooms: ['other']})));
		const good = IDENTITIES.slice(4, 6);
		for (const one of good) node.input(received(BOB, stated(one, [BOB], {age: 30})));
		node.input(received(BOB, stated(bob, [ANN], {lost})));
		expect(unreachable(node.run(60_000)).map(list => list.map(({peer}) => peer))).toEqual([
			good.map(({peerId}) => peerId).sort(),
		]);
	});

	test('is nobody who does not tell, neither here nor in what we state', () => {
		const node = new Node();
		node.meet(BOB);
		node.meet(CAT, {name: 'x', protocols: [READER_PROTOCOL]});
		node.meet(DAN, {name: 'x', protocols: []});
		for (const peer of [CAT, DAN]) node.lose(peer, 'no-heartbeat');
		const outputs = node.run(200_000);
		expect(told(outputs).length).toBeGreaterThan(1);
		expect(told(outputs).flatMap(({neighbours, lost}) => [...neighbours, ...lost])).toEqual(
			told(outputs).map(() => expect.objectContaining({peer: BOB})),
		);
		expect([unreachable(outputs), node.topology().nodes.map(({peer}) => peer)]).toEqual([[], [ANN, BOB].sort()]);
	});

	test('is nobody who fell silent alone, while others are there', () => {
		const node = new Node();
		for (const peer of [BOB, CAT, DAN]) node.meet(peer);
		node.lose(CAT, 'no-heartbeat');
		expect(unreachable(node.run(20_000))).toEqual([]);
		node.lose(DAN, 'no-heartbeat');
		expect(unreachable(node.run(20_000))).toEqual([]);
		node.lose(BOB, 'no-heartbeat');
		expect(
			unreachable(node.run(20_000))
				.at(-1)
				?.map(({peer}) => peer),
		).toEqual([BOB, CAT, DAN].sort());
	});

	test('is nobody while there may be a way that is not told: over whom does not tell, or as we do not', () => {
		const [mixed, reader] = [new Node(), new Node(false)];
		mixed.meet(IDENTITIES[4]!.peerId, {name: 'x', protocols: [READER_PROTOCOL]});
		for (const node of [mixed, reader]) {
			for (const peer of [BOB, CAT, DAN]) node.meet(peer);
			for (const peer of [CAT, DAN]) node.lose(peer, 'no-heartbeat');
			const outputs = node.run(20_000);
			expect([unreachable(outputs), told(outputs).flatMap(({lost}) => lost)]).toEqual([[], []]);
		}
		reader.lose(BOB, 'no-heartbeat');
		expect(unreachable(reader.run(20_000)).at(-1)).toHaveLength(3);
	});

	test('is nobody who left properly on the other side, as those say that come back from there', () => {
		const node = new Node();
		for (const peer of [BOB, CAT, DAN]) node.meet(peer);
		node.input(received(CAT, stated(cat, [ANN, BOB, DAN])));
		node.input(received(DAN, stated(dan, [ANN, BOB, CAT])));
		node.run(10_000);
		for (const peer of [CAT, DAN]) node.lose(peer, 'no-heartbeat');
		expect(unreachable(node.run(30_000)).map(list => list.length)).toEqual([2]);
		node.lose(BOB, 'no-heartbeat');
		node.run(20_000);
		node.meet(CAT);
		node.input(received(CAT, stated(cat, [ANN], {sequence: 2})));
		expect(
			unreachable(node.run(20_000))
				.at(-1)
				?.map(({peer}) => peer),
		).not.toContain(DAN);
		node.lose(CAT, 'no-heartbeat');
		expect(
			unreachable(node.run(20_000))
				.at(-1)
				?.map(({peer}) => peer),
		).toEqual([BOB, CAT].sort());
	});

	test('are so many at the most', () => {
		const node = new Node();
		const many = Array.from({length: MAX_UNREACHABLE + 5}, (_, index) => {
			return peerIdFromPublicKey(Buffer.alloc(32, `invented ${index}`));
		});
		for (const peer of many) node.meet(peer);
		for (const peer of many) node.lose(peer, 'no-heartbeat');
		const [list] = unreachable(node.run(20_000));
		expect(list).toHaveLength(MAX_UNREACHABLE);
	});
});
