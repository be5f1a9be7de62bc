/** What `network` answers: every connection as it is measured, and their sums. */
import type {Direction, RoomName} from './event.ts';
import type {RoomSpread} from './spread.ts';

/** Milliseconds, with microsecond precision. Missing until there is something to tell. */
export type RttFigures = {
	readonly last: number;
	readonly min: number;
	readonly max: number;
	/** Of all since the peer connected, from a histogram whose buckets are at most 3 % wide. */
	readonly p50: number;
	readonly p99: number;
	/** Mean difference between one and the next, smoothed (RFC 3550, section 6.4.1). */
	readonly jitter: number;
	/** How many were measured, and how many pings were never answered. */
	readonly count: number;
	readonly lost: number;
};

/** What the node itself knows of a connected peer, on whatever network it is. */
export type PeerMeasures = {
	/** The peer id. */
	readonly peer: string;
	readonly name: string;
	readonly address: string;
	readonly direction: Direction;
	/** Program and version, as it says. */
	readonly agent?: string;
	/** Milliseconds since it connected. */
	readonly connectedFor: number;
	readonly rtt?: RttFigures;
	/** Heartbeats that came, and those that were missing between them. */
	readonly heartbeats: {readonly received: number; readonly lost: number};
	/** Milliseconds by which its wall clock is ahead of ours, and by how much that may be wrong either way. */
	readonly clock?: {readonly offset: number; readonly error: number};
	/** Gossipsub's score of it: below 0 it has misbehaved. */
	readonly score?: number;
	/** Rooms that it shares with us, and those of them in whose mesh it is. */
	readonly rooms: readonly RoomName[];
	readonly mesh: readonly RoomName[];
};

/** What only the one knows who carries the bytes: over all connections to the peer since it connected. */
export type LinkMetrics = {
	/** What carries the bytes, and what keeps them secret, as TLS calls it; missing where nothing does. */
	readonly transport: 'tcp' | 'simulated';
	readonly cipher?: string;
	readonly bytesIn: number;
	readonly bytesOut: number;
	/** Frames: one is one message. */
	readonly framesIn: number;
	readonly framesOut: number;
	/** Bytes that wait to be sent to it, by priority. */
	readonly queued: {readonly control: number; readonly chat: number; readonly bulk: number};
};

export type PeerMetrics = PeerMeasures & LinkMetrics;

/** What the swarm measures: a `NetworkReport` without what only the driver knows. */
export type SwarmMetrics = {
	/** Connected peers, in no order. */
	readonly peers: readonly PeerMeasures[];
	/** As in `NetworkReport`. */
	readonly rtt?: RttFigures;
};

export type NetworkReport = {
	readonly peers: readonly PeerMetrics[];
	/** Round-trip times of all peers together, those that are gone included. */
	readonly rtt?: RttFigures;
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
};

/** The network as a whole, for whoever asks now and then: it takes longer to find out than the rest. */
export type Overview = {
	/** The named rooms that we are in. */
	readonly rooms?: readonly RoomSpread[];
	/** Peers that have said who their neighbours are, and those that cannot be reached. */
	readonly topology?: {readonly authors: number; readonly unreachable: number};
};
