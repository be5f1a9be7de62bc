/** Constants of the layouts that the encoders and the validator share. */

/** The first field of every announcement: other programs use UDP port 9999 too. */
export const ANNOUNCEMENT_MAGIC = 'p2p-tui';
export const ANNOUNCEMENT_VERSION = 1;
export const ANNOUNCEMENT_PORTS_BYTES = 4;
export const FLAG_WANTS_ANSWER = 1;
export const FLAG_LEAVING = 2;

/** What a room event is about. */
export const EVENT_KIND_NUMBERS = {message: 0} as const;

/** Signed in front of an event's bytes, so that a signature made for anything else is worth nothing here. */
export const EVENT_DOMAIN = 'p2p-tui room event 1\n';
