/**
 * What the core tells a screen or a script. Headless prints these as JSON lines.
 * Peers are named by peer id. Times are milliseconds, timestamps Unix milliseconds.
 */
import type {DoctorReport} from './doctor.ts';
import type {EventDetails} from './event-details.ts';
import type {FileEvent, FileResults, OfferedFile} from './files.ts';
import type {LabState} from './lab.ts';
import type {NetworkReport} from './metrics.ts';
import type {MessageSpread, RoomSpread, TraceResult} from './spread.ts';
import type {PubsubStats, Stats} from './stats.ts';
import type {Topology, Unreachable} from './topology.ts';

export type {HistoryStats, PubsubStats, RoomTraffic, Stats} from './stats.ts';

/** Why something did not work, for a program (`code`) and for a person (`message`, one line). */
export type Failure = {readonly code: ErrorCode; readonly message: string};

export type ErrorCode =
	| 'bad-command'
	| 'bad-address'
	| 'bad-name'
	| 'bad-room'
	| 'bad-text'
	| 'unknown-room'
	| 'unknown-message'
	| 'bad-peer'
	| 'not-yours'
	/** The disk does not take it: nothing was sent. */
	| 'storage'
	| 'not-connected'
	| 'dial-self'
	| 'dial-refused'
	| 'dial-timeout'
	| 'dial-unreachable'
	| 'dial-wrong-peer'
	| 'dial-failed'
	| 'ping-timeout'
	/** No such file is offered where we are, or on its way; or a beginning of an id fits several. */
	| 'unknown-file'
	/** It cannot be offered or fetched: the message says why. */
	| 'file'
	/** No answer to a trace. */
	| 'trace-timeout'
	| 'no-lab'
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

/** Somebody who has said something in a room, here or not. */
export type KnownMember = Member & {
	readonly isHere: boolean;
	/** Unix milliseconds; when it was last connected to us, or else when it last said something in the room. */
	readonly lastSeen: number;
};

/**
 * What commands and events call a room: its name without `#`, or `@` and a peer id for the direct messages with that
 * peer.
 */
export type RoomName = string;

export type RoomInfo = {
	readonly room: RoomName;
	readonly name: string;
	/** Who is here now, ourselves included. */
	readonly members: readonly Member[];
	/** Messages of others that have not been read: by `read` or by publishing. */
	readonly unread: number;
	/** Empty if there is none. */
	readonly topic: string;
	/** Who has ever said something in it, ourselves included, the last one first; at most a hundred. */
	readonly known: readonly KnownMember[];
	/** Events of every kind that are kept here. */
	readonly events: number;
};

/** What an entry of a room's history is. `unknown`: of a newer version, so there is no telling. */
export type EntryKind = 'message' | 'reply' | 'file' | 'topic' | 'join' | 'name' | 'leave' | 'unknown';

/**
 * One entry of a room's history as it is to be shown now: with the last edit, all reactions, or taken back. Entries are
 * shown by `order`, then by `messageId`, as text; all who have the same events have the same order.
 */
export type ChatMessage = {
	readonly room: RoomName;
	readonly messageId: string;
	readonly kind: EntryKind;
	/** The author's peer id. */
	readonly from: string;
	/** The author's name as known when the message arrived. */
	readonly name: string;
	/** The text; the topic; the name that the author goes by. Empty if it was taken back, and for `leave` and `unknown`. */
	readonly text: string;
	readonly timestamp: number;
	readonly seq: number;
	/** A number of milliseconds, usually the timestamp or a little more: no two parts of a conversation are turned round. */
	readonly order: number;
	/** Of kind `file`: what is offered. Its `text` is the name. */
	readonly offer?: OfferedFile;
	/** True if this node published it. */
	readonly local: boolean;
	/** What it replies to, as far as it is here. */
	readonly replyTo?: {
		readonly messageId: string;
		readonly from?: string;
		readonly name?: string;
		/** The beginning of its text, at most 120 characters; empty if it was taken back. */
		readonly text?: string;
	};
	/** When it was last edited, by the author's clock. */
	readonly edited?: number;
	/** It was taken back, and why; the reason may be empty. */
	readonly redacted?: string;
	/** In the order in which each was first used. */
	readonly reactions?: readonly {readonly emoji: string; readonly from: readonly string[]}[];
	/** Its text names us, or it replies to us. */
	readonly mention?: true;
	/** How many of the messages just before it are known of and not here. */
	readonly missing?: number;
	/** Its author has published another event under the same number: somebody tells different people different things. */
	readonly forked?: true;
	/** Own messages: how far it has spread, as in `message-state`. */
	readonly state?: Spread;
	/** The peer that handed it to us first, and the links it has gone over (1 from its author): only when it arrives. */
	readonly via?: string;
	readonly hops?: number;
};

/** Members that have stored it, ourselves included, of those who were in the room or spoke in it before. */
export type Spread = {
	readonly storedBy: number;
	readonly of: number;
	/** Direct messages: it was read. */
	readonly read?: true;
};

/** An entry with what proves it: for `export`. Edits, reactions and redactions stand by themselves. */
export type ExportedEvent = {
	readonly messageId: string;
	readonly kind: string;
	readonly from: string;
	readonly name: string;
	readonly timestamp: number;
	readonly seq: number;
	readonly order: number;
	/** As its author wrote it. */
	readonly text?: string;
	readonly target?: string;
	readonly offer?: OfferedFile;
	/** A reaction (`text` is the emoji) that is taken back. */
	readonly off?: true;
	/** The signed bytes and the signature in base64; a later event of its author vouches where there is no signature. */
	readonly event: string;
	readonly signature?: string;
};

/** Result of each command, in its reply. */
export type Results = FileResults & {
	publish: {readonly messageId: string};
	join: {readonly room: string};
	leave: {readonly room: string};
	rooms: {readonly rooms: readonly RoomInfo[]};
	history: {readonly messages: readonly ChatMessage[]};
	direct: {readonly messageId: string; readonly room: RoomName};
	edit: {readonly messageId: string};
	redact: {readonly messageId: string};
	react: {readonly messageId: string};
	/** `from` set the topic; nobody has if it is missing. */
	topic: {readonly room: RoomName; readonly topic: string; readonly from?: string};
	forget: {readonly room: RoomName};
	read: {readonly room: RoomName};
	search: {readonly messages: readonly ChatMessage[]};
	inspect: EventDetails;
	/** `next`, if there is more: the `after` of the next page. */
	export: {readonly events: readonly ExportedEvent[]; readonly next?: string};
	nick: {readonly name: string};
	dial: {readonly peer: string};
	disconnect: {readonly peer: string};
	peers: {readonly peers: readonly PeerInfo[]};
	ping: {readonly rtts: readonly number[]};
	network: NetworkReport;
	topology: Topology;
	spread: MessageSpread;
	'room-spread': RoomSpread;
	trace: TraceResult;
	lab: Record<string, never>;
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
	/** Of each connected peer: its id, bytes in and out a second. */
	readonly peers?: readonly (readonly [peer: string, bytesIn: number, bytesOut: number])[];
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
	/** `direct`: a conversation with one peer, which is open from the first message on. */
	| {
			readonly type: 'room-joined';
			readonly room: RoomName;
			readonly members: readonly Member[];
			readonly topic?: string;
			readonly unread?: number;
			readonly direct?: true;
	  }
	| {readonly type: 'room-left'; readonly room: string}
	| {readonly type: 'member-joined'; readonly room: string; readonly peer: string; readonly name: string}
	| {readonly type: 'member-left'; readonly room: string; readonly peer: string}
	| {readonly type: 'name-changed'; readonly name: string}
	/** Kinds `message`, `reply` and `file`, new ones and ones missed, each once; of old history only what is near the end. */
	| ({readonly type: 'message'} & ChatMessage)
	/** All other kinds. */
	| ({readonly type: 'notice'} & ChatMessage)
	/** An entry that was told before, as it is to be shown from now on; of `edit` and `redaction` also those that quote it. */
	| ({
			readonly type: 'message-changed';
			readonly change: 'edit' | 'reaction' | 'redaction' | 'gap' | 'fork' | 'order';
	  } & ChatMessage)
	| ({readonly type: 'message-state'; readonly messageId: string; readonly room: RoomName} & Spread)
	| {readonly type: 'topic-changed'; readonly room: RoomName; readonly topic: string; readonly from: string}
	/**
	 * History is being taken over: `received` of about `expected` events; the last one of these says `done`. So does one of
	 * its own when more entries have moved in the order of the room than are told one by one.
	 */
	| {
			readonly type: 'history-progress';
			readonly room: RoomName;
			readonly received: number;
			readonly expected: number;
			readonly done: boolean;
	  }
	/** Members are back after having been away from us, or we from them: events that each side had and the other lacked. */
	| {
			readonly type: 'rejoined';
			readonly room: RoomName;
			/** Milliseconds. */
			readonly away: number;
			readonly peers: readonly string[];
			readonly received: number;
			readonly given: number;
	  }
	/** Whom we cannot reach, though they did not say goodbye: all of them, whenever that changes; empty when all is well again. */
	| {readonly type: 'partition'; readonly unreachable: readonly Unreachable[]}
	/** Somebody goes by a name that belonged to another key until now. Never to be overlooked: it may be an impostor. */
	| {
			readonly type: 'name-conflict';
			readonly name: string;
			readonly peer: string;
			/** Who went by that name before, and when it was last seen, in Unix milliseconds. */
			readonly before: string;
			readonly lastSeen: number;
	  }
	/** The disk does not take any more, and why; or does again. What was acknowledged is safe. */
	| {readonly type: 'storage'; readonly state: 'ok' | 'failed'; readonly code?: string; readonly message?: string}
	| FileEvent
	| {readonly type: 'rtt'; readonly peer: string; readonly milliseconds: number}
	| {readonly type: 'warning'; readonly code: string; readonly message: string}
	/** Only on the way to a screen, never printed by headless. */
	| Snapshot
	| Traffic
	| {readonly type: 'lab'; readonly lab: LabState}
	| {readonly type: 'doctor'; readonly report: DoctorReport};

export type EventOf<Type extends NodeEvent['type']> = Extract<NodeEvent, {readonly type: Type}>;
