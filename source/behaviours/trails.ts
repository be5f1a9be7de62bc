/**
 * The ways that messages went, as far as they are known: of own ones what the receipts said, of others' who brought them.
 * For people to look at; in memory only, and bounded. What receipts say is a claim of their senders, each about itself.
 */
import {BoundedMap} from '../base/bounded.ts';
import {Histogram} from '../base/histogram.ts';
import type {Arrival} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Instant} from './behaviour.ts';
import type {Path} from './chronicle.ts';

/** Own messages whose ways are remembered, the newest; and others'. */
export const MAX_TRAILS = 256;
export const MAX_PATHS = 1_000;

/** How a message came to one holder. */
export type Step = {
	/** Milliseconds from when it left here until it was there; undefined if others handed the receipt on: who knows how long. */
	readonly after: number | undefined;
	/** Both undefined if it came by comparing histories, or if that was not told. */
	readonly hops: number | undefined;
	readonly via: PeerId | undefined;
};

type Trail = {readonly room: string; readonly sentAt: Instant; readonly steps: Map<PeerId, Step>};

export class Trails {
	readonly #trails = new BoundedMap<string, Trail>(MAX_TRAILS);
	readonly #paths = new BoundedMap<string, Path>(MAX_PATHS);
	readonly #fetched = new BoundedMap<string, PeerId>(MAX_PATHS);
	/** Milliseconds until own messages of a room were at a member. Rooms in which we have said something in this run. */
	readonly #deliveries = new Map<string, Histogram>();

	/** An own message leaves now. */
	sent(messageId: string, room: string, now: Instant): void {
		this.#trails.set(messageId, {room, sentAt: now, steps: new Map()});
	}

	/**
	 * A receipt of `peer` for an own message has come. Only the first one counts. `roundTrip`: milliseconds, as measured last;
	 * 0 if it never was.
	 */
	stored(peer: PeerId, messageId: string, {hops, via, waited}: Arrival, roundTrip: number, now: Instant): void {
		const trail = this.#trails.get(messageId);
		if (!trail || trail.steps.has(peer)) return;
		const after = wayOf(Math.max(0, now - trail.sentAt - waited / 1_000), roundTrip);
		trail.steps.set(peer, {after, hops: hops === 0 ? undefined : hops, via});
		const delivery = this.#deliveries.get(trail.room) ?? new Histogram();
		this.#deliveries.set(trail.room, delivery);
		delivery.record(after);
	}

	/** The same by way of others, so that nobody knows how long the receipt was under way. */
	told(peer: PeerId, messageId: string, {hops, via}: Arrival): void {
		const steps = this.#trails.get(messageId)?.steps;
		if (steps && !steps.has(peer)) steps.set(peer, {after: undefined, hops: hops === 0 ? undefined : hops, via});
	}

	/** One of somebody else's has come by comparing histories with this peer. */
	fetched(messageId: string, peer: PeerId): void {
		this.#fetched.set(messageId, peer);
	}

	/** Who brought a message of somebody else's, in whatever way; undefined if that is not known any more. */
	bringerOf(messageId: string): PeerId | undefined {
		return this.#paths.get(messageId)?.via ?? this.#fetched.get(messageId);
	}

	/** A message of somebody else's has come. */
	came(messageId: string, path: Path): void {
		this.#paths.set(messageId, path);
	}

	/** By whom the message came to each holder, in the order in which they got it, and then those of whom that is not known. */
	stepsOf(messageId: string): readonly (readonly [PeerId, Step])[] {
		const steps = [...(this.#trails.get(messageId)?.steps ?? [])];
		// Those without a time keep their order: that in which they became known.
		const [timed, others] = [
			steps.filter(([, {after}]) => after !== undefined),
			steps.filter(([, {after}]) => after === undefined),
		];
		return [...timed.sort(([, a], [, b]) => (a.after ?? 0) - (b.after ?? 0)), ...others];
	}

	/** How a message of somebody else's came here; undefined if that is not known any more. */
	pathOf(messageId: string): Path | undefined {
		return this.#paths.get(messageId);
	}

	/** Own messages of a room whose ways are remembered. */
	trailsIn(room: string): readonly string[] {
		return [...this.#trails.entries()].flatMap(([messageId, trail]) => (trail.room === room ? [messageId] : []));
	}

	/** Undefined if nobody has got anything from us in this room yet. */
	deliveryIn(room: string): Histogram | undefined {
		return this.#deliveries.get(room);
	}

	forgetRoom(room: string): void {
		for (const messageId of this.trailsIn(room)) this.#trails.delete(messageId);
		this.#deliveries.delete(room);
	}
}

/**
 * What of the way there and back was the way there. `roundTrip` tells how long the receipt took; if that cannot be, for it
 * was measured when the line or the machine was busier, both took the same as far as we know.
 */
function wayOf(both: number, roundTrip: number): number {
	const way = both - roundTrip / 2;
	return way >= 0 ? way : both / 2;
}
