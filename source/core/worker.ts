/** The entry of the core's thread: a node behind messages. */
import {parentPort, workerData} from 'node:worker_threads';
import {runWorker} from './run-worker.ts';
import {startNode} from './start-node.ts';
import type {WorkerData} from './thread.ts';

if (parentPort) await runWorker(parentPort, workerData as WorkerData, startNode);
