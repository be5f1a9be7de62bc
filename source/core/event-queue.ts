import type {EventOf, NodeEvent} from '../api/event.ts';
import {netChange} from './net-change.ts';

/** What a queue holds at most: events, and UTF-16 units of messages' text. */
export type QueueLimits = {readonly events: number; readonly text: number};

/** A quarter of a second of the worst flood; more than the screen keeps of one room. */
export const QUEUE_LIMITS: QueueLimits = {events: 10_000, text: 4 * 1024 * 1024};

/** What is left of a full queue once something had to go, so that not every further event goes through it anew. */
const KEPT_SHARE = 0.75;

/**
 * Events on their way to a screen, in order. If they come faster than they are taken, this is what goes: whatever others
 * after it undo or replace, and if that is not enough, the oldest messages and notices of others, with what has changed
 * them since. These are counted, and a warning `events-dropped` ends the next batch. Replies, own messages, what has
 * changed in the end and what must not be overlooked (of names, of the disk, of members who are back) always arrive, even
 * beyond the limits: there is as much of it as there are commands, peers and rooms.
 */
export class EventQueue {
	readonly #limits: QueueLimits;
	#events: NodeEvent[] = [];
	#text = 0;
	#dropped = 0;
	/** Where it counts as full: above the limits while it is nearly full of what must not go. */
	#full: QueueLimits;

	constructor(limits: QueueLimits) {
		this.#limits = limits;
		this.#full = limits;
	}

	get isEmpty(): boolean {
		return this.#events.length === 0;
	}

	/** How many events wait. */
	get size(): number {
		return this.#events.length;
	}

	add(event: NodeEvent): void {
		this.#events.push(event);
		this.#text += textOf(event);
		if (!this.#exceeds(this.#full)) return;
		this.#events = netChange(this.#events);
		this.#text = this.#events.reduce((sum, one) => sum + textOf(one), 0);
		const kept = share(this.#limits, KEPT_SHARE);
		if (this.#exceeds(kept)) this.#dropMessages(kept);
		this.#full = raised(this.#limits, {events: this.#events.length, text: this.#text});
	}

	/** Everything that waits, oldest first; then it is empty. */
	take(): readonly NodeEvent[] {
		const events = this.#events;
		if (this.#dropped > 0) events.push(droppedWarning(this.#dropped));
		this.#events = [];
		this.#text = 0;
		this.#dropped = 0;
		this.#full = this.#limits;
		return events;
	}

	#exceeds({events, text}: QueueLimits): boolean {
		return this.#events.length > events || this.#text > text;
	}

	/** The oldest go, until the rest is within `target` or there are no more. */
	#dropMessages(target: QueueLimits): void {
		let {length} = this.#events;
		const dropped = new Set<string>();
		this.#events = this.#events.filter(event => {
			if (!isEntry(event) || event.local) return true;
			const isChange = event.type === 'message-changed';
			// What has changed in the end arrives, unless it is of an entry that does not.
			if (isChange ? !dropped.has(event.messageId) : length <= target.events && this.#text <= target.text) return true;
			length--;
			this.#text -= textOf(event);
			dropped.add(event.messageId);
			if (!isChange) this.#dropped++;
			return false;
		});
	}
}

type Entry = EventOf<'message' | 'notice' | 'message-changed'>;

function isEntry(event: NodeEvent): event is Entry {
	return event.type === 'message' || event.type === 'notice' || event.type === 'message-changed';
}

function textOf(event: NodeEvent): number {
	return isEntry(event) ? event.text.length : 0;
}

function share({events, text}: QueueLimits, factor: number): QueueLimits {
	return {events: Math.floor(events * factor), text: Math.floor(text * factor)};
}

/** The limits, or more: there has to be some room above what is there, or every event would go through it all. */
function raised(limits: QueueLimits, present: QueueLimits): QueueLimits {
	const room = share(limits, 1 - KEPT_SHARE);
	return {
		events: Math.max(limits.events, present.events + room.events),
		text: Math.max(limits.text, present.text + room.text),
	};
}

function droppedWarning(count: number): NodeEvent {
	const what = count === 1 ? '1 message was' : `${count} messages were`;
	return {type: 'warning', code: 'events-dropped', message: `${what} left out: more came than can be shown`};
}
