/** `p2p-tui ping <multiaddr>`: who answers there, and how far away they are. */
import type {EventEmitter} from 'node:events';
import type {Command} from '../api/command.ts';
import type {Core, CoreConfig, StartCore} from '../api/core.ts';
import type {Failure, NodeEvent, Results} from '../api/event.ts';
import {EXIT_FAILED, UserError} from '../base/errors.ts';
import {dialerConfig, type Machine} from './config.ts';
import type {Invocation} from './options.ts';
import {listenForSignals} from './signals.ts';

export type PingOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly address: string;
	readonly count: number;
	/** Milliseconds from one ping to the next. */
	readonly interval: number;
	readonly json: boolean;
	readonly print: (line: string) => void;
	readonly signals: EventEmitter;
};

export type Summary = {
	readonly sent: number;
	readonly received: number;
	/** Milliseconds; undefined when nothing came back. */
	readonly min: number | undefined;
	readonly median: number | undefined;
	readonly max: number | undefined;
};

const HINTS: Readonly<Partial<Record<Failure['code'], string>>> = {
	'dial-refused': 'Is p2p-tui running there, and is the port right? It changes at each start unless --listen fixes it',
	'dial-timeout': 'Check the address and the port; a firewall may be in between as well',
	'dial-unreachable': 'Is this machine on the same network?',
	'dial-wrong-peer': 'Leave out /p2p/… to see who answers there',
};

export async function ping(
	{address, options}: Extract<Invocation, {command: 'ping'}>,
	machine: Machine,
): Promise<number> {
	const {startLocalCore} = await import('../core/local.ts');
	const {count, interval, json} = options;
	const config = dialerConfig(options, machine);
	const print = (line: string) => console.log(line);
	return runPing({config, startCore: startLocalCore, address, count, interval, json, print, signals: process});
}

/** Smallest, middle and largest. With an even number of values the median is the mean of the middle two. */
export function summarise(sent: number, rtts: readonly number[]): Summary {
	const sorted = [...rtts].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const low = sorted[Math.ceil(middle) - 1];
	const high = sorted[Math.floor(middle)];
	const median = low === undefined || high === undefined ? undefined : (low + high) / 2;
	return {sent, received: rtts.length, min: sorted[0], median, max: sorted.at(-1)};
}

/**
 * Dials, pings `count` times and prints what it measured.
 * @returns the exit status: 0, 1 when nothing came back, or 128 + the number of the signal that ended it.
 * @throws UserError when nobody, or somebody else, answers at the address.
 */
export async function runPing(options: PingOptions): Promise<number> {
	const {address, count, interval, signals} = options;
	const rtts: number[] = [];
	let sent = 0;
	const interruption = new Interruption();
	const stopSignals = listenForSignals(signals, status => interruption.interrupt(status));
	const client = new Client(options);
	try {
		const {peer} = await interruption.orElse(client.ask<'dial'>({command: 'dial', address}));
		printPeer(options, peer);
		while (sent < count) {
			const started = performance.now();
			const sequence = ++sent;
			const rtt = await interruption.orElse(client.ping(peer));
			if (rtt !== undefined) rtts.push(rtt);
			printRtt(options, sequence, rtt);
			if (sent < count) await interruption.sleep(started + interval - performance.now());
		}
	} catch (error) {
		if (error !== interruption) {
			if (sent > 0) printSummary(options, summarise(sent, rtts));
			throw error;
		}
	} finally {
		stopSignals();
		await client.stop();
	}
	if (sent > 0) printSummary(options, summarise(sent, rtts));
	return interruption.status ?? (rtts.length > 0 ? 0 : EXIT_FAILED);
}

/** Turns the core's events back into answers: this command asks one thing at a time. */
class Client {
	readonly #core: Core;
	#nextId = 1;
	readonly #waiting = new Map<string, {resolve(result: never): void; reject(error: Error): void}>();
	#failure: Error | undefined;

	constructor({config, startCore}: PingOptions) {
		this.#core = startCore(config, {
			events: events => {
				for (const event of events) this.#event(event);
			},
			state: state => {
				if (state.state === 'failed') this.#fail(new UserError(state.reason, hintOf(state.hint)));
			},
		});
	}

	ask<Name extends 'dial' | 'ping'>(command: Command): Promise<Results[Name]> {
		const id = String(this.#nextId++);
		return new Promise((resolve, reject) => {
			if (this.#failure !== undefined) {
				reject(this.#failure);
				return;
			}
			this.#waiting.set(id, {resolve, reject});
			this.#core.send({...command, id});
		});
	}

	/** One round trip in milliseconds, or undefined if no answer came in time. */
	async ping(peer: string): Promise<number | undefined> {
		try {
			return (await this.ask<'ping'>({command: 'ping', peer, count: 1})).rtts[0];
		} catch (error) {
			if (error instanceof Refused && error.code === 'ping-timeout') return undefined;
			throw error;
		}
	}

	stop(): Promise<void> {
		return this.#core.stop();
	}

	#event(event: NodeEvent): void {
		if (event.type === 'peer-disconnected') {
			this.#fail(new UserError(`The connection was closed: ${event.reason}`));
		} else if (event.type === 'reply') {
			const waiting = this.#waiting.get(event.id);
			this.#waiting.delete(event.id);
			if (event.ok) waiting?.resolve(event.result as never);
			else waiting?.reject(new Refused(event.error));
		}
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const {reject} of this.#waiting.values()) reject(error);
		this.#waiting.clear();
	}
}

class Refused extends UserError {
	readonly code: Failure['code'];

	constructor({code, message}: Failure) {
		super(message, hintOf(HINTS[code]));
		this.code = code;
	}
}

/** Ctrl-C: whatever is awaited ends at once, by throwing this. */
class Interruption {
	status: number | undefined;
	#interrupt!: () => void;
	readonly #interrupted = new Promise<void>(resolve => {
		this.#interrupt = resolve;
	});

	interrupt(status: number): void {
		this.status ??= status;
		this.#interrupt();
	}

	async orElse<Value>(work: Promise<Value>): Promise<Value> {
		const outcome = await Promise.race([work.then(value => ({value})), this.#interrupted]);
		if (outcome !== undefined) return outcome.value;
		work.catch(() => {});
		throw this;
	}

	async sleep(milliseconds: number): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		const time = new Promise<void>(resolve => {
			timer = setTimeout(resolve, Math.max(0, milliseconds));
		});
		try {
			await this.orElse(time);
		} finally {
			clearTimeout(timer);
		}
	}
}

function printPeer({json, print, address}: PingOptions, peer: string): void {
	print(json ? JSON.stringify({type: 'peer', peer, address}) : peer);
}

function printRtt({json, print}: PingOptions, sequence: number, rtt: number | undefined): void {
	if (json) print(JSON.stringify({type: 'rtt', sequence, milliseconds: rtt ?? null}));
	else print(`${sequence}  ${rtt === undefined ? 'no answer' : `${rtt.toFixed(3)} ms`}`);
}

function printSummary({json, print}: PingOptions, summary: Summary): void {
	const {sent, received, min, median, max} = summary;
	if (json) {
		print(
			JSON.stringify({type: 'summary', sent, received, min: min ?? null, median: median ?? null, max: max ?? null}),
		);
	} else if (min === undefined || median === undefined || max === undefined) {
		print(`0 of ${sent} answered`);
	} else {
		const lost = received === sent ? '' : `, ${received} of ${sent} answered`;
		print(`min/median/max ${min.toFixed(3)}/${median.toFixed(3)}/${max.toFixed(3)} ms${lost}`);
	}
}

function hintOf(hint: string | undefined): {hint?: string} {
	return hint === undefined ? {} : {hint};
}
