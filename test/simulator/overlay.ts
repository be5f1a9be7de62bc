/** The network that the nodes have made of themselves: who is connected with whom. */
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import type {Simulation} from '../../source/simulator/simulation.ts';
import type {End} from '../../source/simulator/streams.ts';

/** Whether frames pass this connection, both ways, as things are now. */
function isSound({conditions}: Simulation, end: End): boolean {
	const {node, peer} = end;
	if (end.isClosed || peer.isClosed || !peer.isOpen) return false;
	if (end.ending !== undefined || peer.ending !== undefined) return false;
	if (node.isAsleep || peer.node.isAsleep || !peer.node.isAlive) return false;
	return conditions.reaches(node, peer.node) && conditions.reaches(peer.node, node);
}

/** One end of every sound connection. */
export function soundLinks(simulation: Simulation): End[] {
	const links: End[] = [];
	for (const node of simulation.nodes) {
		if (!node.isAlive) continue;
		for (const end of node.ends.values()) {
			if (end.connection < end.peer.connection && isSound(simulation, end)) links.push(end);
		}
	}
	return links;
}

/** Of these links, those that nothing has disturbed from `since` up to now. */
export function heldSince(simulation: Simulation, links: readonly End[], since: number): End[] {
	return links.filter(end => {
		const isNew = Math.max(end.openedAt, end.peer.openedAt) > since;
		const wasHeldUp = [end, end.peer].some(one => one.held !== undefined || one.heldSince > since);
		return !isNew && !wasHeldUp && isSound(simulation, end);
	});
}

/** Everyone whom `from` reaches over these links, itself included. */
export function component(from: SimulatedNode, links: readonly End[]): Set<SimulatedNode> {
	const neighbours = new Map<SimulatedNode, SimulatedNode[]>();
	const add = (a: SimulatedNode, b: SimulatedNode) => {
		const known = neighbours.get(a);
		if (known) known.push(b);
		else neighbours.set(a, [b]);
	};
	for (const {node, peer} of links) {
		add(node, peer.node);
		add(peer.node, node);
	}
	const reached = new Set([from]);
	for (const node of reached) for (const neighbour of neighbours.get(node) ?? []) reached.add(neighbour);
	return reached;
}

/** Whether everyone who is alive reaches everyone else who is. */
export function isConnected(simulation: Simulation): boolean {
	const alive = simulation.alive();
	const [first] = alive;
	return first === undefined || component(first, soundLinks(simulation)).size === alive.length;
}
