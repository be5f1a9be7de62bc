/** What nodes tell of the ways of messages, beside what the simulation knows of them. */
import {describe, expect, it} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import type {MessageSpread, RoomSpread, TraceResult} from '../../source/api/spread.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';

/** Milliseconds by which a figure may be off: a receipt and a round trip are in whole microseconds. */
const ROUNDING = 0.002;

type Arrival = {readonly peer: string; readonly at: number; readonly hops: number; readonly via: string | undefined};

/** Nodes that all know each other; from one to another everything takes the same time, there and back. */
class World {
	readonly simulation: Simulation;
	/** What the frames of each message said, in the order in which they came. */
	readonly arrivals = new Map<string, Arrival[]>();
	/** Questions of traces that came anywhere, and receipts that others handed on. */
	questions = 0;
	relayed = 0;
	readonly #delays: number[][];

	/** `isLinked`: between whom anything passes; everyone, if it is left out. */
	constructor(
		seed: number,
		count: number,
		pubsub: 'gossipsub' | 'floodsub' = 'gossipsub',
		isLinked?: (low: number, high: number) => boolean,
	) {
		const random = seededRandom(seed);
		this.#delays = Array.from({length: count}, () => Array.from({length: count}, () => 0.5 + 20 * random.float()));
		this.simulation = new Simulation({
			seed,
			// The first ones tell what there is to know.
			nodes: {pubsub, pingInterval: 60_000},
			onEvent: (node, event, hops) => this.#told(node, event, hops),
		});
		const {trace} = this.simulation;
		const note = trace.note.bind(trace);
		trace.note = (at, node, what, detail, bytes) => {
			if (what === 'trace') this.questions += 1;
			if (what === 'held') this.relayed += 1;
			note(at, node, what, detail, bytes);
		};
		const {conditions} = this.simulation;
		conditions.delay = (from, to) => this.delay(from, to);
		if (isLinked) this.simulation.cut((a, b) => !isLinked(Math.min(a.index, b.index), Math.max(a.index, b.index)));
		for (let index = 0; index < count; index++) this.simulation.add({}, index * 7);
		this.simulation.run(3_000);
	}

	delay(from: SimulatedNode, to: SimulatedNode): number {
		const [low, high] = from.index < to.index ? [from.index, to.index] : [to.index, from.index];
		return this.#delays[low]?.[high] ?? 0;
	}

	node(index: number): SimulatedNode {
		return this.simulation.nodes[index] as SimulatedNode;
	}

	of(peer: string): SimulatedNode {
		return this.simulation.nodes.find(({peerId}) => peerId === peer) as SimulatedNode;
	}

	/** The answer to a command, some time later. */
	ask<Result>(node: SimulatedNode, command: Parameters<Simulation['command']>[1], milliseconds = 0): Result {
		const id = `ask ${node.events.length}`;
		this.simulation.command(node, {...command, id});
		this.simulation.run(milliseconds);
		const reply = node.eventsOf('reply').find(one => one.id === id);
		if (!reply?.ok) throw this.simulation.failure(`no answer to ${command.command}: ${JSON.stringify(reply)}`);
		return reply.result as Result;
	}

	/** Milliseconds of the fastest way over meshes from one to another. */
	fastest(from: SimulatedNode, to: SimulatedNode): number {
		const times = new Map([[from, 0]]);
		for (const [node, time] of times) {
			for (const peer of node.overlay.mesh('lobby').map(id => this.of(id))) {
				const there = time + this.delay(node, peer);
				if (there >= (times.get(peer) ?? Number.POSITIVE_INFINITY)) continue;
				// Those that it leads to are looked at anew.
				times.delete(peer);
				times.set(peer, there);
			}
		}
		return times.get(to) as number;
	}

	#told(node: SimulatedNode, event: NodeEvent, hops: number): void {
		if (event.type !== 'message' || event.local) return;
		const arrivals = this.arrivals.get(event.messageId) ?? [];
		this.arrivals.set(event.messageId, arrivals);
		arrivals.push({peer: node.peerId, at: this.simulation.now, hops, via: event.via});
	}
}

describe.each([1, 2])('eighteen nodes, seed %i', seed => {
	const world = new World(seed, 18);

	it('the spread of a message, as its author tells it, is what happened: who, when, from whom, how far', () => {
		const author = world.node(seed);
		const sentAt = world.simulation.now;
		const {messageId} = world.ask<{messageId: string}>(author, {command: 'publish', room: 'lobby', text: 'hi'}, 500);
		const spread = world.ask<MessageSpread>(author, {command: 'spread', room: 'lobby', messageId});
		const truth = world.arrivals.get(messageId) ?? [];
		expect(truth).toHaveLength(17);
		expect(spread.holders.map(({peer, hops, via}) => ({peer, hops, via: via?.peer}))).toEqual([
			{peer: author.peerId, hops: 0, via: undefined},
			...truth.map(({peer, hops, via}) => ({peer, hops, via})),
		]);
		const off = truth.map(({at}, index) => Math.abs((spread.holders[index + 1]?.after ?? 0) - (at - sentAt)));
		expect(Math.max(...off)).toBeLessThan(ROUNDING);
		expect(Math.max(...truth.map(({hops}) => hops))).toBeGreaterThan(1);
		expect([spread.waiting, spread.of]).toEqual([[], 18]);
		const room = world.ask<RoomSpread>(author, {command: 'room-spread', room: 'lobby'});
		expect(room).toMatchObject({router: 'gossipsub', members: 17, coverage: 1, followed: 1, delivery: {count: 17}});
	});

	it('a trace is the fastest way over links of the mesh, with the time of each', () => {
		const from = world.node(0);
		const mesh = [from.peerId, ...from.overlay.mesh('lobby')];
		const others = world.simulation.nodes.filter(({peerId}) => !mesh.includes(peerId));
		const [to] = others.sort((a, b) => world.fastest(from, b) - world.fastest(from, a)) as [SimulatedNode];
		const expected = 2 * world.fastest(from, to);
		const degrees = world.simulation.nodes.map(node => node.overlay.mesh('lobby').length);
		const {hops} = world.ask<TraceResult>(from, {command: 'trace', peer: to.peerId, room: 'lobby'}, 200);
		expect([hops.length > 1, hops.at(-1)?.peer]).toEqual([true, to.peerId]);
		let before = from;
		for (const {peer, link} of hops) {
			expect(before.overlay.mesh('lobby')).toContain(peer);
			const next = world.of(peer);
			expect(Math.abs(link - 2 * world.delay(before, next))).toBeLessThan(ROUNDING);
			before = next;
		}
		expect(Math.abs((hops.at(-1)?.total ?? 0) - expected)).toBeLessThan(ROUNDING);
		// Everyone but the target hands it on once, over its links but the one that it came by.
		const links = degrees.reduce((sum, degree) => sum + degree, 0) - (degrees[to.index] ?? 0);
		expect(world.questions).toBe(links - 16);
	});
});

/** A ring, so that it is whole, and some links across. */
function sparse(seed: number, count: number): (low: number, high: number) => boolean {
	const random = seededRandom(seed ^ 0x5ba5);
	const end = () => Math.floor(random.float() * count);
	const across = Array.from({length: count}, () => [end(), end()].sort((a, b) => a - b));
	const chosen = new Set(across.map(([low, high]) => `${low} ${high}`));
	return (low, high) => high === low + 1 || (low === 0 && high === count - 1) || chosen.has(`${low} ${high}`);
}

describe.each([
	['a line of 6', 1, 6, (low: number, high: number) => high === low + 1],
	['12 of whom few are connected', 2, 12, sparse(2, 12)],
] as const)('%s', (_, seed, count, isLinked) => {
	const world = new World(seed, count, 'gossipsub', isLinked);
	const author = world.node(0);
	const say = () => {
		const {messageId} = world.ask<{messageId: string}>(author, {command: 'publish', room: 'lobby', text: 'hi'}, 800);
		return world.ask<MessageSpread>(author, {command: 'spread', room: 'lobby', messageId});
	};

	it('its author hears of everyone who holds a message, and how it came there, but not when of those it does not hear', () => {
		const {messageId, holders, waiting, of} = say();
		const truth = world.arrivals.get(messageId) ?? [];
		const told = holders.slice(1).map(({peer, hops, via}) => ({peer, hops, via: via?.peer}));
		const byPeer = (a: {peer: string}, b: {peer: string}) => (a.peer < b.peer ? -1 : 1);
		expect(told.sort(byPeer)).toEqual(truth.map(({peer, hops, via}) => ({peer, hops, via})).sort(byPeer));
		expect([truth.length, waiting, of]).toEqual([count - 1, [], count]);
		const timed = holders.filter(({after}) => after !== undefined).map(({peer}) => peer);
		expect(timed.sort()).toEqual([author.peerId, ...author.shownPeers].sort());
		const room = world.ask<RoomSpread>(author, {command: 'room-spread', room: 'lobby'});
		expect(room).toMatchObject({coverage: 1, followed: 1, delivery: {count: author.shownPeers.size}});
	});

	it('each such receipt goes back over as many links as the message came, and a flood shares a few', () => {
		const before = world.relayed;
		const {messageId} = say();
		const far = (world.arrivals.get(messageId) ?? []).filter(({peer}) => !author.shownPeers.has(peer));
		// Whoever is on the way may know the author, though the message came to it by way of others.
		const most = far.reduce((sum, {hops}) => sum + hops, 0);
		expect(world.relayed - before).toBeGreaterThanOrEqual(2 * far.length);
		expect(world.relayed - before).toBeLessThanOrEqual(most);
		const then = world.relayed;
		for (let index = 0; index < 20; index++) {
			world.simulation.command(author, {command: 'publish', room: 'lobby', text: `${index}`});
			world.simulation.run(20);
		}
		world.simulation.run(800);
		// Each holder waits between two: in 400 ms there is room for three. Ways differ from message to message.
		expect(world.relayed - then).toBeLessThanOrEqual(4 * most);
	});
});

it('who was away and takes it over from another is named too, with that one', () => {
	const world = new World(5, 4, 'gossipsub', (low, high) => high === low + 1);
	const {simulation} = world;
	const [author, before, last] = [world.node(0), world.node(2), world.node(3)];
	simulation.kill(last);
	const {messageId} = world.ask<{messageId: string}>(author, {command: 'publish', room: 'lobby', text: 'hi'}, 1_000);
	simulation.restart(last);
	simulation.run(5_000);
	const {holders} = world.ask<MessageSpread>(author, {command: 'spread', room: 'lobby', messageId});
	expect(holders).toHaveLength(4);
	expect(holders[3]).toMatchObject({peer: last.peerId, via: {peer: before.peerId}});
	expect(Object.keys(holders[3] ?? {}).sort()).toEqual(['name', 'peer', 'via']);
});

it('what flooding would cost is what it does cost where everyone is connected to everyone', () => {
	const world = new World(4, 8, 'floodsub');
	world.simulation.conditions.delay = () => 1;
	world.ask(world.node(0), {command: 'publish', room: 'lobby', text: 'hi'}, 100);
	const {delivered, duplicates, floodDuplicates} = world.ask<RoomSpread>(world.node(5), {
		command: 'room-spread',
		room: 'lobby',
	});
	// The notice that the author has come goes before the message.
	expect({delivered, duplicates, floodDuplicates}).toEqual({delivered: 2, duplicates: 12, floodDuplicates: 12});
});
