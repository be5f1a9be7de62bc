/** People, and how far own messages have spread: tables that stay small, since strangers can add to them. */
import type {StoredPerson, StoredSpread} from '../history/event-store.ts';
import {MAX_PEOPLE, MAX_SPREADS} from '../history/memory-store.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {toBytes, toHex} from './ids.ts';
import type {Connection, Row} from './sqlite.ts';

const UPDATE_PERSON = 'UPDATE people SET name = ?, since = ?, last_seen = ? WHERE peer = ?';
const INSERT_PERSON = 'INSERT INTO people (name, since, last_seen, peer) VALUES (?, ?, ?, ?)';
/** Whom we have never met, then whom we met longest ago. */
const DELETE_PEOPLE = `DELETE FROM people WHERE person IN
	(SELECT person FROM people ORDER BY last_seen, person LIMIT max(0, (SELECT count(*) FROM people) - ${MAX_PEOPLE}))`;

const UPDATE_SPREAD = 'UPDATE spreads SET room = ?, members = ?, holders = ? WHERE id = ?';
const INSERT_SPREAD = 'INSERT INTO spreads (room, members, holders, id) VALUES (?, ?, ?, ?)';
const DELETE_SPREADS = `DELETE FROM spreads WHERE spread <= (SELECT max(spread) FROM spreads) - ${MAX_SPREADS}`;

export class PeopleTable {
	readonly #connection: Connection;

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	spreads(limit: number): readonly StoredSpread[] {
		const rows = this.#connection.on('SELECT * FROM spreads ORDER BY spread DESC LIMIT ?').all(limit) as Row[];
		return rows.reverse().map(row => ({
			messageId: toHex(row.id as Uint8Array),
			room: row.room as string,
			members: JSON.parse(row.members as string),
			holders: JSON.parse(row.holders as string),
		}));
	}

	saveSpread({messageId, room, members, holders}: StoredSpread): void {
		const values = [room, JSON.stringify(members), JSON.stringify(holders), toBytes(messageId)];
		if (this.#connection.on(UPDATE_SPREAD).run(...values).changes !== 0) return;
		this.#connection.on(INSERT_SPREAD).run(...values);
		this.#connection.on(DELETE_SPREADS).run();
	}

	forget(room: string): void {
		this.#connection.on('DELETE FROM spreads WHERE room = ?').run(room);
	}

	people(limit: number): readonly StoredPerson[] {
		const rows = this.#connection
			.on('SELECT * FROM people ORDER BY last_seen DESC, person LIMIT ?')
			.all(limit) as Row[];
		return rows.map(row => ({
			peer: row.peer as PeerId,
			name: row.name as string,
			since: row.since as number,
			lastSeen: row.last_seen as number,
		}));
	}

	savePerson({peer, name, since, lastSeen}: StoredPerson): void {
		const values = [name, since, lastSeen, peer];
		if (this.#connection.on(UPDATE_PERSON).run(...values).changes !== 0) return;
		this.#connection.on(INSERT_PERSON).run(...values);
		this.#connection.on(DELETE_PEOPLE).run();
	}
}
