/** Who is in our rooms, and how events travel between us and them: to be read by whatever measures, tells or draws it. */
import type {PeerMeasures} from '../api/metrics.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Membership} from './membership.ts';
import type {PubsubRouter} from './pubsub.ts';
import type {PubsubMeter} from './pubsub-meter.ts';

export class Overlay {
	readonly #rooms: ReadonlyMap<string, unknown>;
	readonly #membership: Membership;
	readonly #router: PubsubRouter;
	/** What has travelled over it. */
	readonly meter: Pick<PubsubMeter, 'room' | 'flow' | 'totals'>;

	constructor(
		rooms: ReadonlyMap<string, unknown>,
		membership: Membership,
		router: PubsubRouter,
		meter: Pick<PubsubMeter, 'room' | 'flow' | 'totals'>,
	) {
		this.#rooms = rooms;
		this.#membership = membership;
		this.#router = router;
		this.meter = meter;
	}

	get router(): PubsubRouter['name'] {
		return this.#router.name;
	}

	/** The named rooms that we are in. */
	rooms(): readonly string[] {
		return [...this.#rooms.keys()];
	}

	/** Connected peers in a room. */
	members(room: string): readonly PeerId[] {
		return this.#membership.peersIn(room);
	}

	/** Those of them that events are pushed to at once. */
	mesh(room: string): readonly PeerId[] {
		return this.#router.mesh(room);
	}

	/** The rooms that we have in common with a peer. */
	roomsWith(peer: PeerId): readonly string[] {
		return this.#membership.roomsOf(peer).filter(room => this.#rooms.has(room));
	}

	/** Gossipsub's opinion of a peer; undefined where there is none. */
	score(peer: PeerId): number | undefined {
		return this.#router.score?.(peer);
	}

	/** What concerns one peer. */
	measured(peer: PeerId): Pick<PeerMeasures, 'score' | 'rooms' | 'mesh'> {
		const [rooms, score] = [this.roomsWith(peer), this.score(peer)];
		const mesh = rooms.filter(room => this.mesh(room).includes(peer));
		return {rooms, mesh, ...(score !== undefined && {score})};
	}
}
