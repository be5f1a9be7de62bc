/**
 * Whom to have connections with: how many to look for, whom to let in, and whom to let go when there are too many.
 *
 *     0 ─────────────── target ─────────────── high ──── max
 *       looks for more        takes who comes      │ makes room
 *
 * Up to `target` the node dials whom it discovers. From there to `max` it only takes who comes by itself, so that
 * newcomers find room with those who have been here longer. Above `high` it makes room again, so that a crowd cannot
 * shut the door behind it. Beyond `target` those go that share no room with us, for nothing is lost by that.
 *
 * Up to `target` a connection over which nothing is said is kept: presence is what people see, and it is the pings that
 * show it. Being idle is never a reason by itself.
 *
 * Whom to drop, the first first: who shares no room with us, and of those who has not been here for long; then, of those in
 * our rooms, who has been here for long, for he has had the time to find others, and a newcomer may have nobody else. But
 * some of the oldest stay, come who may: else whoever brings enough newcomers would be all that we have. Of equals by
 * chance, so that a thousand nodes do not all drop the same one. Never: peers given by hand, and newcomers that have not
 * had the time to say what rooms they are in.
 */
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {SwarmLimits} from './limits.ts';

/** Milliseconds between two looks at whom to let go, while there are more than wanted. */
export const TRIM_INTERVAL = 10_000;

/** Milliseconds in which a newcomer is left in peace: to introduce itself and to be told of others. */
export const TRIM_GRACE = 20_000;

/** Part of the places between target and max that is kept free for newcomers. */
const FREE_SHARE = 0.25;

/** Peers in our rooms that are enough to hear of the others there (peer exchange). */
export const ENOUGH_COMPANIONS = 8;

/** Part of the connections wanted that the oldest ones in our rooms hold, whoever comes. */
const OLDEST_SHARE = 0.5;

/** Milliseconds of being here that make one worth more than another: a minute, ten, an hour. */
const STANDINGS = [60_000, 600_000, 3_600_000] as const;

export type Candidate = {
	readonly peer: PeerId;
	readonly connectedAt: Instant;
	/** Given by hand. */
	readonly isWanted: boolean;
	readonly isCompanion: boolean;
};

/** What there is now. */
export type Population = {
	/** Peers that are connected. */
	readonly connected: number;
	/** Of them, those that share a room with us, and those that have had the time to do so and do not. */
	readonly companions: number;
	readonly strangers: number;
};

export class ConnectionManager {
	readonly limits: SwarmLimits;
	readonly #random: Random;

	constructor(limits: SwarmLimits, random: Random) {
		this.limits = limits;
		this.#random = random;
	}

	/** More than that, and room is made for newcomers. */
	get high(): number {
		const {target, max} = this.limits;
		return max - Math.max(1, Math.floor((max - target) * FREE_SHARE));
	}

	/**
	 * How many more peers we would dial by ourselves. While hardly anyone is in our rooms, those who are not do not count:
	 * else a node whose places are taken by others' rooms would never find its own.
	 */
	wanting({connected, companions, strangers}: Population): number {
		const uncounted = companions < ENOUGH_COMPANIONS ? strangers : 0;
		return Math.max(0, Math.min(this.limits.target + uncounted, this.high) - connected);
	}

	isCrowded({connected}: Pick<Population, 'connected'>): boolean {
		return connected > this.limits.target;
	}

	/** Whom to let go now. */
	surplus(candidates: readonly Candidate[], now: Instant): readonly PeerId[] {
		const [beyondTarget, beyondHigh] = [candidates.length - this.limits.target, candidates.length - this.high];
		return this.#ranked(candidates, now)
			.filter(({connectedAt}) => now - connectedAt >= TRIM_GRACE)
			.filter(({isCompanion}, index) => index < (isCompanion ? beyondHigh : beyondTarget))
			.map(({peer}) => peer);
	}

	/** Whom to let go for a peer that a person wants. */
	least(candidates: readonly Candidate[], now: Instant): PeerId | undefined {
		return this.#ranked(candidates, now)[0]?.peer;
	}

	/** Those that may be let go, the first first. */
	#ranked(candidates: readonly Candidate[], now: Instant): readonly Candidate[] {
		const dispensable = candidates.filter(({isWanted}) => !isWanted);
		const oldest = new Set(
			dispensable
				.filter(({isCompanion}) => isCompanion)
				.sort((a, b) => a.connectedAt - b.connectedAt)
				.slice(0, this.limits.target * OLDEST_SHARE),
		);
		return dispensable
			.map(candidate => ({
				...candidate,
				worth: oldest.has(candidate) ? Number.POSITIVE_INFINITY : worth(candidate, now),
				lot: this.#random.float(),
			}))
			.sort((a, b) => (a.worth === b.worth ? a.lot - b.lot : a.worth - b.worth));
	}
}

function worth({isCompanion, connectedAt}: Candidate, now: Instant): number {
	const standing = STANDINGS.filter(age => now - connectedAt >= age).length;
	return isCompanion ? 2 * STANDINGS.length + 1 - standing : standing;
}
