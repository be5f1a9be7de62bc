/** What `spread` and `trace` answer: how words get to people. Milliseconds, with microsecond precision. */
import type {Member, RoomName} from './event.ts';

/** Of one message: who has stored it, in which order, by which way. */
export type MessageSpread = {
	readonly room: RoomName;
	readonly messageId: string;
	readonly local: boolean;
	/** Unix milliseconds: when we published it, or when it came here. */
	readonly timestamp: number;
	/**
	 * In the order in which they got it, ourselves first; then those of whom that is not known, as they became known. Of
	 * others' messages only what we know: author and us.
	 */
	readonly holders: readonly SpreadHolder[];
	/** Of own messages: members whom it has not reached as far as we know. */
	readonly waiting: readonly Member[];
	readonly of: number;
};

export type SpreadHolder = Member & {
	/**
	 * Milliseconds from when it left here until it arrived there: the time of the receipt less what it waited there and half
	 * of the last round trip, or half of all of it if that round trip was longer. Missing where that is not known: because
	 * others handed the receipt on, from before this start, by comparing histories, or because it is older than the last few hundred messages; and of all
	 * others' messages.
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
	/** Members that are connected to us, and those of them that events are pushed to at once: as in `stats`. */
	readonly members: number;
	readonly mesh: number;
	/** From publishing here until it arrived at a member. */
	readonly delivery?: {readonly p50: number; readonly p99: number; readonly count: number};
	/** The newest own messages, and the part of their members, ourselves left out, known to hold them: from 0 to 1. */
	readonly followed: number;
	readonly coverage?: number;
	/** Of others' messages: first copies and further ones. */
	readonly delivered: number;
	readonly duplicates: number;
	/**
	 * Copies of them beyond the first that flooding would have brought here: for each message one from each member that was
	 * connected to us when it came, less the first. The most that it could be: a member that got its own first copy from us
	 * would send none back.
	 */
	readonly floodDuplicates?: number;
	/**
	 * Bytes of the messages that carried events of this room, and of those that keep its mesh and offer what is said in it
	 * (graft, prune, ihave, idontwant, choke, unchoke), bodies only; in and out. What asks for events (iwant), refuses such as
	 * are not here yet, or is about many rooms (subscriptions) stands in `stats` alone.
	 */
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
