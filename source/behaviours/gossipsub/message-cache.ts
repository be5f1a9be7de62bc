/** Events kept to be offered and handed out for a while. Specification: gossipsub v1.0, "Message Cache". */
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {RoutedEvent} from '../pubsub.ts';
import {CACHE_AGE, GOSSIP_AGE, MAX_CACHED_BYTES, MAX_CACHED_EVENTS, MAX_HOLDERS} from './parameters.ts';

export type CachedEvent = Omit<RoutedEvent, 'source'> & {
	/** When it was accepted here. */
	readonly at: Instant;
	/** How many events were accepted before it. */
	readonly position: number;
	/** Peers that have it, as far as we know: kept as long as it is young. */
	readonly holders: Set<PeerId>;
	/** How often it was handed out on request, by peer. */
	readonly handedOut: Map<PeerId, number>;
};

export class MessageCache {
	readonly #byId = new Map<string, CachedEvent>();
	/** In the order in which they were accepted; it begins at `#start`. */
	#events: CachedEvent[] = [];
	#start = 0;
	#bytes = 0;
	#position = 0;
	/** Position up to which events are no longer young. */
	#oldTo = 0;

	get size(): number {
		return this.#byId.size;
	}

	/** How many events were accepted so far: a moment between two events, where the clock may not tell them apart. */
	get position(): number {
		return this.#position;
	}

	/** How many events had been accepted by then, `time` included. */
	positionAt(time: Instant): number {
		let index = this.#events.length;
		while (index > this.#start && this.#events[index - 1]!.at > time) index -= 1;
		return this.#events[index]?.position ?? this.#position;
	}

	put({source: _, ...event}: RoutedEvent, holders: Set<PeerId>, at: Instant): void {
		// Copies: what came is a view into everything that was read from the socket at once.
		const [bytes, signature] = [new Uint8Array(event.event), new Uint8Array(event.signature)];
		const cached: CachedEvent = {
			...event,
			event: bytes,
			signature,
			at,
			position: this.#position,
			holders,
			handedOut: new Map(),
		};
		this.#position += 1;
		this.#byId.set(event.messageId, cached);
		this.#events.push(cached);
		this.#bytes += bytes.length;
		while (this.#byId.size > MAX_CACHED_EVENTS || this.#bytes > MAX_CACHED_BYTES) this.#dropOldest();
	}

	get(messageId: string): CachedEvent | undefined {
		return this.#byId.get(messageId);
	}

	/** Events in the room that were accepted after `since` and at `position` or later, oldest first. */
	since(room: string, since: Instant, position = 0): CachedEvent[] {
		const events: CachedEvent[] = [];
		for (let index = this.#events.length - 1; index >= this.#start; index--) {
			const event = this.#events[index] as CachedEvent;
			if (event.at <= since || event.position < position) break;
			if (event.room === room) events.push(event);
		}
		return events.reverse();
	}

	/** The peer has the event: remembered while it is young, and of as many peers as there can be connections. */
	holds(peer: PeerId, messageId: string): void {
		const event = this.#byId.get(messageId);
		if (event && event.position >= this.#oldTo && event.holders.size < MAX_HOLDERS) event.holders.add(peer);
	}

	expire(now: Instant): void {
		while (this.#start < this.#events.length && this.#events[this.#start]!.at <= now - CACHE_AGE) this.#dropOldest();
		let index = this.#events.length;
		while (index > this.#start && this.#events[index - 1]!.at > now - GOSSIP_AGE) index -= 1;
		const oldTo = this.#events[index]?.position ?? this.#position;
		for (index -= 1; index >= this.#start && this.#events[index]!.position >= this.#oldTo; index--) {
			this.#events[index]!.holders.clear();
		}
		this.#oldTo = oldTo;
	}

	/** We have left the room. */
	forget(room: string): void {
		this.#events = this.#events.slice(this.#start).filter(event => event.room !== room);
		this.#start = 0;
		this.#byId.clear();
		this.#bytes = 0;
		for (const event of this.#events) {
			this.#byId.set(event.messageId, event);
			this.#bytes += event.event.length;
		}
	}

	#dropOldest(): void {
		const oldest = this.#events[this.#start] as CachedEvent;
		this.#start += 1;
		this.#byId.delete(oldest.messageId);
		this.#bytes -= oldest.event.length;
		// Half of the array at most is waste.
		if (this.#start * 2 > this.#events.length) {
			this.#events = this.#events.slice(this.#start);
			this.#start = 0;
		}
	}
}
