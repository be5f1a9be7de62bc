/** A core behind messages: what runs in its thread, whichever network it is in. */
import type {MessagePort} from 'node:worker_threads';
import type {Command} from '../api/command.ts';
import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError, UserError} from '../base/errors.ts';
import {EventBatch} from './event-batch.ts';
import {QUEUE_LIMITS} from './event-queue.ts';
import {ALIVE_INTERVAL, type FromWorker, type ToWorker, type WorkerData} from './thread.ts';

/** Milliseconds between batches of events: a frame. */
const BATCH_INTERVAL = 16;

/** Batches that the main thread has not taken yet: while it draws, one is enough. */
const MAX_IN_FLIGHT = 1;

type Request = Exclude<ToWorker, {type: 'taken'}>;

/** Starts what the thread is for. Throws a `UserError` if it cannot. */
export type Start = (
	config: CoreConfig,
	ephemeralSeed: Uint8Array,
	hooks: {emit(event: NodeEvent): void; onShutdown(): void},
) => Promise<{readonly node: {command(command: Command): void}; stop(): Promise<void>}>;

export async function runWorker(port: MessagePort, {config, ephemeralSeed}: WorkerData, start: Start): Promise<void> {
	const post = (message: FromWorker) => port.postMessage(message);
	const batch = new EventBatch(events => post({type: 'events', events}), {
		interval: BATCH_INTERVAL,
		maxInFlight: MAX_IN_FLIGHT,
		limits: QUEUE_LIMITS,
	});
	// Whatever was done before an error that nobody caught was done: it is still to be seen.
	process.on('uncaughtExceptionMonitor', () => batch.flush());
	const alive = setInterval(() => post({type: 'alive'}), ALIVE_INTERVAL);
	const received: Request[] = [];
	let handle = (message: Request): unknown => received.push(message);
	port.on('message', (message: ToWorker) => {
		if (message.type === 'taken') batch.taken();
		else handle(message);
	});

	const finish = (message: FromWorker) => {
		clearInterval(alive);
		batch.flush();
		post(message);
		port.close();
	};
	try {
		const {node, stop} = await start(config, ephemeralSeed, {
			emit: event => batch.add(event),
			onShutdown: () => handle({type: 'stop'}),
		});
		post({type: 'running'});
		handle = message => {
			if (message.type === 'stop') return void stop().then(() => finish({type: 'stopped'}));
			for (const command of message.commands) node.command(command);
			return undefined;
		};
		for (const message of received) handle(message);
	} catch (error) {
		const hint = error instanceof UserError ? error.hint : undefined;
		finish({type: 'failed', reason: describeError(error), hint});
	}
}
