/**
 * What the core tells a screen or a script. Headless prints these as JSON lines.
 * Peers are named by peer id. Times are milliseconds, timestamps Unix milliseconds.
 */

/** Why something did not work, for a program (`code`) and for a person (`message`, one line). */
export type Failure = {readonly code: ErrorCode; readonly message: string};

export type ErrorCode =
	| 'bad-command'
	| 'bad-address'
	| 'bad-name'
	| 'bad-room'
	| 'bad-text'
	| 'unknown-room'
	| 'not-connected'
	| 'dial-self'
	| 'dial-refused'
	| 'dial-timeout'
	| 'dial-unreachable'
	| 'dial-wrong-peer'
	| 'dial-failed'
	| 'ping-timeout'
	| 'busy'
	| 'fault-refused';

export type Direction = 'inbound' | 'outbound';

/** How an address became known. */
export type Via = 'announcement' | 'mdns' | 'exchange' | 'memory';

export type PeerState = 'discovered' | 'connecting' | 'connected' | 'gone';

export type PeerInfo = {
	/** The peer id. */
	readonly id: string;
	readonly name: string;
	readonly addresses: readonly string[];
	readonly state: PeerState;
	/** How it was found, if it was not given by hand and has not come by itself. */
	readonly via?: Via;
	/** Only for a peer that does not speak p2p-tui: it is listed, and cannot be talked to yet. */
	readonly speaks?: 'libp2p';
	readonly direction?: Direction;
	/** The last round-trip time, with microsecond precision. */
	readonly rtt?: number;
	/** Unix milliseconds; when it was last heard, for a peer that is gone. */
	readonly lastSeen?: number;
};

export type Member = {readonly peer: string; readonly name: string};

export type RoomInfo = {
	readonly room: string;
	readonly name: string;
	/** Who is here now, ourselves included. */
	readonly members: readonly Member[];
	/** Messages of others since this node last published to the room or read its history. */
	readonly unread: number;
};

export type ChatMessage = {
	readonly room: string;
	readonly messageId: string;
	/** The author's peer id. */
	readonly from: string;
	/** The author's name as known when the message arrived. */
	readonly name: string;
	readonly text: string;
	readonly timestamp: number;
	readonly seq: number;
	/** True if this node published it. */
	readonly local: boolean;
	/** The peer that handed it to us first, and the links it has gone over (1 from its author): not for our own. */
	readonly via?: string;
	readonly hops?: number;
};

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

export type Stats = {
	/** Seconds since the node started. */
	readonly uptime: number;
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
	readonly connections: number;
	readonly pubsub?: PubsubStats;
	/** Bytes that wait to be sent, by priority, over all connections. */
	readonly queued: {readonly control: number; readonly chat: number; readonly bulk: number};
	/** What was refused or dropped, by reason: `frame-length`, `duplicate`, `unknown-message` … */
	readonly counters: Readonly<Record<string, number>>;
	/** Bytes. */
	readonly memory: {readonly rss: number; readonly heapUsed: number};
	/** Event-loop delay in milliseconds since the last `stats`. */
	readonly loopDelay: {readonly p50: number; readonly p99: number; readonly max: number};
};

/** Result of each command, in its reply. */
export type Results = {
	publish: {readonly messageId: string};
	join: {readonly room: string};
	leave: {readonly room: string};
	rooms: {readonly rooms: readonly RoomInfo[]};
	history: {readonly messages: readonly ChatMessage[]};
	nick: {readonly name: string};
	dial: {readonly peer: string};
	disconnect: {readonly peer: string};
	peers: {readonly peers: readonly PeerInfo[]};
	ping: {readonly rtts: readonly number[]};
	stats: Stats;
	shutdown: Record<string, never>;
	fault: Record<string, never>;
};

/** Bytes per second over the last interval, in all and per connected peer. */
export type Traffic = {
	readonly type: 'traffic';
	readonly bytesInPerSecond: number;
	readonly bytesOutPerSecond: number;
	readonly pubsub?: PubsubStats;
};

/**
 * The node as it starts, right after `ready`: what a screen draws first, and what it starts again from after the core was
 * restarted. A node that has just opened its sockets is in no room and has no peers, so both lists are empty then: a
 * screen that remembers peers knows by it that they are gone. What there is of them follows as events.
 */
export type Snapshot = {
	readonly type: 'snapshot';
	readonly peerId: string;
	readonly name: string;
	readonly addresses: readonly string[];
	readonly interfaces: readonly string[];
	readonly rooms: readonly RoomInfo[];
	readonly peers: readonly PeerInfo[];
};

export type Reply =
	| {readonly type: 'reply'; readonly id: string; readonly ok: true; readonly result: Results[keyof Results]}
	| {readonly type: 'reply'; readonly id: string; readonly ok: false; readonly error: Failure};

export type NodeEvent =
	| {readonly type: 'ready'; readonly peerId: string; readonly name: string; readonly addresses: readonly string[]}
	/** Where this node can be reached has changed, as in `ready`; and the names of the interfaces in use. */
	| {
			readonly type: 'addresses-changed';
			readonly addresses: readonly string[];
			readonly interfaces: readonly string[];
	  }
	| Reply
	| {
			readonly type: 'peer-discovered';
			readonly peer: string;
			readonly address: string;
			readonly via: Via;
			/** As in `PeerInfo`. */
			readonly speaks?: 'libp2p';
	  }
	| {
			readonly type: 'peer-connected';
			readonly peer: string;
			readonly name: string;
			readonly address: string;
			readonly direction: Direction;
	  }
	| {readonly type: 'peer-disconnected'; readonly peer: string; readonly reason: string}
	| {readonly type: 'peer-renamed'; readonly peer: string; readonly name: string}
	| {readonly type: 'room-joined'; readonly room: string; readonly members: readonly Member[]}
	| {readonly type: 'room-left'; readonly room: string}
	| {readonly type: 'member-joined'; readonly room: string; readonly peer: string; readonly name: string}
	| {readonly type: 'member-left'; readonly room: string; readonly peer: string}
	| {readonly type: 'name-changed'; readonly name: string}
	| ({readonly type: 'message'} & ChatMessage)
	| {readonly type: 'message-state'; readonly messageId: string; readonly storedBy: number; readonly of: number}
	| {readonly type: 'rtt'; readonly peer: string; readonly milliseconds: number}
	| {readonly type: 'warning'; readonly code: string; readonly message: string}
	/** Only on the way to a screen, never printed by headless. */
	| Snapshot
	| Traffic;

export type EventOf<Type extends NodeEvent['type']> = Extract<NodeEvent, {readonly type: Type}>;
