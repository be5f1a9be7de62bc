/**
 * A network of real swarms in one process: virtual time, and every loss, delay and duplicate drawn from one seed, so
 * that a run can be repeated to the letter. Links are streams, as TCP is: in order, and nothing is lost while they last.
 * Datagrams get lost, doubled and overtaken.
 */
import {createHash} from 'node:crypto';
import type {Command} from '../../source/api/command.ts';
import {type Random, seededRandom} from '../../source/base/random.ts';
import type {ConnectionId, Effect, SwarmInput} from '../../source/swarm/io.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {Agenda} from './agenda.ts';
import {Invariants} from './invariants.ts';
import {type NodeOptions, SimulatedNode} from './simulated-node.ts';

export type SimulationOptions = {
	readonly seed: number;
	/** Part of datagrams that get lost, and that arrive twice. */
	readonly loss?: number;
	readonly duplication?: number;
	/** Milliseconds one way: the least and the most. */
	readonly delay?: readonly [number, number];
	/** Inputs handled before the run counts as endless. */
	readonly maxSteps?: number;
};

/** One end of a link. */
type End = {
	readonly node: SimulatedNode;
	readonly connection: ConnectionId;
	link: Link;
	/** It sends no more, and goes on reading until the other side ends too. */
	isEnding: boolean;
	isClosed: boolean;
};
type Link = {readonly ends: readonly [End, End]; readonly readyAt: [number, number]};

const DIAL_TIMEOUT = 5_000;
/** Milliseconds that an end waits for the other one, when it has ended first. */
const CLOSE_TIMEOUT = 2_000;

export class Simulation {
	readonly nodes: SimulatedNode[] = [];
	/** Frames that left any node. */
	framesSent = 0;
	steps = 0;
	now = 0;
	readonly #options: Required<SimulationOptions>;
	readonly #random: Random;
	readonly #agenda = new Agenda();
	readonly #invariants = new Invariants();
	readonly #ends = new Map<SimulatedNode, Map<ConnectionId, End>>();
	readonly #trace = createHash('sha256');
	#nextConnection: ConnectionId = 1;
	/** Which side of a partition a node is on. */
	#sides = new Map<SimulatedNode, number>();

	constructor(options: SimulationOptions) {
		this.#options = {loss: 0, duplication: 0, delay: [0.2, 2], maxSteps: 2_000_000, ...options};
		this.#random = seededRandom(options.seed);
	}

	get seed(): number {
		return this.#options.seed;
	}

	/** A digest of everything that happened: equal for equal seeds. */
	get trace(): string {
		return this.#trace.copy().digest('hex');
	}

	// --- what a test does ---

	add(options: Omit<NodeOptions, 'index' | 'seed'> = {}, at = this.now): SimulatedNode {
		return this.#boot({index: this.nodes.length, seed: this.seed, ...options}, at);
	}

	command(node: SimulatedNode, command: Command): void {
		this.#perform(node, node.command(command, this.now));
	}

	/** kill -9: its sockets close at once and it never said goodbye. */
	kill(node: SimulatedNode): void {
		node.isAlive = false;
		for (const end of this.#endsOf(node).values()) this.#hangUp(end, 'reset');
	}

	/** The cable is out: it says nothing and hears nothing any more, and nobody is told. */
	unplug(node: SimulatedNode): void {
		this.#sides.set(node, -1 - node.index);
	}

	plugIn(node: SimulatedNode): void {
		this.#sides.delete(node);
	}

	stop(node: SimulatedNode): void {
		this.#handle(node, {type: 'stop'});
		node.isAlive = false;
	}

	restart(node: SimulatedNode): SimulatedNode {
		if (node.isAlive) this.kill(node);
		return this.#boot({...node.options, incarnation: (node.options.incarnation ?? 0) + 1}, this.now);
	}

	/** Splits the network in two; `null` heals it. */
	partition(side: ((node: SimulatedNode) => number) | null): void {
		this.#sides = new Map(side ? this.nodes.map(node => [node, side(node)]) : []);
	}

	/** A second connection from one node to another, as if it had been dialled by another address. */
	connect(from: SimulatedNode, to: SimulatedNode): void {
		const address = `/ip4/${to.host}/tcp/${to.port}`;
		this.#connect(from, to, {dial: 0, address, from: `/ip4/${from.host}/tcp/39999`, roundTrip: 2 * this.#delay()});
	}

	/** Lets virtual time pass. */
	run(milliseconds: number): void {
		const end = this.now + milliseconds;
		while ((this.#agenda.nextAt ?? Number.POSITIVE_INFINITY) <= end) this.#step();
		this.now = end;
	}

	/** Lets time pass until the condition holds; throws with the seed if it does not within `limit` milliseconds. */
	runUntil(what: string, condition: () => boolean, limit: number): number {
		const end = this.now + limit;
		while (!condition()) {
			if ((this.#agenda.nextAt ?? Number.POSITIVE_INFINITY) > end)
				throw this.#failure(`not within ${limit} ms: ${what}`);
			this.#step();
		}
		return this.now;
	}

	/** Open connections between two nodes, as the first one sees them. */
	connectionsBetween(a: SimulatedNode, b: SimulatedNode): number {
		return [...this.#endsOf(a).values()].filter(end => !end.isClosed && other(end).node === b).length;
	}

	alive(): SimulatedNode[] {
		return this.nodes.filter(node => node.isAlive);
	}

	// --- time ---

	#step(): void {
		const next = this.#agenda.take();
		if (!next) return;
		this.steps += 1;
		if (this.steps > this.#options.maxSteps) throw this.#failure(`more than ${this.#options.maxSteps} steps`);
		this.now = Math.max(this.now, next.at);
		try {
			next.run();
		} catch (error) {
			throw this.#failure(error instanceof Error ? error.message : String(error), error);
		}
	}

	#failure(what: string, cause?: unknown): Error {
		return new Error(`seed ${this.seed}, step ${this.steps}, ${this.now.toFixed(3)} ms: ${what}`, {cause});
	}

	#boot(options: NodeOptions, at: number): SimulatedNode {
		const node = new SimulatedNode(options);
		this.nodes[options.index] = node;
		this.#agenda.add(at, () => {
			node.isAlive = true;
			this.#handle(node, {type: 'start', addresses: [`/ip4/${node.host}/tcp/${node.port}`]});
		});
		return node;
	}

	#handle(node: SimulatedNode, input: SwarmInput): void {
		if (!node.isAlive) return;
		this.#trace.update(`${this.now.toFixed(6)} ${node.index} ${input.type}\n`);
		this.#perform(node, node.handle(input, this.now));
	}

	// --- effects ---

	#perform(node: SimulatedNode, effects: readonly Effect[]): void {
		for (const effect of effects) this.#carryOut(node, effect);
	}

	#carryOut(node: SimulatedNode, effect: Effect): void {
		switch (effect.type) {
			case 'send':
				for (const connection of effect.connections) this.#send(node, connection, effect.body);
				return;
			case 'close': {
				const end = this.#endsOf(node).get(effect.connection);
				if (end) this.#hangUp(end, effect.reason);
				return;
			}
			case 'dial':
				return this.#dial(node, effect);
			case 'announce':
				for (const target of this.nodes) this.#datagram(node, target, encodeAnnouncement(effect.announcement));
				return;
			case 'answer': {
				const target = this.nodes.find(({host}) => host === effect.host);
				if (target) this.#datagram(node, target, encodeAnnouncement(effect.announcement));
				return;
			}
			case 'schedule':
				return this.#schedule(node, effect.timer, effect.at);
			case 'cancel':
				node.timers.delete(effect.timer);
				return;
			case 'emit':
				this.#trace.update(JSON.stringify(effect.event));
				node.tell(effect.event);
				this.#invariants.check(node, effect.event);
		}
	}

	#schedule(node: SimulatedNode, timer: string, at: number): void {
		const version = this.steps * 1_000 + this.#agenda.size + this.#random.float();
		node.timers.set(timer, version);
		this.#agenda.add(Math.max(at, this.now), () => {
			if (node.timers.get(timer) !== version) return;
			node.timers.delete(timer);
			this.#handle(node, {type: 'timer', timer});
		});
	}

	#datagram(from: SimulatedNode, to: SimulatedNode, bytes: Uint8Array): void {
		const copies = this.#random.float() < this.#options.duplication ? 2 : 1;
		for (let copy = 0; copy < copies; copy++) {
			if (from !== to && this.#random.float() < this.#options.loss) continue;
			this.#agenda.add(this.now + this.#delay(), () => {
				if (!this.#reaches(from, to)) return;
				const announcement = decodeAnnouncement(bytes);
				this.#handle(to, {type: 'announcement', announcement, host: from.host, port: 50_000, family: 4});
			});
		}
	}

	#dial(node: SimulatedNode, {dial, address, expected}: Extract<Effect, {type: 'dial'}>): void {
		const {host, port} = parseTcpAddress(address);
		const fail = (after: number, code: 'refused' | 'timeout' | 'wrong-peer') =>
			this.#agenda.add(this.now + after, () =>
				this.#handle(node, {type: 'dial-failed', dial, code, message: `${code}: ${address}`}),
			);
		const target = this.nodes.find(candidate => candidate.host === host);
		const roundTrip = this.#delay() + this.#delay();
		if (!target || !this.#reaches(node, target)) return fail(DIAL_TIMEOUT, 'timeout');
		if (!target.isAlive || target.port !== port) return fail(roundTrip, 'refused');
		if (expected !== undefined && target.peerId !== expected) return fail(2 * roundTrip, 'wrong-peer');
		const from = `/ip4/${node.host}/tcp/${40_000 + dial}`;
		this.#connect(node, target, {dial, address, from, roundTrip});
	}

	/** The side that was dialled has the connection first: the dialling side waits for its READY. */
	#connect(
		node: SimulatedNode,
		target: SimulatedNode,
		{dial, address, from, roundTrip}: {dial: number; address: string; from: string; roundTrip: number},
	): void {
		const ends = [node, target].map(
			owner => ({node: owner, connection: this.#nextConnection++, isEnding: false, isClosed: false}) as End,
		) as [End, End];
		const [dialler, dialled] = ends;
		const link: Link = {ends, readyAt: [this.now + 2 * roundTrip, this.now + 1.5 * roundTrip]};
		for (const end of ends) end.link = link;
		this.#agenda.add(link.readyAt[1], () => {
			if (!target.isAlive || !node.isAlive) return;
			this.#endsOf(target).set(dialled.connection, dialled);
			const {connection} = dialled;
			this.#handle(target, {
				type: 'connection-opened',
				connection,
				peer: node.peerId,
				address: from,
				direction: 'inbound',
			});
		});
		this.#agenda.add(link.readyAt[0], () => {
			if (!node.isAlive) return;
			// If the other side has closed meanwhile, its READY and what it said are still read first, as on a real stream.
			if (!target.isAlive) {
				return this.#handle(node, {type: 'dial-failed', dial, code: 'failed', message: 'closed'});
			}
			this.#endsOf(node).set(dialler.connection, dialler);
			const {connection} = dialler;
			const opened = {connection, peer: target.peerId, address, dial} as const;
			this.#handle(node, {type: 'connection-opened', ...opened, direction: 'outbound'});
		});
	}

	#send(node: SimulatedNode, connection: ConnectionId, body: Uint8Array): void {
		const end = this.#endsOf(node).get(connection);
		if (!end || end.isEnding) return;
		this.framesSent += 1;
		const peer = other(end);
		this.#inOrder(peer, () => {
			if (peer.isClosed || !this.#reaches(node, peer.node, true)) return;
			this.#handle(peer.node, {type: 'frame', connection: peer.connection, body});
		});
	}

	/**
	 * `end` closes: the other side reads what is under way and then its end, and ends too; what it had sent by then is
	 * still read here. A reset ends both directions at once.
	 */
	#hangUp(end: End, reason: string): void {
		if (end.isEnding) return;
		end.isEnding = true;
		const isReset = reason === 'reset';
		const peer = other(end);
		if (isReset) this.#closed(end, reason);
		else this.#agenda.add(this.now + CLOSE_TIMEOUT, () => this.#closed(end, reason));
		this.#inOrder(peer, () => {
			if (!this.#reaches(end.node, peer.node, true)) return;
			peer.isEnding = true;
			this.#closed(peer, isReset ? 'reset' : 'closed');
			this.#inOrder(end, () => {
				if (this.#reaches(peer.node, end.node, true)) this.#closed(end, reason);
			});
		});
	}

	#closed(end: End, reason: string): void {
		if (end.isClosed) return;
		end.isClosed = true;
		this.#endsOf(end.node).delete(end.connection);
		this.#handle(end.node, {type: 'connection-closed', connection: end.connection, reason});
	}

	/** After everything that was sent to this end before. */
	#inOrder(end: End, run: () => void): void {
		const side = end.link.ends[0] === end ? 0 : 1;
		const at = Math.max(end.link.readyAt[side], this.now + this.#delay());
		end.link.readyAt[side] = at;
		this.#agenda.add(at, run);
	}

	// --- the network ---

	#reaches(from: SimulatedNode, to: SimulatedNode, evenDead = false): boolean {
		if (!evenDead && !from.isAlive) return false;
		return (this.#sides.get(from) ?? 0) === (this.#sides.get(to) ?? 0);
	}

	#delay(): number {
		const [least, most] = this.#options.delay;
		return least + (most - least) * this.#random.float();
	}

	#endsOf(node: SimulatedNode): Map<ConnectionId, End> {
		const ends = this.#ends.get(node) ?? new Map<ConnectionId, End>();
		this.#ends.set(node, ends);
		return ends;
	}
}

function other(end: End): End {
	return end.link.ends[0] === end ? end.link.ends[1] : end.link.ends[0];
}
