/**
 * Whom we have lost: peers that fell silent without a goodbye, until they are seen again or for ten minutes. Only those that
 * let others name them: of the rest nobody would say that they are there again.
 */
import {BoundedMap} from '../../base/bounded.ts';
import {MAX_LOST_AGO, MAX_LOST_NEIGHBOURS} from '../../wire/limits.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {LOSS_MEMORY, MAX_LOSSES, SEEN_AFTER} from './parameters.ts';

/** Reasons for which a connection ends when nothing comes from the other side any more. */
const SILENCE = new Set(['no-heartbeat', 'no-answer']);

/** Those for which it ends because somebody wants it so: whoever is let go on purpose is not missed. */
const ON_PURPOSE = /^(?:goodbye: |disconnect$|too-many-peers$)/u;

export class Losses {
	readonly #lost = new BoundedMap<PeerId, Instant>(MAX_LOSSES);
	readonly #parted = new BoundedMap<PeerId, Instant>(MAX_LOSSES);

	get size(): number {
		return this.#lost.size;
	}

	/** A connection has ended. Returns whether that is a loss. */
	ended(peer: PeerId, reason: string, isTelling: boolean, now: Instant): boolean {
		const isLost = isTelling && SILENCE.has(reason);
		if (isLost) this.#lost.set(peer, now);
		if (ON_PURPOSE.test(reason)) this.#parted.set(peer, now);
		return isLost;
	}

	/** It has said goodbye to others. */
	leftThere(peer: PeerId, now: Instant): void {
		this.#lost.delete(peer);
		this.#parted.set(peer, now);
	}

	/** It is connected. Returns whether it was missed. */
	connected(peer: PeerId): boolean {
		this.#parted.delete(peer);
		return this.#lost.delete(peer);
	}

	/** It has said something that left it at this time. Returns whether that ends a loss. */
	heard(peer: PeerId, leftAt: Instant): boolean {
		return (this.#lost.get(peer) ?? Number.POSITIVE_INFINITY) + SEEN_AFTER <= leftAt && this.#lost.delete(peer);
	}

	/** It is there, by the word of others. */
	found(peer: PeerId): void {
		this.#lost.delete(peer);
	}

	/** Whether we parted from it on purpose: ever, or at this time or later; and have not met again. */
	hasParted(peer: PeerId, since: Instant = Number.NEGATIVE_INFINITY): boolean {
		const at = this.#parted.get(peer);
		return at !== undefined && at >= since;
	}

	/** Returns whether somebody is no longer missed. */
	expire(now: Instant): boolean {
		const old = [...this.#lost.entries()].filter(([, at]) => now - at > LOSS_MEMORY);
		for (const [peer] of old) this.#lost.delete(peer);
		return old.length > 0;
	}

	entries(): IterableIterator<[PeerId, Instant]> {
		return this.#lost.entries();
	}

	/** For a statement: the latest ones, of those that may be named. */
	stated(mayName: (peer: PeerId) => boolean, now: Instant): {peer: PeerId; ago: number}[] {
		const latest = [...this.#lost.entries()].filter(([peer]) => mayName(peer)).slice(-MAX_LOST_NEIGHBOURS);
		return latest.map(([peer, at]) => ({peer, ago: Math.min(MAX_LOST_AGO, Math.floor((now - at) / 1_000))}));
	}
}
