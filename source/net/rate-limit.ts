/**
 * How often something may happen, for one source and for all together. Sources are whatever strangers come from, so those
 * that are remembered are bounded; one that is forgotten begins anew, and the rate of all holds.
 */
import {type Rate, TokenBucket, TokenBuckets} from '../base/token-bucket.ts';
import {sourceOf} from '../wire/ip.ts';

export type {Rate} from '../base/token-bucket.ts';

/** Sources remembered: those of a large network, or a minute of an attacker's. */
const MAX_SOURCES = 1_024;

export class RateLimiter {
	readonly #sources: TokenBuckets<string>;
	readonly #all: TokenBucket;

	constructor(perSource: Rate, inAll: Rate) {
		this.#sources = new TokenBuckets(perSource, MAX_SOURCES);
		this.#all = new TokenBucket(inAll);
	}

	/**
	 * Whether it may happen once more; `now` is in milliseconds. Whoever is over its own rate uses up nothing of what is
	 * there for all, so that it starves nobody else.
	 */
	take(host: string, now: number): boolean {
		const source = sourceOf(host);
		return this.#sources.has(source, now) && this.#all.take(now) && this.#sources.take(source, now);
	}
}
