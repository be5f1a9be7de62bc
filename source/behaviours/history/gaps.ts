/**
 * Missing parents, asked for by their hash: of the peer that sent the child first, then of others, with pauses that
 * double. A parent that was invented costs a few bytes each time, and less and less of them.
 */
import {BoundedMap} from '../../base/bounded.ts';
import type {Archive} from '../../history/archive.ts';
import {MAX_WANT_IDS} from '../../wire/limits.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Alarm} from './alarm.ts';
import {GAP_DELAY, MAX_GAP_PAUSE, MAX_HUNTED, MAX_HUNTS} from './parameters.ts';
import type {SharedRooms} from './shared-rooms.ts';

type Hunt = {
	readonly tries: number;
	/** It is not asked for before. */
	readonly from: Instant;
	/** Who is to be asked first; then, who was asked last. */
	readonly peer: PeerId | undefined;
};

export class GapHunter {
	readonly #archive: Archive;
	readonly #shared: SharedRooms;
	readonly #alarm: Alarm;
	/** When to look at the gaps of a room again. */
	readonly #rooms = new Map<string, Instant>();
	readonly #hunts = new BoundedMap<string, Hunt>(MAX_HUNTS);

	constructor({archive, shared, alarm}: {archive: Archive; shared: SharedRooms; alarm: Alarm}) {
		this.#archive = archive;
		this.#shared = shared;
		this.#alarm = alarm;
	}

	/** There are new gaps in the room, as far as `ids` says these, in what `peer` has brought. */
	noted(room: string, peer: PeerId, ids: readonly string[], now: Instant): void {
		for (const id of ids) {
			if (!this.#hunts.has(id)) this.#hunts.set(id, {tries: 0, from: now + GAP_DELAY, peer});
		}
		this.#look(room, now + GAP_DELAY);
	}

	/** There may be gaps in the room. */
	look(room: string, now: Instant): void {
		if (this.#archive.gaps(room).length > 0) this.#look(room, now);
	}

	forget(room: string): void {
		this.#rooms.delete(room);
	}

	/** Rooms in which something may be asked for now. */
	due(now: Instant): readonly string[] {
		for (const at of this.#rooms.values()) if (at > now) this.#alarm.by(at);
		return [...this.#rooms].filter(([, at]) => at <= now).map(([room]) => room);
	}

	/** What to ask this peer for now, which counts as asked for. */
	take(room: string, peer: PeerId, now: Instant): readonly string[] {
		const taken: string[] = [];
		let next = Number.POSITIVE_INFINITY;
		for (const id of this.#archive.gaps(room).slice(0, MAX_HUNTED)) {
			const hunt = this.#hunts.get(id) ?? {tries: 0, from: now, peer: undefined};
			if (taken.length < MAX_WANT_IDS && this.#isFor(hunt, room, peer, now)) {
				taken.push(id);
				const from = now + Math.min(MAX_GAP_PAUSE, GAP_DELAY * 2 ** (hunt.tries + 1));
				this.#hunts.set(id, {tries: hunt.tries + 1, from, peer});
				next = Math.min(next, from);
			} else next = Math.min(next, Math.max(hunt.from, now + GAP_DELAY));
		}
		this.#rooms.delete(room);
		if (next < Number.POSITIVE_INFINITY) this.#look(room, next);
		return taken;
	}

	#isFor({tries, from, peer: other}: Hunt, room: string, peer: PeerId, now: Instant): boolean {
		if (from > now) return false;
		if (other === undefined || !this.#shared.share(other, room)) return true;
		if (tries === 0) return other === peer || now - from > 2 * GAP_DELAY;
		return other !== peer || this.#shared.members(room).length === 1;
	}

	#look(room: string, at: Instant): void {
		const before = this.#rooms.get(room);
		if (before !== undefined && before <= at) return;
		this.#rooms.set(room, at);
		this.#alarm.by(at);
	}
}
