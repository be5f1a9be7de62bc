/** Networks drawn from a seed, to hold against each other what nodes say of them and what they are. */
import type {EventOf, Results} from '../../source/api/event.ts';
import type {Topology} from '../../source/api/topology.ts';
import {type Random, seededRandom} from '../../source/base/random.ts';
import type {NetworkOptions} from '../../source/simulator/conditions.ts';
import {type NodeOptions, placeOf, type SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';

export type World = {readonly simulation: Simulation; readonly random: Random};

/**
 * 8 to 30 nodes, mostly few, for many take long: one office where everyone sees everyone, or, with odd seeds, a sparse
 * network that was linked by hand.
 */
export function worldOf(seed: number, network: NetworkOptions = {}, nodes: Partial<NodeOptions> = {}): World {
	const random = seededRandom(seed ^ 0x70b0);
	const count = 8 + Math.floor(18 * random.float() ** 6);
	const sparse = {discovery: false, limits: {target: 5, max: 12}};
	const common = {pingInterval: 20_000, ...(seed % 2 === 1 && sparse), ...nodes};
	const simulation = new Simulation({seed, ...network, nodes: common});
	for (let index = 0; index < count; index++) {
		const peers = Array.from({length: 2}, () => placeOf(Math.floor(random.float() * count)));
		const linked = [...new Set(peers)].filter(place => place !== placeOf(index));
		simulation.add({...(seed % 2 === 1 && {peers: [...linked, placeOf((index + 1) % count)]})}, index * 20);
	}
	simulation.run(count * 20);
	return {simulation, random};
}

/** What a node answers to `topology`. */
export function topologyOf(simulation: Simulation, node: SimulatedNode): Topology {
	simulation.command(node, {id: 'topology', command: 'topology'});
	const reply = node.eventsOf('reply').at(-1) as Extract<EventOf<'reply'>, {ok: true}>;
	return reply.result as Results['topology'];
}

/** Pairs of peer ids that are connected by what both of them show, each as one text. */
export function trueEdges(simulation: Simulation): string[] {
	const alive = simulation.alive();
	const byPeer = new Map(alive.map(node => [node.peerId, node]));
	const edges = alive.flatMap(({peerId, shownPeers}) => {
		const isBoth = (peer: string) => peerId < peer && byPeer.get(peer)?.shownPeers.has(peerId) === true;
		return [...shownPeers].filter(isBoth).map(peer => `${peerId} ${peer}`);
	});
	return edges.sort();
}

export function toldEdges({edges}: Topology): string[] {
	return edges.map(({a, b}) => `${a} ${b}`).sort();
}

/** Peer ids of all whom a node has a way to, by the connections that there are. */
export function trulyReached(simulation: Simulation, from: SimulatedNode): Set<string> {
	const byPeer = new Map(simulation.alive().map(node => [node.peerId, node]));
	const reached = new Set([from.peerId]);
	for (const peer of reached) for (const next of byPeer.get(peer)?.shownPeers ?? []) reached.add(next);
	return reached;
}

/** Whom the banner of a node names, by its events. */
export function namedBy(node: SimulatedNode): string[] {
	return (node.eventsOf('partition').at(-1)?.unreachable ?? []).map(({peer}) => peer).sort();
}
