/** Many routers together: what a mesh is for, whatever the shape of the network and the seed. */
import {describe, expect, test} from 'vitest';
import {MESH_HIGH, MESH_LOW, SMALL_ROOM} from '../../../source/behaviours/gossipsub/parameters.ts';
import {Network, type Node, sum} from './network.ts';

/** Milliseconds in which meshes settle, and in which gossip reaches everybody over several links. */
const SETTLING = 10_000;
const GOSSIP = 20_000;

function start(seed: number, count: number, wire: (network: Network) => void): Network {
	const network = new Network({seed});
	for (let index = 0; index < count; index++) network.add();
	wire(network);
	network.run(SETTLING);
	return network;
}

/** Everybody says something, one after the other; returns the texts. */
function talk(network: Network, count: number, pause = 100): string[] {
	return Array.from({length: count}, (_, index) => {
		const text = `${network.now}: ${index}`;
		network.say(network.pick(), text);
		network.run(pause);
		return text;
	});
}

function expectAllShown(network: Network, texts: readonly string[]): void {
	for (const text of texts) expect(network.missing(text), `nodes without "${text}"`).toEqual([]);
	for (const {shown} of network.nodes) expect(new Set(shown).size).toBe(shown.length);
}

const star = (network: Network) => {
	const [hub, ...leaves] = network.nodes as [Node, ...Node[]];
	for (const leaf of leaves) network.link(leaf, hub);
};

/** Twenty that all know each other, five that do, and one link between the two groups. */
const bridge = (network: Network) => {
	for (const a of network.nodes) {
		for (const b of network.nodes) if (a.index < b.index && a.index < 20 === b.index < 20) network.link(a, b);
	}
	network.link(network.nodes[24]!, network.nodes[0]!);
};

const SHAPES: readonly (readonly [string, number, (network: Network) => void])[] = [
	['a small room where everybody knows everybody', 8, network => network.linkAll()],
	['one that has just outgrown a small room', SMALL_ROOM + 2, network => network.linkAll()],
	['a large room where everybody knows everybody', 36, network => network.linkAll()],
	['a random network', 48, network => network.linkSome(4)],
	['a star, whose centre sees many and whose leaves see one', 40, star],
	['two groups with one link between them', 25, bridge],
];

describe.each(SHAPES)('in %s', (_, count, wire) => {
	test.each([1, 2])('everybody gets every message once, seed %i', seed => {
		const network = start(seed, count, wire);
		const texts = talk(network, 15);
		network.run(GOSSIP);
		expectAllShown(network, texts);
		expect([network.counted('graft-backoff'), network.counted('broken-promise')]).toEqual([0, 0]);
	});

	test('nobody says anything while nobody talks: no graft and prune goes to and fro', () => {
		const network = start(4, count, wire);
		network.run(60_000);
		const control = () => network.total('graft', 'prune');
		const [before, beats] = [control(), sum(network.nodes.map(node => node.beats))];
		network.run(120_000);
		// A leaf that the centre has refused tries again once a minute: one graft and one prune, whoever was pruned for it.
		expect(control() - before).toBeLessThanOrEqual(2 * 3 * (wire === star ? count : 4));
		expect(sum(network.nodes.map(node => node.beats)) - beats).toBeLessThanOrEqual(count * 40);
		expect(network.total('publish', 'ihave', 'iwant', 'idontwant')).toBe(0);
	});
});

describe('meshes', () => {
	test.each([1, 2])('have between D_lo and D_hi members, and make few copies, seed %i', seed => {
		const network = start(seed, 40, made => made.linkAll());
		const degrees = network.degrees();
		expect(Math.min(...degrees)).toBeGreaterThanOrEqual(MESH_LOW);
		expect(Math.max(...degrees)).toBeLessThanOrEqual(MESH_HIGH);
		const texts = talk(network, 10);
		network.run(GOSSIP);
		expectAllShown(network, texts);
		// Each node gets an event from its author, and from its mesh: as many copies as its mesh has members at most.
		const copies = network.total('publish') / texts.length / network.nodes.length;
		expect(copies).toBeLessThan(1 + sum(degrees) / degrees.length);
	});

	test('take in a newcomer although all were full when it came', () => {
		const network = start(5, SMALL_ROOM + 1, made => made.linkAll());
		// Twelve others for each: every mesh is as large as it may be.
		expect(network.degrees()).toEqual(network.nodes.map(() => SMALL_ROOM));
		const newcomer = network.add();
		for (const node of network.nodes) network.link(newcomer, node);
		network.run(SETTLING);
		expect(newcomer.rooms.stats().pubsub!.rooms[0]!.mesh).toBeGreaterThanOrEqual(MESH_LOW);
		expect(Math.max(...network.degrees())).toBeLessThanOrEqual(MESH_HIGH);
	});

	test('floodsub speakers among them get everything, and what they say goes everywhere', () => {
		const network = new Network({seed: 6});
		for (let index = 0; index < 30; index++) network.add(index % 10 === 0 ? 'floodsub' : 'gossipsub');
		network.linkSome(6);
		network.run(SETTLING);
		const texts = talk(network, 30);
		network.run(GOSSIP);
		expectAllShown(network, texts);
	});
});

describe('a network that falls apart', () => {
	test.each([1, 2])('is whole again after it heals: everything said meanwhile reaches everybody, seed %i', seed => {
		const network = start(seed, 36, made => made.linkSome(6));
		const severed = network.links().filter(([a, b]) => a.index % 2 !== b.index % 2);
		for (const [a, b] of severed) network.cut(a, b, 9_000);
		// The first of these are pushed into links that are dead and not yet known to be.
		const texts = talk(network, 80, 500);
		for (const [a, b] of severed) network.link(a, b);
		network.run(GOSSIP);
		expectAllShown(network, texts);
	});

	test('needs one link to become whole', () => {
		const network = start(4, 30, made => made.linkSome(5));
		const severed = network.links().filter(([a, b]) => a.index < 15 !== b.index < 15);
		for (const [a, b] of severed) network.cut(a, b, 9_000);
		const texts = talk(network, 40, 500);
		network.link(...severed[0]!);
		network.run(GOSSIP);
		expectAllShown(network, texts);
	});

	test('does not mind links that break and come back all the time', () => {
		const network = start(5, 30, made => made.linkSome(5));
		const texts: string[] = [];
		for (let round = 0; round < 20; round++) {
			const links = network.links();
			const [a, b] = links[(round * 7) % links.length]!;
			network.cut(a, b, 8_000);
			texts.push(...talk(network, 5, 2_000));
			network.link(a, b);
		}
		network.run(GOSSIP);
		expectAllShown(network, texts);
	});
});
