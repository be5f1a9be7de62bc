/**
 * Deleting what is old. What is gone on purpose is neither asked for nor missed. An author whose own later event stands
 * before an earlier one may lose the proof of the earlier with the later: others get it where both are still kept.
 */
import type {EventStore} from './event-store.ts';
import {readStored} from './fold.ts';
import type {RoomState} from './room-state.ts';

/** Deletes at most `limit` events that are older than that; returns how many. */
export function pruneRoom(state: RoomState, store: EventStore, olderThan: number, limit: number): number {
	const deleted = store.prune(state.room, olderThan, limit);
	for (const stored of deleted) {
		state.prune(stored);
		const event = readStored(stored);
		if (event === undefined) continue;
		const siblings = store.at(state.room, event, event.sequence, 2).map(({id}) => id);
		state.chainFor(event).prune(event.sequence, stored.id, siblings);
	}
	return deleted.length;
}
