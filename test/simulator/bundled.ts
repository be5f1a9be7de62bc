/**
 * Whole networks, as one file: among modules the test runner looks up each name of another one each time that it is
 * used, which costs a run of a minute many seconds.
 */
import {rm} from 'node:fs/promises';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {bundle} from '../helpers/bundle.ts';

const program = await bundle(fileURLToPath(new URL('runs.ts', import.meta.url)));

export const {
	parseArguments,
	randomFiles,
	randomHistory,
	randomScenario,
	reportOn,
	runFiles,
	runHistory,
	runScenario,
	table,
} = await (import(pathToFileURL(program).href) as Promise<typeof import('./runs.ts')>).finally(() => rm(program));
