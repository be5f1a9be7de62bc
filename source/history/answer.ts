/** What others want and we hold, as segments that prove themselves. */
import {MAX_FRAME_BYTES, MAX_SEGMENT_EVENTS} from '../wire/limits.ts';
import type {Run, Want} from '../wire/messages.ts';
import type {EventStore, StoredEvent} from './event-store.ts';
import {readStored} from './fold.ts';
import type {Answer} from './kept.ts';
import type {RoomState} from './room-state.ts';
import {type Item, Parcel} from './segment.ts';

/** Bytes of a frame for all but the events and their segments. */
const ENVELOPE = 1_024;
const MAX_PARCEL = MAX_FRAME_BYTES - ENVELOPE;

export function answer(state: RoomState, store: EventStore, want: Want, bytes: number): Answer {
	return new Answering(state, store, bytes).answer(want);
}

class Answering {
	readonly #state: RoomState;
	readonly #store: EventStore;
	readonly #parcel: Parcel;

	constructor(state: RoomState, store: EventStore, bytes: number) {
		this.#state = state;
		this.#store = store;
		this.#parcel = new Parcel(Math.min(bytes, MAX_PARCEL), MAX_PARCEL);
	}

	answer(want: Want): Answer {
		const {room, newest, ids} = want;
		const page = newest > 0 ? this.#store.page(room, {limit: newest, kinds: 'all'}).toReversed() : [];
		const named = ids.map(id => this.#store.get(room, id)).filter(stored => stored !== undefined);
		const rest = this.#addAll([...page, ...named]).map(({id}) => id);
		const runs = rest.length > 0 ? want.runs : this.#addRuns(want.runs);
		const {segments, events, bytes} = this.#parcel.close();
		const isDone = rest.length === 0 && runs.length === 0;
		return {segments, events, bytes, rest: isDone ? undefined : {...want, newest: 0, ids: rest, runs}};
	}

	/** Returns those for which there was no room. */
	#addAll(events: readonly StoredEvent[]): readonly StoredEvent[] {
		for (const [index, stored] of events.entries()) {
			if (!this.#add(stored, false)) return events.slice(index);
		}
		return [];
	}

	/** Returns what is left of the runs. */
	#addRuns(runs: readonly Run[]): readonly Run[] {
		for (const [index, run] of runs.entries()) {
			const left = this.#addRun(run);
			if (left !== undefined) return [left, ...runs.slice(index + 1)];
		}
		return [];
	}

	/** From the highest number downwards. Returns what is left of it. */
	#addRun(run: Run): Run | undefined {
		let {to} = run;
		while (to >= run.from) {
			const bytes = Math.max(1, this.#parcel.left);
			const part = this.#store.run(this.#state.room, run, {from: run.from, to, bytes});
			const last = readLast(part);
			if (last === undefined) return undefined;
			// The last number may have been cut off in the middle of siblings.
			const siblings = this.#store.at(this.#state.room, run, last).filter(({id}) => !part.some(one => one.id === id));
			const refused = [...part, ...siblings].find(stored => !this.#add(stored, run.isLinked, run.to));
			if (refused !== undefined) {
				const sequence = readStored(refused)?.sequence ?? last;
				return {
					...run,
					to: sequence,
					isLinked: sequence === run.to ? run.isLinked : this.#parcel.hasNumber(run, sequence + 1),
				};
			}
			to = last - 1;
		}
		return undefined;
	}

	/**
	 * False if there is no room for it. What cannot be proved is passed over: it comes with whoever holds its signature.
	 * `isLinked`: the receiver holds what names number `linkedTo`.
	 */
	#add(stored: StoredEvent, isLinked: boolean, linkedTo?: number): boolean {
		if (this.#parcel.has(stored.id) || this.#state.fresh.has(stored.id)) return true;
		const item = itemOf(stored);
		if (item === undefined) return true;
		if (isLinked && item.event.sequence === linkedTo) return this.#parcel.add([item]);
		const path = this.#pathToSignature(item);
		return path === undefined || this.#parcel.add(path);
	}

	/** The event and those above it up to one that is signed or in the parcel already, which is left out. */
	#pathToSignature(item: Item): readonly Item[] | undefined {
		const path: Item[] = [];
		let bytes = 0;
		for (let current: Item | undefined = item; current !== undefined; current = this.#above(current)) {
			if (this.#parcel.has(current.stored.id)) return path;
			path.push(current);
			bytes += current.stored.bytes.length;
			if (current.stored.signature !== undefined || this.#parcel.names(current.stored.id)) return path;
			if (path.length >= MAX_SEGMENT_EVENTS || bytes > MAX_PARCEL) return undefined;
		}
		return undefined;
	}

	#above({stored, event}: Item): Item | undefined {
		return this.#store
			.at(this.#state.room, event, event.sequence + 1)
			.map(itemOf)
			.find(above => above?.event.previous === stored.id && !this.#state.fresh.has(above.stored.id));
	}
}

function itemOf(stored: StoredEvent): Item | undefined {
	const event = readStored(stored);
	return event && {stored, event};
}

function readLast(part: readonly StoredEvent[]): number | undefined {
	const last = part.at(-1);
	return last && readStored(last)?.sequence;
}
