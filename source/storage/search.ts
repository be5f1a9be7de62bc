/**
 * The search index: filled behind, in chunks, so that taking over a long history waits for nothing. It is made of what
 * the events say: if it is damaged it is made anew, once, and then given up; no message is ever refused for it.
 */
import type {SearchOptions, StoredEvent} from '../history/event-store.ts';
import {textOfBody} from '../history/fold.ts';
import {decodeEvent} from '../wire/event.ts';
import {EVENT_KIND_NUMBERS} from '../wire/layout.ts';
import {type PlacedRow, toEvent} from './event-table.ts';
import {prefixOf, toBytes} from './ids.ts';
import {CREATE_WORDS} from './schema.ts';
import {roomWord, toDocument, toQuery} from './search-text.ts';
import type {Connection, Row} from './sqlite.ts';
import {isOfDisk} from './storage-failure.ts';

/** Kinds with a text to be found; of a file it is its name. */
const SEARCHED_KINDS: ReadonlySet<number> = new Set([
	EVENT_KIND_NUMBERS.message,
	EVENT_KIND_NUMBERS.reply,
	EVENT_KIND_NUMBERS.file,
]);

/** A document's number is the place of its event, and so many bits of its id below it. */
const ID_BITS = 19;
const PREFIX_BITS = 48;

/** Events of one place whose ids begin alike take the next numbers; so many are tried. */
const MAX_NEIGHBOURS = 64;

/** UTF-16 units of a text that are indexed: in what is longer, only the beginning is found. */
const MAX_TEXT = 4_096;
/** What an event costs apart from its text, in units of text; and rows that are read at a time. */
const EVENT_COST = 128;
const PORTION = 32;

/** In `state.indexed`: the index is to be made anew. */
const BROKEN = -1;

/** What may be done in one go: units of text, and until when by the clock. */
export type Budget = {readonly units: number; readonly isOver: () => boolean};

/** A text that is to be indexed. */
type Text = Placed & {readonly room: number; readonly text: string};

type Placed = Pick<PlacedRow, 'row' | 'place' | 'prefix'>;

const DOCUMENT = `((CAST(?1 AS INTEGER) << ${ID_BITS}) | (CAST(?2 AS INTEGER) >> ${PREFIX_BITS - ID_BITS}))`;
const INSERT_WORDS = `INSERT INTO words (rowid, text, room) VALUES (${DOCUMENT} + CAST(?3 AS INTEGER), ?4, ?5)`;
const INSERT_DOCUMENT = `INSERT OR IGNORE INTO documents VALUES (${DOCUMENT} + CAST(?3 AS INTEGER), ?4)`;
const FIND_DOCUMENT = `SELECT CAST(document AS TEXT) AS document FROM documents
	WHERE document BETWEEN ${DOCUMENT} AND ${DOCUMENT} + ${MAX_NEIGHBOURS - 1} AND row = ?3`;
const FIRST_DOCUMENT = `SELECT CAST(${DOCUMENT} AS TEXT) AS document`;

const SELECT_NEW = `SELECT row, room, kind, place, prefix, bytes, text FROM events LEFT JOIN texts USING (row)
	WHERE row > ? ORDER BY row LIMIT ?`;
const SELECT_UNINDEXED = `SELECT row, room, kind, place, prefix, bytes, text FROM unindexed CROSS JOIN events USING (row)
	LEFT JOIN texts USING (row) WHERE unindexed.row > ? ORDER BY unindexed.row LIMIT ?`;

const SEARCH = `SELECT rooms.name, place, id, signature, received, bytes
	FROM words CROSS JOIN documents ON document = words.rowid CROSS JOIN events USING (row)
	CROSS JOIN rooms ON rooms.room = events.room
	WHERE words MATCH ?1 AND rooms.name IS NOT NULL`;

export class SearchIndex {
	readonly #connection: Connection;
	readonly #onGivenUp: () => void;
	/** The row up to which all is indexed; undefined: to be read. */
	#indexed: number | undefined;
	#isBroken = false;
	#wasRebuilt = false;
	#isGivenUp = false;

	/** `onGivenUp`: called once, if nothing can be found any more. */
	constructor(connection: Connection, onGivenUp: () => void) {
		this.#connection = connection;
		this.#onGivenUp = onGivenUp;
	}

	/** Forgets what is not in the tables. */
	reset(): void {
		this.#indexed = undefined;
	}

	/** After an error of a method that says so. Throws it again if it is the disk that fails, and not the index. */
	failed(error: unknown): void {
		if (isOfDisk(error)) throw error;
		if (this.#wasRebuilt && !this.#isGivenUp) {
			this.#isGivenUp = true;
			this.#onGivenUp();
		}
		this.#isBroken = true;
	}

	/** The text of an event is another one now. */
	replace(event: Placed, text: string): void {
		this.#connection.on('REPLACE INTO texts VALUES (?, ?)').run(event.row, text);
		this.#queue(event);
	}

	/** The event is about to get another place. */
	move(event: Placed): void {
		this.#queue(event);
	}

	/** The event has been deleted. */
	delete(event: Placed): void {
		this.#connection.on('DELETE FROM texts WHERE row = ?').run(event.row);
		this.#connection.on('DELETE FROM unindexed WHERE row = ?').run(event.row);
		if (event.row <= this.#marker()) this.#deleteDocument(event);
	}

	/** The newest rows may have been deleted: their numbers are given again. */
	afterDeletion(): void {
		const {last} = this.#connection.on('SELECT coalesce(max(row), 0) AS last FROM events').get() as {last: number};
		if (last < this.#marker()) this.#setMarker(last);
	}

	/** There is something for `catchUp` or `rebuild` to do. */
	get isBehind(): boolean {
		if (this.#isGivenUp) return false;
		const row = this.#connection
			.on('SELECT (SELECT max(row) FROM events) > ? OR EXISTS (SELECT 1 FROM unindexed) AS is_behind')
			.get(this.#marker()) as Row;
		return this.isBroken || row.is_behind === 1;
	}

	get isBroken(): boolean {
		return this.#isBroken || this.#marker() === BROKEN;
	}

	/** Makes it anew, with nothing in it. Wants a transaction; errors are for `failed`. */
	rebuild(): void {
		this.#wasRebuilt = true;
		this.#connection.run(`DROP TABLE words; ${CREATE_WORDS} DELETE FROM documents; DELETE FROM unindexed`);
		this.#setMarker(0);
		this.#isBroken = false;
	}

	/** Indexes some events, at least one. Wants a transaction; errors are for `failed`, and nothing of it may stay. */
	catchUp(budget: Budget): void {
		if (this.isBroken || this.#isGivenUp) return;
		const late = this.#gather(SELECT_UNINDEXED, 0, budget.units);
		const fresh = this.#gather(SELECT_NEW, this.#marker(), budget.units - late.units);
		for (const {row} of late.rows) this.#connection.on('DELETE FROM unindexed WHERE row = ?').run(row);
		const [first, last] = [fresh.rows[0], fresh.rows.at(-1)];
		if (first !== undefined && last !== undefined) {
			this.#setMarker(last.row);
			// Changed before it was indexed at all: that is done now.
			this.#connection.on('DELETE FROM unindexed WHERE row BETWEEN ? AND ?').run(first.row, last.row);
		}
		this.#insert([...late.rows, ...fresh.rows], budget.isOver);
	}

	search(options: SearchOptions, room: number | undefined): StoredEvent[] {
		if (this.isBroken) return [];
		try {
			return this.#search(options, room);
		} catch (error) {
			this.failed(error);
			return [];
		}
	}

	#search({text, limit, before}: SearchOptions, room: number | undefined): StoredEvent[] {
		const query = toQuery(text, room);
		if (query === undefined) return [];
		const edge = before === undefined ? undefined : this.#documentOf(before);
		if (before !== undefined && edge === undefined) return [];
		const where = edge === undefined ? '' : 'AND words.rowid < CAST(?3 AS INTEGER)';
		const statement = this.#connection.on(`${SEARCH} ${where} ORDER BY words.rowid DESC LIMIT ?2`);
		const rows = (edge === undefined ? statement.all(query, limit) : statement.all(query, limit, edge)) as Row[];
		return rows.map(row => toEvent(row, row.name as string));
	}

	/** What follows this row, until its texts have so many units. */
	#gather(select: string, after: number, units: number): {readonly rows: readonly Text[]; readonly units: number} {
		const rows: Text[] = [];
		let sum = 0;
		while (sum < units) {
			const portion = this.#connection.on(select).all(rows.at(-1)?.row ?? after, PORTION) as Row[];
			for (const row of portion) {
				const text = textOf(row).slice(0, MAX_TEXT);
				rows.push({row: row.row, room: row.room, place: row.place, prefix: row.prefix, text} as Text);
				sum += EVENT_COST + text.length;
				if (sum >= units) break;
			}
			if (portion.length < PORTION) break;
		}
		return {rows, units: sum};
	}

	/** In ascending order, which costs the index a fraction of any other. What there is no time for waits for the next. */
	#insert(rows: readonly Text[], isOver: () => boolean): void {
		const sorted = rows.filter(({text}) => text !== '').sort((a, b) => a.place - b.place || a.prefix - b.prefix);
		for (const [index, row] of sorted.entries()) {
			if (index === 0 || !isOver()) this.#insertDocument(row);
			else this.#connection.on('INSERT OR IGNORE INTO unindexed VALUES (?)').run(row.row);
		}
	}

	#insertDocument({row, room, place, prefix, text}: Text): void {
		for (let neighbour = 0; neighbour < MAX_NEIGHBOURS; neighbour++) {
			const {changes} = this.#connection.on(INSERT_DOCUMENT).run(place, prefix, neighbour, row);
			if (changes === 0) continue;
			this.#connection.on(INSERT_WORDS).run(place, prefix, neighbour, toDocument(text), roomWord(room));
			return;
		}
	}

	#queue(event: Placed): void {
		if (event.row > this.#marker()) return;
		this.#deleteDocument(event);
		this.#connection.on('INSERT OR IGNORE INTO unindexed VALUES (?)').run(event.row);
	}

	/** If that fails the event is changed all the same, and the index is made anew. */
	#deleteDocument(event: Placed): void {
		try {
			if (!this.#isBroken) return this.#deleteFound(event);
		} catch (error) {
			this.failed(error);
		}
		this.#setMarker(BROKEN);
	}

	#deleteFound({place, prefix, row}: Placed): void {
		const found = this.#connection.on(FIND_DOCUMENT).get(place, prefix, row) as Row | undefined;
		if (found === undefined) return;
		this.#connection.on('DELETE FROM words WHERE rowid = CAST(? AS INTEGER)').run(found.document!);
		this.#connection.on('DELETE FROM documents WHERE document = CAST(? AS INTEGER)').run(found.document!);
	}

	#documentOf(id: string): string | undefined {
		const event = this.#connection
			.on('SELECT row, place, prefix FROM events WHERE prefix = ? AND id = ?')
			.get(prefixOf(id), toBytes(id)) as {row: number; place: number; prefix: number} | undefined;
		if (event === undefined) return undefined;
		const found = this.#connection.on(FIND_DOCUMENT).get(event.place, event.prefix, event.row) as Row | undefined;
		return (found ?? (this.#connection.on(FIRST_DOCUMENT).get(event.place, event.prefix) as Row)).document as string;
	}

	#marker(): number {
		this.#indexed ??= (
			this.#connection.on("SELECT value FROM state WHERE key = 'indexed'").get() as {value: number}
		).value;
		return this.#indexed;
	}

	#setMarker(row: number): void {
		this.#connection.on("UPDATE state SET value = ? WHERE key = 'indexed'").run(row);
		this.#indexed = row;
	}
}

/** What is to be found of an event: empty if it is nothing. */
function textOf({kind, text, bytes}: Row): string {
	if (!SEARCHED_KINDS.has(kind as number)) return '';
	if (text !== null) return text as string;
	try {
		return textOfBody(decodeEvent(bytes as Uint8Array));
	} catch {
		// Whoever took it in could read it; if nobody can any more, it cannot be found by its words.
		return '';
	}
}
