/** What went through the node's connections, and how the process is doing. */
import type {Stats, Traffic} from '../api/event.ts';
import {Ring} from '../base/bounded.ts';
import {Counters} from '../base/counters.ts';
import {PRIORITIES, type Priority} from '../wire/priority.ts';
import {LoopDelay} from './loop-delay.ts';

/** What a connection counts. */
export type Counted = {
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
};

/** What a connection has not sent, in frames by counter. */
export type Dropped = {readonly dropped: Readonly<Record<string, number>>};

/** What a connection has waiting, in bytes by priority. */
export type Queued = {readonly queuedByPriority: Readonly<Record<Priority, number>>};

/** Rates are means over this many intervals: a ping a second would make shorter ones jump between 0 and twice the truth. */
const RATE_INTERVALS = 2;

type Sample = {readonly at: number; readonly bytesIn: number; readonly bytesOut: number};

export class Meter {
	readonly #startedAt = performance.now();
	readonly #loopDelay = new LoopDelay();
	/** Sums of the connections that are closed. */
	#closed: Counted = {bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0};
	/** Theirs too: a connection drops only what it has when it ends. */
	readonly #dropped = new Counters();
	readonly #samples = new Ring<Sample>(RATE_INTERVALS);

	/** A connection is closed and will not be passed in again. */
	retire(connection: Counted & Dropped): void {
		this.#closed = add(this.#closed, connection);
		for (const [counter, frames] of Object.entries(connection.dropped)) this.#dropped.add(counter, frames);
	}

	/** Bytes per second over the last few calls. */
	rates(connections: Iterable<Counted>): Omit<Traffic, 'type' | 'pubsub'> {
		const {bytesIn, bytesOut} = this.#total(connections);
		const now: Sample = {at: performance.now(), bytesIn, bytesOut};
		const before = this.#samples.at(0) ?? {at: this.#startedAt, bytesIn: 0, bytesOut: 0};
		this.#samples.push(now);
		const seconds = Math.max(0.001, (now.at - before.at) / 1000);
		return {
			bytesInPerSecond: Math.round((now.bytesIn - before.bytesIn) / seconds),
			bytesOutPerSecond: Math.round((now.bytesOut - before.bytesOut) / seconds),
		};
	}

	stats(connections: Iterable<Counted & Queued>, counters: Counters): Omit<Stats, 'pubsub' | 'history'> {
		const live = [...connections];
		const {rss, heapUsed} = process.memoryUsage();
		return {
			uptime: Math.round(performance.now() - this.#startedAt) / 1000,
			...this.#total(live),
			connections: live.length,
			queued: sumQueued(live),
			counters: {...counters.toObject(), ...this.#dropped.toObject()},
			memory: {rss, heapUsed},
			loopDelay: this.#loopDelay.take(),
		};
	}

	close(): void {
		this.#loopDelay.close();
	}

	#total(connections: Iterable<Counted>): Counted {
		let total = this.#closed;
		for (const connection of connections) total = add(total, connection);
		return total;
	}
}

function sumQueued(connections: readonly Queued[]): Stats['queued'] {
	const total = {control: 0, chat: 0, bulk: 0};
	for (const {queuedByPriority} of connections) {
		for (const priority of PRIORITIES) total[priority] += queuedByPriority[priority];
	}
	return total;
}

function add(a: Counted, b: Counted): Counted {
	return {
		bytesIn: a.bytesIn + b.bytesIn,
		bytesOut: a.bytesOut + b.bytesOut,
		framesIn: a.framesIn + b.framesIn,
		framesOut: a.framesOut + b.framesOut,
	};
}
