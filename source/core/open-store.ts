import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {EventStore} from '../history/event-store.ts';
import {MemoryEventStore} from '../history/memory-store.ts';
import {systemRandom} from './system-random.ts';

/**
 * Where this node's events are kept: in its data directory, whose lock is held, or in memory if it has none. `warn` is
 * told if this machine cannot keep them.
 * @throws UserError if there is a database that cannot be used; it is left as it is.
 */
export async function openStore({dataDirectory}: CoreConfig, warn: (warning: NodeEvent) => void): Promise<EventStore> {
	if (dataDirectory === undefined) return new MemoryEventStore(systemRandom);
	const {openEventStore} = await import('../storage/event-store.ts');
	const onWarning = (message: string) => warn({type: 'warning', code: 'history', message});
	const {store, warning} = await openEventStore(dataDirectory, {random: systemRandom, onWarning});
	if (warning !== undefined) onWarning(warning);
	return store;
}
