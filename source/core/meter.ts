/** What went through the node's connections, and how the process is doing. */
import type {Stats, Traffic} from '../api/event.ts';
import type {Counters} from '../base/counters.ts';
import {LoopDelay} from './loop-delay.ts';

/** What a connection counts. */
export type Counted = {
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
};

export class Meter {
	readonly #startedAt = performance.now();
	readonly #loopDelay = new LoopDelay();
	/** Sums of the connections that are closed. */
	#closed: Counted = {bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0};
	#last = {at: performance.now(), bytesIn: 0, bytesOut: 0};

	/** A connection is closed and will not be passed in again. */
	retire(connection: Counted): void {
		this.#closed = add(this.#closed, connection);
	}

	/** Bytes per second since the last call. */
	rates(connections: Iterable<Counted>): Omit<Traffic, 'type'> {
		const now = performance.now();
		const {bytesIn, bytesOut} = this.#total(connections);
		const seconds = Math.max(0.001, (now - this.#last.at) / 1000);
		const bytesInPerSecond = Math.round((bytesIn - this.#last.bytesIn) / seconds);
		const bytesOutPerSecond = Math.round((bytesOut - this.#last.bytesOut) / seconds);
		this.#last = {at: now, bytesIn, bytesOut};
		return {bytesInPerSecond, bytesOutPerSecond};
	}

	stats(connections: Iterable<Counted>, counters: Counters): Stats {
		const live = [...connections];
		const {rss, heapUsed} = process.memoryUsage();
		return {
			uptime: Math.round(performance.now() - this.#startedAt) / 1000,
			...this.#total(live),
			connections: live.length,
			counters: counters.toObject(),
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

function add(a: Counted, b: Counted): Counted {
	return {
		bytesIn: a.bytesIn + b.bytesIn,
		bytesOut: a.bytesOut + b.bytesOut,
		framesIn: a.framesIn + b.framesIn,
		framesOut: a.framesOut + b.framesOut,
	};
}
