/** SQLite as it is used here: one connection, synchronous, with statements that are prepared once. */
import type {DatabaseSync, DatabaseSyncInstance} from '@photostructure/sqlite';

export type Value = null | number | string | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

export type Statement = {
	get(...values: Value[]): unknown;
	all(...values: Value[]): unknown[];
	run(...values: Value[]): {changes: number | bigint; lastInsertRowid: number | bigint};
};

type SqliteModule = {readonly DatabaseSync: typeof DatabaseSync};

/** Milliseconds that a write waits for another process, such as one that is being backed up. */
const BUSY_PATIENCE = 500;

/**
 * The library is only read when a history is kept: `id` and `ping` start without it.
 * @throws whatever the platform says if there is no binary for it.
 */
export async function loadSqlite(): Promise<SqliteModule> {
	return import('@photostructure/sqlite');
}

/** A connection. Every method throws what SQLite says. */
export class Connection {
	readonly #database: DatabaseSyncInstance;
	readonly #statements = new Map<string, Statement>();

	constructor(sqlite: SqliteModule, file: string, {isReadOnly = false} = {}) {
		this.#database = new sqlite.DatabaseSync(file, {
			readOnly: isReadOnly,
			timeout: BUSY_PATIENCE,
			enableForeignKeyConstraints: false,
		});
	}

	get isInTransaction(): boolean {
		return this.#database.isTransaction;
	}

	/** Runs statements that return nothing. */
	run(sql: string): void {
		this.#database.exec(sql);
	}

	/** The statement for this text, the same each time. Values of numbers come as REAL: columns make integers of them. */
	on(sql: string): Statement {
		const known = this.#statements.get(sql);
		if (known !== undefined) return known;
		const statement = this.#database.prepare(sql) as unknown as Statement;
		this.#statements.set(sql, statement);
		return statement;
	}

	/** A pragma's value, such as `user_version`. */
	pragma(name: string): number {
		return Number(Object.values(this.#database.prepare(`PRAGMA ${name}`).get() as Row)[0]);
	}

	/** All of `task`, or nothing of it. */
	transaction(task: () => void): void {
		this.run('BEGIN IMMEDIATE');
		try {
			task();
			this.run('COMMIT');
		} catch (error) {
			this.rollback();
			throw error;
		}
	}

	/** All of `task`, or nothing of it, within a transaction. */
	part(task: () => void): void {
		this.run('SAVEPOINT part');
		try {
			task();
			this.run('RELEASE part');
		} catch (error) {
			if (this.isInTransaction) this.run('ROLLBACK TO part; RELEASE part');
			throw error;
		}
	}

	/** Takes back what is not committed. Never throws: SQLite may have done it by itself. */
	rollback(): void {
		try {
			if (this.isInTransaction) this.run('ROLLBACK');
		} catch {
			// Whatever made it impossible will be met again by what comes next.
		}
	}

	close(): void {
		this.#statements.clear();
		this.#database.close();
	}
}
