/** The answer to `topology`: what is known of the network as a whole. */
import type {Topology, TopologyEdge, TopologyNode, Unreachable} from '../../api/topology.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {bridgesOf, type Claims, edgesOf, groupsOf, halvesOf, reachedFrom} from './graph.ts';

/** Edges that are told: more would be copied from thread to thread for longer than people should wait. */
export const MAX_REPORTED_EDGES = 5_000;

export type PictureOptions = {
	readonly self: PeerId;
	/** Ours are those of our connections. */
	readonly claims: Claims;
	readonly unreachable: readonly Unreachable[];
	/** Whom somebody has lost. */
	readonly missed: ReadonlySet<PeerId>;
	/** The rooms that we are in; none if there may be links that we do not see. */
	readonly rooms: readonly string[];
};

/** What takes long to find out in large networks. */
export type Picture = Pick<Topology, 'edges' | 'leftOut' | 'bridges' | 'groups' | 'halves'> & {
	readonly peers: readonly PeerId[];
	readonly reached: ReadonlySet<PeerId>;
};

export type ReportOptions = {
	readonly self: PeerId;
	/** What is known of a node besides its edges. */
	readonly about: (peer: PeerId) => {readonly name: string; readonly isNeighbour: boolean; readonly toldAgo?: number};
	readonly unreachable: readonly Unreachable[];
	readonly tells: boolean;
};

/**
 * Groups that there is no way to, and of whom nobody misses anybody, have left: what they said last is still good for a
 * while, and is not told.
 */
export function pictureOf({self, claims, unreachable, missed, rooms}: PictureOptions): Picture {
	const reached = reachedFrom(self, claims);
	const all = edgesOf(claims, self, reached);
	const found = new Set([self, ...unreachable.map(({peer}) => peer)]);
	for (const {a, b} of all) found.add(a).add(b);
	const groups = groupsOf([...found].sort(), all, self)
		.filter((group, index) => index === 0 || group.some(peer => missed.has(peer)))
		.map(group => group.sort());
	const peers = groups.flat().sort();
	const kept = new Set(peers);
	const edges = kept.size === found.size ? all : all.filter(({a}) => kept.has(a));
	const bridges = bridgesOf(edges).sort(byEnds);
	const halves = rooms
		.map(room => ({room, parts: halvesOf(room, edges, reached)}))
		.filter(({parts}) => parts.length > 0);
	const some = thinned(edges, bridges, self, peers.length).sort(byEnds);
	const leftOut = edges.length - some.length;
	return {
		edges: some,
		...(leftOut > 0 && {leftOut}),
		bridges,
		groups,
		...(halves.length > 0 && {halves}),
		peers,
		reached,
	};
}

/** So many of each node that all together are not too many; but our own, and bridges, in any case. */
function thinned(
	edges: readonly TopologyEdge[],
	bridges: readonly Ends[],
	self: PeerId,
	nodes: number,
): TopologyEdge[] {
	if (edges.length <= MAX_REPORTED_EDGES) return [...edges];
	const share = Math.max(1, Math.floor(MAX_REPORTED_EDGES / nodes));
	const bridging = new Set(bridges.map(({a, b}) => `${a} ${b}`));
	const isBridge = ({a, b}: Ends) => bridging.size > 0 && bridging.has(`${a} ${b}`);
	const counts = new Map<PeerId, number>();
	return edges.filter(edge => {
		const {a, b} = edge;
		const [ofA, ofB] = [counts.get(a) ?? 0, counts.get(b) ?? 0];
		if (ofA >= share && ofB >= share && a !== self && b !== self && !isBridge(edge)) return false;
		counts.set(a, ofA + 1);
		counts.set(b, ofB + 1);
		return true;
	});
}

export function report(picture: Picture, {self, about, unreachable, tells}: ReportOptions): Topology {
	const {peers, reached, ...rest} = picture;
	const nodes = peers.map((peer): TopologyNode => {
		return {peer, ...about(peer), isSelf: peer === self, isReachable: reached.has(peer)};
	});
	return {nodes, ...rest, unreachable, tells};
}

type Ends = Pick<TopologyEdge, 'a' | 'b'>;

function byEnds(one: Ends, other: Ends): number {
	if (one.a !== other.a) return one.a < other.a ? -1 : 1;
	return one.b < other.b ? -1 : 1;
}
