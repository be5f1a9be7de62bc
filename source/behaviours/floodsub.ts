/**
 * Floodsub: every event goes to every member that we are connected to, but to the one it came from and to its author.
 * Each link carries an event at most twice. Specification: libp2p pubsub, floodsub.
 */
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput} from './behaviour.ts';
import type {Membership} from './membership.ts';
import {type PubsubRouter, publishOf, type RoutedEvent} from './pubsub.ts';

export const FLOODSUB_PROTOCOL = '/p2p-tui/floodsub/1';

export class Floodsub implements PubsubRouter {
	readonly name = 'floodsub';
	readonly protocol = FLOODSUB_PROTOCOL;
	readonly #membership: Membership;

	constructor({membership}: {readonly membership: Membership}) {
		this.#membership = membership;
	}

	accepted(event: RoutedEvent): BehaviourOutput[] {
		const members = this.#membership.peersIn(event.room);
		const peers = members.filter(peer => peer !== event.source && peer !== event.author);
		return peers.length === 0 ? [] : [{type: 'send', peers, message: publishOf(event)}];
	}

	ended(): BehaviourOutput[] {
		return [];
	}

	mesh(room: string): readonly PeerId[] {
		return this.#membership.peersIn(room);
	}

	hears(): boolean {
		return true;
	}

	joined(): BehaviourOutput[] {
		return [];
	}

	left(): void {}

	connected(): void {}

	moved(): BehaviourOutput[] {
		return [];
	}

	disconnected(): BehaviourOutput[] {
		return [];
	}

	memberJoined(): BehaviourOutput[] {
		return [];
	}

	memberLeft(): BehaviourOutput[] {
		return [];
	}

	duplicate(): void {}

	rejected(): void {}

	/** Gossipsub peers know from our protocol that everything has to be sent to us, and need no answer. */
	control(): BehaviourOutput[] {
		return [];
	}

	timer(): BehaviourOutput[] {
		return [];
	}
}
