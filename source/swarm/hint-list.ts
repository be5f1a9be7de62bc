/**
 * Addresses at which a peer may be, as others told us: bounded, and nobody has more of it by being louder.
 *
 * Anyone on the network can announce a peer id at an address of his own, so the list may be full of such. Which ones are
 * kept is a lottery: each address draws a lot (a hash with a salt), and the lowest stay. Repeating an address changes
 * nothing, and one host has a bounded share. Each try draws anew, and what failed gives way first: so an address that
 * goes on being announced is tried sooner or later, whatever else is shouted.
 */
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {hostPart} from './address-kind.ts';

/** Addresses of one peer, and of them those on one host (a peer has one port for each family). */
export const MAX_HINTS = 8;
export const MAX_HINTS_PER_HOST = 2;

type Hint = {readonly address: string; readonly host: string; failures: number; retryAt: Instant};

export class HintList {
	readonly #random: Random;
	#hints: Hint[] = [];
	#salt: number;

	constructor(random: Random) {
		this.#random = random;
		this.#salt = random.float();
	}

	get size(): number {
		return this.#hints.length;
	}

	has(address: string): boolean {
		return this.#hints.some(hint => hint.address === address);
	}

	/** Newest first. */
	all(): readonly string[] {
		return this.#hints.map(({address}) => address);
	}

	/** Returns whether it is new and was taken. */
	add(address: string): boolean {
		if (this.has(address)) return false;
		const hint: Hint = {address, host: hostPart(address), failures: 0, retryAt: Number.NEGATIVE_INFINITY};
		const neighbours = this.#hints.filter(({host}) => host === hint.host);
		if (neighbours.length >= MAX_HINTS_PER_HOST) this.delete((neighbours.at(-1) as Hint).address);
		else if (this.#hints.length >= MAX_HINTS && !this.#makeRoom(hint)) return false;
		this.#hints.unshift(hint);
		return true;
	}

	delete(address: string): void {
		this.#hints = this.#hints.filter(hint => hint.address !== address);
	}

	/** Those that may be tried, without the ones that failed a short while ago, if there are others. */
	ready(now: Instant): readonly string[] {
		return this.#hints.filter(({retryAt}) => retryAt <= now).map(({address}) => address);
	}

	/** A try begins: the next draw is another one. */
	draw(): void {
		this.#salt = this.#random.float();
	}

	/** Nothing answered there; `pauseAfter` tells for how long it is left out after so many failures. */
	failed(address: string, now: Instant, pauseAfter: (failures: number) => number): void {
		const hint = this.#hints.find(one => one.address === address);
		if (!hint) return;
		hint.failures += 1;
		hint.retryAt = now + pauseAfter(hint.failures);
	}

	/** What failed most goes first, then the highest lot; that may be the newcomer's own. */
	#makeRoom(newcomer: Hint): boolean {
		const worst = [newcomer, ...this.#hints].reduce((a, b) => {
			if (a.failures !== b.failures) return a.failures > b.failures ? a : b;
			return this.#lot(a) > this.#lot(b) ? a : b;
		});
		if (worst === newcomer) return false;
		this.delete(worst.address);
		return true;
	}

	#lot({address}: Hint): number {
		return hash(`${this.#salt} ${address}`);
	}
}

/** FNV-1a, 32 bits, and a last mixing (after MurmurHash3): nobody can tell beforehand, since the salt is secret. */
function hash(text: string): number {
	let state = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) {
		state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
	}
	state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
	state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
	return (state ^ (state >>> 16)) >>> 0;
}
