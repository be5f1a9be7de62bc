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
	/** Whom somebody has lost. */
	readonly missed: ReadonlySet<PeerId>;
	readonly tells: boolean;
};

/**
 * Groups that there is no way to, and of whom nobody misses anybody, have left: what they said last is still good for a
 * while, and is not told.
 */
export function report({self, claims, about, unreachable, missed, tells}: ReportOptions): Topology {
	const all = edgesOf(claims, self).sort(byEnds);
	const peers = new Set([self, ...all.flatMap(({a, b}) => [a, b]), ...unreachable.map(({peer}) => peer)]);
	const groups = groupsOf([...peers].sort(), all, self)
		.filter((group, index) => index === 0 || group.some(peer => missed.has(peer)))
		.map(group => group.sort());
	const kept = new Set(groups.flat());
	const edges = all.filter(({a}) => kept.has(a));
	const reached = reachedFrom(self, claims);
	const nodes = [...kept].sort().map((peer): TopologyNode => {
		return {peer, ...about(peer), isSelf: peer === self, isReachable: reached.has(peer)};
	});
	return {nodes, edges, bridges: bridgesOf(edges).sort(byEnds), groups, unreachable, tells};
}

type Ends = Pick<TopologyEdge, 'a' | 'b'>;

function byEnds(one: Ends, other: Ends): number {
	if (one.a !== other.a) return one.a < other.a ? -1 : 1;
	return one.b < other.b ? -1 : 1;
}
