/**
 * Every way in which peers are found without a person's help: announcements on this network, multicast DNS, peers that
 * tell of others, and what an earlier run knew. All of them are hints: filtered, counted, listed, shown once, and handed
 * to the dial policy, which decides. Only TLS proves who lives at an address.
 */
import type {Via} from '../api/event.ts';
import type {Counters} from '../base/counters.ts';
import type {Random} from '../base/random.ts';
import {TokenBuckets} from '../base/token-bucket.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {type Announcement, isDoctor} from '../wire/announcement.ts';
import {placeOf, sourceOf} from '../wire/ip.ts';
import {formatTcpAddress, isLoopback, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {reachableAt} from '../wire/reachable.ts';
import type {AddressBook} from './address-book.ts';
import {faultOf} from './address-kind.ts';
import {Announcer} from './announcer.ts';
import type {ConnectionRecord} from './connection-table.ts';
import type {DialPlanner} from './dial-planner.ts';
import type {RememberedPeer, SwarmInput} from './io.ts';
import type {Outbox} from './outbox.ts';
import type {PeerStore} from './peer-store.ts';
import {type Listed, type News, type Sight, Sightings} from './sightings.ts';
import {Whereabouts} from './whereabouts.ts';

/** Announcements from one IP address that are read: sixty-four peers on one machine need sixteen a second. */
const ANNOUNCEMENTS_PER_ADDRESS = {burst: 200, perSecond: 100};

/** Peers that one peer may tell us of: a whole message at once, and then one every two seconds. */
const HINTS_PER_TELLER = {burst: 32, perSecond: 0.5};

/** Sources whose rates are counted. */
const MAX_SOURCES = 1_024;

/** Addresses of one peer that are looked at in one hint. */
const MAX_ADDRESSES_PER_HINT = 8;

export type FinderOptions = {
	readonly self: PeerId;
	readonly instance: string;
	readonly random: Random;
	readonly store: PeerStore;
	readonly book: AddressBook;
	readonly planner: DialPlanner;
	readonly outbox: Outbox;
	readonly counters: Counters;
	/** Whether to announce ourselves. */
	readonly isAnnouncing: boolean;
	/** Which start of the program a connected peer is, and where its connection leads. */
	readonly instanceOf: (peer: PeerId) => string | undefined;
	readonly addressOf: (peer: PeerId) => string | undefined;
	/** There is reason to doubt that a connected peer is still there. */
	readonly doubt: (peer: PeerId, now: Instant) => void;
};

export class Finder {
	readonly #options: FinderOptions;
	readonly #announcer: Announcer;
	readonly #sightings: Sightings;
	readonly #perAddress = new TokenBuckets<string>(ANNOUNCEMENTS_PER_ADDRESS, MAX_SOURCES);
	readonly #perTeller = new TokenBuckets<PeerId>(HINTS_PER_TELLER, MAX_SOURCES);
	readonly #fromMemory = new Set<PeerId>();
	readonly #whereabouts = new Whereabouts();
	/** We are on no network either, so that this machine is all there is. */
	#isLocal = false;

	constructor(options: FinderOptions) {
		const {self, instance, random, store} = options;
		this.#options = options;
		this.#announcer = new Announcer({self, instance, random});
		this.#sightings = new Sightings(peer => store.isConnected(peer), random);
	}

	listening(addresses: readonly string[]): void {
		const parsed = addresses.map(address => parseTcpAddress(address));
		const portOf = (family: 4 | 6) => parsed.find(address => address.family === family)?.port;
		this.#announcer.listening(portOf(4), portOf(6));
		this.#isLocal = parsed.length > 0 && parsed.every(isLoopback);
	}

	/** The first announcement, and every later one. */
	announce(now: Instant): void {
		const {isAnnouncing, outbox} = this.#options;
		if (!isAnnouncing) return;
		const {effect, nextAt} = this.#announcer.announce(now);
		outbox.push(effect);
		outbox.schedule('announce', nextAt);
	}

	/** The network is another one, or we are back on it: everyone is to hear of us at once. */
	announceAnew(now: Instant): void {
		this.#announcer.restart();
		this.announce(now);
	}

	leave(): void {
		const {isAnnouncing, outbox} = this.#options;
		if (isAnnouncing) outbox.push(this.#announcer.leave());
	}

	/** What an earlier run knew. */
	remembered(peers: readonly RememberedPeer[], now: Instant): void {
		const {book, planner} = this.#options;
		const usable = peers.flatMap(({peer, addresses}) => {
			const good = this.#usable(addresses, this.#isLocal);
			return good.length > 0 ? [{peer, addresses: good}] : [];
		});
		book.load(usable);
		planner.remembered(usable, now);
		for (const {peer} of usable) this.#fromMemory.add(peer);
	}

	/** Somebody announced itself. */
	announced(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): void {
		const {counters, self} = this.#options;
		const {announcement, host, family, scope} = input;
		const {peer, instance} = announcement;
		if (peer === self) return;
		if (!this.#perAddress.take(sourceOf(host), now)) return counters.add('announcement-flood');
		if (announcement.leaving) return this.#sightings.expire(peer, now);
		const port = family === 4 ? announcement.port4 : announcement.port6;
		if (port === undefined) return this.#tellSeeker(input, now);
		const place: TcpAddress = {host, port, family, ...(scope === undefined ? {} : {scope})};
		// Where a datagram from this machine comes from is on this machine.
		if (!this.#isUsable(place, this.#isLocal || isLoopback(place))) return;
		const address = formatTcpAddress(place);
		const source = placeOf(place);
		const what = {via: 'announcement', isDoctor: isDoctor(announcement)} as const;
		const news = this.#note({peer, addresses: [address], source, instance, ...what}, now);
		if (news === 'flood' && this.#sightings.viaOf(peer) === undefined) return;
		this.#answer(input, now);
		this.#checkConnected(announcement, place, news, now);
	}

	/** Whoever listens nowhere cannot be dialled, and may want to know whom to dial. */
	#tellSeeker(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): void {
		const {port4, port6} = input.announcement;
		if (port4 === undefined && port6 === undefined) this.#answer(input, now);
	}

	#answer(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): void {
		const {counters, outbox} = this.#options;
		const answer = this.#announcer.answer(input, now);
		if (answer) outbox.push(answer);
		else if (input.announcement.wantsAnswer) counters.add('answer-limit');
	}

	/**
	 * A connected peer announces itself from another place, or as another start of its program: the connection may lead
	 * nowhere. Whoever plays old announcements again only makes us ask.
	 */
	#checkConnected({peer, instance}: Announcement, place: TcpAddress, news: News, now: Instant): void {
		const {instanceOf, addressOf, doubt} = this.#options;
		const at = addressOf(peer);
		if (at === undefined) return;
		const isNews = news === 'peer' || news === 'change';
		const isRestarted = isNews && instance !== (instanceOf(peer) ?? instance);
		if (this.#whereabouts.hasLeft(peer, at, place, now) || isRestarted) doubt(peer, now);
	}

	/** Multicast DNS told of a peer. */
	named({peer, addresses, speaks, ttl, source: host}: Extract<SwarmInput, {type: 'mdns'}>, now: Instant): void {
		const {self, store, counters} = this.#options;
		if (peer === self) return;
		if (ttl <= 0) return this.#sightings.expire(peer, now);
		const isForeign = speaks === 'libp2p';
		const usable = this.#usable(addresses, this.#isLocal || isForeign);
		if (usable.length === 0) return;
		const source = placeOf(host === undefined ? parseTcpAddress(usable[0] as string) : {host});
		const sight: Sight = {peer, addresses: usable, via: 'mdns', source, lifetime: ttl * 1_000};
		if (!isForeign) this.#note(sight, now);
		// A peer that speaks other protocols is listed and never dialled.
		else if (!store.isConnected(peer)) {
			const news = this.#sightings.note({...sight, speaks}, now);
			if (news === 'flood') counters.add('discovery-flood');
			this.#tell({...sight, speaks}, news);
		}
	}

	/** One peer tells of another. */
	told(peer: PeerId, addresses: readonly string[], teller: PeerId, now: Instant): void {
		const {self, store, counters, addressOf} = this.#options;
		if (peer === self || store.isConnected(peer)) return;
		if (!this.#perTeller.take(teller, now)) return counters.add('exchange-flood');
		const at = addressOf(teller);
		const tellerAt = at === undefined ? undefined : parseTcpAddress(at);
		const isLocal = this.#isLocal || (tellerAt !== undefined && isLoopback(tellerAt));
		const usable = this.#usable(addresses, isLocal).filter(address => this.#isInScope(address, tellerAt?.scope));
		if (usable.length > 0) this.#note({peer, addresses: usable, via: 'exchange', source: teller}, now);
	}

	/** What others call `eth0` is theirs: only on the link over which they talk to us do we mean the same by it. */
	#isInScope(address: string, link: string | undefined): boolean {
		const {scope} = parseTcpAddress(address);
		const isInScope = scope === undefined || scope === link;
		if (!isInScope) this.#options.counters.add('hint-scope');
		return isInScope;
	}

	/**
	 * A connected peer says where it listens. One that we dialled is there already; of one that came to us the address book
	 * notes where we would find it.
	 */
	introduced(peer: PeerId, {address, direction}: ConnectionRecord, listening: readonly string[]): void {
		if (direction === 'outbound') return;
		for (const place of reachableAt(address, listening)) {
			if (this.#isUsable(parseTcpAddress(place), true)) this.#options.book.told(peer, place);
		}
	}

	/** How a peer was found, if it was. */
	viaOf(peer: PeerId): Via | undefined {
		return this.#sightings.viaOf(peer) ?? (this.#fromMemory.has(peer) ? 'memory' : undefined);
	}

	/** How many are in the tables: of our own kind, and those that speak other protocols only. */
	get sizes(): {readonly heard: number; readonly foreign: number} {
		return {heard: this.#sightings.size, foreign: this.#sightings.foreignSize};
	}

	/** Peers that were heard of lately, connected or not. */
	current(now: Instant): readonly Listed[] {
		return this.#sightings.current(now);
	}

	#note(sight: Sight, now: Instant): News {
		const {planner, counters} = this.#options;
		const news = this.#sightings.note(sight, now);
		if (news === 'flood') counters.add('discovery-flood');
		if (news === 'flood' && this.#sightings.viaOf(sight.peer) === undefined) return news;
		this.#tell(sight, news);
		const sighting = {isNews: news === 'change', group: sight.source};
		const appeared = news === 'peer' ? {known: this.#sightings.size} : {};
		for (const address of [...sight.addresses].reverse()) {
			planner.discovered(sight.peer, address, now, {...sighting, ...appeared});
		}
		return news;
	}

	/** People hear of a peer that is new, or elsewhere; not of one that they see connected. */
	#tell({peer, addresses, via, speaks, isDoctor}: Sight, news: News): void {
		const {store, outbox} = this.#options;
		const address = addresses[0] as string;
		if (isDoctor === true || (news !== 'peer' && news !== 'change') || store.isConnected(peer)) return;
		outbox.emit({type: 'peer-discovered', peer, address, via, ...(speaks && {speaks})});
	}

	#usable(addresses: readonly string[], isLocal: boolean): readonly string[] {
		return addresses.slice(0, MAX_ADDRESSES_PER_HINT).filter(address => {
			const parsed = this.#parse(address);
			return parsed !== undefined && this.#isUsable(parsed, isLocal);
		});
	}

	#parse(address: string): TcpAddress | undefined {
		try {
			return parseTcpAddress(address);
		} catch {
			this.#options.counters.add('hint-malformed');
			return undefined;
		}
	}

	#isUsable(address: TcpAddress, isLocal: boolean): boolean {
		const fault = faultOf(address, isLocal);
		if (fault !== undefined) this.#options.counters.add(`hint-${fault}`);
		return fault === undefined;
	}
}
