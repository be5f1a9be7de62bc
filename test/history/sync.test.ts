import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Incoming} from '../../source/history/archive.ts';
import {MAX_SEGMENTS} from '../../source/wire/limits.ts';
import type {Want} from '../../source/wire/messages.ts';
import {histories, orderlyHistories} from './random-history.ts';
import {
	ann,
	bob,
	cat,
	chainOf,
	contentOf,
	EPOCH,
	fetch,
	forge,
	NOW,
	type Node,
	nodeOf,
	ordered,
	pull,
	ROOM,
	said,
	segmentOf,
	settle,
	synchronise,
	verify,
} from './rig.ts';

describe('compare, answer and take', () => {
	test('make two archives equal, with forks and holes, however small the answers are', () => {
		const shares = histories(24).chain(events =>
			fc.record({
				a: fc.subarray([...events]),
				b: fc.shuffledSubarray([...events]),
				bytes: fc.integer({min: 1, max: 3_000}),
				viaThird: fc.boolean(),
			}),
		);
		fc.assert(
			fc.property(shares, ({a: first, b: second, bytes, viaThird}) => {
				let [a, b, c] = [nodeOf(ann), nodeOf(bob), nodeOf(cat)];
				for (const event of first) a.archive.accept(event, NOW);
				for (const event of second) b.archive.accept(event, NOW);
				// What c hands on has hardly any signatures.
				if (viaThird) {
					pull(c, a, bytes);
					[a, c] = [c, a];
				}
				synchronise(a, b, bytes);
				expect(contentOf(a)).toEqual(contentOf(b));
				const union = new Set([...first, ...second].map(({id}) => id));
				expect(new Set(ordered(a))).toEqual(union);
				expect(a.archive.compare(ROOM, b.archive.ranges(ROOM))).toMatchObject({weLack: 0, theyLack: 0});
			}),
			{numRuns: 40},
		);
	});

	test('nothing that is gone on purpose is asked for, and the rest becomes equal', () => {
		fc.assert(
			fc.property(histories(24), fc.nat(20), fc.nat(20), (events, early, late) => {
				const [a, b] = [nodeOf(ann), nodeOf(bob)];
				for (const event of events) a.archive.accept(event, NOW + 100);
				pull(b, a);
				settle(a);
				settle(b);
				const all = ordered(a);
				while (a.archive.prune(NOW + early));
				while (b.archive.prune(NOW + early + late));
				const held = ordered(b);
				expect(pull(b, a)).toBe(0);
				expect(ordered(b)).toEqual(held);
				expect(b.archive.compare(ROOM, a.archive.ranges(ROOM)).weLack).toBe(0);
				for (const {archive} of [a, b]) expect(archive.gaps(ROOM)).toEqual([]);
				expect(all.filter(id => held.includes(id))).toEqual(held);
			}),
			{numRuns: 25},
		);
	});

	test('what is left after the old is gone can be handed on, for what vouches for it is younger', () => {
		fc.assert(
			fc.property(orderlyHistories(24), fc.nat(40), (events, late) => {
				const [from, through, to] = [nodeOf(ann), nodeOf(bob), nodeOf(cat)];
				for (const event of events) from.archive.accept(event, NOW + 100);
				pull(through, from);
				settle(through);
				while (through.archive.prune(NOW + late));
				pull(to, through);
				expect(contentOf(to)).toMatchObject({digest: through.archive.digest(ROOM)});
			}),
			{numRuns: 25},
		);
	});

	test('the newest come first, whoever wrote them, and the rest goes back through time', () => {
		const [from, to] = [nodeOf(ann), nodeOf(bob)];
		const [first, second] = [chainOf(ann, 40), chainOf(cat, 40)];
		for (const event of [...first, ...second]) from.archive.accept(event, NOW);
		from.archive.commit();
		expect(fetch(to, from, {newest: 10, runs: [], ids: []})).toBe(10);
		expect(ordered(to)).toEqual(ordered(from).slice(-10));
		const {runs} = to.archive.compare(ROOM, from.archive.ranges(ROOM));
		expect(runs.map(({isLinked}) => isLinked)).toEqual([true, true]);
		const want: Want = {type: 'want', request: 1, room: ROOM, newest: 0, runs, ids: [], bytes: 3_000};
		const part = from.archive.answer(want, 3_000);
		for (const segment of part.segments) to.archive.take(ROOM, segment, NOW, verify);
		expect(ordered(to)).toEqual(ordered(from).slice(-10 - part.events));
		expect(part.events).toBeGreaterThan(4);
	});

	test('one signature is looked at for a run, and none if the next one is here', () => {
		const chain = chainOf(ann, 20);
		const node = nodeOf(bob);
		let checks = 0;
		const counting: typeof verify = (...args) => {
			checks++;
			return verify(...args);
		};
		expect(node.archive.take(ROOM, segmentOf(chain.slice(10)), NOW, counting)).toMatchObject({known: 0});
		expect(checks).toBe(1);
		const unsigned = {events: segmentOf(chain.slice(0, 10)).events, signature: undefined};
		expect(node.archive.take(ROOM, unsigned, NOW, counting).kept).toHaveLength(10);
		expect(node.archive.take(ROOM, segmentOf(chain), NOW, counting)).toMatchObject({known: 20, kept: []});
		expect(checks).toBe(1);
		const unproved = node.archive.take(ROOM, {events: [forge(cat).bytes], signature: undefined}, NOW, counting);
		expect(unproved).toEqual({kept: [], known: 0, bytes: 0, isUnproved: true});
	});

	test('what came without a signature is handed on with one that vouches for it', () => {
		const chain = chainOf(ann, 20);
		const [via, to] = [nodeOf(bob), nodeOf(cat)];
		via.archive.take(ROOM, segmentOf(chain), NOW, verify);
		const run = {author: ann.peerId, epoch: EPOCH, from: 3, to: 5, isLinked: false};
		expect(fetch(to, via, {runs: [run], ids: [], newest: 0})).toBe(18);
		expect(fetch(to, via, {runs: [], ids: [chain[0]!.id], newest: 0})).toBe(2);
	});

	test('a frame always holds an answer, and an answer always holds something', () => {
		const node = nodeOf(ann);
		const long = forge(bob, said('x'.repeat(16 * 1024)));
		const many = Array.from({length: 200}, (_, index) =>
			forge(cat, {epoch: (index + 1).toString(16).padStart(32, '0')}),
		);
		for (const event of [long, ...many]) node.archive.accept(event, NOW);
		const want = (ids: readonly string[]): Want => ({
			type: 'want',
			request: 1,
			room: ROOM,
			newest: 0,
			runs: [],
			ids,
			bytes: 1,
		});
		expect(node.archive.answer(want([long.id]), 1)).toMatchObject({events: 1, rest: undefined});
		const part = node.archive.answer(want(many.map(({id}) => id)), 256 * 1024);
		expect(part.segments).toHaveLength(MAX_SEGMENTS);
		expect(part.rest?.ids).toHaveLength(200 - MAX_SEGMENTS);
	});

	test('what is not on disk is told to nobody, and own events are given to nobody', () => {
		const [from, to] = [nodeOf(ann), nodeOf(bob)];
		from.archive.create(ROOM, said('on disk'), NOW);
		from.archive.commit();
		const told = () => [from.archive.ranges(ROOM), from.archive.digest(ROOM)];
		const before = told();
		const staged = from.archive.create(ROOM, said('staged'), NOW);
		const other = forge(cat);
		from.archive.accept(other, NOW);
		expect(told()).toEqual(before);
		expect(fetch(to, from, {runs: [], ids: [staged.stored.id], newest: 100})).toBe(2);
		expect(to.archive.has(ROOM, staged.stored.id)).toBe(false);
		from.archive.commit();
		expect(told()).not.toEqual(before);
		expect(pull(to, from)).toBe(1);
	});
});

describe('refused', () => {
	test('row 34: a segment that is altered anywhere, of which nothing false is kept', () => {
		const chain = chainOf(ann, 4);
		const segment = segmentOf(chain);
		const bytes = segment.events.reduce((sum, event) => sum + event.length, 0);
		fc.assert(
			fc.property(fc.nat(bytes + 63), fc.integer({min: 1, max: 255}), (at, flip) => {
				const node = nodeOf(bob);
				const {kept, refused} = node.archive.take(ROOM, flipped(segment, at, flip), NOW, verify);
				expect(refused).toBeDefined();
				expect(chain.slice(4 - kept.length).map(({id}) => id)).toEqual(kept.map(({stored}) => stored.id));
				expect(ordered(node)).toHaveLength(kept.length);
			}),
			{numRuns: 80},
		);
	});

	test('row 33: what was said in another room', () => {
		const node = nodeOf(ann);
		node.archive.open('other');
		const elsewhere = chainOf(bob, 2, {room: 'other'});
		expect(node.archive.take(ROOM, segmentOf(elsewhere), NOW, verify)).toMatchObject({
			refused: 'segment-chain',
			kept: [],
		});
		expect(node.archive.accept(elsewhere[0]!, NOW)?.stored.room).toBe('other');
		expect(node.archive.has(ROOM, elsewhere[0]!.id)).toBe(false);
	});

	test('events that do not follow each other, though their author says so', () => {
		const first = forge(ann);
		const skips = forge(ann, {sequence: 3, previous: first.id});
		expect(takenBy(nodeOf(bob), [first, skips])).toMatchObject({
			refused: 'segment-chain',
			kept: [{event: skips.event}],
		});
		const other = forge(ann, {sequence: 2, previous: forge(ann, said('another')).id});
		expect(takenBy(nodeOf(bob), [first, other])).toMatchObject({refused: 'segment-link', kept: [{event: other.event}]});
		const stolen = forge(cat, {sequence: 2, previous: first.id});
		expect(takenBy(nodeOf(bob), [first, stolen])).toMatchObject({
			refused: 'segment-chain',
			kept: [{event: stolen.event}],
		});
	});

	test('a third in a direct room', () => {
		const {archive} = nodeOf(ann);
		archive.open('@direct', bob.peerId);
		const [own, his, third] = [ann, bob, cat].map(who => ({
			...forge(who),
			event: {...forge(who).event, room: '@direct'},
		}));
		expect(archive.accept(third!, NOW)).toBeUndefined();
		expect(archive.accept(own!, NOW)).toBeDefined();
		expect(archive.accept(his!, NOW)).toBeDefined();
	});
});

function takenBy({archive}: Node, events: readonly Incoming[]) {
	return archive.take(ROOM, segmentOf(events), NOW, verify);
}

function flipped({events, signature}: ReturnType<typeof segmentOf>, at: number, flip: number) {
	const parts = [...events, signature!].map(part => new Uint8Array(part));
	let left = at;
	for (const part of parts) {
		if (left >= 0 && left < part.length) part[left]! ^= flip;
		left -= part.length;
	}
	return {events: parts.slice(0, -1), signature: parts.at(-1)};
}
