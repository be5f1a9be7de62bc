import {it} from 'vitest';
import {randomFiles, randomHistory, randomScenario, runFiles, runHistory, runScenario} from './bundled.ts';

/** Seeds of one file: files run side by side, seeds of one file one after the other. */
const SEEDS_PER_FILE = 25;

/** Milliseconds of real time for one seed, on a machine that is busy with other things. */
const PATIENCE = 400_000;

/** A test for each of some seeds of whole networks. A seed that fails says how to run it again. */
export function testNetworks(file: number): void {
	it.each(seedsOf(file))('all goes as it must with seed %i', {timeout: PATIENCE}, seed => {
		attempt(`--random --seed ${seed}`, () => runScenario(randomScenario(seed)));
	});
}

/** The same for seeds of rooms that must lose nothing. */
export function testHistories(file: number): void {
	it.each(seedsOf(file))('nothing is lost with seed %i', {timeout: PATIENCE}, seed => {
		attempt(`--history --seed ${seed}`, () => runHistory(randomHistory(seed)));
	});
}

/** The same for seeds of people who fetch a file from each other. */
export function testFiles(...seeds: readonly number[]): void {
	it.each(seeds)('everyone gets it with seed %i', {timeout: PATIENCE}, seed => {
		attempt(`--files --seed ${seed}`, () => runFiles(randomFiles(seed)));
	});
}

function seedsOf(file: number): number[] {
	return Array.from({length: SEEDS_PER_FILE}, (_, index) => (file - 1) * SEEDS_PER_FILE + index + 1);
}

function attempt(line: string, run: () => void): void {
	try {
		run();
	} catch (error) {
		throw new Error(`npm run sim -- ${line}\n${(error as Error).message}`, {cause: error});
	}
}
