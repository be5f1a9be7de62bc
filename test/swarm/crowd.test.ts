/** A crowd larger than anyone's limits: it must hang together, whether everyone hears everyone or only knows two. */
import {describe, expect, test} from 'vitest';
import {createChatSwarm} from '../../source/swarm/create.ts';
import {Swarm} from '../../source/swarm/swarm.ts';
import {addressOfMember, Crowd} from './crowd.ts';
import {NOTHING_KEPT, wallClock} from './rig.ts';

const LIMITS = {target: 6, max: 12};

/** Swarms without protocols. */
const crowd = (seed: number) =>
	new Crowd(60, seed, ({identity, instance, random}) => {
		const self = identity.peerId;
		return new Swarm({
			self,
			instance,
			random,
			peers: [],
			discovery: true,
			limits: LIMITS,
			behaviours: () => [],
			...NOTHING_KEPT,
		});
	});

describe('a crowd of 60 with room for a dozen connections each', () => {
	test.each([1, 2])(
		'hangs together within ten seconds, and nobody has too many, seed %i',
		seed => {
			const nodes = crowd(seed);
			nodes.run(10_000);
			expect(nodes.reached()).toBe(60);
			expect(Math.max(...nodes.degrees())).toBeLessThanOrEqual(LIMITS.max);
			expect(Math.min(...nodes.degrees())).toBeGreaterThanOrEqual(3);
		},
		60_000,
	);

	test('in two halves for a minute, grows together again by itself, though everyone has enough', () => {
		const nodes = crowd(4);
		nodes.run(5_000);
		nodes.cut(node => node % 2);
		nodes.run(65_000);
		expect(nodes.reached()).toBe(30);
		nodes.cut(() => 0);
		nodes.run(80_000);
		expect(nodes.reached()).toBe(60);
	}, 60_000);
});

describe('forty that hear nobody and were told of the same two, who have room for a dozen', () => {
	/** Everyone but those two is given both by hand. */
	const newcomers = (seed: number) =>
		new Crowd(40, seed, ({index, ...member}) =>
			createChatSwarm({
				...member,
				name: `node ${index}`,
				agent: 'p2p-tui/0.1.0',
				rooms: ['lobby'],
				peers: index < 2 ? [] : [addressOfMember(0), addressOfMember(1)],
				discovery: false,
				pubsub: 'floodsub',
				limits: LIMITS,
				wallClock,
			}),
		);

	test.each([1, 2])(
		'hang together within fifteen seconds, for whoever is sent away is told of others, seed %i',
		seed => {
			const nodes = newcomers(seed);
			nodes.run(15_000);
			expect(nodes.reached()).toBe(40);
			nodes.run(30_000);
			expect([nodes.reached(), Math.max(...nodes.degrees())]).toEqual([40, expect.any(Number)]);
			expect(Math.max(...nodes.degrees())).toBeLessThanOrEqual(LIMITS.max);
		},
		60_000,
	);
});
