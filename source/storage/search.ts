/** The search index: filled behind, in chunks, so that taking over a long history waits for nothing. */
import type {SearchOptions, StoredEvent} from '../history/event-store.ts';
import {decodeEvent} from '../wire/event.ts';
import {type EventRow, toEvent} from './event-table.ts';
import {prefixOf, toBytes} from './ids.ts';
import {roomWord, toDocument, toQuery} from './search-text.ts';
import type {Connection, Row} from './sqlite.ts';

/** Kinds with a text to be found: messages and replies. */
const SEARCHED_KINDS: ReadonlySet<number> = new Set([0, 1]);

/** A document's number is the place of its event, and so many bits of its id below it. */
const ID_BITS = 19;
const PREFIX_BITS = 48;

/** Events of one place whose ids begin alike take the next numbers; so many are tried. */
const MAX_NEIGHBOURS = 64;

const DOCUMENT = `((CAST(?1 AS INTEGER) << ${ID_BITS}) | (CAST(?2 AS INTEGER) >> ${PREFIX_BITS - ID_BITS}))`;
const INSERT_WORDS = `INSERT INTO words (rowid, text, room) VALUES (${DOCUMENT} + CAST(?3 AS INTEGER), ?4, ?5)`;
const INSERT_DOCUMENT = `INSERT OR IGNORE INTO documents VALUES (${DOCUMENT} + CAST(?3 AS INTEGER), ?4)`;
const FIND_DOCUMENT = `SELECT CAST(document AS TEXT) AS document FROM documents
	WHERE document BETWEEN ${DOCUMENT} AND ${DOCUMENT} + ${MAX_NEIGHBOURS - 1} AND row = ?3`;
const FIRST_DOCUMENT = `SELECT CAST(${DOCUMENT} AS TEXT) AS document`;

const SELECT_NEW = `SELECT row, room, kind, place, prefix, bytes, text FROM events LEFT JOIN texts USING (row)
	WHERE row > ? ORDER BY row LIMIT ?`;
const SELECT_UNINDEXED = `SELECT row, room, kind, place, prefix, bytes, text FROM unindexed CROSS JOIN events USING (row)
	LEFT JOIN texts USING (row) LIMIT ?`;

const SEARCH = `SELECT rooms.name, place, id, signature, received, bytes
	FROM words CROSS JOIN documents ON document = words.rowid CROSS JOIN events USING (row)
	CROSS JOIN rooms ON rooms.room = events.room
	WHERE words MATCH ?1 AND rooms.name IS NOT NULL`;

export class SearchIndex {
	readonly #connection: Connection;
	/** The row up to which all is indexed; undefined: to be read. */
	#indexed: number | undefined;

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	/** Forgets what is not in the tables. */
	reset(): void {
		this.#indexed = undefined;
	}

	/** The text of an event is another one now. */
	replace(event: Pick<EventRow, 'row' | 'place' | 'prefix'>, text: string): void {
		this.#connection.on('REPLACE INTO texts VALUES (?, ?)').run(event.row, text);
		this.#queue(event);
	}

	/** The event is about to get another place. */
	move(event: Pick<EventRow, 'row' | 'place' | 'prefix'>): void {
		this.#queue(event);
	}

	/** The event has been deleted. */
	delete(event: Pick<EventRow, 'row' | 'place' | 'prefix'>): void {
		this.#connection.on('DELETE FROM texts WHERE row = ?').run(event.row);
		this.#connection.on('DELETE FROM unindexed WHERE row = ?').run(event.row);
		if (event.row <= this.#marker()) this.#deleteDocument(event);
	}

	/** The newest rows may have been deleted: their numbers are given again. */
	afterDeletion(): void {
		const {last} = this.#connection.on('SELECT coalesce(max(row), 0) AS last FROM events').get() as {last: number};
		if (last < this.#marker()) this.#setMarker(last);
	}

	get isBehind(): boolean {
		const row = this.#connection
			.on('SELECT (SELECT max(row) FROM events) > ? OR EXISTS (SELECT 1 FROM unindexed) AS is_behind')
			.get(this.#marker()) as Row;
		return row.is_behind === 1;
	}

	/** Indexes some events, at most `limit`. Wants a transaction. */
	catchUp(limit: number): void {
		const late = this.#connection.on(SELECT_UNINDEXED).all(limit) as Row[];
		const fresh = this.#connection.on(SELECT_NEW).all(this.#marker(), limit - late.length) as Row[];
		this.#insert([...late, ...fresh]);
		for (const {row} of late) this.#connection.on('DELETE FROM unindexed WHERE row = ?').run(row as number);
		const last = fresh.at(-1);
		if (last === undefined) return;
		this.#setMarker(last.row as number);
		// Changed before it was indexed at all: that was done just now.
		this.#connection.on('DELETE FROM unindexed WHERE row BETWEEN ? AND ?').run(fresh[0]!.row!, last.row as number);
	}

	search({text, limit, before}: SearchOptions, room: number | undefined): StoredEvent[] {
		const query = toQuery(text, room);
		if (query === undefined) return [];
		const edge = before === undefined ? undefined : this.#documentOf(before);
		if (before !== undefined && edge === undefined) return [];
		const where = edge === undefined ? '' : 'AND words.rowid < CAST(?3 AS INTEGER)';
		const statement = this.#connection.on(`${SEARCH} ${where} ORDER BY words.rowid DESC LIMIT ?2`);
		const rows = (edge === undefined ? statement.all(query, limit) : statement.all(query, limit, edge)) as Row[];
		return rows.map(row => toEvent(row, row.name as string));
	}

	/** In ascending order, which costs the index a fraction of any other. */
	#insert(rows: readonly Row[]): void {
		const sorted = rows
			.filter(row => SEARCHED_KINDS.has(row.kind as number))
			.sort((a, b) => (a.place as number) - (b.place as number) || (a.prefix as number) - (b.prefix as number));
		for (const row of sorted) {
			const text = (row.text as string | null) ?? textOf(row.bytes as Uint8Array);
			if (text !== '') this.#insertDocument(row, text);
		}
	}

	#insertDocument({row, room, place, prefix}: Row, text: string): void {
		for (let neighbour = 0; neighbour < MAX_NEIGHBOURS; neighbour++) {
			const {changes} = this.#connection.on(INSERT_DOCUMENT).run(place!, prefix!, neighbour, row!);
			if (changes === 0) continue;
			this.#connection.on(INSERT_WORDS).run(place!, prefix!, neighbour, toDocument(text), roomWord(room as number));
			return;
		}
	}

	#queue(event: Pick<EventRow, 'row' | 'place' | 'prefix'>): void {
		if (event.row > this.#marker()) return;
		this.#deleteDocument(event);
		this.#connection.on('INSERT OR IGNORE INTO unindexed VALUES (?)').run(event.row);
	}

	#deleteDocument({place, prefix, row}: Pick<EventRow, 'row' | 'place' | 'prefix'>): void {
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

function textOf(bytes: Uint8Array): string {
	try {
		const event = decodeEvent(bytes);
		return 'text' in event ? event.text : '';
	} catch {
		// Whoever took it in could read it; if nobody can any more, it cannot be found by its words.
		return '';
	}
}
