/** `p2p-tui send`: one message, from a script; and whether it has arrived. */
import type {EventEmitter} from 'node:events';
import type {Readable} from 'node:stream';
import type {Core, CoreConfig, StartCore} from '../api/core.ts';
import type {NodeEvent, Reply, Spread} from '../api/event.ts';
import {EXIT_FAILED, UserError} from '../base/errors.ts';
import {MAX_TEXT_BYTES} from '../wire/limits.ts';
import {normaliseText} from '../wire/text.ts';
import {type Machine, nodeConfig} from './config.ts';
import type {Invocation, Target} from './options.ts';
import {jsonLine} from './output.ts';
import {listenForSignals} from './signals.ts';

export type SendOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly target: Target;
	readonly text: string;
	/** How many others have to hold it. */
	readonly to: number;
	/** Milliseconds from when it is stored here. */
	readonly timeout: number;
	readonly json: boolean;
	readonly print: (line: string) => void;
	readonly signals: EventEmitter;
};

const PUBLISH_ID = 'send';

export async function send(
	{text, target, options}: Extract<Invocation, {command: 'send'}>,
	machine: Machine,
): Promise<number> {
	const config = {...nodeConfig(options, machine, false), rooms: 'room' in target ? [target.room] : []};
	const message = normaliseText(text === '-' ? await readText(process.stdin) : text);
	const {startLocalCore} = await import('../core/local.ts');
	const {to, timeout, json} = options;
	const print = (line: string) => console.log(line);
	return runSend({
		config,
		startCore: startLocalCore,
		target,
		text: message,
		to,
		timeout,
		json,
		print,
		signals: process,
	});
}

/**
 * Everything that can be read, without the line end that closes it.
 * @throws UserError if it is too long for a message or is no text.
 */
export async function readText(input: Readable): Promise<string> {
	const parts: Uint8Array[] = [];
	let bytes = 0;
	for await (const part of input as AsyncIterable<Uint8Array>) {
		bytes += part.length;
		// A line end too many does not matter yet.
		if (bytes > MAX_TEXT_BYTES + 2) {
			throw new UserError('The message is too long', {hint: `At most ${MAX_TEXT_BYTES} bytes fit`});
		}
		parts.push(part);
	}
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(Buffer.concat(parts)).replace(/\r?\n$/, '');
	} catch {
		throw new UserError('Standard input is not valid UTF-8');
	}
}

/**
 * Publishes and waits until as many others as `to` says hold the message; only then is goodbye said to anybody.
 * @returns the exit status: 0, or 128 + the number of the signal that ended it.
 * @throws UserError if the node cannot start, refuses the message, or too few get it in time.
 */
export async function runSend(options: SendOptions): Promise<number> {
	const sending = new Sending(options);
	const stopSignals = listenForSignals(options.signals, status => sending.end({status}));
	try {
		const outcome = await sending.ended;
		if ('error' in outcome) throw outcome.error;
		return outcome.status;
	} finally {
		await sending.stop();
		stopSignals();
	}
}

type Outcome = {readonly status: number} | {readonly error: Error};

class Sending {
	readonly ended: Promise<Outcome>;
	end!: (outcome: Outcome) => void;
	readonly #options: SendOptions;
	readonly #core: Core;
	/** Known once it is stored. */
	#messageId: string | undefined;
	#spread: Spread = {storedBy: 1, of: 1};
	#timer: NodeJS.Timeout | undefined;

	constructor(options: SendOptions) {
		this.#options = options;
		this.ended = new Promise(resolve => {
			this.end = resolve;
		});
		this.#core = options.startCore(options.config, {
			events: events => {
				for (const event of events) this.#event(event);
			},
			state: state => {
				if (state.state === 'failed') this.end({error: startError(state.reason, state.hint)});
			},
		});
		const {target, text} = options;
		this.#core.send(
			'room' in target
				? {id: PUBLISH_ID, command: 'publish', room: target.room, text}
				: {id: PUBLISH_ID, command: 'direct', peer: target.peer, text},
		);
	}

	stop(): Promise<void> {
		clearTimeout(this.#timer);
		return this.#core.stop();
	}

	#event(event: NodeEvent): void {
		if (event.type === 'reply' && event.id === PUBLISH_ID) this.#replied(event);
		else if (event.type === 'message-state' && event.messageId === this.#messageId) this.#spreads(event);
	}

	#replied(reply: Reply): void {
		if (!reply.ok) return this.end({error: new UserError(reply.error.message)});
		this.#messageId = (reply.result as {messageId: string}).messageId;
		this.#timer = setTimeout(() => this.#giveUp(), this.#options.timeout);
	}

	#spreads({storedBy, of}: Spread): void {
		// Others may get it while we say goodbye: what was asked for has been answered.
		if (this.#spread.storedBy > this.#options.to) return;
		this.#spread = {storedBy, of};
		if (storedBy <= this.#options.to) return;
		this.#print();
		this.end({status: 0});
	}

	#print(): void {
		const {json, print} = this.#options;
		const {storedBy, of} = this.#spread;
		if (json) print(jsonLine({messageId: this.#messageId, storedBy, of}));
		else print(`${this.#messageId} is held by ${storedBy} of ${of} members, this one included`);
	}

	#giveUp(): void {
		const {json, timeout, to, config} = this.#options;
		if (json) this.#print();
		const others = this.#spread.storedBy - 1;
		const who =
			others === 0 ? 'Nobody has' : `Only ${others} of the ${to} that --to asks for ${others === 1 ? 'has' : 'have'}`;
		const hint =
			config.dataDirectory === undefined
				? 'With --ephemeral it is not kept here either'
				: 'It is kept, and handed on the next time this profile is online with others';
		const message = `${who} got the message within ${timeout / 1000} s`;
		this.end({error: new UserError(message, {hint, exitStatus: EXIT_FAILED})});
	}
}

/** A profile that is in use can send: where it is in use. */
function startError(reason: string, hint: string | undefined): UserError {
	const isInUse = reason.startsWith('Another p2p-tui');
	const advice = isInUse ? 'Type it there, or send as someone else with --data-dir <other> or --ephemeral' : hint;
	return new UserError(reason, advice === undefined ? {} : {hint: advice});
}
