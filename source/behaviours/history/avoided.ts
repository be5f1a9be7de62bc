/** Whom not to ask for what, or not at all, for a while. */
import {BoundedMap} from '../../base/bounded.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {
	AVOID_TIME,
	MAX_AVOIDED,
	MAX_PEER_PAUSE,
	MAX_REFETCH_PAUSE,
	MAX_REMEMBERED_PEERS,
	MIN_PEER_PAUSE,
	REFETCH_INTERVAL,
} from './parameters.ts';

type Pause = {readonly until: Instant; readonly milliseconds: number};

export class Avoided {
	/** Pauses of peers that were busy or silent. */
	readonly #pauses = new BoundedMap<PeerId, Pause>(MAX_REMEMBERED_PEERS);
	/** `peer room chain`: until when. */
	readonly #chains = new BoundedMap<string, Instant>(MAX_AVOIDED);
	readonly #refetches = new BoundedMap<string, Pause>(MAX_AVOIDED);

	/** It is not asked for anything for a while, for longer each time. */
	pause(peer: PeerId, now: Instant): Instant {
		const before = this.#pauses.get(peer)?.milliseconds ?? MIN_PEER_PAUSE / 2;
		const milliseconds = Math.min(MAX_PEER_PAUSE, 2 * before);
		this.#pauses.set(peer, {until: now + milliseconds, milliseconds});
		return now + milliseconds;
	}

	/** It has answered to the end, and given something. */
	resume(peer: PeerId): void {
		this.#pauses.delete(peer);
	}

	pausedUntil(peer: PeerId): Instant {
		return this.#pauses.get(peer)?.until ?? Number.NEGATIVE_INFINITY;
	}

	/** It has left out something of this chain. */
	avoid(peer: PeerId, room: string, chain: string, now: Instant): void {
		this.#chains.set(`${peer} ${room} ${chain}`, now + AVOID_TIME);
	}

	isAvoided(peer: PeerId, room: string, chain: string, now: Instant): boolean {
		return (this.#chains.get(`${peer} ${room} ${chain}`) ?? now) > now;
	}

	/** Whether a chain may be fetched again from the beginning. */
	mayRefetch(peer: PeerId, room: string, chain: string, now: Instant): boolean {
		return (this.#refetches.get(`${peer} ${room} ${chain}`)?.until ?? now) <= now;
	}

	/** It is being fetched again: next time after twice as long, for there are forks so wide that nobody gets all. */
	refetched(peer: PeerId, room: string, chain: string, now: Instant): void {
		const key = `${peer} ${room} ${chain}`;
		const before = this.#refetches.get(key)?.milliseconds ?? REFETCH_INTERVAL / 2;
		const milliseconds = Math.min(MAX_REFETCH_PAUSE, 2 * before);
		this.#refetches.set(key, {until: now + milliseconds, milliseconds});
	}
}
