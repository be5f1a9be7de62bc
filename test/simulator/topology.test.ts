/** What nodes say of the network against what it is: over many seeds, whole, in parts, healed, and in peace. */
import {describe, expect, it} from 'vitest';
import type {MessageSpread} from '../../source/api/spread.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import type {Simulation} from '../../source/simulator/simulation.ts';
import {namedBy, toldEdges, topologyOf, trueEdges, trulyReached, type World, worldOf} from './topology-world.ts';

/** Milliseconds in which the dials of a new or healed network end. */
const SETTLING = 12_000;
/** Milliseconds from the last change of a connection until everyone knows of it, and between two looks. */
const KNOWN_WITHIN = 20_000;
const LOOK = 1_000;
/** Milliseconds within which silence is noticed on both sides, and heartbeats after that within which all are named. */
const NOTICED_WITHIN = 9_000;
const FOUND_WITHIN = 5 * 2_000;
/** Milliseconds in which a healed network is one again: the longest pause between two dials, and telling of it. */
const HEALED_WITHIN = 60_000;

/** Offices and sparse networks (odd) of 8 to 16 nodes. All from 1 to 12 hold; a few are enough for each change. */
const SEEDS = [3, 4, 7, 9, 10];

function wrong({simulation}: World): SimulatedNode[] {
	const truth = trueEdges(simulation).join();
	return simulation.alive().filter(node => toldEdges(topologyOf(simulation, node)).join() !== truth);
}

/** Whom a node has no way to, by the connections that there are; but one alone, while others are there, is no partition. */
function unreached(simulation: Simulation, node: SimulatedNode): string[] {
	const reached = trulyReached(simulation, node);
	const everyone = simulation.alive().map(({peerId}) => peerId);
	const missing = everyone.filter(peer => !reached.has(peer)).sort();
	return missing.length === 1 && reached.size > 1 ? [] : missing;
}

/** Looks again and again until it holds; fails with the seed if it does not in time. */
function until({simulation}: World, what: string, holds: () => boolean, limit: number): void {
	const end = simulation.now + limit;
	while (!holds()) {
		if (simulation.now >= end) throw simulation.failure(`not within ${limit} ms: ${what}`);
		simulation.run(LOOK);
	}
}

/** Two sides, of which the smaller has a third of the nodes or so. */
function split({simulation, random}: World): void {
	const sides = simulation.nodes.map(() => (random.float() < 0.35 ? 1 : 0));
	sides[0] = 0;
	sides[1] = 1;
	simulation.partition(({index}) => sides[index]!);
}

it.each(SEEDS)('what is told is what is, and who is missing is named on both sides: seed %i', seed => {
	const world = worldOf(seed);
	const {simulation} = world;
	simulation.run(SETTLING);
	until(world, 'everyone knows all connections', () => wrong(world).length === 0, KNOWN_WITHIN);
	expect(simulation.nodes.flatMap(node => node.eventsOf('partition'))).toEqual([]);
	expect(simulation.nodes.flatMap(node => topologyOf(simulation, node).halves ?? [])).toEqual([]);

	split(world);
	simulation.run(NOTICED_WITHIN + FOUND_WITHIN);
	for (const node of simulation.alive()) {
		const expected = unreached(simulation, node);
		expect([node.index, namedBy(node)]).toEqual([node.index, expected]);
		const {unreachable, groups, nodes} = topologyOf(simulation, node);
		expect(unreachable.map(({peer, how}) => [peer, how])).toEqual(expected.map(peer => [peer, 'lost']));
		expect(groups[0]).toEqual([...trulyReached(simulation, node)].sort());
		expect(nodes.filter(({isReachable}) => !isReachable).map(({peer}) => peer)).toEqual(expected);
	}

	simulation.partition(null);
	until(world, 'no banner is left', () => simulation.alive().every(node => namedBy(node).length === 0), HEALED_WITHIN);
});

describe('in peace', () => {
	it.each([2, 7])('nobody is missed, whoever comes, goes, is killed or starts again: seed %i', seed => {
		const network = {loss: 0.2, duplication: 0.05, reordering: 0.1, linkLoss: 0.01, delay: [1, 20]} as const;
		const {simulation, random} = worldOf(seed, network);
		for (let count = 0; count < 8; count++) {
			simulation.run(3_000 + 4_000 * random.float());
			const node = simulation.alive()[Math.floor(random.float() * simulation.alive().length)]!;
			if (random.float() < 0.5) simulation.stop(node);
			else simulation.kill(node);
			simulation.at(simulation.now + 6_000 * random.float(), () => simulation.restart(node));
		}
		simulation.run(15_000);
		expect(simulation.nodes.flatMap(node => node.eventsOf('partition'))).toEqual([]);
	});
});

it('who is reached by others only is named by the two whom it concerns, and by nobody else', () => {
	const world = worldOf(4);
	const {simulation} = world;
	simulation.run(SETTLING);
	const [a, b] = simulation.nodes as [SimulatedNode, SimulatedNode];
	const isCut = (from: SimulatedNode, to: SimulatedNode) =>
		(from.index === 0 && to.index === 1) || (from.index === 1 && to.index === 0);
	simulation.cut(isCut);
	until(world, 'both name each other', () => namedBy(a).length === 1 && namedBy(b).length === 1, 90_000);
	expect(a.swarm.overview().topology).toEqual({authors: simulation.nodes.length - 1, unreachable: 1});
	const others = simulation.nodes
		.slice(2)
		.map(({peerId}) => peerId)
		.sort();
	const lists = [a, b].map(node => node.eventsOf('partition').map(({unreachable}) => unreachable));
	expect(lists).toMatchObject(
		[b, a].map(({peerId}) => [[{peer: peerId, how: 'only-us', reachedBy: others.slice(0, 8)}]]),
	);
	expect(simulation.nodes.slice(2).flatMap(node => node.eventsOf('partition'))).toEqual([]);
	simulation.cut(null);
	until(world, 'no banner is left', () => namedBy(a).length === 0 && namedBy(b).length === 0, HEALED_WITHIN);
});

it('who does not tell is named by nobody but its neighbours’ own screens, and sees what these say of themselves', () => {
	const {simulation} = worldOf(6);
	const quiet = simulation.add({tellsNeighbours: false});
	simulation.run(SETTLING);
	const named = simulation.nodes.map(node =>
		toldEdges(topologyOf(simulation, node)).filter(edge => edge.includes(quiet.peerId)),
	);
	expect(named.map(edges => edges.length)).toEqual([
		...simulation.nodes.slice(0, -1).map(() => 1),
		simulation.nodes.length - 1,
	]);
	expect(toldEdges(topologyOf(simulation, quiet))).toEqual(trueEdges(simulation));
	expect(topologyOf(simulation, quiet).tells).toBe(false);
	// Nor do its receipts say by whom, or how, a message came.
	const [author] = simulation.nodes as [SimulatedNode];
	simulation.command(author, {id: 'say', command: 'publish', room: 'lobby', text: 'hi'});
	simulation.run(1_000);
	const {messageId = ''} = author.eventsOf('message').findLast(({local}) => local) ?? {};
	simulation.command(author, {id: 'spread', command: 'spread', room: 'lobby', messageId});
	const reply = author.eventsOf('reply').at(-1) as {result?: MessageSpread};
	const silent = reply.result?.holders.filter(({hops}) => hops === undefined).map(({peer}) => peer);
	expect([reply.result?.holders.length, silent]).toEqual([simulation.nodes.length, [quiet.peerId]]);
});
