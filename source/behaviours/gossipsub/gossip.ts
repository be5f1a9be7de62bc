/**
 * Gossip: telling those outside the mesh what is here (ihave), asking for what is not (iwant), handing it out.
 * Specification: gossipsub v1.0, "Gossip Emission"; v1.1, "Adaptive Gossip Dissemination" and "Spam Protection Measures".
 *
 * An event is offered to each member outside the mesh once, within three heartbeats; to one of the mesh that has choked us
 * with the next heartbeat, for it counts on that. Only what is `OFFER_AGE` old: the rest is still on its way. Further
 * offers go to whoever comes (back) and to whoever was moved to another connection: those are the ways in which a push can
 * be lost.
 */

import {BoundedMap} from '../../base/bounded.ts';
import {type Random, shuffled} from '../../base/random.ts';
import {MAX_GOSSIP_IDS} from '../../wire/limits.ts';
import type {IHave, IWant} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {Membership} from '../membership.ts';
import {publishOf, type RoutedEvent, type RouterOptions} from '../pubsub.ts';
import type {Meshes} from './mesh.ts';
import {type CachedEvent, MessageCache} from './message-cache.ts';
import {
	GOSSIP_AGE,
	GOSSIP_FACTOR,
	LAZY_SIZE,
	MAX_GONE_PEERS,
	MAX_IHAVE_IDS,
	MAX_IHAVE_MESSAGES,
	MAX_IWANT_BYTES,
	MAX_IWANT_IDS,
	MAX_RECIPIENTS,
	MAX_TRANSMISSIONS,
	NEWCOMER_AGE,
	NEWCOMER_OFFERS,
	OFFER_AGE,
	REPAIR_OVERLAP,
} from './parameters.ts';
import type {RouterPeer, RouterPeers} from './router-peers.ts';
import {GOSSIP_THRESHOLD, type Scores} from './score.ts';
import {type Questions, Wanted} from './wanted.ts';

export type GossipOptions = {
	readonly membership: Membership;
	readonly random: Random;
	readonly scores: Scores;
	readonly meshes: Meshes;
	readonly peers: RouterPeers;
	readonly isSeen: RouterOptions['isSeen'];
};

type Offer = {readonly at: Instant; readonly position: number};

/** One that was never offered anything has waited longest. */
const NEVER: Offer = {at: Number.NEGATIVE_INFINITY, position: 0};

export class Gossip {
	readonly #options: GossipOptions;
	readonly #cache = new MessageCache();
	readonly #wanted = new Wanted();
	/** By room and peer, when we last offered, and the position of the cache then: everything before that is offered. */
	readonly #offered = new Map<string, Map<PeerId, Offer>>();
	/** When peers that were connected once went. */
	readonly #gone = new BoundedMap<PeerId, Instant>(MAX_GONE_PEERS);

	constructor(options: GossipOptions) {
		this.#options = options;
	}

	/** Whether something is on its way that the next heartbeats have to look after. */
	get isPending(): boolean {
		return this.#wanted.size > 0;
	}

	// --- who comes and goes ---

	left(room: string): void {
		this.#offered.delete(room);
		this.#cache.forget(room);
	}

	disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		this.#gone.set(peer, now);
		for (const offered of this.#offered.values()) offered.delete(peer);
		return ask(this.#wanted.forget(peer, now));
	}

	/**
	 * A member that is back is offered what it may have missed while it was gone. A new one is offered only what was on its
	 * way when it came, of many members by some: the rest it gets by comparing histories, the newest page first and then
	 * backwards. Offers of all that is kept would bring that in pieces, oldest first, and much of it twice.
	 */
	memberJoined(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		const {membership, random} = this.#options;
		const goneAt = this.#gone.get(peer);
		const isOffering = random.float() * membership.peersIn(room).length < NEWCOMER_OFFERS;
		const since = goneAt === undefined ? (isOffering ? now - NEWCOMER_AGE : now) : goneAt - REPAIR_OVERLAP;
		return this.#offer(room, peer, since, this.#lastOffer(room, peer).position, now);
	}

	/** What was sent last on the old connection may not have arrived, our offers included. */
	moved(peer: PeerId, now: Instant): BehaviourOutput[] {
		const rooms = this.#options.meshes.rooms().filter(room => this.#options.membership.has(room, peer));
		return rooms.flatMap(room => this.#offer(room, peer, now - REPAIR_OVERLAP, 0, now));
	}

	// --- events ---

	/**
	 * `sentTo`: those that it goes to now; they need no offer, nor do those that had it before us. Returns who was asked for
	 * it, if somebody was.
	 */
	accepted(event: RoutedEvent, sentTo: readonly PeerId[], now: Instant): PeerId | undefined {
		const holders = new Set([...sentTo, event.author]);
		if (event.source !== undefined) holders.add(event.source);
		this.#cache.put(event, holders, now);
		return this.#wanted.arrived(event.messageId, event.source, now);
	}

	/** It came, and is not kept to be handed out. */
	ended(messageId: string, source: PeerId, now: Instant): void {
		this.#wanted.arrived(messageId, source, now);
	}

	holds(peer: PeerId, messageId: string): void {
		this.#cache.holds(peer, messageId);
	}

	// --- what others say ---

	offeredBy(peer: PeerId, {room, messageIds}: IHave, now: Instant): BehaviourOutput[] {
		const {membership, scores, meshes, isSeen} = this.#options;
		const budget = this.#options.peers.get(peer)?.budget;
		if (!budget || !meshes.has(room) || !membership.has(room, peer)) return [count('ihave-stray')];
		const messages = MAX_IHAVE_MESSAGES + membership.roomsOf(peer).filter(name => meshes.has(name)).length;
		if (budget.take('ihave-messages', 1, messages, now) === 0) {
			scores.penalise(peer);
			return [count('ihave-flood')];
		}
		if (scores.of(peer) < GOSSIP_THRESHOLD) return [count('gossip-score')];
		const taken = budget.take('ihave-ids', messageIds.length, MAX_IHAVE_IDS, now);
		for (const messageId of messageIds.slice(0, taken)) this.#cache.holds(peer, messageId);
		const unseen = messageIds.slice(0, taken).filter(messageId => !isSeen(room, messageId));
		const questions = new Map([[peer, this.#wanted.offered(peer, unseen, now)]]);
		return [...(taken < messageIds.length ? [count('ihave-flood')] : []), ...ask(questions)];
	}

	askedBy(peer: PeerId, {messageIds}: IWant, now: Instant): BehaviourOutput[] {
		const asker = this.#options.peers.get(peer);
		if (!asker) return [];
		if (this.#options.scores.of(peer) < GOSSIP_THRESHOLD) return [count('gossip-score')];
		const taken = asker.budget.take('iwant-ids', messageIds.length, MAX_IWANT_IDS, now);
		const outputs: BehaviourOutput[] = [];
		let refused = messageIds.length - taken;
		for (const messageId of messageIds.slice(0, taken)) {
			const event = this.#cache.get(messageId);
			// What is private to a room is handed to its members only.
			if (!event || !this.#options.membership.has(event.room, peer)) continue;
			if (this.#handOut(event, peer, asker, now))
				outputs.push({type: 'send', peers: [peer], message: publishOf(event)});
			else refused += 1;
		}
		if (refused > 0) outputs.push({type: 'count', counter: 'iwant-cap', by: refused});
		return outputs;
	}

	#handOut({handedOut, event}: CachedEvent, peer: PeerId, {budget}: RouterPeer, now: Instant): boolean {
		const times = handedOut.get(peer) ?? 0;
		if (times >= MAX_TRANSMISSIONS || (times === 0 && handedOut.size >= MAX_RECIPIENTS)) return false;
		// The last one may exceed the limit: otherwise one that is larger than what is left would have to be split.
		if (budget.take('iwant-bytes', event.length, MAX_IWANT_BYTES, now) === 0) return false;
		handedOut.set(peer, times + 1);
		return true;
	}

	// --- heartbeat ---

	heartbeat(now: Instant): BehaviourOutput[] {
		this.#cache.expire(now);
		const {questions, broken} = this.#wanted.overdue(now);
		for (const peer of broken) this.#options.scores.penalise(peer);
		return [
			...broken.map(() => count('broken-promise')),
			...ask(questions),
			...this.#options.meshes.rooms().flatMap(room => this.#gossip(room, now)),
		];
	}

	/**
	 * Offers what is young to all that have choked us, for they count on it, and to a part of those outside the mesh, those
	 * first that have waited longest.
	 */
	#gossip(room: string, now: Instant): BehaviourOutput[] {
		if (this.#cache.since(room, now - GOSSIP_AGE).length === 0) return [];
		const {membership, meshes, random, scores} = this.#options;
		const pushed = new Set(meshes.handedTo(room, now));
		const links = meshes.links(room);
		const members = membership.peersIn(room).filter(peer => scores.of(peer) >= GOSSIP_THRESHOLD);
		const chokers = members.filter(peer => links.get(peer)?.chokesUs);
		const outside = shuffled(
			members.filter(peer => !pushed.has(peer) && !links.get(peer)?.chokesUs),
			random,
		);
		const size = Math.max(LAZY_SIZE, Math.ceil(outside.length * GOSSIP_FACTOR));
		const waiting = outside.sort((a, b) => this.#lastOffer(room, a).at - this.#lastOffer(room, b).at);
		const newcomers = members.filter(peer => pushed.has(peer) && this.#isOwed(room, peer));
		// Those that are offered the same get one message, which is encoded once.
		const groups = new Map<string, {readonly peers: PeerId[]; readonly events: readonly CachedEvent[]}>();
		const ripe = this.#cache.positionAt(now - OFFER_AGE);
		for (const peer of [...newcomers, ...chokers, ...waiting.slice(0, size)]) {
			const {position} = this.#lastOffer(room, peer);
			// Newcomers are offered to once, the youngest included: those were not pushed to them.
			const end = pushed.has(peer) ? this.#cache.position : ripe;
			const young = this.#cache.since(room, now - GOSSIP_AGE, position);
			const events = young.filter(event => event.position < end && !event.holders.has(peer));
			const key = events.map(event => event.position).join();
			const group = groups.get(key) ?? {peers: [], events};
			groups.set(key, group);
			group.peers.push(peer);
			this.#noteOffer(room, peer, now, end);
		}
		return [...groups.values()].flatMap(({peers, events}) => ihave(room, peers, events));
	}

	/** Whether the peer was outside the mesh when it was last offered to: what came between is still to be offered. */
	#isOwed(room: string, peer: PeerId): boolean {
		const pushedSince = this.#options.meshes.links(room).get(peer)?.pushedSince ?? Number.POSITIVE_INFINITY;
		return this.#lastOffer(room, peer).at < pushedSince;
	}

	#offer(room: string, peer: PeerId, since: Instant, position: number, now: Instant): BehaviourOutput[] {
		if (this.#options.scores.of(peer) < GOSSIP_THRESHOLD) return [];
		this.#noteOffer(room, peer, now, this.#cache.position);
		return ihave(room, [peer], this.#cache.since(room, since, position));
	}

	#lastOffer(room: string, peer: PeerId): Offer {
		return this.#offered.get(room)?.get(peer) ?? NEVER;
	}

	/** Bounded by the connected peers: `disconnected` removes them. */
	#noteOffer(room: string, peer: PeerId, at: Instant, position: number): void {
		const offered = this.#offered.get(room) ?? new Map<PeerId, Offer>();
		this.#offered.set(
			room,
			offered.set(peer, {at, position: Math.max(position, this.#lastOffer(room, peer).position)}),
		);
	}
}

function ask(questions: Questions): BehaviourOutput[] {
	return [...questions].flatMap(([peer, ids]) =>
		chunks(ids).map(messageIds => ({type: 'send', peers: [peer], message: {type: 'iwant', messageIds}}) as const),
	);
}

function ihave(room: string, peers: readonly PeerId[], events: readonly CachedEvent[]): BehaviourOutput[] {
	const ids = events.map(({messageId}) => messageId);
	return chunks(ids).map(messageIds => ({type: 'send', peers, message: {type: 'ihave', room, messageIds}}));
}

function chunks(ids: readonly string[]): string[][] {
	const result: string[][] = [];
	for (let start = 0; start < ids.length; start += MAX_GOSSIP_IDS)
		result.push(ids.slice(start, start + MAX_GOSSIP_IDS));
	return result;
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
