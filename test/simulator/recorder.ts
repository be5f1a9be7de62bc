/** What became of every message: who has it, how soon, and over how many links. */
import type {NodeEvent} from '../../source/api/event.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';

export type Phase = 'whole' | 'faults' | 'healed';

/** One published message. */
export type Fate = {
	readonly messageId: string;
	readonly author: SimulatedNode;
	readonly at: number;
	readonly phase: Phase;
	/** By index of node: how many of its starts have shown it. */
	readonly shown: Uint8Array;
};

export class Recorder {
	readonly fates = new Map<string, Fate>();
	/** First deliveries by the links gone over; index 0 is unused. */
	readonly hops: number[] = [];
	/** Virtual milliseconds from publishing to each first delivery, while nothing was broken. */
	readonly latencies: number[] = [];
	/** The most links that a message had gone over when it reached somebody first, while nothing was broken. */
	longestWay = 0;
	deliveries = 0;
	phase: Phase = 'whole';
	readonly #nodes: number;
	readonly #now: () => number;

	constructor(nodes: number, now: () => number) {
		this.#nodes = nodes;
		this.#now = now;
	}

	/** Told of each event of each node. */
	event(node: SimulatedNode, event: NodeEvent, hops: number): void {
		if (event.type !== 'message' && event.type !== 'notice') return;
		const {messageId} = event;
		if (event.local) {
			const [at, phase] = [this.#now(), this.phase];
			this.fates.set(messageId, {messageId, author: node, at, phase, shown: new Uint8Array(this.#nodes)});
			return;
		}
		const fate = this.fates.get(messageId);
		if (!fate) throw new Error(`node ${node.index} shows ${messageId}, which nobody published`);
		if (event.hops !== undefined && event.hops !== hops) {
			throw new Error(`node ${node.index} tells of ${event.hops} hops, and the frame said ${hops}`);
		}
		fate.shown[node.index]! += 1;
		this.deliveries += 1;
		this.hops[hops] = (this.hops[hops] ?? 0) + 1;
		if (fate.phase === 'faults' || fate.phase !== this.phase) return;
		this.latencies.push(this.#now() - fate.at);
		this.longestWay = Math.max(this.longestWay, hops);
	}

	/** Which of these nodes a message has not reached. */
	missing(fate: Fate, expected: Iterable<SimulatedNode>): SimulatedNode[] {
		return [...expected].filter(node => node !== fate.author && !node.shownMessages.has(fate.messageId));
	}
}

/** The value that the given part of the sorted values is not above. */
export function quantile(sorted: readonly number[], part: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
