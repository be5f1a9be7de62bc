/** The laboratory to play with: what one can do to the simulated network, and how it is. */

export type LabDeed =
	| {readonly deed: 'add'; readonly count: number}
	/** kill -9, by index. */
	| {readonly deed: 'kill' | 'restart'; readonly node: number}
	/** Cuts the link between two nodes, or mends it. */
	| {readonly deed: 'cut' | 'mend'; readonly a: number; readonly b: number}
	/** Splits the nodes into two halves; and joins them again, every cut link too. */
	| {readonly deed: 'split' | 'heal'}
	/** Part of the frames and datagrams that get lost, from 0 to 1; milliseconds that a frame takes at the most. */
	| {readonly deed: 'loss' | 'delay'; readonly value: number}
	/** Virtual seconds in a real one; 0 holds the clock. */
	| {readonly deed: 'speed'; readonly value: number}
	/** Somebody says something: this node, or one by chance. */
	| {readonly deed: 'say'; readonly node?: number; readonly text?: string}
	/** How many messages a virtual second are said by somebody, by themselves. */
	| {readonly deed: 'chatter'; readonly perSecond: number}
	/** The same network from the same seed, once with each router: figures for both. */
	| {readonly deed: 'compare'};

export type LabNode = {
	readonly index: number;
	readonly peer: string;
	readonly name: string;
	readonly isAlive: boolean;
	/** Which half it is in while the network is split. */
	readonly side: 0 | 1;
	/** Events of the room that it holds, and whether it holds the same as most. */
	readonly events: number;
	readonly isEqual: boolean;
};

/** Two nodes that are connected, or whose link is cut by hand: `isCut` is true of all pairs between which nothing passes. */
export type LabEdge = {
	readonly a: number;
	readonly b: number;
	readonly isOpen: boolean;
	/** One of the two pushes events of the room to the other at once. */
	readonly isMesh: boolean;
	readonly isCut: boolean;
};

export type LabRouterFigures = {
	readonly router: 'gossipsub' | 'floodsub';
	/** Part of the deliveries that were due and happened, from 0 to 1. */
	readonly delivered: number;
	/** Copies a node beyond the first. */
	readonly duplicates: number;
	readonly p50: number;
	readonly p99: number;
	readonly meanHops: number;
	/** Bytes that a node has sent: messages, and their control. */
	readonly payloadBytes: number;
	readonly controlBytes: number;
};

/** The truth about the simulated network, which no node of it has. */
export type LabState = {
	readonly seed: number;
	readonly router: 'gossipsub' | 'floodsub';
	/** Virtual milliseconds since the start. */
	readonly now: number;
	/** Virtual seconds in a real one: as asked for, and as they are; less where this machine is too slow. */
	readonly speed: number;
	readonly actualSpeed: number;
	readonly loss: number;
	readonly delay: number;
	readonly chatter: number;
	readonly isSplit: boolean;
	/** When it was healed last, and how long it took from then until all held the same again: virtual milliseconds. */
	readonly healedAt?: number;
	readonly healedAfter?: number;
	readonly nodes: readonly LabNode[];
	readonly edges: readonly LabEdge[];
	/** Whether all that are alive hold the same history, and for how many virtual milliseconds they have, or have not. */
	readonly isConverged: boolean;
	readonly convergedFor: number;
	/** Since the start. */
	readonly figures: LabRouterFigures;
	readonly comparison?: 'running' | readonly LabRouterFigures[];
};

/** How it begins. */
export type LabOptions = {
	readonly nodes: number;
	readonly seed: number;
	readonly loss: number;
	readonly delay: number;
};
