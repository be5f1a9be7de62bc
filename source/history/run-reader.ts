/** Reads a run from its highest number downwards, a part at a time. */
import {eventId} from '../wire/event.ts';
import type {Run} from '../wire/messages.ts';
import type {EventStore, StoredEvent} from './event-store.ts';
import {readStored} from './fold.ts';
import type {Item} from './segment.ts';

/** Events of one number that are handed on: more only harm their author. */
export const MAX_SIBLINGS = 256;

export class RunReader {
	readonly run: Run;
	readonly #room: string;
	readonly #store: EventStore;
	readonly #bytes: number;
	/** The lowest number comes last. */
	#part: readonly Item[] = [];
	#index = 0;
	/** Read on from there. */
	#to: number;

	constructor(room: string, store: EventStore, run: Run, bytes: number) {
		this.run = run;
		this.#room = room;
		this.#store = store;
		this.#bytes = Math.max(1, bytes);
		this.#to = run.to;
		this.#read();
	}

	/** Undefined at the end. */
	get next(): Item | undefined {
		return this.#part[this.#index];
	}

	advance(): void {
		this.#index++;
		if (this.#index >= this.#part.length) this.#read();
	}

	/**
	 * Leaves out the rest of a number of which some have been passed, and returns their ids: a run cannot begin in the
	 * middle of a number.
	 */
	cutOff(): readonly string[] {
		const passed = this.#part[this.#index - 1]?.event.sequence;
		const ids: string[] = [];
		while (this.next !== undefined && this.next.event.sequence === passed) {
			ids.push(this.next.stored.id);
			this.advance();
		}
		return ids;
	}

	#read(): void {
		const {run} = this;
		this.#index = 0;
		this.#part = [];
		if (this.#to < run.from) return;
		const part = this.#store.run(this.#room, run, {from: run.from, to: this.#to, bytes: this.#bytes});
		const lowest = part.map(itemOf).findLast(item => item !== undefined);
		if (lowest === undefined) return;
		// The part may end in the middle of siblings.
		const siblings = this.#store.at(this.#room, run, lowest.event.sequence, MAX_SIBLINGS);
		const rest = siblings.filter(({id}) => !part.some(one => one.id === id));
		this.#part = [...part, ...rest].map(itemOf).filter(item => item !== undefined);
		this.#to = lowest.event.sequence - 1;
	}
}

/** Undefined if the disk has changed it: whoever got it would take us for somebody who alters what others said. */
export function itemOf(stored: StoredEvent): Item | undefined {
	const event = eventId(stored.bytes) === stored.id ? readStored(stored) : undefined;
	return event && {stored, event};
}
