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
 * | 4      | heartbeat     | both                   | sequence number                                     |
 * | 5      | goodbye       | both, last             | reason                                              |
 * | 6      | subscriptions | both                   | rooms joined, rooms left                            |
 * | 7      | publish       | both                   | signed event, signature, hops                       |
 * | 8      | receipt       | holder → author        | room, message ids                                   |
 * | 9      | graft         | both                   | room                                                |
 * | 10     | prune         | both                   | room, backoff in seconds, peers                     |
 * | 11     | ihave         | both                   | room, message ids                                   |
 * | 12     | iwant         | both                   | message ids                                         |
 * | 13     | idontwant     | both                   | message ids                                         |
 * | 14     | peers         | both                   | peers                                               |
 * | 15     | choke         | both                   | room                                                |
 * | 16     | unchoke       | both                   | room                                                |
 *
 * Peers in 10 and 14 are a list of `[public key, addresses]`.
 */
import type {PeerId} from './peer-id.ts';

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
export type Heartbeat = {readonly type: 'heartbeat'; readonly sequence: number};

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
	| Unchoke;

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
} as const satisfies Record<MessageType, number>;

/** What a peer agrees on in the TLS handshake (ALPN, RFC 7301). */
export const ALPN_PROTOCOL = 'p2p-tui/1';

/** The minor version in READY: rises when messages or fields are added that older peers may ignore. */
export const PROTOCOL_MINOR = 1;

/** A pubsub room event once decoded from the signed bytes of a `publish`. */
export type RoomEvent = {
	readonly room: string;
	readonly author: PeerId;
	/** The author's instance id: with `sequence` it names the event, and never comes twice. */
	readonly epoch: string;
	/** Counts the author's events in this room and epoch from 1. */
	readonly sequence: number;
	/** Unix milliseconds by the author's clock: a claim, for display only. */
	readonly timestamp: number;
	readonly kind: 'message';
	readonly text: string;
};
