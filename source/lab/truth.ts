/** The simulated network as it is, which no node of it can know. */
import type {LabEdge, LabNode} from '../api/lab.ts';
import type {SimulatedNode} from '../simulator/simulated-node.ts';
import type {Simulation} from '../simulator/simulation.ts';

/** One text for a pair of nodes, whichever comes first. */
export function pairKey(a: number, b: number): string {
	return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/** What a node holds of a room: equal texts for equal histories. */
export function heldBy({store}: SimulatedNode, room: string): {readonly events: number; readonly digest: string} {
	const row = store.room(room);
	return row ? {events: row.events, digest: `${row.events} ${row.digest}`} : {events: 0, digest: ''};
}

/** Whether all that are alive hold the same. */
export function isConverged(nodes: readonly SimulatedNode[], room: string): boolean {
	const [first, ...others] = nodes.filter(({isAlive}) => isAlive).map(node => heldBy(node, room).digest);
	return others.every(digest => digest === first);
}

export function nodesOf(
	nodes: readonly SimulatedNode[],
	room: string,
	about: {readonly sideOf: (index: number) => 0 | 1; readonly nameOf: (index: number) => string},
): readonly LabNode[] {
	const held = nodes.map(node => heldBy(node, room));
	const counts = new Map<string, number>();
	for (const [index, {digest}] of held.entries()) {
		if (nodes[index]!.isAlive) counts.set(digest, (counts.get(digest) ?? 0) + 1);
	}
	const [usual] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0]);
	return nodes.map(({index, peerId, isAlive}) => ({
		index,
		peer: peerId,
		name: about.nameOf(index),
		isAlive,
		side: about.sideOf(index),
		events: held[index]!.events,
		isEqual: held[index]!.digest === usual,
	}));
}

/** Each pair once: those that are connected, and those whose link was cut by hand. */
export function edgesOf({nodes, conditions}: Simulation, room: string, cuts: ReadonlySet<string>): LabEdge[] {
	const edges = new Map<string, LabEdge>();
	for (const node of nodes) {
		if (!node.isAlive) continue;
		const mesh = new Set(node.overlay.mesh(room));
		for (const end of node.ends.values()) {
			const other = end.peer.node;
			const [a, b] = node.index < other.index ? [node.index, other.index] : [other.index, node.index];
			const key = pairKey(a, b);
			const isMesh = mesh.has(other.peerId) || edges.get(key)?.isMesh === true;
			edges.set(key, {a, b, isOpen: true, isMesh, isCut: !conditions.reaches(node, other)});
		}
	}
	for (const key of cuts) {
		if (edges.has(key)) continue;
		const [a, b] = key.split('-').map(Number) as [number, number];
		edges.set(key, {a, b, isOpen: false, isMesh: false, isCut: true});
	}
	return [...edges.values()];
}
