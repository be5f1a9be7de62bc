/**
 * The database as a file: made whole or not at all, and looked at before it is opened. What is damaged is refused, and
 * never made anew.
 *
 * Source: SQLite's database file format, sqlite.org/fileformat2.html: header (1.3), write-ahead log (4).
 */
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {pathToFileURL} from 'node:url';
import {UserError} from '../base/errors.ts';
import {explain, hasModes, quote} from './directory.ts';
import {syncDirectory} from './epoch-mark.ts';
import {checkVersion, migrate} from './migrations.ts';
import {Connection, type loadSqlite} from './sqlite.ts';
import {isDamage} from './storage-failure.ts';

type Sqlite = Awaited<ReturnType<typeof loadSqlite>>;

export const FILE_NAME = 'history.db';

/** In the file's header: whose it is. */
const APPLICATION_ID = 0x70_32_70_74;

const FILE_MODE = 0o600;
/** Any permission of group and others. */
const OPEN_TO_OTHERS = 0o077;

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Where the two salts are, in the header of the log and in that of a frame: they are the same in frames that count. */
const LOG_SALTS_AT = 16;
const FRAME_SALTS_AT = 8;
const SALTS_BYTES = 8;

/** Pages in the log after which SQLite moves them to their places: 4 MiB, some ten milliseconds of work. */
const CHECKPOINT_PAGES = 1_000;
/** Bytes that the log keeps for the next ones after it was moved. */
const LOG_BYTES = 16 * 1024 * 1024;

const CACHE_KIBIBYTES = 16 * 1024;

/** Makes a new one, with its tables, unless there is one. @throws UserError if that cannot be done. */
export function createDatabase(sqlite: Sqlite, file: string): void {
	if (statSync(file, {throwIfNoEntry: false}) !== undefined) return;
	const unfinished = `${file}.new`;
	try {
		for (const end of ['', '-journal', '-wal', '-shm']) rmSync(unfinished + end, {force: true});
		closeSync(openSync(unfinished, 'wx', FILE_MODE));
		const connection = new Connection(sqlite, unfinished);
		try {
			connection.run(
				`PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA application_id = ${APPLICATION_ID}`,
			);
			migrate(connection, unfinished);
			connection.run('PRAGMA journal_mode = WAL');
		} finally {
			connection.close();
		}
		syncFile(unfinished);
		renameSync(unfinished, file);
		syncDirectory(dirname(file));
	} catch (cause) {
		throw cannotUse(file, cause);
	}
}

/** Opens one that is there. @throws UserError if it is damaged, of a newer program, or cannot be used. */
export function openDatabase(sqlite: Sqlite, file: string, {isReadOnly = false} = {}): Connection {
	let connection: Connection | undefined;
	try {
		inspect(file);
		if (!isReadOnly) closeToOthers(file);
		connection = isReadOnly ? connectToRead(sqlite, file) : new Connection(sqlite, file);
		connection.run(`PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
		if (!isReadOnly) configure(connection);
		if (connection.pragma('application_id') !== APPLICATION_ID) throw damaged(file, 'is no history of p2p-tui');
		if (isReadOnly) checkVersion(connection, file);
		else migrate(connection, file);
		tryOut(connection);
		return connection;
	} catch (cause) {
		connection?.close();
		if (cause instanceof UserError) throw cause;
		if (isDamage(cause)) throw damaged(file, 'is damaged', cause);
		throw isReadOnly ? cannotRead(file, cause) : cannotUse(file, cause);
	}
}

/** Bytes on disk: what is in the file, and what waits in the log. */
export function sizeOf(file: string): number {
	const bytes = (path: string) => statSync(path, {throwIfNoEntry: false})?.size ?? 0;
	return bytes(file) + bytes(`${file}-wal`);
}

/**
 * SQLite makes files beside a database with a log, also to read it. Where it may not, on a backup's disk, it has to be
 * told that nobody changes this one; and then it does not look into the log.
 */
function connectToRead(sqlite: Sqlite, file: string): Connection {
	const connection = new Connection(sqlite, file, {isReadOnly: true});
	try {
		connection.pragma('application_id');
		return connection;
	} catch (error) {
		connection.close();
		const logged = statSync(`${file}-wal`, {throwIfNoEntry: false})?.size ?? 0;
		if (logged > 0 || isWritable(dirname(file))) throw error;
		return new Connection(sqlite, `${pathToFileURL(file).href}?immutable=1`, {isReadOnly: true});
	}
}

function isWritable(directory: string): boolean {
	try {
		accessSync(directory, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function closeToOthers(file: string): void {
	if (hasModes() && (statSync(file).mode & OPEN_TO_OTHERS) !== 0) chmodSync(file, FILE_MODE);
}

function configure(connection: Connection): void {
	connection.run(`
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
		PRAGMA journal_size_limit = ${LOG_BYTES};
		PRAGMA secure_delete = FAST;
		PRAGMA temp_store = MEMORY;
	`);
}

/** Reads a little from each end of what is needed first. */
function tryOut(connection: Connection): void {
	connection.on('SELECT count(*) FROM sqlite_schema').get();
	connection.on("SELECT value FROM state WHERE key = 'indexed'").get();
	connection.on('SELECT * FROM rooms').all();
	connection.on('SELECT * FROM events ORDER BY row DESC LIMIT 1').get();
	connection.on('SELECT * FROM events ORDER BY row LIMIT 1').get();
}

/** What SQLite itself does not look at: whether all pages are there. @throws UserError if not. */
function inspect(file: string): void {
	const handle = openSync(file, 'r');
	try {
		const header = Buffer.alloc(HEADER_BYTES);
		const length = readSync(handle, header, 0, HEADER_BYTES, 0);
		if (length === 0) throw damaged(file, 'is empty');
		if (length < HEADER_BYTES) throw damaged(file, 'is cut short');
		if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
			throw damaged(file, 'is damaged, or is no history of p2p-tui');
		const pageSize = header.readUInt16BE(PAGE_SIZE_AT) === 1 ? 65_536 : header.readUInt16BE(PAGE_SIZE_AT);
		if (pageSize < 512) throw damaged(file, 'is damaged');
		const here = Math.floor(fstatSync(handle).size / pageSize);
		const wanted = header.readUInt32BE(PAGE_COUNT_AT);
		if (here >= wanted) return;
		// Killed while pages were moved from the log to their places: those at the end are still there.
		const logged = pagesInLog(`${file}-wal`, pageSize);
		for (let page = here + 1; page <= wanted; page++) {
			if (!logged.has(page)) throw damaged(file, 'is cut short');
		}
	} finally {
		closeSync(handle);
	}
}

/** Numbers of the pages that the write-ahead log has. */
function pagesInLog(file: string, pageSize: number): ReadonlySet<number> {
	const pages = new Set<number>();
	const size = statSync(file, {throwIfNoEntry: false})?.size ?? 0;
	if (size < LOG_HEADER_BYTES) return pages;
	const handle = openSync(file, 'r');
	try {
		const salts = Buffer.alloc(SALTS_BYTES);
		readSync(handle, salts, 0, SALTS_BYTES, LOG_SALTS_AT);
		const frame = Buffer.alloc(FRAME_HEADER_BYTES);
		for (let at = LOG_HEADER_BYTES; at + FRAME_HEADER_BYTES + pageSize <= size; at += FRAME_HEADER_BYTES + pageSize) {
			readSync(handle, frame, 0, FRAME_HEADER_BYTES, at);
			if (!frame.subarray(FRAME_SALTS_AT, FRAME_SALTS_AT + SALTS_BYTES).equals(salts)) break;
			pages.add(frame.readUInt32BE(0));
		}
		return pages;
	} finally {
		closeSync(handle);
	}
}

function syncFile(file: string): void {
	const handle = openSync(file, 'r+');
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

function damaged(file: string, how: string, cause?: unknown): UserError {
	const move = `mv ${quote(file)} ${quote(`${file}.old`)}`;
	return new UserError(`The history in ${file} ${how}`, {
		hint: `Put it back from a backup, or move it away (${move}): others give the rooms back as far as they hold them`,
		cause,
	});
}

export function cannotUse(file: string, cause: unknown): UserError {
	return new UserError(`Cannot use the history in ${file}: ${explain(cause)}`, {
		hint: 'Mend that, choose another --data-dir <directory>, or keep nothing with --ephemeral',
		cause,
	});
}

function cannotRead(file: string, cause: unknown): UserError {
	return new UserError(`Cannot read the history in ${file}: ${explain(cause)}`, {
		hint: `Copy ${quote(dirname(file))} to where you may write, and name the copy with --data-dir <directory>`,
		cause,
	});
}
