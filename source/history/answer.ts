/** What others want and we hold, as segments that prove themselves. */
import {MAX_FRAME_BYTES, MAX_SEGMENT_EVENTS} from '../wire/limits.ts';
import type {Run, Want} from '../wire/messages.ts';
import {chainKey} from './chain-state.ts';
import type {EventStore} from './event-store.ts';
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
/** Events that are read on the way to signatures, in all: what is beyond them comes with the next part, or not at all. */
const MAX_STEPS = 1_024;

export function answer(state: RoomState, store: EventStore, want: Want, bytes: number): Answer {
	return new Answering(state, store, bytes).answer(want);
}

class Answering {
	readonly #state: RoomState;
	readonly #store: EventStore;
	readonly #parcel: Parcel;
	#steps = 0;

	constructor(state: RoomState, store: EventStore, bytes: number) {
		this.#state = state;
		this.#store = store;
		this.#parcel = new Parcel(Math.min(bytes, MAX_PARCEL), MAX_PARCEL);
	}

	answer(want: Want): Answer {
		const {room, newest, ids} = want;
		const page = newest > 0 ? this.#store.page(room, {limit: newest, kinds: 'all'}).toReversed() : [];
		const left = this.#addAll(page.map(itemOf).filter(item => item !== undefined));
		const named = this.#named(room, ids);
		const [linked, unlinked] = this.#linked(left.length > 0 ? named : this.#addAll(named));
		const rest = [...left, ...unlinked].map(({stored}) => stored.id);
		const isFull = rest.length + linked.length > 0;
		const runs = [...linked, ...(isFull ? want.runs : this.#addRuns(want.runs, rest))];
		const isDone = rest.length === 0 && runs.length === 0;
		const answered = {...this.#parcel.close(), steps: this.#steps};
		return {...answered, rest: isDone ? undefined : {...want, newest: 0, ids: rest, runs}};
	}

	/** Of each chain the highest number first: its proof then serves for those below. */
	#named(room: string, ids: readonly string[]): readonly Item[] {
		const stored = ids.flatMap(id => this.#store.get(room, id) ?? []);
		const items = stored.map(itemOf).filter(item => item !== undefined);
		return items.sort((a, b) => b.event.sequence - a.event.sequence);
	}

	/** Those that stand a little below what is sent now, in the same chain, need no proof of their own: as runs. */
	#linked(items: readonly Item[]): [runs: readonly Run[], others: readonly Item[]] {
		const runs = new Map<string, Run>();
		const others: Item[] = [];
		for (const item of items) {
			const {author, epoch, sequence} = item.event;
			const key = chainKey(item.event);
			const run = runs.get(key);
			const above = run?.from ?? this.#parcel.lowestOf(item.event);
			const hasForked = (this.#state.chain(item.event)?.forks.length ?? 0) > 0;
			const isNear = above !== undefined && sequence < above && above - sequence < MAX_SEGMENT_EVENTS;
			if (!isNear || hasForked || item.stored.signature !== undefined) others.push(item);
			else runs.set(key, {author, epoch, from: sequence, to: run?.to ?? above - 1, isLinked: true});
		}
		return [[...runs.values()], others];
	}

	/** Returns those for which there was no room. */
	#addAll(items: readonly Item[]): readonly Item[] {
		for (const [index, item] of items.entries()) {
			if (this.#steps >= MAX_STEPS || !this.#add(item)) return items.slice(index);
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
		while (!isFull && this.#steps < MAX_STEPS) {
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
			this.#steps++;
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
