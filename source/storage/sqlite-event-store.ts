/** History in SQLite: see `EventStore` for what each method promises. */
import type {Random} from '../base/random.ts';
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
} from '../history/event-store.ts';
import type {EventKind} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {Chores} from './chores.ts';
import {newEpoch} from './epoch-mark.ts';
import {type EventRow, EventTable} from './event-table.ts';
import {prefixOf} from './ids.ts';
import {PeopleTable} from './people-table.ts';
import {type ChainName, RoomTable} from './room-table.ts';
import {SearchIndex} from './search.ts';
import type {Connection} from './sqlite.ts';
import {describeFailure} from './storage-failure.ts';

/** So many times as many authors as are wanted are looked at: those who have left are not among them. */
const LOOKED_AT = 4;

const NO_SEARCH = 'Nothing can be searched for: the index in history.db is damaged. All else is kept as ever';

export type SqliteEventStoreOptions = {
	readonly connection: Connection;
	/** Where the history is, for messages. */
	readonly directory: string;
	readonly epoch: string;
	readonly random: Random;
	/** Bytes on disk. */
	readonly size: () => number;
	/** Called with the epoch after the connection was closed in order. */
	readonly onClosed?: (epoch: string) => void;
	readonly isReadOnly?: boolean;
	/** Something may be left for `upkeep` to do. */
	readonly onBehind?: () => void;
	/** One line for a person. */
	readonly onWarning?: (warning: string) => void;
	/** Milliseconds. */
	readonly clock: () => number;
};

export class SqliteEventStore implements EventStore {
	readonly #options: SqliteEventStoreOptions;
	readonly #connection: Connection;
	readonly #rooms: RoomTable;
	readonly #events: EventTable;
	readonly #people: PeopleTable;
	readonly #search: SearchIndex;
	readonly #chores: Chores;
	#epoch: string;
	/** What went wrong since the last commit: everything staged is gone. */
	#failure: StorageFailure | undefined;
	/** The last commit failed: the next one writes something in any case, to find out. */
	#isSuspect = false;
	#isClosed = false;

	constructor(options: SqliteEventStoreOptions) {
		this.#options = options;
		this.#connection = options.connection;
		this.#epoch = options.epoch;
		this.#rooms = new RoomTable(options.connection);
		this.#events = new EventTable(options.connection);
		this.#people = new PeopleTable(options.connection);
		this.#search = new SearchIndex(options.connection, () => options.onWarning?.(NO_SEARCH));
		const tables = {rooms: this.#rooms, events: this.#events, search: this.#search};
		this.#chores = new Chores({...tables, connection: options.connection, clock: options.clock});
	}

	get epoch(): string {
		return this.#epoch;
	}

	newEpoch(): void {
		this.#epoch = newEpoch(this.#options.random);
	}

	size(): number {
		return this.#read(0, this.#options.size);
	}

	readFailure(): StorageFailure | undefined {
		return this.#failure;
	}

	// --- reads

	rooms(): readonly StoredRoom[] {
		return this.#read([], () => {
			this.#flush();
			return this.#rooms.rooms();
		});
	}

	room(room: string): StoredRoom | undefined {
		return this.#read(undefined, () => this.#rooms.room(room));
	}

	chains(room: string): readonly StoredChain[] {
		return this.#read([], () => {
			this.#flush();
			return this.#rooms.chains(room);
		});
	}

	gaps(room: string): readonly Gap[] {
		return this.#read([], () => this.#rooms.gaps(room));
	}

	has(room: string, id: string): boolean {
		return this.orderOf(room, id) !== undefined;
	}

	orderOf(room: string, id: string): number | undefined {
		return this.#inRoom(room, undefined, key => this.#events.locate(key, id)?.place);
	}

	get(room: string, id: string): StoredEvent | undefined {
		return this.#inRoom(room, undefined, key => this.#events.get(key, room, id));
	}

	at(room: string, chain: ChainName, sequence: number, limit?: number): readonly StoredEvent[] {
		return this.#inChain(room, chain, key => this.#events.at(key, room, sequence, limit));
	}

	run(room: string, chain: ChainName, range: {from: number; to: number; bytes: number}): readonly StoredEvent[] {
		return this.#inChain(room, chain, key => this.#events.run(key, room, range));
	}

	page(room: string, options: PageOptions): readonly StoredEvent[] {
		return this.#inRoom(room, [], key => this.#events.page(key, room, options));
	}

	about(room: string, ids: readonly string[], limit: number): readonly StoredEvent[] {
		return this.#inRoom(room, [], key => this.#events.about(key, room, ids, limit));
	}

	last(room: string, kind: EventKind, author?: PeerId): StoredEvent | undefined {
		return this.#inRoom(room, undefined, key => this.#events.last(key, room, kind, author));
	}

	countUnread(room: string, after: Position | undefined, self: PeerId, limit: number): number {
		return this.#inRoom(room, 0, key => this.#events.countUnread(key, after, self, limit));
	}

	authors(room: string, limit: number): readonly {readonly author: PeerId; readonly order: number}[] {
		return this.#inRoom(room, [], key => {
			this.#flush();
			return this.#rooms
				.authors(key, LOOKED_AT * limit)
				.filter(({author}) => !this.#events.hasLeft(key, author))
				.slice(0, limit);
		});
	}

	search(options: SearchOptions): readonly StoredEvent[] {
		return this.#read([], () => {
			const room = options.room === undefined ? undefined : this.#rooms.find(options.room);
			if (options.room !== undefined && room === undefined) return [];
			if (!this.#options.isReadOnly && !this.#isSuspect) this.#chores.beforeSearch();
			return this.#search.search(options, room);
		});
	}

	spreads(limit: number): readonly StoredSpread[] {
		return this.#read([], () => this.#people.spreads(limit));
	}

	people(limit: number): readonly StoredPerson[] {
		return this.#read([], () => this.#people.people(limit));
	}

	// --- staged

	append(event: NewEvent): void {
		this.#stage(() => {
			const room = this.#rooms.enter(event.room);
			const chain = this.#rooms.enterChain(room, event.event);
			this.#events.append(room, chain, event);
			if (chain.latest !== undefined && chain.latest >= event.order) return;
			chain.latest = event.order;
			chain.isChanged = true;
		});
	}

	reorder(room: string, id: string, order: number): void {
		this.#stage(() => {
			const event = this.#locate(room, id);
			if (event === undefined || event.place === order) return;
			this.#search.move(event);
			this.#events.move(event.row, order);
			if (order > event.place) this.#rooms.raise(event.chain, order);
			else this.#rooms.recount(event.chain, event.place);
		});
	}

	saveRoom(room: StoredRoom): void {
		this.#stage(() => this.#rooms.saveRoom(room));
	}

	saveChain(room: string, chain: StoredChain): void {
		this.#stage(() => this.#rooms.saveChain(room, chain));
	}

	addGap(room: string, gap: Gap): void {
		this.#stage(() => this.#rooms.addGap(room, gap));
	}

	fillGap(room: string, missing: string): void {
		this.#stage(() => this.#rooms.fillGap(room, missing));
	}

	saveSpread(spread: StoredSpread): void {
		this.#stage(() => this.#people.saveSpread(spread));
	}

	savePerson(person: StoredPerson): void {
		this.#stage(() => this.#people.savePerson(person));
	}

	index(room: string, id: string, text: string): void {
		this.#stage(() => {
			const event = this.#locate(room, id);
			if (event !== undefined) this.#search.replace(event, text);
		});
	}

	prune(room: string, olderThan: number, limit: number): readonly StoredEvent[] {
		let deleted: readonly EventRow[] = [];
		this.#stage(() => {
			const key = this.#rooms.find(room);
			if (key === undefined) return;
			deleted = this.#events.oldest(key, room, olderThan, limit);
			this.#chores.delete(deleted);
			const highest = new Map(deleted.map(({chain, place}) => [chain, place]));
			for (const [chain, place] of highest) this.#rooms.recount(chain, place);
		});
		return this.#failure === undefined ? deleted.map(({stored}) => stored) : [];
	}

	forget(room: string): void {
		this.#stage(() => {
			this.#rooms.forget(room);
			this.#people.forget(room);
		});
	}

	// --- transactions

	commit(): CommitResult {
		if (this.#isSuspect)
			this.#stage(() => this.#connection.run("UPDATE state SET value = value + 1 WHERE key = 'trials'"));
		try {
			if (this.#failure === undefined && this.#connection.isInTransaction) {
				this.#flush();
				this.#connection.run('COMMIT');
				this.#options.onBehind?.();
			}
		} catch (error) {
			this.#fail(error);
		}
		const failure = this.#failure;
		this.#failure = undefined;
		this.#isSuspect = failure !== undefined;
		return failure === undefined ? {ok: true} : {ok: false, failure};
	}

	rollback(): void {
		this.#undo();
		this.#failure = undefined;
	}

	/**
	 * Does some of what can wait: fills the search index, deletes forgotten rooms. True if there is more. Does nothing
	 * while something is staged. It is not waited for until the disk has it: whatever is lost of it is done again.
	 */
	upkeep(): boolean {
		return !this.#isClosed && !this.#isSuspect && this.#chores.some();
	}

	close(): void {
		if (this.#isClosed) return;
		this.rollback();
		this.#isClosed = true;
		try {
			this.#connection.run('PRAGMA wal_checkpoint(TRUNCATE)');
			this.#connection.close();
			this.#options.onClosed?.(this.#epoch);
		} catch {
			// The next start finds a history that was not closed in order, and takes it from there.
		}
	}

	#read<Result>(fallback: Result, task: () => Result): Result {
		try {
			return task();
		} catch (error) {
			this.#fail(error);
			return fallback;
		}
	}

	#inRoom<Result>(room: string, fallback: Result, task: (key: number) => Result): Result {
		return this.#read(fallback, () => {
			const key = this.#rooms.find(room);
			return key === undefined ? fallback : task(key);
		});
	}

	#inChain(room: string, chain: ChainName, task: (key: number) => StoredEvent[]): readonly StoredEvent[] {
		return this.#inRoom<readonly StoredEvent[]>(room, [], key => {
			const found = this.#rooms.findChain(key, chain);
			return found === undefined ? [] : task(found.key);
		});
	}

	#stage(task: () => void): void {
		if (this.#failure !== undefined) return;
		try {
			if (!this.#connection.isInTransaction) this.#chores.begin();
			task();
		} catch (error) {
			this.#fail(error);
		}
	}

	#flush(): void {
		this.#rooms.flush();
	}

	#locate(room: string, id: string): Omit<EventRow, 'stored'> | undefined {
		const key = this.#rooms.find(room);
		const event = key === undefined ? undefined : this.#events.locate(key, id);
		return event === undefined ? undefined : {...event, prefix: prefixOf(id)};
	}

	#fail(error: unknown): void {
		this.#failure ??= describeFailure(error, this.#options.directory);
		this.#undo();
	}

	#undo(): void {
		this.#connection.rollback();
		this.#rooms.reset();
		this.#search.reset();
	}
}
