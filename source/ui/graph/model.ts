/** What there is to draw: everyone with their links, found fast; made once for each answer of the core. */
import type {Topology, TopologyEdge, TopologyNode, Unreachable} from '../../api/topology.ts';
import type {Paint, Theme} from '../theme.ts';

/** One's link to somebody else. */
export type LinkTo = {readonly peer: string; readonly edge: TopologyEdge};

export type Model = {
	readonly topology: Topology;
	readonly nodes: ReadonlyMap<string, TopologyNode>;
	/** The fastest first, those of unknown latency last. */
	readonly links: ReadonlyMap<string, readonly LinkTo[]>;
	/** By one end, then by the other, both ways round. */
	readonly edges: ReadonlyMap<string, ReadonlyMap<string, TopologyEdge>>;
	readonly bridges: ReadonlySet<TopologyEdge>;
	readonly unreachable: ReadonlyMap<string, Unreachable>;
	readonly self: TopologyNode | undefined;
};

const models = new WeakMap<Topology, Model>();

export function modelOf(topology: Topology): Model {
	const known = models.get(topology) ?? makeModel(topology);
	models.set(topology, known);
	return known;
}

function makeModel(topology: Topology): Model {
	const links = new Map<string, LinkTo[]>(topology.nodes.map(({peer}) => [peer, []]));
	const edges = new Map<string, Map<string, TopologyEdge>>(topology.nodes.map(({peer}) => [peer, new Map()]));
	for (const edge of topology.edges.toSorted((one, other) => timeOf(one) - timeOf(other))) {
		links.get(edge.a)?.push({peer: edge.b, edge});
		links.get(edge.b)?.push({peer: edge.a, edge});
		edges.get(edge.a)?.set(edge.b, edge);
		edges.get(edge.b)?.set(edge.a, edge);
	}
	return {
		topology,
		links,
		edges,
		nodes: new Map(topology.nodes.map(node => [node.peer, node])),
		bridges: new Set(topology.bridges.flatMap(({a, b}) => edges.get(a)?.get(b) ?? [])),
		unreachable: new Map(topology.unreachable.map(each => [each.peer, each])),
		self: topology.nodes.find(({isSelf}) => isSelf),
	};
}

function timeOf({rtt}: TopologyEdge): number {
	return rtt ?? Number.MAX_VALUE;
}

export function edgeBetween({edges}: Model, one: string, other: string): TopologyEdge | undefined {
	return edges.get(one)?.get(other);
}

/** Whether it belongs to the mesh of that room, or of any. */
export function isInMesh({mesh}: TopologyEdge, room: string | undefined): boolean {
	return room === undefined ? mesh.length > 0 : mesh.includes(room);
}

export function isBridge({bridges}: Model, edge: TopologyEdge): boolean {
	return bridges.has(edge);
}

/** Round trips in milliseconds below which a link is near, middling and far: a LAN, a city, a continent. */
export const LATENCIES = [5, 40, 150] as const;
export type Latency = 'near' | 'middling' | 'far' | 'farther' | 'unknown';

export function latencyOf({rtt}: TopologyEdge): Latency {
	if (rtt === undefined) return 'unknown';
	const [near, middling, far] = LATENCIES;
	return rtt < near ? 'near' : rtt < middling ? 'middling' : rtt < far ? 'far' : 'farther';
}

export function latencyPaint(latency: Latency, {paint}: Theme): Paint {
	return {near: paint.good, middling: paint.accent, far: paint.warn, farther: paint.bad, unknown: paint.dim}[latency];
}

/** Milliseconds: a statement of neighbours that is older may not be what is now. Those that hold no more are not told. */
export const OLD_STATEMENT = 60_000;
