/** A swarm with virtual time, driven by hand: every input by a short name, every frame that it sends decoded. */
import type {Command} from '../../source/api/command.ts';
import type {Direction} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore} from '../../source/history/event-store.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import type {ConnectionId, Effect, SwarmInput} from '../../source/swarm/io.ts';
import type {SwarmLimits} from '../../source/swarm/limits.ts';
import type {Swarm, SwarmOptions} from '../../source/swarm/swarm.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import type {Message} from '../../source/wire/messages.ts';
import {addressOf, IDENTITIES, INSTANCE, TIMESTAMP} from '../behaviours/fixtures.ts';

/** An effect as a test compares it. */
export type Seen =
	| Exclude<Effect, {type: 'send'}>
	| {readonly type: 'send'; readonly connections: readonly ConnectionId[]; readonly message: Message | undefined};

export type Opened = {
	readonly direction?: Direction;
	readonly address?: string;
	readonly dial?: number;
};

export class Rig {
	now = 0;
	readonly swarm: Swarm;

	constructor(swarm: Swarm) {
		this.swarm = swarm;
	}

	/** All that comes of it, what waited for the disk included: that takes everything at once. */
	input(input: SwarmInput): Seen[] {
		const effects = this.swarm.handle(input, this.now);
		const seen = effects.filter(({type}) => type !== 'commit').map(shown);
		return seen.length === effects.length ? seen : [...seen, ...this.input({type: 'commit'})];
	}

	start(addresses: readonly string[] = [addressOf(1)]): Seen[] {
		return this.input({type: 'start', addresses});
	}

	open(
		connection: ConnectionId,
		peer: string,
		{direction = 'inbound', address = addressOf(2, 40_000), dial}: Opened = {},
	) {
		const answered = dial === undefined ? {} : {dial};
		return this.input({type: 'connection-opened', connection, peer, address, direction, ...answered});
	}

	close(connection: ConnectionId, reason = 'closed'): Seen[] {
		return this.input({type: 'connection-closed', connection, reason});
	}

	frame(connection: ConnectionId, body: Uint8Array): Seen[] {
		return this.input({type: 'frame', connection, body});
	}

	message(connection: ConnectionId, message: Message): Seen[] {
		return this.frame(connection, Uint8Array.from(encodeMessage(message)));
	}

	timer(timer: string): Seen[] {
		return this.input({type: 'timer', timer});
	}

	command(command: Command): Seen[] {
		return this.input({type: 'command', command, timestamp: TIMESTAMP});
	}

	announcement(peer: string, host = '192.0.2.2', port4 = 4001): Seen[] {
		const announcement = {
			peer,
			instance: 'cd'.repeat(16),
			port4,
			port6: undefined,
			wantsAnswer: false,
			leaving: false,
		};
		return this.input({type: 'announcement', announcement, host, port: 50_000, family: 4});
	}
}

function shown(effect: Effect): Seen {
	if (effect.type !== 'send') return effect;
	const {connections, body} = effect;
	return {type: 'send', connections, message: decodeMessage(body)};
}

export const wallClock = () => TIMESTAMP;

/** For swarms without anything to keep. */
export const NOTHING_KEPT: Pick<SwarmOptions, 'wallClock' | 'archive'> = {
	wallClock,
	archive: {commit: () => ({ok: true})},
};

/** Ann's whole node, started: all behaviours, one room, no announcements unless wanted. */
export function startChat({
	peers = [],
	discovery = false,
	self = IDENTITIES[0],
	limits = {},
	seed = 1,
	store,
}: {
	peers?: readonly string[];
	discovery?: boolean;
	self?: (typeof IDENTITIES)[number];
	limits?: Partial<SwarmLimits>;
	seed?: number;
	store?: EventStore;
} = {}): Rig {
	const rig = new Rig(
		createChatSwarm({
			identity: self,
			instance: INSTANCE,
			random: seededRandom(seed),
			name: 'ann',
			agent: 'p2p-tui/0.1.0',
			rooms: ['lobby'],
			peers,
			discovery,
			limits,
			pubsub: 'floodsub',
			wallClock,
			...(store && {store}),
		}),
	);
	rig.start();
	return rig;
}

export const introduction = (name: string, addresses: readonly string[] = []): Message => ({
	type: 'identify',
	name,
	agent: 'p2p-tui/0.1.0',
	instance: 'cd'.repeat(16),
	addresses,
	protocols: [],
});

/** A peer connects, introduces itself and joins the lobby. */
export function meet(rig: Rig, connection: ConnectionId, peer: string, name: string, opened: Opened = {}): void {
	rig.open(connection, peer, opened);
	rig.message(connection, introduction(name));
	rig.message(connection, {type: 'subscriptions', joined: ['lobby'], left: []});
}

export const ofType = <Type extends Seen['type']>(effects: readonly Seen[], type: Type) =>
	effects.filter((effect): effect is Extract<Seen, {type: Type}> => effect.type === type);
