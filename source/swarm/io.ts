/**
 * The swarm's two sides: everything that can happen to it, and everything it can ask of the world.
 * The driver (`core/node.ts`) and the simulator (`source/simulator`) are the two things that turn effects into deeds.
 */
import type {Command} from '../api/command.ts';
import type {Direction, NodeEvent} from '../api/event.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {FilesDeed, FilesNews} from '../behaviours/files/io.ts';
import type {Announcement} from '../wire/announcement.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Priority} from '../wire/priority.ts';

/** Names one connection for as long as the driver lives; chosen by the driver, never used twice. */
export type ConnectionId = number;

/** Names one dial; chosen by the swarm, so that a late answer finds its question. */
export type DialId = number;

/** A peer that was connected once, with the addresses that led to it, the last proved one first. */
export type RememberedPeer = {readonly peer: PeerId; readonly addresses: readonly string[]};

export type DialFailureCode = 'refused' | 'timeout' | 'unreachable' | 'wrong-peer' | 'self' | 'bad-address' | 'failed';

export type SwarmInput =
	/**
	 * The first input, once. `addresses`: where we listen, as in `listening`. `remembered`: what the last `remember` of an
	 * earlier run told, newest first.
	 */
	| {
			readonly type: 'start';
			readonly addresses: readonly string[];
			readonly remembered?: readonly RememberedPeer[];
	  }
	/** A connection is ready: TLS done, certificate verified, READY sent or received. `address` has no `/p2p/…`. */
	| {
			readonly type: 'connection-opened';
			readonly connection: ConnectionId;
			readonly peer: PeerId;
			readonly address: string;
			readonly direction: Direction;
			/** Which dial this answers, for an outbound one. */
			readonly dial?: DialId;
	  }
	| {readonly type: 'connection-closed'; readonly connection: ConnectionId; readonly reason: string}
	| {readonly type: 'dial-failed'; readonly dial: DialId; readonly code: DialFailureCode; readonly message: string}
	/** The body of one frame, not yet decoded. */
	| {readonly type: 'frame'; readonly connection: ConnectionId; readonly body: Uint8Array}
	/** `host` and `port` are where the datagram came from; an answer goes back there. */
	| {
			readonly type: 'announcement';
			readonly announcement: Announcement;
			readonly host: string;
			readonly port: number;
			/** `4` or `6`: the address family of `host`. */
			readonly family: 4 | 6;
			/** The interface it was heard on: the scope of a link-local IPv6 address. */
			readonly scope?: string;
	  }
	/**
	 * Multicast DNS told of a peer. A peer that `speaks` libp2p only is listed and not dialled. Its record is good for
	 * `ttl` seconds; 0 if it leaves.
	 */
	| {
			readonly type: 'mdns';
			readonly peer: PeerId;
			/** Multiaddrs without `/p2p/…`. */
			readonly addresses: readonly string[];
			readonly speaks: 'p2p-tui' | 'libp2p';
			readonly ttl: number;
			/** The IP address of whoever said so, with the zone of a link-local IPv6 one behind a `%`. */
			readonly source?: string;
	  }
	/** This machine was asleep, or the process stopped, for about this many milliseconds: nothing was heard meanwhile. */
	| {readonly type: 'woke'; readonly slept: number}
	| {readonly type: 'timer'; readonly timer: string}
	/** `timestamp` is the wall clock, Unix milliseconds. */
	| {readonly type: 'command'; readonly command: Command; readonly timestamp: number}
	/**
	 * The addresses that we listen on changed: without `/p2p/…`, wildcards resolved. `hasNewLink`: or they are the same,
	 * but what is announced now also leaves where nobody has heard of us.
	 */
	| {readonly type: 'listening'; readonly addresses: readonly string[]; readonly hasNewLink?: boolean}
	/** What became of deeds about files, and what others ask for. */
	| {readonly type: 'files'; readonly news: FilesNews}
	/** The answer to the effect `commit`, once for any number of them: now. */
	| {readonly type: 'commit'}
	/** The node stops: say goodbye to everyone. */
	| {readonly type: 'stop'};

export type Effect =
	| {
			readonly type: 'send';
			readonly connections: readonly ConnectionId[];
			readonly body: Uint8Array;
			readonly priority: Priority;
	  }
	/** Flush what is queued, then close. */
	| {readonly type: 'close'; readonly connection: ConnectionId; readonly reason: string}
	| {readonly type: 'dial'; readonly dial: DialId; readonly address: string; readonly expected: PeerId | undefined}
	/** Another address of the same peer was faster, or nobody wants it any more. No answer is expected; one may come. */
	| {readonly type: 'cancel-dial'; readonly dial: DialId}
	/** The whole address book, newest first, to be kept for the next run whenever that suits. */
	| {readonly type: 'remember'; readonly peers: readonly RememberedPeer[]}
	/** To be sent on every interface, by broadcast and multicast. */
	| {readonly type: 'announce'; readonly announcement: Announcement}
	/** To be sent to one newcomer only, where its datagram came from. */
	| {
			readonly type: 'answer';
			readonly announcement: Announcement;
			readonly host: string;
			readonly port: number;
			readonly scope?: string;
	  }
	/**
	 * Something waits for the disk. The driver answers with the input `commit`, soon and once for all that came until then:
	 * one writing serves them all. (The writing itself is done by the store that the swarm was given.)
	 */
	| {readonly type: 'commit'}
	/** See `behaviours/files/io.ts`. */
	| {readonly type: 'files'; readonly deed: FilesDeed}
	| {readonly type: 'schedule'; readonly timer: string; readonly at: Instant}
	| {readonly type: 'cancel'; readonly timer: string}
	| {readonly type: 'emit'; readonly event: NodeEvent};
