/**
 * What two connected peers say to each other.
 *
 * On the wire a message is one msgpack array `[number, field, …]`, the fields in the order in which they stand
 * here. A receiver ignores fields beyond those it knows, and a message whose number it does not know: that is how
 * a newer minor version stays compatible.
 *
 * | number | message       | from → to              | fields                                              |
 * | ------ | ------------- | ---------------------- | --------------------------------------------------- |
 * | 0      | ready         | server → client, first | minor version                                       |
 * | 1      | identify      | both, first; on change | name, agent, instance, addresses, protocols         |
 * | 2      | ping          | both                   | nonce                                               |
 * | 3      | pong          | both                   | nonce                                               |
 * | 4      | heartbeat     | both                   | sequence number, timestamp                          |
 * | 5      | goodbye       | both, last             | reason                                              |
 * | 6      | subscriptions | both                   | rooms joined, rooms left                            |
 * | 7      | publish       | both                   | signed event, signature, hops                       |
 * | 8      | receipt       | holder → author        | room, message ids, bringers, arrivals               |
 * | 9      | graft         | both                   | room                                                |
 * | 10     | prune         | both                   | room, backoff in seconds, peers                     |
 * | 11     | ihave         | both                   | room, message ids                                   |
 * | 12     | iwant         | both                   | message ids                                         |
 * | 13     | idontwant     | both                   | message ids                                         |
 * | 14     | peers         | both                   | peers                                               |
 * | 15     | choke         | both                   | room                                                |
 * | 16     | unchoke       | both                   | room                                                |
 * | 17     | digest        | both                   | room, digest, events                                |
 * | 18     | ranges        | both                   | room, chains, is last, wants answer                 |
 * | 19     | want          | both                   | request, room, newest, runs, ids, bytes             |
 * | 20     | events        | answer to a want       | request, room, segments, status                     |
 * | 21     | read          | reader → author        | room, message id                                    |
 * | 22     | neighbours    | both, handed on        | signed statement, signature, age                    |
 * | 23     | trace         | both, handed on        | id, room, target, links left                        |
 * | 24     | traced        | back the same way      | id, hops                                            |
 * | 25     | held          | both, handed on        | as in 8, with author, holder, links left, signature |
 * | 26     | seek          | both                   | file ids, whether from now on                       |
 * | 27     | holds         | both                   | file id, pieces as bits                             |
 * | 28     | gained        | both                   | file id, pieces as numbers of 4 bytes               |
 * | 29     | bulk-please   | both                   | –                                                   |
 *
 * Peers in 10 and 14 are a list of `[public key, addresses]`. Chains in 18 are a list of `[public key, epoch, spans,
 * digest, forks]`, spans as one list `from, to, from, to …`; runs in 19 of `[public key, epoch, from, to, is linked]`;
 * segments in 20 of `[events, signature or nil]`. The ids in 19 and the forks in 18 are one binary value of 32 bytes each. A room in 7, 8 and 17 to 21 is named, or the id of a direct room
 * (`direct-room.ts`); in all others it is named.
 */
import type {BulkPlease, Gained, Holds, Seek} from './file-messages.ts';
import type {PeerId} from './peer-id.ts';

export type {EventBody, EventHead, EventKind, RoomEvent} from './room-event.ts';

/** The server has verified the client's certificate: only now may the client send. */
export type Ready = {readonly type: 'ready'; readonly minor: number};

/** Who a peer says it is. All of it is a claim but the peer id, which TLS has proved. */
export type Identify = {
	readonly type: 'identify';
	readonly name: string;
	/** Program and version, such as `p2p-tui/0.1.0`. */
	readonly agent: string;
	/** Random per start: a new one from a known peer means that it restarted. 16 bytes as 32 hex digits. */
	readonly instance: string;
	/** Multiaddrs that the peer listens on, without `/p2p/…`. */
	readonly addresses: readonly string[];
	/** Protocol names it speaks, such as `/p2p-tui/rooms/1`. */
	readonly protocols: readonly string[];
};

export type Ping = {readonly type: 'ping'; readonly nonce: Uint8Array};
export type Pong = {readonly type: 'pong'; readonly nonce: Uint8Array};

/** Proof of life; `sequence` rises by one, so that the receiver can count losses. */
export type Heartbeat = {
	readonly type: 'heartbeat';
	readonly sequence: number;
	/** The sender's wall clock in Unix milliseconds, so that the receiver can tell by how much the two differ. Older ones do not say it. */
	readonly timestamp?: number;
};

/** The sender closes on purpose, and why. */
export type Goodbye = {readonly type: 'goodbye'; readonly reason: string};

/** Rooms that the sender has joined or left since it last said so. */
export type Subscriptions = {
	readonly type: 'subscriptions';
	readonly joined: readonly string[];
	readonly left: readonly string[];
};

/** A room event: the exact bytes its author signed (see `event.ts`), which are handed on untouched. */
export type Publish = {
	readonly type: 'publish';
	readonly event: Uint8Array;
	readonly signature: Uint8Array;
	/** Links that it has gone over before this one: 0 from its author. A claim of those who handed it on; 0 if left out. */
	readonly hops: number;
};

/** The sender holds these messages of the receiver's. Ids are 64 hex digits. */
export type Receipt = {
	readonly type: 'receipt';
	readonly room: string;
	readonly messageIds: readonly string[];
	/** How each of them came to the sender, in the order of the ids; older ones do not say it. */
	readonly arrivals?: readonly Arrival[];
};

/**
 * How a message came to whoever tells its author that it has it: a claim, for people to look at. On the wire all bringers of
 * a receipt are one list of public keys, and the arrivals one list of three numbers each: hops, index of the bringer from 1
 * (0 for none), microseconds.
 */
export type Arrival = {
	/** Links that it had gone over; 0 if it came by comparing histories. */
	readonly hops: number;
	/** Who handed it on last; undefined if that is not said. */
	readonly via: PeerId | undefined;
	/** Microseconds between its arrival and the receipt, by the clock of who holds it: the disk, and company. */
	readonly waited: number;
};

/** Gossipsub: the sender takes the receiver into its mesh of the room. */
export type Graft = {readonly type: 'graft'; readonly room: string};

/** Gossipsub: the sender takes the receiver out of its mesh of the room, or refuses a graft. */
export type Prune = {
	readonly type: 'prune';
	readonly room: string;
	/** Seconds in which the receiver must not graft again. */
	readonly backoff: number;
	/** Other members of the room that the receiver may try instead. */
	readonly peers: readonly PeerHint[];
};

/** Gossipsub: the sender holds these messages of the room, and hands them out on `iwant`. Ids are 64 hex digits. */
export type IHave = {readonly type: 'ihave'; readonly room: string; readonly messageIds: readonly string[]};

/** Gossipsub: please send these. */
export type IWant = {readonly type: 'iwant'; readonly messageIds: readonly string[]};

/** Gossipsub 1.2: the sender has these already; do not send them. */
export type IDontWant = {readonly type: 'idontwant'; readonly messageIds: readonly string[]};

/**
 * Episub: the sender, in the receiver's mesh of the room, gets events sooner from others: please no longer push them, but
 * tell by `ihave` what there is. Until `unchoke`, or the end of the mesh link.
 */
export type Choke = {readonly type: 'choke'; readonly room: string};
export type Unchoke = {readonly type: 'unchoke'; readonly room: string};

/** Peer exchange: members of rooms that the sender and the receiver have in common. */
export type Peers = {readonly type: 'peers'; readonly peers: readonly PeerHint[]};

/** Where a peer may be reached, as the sender of the hint sees it. Only TLS proves it. */
export type PeerHint = {
	readonly peer: PeerId;
	/** Multiaddrs without `/p2p/…`. */
	readonly addresses: readonly string[];
};

/**
 * History: all that the sender holds of a room, in one number. The receiver compares, and answers with `ranges` if it
 * holds something else.
 */
export type Digest = {
	readonly type: 'digest';
	readonly room: string;
	/** Exclusive or of the ids of all events held. 64 hex digits. */
	readonly digest: string;
	/** How many these are. */
	readonly events: number;
};

/** What the sender holds of a room, author by author. Several messages if there are many: `isLast` ends them. */
export type Ranges = {
	readonly type: 'ranges';
	readonly room: string;
	readonly chains: readonly ChainRanges[];
	readonly isLast: boolean;
	/** The sender does not know what the receiver holds: please answer with your own. */
	readonly wantsAnswer: boolean;
};

/** What somebody holds of one chain: the events of one author in one room and one epoch, numbered from 1. */
export type ChainRanges = {
	readonly author: PeerId;
	/** 32 hex digits. */
	readonly epoch: string;
	/** Sequence numbers held, as closed intervals, ascending, neither touching nor overlapping. */
	readonly spans: readonly Span[];
	/** The first 8 bytes of the exclusive or of the ids held: 16 hex digits. Of a fork it tells who holds which branch. */
	readonly digest: string;
	/** Ids of events that share their sequence number with another one: proofs that the author has forked. */
	readonly forks: readonly string[];
};

export type Span = readonly [from: number, to: number];

/**
 * History: please send these, all of one room; the answer is one or more `events` with the same request number. Of a run
 * the highest sequence numbers come first. One want of a sender is answered at a time.
 */
export type Want = {
	readonly type: 'want';
	/** Chosen by the sender. */
	readonly request: number;
	readonly room: string;
	/** So many of the newest events of the room, in its order; 0 for none. */
	readonly newest: number;
	readonly runs: readonly Run[];
	readonly ids: readonly string[];
	/** Bytes of events after which the receiver may stop: what is left is asked for again. */
	readonly bytes: number;
};

export type Run = {
	readonly author: PeerId;
	readonly epoch: string;
	readonly from: number;
	readonly to: number;
	/** The sender holds number `to + 1`, which names `to` by its hash: so `to` needs no signature. */
	readonly isLinked: boolean;
};

/** `more` follow, or it is `done`; `busy`: the sender has had its share, and may ask again in a while. */
export type EventsStatus = 'more' | 'done' | 'busy';

export type Events = {
	readonly type: 'events';
	readonly request: number;
	readonly room: string;
	readonly segments: readonly Segment[];
	readonly status: EventsStatus;
};

/**
 * Events of one chain, ascending, each but the first naming the one before as its `previous`: so the signature of the
 * last vouches for all.
 */
export type Segment = {
	/** The exact bytes that their author signed. */
	readonly events: readonly Uint8Array[];
	/** Of the last one; undefined only if the receiver said that it holds the next. */
	readonly signature: Uint8Array | undefined;
};

/** Direct messages: the sender has read everything in the room up to this message. */
export type Read = {readonly type: 'read'; readonly room: string; readonly messageId: string};

/**
 * Topology: whom a peer is connected to, as it says itself (see `neighbours.ts`). Signed, since it is handed on to those who
 * are not connected to its author.
 */
export type Neighbours = {
	readonly type: 'neighbours';
	/** The exact bytes that were signed. */
	readonly statement: Uint8Array;
	readonly signature: Uint8Array;
	/** Seconds since it left its author, as those measured who handed it on: a claim. 0 if left out. */
	readonly age: number;
};

/** Which way does a message of this room take to `target`? Handed on over the links that messages take, once by each. */
export type Trace = {
	readonly type: 'trace';
	/** Chosen by who asks. 32 hex digits. */
	readonly id: string;
	readonly room: string;
	readonly target: PeerId;
	/** Links that it may still go over, this one not counted. */
	readonly linksLeft: number;
};

/** The answer, back over the links that the trace took: each node on the way puts itself in front. */
export type Traced = {
	readonly type: 'traced';
	readonly id: string;
	/** From the sender of this message to the target. */
	readonly hops: readonly TracedHop[];
};

export type TracedHop = {
	readonly peer: PeerId;
	/** Microseconds between handing the trace on and getting its answer, by this node's clock; 0 at the target. */
	readonly microseconds: number;
};

/** A receipt that others hand on, to an author to whom its holder is not connected; signed by the holder (see `held.ts`). */
export type Held = Omit<Required<Receipt>, 'type'> & {
	readonly type: 'held';
	readonly author: PeerId;
	readonly holder: PeerId;
	/** Links that it may still go over, this one not counted. */
	readonly linksLeft: number;
	readonly signature: Uint8Array;
};

export type Message =
	| Ready
	| Identify
	| Ping
	| Pong
	| Heartbeat
	| Goodbye
	| Subscriptions
	| Publish
	| Receipt
	| Graft
	| Prune
	| IHave
	| IWant
	| IDontWant
	| Peers
	| Choke
	| Unchoke
	| Digest
	| Ranges
	| Want
	| Events
	| Read
	| Neighbours
	| Trace
	| Traced
	| Held
	| Seek
	| Holds
	| Gained
	| BulkPlease;

export type MessageType = Message['type'];

export const MESSAGE_NUMBERS = {
	ready: 0,
	identify: 1,
	ping: 2,
	pong: 3,
	heartbeat: 4,
	goodbye: 5,
	subscriptions: 6,
	publish: 7,
	receipt: 8,
	graft: 9,
	prune: 10,
	ihave: 11,
	iwant: 12,
	idontwant: 13,
	peers: 14,
	choke: 15,
	unchoke: 16,
	digest: 17,
	ranges: 18,
	want: 19,
	events: 20,
	read: 21,
	neighbours: 22,
	trace: 23,
	traced: 24,
	held: 25,
	seek: 26,
	holds: 27,
	gained: 28,
	'bulk-please': 29,
} as const satisfies Record<MessageType, number>;

/** What a peer agrees on in the TLS handshake (ALPN, RFC 7301). */
export const ALPN_PROTOCOL = 'p2p-tui/1';

/** The same on connections for bulk: see `bulk.ts`. */
export const BULK_ALPN_PROTOCOL = 'p2p-tui-bulk/1';

/** The minor version in READY: rises when messages or fields are added that older peers may ignore. */
export const PROTOCOL_MINOR = 4;
