import {describe, expect, test} from 'vitest';
import type {StorageFailure} from '../../source/history/event-store.ts';
import {
	ann,
	bob,
	chainOf,
	contentOf,
	forge,
	NOW,
	nodeOf,
	ordered,
	pull,
	ROOM,
	said,
	say,
	segmentOf,
	verify,
} from './rig.ts';

const FULL: StorageFailure = {code: 'disk-full', message: 'the disk is full'};

describe('Archive', () => {
	test('row 35: what is replayed after a restart is not taken in again', () => {
		const event = forge(bob);
		const before = nodeOf(ann);
		expect(before.archive.accept(event, NOW)).toBeDefined();
		before.archive.commit();
		const after = nodeOf(ann, {from: before.store.snapshot()});
		expect(after.archive.accept(event, NOW)).toBeUndefined();
		expect(after.archive.take(ROOM, segmentOf([event]), NOW, verify)).toMatchObject({kept: [], known: 1});
	});

	test('row 36: two events of one number are both kept, and told as a fork', () => {
		const node = nodeOf(ann);
		const [one, other] = [forge(bob), forge(bob, said('something else'))];
		expect(node.archive.accept(one, NOW)).toMatchObject({siblings: []});
		expect(node.archive.accept(other, NOW)).toMatchObject({siblings: [one.id]});
		node.archive.commit();
		expect(node.archive.ranges(ROOM)).toMatchObject([{spans: [[1, 1]], forks: [one.id, other.id].sort()}]);
		const named = forge(bob, {sequence: 2, previous: forge(bob, said('a third')).id});
		expect(node.archive.accept(named, NOW)).toMatchObject({missing: [named.event.previous]});
	});

	test('row 37: a database from a backup gives no number twice, not even if nobody has noticed', () => {
		const [before, other] = [nodeOf(ann), nodeOf(bob)];
		const first = say(before, 'before the backup');
		const backup = before.store.snapshot();
		const lost = say(before, 'after the backup');
		for (const event of [first, lost]) other.archive.accept(event, NOW);
		const noticed = nodeOf(ann, {from: backup, seed: 7});
		expect(say(noticed, 'again').event).toMatchObject({sequence: 1, previous: undefined});
		const unnoticed = nodeOf(ann, {from: backup, keepsEpoch: true, seed: 8});
		expect(pull(unnoticed, other)).toBe(1);
		const next = say(unnoticed, 'again');
		expect(next.event.epoch).not.toBe(lost.event.epoch);
		expect(next.event).toMatchObject({sequence: 1, previous: undefined, parents: [lost.id]});
	});

	test('own numbers go on after a restart in order, and after the room was forgotten', () => {
		const node = nodeOf(ann);
		const last = [say(node, 'one'), say(node, 'two')][1]!;
		node.archive.forget(ROOM);
		expect(node.archive.commit()).toEqual({ok: true});
		expect(node.archive.rooms()).toEqual([]);
		const again = nodeOf(ann, {from: node.store.snapshot(), keepsEpoch: true});
		expect(ordered(again)).toEqual([]);
		expect(say(again, 'three').event).toMatchObject({sequence: 3, previous: last.id, epoch: last.event.epoch});
		expect(again.archive.accept(last, NOW)).toBeDefined();
		expect(say(again, 'four').event).toMatchObject({sequence: 4, epoch: last.event.epoch});
	});

	test('row 57: a commit that fails leaves everything as if nothing had come', () => {
		const node = nodeOf(ann);
		const kept = say(node, 'kept');
		const before = contentOf(node);
		node.store.failure = FULL;
		node.archive.create(ROOM, said('lost'), NOW);
		const waiting = forge(bob, {parents: ['ab'.repeat(32)]});
		node.archive.accept(waiting, NOW);
		expect(node.archive.commit()).toEqual({ok: false, failure: FULL});
		node.store.failure = undefined;
		expect(contentOf(node)).toEqual(before);
		expect(node.archive.gaps(ROOM)).toEqual([]);
		expect(say(node, 'after').event).toMatchObject({sequence: 2, previous: kept.id});
		expect(node.archive.accept(waiting, NOW)).toBeDefined();
	});

	test('the oldest of a full room in memory go, and are not fetched again', () => {
		const [big, small] = [nodeOf(ann), nodeOf(bob, {bounds: {events: 40, bytes: 1_000_000}})];
		const chain = chainOf(ann, 100);
		big.archive.take(ROOM, segmentOf(chain), NOW, verify);
		pull(small, big);
		expect(ordered(small)).toEqual(chain.slice(-35).map(({id}) => id));
		expect(pull(small, big)).toBe(0);
		expect(small.archive.gaps(ROOM)).toEqual([]);
		expect(small.archive.room(ROOM).events).toBe(35);
		expect(small.archive.accept(chain[0]!, NOW)).toBeUndefined();
	});

	test('search finds words by their beginnings, as they were edited, whichever came first', () => {
		const {archive, store} = nodeOf(ann);
		const message = forge(bob, said('Grüße from the kitchen'));
		const edit = forge(bob, {sequence: 2, previous: message.id, kind: 'edit', target: message.id, text: 'the cellar'});
		const find = (text: string) => store.search({text, limit: 10}).map(({id}) => id);
		archive.accept(message, NOW);
		expect(find('gruß KITCH')).toEqual([message.id]);
		archive.accept(edit, NOW);
		expect([find('kitchen'), find('cellar')]).toEqual([[], [message.id]]);
		const late = nodeOf(ann);
		for (const event of [edit, message]) late.archive.accept(event, NOW);
		expect(late.store.search({text: 'cellar', limit: 10})).toHaveLength(1);
	});
});
