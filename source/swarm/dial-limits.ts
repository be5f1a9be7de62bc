/** Times and numbers of the dial policy. Those of dials under way are in `dial-slots.ts`, of one place in `dial-addresses.ts`. */

/** Milliseconds that a connection has to last before the next failure counts as the first again. */
export const STEADY = 10_000;
/** Milliseconds that the higher peer id waits for the lower one to dial. */
export const DIAL_GRACE = 400;
/** Milliseconds of head start of one address before the next (RFC 8305, section 5). */
export const HEAD_START = 250;
/** Dials to one peer at once, and in one race. */
export const MAX_PENDING_PER_PEER = 3;
export const MAX_ATTEMPTS = 8;
/** Failures in a row after which a peer that was only heard of is forgotten: if it lives, it will be heard of again. */
export const MAX_FAILURES = 6;
/** Milliseconds within which everyone is dialled again when the network is back. */
export const WAKE_SPREAD = 300;
