import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {EventStore} from '../history/event-store.ts';
import {MemoryEventStore} from '../history/memory-store.ts';
import {systemRandom} from './system-random.ts';

/**
 * Where this node's events are kept: in its data directory, whose lock is held, or in memory.
 * @throws UserError if there is a database that cannot be used; it is left as it is.
 */
export async function openStore({dataDirectory}: CoreConfig, warn: (warning: NodeEvent) => void): Promise<EventStore> {
	if (dataDirectory === undefined) return new MemoryEventStore(systemRandom);
	const {NoSqlite, openEventStore} = await import('../storage/event-store.ts');
	try {
		return await openEventStore(dataDirectory, systemRandom);
	} catch (error) {
		if (!(error instanceof NoSqlite)) throw error;
		const message = `history is not kept on disk: ${error.message}`;
		warn({type: 'warning', code: 'no-history', message});
		return new MemoryEventStore(systemRandom);
	}
}
