/** What `inspect` answers. */
import type {Member, RoomName} from './event.ts';
import type {OfferedFile} from './files.ts';

/** One event as it is kept here, and what is known of where else it is. */
export type EventDetails = {
	readonly room: RoomName;
	readonly messageId: string;
	readonly kind: string;
	readonly from: string;
	readonly name: string;
	/** As it was signed, whole and unchanged by later edits. Empty for kinds without a text. */
	readonly text: string;
	/** Of a file that was not taken back. */
	readonly offer?: OfferedFile;
	/** The author's wall clock, the author's logical clock, the place in the room's order, and when it came here: Unix milliseconds. */
	readonly timestamp: number;
	readonly clock: number;
	readonly order: number;
	readonly received: number;
	/** 32 hex digits: numbers count anew in each. */
	readonly epoch: string;
	readonly sequence: number;
	/** The event of the same author before it; missing from the first one. */
	readonly previous?: string;
	/** The newest events that its author had seen; and those of them that are not here. */
	readonly parents: readonly string[];
	readonly missing: readonly string[];
	/** Length of the signed bytes. */
	readonly bytes: number;
	/** 128 hex digits. Missing where a later event of the same author vouches for it. */
	readonly signature?: string;
	/** Its author has signed another event under the same number. */
	readonly forked?: true;
	/** Edits, reactions and redactions that count, the oldest first. */
	readonly changes: readonly {
		readonly messageId: string;
		readonly kind: string;
		readonly from: string;
		readonly name: string;
		readonly text: string;
		readonly timestamp: number;
	}[];
	/** Of own messages: whoever is known to hold it, ourselves included, of how many. Of others': us, and whoever wrote it. */
	readonly holders: readonly Member[];
	readonly of: number;
};
