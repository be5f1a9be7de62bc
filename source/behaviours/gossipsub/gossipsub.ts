/**
 * Gossipsub: events are pushed along a mesh of a few members, and offered to the others, who ask for what they lack.
 * Specification: libp2p gossipsub v1.0, v1.1 and v1.2, over our own messages. Here the parts are put together, and the one
 * timer is kept.
 *
 * The heartbeat rests when there is nobody, and beats slowly when nothing happens: everything that ages does so by the
 * clock and not by counting beats.
 */
import type {Direction} from '../../api/event.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import {type ControlMessage, type PubsubRouter, publishOf, type RoutedEvent, type RouterOptions} from '../pubsub.ts';
import {Chokes} from './choke.ts';
import {Gossip} from './gossip.ts';
import {Meshes} from './mesh.ts';
import {ACTIVE_TIME, BEAT_INTERVAL, IDLE_BEAT_INTERVAL, IDONTWANT_BYTES} from './parameters.ts';
import {RouterPeer} from './router-peers.ts';
import {GRAYLIST_THRESHOLD, Scores} from './score.ts';

export const GOSSIPSUB_PROTOCOL = '/p2p-tui/rooms/1';

const TIMER = 'gossipsub';

export class Gossipsub implements PubsubRouter {
	readonly name = 'gossipsub';
	readonly protocol = GOSSIPSUB_PROTOCOL;
	readonly #options: RouterOptions;
	readonly #peers = new Map<PeerId, RouterPeer>();
	readonly #scores = new Scores();
	readonly #meshes: Meshes;
	readonly #chokes: Chokes;
	readonly #gossip: Gossip;
	/** When the next heartbeat is due; undefined while there is nobody. */
	#beatAt: Instant | undefined;
	#activeAt: Instant = Number.NEGATIVE_INFINITY;
	/** The latest time that we were told. */
	#now: Instant = 0;

	constructor(options: RouterOptions) {
		const {view, membership, random, isSeen} = options;
		const [peers, scores] = [this.#peers, this.#scores];
		this.#options = options;
		this.#meshes = new Meshes({view, membership, random, scores, peers});
		this.#chokes = new Chokes({membership, scores, meshes: this.#meshes, peers});
		this.#gossip = new Gossip({membership, random, scores, meshes: this.#meshes, peers, isSeen});
	}

	mesh(room: string): readonly PeerId[] {
		return this.#meshes.pushed(room, this.#now);
	}

	score(peer: PeerId): number {
		return this.#scores.of(peer);
	}

	// --- who comes and goes ---

	joined(room: string, now: Instant): BehaviourOutput[] {
		return [...this.#meshes.join(room, now), ...this.#wake(now)];
	}

	left(room: string): void {
		this.#meshes.leave(room);
		this.#chokes.left(room);
		this.#gossip.left(room);
		this.#scores.leave(room);
	}

	connected(peer: PeerId, address: string, direction: Direction, now: Instant): void {
		this.#peers.set(peer, new RouterPeer(direction));
		this.#scores.connect(peer, address, now);
	}

	moved(peer: PeerId, now: Instant): BehaviourOutput[] {
		const mesh = [...this.#meshes.moved(peer), ...this.#chokes.moved(peer)];
		return [...mesh, ...this.#gossip.moved(peer, now), ...this.#wake(now)];
	}

	disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		this.#meshes.disconnected(peer, now);
		this.#scores.disconnect(peer, now);
		this.#peers.delete(peer);
		return [...this.#gossip.disconnected(peer, now), ...this.#wake(now)];
	}

	memberJoined(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		const grafts = this.#meshes.memberJoined(room, peer, now);
		return [...grafts, ...this.#gossip.memberJoined(room, peer, now), ...this.#wake(now)];
	}

	memberLeft(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		this.#meshes.memberLeft(room, peer, now);
		return this.#wake(now);
	}

	// --- events ---

	hears(peer: PeerId): boolean {
		return this.#scores.of(peer) >= GRAYLIST_THRESHOLD;
	}

	accepted(event: RoutedEvent, now: Instant): BehaviourOutput[] {
		const {room, messageId, source, author} = event;
		const isOurs = source === undefined;
		if (!isOurs) this.#scores.deliveredFirst(room, source);
		const candidates = isOurs ? this.#meshes.flooded(room) : this.#meshes.handedTo(room, now);
		const others = candidates.filter(peer => peer !== source && peer !== author);
		const peers = others.filter(peer => this.#peers.get(peer)?.wants(messageId, now));
		const asked = this.#gossip.accepted(event, peers, now);
		const outputs: BehaviourOutput[] = this.#chokes.accepted(event, asked, now);
		if (!isOurs && event.event.length >= IDONTWANT_BYTES) outputs.push(...this.#refuse(event, now));
		if (peers.length > 0) outputs.push({type: 'send', peers, message: publishOf(event)});
		return [...outputs, ...this.#wake(now)];
	}

	ended(room: string, messageId: string, source: PeerId, now: Instant): BehaviourOutput[] {
		this.#scores.deliveredFirst(room, source);
		this.#gossip.ended(messageId, source, now);
		return this.#wake(now);
	}

	/** Tells those that would push it to us. */
	#refuse({room, messageId, source, author}: RoutedEvent, now: Instant): BehaviourOutput[] {
		const links = this.#meshes.links(room);
		const mesh = this.#meshes.pushed(room, now);
		const peers = mesh.filter(peer => peer !== source && peer !== author && !links.get(peer)?.isChoked);
		return peers.length === 0 ? [] : [{type: 'send', peers, message: {type: 'idontwant', messageIds: [messageId]}}];
	}

	duplicate(messageId: string, source: PeerId): void {
		this.#chokes.brought(messageId, source);
		this.#gossip.holds(source, messageId);
	}

	rejected(source: PeerId): void {
		this.#scores.invalid(source);
	}

	// --- control ---

	control(peer: PeerId, message: ControlMessage, now: Instant): BehaviourOutput[] {
		return [...this.#control(peer, message, now), ...this.#wake(now)];
	}

	#control(peer: PeerId, message: ControlMessage, now: Instant): BehaviourOutput[] {
		switch (message.type) {
			case 'graft':
				return this.#meshes.grafted(peer, message, now);
			case 'prune':
				return this.#meshes.pruned(peer, message, now);
			case 'choke':
			case 'unchoke':
				return this.#chokes.told(peer, message, now);
			case 'ihave':
				return this.#gossip.offeredBy(peer, message, now);
			case 'iwant':
				return this.#gossip.askedBy(peer, message, now);
			case 'idontwant': {
				const excess = this.#peers.get(peer)?.doesNotWant(message.messageIds, now) ?? 0;
				return excess > 0 ? [{type: 'count', counter: 'idontwant-cap', by: excess}] : [];
			}
		}
	}

	// --- heartbeat ---

	timer(timer: string, now: Instant): BehaviourOutput[] {
		if (timer !== TIMER) return [];
		this.#now = now;
		this.#beatAt = undefined;
		if (this.#peers.size === 0) return [];
		this.#scores.decay(now);
		const mesh = [...this.#meshes.heartbeat(now), ...this.#chokes.heartbeat(now)];
		const outputs = [...mesh, ...this.#gossip.heartbeat(now)];
		if (outputs.length > 0 || this.#gossip.isPending) this.#activeAt = now;
		const isActive = now - this.#activeAt < ACTIVE_TIME;
		return [...outputs, this.#beat(now + (isActive ? BEAT_INTERVAL : IDLE_BEAT_INTERVAL))];
	}

	/** Something happens: the next heartbeat is near, at a time of our own, so that not all nodes beat at once. */
	#wake(now: Instant): BehaviourOutput[] {
		this.#now = now;
		this.#activeAt = now;
		if (this.#peers.size === 0 || (this.#beatAt ?? Number.POSITIVE_INFINITY) <= now + BEAT_INTERVAL) return [];
		return [this.#beat(now + BEAT_INTERVAL * this.#options.random.float())];
	}

	#beat(at: Instant): BehaviourOutput {
		this.#beatAt = at;
		return {type: 'schedule', timer: TIMER, at};
	}
}
