/** What somebody else can make us do, or see, at most. */
import {describe, expect, test, vi} from 'vitest';
import {ChainState} from '../../source/history/chain-state.ts';
import {MAX_GAPS} from '../../source/history/event-store.ts';
import {MAX_PARENTS, MAX_TIMESTAMP} from '../../source/wire/limits.ts';
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
	settle,
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

test('a chain with very many holes is kept up to a bound, and what has no place is not asked for', () => {
	const [node, other] = [nodeOf(bob), nodeOf(cat)];
	const events = Array.from({length: 1_100}, (_, index) =>
		forge(ann, {sequence: 2 * index + 2, previous: 'ab'.repeat(32), clock: NOW + index}),
	);
	const kept = events.filter(event => node.archive.accept(event, NOW) !== undefined);
	expect(kept).toHaveLength(1_024);
	node.archive.commit();
	for (const event of events.slice(1_060)) other.archive.accept(event, NOW);
	other.archive.commit();
	expect(node.archive.compare(ROOM, other.archive.ranges(ROOM))).toMatchObject({runs: [], weLack: 0});
	expect(node.archive.accept(forge(ann, {sequence: 3, previous: kept[0]!.id}), NOW)).toBeDefined();
});

test('of very many gaps the oldest are forgotten, and the order becomes right all the same', () => {
	const [late, whole] = [nodeOf(bob), nodeOf(cat)];
	const first = forge(cat, {clock: NOW + 9_000_000});
	const child = forge(ann, {parents: [first.id], clock: NOW});
	late.archive.accept(child, NOW);
	// Each event brings as many gaps as it may.
	const missing = (one: number, two: number) => ((one + 1) * 100 + two).toString(16).padStart(64, '0');
	let previous = child.id;
	for (let sequence = 2; late.archive.gaps(ROOM).includes(first.id); sequence++) {
		const parents = Array.from({length: MAX_PARENTS}, (_, index) => missing(sequence, index));
		const event = forge(ann, {sequence, previous, parents, clock: NOW + sequence});
		late.archive.accept(event, NOW);
		whole.archive.accept(event, NOW);
		previous = event.id;
		expect(sequence).toBeLessThanOrEqual(2 + MAX_GAPS / MAX_PARENTS);
	}
	expect(late.archive.gaps(ROOM).length).toBeLessThanOrEqual(MAX_GAPS);
	for (const node of [late, whole]) for (const event of [first, child]) node.archive.accept(event, NOW);
	for (const node of [late, whole]) settle(node);
	expect(ordered(late)).toEqual(ordered(whole));
	expect(ordered(late).at(-1)).toBe(child.id);
});

test('a room that is closed and opened again before the commit tells nothing that is not on disk', () => {
	const node = nodeOf(bob);
	const before = node.archive.digest(ROOM);
	node.archive.create(ROOM, {kind: 'message', text: 'staged'}, NOW);
	node.archive.accept(forge(ann), NOW);
	node.archive.close(ROOM);
	node.archive.open(ROOM);
	expect([node.archive.digest(ROOM), node.archive.ranges(ROOM)]).toEqual([before, []]);
	node.store.failure = {code: 'disk-full', message: 'the disk is full'};
	node.archive.close(ROOM);
	node.archive.commit();
	node.archive.open(ROOM);
	expect([node.archive.digest(ROOM), ordered(node)]).toEqual([before, []]);
	node.store.failure = undefined;
	expect(say(node, 'again').event.sequence).toBe(1);
	expect(node.archive.digest(ROOM).events).toBe(1);
});

test('a comparison of one part looks at no more chains than it tells of', () => {
	const node = nodeOf(bob);
	const epochs = Array.from({length: 300}, (_, index) => (index + 1).toString(16).padStart(32, '0'));
	for (const epoch of epochs) node.archive.accept(forge(ann, {epoch}), NOW);
	node.archive.commit();
	const part = node.archive.ranges(ROOM).slice(0, 3);
	const look = vi.spyOn(ChainState.prototype, 'toRanges');
	expect(node.archive.compare(ROOM, part)).toMatchObject({runs: [], differing: [], weLack: 0, theyLack: 297});
	expect(look).toHaveBeenCalledTimes(3);
	look.mockRestore();
});

test('opening one of many rooms reads that one', () => {
	const node = nodeOf(bob);
	const all = vi.spyOn(node.store, 'rooms');
	node.archive.open('another');
	expect(node.archive.room('a third')).toMatchObject({room: 'a third', events: 0});
	expect(all).not.toHaveBeenCalled();
});
