import {jitter, type Random} from '../base/random.ts';

/** Milliseconds before the second try. */
export const MIN_BACKOFF = 1_000;
/** Milliseconds between tries of a peer at the most, and of an address that is not its only one. */
export const MAX_BACKOFF = 30_000;
export const MAX_ADDRESS_BACKOFF = 300_000;
/** Part of the backoff by which it varies, so that many nodes do not come back in step. */
export const BACKOFF_JITTER = 0.3;

/** Milliseconds to wait after so many failures: doubles with each up to the bound. */
export function backoff(random: Random, failures: number, most = MAX_BACKOFF): number {
	return jitter(random, Math.min(most, MIN_BACKOFF * 2 ** failures), BACKOFF_JITTER);
}
