/** Numbers of downloads, each with its reason. Times in milliseconds, rates in bytes a second. */
import type {TransferError} from '../../../api/files.ts';

/** How far back a rate looks: long enough to be read by a person, short enough to follow a line that changes. */
export const RATE_WINDOW = 2_000;

/** Slots of the window. */
export const RATE_SLOTS = 16;

/** A rate is of no shorter time than this: the first pieces of a fast line come all at once. */
export const RATE_MIN_TIME = 100;

/** Milliseconds after which a time left is reckoned from a rate: the first moments tell little. */
export const RATE_STEADY = 1_500;

/**
 * What is asked ahead beyond a round trip: the giver reads from its disk and has others to serve, we hash and write.
 * WebTorrent counts half a second for both together, libtorrent three seconds of blocks of 16 KiB.
 */
export const DEPTH_SLACK = 100;

/** Requests to one peer: of one that is not known yet never fewer than two, or its line would idle between two pieces. */
export const MIN_DEPTH = 2;
export const MAX_DEPTH = 64;

/** So many under way are asked for several at a time. Slow lines never have as many. */
export const MANY_REQUESTS = 8;

/** Bytes asked of a peer whose rate is not known yet: what is too much can hardly be taken back. */
export const FIRST_BYTES = 256 * 1024;

/** A round trip that nobody has measured. */
export const UNKNOWN_ROUND_TRIP = 50;

/** Nothing came of all that was asked: from then on others may take it over. Nobody is blamed: it may serve others first. */
export const STALL_AFTER = 8_000;

/** As before, and nobody took it over: asked for anew, for it may have been forgotten over there. */
export const GIVE_UP_AFTER = 60_000;

/** A slice of metadata is asked of another source if nothing comes of it for so long; everything waits for it. */
export const METADATA_TIMEOUT = 10_000;

/** A source that did not give metadata is not asked for it again for so long, as long as there are others. */
export const METADATA_AVOIDED = 10_000;

/** If there are no others, it is asked again after this. */
export const METADATA_PAUSE = 1_000;

/** Pauses after `busy`: the first, and the longest of those that double. */
export const BUSY_PAUSE = 500;
export const MAX_BUSY_PAUSE = 15_000;

/** Pauses after a bulk connection that could not be made: the first, and the longest of those that double. */
export const LINK_PAUSE = 1_000;
export const MAX_LINK_PAUSE = 60_000;

/** A bulk connection that was wanted, and of which nothing was heard, is wanted again. */
export const LINK_TIMEOUT = 20_000;

/** By how much pauses differ, so that ten peers do not come back at once. */
export const PAUSE_JITTER = 0.25;

/** A peer that says it has not what it said it had is asked what it has: the first pause, and the longest that doubles. */
export const SEEK_PAUSE = 5_000;
export const MAX_SEEK_PAUSE = 300_000;

/** A disk that was full is tried again: after this at first, and after twice as long each time. */
export const DISK_PAUSE = 30_000;
export const MAX_DISK_PAUSE = 600_000;

/** How often time alone makes a difference: rates, stalls, pauses that end. */
export const TICK = 500;

/** `holds` of one peer for one file are looked at no more often than this: each costs as much as the file has pieces. */
export const HOLDS_PAUSE = 500;

/** Of a large file so many pieces a millisecond: the largest takes tens of milliseconds, and half a minute lies between. */
export const HOLDS_PIECES = 8;

/** Taking over a waiting request pays if it is so much sooner here: times, and milliseconds. */
export const SOONER_FACTOR = 1.5;
export const SOONER_BY = 1_000;

/** A peer that got a piece meanwhile spares a fuller one, even if it is slower: by so much. */
export const SPARED_FACTOR = 2;
export const SPARED_BY = 1_000;

/** Nothing is taken back that is here so soon: it is on its way already, in buffers that nobody can call it back from. */
export const SPARED_AFTER = 1_000;

/**
 * What was taken over and came all the same was carried for nothing. So few requests are taken over within a time, and
 * the fewer, the more of them were in vain: each of these counts as much as so many that are under way.
 */
export const TAKEN_OVER = 4;
export const TAKEN_OVER_SHARE = 1 / 16;
export const TAKEN_OVER_TIME = 3_000;
export const IN_VAIN = 2;

/** A second copy is asked for in the endgame if it is here sooner than half of the time that the first still needs. */
export const COPY_FACTOR = 2;
export const COPY_BY = 1_000;

/** Requests of one piece at once, in the endgame. */
export const MAX_COPIES = 2;

/** A line that has not given a byte yet: its requests are taken over after this, if there is somebody who does give. */
export const UNPROVEN_AFTER = 4_000;

/** Shares of a line, by priority -1, 0, 1: even the last gets one of twenty-one. */
export const WEIGHTS = {low: 1, normal: 4, high: 16} as const;

/** Entries looked at to find the rarest piece that a peer holds, before a sample of what it holds must do. */
export const PICK_LOOKS = 256;
export const PICK_SAMPLE = 32;

/** Peers that sent something wrong, remembered for one file. */
export const MAX_DROPPED = 1_024;

/** Cells of the map of a transfer. */
export const MAP_CELLS = 256;

/** What may be well again without anybody doing anything about it here. */
export const RETRIED: readonly TransferError['code'][] = ['disk-full', 'quota', 'changed'];

/** -1 low, 0, 1 high, whatever was asked for. */
export function priorityOf(priority: number): number {
	return Number.isFinite(priority) ? Math.max(-1, Math.min(1, Math.round(priority) || 0)) : 0;
}
