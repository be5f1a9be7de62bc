/**
 * One run of a whole network: it starts, becomes one, talks, suffers, heals and talks again. What is said while it is
 * whole must reach everyone; what is said while it suffers must reach whoever stayed linked to its author all the
 * while. A run that breaks this throws, and says how to repeat it.
 */
import {type Random, seededRandom} from '../../source/base/random.ts';
import {IDLE_BEAT_INTERVAL, MESH_HIGH, MESH_LOW} from '../../source/behaviours/gossipsub/parameters.ts';
import type {NetworkOptions} from '../../source/simulator/conditions.ts';
import {Ledger} from '../../source/simulator/history-ledger.ts';
import {type Limits, placeOf, type SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';
import {type FaultOptions, hasFaults, scheduleFaults} from './faults.ts';
import {component, heldSince, isConnected, soundLinks} from './overlay.ts';
import {type Fate, Recorder} from './recorder.ts';

export type ScenarioOptions = NetworkOptions & {
	readonly seed: number;
	readonly nodes: number;
	readonly pubsub: 'gossipsub' | 'floodsub';
	readonly limits: Limits;
	/** Nodes of one broadcast domain, who hear each other's announcements; 0: nobody announces itself. */
	readonly segment: number;
	/** Addresses of others that each node is given by hand. */
	readonly links: number;
	/** Messages while the network is whole, while it suffers, and after it has healed: each time so many. */
	readonly messages: number;
	/** Milliseconds in which they are published. */
	readonly duration: number;
	/** Milliseconds in which the faults happen. */
	readonly suffering: number;
	readonly faults: FaultOptions;
	/** Milliseconds by which a wall clock is off, at the most. */
	readonly skew: number;
	/** Part of the nodes whose line is slow. */
	readonly slow: number;
	readonly pingInterval: number;
	/** Whether the nodes tell each other who their neighbours are. */
	readonly tellsNeighbours?: boolean;
	readonly maxSteps: number;
	readonly print?: (line: string) => void;
};

export type ScenarioResult = {
	readonly simulation: Simulation;
	readonly recorder: Recorder;
	/** Virtual milliseconds from the last start, and from the end of the faults, until all were one network. */
	readonly convergedAfter: number;
	readonly healedAfter: number | undefined;
	/** Of the deliveries that were due, by phase: how many there were. */
	readonly delivered: Record<Fate['phase'], {readonly due: number; readonly done: number}>;
};

/** A message that has not reached everyone whom it must reach. */
type Pending = {readonly fate: Fate; readonly expected: () => ReadonlySet<SimulatedNode>};

/**
 * Milliseconds within which all nodes must be one network. Dials that failed often are tried every 30 s or so, but a
 * peer that had too many connections is left in peace for a minute or more.
 */
const CONVERGENCE_LIMIT = 120_000;
/** Milliseconds between two looks at whether they are. */
const LOOK_INTERVAL = 250;
/** Milliseconds within which all hold the same history when the network is one again: some rounds of comparing. */
const EQUALITY_LIMIT = 120_000;
/** Milliseconds for subscriptions and meshes to settle when the network is one. */
const SETTLING = 2_000;
/** Milliseconds that a message may need where nothing is broken: some rounds of gossip, and frames that got lost. */
const DELIVERY_LIMIT = 12_000;
/** Milliseconds in which the nodes start, one after the other. */
const START_WINDOW = 2_000;
/**
 * Links that a message may have gone over, by the binary logarithm of the nodes. The shortest way is about half of that
 * logarithm; the fastest one, when delays vary, is longer.
 */
const MAX_DEPTH = 4;
/**
 * Part of the nodes whose mesh may be too small: whoever was pruned by all may not graft them again for a minute, and
 * lives by gossip until then.
 */
const SMALL_MESHES = 0.05;
/** How much slower a slow line is. */
const SLOWNESS = 20;
/** A typical line of chat. */
const PADDING = '.'.repeat(60);

export function runScenario(options: ScenarioOptions): ScenarioResult {
	return new Scenario(options).run();
}

class Scenario {
	readonly #options: ScenarioOptions;
	readonly #random: Random;
	readonly #simulation: Simulation;
	readonly #recorder: Recorder;
	readonly #ledger = new Ledger('lobby');
	readonly #delivered = {whole: {due: 0, done: 0}, faults: {due: 0, done: 0}, healed: {due: 0, done: 0}};
	#said = 0;

	constructor(options: ScenarioOptions) {
		const {nodes, pubsub, limits, pingInterval, tellsNeighbours = false} = options;
		this.#options = options;
		this.#random = seededRandom(options.seed ^ 0x5ca1ab1e);
		this.#recorder = new Recorder(nodes, () => this.#simulation.now);
		this.#simulation = new Simulation({
			...options,
			nodes: {pubsub, limits, pingInterval, tellsNeighbours, discovery: options.segment > 0, keepsEvents: false},
			onEvent: (node, event, hops) => {
				this.#recorder.event(node, event, hops);
				this.#ledger.told(node, event);
			},
		});
	}

	run(): ScenarioResult {
		const {duration, suffering, faults} = this.#options;
		this.#start();
		const convergedAfter = this.#becomeOne();
		this.#talk('whole', duration);
		this.#inspect();
		let healedAfter: number | undefined;
		if (hasFaults(faults)) {
			scheduleFaults(this.#simulation, this.#random, faults, suffering);
			this.#talk('faults', suffering);
			healedAfter = this.#becomeOne();
			this.#talk('healed', duration);
			this.#inspect();
		}
		this.#becomeEqual();
		this.#simulation.sweep();
		const [simulation, recorder, delivered] = [this.#simulation, this.#recorder, this.#delivered];
		return {simulation, recorder, convergedAfter, healedAfter, delivered};
	}

	/** What must hold whenever the network has been whole for a while. */
	#inspect(): void {
		const {nodes, pubsub} = this.#options;
		const longest = this.#recorder.longestWay;
		const bound = MAX_DEPTH * Math.log2(nodes);
		if (longest > bound) throw this.#failure(`a message went over ${longest} links, more than ${bound.toFixed(1)}`);
		if (pubsub !== 'gossipsub') return;
		const since = this.#simulation.now;
		for (;;) {
			const amiss = meshesAmiss(this.#simulation.alive());
			if (amiss === undefined) return;
			// Grafts are taken in between, and pruned with the next heartbeat.
			if (this.#simulation.now - since > IDLE_BEAT_INTERVAL + SETTLING) throw this.#failure(amiss);
			this.#simulation.run(LOOK_INTERVAL);
		}
	}

	#start(): void {
		const {nodes, segment, links, skew, slow} = this.#options;
		for (let index = 0; index < nodes; index++) {
			const peers = Array.from({length: links}, () => placeOf(Math.floor(this.#random.float() * nodes)));
			const node = {
				peers: [...new Set(peers)].filter(place => place !== placeOf(index)),
				segment: segment > 0 ? Math.floor(index / segment) : 0,
				skew: (this.#random.float() * 2 - 1) * skew,
				slowness: this.#random.float() < slow ? SLOWNESS : 1,
			};
			this.#simulation.add(node, (index / nodes) * START_WINDOW);
		}
		this.#simulation.run(START_WINDOW);
	}

	/** Until everyone reaches everyone. Returns how long that took. */
	#becomeOne(): number {
		const simulation = this.#simulation;
		const since = simulation.now;
		while (!isConnected(simulation)) {
			if (simulation.now - since > CONVERGENCE_LIMIT) {
				const alive = simulation.alive();
				const reached = component(alive[0]!, soundLinks(simulation)).size;
				throw this.#failure(`after ${CONVERGENCE_LIMIT} ms the first node reaches ${reached} of ${alive.length}`);
			}
			simulation.run(LOOK_INTERVAL);
		}
		const after = simulation.now - since;
		simulation.run(SETTLING);
		return after;
	}

	/** Until all hold the same history, and in it all that was acknowledged to anybody. */
	#becomeEqual(): void {
		const simulation = this.#simulation;
		const since = simulation.now;
		while (!this.#ledger.areEqual(simulation)) {
			if (simulation.now - since > EQUALITY_LIMIT) {
				throw this.#failure(`histories differ after ${EQUALITY_LIMIT} ms\n${this.#ledger.difference(simulation)}`);
			}
			simulation.run(LOOK_INTERVAL);
		}
		this.#ledger.check(simulation);
	}

	/** Somebody says something, `messages` times within `duration`; then it is seen whom it has reached. */
	#talk(phase: Fate['phase'], duration: number): void {
		const {messages} = this.#options;
		this.#recorder.phase = phase;
		const simulation = this.#simulation;
		const pending = new Set<Pending>();
		const end = simulation.now + duration;
		for (let count = 0; count < messages; count++) {
			for (const one of this.#say(phase)) pending.add(one);
			const next = simulation.now + duration / messages;
			while (simulation.now < next) {
				simulation.run(Math.min(LOOK_INTERVAL, next - simulation.now));
				this.#judge(pending);
			}
		}
		while (pending.size > 0 || simulation.now < end) {
			simulation.run(LOOK_INTERVAL);
			this.#judge(pending);
		}
	}

	/** What was said: a message, and the first time before it that its author has joined. */
	#say(phase: Fate['phase']): Pending[] {
		const simulation = this.#simulation;
		const alive = simulation.alive().filter(node => !node.isAsleep);
		const author = alive[Math.floor(this.#random.float() * alive.length)]!;
		const links = phase === 'faults' ? soundLinks(simulation) : undefined;
		const before = this.#recorder.fates.size;
		const text = `m${this.#said++} ${PADDING}`;
		simulation.command(author, {id: 'said', command: 'publish', room: 'lobby', text});
		const everyone = new Set(alive);
		return [...this.#recorder.fates.values()].slice(before).map(fate => {
			/** Whom it must have reached, as far as is known by now: the longer it takes, the more links have broken. */
			const expected = () => {
				return links ? component(author, heldSince(simulation, links, fate.at - SETTLING)) : everyone;
			};
			return {fate, expected};
		});
	}

	/** Whatever has reached everyone whom it must reach is done with; what has not by its time is a failure. */
	#judge(pending: Set<Pending>): void {
		for (const one of pending) {
			const {fate, expected} = one;
			const due = expected();
			const missing = this.#recorder.missing(fate, due);
			if (missing.length > 0 && this.#simulation.now - fate.at < DELIVERY_LIMIT) continue;
			this.#delivered[fate.phase].due += due.size - 1;
			this.#delivered[fate.phase].done += due.size - 1 - missing.length;
			if (missing.length > 0) throw this.#missed(fate, due.size - 1, missing);
			pending.delete(one);
		}
	}

	#missed({phase, author, at}: Fate, due: number, missing: readonly SimulatedNode[]): Error {
		const some = missing.slice(0, 10).map(({index}) => index);
		const when = `at ${at.toFixed(0)} ms (${phase})`;
		return this.#failure(
			`a message of node ${author.index} ${when} has not reached ${missing.length} of ${due} nodes: ${some.join(', ')}`,
		);
	}

	#failure(what: string): Error {
		return this.#simulation.failure(what);
	}
}

/** What is wrong with the meshes, if anything is. */
function meshesAmiss(nodes: readonly SimulatedNode[]): string | undefined {
	const amiss: string[] = [];
	let small = 0;
	for (const {index, swarm} of nodes) {
		for (const {mesh, members} of swarm.stats().pubsub?.rooms ?? []) {
			const isSmall = mesh < Math.min(members, MESH_LOW);
			if (isSmall) small += 1;
			if (isSmall || mesh > MESH_HIGH) amiss.push(`node ${index} has ${mesh} of ${members} members in its mesh`);
		}
	}
	return amiss.length > small || small > SMALL_MESHES * nodes.length ? amiss.join('; ') : undefined;
}

/** A scenario drawn from its seed: 50 to 200 nodes, and some of everything that can go wrong. */
export function randomScenario(seed: number): ScenarioOptions {
	const random = seededRandom(seed ^ 0x0ddba11);
	const between = (least: number, most: number) => least + (most - least) * random.float();
	/** A value in half of the scenarios, else nothing. */
	const perhaps = (least: number, most: number) => (random.float() < 0.5 ? between(least, most) : 0);
	/** Mostly small ones: large ones find the same mistakes, and take longer. */
	const nodes = Math.round(50 + 150 * random.float() ** 60);
	return {
		seed,
		nodes,
		pubsub: random.float() < 0.8 ? 'gossipsub' : 'floodsub',
		// With more than twelve members in sight a room has a mesh; with fewer everyone is in it.
		limits: random.float() < 0.7 ? {target: 8, max: 24} : {target: 14, max: 32},
		segment: Math.round(perhaps(4, 16)),
		links: 3,
		// Each with the notice that its author has joined.
		messages: 1,
		duration: 1_000,
		suffering: 5_000,
		delay: [0.2, between(1, 60)],
		loss: perhaps(0, 0.4),
		duplication: perhaps(0, 0.2),
		reordering: perhaps(0, 0.3),
		linkLoss: perhaps(0, 0.1),
		breaks: random.float() < 0.3 ? between(60_000, 300_000) : Number.POSITIVE_INFINITY,
		faults: {
			churn: perhaps(0.02, 0.3),
			sleep: perhaps(0.02, 0.1),
			unplug: perhaps(0.02, 0.1),
			partition: perhaps(1_000, 5_000),
			oneWay: perhaps(1_000, 5_000),
		},
		skew: perhaps(0, 10 * 365 * 86_400_000),
		slow: perhaps(0, 0.1),
		pingInterval: 15_000,
		// Everything here happens in the first seconds of a network, when everyone tells everyone: that would be as much as
		// all the rest. `topology.test.ts` is about it; here it is seen that it disturbs nothing.
		tellsNeighbours: seed % 40 === 0,
		maxSteps: 5_000_000,
	};
}
