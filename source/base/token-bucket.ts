/** How often something may happen: token buckets, on any clock of milliseconds that never goes back. */
import {BoundedMap} from './bounded.ts';

export type Rate = {
	/** At once, after a time of rest. */
	readonly burst: number;
	readonly perSecond: number;
};

/** What may be missing: a token that came back in many small parts is a whole one all the same. */
const TOLERANCE = 1e-6;

/** Lets things through at a rate: each takes a token, and tokens come back with time. */
export class TokenBucket {
	readonly #rate: Rate;
	#tokens: number;
	#since: number | undefined;

	constructor(rate: Rate) {
		this.#rate = rate;
		this.#tokens = rate.burst;
	}

	/** Whether there is a token to take, or as many as it costs. */
	has(now: number, cost = 1): boolean {
		this.#refill(now);
		return this.#tokens >= cost - TOLERANCE;
	}

	/** Returns false, and takes none, if there are fewer than it costs. */
	take(now: number, cost = 1): boolean {
		if (!this.has(now, cost)) return false;
		this.#tokens = Math.max(0, this.#tokens - cost);
		return true;
	}

	/** When there is a token to take. */
	readyAt(now: number): number {
		return this.has(now) ? now : now + Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000);
	}

	#refill(now: number): void {
		const {burst, perSecond} = this.#rate;
		const elapsed = Math.max(0, now - (this.#since ?? now));
		this.#since = now;
		this.#tokens = Math.min(burst, this.#tokens + (elapsed / 1_000) * perSecond);
	}
}

/** A bucket for each source. Of sources that were silent for longest, a bounded number is remembered. */
export class TokenBuckets<Key> {
	readonly #rateOf: (key: Key) => Rate;
	readonly #buckets: BoundedMap<Key, TokenBucket>;

	constructor(rate: Rate | ((key: Key) => Rate), capacity: number) {
		this.#rateOf = typeof rate === 'function' ? rate : () => rate;
		this.#buckets = new BoundedMap(capacity);
	}

	has(key: Key, now: number): boolean {
		return this.#bucket(key).has(now);
	}

	take(key: Key, now: number, cost = 1): boolean {
		return this.#bucket(key).take(now, cost);
	}

	delete(key: Key): void {
		this.#buckets.delete(key);
	}

	#bucket(key: Key): TokenBucket {
		const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rateOf(key));
		this.#buckets.set(key, bucket);
		return bucket;
	}
}
