/**
 * Pubsub decides to whom a room event goes; what an event means is the business of `rooms`. Floodsub is here now;
 * gossipsub's mesh will be a second router behind the same interface.
 */
import type {PeerId} from '../wire/peer-id.ts';
import type {Membership} from './membership.ts';

export interface PubsubRouter {
	readonly name: 'floodsub' | 'gossipsub';
	/**
	 * The peers that an event goes to next: one of ours, or one just accepted for the first time.
	 * `source` is who handed it to us, undefined for our own.
	 */
	route(room: string, author: PeerId, source: PeerId | undefined): readonly PeerId[];
}

/**
 * Floodsub: every event goes to every member that we are connected to, but to the one it came from and to its author.
 * Each link carries an event at most twice. Specification: libp2p pubsub, floodsub.
 */
export class Floodsub implements PubsubRouter {
	readonly name = 'floodsub';
	readonly #membership: Membership;

	constructor(membership: Membership) {
		this.#membership = membership;
	}

	route(room: string, author: PeerId, source: PeerId | undefined): readonly PeerId[] {
		return this.#membership.peersIn(room).filter(peer => peer !== source && peer !== author);
	}
}
