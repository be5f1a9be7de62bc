/** What `send --file` and `get` have in common: a node for one thing, which ends with it, with a signal, or when it fails. */
import type {EventEmitter} from 'node:events';
import type {Command} from '../api/command.ts';
import type {CoreConfig, StartCore} from '../api/core.ts';
import type {NodeEvent, Results} from '../api/event.ts';
import type {UserError} from '../base/errors.ts';
import {type Machine, nodeConfig} from './config.ts';
import {withFilesAlone} from './file-config.ts';
import type {Options, Target} from './options.ts';
import {Client} from './ping/client.ts';
import {takesUnicode} from './ping/histogram.ts';
import {Interruption} from './ping/interruption.ts';
import {type Progress, progressOn} from './progress.ts';
import {adviseIfInUse, errorLine} from './report.ts';
import {listenForSignals} from './signals.ts';
import {untilUnread} from './unread.ts';

export type ErrandOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	/** As commands call it. */
	readonly room: string;
	readonly json: boolean;
	readonly unicode: boolean;
	readonly print: (line: string) => void;
	readonly progress: Progress;
	readonly signals: EventEmitter;
	/** What is printed to: its errors are heard. */
	readonly output?: EventEmitter;
};

export async function errandOptions(target: Target, options: Options, machine: Machine): Promise<ErrandOptions> {
	const node = {...nodeConfig(options, machine, false), rooms: 'room' in target ? [target.room] : []};
	const config = withFilesAlone(node, options, machine);
	const {startLocalCore} = await import('../core/local.ts');
	return {
		config,
		startCore: startLocalCore,
		room: 'room' in target ? target.room : `@${target.peer}`,
		json: options.json,
		unicode: takesUnicode(machine.env),
		print: line => console.log(line),
		progress: progressOn(process.stderr),
		signals: process,
		output: process.stdout,
	};
}

/**
 * Does what `work` says. `inUse`: what else can be done where the profile is in use.
 * @returns the exit status: 0, or 128 + the number of the signal that ended it.
 * @throws whatever `work` does, or what ended it: a UserError.
 */
export async function runErrand(
	options: ErrandOptions,
	inUse: string,
	work: (errand: Errand) => Promise<void>,
): Promise<number> {
	const interruption = new Interruption();
	const stopSignals = listenForSignals(options.signals, status => interruption.interrupt(status));
	const errand = new Errand(options, interruption);
	const stopOutput = untilUnread(options.output, error => errand.fail(error));
	try {
		await work(errand);
		return 0;
	} catch (error) {
		if (error !== interruption) throw adviseIfInUse(error, inUse);
		errand.leave(options.progress);
		return interruption.status ?? 1;
	} finally {
		options.progress.clear();
		await errand.stop();
		stopSignals();
		stopOutput();
	}
}

export class Errand {
	/** Hears everything that is no reply. */
	onEvent: (event: NodeEvent) => void = () => {};
	/** What somebody who ends it early is told: what is kept, and how it goes on. */
	whatIsLeft: () => string | undefined = () => undefined;
	/** Nothing that fails now matters any more. */
	isDone = false;
	readonly #interruption: Interruption;
	readonly #client: Client;
	readonly #ending = new AbortController();
	readonly #work = new Set<Promise<unknown>>();
	#timer: NodeJS.Timeout | undefined;

	constructor({config, startCore}: ErrandOptions, interruption: Interruption) {
		this.#interruption = interruption;
		this.#client = new Client({config, startCore, onEvent: event => this.onEvent(event)});
	}

	ask<Name extends keyof Results>(command: Command & {readonly command: Name}): Promise<Results[Name]> {
		return this.orElse(this.#client.ask<Name>(command));
	}

	/** Whatever is awaited ends with a signal, and with whatever fails. */
	orElse<Value>(work: Promise<Value>): Promise<Value> {
		return this.#interruption.orElse(Promise.race([work, this.#client.failed]));
	}

	/** The same for what has something to tidy up when it is to end: that is waited for at the end. */
	during<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
		const working = work(this.#ending.signal);
		this.#work.add(working.catch(() => {}));
		return this.orElse(working);
	}

	/** Ends with a signal alone. */
	sleep(milliseconds: number): Promise<void> {
		return this.#interruption.sleep(milliseconds);
	}

	/** It fails with that unless it is called again, or called off, within so many milliseconds. */
	failAfter(milliseconds: number, error: () => UserError): void {
		this.callOff();
		this.#timer = setTimeout(() => this.#client.fail(error()), milliseconds);
	}

	callOff(): void {
		clearTimeout(this.#timer);
	}

	/** Whatever is still to be done is not done any more. */
	fail(error: Error): void {
		if (!this.isDone) this.#client.fail(error);
	}

	/** A signal ends it. What comes from now on is shown no more. */
	leave(progress: Progress): void {
		this.onEvent = () => {};
		progress.clear();
		const line = this.isDone ? undefined : this.whatIsLeft();
		if (line !== undefined) console.error(errorLine(line));
	}

	async stop(): Promise<void> {
		this.callOff();
		this.#ending.abort();
		await Promise.all(this.#work);
		await this.#client.stop();
	}
}
