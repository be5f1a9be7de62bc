/** What choking is for, and what it must not cost: few copies, and nothing lost or late for long. */
import {describe, expect, test} from 'vitest';
import {BEAT_INTERVAL, FOLLOW_UP, OFFER_AGE, SMALL_ROOM} from '../../../source/behaviours/gossipsub/parameters.ts';
import {Network, type Node} from './network.ts';

/** Milliseconds in which meshes settle, in which all are judged, and in which gossip reaches everybody over several links. */
const SETTLING = 10_000;
const GOSSIP = 10_000;
/** Messages after which nobody is choked any more who was not before. */
const TALK = 12;
const PAUSE = 500;
/** Milliseconds one way at most, in these networks. */
const DELAY = 20;

type Said = {readonly text: string; readonly at: number};

/** Somebody of those says something every half second. */
function talk(network: Network, count: number, authors: readonly Node[] = network.nodes): Said[] {
	return Array.from({length: count}, (_, index) => {
		const said = {text: `${network.now}: ${index}`, at: network.now};
		network.say(authors[(index * 7) % authors.length]!, said.text);
		network.run(PAUSE);
		return said;
	});
}

function settled(seed: number, count: number, wire: (network: Network) => void): Network {
	const network = new Network({seed, delay: [1, DELAY]});
	for (let index = 0; index < count; index++) network.add();
	wire(network);
	network.run(SETTLING);
	talk(network, TALK);
	network.run(GOSSIP);
	return network;
}

/** Milliseconds until the last of these nodes showed it. */
function slowest(said: readonly Said[], nodes: readonly Node[]): number {
	return Math.max(...said.flatMap(({text, at}) => nodes.map(({shownAt}) => (shownAt.get(text) ?? Number.NaN) - at)));
}

describe.each([
	['a full small room', SMALL_ROOM, (network: Network) => network.linkAll()],
	['a room of 40 that all know each other', 40, (network: Network) => network.linkAll()],
	['a random network of 200', 200, (network: Network) => network.linkSome(6)],
])('in %s', (_, count, wire) => {
	test('few copies come beyond the first, none late, and nobody is choked to and fro', () => {
		const network = settled(1, count, wire);
		const [publishes, chokes] = [network.total('publish'), network.total('choke', 'unchoke')];
		const said = talk(network, TALK);
		network.run(GOSSIP);
		const deliveries = said.length * (count - 1);
		expect((network.total('publish') - publishes - deliveries) / deliveries).toBeLessThan(1.25);
		// A few all the same: where a way has become long, or a link of the mesh is new.
		expect(network.total('choke', 'unchoke') - chokes).toBeLessThan(deliveries / 20);
		expect(slowest(said, network.nodes)).toBeLessThan(OFFER_AGE);
		const longest = Math.max(...network.nodes.map(({rooms}) => rooms.stats().pubsub!.hops.length - 1));
		expect(longest).toBeLessThanOrEqual(2 * Math.log2(count));
	});
});

describe('when feeders fail', () => {
	const start = (seed: number) => settled(seed, 60, network => network.linkSome(5));

	test.each([1, 2, 3])('nothing is lost and little late: a sixth hands on nothing any more, seed %i', seed => {
		const network = start(seed);
		const bad = network.nodes.slice(0, 10);
		for (const node of bad) node.withholds = true;
		const said = talk(network, 40);
		network.run(2 * GOSSIP);
		// Fetched from one that withholds it, which takes a while to be seen; then from another.
		const worst = OFFER_AGE + BEAT_INTERVAL + FOLLOW_UP + BEAT_INTERVAL + 4 * DELAY;
		expect(slowest(said, network.nodes)).toBeLessThan(worst);
		// Whoever was left with such feeders alone has taken others by now.
		const last = said.slice(-20);
		expect(slowest(last, network.nodes)).toBeLessThan(OFFER_AGE + BEAT_INTERVAL + 4 * DELAY);
	});

	test.each([1, 2])('nothing is lost: a sixth dies in the middle, which is noticed late, seed %i', seed => {
		const network = start(seed);
		const [dead, alive] = [network.nodes.slice(0, 10), network.nodes.slice(10)];
		const before = talk(network, 4, alive);
		for (const [a, b] of network.links()) if (dead.includes(a) || dead.includes(b)) network.cut(a, b, 9_000);
		const said = [...before, ...talk(network, 40, alive)];
		network.run(2 * GOSSIP);
		expect(slowest(said, alive)).toBeLessThan(2 * (OFFER_AGE + BEAT_INTERVAL + 4 * DELAY));
	});

	test('one whom all have choked is heard at once', () => {
		const network = start(4);
		const [mute, ...others] = network.nodes as [Node, ...Node[]];
		for (const other of others) network.send(other, mute, {type: 'choke', room: 'lobby'});
		network.run(PAUSE);
		const said = talk(network, 5, [mute]);
		expect(slowest(said, network.nodes)).toBeLessThan(OFFER_AGE);
	});
});

test('row 40: a storm of chokes and unchokes keeps nothing from anybody else', () => {
	const network = settled(5, 30, made => made.linkSome(5));
	const [bad, ...others] = network.nodes as [Node, ...Node[]];
	const said = Array.from({length: 20}, () => {
		for (let storm = 0; storm < 50; storm++) {
			for (const other of others) network.send(bad, other, {type: storm % 2 ? 'unchoke' : 'choke', room: 'lobby'});
		}
		return talk(network, 1, others);
	}).flat();
	network.run(GOSSIP);
	expect(network.counted('choke-flood')).toBeGreaterThan(0);
	expect(slowest(said, others)).toBeLessThan(2 * (OFFER_AGE + BEAT_INTERVAL + 4 * DELAY));
});
