/** What the tests of gossipsub share: Ann's router without rooms around it, and peers with short names. */
import type {Direction} from '../../../source/api/event.ts';
import type {Random} from '../../../source/base/random.ts';
import type {BehaviourOutput, Instant} from '../../../source/behaviours/behaviour.ts';
import {Gossipsub} from '../../../source/behaviours/gossipsub/gossipsub.ts';
import {BEAT_INTERVAL} from '../../../source/behaviours/gossipsub/parameters.ts';
import {Membership} from '../../../source/behaviours/membership.ts';
import type {ControlMessage, RoutedEvent} from '../../../source/behaviours/pubsub.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {ANN, FakeView, send} from '../fixtures.ts';

export const LOBBY = 'lobby';

/** Chance without surprises: nothing is shuffled into another order that a test would have to know. */
export const EVEN: Random = {float: () => 0.999, bytes: length => new Uint8Array(length)};

/** `p1`, `p2` …; `from` is the first number. */
export const peersOf = (count: number, from = 1): PeerId[] =>
	Array.from({length: count}, (_, index) => `p${from + index}`);

/** Each peer at a private address of its own. */
const privateAddress = (peer: PeerId) =>
	`/ip4/10.0.${Number(peer.slice(1)) >> 8}.${Number(peer.slice(1)) & 255}/tcp/4001`;

export const idOf = (number: number): string => number.toString(16).padStart(64, '0');

/** The n-th event of an author in the lobby, of so many bytes. */
export function eventOf(number: number, author: PeerId, source: PeerId | undefined, bytes = 100): RoutedEvent {
	const event = new Uint8Array(bytes).fill(number);
	return {room: LOBBY, messageId: idOf(number), author, event, signature: new Uint8Array(64), hops: 1, source};
}

export const publish = (peers: readonly PeerId[], {event, signature, hops}: RoutedEvent): BehaviourOutput =>
	send(peers, {type: 'publish', event, signature, hops});

export const graft = (peers: readonly PeerId[], room = LOBBY) => send(peers, {type: 'graft', room});
export const ihave = (peers: readonly PeerId[], ...numbers: number[]) =>
	send(peers, {type: 'ihave', room: LOBBY, messageIds: numbers.map(idOf)});
export const iwant = (peers: readonly PeerId[], ...numbers: number[]) =>
	send(peers, {type: 'iwant', messageIds: numbers.map(idOf)});

/** A view that knows an address of each peer, but of those in `hidden`. */
class RoutedView extends FakeView {
	readonly hidden = new Set<PeerId>();

	override addressesFor(peer?: PeerId): readonly string[] {
		return peer === undefined || this.hidden.has(peer) ? [] : [privateAddress(peer)];
	}
}

export class Rig {
	readonly view = new RoutedView(ANN);
	readonly membership = new Membership();
	readonly seen = new Set<string>();
	readonly router: Gossipsub;
	now: Instant = 1_000;

	constructor(random: Random = EVEN) {
		const isSeen = (_room: string, messageId: string) => this.seen.has(messageId);
		this.router = new Gossipsub({view: this.view, membership: this.membership, random, isSeen});
		this.router.joined(LOBBY, this.now);
	}

	connect(peer: PeerId, direction: Direction = 'inbound', address = privateAddress(peer)): void {
		this.view.connect(peer);
		this.router.connected(peer, address, direction, this.now);
	}

	disconnect(peer: PeerId): BehaviourOutput[] {
		const rooms = this.membership.forget(peer);
		const outputs = rooms.flatMap(room => this.router.memberLeft(room, peer, this.now));
		this.view.disconnect(peer);
		return spoken([...outputs, ...this.router.disconnected(peer, this.now)]);
	}

	enter(peer: PeerId, room = LOBBY): BehaviourOutput[] {
		this.membership.join(peer, room);
		return spoken(this.router.memberJoined(room, peer, this.now));
	}

	/** They are connected, by themselves unless told otherwise, and in the lobby. */
	come(peers: readonly PeerId[], direction: Direction = 'inbound'): BehaviourOutput[] {
		return peers.flatMap(peer => {
			this.connect(peer, direction);
			return this.enter(peer);
		});
	}

	/** The peer grafts us and is taken in. */
	graftedBy(...peers: readonly PeerId[]): void {
		for (const peer of peers) this.hear(peer, {type: 'graft', room: LOBBY});
	}

	hear(peer: PeerId, message: ControlMessage): BehaviourOutput[] {
		return spoken(this.router.control(peer, message, this.now));
	}

	accept(event: RoutedEvent): BehaviourOutput[] {
		this.seen.add(event.messageId);
		return spoken(this.router.accepted(event, this.now));
	}

	/** The next heartbeat, a second later. */
	beat(after = BEAT_INTERVAL): BehaviourOutput[] {
		this.now += after;
		return spoken(this.router.timer('gossipsub', this.now));
	}

	/** Peers that an event of somebody else is pushed to. */
	pushed(number = 9_999): readonly PeerId[] {
		const outputs = this.accept(eventOf(number, 'stranger', 'p1'));
		return outputs.flatMap(output => (output.type === 'send' && output.message.type === 'publish' ? output.peers : []));
	}
}

/** Without the timer, which has its own tests. */
export function spoken(outputs: readonly BehaviourOutput[]): BehaviourOutput[] {
	return outputs.filter(({type}) => type !== 'schedule');
}
