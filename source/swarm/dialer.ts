/**
 * The dial policy: whom to dial, when, and when to try again. It knows nothing of sockets: it hands out dials and is
 * told how they ended.
 *
 * Of two peers that discover each other the lower peer id dials at once and the other waits `DIAL_GRACE`, so that one
 * connection is made and not two. Of the addresses of one peer several are raced (`Race`); the first success wins and the
 * others are called off. A race that nobody won makes the next one later, up to `MAX_BACKOFF`, with jitter, so that many
 * nodes do not come back in step; and an address that failed is left out for a while on its own account.
 *
 * Addresses are proved, given by hand, or hints. What is proved is in the address book, what is given is with its target:
 * no hint can push either out (see `HintList` for the rest).
 */
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {AddressBook} from './address-book.ts';
import {placeOfAddress} from './address-kind.ts';
import {backoff, MAX_ADDRESS_BACKOFF, MAX_BACKOFF} from './backoff.ts';
import {DialAddresses} from './dial-addresses.ts';
import {DIAL_GRACE, MAX_FAILURES, STEADY, WAKE_SPREAD} from './dial-limits.ts';
import {DialSlots} from './dial-slots.ts';
import {type DialTarget, Race, type Sighting} from './dial-target.ts';
import {DialTargets, MAX_TARGETS} from './dial-targets.ts';
import type {DialFailureCode, DialId} from './io.ts';
import {Pauses} from './pauses.ts';

export {DIAL_GRACE, HEAD_START, MAX_ATTEMPTS, MAX_FAILURES, MAX_PENDING_PER_PEER, STEADY} from './dial-limits.ts';

/** One thing to do now. */
export type Dial = {readonly dial: DialId; readonly address: string; readonly expected: PeerId | undefined};

export class Dialer {
	readonly #self: PeerId;
	readonly #random: Random;
	readonly #book: AddressBook;
	readonly #targets: DialTargets;
	readonly #slots = new DialSlots();
	readonly #pending = new Map<DialId, {readonly target: DialTarget; readonly address: string}>();
	/** Peers that a connection leads to, whoever dialled, and since when: these need no dial. */
	readonly #connected = new Map<PeerId, Instant>();
	/** Addresses given without a peer id: for whoever lives there. */
	readonly #anonymous = new Set<string>();
	/** Addresses that turned out to be our own. */
	readonly #own = new BoundedMap<string, true>(MAX_TARGETS);
	readonly #addresses: DialAddresses;
	readonly #pauses = new Pauses();
	readonly #cancelled: DialId[] = [];
	#nextDial: DialId = 1;
	/** How many more peers, beside those that a person named, were wanted when that was last told. */
	#room = Number.POSITIVE_INFINITY;

	constructor(self: PeerId, random: Random, book: AddressBook) {
		this.#self = self;
		this.#random = random;
		this.#book = book;
		this.#addresses = new DialAddresses(book);
		const isKnown = (peer: PeerId) => this.#connected.has(peer) || book.isProved(peer);
		this.#targets = new DialTargets(random, isKnown);
	}

	/** When `due` next has something to hand out, if ever, as far as is known now. */
	get nextAt(): Instant | undefined {
		if (this.#slots.isFull) return undefined;
		let next: Instant | undefined;
		for (const target of this.#targets.all()) {
			const {dueAt} = target;
			if (dueAt !== undefined && (next === undefined || dueAt < next) && this.#hasRoomFor(target)) next = dueAt;
		}
		return next;
	}

	get size(): number {
		return this.#targets.size;
	}

	/** Peers being dialled that count among those wanted. */
	get pendingPeers(): number {
		return this.#targets.racing;
	}

	isDialling(peer: PeerId): boolean {
		return this.#targets.find(peer)?.isDialling ?? false;
	}

	/** Given by hand, or asked for by a person. */
	isWanted(peer: PeerId): boolean {
		return this.#targets.find(peer)?.wanted ?? false;
	}

	isOwn(address: string): boolean {
		return this.#own.has(address);
	}

	/** Whose address this is, as far as is known. */
	peerAt(address: string): PeerId | undefined {
		return this.#targets.peerAt(address) ?? this.#book.peerAt(address);
	}

	/** Dials that nobody wants any more, since the last call. */
	takeCancelled(): readonly DialId[] {
		return this.#cancelled.splice(0);
	}

	listening(hosts: readonly string[]): void {
		this.#addresses.listening(hosts);
	}

	/** An address of a peer was heard of. Returns whether there may be something to do now. */
	discovered(peer: PeerId, address: string, now: Instant, sighting: Sighting = {}): boolean {
		if (this.#own.has(address) || !this.#pauses.isOver(peer, now)) return false;
		const {isNews = false, delay = () => 0, isExtra = false, group = placeOfAddress(address)} = sighting;
		const known = this.#targets.find(peer);
		const target = known ?? this.#targets.hear(peer, group);
		if (!target) return false;
		const isNewAddress = this.#addresses.addHint(target, peer, address);
		if (isNewAddress) target.isBlocked = false;
		const isNew = known === undefined || ((isNewAddress || isNews) && target.news.take(now));
		if (isNews && isNew) target.failures = 0;
		target.asked = false;
		target.isRemembered = false;
		target.isExtra ||= isExtra && !target.race;
		if (this.#connected.has(peer)) return isNewAddress;
		if (target.race) {
			if (isNewAddress) target.race.join(address);
			return isNewAddress;
		}
		if (target.nextAt !== undefined && !isNew) return isNewAddress;
		target.nextAt = Math.min(target.nextAt ?? Number.POSITIVE_INFINITY, now + delay() + this.#grace(peer));
		return this.#hasRoomFor(target);
	}

	/** A peer that the address book of an earlier run knows, to be tried at `at`. */
	remembered(peer: PeerId, at: Instant): void {
		if (this.#targets.find(peer)) return;
		const target = this.#targets.hear(peer, this.#book.placeOf(peer));
		if (!target) return;
		target.isRemembered = true;
		target.nextAt = at;
	}

	/** An address given by hand, to be dialled until it is connected, and again whenever it is lost. */
	given(address: string, peer: PeerId | undefined, now: Instant): void {
		if (peer === undefined) this.#anonymous.add(address);
		const target = this.#targets.name(peer ?? address, peer);
		target.addByHand(address);
		target.given = true;
		target.asked = false;
		target.nextAt ??= now;
	}

	/** A dial asked for by name, now and whatever the backoff says. */
	dialNow(address: string, peer: PeerId | undefined, now: Instant): Dial {
		if (peer !== undefined) this.#pauses.end(peer);
		const isKnown = this.#targets.find(peer ?? address) !== undefined;
		const target = this.#targets.name(peer ?? address, peer);
		if (!isKnown) target.asked = true;
		target.addByHand(address);
		target.race ??= new Race([], now);
		return this.#start(target, target.race, address, now);
	}

	/** Every dial whose time has come, as far as the bounds allow: to no more than `wanted` peers beside the named ones. */
	due(now: Instant, wanted = Number.POSITIVE_INFINITY): readonly Dial[] {
		if (this.#connected.size === 0) this.#seekCompany(now);
		if (this.#slots.isFull) return [];
		if (this.#slots.takeFreed()) this.#targets.unblock();
		this.#room = wanted - this.pendingPeers;
		const dials: Dial[] = [];
		const isDue = (target: DialTarget) => (target.dueAt ?? now + 1) <= now && this.#hasRoomFor(target);
		for (const target of this.#targets.inTurn(isDue)) {
			if (this.#slots.isFull) break;
			const isNew = target.race === undefined;
			if (!this.#hasRoomFor(target) || (isNew && !this.#begin(target, now))) continue;
			dials.push(...this.#goOn(target, now));
			if (isNew && !target.isExempt) this.#room -= 1;
		}
		return dials;
	}

	/** In a crowd nearly everyone is due and nobody wanted: those are not looked at until somebody is. */
	#hasRoomFor(target: DialTarget): boolean {
		return this.#room > 0 || target.race !== undefined || target.isExempt;
	}

	/** Returns whether there is a race now. */
	#begin(target: DialTarget, now: Instant): boolean {
		target.isBlocked = this.#addresses.areFull(target, this.#slots, now);
		if (target.isBlocked) return false;
		const known = this.#addresses.of(target, now);
		const addresses = this.#addresses.ready(target, known, now);
		if (known.length === 0) this.#targets.delete(target);
		else if (addresses.length === 0) target.nextAt = this.#addresses.readyAt(target, known, now);
		else if (addresses.every(address => !this.#slots.isFree(address))) target.isBlocked = true;
		else if (target.peer === undefined && addresses.every(address => this.#leadsToConnected(address))) {
			target.nextAt = now + MAX_BACKOFF;
		} else {
			target.hints.draw();
			target.race = new Race(addresses, now);
			target.nextAt = undefined;
		}
		return target.race !== undefined;
	}

	/** The next address of a race, if its time has come and there is a place. */
	#goOn(target: DialTarget, now: Instant): readonly Dial[] {
		const {race} = target;
		if (!race || race.nextAt > now) return [];
		race.queue = this.#addresses.ready(target, race.queue, now);
		if (race.isOver) {
			this.#afterDial(target, now);
			return [];
		}
		const index = race.queue.findIndex(address => this.#slots.isFree(address));
		if (index < 0 || race.isFull) {
			target.isBlocked = true;
			return [];
		}
		const [address] = race.queue.splice(index, 1) as [string];
		return [this.#start(target, race, address, now)];
	}

	#start(target: DialTarget, race: Race, address: string, now: Instant): Dial {
		const dial = this.#nextDial++;
		race.begun(dial, now);
		target.nextAt = undefined;
		this.#addresses.take(target, address, now);
		this.#slots.take(dial, address);
		this.#pending.set(dial, {target, address});
		return {dial, address, expected: target.peer};
	}

	/** A dial succeeded: it found `peer`. Returns false for one that was called off, or is not ours. */
	succeeded(dial: DialId, peer: PeerId, now: Instant): boolean {
		const ended = this.#end(dial);
		if (!ended) return false;
		const {target, address} = ended;
		if (peer === this.#self) {
			this.#own.set(address, true);
			target.drop(address);
			if (this.#addresses.of(target, now).length === 0) this.#forget(target);
			else this.#afterDial(target, now);
			return true;
		}
		this.#callOff(target);
		target.asked = false;
		if (target.peer === undefined) this.#nameBy(target, peer, address);
		return true;
	}

	/** Now the peer behind the address is known: from here on it goes by its peer id. */
	#nameBy(target: DialTarget, peer: PeerId, address: string): void {
		this.#targets.delete(target);
		const named = this.#targets.name(peer, peer);
		named.addByHand(address);
		named.given ||= target.given;
	}

	failed(dial: DialId, code: DialFailureCode, now: Instant): void {
		const ended = this.#end(dial);
		if (!ended) return;
		const {target, address} = ended;
		target.hints.failed(address, now, failures => backoff(this.#random, failures + 1, MAX_ADDRESS_BACKOFF));
		if (code === 'wrong-peer') this.#wrongPeer(target, address, now);
		this.#afterDial(target, now);
	}

	/** Whatever became of a dial, it is under way no more. */
	#end(dial: DialId): {readonly target: DialTarget; readonly address: string} | undefined {
		const ended = this.#pending.get(dial);
		this.#pending.delete(dial);
		this.#slots.free(dial);
		ended?.target.race?.pending.delete(dial);
		return ended;
	}

	/** The next address at once, or nobody won this race. */
	#afterDial(target: DialTarget, now: Instant): void {
		const {race, peer} = target;
		if (!race) return;
		race.goOn(now);
		if (!race.isOver) return;
		target.race = undefined;
		target.isExtra = false;
		if (peer !== undefined && this.#connected.has(peer)) return;
		target.failures += 1;
		// One that has no address left is kept for its pause: else the next hint would find it without a past.
		if (target.asked || (target.failures > MAX_FAILURES && !target.given)) this.#targets.delete(target);
		else target.nextAt = this.#pauses.after(target.peer, now + backoff(this.#random, target.failures));
	}

	/** Somebody else lives there now, so that address is no address of this peer. */
	#wrongPeer(target: DialTarget, address: string, now: Instant): void {
		const {peer, given} = target;
		if (peer !== undefined) this.#book.refuted(peer, address);
		if (given && target.byHand.includes(address) && !this.#anonymous.has(address)) return;
		target.drop(address);
		if (given && this.#anonymous.has(address)) this.given(address, undefined, now + backoff(this.#random, 1));
	}

	connected(peer: PeerId, now: Instant): void {
		this.#connected.set(peer, now);
		const target = this.#targets.find(peer);
		if (!target) return;
		target.nextAt = undefined;
		target.isRemembered = false;
		target.isCrowded = false;
		target.isBlocked = false;
		// What is under way may be about to succeed at the other side: the duplicate rule decides then.
		if (target.race) target.race.queue = [];
		if (target.race?.isOver) target.race = undefined;
	}

	/**
	 * The last connection to a peer is gone. `wanted` is false if one side left or closed on purpose: then only a new
	 * announcement, or a person, brings it back. A peer given by hand is always tried again. `atOnce`: the network failed,
	 * and may work again by another way.
	 */
	disconnected(peer: PeerId, wanted: boolean, now: Instant, atOnce = false): void {
		const since = this.#connected.get(peer) ?? now;
		this.#connected.delete(peer);
		const isReachable = this.#book.of(peer).length > 0;
		const target =
			this.#targets.find(peer) ??
			(wanted && isReachable ? this.#targets.hear(peer, this.#book.placeOf(peer)) : undefined);
		if (!target) return;
		// One that lets us in and closes at once is no better than one that refuses.
		target.failures = now - since >= STEADY ? 0 : target.failures + 1;
		if (!wanted && !target.given) return this.#forget(target);
		if (target.race) return;
		const pause = atOnce && target.failures === 0 ? 0 : backoff(this.#random, target.failures);
		target.nextAt = this.#pauses.after(target.peer, now + pause + this.#grace(peer));
	}

	/**
	 * Not to be dialled again before `until`, unless a person asks: it misbehaved, or one side wants it so. A peer given
	 * by hand is tried again then, any other only if it is announced again.
	 */
	suppress(peer: PeerId, until: Instant): void {
		this.#pauses.set(peer, until);
		const target = this.#targets.find(peer);
		if (!target) return;
		target.isCrowded = false;
		if (!target.given) this.#forget(target);
		else if (!target.race) target.nextAt = until;
	}

	/** It has too many connections: the same, but one given by hand is asked again sooner if we are alone. */
	crowded(peer: PeerId, until: Instant): void {
		this.suppress(peer, until);
		const target = this.#targets.find(peer);
		if (target) target.isCrowded = true;
	}

	/** Without a single connection we have nobody who could tell us of others: better to be a nuisance than alone. */
	#seekCompany(now: Instant): void {
		for (const target of this.#targets.takeCrowded()) {
			this.#pauses.end(target.key);
			if (!target.race) target.nextAt = now + backoff(this.#random, target.failures);
		}
	}

	/** The network is back, or another one: what failed before says nothing, and what is under way leads nowhere. */
	wake(now: Instant): void {
		for (const target of this.#targets.all()) {
			if (target.asked) continue;
			this.#callOff(target);
			target.failures = 0;
			if (target.peer !== undefined && this.#connected.has(target.peer)) continue;
			target.nextAt = this.#pauses.after(target.peer, now + this.#random.float() * WAKE_SPREAD);
		}
	}

	/** A second connection to a peer would replace the first, and lose what is under way there. */
	#leadsToConnected(address: string): boolean {
		const peer = this.peerAt(address);
		return peer !== undefined && this.#connected.has(peer);
	}

	#forget(target: DialTarget): void {
		this.#callOff(target);
		this.#targets.delete(target);
	}

	/** Ends a race, whatever is under way. */
	#callOff(target: DialTarget): void {
		for (const dial of target.race?.pending ?? []) {
			this.#end(dial);
			this.#cancelled.push(dial);
		}
		target.race = undefined;
		target.isExtra = false;
	}

	/** The lower peer id dials first. */
	#grace(peer: PeerId): number {
		return this.#self < peer ? 0 : DIAL_GRACE;
	}
}
