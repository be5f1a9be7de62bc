/**
 * Own events, from the moment they are staged until they are on disk: only then is one shown, sent and answered. What is
 * said in one turn shares one commit. If that fails, all who wait are told so, and nothing was sent: nobody has heard of
 * an event whose number will be used again.
 */
import type {BoundedMap} from '../base/bounded.ts';
import type {Archive, Kept} from '../history/archive.ts';
import type {StorageFailure} from '../history/event-store.ts';
import {MAX_TIMESTAMP} from '../wire/limits.ts';
import type {EventBody} from '../wire/messages.ts';
import {isWords} from '../wire/room-event.ts';
import type {Audience} from './audience.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import {type PubsubRouter, publishOf} from './pubsub.ts';
import type {Receipts} from './receipts.ts';
import type {Place} from './room.ts';

export type PublisherOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly receipts: Receipts;
	readonly audience: Audience;
	readonly router: PubsubRouter;
	/** Ids of accepted events, each with its room. */
	readonly seen: BoundedMap<string, string>;
};

/** What is to follow once the event, or whatever else was staged, is on disk or is not. */
export type Outcome = {
	readonly done: (messageId: string, now: Instant) => BehaviourOutput[];
	readonly failed: (failure: StorageFailure, now: Instant) => BehaviourOutput[];
};

type Waiting = Outcome & {readonly place: Place; readonly kept: Kept | undefined};

export class Publisher {
	readonly #options: PublisherOptions;
	#waiting: Waiting[] = [];

	constructor(options: PublisherOptions) {
		this.#options = options;
	}

	/** Stages an event of ours, in a room that is open. `timestamp`: wall clock. */
	say(place: Place, body: EventBody, timestamp: number, outcome?: Partial<Outcome>): BehaviourOutput[] {
		const {archive, receipts, audience, seen} = this.#options;
		// A wall clock beyond all that may be claimed must not keep anybody from talking.
		const kept = archive.create(place.room, body, Math.min(Math.max(0, timestamp), MAX_TIMESTAMP));
		const {id} = kept.stored;
		seen.set(id, place.room);
		// Coming, going and names say nothing of what was read.
		if (body.kind !== 'join' && body.kind !== 'name' && body.kind !== 'leave') this.#read(kept);
		if (isWords(body.kind)) receipts.follow(id, place.room, audience.of(place));
		this.#waiting.push({place, kept, done: outcome?.done ?? nothing, failed: outcome?.failed ?? nothing});
		return [{type: 'commit'}];
	}

	/** Something else was staged. */
	wait(place: Place, outcome: Outcome): BehaviourOutput[] {
		this.#waiting.push({...outcome, place, kept: undefined});
		return [{type: 'commit'}];
	}

	committed(failure: StorageFailure | undefined, now: Instant): BehaviourOutput[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		return waiting.flatMap(one => (failure ? this.#failed(one, failure, now) : this.#done(one, now)));
	}

	#done({place, kept, done}: Waiting, now: Instant): BehaviourOutput[] {
		if (!kept) return done('', now);
		const {chronicle, receipts, audience} = this.#options;
		const {id, order} = kept.stored;
		audience.noted(kept.event, order);
		receipts.left(id, now);
		return [
			...chronicle.tell(kept).map(event => ({type: 'emit', event}) as const),
			...this.#send(place, kept, now),
			...done(id, now),
			...receipts.state(id),
		];
	}

	#failed({kept, failed}: Waiting, failure: StorageFailure, now: Instant): BehaviourOutput[] {
		if (kept) {
			this.#options.seen.delete(kept.stored.id);
			this.#options.receipts.unfollow(kept.stored.id);
		}
		return failed(failure, now);
	}

	#send({room, peer}: Place, {stored, event}: Kept, now: Instant): BehaviourOutput[] {
		const {view, router} = this.#options;
		const {id, bytes, signature} = stored;
		if (signature === undefined) throw new Error('an own event without a signature');
		const signed = {event: bytes, signature, hops: 0};
		if (peer === undefined) {
			return router.accepted({...signed, room, messageId: id, author: event.author, source: undefined}, now);
		}
		// Whoever is away gets it when it is back: `history`.
		return view.isConnected(peer) ? [{type: 'send', peers: [peer], message: publishOf(signed)}] : [];
	}

	/** Who says something has read what was said before. */
	#read({stored, after}: Kept): void {
		const {archive} = this.#options;
		const last = after === 0 ? undefined : archive.store.page(stored.room, {limit: 1, kinds: 'entries'})[0];
		archive.markRead(stored.room, last ?? stored);
	}
}

function nothing(): BehaviourOutput[] {
	return [];
}
