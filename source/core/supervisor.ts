/**
 * When to start the core again, and when to give up: pure, so that every case can be tested. Time comes in as an
 * argument, in milliseconds.
 */

/** Milliseconds without a sign of life after which the core hangs. */
export const HANG_TIMEOUT = 4_000;

/**
 * The same before its first sign: a machine under load, or a slow disk, takes its time to load a program, and to start it
 * anew would take it again.
 */
export const START_TIMEOUT = 15_000;

/** Milliseconds between two looks at the core. */
export const CHECK_INTERVAL = 1_000;

/** Restarts within `RESTART_WINDOW` milliseconds; a core that fails more often is broken for good. */
export const MAX_RESTARTS = 5;
export const RESTART_WINDOW = 60_000;

/** Milliseconds before a restart, doubled with each one in the window. */
export const RESTART_DELAY = 100;

export class RestartPolicy {
	readonly #delay: number;
	#restarts: number[] = [];

	constructor(delay = RESTART_DELAY) {
		this.#delay = delay;
	}

	/** The core failed: milliseconds to wait before it is started again, or undefined if it is not. */
	failed(now: number): number | undefined {
		this.#restarts = this.#restarts.filter(at => now - at < RESTART_WINDOW);
		if (this.#restarts.length >= MAX_RESTARTS) return undefined;
		this.#restarts.push(now);
		return this.#delay * 2 ** (this.#restarts.length - 1);
	}
}

export type WatchdogOptions = {
	readonly hangTimeout: number;
	readonly startTimeout: number;
	readonly checkInterval: number;
};

const WATCHDOG: WatchdogOptions = {
	hangTimeout: HANG_TIMEOUT,
	startTimeout: START_TIMEOUT,
	checkInterval: CHECK_INTERVAL,
};

export class Watchdog {
	readonly #options: WatchdogOptions;
	/** Milliseconds of silence that are allowed now. */
	#timeout: number;
	#aliveAt: number;
	#checkedAt: number;

	constructor(now: number, options: WatchdogOptions = WATCHDOG) {
		this.#options = options;
		this.#timeout = options.startTimeout;
		this.#aliveAt = now;
		this.#checkedAt = now;
	}

	alive(now: number): void {
		this.#timeout = this.#options.hangTimeout;
		this.#aliveAt = now;
	}

	/** If the core hangs, for how many milliseconds it was silent at least. To be called every `checkInterval`. */
	check(now: number): number | undefined {
		// A late check means that this thread, or the whole machine, slept: what the core sent is still to be read.
		if (now - this.#checkedAt > 2 * this.#options.checkInterval) this.#aliveAt = now;
		this.#checkedAt = now;
		return now - this.#aliveAt > this.#timeout ? this.#timeout : undefined;
	}
}
