import {it} from 'vitest';
import {randomScenario, runScenario} from './scenario.ts';

/** Seeds of one file: files run side by side, seeds of one file one after the other. */
const SEEDS_PER_FILE = 50;

/** Milliseconds of real time for one seed, on a machine that is busy with other things. */
const PATIENCE = 180_000;

/** A test for each of fifty seeds. A seed that fails says how to run it again. */
export function testSeeds(file: number): void {
	const seeds = Array.from({length: SEEDS_PER_FILE}, (_, index) => (file - 1) * SEEDS_PER_FILE + index + 1);
	it.each(seeds)('all goes as it must with seed %i', {timeout: PATIENCE}, seed => {
		try {
			runScenario(randomScenario(seed));
		} catch (error) {
			throw new Error(`npm run sim -- --random --seed ${seed}\n${(error as Error).message}`, {cause: error});
		}
	});
}
