/**
 * One run of a room that must lose nothing: people talk, edit, react and take back while the network splits, machines
 * lose power in the middle of writing, disks fail, and old backups come back. When all is mended, everyone must hold
 * the same events, byte for byte, in the same order, and whatever was acknowledged to anybody must be among them. A run
 * that breaks this throws, and says how to repeat it.
 */
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {type Random, seededRandom} from '../../source/base/random.ts';
import type {NetworkOptions} from '../../source/simulator/conditions.ts';
import {Ledger} from '../../source/simulator/history-ledger.ts';
import {type Limits, placeOf, type SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';
import {type HistoryFaults, HistoryTroubles} from './history-faults.ts';
import {isConnected} from './overlay.ts';

export type HistoryOptions = NetworkOptions & {
	readonly seed: number;
	readonly nodes: number;
	readonly pubsub: 'gossipsub' | 'floodsub';
	readonly limits: Limits;
	/** Things that are said, of every kind: about so many, and by so many of the nodes. */
	readonly events: number;
	readonly authors: number;
	/** Milliseconds in which they are said, and in which the faults happen. */
	readonly duration: number;
	readonly faults: HistoryFaults;
	/** Nodes that come when all is said. */
	readonly late: number;
	/** Milliseconds by which a wall clock is off, at the most. */
	readonly skew: number;
	readonly print?: (line: string) => void;
};

export type HistoryResult = {
	readonly simulation: Simulation;
	/** Events that everyone holds in the end. */
	readonly events: number;
	/** Virtual milliseconds until all were equal: after the faults, and after the late ones had come. */
	readonly healedAfter: number;
	readonly caughtUpAfter: number;
};

export const ROOM = 'lobby';

/** Milliseconds within which the nodes must be one network, and then hold the same. */
const CONVERGENCE_LIMIT = 120_000;
const EQUALITY_LIMIT = 120_000;
const LOOK_INTERVAL = 250;
/** Things that one person says without a pause, at the most: such a burst shares its commits. */
const BURST = 40;
const EMOJI = ['👍', '🎉', '❤️'];

export function runHistory(options: HistoryOptions): HistoryResult {
	return new HistoryScenario(options).run();
}

class HistoryScenario {
	readonly #options: HistoryOptions;
	readonly #random: Random;
	readonly #simulation: Simulation;
	readonly #ledger: Ledger;
	#said = 0;

	constructor(options: HistoryOptions) {
		const {nodes, pubsub, limits} = options;
		this.#options = options;
		this.#random = seededRandom(options.seed ^ 0x0b5e55ed);
		this.#ledger = new Ledger(ROOM);
		this.#simulation = new Simulation({
			...options,
			nodes: {pubsub, limits, pingInterval: 15_000, keepsEvents: false, segment: 0},
			onEvent: (node: SimulatedNode, event: NodeEvent) => this.#ledger.told(node, event),
		});
		for (let index = 0; index < nodes; index++) this.#add(index);
	}

	run(): HistoryResult {
		const {duration, faults, late, nodes} = this.#options;
		const simulation = this.#simulation;
		this.#becomeOne();
		const troubles = new HistoryTroubles({simulation, random: this.#random, ledger: this.#ledger});
		troubles.schedule(faults, duration);
		this.#talk(duration);
		troubles.mendAll();
		this.#becomeOne();
		const healedAfter = this.#becomeEqual('after the faults');
		for (let index = nodes; index < nodes + late; index++) this.#add(index);
		this.#becomeOne();
		const caughtUpAfter = this.#becomeEqual('with those who came late');
		simulation.sweep();
		return {simulation, events: this.#ledger.check(simulation), healedAfter, caughtUpAfter};
	}

	#add(index: number): void {
		const {nodes, skew} = this.#options;
		const peers = Array.from({length: 3}, () => placeOf(Math.floor(this.#random.float() * nodes)));
		this.#simulation.add({
			peers: [...new Set(peers)].filter(place => place !== placeOf(index)),
			skew: (this.#random.float() * 2 - 1) * skew,
		});
	}

	// --- what people do ---

	#talk(duration: number): void {
		const simulation = this.#simulation;
		const {events} = this.#options;
		const end = simulation.now + duration;
		while (this.#said < events && simulation.now < end) {
			const burst = this.#random.float() < 0.2 ? 1 + Math.floor(this.#random.float() * BURST) : 1;
			const author = this.#someone();
			for (let count = 0; author && count < burst; count++) this.#say(author);
			if (!author) this.#said += burst;
			simulation.run((duration * burst) / events);
		}
		simulation.run(Math.max(0, end - simulation.now));
	}

	#someone(): SimulatedNode | undefined {
		const authors = this.#simulation.nodes.slice(0, this.#options.authors);
		const node = authors[Math.floor(this.#random.float() * authors.length)];
		return node?.isAlive && !node.isAsleep ? node : undefined;
	}

	#say(author: SimulatedNode): void {
		// A burst may end in the middle: its machine has lost power.
		if (!author.isAlive) return;
		this.#said += 1;
		this.#simulation.command(author, {...this.#something(author), id: `${this.#said}`});
	}

	#something(author: SimulatedNode): Command {
		const text = `m${this.#said} ${'.'.repeat(Math.floor(this.#random.float() * 80))}`;
		const lot = this.#random.float();
		const own = this.#ledger.some(this.#random, author, true);
		const any = this.#ledger.some(this.#random, author, false);
		if (lot < 0.03) return {command: 'topic', room: ROOM, text};
		if (lot < 0.08 && own !== undefined) return {command: 'edit', room: ROOM, messageId: own, text};
		if (lot < 0.1 && own !== undefined) return {command: 'redact', room: ROOM, messageId: own};
		if (lot < 0.2 && any !== undefined) {
			const emoji = EMOJI[Math.floor(this.#random.float() * EMOJI.length)]!;
			return {command: 'react', room: ROOM, messageId: any, emoji, off: this.#random.float() < 0.2};
		}
		if (lot < 0.27 && any !== undefined) return {command: 'publish', room: ROOM, text, replyTo: any};
		return {command: 'publish', room: ROOM, text};
	}

	// --- until all is well ---

	#becomeOne(): void {
		this.#until('one network', CONVERGENCE_LIMIT, () => isConnected(this.#simulation));
	}

	#becomeEqual(when: string): number {
		const since = this.#simulation.now;
		this.#until(`equal histories ${when}`, EQUALITY_LIMIT, () => this.#ledger.areEqual(this.#simulation));
		return this.#simulation.now - since;
	}

	#until(what: string, limit: number, holds: () => boolean): void {
		const simulation = this.#simulation;
		const since = simulation.now;
		do {
			if (simulation.now - since > limit) {
				throw simulation.failure(`not within ${limit} ms: ${what}\n${this.#ledger.difference(simulation)}`);
			}
			simulation.run(LOOK_INTERVAL);
		} while (!holds());
	}
}

/** A scenario drawn from its seed: 10 to 100 nodes, a hundred to a thousand events, and some of every trouble. */
export function randomHistory(seed: number): HistoryOptions {
	const random = seededRandom(seed ^ 0x1057da7a);
	const between = (least: number, most: number) => least + (most - least) * random.float();
	const perhaps = (least: number, most: number) => (random.float() < 0.5 ? between(least, most) : 0);
	/** Mostly small ones: large ones find the same mistakes, and take longer. */
	const nodes = Math.round(10 + 90 * random.float() ** 80);
	/** A thousand now and then, fewer where many hear them. */
	const events = Math.round(Math.min(100 + 3_000 * random.float() ** 40, 10_000 / nodes));
	return {
		seed,
		nodes,
		// A flood of many is many frames, and finds nothing more.
		pubsub: random.float() < 0.85 || nodes > 16 ? 'gossipsub' : 'floodsub',
		limits: random.float() < 0.5 ? {target: 6, max: 16} : {target: 12, max: 32},
		events,
		authors: Math.round(between(1, nodes)),
		duration: between(5_000, 30_000),
		delay: [0.2, between(1, 60)],
		linkLoss: perhaps(0, 0.1),
		breaks: random.float() < 0.3 ? between(20_000, 100_000) : Number.POSITIVE_INFINITY,
		faults: {
			partition: perhaps(1_000, 20_000),
			churn: perhaps(0.05, 0.4),
			torn: perhaps(0.05, 0.3),
			backups: perhaps(0.05, 0.2),
			diskFailures: perhaps(0.05, 0.2),
		},
		late: random.float() < 0.3 ? 1 : 0,
		skew: perhaps(0, 10 * 365 * 86_400_000),
	};
}
