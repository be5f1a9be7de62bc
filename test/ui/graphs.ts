/** Networks to draw, always the same: peers by name, and who is connected to whom. */
import type {Topology, TopologyEdge, TopologyNode, Unreachable} from '../../source/api/topology.ts';
import {minutes} from './script.ts';

/** Numbers from 0 to 1 (mulberry32), the same for the same seed. */
export function randomNumbers(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A peer id that ends in something of its own. */
export const idOf = (index: number): string => `12D3KooWNode${String(index).padStart(36, 'x')}${tag(index)}`;

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';
const tag = (index: number): string =>
	[7, 11, 13, 17].map(prime => LETTERS[(index * prime + prime) % LETTERS.length]).join('');

const NAMES = (
	'you ann bob cat dan eve fay gus hal ida jon kim leo mia ned ola pia quin ron sue tom uma vic wes xia yan zoe ' +
	'amir bela cleo dirk elsa finn gwen hugo'
).split(' ');

export type Pair = readonly [number, number];

type Options = {
	readonly names?: readonly string[];
	readonly rtt?: (a: number, b: number) => number | undefined;
	readonly isMesh?: (a: number, b: number) => boolean;
	readonly unreachable?: readonly Unreachable[];
};

const MANY = 60;

/** Node 0 is ourselves. Groups and bridges are as they should be. */
export function topologyOf(count: number, pairs: readonly Pair[], options: Options = {}): Topology {
	const {names = NAMES, rtt = defaultRtt, isMesh = defaultMesh, unreachable = []} = options;
	const groups = componentsOf(count, pairs);
	const ours = new Set(groups[0]);
	const near = new Set(pairs.flatMap(([a, b]) => (a === 0 ? [b] : b === 0 ? [a] : [])));
	const nodes = Array.from({length: count}, (_, index): TopologyNode => {
		const isSelf = index === 0;
		const told = isSelf ? {} : {toldAgo: 4_000 + index * 100};
		const name = names[index % names.length] ?? '';
		const suffix = index >= names.length ? String(Math.floor(index / names.length) + 1) : '';
		return {
			peer: idOf(index),
			name: name + suffix,
			isSelf,
			isNeighbour: near.has(index),
			isReachable: ours.has(index),
			...told,
		};
	});
	const edges = pairs.map(([a, b]): TopologyEdge => {
		const time = rtt(a, b);
		const mesh = isMesh(a, b) ? ['lobby'] : [];
		return {...ends(a, b), ...(time === undefined ? {} : {rtt: time}), mesh, isConfirmed: true};
	});
	// In large ones nobody looks for them.
	const bridges = (pairs.length > MANY ? [] : pairs)
		.filter(
			pair =>
				componentsOf(
					count,
					pairs.filter(each => each !== pair),
				).length > groups.length,
		)
		.map(([a, b]) => ends(a, b));
	return {nodes, edges, bridges, groups: groups.map(group => group.map(idOf)), unreachable, tells: true};
}

function ends(a: number, b: number): {readonly a: string; readonly b: string} {
	const [one, other] = [idOf(a), idOf(b)];
	return one < other ? {a: one, b: other} : {a: other, b: one};
}

/** Mostly on one switch, some behind a slow radio. */
const defaultRtt = (a: number, b: number): number => {
	const kind = (a * 31 + b * 17) % 23;
	return kind === 0 ? 214 : kind < 3 ? 62 + a : kind < 7 ? 9.4 + b : 0.21 + kind / 10;
};

const defaultMesh = (a: number, b: number): boolean => (a * 7 + b * 5) % 3 === 0;

/** The first one is that of node 0, the others by size. */
function componentsOf(count: number, pairs: readonly Pair[]): number[][] {
	const component = Array.from({length: count}, (_, index) => index);
	const rootOf = (index: number): number => (component[index] === index ? index : rootOf(component[index] as number));
	for (const [a, b] of pairs) {
		const [one, other] = [rootOf(a), rootOf(b)];
		component[Math.max(one, other)] = Math.min(one, other);
	}
	const groups = new Map<number, number[]>();
	for (let index = 0; index < count; index++) {
		const root = rootOf(index);
		const group = groups.get(root);
		if (group) group.push(index);
		else groups.set(root, [index]);
	}
	const [first = [], ...rest] = groups.values();
	return [first, ...rest.sort((one, other) => other.length - one.length)];
}

export function fullMesh(count: number, from = 0): readonly Pair[] {
	return Array.from({length: count}, (_, a) => Array.from({length: count - a - 1}, (_, b) => pair(a, a + b + 1)))
		.flat()
		.map(([a, b]) => [a + from, b + from] as const);
}

const pair = (a: number, b: number): Pair => [a, b];

/** Connected, with about so many links for each one. */
export function sparse(count: number, degree: number, random: () => number, from = 0): readonly Pair[] {
	const pairs = new Map<string, Pair>();
	const add = (a: number, b: number): void => {
		if (a !== b) pairs.set(`${Math.min(a, b)} ${Math.max(a, b)}`, pair(Math.min(a, b) + from, Math.max(a, b) + from));
	};
	for (let node = 1; node < count; node++) add(node, Math.floor(random() * node));
	while (pairs.size < Math.min((count * degree) / 2, (count * (count - 1)) / 2))
		add(Math.floor(random() * count), Math.floor(random() * count));
	return [...pairs.values()];
}

/** Every kind of line, and everyone who can be told from the others: two do not say, one has said it long ago. */
export function everyKind(): Topology {
	const made = topologyOf(7, [...fullMesh(4), [3, 4], [3, 5], [4, 5], [5, 6]], {
		isMesh: (a, b) => a === 0 && b < 3,
		rtt: (a, b) => [0.4, 12, 88, 640, undefined][(a + b) % 5],
	});
	const silent = new Set([idOf(4), idOf(6)]);
	const nodes = made.nodes.map(({toldAgo, ...node}): TopologyNode => {
		if (silent.has(node.peer) || toldAgo === undefined) return node;
		return {...node, toldAgo: node.peer === idOf(5) ? 600_000 : toldAgo};
	});
	const edges = made.edges.map(edge => ({...edge, isConfirmed: !silent.has(edge.a) && !silent.has(edge.b)}));
	return {...made, nodes, edges};
}

/** What the views are shown with. */
export const GRAPHS: Readonly<Record<string, () => Topology>> = {
	'you alone': () => topologyOf(1, []),
	'three, all connected': () => topologyOf(3, fullMesh(3)),
	'twelve, all connected': () => topologyOf(12, fullMesh(12)),
	'twenty, and a bridge': () => {
		const random = randomNumbers(7);
		return topologyOf(20, [...sparse(11, 3.4, random), ...sparse(9, 3.2, random, 11), [4, 14]]);
	},
	'two groups after a partition': () => partitioned(),
	'every kind of line': () => everyKind(),
	sixty: () => topologyOf(60, sparse(60, 8, randomNumbers(3))),
	'two hundred': () => topologyOf(200, sparse(200, 7, randomNumbers(5))),
};

/** Five on this side, of whom we cannot reach one; four on the other. */
function partitioned(): Topology {
	const pairs = [...fullMesh(4), [2, 4] as const, [3, 4] as const, ...fullMesh(4, 5)];
	const lost = [4, 5, 6, 7, 8].map(
		(index): Unreachable => ({
			peer: idOf(index),
			name: NAMES[index] as string,
			since: minutes(3),
			how: index === 4 ? 'only-us' : 'lost',
			reachedBy: index === 4 ? [idOf(2), idOf(3)] : [],
		}),
	);
	return topologyOf(9, pairs, {unreachable: lost});
}
