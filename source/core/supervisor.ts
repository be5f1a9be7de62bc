/**
 * When to start the core again, and when to give up: pure, so that every case can be tested. Time comes in as an
 * argument, in milliseconds.
 */

/** Milliseconds without a sign of life after which the core hangs. */
export const HANG_TIMEOUT = 4_000;

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

export type WatchdogOptions = {readonly hangTimeout: number; readonly checkInterval: number};

export class Watchdog {
	readonly #options: WatchdogOptions;
	#aliveAt: number;
	#checkedAt: number;

	constructor(now: number, options: WatchdogOptions = {hangTimeout: HANG_TIMEOUT, checkInterval: CHECK_INTERVAL}) {
		this.#options = options;
		this.#aliveAt = now;
		this.#checkedAt = now;
	}

	alive(now: number): void {
		this.#aliveAt = now;
	}

	/** Whether the core hangs. To be called every `checkInterval`. */
	check(now: number): boolean {
		const {hangTimeout, checkInterval} = this.#options;
		// A late check means that this thread, or the whole machine, slept: what the core sent is still to be read.
		if (now - this.#checkedAt > 2 * checkInterval) this.#aliveAt = now;
		this.#checkedAt = now;
		return now - this.#aliveAt > hangTimeout;
	}
}
