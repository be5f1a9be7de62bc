/**
 * The dial policy: whom to dial, when, and when to try again. It knows nothing of sockets: it hands out dials and is
 * told how they ended.
 *
 * A target is a peer that we want a connection to, with the addresses known for it; or an address given by hand whose
 * peer is not known yet. Of two peers that discover each other the lower peer id dials at once and the other waits
 * `DIAL_GRACE`, so that one connection is made and not two. Failures make the next try later, up to `MAX_BACKOFF`, with
 * jitter, so that many nodes do not come back in step.
 */
import {BoundedMap} from '../base/bounded.ts';
import {jitter, type Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {DialFailureCode, DialId} from './io.ts';

/** Milliseconds before the second try. */
export const MIN_BACKOFF = 1_000;
/** Milliseconds between tries at the most. */
export const MAX_BACKOFF = 30_000;
/** Part of the backoff by which it varies. */
export const BACKOFF_JITTER = 0.3;
/** Milliseconds that a connection has to last before the next failure counts as the first again. */
export const STEADY = 10_000;
/** Milliseconds that the higher peer id waits for the lower one to dial. */
export const DIAL_GRACE = 400;
/** Dials under way at once. */
export const MAX_PENDING_DIALS = 16;
/** Targets remembered. */
export const MAX_TARGETS = 1_024;
/** Addresses of one target: the newest are kept. */
export const MAX_ADDRESSES_PER_TARGET = 8;
/** Failures in a row after which a peer that was only announced is forgotten: if it lives, it will announce again. */
export const MAX_FAILURES = 6;

/** One thing to do now. */
export type Dial = {readonly dial: DialId; readonly address: string; readonly expected: PeerId | undefined};

type Target = {
	/** The peer id, or the address while the peer is unknown. */
	readonly key: string;
	readonly peer: PeerId | undefined;
	/** Newest first. */
	addresses: string[];
	/** Given by hand: never forgotten. */
	given: boolean;
	/** Only a person asked for it, once: not tried again by itself unless it answered. */
	asked: boolean;
	/** A person named it once. */
	wanted: boolean;
	failures: number;
	/** When the next dial is due; undefined while connected, dialling or suppressed. */
	nextAt: Instant | undefined;
	dialling: DialId | undefined;
};

export class Dialer {
	readonly #self: PeerId;
	readonly #random: Random;
	/** Targets given by hand, apart from the rest, so that no flood of announcements can push them out. */
	readonly #given = new Map<string, Target>();
	readonly #heard = new BoundedMap<string, Target>(MAX_TARGETS);
	readonly #pending = new Map<DialId, {readonly target: Target; readonly address: string}>();
	/** Peers that a connection leads to, whoever dialled, and since when: these need no dial. */
	readonly #connected = new Map<PeerId, Instant>();
	/** Addresses given without a peer id: for whoever lives there. */
	readonly #anonymous = new Set<string>();
	/** Addresses that turned out to be our own. */
	readonly #own = new Set<string>();
	/** Peers that are not dialled by ourselves until then, whoever announces them. */
	readonly #suppressed = new BoundedMap<PeerId, Instant>(MAX_TARGETS);
	#nextDial: DialId = 1;
	/** How many peers not given by hand may still be dialled. */
	#room = Number.POSITIVE_INFINITY;

	constructor(self: PeerId, random: Random) {
		this.#self = self;
		this.#random = random;
	}

	/** When `due` next has something to hand out, if ever. */
	get nextAt(): Instant | undefined {
		if (this.#pending.size >= MAX_PENDING_DIALS) return undefined;
		let next: Instant | undefined;
		for (const {nextAt, given} of this.#all()) {
			if (!given && this.#room <= 0) continue;
			if (nextAt !== undefined && (next === undefined || nextAt < next)) next = nextAt;
		}
		return next;
	}

	/** Given by hand, or asked for by a person. */
	isWanted(peer: PeerId): boolean {
		return this.#find(peer)?.wanted ?? false;
	}

	isDialling(peer: PeerId): boolean {
		return this.#find(peer)?.dialling !== undefined;
	}

	/** Whose address this is, as far as is known. */
	peerAt(address: string): PeerId | undefined {
		for (const {peer, addresses} of this.#all()) {
			if (peer !== undefined && addresses.includes(address)) return peer;
		}
		return undefined;
	}

	/**
	 * An address of a peer was heard of. If the peer is connected, it is only remembered. `isNews`: the peer has started
	 * anew, so earlier failures say nothing.
	 */
	discovered(peer: PeerId, address: string, now: Instant, isNews = false): void {
		if (this.#own.has(address) || now < (this.#suppressed.get(peer) ?? now)) return;
		const target = this.#find(peer) ?? this.#add(peer, peer);
		const isNew = isNews || !target.addresses.includes(address);
		addAddress(target, address);
		target.asked = false;
		if (isNew) target.failures = 0;
		if (this.#connected.has(peer) || target.dialling !== undefined) return;
		const soon = now + this.#grace(peer);
		if (target.nextAt === undefined || (isNew && soon < target.nextAt)) target.nextAt = soon;
	}

	/** An address given by hand, to be dialled until it is connected, and again whenever it is lost. */
	given(address: string, peer: PeerId | undefined, now: Instant): void {
		if (peer === undefined) this.#anonymous.add(address);
		const target = this.#find(peer ?? address) ?? this.#add(peer ?? address, peer);
		addAddress(target, address);
		this.#keep(target);
		target.nextAt ??= now;
	}

	/** A dial asked for by name, now and whatever the backoff says. */
	dialNow(address: string, peer: PeerId | undefined): Dial {
		if (peer !== undefined) this.#suppressed.delete(peer);
		const known = this.#find(peer ?? address);
		const target = known ?? this.#add(peer ?? address, peer);
		if (!known) target.asked = true;
		target.wanted = true;
		addAddress(target, address);
		return this.#start(target, address);
	}

	/** Every dial whose time has come, as far as the cap allows: to as many peers not given by hand as are `wanted`. */
	due(now: Instant, wanted = Number.POSITIVE_INFINITY): readonly Dial[] {
		const dials: Dial[] = [];
		this.#room = wanted - [...this.#pending.values()].filter(({target}) => !target.given).length;
		for (const target of this.#inLots()) {
			if (this.#pending.size >= MAX_PENDING_DIALS) break;
			if (target.nextAt === undefined || target.nextAt > now) continue;
			if (!target.given && this.#room-- <= 0) continue;
			const address = target.addresses[target.failures % Math.max(1, target.addresses.length)];
			if (address === undefined) target.nextAt = undefined;
			else if (target.peer === undefined && this.#leadsToConnected(address)) target.nextAt = now + MAX_BACKOFF;
			else dials.push(this.#start(target, address));
		}
		return dials;
	}

	/** A dial succeeded: it found `peer`. */
	succeeded(dial: DialId, peer: PeerId): void {
		const pending = this.#pending.get(dial);
		if (!pending) return;
		this.#pending.delete(dial);
		const {target, address} = pending;
		if (target.dialling === dial) target.dialling = undefined;
		if (peer === this.#self) {
			this.#own.add(address);
			this.#dropAddress(target, address);
			return;
		}
		target.asked = false;
		if (target.peer !== undefined) return;
		// Now the peer behind the address is known: from here on it goes by its peer id.
		this.#delete(target);
		const named = this.#find(peer) ?? this.#add(peer, peer);
		addAddress(named, address);
		if (target.wanted) named.wanted = true;
		if (target.given) this.#keep(named);
	}

	failed(dial: DialId, code: DialFailureCode, now: Instant): void {
		const pending = this.#pending.get(dial);
		if (!pending) return;
		this.#pending.delete(dial);
		const {target, address} = pending;
		if (target.dialling !== dial) return;
		target.dialling = undefined;
		if (code === 'wrong-peer') this.#wrongPeer(target, address, now);
		if (target.peer !== undefined && this.#connected.has(target.peer)) return;
		target.failures += 1;
		if (target.asked || (!target.given && (target.failures > MAX_FAILURES || target.addresses.length === 0))) {
			this.#delete(target);
		} else {
			target.nextAt = this.#afterPause(target, now + this.#backoff(target.failures));
		}
	}

	/** Somebody else lives there now, so that address is no address of this peer. */
	#wrongPeer(target: Target, address: string, now: Instant): void {
		if (target.given && !this.#anonymous.has(address)) return;
		this.#dropAddress(target, address);
		if (target.given) this.given(address, undefined, now + this.#backoff(1));
	}

	connected(peer: PeerId, now: Instant): void {
		this.#connected.set(peer, now);
		const target = this.#find(peer);
		if (target) target.nextAt = undefined;
	}

	/**
	 * The last connection to a peer is gone. `wanted` is false if one side left or closed on purpose: then only a new
	 * announcement, or a person, brings it back. A peer given by hand is always tried again.
	 */
	disconnected(peer: PeerId, wanted: boolean, now: Instant): void {
		const since = this.#connected.get(peer) ?? now;
		this.#connected.delete(peer);
		const target = this.#find(peer);
		if (!target) return;
		// One that lets us in and closes at once is no better than one that refuses.
		target.failures = now - since >= STEADY ? 0 : target.failures + 1;
		if (!wanted && !target.given) this.#delete(target);
		else if (target.dialling === undefined) {
			target.nextAt = this.#afterPause(target, now + this.#backoff(target.failures) + this.#grace(peer));
		}
	}

	/**
	 * Not to be dialled again before `until`, unless a person asks: it misbehaved, or one side wants it so. A peer given
	 * by hand is tried again then, any other only if it is announced again.
	 */
	suppress(peer: PeerId, until: Instant): void {
		this.#suppressed.set(peer, until);
		const target = this.#find(peer);
		if (target?.given) target.nextAt = until;
		else if (target) this.#delete(target);
	}

	isOwn(address: string): boolean {
		return this.#own.has(address);
	}

	/** A second connection to a peer would replace the first, and lose what is under way there. */
	#leadsToConnected(address: string): boolean {
		const peer = this.peerAt(address);
		return peer !== undefined && this.#connected.has(peer);
	}

	#start(target: Target, address: string): Dial {
		const dial = this.#nextDial++;
		target.dialling = dial;
		target.nextAt = undefined;
		this.#pending.set(dial, {target, address});
		return {dial, address, expected: target.peer};
	}

	#find(key: string): Target | undefined {
		return this.#given.get(key) ?? this.#heard.get(key);
	}

	/** If there are not places for all, chance decides: were the first ones taken, a crowd would fall apart in cliques. */
	#inLots(): readonly Target[] {
		const heard = [...this.#heard.values()];
		for (let index = heard.length - 1; this.#room < heard.length && index > 0; index--) {
			const other = Math.floor(this.#random.float() * (index + 1));
			[heard[index], heard[other]] = [heard[other] as Target, heard[index] as Target];
		}
		return [...this.#given.values(), ...heard];
	}

	*#all(): Iterable<Target> {
		yield* this.#given.values();
		yield* this.#heard.values();
	}

	#add(key: string, peer: PeerId | undefined): Target {
		const state = {given: false, asked: false, wanted: false, failures: 0, nextAt: undefined, dialling: undefined};
		const target: Target = {key, peer, addresses: [], ...state};
		this.#heard.set(key, target);
		return target;
	}

	#keep(target: Target): void {
		target.given = true;
		target.wanted = true;
		target.asked = false;
		this.#heard.delete(target.key);
		this.#given.set(target.key, target);
	}

	#delete(target: Target): void {
		this.#given.delete(target.key);
		this.#heard.delete(target.key);
	}

	#dropAddress(target: Target, address: string): void {
		target.addresses = target.addresses.filter(known => known !== address);
		if (target.addresses.length === 0) this.#delete(target);
	}

	/** `at`, or the end of the target's suppression if that is later. */
	#afterPause({peer}: Target, at: Instant): Instant {
		return Math.max(at, (peer !== undefined && this.#suppressed.get(peer)) || at);
	}

	/** The lower peer id dials first. */
	#grace(peer: PeerId): number {
		return this.#self < peer ? 0 : DIAL_GRACE;
	}

	/** Doubles with each failure up to the bound. */
	#backoff(failures: number): number {
		return jitter(this.#random, Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** failures), BACKOFF_JITTER);
	}
}

function addAddress(target: Target, address: string): void {
	target.addresses = [address, ...target.addresses.filter(known => known !== address)].slice(
		0,
		MAX_ADDRESSES_PER_TARGET,
	);
}
