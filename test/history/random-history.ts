/** Histories that honest and dishonest people may have written together, for property tests. */
import fc from 'fast-check';
import type {Incoming} from '../../source/history/archive.ts';
import {forge, NOW, people, said} from './rig.ts';

type Step = {
	readonly author: number;
	/** Indices of earlier events, modulo their number. */
	readonly parents: readonly number[];
	readonly clock: number;
	/** How many events of his own he pretends not to have written. */
	readonly forgets: number;
};

const step: fc.Arbitrary<Step> = fc.record({
	author: fc.nat(people.length - 1),
	parents: fc.array(fc.nat(50), {maxLength: 3}),
	clock: fc.oneof(
		{weight: 4, arbitrary: fc.nat(20)},
		{weight: 1, arbitrary: fc.constantFrom(-NOW, 1_000, 10 * 365 * 86_400_000)},
	),
	forgets: fc.oneof({weight: 6, arbitrary: fc.constant(0)}, {weight: 1, arbitrary: fc.nat(3)}),
});

/** Events, each after those that it names. */
export function histories(maxLength: number): fc.Arbitrary<readonly Incoming[]> {
	return fc.array(step, {minLength: 1, maxLength}).map(steps => write(steps, false));
}

/** The same of people who say what is true of their own words: each names the one before it, so it stands after it. */
export function orderlyHistories(maxLength: number): fc.Arbitrary<readonly Incoming[]> {
	return fc.array(step, {minLength: 1, maxLength}).map(steps => write(steps, true));
}

function write(steps: readonly Step[], isOrderly: boolean): readonly Incoming[] {
	const events: Incoming[] = [];
	/** Of each author the branch that he goes on with. */
	const branches = people.map((): Incoming[] => []);
	for (const [index, {author, parents, clock, forgets}] of steps.entries()) {
		const branch = branches[author]!;
		branch.splice(branch.length - Math.min(forgets, branch.length));
		const named = events.length === 0 ? [] : parents.map(at => events[at % events.length]!.id);
		const previous = branch.at(-1)?.id;
		if (isOrderly && previous !== undefined) named.push(previous);
		const event = forge(people[author]!, {
			sequence: branch.length + 1,
			previous,
			parents: [...new Set(named)].sort(),
			clock: NOW + clock,
			...said(`event ${index}`),
		});
		branch.push(event);
		events.push(event);
	}
	return events;
}

/** The order of the room by its definition, of these events alone. */
export function orderedByDefinition(events: readonly Incoming[]): readonly string[] {
	const known = new Map(events.map(event => [event.id, event]));
	const orders = new Map<string, number>();
	const orderOf = (id: string): number => {
		const {clock, parents} = known.get(id)!.event;
		const above = parents
			.filter(parent => known.has(parent))
			.map(parent => 1 + (orders.get(parent) ?? orderOf(parent)));
		const order = Math.max(clock, ...above);
		orders.set(id, order);
		return order;
	};
	const ids = [...known.keys()];
	for (const id of ids) orderOf(id);
	return ids.sort((a, b) => orders.get(a)! - orders.get(b)! || (a < b ? -1 : 1));
}
