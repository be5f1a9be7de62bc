import {Worker} from 'node:worker_threads';
import type {WorkerData} from './thread.ts';

/** MiB of JavaScript heap: beyond it the worker ends and the screen lives on. */
export const MAX_HEAP_MEGABYTES = 512;

/** Starts `program` as a core's thread. */
export function spawnThread(program: URL, workerData: WorkerData): Worker {
	return new Worker(program, {
		workerData,
		resourceLimits: {maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES},
		// Nothing may be printed over the screen.
		stdout: true,
		stderr: true,
	});
}
