/**
 * Every limit on what crosses the network, in one place, with its unit and its reason.
 * Sizes are bytes and times are milliseconds unless the name says otherwise.
 */

/** Bytes of the length that precedes every frame: one unsigned big-endian integer. */
export const FRAME_HEADER_BYTES = 4;

/** The largest control frame. A chat message fits many times over; an attacker gains little. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** The deepest nesting a body may have. Our own messages need four. */
export const MAX_DEPTH = 16;

/** Values (scalars and containers alike) in one body: bounds decoding work per byte received. */
export const MAX_ELEMENTS = 8192;

/** The largest UDP announcement: below the smallest IPv6 MTU, so it is never fragmented. */
export const MAX_ANNOUNCEMENT_BYTES = 1200;

/** UTF-8 bytes of a display name. */
export const MAX_NAME_BYTES = 64;

/** UTF-8 bytes of a room name. */
export const MAX_ROOM_BYTES = 64;

/** UTF-8 bytes of one chat message: leaves room in a frame for the envelope around it. */
export const MAX_TEXT_BYTES = 16 * 1024;

/** UTF-8 bytes of a short machine string: agent version, protocol name, goodbye reason. */
export const MAX_TOKEN_BYTES = 128;

/** UTF-8 bytes of a multiaddr in text form. */
export const MAX_ADDRESS_BYTES = 256;

/** Addresses in one identify message or announcement. */
export const MAX_ADDRESSES = 16;

/** Protocols in one identify message. */
export const MAX_PROTOCOLS = 64;

/** Rooms in one subscriptions message, and rooms one peer may be in as far as we remember. */
export const MAX_SUBSCRIPTIONS = 256;

/** Message ids in one receipt. */
export const MAX_RECEIPT_IDS = 512;

/** Message ids in one ihave, iwant or idontwant. */
export const MAX_GOSSIP_IDS = 512;

/** Peers in one prune or peers message, and addresses of each. */
export const MAX_PEER_HINTS = 16;
export const MAX_HINT_ADDRESSES = 4;

/** Seconds of backoff that a prune may ask for; more is taken for this. */
export const MAX_PRUNE_BACKOFF = 3_600;

/** Links that a message may claim to have gone over; more is taken for this. */
export const MAX_HOPS = 255;

/** Newest events that an event may name as its parents. */
export const MAX_PARENTS = 8;

/** The latest that a timestamp or a clock may claim: the year 2248. Far above it numbers stay exact. */
export const MAX_TIMESTAMP = 2 ** 43;

/** UTF-8 bytes of a topic, of the reason of a redaction, and of a reaction: one emoji, however it is put together. */
export const MAX_TOPIC_BYTES = 256;
export const MAX_REASON_BYTES = 256;
export const MAX_EMOJI_BYTES = 64;

/** Chains in one ranges message, spans of one chain, and proofs of forks of one chain. */
export const MAX_RANGES = 256;
export const MAX_SPANS = 64;
export const MAX_FORK_IDS = 8;

/** Runs and ids in one want, the newest events that it may ask for, and the bytes of events in its answer. */
export const MAX_WANT_RUNS = 64;
export const MAX_WANT_IDS = 128;
export const MAX_WANT_NEWEST = 256;
export const MAX_WANT_BYTES = 256 * 1024;

/** Segments in one events message, and events in one segment. */
export const MAX_SEGMENTS = 64;
export const MAX_SEGMENT_EVENTS = 512;

/** Microseconds that a receipt may claim to have waited; more is taken for this: an hour. */
export const MAX_WAITED = 3_600_000_000;

/** Neighbours in one statement: as many as a node has connections at the most. Those it has lost lately, and rooms it meshes in. */
export const MAX_NEIGHBOURS = 160;
export const MAX_LOST_NEIGHBOURS = 64;
export const MAX_STATED_ROOMS = 32;

/** Bytes of a statement of neighbours: one that is full, with the longest names, has 17,000. */
export const MAX_STATEMENT_BYTES = 20 * 1024;

/** Seconds that a statement of neighbours may be good for, and that it may tell of a loss for. */
export const MAX_STATEMENT_VALIDITY = 3_600;
export const MAX_LOST_AGO = 600;

/** Microseconds that a round trip may take by a statement; more is taken for this. */
export const MAX_STATED_RTT = 60_000_000;

/** Links that a trace may go over, the bytes of its id, and what one link may claim to have taken: a minute. */
export const MAX_TRACE_LINKS = 16;
export const TRACE_ID_BYTES = 16;
export const MAX_TRACE_MICROSECONDS = 60_000_000;

/** Links that a receipt may go over that others hand on, after the first one; more is taken for this. */
export const MAX_HELD_LINKS = 16;

/** Bytes of a random instance id: which start of a program this is. */
export const INSTANCE_ID_BYTES = 16;

/** Bytes of a ping's payload. */
export const PING_NONCE_BYTES = 8;

/** Bytes of an Ed25519 public key (RFC 8032). */
export const PUBLIC_KEY_BYTES = 32;

/** Bytes of an Ed25519 signature (RFC 8032). */
export const SIGNATURE_BYTES = 64;

/** Bytes of a message id: SHA-256 of the signed bytes. */
export const MESSAGE_ID_BYTES = 32;

/** Bytes of the exclusive or of ids that `ranges` gives for a chain: enough to tell two branches of a fork apart. */
export const CHAIN_DIGEST_BYTES = 8;

/** A connection that is not ready by then (TCP, TLS, certificate, READY frame) is destroyed. */
export const HANDSHAKE_TIMEOUT = 5_000;

/** A frame that has begun must be complete by then, or the connection makes no progress. */
export const FRAME_TIMEOUT = 10_000;

/** Bytes waiting to be written to one peer; beyond it the peer is too slow and is let go. */
export const MAX_SEND_QUEUE_BYTES = 8 * 1024 * 1024;

/** Bytes waiting to be written to all peers together; beyond it the peer that is furthest behind is let go. */
export const MAX_TOTAL_SEND_QUEUE_BYTES = 64 * 1024 * 1024;

/** Connections accepted but not yet ready, over all and from one IP address. */
export const MAX_PENDING_INBOUND = 128;
export const MAX_PENDING_INBOUND_PER_ADDRESS = 32;
