/**
 * Receipts: whoever has stored a message tells its author, so that the author sees how far its words have spread. Several
 * receipts to one author leave together. What is known of the spread of own messages outlives the process; a little of it
 * may be lost with it, and comes again by the way of the digests (`heldBy`).
 *
 * `room` is the id on the wire everywhere here.
 */
import type {Spread as SpreadInfo} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Archive, Kept} from '../history/archive.ts';
import type {Position, StoredSpread} from '../history/event-store.ts';
import {comparePositions, readStored} from '../history/fold.ts';
import {isDirectRoom} from '../wire/direct-room.ts';
import {MAX_RECEIPT_IDS, MAX_WAITED} from '../wire/limits.ts';
import type {Arrival} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import type {BehaviourOutput, Instant, View} from './behaviour.ts';
import {tells} from './topology/own.ts';
import {Trails} from './trails.ts';

/** Milliseconds that a receipt waits for others to the same author. */
export const RECEIPT_DELAY = 30;

/** Milliseconds that a change of a spread waits for others until it is stored. */
export const SPREAD_DELAY = 500;

/** Messages at once whose authors are to hear of us by way of others; of more they do not. */
export const MAX_FAR = 4_096;

/** Own messages whose spread is followed; older ones are settled. */
export const MAX_FOLLOWED = 1_000;

/** Holders counted for one message: keys cost nothing, so whoever comes and goes could add one after the other. */
export const MAX_HOLDERS = 1_024;

/** Of these so many may be told by others: what they say costs a liar no connection. The rest is for those whom we hear. */
export const MAX_RELAYED = MAX_HOLDERS - 160;

const RECEIPTS = 'receipts';
const SPREADS = 'spreads';

/** An own message: who has stored it, and for whom it is; ourselves included in both. */
type Spread = {
	readonly room: string;
	readonly members: Set<PeerId>;
	readonly holders: Set<PeerId>;
	/** Its place in our chain, once somebody asks. */
	place?: {readonly epoch: string; readonly sequence: number};
};

/** Whether somebody holds the event of ours with this number. */
export type Holds = (epoch: string, sequence: number) => boolean;

/** A message of another that is stored here: its author is to hear of it, and of the way on which it came. */
export type Owed = {
	readonly author: PeerId;
	readonly room: string;
	readonly messageId: string;
	/** Links that it had gone over, 0 if it came by comparing histories; who handed it on last, and when it came. */
	readonly hops: number;
	readonly via: PeerId;
	readonly at: Instant;
};

export class Receipts {
	/** The ways of messages, own ones and others'. */
	readonly trails = new Trails();
	readonly #view: View;
	readonly #archive: Archive;
	readonly #tells: boolean;
	readonly #spreads = new BoundedMap<string, Spread>(MAX_FOLLOWED);
	/** Receipts not yet sent, by author and room. */
	readonly #due = new Map<PeerId, Map<string, Owed[]>>();
	/** What we owe to authors who are not connected to us. */
	#far: Owed[] = [];
	/** Spreads that the disk does not have as they are. */
	readonly #changed = new Set<string>();
	/** Those of them that the next commit writes. */
	readonly #staged = new Set<string>();

	/** `tells`: whether others may hear who our neighbours are; true, if it is left out. */
	constructor(options: {readonly view: View; readonly archive: Archive; readonly tells?: boolean}) {
		const {view, archive, tells: isTelling = true} = options;
		this.#view = view;
		this.#tells = isTelling;
		this.#archive = archive;
		for (const {messageId, room, members, holders} of archive.store.spreads(MAX_FOLLOWED)) {
			this.#spreads.set(messageId, {room, members: new Set(members), holders: new Set(holders)});
		}
	}

	// --- own messages

	/** An own message for these others was staged: its spread is staged with it, so that a crash takes both or none. */
	follow(messageId: string, room: string, others: readonly PeerId[]): void {
		const {self} = this.#view;
		const spread = {room, members: new Set([self, ...others]), holders: new Set([self])};
		const forgotten = this.#spreads.set(messageId, spread);
		if (forgotten) this.#changed.delete(forgotten[0]);
		this.#archive.saveSpread(storedSpread(messageId, spread));
	}

	/** It is on disk, and leaves now. */
	left(messageId: string, now: Instant): void {
		const spread = this.#spreads.get(messageId);
		if (spread) this.trails.sent(messageId, spread.room, now);
	}

	/** It did not come to pass. */
	unfollow(messageId: string): void {
		this.#spreads.delete(messageId);
		this.#changed.delete(messageId);
	}

	forgetRoom(room: string): void {
		this.trails.forgetRoom(room);
		for (const [messageId, spread] of this.#spreads.entries()) if (spread.room === room) this.unfollow(messageId);
	}

	/** How far a message has spread; undefined if it is not ours, or too old to be followed. */
	spreadOf(messageId: string): SpreadInfo | undefined {
		const spread = this.#spreads.get(messageId);
		return spread && this.#infoOf(messageId, spread);
	}

	/** Who is known to hold a message of ours, ourselves first; undefined as for `spreadOf`. */
	holdersOf(messageId: string): {readonly holders: readonly PeerId[]; readonly of: number} | undefined {
		const spread = this.#spreads.get(messageId);
		return spread && {holders: [...spread.holders], of: spread.members.size};
	}

	/** For whom a message of ours is and who is not known to hold it; empty for one that is not followed. */
	waitingOf(messageId: string): readonly PeerId[] {
		const {members = [], holders} = this.#spreads.get(messageId) ?? {};
		return [...members].filter(peer => !holders?.has(peer));
	}

	/** What people are told of it; nothing of a message that is not followed. */
	state(messageId: string): BehaviourOutput[] {
		const spread = this.#spreads.get(messageId);
		return spread ? [this.#tell(messageId, spread)] : [];
	}

	/**
	 * `peer`, a member of `room`, says that it has stored these, and how they came to it. Ids that are not ours to follow are
	 * passed over.
	 */
	received(
		peer: PeerId,
		room: string,
		messageIds: readonly string[],
		now: Instant,
		arrivals: readonly Arrival[] = [],
	): BehaviourOutput[] {
		const roundTrip = this.#view.facts(peer).rtt ?? 0;
		const outputs = messageIds.flatMap((messageId, index) => {
			const spread = this.#spreads.get(messageId);
			if (spread?.room !== room) return [];
			const added = this.#add(peer, messageId, spread);
			const arrival = arrivals[index];
			// It may have become known before that it holds it, but not how it came there.
			if (arrival && spread.holders.has(peer)) this.trails.stored(peer, messageId, arrival, roundTrip, now);
			return added;
		});
		// Not written with each receipt: most come in crowds.
		if (outputs.length > 0) outputs.push({type: 'schedule', timer: SPREADS, at: now + SPREAD_DELAY});
		return outputs;
	}

	/** Whether it would be new that `peer` holds one of these. */
	isNews(peer: PeerId, room: string, messageIds: readonly string[]): boolean {
		return messageIds.some(messageId => {
			const spread = this.#spreads.get(messageId);
			return spread?.room === room && spread.holders.size < MAX_RELAYED && !spread.holders.has(peer);
		});
	}

	/** The same as `received`, by way of others: `peer` has signed it. */
	relayed(
		peer: PeerId,
		room: string,
		messageIds: readonly string[],
		arrivals: readonly Arrival[],
		now: Instant,
	): BehaviourOutput[] {
		const outputs = messageIds.flatMap((messageId, index) => {
			const spread = this.#spreads.get(messageId);
			if (spread?.room !== room || spread.holders.size >= MAX_RELAYED) return [];
			const added = this.#add(peer, messageId, spread);
			const arrival = arrivals[index];
			if (arrival && spread.holders.has(peer)) this.trails.told(peer, messageId, arrival);
			return added;
		});
		return outputs.length > 0 ? [...outputs, {type: 'schedule', timer: SPREADS, at: now + SPREAD_DELAY}] : [];
	}

	/** What `peer` holds of a room has become known, as numbers of our chains. */
	heldBy(peer: PeerId, room: string, holds: Holds): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const [messageId, spread] of this.#spreads.entries()) {
			if (spread.room !== room || spread.holders.has(peer)) continue;
			const place = this.#placeOf(messageId, spread);
			if (place && holds(place.epoch, place.sequence)) outputs.push(...this.#add(peer, messageId, spread));
		}
		return [...outputs, ...this.#stage()];
	}

	/** `peer`, the other one of a direct room, has read everything in it up to this message. */
	readBy(peer: PeerId, room: string, messageId: string): BehaviourOutput[] {
		const to = this.#positionOf(room, messageId);
		if (!to) return [];
		const before = this.#archive.room(room).readByPeer;
		if (!this.#archive.markReadByPeer(room, to)) return [];
		const outputs: BehaviourOutput[] = [];
		for (const [id, spread] of this.#spreads.entries()) {
			const position = spread.room === room ? this.#positionOf(room, id) : undefined;
			if (!position || comparePositions(position, to) > 0 || (before && comparePositions(position, before) <= 0))
				continue;
			// Nobody says that he has read something before it is on his disk: so he holds it, whatever became of the receipt.
			this.#hold(peer, id, spread);
			outputs.push(this.#tell(id, spread));
		}
		this.#stage();
		return [...outputs, {type: 'commit'}];
	}

	#add(peer: PeerId, messageId: string, spread: Spread): BehaviourOutput[] {
		return this.#hold(peer, messageId, spread) ? [this.#tell(messageId, spread)] : [];
	}

	#hold(peer: PeerId, messageId: string, {holders, members}: Spread): boolean {
		if (holders.has(peer) || holders.size >= MAX_HOLDERS) return false;
		holders.add(peer);
		members.add(peer);
		this.#changed.add(messageId);
		return true;
	}

	/** Undefined if the message is here no longer, or is damaged. */
	#placeOf(messageId: string, spread: Spread): Spread['place'] {
		if (spread.place) return spread.place;
		const stored = this.#archive.store.get(spread.room, messageId);
		const event = stored && readStored(stored);
		if (!event) return undefined;
		spread.place = {epoch: event.epoch, sequence: event.sequence};
		return spread.place;
	}

	/** It may change, when parents come late. */
	#positionOf(room: string, id: string): Position | undefined {
		const order = this.#archive.store.orderOf(room, id);
		return order === undefined ? undefined : {order, id};
	}

	#tell(messageId: string, spread: Spread): BehaviourOutput {
		const {room, members} = spread;
		const other = isDirectRoom(room) ? [...members].find(member => member !== this.#view.self) : undefined;
		const name = other === undefined ? room : `@${other}`;
		return {type: 'emit', event: {type: 'message-state', messageId, room: name, ...this.#infoOf(messageId, spread)}};
	}

	#infoOf(messageId: string, spread: Spread): SpreadInfo {
		const {room, holders, members} = spread;
		const info = {storedBy: holders.size, of: members.size};
		const readTo = isDirectRoom(room) ? this.#archive.room(room).readByPeer : undefined;
		const position = readTo && this.#positionOf(room, messageId);
		return position && comparePositions(position, readTo) <= 0 ? {...info, read: true} : info;
	}

	// --- what the disk has

	#stage(): BehaviourOutput[] {
		if (this.#changed.size === 0) return [];
		for (const messageId of this.#changed) {
			const spread = this.#spreads.get(messageId);
			if (spread) this.#archive.saveSpread(storedSpread(messageId, spread));
			this.#staged.add(messageId);
		}
		this.#changed.clear();
		return [{type: 'commit'}];
	}

	/** What was staged is on disk, or has to be staged again. */
	committed(isOk: boolean, now: Instant): BehaviourOutput[] {
		const hasLost = !isOk && this.#staged.size > 0;
		if (hasLost) for (const messageId of this.#staged) this.#changed.add(messageId);
		this.#staged.clear();
		return hasLost ? [{type: 'schedule', timer: SPREADS, at: now + 10 * SPREAD_DELAY}] : [];
	}

	// --- messages of others

	/** It is on disk now: to be said soon. */
	owe(owed: Owed, now: Instant): BehaviourOutput[] {
		const {author, room} = owed;
		if (this.#isFar(author, room)) {
			this.#oweFar(owed);
			return [];
		}
		const isFirst = this.#due.size === 0;
		const rooms = this.#due.get(author) ?? new Map<string, Owed[]>();
		this.#due.set(author, rooms);
		const due = rooms.get(room) ?? [];
		rooms.set(room, due);
		due.push(owed);
		const outputs: BehaviourOutput[] = isFirst ? [{type: 'schedule', timer: RECEIPTS, at: now + RECEIPT_DELAY}] : [];
		if (due.length >= MAX_RECEIPT_IDS) {
			rooms.delete(room);
			outputs.push(this.#receipt(author, room, due, now));
		}
		return outputs;
	}

	/** These came by comparing histories with `peer`, and are on disk now. Authors who are connected to us see it by the digests. */
	fetched(room: string, peer: PeerId, kept: readonly Kept[], now: Instant): void {
		if (isDirectRoom(room)) return;
		for (const {event, stored} of kept) {
			const {author, kind} = event;
			if (author === this.#view.self || !isWords(kind)) continue;
			this.trails.fetched(stored.id, peer);
			if (!this.#isFar(author, room)) continue;
			this.#oweFar({author, room, messageId: stored.id, hops: 0, via: peer, at: now});
		}
	}

	/** What is owed to authors who are not connected to us, once: `relay` sees to it. */
	takeFar(): readonly Owed[] {
		const far = this.#far;
		if (far.length > 0) this.#far = [];
		return far;
	}

	/** Of a direct room there is nobody else to tell it. */
	#isFar(author: PeerId, room: string): boolean {
		return !isDirectRoom(room) && !this.#view.isConnected(author);
	}

	/** Who tells nobody who its neighbours are does not show itself behind one of them. */
	#oweFar(owed: Owed): void {
		if (this.#tells && this.#far.length < MAX_FAR) this.#far.push(owed);
	}

	forget(author: PeerId): void {
		this.#due.delete(author);
	}

	// --- timers

	isTimer(timer: string): boolean {
		return timer === RECEIPTS || timer === SPREADS;
	}

	timer(timer: string, now: Instant): BehaviourOutput[] {
		return timer === SPREADS ? this.#stage() : this.#flush(now);
	}

	/** Everything owed leaves. */
	#flush(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const [author, rooms] of this.#due) {
			for (const [room, due] of rooms) outputs.push(this.#receipt(author, room, due, now));
		}
		this.#due.clear();
		return outputs;
	}

	/** Nothing of the way if we tell nobody who our neighbours are. */
	#receipt(author: PeerId, room: string, due: readonly Owed[], now: Instant): BehaviourOutput {
		const messageIds = due.map(({messageId}) => messageId);
		const arrivals = due.map(owed => arrivalOf(this.#view, owed, now));
		const message = {type: 'receipt', room, messageIds, ...(this.#tells && {arrivals})} as const;
		return {type: 'send', peers: [author], message};
	}
}

/**
 * How it came here. Who brought a message is a neighbour of ours: that is told of those only who let others name them,
 * unless it is the author, who knows.
 */
export function arrivalOf(view: View, {author, hops, via, at}: Owed, now: Instant): Arrival {
	const isNamed = via === author || tells(view, via);
	const waited = Math.min(MAX_WAITED, Math.round((now - at) * 1_000));
	return {hops, via: isNamed ? via : undefined, waited};
}

function storedSpread(messageId: string, {room, members, holders}: Spread): StoredSpread {
	return {messageId, room, members: [...members], holders: [...holders]};
}
