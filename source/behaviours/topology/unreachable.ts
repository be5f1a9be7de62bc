/**
 * Whom we cannot reach, though they did not say goodbye.
 *
 * `lost`: somebody whom we reach, or we ourselves, had a connection to it that fell silent, and there is no way to it over
 * what is known now. The word of others counts only if the lost one has stated itself that it was connected to them, and that
 * it is in one of our rooms: nobody can invent a loss. Whoever hung on those that are lost, by what both of them said last,
 * is lost with them, though nobody on our side was connected to it. One alone who falls silent while others are there has
 * closed his laptop: only several at once are told, or all. And nobody, as long as we are connected to somebody who does not
 * tell, or do not tell ourselves: then there may be a way that we do not see.
 *
 * `only-us`: there is a way to it over others, it is in one of our rooms, we look for connections, and a dial has failed
 * since; and so it has been for longer than the longest pause between two dials.
 *
 * A connection that was reset is no sign of anything: that is what the end of a process looks like.
 */
import type {Unreachable} from '../../api/topology.ts';
import {BoundedMap} from '../../base/bounded.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant, View} from '../behaviour.ts';
import {type Claims, reachedFrom} from './graph.ts';
import type {Known, KnownStatements} from './known.ts';
import type {Losses} from './losses.ts';
import {
	APART_FOR,
	FEW_CONNECTIONS,
	LOSS_GRACE,
	LOSS_MEMORY,
	MAX_LOSSES,
	MAX_REACHED_BY,
	MAX_UNREACHABLE,
	NOTICING,
	SEEN_AFTER,
} from './parameters.ts';

export type UnreachableOptions = {
	readonly view: View;
	readonly known: KnownStatements;
	readonly losses: Losses;
	/** The named rooms that we are in. */
	readonly rooms: () => readonly string[];
	/** Peers that a node wants to be connected to. */
	readonly target: number;
	/** Whether we see who our neighbours' neighbours are, all of them. */
	readonly seesAll: () => boolean;
};

type Missing = {
	readonly since: Instant;
	/** Who was lost itself, if this one hung on it. */
	readonly by: PeerId | undefined;
	/** What it stated last. That is no longer good after some minutes: it still is what we know. */
	readonly last: Known | undefined;
};

export class UnreachablePeers {
	readonly #options: UnreachableOptions;
	#lost = new Map<PeerId, Missing>();
	/** Whom we or others have lost, named or not yet, as of the last `judge`. */
	#reported: ReadonlyMap<PeerId, Instant> = new Map();
	/** Peers that were lost and are reached again. */
	readonly #returned = new BoundedMap<PeerId, Instant>(MAX_LOSSES);
	/** Others are connected to them, and we are not: since when. */
	readonly #apart = new Map<PeerId, Instant>();
	#list: readonly Unreachable[] = [];

	constructor(options: UnreachableOptions) {
		this.#options = options;
	}

	/** As of the last `judge`. */
	get list(): readonly Unreachable[] {
		return this.#list;
	}

	/** Whom we or others have lost, named or not yet. */
	missed(): Set<PeerId> {
		const own = [...this.#options.losses.entries()].map(([peer]) => peer);
		return new Set([...this.#list.map(({peer}) => peer), ...own, ...this.#reported.keys()]);
	}

	/** Whether there is any reason to look: where all is well, it costs nothing. */
	isSuspected(): boolean {
		const {known, losses} = this.#options;
		if (losses.size > 0 || this.#list.length > 0 || this.#apart.size > 0) return true;
		for (const one of known.values()) if (one.statement.lost.length > 0 || this.#hasFailed(one)) return true;
		return false;
	}

	/** Returns whether the list has changed. */
	judge(claims: Claims, now: Instant): boolean {
		const {view, losses} = this.#options;
		const reached = reachedFrom(view.self, claims);
		for (const [peer, at] of [...losses.entries()]) {
			if (reached.has(peer) && now - at >= NOTICING) losses.found(peer);
		}
		this.#findReturned(reached, now);
		this.#findLost(reached, now);
		this.#findApart(claims, reached, now);
		const before = new Map(this.#list.map(one => [one.peer, one]));
		const list = [...this.#listLost(before, now), ...this.#listApart(reached, before, now)];
		const sorted = list.slice(0, MAX_UNREACHABLE).sort((a, b) => (a.peer < b.peer ? -1 : 1));
		const hasChanged = keyOf(sorted) !== keyOf(this.#list);
		this.#list = sorted;
		return hasChanged;
	}

	/** Whoever left there, on the other side, while there were two is not lost: those know that were with it. */
	#findReturned(reached: ReadonlySet<PeerId>, now: Instant): void {
		const {known, losses} = this.#options;
		for (const [peer, {since}] of this.#lost) if (reached.has(peer)) this.#returned.set(peer, since);
		for (const [peer, {since, last}] of this.#lost) {
			if (reached.has(peer)) continue;
			const hasLeft = [...(last?.claims.keys() ?? [])].some(other => {
				const witness = this.#returned.has(other) && reached.has(other) ? known.get(other) : undefined;
				return witness && witness.leftAt >= since + SEEN_AFTER && !isMentioned(peer, witness);
			});
			if (hasLeft) losses.leftThere(peer, now);
		}
	}

	#findLost(reached: ReadonlySet<PeerId>, now: Instant): void {
		const {known} = this.#options;
		const before = this.#lost;
		const lost = new Map<PeerId, Missing>();
		const isMissed = (peer: PeerId, since: Instant) => this.#isMissed(peer, since, reached, now);
		this.#reported = this.#losses(reached);
		for (const [peer, since] of this.#reported) {
			if (isMissed(peer, since)) lost.set(peer, {since, by: undefined, last: this.#lastOf(peer)});
		}
		// A map goes on to what is added to it meanwhile.
		for (const [peer, {since, by = peer}] of lost) {
			for (const other of known.get(peer)?.claims.keys() ?? []) {
				const last = known.get(other);
				if (last?.claims.has(peer) && !lost.has(other) && isMissed(other, since)) lost.set(other, {since, by, last});
			}
		}
		for (const [peer, missing] of before) {
			const {since, by} = missing;
			if (by !== undefined && lost.has(by) && !lost.has(peer) && isMissed(peer, since)) lost.set(peer, missing);
		}
		this.#lost = lost;
	}

	#lastOf(peer: PeerId): Known | undefined {
		return this.#options.known.get(peer) ?? this.#lost.get(peer)?.last;
	}

	#isMissed(peer: PeerId, since: Instant, reached: ReadonlySet<PeerId>, now: Instant): boolean {
		const {view, losses} = this.#options;
		if (peer === view.self || reached.has(peer) || losses.hasParted(peer, since)) return false;
		return now - since >= LOSS_GRACE && now - since <= LOSS_MEMORY;
	}

	/** Whom we have lost, and whom others whom we reach have lost, with the time of the last of these losses. */
	#losses(reached: ReadonlySet<PeerId>): Map<PeerId, Instant> {
		const {known, losses} = this.#options;
		const reported = new Map(losses.entries());
		for (const [author, {statement, leftAt}] of known.entries()) {
			if (!reached.has(author)) continue;
			for (const {peer, ago} of statement.lost) {
				const last = this.#lastOf(peer);
				const at = leftAt - ago * 1_000;
				if (!last?.claims.has(author) || last.leftAt >= at + SEEN_AFTER) continue;
				reported.set(peer, Math.max(at, reported.get(peer) ?? at));
			}
		}
		return reported;
	}

	#hasFailed({statement}: Known): boolean {
		const {view} = this.#options;
		return !view.isConnected(statement.author) && view.dialFailedAt?.(statement.author) !== undefined;
	}

	#findApart(claims: Claims, reached: ReadonlySet<PeerId>, now: Instant): void {
		const {view, known, losses, target, rooms} = this.#options;
		const isLooking = view.connectedPeers().length < FEW_CONNECTIONS * target;
		const ours = new Set(rooms());
		for (const peer of this.#apart.keys()) if (!reached.has(peer) || !known.get(peer)) this.#apart.delete(peer);
		for (const [peer, {statement}] of known.entries()) {
			const isApart =
				isLooking &&
				reached.has(peer) &&
				!claims.get(view.self)?.has(peer) &&
				!losses.hasParted(peer) &&
				statement.rooms.some(room => ours.has(room));
			if (!isApart) this.#apart.delete(peer);
			else if (!this.#apart.has(peer)) this.#apart.set(peer, now);
		}
	}

	/** Whom we were connected to, or who is in one of our rooms; several, or all that there were. */
	*#listLost(before: Before, now: Instant): IterableIterator<Unreachable> {
		const {view, losses, rooms, seesAll} = this.#options;
		const isAlone = view.connectedPeers().length === 0;
		if (!isAlone && !seesAll()) return;
		const own = new Map(losses.entries());
		const ours = new Set(rooms());
		const isOurs = ([peer, {last}]: [PeerId, Missing]) =>
			own.has(peer) || last?.statement.rooms.some(room => ours.has(room)) === true;
		const lost = [...this.#lost].filter(isOurs);
		const kept = isAlone ? lost : together(lost);
		for (const [peer, {since}] of kept) yield this.#entry({peer, since, how: 'lost', reachedBy: []}, before, now);
	}

	*#listApart(reached: ReadonlySet<PeerId>, before: Before, now: Instant): IterableIterator<Unreachable> {
		const {view, known} = this.#options;
		for (const [peer, since] of this.#apart) {
			const failedAt = view.dialFailedAt?.(peer) ?? Number.NEGATIVE_INFINITY;
			if (now - since < APART_FOR || failedAt < since) continue;
			const isBetween = (one: PeerId) => reached.has(one) && (known.get(one)?.claims.has(peer) ?? false);
			const between = [...(known.get(peer)?.claims.keys() ?? [])].filter(isBetween).sort();
			yield this.#entry({peer, since, how: 'only-us', reachedBy: between.slice(0, MAX_REACHED_BY)}, before, now);
		}
	}

	#entry(one: Omit<Unreachable, 'name'>, before: Before, now: Instant): Unreachable {
		const {view} = this.#options;
		const {peer, since, how} = one;
		const told = before.get(peer);
		const name = view.facts(peer).name ?? this.#lastOf(peer)?.statement.name ?? told?.name ?? '';
		// Of what was told before, the time stays: it is the same absence.
		const wall = told?.how === how ? told.since : Math.round(view.timestamp() - (now - since));
		return {...one, name, since: wall};
	}
}

/** What was told before, by peer. */
type Before = ReadonlyMap<PeerId, Unreachable>;

/** Those that were lost at about the same time as another one, or that had said that they are connected to one. */
function together(lost: readonly [PeerId, Missing][]): [PeerId, Missing][] {
	const peers = new Set(lost.map(([peer]) => peer));
	const inTime = [...lost].sort(([, a], [, b]) => a.since - b.since);
	return inTime.filter(([, {since, last}], index) => {
		const near = [inTime[index - 1], inTime[index + 1]];
		if (near.some(other => other && Math.abs(other[1].since - since) <= NOTICING)) return true;
		return [...(last?.claims.keys() ?? [])].some(peer => peers.has(peer));
	});
}

function isMentioned(peer: PeerId, {claims, statement}: Known): boolean {
	return claims.has(peer) || statement.lost.some(one => one.peer === peer);
}

function keyOf(list: readonly Unreachable[]): string {
	return list.map(({peer, how, reachedBy}) => [peer, how, ...reachedBy].join(' ')).join();
}
