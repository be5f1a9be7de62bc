/** The events themselves: appended, found by id, number, place, target or age, and deleted. */
import {ENTRY_KINDS, type NewEvent, type PageOptions, type Position, type StoredEvent} from '../history/event-store.ts';
import type {EventKind} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import {kindNumber, prefixOf, toBytes, toHex} from './ids.ts';
import type {Chain} from './room-table.ts';
import type {Connection, Row, Value} from './sqlite.ts';

const EVENT = 'place, id, signature, received, bytes';
const DESCENDING = 'ORDER BY place DESC, prefix DESC, id DESC';
const ASCENDING = 'ORDER BY place, prefix, id';

/** Not `INSERT … WHERE NOT EXISTS`: SQLite would take each row through a table of its own, for half as much again. */
const INSERT = `INSERT INTO events
	(room, chain, sequence, place, prefix, id, kind, part, received, about, target, signature, bytes)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Rows of the room that are looked at for one answer, the newest: others may put as many as they like before them. */
const MAX_WALK = 4_096;

const COUNT_UNREAD = `SELECT count(*) AS count FROM (
	SELECT 1 FROM (
		SELECT chain FROM events WHERE room = ?1 AND part = 2 AND (place, prefix, id) > (?2, ?3, ?4)
		ORDER BY place DESC, prefix DESC LIMIT ${MAX_WALK}
	) WHERE chain NOT IN (SELECT chain FROM chains WHERE room = ?1 AND author = ?5) LIMIT ?6)`;

/** Chains of one author that are looked at, the latest, and events of each. */
const MAX_CHAINS = 64;
const MAX_CHAIN_WALK = 512;

const CHAINS_OF = `SELECT chain FROM chains WHERE room = ? AND author = ? ORDER BY latest DESC LIMIT ${MAX_CHAINS}`;

const EDIT = kindNumber('edit');
const REDACTION = kindNumber('redaction');

const REACTIONS = `SELECT ${EVENT} FROM events WHERE about = ? AND target = ? AND +room = ? AND kind = 3
	${DESCENDING} LIMIT ?`;

/** The last change of kind ?4 by the author of the chain ?3. */
const OWN_CHANGE = `SELECT ${EVENT} FROM events WHERE about = ?1 AND target = ?2 AND kind IN (2, 4) AND kind = ?4
	AND chain IN (SELECT theirs.chain FROM chains JOIN chains AS theirs USING (room, author) WHERE chains.chain = ?3)
	${DESCENDING} LIMIT 1`;

const AHEAD = `SELECT row, chain, prefix, ${EVENT} FROM events
	WHERE room = ?1 AND received < ?2 AND place >= ?2 AND place > received ${ASCENDING} LIMIT ?3`;

/** Of each chain the last one, and of these the last. */
const LAST_PRESENCE = `SELECT kind FROM (
	SELECT (
		SELECT row FROM events INDEXED BY presences WHERE chain = chains.chain AND kind IN (6, 7, 8)
		ORDER BY place DESC, prefix DESC LIMIT 1
	) AS row FROM chains WHERE room = ? AND author = ?
) CROSS JOIN events USING (row) ${DESCENDING} LIMIT 1`;

/** Bytes of an event that says little, and the most events that are read at once. */
const USUAL_BYTES = 200;
const MAX_PORTION = 512;

/** Values of `part`: of entries, and all. */
const ENTRIES = [2, 1];
const PARTS = [2, 1, 0];

/** Before every event. */
const BEGINNING = {order: -1, id: ''};

// A plus before `room` keeps SQLite from looking through the whole room: it does not know how rare a prefix is.

/** Where an event stands in its table. */
export type PlacedRow = {
	readonly row: number;
	readonly chain: number;
	readonly place: number;
	readonly prefix: number;
};

/** An event as its table has it. */
export type EventRow = PlacedRow & {readonly stored: StoredEvent};

export class EventTable {
	readonly #connection: Connection;
	/** The id that was looked for last and is not in this room: who adds an event has just asked for it. */
	#missing: {readonly room: number; readonly id: string} | undefined;

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	/** Does nothing if it is here already. */
	append(room: number, chain: Chain, {id, order, received, bytes, signature, event}: NewEvent): void {
		const isKnownMissing = this.#missing?.id === id && this.#missing.room === room;
		if (!isKnownMissing && this.locate(room, id) !== undefined) return;
		this.#missing = undefined;
		const target = event.kind === 'reply' ? undefined : 'target' in event ? event.target : undefined;
		this.#connection
			.on(INSERT)
			.run(
				room,
				chain.key,
				event.sequence,
				order,
				prefixOf(id),
				toBytes(id),
				kindNumber(event.kind),
				partOf(event.kind),
				received,
				target === undefined ? null : prefixOf(target),
				target === undefined ? null : toBytes(target),
				signature ?? null,
				bytes,
			);
	}

	/** Where an event stands: undefined if it is not here. */
	locate(room: number, id: string): {row: number; chain: number; place: number; kind: number} | undefined {
		const found = this.#connection
			.on('SELECT row, chain, place, kind FROM events WHERE prefix = ? AND id = ? AND +room = ?')
			.get(prefixOf(id), toBytes(id), room) as {row: number; chain: number; place: number; kind: number} | undefined;
		this.#missing = found === undefined ? {room, id} : undefined;
		return found;
	}

	get(room: number, name: string, id: string): StoredEvent | undefined {
		const row = this.#connection
			.on(`SELECT ${EVENT} FROM events WHERE prefix = ? AND id = ? AND +room = ?`)
			.get(prefixOf(id), toBytes(id), room) as Row | undefined;
		return row === undefined ? undefined : toEvent(row, name);
	}

	/** At most `limit`: an author may sign as many events of one number as it likes. */
	at(chain: number, name: string, sequence: number, limit = -1): StoredEvent[] {
		const rows = this.#connection
			.on(`SELECT ${EVENT} FROM events WHERE chain = ? AND sequence = ? ORDER BY row LIMIT ?`)
			.all(chain, sequence, limit) as Row[];
		return rows.map(row => toEvent(row, name));
	}

	run(chain: number, name: string, {from, to, bytes}: {from: number; to: number; bytes: number}): StoredEvent[] {
		// Not by an iterator: one that is not read to its end would hold the log for ever.
		const statement = this.#connection.on(
			`SELECT ${EVENT} FROM events WHERE chain = ? AND sequence BETWEEN ? AND ? ORDER BY sequence DESC, row
			LIMIT ? OFFSET ?`,
		);
		const portion = Math.min(MAX_PORTION, 1 + Math.ceil(bytes / USUAL_BYTES));
		const events: StoredEvent[] = [];
		let sum = 0;
		for (;;) {
			const rows = statement.all(chain, from, to, portion, events.length) as Row[];
			for (const row of rows) {
				const event = toEvent(row, name);
				events.push(event);
				sum += event.bytes.length;
				if (sum >= bytes) return events;
			}
			if (rows.length < portion) return events;
		}
	}

	page(room: number, name: string, {limit, before, after, kinds}: PageOptions): StoredEvent[] {
		const edges = [
			...(before === undefined ? [] : ['AND (place, prefix, id) < (?, ?, ?)']),
			...(after === undefined ? [] : ['AND (place, prefix, id) > (?, ?, ?)']),
		];
		const values = [before, after].flatMap(edge => (edge === undefined ? [] : placeOf(edge)));
		const direction = after === undefined ? DESCENDING : ASCENDING;
		const statement = this.#connection.on(
			`SELECT ${EVENT} FROM events WHERE room = ? AND part = ? ${edges.join(' ')} ${direction} LIMIT ?`,
		);
		const found = (kinds === 'entries' ? ENTRIES : PARTS)
			.flatMap(part => statement.all(room, part, ...values, limit) as Row[])
			.map(row => toEvent(row, name))
			.sort(compare);
		return after === undefined ? found.slice(Math.max(0, found.length - limit)) : found.slice(0, limit);
	}

	about(room: number, name: string, ids: readonly string[], limit: number): StoredEvent[] {
		const reactions = this.#connection.on(REACTIONS);
		const own = this.#connection.on(OWN_CHANGE);
		return ids
			.flatMap(id => {
				const [prefix, target, chain] = [prefixOf(id), toBytes(id), this.locate(room, id)?.chain];
				const changes = chain === undefined ? [] : [EDIT, REDACTION].map(kind => own.get(prefix, target, chain, kind));
				return [...changes, ...reactions.all(prefix, target, room, limit)].filter(row => row !== undefined) as Row[];
			})
			.map(row => toEvent(row, name))
			.sort(compare);
	}

	/** Looks at so many rows that nobody can make it last: what stands before them is not found. */
	last(room: number, name: string, kind: EventKind, author?: PeerId): StoredEvent | undefined {
		const row = author === undefined ? this.#lastIn(room, kind) : this.#lastBy(room, kind, author);
		return row === undefined ? undefined : toEvent(row, name);
	}

	countUnread(room: number, after: Position = BEGINNING, self: PeerId, limit: number): number {
		const row = this.#connection.on(COUNT_UNREAD).get(room, ...placeOf(after), self, limit) as Row;
		return row.count as number;
	}

	hasLeft(room: number, author: PeerId): boolean {
		const row = this.#connection.on(LAST_PRESENCE).get(room, author) as Row | undefined;
		return row?.kind === kindNumber('leave');
	}

	move(row: number, order: number): void {
		this.#connection.on('UPDATE events SET place = ? WHERE row = ?').run(order, row);
	}

	/** Those that came, or stand, before `olderThan`, in the order of the room. */
	oldest(room: number, name: string, olderThan: number, limit: number): EventRow[] {
		const statement = this.#connection.on(
			`SELECT row, chain, prefix, ${EVENT} FROM events WHERE room = ? AND part = ? AND place < ? ${ASCENDING} LIMIT ?`,
		);
		const toRow = (row: unknown) => toEventRow(row as Row, name);
		const found = PARTS.flatMap(part => statement.all(room, part, olderThan, limit).map(toRow))
			.sort((a, b) => compare(a.stored, b.stored))
			.slice(0, limit);
		if (found.length === limit) return found;
		return [
			...found,
			...this.#connection
				.on(AHEAD)
				.all(room, olderThan, limit - found.length)
				.map(toRow),
		];
	}

	/** Some events of a room that is forgotten. */
	some(room: number, limit: number): PlacedRow[] {
		return this.#connection
			.on('SELECT row, chain, place, prefix FROM events WHERE room = ? LIMIT ?')
			.all(room, limit) as PlacedRow[];
	}

	delete(row: number): void {
		this.#connection.on('DELETE FROM events WHERE row = ?').run(row);
	}

	#lastIn(room: number, kind: EventKind): Row | undefined {
		// Topics have an index of their own: SQLite takes it if it sees its very condition.
		const sql =
			kind === 'topic'
				? `SELECT ${EVENT} FROM events WHERE room = ? AND kind = ${kindNumber(kind)} ${DESCENDING} LIMIT 1`
				: `SELECT * FROM (SELECT ${EVENT}, kind FROM events WHERE room = ? AND part = ${partOf(kind)} ${DESCENDING}
					LIMIT ${MAX_WALK}) WHERE kind = ${kindNumber(kind)} LIMIT 1`;
		return this.#connection.on(sql).get(room) as Row | undefined;
	}

	/** Of each chain the last one among its last ones: of those that say whether the author is here, or of all. */
	#lastBy(room: number, kind: EventKind, author: PeerId): Row | undefined {
		const isPresence = kind === 'join' || kind === 'name' || kind === 'leave';
		const from = isPresence
			? 'events INDEXED BY presences WHERE chain = ? AND kind IN (6, 7, 8) ORDER BY place DESC, prefix DESC'
			: 'events WHERE chain = ? ORDER BY sequence DESC';
		const statement = this.#connection.on(
			`SELECT * FROM (SELECT ${EVENT}, prefix, kind FROM ${from} LIMIT ${MAX_CHAIN_WALK})
			WHERE kind = ${kindNumber(kind)} ${DESCENDING} LIMIT 1`,
		);
		const chains = this.#connection.on(CHAINS_OF).all(room, author) as {chain: number}[];
		const rows = chains.map(({chain}) => statement.get(chain) as Row | undefined).filter(row => row !== undefined);
		return rows
			.map(row => ({row, order: row.place as number, id: toHex(row.id as Uint8Array)}))
			.sort(compare)
			.at(-1)?.row;
	}
}

function partOf(kind: EventKind): number {
	if (isWords(kind)) return 2;
	return ENTRY_KINDS.has(kind) ? 1 : 0;
}

function placeOf({order, id}: Position): Value[] {
	return id === '' ? [order, -1, new Uint8Array()] : [order, prefixOf(id), toBytes(id)];
}

function toEventRow(row: Row, name: string): EventRow {
	return {
		row: row.row as number,
		chain: row.chain as number,
		place: row.place as number,
		prefix: row.prefix as number,
		stored: toEvent(row, name),
	};
}

export function toEvent(row: Row, room: string): StoredEvent {
	return {
		room,
		order: row.place as number,
		id: toHex(row.id as Uint8Array),
		bytes: row.bytes as Uint8Array,
		signature: (row.signature as Uint8Array | null) ?? undefined,
		received: row.received as number,
	};
}

/** By place, then by id as text. */
function compare(a: Position, b: Position): number {
	return a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
