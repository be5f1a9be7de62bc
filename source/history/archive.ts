/**
 * What this node holds: the events of the rooms that it keeps, on top of an `EventStore`. Pure but for that store, which
 * is handed in. It makes own events, takes in those of others, knows their order, what is missing, and what it could
 * tell others. It neither checks signatures of single events (whoever calls `accept` has) nor talks to anybody.
 *
 * **Order.** `order(e) = max(e.clock, 1 + max(order(p) for each parent p that is here))`, then the id. It is computed, not
 * believed: a clock that is ahead moves an event down only until somebody has seen it, for whatever follows it comes
 * after it; a clock that is behind moves nothing above what it answers. It depends on the events alone, so all who hold
 * the same have the same order. A parent that comes later may raise the order of its children, and theirs: `filled`
 * below, then `reorderSome` until it is done.
 *
 * **Gaps.** An event whose parents are not here is kept and shown all the same, and the gap is remembered. Own events name
 * only heads that have no gap, so nobody can hang a whole room on something that he withholds.
 */

import {isDirectRoom} from '../wire/direct-room.ts';
import type {EventVerifier} from '../wire/event.ts';
import {eventId, signEvent} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import {MAX_PARENTS, MAX_TIMESTAMP} from '../wire/limits.ts';
import type {ChainRanges, EventBody, RoomEvent, Segment, Want} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {answer} from './answer.ts';
import {ChainState} from './chain-state.ts';
import {compare} from './compare.ts';
import {IdDigest} from './digest.ts';
import type {CommitResult, EventStore, Position, StoredPerson, StoredRoom, StoredSpread} from './event-store.ts';
import {comparePositions, readStored} from './fold.ts';
import type {Answer, Comparison, Incoming, Kept, Taken} from './kept.ts';
import {prove} from './prove.ts';
import {pruneRoom} from './prune.ts';
import {reorderSome} from './reorder.ts';
import {type Fresh, RoomState} from './room-state.ts';
import {passOver, takeIn} from './take-in.ts';

export type {Answer, Comparison, Incoming, Kept, Taken} from './kept.ts';

export type ArchiveOptions = {readonly store: EventStore; readonly identity: Identity};

/** What others may ask the store directly. */
export type StoreReads = Pick<
	EventStore,
	| 'about'
	| 'at'
	| 'authors'
	| 'chains'
	| 'countUnread'
	| 'epoch'
	| 'get'
	| 'last'
	| 'orderOf'
	| 'page'
	| 'people'
	| 'rooms'
	| 'search'
	| 'size'
	| 'spreads'
>;

/** Events that are deleted in one go. */
const PRUNE_STEP = 100;
/** Events of one number that are asked whether they name one. Only of a fork there are several. */
const MAX_SUCCESSORS = 16;

export class Archive {
	/** For reading. Whatever is written goes through the archive. */
	readonly store: EventStore;
	readonly #identity: Identity;
	readonly #states = new Map<string, RoomState>();
	/** Rooms that were closed since the last commit, with something that is not on disk. */
	readonly #closing = new Map<string, RoomState>();
	/** The room that is being pruned. */
	#pruning: string | undefined;

	constructor({store, identity}: ArchiveOptions) {
		this.store = store;
		this.#identity = identity;
	}

	get reads(): StoreReads {
		return this.store;
	}

	// --- rooms

	/** Rooms of which something is kept, open or not. */
	rooms(): readonly StoredRoom[] {
		const rooms = new Map(this.store.rooms().map(row => [row.room, row]));
		for (const state of this.#states.values()) if (state.isDirty) rooms.set(state.room, state.toStored());
		return [...rooms.values()];
	}

	/** Takes the room's state into memory: from now on the methods below work for it. `peer`: of a direct room. */
	open(room: string, peer?: PeerId): void {
		if (this.#states.has(room)) return;
		// What is staged in it is still not to be told to anybody.
		this.#states.set(room, this.#closing.get(room) ?? new RoomState(this.store, room, peer));
		this.#closing.delete(room);
	}

	isOpen(room: string): boolean {
		return this.#states.has(room);
	}

	/** Its state leaves memory; what is kept of it stays. */
	close(room: string): void {
		const state = this.#states.get(room);
		state?.flush();
		this.#states.delete(room);
		if (state !== undefined && state.fresh.size > 0) this.#closing.set(room, state);
	}

	/**
	 * Deletes what is kept of it. Own numbers go on where they were if it is opened again. Of a direct room what was said
	 * until now does not come back either, though the other one has it: only what is said from now on.
	 */
	forget(room: string): void {
		this.close(room);
		this.#closing.delete(room);
		const isDirect = isDirectRoom(room);
		const left = this.store.chains(room).flatMap(stored => {
			const chain = new ChainState(stored, stored);
			const isKept = isDirect || (this.#isOwn(chain) && chain.tip !== undefined);
			return isKept ? [chain.forgotten(isDirect ? this.#lastOf(room, chain) : chain.tip, isDirect)] : [];
		});
		this.store.forget(room);
		for (const chain of left) this.store.saveChain(room, chain);
	}

	/** The room as it stands, staged changes included. Empty if nothing is kept of it. */
	room(room: string): StoredRoom {
		const state = this.#states.get(room);
		if (state !== undefined) return state.toStored();
		const stored = this.store.room(room);
		return stored ?? {room, digest: new IdDigest().toString(), events: 0, heads: []};
	}

	/** Stages how far a person has read; returns whether that is further than before. The room must be open. */
	markRead(room: string, to: Position): boolean {
		return this.#mark(room, 'readTo', to);
	}

	/** The same of the other one in a direct room. */
	markReadByPeer(room: string, to: Position): boolean {
		return this.#mark(room, 'readByPeer', to);
	}

	saveSpread(spread: StoredSpread): void {
		this.store.saveSpread(spread);
	}

	savePerson(person: StoredPerson): void {
		this.store.savePerson(person);
	}

	// --- taking in

	/**
	 * Makes, signs and stages an event of our own. `timestamp`: wall clock, Unix milliseconds.
	 * @throws RangeError if the room is not open, or nobody would accept such an event.
	 */
	create(room: string, body: EventBody, timestamp: number): Kept {
		const state = this.#states.get(room);
		if (state === undefined) throw new RangeError('the room is not open');
		const {store} = this;
		const chain = state.chainFor({author: this.#identity.peerId, epoch: store.epoch});
		const event = this.#compose(state, chain, body, timestamp);
		const {event: bytes, signature} = signEvent(event, this.#identity);
		const id = eventId(bytes);
		chain.tip = {sequence: event.sequence, id};
		return takeIn(state, store, {id, event, bytes, signature}, {received: timestamp, isOwn: true});
	}

	/** Whether an event is here; if its room is not open: false. */
	has(room: string, id: string): boolean {
		return this.#states.get(room)?.has(id) ?? false;
	}

	/** What an event names and is not here, if its room is open. Without what was deleted on purpose. */
	missing(room: string, id: string): readonly string[] {
		return [...(this.#states.get(room)?.gaps.of(id) ?? [])];
	}

	/**
	 * Stages an event whose signature was checked. Undefined if it is here already, its room is not open, it is older
	 * than what is kept, one more piece of a chain of very many, or, in a direct room, of a third. `received`: wall clock.
	 */
	accept(incoming: Incoming, received: number): Kept | undefined {
		const {id, event} = incoming;
		const state = this.#states.get(event.room);
		if (state === undefined || !this.#isMember(state, event.author)) return undefined;
		const chain = state.chain(event);
		if (chain !== undefined && event.sequence < chain.keptFrom) return undefined;
		if (chain?.spans.has(event.sequence) && state.has(id)) return undefined;
		if (chain !== undefined && !chain.hasPlaceFor(event.sequence)) return undefined;
		this.#watchOwn(state, incoming);
		return takeIn(state, this.store, incoming, {received, isOwn: false});
	}

	/**
	 * Proves a segment from its last event to its first, and stages what is not here. One signature is checked at most: if
	 * the last event is named as `previous` by one that is here, none. What was proved before a flaw is kept. What stands
	 * before `olderThan` (Unix milliseconds) would be deleted at once: it counts as deleted, and so does what is below it.
	 */
	take(room: string, segment: Segment, received: number, verify: EventVerifier, olderThan = 0): Taken {
		const state = this.#states.get(room);
		if (state === undefined) return {kept: [], known: 0, bytes: 0};
		const circumstances = {
			isExpected: (event: RoomEvent) => event.room === room && this.#isMember(state, event.author),
			isVouchedFor: (id: string, event: RoomEvent) => isVouchedFor(state, this.store, id, event),
		};
		const {proved, refused, isUnproved} = prove(segment, circumstances, verify);
		const kept: Kept[] = [];
		let [known, bytes] = [0, 0];
		for (const incoming of proved) {
			bytes += incoming.bytes.length;
			const one = passOver(state, incoming, olderThan) ? undefined : this.accept(incoming, received);
			if (one !== undefined) kept.push(one);
			else known++;
		}
		return {kept, known, bytes, ...(refused !== undefined && {refused}), ...(isUnproved && {isUnproved})};
	}

	/** Whether orders are still to be computed anew, perhaps since before the start. */
	needsReorder(room: string): boolean {
		return this.#states.get(room)?.cursor !== undefined;
	}

	/**
	 * Goes on with what late parents have set off: computes some orders anew (at most about a thousand) and returns the
	 * events that have moved. `isDone`: there is nothing left to do.
	 */
	reorderSome(room: string): {readonly moved: readonly string[]; readonly isDone: boolean} {
		const state = this.#states.get(room);
		return state === undefined ? {moved: [], isDone: true} : reorderSome(state, this.store);
	}

	/** `failure`: everything staged since the last commit is gone from here too, as if it had never come. */
	commit(): CommitResult {
		for (const state of this.#states.values()) {
			const excess = this.store.excess?.(state.room) ?? 0;
			if (excess > 0) pruneRoom(state, this.store, Number.POSITIVE_INFINITY, excess);
			state.flush();
		}
		const result = this.store.commit();
		this.#closing.clear();
		for (const [room, state] of this.#states) {
			if (result.ok) state.fresh.clear();
			else this.#states.set(room, new RoomState(this.store, room, state.peer));
		}
		return result;
	}

	// --- what others may have, and what they have

	/** Of what is on disk: it tells others that it is kept. */
	digest(room: string): {readonly digest: string; readonly events: number} {
		const state = this.#states.get(room);
		const digest = new IdDigest(state?.digest.toString());
		for (const id of state?.fresh.keys() ?? []) digest.toggle(id);
		return {digest: digest.toString(), events: (state?.events ?? 0) - (state?.fresh.size ?? 0)};
	}

	/** Of what is on disk. Chains with more spans than `MAX_SPANS` tell only of the highest; empty ones are left out. */
	ranges(room: string): readonly ChainRanges[] {
		const state = this.#states.get(room);
		if (state === undefined) return [];
		const hidden = hiddenOf(state);
		return [...state.chains.values()].flatMap(chain => chain.toRanges(hidden.get(chain) ?? []) ?? []);
	}

	/** `theirs`: all that they told of the room, however many messages that took. */
	compare(room: string, theirs: readonly ChainRanges[]): Comparison {
		const state = this.#states.get(room);
		if (state === undefined) return {runs: [], ids: [], differing: [], weLack: 0, theyLack: 0};
		const hidden = hiddenOf(state);
		return compare(state, chain => chain.toRanges(hidden.get(chain) ?? []), theirs);
	}

	/** Ids of events that are known of and not here, the latest found out first. */
	gaps(room: string): readonly string[] {
		return this.#states.get(room)?.gaps.ids() ?? [];
	}

	/**
	 * What we hold of what somebody wants, as segments, each of which proves itself to him; at most `bytes` of events
	 * (or one event), and never more than fits in one `events` message.
	 */
	answer(want: Want, bytes: number): Answer {
		const state = this.#states.get(want.room);
		if (state === undefined) return {segments: [], events: 0, bytes: 0, steps: 0, rest: undefined};
		return answer(state, this.store, want, bytes);
	}

	/** Deletes some of what is older than `olderThan` (Unix milliseconds), of one room; false if nothing is left to do. */
	prune(olderThan: number): boolean {
		const rooms = this.rooms().map(({room}) => room);
		// The rooms before it are done.
		const first = Math.max(0, rooms.indexOf(this.#pruning ?? ''));
		for (const room of rooms.slice(first)) {
			const state = this.#states.get(room) ?? new RoomState(this.store, room, undefined);
			const deleted = pruneRoom(state, this.store, olderThan, PRUNE_STEP);
			if (!this.#states.has(room)) state.flush();
			if (deleted === 0) continue;
			this.#pruning = room;
			return true;
		}
		this.#pruning = undefined;
		return false;
	}

	#compose(state: RoomState, chain: ChainState, body: EventBody, timestamp: number): RoomEvent {
		const last = Math.max(state.newest.top?.order ?? -1, state.heads.at(-1)?.order ?? -1);
		// Whoever withholds something cannot make others hang on it; unless there is no other way to come after him.
		const isLast = last >= MAX_TIMESTAMP;
		const heads = state.heads.filter(({id}) => isLast || state.gaps.of(id).size === 0).slice(-MAX_PARENTS);
		const time = Math.min(Math.max(0, Math.floor(timestamp)), MAX_TIMESTAMP);
		return {
			room: state.room,
			author: chain.author,
			epoch: chain.epoch,
			sequence: chain.lastNumber + 1,
			timestamp: time,
			clock: Math.min(Math.max(time, last + 1), MAX_TIMESTAMP),
			previous: chain.tip?.id,
			parents: heads.map(({id}) => id).sort(),
			...body,
		};
	}

	/** Somebody else makes events with our key in our epoch: this is a copy, or another one was made from here. */
	#watchOwn(state: RoomState, {id, event}: Incoming): void {
		if (event.epoch !== this.store.epoch || !this.#isOwn(event)) return;
		const chain = state.chainFor(event);
		const {tip} = chain;
		const isNew = tip === undefined || event.sequence > tip.sequence;
		const isOther = tip?.sequence === event.sequence && tip.id !== id;
		if (isNew || isOther || chain.spans.has(event.sequence)) this.store.newEpoch();
	}

	#isOwn({author}: {readonly author: PeerId}): boolean {
		return author === this.#identity.peerId;
	}

	/** The event with its highest number. */
	#lastOf(room: string, chain: ChainState): ChainState['tip'] {
		const sequence = chain.spans.highest;
		const id = this.store.at(room, chain, sequence, 1)[0]?.id;
		return id === undefined || chain.lastNumber > sequence ? chain.tip : {sequence, id};
	}

	#isMember({peer}: RoomState, author: PeerId): boolean {
		return peer === undefined || author === peer || author === this.#identity.peerId;
	}

	#mark(room: string, mark: 'readTo' | 'readByPeer', {order, id}: Position): boolean {
		const state = this.#states.get(room);
		const before = state?.[mark];
		if (state === undefined || (before && comparePositions({order, id}, before) <= 0)) return false;
		state[mark] = {order, id};
		state.isDirty = true;
		return true;
	}
}

/** What is staged, by chain: nobody is told of it. */
function hiddenOf(state: RoomState): ReadonlyMap<ChainState, readonly Fresh[]> {
	const hidden = new Map<ChainState, Fresh[]>();
	for (const fresh of state.fresh.values()) {
		const others = hidden.get(fresh.chain);
		if (others) others.push(fresh);
		else hidden.set(fresh.chain, [fresh]);
	}
	return hidden;
}

/** Whether it is here, or one that is here names it as its `previous`. */
function isVouchedFor(state: RoomState, store: EventStore, id: string, event: RoomEvent): boolean {
	const chain = state.chain(event);
	if (chain === undefined) return false;
	if (chain.spans.has(event.sequence) && state.has(id)) return true;
	if (!chain.spans.has(event.sequence + 1)) return false;
	return store
		.at(state.room, event, event.sequence + 1, MAX_SUCCESSORS)
		.some(above => readStored(above)?.previous === id);
}
