/** The repair path's numbers, each with its unit and its reason. Milliseconds and bytes unless the name says otherwise. */
import type {Rate} from '../../base/token-bucket.ts';

// --- comparing

/** Between two looks at each room, and the part by which that varies. What the live path lost is found out within it. */
export const DIGEST_INTERVAL = 15_000;
export const DIGEST_JITTER = 0.25;

/** Members that are told our digest at each look: news of a difference spreads by itself. */
export const DIGEST_PEERS = 3;

/** Looks after which somebody is told although both of us have said that we hold the same: words can be lost. */
export const LOOKS_BEFORE_REFRESH = 8;

/** Members who hear our digest when we have taken something over; in a larger room the others hear by and by. */
export const MAX_TOLD_MEMBERS = 12;

/** After having taken something over, so that much costs little. */
export const TELL_DELAY = 200;

/** What is missing is probably under way on the live path: so long it has time to come. */
export const GRACE = 1_000;

/** A member is new for so long: what is missing then is not under way, so nobody waits for it. */
export const FRESH_TIME = 5_000;

/** Differences in events above which nothing is waited for: so many are never under way. */
export const MANY_EVENTS = 50;

/** Members of one room with whom we compare at once: when these are done, most of the others turn out to be equal. */
export const MAX_EXCHANGES = 4;

/** Ranges of the same state are not sent to the same peer again for so long; nor of any state for the other. */
export const RANGES_REPEAT = 5_000;
export const RANGES_PAUSE = 1_000;

/** How long somebody may take to answer with his ranges. */
export const RANGES_TIMEOUT = 10_000;

/** A pair of digests from which nothing came is compared again then. */
export const SETTLED_TIME = 5 * 60_000;

/** What is remembered of what peers hold, in weights of about 64 bytes: of one peer in one room, and in all. */
export const MAX_HOLDING_WEIGHT = 32_768;
export const MAX_TOTAL_WEIGHT = 262_144;

// --- fetching

/** Events that one want asks for: the bandwidth-delay product of 50 ms and 20 Mbit/s. */
export const WANT_BYTES = 128 * 1024;

/** What an honest answer may leave of these bytes because the next event does not fit, or go beyond by one event. */
export const WANT_SLACK = 32 * 1024;

/** Peers that we ask at the same time: bounds what is under way to us. */
export const MAX_PARALLEL = 8;

/** What was taken over and is not on disk yet: beyond it nothing is asked for. */
export const MAX_UNCOMMITTED_BYTES = 4 * 1024 * 1024;

/** An answer that brings nothing new for so long is given up; and one that is not complete after the other. */
export const WANT_TIMEOUT = 10_000;
export const MAX_WANT_TIME = 30_000;

/** A peer that is busy, or did not answer, is asked again after a pause that doubles each time. */
export const MIN_PEER_PAUSE = 1_000;
export const MAX_PEER_PAUSE = 60_000;

/** A peer that left something out is not asked for the same chain for so long. */
export const AVOID_TIME = 2 * 60_000;

/**
 * A chain of which we hold the same numbers, and other events, is fetched again from one peer at most so often, and less
 * often each time, down to the other.
 */
export const REFETCH_INTERVAL = 10 * 60_000;
export const MAX_REFETCH_PAUSE = 24 * 3_600_000;
/** Wants that this may take. */
export const MAX_REFETCH_STEPS = 64;

/** Pairs of peer and chain that are remembered for the two above. */
export const MAX_AVOIDED = 16_384;

/** Missing events from which on it counts as taking over a history: newest first, and people see how far it is. */
export const LATE_EVENTS = 200;
/** Events of the first screenful. */
export const SCREENFUL = 100;
export const PROGRESS_INTERVAL = 250;
/** Whatever somebody claims to hold, people are not told of more. */
export const MAX_EXPECTED = 10_000_000;

// --- gaps

/** A missing parent is asked for after so long, then after pauses that double. */
export const GAP_DELAY = 1_000;
export const MAX_GAP_PAUSE = 5 * 60_000;
/** Missing parents that are looked after at once in a room, and remembered over all rooms. */
export const MAX_HUNTED = 512;
export const MAX_HUNTS = 8_192;

// --- serving

/** Bytes of events in one message. */
export const CHUNK_BYTES = 16 * 1024;
/** Bytes of a first screenful, which comes in one piece: what does not fit comes with the rest. */
export const SCREENFUL_BYTES = 48 * 1024;
/** All chunks of one turn together. */
export const TURN_BYTES = 64 * 1024;
/** What one want gets at most: so much waits in one peer's queue. */
export const MAX_ANSWER_BYTES = 128 * 1024;

/** Bytes of events for one peer: a newcomer takes over 100,000 events at once; a loop of requests gets little more. */
export const SERVED_BYTES: Rate = {burst: 64 * 1024 * 1024, perSecond: 2 * 1024 * 1024};
/** What a want, and each run or id in it, costs on top: finding nothing is work, too. */
export const WANT_COST = 512;
export const WANT_ITEM_COST = 64;
/** What it costs that an event had to be read only to find the signature that proves another one. */
export const STEP_COST = 256;

/** Digests, ranges and wants of one peer: a few for each of all the rooms that there can be, then as many as help. */
export const QUESTIONS: Rate = {burst: 2_048, perSecond: 64};

/** Peers whose use of both is remembered, also when they come and go. */
export const MAX_REMEMBERED_PEERS = 1_024;

// --- healing

/** Whoever was away for less has missed little, and no report is due. */
export const AWAY_TIME = 10_000;
/** The report waits for company and for all comparisons; not longer than the other. */
export const REPORT_DELAY = 1_000;
export const REPORT_DEADLINE = 5_000;
/** When all are connected again who are to be: the longest pause between two dials of a peer. */
export const RETURN_TIME = 40_000;
/** Rooms and peers that were together, and since when they are not, that are remembered. */
export const MAX_AWAY = 4_096;

// --- upkeep

/** Deleting what is old begins after the start, goes on in pieces, and again after the other. */
export const PRUNE_DELAY = 60_000;
export const PRUNE_PAUSE = 50;
export const PRUNE_INTERVAL = 60 * 60_000;
