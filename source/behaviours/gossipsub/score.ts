/**
 * How well each peer has behaved, in our eyes only. Specification: gossipsub v1.1, "Peer Scoring". The letters are the
 * specification's:
 *
 *     score = min(TopicCap, Σ rooms (w₁·P₁ + w₂·P₂)) + w₄·P₄ + w₆·P₆ + w₇·P₇
 *
 * P₃ and P₃b (too few deliveries by a mesh member) are off, as in most deployments: they need a known rate of messages,
 * and in a chat an hour of silence is as good as a busy minute. What they would find is found otherwise: an event that
 * the mesh leaves out comes by gossip, the peer that brought it gains P₂, and is grafted when the mesh falls behind.
 * P₄ is counted per peer and not per room, for what cannot be decoded names no room. P₅ is the application's: we have none.
 */
import {BoundedMap} from '../../base/bounded.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {placeOf} from './colocation.ts';

/** Below it a peer is in no mesh, and no addresses are exchanged with it (v1.1). */
export const MESH_THRESHOLD = 0;

/** GossipThreshold, PublishThreshold and GraylistThreshold, as js-libp2p-gossipsub has them. */
export const GOSSIP_THRESHOLD = -10;
export const PUBLISH_THRESHOLD = -50;
export const GRAYLIST_THRESHOLD = -80;

/** AcceptPXThreshold: strangers in a chat have no bootstrappers that could earn more. */
export const EXCHANGE_THRESHOLD = 0;

/** OpportunisticGraftThreshold: what a peer has that was in the mesh for five minutes, or has brought two events. */
export const OPPORTUNISTIC_THRESHOLD = 1;

/** P₁: one point at most, after this many milliseconds in the mesh. */
export const TIME_IN_MESH_CAP = 5 * 60_000;
export const TIME_IN_MESH_WEIGHT = 1;

/** P₂: an event brought first, and how many count: one is worth minutes in the mesh. Half is forgotten in ten minutes. */
export const FIRST_DELIVERY_WEIGHT = 0.5;
export const FIRST_DELIVERIES_CAP = 20;
const FIRST_DELIVERY_HALF_LIFE = 10 * 60_000;

/** TopicCap: good deeds in many rooms do not buy the right to do harm. */
export const TOPIC_CAP = 20;

/** P₄: the square of the events that were none. Three of them and the peer is graylisted. */
export const INVALID_WEIGHT = -10;
const INVALID_HALF_LIFE = 30 * 60_000;

/** P₆: the square of the peers above this many at one public address. Twenty make it negative, fifty are graylisted. */
export const COLOCATION_THRESHOLD = 16;
export const COLOCATION_WEIGHT = -0.1;

/** P₇: the square of the faults above those that an honest peer may commit when connections break and views differ. */
export const PENALTY_THRESHOLD = 6;
export const PENALTY_WEIGHT = -10;
const PENALTY_HALF_LIFE = 60_000;

/** DecayToZero (v1.1). */
const ZERO = 0.01;

/** RetainScore (v1.1): a peer with a negative score does not lose it by coming anew; and how many are remembered. */
export const RETAIN_SCORE = 30 * 60_000;
export const MAX_RETAINED_SCORES = 1_024;

type RoomScore = {inMeshSince: Instant | undefined; timeInMesh: number; firstDeliveries: number};
type PeerScore = {
	readonly rooms: Map<string, RoomScore>;
	place: string | undefined;
	invalid: number;
	penalty: number;
	/** When it was gone. */
	goneAt: Instant;
};

export class Scores {
	readonly #peers = new Map<PeerId, PeerScore>();
	readonly #gone = new BoundedMap<PeerId, PeerScore>(MAX_RETAINED_SCORES);
	/** Connected peers at each public address. */
	readonly #places = new Map<string, number>();
	#decayedAt: Instant = 0;

	connect(peer: PeerId, address: string, now: Instant): void {
		this.decay(now);
		const score = this.#gone.get(peer) ?? {rooms: new Map(), place: undefined, invalid: 0, penalty: 0, goneAt: 0};
		this.#gone.delete(peer);
		this.#peers.set(peer, score);
		score.place = placeOf(address);
		if (score.place !== undefined) this.#places.set(score.place, (this.#places.get(score.place) ?? 0) + 1);
	}

	disconnect(peer: PeerId, now: Instant): void {
		const score = this.#peers.get(peer);
		if (!score) return;
		const isBad = this.of(peer) < 0;
		this.#peers.delete(peer);
		if (score.place !== undefined) {
			const others = (this.#places.get(score.place) ?? 1) - 1;
			if (others > 0) this.#places.set(score.place, others);
			else this.#places.delete(score.place);
		}
		if (!isBad) return;
		score.rooms.clear();
		score.goneAt = now;
		this.#gone.set(peer, score);
	}

	/** 0 for a peer that is not connected. */
	of(peer: PeerId): number {
		const score = this.#peers.get(peer);
		if (!score) return 0;
		let topics = 0;
		for (const room of score.rooms.values()) {
			topics += TIME_IN_MESH_WEIGHT * Math.min(1, room.timeInMesh / TIME_IN_MESH_CAP);
			topics += FIRST_DELIVERY_WEIGHT * room.firstDeliveries;
		}
		const crowd = score.place === undefined ? 0 : (this.#places.get(score.place) ?? 0) - COLOCATION_THRESHOLD;
		return (
			Math.min(TOPIC_CAP, topics) +
			INVALID_WEIGHT * score.invalid ** 2 +
			COLOCATION_WEIGHT * Math.max(0, crowd) ** 2 +
			PENALTY_WEIGHT * Math.max(0, score.penalty - PENALTY_THRESHOLD) ** 2
		);
	}

	grafted(room: string, peer: PeerId, now: Instant): void {
		const score = this.#room(room, peer);
		if (score) score.inMeshSince = now;
	}

	pruned(room: string, peer: PeerId): void {
		const score = this.#peers.get(peer)?.rooms.get(room);
		if (!score) return;
		score.inMeshSince = undefined;
		score.timeInMesh = 0;
	}

	deliveredFirst(room: string, peer: PeerId): void {
		const score = this.#room(room, peer);
		if (score) score.firstDeliveries = Math.min(FIRST_DELIVERIES_CAP, score.firstDeliveries + 1);
	}

	invalid(peer: PeerId): void {
		const score = this.#peers.get(peer);
		if (score) score.invalid += 1;
	}

	penalise(peer: PeerId, by = 1): void {
		const score = this.#peers.get(peer);
		if (score) score.penalty += by;
	}

	/** We have left the room: what anybody did there counts no more. */
	leave(room: string): void {
		for (const {rooms} of this.#peers.values()) rooms.delete(room);
	}

	/** By the time that has gone by, not by the number of calls: the heartbeat rests when nothing happens. */
	decay(now: Instant): void {
		const elapsed = now - this.#decayedAt;
		this.#decayedAt = now;
		const [first, invalid, penalty] = [FIRST_DELIVERY_HALF_LIFE, INVALID_HALF_LIFE, PENALTY_HALF_LIFE].map(
			halfLife => 0.5 ** (elapsed / halfLife),
		) as [number, number, number];
		for (const [peer, score] of this.#gone.entries()) if (now - score.goneAt > RETAIN_SCORE) this.#gone.delete(peer);
		for (const score of [...this.#peers.values(), ...this.#gone.values()]) {
			score.invalid = decayed(score.invalid, invalid);
			score.penalty = decayed(score.penalty, penalty);
			for (const room of score.rooms.values()) {
				room.firstDeliveries = decayed(room.firstDeliveries, first);
				if (room.inMeshSince !== undefined) room.timeInMesh = now - room.inMeshSince;
			}
		}
	}

	/** An entry per room of ours at most: only those are told of. */
	#room(room: string, peer: PeerId): RoomScore | undefined {
		const score = this.#peers.get(peer);
		if (!score) return undefined;
		const known = score.rooms.get(room);
		if (known) return known;
		const fresh: RoomScore = {inMeshSince: undefined, timeInMesh: 0, firstDeliveries: 0};
		score.rooms.set(room, fresh);
		return fresh;
	}
}

function decayed(value: number, factor: number): number {
	const rest = value * factor;
	return rest < ZERO ? 0 : rest;
}
