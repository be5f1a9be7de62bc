/**
 * `p2p-tui headless`: the node without a screen. Commands come in and events go out as JSON lines.
 */
import type {EventEmitter} from 'node:events';
import type {Readable, Writable} from 'node:stream';
import type {Core, CoreConfig, CoreState, StartCore} from '../api/core.ts';
import type {NodeEvent, Reply} from '../api/event.ts';
import {EXIT_FAILED, UserError} from '../base/errors.ts';
import {type Machine, nodeConfig} from './config.ts';
import {withFiles} from './file-config.ts';
import {type Line, LineSplitter, type ParsedLine, parseLine} from './lines.ts';
import type {Options} from './options.ts';
import {LineWriter} from './output.ts';
import {listenForSignals} from './signals.ts';

/** Commands sent to the core whose replies are awaited; the next one waits until there are fewer. */
const MAX_OUTSTANDING = 256;

/** Milliseconds that replies still due at the end of input may take: longer than any dial. */
const LAST_REPLIES_TIMEOUT = 10_000;

/** Milliseconds for the reply to `shutdown`. */
const SHUTDOWN_REPLY_TIMEOUT = 2_000;

/** Milliseconds for goodbyes and closing, and for the reader to take the last lines. */
const STOP_TIMEOUT = 5_000;
const FLUSH_TIMEOUT = 2_000;

export type HeadlessOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly input: Readable;
	readonly output: Writable;
	/** Where signals are heard: the process. */
	readonly signals: EventEmitter;
};

export async function headless(options: Options, machine: Machine): Promise<number> {
	const {startLocalCore} = await import('../core/local.ts');
	return runHeadless({
		config: withFiles(nodeConfig(options, machine, false), options, machine),
		startCore: startLocalCore,
		input: process.stdin,
		output: process.stdout,
		signals: process,
	});
}

/**
 * Runs the node until `shutdown`, the end of input, a signal, or until nobody reads its output.
 * @returns the exit status: 0, or 128 + the signal's number.
 * @throws UserError when the node cannot start, or fails.
 */
export function runHeadless(options: HeadlessOptions): Promise<number> {
	return new Session(options).done;
}

class Session {
	readonly done: Promise<number>;
	readonly #options: HeadlessOptions;
	readonly #writer: LineWriter;
	readonly #splitter = new LineSplitter();
	readonly #stopSignals: () => void;
	/** Lines read but not yet taken: the rest of one chunk. */
	#lines: Line[] = [];
	/** How many replies are due, by id: a script may use an id twice. */
	readonly #outstanding = new Map<string, number>();
	#outstandingCount = 0;
	/** Nothing is taken before: `ready` is the first line, and a node that cannot start has not done anything. */
	#isReady = false;
	#core: Core | undefined;
	#inputEnded = false;
	#shutdown: {readonly id: string | undefined} | undefined;
	#finishing = false;
	#timer: NodeJS.Timeout | undefined;
	#settle!: {resolve(status: number): void; reject(error: Error): void};

	constructor(options: HeadlessOptions) {
		this.#options = options;
		this.done = new Promise((resolve, reject) => {
			this.#settle = {resolve, reject};
		});
		this.#writer = new LineWriter(options.output, {
			onDrain: () => this.#pump(),
			onFailure: error => this.#outputFailed(error),
		});
		this.#stopSignals = listenForSignals(options.signals, status => {
			// A second signal means now.
			if (this.#finishing) this.#settle.resolve(status);
			else void this.#finish(status);
		});
		this.#core = options.startCore(options.config, {
			events: events => this.#events(events),
			state: state => this.#state(state),
		});
		options.input.on('data', this.#onData);
		options.input.once('end', this.#onEnd);
		options.input.once('error', this.#onEnd);
	}

	readonly #onData = (chunk: Uint8Array): void => {
		this.#lines.push(...this.#splitter.push(chunk));
		this.#pump();
	};

	readonly #onEnd = (): void => {
		this.#lines.push(...this.#splitter.end());
		this.#inputEnded = true;
		this.#pump();
	};

	/** Takes lines while neither the core nor the reader is behind, and ends when there is nothing left to come. */
	#pump(): void {
		while (this.#lines.length > 0 && this.#mayTake()) {
			const parsed = parseLine(this.#lines.shift()!);
			if (parsed !== undefined) this.#take(parsed);
		}
		if (this.#finishing || this.#shutdown !== undefined) return;
		if (this.#lines.length > 0) this.#options.input.pause();
		else if (!this.#inputEnded) this.#options.input.resume();
		else if (!this.#isReady) return;
		else if (this.#outstandingCount === 0) void this.#finish(0);
		else this.#finishWithin(LAST_REPLIES_TIMEOUT);
	}

	#mayTake(): boolean {
		if (!this.#isReady || this.#finishing || this.#shutdown !== undefined) return false;
		return this.#outstandingCount < MAX_OUTSTANDING && !this.#writer.isCongested;
	}

	#take(parsed: ParsedLine): void {
		if (!parsed.ok) {
			this.#refuse(parsed);
			return;
		}
		const {command} = parsed;
		if (command.id !== undefined) {
			this.#outstanding.set(command.id, (this.#outstanding.get(command.id) ?? 0) + 1);
			this.#outstandingCount++;
		}
		if (command.command === 'shutdown') {
			this.#shutdown = {id: command.id};
			this.#finishWithin(SHUTDOWN_REPLY_TIMEOUT);
		}
		this.#core?.send(command);
		if (command.command === 'shutdown' && command.id === undefined) void this.#finish(0);
	}

	#refuse({id, message}: {readonly id: string | undefined; readonly message: string}): void {
		const error = {code: 'bad-command', message};
		this.#writer.write({type: 'reply', ...(id === undefined ? {} : {id}), ok: false, error});
	}

	#events(events: readonly NodeEvent[]): void {
		for (const event of events) {
			if (event.type === 'snapshot' || event.type === 'traffic') continue;
			if (event.type === 'reply') this.#reply(event);
			else this.#writer.writeEvent(event);
			if (event.type === 'ready') this.#isReady = true;
		}
		if (this.#outstandingCount < MAX_OUTSTANDING) this.#pump();
	}

	#reply(reply: Reply): void {
		this.#writer.write(reply);
		const due = this.#outstanding.get(reply.id) ?? 0;
		if (due === 0) return;
		this.#outstandingCount--;
		if (due === 1) this.#outstanding.delete(reply.id);
		else this.#outstanding.set(reply.id, due - 1);
		if (this.#shutdown !== undefined && reply.id === this.#shutdown.id) void this.#finish(0);
	}

	#state(state: CoreState): void {
		if (state.state !== 'failed') return;
		const hint = state.hint === undefined ? {} : {hint: state.hint};
		void this.#finish(EXIT_FAILED, new UserError(state.reason, hint));
	}

	#outputFailed(error: NodeJS.ErrnoException): void {
		// Nobody reads any more, as in `p2p-tui headless | head -1`: that is an end, not a failure.
		if (error.code === 'EPIPE') void this.#finish(0);
		else void this.#finish(EXIT_FAILED, new UserError(`Cannot write to standard output: ${error.message}`));
	}

	#finishWithin(milliseconds: number): void {
		this.#timer ??= setTimeout(() => void this.#finish(0), milliseconds);
	}

	async #finish(status: number, error?: Error): Promise<void> {
		if (this.#finishing) return;
		this.#finishing = true;
		clearTimeout(this.#timer);
		const {input} = this.#options;
		input.off('data', this.#onData);
		input.pause();
		// The core may fail while it is being started, before it is ours to stop.
		await Promise.resolve();
		await atMost(STOP_TIMEOUT, this.#core?.stop());
		await this.#writer.flush(FLUSH_TIMEOUT);
		this.#stopSignals();
		if (error === undefined) this.#settle.resolve(status);
		else this.#settle.reject(error);
	}
}

/** Waits for `work`, but not for ever; what it throws no longer matters when everything is being closed. */
async function atMost(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<void>(resolve => {
		timer = setTimeout(resolve, milliseconds);
	});
	await Promise.race([Promise.resolve(work).catch(() => {}), limit]);
	clearTimeout(timer);
}
