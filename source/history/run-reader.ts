/** Reads a run from its highest number downwards, a part at a time. */
import type {Run} from '../wire/messages.ts';
import type {EventStore, StoredEvent} from './event-store.ts';
import {readStored} from './fold.ts';
import type {Item} from './segment.ts';

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

	#read(): void {
		const {run} = this;
		this.#index = 0;
		this.#part = [];
		if (this.#to < run.from) return;
		const part = this.#store.run(this.#room, run, {from: run.from, to: this.#to, bytes: this.#bytes});
		const lowest = part.map(itemOf).findLast(item => item !== undefined);
		if (lowest === undefined) return;
		// The part may end in the middle of siblings.
		const siblings = this.#store.at(this.#room, run, lowest.event.sequence);
		const rest = siblings.filter(({id}) => !part.some(one => one.id === id));
		this.#part = [...part, ...rest].map(itemOf).filter(item => item !== undefined);
		this.#to = lowest.event.sequence - 1;
	}
}

export function itemOf(stored: StoredEvent): Item | undefined {
	const event = readStored(stored);
	return event && {stored, event};
}
