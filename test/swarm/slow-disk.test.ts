import {expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import type {Behaviour} from '../../source/behaviours/behaviour.ts';
import {Swarm} from '../../source/swarm/swarm.ts';
import {ANN, INSTANCE} from '../behaviours/fixtures.ts';

test('whoever waited for the disk is told the time at which it was done, so that what leaves now leaves now', () => {
	let time = 100;
	const told: number[] = [];
	const listener: Behaviour = {
		name: 'listener',
		protocol: '/listener/1',
		messages: [],
		commands: [],
		handle: (input, now) => {
			if (input.type === 'committed') told.push(now);
			return [];
		},
	};
	const commit = () => {
		time += 80;
		return {ok: true} as const;
	};
	const options = {self: ANN, instance: INSTANCE, random: seededRandom(1), peers: [], discovery: false};
	const node = {...options, wallClock: () => 0, archive: {commit}, behaviours: () => [listener]};
	for (const swarm of [new Swarm({...node, clock: () => time}), new Swarm(node)]) swarm.handle({type: 'commit'}, time);
	expect(told).toEqual([180, 180]);
});
