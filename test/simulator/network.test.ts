/** The simulated network itself: that it does to nodes what a real one does. */
import {describe, expect, it} from 'vitest';
import {Agenda, Later} from '../../source/simulator/agenda.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation, type SimulationOptions} from '../../source/simulator/simulation.ts';

type Pair = [SimulatedNode, SimulatedNode];

const seeEachOther = ([a, b]: Pair) => a.shownPeers.has(b.peerId) && b.shownPeers.has(a.peerId);
const heardBy = (node: SimulatedNode) => node.eventsOf('message').flatMap(({local, text}) => (local ? [] : [text]));
const gone = (node: SimulatedNode) => node.eventsOf('peer-disconnected').map(({reason}) => reason);
const say = (simulation: Simulation, node: SimulatedNode, text: string) =>
	simulation.command(node, {command: 'publish', room: 'lobby', text});

/** Two nodes that have been connected for a while. */
function startPair(options: SimulationOptions): {simulation: Simulation; pair: Pair} {
	const simulation = new Simulation(options);
	const pair = [simulation.add(), simulation.add()] as Pair;
	simulation.run(1);
	simulation.runUntil('they see each other', () => seeEachOther(pair), 5_000);
	simulation.run(10_000);
	return {simulation, pair};
}

describe('the agenda', () => {
	it('goes by time, then by order, far and near; what is cancelled does not happen', () => {
		const agenda = new Agenda();
		const done: string[] = [];
		const add = (at: number, name: string) => {
			const one = new Later(() => done.push(name));
			agenda.add(at, one);
			return one;
		};
		add(5_000.5, 'e');
		add(2.75, 'c');
		add(2.25, 'b');
		add(2.75, 'd');
		add(2.5, 'never').isCancelled = true;
		add(0, 'a');
		for (let next = agenda.take(); next; next = agenda.take()) {
			next.run();
			// Added while its own millisecond is under way.
			if (done.at(-1) === 'b') add(2.3, 'b2');
		}
		expect(done).toEqual(['a', 'b', 'b2', 'c', 'd', 'e']);
	});
});

describe('a connection', () => {
	it('loses nothing over a partition that is shorter than the patience of heartbeats', () => {
		const {simulation, pair} = startPair({seed: 1});
		const [a, b] = pair;
		simulation.partition(node => node.index);
		say(simulation, a, 'from a');
		say(simulation, b, 'from b');
		simulation.run(3_000);
		expect([heardBy(a), heardBy(b)]).toEqual([[], []]);
		simulation.partition(null);
		simulation.run(3_500);
		expect([heardBy(a), heardBy(b)]).toEqual([['from b'], ['from a']]);
		expect([gone(a), gone(b)]).toEqual([[], []]);
	});

	it('keeps its order and loses nothing while a third of its frames has to be sent again', () => {
		const {simulation, pair} = startPair({seed: 2, linkLoss: 0.3});
		const [a, b] = pair;
		const texts = Array.from({length: 100}, (_, index) => `${index}`);
		for (const text of texts) {
			say(simulation, a, text);
			simulation.run(20);
		}
		simulation.run(20_000);
		expect(heardBy(b)).toEqual(texts);
	});

	it('row 58: is given up within ten seconds by the side that hears nothing, and then by the other one too', () => {
		const {simulation, pair} = startPair({seed: 3});
		const [a, b] = pair;
		simulation.cut(from => from === a);
		say(simulation, b, 'you hear me');
		simulation.run(10_000);
		expect(heardBy(a)).toEqual(['you hear me']);
		expect([gone(a), gone(b)]).toEqual([['closed'], ['no-heartbeat']]);
		simulation.cut(null);
		simulation.runUntil('they see each other', () => seeEachOther(pair), 40_000);
	});

	it('takes as long as its bytes need', () => {
		const {simulation, pair} = startPair({seed: 4, delay: [1, 1], bandwidth: 10_000});
		const [a, b] = pair;
		say(simulation, a, 'x'.repeat(10_000));
		simulation.run(1_000);
		expect(heardBy(b)).toEqual([]);
		simulation.run(200);
		expect(heardBy(b)).toHaveLength(1);
	});

	it('that breaks now and then is made again, and says everything once', () => {
		const {simulation, pair} = startPair({seed: 5, breaks: 20_000});
		simulation.run(300_000);
		expect(gone(pair[0]).length).toBeGreaterThan(5);
		simulation.runUntil('they see each other', () => seeEachOther(pair), 40_000);
	});
});

describe('a machine', () => {
	it('that loses power is missed within ten seconds; back again, it is the same peer', () => {
		const {simulation, pair} = startPair({seed: 6});
		const [a, b] = pair;
		simulation.crash(a);
		simulation.run(5_000);
		expect(gone(b)).toEqual([]);
		simulation.runUntil('it is missed', () => b.shownPeers.size === 0, 5_000);
		expect(gone(b)).toEqual(['no-heartbeat']);
		const again = simulation.restart(a);
		expect(again.peerId).toBe(a.peerId);
		simulation.run(1);
		simulation.runUntil('they see each other', () => seeEachOther([again, b]), 5_000);
	});

	it('that is off and on again before anyone missed it tells of its old connections that they are gone', () => {
		const {simulation, pair} = startPair({seed: 7});
		const [a, b] = pair;
		simulation.crash(a);
		simulation.run(100);
		const again = simulation.restart(a);
		simulation.run(1);
		simulation.runUntil('they see each other', () => seeEachOther([again, b]), 5_000);
		simulation.run(30_000);
		expect([gone(again), seeEachOther([again, b])]).toEqual([[], true]);
	});

	it('row 59: that slept for ten minutes is back within three seconds, and nothing comes twice', () => {
		const {simulation, pair} = startPair({seed: 8});
		const [a, b] = pair;
		simulation.sleep(a, 600_000);
		simulation.run(300_000);
		expect([b.shownPeers.size, a.eventsOf('peer-disconnected')]).toEqual([0, []]);
		say(simulation, b, 'while you slept');
		simulation.run(300_000);
		simulation.runUntil('they see each other', () => seeEachOther(pair), 3_000);
		say(simulation, b, 'good morning');
		simulation.run(1_000);
		expect(heardBy(a).filter(text => text === 'good morning')).toHaveLength(1);
	});
});

describe('broadcasts', () => {
	it('reach one segment; other segments are reached by an address given by hand', () => {
		const simulation = new Simulation({seed: 9});
		for (let index = 0; index < 6; index++) simulation.add({segment: index % 2});
		simulation.run(10_000);
		for (const node of simulation.nodes) expect(node.shownPeers.size).toBe(2);
		simulation.connect(simulation.nodes[0]!, simulation.nodes[1]!);
		simulation.run(1_000);
		expect(simulation.nodes[0]!.shownPeers).toContain(simulation.nodes[1]!.peerId);
	});
});

describe('a run that fails', () => {
	it('says its seed, the step, the time and what happened last', () => {
		const {simulation} = startPair({seed: 10});
		const fail = () => simulation.runUntil('pigs fly', () => false, 5_000);
		expect(fail).toThrow(/^seed 10, step \d+, [\d.]+ ms: not within 5000 ms: pigs fly\n(?:.*ms {2}node.*\n?){50}$/u);
	});
});
