/**
 * What this node holds: the events of the rooms that it keeps, on top of an `EventStore`. Pure but for that store, which
 * is handed in. It makes own events, takes in those of others, knows their order, what is missing, and what it could
 * tell others. It neither checks signatures of single events (whoever calls `accept` has) nor talks to anybody.
 *
 * **Order.** `order(e) = max(e.clock, 1 + max(order(p) for each parent p that is here))`, then the id. It is computed, not
 * believed: a clock that is ahead moves an event down only until somebody has seen it, for whatever follows it comes
 * after it; a clock that is behind moves nothing above what it answers. It depends on the events alone, so all who hold
 * the same have the same order. A parent that comes later may raise the order of its children, and theirs: `filled`
 * below, then `reorderSome` until it is done.
 *
 * **Gaps.** An event whose parents are not here is kept and shown all the same, and the gap is remembered. Own events name
 * only heads that have no gap, so nobody can hang a whole room on something that he withholds.
 */
import type {EventVerifier} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import type {ChainRanges, EventBody, RoomEvent, Run, Segment, Want} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {CommitResult, EventStore, Position, StoredEvent, StoredRoom} from './event-store.ts';

export type ArchiveOptions = {readonly store: EventStore; readonly identity: Identity};

/** An event that was taken in just now, and what came of it. Staged: the disk has it after the next commit. */
export type Kept = {
	readonly stored: StoredEvent;
	readonly event: RoomEvent;
	/** Its parents that are not here. */
	readonly missing: readonly string[];
	/** Events here that it was missing for. */
	readonly filled: readonly string[];
	/** Other events with the same author, epoch and number: it has forked. */
	readonly siblings: readonly string[];
	/** Events of the room, of any kind, that stand after it; counted up to 1,000. */
	readonly after: number;
};

/** What came from somebody, decoded: `id` is the hash of `bytes`. */
export type Incoming = {
	readonly id: string;
	readonly event: RoomEvent;
	readonly bytes: Uint8Array;
	readonly signature: Uint8Array | undefined;
};

export type Taken = {
	readonly kept: readonly Kept[];
	/** Events of it that were here already. */
	readonly known: number;
	/** Bytes of events. */
	readonly bytes: number;
	/**
	 * Why the rest was refused, which nobody who handed on what he got can have caused: `segment-link` (one does not name
	 * the one before), `segment-chain` (of another room, author or epoch), `event-signature`, or the reason of the decoder.
	 */
	readonly refused?: string;
	/** The last one is neither signed nor named by one that is here: kept none, blames nobody. */
	readonly isUnproved?: true;
};

/** The difference between what is here and what somebody says that it holds. */
export type Comparison = {
	/** What we lack, for `want`; runs may be long. Without what is gone on purpose. */
	readonly runs: readonly Run[];
	/** Proofs of forks that we lack. */
	readonly ids: readonly string[];
	/** Chains that both hold to the same numbers, and not the same: one of us lacks a branch of a fork. */
	readonly differing: readonly Pick<ChainRanges, 'author' | 'epoch'>[];
	/** How many events we lack, and they. */
	readonly weLack: number;
	readonly theyLack: number;
};

export type Answer = {
	readonly segments: readonly Segment[];
	readonly events: number;
	/** Bytes of these events. */
	readonly bytes: number;
	/** What of the want is not in it, because the bytes were used up; undefined if nothing is left. */
	readonly rest: Want | undefined;
};

export class Archive {
	constructor(_options: ArchiveOptions) {}

	// --- rooms

	/** Rooms of which something is kept, open or not. */
	rooms(): readonly StoredRoom[] {
		throw new Error('not built yet');
	}

	/** Takes the room's state into memory: from now on the methods below work for it. `peer`: of a direct room. */
	open(_room: string, _peer?: PeerId): void {}

	isOpen(_room: string): boolean {
		throw new Error('not built yet');
	}

	/** Its state leaves memory; what is kept of it stays. */
	close(_room: string): void {}

	/** Deletes what is kept of it. Own numbers go on where they were if it is opened again. */
	forget(_room: string): void {}

	/** The room as it stands, staged changes included. */
	room(_room: string): StoredRoom {
		throw new Error('not built yet');
	}

	// --- taking in

	/** Makes, signs and stages an event of our own. `timestamp`: wall clock, Unix milliseconds. */
	create(_room: string, _body: EventBody, _timestamp: number): Kept {
		throw new Error('not built yet');
	}

	/** Whether an event is here; if its room is not open: false. */
	has(_room: string, _id: string): boolean {
		throw new Error('not built yet');
	}

	/**
	 * Stages an event whose signature was checked. Undefined if it is here already, its room is not open, or it is older
	 * than what is kept. `received`: wall clock.
	 */
	accept(_incoming: Incoming, _received: number): Kept | undefined {
		throw new Error('not built yet');
	}

	/**
	 * Proves a segment from its last event to its first, and stages what is not here. One signature is checked at most: if
	 * the last event is named as `previous` by one that is here, none. What was proved before a flaw is kept.
	 */
	take(_room: string, _segment: Segment, _received: number, _verify: EventVerifier): Taken {
		throw new Error('not built yet');
	}

	/**
	 * Goes on with what late parents have set off: computes some orders anew (at most about a thousand) and returns the
	 * events that have moved. `isDone`: there is nothing left to do.
	 */
	reorderSome(_room: string): {readonly moved: readonly string[]; readonly isDone: boolean} {
		throw new Error('not built yet');
	}

	/** `failure`: everything staged since the last commit is gone from here too, as if it had never come. */
	commit(): CommitResult {
		throw new Error('not built yet');
	}

	// --- what others may have, and what they have

	digest(_room: string): {readonly digest: string; readonly events: number} {
		throw new Error('not built yet');
	}

	/** Chains with the most spans beyond `MAX_SPANS` tell only of the highest. Empty ones are left out. */
	ranges(_room: string): readonly ChainRanges[] {
		throw new Error('not built yet');
	}

	compare(_room: string, _theirs: readonly ChainRanges[]): Comparison {
		throw new Error('not built yet');
	}

	/** Ids of events that are known of and not here, the latest found out first. */
	gaps(_room: string): readonly string[] {
		throw new Error('not built yet');
	}

	/**
	 * What we hold of what somebody wants, as segments, each of which proves itself to him; at most `bytes` of events
	 * (or one event), and never more than fits in one `events` message.
	 */
	answer(_want: Want, _bytes: number): Answer {
		throw new Error('not built yet');
	}

	/** Deletes some of what is older than `olderThan` (Unix milliseconds), of all rooms; false if nothing is left to do. */
	prune(_olderThan: number): boolean {
		throw new Error('not built yet');
	}
}
