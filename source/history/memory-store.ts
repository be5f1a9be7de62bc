/**
 * What is kept, in memory: for profiles that keep nothing, and for simulations, in which it plays the disk. What was
 * staged can be taken back, what was committed can be carried over to the next start, and it can be made to fail.
 */
import type {Random} from '../base/random.ts';
import type {EventKind} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import type {
	CommitResult,
	EventStore,
	Gap,
	NewEvent,
	PageOptions,
	Position,
	SearchOptions,
	StorageFailure,
	StoredChain,
	StoredEvent,
	StoredPerson,
	StoredRoom,
	StoredSpread,
} from './event-store.ts';
import {comparePositions} from './fold.ts';
import {aboutOf, isAged, pageOf, searchRooms, weakestPerson} from './memory-queries.ts';
import {chainKey, type Entry, entryOf, MemoryRoom} from './memory-room.ts';

export type StoreBounds = {
	/** Events of one room, and bytes of them. */
	readonly events: number;
	readonly bytes: number;
};

/** What was committed. Opaque. */
export type StoreSnapshot = {
	readonly epoch: string;
	readonly rooms: readonly {
		readonly name: string;
		readonly row: StoredRoom | undefined;
		readonly chains: readonly StoredChain[];
		readonly gaps: readonly Gap[];
		readonly entries: readonly Entry[];
	}[];
	readonly spreads: readonly StoredSpread[];
	readonly people: readonly StoredPerson[];
};

export type MemoryStoreOptions = {
	/** What an earlier one has committed. */
	readonly from?: StoreSnapshot;
	/** It was closed in order, and this is not a backup of long ago: own numbers go on. */
	readonly keepsEpoch?: boolean;
	readonly bounds?: StoreBounds;
};

/** A change that was not committed yet. */
type Staged = {readonly redo: () => void; readonly undo: () => void};

const EPOCH_BYTES = 16;
const DEFAULT_BOUNDS: StoreBounds = {events: 20_000, bytes: 16 * 1024 * 1024};
/** What is left of a full room, so that not every event costs another. */
const KEPT_OF_FULL = 7 / 8;
export const MAX_PEOPLE = 4_096;
export const MAX_SPREADS = 1_024;

export class MemoryEventStore implements EventStore {
	/** While it is set, `commit` fails with it. */
	failure: StorageFailure | undefined;
	#epoch: string;
	readonly #random: Random;
	readonly #bounds: StoreBounds;
	readonly #rooms = new Map<string, MemoryRoom>();
	readonly #spreads = new Map<string, StoredSpread>();
	readonly #people = new Map<PeerId, StoredPerson>();
	#staged: Staged[] = [];
	#arrivals = 0;

	constructor(random: Random, {from, keepsEpoch = false, bounds = DEFAULT_BOUNDS}: MemoryStoreOptions = {}) {
		this.#random = random;
		this.#bounds = bounds;
		this.#epoch = from !== undefined && keepsEpoch ? from.epoch : newEpoch(random);
		if (from !== undefined) this.#load(from);
	}

	get epoch(): string {
		return this.#epoch;
	}

	newEpoch(): void {
		this.#epoch = newEpoch(this.#random);
	}

	/** What is committed by now. */
	snapshot(): StoreSnapshot {
		for (const {undo} of this.#staged.toReversed()) undo();
		const rooms = [...this.#rooms].map(([name, {row, chains, gaps, entries}]) => ({
			name,
			row,
			chains: [...chains.values()],
			gaps: [...gaps.values()].flat(),
			entries: [...entries.values()],
		}));
		const copy = {epoch: this.#epoch, rooms, spreads: [...this.#spreads.values()], people: [...this.#people.values()]};
		for (const {redo} of this.#staged) redo();
		return copy;
	}

	/** Whether it would be there after a crash. */
	hasCommitted(room: string, id: string): boolean {
		for (const {undo} of this.#staged.toReversed()) undo();
		const has = this.has(room, id);
		for (const {redo} of this.#staged) redo();
		return has;
	}

	excess(room: string): number {
		const kept = this.#rooms.get(room);
		if (kept === undefined) return 0;
		const {events, bytes} = this.#bounds;
		const count = kept.entries.size;
		const overEvents = count > events ? count - Math.floor(events * KEPT_OF_FULL) : 0;
		if (kept.bytes <= bytes) return overEvents;
		// As if all were of one size.
		return Math.max(overEvents, Math.ceil(count * (1 - (bytes * KEPT_OF_FULL) / kept.bytes)));
	}

	size(): number {
		let bytes = 0;
		for (const room of this.#rooms.values()) bytes += room.bytes;
		return bytes;
	}

	readFailure(): StorageFailure | undefined {
		return this.failure;
	}

	rooms(): readonly StoredRoom[] {
		return [...this.#rooms.values()].flatMap(({row}) => (row === undefined ? [] : [row]));
	}

	room(room: string): StoredRoom | undefined {
		return this.#rooms.get(room)?.row;
	}

	chains(room: string): readonly StoredChain[] {
		return [...(this.#rooms.get(room)?.chains.values() ?? [])];
	}

	gaps(room: string): readonly Gap[] {
		return [...(this.#rooms.get(room)?.gaps.values() ?? [])].flat();
	}

	has(room: string, id: string): boolean {
		return this.#rooms.get(room)?.entries.has(id) ?? false;
	}

	orderOf(room: string, id: string): number | undefined {
		return this.#rooms.get(room)?.entries.get(id)?.order;
	}

	get(room: string, id: string): StoredEvent | undefined {
		return this.#rooms.get(room)?.entries.get(id)?.stored;
	}

	at(
		room: string,
		chain: Pick<StoredChain, 'author' | 'epoch'>,
		sequence: number,
		limit?: number,
	): readonly StoredEvent[] {
		const entries = this.#rooms.get(room)?.at(chain, sequence) ?? [];
		return entries.slice(0, limit).map(({stored}) => stored);
	}

	run(
		room: string,
		chain: Pick<StoredChain, 'author' | 'epoch'>,
		range: {readonly from: number; readonly to: number; readonly bytes: number},
	): readonly StoredEvent[] {
		const result: StoredEvent[] = [];
		let bytes = 0;
		for (const {stored} of this.#rooms.get(room)?.run(chain, range.from, range.to) ?? []) {
			result.push(stored);
			bytes += stored.bytes.length;
			if (bytes >= range.bytes) break;
		}
		return result;
	}

	page(room: string, options: PageOptions): readonly StoredEvent[] {
		return pageOf(this.#rooms.get(room), options);
	}

	about(room: string, ids: readonly string[], limit: number): readonly StoredEvent[] {
		return aboutOf(this.#rooms.get(room), ids, limit);
	}

	last(room: string, kind: EventKind, author?: PeerId): StoredEvent | undefined {
		return this.#rooms.get(room)?.last(kind, author)?.stored;
	}

	countUnread(room: string, after: Position | undefined, self: PeerId, limit: number): number {
		let count = 0;
		for (const entry of this.#rooms.get(room)?.places.descending() ?? []) {
			if (count >= limit || (after !== undefined && comparePositions(entry, after) <= 0)) break;
			if (isWords(entry.kind) && entry.author !== self) count++;
		}
		return count;
	}

	authors(room: string, limit: number): readonly {readonly author: PeerId; readonly order: number}[] {
		return this.#rooms.get(room)?.authors().slice(0, limit) ?? [];
	}

	search(options: SearchOptions): readonly StoredEvent[] {
		return searchRooms(this.#rooms, options);
	}

	spreads(limit: number): readonly StoredSpread[] {
		return [...this.#spreads.values()].slice(-limit);
	}

	people(limit: number): readonly StoredPerson[] {
		return [...this.#people.values()].sort((a, b) => b.lastSeen - a.lastSeen).slice(0, limit);
	}

	append(event: NewEvent): void {
		const entry = entryOf(event, this.#arrivals++);
		const room = this.#roomFor(event.room);
		if (room.entries.has(entry.id)) return;
		this.#stage({redo: () => room.add(entry), undo: () => room.delete(entry)});
	}

	reorder(room: string, id: string, order: number): void {
		this.#replace(room, id, entry => ({...entry, order, stored: {...entry.stored, order}}));
	}

	index(room: string, id: string, text: string): void {
		this.#replace(room, id, entry => ({...entry, text}));
	}

	saveRoom(row: StoredRoom): void {
		const room = this.#roomFor(row.room);
		const before = room.row;
		const put = (value: StoredRoom | undefined) => () => {
			room.row = value;
		};
		this.#stage({redo: put(row), undo: put(before)});
	}

	saveChain(room: string, chain: StoredChain): void {
		this.#put(this.#roomFor(room).chains, chainKey(chain), chain);
	}

	addGap(room: string, gap: Gap): void {
		const {gaps} = this.#roomFor(room);
		const known = gaps.get(gap.missing) ?? [];
		if (known.some(({child}) => child === gap.child)) return;
		this.#put(gaps, gap.missing, [...known, gap]);
	}

	fillGap(room: string, missing: string): void {
		const gaps = this.#rooms.get(room)?.gaps;
		if (gaps?.has(missing)) this.#put(gaps, missing, undefined);
	}

	saveSpread(spread: StoredSpread): void {
		this.#put(this.#spreads, spread.messageId, spread);
		if (this.#spreads.size > MAX_SPREADS) this.#put(this.#spreads, this.#spreads.keys().next().value!, undefined);
	}

	savePerson(person: StoredPerson): void {
		this.#put(this.#people, person.peer, person);
		if (this.#people.size > MAX_PEOPLE) this.#put(this.#people, weakestPerson(this.#people.values()), undefined);
	}

	prune(name: string, olderThan: number, limit: number): readonly StoredEvent[] {
		const room = this.#rooms.get(name);
		const deleted: Entry[] = [];
		for (const entry of room?.places.ascending() ?? []) {
			if (deleted.length >= limit) break;
			if (isAged(entry, olderThan)) deleted.push(entry);
		}
		for (const entry of deleted) {
			this.#stage({redo: () => room!.delete(entry), undo: () => room!.add(entry)});
		}
		return deleted.map(({stored}) => stored);
	}

	forget(name: string): void {
		if (!this.#rooms.has(name)) return;
		this.#put(this.#rooms, name, undefined);
		for (const {room, messageId} of this.#spreads.values()) {
			if (room === name) this.#put(this.#spreads, messageId, undefined);
		}
	}

	commit(): CommitResult {
		if (this.failure !== undefined) {
			this.rollback();
			return {ok: false, failure: this.failure};
		}
		this.#staged = [];
		return {ok: true};
	}

	rollback(): void {
		for (const {undo} of this.#staged.toReversed()) undo();
		this.#staged = [];
	}

	close(): void {
		this.rollback();
	}

	#replace(name: string, id: string, change: (entry: Entry) => Entry): void {
		const room = this.#rooms.get(name);
		const before = room?.entries.get(id);
		if (room === undefined || before === undefined) return;
		const after = change(before);
		const swap = (out: Entry, into: Entry) => () => {
			room.delete(out);
			room.add(into);
		};
		this.#stage({redo: swap(before, after), undo: swap(after, before)});
	}

	/** Undefined takes it out. */
	#put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
		const before = map.get(key);
		const put = (one: Value | undefined) => () => {
			if (one === undefined) map.delete(key);
			else map.set(key, one);
		};
		this.#stage({redo: put(value), undo: put(before)});
	}

	#stage(change: Staged): void {
		change.redo();
		this.#staged.push(change);
	}

	#roomFor(name: string): MemoryRoom {
		const known = this.#rooms.get(name);
		if (known !== undefined) return known;
		const room = new MemoryRoom();
		this.#put(this.#rooms, name, room);
		return room;
	}

	#load({rooms, spreads, people}: StoreSnapshot): void {
		for (const {name, row, chains, gaps, entries} of rooms) {
			const room = new MemoryRoom();
			room.row = row;
			for (const chain of chains) room.chains.set(chainKey(chain), chain);
			for (const gap of gaps) room.gaps.set(gap.missing, [...(room.gaps.get(gap.missing) ?? []), gap]);
			for (const entry of entries) {
				room.add(entry);
				this.#arrivals = Math.max(this.#arrivals, entry.arrival + 1);
			}
			this.#rooms.set(name, room);
		}
		for (const spread of spreads) this.#spreads.set(spread.messageId, spread);
		for (const person of people) this.#people.set(person.peer, person);
	}
}

function newEpoch(random: Random): string {
	return Buffer.from(random.bytes(EPOCH_BYTES)).toString('hex');
}
