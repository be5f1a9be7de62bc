/**
 * How many bytes a second may pass, of all connections for bulk together: one gate for each direction. Bytes are spent
 * after the fact, so what has passed too much is waited for before anything else passes.
 */

/**
 * What may pass at once after a rest, in seconds of the rate: short, so that a limit is kept also by the second; and long
 * enough that a busy machine, which lets us wait now and then, does not lower the rate.
 */
const BURST_SECONDS = 0.25;

/** The most that passes between two looks at the gate, in seconds of the rate; and the least, in bytes. */
const PORTION_SECONDS = 0.05;
const MIN_PORTION_BYTES = 1_024;

export class RateGate {
	/** Bytes a second; undefined: as fast as it goes. */
	#rate: number | undefined;
	/** Below 0 while more has passed than may. */
	#bytes = 0;
	#since = 0;
	/** In the order in which they came, so that all have the same share. */
	readonly #waiting = new Set<() => void>();
	#timer: NodeJS.Timeout | undefined;

	/** From now on; undefined or 0 for no limit. Whoever waits goes on. */
	setRate(rate: number | undefined): void {
		this.#rate = rate === 0 ? undefined : rate;
		this.#bytes = 0;
		this.#since = performance.now();
		this.#open();
	}

	/** Whether something may pass now. */
	get isOpen(): boolean {
		if (this.#rate === undefined) return true;
		const now = performance.now();
		const burst = this.#rate * BURST_SECONDS;
		this.#bytes = Math.min(burst, this.#bytes + ((now - this.#since) / 1_000) * this.#rate);
		this.#since = now;
		return this.#bytes >= 0;
	}

	/** Bytes that should pass at once, so that a slow gate lets many take turns. */
	portion(most: number): number {
		if (this.#rate === undefined) return most;
		return Math.min(most, Math.max(MIN_PORTION_BYTES, Math.floor(this.#rate * PORTION_SECONDS)));
	}

	spend(bytes: number): void {
		if (this.#rate !== undefined) this.#bytes -= bytes;
	}

	/** Calls once when something may pass; never at once. The same function waits once. */
	wait(goOn: () => void): void {
		this.#waiting.add(goOn);
		this.#schedule();
	}

	forget(goOn: () => void): void {
		this.#waiting.delete(goOn);
		if (this.#waiting.size === 0) this.#stop();
	}

	#schedule(): void {
		if (this.#timer !== undefined) return;
		const missing = this.#rate === undefined ? 0 : (Math.max(0, -this.#bytes) / this.#rate) * 1_000;
		this.#timer = setTimeout(() => this.#open(), Math.ceil(missing));
	}

	/** One after the other as long as it is open; the others stay in front of those that come back. */
	#open(): void {
		this.#stop();
		for (const goOn of [...this.#waiting]) {
			if (!this.isOpen) break;
			if (this.#waiting.delete(goOn)) goOn();
		}
		if (this.#waiting.size > 0) this.#schedule();
	}

	#stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}
}
