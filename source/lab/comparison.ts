/** The same network from the same seed, once with each router, and the same said in it: what each of them costs. */
import type {LabRouterFigures} from '../api/lab.ts';
import {LabWorld, type WorldOptions} from './world.ts';

/** Virtual milliseconds until all are connected and meshes have settled. */
const SETTLING = 6_000;
/** What is said then, one after the other; and the virtual milliseconds in between and after the last one. */
const MESSAGES = 12;
const PAUSE = 300;
const LAST_PAUSE = 3_000;
/** Virtual milliseconds at a time, so that whoever runs it gets a word in. */
const SLICE = 5;

const ROUTERS = ['gossipsub', 'floodsub'] as const;

export type ComparisonOptions = Pick<WorldOptions, 'seed' | 'nodes' | 'loss' | 'delay'>;

/** Yields every few milliseconds of its own work; returns the figures of both. */
export function* compareRouters(options: ComparisonOptions): Generator<undefined, readonly LabRouterFigures[]> {
	const figures: LabRouterFigures[] = [];
	for (const router of ROUTERS) {
		const rest = {chatter: 0, name: 'first', rooms: ['lobby'], tellsNeighbours: false};
		const world = new LabWorld({...options, ...rest, router});
		yield* pass(world, world.startedAt + SETTLING);
		world.resetFigures();
		for (let said = 0; said < MESSAGES; said++) {
			world.do({deed: 'say', text: `message ${said + 1} of ${MESSAGES}`});
			yield* pass(world, PAUSE);
		}
		yield* pass(world, LAST_PAUSE);
		figures.push(world.figures());
	}
	return figures;
}

function* pass(world: LabWorld, milliseconds: number): Generator<undefined, void> {
	const end = world.now + milliseconds;
	while (world.now < end) {
		world.runTo(Math.min(end, world.now + SLICE));
		yield;
	}
}
