/**
 * Who is connected to whom, made of what the nodes say: an edge exists if every one of its two ends that says anything
 * names the other. So nobody can claim an edge to somebody who speaks for himself. For ourselves our connections speak.
 */
import type {TopologyEdge} from '../../api/topology.ts';
import type {PeerId} from '../../wire/peer-id.ts';

/** What one node says of an edge: the round trip in milliseconds, and rooms in whose mesh it has the other end. */
export type Claim = {readonly rtt: number | undefined; readonly mesh: readonly string[]};

/** The neighbours of each node that says who they are, ourselves included. */
export type Claims = ReadonlyMap<PeerId, ReadonlyMap<PeerId, Claim>>;

type Adjacency = ReadonlyMap<PeerId, readonly PeerId[]>;

/** Whether there is an edge, if `a` names `b`. */
function isMutual(claims: Claims, a: PeerId, b: PeerId): boolean {
	return claims.get(b)?.has(a) ?? true;
}

/** Edges to keys that state nothing, which cost nothing to invent: in all, those near to us first, and by author. */
export const MAX_SILENT_EDGES = 2_000;
export const MAX_SILENT_NEIGHBOURS = 32;

/** Each edge once. `self`: our own connections need nobody's word. `reached`: the nearest first. */
export function edgesOf(
	claims: Claims,
	self: PeerId,
	reached: ReadonlySet<PeerId> = reachedFrom(self, claims),
): TopologyEdge[] {
	const edges: TopologyEdge[] = [];
	let left = MAX_SILENT_EDGES;
	for (const from of new Set([...reached, ...claims.keys()])) {
		let room = Math.min(MAX_SILENT_NEIGHBOURS, left);
		left -= room;
		for (const edge of edgesFrom(from, claims, self)) if (edge.isConfirmed || room-- > 0) edges.push(edge);
		left += Math.max(0, room);
	}
	return edges;
}

function edgesFrom(from: PeerId, claims: Claims, self: PeerId): TopologyEdge[] {
	const edges: TopologyEdge[] = [];
	const isOwn = from === self;
	for (const [to, claim] of claims.get(from) ?? []) {
		const back = claims.get(to);
		if (back && (to === self || (!isOwn && from > to))) continue;
		if (!isOwn && !isMutual(claims, from, to)) continue;
		edges.push(edge(from, to, claim, back?.get(from), isOwn));
	}
	return edges;
}

function edge(from: PeerId, to: PeerId, claim: Claim, back: Claim | undefined, isOwn: boolean): TopologyEdge {
	const [a, b] = from < to ? [from, to] : [to, from];
	const rtt = Math.min(claim.rtt ?? Number.POSITIVE_INFINITY, back?.rtt ?? Number.POSITIVE_INFINITY);
	return {
		a,
		b,
		...(Number.isFinite(rtt) && {rtt}),
		mesh: back && back.mesh.length > 0 ? [...new Set([...claim.mesh, ...back.mesh])] : claim.mesh,
		isConfirmed: isOwn || back !== undefined,
	};
}

/** Everyone whom there is a way to from `start`, itself included. Nothing leads on from a node that says nothing. */
export function reachedFrom(start: PeerId, claims: Claims): Set<PeerId> {
	const reached = new Set([start]);
	for (const node of reached) {
		for (const neighbour of claims.get(node)?.keys() ?? []) {
			// What our own connections show is so, whatever the other end says.
			if (!reached.has(neighbour) && (node === start || isMutual(claims, node, neighbour))) reached.add(neighbour);
		}
	}
	return reached;
}

/** The parts that hang together: that of `self` first, then the larger ones first. */
export function groupsOf(nodes: Iterable<PeerId>, edges: readonly TopologyEdge[], self: PeerId): PeerId[][] {
	const adjacency = adjacencyOf(edges);
	const seen = new Set<PeerId>();
	const groups: PeerId[][] = [];
	for (const node of [self, ...nodes]) {
		if (seen.has(node)) continue;
		const group = new Set([node]);
		for (const one of group) for (const neighbour of adjacency.get(one) ?? []) group.add(neighbour);
		for (const one of group) seen.add(one);
		groups.push([...group]);
	}
	const [own, ...others] = groups as [PeerId[], ...PeerId[][]];
	return [own, ...others.sort((a, b) => b.length - a.length)];
}

/**
 * The parts into which the mesh of a room has fallen, the largest first; empty if it has not. Parts of one are none: such a
 * member floods, or has only just come.
 */
export function halvesOf(room: string, edges: readonly TopologyEdge[], among: ReadonlySet<PeerId>): PeerId[][] {
	const mesh = edges.filter(({a, b, mesh}) => mesh.includes(room) && among.has(a) && among.has(b));
	const [first] = mesh;
	const parts = first ? groupsOf(new Set(mesh.flatMap(({a, b}) => [a, b])), mesh, first.a) : [];
	return parts.length > 1 ? parts.map(part => part.sort()).sort((a, b) => b.length - a.length) : [];
}

/**
 * Edges without which what hangs together would fall apart (Tarjan 1974), without recursion: a line of a thousand nodes
 * would be as deep.
 */
export function bridgesOf(edges: readonly TopologyEdge[]): {a: PeerId; b: PeerId}[] {
	const adjacency = adjacencyOf(edges);
	const walk = new Walk(adjacency);
	for (const node of adjacency.keys()) walk.from(node);
	return walk.bridges;
}

/** A step of the walk in depth: where it is, where it came from, and where it may still go. */
type Step = {readonly node: PeerId; readonly parent: PeerId | undefined; readonly rest: IterableIterator<PeerId>};

class Walk {
	readonly bridges: {a: PeerId; b: PeerId}[] = [];
	readonly #adjacency: Adjacency;
	/** When each node was entered. */
	readonly #order = new Map<PeerId, number>();
	/** The first node in that order which can be reached from it or below without the edge from above. */
	readonly #low = new Map<PeerId, number>();
	readonly #stack: Step[] = [];

	constructor(adjacency: Adjacency) {
		this.#adjacency = adjacency;
	}

	from(root: PeerId): void {
		if (!this.#order.has(root)) this.#enter(root, undefined);
		for (let top = this.#stack.at(-1); top; top = this.#stack.at(-1)) {
			const next = top.rest.next();
			if (next.done) this.#leave(top);
			else if (next.value !== top.parent) this.#meet(top.node, next.value);
		}
	}

	#enter(node: PeerId, parent: PeerId | undefined): void {
		this.#low.set(node, this.#order.size);
		this.#order.set(node, this.#order.size);
		this.#stack.push({node, parent, rest: (this.#adjacency.get(node) ?? []).values()});
	}

	#meet(node: PeerId, neighbour: PeerId): void {
		const order = this.#order.get(neighbour);
		if (order === undefined) this.#enter(neighbour, node);
		else this.#sink(node, order);
	}

	#leave({node, parent}: Step): void {
		this.#stack.pop();
		if (parent === undefined) return;
		const low = this.#low.get(node)!;
		this.#sink(parent, low);
		if (low > this.#order.get(parent)!) this.bridges.push(node < parent ? {a: node, b: parent} : {a: parent, b: node});
	}

	#sink(node: PeerId, depth: number): void {
		this.#low.set(node, Math.min(this.#low.get(node)!, depth));
	}
}

function adjacencyOf(edges: readonly TopologyEdge[]): Adjacency {
	const adjacency = new Map<PeerId, PeerId[]>();
	const add = (from: PeerId, to: PeerId) => {
		const known = adjacency.get(from);
		if (known) known.push(to);
		else adjacency.set(from, [to]);
	};
	for (const {a, b} of edges) {
		add(a, b);
		add(b, a);
	}
	return adjacency;
}
