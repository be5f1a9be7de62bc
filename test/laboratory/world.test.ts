/** The network of the laboratory: what is done to it is what becomes of it, and the same seed is the same network. */
import {describe, expect, test} from 'vitest';
import {Clock} from '../../source/lab/clock.ts';
import {compareRouters} from '../../source/lab/comparison.ts';
import {LabWorld, type WorldOptions} from '../../source/lab/world.ts';

const START = 5_000;

function worldOf(options: Partial<WorldOptions> = {}): LabWorld {
	const usual = {seed: 7, nodes: 8, router: 'gossipsub', loss: 0, delay: 20, chatter: 0, name: 'me'} as const;
	return new LabWorld({...usual, rooms: ['lobby'], ...options});
}

function started(options: Partial<WorldOptions> = {}): LabWorld {
	const world = worldOf(options);
	world.runTo(START);
	return world;
}

const pass = (world: LabWorld, milliseconds: number) => world.runTo(world.now + milliseconds);

test('the same seed is the same network, however often one looks; another seed is another', () => {
	const [one, other, third] = [worldOf({chatter: 2}), worldOf({chatter: 2}), worldOf({chatter: 2, seed: 8})];
	for (const world of [one, third]) world.runTo(5_000);
	while (other.now < 5_000) {
		other.runTo(Math.min(5_000, other.now + 333));
		other.state();
	}
	expect(one.state()).toEqual(other.state());
	expect(one.state().figures.payloadBytes).toBeGreaterThan(0);
	expect(one.state().nodes.map(({name}) => name)).not.toEqual(third.state().nodes.map(({name}) => name));
});

describe('what is done to it', () => {
	test('split: each half goes on for itself; healed: all hold the same, and it is said how long that took', () => {
		const world = started();
		expect(world.do({deed: 'split'})).toBeUndefined();
		expect(world.do({deed: 'split'})).toMatch(/already/);
		const sides = world.state().nodes.map(({side}) => side);
		expect(sides[0]).toBe(0);
		expect(sides.filter(side => side === 1)).toHaveLength(4);
		world.do({deed: 'say', node: 0, text: 'here'});
		// Long enough for connections to be given up.
		pass(world, 20_000);
		const parted = world.state();
		expect(parted.nodes.map(({events}) => events > 0)).toEqual(sides.map(side => side === 0));
		expect(parted.edges.filter(({isOpen, a, b}) => isOpen && sides[a] !== sides[b])).toEqual([]);
		expect(parted).toMatchObject({isSplit: true, isConverged: false});
		expect(world.do({deed: 'heal'})).toBeUndefined();
		pass(world, 40_000);
		const healed = world.state();
		expect(healed).toMatchObject({isSplit: false, isConverged: true, healedAt: START + 20_000});
		expect(healed.healedAfter).toBeGreaterThan(0);
		expect(healed.nodes.every(({isEqual}) => isEqual)).toBe(true);
		expect(world.do({deed: 'heal'})).toMatch(/nothing is split/);
	});

	test('kill: it has no links and misses what is said; restart: it is who it was, and gets it', () => {
		const world = started();
		const {peer} = world.state().nodes[3]!;
		expect(world.do({deed: 'kill', node: 3})).toBeUndefined();
		world.do({deed: 'say', node: 1, text: 'without you'});
		pass(world, 3_000);
		const dead = world.state();
		expect(dead.nodes[3]).toMatchObject({isAlive: false, events: 0});
		expect(dead.edges.filter(({a, b}) => a === 3 || b === 3)).toEqual([]);
		expect(dead).toMatchObject({isConverged: true, figures: {delivered: 1}});
		expect(world.do({deed: 'restart', node: 3})).toBeUndefined();
		pass(world, 10_000);
		const back = world.state();
		expect(back.nodes[3]).toMatchObject({peer, isAlive: true, isEqual: true, events: dead.nodes[1]!.events});
	});

	test('cut: nothing passes between the two, and news goes round; mended, they find each other again', () => {
		const world = started();
		expect(world.do({deed: 'cut', a: 5, b: 2})).toBeUndefined();
		const between = () => world.state().edges.find(({a, b}) => a === 2 && b === 5);
		expect(between()).toMatchObject({isOpen: true, isCut: true});
		pass(world, 20_000);
		expect(between()).toMatchObject({isOpen: false, isCut: true});
		world.do({deed: 'say', node: 2, text: 'round the corner'});
		pass(world, 2_000);
		expect(world.state()).toMatchObject({isConverged: true});
		expect(world.do({deed: 'mend', a: 2, b: 5})).toBeUndefined();
		pass(world, 60_000);
		expect(between()).toMatchObject({isOpen: true, isCut: false});
	});

	test('add: newcomers join and hold what there is; longer ways take longer', () => {
		const world = started();
		world.do({deed: 'say', node: 1, text: 'before you'});
		pass(world, 1_000);
		const near = world.state().figures.p50;
		world.do({deed: 'delay', value: 400});
		world.do({deed: 'add', count: 2});
		pass(world, 15_000);
		expect(world.state().nodes.map(({isEqual}) => isEqual)).toEqual(new Array(10).fill(true));
		world.resetFigures();
		world.do({deed: 'say', node: 1, text: 'far away'});
		pass(world, 5_000);
		expect(world.state().figures.p50).toBeGreaterThan(4 * near);
		expect(world.state()).toMatchObject({delay: 400, figures: {delivered: 1}});
	});

	test('what makes no sense is refused in words, and changes nothing', () => {
		const world = started({nodes: 3});
		const before = world.state();
		const refusals = [
			world.do({deed: 'kill', node: 0}),
			world.do({deed: 'kill', node: 99}),
			world.do({deed: 'cut', a: 1, b: 1}),
			world.do({deed: 'mend', a: 1, b: 2}),
			world.do({deed: 'add', count: 10_000}),
			world.do({deed: 'say', node: 99}),
		];
		for (const refusal of refusals) expect(refusal).toMatch(/^\w.+/);
		expect(world.state()).toEqual(before);
	});
});

test('who talks by himself stops when the nodes hold as much as fits, and that is said', () => {
	const told: string[] = [];
	const onEvent: WorldOptions['onEvent'] = event => {
		if (event.type === 'warning') told.push(event.code);
	};
	const world = started({nodes: 3, chatter: 20, maxHeld: 60, onEvent});
	pass(world, 3_000);
	const {chatter, nodes} = world.state();
	expect({chatter, told}).toEqual({chatter: 0, told: ['lab-full']});
	// One more may be on its way when one's own node is looked at.
	for (const {events} of nodes) expect(events).toBeLessThanOrEqual(22);
	expect(world.do({deed: 'chatter', perSecond: 1})).toMatch(/memory/);
	expect(world.do({deed: 'chatter', perSecond: 0})).toBeUndefined();
});

test('in a large network nobody tells who his neighbours are', () => {
	const tells = (options: Partial<WorldOptions>) => worldOf(options).self.options.tellsNeighbours;
	expect([tells({nodes: 2}), tells({nodes: 101})]).toEqual([true, false]);
});

test('on the same seed floodsub makes many more copies than gossipsub, and both bring everything', () => {
	const run = compareRouters({seed: 7, nodes: 20, loss: 0, delay: 20});
	let next = run.next();
	while (!next.done) next = run.next();
	const [gossip, flood] = next.value;
	expect([gossip?.router, flood?.router]).toEqual(['gossipsub', 'floodsub']);
	expect([gossip?.delivered, flood?.delivered]).toEqual([1, 1]);
	expect(flood?.duplicates).toBeGreaterThan(2 * (gossip?.duplicates ?? 0));
	expect(flood?.payloadBytes).toBeGreaterThan(2 * (gossip?.payloadBytes ?? 0));
});

describe('the clock', () => {
	test('owes real time as many times as fast as was asked for; what cannot be made up for is let go', () => {
		const clock = new Clock(1_000);
		clock.set(10, 1_000);
		clock.tick(1_020);
		expect(clock.owed).toBe(200);
		clock.passed(150);
		clock.tick(1_030);
		expect(clock.owed).toBe(150);
		clock.tick(60_000);
		expect(clock.owed).toBe(2_500);
		expect(clock.actualSpeed).toBeLessThan(0.01);
		clock.set(0, 60_000);
		clock.tick(90_000);
		expect([clock.owed, clock.speed]).toEqual([0, 0]);
	});
});
