/** What `spread` and `trace` answer: how words get to people. Milliseconds, with microsecond precision. */
import type {Member, RoomName} from './event.ts';

/** Of one message: who has stored it, in which order, by which way. */
export type MessageSpread = {
	readonly room: RoomName;
	readonly messageId: string;
	readonly local: boolean;
	/** Unix milliseconds: when we published it, or when it came here. */
	readonly timestamp: number;
	/** In the order in which they stored it, ourselves included; of others' messages only what we know: author and us. */
	readonly holders: readonly SpreadHolder[];
	/** Of own messages: members whom it has not reached as far as we know. */
	readonly waiting: readonly Member[];
	readonly of: number;
};

export type SpreadHolder = Member & {
	/**
	 * Milliseconds from publishing until it arrived there: the time of the receipt less what it waited there and half a
	 * round trip. Missing where that is not known: from before this start, or by comparing histories.
	 */
	readonly after?: number;
	/** Links that it went over, and who handed it on last; missing if not told. */
	readonly hops?: number;
	readonly via?: Member;
};

/** How messages spread in one room, since the start: own ones as receipts tell, others' as they come. */
export type RoomSpread = {
	readonly room: RoomName;
	readonly router: 'gossipsub' | 'floodsub';
	readonly members: number;
	readonly mesh: number;
	/** From publishing here until it arrived at a member. */
	readonly delivery?: {readonly p50: number; readonly p99: number; readonly count: number};
	/** Own messages that were followed, and the part of their members that are known to hold them, from 0 to 1. */
	readonly followed: number;
	readonly coverage?: number;
	/** Of others' messages: first copies and further ones. */
	readonly delivered: number;
	readonly duplicates: number;
	/** Copies of one message beyond the first that flooding would bring here: members' links that are known, less the first. */
	readonly floodDuplicates?: number;
	/** Bytes of events in this room, and of the control of all rooms. */
	readonly payloadBytes: number;
	readonly controlBytes: number;
};

/** One link of the way that a message takes. */
export type TraceHop = Member & {
	/** Milliseconds there and back from where the trace began to this node; and of its last link alone, `from` the one before. */
	readonly total: number;
	readonly link: number;
};

export type TraceResult = {readonly room: RoomName; readonly peer: string; readonly hops: readonly TraceHop[]};
