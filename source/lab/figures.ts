/** How messages of the laboratory spread: what was due and came, how soon, over how many links, at what cost. */
import type {LabRouterFigures} from '../api/lab.ts';
import type {SimulatedNode} from '../simulator/simulated-node.ts';

/** Messages that are still under way to somebody: of more, the oldest are looked at no more. */
const MAX_UNDER_WAY = 2_000;
/** Latencies of the last so many deliveries. */
const MAX_LATENCIES = 4_096;

type UnderWay = {readonly at: number; readonly missing: Set<number>};

/** What nodes have counted. */
type Sums = {
	readonly delivered: number;
	readonly duplicates: number;
	readonly payloadBytes: number;
	readonly controlBytes: number;
};

const NOTHING: Sums = {delivered: 0, duplicates: 0, payloadBytes: 0, controlBytes: 0};

export class Figures {
	readonly #underWay = new Map<string, UnderWay>();
	readonly #latencies = new Float64Array(MAX_LATENCIES);
	#latencyCount = 0;
	#due = 0;
	#done = 0;
	#hops = 0;
	#hopped = 0;
	/** Of nodes that are no more. */
	#gone = NOTHING;
	/** What was there when counting began. */
	#before = NOTHING;

	/** From now on. */
	reset(nodes: readonly SimulatedNode[]): void {
		this.#underWay.clear();
		[this.#latencyCount, this.#due, this.#done, this.#hops, this.#hopped] = [0, 0, 0, 0, 0];
		this.#before = this.#total(nodes);
	}

	/** Somebody has published a message, and these are to get it. */
	said(id: string, at: number, missing: Set<number>): void {
		this.#due += missing.size;
		this.#underWay.set(id, {at, missing});
		if (this.#underWay.size <= MAX_UNDER_WAY) return;
		const [oldest] = this.#underWay.keys();
		this.#underWay.delete(oldest!);
	}

	/** A node shows it. `hops`: the links that it has gone over, if it came by itself and was not asked for later. */
	shown(id: string, index: number, now: number, hops: number | undefined): void {
		const message = this.#underWay.get(id);
		if (!message?.missing.delete(index)) return;
		this.#done += 1;
		if (message.missing.size === 0) this.#underWay.delete(id);
		if (hops === undefined) return;
		this.#latencies[this.#latencyCount++ % MAX_LATENCIES] = now - message.at;
		this.#hops += hops;
		this.#hopped += 1;
	}

	/** It is dead: nothing is due to it any more, and what it has counted stays in the sums. */
	ended(node: SimulatedNode): void {
		this.#gone = add(this.#gone, sumsOf(node));
		for (const [id, {missing}] of this.#underWay) {
			if (!missing.delete(node.index)) continue;
			this.#due -= 1;
			if (missing.size === 0) this.#underWay.delete(id);
		}
	}

	of(router: LabRouterFigures['router'], nodes: readonly SimulatedNode[]): LabRouterFigures {
		const total = this.#total(nodes);
		const since = (name: keyof Sums) => total[name] - this.#before[name];
		const latencies = this.#latencies.slice(0, Math.min(this.#latencyCount, MAX_LATENCIES)).sort();
		const delivered = since('delivered');
		return {
			router,
			delivered: this.#due === 0 ? 1 : this.#done / this.#due,
			duplicates: delivered === 0 ? 0 : since('duplicates') / delivered,
			p50: quantile(latencies, 0.5),
			p99: quantile(latencies, 0.99),
			meanHops: this.#hopped === 0 ? 0 : this.#hops / this.#hopped,
			payloadBytes: since('payloadBytes') / nodes.length,
			controlBytes: since('controlBytes') / nodes.length,
		};
	}

	#total(nodes: readonly SimulatedNode[]): Sums {
		return nodes.filter(({isAlive}) => isAlive).reduce((sum, node) => add(sum, sumsOf(node)), this.#gone);
	}
}

function sumsOf({swarm, traffic: {payloadBytes, controlBytes}}: SimulatedNode): Sums {
	let [delivered, duplicates] = [0, 0];
	for (const room of swarm.stats().pubsub?.rooms ?? []) {
		delivered += room.delivered;
		duplicates += room.duplicates;
	}
	return {delivered, duplicates, payloadBytes, controlBytes};
}

function add(a: Sums, b: Sums): Sums {
	return {
		delivered: a.delivered + b.delivered,
		duplicates: a.duplicates + b.duplicates,
		payloadBytes: a.payloadBytes + b.payloadBytes,
		controlBytes: a.controlBytes + b.controlBytes,
	};
}

/** The value that the given part of the sorted values is not above; 0 of none. */
function quantile(sorted: Float64Array, part: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
