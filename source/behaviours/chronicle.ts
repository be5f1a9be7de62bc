/**
 * From what is kept to what people are told: entries with their last edit, their reactions and the names of their
 * authors. Rooms, history and direct messages all speak through it, so that an event looks the same whichever way it came.
 */
import type {ChatMessage, NodeEvent, RoomName} from '../api/event.ts';
import type {Archive, Kept} from '../history/archive.ts';
import type {StoredEvent} from '../history/event-store.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {View} from './behaviour.ts';

/** Of old history that comes late, people are told what stands among so many newest events of its room. */
export const TOLD_NEAR_END = 500;

export type ChronicleOptions = {readonly view: View; readonly archive: Archive};

export class Chronicle {
	constructor(_options: ChronicleOptions) {}

	/**
	 * What people are to be told of an event that was just kept: a `message` or `notice` of its own, the `message-changed`
	 * of what it edits, reacts to or takes back, of entries whose gap it fills, of its siblings in a fork; a
	 * `topic-changed`. Nothing new for what is neither ours nor near the end. `path`: of an event that came live.
	 */
	tell(_kept: Kept, _path?: {readonly via: PeerId; readonly hops: number}): NodeEvent[] {
		throw new Error('not built yet');
	}

	/** The entries as they are to be shown now, in the order given. */
	entries(_stored: readonly StoredEvent[]): ChatMessage[] {
		throw new Error('not built yet');
	}

	/** What commands and events call a room of this id. Direct rooms only of peers that were told by `introduce`. */
	nameOf(_room: string): RoomName {
		throw new Error('not built yet');
	}
}
