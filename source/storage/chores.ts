/**
 * What can wait, in pieces that nobody notices: filling the search index, and deleting the events of forgotten rooms.
 * Its transactions are not waited for until the disk has them: whatever is lost of them is done again.
 */
import type {EventTable, PlacedRow} from './event-table.ts';
import type {RoomTable} from './room-table.ts';
import type {Budget, SearchIndex} from './search.ts';
import type {Connection} from './sqlite.ts';
import {isOfDisk} from './storage-failure.ts';

/** What is done in a turn, and by a search before it looks: units of text to index, and milliseconds for it. */
const TURN_UNITS = 64 * 1024;
const TURN_TIME = 6;
const SEARCH_UNITS = 512 * 1024;
const SEARCH_TIME = 15;

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
			if (this.#search.isBehind) this.#indexSome();
			else if (rooms.forgotten() !== undefined) this.#lazily(() => this.#deleteForgotten());
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
		const task = () => this.#search.catchUp(this.#budget(SEARCH_UNITS, SEARCH_TIME));
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
		const budget = this.#budget(TURN_UNITS, TURN_TIME);
		try {
			this.#lazily(() => (this.#search.isBroken ? this.#search.rebuild() : this.#search.catchUp(budget)));
		} catch (error) {
			this.#search.reset();
			this.#search.failed(error);
		}
	}

	#deleteForgotten(): void {
		const {rooms, events} = this.#options;
		const room = rooms.forgotten();
		if (room === undefined) return;
		const {isOver} = this.#budget(0, TURN_TIME);
		for (let count = 0; count < FORGET_CHUNK; count += FORGET_STEP) {
			const some = events.some(room, FORGET_STEP);
			this.delete(some);
			if (some.length === 0) return rooms.drop(room);
			if (isOver()) return;
		}
	}

	#budget(units: number, milliseconds: number): Budget {
		const {clock} = this.#options;
		const end = clock() + milliseconds;
		return {units, isOver: () => clock() >= end};
	}

	#lazily(task: () => void): void {
		this.#isLazy = true;
		this.#connection.run('PRAGMA synchronous = NORMAL');
		this.#connection.transaction(task);
	}
}
