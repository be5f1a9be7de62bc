/**
 * The network of the laboratory: simulated nodes of which the first one is the person's own, what can be done to them,
 * and the truth about them. Time comes in as an argument, and chance from the seed.
 */
import type {Command} from '../api/command.ts';
import type {NodeEvent} from '../api/event.ts';
import type {LabDeed, LabRouterFigures, LabState} from '../api/lab.ts';
import {type Random, seededRandom, shuffled} from '../base/random.ts';
import {EPOCH, placeOf, type SimulatedNode} from '../simulator/simulated-node.ts';
import {Simulation} from '../simulator/simulation.ts';
import {Figures} from './figures.ts';
import {edgesOf, heldBy, isConverged, nodesOf, pairKey} from './truth.ts';
import {lineFor, type Mood, namesFor} from './words.ts';

export type WorldOptions = {
	readonly seed: number;
	readonly nodes: number;
	readonly router: 'gossipsub' | 'floodsub';
	/** As in `LabDeed`. */
	readonly loss: number;
	readonly delay: number;
	/** Messages a virtual second that somebody says by himself. */
	readonly chatter: number;
	/** What the person is called, and the rooms in which everyone is. */
	readonly name: string;
	readonly rooms: readonly string[];
	/** The wall clock at the start, Unix milliseconds. */
	readonly startsAt?: number;
	/** Whether nodes tell each other who their neighbours are: by default if there are at most `MAX_TELLING`. */
	readonly tellsNeighbours?: boolean;
	/** Events that all nodes may hold together. */
	readonly maxHeld?: number;
	/** Told what the person's node tells. */
	readonly onEvent?: (event: NodeEvent) => void;
};

/** What is left of a deed when the clock of the world has nothing to do with it. */
export type WorldDeed = Exclude<LabDeed, {readonly deed: 'speed' | 'compare'}>;

export type WorldState = Omit<LabState, 'speed' | 'actualSpeed' | 'comparison'>;

export const MAX_NODES = 250;
/** More than that keep one core busy with whom everyone is connected to. The page of the laboratory knows it without that. */
export const MAX_TELLING = 100;
/**
 * Events that all nodes hold together when nobody says anything by himself any more: some hundred megabytes. Deleting the
 * oldest would be no help, for each node does so at its own time, and meanwhile they would not hold the same.
 */
const MAX_HELD = 200_000;
const IS_FULL = 'the nodes hold as much as fits into memory: nobody says anything by himself any more';
export const MAX_LOSS = 0.9;
export const MAX_DELAY = 2_000;
export const MAX_CHATTER = 20;
/** Milliseconds in which the first nodes start, one after the other: at least, and for each of them. */
const START_WINDOW = 2_000;
const START_PAUSE = 50;
/** More than a small room holds, so that a room has a mesh that is not everybody; and few enough to be drawn. */
const LIMITS = {target: 14, max: 24};
/** Nodes that hear each other's announcements: in a larger network each is told of one other, and the rest by exchange. */
const SEGMENT = 20;
/** Milliseconds between two pings of those whose round trips nobody looks at. */
const PING_INTERVAL = 5_000;
/** Milliseconds between two looks at whether all hold the same. */
const LOOK_INTERVAL = 100;
/** Milliseconds for which people are glad to be together again. */
const GLADNESS = 20_000;
/** The least delay as a part of the most. */
const LEAST_DELAY = 0.25;

export class LabWorld {
	readonly simulation: Simulation;
	/** When the last of the first nodes starts, virtual milliseconds. */
	readonly startedAt: number;
	readonly #options: WorldOptions;
	readonly #random: Random;
	readonly #nameOf: (index: number) => string;
	readonly #room: string;
	readonly #segments: number;
	readonly #figures = new Figures();
	readonly #cuts = new Set<string>();
	/** While it is split: the half of each node. */
	#sides: ReadonlyMap<number, 0 | 1> | undefined;
	#loss: number;
	#delay: number;
	#chatter: number;
	#nextChat = Number.POSITIVE_INFINITY;
	#nextLook = 0;
	#isConverged = true;
	#convergedSince = 0;
	#healedAt: number | undefined;
	#healedAfter: number | undefined;

	constructor(options: WorldOptions) {
		const {seed, nodes, router, rooms, startsAt = EPOCH, tellsNeighbours = nodes <= MAX_TELLING} = options;
		this.#options = options;
		this.#random = seededRandom(seed ^ 0x1ab0_4a70);
		const names = namesFor(seed);
		this.#nameOf = index => (index === 0 ? options.name : names(index));
		this.#room = rooms[0] ?? 'lobby';
		this.#segments = Math.ceil(nodes / SEGMENT);
		[this.#loss, this.#delay, this.#chatter] = [options.loss, options.delay, options.chatter];
		this.simulation = new Simulation({
			seed,
			...this.#conditions(),
			maxSteps: Number.POSITIVE_INFINITY,
			isChecked: false,
			nodes: {
				pubsub: router,
				rooms,
				limits: LIMITS,
				keepsEvents: false,
				skew: startsAt - EPOCH,
				tellsNeighbours,
			},
			onEvent: (node, event) => this.#told(node, event),
		});
		this.startedAt = Math.max(START_WINDOW, nodes * START_PAUSE);
		for (let index = 0; index < nodes; index++) this.#add((index / nodes) * this.startedAt);
		this.#planChat(this.startedAt);
	}

	get now(): number {
		return this.simulation.now;
	}

	get self(): SimulatedNode {
		return this.simulation.nodes[0]!;
	}

	get aliveCount(): number {
		return this.simulation.nodes.reduce((count, {isAlive}) => count + Number(isAlive), 0);
	}

	/** Lets virtual time pass until then. */
	runTo(end: number): void {
		while (this.now < end) {
			this.simulation.runTo(Math.min(end, this.#nextLook, this.#nextChat));
			if (this.now >= this.#nextLook) this.#look();
			if (this.now >= this.#nextChat) this.#chat();
		}
	}

	/** From the person to the own node. */
	command(command: Command): void {
		this.simulation.command(this.self, command);
	}

	/** Does it; returns why not, in one line, if it cannot be done. */
	do(deed: WorldDeed): string | undefined {
		switch (deed.deed) {
			case 'add':
				return this.#addMore(deed.count);
			case 'kill':
			case 'restart':
				return this.#killOrRestart(deed);
			case 'cut':
			case 'mend':
				return this.#cutOrMend(deed);
			case 'split':
				return this.#split();
			case 'heal':
				return this.#heal();
			case 'loss':
				this.#loss = within(deed.value, 0, MAX_LOSS);
				return this.#weather();
			case 'delay':
				this.#delay = within(deed.value, 0, MAX_DELAY);
				return this.#weather();
			case 'chatter':
				if (deed.perSecond > 0 && this.#isFull()) return IS_FULL;
				this.#chatter = within(deed.perSecond, 0, MAX_CHATTER);
				return this.#planChat(this.now);
			case 'say':
				return this.#say(deed.node, deed.text);
		}
	}

	/** Figures count from now on. */
	resetFigures(): void {
		this.#figures.reset(this.simulation.nodes);
	}

	figures(): LabRouterFigures {
		return this.#figures.of(this.#options.router, this.simulation.nodes);
	}

	state(): WorldState {
		const {nodes} = this.simulation;
		return {
			seed: this.#options.seed,
			router: this.#options.router,
			now: this.now,
			loss: this.#loss,
			delay: this.#delay,
			chatter: this.#chatter,
			isSplit: this.#sides !== undefined,
			nodes: nodesOf(nodes, this.#room, {sideOf: this.#sideOf, nameOf: this.#nameOf}),
			edges: edgesOf(this.simulation, this.#room, this.#cuts),
			isConverged: this.#isConverged,
			convergedFor: this.now - this.#convergedSince,
			...(this.#healedAt !== undefined && {healedAt: this.#healedAt}),
			...(this.#healedAfter !== undefined && {healedAfter: this.#healedAfter}),
			figures: this.figures(),
		};
	}

	// --- what is done to it ---

	#add(at = this.now): void {
		const index = this.simulation.nodes.length;
		const segment = index % this.#segments;
		const isAlone = this.#segments > 1 && index > 0;
		const peers = isAlone ? [placeOf(Math.floor(this.#random.float() * index))] : [];
		const pings = index > 0 && {pingInterval: PING_INTERVAL};
		this.simulation.add({name: this.#nameOf(index), segment, peers, ...pings}, at);
	}

	#addMore(count: number): string | undefined {
		if (!Number.isInteger(count) || count < 1) return 'how many nodes are to be added?';
		if (this.simulation.nodes.length + count > MAX_NODES) return `there is room for ${MAX_NODES} nodes`;
		for (let added = 0; added < count; added++) this.#add();
		return undefined;
	}

	#killOrRestart({deed, node: index}: Extract<WorldDeed, {deed: 'kill' | 'restart'}>): string | undefined {
		const node = this.simulation.nodes[index];
		if (node === undefined) return 'there is no such node';
		if (index === 0) return 'that is your own node: the others can be killed';
		if (deed === 'kill' && !node.isAlive) return `${this.#nameOf(index)} is dead already`;
		if (node.isAlive) {
			this.#figures.ended(node);
			this.simulation.kill(node);
		}
		if (deed === 'restart') this.simulation.restart(node);
		return undefined;
	}

	#cutOrMend({deed, a, b}: Extract<WorldDeed, {deed: 'cut' | 'mend'}>): string | undefined {
		const {nodes} = this.simulation;
		if (!nodes[a] || !nodes[b] || a === b) return 'a link has two ends: mark one node and choose another';
		const key = pairKey(a, b);
		if (this.#cuts.has(key) === (deed === 'cut')) {
			return deed === 'cut' ? 'that link is cut already' : 'that link is not cut';
		}
		if (deed === 'cut') this.#cuts.add(key);
		else this.#cuts.delete(key);
		return this.#applyCuts();
	}

	#applyCuts(): undefined {
		const isCut = (from: SimulatedNode, to: SimulatedNode) => this.#cuts.has(pairKey(from.index, to.index));
		this.simulation.cut(this.#cuts.size === 0 ? null : isCut);
	}

	#split(): string | undefined {
		if (this.#sides) return 'it is split already';
		const others = this.simulation.nodes.slice(1).map(({index}) => index);
		const half = Math.ceil(others.length / 2);
		this.#sides = new Map(shuffled(others, this.#random).map((index, place) => [index, place < half ? 1 : 0]));
		this.simulation.partition(({index}) => this.#sideOf(index));
		this.#healedAt = undefined;
		this.#healedAfter = undefined;
		return undefined;
	}

	/** Whoever is added while it is split comes to the person's side. */
	readonly #sideOf = (index: number): 0 | 1 => this.#sides?.get(index) ?? 0;

	#heal(): string | undefined {
		if (!this.#sides && this.#cuts.size === 0) return 'nothing is split, and no link is cut';
		this.#sides = undefined;
		this.#cuts.clear();
		this.simulation.partition(null);
		this.#applyCuts();
		this.#healedAt = this.now;
		this.#healedAfter = undefined;
		return undefined;
	}

	#weather(): undefined {
		this.simulation.conditions.change(this.#conditions());
	}

	#conditions() {
		const delay = [this.#delay * LEAST_DELAY, this.#delay] as const;
		return {loss: this.#loss, linkLoss: this.#loss, delay};
	}

	// --- what is said ---

	#planChat(after: number): undefined {
		const pause = -Math.log(1 - this.#random.float()) / this.#chatter;
		this.#nextChat = this.#chatter > 0 ? after + pause * 1_000 : Number.POSITIVE_INFINITY;
	}

	#chat(): void {
		if (this.#isFull()) {
			this.#chatter = 0;
			this.#options.onEvent?.({type: 'warning', code: 'lab-full', message: IS_FULL});
		}
		this.#planChat(this.now);
		if (this.#chatter > 0) this.#say(undefined, undefined);
	}

	#isFull(): boolean {
		const {nodes} = this.simulation;
		return heldBy(this.self, this.#room).events * nodes.length >= (this.#options.maxHeld ?? MAX_HELD);
	}

	#say(index: number | undefined, text: string | undefined): string | undefined {
		const node = index === undefined ? this.#somebody() : this.simulation.nodes[index];
		if (!node?.isAlive) return index === undefined ? 'nobody is there' : 'the dead say nothing';
		const line = text ?? lineFor(this.#mood(), this.#random);
		this.simulation.command(node, {command: 'publish', room: this.#room, text: line});
		return undefined;
	}

	/** Anybody but the person. */
	#somebody(): SimulatedNode | undefined {
		const others = this.simulation.nodes.filter(({isAlive, index}) => isAlive && index > 0);
		return others[Math.floor(this.#random.float() * others.length)];
	}

	#mood(): Mood {
		if (this.#random.float() < 0.4) return 'quiet';
		if (this.#sides) return 'split';
		if (this.#healedAt !== undefined && this.now - this.#healedAt < GLADNESS) return 'healed';
		if (this.#loss >= 0.2) return 'lossy';
		return this.#delay >= 200 ? 'slow' : 'quiet';
	}

	// --- what is seen ---

	#told(node: SimulatedNode, event: NodeEvent): void {
		if (event.type === 'message') {
			if (event.local) {
				const others = this.simulation.nodes.filter(other => other.isAlive && other !== node);
				this.#figures.said(event.messageId, this.now, new Set(others.map(({index}) => index)));
			} else this.#figures.shown(event.messageId, node.index, this.now, event.hops);
		}
		if (node.index === 0) this.#options.onEvent?.(event);
	}

	#look(): void {
		this.#nextLook = this.now + LOOK_INTERVAL;
		const converged = isConverged(this.simulation.nodes, this.#room);
		if (converged !== this.#isConverged) {
			this.#isConverged = converged;
			this.#convergedSince = this.now;
		}
		if (this.#healedAt === undefined || this.#healedAfter !== undefined || !converged) return;
		this.#healedAfter = this.now - this.#healedAt;
	}
}

function within(value: number, least: number, most: number): number {
	return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : least;
}
