/**
 * Histories wired to each other without rooms or routers: each with its archive, in virtual time, all messages encoded,
 * counted and decoded again. Who is in the room is told to them as rooms would tell it.
 */
import type {EventOf, NodeEvent} from '../../../source/api/event.ts';
import {seededRandom} from '../../../source/base/random.ts';
import type {BehaviourInput, BehaviourOutput, Instant} from '../../../source/behaviours/behaviour.ts';
import {Chronicle} from '../../../source/behaviours/chronicle.ts';
import {History} from '../../../source/behaviours/history/history.ts';
import {Receipts} from '../../../source/behaviours/receipts.ts';
import {Archive} from '../../../source/history/archive.ts';
import type {StorageFailure} from '../../../source/history/event-store.ts';
import {MemoryEventStore} from '../../../source/history/memory-store.ts';
import {decodeMessage, encodeMessage} from '../../../source/wire/codec.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {verifyEvent} from '../../../source/wire/event.ts';
import {identityFromSeed} from '../../../source/wire/identity.ts';
import type {Message, MessageType} from '../../../source/wire/messages.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {FakeView} from '../fixtures.ts';

export const ROOM = 'lobby';
export const START = 1_700_000_000_000;

/** Milliseconds one way. */
const DELAY = 5;

export type NodeOptions = {
	readonly store?: MemoryEventStore;
	readonly keep?: number;
	/** In the room; on by default. */
	readonly isMember?: boolean;
};

/** Sees, changes or swallows what a node sends: what it returns is sent instead. */
type Tamper = (message: Message, to: Node) => readonly Message[];

export class Node {
	readonly index: number;
	readonly peer: PeerId;
	readonly identity;
	readonly view: FakeView;
	readonly store: MemoryEventStore;
	readonly archive: Archive;
	readonly receipts: Receipts;
	readonly history: History;
	readonly isMember: boolean;
	readonly told: {readonly at: Instant; readonly event: NodeEvent}[] = [];
	readonly counters = new Map<string, number>();
	readonly timers = new Map<string, Instant>();
	readonly sent: {readonly at: Instant; readonly to: PeerId; readonly message: Message; readonly bytes: number}[] = [];
	readonly letGo: string[] = [];
	verified = 0;
	commits = 0;
	failure: StorageFailure | undefined;
	tamper: Tamper | undefined;

	constructor(index: number, {store, keep, isMember = true}: NodeOptions) {
		const random = seededRandom(100 + index);
		this.index = index;
		this.identity = identityFromSeed(new Uint8Array(32).fill(index + 1));
		this.peer = this.identity.peerId;
		this.view = new FakeView(this.peer);
		this.view.wallClock = START;
		this.store = store ?? new MemoryEventStore(random);
		this.archive = new Archive({store: this.store, identity: this.identity});
		this.isMember = isMember;
		const {view, archive} = this;
		this.receipts = new Receipts({view, archive});
		const spread = (messageId: string) => this.receipts.spreadOf(messageId);
		const chronicle = new Chronicle({view, archive, spread});
		const open = new Set<PeerId>();
		const directs = {
			isFull: false,
			has: (peer: PeerId) => open.has(peer),
			ensure: (peer: PeerId): BehaviourOutput[] => {
				if (open.has(peer)) return [];
				open.add(peer);
				archive.open(directRoomOf(this.peer, peer), peer);
				return [{type: 'emit', event: {type: 'room-joined', room: `@${peer}`, members: [], direct: true}}];
			},
		};
		this.history = new History({
			...{view, archive, chronicle, receipts: this.receipts, directs, random},
			verify: (...what) => {
				this.verified += 1;
				return verifyEvent(...what);
			},
			...(keep !== undefined && {keep}),
		});
	}

	/** Writes messages of its own, which nobody hears of. */
	write(count: number, {room = ROOM, length = 200}: {room?: string; length?: number} = {}): string[] {
		const ids: string[] = [];
		for (let number = 1; number <= count; number++) {
			this.view.wallClock += 1_000;
			const text = `${this.index}.${number} ${'x'.repeat(length)}`;
			const {stored} = this.archive.create(room, {kind: 'message', text}, this.view.wallClock);
			this.receipts.follow(stored.id, room, []);
			ids.push(stored.id);
		}
		this.archive.commit();
		return ids;
	}

	get held(): number {
		return this.archive.digest(ROOM).events;
	}

	/** Ids of what it holds, in the order of the room. */
	order(room = ROOM): string[] {
		return this.store.page(room, {limit: 1_000_000, kinds: 'all'}).map(({id}) => id);
	}

	events<Type extends NodeEvent['type']>(type: Type): EventOf<Type>[] {
		return this.told.flatMap(({event}) => (event.type === type ? [event as EventOf<Type>] : []));
	}

	sentOf<Type extends MessageType>(type: Type): Extract<Message, {type: Type}>[] {
		return this.sent.flatMap(({message}) => (message.type === type ? [message as Extract<Message, {type: Type}>] : []));
	}

	bytesOf(type: MessageType): number {
		return this.sent.reduce((sum, {message, bytes}) => sum + (message.type === type ? bytes : 0), 0);
	}
}

type Task = {readonly at: Instant; readonly run: () => void};

export class Network {
	now: Instant = 0;
	readonly nodes: Node[] = [];
	readonly #links = new Set<string>();
	/** The next one last; of equal times the one that came first. */
	readonly #tasks: Task[] = [];

	add(options: NodeOptions = {}): Node {
		const node = new Node(this.nodes.length, options);
		this.nodes.push(node);
		if (node.isMember) node.archive.open(ROOM);
		this.tell(node, {type: 'start'});
		if (node.isMember) this.#noted(node, {type: 'room-joined', room: ROOM, members: []});
		return node;
	}

	link(a: Node, b: Node): void {
		this.#links.add(keyOf(a, b));
		for (const [node, other] of [[a, b] as const, [b, a] as const]) node.view.connect(other.peer);
		for (const [node, other] of [[a, b] as const, [b, a] as const]) {
			this.tell(node, {type: 'connected', peer: other.peer, address: '/ip4/192.0.2.1/tcp/1', direction: 'inbound'});
			if (node.isMember && other.isMember) {
				this.#noted(node, {type: 'member-joined', room: ROOM, peer: other.peer, name: 'x'});
			}
		}
	}

	linkAll(): void {
		for (const a of this.nodes) for (const b of this.nodes) if (a.index < b.index) this.link(a, b);
	}

	cut(a: Node, b: Node): void {
		this.#links.delete(keyOf(a, b));
		for (const [node, other] of [[a, b] as const, [b, a] as const]) {
			if (node.isMember && other.isMember) this.#noted(node, {type: 'member-left', room: ROOM, peer: other.peer});
			this.tell(node, {type: 'disconnected', peer: other.peer, reason: 'closed'});
			node.view.disconnect(other.peer);
		}
	}

	/** As if `from` had sent it. */
	send(from: Node, to: Node, message: Message): void {
		const body = Uint8Array.from(encodeMessage(message));
		from.sent.push({at: this.now, to: to.peer, message, bytes: body.length});
		this.#at(this.now + DELAY, () => {
			if (!this.#links.has(keyOf(from, to))) return;
			this.tell(to, {type: 'message', peer: from.peer, message: decodeMessage(body) as Message});
		});
	}

	run(milliseconds: number): void {
		const end = this.now + milliseconds;
		for (;;) {
			const next = this.#tasks.at(-1);
			if (!next || next.at > end) break;
			this.#tasks.pop();
			this.#pass(next.at);
			next.run();
		}
		this.#pass(end);
	}

	tell(node: Node, input: BehaviourInput): void {
		let outputs = node.history.handle(input, this.now);
		while (outputs.length > 0) {
			const hasCommit = outputs.some(({type}) => type === 'commit');
			for (const output of outputs) this.#output(node, output);
			outputs = hasCommit ? this.#commit(node) : [];
		}
	}

	/** The disk is asked once more, as rooms would after a failure. */
	retry(node: Node): void {
		for (const output of this.#commit(node)) this.#output(node, output);
	}

	#commit(node: Node): BehaviourOutput[] {
		node.commits += 1;
		node.store.failure = node.failure;
		const result = node.archive.commit();
		return node.history.handle({type: 'committed', ...(result.ok ? {} : {failure: result.failure})}, this.now);
	}

	#noted(node: Node, event: NodeEvent): void {
		this.tell(node, {type: 'event', event});
	}

	#output(node: Node, output: BehaviourOutput): void {
		switch (output.type) {
			case 'send':
				for (const peer of output.peers) this.#carry(node, peer, output.message);
				return;
			case 'schedule': {
				const {timer, at} = output;
				node.timers.set(timer, at);
				this.#at(at, () => {
					if (node.timers.get(timer) !== at) return;
					node.timers.delete(timer);
					this.tell(node, {type: 'timer', timer});
				});
				return;
			}
			case 'emit':
				node.told.push({at: this.now, event: output.event});
				return;
			case 'count':
				node.counters.set(output.counter, (node.counters.get(output.counter) ?? 0) + (output.by ?? 1));
				return;
			case 'disconnect': {
				node.letGo.push(output.reason);
				const other = this.nodes.find(({peer}) => peer === output.peer) as Node;
				this.#at(this.now, () => this.cut(node, other));
			}
		}
	}

	#carry(from: Node, peer: PeerId, message: Message): void {
		const to = this.nodes.find(node => node.peer === peer);
		if (!to || !this.#links.has(keyOf(from, to))) return;
		for (const one of from.tamper?.(message, to) ?? [message]) this.send(from, to, one);
	}

	#pass(at: Instant): void {
		for (const node of this.nodes) node.view.wallClock += at - this.now;
		this.now = at;
	}

	#at(at: Instant, run: () => void): void {
		const task = {at: Math.max(at, this.now), run};
		// The last one is the next: found by bisection, for most are far from both ends.
		let [low, high] = [0, this.#tasks.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#tasks[middle] as Task).at > task.at) low = middle + 1;
			else high = middle;
		}
		this.#tasks.splice(low, 0, task);
	}
}

function keyOf(a: Node, b: Node): string {
	return a.index < b.index ? `${a.index} ${b.index}` : `${b.index} ${a.index}`;
}
