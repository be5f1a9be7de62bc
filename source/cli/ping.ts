/** `p2p-tui ping <who>`: who answers there, and how far away they are. */
import type {EventEmitter} from 'node:events';
import type {CoreConfig, StartCore} from '../api/core.ts';
import {EXIT_FAILED, UserError} from '../base/errors.ts';
import {dialerConfig, type Machine} from './config.ts';
import type {Invocation, PingTarget} from './options.ts';
import {Client} from './ping/client.ts';
import {PeerFinder, SETTLE} from './ping/finder.ts';
import {takesUnicode} from './ping/histogram.ts';
import {Interruption} from './ping/interruption.ts';
import {type PingStyle, printPeer, printRtt, printSummary} from './ping/print.ts';
import {listenForSignals} from './signals.ts';

/** Pings of a flood that are under way at most: enough to keep a network busy, and no queue of its own. */
const FLOOD_WIDTH = 8;

/** Milliseconds between two words about how far a flood is. */
const PROGRESS_INTERVAL = 200;

export type PingOptions = PingStyle & {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly target: PingTarget;
	readonly count: number;
	/** Milliseconds from one ping to the next. */
	readonly interval: number;
	/** As fast as answers come, instead. */
	readonly flood: boolean;
	/** Milliseconds to find somebody by name; and how long further ones of that name are waited for. */
	readonly timeout: number;
	readonly settle?: number;
	/** Milliseconds from the first ping: whoever is not found has `timeout`. Undefined: as long as it takes. */
	readonly deadline: number | undefined;
	readonly signals: EventEmitter;
	/** Shows how far it is, on one line, instead of what was there; only where somebody sees it. */
	readonly progress?: (text: string) => void;
};

export async function ping(
	{target, options}: Extract<Invocation, {command: 'ping'}>,
	machine: Machine,
): Promise<number> {
	const {startLocalCore} = await import('../core/local.ts');
	const {count, interval, flood, timeout, deadline, json} = options;
	const {stdout, stderr} = process;
	return runPing({
		config: dialerConfig(options, machine, !('address' in target)),
		startCore: startLocalCore,
		target,
		count,
		interval,
		flood,
		timeout,
		deadline,
		json,
		columns: stdout.columns ?? 80,
		unicode: takesUnicode(machine.env),
		print: line => console.log(line),
		signals: process,
		...(stderr.isTTY && {progress: (text: string) => void stderr.write(`\r\x1b[K${text}`)}),
	});
}

/**
 * Finds whom to ping, pings and prints what it measured.
 * @returns the exit status: 0, 1 when nothing came back, or 128 + the number of the signal that ended it.
 * @throws UserError when nobody is found, or somebody else answers at the address.
 */
export async function runPing(options: PingOptions): Promise<number> {
	const interruption = new Interruption();
	const stopSignals = listenForSignals(options.signals, status => interruption.interrupt(status));
	const run = new Run(options, interruption);
	try {
		await run.done();
	} catch (error) {
		if (error !== interruption) {
			run.end(true);
			throw error;
		}
	} finally {
		stopSignals();
		await run.stop();
	}
	run.end(false);
	return interruption.status ?? (run.hasAnswers ? 0 : EXIT_FAILED);
}

class Run {
	readonly #options: PingOptions;
	readonly #interruption: Interruption;
	readonly #client: Client;
	readonly #finder: PeerFinder | undefined;
	readonly #rtts: number[] = [];
	/** Whom we ping. */
	#peer: string | undefined;
	#sent = 0;
	#ended = 0;
	#timer: NodeJS.Timeout | undefined;
	#toldAt = Number.NEGATIVE_INFINITY;

	constructor(options: PingOptions, interruption: Interruption) {
		const {config, startCore, target, timeout, settle = SETTLE} = options;
		this.#options = options;
		this.#interruption = interruption;
		if (!('address' in target)) {
			const dial = (address: string) => void this.#client.ask({command: 'dial', address}).catch(() => {});
			this.#finder = new PeerFinder({wanted: target, timeout, settle, dial});
		}
		this.#client = new Client({
			config,
			startCore,
			onEvent: event => {
				this.#finder?.event(event);
				if (event.type !== 'peer-disconnected') return;
				// Of an address we learn only with the reply who is there; there are no others then.
				if ('address' in target || event.peer === this.#peer) {
					this.#client.fail(new UserError(`The connection was closed: ${event.reason}`));
				}
			},
		});
	}

	get hasAnswers(): boolean {
		return this.#rtts.length > 0;
	}

	async done(): Promise<void> {
		const {target, flood, deadline} = this.#options;
		this.#peer = await this.#interruption.orElse(this.#find());
		printPeer(this.#options, this.#peer, target);
		if (deadline !== undefined) this.#timer = setTimeout(() => this.#interruption.interrupt(), deadline);
		if (!flood) return this.#series(this.#peer);
		await Promise.all(Array.from({length: FLOOD_WIDTH}, () => this.#flood(this.#peer!)));
	}

	async stop(): Promise<void> {
		clearTimeout(this.#timer);
		this.#finder?.close();
		await this.#client.stop();
	}

	/** Prints the sums. What was under way when it was to end is neither lost nor answered; when it broke, it is lost. */
	end(isBroken: boolean): void {
		if (this.#sent === 0) return;
		if (this.#options.flood) this.#options.progress?.('');
		const underWay = isBroken ? 0 : this.#sent - this.#ended;
		printSummary(this.#options, {sent: this.#sent - underWay, underWay, rtts: this.#rtts});
	}

	async #find(): Promise<string> {
		const {target} = this.#options;
		if ('address' in target) return (await this.#client.ask({command: 'dial', address: target.address})).peer;
		// Nothing is asked yet: this is how it is heard that the node cannot start.
		return Promise.race([this.#finder!.found, this.#client.failed]);
	}

	async #series(peer: string): Promise<void> {
		const {count, interval} = this.#options;
		for (let sequence = 1; sequence <= count; sequence++) {
			const started = performance.now();
			printRtt(this.#options, sequence, await this.#ping(peer));
			if (sequence < count) await this.#interruption.sleep(started + interval - performance.now());
		}
	}

	async #flood(peer: string): Promise<void> {
		while (this.#sent < this.#options.count) {
			await this.#ping(peer);
			this.#tell();
		}
	}

	async #ping(peer: string): Promise<number | undefined> {
		this.#sent++;
		const rtt = await this.#interruption.orElse(this.#client.ping(peer));
		this.#ended++;
		if (rtt !== undefined) this.#rtts.push(rtt);
		return rtt;
	}

	#tell(): void {
		const {progress, count} = this.#options;
		const now = performance.now();
		if (progress === undefined || now - this.#toldAt < PROGRESS_INTERVAL) return;
		this.#toldAt = now;
		const last = this.#rtts.at(-1);
		progress(`${this.#ended} of ${count}${last === undefined ? '' : `, ${last.toFixed(3)} ms`}`);
	}
}
