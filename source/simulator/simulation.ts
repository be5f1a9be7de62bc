/**
 * A network of real swarms in one process: virtual time, and every loss, delay and duplicate drawn from one seed, so
 * that a run can be repeated to the letter. Whatever the swarms ask for is carried out here, as `core/node.ts` does in
 * the program, and after every input it is checked what must never happen.
 */
import type {Command} from '../api/command.ts';
import type {NodeEvent} from '../api/event.ts';
import {seededRandom} from '../base/random.ts';
import type {FilesNews} from '../behaviours/files/io.ts';
import {MemoryEventStore, type StoreSnapshot} from '../history/memory-store.ts';
import type {ConnectionId, Effect, SwarmInput} from '../swarm/io.ts';
import {decodeMessage} from '../wire/codec.ts';
import {MESSAGE_NUMBERS, type Receipt} from '../wire/messages.ts';
import {verifyStatement} from '../wire/neighbours.ts';
import {Agenda, type Happening, Later} from './agenda.ts';
import {Broadcasts} from './broadcasts.ts';
import {Conditions, type NetworkOptions} from './conditions.ts';
import {SimulatedFiles} from './files.ts';
import {Invariants} from './invariants.ts';
import {type NodeOptions, SimulatedNode} from './simulated-node.ts';
import {Streams} from './streams.ts';
import {Timers} from './timers.ts';
import {messageNumber, Trace} from './trace.ts';
import {memoisedVerifier} from './verifier.ts';

export type SimulationOptions = NetworkOptions & {
	readonly seed: number;
	/** Things that happen before the run counts as endless. */
	readonly maxSteps?: number;
	/** Whether it is checked what must never happen; it is, unless this says no. */
	readonly isChecked?: boolean;
	/** What every node has in common. */
	readonly nodes?: Omit<NodeOptions, 'index' | 'seed'>;
	/** Told of everything that happens, line by line. */
	readonly print?: (line: string) => void;
	/** Told of each event of each node; of a message also the links that it has gone over, as its frame said. */
	readonly onEvent?: (node: SimulatedNode, event: NodeEvent, hops: number) => void;
	/** Told of what each node is told of files, after it. */
	readonly onNews?: (node: SimulatedNode, news: FilesNews) => void;
};

const MAX_STEPS = 2_000_000;

/** Things that happen between two looks at every node: a look at thousands of them is dear. */
const STEPS_BETWEEN_SWEEPS = 50_000;

/** Says the seed, the step, the time, what went wrong and what happened just before. */
export class SimulationFailure extends Error {}

export class Simulation {
	/** By index; a restarted node takes its predecessor's place. */
	readonly nodes: SimulatedNode[] = [];
	readonly conditions: Conditions;
	readonly trace: Trace;
	/** What lies on disks, and how it is given. */
	readonly files: SimulatedFiles;
	/** Frames that left any node. */
	framesSent = 0;
	steps = 0;
	now = 0;
	readonly #options: SimulationOptions;
	readonly #maxSteps: number;
	readonly #agenda = new Agenda();
	readonly #invariants: Invariants | undefined;
	readonly #streams: Streams;
	readonly #broadcasts: Broadcasts;
	readonly #timers: Timers;
	readonly #verify = memoisedVerifier();
	readonly #verifyNeighbours = memoisedVerifier(verifyStatement);
	readonly #indexOf = new Map<string, number>();
	/** Links that the message in the frame at hand has gone over. */
	#hops = 0;

	constructor(options: SimulationOptions) {
		const {isChecked = true, onNews} = options;
		this.#options = options;
		this.#maxSteps = options.maxSteps ?? MAX_STEPS;
		this.#invariants = isChecked ? new Invariants() : undefined;
		this.conditions = new Conditions(options, seededRandom(options.seed));
		this.trace = new Trace(options.print);
		const world = {
			now: () => this.now,
			add: (at: number, happening: Happening) => this.#agenda.add(at, happening),
			nodeAt: (host: string) => this.#nodeAt(host),
			input: (node: SimulatedNode, input: SwarmInput) => this.#handle(node, input),
		};
		this.#streams = new Streams(world, this.conditions);
		const lies = seededRandom(options.seed ^ 0x11a5);
		this.files = new SimulatedFiles(world, this.conditions, {isChecked, onNews, random: () => lies.float()});
		this.#timers = new Timers(world.add, (node, timer) => this.#handle(node, {type: 'timer', timer}));
		this.#broadcasts = new Broadcasts({...world, nodeOf: index => this.nodes[index]}, this.conditions);
	}

	get seed(): number {
		return this.#options.seed;
	}

	// --- what a test does ---

	add(options: Omit<NodeOptions, 'index' | 'seed'> = {}, at = this.now): SimulatedNode {
		const index = this.nodes.length;
		const all = {verify: this.#verify, verifyNeighbours: this.#verifyNeighbours, ...this.#options.nodes, ...options};
		const node = this.#boot({index, seed: this.seed, ...all}, at);
		this.#indexOf.set(node.host, index);
		this.#broadcasts.add(node);
		return node;
	}

	command(node: SimulatedNode, command: Command): void {
		this.#guard(() => {
			this.trace.note(this.now, node.index, 'command', command.command);
			this.#perform(node, node.command(command, this.now));
		});
	}

	/** kill -9: its sockets close at once and it never said goodbye. */
	kill(node: SimulatedNode): void {
		this.#end(node, 'kill');
		this.#streams.resetAll(node);
		this.files.killed(node);
	}

	/** Its machine loses power: nobody is told, and nobody answers there until it is started again. */
	crash(node: SimulatedNode): void {
		this.#end(node, 'crash');
		node.isOff = true;
		this.#streams.dropAll(node);
		this.files.crashed(node);
	}

	stop(node: SimulatedNode): void {
		this.#guard(() => this.#handle(node, {type: 'stop'}));
		for (const dial of [...node.dials.keys()]) this.#streams.cancelDial(node, dial);
		node.wasStopped = true;
		this.#end(node, 'stop');
		this.files.killed(node);
	}

	/**
	 * The same peer at the same machine, as another start of the program, with what its disk holds: or what it held when
	 * the backup was made.
	 */
	restart(node: SimulatedNode, backup?: StoreSnapshot): SimulatedNode {
		if (node.isAlive) this.kill(node);
		const {options, identity, remembered} = node;
		const incarnation = (options.incarnation ?? 0) + 1;
		const store = this.#reopen(node, incarnation, backup);
		const shown = new Set([...node.shownMessages].filter(id => store.hasCommitted('lobby', id)));
		return this.#boot({...options, identity, remembered, incarnation, store, shown}, this.now);
	}

	/** Only a profile that was closed in order, and not restored, goes on with its epoch. */
	#reopen(node: SimulatedNode, incarnation: number, backup: StoreSnapshot | undefined): MemoryEventStore {
		const random = seededRandom(this.seed * 31_337 + node.index * 101 + incarnation);
		const keepsEpoch = node.wasStopped && backup === undefined;
		return new MemoryEventStore(random, {from: backup ?? node.store.snapshot(), keepsEpoch});
	}

	/** Its machine sleeps for so long: no timer fires, and what arrives waits. Then it is told that it slept. */
	sleep(node: SimulatedNode, milliseconds: number): void {
		if (!node.isAlive || node.isAsleep) return;
		this.trace.note(this.now, node.index, 'sleep', milliseconds);
		node.isAsleep = true;
		this.files.changed();
		this.#agenda.add(this.now + milliseconds, new Later(() => this.#wake(node, milliseconds)));
	}

	/** The cable is out: it says nothing and hears nothing any more, and nobody is told. */
	unplug(node: SimulatedNode): void {
		this.conditions.unplug(node);
		this.files.changed();
	}

	plugIn(node: SimulatedNode): void {
		this.conditions.plugIn(node);
		this.#release();
	}

	/** Who reaches whom is not as it was. */
	#release(): void {
		this.#streams.release();
		this.files.changed();
	}

	/** Splits the network; `null` heals it. */
	partition(side: ((node: SimulatedNode) => number) | null): void {
		this.conditions.partition(side ?? undefined);
		this.#release();
	}

	/** Nothing passes from one node to another where this holds, though it may pass the other way; `null` heals it. */
	cut(isCut: ((from: SimulatedNode, to: SimulatedNode) => boolean) | null): void {
		this.conditions.cut(isCut ?? undefined);
		this.#release();
	}

	/** A second connection from one node to another, as if it had been dialled by another address. */
	connect(from: SimulatedNode, to: SimulatedNode): void {
		const roundTrip = this.conditions.delay(from, to) + this.conditions.delay(to, from);
		this.#streams.connect(from, to, {dial: 0, address: to.place, roundTrip});
	}

	/** Something of the test's own, at its time. */
	at(time: number, deed: () => void): void {
		this.#agenda.add(Math.max(time, this.now), new Later(deed));
	}

	/** Lets virtual time pass. */
	run(milliseconds: number): void {
		this.runTo(this.now + milliseconds);
	}

	/** The same to a given time: in how many parts it is done changes nothing. */
	runTo(end: number): void {
		while ((this.#agenda.nextAt ?? Number.POSITIVE_INFINITY) <= end) this.#step();
		this.now = end;
	}

	/** Lets time pass until the condition holds; throws with the seed if it does not within `limit` milliseconds. */
	runUntil(what: string, condition: () => boolean, limit: number): number {
		const end = this.now + limit;
		while (!condition()) {
			if ((this.#agenda.nextAt ?? Number.POSITIVE_INFINITY) > end)
				throw this.failure(`not within ${limit} ms: ${what}`);
			this.#step();
		}
		return this.now;
	}

	/** Open connections between two nodes, as the first one sees them. */
	connectionsBetween(a: SimulatedNode, b: SimulatedNode): number {
		return [...a.ends.values()].filter(end => end.peer.node === b).length;
	}

	alive(): SimulatedNode[] {
		return this.nodes.filter(node => node.isAlive);
	}

	/** Looks at every node, as happens every now and then anyway. */
	sweep(): void {
		this.#guard(() => this.#invariants?.sweep(this.nodes, this.now));
	}

	/** What went wrong, when, and what happened just before. */
	failure(what: string, cause?: unknown): Error {
		const head = `seed ${this.seed}, step ${this.steps}, ${this.now.toFixed(3)} ms: ${what}`;
		return new SimulationFailure(`${head}\n${this.trace.lines().join('\n')}`, {cause});
	}

	// --- time ---

	#step(): void {
		const next = this.#agenda.take();
		if (!next) return;
		this.steps += 1;
		if (this.steps > this.#maxSteps) throw this.failure(`more than ${this.#maxSteps} steps`);
		this.now = Math.max(this.now, next.at);
		this.#guard(() => next.run());
		if (this.steps % STEPS_BETWEEN_SWEEPS === 0) this.sweep();
	}

	#guard(deed: () => void): void {
		try {
			deed();
		} catch (error) {
			if (error instanceof SimulationFailure) throw error;
			throw this.failure(error instanceof Error ? error.message : String(error), error);
		}
	}

	#boot(options: NodeOptions, at: number): SimulatedNode {
		const node = new SimulatedNode(options);
		this.nodes[options.index] = node;
		const start = new Later(() => {
			node.isAlive = true;
			this.#handle(node, {type: 'start', addresses: [node.place], remembered: node.remembered});
			this.files.started(node);
		});
		this.#agenda.add(at, start);
		return node;
	}

	#end(node: SimulatedNode, how: string): void {
		this.trace.note(this.now, node.index, how, '');
		node.isAlive = false;
		for (const timer of node.timers.values()) timer.isCancelled = true;
		node.timers.clear();
	}

	#wake(node: SimulatedNode, slept: number): void {
		node.isAsleep = false;
		this.#handle(node, {type: 'woke', slept});
		for (const timer of node.overdue.splice(0)) timer.run();
		this.#release();
	}

	/** Written at once; or the machine loses power in the middle: the disk has it or not, and nobody hears of it. */
	#commit(node: SimulatedNode): void {
		const {powerLoss} = node;
		if (!powerLoss || powerLoss.commits-- > 0) return this.#handle(node, {type: 'commit'});
		if (powerLoss.hasWritten) node.handle({type: 'commit'}, this.now);
		this.crash(node);
	}

	#handle(node: SimulatedNode, input: SwarmInput): void {
		if (!node.isAlive) return;
		this.#note(node, input);
		this.#perform(node, node.handle(input, this.now));
		this.#invariants?.step(node);
	}

	#note(node: SimulatedNode, input: SwarmInput): void {
		this.trace.input(this.now, node.index, input);
		if (input.type === 'frame') this.#heard(node, input.connection, input.body);
		if (input.type !== 'frame' || messageNumber(input.body) !== MESSAGE_NUMBERS.publish) return;
		node.traffic.publishesIn += 1;
		this.#hops = input.body.at(-1)! + 1;
	}

	#heard(node: SimulatedNode, connection: ConnectionId, body: Uint8Array): void {
		const end = node.ends.get(connection);
		if (!end) return;
		for (const answer of this.files.arriving(node, end.peer.node.peerId, body)) {
			this.#streams.send(node, connection, answer);
		}
	}

	// --- effects ---

	#perform(node: SimulatedNode, effects: readonly Effect[]): void {
		for (const effect of effects) {
			// It may have lost power in the middle.
			if (!node.isOff) this.#carryOut(node, effect);
		}
	}

	#carryOut(node: SimulatedNode, effect: Effect): void {
		switch (effect.type) {
			case 'send':
				return this.#send(node, effect.connections, this.files.leaving(node, effect.body));
			case 'close': {
				const end = node.ends.get(effect.connection);
				if (end) this.#streams.hangUp(end, effect.reason);
				return;
			}
			case 'dial':
				return this.#streams.dial(node, effect);
			case 'cancel-dial':
				return this.#streams.cancelDial(node, effect.dial);
			case 'remember':
				node.remembered = effect.peers;
				return;
			case 'announce':
				return this.#broadcasts.announce(node, effect.announcement);
			case 'answer':
				return this.#broadcasts.answer(node, effect.announcement, this.#nodeAt(effect.host));
			case 'commit':
				return this.#commit(node);
			case 'schedule':
				return this.#timers.schedule(node, effect.timer, Math.max(effect.at, this.now));
			case 'cancel':
				return this.#timers.cancel(node, effect.timer);
			case 'files':
				return this.files.do(node, effect.deed);
			case 'emit':
				return this.#told(node, effect.event);
		}
	}

	#send(node: SimulatedNode, connections: readonly ConnectionId[], body: Uint8Array): void {
		const {traffic} = node;
		const number = messageNumber(body);
		if (number === MESSAGE_NUMBERS.receipt) this.#invariants?.receipt(node, decodeMessage(body) as Receipt);
		for (const connection of connections) {
			if (!this.#streams.send(node, connection, body)) continue;
			this.framesSent += 1;
			traffic.left(number, body);
		}
	}

	#told(node: SimulatedNode, event: NodeEvent): void {
		this.trace.event(this.now, node.index, event);
		this.#invariants?.event(node, event);
		node.tell(event);
		this.#options.onEvent?.(node, event, this.#hops);
	}

	#nodeAt(host: string): SimulatedNode | undefined {
		const index = this.#indexOf.get(host);
		return index === undefined ? undefined : this.nodes[index];
	}
}
