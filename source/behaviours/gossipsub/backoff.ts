/** Who must not be grafted in which room, until when. Specification: gossipsub v1.1, "PRUNE Backoff and Peer Exchange". */
import {BoundedMap} from '../../base/bounded.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {BACKOFF_SLACK, MAX_BACKOFFS} from './parameters.ts';

/** `ours`: we pruned the peer. `theirs`: it pruned us, so it does not want our events. `left`: it left the room. */
export type BackoffKind = 'ours' | 'theirs' | 'left';

type Backoff = {readonly kind: BackoffKind; readonly since: Instant; readonly until: Instant};

export class Backoffs {
	readonly #backoffs = new BoundedMap<string, Backoff>(MAX_BACKOFFS);

	set(room: string, peer: PeerId, kind: BackoffKind, now: Instant, milliseconds: number): void {
		this.#backoffs.set(keyOf(room, peer), {kind, since: now, until: now + milliseconds});
	}

	/** Whether we must not graft the peer yet. */
	forbids(room: string, peer: PeerId, now: Instant): boolean {
		const backoff = this.#backoffs.get(keyOf(room, peer));
		if (!backoff) return false;
		if (now < backoff.until + BACKOFF_SLACK) return true;
		this.#backoffs.delete(keyOf(room, peer));
		return false;
	}

	/**
	 * When we pruned the peer, if it must not graft us yet. One that pruned us may change its mind: nothing is to be
	 * defended against in that.
	 */
	prunedAt(room: string, peer: PeerId, now: Instant): Instant | undefined {
		const backoff = this.#backoffs.get(keyOf(room, peer));
		return backoff?.kind === 'ours' && now < backoff.until ? backoff.since : undefined;
	}

	/** Whether the peer has said that it does not want us in its mesh, and that still holds. */
	isRefusedBy(room: string, peer: PeerId, now: Instant): boolean {
		const backoff = this.#backoffs.get(keyOf(room, peer));
		return backoff?.kind === 'theirs' && now < backoff.until + BACKOFF_SLACK;
	}

	clear(room: string, peer: PeerId): void {
		this.#backoffs.delete(keyOf(room, peer));
	}
}

/** No room name contains a space. */
function keyOf(room: string, peer: PeerId): string {
	return `${room} ${peer}`;
}
