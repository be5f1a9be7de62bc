/**
 * Who was heard of lately, and how: a bounded table of hints. It proves nothing and is not needed for anything that is
 * proved; it says what is news, so that people and the dial policy hear of each peer once.
 */
import type {Via} from '../api/event.ts';
import type {Random} from '../base/random.ts';
import {type Rate, TokenBucket, TokenBuckets} from '../base/token-bucket.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {isLink} from '../wire/ip.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {FairMap} from './fair-map.ts';

/** Peers in the table, and of them those from one place (see `placeOf`; or a peer that told of them). */
export const MAX_SIGHTINGS = 1_024;
export const MAX_SIGHTINGS_PER_SOURCE = 64;

/** The same of a link on which there is nothing but link-local IPv6, so that all its hosts are one place. */
export const MAX_SIGHTINGS_PER_LINK = MAX_SIGHTINGS / 2;

/** Peers that speak other protocols only. They are in a table of their own, so that they take nobody's place. */
export const MAX_FOREIGN = 256;

/** Milliseconds after which a peer that is heard of no more is no longer listed: five announcements missed. */
export const SIGHTING_LIFETIME = 20_000;

/** The same at most, whatever is said: so long are records of multicast DNS good (RFC 6762, section 10). */
export const MAX_SIGHTING_LIFETIME = 120_000;

/**
 * New peers, and changes of known ones, that are taken: from one place, and in all. A thousand nodes that start at once
 * pass; whoever invents a hundred thousand a second does not.
 */
export const NEWS_PER_SOURCE = {burst: 64, perSecond: 16};
export const NEWS_PER_LINK = {burst: 512, perSecond: 64};
export const NEWS_IN_ALL = {burst: 1_024, perSecond: 128};

/** The same in all of peers that speak other protocols. */
const FOREIGN_NEWS = {burst: 256, perSecond: 16};

/** Changes of one peer: somebody may announce it at ever new addresses, or say ever again that it leaves. */
const NEWS_PER_PEER = {burst: 4, perSecond: 0.1};

/** Addresses and starts of one peer that are no news when they are heard again. */
const MAX_RECENT = 8;

/** What was heard. */
export type Sight = {
	readonly peer: PeerId;
	/** At least one, the best first. */
	readonly addresses: readonly string[];
	readonly via: Via;
	/** The place that it comes from: see `placeOf`; or a peer. */
	readonly source: string;
	/** Which start of the program it is, if that was said. */
	readonly instance?: string;
	readonly speaks?: 'libp2p';
	/** It only looks around: nobody to be listed. */
	readonly isDoctor?: boolean;
	/** Milliseconds for which it is said to be good. */
	readonly lifetime?: number;
};

/** A peer as it is listed. */
export type Listed = {
	readonly peer: PeerId;
	readonly address: string;
	readonly via: Via;
	readonly speaks?: 'libp2p';
	readonly isDoctor?: boolean;
};

export type News =
	/** Not known before, or silent for long. */
	| 'peer'
	/** Somewhere else, or started anew. */
	| 'change'
	| 'nothing'
	/** There is too much of it. */
	| 'flood';

type Entry = {
	listed: Listed;
	addresses: readonly string[];
	instances: readonly string[];
	goodUntil: Instant;
	readonly news: TokenBucket;
};

type Table = {
	readonly entries: FairMap<PeerId, Entry>;
	readonly perSource: TokenBuckets<string>;
	readonly inAll: TokenBucket;
};

export class Sightings {
	readonly #ours: Table;
	readonly #foreign: Table;
	#now: Instant = Number.NEGATIVE_INFINITY;

	/** `isConnected`: those keep their places. */
	constructor(isConnected: (peer: PeerId) => boolean, random: Random) {
		const table = (capacity: number, inAll: Rate): Table => ({
			entries: new FairMap({
				capacity,
				perGroup: source => (isLink(source) ? MAX_SIGHTINGS_PER_LINK : MAX_SIGHTINGS_PER_SOURCE),
				isExpendable: ({goodUntil}) => goodUntil <= this.#now,
				isProtected: ({listed}) => isConnected(listed.peer),
				random,
			}),
			perSource: new TokenBuckets(source => (isLink(source) ? NEWS_PER_LINK : NEWS_PER_SOURCE), MAX_SIGHTINGS),
			inAll: new TokenBucket(inAll),
		});
		this.#ours = table(MAX_SIGHTINGS, NEWS_IN_ALL);
		this.#foreign = table(MAX_FOREIGN, FOREIGN_NEWS);
	}

	/** Peers of our own kind. */
	get size(): number {
		return this.#ours.entries.size;
	}

	/** Peers that speak other protocols only. */
	get foreignSize(): number {
		return this.#foreign.entries.size;
	}

	/** How a peer was found, also when that is a while ago. */
	viaOf(peer: PeerId): Via | undefined {
		return (this.#ours.entries.get(peer) ?? this.#foreign.entries.get(peer))?.listed.via;
	}

	/** Peers that were heard of lately, connected or not, the latest last. */
	current(now: Instant): readonly Listed[] {
		return [...this.#ours.entries.values(), ...this.#foreign.entries.values()]
			.filter(({goodUntil, listed}) => now < goodUntil && listed.isDoctor !== true)
			.map(({listed}) => listed);
	}

	/** It says that it leaves, or somebody says so in its name: it is listed again when it is heard again. */
	expire(peer: PeerId, now: Instant): void {
		for (const {entries} of [this.#ours, this.#foreign]) {
			const known = entries.get(peer);
			if (known) known.goodUntil = Math.min(known.goodUntil, now);
		}
	}

	note(sight: Sight, now: Instant): News {
		this.#now = now;
		const {peer, speaks} = sight;
		const table = speaks ? this.#foreign : this.#ours;
		// A peer that speaks our own protocol stays one that does, whatever else it speaks.
		if (speaks && (this.#ours.entries.get(peer)?.goodUntil ?? now) > now) return 'nothing';
		const known = table.entries.get(peer);
		if (!known || known.goodUntil <= now) return this.#add(table, sight, now, known);
		const isChange = update(known, sight, now);
		table.entries.touch(peer);
		if (!isChange) return 'nothing';
		return known.news.take(now) && mayTell(table, sight, now) ? 'change' : 'flood';
	}

	/** `before`: it was known, and silent since, or said that it leaves. */
	#add(table: Table, sight: Sight, now: Instant, before?: Entry): News {
		const {peer, addresses, source, instance} = sight;
		const news = before?.news ?? new TokenBucket(NEWS_PER_PEER);
		if ((before && !news.take(now)) || !mayTell(table, sight, now)) {
			if (before) update(before, sight, now);
			return 'flood';
		}
		const entry: Entry = {
			listed: listed(sight),
			addresses,
			instances: instance === undefined ? [] : [instance],
			goodUntil: goodUntil(sight, now),
			news,
		};
		if (!table.entries.add(peer, source, entry)) return 'flood';
		if (table === this.#ours) this.#foreign.entries.delete(peer);
		return 'peer';
	}
}

function mayTell({perSource, inAll}: Table, {source}: Sight, now: Instant): boolean {
	return perSource.take(source, now) && inAll.take(now);
}

/** Returns whether it is somewhere else, or was started anew. */
function update(known: Entry, sight: Sight, now: Instant): boolean {
	const {addresses, via, instance} = sight;
	const isElsewhere = addresses.some(address => !known.addresses.includes(address));
	const isRestarted = instance !== undefined && !known.instances.includes(instance);
	if (via === known.listed.via) known.listed = listed(sight);
	known.addresses = recent(known.addresses, addresses);
	if (instance !== undefined) known.instances = recent(known.instances, [instance]);
	known.goodUntil = goodUntil(sight, now);
	return isElsewhere || isRestarted;
}

function goodUntil({lifetime = SIGHTING_LIFETIME}: Sight, now: Instant): Instant {
	return now + Math.min(lifetime, MAX_SIGHTING_LIFETIME);
}

function listed({peer, addresses, via, speaks, isDoctor}: Sight): Listed {
	return {peer, address: addresses[0] as string, via, ...(speaks && {speaks}), ...(isDoctor && {isDoctor})};
}

function recent(values: readonly string[], newer: readonly string[]): readonly string[] {
	return [...newer, ...values.filter(one => !newer.includes(one))].slice(0, MAX_RECENT);
}
