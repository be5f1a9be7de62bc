/**
 * The core in a worker thread, watched over: if it throws, runs out of memory or hangs, whoever listens is told, and it
 * is started again with the same identity, name and rooms.
 */
import {Worker} from 'node:worker_threads';
import type {Command} from '../api/command.ts';
import type {Core, CoreConfig, CoreListener, StartCore} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError} from '../base/errors.ts';
import {Session} from './session.ts';
import {CHECK_INTERVAL, HANG_TIMEOUT, RestartPolicy, Watchdog} from './supervisor.ts';
import {systemRandom} from './system-random.ts';
import type {FromWorker, ToWorker, WorkerData} from './thread.ts';

/** MiB of JavaScript heap: beyond it the worker ends and the screen lives on. */
const MAX_HEAP_MEGABYTES = 512;

/** Milliseconds that a worker gets to say goodbye to its peers. */
const STOP_TIMEOUT = 2_500;

/** Starts a worker with this data; tests give their own. */
export type SpawnWorker = (data: WorkerData) => Worker;

const spawnCoreWorker: SpawnWorker = workerData =>
	new Worker(new URL('./worker.js', import.meta.url), {
		workerData,
		resourceLimits: {maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES},
		// Nothing may be printed over the screen.
		stdout: true,
		stderr: true,
	});

export const startWorkerCore: StartCore = (config, listener) => new WorkerCore(config, listener, spawnCoreWorker);

export class WorkerCore implements Core {
	readonly #listener: CoreListener;
	readonly #spawn: SpawnWorker;
	readonly #session: Session;
	readonly #ephemeralSeed = systemRandom.bytes(32);
	readonly #restarts = new RestartPolicy();
	#worker: Worker | undefined;
	#watchdog = new Watchdog(performance.now());
	#check: NodeJS.Timeout | undefined;
	#restart: NodeJS.Timeout | undefined;
	/** Commands of this turn: they leave together. */
	#outbox: Command[] = [];
	#stopping: Promise<void> | undefined;
	#ended = false;

	constructor(config: CoreConfig, listener: CoreListener, spawn: SpawnWorker) {
		this.#listener = listener;
		this.#spawn = spawn;
		this.#session = new Session(config);
		listener.state({state: 'starting'});
		this.#start();
	}

	send(command: Command): void {
		this.#session.sent(command);
		if (this.#outbox.push(command) > 1) return;
		queueMicrotask(() => {
			const commands = this.#outbox;
			this.#outbox = [];
			if (this.#worker) this.#post({type: 'commands', commands});
			else this.#lose();
		});
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	#start(): void {
		const worker = this.#spawn({config: this.#session.config(), ephemeralSeed: this.#ephemeralSeed});
		this.#worker = worker;
		this.#watchdog = new Watchdog(performance.now());
		worker.on('message', (message: FromWorker) => this.#received(worker, message));
		worker.on('error', error => this.#failed(worker, describeError(error)));
		worker.on('exit', code => this.#failed(worker, `it ended with status ${code}`));
		clearInterval(this.#check);
		this.#check = setInterval(() => this.#look(worker), CHECK_INTERVAL);
	}

	#received(worker: Worker, message: FromWorker): void {
		if (worker !== this.#worker) return;
		this.#watchdog.alive(performance.now());
		switch (message.type) {
			case 'alive':
				return;
			case 'running':
				return this.#listener.state({state: 'running'});
			case 'events':
				return this.#deliver(message.events);
			case 'failed':
				this.#end();
				return this.#listener.state({state: 'failed', reason: message.reason, hint: message.hint});
			case 'stopped':
				this.#end();
				return this.#listener.state({state: 'stopped'});
		}
	}

	#deliver(events: readonly NodeEvent[]): void {
		for (const event of events) this.#session.received(event);
		this.#listener.events(events);
	}

	#look(worker: Worker): void {
		if (!this.#watchdog.check(performance.now())) return;
		this.#failed(worker, `it has not answered for ${HANG_TIMEOUT / 1000} s`);
		void worker.terminate();
	}

	#failed(worker: Worker, reason: string): void {
		if (worker !== this.#worker || this.#ended) return;
		this.#worker = undefined;
		clearInterval(this.#check);
		this.#lose();
		if (this.#stopping) return this.#end();
		const delay = this.#restarts.failed(performance.now());
		if (delay === undefined) {
			this.#end();
			const hint = 'quit and start again; --log-file keeps a record of what happens';
			return this.#listener.state({state: 'failed', reason: `the core keeps failing: ${reason}`, hint});
		}
		this.#listener.state({state: 'restarting', reason});
		this.#restart = setTimeout(() => this.#start(), delay);
	}

	/** Whatever the core had not answered is answered with a refusal. */
	#lose(): void {
		const events = this.#session.lost();
		if (events.length > 0) this.#listener.events(events);
	}

	async #stop(): Promise<void> {
		clearTimeout(this.#restart);
		const worker = this.#worker;
		if (!worker || this.#ended) return this.#end();
		const exited = new Promise<unknown>(resolve => worker.once('exit', resolve));
		this.#post({type: 'stop'});
		const timeout = setTimeout(() => void worker.terminate(), STOP_TIMEOUT);
		await exited;
		clearTimeout(timeout);
		this.#end();
	}

	#end(): void {
		this.#ended = true;
		this.#worker = undefined;
		clearInterval(this.#check);
		clearTimeout(this.#restart);
	}

	#post(message: ToWorker): void {
		this.#worker?.postMessage(message);
	}
}
