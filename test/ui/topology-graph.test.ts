/** Where everyone stands and what is drawn: whoever follows the lines comes to the neighbours, and to nobody else. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Topology} from '../../source/api/topology.ts';
import {sanitizeLine} from '../../source/base/sanitize.ts';
import {Draft} from '../../source/store/draft.ts';
import {lanesFor, leastLanes} from '../../source/store/graph/lanes.ts';
import {EMPTY_LAYOUT, nextLayout} from '../../source/store/graph/layout.ts';
import {topologyCame} from '../../source/store/pages/topology.ts';
import type {State} from '../../source/store/state.ts';
import {armsOf} from '../../source/ui/graph/box.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {topologyContent} from '../../source/ui/views/topology.ts';
import {viewOf} from '../../source/ui/views/topology-view.ts';
import {everyKind, fullMesh, idOf, type Pair, randomNumbers, sparse, topologyOf} from './graphs.ts';
import {livelyStore} from './harness.tsx';
import {HOSTILE} from './hostile.ts';

const lively = livelyStore().getState();

function stateWith(topology: Topology, shows: 'auto' | 'graph' | 'table', before: State = lively): State {
	const draft = new Draft(before, 0);
	topologyCame(draft, topology);
	const {pages, ...state} = draft.finish();
	return {...state, view: 'topology', pages: {...pages, topology: {...pages.topology, shows}}};
}

const randomTopology = (seed: number, count: number, degree: number): Topology => {
	const random = randomNumbers(seed);
	const cut = Math.floor(count * random());
	const ours = sparse(count - cut, degree, random);
	return topologyOf(count, [...ours, ...(cut > 0 ? sparse(cut, degree, random, count - cut) : [])]);
};

const topologies = fc
	.tuple(
		fc.nat(),
		fc.oneof({maxDepth: 0}, fc.integer({min: 1, max: 24}), fc.integer({min: 1, max: 200})),
		fc.integer({min: 1, max: 6}),
	)
	.map(([seed, count, degree]) => randomTopology(seed, count, degree));
const sizes = fc.record({width: fc.integer({min: 38, max: 198}), height: fc.integer({min: 9, max: 57})});

type Drawn = {readonly rows: readonly string[]; readonly start: number; readonly nodes: ReadonlyMap<number, string>};

function drawn(topology: Topology, width: number, height: number): Drawn & {readonly isWhole: boolean} {
	const state = stateWith(topology, 'graph');
	const {lines, items, head = []} = topologyContent(state, width, height, PLAIN_THEME);
	const {nameCells} = viewOf(state, topology, width, height, PLAIN_THEME);
	return {
		rows: lines,
		start: nameCells + 4,
		nodes: new Map(items.map(({id, first}) => [first, id])),
		isWhole: !head.some(line => / of \d+ edges?: /.test(line)),
	};
}

/** Everyone to whom the lines lead that begin in that row. At a crossing they go straight on, whatever is beside them. */
function followed({rows, start, nodes}: Drawn, from: number): ReadonlySet<string> {
	const found = new Set<string>();
	const armsAt = (x: number, y: number) => armsOf([...(rows[y] ?? '')][x] ?? ' ');
	for (let x = start; (armsAt(x, from)?.left ?? 0) > 0; x++) {
		const arms = armsAt(x, from);
		if (!arms || arms.up > 0 === arms.down > 0) continue;
		const step = arms.down > 0 ? 1 : -1;
		let y = from + step;
		for (let at = armsAt(x, y); at && at.up > 0 && at.down > 0; at = armsAt(x, y)) y += step;
		found.add(nodes.get(y) ?? `nobody in row ${y}`);
	}
	return found;
}

const neighboursIn = ({edges}: Topology, peer: string): ReadonlySet<string> =>
	new Set(edges.flatMap(({a, b}) => (a === peer ? [b] : b === peer ? [a] : [])));

describe('what is drawn', () => {
	test('leads from everyone to their neighbours and to nobody else, and is as wide as it should be', () => {
		fc.assert(
			fc.property(topologies, sizes, (topology, {width, height}) => {
				const picture = drawn(topology, width, height);
				expect([...picture.nodes.values()].sort()).toEqual(topology.nodes.map(({peer}) => peer).sort());
				expect(picture.rows.filter(row => widthOf(row) !== width)).toEqual([]);
				for (const [row, peer] of picture.nodes) {
					const neighbours = neighboursIn(topology, peer);
					const reached = followed(picture, row);
					if (picture.isWhole) expect(reached).toEqual(neighbours);
					else expect([...reached].filter(other => !neighbours.has(other))).toEqual([]);
				}
			}),
			{numRuns: 40},
		);
	});

	test.each([
		['one link', topologyOf(2, [[0, 1]])],
		[
			'a chain',
			topologyOf(5, [
				[0, 1],
				[1, 2],
				[2, 3],
				[3, 4],
			]),
		],
		[
			'a star',
			topologyOf(
				9,
				[1, 2, 3, 4, 5, 6, 7, 8].map((each): Pair => [0, each]),
			),
		],
		['a full mesh of eight', topologyOf(8, fullMesh(8))],
		['two who are alone', topologyOf(3, [[1, 2]])],
	])('%s: all of it', (_, topology) => {
		const picture = drawn(topology, 118, 37);
		expect(picture.isWhole).toBe(true);
		for (const [row, peer] of picture.nodes) expect(followed(picture, row)).toEqual(neighboursIn(topology, peer));
	});

	test('each kind of link has a line of its own, without any colour', () => {
		const {rows} = drawn(everyKind(), 118, 37);
		const found = new Set([...rows.join('')].filter(character => '│┃║┆'.includes(character)));
		expect([...found].sort()).toEqual(['│', '┃', '║', '┆'].sort());
	});

	test('a graph where it can be read, a table where not, at any size', () => {
		const lookAt = (topology: Topology, width: number, height: number) =>
			topologyContent(stateWith(topology, 'auto'), width, height, PLAIN_THEME).look;
		const thirty = randomTopology(11, 30, 3);
		expect(lookAt(topologyOf(8, fullMesh(8)), 118, 37)).toBe('graph');
		expect(lookAt(thirty, 118, 37)).toBe('graph');
		expect(lookAt(thirty, 38, 37)).toBe('table');
		expect(lookAt(thirty, 118, 22)).toBe('table');
		expect(lookAt(topologyOf(16, fullMesh(16)), 118, 37)).toBe('table');
	});
});

describe('tables', () => {
	test('have a row for everyone, of the right width, at any size, whatever names there are', () => {
		fc.assert(
			fc.property(topologies, sizes, fc.boolean(), (topology, {width, height}, isHostile) => {
				const name = (index: number) => HOSTILE[index % HOSTILE.length] as string;
				const nodes = isHostile ? topology.nodes.map((node, index) => ({...node, name: name(index)})) : topology.nodes;
				const state = stateWith({...topology, nodes}, 'table');
				const {items, lines, head = [], foot = []} = topologyContent(state, width, height, PLAIN_THEME);
				expect(items.length).toBe(topology.nodes.length);
				expect([...head, ...lines, ...foot].filter(row => widthOf(row) !== width)).toEqual([]);
			}),
			{numRuns: 20},
		);
	});

	test('names of others are made safe, and nobody else is called what we are', () => {
		const made = topologyOf(HOSTILE.length + 2, fullMesh(HOSTILE.length + 2), {names: ['me', ...HOSTILE, 'you']});
		const state = stateWith(made, 'graph');
		const {lines, head = [], foot = []} = topologyContent(state, 118, 37, PLAIN_THEME);
		// The only ones that are not to be seen are isolates, of ours.
		const shown = [...head, ...lines, ...foot].map(line => line.replaceAll(/[\u2066-\u2069]/g, ''));
		expect(shown.filter(line => sanitizeLine(line) !== line)).toEqual([]);
		expect(shown.some(line => /you·\w{4}/.test(line))).toBe(true);
	});
});

describe('layout', () => {
	const layoutOf = (topology: Topology, before = EMPTY_LAYOUT) => nextLayout(before, topology);

	test('does not depend on the order in which things are told', () => {
		const told = randomTopology(4, 40, 4);
		const {groups, lanes} = layoutOf({...told, nodes: told.nodes.toReversed(), edges: told.edges.toReversed()});
		expect([groups, lanes]).toEqual([layoutOf(told).groups, layoutOf(told).lanes]);
	});

	test('is the same object while nothing changes but figures', () => {
		const told = randomTopology(4, 40, 4);
		const before = layoutOf(told);
		const later = {...told, edges: told.edges.map(edge => ({...edge, rtt: 3, mesh: ['dev']}))};
		expect(layoutOf(later, before)).toBe(before);
	});

	test('whoever comes stands with its neighbours, whoever goes leaves, and the others stay in order', () => {
		for (let seed = 0; seed < 8; seed++) {
			const random = randomNumbers(seed);
			const pairs = sparse(24, 4, random);
			const before = layoutOf(topologyOf(24, pairs));
			const other = 1 + Math.floor(random() * 23);
			const more = layoutOf(topologyOf(25, [...pairs, [other, 24]]), before);
			expect(more.groups.flat().filter(peer => peer !== idOf(24))).toEqual(before.groups.flat());
			const flat = more.groups.flat();
			expect(flat.indexOf(idOf(24))).toBe(flat.indexOf(idOf(other)) + 1);
			const again = layoutOf(topologyOf(24, pairs), more);
			expect(again.groups).toEqual(before.groups);
		}
	});

	test('links stay in their lanes when another one goes', () => {
		const pairs = sparse(24, 4, randomNumbers(3));
		const before = layoutOf(topologyOf(24, pairs));
		const without = topologyOf(24, pairs.slice(0, -1));
		const after = layoutOf(without, before);
		for (const [key, lane] of after.lanes?.of ?? []) expect([key, lane]).toEqual([key, before.lanes?.of.get(key)]);
	});

	test('who is cut off keeps the order, below the others, and comes back to the same place', () => {
		const halves = [...fullMesh(5), ...fullMesh(5, 5)];
		const whole = layoutOf(topologyOf(10, [...halves, [4, 5]]));
		const cut = layoutOf(topologyOf(10, halves), whole);
		expect(cut.groups.map(group => group.length)).toEqual([5, 5]);
		expect(layoutOf(topologyOf(10, [...halves, [4, 5]]), cut).groups).toEqual(whole.groups);
	});

	test('links share no cell of a lane, and there are hardly more lanes than must be', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({min: 1, max: 9})), {maxLength: 60}), spans => {
				const links = spans.map(([top, length], index) => ({key: `${index}`, top, bottom: top + length}));
				const lanes = lanesFor(links);
				const taken = links.flatMap(({key, top, bottom}) =>
					Array.from({length: bottom - top + 1}, (_, at) => `${lanes?.of.get(key)} ${top + at}`),
				);
				expect(new Set(taken).size).toBe(taken.length);
				expect(lanes?.count).toBeLessThanOrEqual(2 * leastLanes(links));
			}),
			{numRuns: 60},
		);
	});

	test('a full mesh of 200 has no lanes: it could be drawn nowhere', () => {
		expect(layoutOf(topologyOfComplete(200)).lanes).toBeUndefined();
	});
});

/** Without looking for bridges, of which there are none. */
function topologyOfComplete(count: number): Topology {
	const small = topologyOf(count, []);
	const edges = fullMesh(count).map(([a, b]) => ({a: idOf(a), b: idOf(b), mesh: [], isConfirmed: true}));
	return {...small, edges, groups: [small.nodes.map(({peer}) => peer)]};
}
