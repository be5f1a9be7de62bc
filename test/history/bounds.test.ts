/** What somebody else can make us do, or see, at most. */
import {describe, expect, test} from 'vitest';
import {MAX_TIMESTAMP} from '../../source/wire/limits.ts';
import type {Want} from '../../source/wire/messages.ts';
import {
	ann,
	bob,
	cat,
	chainOf,
	EPOCH,
	fetch,
	forge,
	NOW,
	nodeOf,
	ordered,
	ROOM,
	say,
	segmentOf,
	verify,
} from './rig.ts';

function wantOf(ids: readonly string[], bytes: number): Want {
	return {type: 'want', request: 1, room: ROOM, newest: 0, runs: [], ids, bytes};
}

describe('row 41: events without signatures', () => {
	const chain = chainOf(ann, 2_000);
	const via = nodeOf(bob);
	// Only the last one is signed.
	via.archive.take(ROOM, segmentOf(chain), NOW, verify);
	via.archive.commit();

	test('those that nothing near vouches for are not looked for without end', () => {
		const ids = chain.slice(500, 1_000).filter((_, index) => index % 4 === 0);
		const answer = via.archive.answer(
			wantOf(
				ids.map(({id}) => id),
				16_384,
			),
			16_384,
		);
		expect(answer.events).toBe(0);
		expect(answer.steps).toBeLessThan(2_048);
		expect(answer.steps).toBeGreaterThan(512);
	});

	test('many of one chain come as one piece of it, and are proved once', () => {
		const ids = chain.slice(1_700, 1_900).filter((_, index) => index % 4 === 0);
		const to = nodeOf(cat);
		let [rest, bytes, parts]: [Want | undefined, number, number] = [
			wantOf(ids.map(({id}) => id).reverse(), 1_000_000),
			0,
			0,
		];
		for (; rest !== undefined; parts++) {
			const answer = via.archive.answer(rest, 4_096);
			for (const segment of answer.segments) to.archive.take(ROOM, segment, NOW, verify);
			bytes += answer.bytes;
			rest = answer.rest;
		}
		for (const {id} of ids) expect(to.archive.has(ROOM, id)).toBe(true);
		expect(parts).toBeGreaterThan(3);
		expect(bytes).toBe(chain.slice(1_700).reduce((sum, event) => sum + event.bytes.length, 0));
	});
});

test('row 38: clocks at their end keep nobody from coming last', () => {
	const node = nodeOf(bob);
	const parents = (previous: string | undefined) =>
		['ab'.repeat(32), ...(previous === undefined ? [] : [previous])].sort();
	let previous: string | undefined;
	for (let sequence = 1; sequence <= 20; sequence++) {
		const event = forge(ann, {sequence, previous, clock: MAX_TIMESTAMP, parents: parents(previous)});
		node.archive.accept(event, NOW);
		previous = event.id;
	}
	const word = say(node, 'after all that');
	expect(ordered(node).at(-1)).toBe(word.id);
});

test('what is old is deleted in small pieces, however many rooms there are', () => {
	const node = nodeOf(ann);
	for (const room of ['a', 'b', 'c']) {
		node.archive.open(room);
		for (const event of chainOf(bob, 150, {room})) node.archive.accept(event, NOW);
	}
	node.archive.commit();
	const count = () => node.archive.rooms().reduce((sum, {events}) => sum + events, 0);
	let turns = 0;
	for (let before = count(); node.archive.prune(NOW * 2); before = count(), turns++) {
		expect(before - count()).toBeLessThanOrEqual(100);
	}
	expect([count(), turns]).toEqual([0, 6]);
});

test('what the disk has changed is not handed on', () => {
	const chain = chainOf(ann, 3);
	const [from, to] = [nodeOf(bob), nodeOf(cat)];
	from.archive.take(ROOM, segmentOf(chain), NOW, verify);
	from.archive.commit();
	const stored = from.store.get(ROOM, chain[1]!.id)!;
	stored.bytes[stored.bytes.length - 1]! ^= 1;
	const run = {author: ann.peerId, epoch: EPOCH, from: 1, to: 3, isLinked: false};
	// `fetch` throws if anything is refused.
	expect(fetch(to, from, {runs: [run], ids: [chain[1]!.id], newest: 10})).toBe(1);
});
