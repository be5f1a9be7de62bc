/**
 * Our own statement: what is in it, and when it is made anew. Soon after a neighbour came or went; sooner after one was
 * lost; later after something has changed that only the picture needs; and now and then as a sign of life.
 */
import {jitter, type Random} from '../../base/random.ts';
import {MAX_NEIGHBOURS, MAX_STATED_ROOMS, MAX_STATEMENT_VALIDITY, MAX_TIMESTAMP} from '../../wire/limits.ts';
import type {StatedNeighbour, Statement} from '../../wire/neighbours.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant, View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';
import type {Claim} from './graph.ts';
import {
	DETAIL_INTERVAL,
	LIFE_INTERVAL,
	LIFE_PER_AUTHOR,
	LOSS_INTERVAL,
	LOSS_PER_AUTHOR,
	RTT_DIFFERENCE,
	RTT_FACTOR,
	RTT_WEIGHT,
	STATE_DELAY,
	STATE_INTERVAL,
	STATE_PER_AUTHOR,
	TOPOLOGY_PROTOCOL,
	VALID_FOR,
} from './parameters.ts';

export type OwnOptions = {
	readonly view: View;
	readonly overlay: Pick<Overlay, 'rooms' | 'mesh'>;
	readonly random: Random;
	/** How many others state something, as far as we know. */
	readonly authors: () => number;
};

/** What has changed, from the most urgent to the least. */
export type Change = 'loss' | 'neighbours' | 'details';

/** Whatever is above was not stated by this program: there must be numbers left to go on with. */
const MAX_SEQUENCE = 2 ** 50;

/** Part of the interval by which signs of life differ, so that they do not keep step. */
const LIFE_JITTER = 0.1;

export class OwnStatement {
	readonly #options: OwnOptions;
	/** Round trips of neighbours in milliseconds, averaged over the looks. */
	readonly #rtts = new Map<PeerId, number>();
	#stated: Statement | undefined;
	#statedAt: Instant = Number.NEGATIVE_INFINITY;
	#sequence = 0;
	/** When the next statement is due; undefined if there is nobody to hear it. */
	#dueAt: Instant | undefined;

	constructor(options: OwnOptions) {
		this.#options = options;
	}

	get dueAt(): Instant | undefined {
		return this.#dueAt;
	}

	/** What our connections show, whoever tells what. */
	claims(): Map<PeerId, Claim> {
		const {view} = this.#options;
		const meshesWith = this.#meshes();
		const claims = new Map<PeerId, Claim>();
		for (const peer of view.connectedPeers()) {
			const {name, rtt} = view.facts(peer);
			// Who has not introduced itself is not here for anybody.
			if (name !== undefined) claims.set(peer, {rtt, mesh: meshesWith(peer)});
		}
		return claims;
	}

	/** Something has changed: the next statement is due at the latest then. */
	changed(change: Change, now: Instant): void {
		const authors = this.#options.authors();
		const slowness = STATE_PER_AUTHOR * authors;
		const [delay, interval] = {
			loss: [STATE_DELAY, Math.max(LOSS_INTERVAL, LOSS_PER_AUTHOR * authors)],
			neighbours: [STATE_DELAY, Math.max(STATE_INTERVAL, slowness)],
			details: [STATE_DELAY, Math.max(DETAIL_INTERVAL, slowness)],
		}[change] as [number, number];
		const at = Math.max(now + delay, this.#statedAt + interval);
		this.#dueAt = Math.min(this.#dueAt ?? Number.POSITIVE_INFINITY, at);
	}

	/** Looks at meshes and round trips. Returns whether something that was stated is no longer so. */
	look(): boolean {
		const {view} = this.#options;
		for (const peer of this.#rtts.keys()) if (!view.isConnected(peer)) this.#rtts.delete(peer);
		for (const peer of view.connectedPeers()) {
			const {rtt} = view.facts(peer);
			const before = this.#rtts.get(peer);
			if (rtt !== undefined) this.#rtts.set(peer, before === undefined ? rtt : before + RTT_WEIGHT * (rtt - before));
		}
		const [stated, now] = [this.#stated, this.#content()];
		return stated !== undefined && (differs(stated, now) || isRttNews(stated.neighbours, now.neighbours));
	}

	/** Somebody, by our key, has stated something with this number: ours go on behind it. */
	overtake(sequence: number): void {
		if (sequence <= MAX_SEQUENCE) this.#sequence = Math.max(this.#sequence, sequence);
	}

	/** The statement of now. */
	make(lost: Statement['lost'], now: Instant): Statement {
		const {view, random, authors} = this.#options;
		const life = Math.max(LIFE_INTERVAL, LIFE_PER_AUTHOR * authors());
		// A clock may be anywhere; a statement that others would refuse must not come of it.
		const timestamp = Math.min(MAX_TIMESTAMP, Math.max(0, Math.round(view.timestamp())));
		// By the wall clock, so that a new start of the program goes on behind the last one.
		this.#sequence = Math.max(this.#sequence + 1, timestamp);
		this.#statedAt = now;
		this.#dueAt = now + jitter(random, life, LIFE_JITTER);
		const validity = Math.min(MAX_STATEMENT_VALIDITY, Math.ceil((VALID_FOR * life) / 1_000));
		this.#stated = {author: view.self, sequence: this.#sequence, timestamp, validity, ...this.#content(), lost};
		return this.#stated;
	}

	#content(): Pick<Statement, 'name' | 'rooms' | 'neighbours'> {
		const {view, overlay} = this.#options;
		const rooms = overlay.rooms().slice(0, MAX_STATED_ROOMS);
		const meshesWith = this.#meshes();
		const neighbours = view
			.connectedPeers()
			.filter(peer => tells(view, peer))
			.slice(0, MAX_NEIGHBOURS)
			.map((peer): StatedNeighbour => {
				const rtt = this.#rtts.get(peer) ?? view.facts(peer).rtt;
				return {peer, rtt: rtt === undefined ? undefined : Math.round(rtt * 1_000), rooms: meshesWith(peer)};
			});
		return {name: view.name, rooms, neighbours};
	}

	#meshes(): (peer: PeerId) => string[] {
		const {overlay} = this.#options;
		const rooms = overlay.rooms().slice(0, MAX_STATED_ROOMS);
		const meshes = rooms.map(room => ({room, members: new Set(overlay.mesh(room))}));
		return peer => meshes.filter(({members}) => members.has(peer)).map(({room}) => room);
	}
}

/** Whether a peer lets others name it. */
export function tells(view: View, peer: PeerId): boolean {
	return view.facts(peer).protocols?.includes(TOPOLOGY_PROTOCOL) ?? false;
}

type Content = Pick<Statement, 'name' | 'rooms' | 'neighbours'>;

/** Who came and went is told at once, so only the rest is compared. */
function differs(stated: Content, now: Content): boolean {
	if (stated.name !== now.name || stated.rooms.join() !== now.rooms.join()) return true;
	const before = new Map(stated.neighbours.map(({peer, rooms}) => [peer, rooms.join()]));
	return now.neighbours.some(({peer, rooms}) => (before.get(peer) ?? '') !== rooms.join());
}

function isRttNews(stated: readonly StatedNeighbour[], now: readonly StatedNeighbour[]): boolean {
	const before = new Map(stated.map(({peer, rtt}) => [peer, rtt]));
	return now.some(({peer, rtt}) => {
		const last = before.get(peer);
		if (rtt === undefined || last === undefined) return rtt !== last && before.has(peer);
		const [less, more] = [Math.min(rtt, last), Math.max(rtt, last)];
		return more > RTT_FACTOR * less && more - less > RTT_DIFFERENCE * 1_000;
	});
}
