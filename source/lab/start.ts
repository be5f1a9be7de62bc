/** The laboratory in a thread of its own, watched over as the core of a real node is. */
import type {StartCore} from '../api/core.ts';
import {spawnThread} from '../core/spawn.ts';
import {WorkerCore} from '../core/worker-client.ts';

export const startLabCore: StartCore = (config, listener) => {
	const spawn = (data: Parameters<typeof spawnThread>[1]) =>
		spawnThread(new URL('./lab-worker.js', import.meta.url), data);
	return new WorkerCore(config, listener, {spawn});
};
