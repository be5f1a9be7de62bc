/** Runs that go wrong in one particular way, each with the reason why it must end well. */
import {describe, expect, it} from 'vitest';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';
import {REPLACED_TIMEOUT} from '../../source/swarm/connection-table.ts';

type Pair = [SimulatedNode, SimulatedNode];

const gone = (node: SimulatedNode) => node.eventsOf('peer-disconnected').map(({reason}) => reason);
const seeEachOther = ([a, b]: Pair) => a.shownPeers.has(b.peerId) && b.shownPeers.has(a.peerId);

/** Two nodes that know each other's addresses and dial at the same moment. */
function dialBoth(seed: number, delay: readonly [number, number]): Simulation {
	const simulation = new Simulation({seed, delay});
	for (let index = 0; index < 2; index++) simulation.add({discovery: false});
	simulation.run(1);
	const [a, b] = simulation.nodes as Pair;
	simulation.command(a, {command: 'dial', address: b.address});
	simulation.command(b, {command: 'dial', address: a.address});
	return simulation;
}

describe('two that dial each other at once', () => {
	it.each([1, 2, 3, 4, 5, 6, 7, 8].flatMap(seed => [[seed, [1, 1]] as const, [seed, [1, 900]] as const]))(
		'row 12: keep one connection, and nobody sees the other go, seed %i, delay %j',
		(seed, delay) => {
			const simulation = dialBoth(seed, delay);
			const [a, b] = simulation.nodes as Pair;
			simulation.runUntil('they see each other', () => seeEachOther([a, b]), 10_000);
			simulation.run(120_000);
			expect([simulation.connectionsBetween(a, b), simulation.connectionsBetween(b, a)]).toEqual([1, 1]);
			expect([gone(a), gone(b)]).toEqual([[], []]);
		},
	);

	it.each([1, 2, 3])('row 12: lose nothing that was said while two connections were open, seed %i', seed => {
		const simulation = dialBoth(seed, [1, 400]);
		const [a, b] = simulation.nodes as Pair;
		let said = 0;
		while (said < 40) {
			simulation.run(100);
			if (!seeEachOther([a, b])) continue;
			simulation.command(a, {command: 'publish', room: 'lobby', text: `a ${said}`});
			simulation.command(b, {command: 'publish', room: 'lobby', text: `b ${said}`});
			said += 1;
		}
		simulation.run(5_000);
		for (const [hearer, speaker] of [
			[a, 'b'],
			[b, 'a'],
		] as const) {
			const heard = hearer.eventsOf('message').filter(({local}) => !local);
			expect(heard.map(({text}) => text)).toEqual(Array.from({length: said}, (_, index) => `${speaker} ${index}`));
		}
	});
});

describe('a stale address', () => {
	it('of a peer that reaches us meanwhile does not break the connection when its dial times out', () => {
		const simulation = new Simulation({seed: 1});
		const a = simulation.add({discovery: false});
		const old = simulation.add({discovery: false});
		simulation.run(1);
		// Somebody heard of the peer at a place where nothing answers: the dial takes five seconds to fail.
		simulation.command(a, {command: 'dial', address: `/ip4/203.0.113.1/tcp/4001/p2p/${old.peerId}`});
		simulation.command(old, {command: 'dial', address: a.address});
		simulation.runUntil('they see each other', () => seeEachOther([a, old]), 1_000);
		simulation.run(120_000);
		expect([gone(a), gone(old)]).toEqual([[], []]);
	});

	it('given without a peer id is no reason to connect a second time to a peer that was found otherwise', () => {
		const simulation = new Simulation({seed: 2});
		const late = {index: 1, host: '198.18.0.2'};
		const a = simulation.add({peers: [`/ip4/${late.host}/tcp/4001`]});
		simulation.run(20_000);
		const b = simulation.add();
		expect([b.index, b.host]).toEqual([late.index, late.host]);
		simulation.run(1);
		simulation.runUntil('they see each other', () => seeEachOther([a, b]), 40_000);
		simulation.run(120_000);
		expect([gone(a), gone(b)]).toEqual([[], []]);
	});
});

describe('parting', () => {
	it('by command lasts: neither side dials the other again for ten minutes, though both go on announcing', () => {
		const simulation = new Simulation({seed: 3});
		const pair = [simulation.add(), simulation.add()] as Pair;
		const [a, b] = pair;
		simulation.run(1);
		simulation.runUntil('they see each other', () => seeEachOther(pair), 2_000);
		simulation.command(a, {command: 'disconnect', peer: b.peerId});
		simulation.run(9 * 60_000);
		expect([gone(a), gone(b)]).toEqual([['disconnect'], ['goodbye: disconnect']]);
		expect([a.shownPeers.size, b.shownPeers.size]).toEqual([0, 0]);
		simulation.runUntil('they see each other again', () => seeEachOther(pair), 2 * 60_000);
	});
});

describe('a person who dials another address of a peer that is there', () => {
	it('makes no one go and come, and loses no message', () => {
		const simulation = new Simulation({seed: 5});
		for (let index = 0; index < 2; index++) simulation.add();
		const [a, b] = simulation.nodes as Pair;
		simulation.run(1);
		simulation.runUntil('they see each other', () => seeEachOther([a, b]), 5_000);
		simulation.run(10_000);
		for (let index = 0; index < 200; index++) {
			simulation.command(a, {command: 'publish', room: 'lobby', text: `a ${index}`});
			simulation.command(b, {command: 'publish', room: 'lobby', text: `b ${index}`});
			if (index === 100) simulation.connect(a, b);
			simulation.run(0.2);
		}
		// By then the one that was replaced is closed too.
		simulation.run(REPLACED_TIMEOUT + 1_000);
		for (const node of [a, b]) expect(node.eventsOf('message')).toHaveLength(400);
		expect([gone(a), gone(b)]).toEqual([[], []]);
		expect([simulation.connectionsBetween(a, b), simulation.connectionsBetween(b, a)]).toEqual([1, 1]);
	});
});
