/**
 * Rooms and their routers wired together without a swarm: links with delays, in order, in virtual time, everything drawn
 * from one seed. A link that is cut loses what is under way, and is noticed later, as a real one is.
 */
import {type Random, seededRandom} from '../../../source/base/random.ts';
import type {BehaviourInput, BehaviourOutput, Instant} from '../../../source/behaviours/behaviour.ts';
import {Receipts} from '../../../source/behaviours/receipts.ts';
import {Rooms} from '../../../source/behaviours/rooms.ts';
import {type Identity, identityFromSeed} from '../../../source/wire/identity.ts';
import type {Message, MessageType} from '../../../source/wire/messages.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {FakeView, TIMESTAMP} from '../fixtures.ts';
import {Shelf} from './shelf.ts';

export type NetworkOptions = {
	readonly seed: number;
	/** Milliseconds one way: the least and the most. */
	readonly delay?: readonly [number, number];
};

export type Node = {
	readonly index: number;
	readonly peerId: PeerId;
	readonly identity: Identity;
	readonly view: FakeView;
	readonly rooms: Rooms;
	/** Texts of all messages shown, own ones included. */
	readonly shown: string[];
	/** When each of them was. */
	readonly shownAt: Map<string, Instant>;
	/** What it received, by type. */
	readonly received: Map<MessageType, number>;
	/** What its outputs counted. */
	readonly counters: Map<string, number>;
	/** Timers that are set. */
	readonly timers: Map<string, Instant>;
	/** How often its timers fired. */
	beats: number;
	/** It takes part in everything, and hands on no event of others: neither pushed nor on request. */
	withholds: boolean;
};

type Link = {readonly ends: readonly [Node, Node]; isUp: boolean; readonly arrivesAt: [Instant, Instant]};
type Task = {readonly at: Instant; readonly order: number; readonly run: () => void};

export class Network {
	readonly nodes: Node[] = [];
	now: Instant = 0;
	readonly #random: Random;
	readonly #delay: readonly [number, number];
	readonly #byPeer = new Map<PeerId, Node>();
	readonly #links = new Map<string, Link>();
	#tasks: Task[] = [];
	#order = 0;

	constructor({seed, delay = [1, 20]}: NetworkOptions) {
		this.#random = seededRandom(seed);
		this.#delay = delay;
	}

	add(pubsub: 'gossipsub' | 'floodsub' = 'gossipsub'): Node {
		const index = this.nodes.length;
		const random = seededRandom(Math.floor(this.#random.float() * 2 ** 31));
		const identity = identityFromSeed(random.bytes(32));
		const view = new FakeView(identity.peerId);
		const {archive, chronicle} = new Shelf(identity, view.name, Buffer.from(random.bytes(16)).toString('hex')).parts();
		const receipts = new Receipts({view, archive});
		const parts = {view, archive, chronicle, receipts, random};
		const rooms = new Rooms({...parts, rooms: ['lobby'], pubsub, verify: () => true});
		const node: Node = {
			...{
				index,
				peerId: identity.peerId,
				identity,
				view,
				archive,
				rooms,
				shown: [],
				shownAt: new Map(),
				received: new Map(),
			},
			...{counters: new Map(), timers: new Map(), beats: 0, withholds: false},
		};
		this.nodes.push(node);
		this.#byPeer.set(node.peerId, node);
		this.tell(node, {type: 'start'});
		return node;
	}

	// --- links ---

	link(a: Node, b: Node): void {
		if (a === b || this.linkOf(a, b)?.isUp) return;
		this.#links.set(keyOf(a, b), {ends: [a, b], isUp: true, arrivesAt: [0, 0]});
		for (const [node, other, direction] of [[a, b, 'outbound'] as const, [b, a, 'inbound'] as const]) {
			node.view.connect(other.peerId, {protocols: [other.rooms.protocol]});
			this.tell(node, {type: 'connected', peer: other.peerId, address: `/ip4/10.0.0.${other.index}/tcp/1`, direction});
		}
	}

	linkAll(): void {
		for (const a of this.nodes) for (const b of this.nodes) if (a.index < b.index) this.link(a, b);
	}

	/** Each node dials this many others. */
	linkSome(count: number): void {
		for (const node of this.nodes) for (let dialled = 0; dialled < count; dialled++) this.link(node, this.pick());
	}

	/** Nothing arrives from now on, what is under way included; both ends notice after `noticed` milliseconds. */
	cut(a: Node, b: Node, noticed: number): void {
		const link = this.linkOf(a, b);
		if (!link?.isUp) return;
		link.isUp = false;
		for (const [node, other] of [[a, b] as const, [b, a] as const]) {
			this.#after(noticed * (0.7 + 0.3 * this.#random.float()), () => {
				node.view.disconnect(other.peerId);
				this.tell(node, {type: 'disconnected', peer: other.peerId, reason: 'no-heartbeat'});
			});
		}
	}

	linkOf(a: Node, b: Node): Link | undefined {
		return this.#links.get(keyOf(a, b));
	}

	links(): (readonly [Node, Node])[] {
		return [...this.#links.values()].filter(({isUp}) => isUp).map(({ends}) => ends);
	}

	pick(): Node {
		return this.nodes[Math.floor(this.#random.float() * this.nodes.length)] as Node;
	}

	// --- what happens ---

	say(node: Node, text: string): void {
		this.tell(node, {
			type: 'command',
			command: {command: 'publish', room: 'lobby', text},
			timestamp: TIMESTAMP + this.now,
		});
	}

	send(from: Node, to: Node, message: Message): void {
		this.#carry(from, to, message);
	}

	run(milliseconds: number): void {
		const end = this.now + milliseconds;
		for (let next = this.#tasks[0]; next && next.at <= end; next = this.#tasks[0]) {
			this.#take();
			this.now = next.at;
			next.run();
		}
		this.now = end;
	}

	tell(node: Node, input: BehaviourInput): void {
		const outputs = node.rooms.handle(input, this.now);
		for (const output of outputs) this.#output(node, output);
		if (outputs.some(({type}) => type === 'commit')) this.tell(node, {type: 'committed'});
	}

	// --- what is seen ---

	/** How many of a type all nodes have received. */
	total(...types: readonly MessageType[]): number {
		return sum(this.nodes.flatMap(({received}) => types.map(type => received.get(type) ?? 0)));
	}

	counted(counter: string): number {
		return sum(this.nodes.map(({counters}) => counters.get(counter) ?? 0));
	}

	degrees(): number[] {
		return this.nodes.map(({rooms}) => rooms.stats().pubsub!.rooms[0]!.mesh);
	}

	missing(text: string): number[] {
		return this.nodes.filter(({shown}) => !shown.includes(text)).map(({index}) => index);
	}

	#output(node: Node, output: BehaviourOutput): void {
		switch (output.type) {
			case 'send':
				if (node.withholds && output.message.type === 'publish' && output.message.hops > 0) return;
				for (const peer of output.peers) this.#carry(node, this.#byPeer.get(peer) as Node, output.message);
				return;
			case 'schedule': {
				const {timer, at} = output;
				node.timers.set(timer, at);
				this.#at(at, () => {
					if (node.timers.get(timer) !== at) return;
					node.timers.delete(timer);
					if (timer === 'gossipsub') node.beats += 1;
					this.tell(node, {type: 'timer', timer});
				});
				return;
			}
			case 'emit':
				if (output.event.type !== 'message') return;
				node.shown.push(output.event.text);
				node.shownAt.set(output.event.text, this.now);
				return;
			case 'count':
				node.counters.set(output.counter, (node.counters.get(output.counter) ?? 0) + (output.by ?? 1));
				return;
			case 'disconnect':
				throw new Error(`node ${node.index} lets a peer go: ${output.reason}`);
		}
	}

	#carry(from: Node, to: Node, message: Message): void {
		const link = this.linkOf(from, to);
		if (!link?.isUp) return;
		const side = link.ends[0] === from ? 0 : 1;
		const [least, most] = this.#delay;
		const at = Math.max(link.arrivesAt[side], this.now + least + (most - least) * this.#random.float());
		link.arrivesAt[side] = at;
		this.#at(at, () => {
			if (!link.isUp) return;
			to.received.set(message.type, (to.received.get(message.type) ?? 0) + 1);
			this.tell(to, {type: 'message', peer: from.peerId, message});
		});
	}

	// --- time: a binary heap, equal times in the order in which they were added ---

	#after(milliseconds: number, run: () => void): void {
		this.#at(this.now + milliseconds, run);
	}

	#at(at: Instant, run: () => void): void {
		const tasks = this.#tasks;
		let index = tasks.push({at: Math.max(at, this.now), order: this.#order++, run}) - 1;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			if (!isBefore(tasks[index]!, tasks[parent]!)) break;
			[tasks[index], tasks[parent]] = [tasks[parent]!, tasks[index]!];
			index = parent;
		}
	}

	#take(): void {
		const tasks = this.#tasks;
		const last = tasks.pop()!;
		if (tasks.length === 0) return;
		tasks[0] = last;
		for (let index = 0; ; ) {
			const left = 2 * index + 1;
			let first = index;
			if (left < tasks.length && isBefore(tasks[left]!, tasks[first]!)) first = left;
			if (left + 1 < tasks.length && isBefore(tasks[left + 1]!, tasks[first]!)) first = left + 1;
			if (first === index) return;
			[tasks[index], tasks[first]] = [tasks[first]!, tasks[index]!];
			index = first;
		}
	}
}

function isBefore(a: Task, b: Task): boolean {
	return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function keyOf(a: Node, b: Node): string {
	return a.index < b.index ? `${a.index}-${b.index}` : `${b.index}-${a.index}`;
}

export function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
