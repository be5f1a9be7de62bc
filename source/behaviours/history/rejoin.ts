/**
 * The report after a separation: members who were away, or from whom we were, are back; so many events came of what was
 * said meanwhile, and so many went the other way. One report for each room and healing, within seconds of the first of
 * them who is connected to us.
 *
 * Connections come back one by one, since everyone's next dial has its own time. So it begins with the first sign of those
 * who were away, which may be their words that others of our side hand on, long before we are connected to any of them; and
 * ends when all dials have had their turn: whoever else is back until then was told of already.
 *
 * `received` counts what has really come, not what anybody claims: events that were kept, from whomever, and stand after
 * all that was here when they went. It begins a little before the first sign. `given` is what those who came back lacked of what we held, by the
 * first comparison with each; if they have it all by then, since others of our side were faster, it is what was kept here
 * while they were away. So all of one side tell the same story, unless only some of them had been cut off.
 */
import type {NodeEvent, RoomName} from '../../api/event.ts';
import {BoundedMap} from '../../base/bounded.ts';
import type {Archive} from '../../history/archive.ts';
import {countOf, subtract} from '../../history/spans.ts';
import type {ChainRanges, Span} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Alarm} from './alarm.ts';
import {chainKey} from './chain-key.ts';
import {AWAY_TIME, MAX_AWAY, REPORT_DEADLINE, REPORT_DELAY, RETURN_TIME} from './parameters.ts';

type Spans = ReadonlyMap<string, readonly Span[]>;

/** How the room was when somebody went. */
type Parting = {
	readonly at: Instant;
	readonly events: number;
	readonly order: number;
	/** When something of that member came last, over others: what was under way came a little later. */
	silentSince: Instant;
	/** When something came again after AWAY_TIME of silence: over others, or since we are whole again. */
	heardAt?: Instant;
};

type Healing = {
	readonly since: Instant;
	/** Unix milliseconds. */
	readonly timestamp: number;
	/** When the first and the last of them was connected to us. */
	metAt?: Instant;
	joinedAt: Instant;
	/** People know of it. */
	isTold: boolean;
	/** Of the one who was away for longest. */
	parting: Parting;
	readonly peers: Set<PeerId>;
	/** Those with whom we have not compared yet, and what they are not known to hold of ours. */
	readonly waiting: Map<PeerId, Map<string, readonly Span[]>>;
	/** Somebody held something else than we. */
	hasCompared: boolean;
	/** What we held at the first sign, by chain, and how many events. */
	readonly ours: Spans;
	readonly events: number;
	/** Orders of what came before that, and since. */
	readonly before: readonly number[];
	readonly received: number[];
	readonly given: Map<string, readonly Span[]>;
};

export type RejoinOptions = {
	readonly archive: Archive;
	readonly alarm: Alarm;
	readonly nameOf: (room: string) => RoomName;
	/** Unix milliseconds. */
	readonly timestamp: () => number;
	/** Something of the room is under way to us. */
	readonly isActive: (room: string) => boolean;
};

export class Rejoin {
	readonly #options: RejoinOptions;
	/** When somebody left a room in which we were together: `room peer`. */
	readonly #left = new BoundedMap<string, Parting>(MAX_AWAY);
	/** When somebody's connection was lost. */
	readonly #lost = new BoundedMap<PeerId, Instant>(MAX_AWAY);
	/** What has come of each room in the last seconds. */
	readonly #recent = new Map<string, readonly {readonly at: Instant; readonly orders: readonly number[]}[]>();
	readonly #healings = new Map<string, Healing>();

	constructor(options: RejoinOptions) {
		this.#options = options;
	}

	left(room: string, peer: PeerId, now: Instant): void {
		const {events, heads} = this.#options.archive.room(room);
		this.#left.set(`${room} ${peer}`, {at: now, silentSince: now, events, order: heads.at(-1)?.order ?? -1});
		this.#healings.get(room)?.waiting.delete(peer);
	}

	disconnected(peer: PeerId, now: Instant): void {
		this.#lost.set(peer, now);
	}

	forgetRoom(room: string): void {
		this.#healings.delete(room);
		this.#recent.delete(room);
	}

	joined(room: string, peer: PeerId, now: Instant): void {
		const key = `${room} ${peer}`;
		const parting = this.#left.get(key);
		this.#left.delete(key);
		// Who left the room of his own will was not away; nor who could be heard over others.
		if (!parting || !this.#wasAway(parting, peer, parting.heardAt ?? now)) return;
		if (now - (parting.heardAt ?? now) >= RETURN_TIME) return;
		const last = this.#healings.get(room);
		if (last?.isTold && parting.heardAt !== undefined && parting.at < last.since) return;
		const healing = last && !last.isTold ? last : this.#begin(room, parting, now);
		healing.metAt ??= now;
		healing.joinedAt = now;
		if (parting.at < healing.parting.at) healing.parting = parting;
		healing.peers.add(peer);
		healing.waiting.set(peer, new Map(healing.ours));
		this.#options.alarm.by(now + REPORT_DELAY);
	}

	#wasAway({at, silentSince}: Parting, peer: PeerId, back: Instant): boolean {
		return back - silentSince >= AWAY_TIME && (this.#lost.get(peer) ?? Number.NEGATIVE_INFINITY) >= at;
	}

	/** It holds exactly what we hold. */
	equal(room: string, peer: PeerId): void {
		this.#healings.get(room)?.waiting.delete(peer);
	}

	/** A part of what it holds. */
	compared(room: string, peer: PeerId, chains: readonly ChainRanges[], isLast: boolean): void {
		const healing = this.#healings.get(room);
		const unknown = healing?.waiting.get(peer);
		if (!healing || !unknown) return;
		for (const chain of chains) {
			const key = chainKey(chain);
			unknown.set(key, subtract(unknown.get(key) ?? [], chain.spans));
		}
		if (!isLast) return;
		for (const [key, spans] of unknown) add(healing.given, key, spans);
		healing.hasCompared = true;
		healing.waiting.delete(peer);
	}

	/** These were taken over and are on disk; `order`: where they stand. */
	got(room: string, events: readonly {readonly author: PeerId; readonly order: number}[], now: Instant): void {
		const orders = events.map(({order}) => order);
		this.#healings.get(room)?.received.push(...orders);
		this.#remember(room, orders, now);
		for (const {author, order} of events) this.#sign(room, author, order, now);
	}

	/** One came live: after a separation it may have been said before. */
	heard(room: string, author: PeerId, order: number, now: Instant): void {
		const healing = this.#healings.get(room);
		const isEarly = healing && healing.metAt === undefined && now - healing.since < REPORT_DEADLINE;
		if (healing && (isEarly || order < healing.timestamp)) healing.received.push(order);
		else if (this.#left.has(`${room} ${author}`)) this.#remember(room, [order], now);
		this.#sign(room, author, order, now);
	}

	/** Something came that this member said after going: a sign of him. */
	#sign(room: string, author: PeerId, order: number, now: Instant): void {
		const parting = this.#left.get(`${room} ${author}`);
		if (!parting || parting.heardAt !== undefined || order <= parting.order) return;
		if (now - parting.silentSince < AWAY_TIME) {
			parting.silentSince = now;
			return;
		}
		parting.heardAt = now;
		const last = this.#healings.get(room);
		const isNew = !last || (last.isTold && parting.at >= last.since);
		if (isNew && this.#wasAway(parting, author, now)) this.#begin(room, parting, now);
	}

	/** The reports that are due. */
	run(now: Instant): NodeEvent[] {
		const events: NodeEvent[] = [];
		for (const [room, healing] of this.#healings) {
			const {metAt, since} = healing;
			if (now >= Math.max(since, metAt ?? since) + RETURN_TIME) this.#healings.delete(room);
			else this.#options.alarm.by(Math.max(since, metAt ?? since) + RETURN_TIME);
			if (metAt === undefined || healing.isTold) continue;
			const isSettled = healing.waiting.size === 0 && !this.#options.isActive(room);
			const deadline = metAt + REPORT_DEADLINE;
			if (now < deadline && (!isSettled || now - healing.joinedAt < REPORT_DELAY)) {
				this.#options.alarm.by(Math.min(now + REPORT_DELAY, deadline));
				continue;
			}
			healing.isTold = true;
			this.#recent.delete(room);
			const {parting, peers} = healing;
			const [received, given] = countsOf(healing);
			if (received + given === 0) continue;
			const name = this.#options.nameOf(room);
			events.push({type: 'rejoined', room: name, away: since - parting.at, peers: [...peers], received, given});
		}
		return events;
	}

	#remember(room: string, orders: readonly number[], now: Instant): void {
		const recent = this.#recent.get(room)?.filter(({at}) => now - at < REPORT_DEADLINE) ?? [];
		this.#recent.set(room, [...recent, {at: now, orders}]);
	}

	#begin(room: string, parting: Parting, now: Instant): Healing {
		const {archive, timestamp} = this.#options;
		const ours = archive.isOpen(room) ? archive.ranges(room) : [];
		const recent = this.#recent.get(room)?.filter(({at}) => now - at < REPORT_DEADLINE) ?? [];
		const healing: Healing = {
			...{
				since: now,
				timestamp: timestamp(),
				joinedAt: now,
				isTold: false,
				parting,
				peers: new Set(),
				waiting: new Map(),
			},
			...{ours: new Map(ours.map(chain => [chainKey(chain), chain.spans])), events: archive.room(room).events},
			...{before: recent.flatMap(({orders}) => orders), received: [], given: new Map(), hasCompared: false},
		};
		this.#healings.set(room, healing);
		this.#options.alarm.by(now + RETURN_TIME);
		return healing;
	}
}

/** Events that came, and that went: of what was said since the parting. */
function countsOf({parting, events, before, received, given, hasCompared}: Healing): [received: number, given: number] {
	const isNew = (order: number) => order > parting.order;
	const early = before.filter(isNew).length;
	const came = early + received.filter(isNew).length;
	if (hasCompared || came === 0) return [came, total(given)];
	return [came, Math.max(0, events - before.length - parting.events)];
}

/** Puts these numbers to those that are there. */
function add(to: Map<string, readonly Span[]>, key: string, spans: readonly Span[]): void {
	if (spans.length === 0) return;
	const all = [...subtract(to.get(key) ?? [], spans), ...spans];
	to.set(
		key,
		all.sort((a, b) => a[0] - b[0]),
	);
}

function total(chains: Spans): number {
	let sum = 0;
	for (const spans of chains.values()) sum += countOf(spans);
	return sum;
}
