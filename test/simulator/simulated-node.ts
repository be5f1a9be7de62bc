import type {Command} from '../../source/api/command.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import type {Effect, SwarmInput} from '../../source/swarm/io.ts';
import type {Swarm} from '../../source/swarm/swarm.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';

export type NodeOptions = {
	readonly index: number;
	readonly seed: number;
	readonly rooms?: readonly string[];
	readonly peers?: readonly string[];
	readonly discovery?: boolean;
	readonly pubsub?: 'gossipsub' | 'floodsub';
	/** Milliseconds by which its wall clock is off. */
	readonly skew?: number;
	/** Rises with every restart. */
	readonly incarnation?: number;
};

/** One node of a simulation: the real swarm, and what it has told the person who would sit in front of it. */
export class SimulatedNode {
	readonly index: number;
	readonly host: string;
	readonly port: number;
	readonly identity: Identity;
	readonly swarm: Swarm;
	readonly options: NodeOptions;
	readonly events: NodeEvent[] = [];
	/** Peers that its screen would show as connected, by its events alone. */
	readonly shownPeers = new Set<string>();
	/** Versions of timers that are set: one that was replaced or cancelled is stale when its time comes. */
	readonly timers = new Map<string, number>();
	/** From its start to its end. */
	isAlive = false;

	constructor(options: NodeOptions) {
		const {index, seed, incarnation = 0} = options;
		const random = seededRandom(seed * 100_003 + index * 31 + incarnation);
		this.options = options;
		this.index = index;
		this.host = `198.18.${index >> 8}.${index & 0xff}`;
		// A restarted node listens on another port, as it would on port 0.
		this.port = 4001 + incarnation;
		this.identity = identityFromSeed(seededRandom(seed * 7919 + index).bytes(32));
		this.swarm = createChatSwarm({
			identity: this.identity,
			instance: Buffer.from(random.bytes(16)).toString('hex'),
			random,
			name: `node${index}`,
			agent: 'p2p-tui/simulated',
			rooms: options.rooms ?? ['lobby'],
			peers: options.peers ?? [],
			discovery: options.discovery ?? true,
			pubsub: options.pubsub ?? 'gossipsub',
		});
	}

	get peerId(): string {
		return this.identity.peerId;
	}

	/** Its multiaddr with its peer id. */
	get address(): string {
		return `/ip4/${this.host}/tcp/${this.port}/p2p/${this.peerId}`;
	}

	handle(input: SwarmInput, now: number): readonly Effect[] {
		return this.swarm.handle(input, now);
	}

	command(command: Command, now: number): readonly Effect[] {
		return this.handle(
			{type: 'command', command, timestamp: Math.round(1_700_000_000_000 + now + (this.options.skew ?? 0))},
			now,
		);
	}

	/** It tells its person something. */
	tell(event: NodeEvent): void {
		this.events.push(event);
		if (event.type === 'peer-connected') this.shownPeers.add(event.peer);
		if (event.type === 'peer-disconnected') this.shownPeers.delete(event.peer);
	}

	eventsOf<Type extends NodeEvent['type']>(type: Type): EventOf<Type>[] {
		return this.events.filter((event): event is EventOf<Type> => event.type === type);
	}
}
