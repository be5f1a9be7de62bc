/** Opening the history of a profile: `history.db` in its directory. The profile must be locked (`lock.ts`). */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describeError, UserError} from '../base/errors.ts';
import type {Random} from '../base/random.ts';
import type {EventStore} from '../history/event-store.ts';
import {MemoryEventStore} from '../history/memory-store.ts';
import {cannotUse, createDatabase, FILE_NAME, openDatabase, sizeOf} from './database-file.ts';
import {leaveMark, newEpoch, takeMark} from './epoch-mark.ts';
import {loadSqlite} from './sqlite.ts';
import {SqliteEventStore} from './sqlite-event-store.ts';
import {startUpkeep} from './upkeep.ts';

export type OpenedEventStore = {
	readonly store: EventStore;
	/** One line for a person: there is no SQLite for this platform, and history is kept in memory only. */
	readonly warning?: string;
};

/** Who only reads makes no epochs. */
const NO_RANDOM: Random = {float: () => 0, bytes: length => new Uint8Array(length)};

type OpenOptions = {
	readonly random: Random;
	readonly load?: typeof loadSqlite;
	/** Told later, while it is used: one line for a person. */
	readonly onWarning?: (warning: string) => void;
	/** Milliseconds: how long what can wait may take. */
	readonly clock?: () => number;
};

/**
 * Opens the history, or makes a new one.
 * @throws UserError if it is damaged, of a newer program, or cannot be used.
 */
export async function openEventStore(
	directory: string,
	{random, load = loadSqlite, onWarning, clock = () => performance.now()}: OpenOptions,
): Promise<OpenedEventStore> {
	let sqlite: Awaited<ReturnType<typeof loadSqlite>>;
	try {
		sqlite = await load();
	} catch (error) {
		const warning = `No history is kept on disk: SQLite does not run here (${describeError(error)})`;
		return {store: new MemoryEventStore(random), warning};
	}
	const file = join(directory, FILE_NAME);
	createDatabase(sqlite, file);
	const epoch = markedEpoch(directory, file) ?? newEpoch(random);
	const connection = openDatabase(sqlite, file);
	const store: SqliteEventStore = new SqliteEventStore({
		connection,
		directory,
		epoch,
		random,
		size: () => sizeOf(file),
		onClosed: last => leaveMark(directory, file, last),
		onBehind: () => upkeep.wake(),
		...(onWarning && {onWarning}),
		clock,
	});
	const upkeep = startUpkeep(() => store.upkeep());
	upkeep.wake();
	return {store};
}

function markedEpoch(directory: string, file: string): string | undefined {
	try {
		return takeMark(directory, file);
	} catch (cause) {
		throw cannotUse(file, cause);
	}
}

/**
 * Opens the history only to read it, also while a node uses it. Undefined if there is none.
 * @throws UserError if it is damaged, of a newer program, or cannot be used.
 */
export async function openReadOnly(directory: string, load = loadSqlite): Promise<EventStore | undefined> {
	const file = join(directory, FILE_NAME);
	if (!existsSync(file)) return undefined;
	const sqlite = await load().catch(cause => {
		throw new UserError(`Cannot read the history in ${file}: SQLite does not run here (${describeError(cause)})`, {
			hint: 'Install p2p-tui again, with its dependencies',
			cause,
		});
	});
	const connection = openDatabase(sqlite, file, {isReadOnly: true});
	const size = () => sizeOf(file);
	return new SqliteEventStore({
		connection,
		directory,
		epoch: '',
		random: NO_RANDOM,
		size,
		clock: () => 0,
		isReadOnly: true,
	});
}
