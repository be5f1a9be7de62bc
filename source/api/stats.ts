/** What `stats` answers: how the node is doing, for machines. Milliseconds and bytes, unless it says something else. */
import type {PeerState} from './event.ts';
import type {PeerMeasures, RttFigures} from './metrics.ts';

/** How room events travel. Counts are since the start. */
export type PubsubStats = {
	readonly router: 'floodsub' | 'gossipsub';
	readonly rooms: readonly RoomTraffic[];
	/** First deliveries by the links that they had gone over: index 0 is unused, the last one stands for all longer ones. */
	readonly hops: readonly number[];
	/** Bytes of graft, prune, ihave, iwant, idontwant and subscriptions, bodies only. */
	readonly controlBytesIn: number;
	readonly controlBytesOut: number;
};

export type RoomTraffic = {
	readonly room: string;
	/** Connected members, ourselves not included. */
	readonly members: number;
	/** Those that events are pushed to at once: all of them in a small room or with floodsub. */
	readonly mesh: number;
	/** Events of others that came for the first time, and copies of them that came later. */
	readonly delivered: number;
	readonly duplicates: number;
};

/** What is kept. */
export type HistoryStats = {
	readonly events: number;
	/** Bytes on disk, or in memory if nothing is kept. */
	readonly bytes: number;
	/** Commits to the disk since the start, and how long the last hundred took, in milliseconds. */
	readonly commits: number;
	readonly commitP50: number;
	readonly commitP99: number;
	/** Events got from and given to others by asking, since the start. */
	readonly received: number;
	readonly given: number;
};

export type Stats = {
	/** Seconds since the node started. */
	readonly uptime: number;
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
	readonly connections: number;
	/** How many are in each state. */
	readonly peers: Readonly<Record<PeerState, number>>;
	readonly dials: {
		readonly pending: number;
		readonly succeeded: number;
		/** Another address of the same peer was faster, or nobody wanted it any more. */
		readonly calledOff: number;
		/** By reason: `refused`, `timeout`, `unreachable`, `wrong-peer`, `bad-address`, `failed`. */
		readonly failed: Readonly<Record<string, number>>;
	};
	/**
	 * Sizes of the tables of those who were heard of lately, of those among them that speak other protocols only, of those
	 * who have been reached, and of those whom the dial policy has in view.
	 */
	readonly discovery: {
		readonly heard: number;
		readonly foreign: number;
		readonly reached: number;
		readonly targets: number;
	};
	/** Messages by type: `publish`, `ping`, … Those that are sent count once for each receiver. */
	readonly messages: {
		readonly in: Readonly<Record<string, number>>;
		readonly out: Readonly<Record<string, number>>;
	};
	/** Of all peers that there ever were; missing until there is something to tell. */
	readonly rtt?: RttFigures;
	readonly heartbeats?: PeerMeasures['heartbeats'];
	readonly pubsub?: PubsubStats;
	/** Bytes that wait to be sent, by priority, over all connections. */
	readonly queued: {readonly control: number; readonly chat: number; readonly bulk: number};
	/** What was refused or dropped, by reason: `frame-length`, `duplicate`, `unknown-message` … */
	readonly counters: Readonly<Record<string, number>>;
	readonly history?: HistoryStats;
	/** Bytes: of the whole process; of the heap of this thread, used and reserved; and of buffers outside of it. */
	readonly memory: {
		readonly rss: number;
		readonly heapUsed: number;
		readonly heapTotal: number;
		readonly external: number;
	};
	/** Seconds of work by the whole process, in the program and in the system for it. */
	readonly cpu: {readonly user: number; readonly system: number};
	/** Named timers that run. */
	readonly timers: number;
	/** Event-loop delay in milliseconds since the last `stats`. */
	readonly loopDelay: {readonly p50: number; readonly p99: number; readonly max: number};
};
