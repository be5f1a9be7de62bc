/** Versions of the tables, and the way from each to the next. */
import {UserError} from '../base/errors.ts';
import {VERSION_1} from './schema.ts';
import type {Connection} from './sqlite.ts';

/** What leads from version n to n + 1; what has been released is never changed. */
export const MIGRATIONS: readonly string[] = [VERSION_1];

/** @throws UserError if the tables are of a version that only a newer program knows. */
export function checkVersion(connection: Connection, file: string, migrations = MIGRATIONS): number {
	const version = connection.pragma('user_version');
	if (version <= migrations.length) return version;
	throw new UserError(`The history in ${file} was written by a newer p2p-tui`, {
		hint: 'Update this one, or start it with another --data-dir <directory> or --ephemeral',
	});
}

/**
 * Brings the tables to the newest version, each step as a whole or not at all.
 * @throws UserError if they are of a newer one.
 */
export function migrate(connection: Connection, file: string, migrations = MIGRATIONS): void {
	const version = checkVersion(connection, file, migrations);
	for (const [index, migration] of migrations.entries()) {
		if (index < version) continue;
		connection.transaction(() => {
			connection.run(migration);
			connection.run(`PRAGMA user_version = ${index + 1}`);
		});
	}
}
