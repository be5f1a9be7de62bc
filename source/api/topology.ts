/** What `topology` answers: who is connected to whom, as far as members tell each other. */
import type {RoomName} from './event.ts';

export type TopologyNode = {
	/** The peer id. */
	readonly peer: string;
	readonly name: string;
	readonly isSelf: boolean;
	/** Whether we are connected to it. */
	readonly isNeighbour: boolean;
	/** Milliseconds since it said who its neighbours are; missing if it does not say. */
	readonly toldAgo?: number;
	/** Whether there is a way to it over edges that are known. */
	readonly isReachable: boolean;
};

/** Each pair once: `a` before `b` as text. */
export type TopologyEdge = {
	readonly a: string;
	readonly b: string;
	/** The round trip between the two in milliseconds, as they say; the smaller of two. */
	readonly rtt?: number;
	/** Rooms in whose mesh one of the two has the other. */
	readonly mesh: readonly RoomName[];
	/** Both say so, or it is our own connection. Otherwise one of them says so, and the other says nothing at all. */
	readonly isConfirmed: boolean;
};

export type Topology = {
	readonly nodes: readonly TopologyNode[];
	readonly edges: readonly TopologyEdge[];
	/** So many more edges are known, in a network that is larger than can be shown; each node has some. Missing for none. */
	readonly leftOut?: number;
	/** Edges without which what is connected now would fall apart. */
	readonly bridges: readonly {readonly a: string; readonly b: string}[];
	/** Peer ids by component of what can be reached, ours first, then the larger ones first. */
	readonly groups: readonly (readonly string[])[];
	/**
	 * Our rooms in which messages are handed on in parts that hang on each other by no mesh, though there are connections:
	 * peer ids by part, the largest first. Missing if there are none, and where that cannot be seen because somebody whom we
	 * are connected to does not tell.
	 */
	readonly halves?: readonly {readonly room: RoomName; readonly parts: readonly (readonly string[])[]}[];
	/** Whom we cannot reach, as in the event `partition`. */
	readonly unreachable: readonly Unreachable[];
	/** Whether we tell others who our neighbours are. */
	readonly tells: boolean;
};

/** Somebody who fell silent without a goodbye, for ten minutes; or whom others reach and we do not. */
export type Unreachable = {
	readonly peer: string;
	readonly name: string;
	/** Unix milliseconds. */
	readonly since: number;
	/** `lost`: nobody whom we reach is connected to it. `only-us`: others are, and we cannot connect to it. */
	readonly how: 'lost' | 'only-us';
	/** Who is connected to it, of those whom we reach; at most eight. */
	readonly reachedBy: readonly string[];
};
