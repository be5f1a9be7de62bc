/** What nodes measure of each other in the simulator, where the truth about clocks and ways is known. */
import {describe, expect, it} from 'vitest';
import type {PeerMeasures} from '../../source/api/metrics.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation, type SimulationOptions} from '../../source/simulator/simulation.ts';

/** Milliseconds by which the clocks are off. */
const SKEWS = [0, 5_000, -3_600_000, 40];

function startNetwork(options: SimulationOptions): Simulation {
	const simulation = new Simulation(options);
	for (const [index, skew] of SKEWS.entries()) simulation.add({skew}, index * 100);
	simulation.run(25_000);
	return simulation;
}

type Seen = {readonly from: SimulatedNode; readonly of: SimulatedNode; readonly peer: PeerMeasures};

/** Everyone as everyone else measures it. */
function measured({nodes, now}: Simulation): Seen[] {
	return nodes.flatMap(from => {
		return from.swarm.metrics(now, from.wallClock(now)).peers.map(peer => {
			return {from, of: nodes.find(({peerId}) => peerId === peer.peer)!, peer};
		});
	});
}

const skewOf = (node: SimulatedNode) => node.options.skew ?? 0;

/** Those whose clock is told wrong: further from the truth than the error that is admitted. */
function wrongClocks(simulation: Simulation): Seen[] {
	return measured(simulation).filter(({from, of, peer}) => {
		if (!peer.clock) return true;
		return Math.abs(peer.clock.offset - (skewOf(of) - skewOf(from))) > peer.clock.error;
	});
}

const PAIRS = SKEWS.length * (SKEWS.length - 1);

describe('clocks that are off', () => {
	it.each<[string, Omit<SimulationOptions, 'seed'>, number]>([
		['a cable', {delay: [0.1, 0.3]}, 3],
		['Wi-Fi with losses', {delay: [1, 40], linkLoss: 0.02}, 90],
	])('are told by everyone of everyone over %s', (_, conditions, largestError) => {
		for (const seed of [1, 2]) {
			const simulation = startNetwork({seed, ...conditions});
			expect(measured(simulation).length).toBe(PAIRS);
			// The fastest heartbeat of the last eight may have been slow: seldom.
			expect(wrongClocks(simulation).length).toBeLessThanOrEqual(1);
			for (const {peer} of measured(simulation)) expect(peer.clock!.error).toBeLessThan(largestError);
		}
	});

	it('and set while everything runs are told by everyone within three heartbeats', () => {
		const simulation = startNetwork({seed: 4, delay: [0.2, 2]});
		const [first, second] = simulation.nodes as [SimulatedNode, SimulatedNode];
		Object.assign(first.options, {skew: 700_000});
		Object.assign(second.options, {skew: -700_000});
		expect(wrongClocks(simulation).length).toBeGreaterThan(0);
		simulation.run(6_500);
		expect(wrongClocks(simulation)).toEqual([]);
	});
});

it('everyone measures the ways as they are, and says in which rooms and meshes the others are', () => {
	const simulation = startNetwork({seed: 5, delay: [4, 6]});
	for (const {from, of, peer} of measured(simulation)) {
		expect(peer).toMatchObject({
			name: of.options.name ?? `node${of.index}`,
			agent: 'p2p-tui/simulated',
			rooms: ['lobby'],
		});
		const {rtt, heartbeats, connectedFor} = peer;
		expect([
			rtt!.min >= 8,
			rtt!.max <= 12,
			Math.abs(rtt!.p50 - 10) < 1,
			rtt!.jitter > 0.2,
			rtt!.jitter < 1.5,
		]).not.toContain(false);
		expect(rtt).toMatchObject({count: Math.floor((connectedFor - 200 - rtt!.last) / 1_000) + 1, lost: 0});
		expect(heartbeats).toEqual({received: expect.any(Number), lost: 0});
		expect(heartbeats.received * 2_000).toBeGreaterThan(connectedFor - 4_000);
		expect(peer.mesh.includes('lobby')).toBe(from.overlay.mesh('lobby').includes(of.peerId));
	}
});

it('what the sums say of states is what the list of peers says', () => {
	const simulation = startNetwork({seed: 6});
	simulation.crash(simulation.nodes[1]!);
	simulation.stop(simulation.nodes[2]!);
	for (let step = 0; step < 10; step++) {
		simulation.run(3_000);
		for (const {swarm} of simulation.alive()) {
			const counts = {discovered: 0, connecting: 0, connected: 0, gone: 0};
			for (const {state} of swarm.peers(simulation.now, 0)) counts[state] += 1;
			expect(swarm.counts(simulation.now).peers).toEqual(counts);
		}
	}
});
