/** The core in the caller's own thread: for headless, ping and whatever else has no screen to keep alive. */
import type {Command} from '../api/command.ts';
import type {Core, CoreConfig, CoreListener, StartCore} from '../api/core.ts';
import {describeError, UserError} from '../base/errors.ts';
import {EventBatch} from './event-batch.ts';
import {type StartedNode, startNode} from './start-node.ts';
import {systemRandom} from './system-random.ts';

export const startLocalCore: StartCore = (config, listener) => new LocalCore(config, listener);

class LocalCore implements Core {
	readonly #listener: CoreListener;
	readonly #batch: EventBatch;
	readonly #started: Promise<StartedNode | undefined>;
	/** Commands that came before the node was ready. */
	#early: Command[] | undefined = [];
	#node: StartedNode['node'] | undefined;
	#stopped: Promise<void> | undefined;

	constructor(config: CoreConfig, listener: CoreListener) {
		this.#listener = listener;
		this.#batch = new EventBatch(events => listener.events(events), {interval: 0});
		listener.state({state: 'starting'});
		this.#started = this.#start(config);
	}

	send(command: Command): void {
		if (this.#early) this.#early.push(command);
		else this.#node?.command(command);
	}

	stop(): Promise<void> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	async #start(config: CoreConfig): Promise<StartedNode | undefined> {
		try {
			const started = await startNode(config, systemRandom.bytes(32), {
				emit: event => this.#batch.add(event),
				onShutdown: () => void this.stop(),
			});
			this.#node = started.node;
			this.#listener.state({state: 'running'});
			const early = this.#early ?? [];
			this.#early = undefined;
			for (const command of early) started.node.command(command);
			return started;
		} catch (error) {
			this.#early = undefined;
			const hint = error instanceof UserError ? error.hint : undefined;
			this.#listener.state({state: 'failed', reason: describeError(error), hint});
			return undefined;
		}
	}

	async #stop(): Promise<void> {
		const started = await this.#started;
		this.#node = undefined;
		if (!started) return;
		await started.stop();
		this.#batch.flush();
		this.#listener.state({state: 'stopped'});
	}
}
