/**
 * The meshes: in each room of ours, the members that events are pushed to, and that push to us. Specification: gossipsub
 * v1.0, "Mesh Maintenance"; v1.1, "PRUNE Backoff and Peer Exchange", "Outbound Mesh Quotas", "Heartbeat Maintenance".
 *
 * Small rooms. A node that sees at most `SMALL_ROOM` members grafts them all, refuses no graft, and pushes to all of them,
 * but to those that have pruned it. So where everybody sees the same few members, everybody pushes to everybody. Where
 * views differ, the one that sees more members decides by the rules of large rooms: it may refuse the graft of one that
 * sees few. That one then keeps its events to itself for the time of the backoff, as it was told, but for its own, which go
 * to everyone; and both offer each other what they have with every heartbeat (`gossip.ts`). So a refusal costs one graft and
 * one prune a minute and pair, and delays events by heartbeats; it loses none.
 */
import {type Random, shuffled} from '../../base/random.ts';
import {MAX_HINT_ADDRESSES} from '../../wire/limits.ts';
import type {Graft, PeerHint, Prune} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import {FLOODSUB_PROTOCOL} from '../floodsub.ts';
import type {Membership} from '../membership.ts';
import {Backoffs} from './backoff.ts';
import {chooseKept, median} from './choice.ts';
import {MeshLink} from './mesh-link.ts';
import {
	EXCHANGED_PEERS,
	GRAFT_FLOOD_TIME,
	LEAVE_BACKOFF,
	MESH_HIGH,
	MESH_LOW,
	MESH_OUTBOUND,
	MESH_SIZE,
	OPPORTUNISTIC_GRAFTS,
	OPPORTUNISTIC_INTERVAL,
	PRUNE_BACKOFF,
	SMALL_ROOM,
} from './parameters.ts';
import type {RouterPeers} from './router-peers.ts';
import {EXCHANGE_THRESHOLD, MESH_THRESHOLD, OPPORTUNISTIC_THRESHOLD, PUBLISH_THRESHOLD, type Scores} from './score.ts';

export type MeshOptions = {
	readonly view: View;
	readonly membership: Membership;
	readonly random: Random;
	readonly scores: Scores;
	readonly peers: RouterPeers;
};

type RoomMesh = {
	readonly grafted: Map<PeerId, MeshLink>;
	/** Members that speak floodsub: they are in no mesh, and everything is sent to them (v1.0, "Message Processing"). */
	readonly flooded: Set<PeerId>;
};

const NO_LINKS: ReadonlyMap<PeerId, MeshLink> = new Map();

export class Meshes {
	readonly #options: MeshOptions;
	readonly #rooms = new Map<string, RoomMesh>();
	readonly #backoffs = new Backoffs();
	#opportunityAt: Instant = OPPORTUNISTIC_INTERVAL;

	constructor(options: MeshOptions) {
		this.#options = options;
	}

	rooms(): readonly string[] {
		return [...this.#rooms.keys()];
	}

	has(room: string): boolean {
		return this.#rooms.has(room);
	}

	/** Those that are grafted: with the link goes all that was known of it. */
	links(room: string): ReadonlyMap<PeerId, MeshLink> {
		return this.#rooms.get(room)?.grafted ?? NO_LINKS;
	}

	/** Members to whom events of others go at once: the mesh, but for those that have choked us. */
	handedTo(room: string, now: Instant): readonly PeerId[] {
		const links = this.links(room);
		return this.pushed(room, now).filter(peer => !links.get(peer)?.chokesUs);
	}

	/** Members to whom events of others go at once, unless they have choked us. */
	pushed(room: string, now: Instant): readonly PeerId[] {
		const mesh = this.#rooms.get(room);
		if (!mesh) return [];
		const members = this.#options.membership.peersIn(room);
		if (members.length > SMALL_ROOM) return [...mesh.grafted.keys(), ...mesh.flooded];
		return members.filter(peer => {
			const score = this.#options.scores.of(peer);
			if (mesh.flooded.has(peer)) return score >= PUBLISH_THRESHOLD;
			return score >= MESH_THRESHOLD && !this.#backoffs.isRefusedBy(room, peer, now);
		});
	}

	/**
	 * Members to whom events of our own go: all that are not too bad, so that nobody around us can keep them from the others
	 * (v1.1, "Flood Publishing"). That is why there is no fanout map: the specification has no use for it then.
	 */
	flooded(room: string): readonly PeerId[] {
		const {membership, scores} = this.#options;
		return membership.peersIn(room).filter(peer => scores.of(peer) >= PUBLISH_THRESHOLD);
	}

	// --- who comes and goes ---

	join(room: string, now: Instant): BehaviourOutput[] {
		if (this.#rooms.has(room)) return [];
		const members = this.#options.membership.peersIn(room);
		const flooded = new Set(members.filter(peer => this.#speaksFloodsub(peer)));
		this.#rooms.set(room, {grafted: new Map(), flooded});
		return this.#graftSome(room, members.length <= SMALL_ROOM ? SMALL_ROOM : MESH_SIZE, now);
	}

	/** Every peer hears from `subscriptions` that we have left: no prune is needed. */
	leave(room: string): void {
		this.#rooms.delete(room);
	}

	memberJoined(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		const mesh = this.#rooms.get(room);
		if (mesh && this.#speaksFloodsub(peer)) mesh.flooded.add(peer);
		// Whoever starts sees one member after the other: the first few are grafted at once, the heartbeat sees them all. Only
		// as many as are needed, for most of the others graft as well.
		const isWelcome = mesh && mesh.grafted.size < MESH_LOW && this.#isEligible(room, peer, now);
		return isWelcome ? this.#graft(room, [peer], now) : [];
	}

	memberLeft(room: string, peer: PeerId, now: Instant): void {
		const mesh = this.#rooms.get(room);
		mesh?.flooded.delete(peer);
		if (!mesh?.grafted.delete(peer)) return;
		this.#options.scores.pruned(room, peer);
		this.#backoffs.set(room, peer, 'left', now, LEAVE_BACKOFF);
	}

	/** What it was told, and what it told us, went with the connection. What we refused it stays refused. */
	disconnected(peer: PeerId, now: Instant): void {
		for (const room of this.#rooms.keys())
			if (!this.#backoffs.prunedAt(room, peer, now)) this.#backoffs.clear(room, peer);
	}

	/** A graft that was sent last may be lost: it does no harm to say it again. */
	moved(peer: PeerId): BehaviourOutput[] {
		const rooms = [...this.#rooms].filter(([, {grafted}]) => grafted.has(peer));
		return rooms.map(([room]) => ({type: 'send', peers: [peer], message: {type: 'graft', room}}));
	}

	// --- what others say ---

	grafted(peer: PeerId, {room}: Graft, now: Instant): BehaviourOutput[] {
		const {membership, scores, peers} = this.#options;
		const mesh = this.#rooms.get(room);
		// No answer: answers to grafts of unknown rooms would be a way to keep us busy (v1.1, "Spam Protection Measures").
		if (!mesh || !membership.has(room, peer)) return [count('graft-stray')];
		const link = mesh.grafted.get(peer);
		// It has begun anew: if it chokes us still, it says so again.
		if (link) link.chokesUs = false;
		if (link || mesh.flooded.has(peer)) return [];
		const prunedAt = this.#backoffs.prunedAt(room, peer, now);
		if (prunedAt !== undefined) {
			scores.penalise(peer, now - prunedAt < GRAFT_FLOOD_TIME ? 2 : 1);
			return [count('graft-backoff'), ...this.#refuse(room, peer, [], now)];
		}
		if (scores.of(peer) < MESH_THRESHOLD) return [count('graft-score'), ...this.#refuse(room, peer, [], now)];
		const isFull = mesh.grafted.size >= MESH_HIGH && !this.#isSmall(room);
		if (isFull && !peers.get(peer)?.isOutbound) {
			return [count('graft-full'), ...this.#refuse(room, peer, this.#exchange(room, peer), now)];
		}
		mesh.grafted.set(peer, new MeshLink(now));
		scores.grafted(room, peer, now);
		this.#backoffs.clear(room, peer);
		return [];
	}

	pruned(peer: PeerId, {room, backoff, peers}: Prune, now: Instant): BehaviourOutput[] {
		const mesh = this.#rooms.get(room);
		if (!mesh || !this.#options.membership.has(room, peer)) return [count('prune-stray')];
		const wasIn = mesh.grafted.delete(peer);
		this.#options.scores.pruned(room, peer);
		// Our own backoff against it, if there is one, holds on.
		if (this.#backoffs.prunedAt(room, peer, now) === undefined) {
			this.#backoffs.set(room, peer, 'theirs', now, backoff === 0 ? PRUNE_BACKOFF : backoff * 1_000);
		}
		if (peers.length === 0) return [];
		// One prune for each graft: whoever is not in our mesh has no reason to send hints.
		if (!wasIn || this.#options.scores.of(peer) < EXCHANGE_THRESHOLD) return [count('exchange-refused')];
		return this.#hints(peer, peers);
	}

	#hints(from: PeerId, hints: readonly PeerHint[]): BehaviourOutput[] {
		const {view} = this.#options;
		return hints
			.slice(0, EXCHANGED_PEERS)
			.filter(({peer, addresses}) => peer !== view.self && addresses.length > 0 && !view.isConnected(peer))
			.map(({peer, addresses}) => ({type: 'found', peer, addresses: addresses.slice(0, MAX_HINT_ADDRESSES), from}));
	}

	// --- upkeep ---

	heartbeat(now: Instant): BehaviourOutput[] {
		const isOpportunity = now >= this.#opportunityAt;
		if (isOpportunity) this.#opportunityAt = now + OPPORTUNISTIC_INTERVAL;
		return [...this.#rooms.keys()].flatMap(room => this.#upkeep(room, isOpportunity, now));
	}

	#upkeep(room: string, isOpportunity: boolean, now: Instant): BehaviourOutput[] {
		const {grafted} = this.#rooms.get(room) as RoomMesh;
		const outputs: BehaviourOutput[] = [];
		const bad = [...grafted.keys()].filter(peer => this.#options.scores.of(peer) < MESH_THRESHOLD);
		for (const peer of bad) outputs.push(...this.#refuse(room, peer, [], now));
		if (this.#isSmall(room)) return [...outputs, ...this.#graftSome(room, SMALL_ROOM, now)];
		if (grafted.size >= MESH_HIGH) outputs.push(...this.#shrink(room, now));
		if (grafted.size < MESH_LOW) outputs.push(...this.#graftSome(room, MESH_SIZE, now));
		outputs.push(...this.#graftOutbound(room, now));
		if (isOpportunity) outputs.push(...this.#graftBetter(room, now));
		return outputs;
	}

	#shrink(room: string, now: Instant): BehaviourOutput[] {
		const {random, scores} = this.#options;
		const mesh = [...(this.#rooms.get(room) as RoomMesh).grafted.keys()];
		const kept = chooseKept(mesh, {
			random,
			scoreOf: peer => scores.of(peer),
			isOutbound: peer => this.#isOutbound(peer),
		});
		const dropped = mesh.filter(peer => !kept.has(peer));
		return dropped.flatMap(peer => this.#refuse(room, peer, this.#exchange(room, peer), now));
	}

	#graftSome(room: string, size: number, now: Instant): BehaviourOutput[] {
		const missing = size - (this.#rooms.get(room) as RoomMesh).grafted.size;
		if (missing <= 0) return [];
		return this.#graft(room, shuffled(this.#eligible(room, now), this.#options.random).slice(0, missing), now);
	}

	#graftOutbound(room: string, now: Instant): BehaviourOutput[] {
		const {grafted} = this.#rooms.get(room) as RoomMesh;
		let missing = MESH_OUTBOUND;
		for (const peer of grafted.keys()) if (this.#isOutbound(peer)) missing -= 1;
		if (missing <= 0) return [];
		const outbound = this.#eligible(room, now).filter(peer => this.#isOutbound(peer));
		return this.#graft(room, shuffled(outbound, this.#options.random).slice(0, missing), now);
	}

	/** A mesh that has fallen behind takes in some that have done better outside it (v1.1, "Opportunistic Grafting"). */
	#graftBetter(room: string, now: Instant): BehaviourOutput[] {
		const {random, scores} = this.#options;
		const {grafted} = this.#rooms.get(room) as RoomMesh;
		const middle = median([...grafted.keys()].map(peer => scores.of(peer)));
		if (grafted.size === 0 || middle >= OPPORTUNISTIC_THRESHOLD) return [];
		const better = this.#eligible(room, now).filter(peer => scores.of(peer) > middle);
		return this.#graft(room, shuffled(better, random).slice(0, OPPORTUNISTIC_GRAFTS), now);
	}

	#graft(room: string, peers: readonly PeerId[], now: Instant): BehaviourOutput[] {
		if (peers.length === 0) return [];
		for (const peer of peers) {
			this.#rooms.get(room)?.grafted.set(peer, new MeshLink(now));
			this.#options.scores.grafted(room, peer, now);
		}
		return [{type: 'send', peers, message: {type: 'graft', room}}];
	}

	/** Out of the mesh, or not into it. */
	#refuse(room: string, peer: PeerId, peers: readonly PeerHint[], now: Instant): BehaviourOutput[] {
		this.#rooms.get(room)?.grafted.delete(peer);
		this.#options.scores.pruned(room, peer);
		this.#backoffs.set(room, peer, 'ours', now, PRUNE_BACKOFF);
		return [{type: 'send', peers: [peer], message: {type: 'prune', room, backoff: PRUNE_BACKOFF / 1_000, peers}}];
	}

	/** Members that a pruned peer may try instead. */
	#exchange(room: string, listener: PeerId): readonly PeerHint[] {
		const {view, membership, random, scores} = this.#options;
		const hints: PeerHint[] = [];
		for (const peer of shuffled(membership.peersIn(room), random)) {
			if (hints.length >= EXCHANGED_PEERS) break;
			if (peer === listener || scores.of(peer) < EXCHANGE_THRESHOLD) continue;
			const addresses = view.addressesFor(peer, listener).slice(0, MAX_HINT_ADDRESSES);
			if (addresses.length > 0) hints.push({peer, addresses});
		}
		return hints;
	}

	#eligible(room: string, now: Instant): PeerId[] {
		return this.#options.membership.peersIn(room).filter(peer => this.#isEligible(room, peer, now));
	}

	#isEligible(room: string, peer: PeerId, now: Instant): boolean {
		const mesh = this.#rooms.get(room);
		return (
			mesh !== undefined &&
			!mesh.grafted.has(peer) &&
			!mesh.flooded.has(peer) &&
			!this.#backoffs.forbids(room, peer, now) &&
			this.#options.scores.of(peer) >= MESH_THRESHOLD
		);
	}

	#isSmall(room: string): boolean {
		return this.#options.membership.peersIn(room).length <= SMALL_ROOM;
	}

	#isOutbound(peer: PeerId): boolean {
		return this.#options.peers.get(peer)?.isOutbound ?? false;
	}

	#speaksFloodsub(peer: PeerId): boolean {
		return this.#options.view.facts(peer).protocols?.includes(FLOODSUB_PROTOCOL) ?? false;
	}
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
