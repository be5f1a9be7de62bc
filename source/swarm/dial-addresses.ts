/**
 * Where the targets of the dial policy may be, in which order that is tried, and how often one place is.
 *
 * Whoever answers for a place is not asked before a hint is believed: anyone can name somebody else's. So each IP address
 * is dialled at a rate that no machine notices, whatever is said of it. What a person gave, and where a peer has been
 * itself, is no hearsay, and not counted.
 */
import {BoundedMap} from '../base/bounded.ts';
import {TokenBucket} from '../base/token-bucket.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {isLoopback, parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {AddressBook} from './address-book.ts';
import {hostPart} from './address-kind.ts';
import {orderAddresses} from './address-order.ts';
import type {DialSlots} from './dial-slots.ts';
import type {DialTarget} from './dial-target.ts';

/**
 * Dials to one IP address on hearsay. On a LAN each machine has its own, and one peer; where many share one machine or one
 * address translator, those whose peer id is the lower dial us meanwhile, and none of the others waits for long.
 */
export const DIALS_PER_HOST = {burst: 8, perSecond: 2};

/** The same on this machine, where dozens of peers may run at once and nobody is harmed but ourselves. */
export const DIALS_HERE = {burst: 64, perSecond: 16};

/** IP addresses whose dials are counted. */
const MAX_HOSTS = 1_024;

export class DialAddresses {
	readonly #book: AddressBook;
	readonly #rates = new BoundedMap<string, TokenBucket>(MAX_HOSTS);
	/** Hosts that we listen on: what is near to them is tried first. */
	#ownHosts: readonly string[] = [];

	constructor(book: AddressBook) {
		this.#book = book;
	}

	listening(hosts: readonly string[]): void {
		this.#ownHosts = hosts;
	}

	/** Returns whether it is new and was taken. */
	addHint(target: DialTarget, peer: PeerId, address: string): boolean {
		if (target.byHand.includes(address) || this.#book.of(peer).includes(address)) return false;
		return target.hints.add(address);
	}

	/** Whether there are addresses that may be tried, but no place for a dial to any of them. Costs less than `of`. */
	areFull(target: DialTarget, slots: DialSlots, now: Instant): boolean {
		const ready = [...this.#proved(target), ...target.hints.ready(now)];
		const addresses = ready.length > 0 ? ready : target.hints.all();
		return addresses.length > 0 && !addresses.some(address => slots.isFree(address));
	}

	/** The best first. */
	of(target: DialTarget, now: Instant): readonly string[] {
		const {hints} = target;
		const proved = this.#proved(target);
		const ready = hints.ready(now);
		return orderAddresses(proved, proved.length + ready.length > 0 ? ready : hints.all(), this.#ownHosts);
	}

	#proved({peer, byHand}: DialTarget): readonly string[] {
		return [...(peer === undefined ? [] : this.#book.of(peer)), ...byHand];
	}

	/** Those of which we have not dialled too many by hearsay. */
	ready(target: DialTarget, addresses: readonly string[], now: Instant): string[] {
		return addresses.filter(address => this.readyAt(target, [address], now) <= now);
	}

	/** When the first of these may be dialled, as far as the rate goes. */
	readyAt(target: DialTarget, addresses: readonly string[], now: Instant): Instant {
		const proved = this.#proved(target);
		const times = addresses.map(address => {
			return proved.includes(address) ? now : (this.#rates.get(hostPart(address))?.readyAt(now) ?? now);
		});
		return Math.min(...times);
	}

	/** One of them is dialled. */
	take(target: DialTarget, address: string, now: Instant): void {
		if (this.#proved(target).includes(address)) return;
		const host = hostPart(address);
		const rate = this.#rates.get(host) ?? new TokenBucket(this.#isHere(address) ? DIALS_HERE : DIALS_PER_HOST);
		this.#rates.set(host, rate);
		rate.take(now);
	}

	#isHere(text: string): boolean {
		const address = parseTcpAddress(text);
		return isLoopback(address) || this.#ownHosts.includes(address.host);
	}
}
