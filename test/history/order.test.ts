import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {MAX_TIMESTAMP} from '../../source/wire/limits.ts';
import {histories, orderedByDefinition} from './random-history.ts';
import {ann, bob, cat, chainOf, contentOf, forge, NOW, nodeOf, ordered, ROOM, said, say, settle} from './rig.ts';

const TEN_YEARS = 10 * 365 * 86_400_000;

describe('order', () => {
	test('is the defined one whatever comes when, twice, with wrong clocks, and with what never comes', () => {
		const arrivals = histories(24).chain(events =>
			fc.record({
				here: fc.constant(events),
				first: fc.shuffledSubarray([...events, ...events], {minLength: events.length}),
				second: fc.shuffledSubarray([...events], {minLength: events.length}),
				lost: fc.subarray([...events]),
				every: fc.integer({min: 1, max: 8}),
			}),
		);
		fc.assert(
			fc.property(arrivals, ({here, first, second, lost, every}) => {
				const isHere = (event: {id: string}) => !lost.some(({id}) => id === event.id);
				const [a, b] = [nodeOf(ann), nodeOf(bob)];
				for (const [index, event] of first.filter(isHere).entries()) {
					a.archive.accept(event, NOW);
					if (index % every === 0) a.archive.reorderSome(ROOM);
					if (index % every === 1) a.archive.commit();
				}
				const held = here.filter(event => a.archive.has(ROOM, event.id));
				for (const event of second) if (held.includes(event)) b.archive.accept(event, NOW);
				settle(a);
				settle(b);
				expect(ordered(a)).toEqual(orderedByDefinition(held));
				expect(contentOf(a)).toEqual(contentOf(b));
				expect(a.archive.gaps(ROOM).toSorted()).toEqual(missingOf(held));
			}),
			{numRuns: 50},
		);
	});

	test('is computed anew in parts, across a restart too, when the first of a long chain comes last', () => {
		const [first, ...others] = chainOf(ann, 300);
		const late = forge(ann, {clock: NOW + TEN_YEARS});
		const root = forge(bob, {parents: [late.id]});
		let node = nodeOf(cat);
		const second = forge(ann, {sequence: 2, previous: first!.id, parents: [first!.id, root.id].sort(), clock: NOW});
		const chain = [second];
		for (const {event} of others.slice(1)) {
			const previous = chain.at(-1)!.id;
			chain.push(forge(ann, {...event, previous, parents: [previous]}));
		}
		for (const event of [...chain, root, first!]) node.archive.accept(event, NOW);
		settle(node);
		const before = ordered(node);
		node.archive.accept(late, NOW);
		expect(node.archive.reorderSome(ROOM).isDone).toBe(false);
		node.archive.commit();
		node = nodeOf(cat, {from: node.store.snapshot()});
		settle(node);
		expect(ordered(node)).toEqual(orderedByDefinition([...chain, root, first!, late]));
		expect(ordered(node)).not.toEqual(before);
		expect(node.archive.room(ROOM).reorderFrom).toBeUndefined();
	});

	test('row 38: a clock ten years ahead pins nothing to the bottom', () => {
		const [a, b] = [nodeOf(ann), nodeOf(bob)];
		const liar = forge(cat, {clock: NOW + TEN_YEARS});
		const furthest = forge(cat, {sequence: 2, previous: liar.id, clock: MAX_TIMESTAMP});
		for (const {archive} of [a, b]) for (const event of [liar, furthest]) archive.accept(event, NOW);
		const answer = say(a, 'who says that?');
		b.archive.accept(answer, NOW);
		const further = say(b, 'nobody');
		a.archive.accept(further, NOW);
		expect(ordered(a)).toEqual([liar, furthest, answer, further].map(({id}) => id));
		expect(ordered(b)).toEqual(ordered(a));
		expect(further.event.clock).toBe(MAX_TIMESTAMP);
	});

	test('row 43: own events do not hang on what somebody withholds', () => {
		const node = nodeOf(ann);
		const seen = forge(bob);
		const hanging = forge(cat, {parents: [forge(cat, {clock: NOW + TEN_YEARS}).id], ...said('where is it?')});
		node.archive.accept(seen, NOW);
		const kept = node.archive.accept(hanging, NOW);
		expect(kept).toMatchObject({missing: hanging.event.parents});
		expect(node.archive.missing(ROOM, hanging.id)).toEqual(hanging.event.parents);
		expect(node.archive.create(ROOM, said('mine'), NOW).event.parents).toEqual([seen.id]);
	});
});

function missingOf(held: readonly {id: string; event: {parents: readonly string[]; previous: string | undefined}}[]) {
	const ids = new Set(held.map(({id}) => id));
	const numbers = new Set(held.map(({event}) => numberOf(event as never, 0)));
	const missing = held.flatMap(({event}) => [
		...event.parents,
		...(event.previous !== undefined && numbers.has(numberOf(event as never, -1)) ? [event.previous] : []),
	]);
	return [...new Set(missing)].filter(id => !ids.has(id)).sort();
}

function numberOf({author, sequence}: {author: string; sequence: number}, by: number): string {
	return `${author} ${sequence + by}`;
}
