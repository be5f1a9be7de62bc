import {describe, expect, it} from 'vitest';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation, type SimulationOptions} from '../../source/simulator/simulation.ts';

const NODES = 30;
/** A flood costs the cube of how many they are. */
const FLOODED = 16;

function startNetwork(options: SimulationOptions, count = NODES, node: {pubsub?: 'floodsub'} = {}): Simulation {
	const simulation = new Simulation(options);
	for (let index = 0; index < count; index++) simulation.add(node, index * 7);
	simulation.run(count * 7);
	return simulation;
}

function everyoneSeesEveryone(simulation: Simulation): boolean {
	const alive = simulation.alive();
	return alive.every(node => alive.every(peer => peer === node || node.shownPeers.has(peer.peerId)));
}

function textsOf(node: SimulatedNode): string[] {
	return node.eventsOf('message').map(({text}) => text);
}

describe('thirty nodes on one network', () => {
	it.each([1, 2, 3])('find each other within a second of the last start, seed %i', seed => {
		const simulation = startNetwork({seed});
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 1_000);
	});

	it.each([11, 12])('find each other although half the announcements are lost and some come twice, seed %i', seed => {
		const simulation = startNetwork({seed, loss: 0.5, duplication: 0.2});
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 30_000);
	});

	it.each([21, 22])('row 12: end with one connection a pair, whoever dialled first, seed %i', seed => {
		const simulation = startNetwork({seed, loss: 0.3, delay: [1, 300]}, 12);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 60_000);
		simulation.run(15_000);
		for (const a of simulation.nodes) {
			for (const b of simulation.nodes) {
				if (a !== b) expect(simulation.connectionsBetween(a, b), `seed ${seed}: ${a.index}–${b.index}`).toBe(1);
			}
		}
		// They stay: nobody drops the connection that the other side has just chosen.
		const before = simulation.nodes.map(node => node.eventsOf('peer-disconnected').length);
		simulation.run(60_000);
		expect(simulation.nodes.map(node => node.eventsOf('peer-disconnected').length)).toEqual(before);
	});

	it('with floodsub hear every message once, at a known cost, sixteen of them', () => {
		const simulation = startNetwork({seed: 31}, FLOODED, {pubsub: 'floodsub'});
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 5_000);
		simulation.run(2_000);
		for (const node of simulation.nodes) {
			simulation.command(node, {command: 'publish', room: 'lobby', text: `from ${node.index}`});
		}
		simulation.run(1_000);
		const everything = simulation.nodes.map(node => `from ${node.index}`).sort();
		for (const node of simulation.nodes) expect(textsOf(node).sort()).toEqual(everything);
		// Flooding: each of the 15 receivers hands an event on to everyone but its author and whom it came from; a little
		// less where a copy from a third peer overtakes the author's own. Each author says that it joins, and then its word.
		const duplicates = simulation.nodes.reduce((sum, node) => sum + node.swarm.counters.get('duplicate'), 0);
		const most = 2 * FLOODED * (FLOODED - 1) * (FLOODED - 2);
		expect(duplicates).toBeLessThanOrEqual(most);
		expect(duplicates).toBeGreaterThan(0.95 * most);
	});

	it('tell an author how far its words have spread', () => {
		const simulation = startNetwork({seed: 32}, 5);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 5_000);
		simulation.run(1_000);
		const [author] = simulation.nodes as [SimulatedNode];
		simulation.command(author, {command: 'publish', room: 'lobby', text: 'hello'});
		simulation.run(200);
		const states = author.eventsOf('message-state').map(({storedBy, of}) => `${storedBy}/${of}`);
		expect(states).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
	});

	it('the same seed gives the same run, another seed another', () => {
		const trace = (seed: number) => {
			const simulation = startNetwork({seed, loss: 0.2}, 10);
			simulation.run(10_000);
			return simulation.trace.digest;
		};
		expect(trace(41)).toBe(trace(41));
		expect(trace(41)).not.toBe(trace(42));
	});

	it('a run without end is stopped, and says its seed', () => {
		const simulation = new Simulation({seed: 43, maxSteps: 500});
		for (let index = 0; index < 10; index++) simulation.add();
		expect(() => simulation.run(3_600_000)).toThrow(/seed 43, step 501.*more than 500 steps/u);
	});
});

describe('peers that come and go', () => {
	it('row 58: one whose cable is out is gone for the others within ten seconds', () => {
		const simulation = startNetwork({seed: 51}, 6);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 5_000);
		const [victim, ...others] = simulation.nodes as [SimulatedNode, ...SimulatedNode[]];
		simulation.unplug(victim);
		simulation.runUntil('the others miss it', () => others.every(node => !node.shownPeers.has(victim.peerId)), 10_000);
		for (const node of others) {
			expect(node.eventsOf('peer-disconnected').map(({reason}) => reason)).toEqual(['no-heartbeat']);
		}
		simulation.runUntil('it misses them', () => victim.shownPeers.size === 0, 10_000);
		simulation.plugIn(victim);
		simulation.runUntil('it is back', () => everyoneSeesEveryone(simulation), 40_000);
	});

	it('one that is killed is gone at once, and back when it is started again', () => {
		const simulation = startNetwork({seed: 52}, 6);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 5_000);
		const victim = simulation.nodes[2] as SimulatedNode;
		simulation.kill(victim);
		simulation.runUntil('it is gone', () => simulation.alive().every(node => !node.shownPeers.has(victim.peerId)), 100);
		simulation.run(20_000);
		simulation.restart(victim);
		simulation.run(1);
		simulation.runUntil('it is back', () => everyoneSeesEveryone(simulation), 2_000);
	});

	it('one that says goodbye is gone at once, with the reason', () => {
		const simulation = startNetwork({seed: 53}, 4);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 5_000);
		const [leaver, ...others] = simulation.nodes as [SimulatedNode, ...SimulatedNode[]];
		simulation.stop(leaver);
		simulation.run(20);
		for (const node of others) {
			expect(node.eventsOf('peer-disconnected').map(({reason}) => reason)).toEqual(['goodbye: leaving']);
		}
	});

	it.each([61, 62, 63])('a partition is noticed on both sides and heals by itself, seed %i', seed => {
		const simulation = startNetwork({seed, loss: 0.1}, 10);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 30_000);
		simulation.partition(node => node.index % 2);
		const apart = () => simulation.nodes.every(node => node.shownPeers.size === 4);
		simulation.runUntil('both halves notice', apart, 10_000);
		simulation.partition(null);
		simulation.runUntil('whole again', () => everyoneSeesEveryone(simulation), 60_000);
	});

	it.each([71, 72])('survives twenty minutes of churn, seed %i', seed => {
		const simulation = startNetwork({seed, loss: 0.2, duplication: 0.1, delay: [0.5, 80]}, 8);
		for (let round = 0; round < 40; round++) {
			simulation.run(30_000);
			const node = simulation.nodes[(seed + round * 5) % 8] as SimulatedNode;
			if (node.isAlive && round % 3 === 0) simulation.kill(node);
			else if (node.isAlive) simulation.stop(node);
			else simulation.restart(node);
		}
		for (const node of simulation.nodes) if (!node.isAlive) simulation.restart(node);
		simulation.run(1);
		simulation.runUntil('everyone sees everyone', () => everyoneSeesEveryone(simulation), 60_000);
	});
});
