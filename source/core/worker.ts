/** The entry of the core's thread: a node behind messages. */
import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import {describeError, UserError} from '../base/errors.ts';
import {EventBatch} from './event-batch.ts';
import {startNode} from './start-node.ts';
import {ALIVE_INTERVAL, type FromWorker, type ToWorker, type WorkerData} from './thread.ts';

/** Milliseconds between batches of events: a frame. */
const BATCH_INTERVAL = 16;

if (parentPort) await run(parentPort, workerData as WorkerData);

async function run(port: MessagePort, {config, ephemeralSeed}: WorkerData): Promise<void> {
	const post = (message: FromWorker) => port.postMessage(message);
	const batch = new EventBatch(events => post({type: 'events', events}), BATCH_INTERVAL);
	const alive = setInterval(() => post({type: 'alive'}), ALIVE_INTERVAL);
	const received: ToWorker[] = [];
	let handle = (message: ToWorker): unknown => received.push(message);
	port.on('message', (message: ToWorker) => handle(message));

	const finish = (message: FromWorker) => {
		clearInterval(alive);
		batch.flush();
		post(message);
		port.close();
	};
	try {
		const {node, stop} = await startNode(config, ephemeralSeed, {
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
