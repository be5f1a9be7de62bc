/** One peer, or one address given by hand, that we want a connection to. */
import type {Random} from '../base/random.ts';
import {TokenBucket} from '../base/token-bucket.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {HEAD_START, MAX_ATTEMPTS, MAX_PENDING_PER_PEER} from './dial-limits.ts';
import {HintList} from './hint-list.ts';
import type {DialId} from './io.ts';

/**
 * News of a peer (another address, another start) bring its next try forward: so many times, and again with time. Who
 * plays announcements again, or invents new ones, cannot make us dial in a hurry for longer.
 */
const NEWS_RATE = {burst: 3, perSecond: 0.1};

/** What is said of a peer that was heard of. */
export type Sighting = {
	/** The peer has started anew, so earlier failures say nothing. */
	readonly isNews?: boolean;
	/** Tells the milliseconds before it is dialled; asked only if it is to be. */
	readonly delay?: () => number;
	/** It is to be dialled although there are peers enough. */
	readonly isExtra?: boolean;
	/** Who or what told of it: one of them gets a bounded share of the targets. */
	readonly group?: string;
};

/**
 * Several addresses of one peer, raced: one after the other, each with a head start before the next, until one answers
 * (RFC 8305, "Happy Eyeballs").
 */
export class Race {
	/** Addresses still to be tried, the best first. */
	queue: string[];
	readonly pending = new Set<DialId>();
	/** When the next one may start. */
	nextAt: Instant;
	attempts = 0;

	constructor(queue: readonly string[], now: Instant) {
		this.queue = [...queue];
		this.nextAt = now;
	}

	get isFull(): boolean {
		return this.pending.size >= MAX_PENDING_PER_PEER;
	}

	/** One more address, if there were not too many. */
	join(address: string): void {
		if (this.attempts + this.queue.length < MAX_ATTEMPTS) this.queue.push(address);
	}

	begun(dial: DialId, now: Instant): void {
		this.pending.add(dial);
		this.attempts += 1;
		this.nextAt = now + HEAD_START;
	}

	/** A dial led nowhere: the next address at once. */
	goOn(now: Instant): void {
		this.nextAt = now;
		if (this.attempts >= MAX_ATTEMPTS) this.queue = [];
	}

	get isOver(): boolean {
		return this.queue.length === 0 && this.pending.size === 0;
	}
}

export class DialTarget {
	/** The peer id, or the address while the peer is unknown. */
	readonly key: string;
	readonly peer: PeerId | undefined;
	/** Addresses that a person gave: no hint pushes them out. */
	byHand: string[] = [];
	readonly hints: HintList;
	readonly news = new TokenBucket(NEWS_RATE);
	/** Given to be kept: never forgotten. */
	given = false;
	/** A person named it once. */
	wanted = false;
	/** It has too many connections and waits out a pause for that, though it was given. */
	isCrowded = false;
	/** Only a person asked for it, once: not tried again by itself unless it answered. */
	asked = false;
	/** Known from an earlier run, and not heard of since. */
	isRemembered = false;
	/** Dialled although there are peers enough. */
	isExtra = false;
	failures = 0;
	/** When the next race is due; undefined while connected, dialling or suppressed. */
	nextAt: Instant | undefined;
	race: Race | undefined;
	/** It is due and waits for a dial elsewhere to end. */
	isBlocked = false;

	constructor(key: string, peer: PeerId | undefined, random: Random) {
		this.key = key;
		this.peer = peer;
		this.hints = new HintList(random);
	}

	get isDialling(): boolean {
		return this.race !== undefined && this.race.pending.size > 0;
	}

	/** Not one of those of which only so many are wanted. */
	get isExempt(): boolean {
		return this.wanted || this.isExtra;
	}

	/** When it wants to be looked at next. */
	get dueAt(): Instant | undefined {
		if (this.isBlocked) return undefined;
		if (!this.race) return this.nextAt;
		return this.race.queue.length > 0 ? this.race.nextAt : undefined;
	}

	addByHand(address: string): void {
		this.isBlocked = false;
		this.byHand = [address, ...this.byHand.filter(known => known !== address)];
	}

	drop(address: string): void {
		this.byHand = this.byHand.filter(known => known !== address);
		this.hints.delete(address);
	}
}
