/** `p2p-tui trace <who>`: which way a message takes through the mesh of a room, link by link. */
import {randomBytes} from 'node:crypto';
import type {EventEmitter} from 'node:events';
import type {CoreConfig, StartCore} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {TraceHop, TraceResult} from '../api/spread.ts';
import {EXIT_FAILED, UserError} from '../base/errors.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import {widthOf} from '../store/width.ts';
import {shortPeerId} from '../wire/peer-id.ts';
import {dialerConfig, type Machine} from './config.ts';
import type {Invocation, PingTarget} from './options.ts';
import {jsonLine} from './output.ts';
import {Client, Refused} from './ping/client.ts';
import {PeerFinder, SETTLE} from './ping/finder.ts';
import {Interruption} from './ping/interruption.ts';
import {listenForSignals} from './signals.ts';
import {usageError} from './values.ts';

/** Milliseconds between meeting the first who may be on the way and the first trace: a mesh forms with the next heartbeat. */
const MESH_SETTLE = 1_200;

export type TraceOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly target: PingTarget;
	/** A named one. */
	readonly room: string;
	readonly count: number;
	/** Milliseconds from one trace to the next; to find the peer in the room; and for the mesh to form. */
	readonly interval: number;
	readonly timeout: number;
	readonly settle?: number;
	readonly json: boolean;
	readonly print: (line: string) => void;
	readonly signals: EventEmitter;
};

export async function trace(
	{target, options}: Extract<Invocation, {command: 'trace'}>,
	machine: Machine,
): Promise<number> {
	const [room = 'lobby', more] = options.rooms;
	if (more !== undefined) throw usageError('trace takes one room', `Run it for ${JSON.stringify(more)} as well`);
	const {startLocalCore} = await import('../core/local.ts');
	const {count, interval, timeout, json} = options;
	return runTrace({
		config: visitorConfig(dialerConfig(options, machine, !('address' in target)), options.name, room),
		startCore: startLocalCore,
		target,
		room,
		count,
		interval,
		timeout,
		json,
		print: line => console.log(line),
		signals: process,
	});
}

/**
 * Somebody who is in the room for a moment and says nothing: its members see a guest come and go. It takes over no history,
 * and does not count among those who hold it; it is on nobody's way, and its neighbours are nobody's business.
 */
function visitorConfig(config: CoreConfig, name: string | undefined, room: string): CoreConfig {
	const guest = `trace-${randomBytes(4).toString('hex')}`;
	return {...config, name: name ?? guest, rooms: [room], tellsNeighbours: false, visits: true};
}

/**
 * Finds the peer, asks for the way and prints it.
 * @returns the exit status: 0, 1 when no answer came, or 128 + the number of the signal that ended it.
 * @throws UserError when the peer is not found, or is not in the room.
 */
export async function runTrace(options: TraceOptions): Promise<number> {
	const interruption = new Interruption();
	const stopSignals = listenForSignals(options.signals, status => interruption.interrupt(status));
	const run = new Run(options, interruption);
	try {
		await run.done();
	} catch (error) {
		if (error !== interruption) throw error;
	} finally {
		stopSignals();
		await run.stop();
	}
	return interruption.status ?? (run.hasAnswers ? 0 : EXIT_FAILED);
}

class Run {
	hasAnswers = false;
	readonly #options: TraceOptions;
	readonly #interruption: Interruption;
	readonly #client: Client;
	readonly #finder: PeerFinder | undefined;
	/** Who is connected to us, and who of the room. */
	readonly #connected = new Set<string>();
	readonly #members = new Set<string>();
	readonly #names = new Map<string, string>();
	/** Looks again whether the one we wait for has come. */
	#look: () => void = () => {};
	#longest = 0;

	constructor(options: TraceOptions, interruption: Interruption) {
		const {config, startCore, target, timeout} = options;
		this.#options = options;
		this.#interruption = interruption;
		// Whose id is known need not be connected to us: the mesh finds the way.
		if ('name' in target) this.#finder = new PeerFinder({wanted: target, timeout, settle: SETTLE, dial: () => {}});
		this.#client = new Client({config, startCore, onEvent: event => this.#event(event)});
	}

	async done(): Promise<void> {
		const {target, count, interval, settle = MESH_SETTLE} = this.#options;
		const orElse = <Value>(work: Promise<Value>) => this.#interruption.orElse(work);
		const peer = await orElse(Promise.race([this.#find(target), this.#client.failed]));
		await orElse(Promise.race([this.#inRoom(peer, 'peer' in target), this.#client.failed]));
		if (!this.#options.json) this.#options.print(`To ${this.#label(peer)} in #${this.#options.room}`);
		await this.#interruption.sleep(settle);
		for (let sequence = 1; sequence <= count; sequence++) {
			const started = performance.now();
			this.#print(sequence, peer, await orElse(this.#ask(peer)));
			if (sequence < count) await this.#interruption.sleep(started + interval - performance.now());
		}
		if ((this.#longest > 1 || this.#options.json) && this.#connected.has(peer)) {
			this.#printDirect(peer, await orElse(this.#client.ping(peer)));
		}
	}

	async stop(): Promise<void> {
		this.#finder?.close();
		await this.#client.stop();
	}

	#event(event: NodeEvent): void {
		this.#finder?.event(event);
		if (event.type === 'peer-connected') this.#connected.add(event.peer);
		if (event.type === 'peer-connected' || event.type === 'member-joined') this.#names.set(event.peer, event.name);
		if (event.type === 'peer-disconnected') this.#connected.delete(event.peer);
		if (event.type === 'member-joined' && event.room === this.#options.room) this.#members.add(event.peer);
		if (event.type === 'member-left' && event.room === this.#options.room) this.#members.delete(event.peer);
		this.#look();
	}

	async #find(target: PingTarget): Promise<string> {
		if ('peer' in target) return target.peer;
		if (this.#finder) return this.#finder.found;
		const {address} = target as {readonly address: string};
		return (await this.#client.ask({command: 'dial', address})).peer;
	}

	/** Until the peer is in the room as we see it; or, if `isAnybody`, whoever may know the way to it. */
	async #inRoom(peer: string, isAnybody: boolean): Promise<void> {
		const {timeout} = this.#options;
		const isThere = () => this.#members.has(peer) || (isAnybody && this.#members.size > 0);
		let timer: NodeJS.Timeout | undefined;
		await new Promise<void>((resolve, reject) => {
			timer = setTimeout(() => reject(this.#notThere(peer, isAnybody)), timeout);
			this.#look = () => {
				if (isThere()) resolve();
			};
			this.#look();
		}).finally(() => clearTimeout(timer));
	}

	#notThere(peer: string, isAnybody: boolean): UserError {
		const {room, timeout} = this.#options;
		const who = isAnybody ? 'Nobody' : this.#label(peer);
		const verb = isAnybody ? 'was' : 'was not';
		return new UserError(`${who} ${verb} in #${room} within ${timeout / 1_000} s`, {
			hint: isAnybody
				? 'p2p-tui doctor finds out why'
				: 'A message of another room may take another way: --room <room>',
			exitStatus: EXIT_FAILED,
		});
	}

	/** As people know it. */
	#label(peer: string): string {
		const name = this.#names.get(peer);
		return name === undefined ? shortPeerId(peer) : `${sanitizeLine(name)} (${shortPeerId(peer)})`;
	}

	/** If no answer came: why, as far as that is known. */
	async #ask(peer: string): Promise<TraceResult | string> {
		try {
			const result = await this.#client.ask({command: 'trace', peer, room: this.#options.room});
			this.hasAnswers = true;
			this.#longest = Math.max(this.#longest, result.hops.length);
			return result;
		} catch (error) {
			const isLost = error instanceof Refused && (error.code === 'trace-timeout' || error.code === 'not-connected');
			if (isLost) return error.message;
			throw error;
		}
	}

	#print(sequence: number, peer: string, result: TraceResult | string): void {
		const {json, print, room} = this.#options;
		const isLost = typeof result === 'string';
		if (json) {
			const outcome = isLost ? {hops: null, error: result} : {hops: result.hops};
			return print(jsonLine({type: 'trace', sequence, room, peer, ...outcome}));
		}
		for (const line of isLost ? [`${sequence}  ${result}`] : linesOf(sequence, result.hops)) print(line);
	}

	/** In a small network everyone is connected to everyone, and own words need no mesh. */
	#printDirect(peer: string, milliseconds: number | undefined): void {
		const {json, print, room} = this.#options;
		if (json) return print(jsonLine({type: 'direct', room, peer, milliseconds: milliseconds ?? null}));
		if (milliseconds === undefined) return;
		print(`Own messages go straight to ${this.#label(peer)} as well: ${inMilliseconds(milliseconds)} there and back`);
	}
}

/** One line for the whole, and one for each link: number, name, short id, time of the link, time from here. */
function linesOf(sequence: number, hops: readonly TraceHop[]): string[] {
	const names = hops.map(({name}) => sanitizeLine(name));
	const width = Math.max(...names.map(widthOf));
	const total = hops.at(-1)?.total ?? 0;
	const links = hops.length === 1 ? '1 link' : `${hops.length} links`;
	const rows = hops.map(({peer, link, total: until}, index) => {
		const name = names[index] ?? '';
		const padded = name + ' '.repeat(width - widthOf(name));
		const times = [link, until].map(time => inMilliseconds(time).padStart(12)).join(' ');
		return `${String(index + 1).padStart(4)}  ${padded}  ${shortPeerId(peer)} ${times}`;
	});
	return [`${sequence}  ${links}, ${inMilliseconds(total)} there and back`, ...rows];
}

function inMilliseconds(time: number): string {
	return `${time.toFixed(3)} ms`;
}
