/** The answer to `topology`: what is known of the network as a whole. */
import type {Topology, TopologyEdge, TopologyNode, Unreachable} from '../../api/topology.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {bridgesOf, type Claims, edgesOf, groupsOf, reachedFrom} from './graph.ts';

export type ReportOptions = {
	readonly self: PeerId;
	/** Ours are those of our connections. */
	readonly claims: Claims;
	/** What is known of a node besides its edges. */
	readonly about: (peer: PeerId) => {readonly name: string; readonly isNeighbour: boolean; readonly toldAgo?: number};
	readonly unreachable: readonly Unreachable[];
	readonly tells: boolean;
};

/** Whoever has no edge, and whom nobody misses, has left: its last statement is still good for a while. */
export function report({self, claims, about, unreachable, tells}: ReportOptions): Topology {
	const edges = edgesOf(claims, self).sort(byEnds);
	const peers = new Set([self, ...edges.flatMap(({a, b}) => [a, b]), ...unreachable.map(({peer}) => peer)]);
	const reached = reachedFrom(self, claims);
	const nodes = [...peers].sort().map((peer): TopologyNode => {
		return {peer, ...about(peer), isSelf: peer === self, isReachable: reached.has(peer)};
	});
	const groups = groupsOf([...peers].sort(), edges, self).map(group => group.sort());
	return {nodes, edges, bridges: bridgesOf(edges).sort(byEnds), groups, unreachable, tells};
}

type Ends = Pick<TopologyEdge, 'a' | 'b'>;

function byEnds(one: Ends, other: Ends): number {
	if (one.a !== other.a) return one.a < other.a ? -1 : 1;
	return one.b < other.b ? -1 : 1;
}
