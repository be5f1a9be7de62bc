/**
 * Events of others as they come live: checked, kept, shown and handed on, each once. An event is signed by its author and
 * travels as the exact bytes that were signed, so whoever hands it on cannot change a letter. It is shown and handed on at
 * once; its author gets a receipt when it is on disk.
 */
import type {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import type {Archive, Kept} from '../history/archive.ts';
import {isDirectRoom} from '../wire/direct-room.ts';
import {decodeEvent, type EventVerifier, eventId} from '../wire/event.ts';
import {MAX_HOPS} from '../wire/limits.ts';
import type {Publish, RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Audience} from './audience.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import type {Directs} from './direct.ts';
import type {PubsubRouter} from './pubsub.ts';
import type {PubsubMeter} from './pubsub-meter.ts';
import type {Receipts} from './receipts.ts';
import type {Reorder} from './reorder.ts';
import type {Room} from './room.ts';
import type {StorageWatch} from './storage-watch.ts';

/** Events remembered so that a second copy is dropped before anything is looked up. */
export const SEEN_CACHE_SIZE = 50_000;

export type RoomEventsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly verify: EventVerifier;
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

/** An event of another that is to be on disk before its author hears of it. */
type Owed = {readonly author: PeerId; readonly room: string; readonly messageId: string};

type Arrival = {
	readonly messageId: string;
	readonly event: RoomEvent;
	readonly bytes: Uint8Array;
	readonly signature: Uint8Array;
	readonly source: PeerId;
	readonly hops: number;
};

export class RoomEvents {
	readonly #options: RoomEventsOptions;
	#owed: Owed[] = [];

	constructor(options: RoomEventsOptions) {
		this.#options = options;
	}

	receive(source: PeerId, {event: bytes, signature, hops: before}: Publish, now: Instant): BehaviourOutput[] {
		const {router, seen, archive} = this.#options;
		const messageId = eventId(bytes);
		const seenIn = seen.get(messageId);
		if (seenIn !== undefined) return this.#duplicate(messageId, seenIn, source);
		let event: RoomEvent;
		try {
			event = decodeEvent(bytes);
		} catch (error) {
			router.rejected(source);
			return [count(error instanceof WireError ? error.reason : 'event')];
		}
		const stray = this.#strayReason(event, source);
		if (stray !== undefined) return [count(stray)];
		// From before a restart, or it came by sync.
		if (archive.has(event.room, messageId)) return this.#duplicate(messageId, event.room, source);
		// Only now, for it is the dearest check; and before the id is remembered, or a forger could block the real one.
		if (!this.#options.verify(bytes, signature, event.author)) {
			const reason = 'event-signature';
			router.rejected(source);
			return [count(reason), {type: 'disconnect', peer: source, reason, misbehaved: true}];
		}
		seen.set(messageId, event.room);
		const hops = Math.min(before + 1, MAX_HOPS);
		return this.#accept({messageId, event, bytes, signature, source, hops}, now);
	}

	/** What came since the last commit is on disk, or is gone. */
	committed(isOk: boolean, now: Instant): BehaviourOutput[] {
		const owed = this.#owed;
		this.#owed = [];
		if (!isOk) return [];
		return owed.flatMap(({author, room, messageId}) => this.#options.receipts.owe(author, room, messageId, now));
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

	#accept(arrival: Arrival, now: Instant): BehaviourOutput[] {
		const {archive, view, directs, router, storage, audience, reorder} = this.#options;
		const {messageId, event, bytes, signature, source, hops} = arrival;
		const {room, author} = event;
		const isDirect = isDirectRoom(room);
		const opened = isDirect ? directs.ensure(source) : [];
		const kept = archive.accept({id: messageId, event, bytes, signature}, view.timestamp());
		// It is older than what is kept here. Whoever keeps longer can ask others for it.
		if (!kept) return [...opened, count('not-kept')];
		audience.noted(event, kept.stored.order);
		if (author !== view.self) this.#owed.push({author, room, messageId});
		const routed = {room, messageId, author, event: bytes, signature, hops, source};
		return [
			...opened,
			...this.#show(kept, {via: source, hops}),
			...(kept.filled.length > 0 ? reorder.needed(room, now) : []),
			...(isDirect ? [] : router.accepted(routed, now)),
			// While the disk takes nothing, the trials are enough: they write what there is.
			...(storage.failure ? [] : [{type: 'commit'} as const]),
		];
	}

	#show(kept: Kept, path: {readonly via: PeerId; readonly hops: number}): BehaviourOutput[] {
		const {chronicle, meter, view} = this.#options;
		const {author, room} = kept.event;
		// One of our own, from before we lost our data, was not delivered by anybody.
		if (author !== view.self) meter.delivered(room, path.hops);
		const outputs: BehaviourOutput[] = chronicle.tell(kept, path).map(event => ({type: 'emit', event}));
		if (kept.siblings.length > 0) outputs.push(count('fork'));
		return outputs;
	}
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
