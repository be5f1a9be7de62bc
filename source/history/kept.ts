/** What goes into the archive, and what came of it. */
import type {ChainRanges, RoomEvent, Run, Segment, Want} from '../wire/messages.ts';
import type {StoredEvent} from './event-store.ts';

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
	/** Events that were read only to find what proves these. */
	readonly steps: number;
	/** What of the want is not in it, because the bytes were used up; undefined if nothing is left. */
	readonly rest: Want | undefined;
};
