/**
 * The core in a worker thread, watched over: if it throws, runs out of memory or hangs, whoever listens is told, and it
 * is started again with the same identity, name and rooms.
 */
import type {Worker} from 'node:worker_threads';
import type {Command} from '../api/command.ts';
import type {Core, CoreConfig, CoreListener, CoreState, StartCore} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError, describeStack} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {openCoreLog} from './core-log.ts';
import {Session} from './session.ts';
import {spawnThread} from './spawn.ts';
import {CHECK_INTERVAL, HANG_TIMEOUT, RestartPolicy, START_TIMEOUT, Watchdog} from './supervisor.ts';
import {systemRandom} from './system-random.ts';
import type {FromWorker, ToWorker, WorkerData} from './thread.ts';

/** Milliseconds that a worker gets to say goodbye to its peers. */
const STOP_TIMEOUT = 2_500;

/** Starts a worker with this data; tests give their own. */
export type SpawnWorker = (data: WorkerData) => Worker;

/** What tests make shorter or their own. Times in milliseconds. */
export type WorkerCoreOptions = {
	readonly spawn?: SpawnWorker;
	readonly restarts?: RestartPolicy;
	readonly hangTimeout?: number;
	readonly startTimeout?: number;
	readonly checkInterval?: number;
	readonly stopTimeout?: number;
};

const spawnCoreWorker: SpawnWorker = data => spawnThread(new URL('./worker.js', import.meta.url), data);

/** `reason` is for the screen, `details` for the log; each is one line. */
type Failure = {readonly reason: string; readonly details: string};

const failureOf = (reason: string): Failure => ({reason, details: reason});

export const startWorkerCore: StartCore = (config, listener) => new WorkerCore(config, listener);

export class WorkerCore implements Core {
	readonly #listener: CoreListener;
	readonly #options: Required<WorkerCoreOptions>;
	readonly #session: Session;
	readonly #log: Log;
	readonly #ephemeralSeed = systemRandom.bytes(32);
	/** The worker that is the core now; undefined once it has failed or ended. */
	#worker: Worker | undefined;
	/** Ends the thread that was started last, however it is. */
	#terminate: () => void = () => {};
	/** Resolves when that thread has ended: then its ports and its profile are free. */
	#exited: Promise<unknown> = Promise.resolve();
	#watchdog: Watchdog | undefined;
	#check: NodeJS.Timeout | undefined;
	#restart: NodeJS.Timeout | undefined;
	/** Commands of this turn: they leave together. */
	#outbox: Command[] = [];
	#stopping: Promise<void> | undefined;
	#ended = false;

	constructor(config: CoreConfig, listener: CoreListener, options: WorkerCoreOptions = {}) {
		this.#listener = listener;
		this.#options = {
			spawn: spawnCoreWorker,
			restarts: new RestartPolicy(),
			hangTimeout: HANG_TIMEOUT,
			startTimeout: START_TIMEOUT,
			checkInterval: CHECK_INTERVAL,
			stopTimeout: STOP_TIMEOUT,
			...options,
		};
		this.#session = new Session(config);
		this.#log = openCoreLog(config, warning => listener.events([warning]));
		listener.state({state: 'starting'});
		this.#start();
	}

	send(command: Command): void {
		this.#session.sent(command);
		if (this.#outbox.push(command) === 1) queueMicrotask(() => this.#flush());
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	#start(): void {
		const {spawn, hangTimeout, startTimeout, checkInterval} = this.#options;
		const worker = spawn({config: this.#session.config(), ephemeralSeed: this.#ephemeralSeed});
		this.#worker = worker;
		this.#terminate = () => void worker.terminate();
		this.#exited = new Promise(resolve => worker.once('exit', resolve));
		this.#watchdog = new Watchdog(performance.now(), {hangTimeout, startTimeout, checkInterval});
		worker.on('message', (message: FromWorker) => this.#received(worker, message));
		let failure: Failure | undefined;
		// What it said before it failed may still be on its way. By its exit all of that has been read.
		worker.on('error', error => {
			failure = {reason: describeError(error), details: describeStack(error)};
		});
		worker.on('exit', code => this.#failed(worker, failure ?? failureOf(`it ended with status ${code}`)));
		this.#check = setInterval(() => this.#look(worker), checkInterval);
	}

	#received(worker: Worker, message: FromWorker): void {
		if (worker !== this.#worker) return;
		this.#watchdog?.alive(performance.now());
		switch (message.type) {
			case 'alive':
				return;
			case 'running':
				return this.#listener.state({state: 'running'});
			case 'events':
				this.#deliver(message.events);
				return worker.postMessage({type: 'taken'} satisfies ToWorker);
			case 'failed':
				this.#log('error', 'core', `the core cannot start: ${message.reason}`);
				return this.#end({state: 'failed', reason: message.reason, hint: message.hint});
			case 'stopped':
				return this.#end({state: 'stopped'});
		}
	}

	#deliver(events: readonly NodeEvent[]): void {
		for (const event of events) this.#session.received(event);
		this.#listener.events(events);
	}

	#look(worker: Worker): void {
		const silence = this.#watchdog?.check(performance.now());
		if (silence !== undefined) this.#failed(worker, failureOf(`it has not answered for ${silence / 1000} s`));
	}

	#failed(worker: Worker, {reason, details}: Failure): void {
		if (worker !== this.#worker) return;
		this.#release();
		if (this.#stopping) return;
		const delay = this.#options.restarts.failed(performance.now());
		const next = delay === undefined ? 'it stays down' : `it is started again in ${delay} ms`;
		this.#log('error', 'core', `the core failed, ${next}: ${details}`);
		if (delay === undefined) {
			const hint = 'quit and start again; --log-file keeps a record of what happens';
			return this.#end({state: 'failed', reason: `the core keeps failing: ${reason}`, hint});
		}
		this.#listener.state({state: 'restarting', reason});
		this.#restart = setTimeout(() => void this.#startAgain(), delay);
	}

	async #startAgain(): Promise<void> {
		await this.#exited;
		if (!this.#ended && !this.#stopping) this.#start();
	}

	/** Lets go of the worker. Whatever it had not answered is answered with a refusal. */
	#release(): void {
		this.#worker = undefined;
		clearInterval(this.#check);
		this.#terminate();
		this.#lose();
	}

	#lose(): void {
		const events = this.#session.lost();
		if (events.length > 0) this.#listener.events(events);
	}

	async #stop(): Promise<void> {
		clearTimeout(this.#restart);
		// Whatever was sent before it was to stop is still done.
		this.#flush();
		this.#post({type: 'stop'});
		const timeout = setTimeout(this.#terminate, this.#options.stopTimeout);
		await this.#exited;
		clearTimeout(timeout);
		if (!this.#ended) this.#end({state: 'stopped'});
	}

	#end(state: CoreState): void {
		this.#ended = true;
		this.#worker = undefined;
		clearInterval(this.#check);
		clearTimeout(this.#restart);
		this.#lose();
		this.#listener.state(state);
	}

	#flush(): void {
		const commands = this.#outbox;
		this.#outbox = [];
		if (!this.#worker) this.#lose();
		else if (commands.length > 0) this.#post({type: 'commands', commands});
	}

	#post(message: ToWorker): void {
		this.#worker?.postMessage(message);
	}
}
