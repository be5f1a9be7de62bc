/**
 * What can wait, in pieces that nobody notices: filling the search index, and deleting the events of forgotten rooms.
 * Its transactions are not waited for until the disk has them: whatever is lost of them is done again.
 */
import type {EventTable, PlacedRow} from './event-table.ts';
import type {RoomTable} from './room-table.ts';
import type {SearchIndex} from './search.ts';
import type {Connection} from './sqlite.ts';
import {isOfDisk} from './storage-failure.ts';

/** Milliseconds that a turn takes at most, apart from its commit, and a search before it looks. */
const TURN_TIME = 6;
const SEARCH_TIME = 15;

/**
 * Units of text that are indexed together: few at first, then as many as this machine takes in within the time of a
 * turn. What is read beyond that would be read again.
 */
const MIN_UNITS = 1024;
const FIRST_UNITS = 8 * 1024;
const MAX_UNITS = 64 * 1024;
/** By which they grow after a turn that took less than half of its time. */
const GROWTH = 1.5;

/** Units that a search indexes at most, however fast that is. */
const SEARCH_UNITS = 512 * 1024;

/** Events of a forgotten room that are deleted in a turn, and how many before the clock is looked at. */
const FORGET_CHUNK = 500;
const FORGET_STEP = 8;

export type ChoresOptions = {
	readonly connection: Connection;
	readonly rooms: RoomTable;
	readonly events: EventTable;
	readonly search: SearchIndex;
	/** Milliseconds. */
	readonly clock: () => number;
};

export class Chores {
	readonly #options: ChoresOptions;
	readonly #connection: Connection;
	readonly #search: SearchIndex;
	/** The disk may have what is committed a little later. */
	#isLazy = false;
	#units = FIRST_UNITS;

	constructor(options: ChoresOptions) {
		this.#options = options;
		this.#connection = options.connection;
		this.#search = options.search;
	}

	/** Begins a transaction that the disk is to have when it is committed. */
	begin(): void {
		if (this.#isLazy) this.#connection.run('PRAGMA synchronous = FULL');
		this.#isLazy = false;
		this.#connection.run('BEGIN IMMEDIATE');
	}

	/** Does some of it, unless something is staged. True if there is more. Never throws. */
	some(): boolean {
		if (this.#connection.isInTransaction) return false;
		const {rooms} = this.#options;
		try {
			// What is deleted need not be indexed.
			if (rooms.forgotten() !== undefined) this.#lazily(() => this.#deleteForgotten());
			else if (this.#search.isBehind) this.#indexSome();
			return this.#search.isBehind || rooms.forgotten() !== undefined;
		} catch {
			// It is tried again after the next commit, which tells whether the disk works.
			this.#search.reset();
			return false;
		}
	}

	/** As much as a person does not notice. A failure leaves the search with what there is. */
	beforeSearch(): void {
		if (!this.#search.isBehind) return;
		const {isInTransaction} = this.#connection;
		const isOver = this.#timer(SEARCH_TIME);
		const task = () => {
			for (let units = 0; units < SEARCH_UNITS && !isOver(); units += this.#units) {
				this.#search.catchUp({units: this.#units, isOver});
				if (!this.#search.isBehind) return;
			}
		};
		try {
			if (isInTransaction) this.#connection.part(task);
			else this.#lazily(task);
		} catch (error) {
			this.#search.reset();
			// Then what is staged is gone.
			if (isInTransaction && !this.#connection.isInTransaction) throw error;
			if (!isOfDisk(error)) this.#search.failed(error);
		}
	}

	delete(events: readonly PlacedRow[]): void {
		for (const event of events) {
			this.#options.events.delete(event.row);
			this.#search.delete(event);
		}
		if (events.length > 0) this.#search.afterDeletion();
	}

	#indexSome(): void {
		const {clock} = this.#options;
		const started = clock();
		const budget = {units: this.#units, isOver: this.#timer(TURN_TIME)};
		try {
			this.#lazily(() => (this.#search.isBroken ? this.#search.rebuild() : this.#search.catchUp(budget)));
		} catch (error) {
			this.#search.reset();
			this.#search.failed(error);
		}
		const took = clock() - started;
		if (took > TURN_TIME) this.#units = Math.max(MIN_UNITS, this.#units / 2);
		else if (took < TURN_TIME / 2) this.#units = Math.min(MAX_UNITS, this.#units * GROWTH);
	}

	#deleteForgotten(): void {
		const {rooms, events} = this.#options;
		const room = rooms.forgotten();
		if (room === undefined) return;
		const isOver = this.#timer(TURN_TIME);
		for (let count = 0; count < FORGET_CHUNK; count += FORGET_STEP) {
			const some = events.some(room, FORGET_STEP);
			this.delete(some);
			if (some.length === 0) return rooms.drop(room);
			if (isOver()) return;
		}
	}

	/** Says whether so many milliseconds have passed. */
	#timer(milliseconds: number): () => boolean {
		const {clock} = this.#options;
		const end = clock() + milliseconds;
		return () => clock() >= end;
	}

	#lazily(task: () => void): void {
		this.#isLazy = true;
		this.#connection.run('PRAGMA synchronous = NORMAL');
		this.#connection.transaction(task);
	}
}
