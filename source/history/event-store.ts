/**
 * Where events are kept. Two stores stand behind this interface: SQLite (`storage/`), and memory (`memory-store.ts`) for
 * profiles that keep nothing and for simulations.
 *
 * Everything is synchronous: a read costs microseconds, and the state machines above would fall apart into halves if
 * each waited for an answer. Writes are staged: reads see them at once, the disk has them with `commit`, all or none of
 * them. Nothing here throws but the constructors: a store that fails says so in the outcome of the next `commit`, when it
 * has already gone back to what the last one left; until then its reads may answer as if nothing had been staged.
 */
import type {ChainRanges, EventKind, RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** A place in the order of a room: by `order`, then by `id` as text. */
export type Position = {readonly order: number; readonly id: string};

/** One event as it is kept. */
export type StoredEvent = Position & {
	readonly room: string;
	/** The exact bytes that were signed. */
	readonly bytes: Uint8Array;
	/** Undefined for one that came inside of a segment: a later one of its author vouches for it. */
	readonly signature: Uint8Array | undefined;
	/** When it was stored here, Unix milliseconds. */
	readonly received: number;
};

/** What is to be kept of an event: with what the store finds it by. */
export type NewEvent = StoredEvent & {readonly event: RoomEvent};

/** What is kept of the events of one author in one room and one epoch. */
export type StoredChain = Omit<ChainRanges, 'digest'> & {
	/** Exclusive or of the ids of the events held: 64 hex digits. */
	readonly digest: string;
	/** Events below this number are gone on purpose (`--keep`): neither asked for nor offered. At first 1. */
	readonly keptFrom: number;
	/** The last event of it: of own chains of the epoch of now also if it is deleted; of all of a direct room that was forgotten. */
	readonly tip?: {readonly sequence: number; readonly id: string};
};

/** What is kept of a room as a whole. */
export type StoredRoom = {
	readonly room: string;
	/** The other one, of a direct room. */
	readonly peer?: PeerId;
	/** Exclusive or of the ids of all events held: 64 hex digits; and how many these are. */
	readonly digest: string;
	readonly events: number;
	/** Events that no other one names as its parent, the newest last; at most `MAX_HEADS`. */
	readonly heads: readonly Position[];
	/** The last entry that has been read here. */
	readonly readTo?: Position;
	/** Direct rooms: the last own message that the other one has read. */
	readonly readByPeer?: Position;
	/** Orders after this place are still to be computed anew (`Archive.reorderSome`). */
	readonly reorderFrom?: Position;
};

/** An event that is known of, since `child` names it as a parent, and not here. */
export type Gap = {readonly missing: string; readonly child: string};

/** How far an own message has spread. */
export type StoredSpread = {
	readonly messageId: string;
	readonly room: string;
	readonly members: readonly PeerId[];
	readonly holders: readonly PeerId[];
};

/** Somebody whom we have met, or whose words we hold. */
export type StoredPerson = {
	readonly peer: PeerId;
	readonly name: string;
	/** Unix milliseconds: since when it goes by that name, and when it was last connected to us. 0: never. */
	readonly since: number;
	readonly lastSeen: number;
};

/** Kinds that are entries of their own on a screen; the others change one. */
export const ENTRY_KINDS: ReadonlySet<EventKind> = new Set([
	'message',
	'reply',
	'file',
	'topic',
	'join',
	'name',
	'leave',
	'unknown',
]);

export type StorageFailure = {
	/** `disk-full`, `read-only`, `io`, `damaged`, `busy` or `other`. */
	readonly code: string;
	/** One line for a person, with what to do. */
	readonly message: string;
};

export type CommitResult = {readonly ok: true} | {readonly ok: false; readonly failure: StorageFailure};

export type PageOptions = {
	readonly limit: number;
	/** The page ends just before it, or begins just after it; without either it is the newest page. */
	readonly before?: Position;
	readonly after?: Position;
	/** Entries only (`ENTRY_KINDS`), or events of every kind. */
	readonly kinds: 'entries' | 'all';
};

export type SearchOptions = {
	readonly text: string;
	readonly room?: string;
	readonly limit: number;
	/** Id of the last result of the page before. */
	readonly before?: string;
};

export interface EventStore {
	/**
	 * The epoch of own events, 32 hex digits. The same as before only if it is certain that nothing was lost: otherwise
	 * (created, restored, copied, or not closed in order) a new one, so that no sequence number is ever used twice.
	 */
	readonly epoch: string;
	/**
	 * Another `epoch` from now on: somebody else makes events under the present one. On disk with the next commit that
	 * succeeds; one that fails does not bring the old one back.
	 */
	newEpoch(): void;
	/** How many of the oldest events of a room are too many to be kept. Left out if there is no such bound. */
	excess?(room: string): number;
	/** Bytes that it occupies. */
	size(): number;
	/**
	 * What went wrong since the last commit or rollback, also in reading alone: what was read since then may lack something.
	 * Who only reads, such as an export, asks for it at the end.
	 */
	readFailure(): StorageFailure | undefined;

	rooms(): readonly StoredRoom[];
	/** One of them, at the price of one row; undefined if it was never saved. */
	room(room: string): StoredRoom | undefined;
	chains(room: string): readonly StoredChain[];
	gaps(room: string): readonly Gap[];
	has(room: string, id: string): boolean;
	/** Undefined if it is not here. */
	orderOf(room: string, id: string): number | undefined;
	get(room: string, id: string): StoredEvent | undefined;
	/** Events with this number: several if their author has forked, the one that came first first. At most `limit`. */
	at(
		room: string,
		chain: Pick<StoredChain, 'author' | 'epoch'>,
		sequence: number,
		limit?: number,
	): readonly StoredEvent[];
	/**
	 * Events of a chain from number `to` downwards to `from`, the highest first, siblings of a fork side by side, until
	 * their bytes reach `bytes`; at least one if there is any.
	 */
	run(
		room: string,
		chain: Pick<StoredChain, 'author' | 'epoch'>,
		range: {readonly from: number; readonly to: number; readonly bytes: number},
	): readonly StoredEvent[];
	/** In the order of the room, oldest first. */
	page(room: string, options: PageOptions): readonly StoredEvent[];
	/**
	 * Of each of these entries: the last edit and the last redaction by the entry's own author, and the last `limit`
	 * reactions of anybody; all together in the order of the room. So nobody else's events can push those out of sight.
	 */
	about(room: string, ids: readonly string[], limit: number): readonly StoredEvent[];
	/**
	 * The last one of this kind in the order of the room; with `author`: of those by that author. On disk only so many of
	 * the last events are looked at, of the room or of the author: nobody can make it long by what they send.
	 */
	last(room: string, kind: EventKind, author?: PeerId): StoredEvent | undefined;
	/**
	 * Messages and replies of others than `self` that stand after the position (all, if undefined), at most `limit`. On
	 * disk: among the last few thousand messages and replies.
	 */
	countUnread(room: string, after: Position | undefined, self: PeerId, limit: number): number;
	/**
	 * Authors of the room with the greatest `order` of each, the latest first. Those who have left (the last of their
	 * joins, names and leaves is a leave) are not among them.
	 */
	authors(room: string, limit: number): readonly {readonly author: PeerId; readonly order: number}[];
	/** Messages and replies in which all of these words occur (each also as a beginning), the newest first. */
	search(options: SearchOptions): readonly StoredEvent[];
	/** Spreads of the last own messages, oldest first. */
	spreads(limit: number): readonly StoredSpread[];
	/** The last seen first. */
	people(limit: number): readonly StoredPerson[];

	// --- staged
	append(event: NewEvent): void;
	/** Another order has been computed for it. */
	reorder(room: string, id: string, order: number): void;
	saveRoom(room: StoredRoom): void;
	saveChain(room: string, chain: StoredChain): void;
	addGap(room: string, gap: Gap): void;
	/** The event is here now. */
	fillGap(room: string, missing: string): void;
	saveSpread(spread: StoredSpread): void;
	savePerson(person: StoredPerson): void;
	/** What the text of an entry is for `search`: after an edit, or empty after a redaction. */
	index(room: string, id: string, text: string): void;
	/**
	 * Deletes events of which `order` or `received` is before `olderThan`: at most `limit`, those first that stand first in
	 * the order of the room; returns them. Chains, gaps and rooms stay as saved.
	 */
	prune(room: string, olderThan: number, limit: number): readonly StoredEvent[];
	/** Deletes all that is kept of a room, its chains too. A chain may then be saved for it without a `saveRoom`. */
	forget(room: string): void;

	commit(): CommitResult;
	/** Takes back everything since the last commit. */
	rollback(): void;
	/** In order: what was staged and not committed is lost. */
	close(): void;
}

/** Heads of a room that are remembered. */
export const MAX_HEADS = 64;

/** Gaps of a room that are remembered. */
export const MAX_GAPS = 4_096;
