/** What the tests of behaviours share: peers in the order of their ids, and a view that the test fills itself. */
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import type {BehaviourInput, BehaviourOutput, PeerFacts, View} from '../../source/behaviours/behaviour.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';
import type {Message} from '../../source/wire/messages.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';

/** Identities from the lowest peer id to the highest. */
export const IDENTITIES = Array.from({length: 8}, (_, index) =>
	identityFromSeed(new Uint8Array(32).fill(index + 1)),
).sort((a, b) => (a.peerId < b.peerId ? -1 : 1)) as [
	Identity,
	Identity,
	Identity,
	Identity,
	Identity,
	Identity,
	Identity,
	Identity,
];

export const [ANN, BOB, CAT, DAN] = IDENTITIES.map(({peerId}) => peerId) as [PeerId, PeerId, PeerId, PeerId];

/** 32 hex digits. */
export const INSTANCE = 'ab'.repeat(16);

/** Unix milliseconds at which the tests' commands are given. */
export const TIMESTAMP = 1_700_000_000_000;

/** An address without `/p2p/…`; each number another host. */
export const addressOf = (number: number, port = 4001) => `/ip4/192.0.2.${number}/tcp/${port}`;

export class FakeView implements View {
	readonly self: PeerId;
	name = 'me';
	/** What its wall clock shows. */
	wallClock = TIMESTAMP;
	readonly #facts = new Map<PeerId, Partial<PeerFacts>>();

	/** `connected`: each with its facts. */
	constructor(self: PeerId, connected: Readonly<Record<PeerId, Partial<PeerFacts>>> = {}) {
		this.self = self;
		for (const [peer, facts] of Object.entries(connected)) this.#facts.set(peer, facts);
	}

	connect(peer: PeerId, facts: Partial<PeerFacts> = {}): void {
		this.#facts.set(peer, facts);
	}

	disconnect(peer: PeerId): void {
		this.#facts.delete(peer);
	}

	timestamp(): number {
		return this.wallClock;
	}

	addressesFor(): readonly string[] {
		return [];
	}

	isConnected(peer: PeerId): boolean {
		return this.#facts.has(peer);
	}

	connectedPeers(): readonly PeerId[] {
		return [...this.#facts.keys()];
	}

	facts(peer: PeerId): Partial<PeerFacts> {
		if (peer === this.self) return {name: this.name};
		return this.#facts.get(peer) ?? {};
	}
}

// --- inputs ---

export const connected = (peer: PeerId, address = addressOf(1)): BehaviourInput => ({
	type: 'connected',
	peer,
	address,
	direction: 'outbound',
});

export const disconnected = (peer: PeerId, reason = 'closed'): BehaviourInput => ({type: 'disconnected', peer, reason});

export const received = (peer: PeerId, message: Message): BehaviourInput => ({type: 'message', peer, message});

export const timer = (name: string): BehaviourInput => ({type: 'timer', timer: name});

export const asked = (command: Command): BehaviourInput => ({type: 'command', command, timestamp: TIMESTAMP});

// --- outputs ---

export const emit = (event: NodeEvent): BehaviourOutput => ({type: 'emit', event});

export const send = (peers: readonly PeerId[], message: Message): BehaviourOutput => ({type: 'send', peers, message});

export const count = (counter: string, by?: number): BehaviourOutput =>
	by === undefined ? {type: 'count', counter} : {type: 'count', counter, by};
