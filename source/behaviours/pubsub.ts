/**
 * Pubsub decides to whom a room event goes; what an event means is the business of `rooms`. Two routers stand behind one
 * interface: `floodsub`, which sends everything to everyone, and `gossipsub`, which keeps a mesh.
 *
 * `rooms` owns membership, the seen cache and the check of signatures, and tells the router what came of it. The router
 * answers with outputs; the `publish` messages among them are its routing.
 */
import type {Direction} from '../api/event.ts';
import type {Random} from '../base/random.ts';
import type {Message} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Membership} from './membership.ts';

/** An event that is ours, or that was accepted for the first time: its signature is right. */
export type RoutedEvent = {
	readonly room: string;
	/** 64 hex digits. */
	readonly messageId: string;
	readonly author: PeerId;
	/** The exact bytes that were signed: a view into a larger buffer, to be copied if it is kept. */
	readonly event: Uint8Array;
	readonly signature: Uint8Array;
	/** Links that it has gone over to get here: 0 for our own. */
	readonly hops: number;
	/** Who handed it to us; undefined for our own. */
	readonly source: PeerId | undefined;
};

/** What gossipsub routers say to each other beside the events themselves. */
export type ControlMessage = Extract<
	Message,
	{type: 'graft' | 'prune' | 'ihave' | 'iwant' | 'idontwant' | 'choke' | 'unchoke'}
>;

export type RouterOptions = {
	readonly view: View;
	readonly membership: Membership;
	readonly random: Random;
	/** Whether the event of this room with this id was accepted already, or is here by another way. */
	readonly isSeen: (room: string, messageId: string) => boolean;
};

export interface PubsubRouter {
	readonly name: 'floodsub' | 'gossipsub';
	/** What identify tells others. */
	readonly protocol: string;

	/** We are in a room from now on; whoever is there already is in the membership. */
	joined(room: string, now: Instant): BehaviourOutput[];
	left(room: string): void;

	connected(peer: PeerId, address: string, direction: Direction, now: Instant): void;
	/** Another connection carries the peer: what was sent last may be lost. */
	moved(peer: PeerId, now: Instant): BehaviourOutput[];
	disconnected(peer: PeerId, now: Instant): BehaviourOutput[];
	/** A peer has come to a room of ours, or has left it. */
	memberJoined(room: string, peer: PeerId, now: Instant): BehaviourOutput[];
	memberLeft(room: string, peer: PeerId, now: Instant): BehaviourOutput[];

	/** Whether events and control messages of this peer are looked at: false once it has misbehaved too much. */
	hears(peer: PeerId): boolean;
	/** Sends the event on its way. */
	accepted(event: RoutedEvent, now: Instant): BehaviourOutput[];
	/** One was accepted that is handed on to nobody, now or later: its own signature was not checked. */
	ended(room: string, messageId: string, source: PeerId, now: Instant): BehaviourOutput[];
	/** A further copy of an accepted event came from this peer. */
	duplicate(messageId: string, source: PeerId): void;
	/** What this peer sent as an event is none, or forged. */
	rejected(source: PeerId): void;
	control(peer: PeerId, message: ControlMessage, now: Instant): BehaviourOutput[];
	timer(timer: string, now: Instant): BehaviourOutput[];

	/** Connected members that events of the room are pushed to at once. */
	mesh(room: string): readonly PeerId[];
	/** What is thought of a peer; below 0 it has misbehaved. */
	score?(peer: PeerId): number;
}

/** The message that hands an event on. */
export function publishOf({event, signature, hops}: Pick<RoutedEvent, 'event' | 'signature' | 'hops'>): Message {
	return {type: 'publish', event, signature, hops};
}
