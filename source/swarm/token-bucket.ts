import {BoundedMap} from '../base/bounded.ts';
import type {Instant} from '../behaviours/behaviour.ts';

export type Rate = {
	/** At once, after a time of rest. */
	readonly burst: number;
	readonly perSecond: number;
};

/** Lets things through at a rate: each takes a token, and tokens come back with time. */
export class TokenBucket {
	readonly #rate: Rate;
	#tokens: number;
	#since: Instant | undefined;

	constructor(rate: Rate) {
		this.#rate = rate;
		this.#tokens = rate.burst;
	}

	take(now: Instant): boolean {
		this.#refill(now);
		// A token that came back in many small parts is a whole one all the same.
		if (this.#tokens < 1 - 1e-6) return false;
		this.#tokens = Math.max(0, this.#tokens - 1);
		return true;
	}

	/** When there is a token to take. */
	readyAt(now: Instant): Instant {
		this.#refill(now);
		const missing = 1 - 1e-6 - this.#tokens;
		return missing <= 0 ? now : now + Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000);
	}

	#refill(now: Instant): void {
		const {burst, perSecond} = this.#rate;
		const elapsed = Math.max(0, now - (this.#since ?? now));
		this.#since = now;
		this.#tokens = Math.min(burst, this.#tokens + (elapsed / 1_000) * perSecond);
	}
}

/** A bucket for each source. Of sources that were silent for longest, a bounded number is remembered. */
export class TokenBuckets<Key> {
	readonly #rate: Rate;
	readonly #buckets: BoundedMap<Key, TokenBucket>;

	constructor(rate: Rate, capacity: number) {
		this.#rate = rate;
		this.#buckets = new BoundedMap(capacity);
	}

	take(key: Key, now: Instant): boolean {
		const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate);
		this.#buckets.set(key, bucket);
		return bucket.take(now);
	}

	delete(key: Key): void {
		this.#buckets.delete(key);
	}
}
