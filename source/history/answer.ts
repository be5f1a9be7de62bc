/** What others want and we hold, as segments that prove themselves. */
import {MAX_FRAME_BYTES, MAX_SEGMENT_EVENTS} from '../wire/limits.ts';
import type {Run, Want} from '../wire/messages.ts';
import type {EventStore, StoredEvent} from './event-store.ts';
import {comparePositions} from './fold.ts';
import type {Answer} from './kept.ts';
import type {RoomState} from './room-state.ts';
import {itemOf, MAX_SIBLINGS, RunReader} from './run-reader.ts';
import {type Item, Parcel} from './segment.ts';

/** Bytes of a frame for all but the events and their segments. */
const ENVELOPE = 1_024;
const MAX_PARCEL = MAX_FRAME_BYTES - ENVELOPE;
/** Bytes that are read of a run at a time. */
const PART = 4_096;

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
		const runs = rest.length > 0 ? want.runs : this.#addRuns(want.runs, rest);
		const {segments, events, bytes} = this.#parcel.close();
		const isDone = rest.length === 0 && runs.length === 0;
		return {segments, events, bytes, rest: isDone ? undefined : {...want, newest: 0, ids: rest, runs}};
	}

	/** Returns those for which there was no room. */
	#addAll(events: readonly StoredEvent[]): readonly StoredEvent[] {
		for (const [index, stored] of events.entries()) {
			const item = itemOf(stored);
			if (item !== undefined && !this.#add(item)) return events.slice(index);
		}
		return [];
	}

	/**
	 * All runs together from the newest event backwards, so that what answers each other arrives together. Returns what is
	 * left of them; of a number that is partly in it, the ids that are left go to `ids`.
	 */
	#addRuns(runs: readonly Run[], ids: string[]): readonly Run[] {
		const share = Math.ceil(this.#parcel.left / Math.max(1, runs.length));
		const readers = runs.map(run => new RunReader(this.#state.room, this.#store, run, Math.min(share, PART)));
		let isFull = false;
		while (!isFull) {
			const reader = newestOf(readers);
			if (reader?.next === undefined) break;
			if (this.#add(reader.next, reader.run)) reader.advance();
			else isFull = true;
		}
		return readers.flatMap(reader => {
			ids.push(...reader.cutOff());
			const {run, next} = reader;
			if (next === undefined) return [];
			const to = next.event.sequence;
			return {...run, to, isLinked: to === run.to ? run.isLinked : this.#parcel.names(next.stored.id)};
		});
	}

	/**
	 * False if there is no room for it. What cannot be proved is passed over: it comes with whoever holds its signature.
	 * `run`: what it was asked for in.
	 */
	#add(item: Item, run?: Run): boolean {
		const {stored, event} = item;
		if (this.#parcel.has(stored.id) || this.#state.fresh.get(stored.id)?.isOwn) return true;
		const isLinked = run?.isLinked === true && event.sequence === run.to;
		const hasForked = (this.#state.chain(event)?.forks.length ?? 0) > 0;
		if (isLinked && !hasForked) return this.#parcel.add([item]);
		// What he holds may name a sibling.
		const path = this.#pathToSignature(item) ?? (isLinked ? [item] : []);
		return path.length === 0 || this.#parcel.add(path);
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
			.at(this.#state.room, event, event.sequence + 1, MAX_SIBLINGS)
			.map(itemOf)
			.find(above => above?.event.previous === stored.id && !this.#state.fresh.get(above.stored.id)?.isOwn);
	}
}

/** The one with the latest event; undefined if all are at their ends. */
function newestOf(readers: readonly RunReader[]): RunReader | undefined {
	let newest: RunReader | undefined;
	for (const reader of readers) {
		if (reader.next === undefined) continue;
		if (newest?.next === undefined || comparePositions(newest.next.stored, reader.next.stored) < 0) newest = reader;
	}
	return newest;
}
