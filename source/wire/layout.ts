/** Constants of the layouts that the encoders and the validator share. */

/** The first field of every announcement: other programs use UDP port 9999 too. */
export const ANNOUNCEMENT_MAGIC = 'p2p-tui';
export const ANNOUNCEMENT_VERSION = 1;
export const ANNOUNCEMENT_PORTS_BYTES = 4;
export const FLAG_WANTS_ANSWER = 1;
export const FLAG_LEAVING = 2;

/** What a room event is about. */
export const EVENT_KIND_NUMBERS = {
	message: 0,
	reply: 1,
	edit: 2,
	reaction: 3,
	redaction: 4,
	topic: 5,
	join: 6,
	name: 7,
	leave: 8,
	file: 9,
} as const;

/** Hashed in front of the two keys that a direct room is named after. */
export const DIRECT_ROOM_DOMAIN = 'p2p-tui direct room 1\n';

/** What `events` says of the rest of an answer. */
export const EVENTS_STATUS_NUMBERS = {done: 0, more: 1, busy: 2} as const;

/** Signed in front of an event's bytes, so that a signature made for anything else is worth nothing here. */
export const EVENT_DOMAIN = 'p2p-tui room event 1\n';

/** Signed in front of the bytes of a statement of neighbours. */
export const STATEMENT_DOMAIN = 'p2p-tui neighbours 1\n';

/** Signed in front of what a receipt says that others hand on. */
export const HELD_DOMAIN = 'p2p-tui held 1\n';

/** Hashed in front of the size and the top of the tree that a file is named after. */
export const FILE_DOMAIN = 'p2p-tui file 1\n';

/** Frames of a connection for bulk. */
export const BULK_NUMBERS = {ready: 0, request: 1, cancel: 2, data: 3, refuse: 4} as const;
export const BULK_WHAT_NUMBERS = {piece: 0, layer: 1, manifest: 2} as const;
export const DENIAL_NUMBERS = {'not-here': 0, busy: 1, changed: 2, 'not-yours': 3} as const;
