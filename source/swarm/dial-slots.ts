/**
 * Dials under way: how many at once, in all and to one place.
 *
 * To a place that answers, a dial takes milliseconds, so on a LAN where everyone is in one /24 a dozen at once are
 * thousands a second, and nobody waits. Only dials to nowhere hold their place for the whole timeout: the bounds keep
 * those of one host, or of one subnet, from taking all of them.
 */
import {subnetOf} from '../wire/ip.ts';
import {hostPart} from './address-kind.ts';
import type {DialId} from './io.ts';

/** Dials under way at once. */
export const MAX_PENDING_DIALS = 16;
/** To one IP address, and to one subnet: /24, or /64 of IPv6. */
export const MAX_PENDING_PER_ADDRESS = 4;
export const MAX_PENDING_PER_SUBNET = 12;

export class DialSlots {
	readonly #keys = new Map<DialId, readonly string[]>();
	readonly #counts = new Map<string, number>();
	#hasFreed = false;

	get isFull(): boolean {
		return this.#keys.size >= MAX_PENDING_DIALS;
	}

	isFree(address: string): boolean {
		const [host, subnet] = placesOf(address);
		if (this.isFull || this.#count(host) >= MAX_PENDING_PER_ADDRESS) return false;
		return this.#count(subnet) < MAX_PENDING_PER_SUBNET;
	}

	take(dial: DialId, address: string): void {
		const keys = placesOf(address);
		this.#keys.set(dial, keys);
		for (const key of keys) this.#counts.set(key, this.#count(key) + 1);
	}

	/** Whether one became free since the last call. */
	takeFreed(): boolean {
		const hasFreed = this.#hasFreed;
		this.#hasFreed = false;
		return hasFreed;
	}

	free(dial: DialId): void {
		this.#hasFreed = true;
		for (const key of this.#keys.get(dial) ?? []) {
			const count = this.#count(key) - 1;
			if (count > 0) this.#counts.set(key, count);
			else this.#counts.delete(key);
		}
		this.#keys.delete(dial);
	}

	#count(key: string): number {
		return this.#counts.get(key) ?? 0;
	}
}

function placesOf(address: string): readonly [host: string, subnet: string] {
	const host = hostPart(address);
	return [host, subnetOf(host.slice(host.lastIndexOf('/') + 1))];
}
