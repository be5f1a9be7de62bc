/**
 * A behaviour is one protocol as a state machine without I/O: inputs and the time go in, outputs come out as values.
 * It never opens a socket, reads a clock, sets a timer or rolls a die; so hundreds of nodes run deterministically in
 * one process (source/simulator), and a test compares the whole list of outputs.
 *
 * Invariants that the swarm keeps for every behaviour:
 * 1. `start` is the first input, once.
 * 2. For one peer, `connected` and `disconnected` alternate, `connected` first. Which of several connections carries
 *    the peer is the swarm's business and never shows here.
 * 3. `message` comes only between them, and only of the types that the behaviour declared.
 * 4. A timer fires at most once for each `schedule`; scheduling the same name again replaces it; none fires after
 *    `cancel`.
 */
import type {Command, CommandName} from '../api/command.ts';
import type {Direction, Failure, HistoryStats, NodeEvent, PubsubStats, Results} from '../api/event.ts';
import type {Overview, PeerMeasures, RttFigures} from '../api/metrics.ts';
import type {StorageFailure} from '../history/event-store.ts';
import type {Message, MessageType} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {FilesDeed, FilesNews} from './files/io.ts';

/** Milliseconds of a clock that only goes forward, with microsecond precision. Never a date. */
export type Instant = number;

export type BehaviourInput =
	| {readonly type: 'start'}
	| {readonly type: 'connected'; readonly peer: PeerId; readonly address: string; readonly direction: Direction}
	| {readonly type: 'disconnected'; readonly peer: PeerId; readonly reason: string}
	/** Another connection carries the peer from now on. What was said last on the old one may not have arrived. */
	| {readonly type: 'moved'; readonly peer: PeerId}
	| {readonly type: 'message'; readonly peer: PeerId; readonly message: Message}
	| {readonly type: 'timer'; readonly timer: string}
	/** Something that another behaviour told people, of a type that this one watches for. */
	| {readonly type: 'event'; readonly event: NodeEvent}
	/** The machine slept or changed its addresses: silence until now is no fault of others, and nobody may be there. */
	| {readonly type: 'woke'}
	/** There is reason to doubt that a peer is still there. */
	| {readonly type: 'probe'; readonly peer: PeerId}
	/**
	 * What was staged in the archive until now is on disk; or, with a `failure`, all of it since the last commit is gone
	 * from the archive. Comes to all behaviours, whoever asked.
	 */
	| {readonly type: 'committed'; readonly failure?: StorageFailure}
	/** Of bulk connections, and of the disk as far as files are concerned. */
	| {readonly type: 'files'; readonly news: FilesNews}
	/** The addresses that we listen on changed. */
	| {readonly type: 'listening'; readonly addresses: readonly string[]}
	/** The node is about to close every connection. */
	| {readonly type: 'stop'}
	/** `timestamp` is the wall clock in Unix milliseconds, read at the edge. */
	| {readonly type: 'command'; readonly command: Command; readonly timestamp: number};

export type BehaviourOutput =
	/** Encoded once, however many peers. Peers that are not connected are passed over. */
	| {readonly type: 'send'; readonly peers: readonly PeerId[]; readonly message: Message}
	| {readonly type: 'schedule'; readonly timer: string; readonly at: Instant}
	| {readonly type: 'cancel'; readonly timer: string}
	| {readonly type: 'emit'; readonly event: NodeEvent}
	/** The answer to a command; dropped if the command had no id. */
	| {readonly type: 'reply'; readonly command: Command; readonly result: Results[keyof Results]}
	| {readonly type: 'refuse'; readonly command: Command; readonly error: Failure}
	/** `misbehaved`: the peer broke the protocol, so for a while we do not dial it either. */
	| {readonly type: 'disconnect'; readonly peer: PeerId; readonly reason: string; readonly misbehaved?: true}
	/** Something was staged in the archive: `committed` is to follow, as soon as it suits. */
	| {readonly type: 'commit'}
	/** Something about files is to be done outside. */
	| {readonly type: 'files'; readonly deed: FilesDeed}
	/** Something learned about a peer, for the peer store that all behaviours may read. */
	| {readonly type: 'learned'; readonly peer: PeerId; readonly facts: Partial<PeerFacts>}
	| {readonly type: 'count'; readonly counter: string; readonly by?: number}
	/** `from` says that `peer` may be reached there: a hint, judged and bounded by the swarm. */
	| {readonly type: 'found'; readonly peer: PeerId; readonly addresses: readonly string[]; readonly from: PeerId};

/** What is known of a peer, connected or not. Names are claims; the peer id is proved. */
export type PeerFacts = {
	name: string;
	agent: string;
	instance: string;
	addresses: readonly string[];
	protocols: readonly string[];
	/** The last round-trip time in milliseconds. */
	rtt: number;
	/** When the last frame came from it. */
	lastHeard: Instant;
};

/** What a behaviour may read. Only the swarm writes it. */
export interface View {
	readonly self: PeerId;
	/** This node's own name now. */
	readonly name: string;
	/** The wall clock, Unix milliseconds: for what people see and for what outlives the process, never to measure time. */
	timestamp(): number;
	isConnected(peer: PeerId): boolean;
	connectedPeers(): readonly PeerId[];
	facts(peer: PeerId): Readonly<Partial<PeerFacts>>;
	/**
	 * Where `peer`, which is connected, may be reached by `listener`, which is connected too: addresses that we have seen
	 * it at, with the ports that it listens on. None that mean nothing to the listener: loopback only if both are on
	 * this machine, private ones only if it is not on the public internet, no link-local ones. Empty if there are none.
	 */
	addressesFor(peer: PeerId, listener: PeerId): readonly string[];
	/** When a dial of this peer failed last, since it was connected; undefined if none has. Left out by some tests. */
	dialFailedAt?(peer: PeerId): Instant | undefined;
}

/** What behaviours add to the answer of `stats`. */
export type BehaviourStats = {
	readonly pubsub?: PubsubStats;
	readonly history?: HistoryStats;
	/** Of all peers together, those that are gone included. */
	readonly rtt?: RttFigures;
	readonly heartbeats?: PeerMeasures['heartbeats'];
};

export interface Behaviour {
	/** Short and unique: it prefixes the behaviour's timers and counters. */
	readonly name: string;
	/** What identify tells others, such as `/p2p-tui/ping/1`. */
	readonly protocol: string;
	/** Several behaviours may read one type: each gets it, in their order. */
	readonly messages: readonly MessageType[];
	readonly commands: readonly CommandName[];
	/** Events of other behaviours that come as the input `event`. */
	readonly watches?: readonly NodeEvent['type'][];
	/** It deals with files: the input `files` comes to it, and to no other. */
	readonly isForFiles?: true;
	handle(input: BehaviourInput, now: Instant): BehaviourOutput[];
	stats?(): BehaviourStats;
	overview?(): Overview;
	/**
	 * What it has measured of a connected peer since that connected: its share of the answer of `network`. `timestamp` is
	 * the wall clock at `now`, Unix milliseconds.
	 */
	measured?(peer: PeerId, now: Instant, timestamp: number): Partial<PeerMeasures>;
}
