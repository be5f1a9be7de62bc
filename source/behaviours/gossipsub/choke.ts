/**
 * Choking: of the mesh members that push to us, those are asked to stop whose copies come after those of others, so that
 * nearly a tree is left of the mesh. Specification: episub, as a draft of libp2p; the idea is that of Plumtree.
 *
 * What is kept is counted in copies and not in peers: the author's own push, which nobody can choke, is as good as that of
 * a feeder, and a peer that gets everything from us is none. A beat chokes the link of least merit as long as the others
 * bring `COPIES_ENOUGH`; below `COPIES_LOW` it takes one back. So at most `COPIES_ENOUGH` + 1 copies come, and two where
 * links are equal: one of them may fail in silence, and nothing is late.
 *
 * Both may fail, or withhold what they have. Whoever is choked by us offers us its events with its next beat. One that
 * was told of before it was pushed is fetched, late by `OFFER_AGE` + `BEAT_INTERVAL` and the way to and fro, at most; and
 * its holder is unchoked at once, to stay so for `UNCHOKE_HOLD`. If that holder withholds it as well, `FOLLOW_UP` and a
 * beat more go by for each that is asked in vain, and those lose score.
 */
import {BoundedMap} from '../../base/bounded.ts';
import type {Choke, Unchoke} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {Membership} from '../membership.ts';
import type {RoutedEvent} from '../pubsub.ts';
import type {Meshes} from './mesh.ts';
import type {MeshLink} from './mesh-link.ts';
import {
	BEAT_INTERVAL,
	CHOKED_PER_BEAT,
	COPIES_ENOUGH,
	COPIES_LOW,
	DETOUR,
	DETOUR_SLACK,
	FEEDING_DECAY,
	MAX_CHOKES,
	MAX_COUNTED_EVENTS,
	UNCHOKE_HOLD,
} from './parameters.ts';
import type {RouterPeers} from './router-peers.ts';
import type {Scores} from './score.ts';

export type ChokeOptions = {
	readonly membership: Membership;
	readonly scores: Scores;
	readonly meshes: Meshes;
	readonly peers: RouterPeers;
};

/** `direct` of `events` came from their authors first, over `hops` links in all: these decay. */
type Feeding = {direct: number; events: number; hops: number; unchokedAt: Instant};

type Counted = {readonly room: string; readonly author: PeerId; readonly from: Set<PeerId>};

export class Chokes {
	readonly #options: ChokeOptions;
	readonly #rooms = new Map<string, Feeding>();
	/** Events of late, with the links that have brought them: each counts once, or a peer could make others look needless. */
	readonly #events = new BoundedMap<string, Counted>(MAX_COUNTED_EVENTS);

	constructor(options: ChokeOptions) {
		this.#options = options;
	}

	left(room: string): void {
		this.#rooms.delete(room);
	}

	/** What was said last may be lost with the old connection. */
	moved(peer: PeerId): BehaviourOutput[] {
		const {meshes} = this.#options;
		const rooms = meshes.rooms().filter(room => meshes.links(room).get(peer)?.isChoked);
		return rooms.map(room => ({type: 'send', peers: [peer], message: {type: 'choke', room}}));
	}

	// --- events ---

	/** `asked`: who was asked for it, if we were told of it before it came. */
	accepted(event: RoutedEvent, asked: PeerId | undefined, now: Instant): BehaviourOutput[] {
		const {room, messageId, author, source, hops} = event;
		if (source === undefined) return [];
		const feeding = this.#feeding(room);
		const isFar = feeding.events > 0 && hops > DETOUR * (feeding.hops / feeding.events) + DETOUR_SLACK;
		feeding.events = feeding.events * FEEDING_DECAY + 1;
		feeding.hops = feeding.hops * FEEDING_DECAY + hops;
		feeding.direct = feeding.direct * FEEDING_DECAY + (source === author ? 1 : 0);
		for (const link of this.#options.meshes.links(room).values()) if (!link.isChoked) link.passed();
		this.#events.set(messageId, {room, author, from: new Set()});
		if (source !== asked) this.brought(messageId, source);
		return asked === undefined && !isFar ? [] : this.#unchoke(room, asked, now);
	}

	/** A copy came, the first or a later one. That of its author says nothing of how well it hands on. */
	brought(messageId: string, source: PeerId): void {
		const event = this.#events.get(messageId);
		if (!event || event.author === source || event.from.has(source)) return;
		const link = this.#options.meshes.links(event.room).get(source);
		if (!link || link.isChoked) return;
		link.brought(event.from.size);
		event.from.add(source);
	}

	// --- what others say ---

	/** Only a link of the mesh can be choked: to others nothing is pushed. */
	told(peer: PeerId, {type, room}: Choke | Unchoke, now: Instant): BehaviourOutput[] {
		const {membership, meshes, scores} = this.#options;
		const budget = this.#options.peers.get(peer)?.budget;
		const most = MAX_CHOKES + membership.roomsOf(peer).filter(name => meshes.has(name)).length;
		if (budget?.take('chokes', 1, most, now) !== 1) {
			scores.penalise(peer);
			return [count('choke-flood')];
		}
		const link = meshes.links(room).get(peer);
		if (!link) return [count('choke-stray')];
		if (type === 'unchoke' && link.chokesUs) link.pushedSince = now;
		link.chokesUs = type === 'choke';
		return [];
	}

	// --- heartbeat ---

	heartbeat(now: Instant): BehaviourOutput[] {
		return this.#options.meshes.rooms().flatMap(room => this.#balance(room, now));
	}

	#balance(room: string, now: Instant): BehaviourOutput[] {
		const links = [...this.#options.meshes.links(room)];
		const feeding = this.#feeding(room);
		const direct = feeding.events === 0 ? 0 : feeding.direct / feeding.events;
		const feeders = links.filter(([, {isChoked}]) => !isChoked);
		// A link that we do not know yet may turn out well: too few of those that we know is no reason for more of them.
		const hoped = sum(feeders.map(([, link]) => (link.isJudged ? link.copies : 1)));
		if (direct + hoped < COPIES_LOW) return this.#unchoke(room, undefined, now);
		const judged = feeders.filter(([, {isJudged, copies}]) => isJudged && copies > 0);
		let rest = direct + sum(judged.map(([, {copies}]) => copies));
		const worst = judged
			.filter(([, {heldUntil}]) => now >= heldUntil)
			.sort(([, a], [, b]) => a.merit - b.merit)
			.slice(0, Math.ceil(feeders.length * CHOKED_PER_BEAT));
		const choked: PeerId[] = [];
		for (const [peer, link] of worst) {
			if (rest - link.copies < COPIES_ENOUGH) continue;
			rest -= link.copies;
			link.isChoked = true;
			choked.push(peer);
		}
		return choked.length === 0 ? [] : [{type: 'send', peers: choked, message: {type: 'choke', room}}];
	}

	/** This peer, or the best of those that we have choked; one in each beat. */
	#unchoke(room: string, wanted: PeerId | undefined, now: Instant): BehaviourOutput[] {
		const feeding = this.#feeding(room);
		if (now - feeding.unchokedAt < BEAT_INTERVAL) return [];
		const choked = [...this.#options.meshes.links(room)].filter(([, {isChoked}]) => isChoked);
		const best = choked.find(([peer]) => peer === wanted) ?? choked.sort(([, a], [, b]) => b.merit - a.merit)[0];
		if (!best) return [];
		const [peer, link]: [PeerId, MeshLink] = best;
		feeding.unchokedAt = now;
		link.unchoke(now, UNCHOKE_HOLD);
		return [{type: 'send', peers: [peer], message: {type: 'unchoke', room}}];
	}

	/** Rooms of ours only. */
	#feeding(room: string): Feeding {
		const known = this.#rooms.get(room);
		if (known) return known;
		const feeding = {direct: 0, events: 0, hops: 0, unchokedAt: Number.NEGATIVE_INFINITY};
		this.#rooms.set(room, feeding);
		return feeding;
	}
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
