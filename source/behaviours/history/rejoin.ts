/**
 * The report after a separation: members who were away, or from whom we were, are back; so many events they had and we
 * lacked, and so many the other way, by the first comparison with each of them. One report for each room and healing.
 */
import type {NodeEvent, RoomName} from '../../api/event.ts';
import {BoundedMap} from '../../base/bounded.ts';
import type {Archive} from '../../history/archive.ts';
import {countOf, subtract} from '../../history/spans.ts';
import type {ChainRanges, Run, Span} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Alarm} from './alarm.ts';
import {chainKey} from './chain-key.ts';
import {AWAY_TIME, MAX_AWAY, REPORT_DEADLINE, REPORT_DELAY} from './parameters.ts';

type Spans = ReadonlyMap<string, readonly Span[]>;

type Healing = {
	readonly since: Instant;
	/** When the last of them came back. */
	joinedAt: Instant;
	away: number;
	readonly peers: Set<PeerId>;
	/** Those with whom we have not compared yet, and what they are not known to hold of ours. */
	readonly waiting: Map<PeerId, Map<string, readonly Span[]>>;
	/** What we held when the first of them came back, by chain. */
	readonly ours: Spans;
	readonly received: Map<string, readonly Span[]>;
	readonly given: Map<string, readonly Span[]>;
};

export type RejoinOptions = {
	readonly archive: Archive;
	readonly alarm: Alarm;
	readonly nameOf: (room: string) => RoomName;
};

export class Rejoin {
	readonly #options: RejoinOptions;
	/** When somebody left a room in which we were together: `room peer`. */
	readonly #left = new BoundedMap<string, Instant>(MAX_AWAY);
	/** When somebody's connection was lost. */
	readonly #lost = new BoundedMap<PeerId, Instant>(MAX_AWAY);
	readonly #healings = new Map<string, Healing>();

	constructor(options: RejoinOptions) {
		this.#options = options;
	}

	left(room: string, peer: PeerId, now: Instant): void {
		this.#left.set(`${room} ${peer}`, now);
		this.#healings.get(room)?.waiting.delete(peer);
	}

	disconnected(peer: PeerId, now: Instant): void {
		this.#lost.set(peer, now);
	}

	forgetRoom(room: string): void {
		this.#healings.delete(room);
	}

	joined(room: string, peer: PeerId, now: Instant): void {
		const key = `${room} ${peer}`;
		const since = this.#left.get(key) ?? now;
		this.#left.delete(key);
		const away = now - since;
		// Who left the room of his own will was not away.
		if (away < AWAY_TIME || (this.#lost.get(peer) ?? Number.NEGATIVE_INFINITY) < since) return;
		const healing = this.#healings.get(room) ?? this.#begin(room, now);
		healing.joinedAt = now;
		healing.away = Math.max(healing.away, away);
		healing.peers.add(peer);
		healing.waiting.set(peer, new Map(healing.ours));
		this.#options.alarm.by(now + REPORT_DELAY);
	}

	/** It holds exactly what we hold. */
	equal(room: string, peer: PeerId): void {
		this.#healings.get(room)?.waiting.delete(peer);
	}

	/** A part of what it holds, and what of this we lack. */
	compared(room: string, peer: PeerId, chains: readonly ChainRanges[], lacking: readonly Run[], isLast: boolean): void {
		const healing = this.#healings.get(room);
		const unknown = healing?.waiting.get(peer);
		if (!healing || !unknown) return;
		for (const run of lacking) add(healing.received, chainKey(run), [[run.from, run.to]]);
		for (const chain of chains) {
			const key = chainKey(chain);
			unknown.set(key, subtract(unknown.get(key) ?? [], chain.spans));
		}
		if (!isLast) return;
		for (const [key, spans] of unknown) add(healing.given, key, spans);
		healing.waiting.delete(peer);
	}

	/** The reports that are due. */
	run(now: Instant): NodeEvent[] {
		const events: NodeEvent[] = [];
		for (const [room, healing] of this.#healings) {
			const isComplete = healing.waiting.size === 0 && now - healing.joinedAt >= REPORT_DELAY;
			const deadline = healing.since + REPORT_DEADLINE;
			if (!isComplete && now < deadline) {
				this.#options.alarm.by(Math.min(now + REPORT_DELAY, deadline));
				continue;
			}
			this.#healings.delete(room);
			const [received, given] = [total(healing.received), total(healing.given)];
			if (received + given === 0) continue;
			const {away, peers} = healing;
			events.push({type: 'rejoined', room: this.#options.nameOf(room), away, peers: [...peers], received, given});
		}
		return events;
	}

	#begin(room: string, now: Instant): Healing {
		const {archive} = this.#options;
		const ours = archive.isOpen(room) ? archive.ranges(room) : [];
		const healing: Healing = {
			...{since: now, joinedAt: now, away: 0, peers: new Set(), waiting: new Map()},
			...{ours: new Map(ours.map(chain => [chainKey(chain), chain.spans])), received: new Map(), given: new Map()},
		};
		this.#healings.set(room, healing);
		return healing;
	}
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
