import {Ring} from '../base/bounded.ts';

/** Milliseconds between two samples: few enough to cost nothing when idle. */
const SAMPLE_INTERVAL = 250;
/** One minute of samples. */
const SAMPLES = 240;

export type Delay = {readonly p50: number; readonly p99: number; readonly max: number};

/** Whoever looks at the figures does so at a pace of its own. */
export type Reader = 'stats' | 'scraper';

/** How late timers fire on this thread, in milliseconds: what a busy event loop costs everyone on it. */
export class LoopDelay {
	readonly #samples = new Ring<number>(SAMPLES);
	#count = 0;
	/** How many samples there were when each reader looked. */
	readonly #seen = new Map<Reader, number>();
	#expected = performance.now() + SAMPLE_INTERVAL;
	readonly #timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL).unref();

	#sample(): void {
		const now = performance.now();
		this.#samples.push(Math.max(0, now - this.#expected));
		this.#count++;
		this.#expected = now + SAMPLE_INTERVAL;
	}

	/** The figures since this reader's last call, or of the last minute. */
	take(reader: Reader = 'stats'): Delay {
		const fresh = this.#count - (this.#seen.get(reader) ?? 0);
		this.#seen.set(reader, this.#count);
		const sorted = this.#samples.slice(this.#samples.length - fresh).sort((a, b) => a - b);
		const at = (part: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
		return {p50: at(0.5), p99: at(0.99), max: round(sorted.at(-1) ?? 0)};
	}

	close(): void {
		clearInterval(this.#timer);
	}
}

function round(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
