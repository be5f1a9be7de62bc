/**
 * Events of others as they come live: checked, kept, shown and handed on, each once. An event is signed by its author and
 * travels as the exact bytes that were signed, so whoever hands it on cannot change a letter. It is shown and handed on at
 * once; its author gets a receipt when it is on disk.
 */
import {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import {type Rate, TokenBucket} from '../base/token-bucket.ts';
import type {Archive, Kept} from '../history/archive.ts';
import {isDirectRoom} from '../wire/direct-room.ts';
import {decodeEvent, type EventVerifier, eventId} from '../wire/event.ts';
import {MAX_HOPS} from '../wire/limits.ts';
import type {Publish, RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Audience} from './audience.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import {type Arrival, Bursts} from './bursts.ts';
import {Changes} from './changes.ts';
import type {Chronicle, Path} from './chronicle.ts';
import type {Directs} from './direct.ts';
import type {Membership} from './membership.ts';
import type {PubsubRouter} from './pubsub.ts';
import type {PubsubMeter} from './pubsub-meter.ts';
import type {Owed, Receipts} from './receipts.ts';
import type {Reorder} from './reorder.ts';
import type {Room} from './room.ts';
import type {StorageWatch} from './storage-watch.ts';

/** Events remembered so that a second copy is dropped before anything is looked up. */
export const SEEN_CACHE_SIZE = 50_000;

/**
 * What one peer may bring live, its own words and those that it hands on: far more than people write, and far less than
 * a line carries. What is beyond it is dropped and comes by sync, which has its own budgets; whoever bursts honestly
 * loses nothing by it. In events and in bytes.
 */
export const LIVE_EVENTS: Rate = {burst: 200_000, perSecond: 2_000};
export const LIVE_BYTES: Rate = {burst: 64 * 1024 * 1024, perSecond: 512 * 1024};

/** Peers whose rates are remembered. */
const MAX_SOURCES = 1_024;

export type RoomEventsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly verify: EventVerifier;
	readonly membership: Membership;
	readonly receipts: Receipts;
	readonly audience: Audience;
	readonly directs: Directs;
	readonly meter: PubsubMeter;
	readonly router: PubsubRouter;
	readonly storage: StorageWatch;
	readonly reorder: Reorder;
	/** Ids of accepted events, each with its room. */
	readonly seen: BoundedMap<string, string>;
	readonly findRoom: (name: string) => Room | undefined;
};

export class RoomEvents {
	readonly #options: RoomEventsOptions;
	readonly #bursts = new Bursts();
	readonly #changes: Changes;
	readonly #sources = new BoundedMap<PeerId, {readonly events: TokenBucket; readonly bytes: TokenBucket}>(MAX_SOURCES);
	/** Events of others that are to be on disk before their authors hear of it. */
	#owed: Owed[] = [];

	constructor(options: RoomEventsOptions) {
		this.#options = options;
		this.#changes = new Changes(options);
	}

	receive(source: PeerId, publish: Publish, now: Instant): BehaviourOutput[] {
		const {router, seen, archive, meter} = this.#options;
		const {event: bytes, signature, hops: before} = publish;
		const messageId = eventId(bytes);
		const seenIn = seen.get(messageId);
		if (seenIn !== undefined) {
			meter.came(seenIn, publish);
			return this.#duplicate(messageId, seenIn, source);
		}
		let event: RoomEvent;
		try {
			event = decodeEvent(bytes);
		} catch (error) {
			router.rejected(source);
			return [count(error instanceof WireError ? error.reason : 'event')];
		}
		const stray = this.#strayReason(event, source);
		if (stray !== undefined) return [count(stray)];
		meter.came(event.room, publish);
		// From before a restart, or it came by sync.
		if (archive.has(event.room, messageId)) return this.#duplicate(messageId, event.room, source);
		if (!this.#isWithinRate(source, bytes.length, now)) {
			// Whoever was asked for it has kept its word.
			if (!isDirectRoom(event.room)) router.ended(event.room, messageId, source, now);
			return [count('live-rate')];
		}
		const arrival = {messageId, event, bytes, signature, source, hops: Math.min(before + 1, MAX_HOPS)};
		return this.#checked(arrival, now);
	}

	#isWithinRate(source: PeerId, length: number, now: Instant): boolean {
		const known = this.#sources.get(source);
		const buckets = known ?? {events: new TokenBucket(LIVE_EVENTS), bytes: new TokenBucket(LIVE_BYTES)};
		this.#sources.set(source, buckets);
		return buckets.bytes.has(now, length) && buckets.events.take(now) && buckets.bytes.take(now, length);
	}

	isTimer(timer: string): boolean {
		return this.#bursts.isTimer(timer) || this.#changes.isTimer(timer);
	}

	/** The timer fired: what was held back is checked, or told. */
	timer(timer: string, now: Instant): BehaviourOutput[] {
		if (this.#changes.isTimer(timer)) return this.#changes.timer(now);
		return this.#bursts.takeAll().flatMap(held => this.#release(held, now));
	}

	/** What came since the last commit is on disk, or is gone. */
	committed(isOk: boolean, now: Instant): BehaviourOutput[] {
		const owed = this.#owed;
		this.#owed = [];
		if (!isOk) return [];
		return owed.flatMap(one => this.#options.receipts.owe(one, now));
	}

	/** Why an event is none of our business; undefined if it is. */
	#strayReason({room, author}: RoomEvent, source: PeerId): string | undefined {
		const {directs, findRoom} = this.#options;
		if (!isDirectRoom(room)) return findRoom(room) ? undefined : 'not-subscribed';
		// Of two people, and of nobody else's: only from the other one, over its own connection.
		if (author !== source || room !== directs.roomOf(source)) return 'direct-stray';
		return directs.has(source) || !directs.isFull ? undefined : 'direct-cap';
	}

	#duplicate(messageId: string, room: string, source: PeerId): BehaviourOutput[] {
		this.#options.meter.duplicate(room);
		if (!isDirectRoom(room)) this.#options.router.duplicate(messageId, source);
		return [count('duplicate')];
	}

	// --- the signature: the dearest check, so the last

	#checked(arrival: Arrival, now: Instant): BehaviourOutput[] {
		const bursts = this.#bursts;
		if (this.#endsHere(arrival) && bursts.hold(arrival, now)) {
			return bursts.isFull(arrival) ? this.#release(bursts.take(arrival), now) : bursts.soon(now);
		}
		return [...this.#release(bursts.take(arrival), now), ...this.#judge(arrival, now)];
	}

	/** Whether there is nobody whom we would hand it on to, with its signature. */
	#endsHere({event: {room, author}, source}: Arrival): boolean {
		return isDirectRoom(room) || !this.#options.membership.hasOthers(room, source, author);
	}

	/** Events of one chain, each naming the one before: if the last one is signed, all are proved. */
	#release(held: readonly Arrival[], now: Instant): BehaviourOutput[] {
		const last = held.at(-1);
		if (!last) return [];
		const isProved = held.length > 1 && this.#isSigned(last);
		const outputs: BehaviourOutput[] = [];
		for (const arrival of held) {
			const isLast = arrival === last;
			const some = isProved ? this.#accept(arrival, isLast, now) : this.#judge(arrival, now);
			outputs.push(...some);
			// Who hands on what is forged is let go: the rest need not be looked at.
			if (some.some(({type}) => type === 'disconnect')) break;
		}
		return outputs;
	}

	#judge(arrival: Arrival, now: Instant): BehaviourOutput[] {
		if (this.#isSigned(arrival)) return this.#accept(arrival, true, now);
		const {source} = arrival;
		const reason = 'event-signature';
		this.#options.router.rejected(source);
		return [count(reason), {type: 'disconnect', peer: source, reason, misbehaved: true}];
	}

	#isSigned({bytes, signature, event}: Arrival): boolean {
		return this.#options.verify(bytes, signature, event.author);
	}

	// --- what is true

	/** `isSigned`: its own signature was checked; otherwise a later event of its author vouches for it. */
	#accept(arrival: Arrival, isSigned: boolean, now: Instant): BehaviourOutput[] {
		const {archive, view, directs, storage, audience, reorder, seen} = this.#options;
		const {messageId, event, bytes, signature, source, hops} = arrival;
		const {room, author} = event;
		// While it was held back it may have come from elsewhere.
		if (seen.has(messageId)) return this.#duplicate(messageId, room, source);
		// Not before the check, or a forger could block the real one.
		seen.set(messageId, room);
		this.#bursts.accepted(arrival, now);
		const opened = isDirectRoom(room) ? directs.ensure(source) : [];
		const incoming = {id: messageId, event, bytes, signature: isSigned ? signature : undefined};
		const kept = archive.accept(incoming, view.timestamp());
		// It is older than what is kept here. Whoever keeps longer can ask others for it.
		if (!kept) return [...opened, count('not-kept')];
		audience.noted(event, kept.stored.order);
		if (author !== view.self) this.#owe({author, room, messageId, hops, via: source, at: now});
		return [
			...opened,
			...this.#show(kept, {via: source, hops}, now),
			...(archive.needsReorder(room) ? reorder.needed(room, now) : []),
			...this.#route(arrival, isSigned, now),
			// While the disk takes nothing, the trials are enough: they write what there is.
			...(storage.failure ? [] : [{type: 'commit'} as const]),
		];
	}

	#owe(owed: Owed): void {
		this.#owed.push(owed);
		this.#options.receipts.trails.came(owed.messageId, owed);
	}

	#route({messageId, event, bytes, signature, source, hops}: Arrival, isSigned: boolean, now: Instant) {
		const {router} = this.#options;
		const {room, author} = event;
		if (isDirectRoom(room)) return [];
		if (!isSigned) return router.ended(room, messageId, source, now);
		return router.accepted({room, messageId, author, event: bytes, signature, hops, source}, now);
	}

	#show(kept: Kept, path: Path, now: Instant): BehaviourOutput[] {
		const {meter, view, membership} = this.#options;
		const {author, room} = kept.event;
		// One of our own, from before we lost our data, was not delivered by anybody.
		if (author !== view.self) meter.delivered(room, path.hops, membership.count(room));
		const outputs = this.#changes.tell(kept, path, now);
		if (kept.siblings.length > 0) outputs.push(count('fork'));
		return outputs;
	}
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
