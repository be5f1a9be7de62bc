import {Ring} from '../base/bounded.ts';

/** Milliseconds between two samples: few enough to cost nothing when idle. */
const SAMPLE_INTERVAL = 250;
/** One minute of samples. */
const SAMPLES = 240;

export type Delay = {readonly p50: number; readonly p99: number; readonly max: number};

/** How late timers fire on this thread, in milliseconds: what a busy event loop costs everyone on it. */
export class LoopDelay {
	#samples = new Ring<number>(SAMPLES);
	#expected = performance.now() + SAMPLE_INTERVAL;
	readonly #timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL).unref();

	#sample(): void {
		const now = performance.now();
		this.#samples.push(Math.max(0, now - this.#expected));
		this.#expected = now + SAMPLE_INTERVAL;
	}

	/** The figures since the last call. */
	take(): Delay {
		const sorted = this.#samples.slice().sort((a, b) => a - b);
		this.#samples = new Ring(SAMPLES);
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
