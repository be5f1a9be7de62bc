/**
 * How often something may happen, for one source and for all together: token buckets. Sources are whatever strangers
 * come from, so those that are remembered are bounded; one that is forgotten begins anew, and the rate of all holds.
 */
import {BoundedMap} from '../base/bounded.ts';
import {isLinkLocal} from '../wire/multiaddr.ts';

/** `burst` at once, and after that `perSecond`. */
export type Rate = {readonly burst: number; readonly perSecond: number};

/** Sources remembered: those of a large network, or a minute of an attacker's. */
const MAX_SOURCES = 1_024;

/** Hextets of an IPv6 address that name its network: a host chooses the others as it likes (RFC 4291). */
const NETWORK_HEXTETS = 4;

class Bucket {
	readonly #rate: Rate;
	#tokens: number;
	#filledAt: number;

	constructor(rate: Rate, now: number) {
		this.#rate = rate;
		this.#tokens = rate.burst;
		this.#filledAt = now;
	}

	isEmpty(now: number): boolean {
		const {burst, perSecond} = this.#rate;
		this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
		this.#filledAt = now;
		return this.#tokens < 1;
	}

	take(): void {
		this.#tokens -= 1;
	}
}

export class RateLimiter {
	readonly #perSource: Rate;
	readonly #buckets = new BoundedMap<string, Bucket>(MAX_SOURCES);
	readonly #all: Bucket;

	/** `now`: milliseconds on any clock that never goes back. */
	constructor(perSource: Rate, inAll: Rate, now: number) {
		this.#perSource = perSource;
		this.#all = new Bucket(inAll, now);
	}

	/**
	 * Whether it may happen once more. Whoever is over its own rate uses up nothing of what is there for all, so that it
	 * starves nobody else.
	 */
	take(host: string, now: number): boolean {
		const source = sourceOf(host);
		const bucket = this.#buckets.get(source) ?? new Bucket(this.#perSource, now);
		this.#buckets.set(source, bucket);
		if (bucket.isEmpty(now) || this.#all.isEmpty(now)) return false;
		bucket.take();
		this.#all.take();
		return true;
	}
}

/**
 * What a host's doings are counted on: an IPv4 address, or the network of an IPv6 address. Everyone on a link has the
 * same link-local network, so there the address counts.
 */
export function sourceOf(host: string): string {
	if (!host.includes(':') || isLinkLocal({host})) return host;
	const [head = ''] = host.split('::');
	const hextets = head === '' ? [] : head.split(':');
	if (host.includes('::') && hextets.length < NETWORK_HEXTETS) {
		const tail = host
			.slice(host.indexOf('::') + 2)
			.split(':')
			.filter(part => part !== '');
		const zeros = Array<string>(Math.max(0, 8 - hextets.length - tail.length)).fill('0');
		hextets.push(...zeros, ...tail);
	}
	return `${hextets.slice(0, NETWORK_HEXTETS).join(':')}::/64`;
}
