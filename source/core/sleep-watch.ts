/**
 * Notices that this machine was asleep, or this process stopped: then nothing was heard for a while, and nobody is to
 * blame for it.
 */

/** Milliseconds between two looks. */
const INTERVAL = 1_000;

/** Milliseconds that a look must be late for it to have been sleep, and not a busy moment. */
export const MIN_SLEEP = 3_000;

export type Clocks = {
	/** Milliseconds, only forward. On Linux it stands still while the machine sleeps. */
	monotonic(): number;
	/** Unix milliseconds: goes on while the machine sleeps, and jumps when somebody sets it. */
	wall(): number;
};

const SYSTEM: Clocks = {monotonic: () => performance.now(), wall: () => Date.now()};

export class SleepWatch {
	readonly #clocks: Clocks;
	readonly #onWoke: (slept: number) => void;
	readonly #timer: NodeJS.Timeout;
	#before: {readonly monotonic: number; readonly wall: number};

	/** `onWoke` gets the milliseconds that were missed. A clock that was set forward looks the same, and does no harm. */
	constructor(onWoke: (slept: number) => void, clocks: Clocks = SYSTEM) {
		this.#clocks = clocks;
		this.#onWoke = onWoke;
		this.#before = {monotonic: clocks.monotonic(), wall: clocks.wall()};
		this.#timer = setInterval(() => this.look(), INTERVAL);
	}

	/** Whichever clock has gone further tells: a machine that sleeps stops one of them, a stopped process neither. */
	look(): void {
		const now = {monotonic: this.#clocks.monotonic(), wall: this.#clocks.wall()};
		const passed = Math.max(now.monotonic - this.#before.monotonic, now.wall - this.#before.wall);
		this.#before = now;
		if (passed - INTERVAL >= MIN_SLEEP) this.#onWoke(passed - INTERVAL);
	}

	close(): void {
		clearInterval(this.#timer);
	}
}
