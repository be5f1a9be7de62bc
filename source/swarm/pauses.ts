import {BoundedMap} from '../base/bounded.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** Peers whose pause is remembered. */
const MAX_PAUSES = 1_024;

/** Peers that are not dialled by ourselves before a certain time, whoever announces them. */
export class Pauses {
	readonly #until = new BoundedMap<PeerId, Instant>(MAX_PAUSES);

	set(peer: PeerId, until: Instant): void {
		this.#until.set(peer, until);
	}

	end(peer: PeerId): void {
		this.#until.delete(peer);
	}

	isOver(peer: PeerId, now: Instant): boolean {
		return now >= this.after(peer, now);
	}

	/** `at`, or the end of the pause if that is later. An address whose peer is unknown has none. */
	after(peer: PeerId | undefined, at: Instant): Instant {
		return Math.max(at, (peer !== undefined && this.#until.get(peer)) || at);
	}
}
