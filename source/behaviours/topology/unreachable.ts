/**
 * Whom we cannot reach, though they did not say goodbye.
 *
 * `lost`: somebody whom we reach, or we ourselves, had a connection to it that fell silent, and there is no way to it over
 * what is known now. Whoever hung on those that are lost, by what both of them said last, is lost with them, though nobody
 * on our side was connected to it.
 *
 * `only-us`: there is a way to it over others, it is in one of our rooms, we look for connections, and a dial has failed
 * since; and so it has been for longer than the longest pause between two dials.
 *
 * A connection that was reset is no sign of anything: that is what the end of a process looks like.
 */
import type {Unreachable} from '../../api/topology.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant, View} from '../behaviour.ts';
import {type Claims, reachedFrom} from './graph.ts';
import type {Known, KnownStatements} from './known.ts';
import type {Losses} from './losses.ts';
import {tells} from './own.ts';
import {
	APART_FOR,
	FEW_CONNECTIONS,
	LOSS_GRACE,
	LOSS_MEMORY,
	MAX_REACHED_BY,
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
};

/** `by`: who was lost itself, if this one hung on it. */
type Missing = {readonly since: Instant; readonly by: PeerId | undefined};

export class UnreachablePeers {
	readonly #options: UnreachableOptions;
	#lost = new Map<PeerId, Missing>();
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
		const {known, losses} = this.#options;
		const missed = new Set([...this.#list.map(({peer}) => peer), ...[...losses.entries()].map(([peer]) => peer)]);
		for (const {statement} of known.values()) for (const {peer} of statement.lost) missed.add(peer);
		return missed;
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
		this.#findLost(reached, now);
		this.#findApart(claims, reached, now);
		const list = [...this.#listLost(now), ...this.#listApart(reached, now)].sort((a, b) => (a.peer < b.peer ? -1 : 1));
		const hasChanged = keyOf(list) !== keyOf(this.#list);
		// Of what was told before, the time stays: it is the same absence.
		const before = new Map(this.#list.map(one => [`${one.how} ${one.peer}`, one]));
		this.#list = list.map(one => ({...one, since: before.get(`${one.how} ${one.peer}`)?.since ?? one.since}));
		return hasChanged;
	}

	#findLost(reached: ReadonlySet<PeerId>, now: Instant): void {
		const {known} = this.#options;
		const before = this.#lost;
		const lost = new Map<PeerId, Missing>();
		const isMissed = (peer: PeerId, since: Instant) => this.#isMissed(peer, since, reached, now);
		for (const [peer, since] of this.#reported(reached)) {
			if (isMissed(peer, since)) lost.set(peer, {since, by: undefined});
		}
		// A map goes on to what is added to it meanwhile.
		for (const [peer, {since, by = peer}] of lost) {
			for (const other of known.get(peer)?.claims.keys() ?? []) {
				const isLinked = known.get(other)?.claims.has(peer) ?? false;
				if (isLinked && !lost.has(other) && isMissed(other, since)) lost.set(other, {since, by});
			}
		}
		// What was said last is no longer good after some minutes: it still is what we know.
		for (const [peer, missing] of before) {
			const {since, by} = missing;
			if (by !== undefined && lost.has(by) && !lost.has(peer) && isMissed(peer, since)) lost.set(peer, missing);
		}
		this.#lost = lost;
	}

	#isMissed(peer: PeerId, since: Instant, reached: ReadonlySet<PeerId>, now: Instant): boolean {
		const {view, losses} = this.#options;
		if (peer === view.self || reached.has(peer) || losses.hasParted(peer, since)) return false;
		return now - since >= LOSS_GRACE && now - since <= LOSS_MEMORY;
	}

	/** Whom we have lost, and whom others whom we reach have lost, with the time of the last of these losses. */
	#reported(reached: ReadonlySet<PeerId>): Map<PeerId, Instant> {
		const {view, known, losses} = this.#options;
		const reported = new Map<PeerId, Instant>();
		// Of who does not tell, others do not tell either: it may well be connected to them.
		for (const [peer, at] of losses.entries()) if (tells(view, peer)) reported.set(peer, at);
		for (const [author, {statement, leftAt}] of known.entries()) {
			if (!reached.has(author)) continue;
			for (const {peer, ago} of statement.lost) {
				const at = leftAt - ago * 1_000;
				const isBack = (known.get(peer)?.leftAt ?? Number.NEGATIVE_INFINITY) >= at + SEEN_AFTER;
				if (!isBack) reported.set(peer, Math.max(at, reported.get(peer) ?? at));
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

	*#listLost(now: Instant): IterableIterator<Unreachable> {
		for (const [peer, {since}] of this.#lost) yield this.#entry(peer, since, 'lost', [], now);
	}

	*#listApart(reached: ReadonlySet<PeerId>, now: Instant): IterableIterator<Unreachable> {
		const {view, known} = this.#options;
		for (const [peer, since] of this.#apart) {
			const failedAt = view.dialFailedAt?.(peer) ?? Number.NEGATIVE_INFINITY;
			if (now - since < APART_FOR || failedAt < since) continue;
			const isBetween = (one: PeerId) => reached.has(one) && (known.get(one)?.claims.has(peer) ?? false);
			const reachedBy = [...(known.get(peer)?.claims.keys() ?? [])].filter(isBetween).sort();
			yield this.#entry(peer, since, 'only-us', reachedBy.slice(0, MAX_REACHED_BY), now);
		}
	}

	#entry(
		peer: PeerId,
		since: Instant,
		how: Unreachable['how'],
		reachedBy: readonly PeerId[],
		now: Instant,
	): Unreachable {
		const {view, known} = this.#options;
		const before = this.#list.find(one => one.peer === peer)?.name;
		const name = view.facts(peer).name ?? known.get(peer)?.statement.name ?? before ?? '';
		return {peer, name, since: Math.round(view.timestamp() - (now - since)), how, reachedBy};
	}
}

function keyOf(list: readonly Unreachable[]): string {
	return list.map(({peer, how, reachedBy}) => [peer, how, ...reachedBy].join(' ')).join();
}
