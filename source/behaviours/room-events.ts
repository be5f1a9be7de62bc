/**
 * The events of rooms: signing our own, checking those of others, showing each once. An event is signed by its author and
 * travels as the exact bytes that were signed, so whoever hands it on cannot change a letter.
 */
import type {CommandOf} from '../api/command.ts';
import type {ChatMessage} from '../api/event.ts';
import type {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import {decodeEvent, eventId, signEvent, type verifyEvent} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import {MAX_HOPS} from '../wire/limits.ts';
import type {Publish, RoomEvent} from '../wire/messages.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import {normaliseText} from '../wire/validate.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Membership} from './membership.ts';
import type {PubsubRouter} from './pubsub.ts';
import type {PubsubMeter} from './pubsub-meter.ts';
import type {Receipts} from './receipts.ts';
import {refusal} from './refusal.ts';
import type {Room} from './room.ts';

/** Events remembered so that a second copy is dropped before its signature is checked. */
export const SEEN_CACHE_SIZE = 50_000;

/** Whether `author` signed exactly these bytes as a room event. */
export type EventVerifier = typeof verifyEvent;

/**
 * What makes an event invalid, for the peer that handed it on. A kind that is not known here is none of it: further kinds
 * may come, so such an event is passed over and held against nobody.
 */
const HARMLESS: ReadonlySet<string> = new Set(['event-kind']);

export type RoomEventsOptions = {
	readonly view: View;
	readonly identity: Identity;
	readonly instance: string;
	readonly verify: EventVerifier;
	readonly membership: Membership;
	readonly receipts: Receipts;
	readonly meter: PubsubMeter;
	readonly router: PubsubRouter;
	/** Ids of accepted events, each with its room. */
	readonly seen: BoundedMap<string, string>;
	readonly findRoom: (name: string) => Room | undefined;
};

export class RoomEvents {
	readonly #options: RoomEventsOptions;

	constructor(options: RoomEventsOptions) {
		this.#options = options;
	}

	publish(command: CommandOf<'publish'>, room: Room, timestamp: number, now: Instant): BehaviourOutput[] {
		let text: string;
		try {
			text = normaliseText(command.text);
		} catch (error) {
			return [refusal(command, 'bad-text', error)];
		}
		const {identity, instance, membership, receipts, router, seen} = this.#options;
		room.sequence += 1;
		room.unread = 0;
		const event: RoomEvent = {
			room: room.name,
			author: identity.peerId,
			epoch: instance,
			sequence: room.sequence,
			timestamp,
			kind: 'message',
			text,
		};
		const signed = signEvent(event, identity);
		const messageId = eventId(signed.event);
		seen.set(messageId, room.name);
		const message = this.#keep(room, messageId, event);
		return [
			{type: 'emit', event: {type: 'message', ...message}},
			...router.accepted(
				{...signed, room: room.name, messageId, author: event.author, hops: 0, source: undefined},
				now,
			),
			{type: 'reply', command, result: {messageId}},
			...receipts.follow(messageId, room.name, membership.peersIn(room.name)),
		];
	}

	receive(source: PeerId, {event: bytes, signature, hops: before}: Publish, now: Instant): BehaviourOutput[] {
		const {router, seen, receipts, identity} = this.#options;
		const messageId = eventId(bytes);
		const seenIn = seen.get(messageId);
		if (seenIn !== undefined) return this.#duplicate(messageId, seenIn, source);
		let event: RoomEvent;
		try {
			event = decodeEvent(bytes);
		} catch (error) {
			const reason = error instanceof WireError ? error.reason : 'event';
			if (!HARMLESS.has(reason)) router.rejected(source);
			return [count(reason)];
		}
		const room = this.#options.findRoom(event.room);
		if (!room) return [count('not-subscribed')];
		// Only now, for it is the dearest check; and before the id is remembered, or a forger could block the real one.
		if (!this.#options.verify(bytes, signature, event.author)) {
			const reason = 'event-signature';
			router.rejected(source);
			return [count(reason), {type: 'disconnect', peer: source, reason, misbehaved: true}];
		}
		seen.set(messageId, event.room);
		const hops = Math.min(before + 1, MAX_HOPS);
		const {author} = event;
		return [
			...this.#deliver(room, messageId, event, {via: source, hops}),
			...router.accepted({room: event.room, messageId, author, event: bytes, signature, hops, source}, now),
			...(author === identity.peerId ? [] : receipts.owe(author, event.room, messageId, now)),
		];
	}

	#duplicate(messageId: string, room: string, source: PeerId): BehaviourOutput[] {
		this.#options.meter.duplicate(room);
		this.#options.router.duplicate(messageId, source);
		return [count('duplicate')];
	}

	#deliver(
		room: Room,
		messageId: string,
		event: RoomEvent,
		path: Required<Pick<ChatMessage, 'via' | 'hops'>>,
	): BehaviourOutput[] {
		// One of our own comes back to us after a restart: it was not delivered by anybody.
		const isOurs = event.author === this.#options.identity.peerId;
		const message = this.#keep(room, messageId, event, isOurs ? {} : path);
		if (!isOurs) {
			room.unread += 1;
			this.#options.meter.delivered(room.name, path.hops);
		}
		return [{type: 'emit', event: {type: 'message', ...message}}];
	}

	#keep(
		room: Room,
		messageId: string,
		event: RoomEvent,
		path: Partial<Pick<ChatMessage, 'via' | 'hops'>> = {},
	): ChatMessage {
		const {view, identity} = this.#options;
		const message: ChatMessage = {
			room: event.room,
			messageId,
			from: event.author,
			name: view.facts(event.author).name ?? shortPeerId(event.author),
			text: event.text,
			timestamp: event.timestamp,
			seq: event.sequence,
			local: event.author === identity.peerId,
			...path,
		};
		room.log.append(message);
		return message;
	}
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
