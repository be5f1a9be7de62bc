/** The entry of the thread of a laboratory. */
import {parentPort, workerData} from 'node:worker_threads';
import {runWorker} from '../core/run-worker.ts';
import type {WorkerData} from '../core/thread.ts';
import {startLab} from './lab.ts';

if (parentPort) await runWorker(parentPort, workerData as WorkerData, startLab);
