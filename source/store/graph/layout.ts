/** Where everyone and every link stands: from where they stood before and from who is connected to whom now. */
import type {Topology, TopologyEdge} from '../../api/topology.ts';
import {type Lanes, type Link, lanesFor} from './lanes.ts';
import {type Neighbours, orderOf} from './order.ts';

export type GraphLayout = {
	/** Peer ids from top to bottom, by group: ours first. Those who are alone and cut off are one group, the last one. */
	readonly groups: readonly (readonly string[])[];
	/** Of all links. Undefined: there are more than could be drawn anywhere. */
	readonly lanes: Lanes | undefined;
	/** What it was made for: the same again gives the same object. */
	readonly madeFor: Topology | undefined;
};

export const EMPTY_LAYOUT: GraphLayout = {groups: [], lanes: undefined, madeFor: undefined};

/** Of an edge: the same whatever else there is. */
export function edgeKey({a, b}: {readonly a: string; readonly b: string}): string {
	return `${a} ${b}`;
}

export function nextLayout(before: GraphLayout, topology: Topology): GraphLayout {
	if (before.madeFor && isAlike(before.madeFor, topology)) return before;
	const {edges} = topology;
	const groups = groupsOf(topology);
	const neighbours = neighboursOf(edges);
	const self = topology.nodes.find(({isSelf}) => isSelf)?.peer;
	const stood = before.groups.flat();
	const ordered = groups.map(group => orderOf(stood, new Set(group), neighbours, self));
	return {groups: ordered, lanes: lanesFor(linksOf(edges, rowsOf(ordered)), before.lanes), madeFor: topology};
}

/** The same members, groups and edges, told in the same order; whatever is measured of them. */
function isAlike(one: Topology, other: Topology): boolean {
	return (
		isSame(one.nodes, other.nodes, (a, b) => a.peer === b.peer) &&
		isSame(one.edges, other.edges, (a, b) => a.a === b.a && a.b === b.b) &&
		isSame(one.groups, other.groups, (a, b) => isSame(a, b, (peer, same) => peer === same))
	);
}

function isSame<Item>(
	some: readonly Item[],
	others: readonly Item[],
	areSame: (one: Item, other: Item) => boolean,
): boolean {
	return some.length === others.length && some.every((item, index) => areSame(item, others[index] as Item));
}

export function neighboursOf(edges: Topology['edges']): Neighbours {
	const neighbours = new Map<string, Set<string>>();
	const add = (one: string, other: string): void => {
		const known = neighbours.get(one);
		if (known) known.add(other);
		else neighbours.set(one, new Set([other]));
	};
	for (const {a, b} of edges) {
		add(a, b);
		add(b, a);
	}
	return neighbours;
}

/** Rows from the top, from 0; groups without a gap. */
export function rowsOf(groups: GraphLayout['groups']): ReadonlyMap<string, number> {
	return new Map(groups.flat().map((peer, row) => [peer, row]));
}

/** A link of an edge. */
export type EdgeLink = Link & {readonly edge: TopologyEdge};

export function linksOf(edges: Topology['edges'], rows: ReadonlyMap<string, number>): readonly EdgeLink[] {
	return edges.flatMap(edge => {
		const [a, b] = [rows.get(edge.a), rows.get(edge.b)];
		if (a === undefined || b === undefined || a === b) return [];
		return [{key: edgeKey(edge), top: Math.min(a, b), bottom: Math.max(a, b), edge}];
	});
}

/** As the core says, with whoever is in no group behind them. */
function groupsOf({nodes, groups}: Topology): readonly (readonly string[])[] {
	const known = new Set(nodes.map(({peer}) => peer));
	const grouped = new Set<string>();
	const shown: string[][] = [];
	const alone: string[] = [];
	for (const [index, group] of groups.entries()) {
		const members = group.filter(peer => known.has(peer) && !grouped.has(peer));
		for (const peer of members) grouped.add(peer);
		if (members.length > 1 || index === 0) shown.push(members);
		else alone.push(...members);
	}
	const left = [...known].filter(peer => !grouped.has(peer));
	return [...shown, [...alone, ...left]].filter(group => group.length > 0);
}
