/** What pings say of the way to one peer, or to all of them: how long it takes, how evenly, and how often in vain. */
import type {RttFigures} from '../api/metrics.ts';
import {Histogram} from '../base/histogram.ts';

/** How much of each difference goes into the jitter: RFC 3550, section 6.4.1. */
const JITTER_GAIN = 1 / 16;

export class RttMeter {
	readonly #histogram = new Histogram();
	#last: number | undefined;
	#jitter = 0;
	#lost = 0;

	/** A ping was answered after so many milliseconds. */
	answered(milliseconds: number): void {
		if (this.#last !== undefined) this.#jitter += (Math.abs(milliseconds - this.#last) - this.#jitter) * JITTER_GAIN;
		this.#last = milliseconds;
		this.#histogram.record(milliseconds);
	}

	lost(): void {
		this.#lost += 1;
	}

	/** Milliseconds; undefined as long as nothing was answered. */
	get jitter(): number | undefined {
		return this.#last === undefined ? undefined : this.#jitter;
	}

	/** Undefined as long as nothing was answered. */
	figures(): RttFigures | undefined {
		const {count, min = 0, max = 0} = this.#histogram;
		if (this.#last === undefined) return undefined;
		return {
			...{last: this.#last, min, max},
			p50: round(this.#histogram.quantile(0.5) ?? 0),
			p99: round(this.#histogram.quantile(0.99) ?? 0),
			...{jitter: round(this.#jitter), count, lost: this.#lost},
		};
	}
}

/** A meter for each connected peer, which begins anew when it connects anew, and one for all that there ever were. */
export class RttMeters {
	readonly #all = new RttMeter();
	readonly #peers = new Map<string, RttMeter>();

	connected(peer: string): void {
		this.#peers.set(peer, new RttMeter());
	}

	disconnected(peer: string): void {
		this.#peers.delete(peer);
	}

	answered(peer: string, milliseconds: number): void {
		this.#all.answered(milliseconds);
		this.#peers.get(peer)?.answered(milliseconds);
	}

	lost(peer: string): void {
		this.#all.lost();
		this.#peers.get(peer)?.lost();
	}

	of(peer: string): RttFigures | undefined {
		return this.#peers.get(peer)?.figures();
	}

	/** The jitter is the mean of those that are connected: a difference between the ways to two peers is none. */
	all(): RttFigures | undefined {
		const figures = this.#all.figures();
		if (!figures) return undefined;
		const jitters = [...this.#peers.values()].flatMap(({jitter}) => jitter ?? []);
		const sum = jitters.reduce((total, jitter) => total + jitter, 0);
		return {...figures, jitter: jitters.length === 0 ? 0 : round(sum / jitters.length)};
	}
}

/** To microseconds. */
function round(milliseconds: number): number {
	return Math.round(milliseconds * 1_000) / 1_000;
}
