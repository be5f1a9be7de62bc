/**
 * Who was heard of lately, and how: a bounded table of hints. It proves nothing and is not needed for anything that is
 * proved; it says what is news, so that people and the dial policy hear of each peer once.
 */
import type {Via} from '../api/event.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {FairMap} from './fair-map.ts';
import {TokenBucket, TokenBuckets} from './token-bucket.ts';

/** Peers in the table, and of them those from one place (an IP address, or a peer that told of them). */
export const MAX_SIGHTINGS = 1_024;
export const MAX_SIGHTINGS_PER_SOURCE = 64;

/** Milliseconds after which a peer that is heard of no more is no longer listed: five announcements missed. */
export const SIGHTING_LIFETIME = 20_000;

/**
 * New peers, and changes of known ones, that are taken: from one place, and in all. A thousand nodes that start at once
 * pass; whoever invents a hundred thousand a second does not.
 */
export const NEWS_PER_SOURCE = {burst: 64, perSecond: 16};
export const NEWS_IN_ALL = {burst: 1_024, perSecond: 128};

/** Changes of one peer: somebody may announce it at ever new addresses. */
const NEWS_PER_PEER = {burst: 4, perSecond: 0.1};

/** Addresses and starts of one peer that are no news when they are heard again. */
const MAX_RECENT = 8;

/** What was heard. */
export type Sight = {
	readonly peer: PeerId;
	/** At least one, the best first. */
	readonly addresses: readonly string[];
	readonly via: Via;
	/** The place that it comes from: an IP address, or a peer. */
	readonly source: string;
	/** Which start of the program it is, if that was said. */
	readonly instance?: string;
	readonly speaks?: 'libp2p';
	/** Milliseconds for which it is good. */
	readonly lifetime?: number;
};

/** A peer as it is listed. */
export type Listed = {
	readonly peer: PeerId;
	readonly address: string;
	readonly via: Via;
	readonly speaks?: 'libp2p';
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

export class Sightings {
	readonly #table: FairMap<PeerId, Entry>;
	readonly #perSource = new TokenBuckets<string>(NEWS_PER_SOURCE, MAX_SIGHTINGS);
	readonly #inAll = new TokenBucket(NEWS_IN_ALL);
	#now: Instant = Number.NEGATIVE_INFINITY;

	/** `isConnected`: those keep their places. */
	constructor(isConnected: (peer: PeerId) => boolean) {
		this.#table = new FairMap({
			capacity: MAX_SIGHTINGS,
			perGroup: MAX_SIGHTINGS_PER_SOURCE,
			isExpendable: ({goodUntil}) => goodUntil <= this.#now,
			isProtected: ({listed}) => isConnected(listed.peer),
		});
	}

	get size(): number {
		return this.#table.size;
	}

	/** How a peer was found, also when that is a while ago. */
	viaOf(peer: PeerId): Via | undefined {
		return this.#table.get(peer)?.listed.via;
	}

	speaksOf(peer: PeerId): 'libp2p' | undefined {
		return this.#table.get(peer)?.listed.speaks;
	}

	/** Peers that were heard of lately, connected or not, the latest last. */
	current(now: Instant): readonly Listed[] {
		return [...this.#table.values()].filter(({goodUntil}) => now < goodUntil).map(({listed}) => listed);
	}

	note(sight: Sight, now: Instant): News {
		this.#now = now;
		const known = this.#table.get(sight.peer);
		if (!known || known.goodUntil <= now) return this.#add(sight, now);
		const {peer, addresses, via, instance, speaks} = sight;
		// A peer that speaks our own protocol stays one that does, whatever else it speaks.
		if (speaks && !known.listed.speaks) return 'nothing';
		const isElsewhere = addresses.some(address => !known.addresses.includes(address));
		const isRestarted = instance !== undefined && !known.instances.includes(instance);
		const isUpgrade = known.listed.speaks !== undefined && speaks === undefined;
		if (isUpgrade || via === known.listed.via) known.listed = listed(sight);
		known.addresses = recent(known.addresses, addresses);
		if (instance !== undefined) known.instances = recent(known.instances, [instance]);
		known.goodUntil = now + (sight.lifetime ?? SIGHTING_LIFETIME);
		this.#table.touch(peer);
		if (!isElsewhere && !isRestarted && !isUpgrade) return 'nothing';
		return known.news.take(now) && this.#mayTell(sight, now) ? 'change' : 'flood';
	}

	#add(sight: Sight, now: Instant): News {
		const {peer, addresses, source, instance, lifetime = SIGHTING_LIFETIME} = sight;
		if (!this.#mayTell(sight, now)) return 'flood';
		const entry: Entry = {
			listed: listed(sight),
			addresses,
			instances: instance === undefined ? [] : [instance],
			goodUntil: now + lifetime,
			news: new TokenBucket(NEWS_PER_PEER),
		};
		return this.#table.add(peer, source, entry) ? 'peer' : 'flood';
	}

	#mayTell({source}: Sight, now: Instant): boolean {
		return this.#perSource.take(source, now) && this.#inAll.take(now);
	}
}

function listed({peer, addresses, via, speaks}: Sight): Listed {
	return {peer, address: addresses[0] as string, via, ...(speaks && {speaks})};
}

function recent(values: readonly string[], newer: readonly string[]): readonly string[] {
	return [...newer, ...values.filter(one => !newer.includes(one))].slice(0, MAX_RECENT);
}
