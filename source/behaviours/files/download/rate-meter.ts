/** Bytes a second over the last two seconds, as a moving average. */
import type {Instant} from '../../behaviour.ts';
import {RATE_MIN_TIME, RATE_SLOTS, RATE_STEADY, RATE_WINDOW} from './parameters.ts';

const SLOT = RATE_WINDOW / RATE_SLOTS;

export class RateMeter {
	readonly #slots = new Float64Array(RATE_SLOTS);
	#sum = 0;
	/** Number of the newest slot, counted from the beginning of time. */
	#slot = 0;
	/** When the first of the bytes came that are in the window, or were in it without a pause as long as the window. */
	#since: Instant | undefined;

	add(bytes: number, now: Instant): void {
		this.#advance(now);
		this.#since ??= now;
		this.#slots[this.#slot % RATE_SLOTS]! += bytes;
		this.#sum += bytes;
	}

	/** Bytes a second; 0 if nothing came for as long as the window is. */
	rate(now: Instant): number {
		this.#advance(now);
		if (this.#since === undefined) return 0;
		const windowed = RATE_WINDOW - SLOT + (now % SLOT);
		return (this.#sum / Math.max(RATE_MIN_TIME, Math.min(windowed, now - this.#since))) * 1_000;
	}

	/** Whether it has been measured for long enough to reckon with it. */
	isSteady(now: Instant): boolean {
		return this.#since !== undefined && now - this.#since >= RATE_STEADY;
	}

	/** As if nothing had ever come. */
	reset(): void {
		this.#slots.fill(0);
		this.#sum = 0;
		this.#since = undefined;
	}

	#advance(now: Instant): void {
		const slot = Math.floor(now / SLOT);
		if (slot <= this.#slot) return;
		for (let gone = Math.max(this.#slot + 1, slot - RATE_SLOTS + 1); gone <= slot; gone++) {
			this.#sum -= this.#slots[gone % RATE_SLOTS]!;
			this.#slots[gone % RATE_SLOTS] = 0;
		}
		this.#slot = slot;
		if (this.#sum > 0.5) return;
		this.#sum = 0;
		this.#since = undefined;
	}
}
