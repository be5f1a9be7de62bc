/**
 * Bursts: a signature check costs more than all the rest of an event together. Events of one author that follow each
 * other within milliseconds, each naming the one before by its hash, are proved by the signature of the last: so they are
 * held back for a moment, and checked together.
 *
 * The first of them is never held back, nor is one that comes alone. And only those are held that go no further: whoever
 * hands an event on hands on its signature, and that has to be checked.
 */
import {BoundedMap} from '../base/bounded.ts';
import type {RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';

/** Milliseconds between two events of one author that make a burst. */
export const BURST_GAP = 5;

/** Events of one burst that are held at most. */
export const MAX_BURST = 128;

/** Chains whose last event is remembered. */
const MAX_TAILS = 256;

const TIMER = 'bursts';

/** An event that came live; what its signature says is not known yet. */
export type Arrival = {
	readonly messageId: string;
	readonly event: RoomEvent;
	readonly bytes: Uint8Array;
	readonly signature: Uint8Array;
	readonly source: PeerId;
	readonly hops: number;
};

type Tail = {readonly messageId: string; readonly sequence: number; readonly at: Instant};

export class Bursts {
	/** The last event of each chain that was accepted, by who brought it. */
	readonly #tails = new BoundedMap<string, Tail>(MAX_TAILS);
	readonly #held = new Map<string, Arrival[]>();
	#isDue = false;

	/** Holds it, if it follows the last one of its chain at once; returns whether. */
	hold(arrival: Arrival, now: Instant): boolean {
		const key = keyOf(arrival);
		const held = this.#held.get(key);
		const last = held ? tailOf(held.at(-1) as Arrival, now) : this.#freshTail(key, now);
		const {previous, sequence} = arrival.event;
		if (!last || previous !== last.messageId || sequence !== last.sequence + 1) return false;
		if (held) held.push(arrival);
		else this.#held.set(key, [arrival]);
		return true;
	}

	/** Whether there is something to be checked now rather than later: no more is held of this chain. */
	isFull(arrival: Arrival): boolean {
		return (this.#held.get(keyOf(arrival))?.length ?? 0) >= MAX_BURST;
	}

	/** It was accepted. */
	accepted(arrival: Arrival, now: Instant): void {
		this.#tails.set(keyOf(arrival), tailOf(arrival, now));
	}

	/** What is held of the same chain, in its order; not held any more. */
	take(arrival: Arrival): readonly Arrival[] {
		const key = keyOf(arrival);
		const held = this.#held.get(key) ?? [];
		this.#held.delete(key);
		return held;
	}

	/** The timer fired: everything that is held, chain by chain; not held any more. */
	takeAll(): readonly (readonly Arrival[])[] {
		this.#isDue = false;
		const all = [...this.#held.values()];
		this.#held.clear();
		return all;
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** To be asked for when one was held: as soon as what has arrived with it was read. */
	soon(now: Instant): BehaviourOutput[] {
		if (this.#isDue) return [];
		this.#isDue = true;
		return [{type: 'schedule', timer: TIMER, at: now}];
	}

	#freshTail(key: string, now: Instant): Tail | undefined {
		const tail = this.#tails.get(key);
		return tail && now - tail.at < BURST_GAP ? tail : undefined;
	}
}

function keyOf({source, event: {room, author, epoch}}: Arrival): string {
	return `${source} ${author} ${epoch} ${room}`;
}

function tailOf({messageId, event: {sequence}}: Arrival, at: Instant): Tail {
	return {messageId, sequence, at};
}
