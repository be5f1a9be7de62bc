import type {Command} from '../api/command.ts';
import type {EventOf, NodeEvent} from '../api/event.ts';
import {seededRandom} from '../base/random.ts';
import type {Overlay} from '../behaviours/overlay.ts';
import {MemoryEventStore} from '../history/memory-store.ts';
import {createChatSwarm} from '../swarm/create.ts';
import type {ConnectionId, DialId, Effect, RememberedPeer, SwarmInput} from '../swarm/io.ts';
import type {Swarm} from '../swarm/swarm.ts';
import type {EventVerifier} from '../wire/event.ts';
import {type Identity, identityFromSeed} from '../wire/identity.ts';
import type {Happening} from './agenda.ts';
import type {FileHabits} from './files.ts';
import {NodeTraffic} from './node-traffic.ts';
import type {End} from './streams.ts';

/** The wall clock of a simulation at its start, Unix milliseconds. */
export const EPOCH = 1_700_000_000_000;

/** Hosts of one simulated /24: the first and the last address of a network are nobody's. */
export const HOSTS_PER_SUBNET = 254;

/** How many connections a node wants, and how many it bears. */
export type Limits = {readonly target: number; readonly max: number};

export type NodeOptions = {
	readonly index: number;
	readonly seed: number;
	/** What it calls itself; by its number, if it is left out. */
	readonly name?: string;
	/** Nodes with one number hear each other's announcements. */
	readonly segment?: number;
	readonly rooms?: readonly string[];
	readonly peers?: readonly string[];
	readonly discovery?: boolean;
	readonly pubsub?: 'gossipsub' | 'floodsub';
	readonly limits?: Limits;
	readonly pingInterval?: number;
	readonly verify?: EventVerifier;
	readonly verifyNeighbours?: EventVerifier;
	readonly tellsNeighbours?: boolean;
	/** Milliseconds by which its wall clock is off. */
	readonly skew?: number;
	/** Its line is slow: this many times the usual delay. */
	readonly slowness?: number;
	/** What its machine does with files, and how honest it is there. */
	readonly files?: FileHabits;
	/** Rises with every restart. */
	readonly incarnation?: number;
	/** From before a restart: the same peer. */
	readonly identity?: Identity;
	readonly remembered?: readonly RememberedPeer[];
	/** What its disk held when it was started again; empty if this is left out. */
	readonly store?: MemoryEventStore;
	/** Ids of messages that it has shown before it was started again, and still holds. */
	readonly shown?: ReadonlySet<string>;
	/** Whether `events` is kept; thousands of nodes tell more than fits. */
	readonly keepsEvents?: boolean;
};

/** A dial that has not ended: when it will have failed, and its end if somebody is there. */
export type PendingDial = {readonly timeout: Happening; readonly end?: End};

/** One node of a simulation: the real swarm, and what it has told the person who would sit in front of it. */
export class SimulatedNode {
	readonly index: number;
	readonly segment: number;
	readonly host: string;
	readonly port: number;
	readonly identity: Identity;
	/** Its disk: what was committed outlives it. */
	readonly store: MemoryEventStore;
	readonly swarm: Swarm;
	/** Who is in its rooms and meshes. */
	overlay!: Overlay;
	readonly options: NodeOptions;
	readonly events: NodeEvent[] = [];
	/** Peers that its screen would show as connected, by its events alone. */
	readonly shownPeers = new Set<string>();
	/** Ids of messages that its screen would show. */
	readonly shownMessages: Set<string>;
	readonly timers = new Map<string, Happening>();
	/** Its side of every connection that has opened and not closed. */
	readonly ends = new Map<ConnectionId, End>();
	readonly dials = new Map<DialId, PendingDial>();
	readonly traffic = new NodeTraffic();
	/** Its machine loses power while it writes this many commits from now; and whether the disk has that one. */
	powerLoss: {commits: number; readonly hasWritten: boolean} | undefined;
	remembered: readonly RememberedPeer[];
	/** The time of what happened to it last. */
	now = 0;
	/** From its start to its end. */
	isAlive = false;
	/** Its machine sleeps: nothing happens to it, and what arrives waits. */
	isAsleep = false;
	/** Its machine has lost power. */
	isOff = false;
	/** It ended in order. */
	wasStopped = false;
	/** Timers that were due while it slept. */
	readonly overdue: Happening[] = [];

	constructor(options: NodeOptions) {
		const {index, seed, segment = 0, incarnation = 0} = options;
		const random = seededRandom(seed * 100_003 + index * 31 + incarnation);
		this.options = options;
		this.index = index;
		this.segment = segment;
		this.host = hostOf(index);
		// A profile keeps its port from start to start.
		this.port = 4001;
		this.identity = options.identity ?? identityFromSeed(seededRandom(seed * 7919 + index).bytes(32));
		this.remembered = options.remembered ?? [];
		this.store = options.store ?? new MemoryEventStore(random);
		this.shownMessages = new Set(options.shown);
		const {limits, pingInterval, verify, verifyNeighbours} = options;
		this.swarm = createChatSwarm({
			identity: this.identity,
			instance: Buffer.from(random.bytes(16)).toString('hex'),
			random,
			name: options.name ?? `node${index}`,
			agent: 'p2p-tui/simulated',
			rooms: options.rooms ?? ['lobby'],
			peers: options.peers ?? [],
			discovery: options.discovery ?? true,
			pubsub: options.pubsub ?? 'gossipsub',
			store: this.store,
			wallClock: () => this.wallClock(this.now),
			onOverlay: overlay => {
				this.overlay = overlay;
			},
			...(verify && {verify}),
			...(verifyNeighbours && {verifyNeighbours}),
			...(options.tellsNeighbours !== undefined && {tellsNeighbours: options.tellsNeighbours}),
			...(limits && {limits}),
			...(pingInterval !== undefined && {pingInterval}),
		});
	}

	get peerId(): string {
		return this.identity.peerId;
	}

	/** Its multiaddr with its peer id. */
	get address(): string {
		return `${this.place}/p2p/${this.peerId}`;
	}

	/** Its multiaddr without its peer id. */
	get place(): string {
		return placeOf(this.index, this.port);
	}

	handle(input: SwarmInput, now: number): readonly Effect[] {
		this.now = now;
		return this.swarm.handle(input, now);
	}

	command(command: Command, now: number): readonly Effect[] {
		return this.handle({type: 'command', command, timestamp: this.wallClock(now)}, now);
	}

	/** While it writes, `commits` commits from now: with that one on its disk already, or not. */
	losePower(commits: number, hasWritten: boolean): void {
		this.powerLoss = {commits, hasWritten};
	}

	keepPower(): void {
		this.powerLoss = undefined;
	}

	/** Unix milliseconds, as wrong as its clock is. */
	wallClock(now: number): number {
		return Math.round(EPOCH + now + (this.options.skew ?? 0));
	}

	/** It tells its person something. */
	tell(event: NodeEvent): void {
		if (this.options.keepsEvents ?? true) this.events.push(event);
		if (event.type === 'peer-connected') this.shownPeers.add(event.peer);
		if (event.type === 'peer-disconnected') this.shownPeers.delete(event.peer);
		if (event.type === 'message' || event.type === 'notice') this.shownMessages.add(event.messageId);
	}

	eventsOf<Type extends NodeEvent['type']>(type: Type): EventOf<Type>[] {
		return this.events.filter((event): event is EventOf<Type> => event.type === type);
	}
}

/** Documentation networks are too small for ten thousand hosts: 198.18.0.0/15 is for measurements (RFC 2544). */
function hostOf(index: number): string {
	const subnet = Math.floor(index / HOSTS_PER_SUBNET);
	return `198.${18 + (subnet >> 8)}.${subnet & 0xff}.${1 + (index % HOSTS_PER_SUBNET)}`;
}

/** Where the node with this index listens from its first start on: known before it is there. */
export function placeOf(index: number, port = 4001): string {
	return `/ip4/${hostOf(index)}/tcp/${port}`;
}
