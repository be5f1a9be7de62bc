/** Limits of connections for bulk that tests make smaller. Times in milliseconds. */
import {HANDSHAKE_TIMEOUT} from '../../wire/limits.ts';

/** What is handed to the system at once. Larger gains nothing that can be measured, and a ping waits for it. */
const WINDOW_BYTES = 128 * 1024;

/**
 * Bytes that are written, or read, before all others have their turn: a quarter of a millisecond or two. With four times
 * as many a ping takes three times as long, and files are no faster.
 */
const TURN_BYTES = 128 * 1024;

/** A frame that has begun must come on by so many bytes in so long, or somebody holds memory of ours for nothing. */
const MIN_PROGRESS_BYTES = 64 * 1024;
const PROGRESS_TIMEOUT = 30_000;

/** A window must be with the system by then: whoever limits its rate to two kilobytes a second is still waited for. */
const SEND_TIMEOUT = 120_000;

/** Bytes of requests and refusals that may wait behind a block: some five thousand of them. */
const MAX_CONTROL_BYTES = 256 * 1024;

export type BulkLimits = {
	readonly windowBytes: number;
	readonly turnBytes: number;
	readonly minProgressBytes: number;
	readonly progressTimeout: number;
	readonly sendTimeout: number;
	readonly readyTimeout: number;
	readonly maxControlBytes: number;
};

export const DEFAULT_BULK_LIMITS: BulkLimits = {
	windowBytes: WINDOW_BYTES,
	turnBytes: TURN_BYTES,
	minProgressBytes: MIN_PROGRESS_BYTES,
	progressTimeout: PROGRESS_TIMEOUT,
	sendTimeout: SEND_TIMEOUT,
	readyTimeout: HANDSHAKE_TIMEOUT,
	maxControlBytes: MAX_CONTROL_BYTES,
};
