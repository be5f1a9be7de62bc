/** What is known of an open room without asking the store. The store gets to know with `flush`. */
import {BoundedMap} from '../base/bounded.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {AwaitedIds} from './awaited-ids.ts';
import {type ChainName, ChainState, chainKey} from './chain-state.ts';
import {IdDigest} from './digest.ts';
import {type EventStore, MAX_HEADS, type Position, type StoredEvent, type StoredRoom} from './event-store.ts';
import {comparePositions} from './fold.ts';
import {Gaps} from './gaps.ts';
import {NewestPlaces, WINDOW} from './order.ts';

/** Deleted events whose places are remembered, for those that still come and name them. */
const MAX_PRUNED = 4_096;

/** An event that is staged. */
export type Fresh = {
	readonly chain: ChainState;
	readonly sequence: number;
	readonly id: string;
	/** No other one of this number is on disk. */
	readonly isAlone: boolean;
	/** Nobody may get it: its number is used again if the commit fails. */
	readonly isOwn: boolean;
};

export class RoomState {
	readonly room: string;
	readonly peer: PeerId | undefined;
	readonly chains = new Map<string, ChainState>();
	readonly gaps: Gaps;
	readonly digest: IdDigest;
	events: number;
	heads: readonly Position[];
	readTo: Position | undefined;
	readByPeer: Position | undefined;
	/** What was staged since the last commit: nobody is told that it is kept. */
	readonly fresh = new Map<string, Fresh>();
	/** Where `reorderSome` goes on, and from where it is to begin anew after that. */
	cursor: Position | undefined;
	nextCursor: Position | undefined;
	/** Gaps were forgotten, of events that stood here at the lowest: who comes may be the parent of one of them. */
	lostFrom: Position | undefined;
	/** Gaps were forgotten since the cursor began. */
	hasLostMore = false;
	isDirty = false;
	/** Entries that were edited or taken back before they came. */
	readonly awaited: AwaitedIds;
	/** Where the cursor began. */
	#began: Position | undefined;
	#lastChain: ChainState | undefined;
	readonly #store: EventStore;
	#newest: NewestPlaces | undefined;
	readonly #pruned = new BoundedMap<string, number>(MAX_PRUNED);

	constructor(store: EventStore, room: string, peer: PeerId | undefined) {
		const stored = store.room(room);
		this.#store = store;
		this.room = room;
		this.peer = peer ?? stored?.peer;
		this.digest = new IdDigest(stored?.digest);
		this.events = stored?.events ?? 0;
		this.awaited = new AwaitedIds(this.events === 0);
		this.heads = stored?.heads ?? [];
		this.readTo = stored?.readTo;
		this.readByPeer = stored?.readByPeer;
		this.cursor = stored?.reorderFrom;
		this.#began = this.cursor;
		this.lostFrom = this.cursor;
		this.gaps = new Gaps(store.gaps(room));
		for (const chain of store.chains(room)) {
			this.chains.set(chainKey(chain), new ChainState(chain, chain));
			// Of what was forgotten, what comes next names the last.
			if (chain.tip && chain.tip.sequence < chain.keptFrom) this.#pruned.set(chain.tip.id, 0);
		}
	}

	toStored(): StoredRoom {
		const {room, peer, digest, events, heads, readTo, readByPeer} = this;
		const reorderFrom = [this.cursor, this.nextCursor, this.lostFrom].reduce(lower, undefined);
		return {
			room,
			...(peer !== undefined && {peer}),
			digest: digest.toString(),
			events,
			heads,
			...(readTo && {readTo}),
			...(readByPeer && {readByPeer}),
			...(reorderFrom && {reorderFrom}),
		};
	}

	flush(): void {
		if (this.gaps.isDirty) this.gaps.flush(this.#store, this.room);
		for (const chain of this.chains.values()) {
			if (!chain.isDirty) continue;
			this.#store.saveChain(this.room, chain.toStored());
			chain.isDirty = false;
		}
		if (this.isDirty) this.#store.saveRoom(this.toStored());
		this.isDirty = false;
	}

	chain(name: ChainName): ChainState | undefined {
		// Most come several in a row; finding out the key costs more than all the rest of it.
		const last = this.#lastChain;
		if (last?.author === name.author && last.epoch === name.epoch) return last;
		const found = this.chains.get(chainKey(name));
		if (found !== undefined) this.#lastChain = found;
		return found;
	}

	chainFor(name: ChainName): ChainState {
		const known = this.chain(name);
		if (known !== undefined) return known;
		const chain = new ChainState(name);
		this.chains.set(chainKey(name), chain);
		return chain;
	}

	/** The newest places. Read when they are first asked for, and again when many have been deleted. */
	get newest(): NewestPlaces {
		if (this.#newest === undefined || this.#newest.isSpent) {
			const page = this.#store.page(this.room, {limit: WINDOW, kinds: 'all'});
			this.#newest = new NewestPlaces(page, page.length < WINDOW);
		}
		return this.#newest;
	}

	has(id: string): boolean {
		return this.newest.orderOf(id) !== undefined || this.#store.has(this.room, id);
	}

	/** Of an event that is here, or that was until it was deleted on purpose. */
	orderOf(id: string): number | undefined {
		return (
			this.newest.orderOf(id) ??
			this.#store.orderOf(this.room, id) ??
			this.#pruned.get(id) ??
			this.heads.find(head => head.id === id)?.order
		);
	}

	/** Whether it was deleted on purpose, as far as is remembered. */
	isPruned(id: string): boolean {
		return this.#pruned.has(id);
	}

	/** Puts a new event in its place. `isHead`: nobody names it. */
	place(position: Position, parents: readonly string[], isHead: boolean): void {
		this.isDirty = true;
		this.events++;
		this.digest.toggle(position.id);
		this.newest.add(position);
		const heads = this.heads.filter(({id}) => !parents.includes(id));
		if (isHead) insert(heads, position);
		this.heads = heads.slice(-MAX_HEADS);
	}

	/** Another order has been computed for it. */
	move(id: string, from: number, to: number): void {
		const {newest} = this;
		newest.delete({id, order: from});
		newest.add({id, order: to});
		this.#store.reorder(this.room, id, to);
		if (!this.heads.some(head => head.id === id)) return;
		const heads = this.heads.filter(head => head.id !== id);
		insert(heads, {id, order: to});
		this.heads = heads;
		this.isDirty = true;
	}

	/** It was deleted on purpose. Heads stay: who comes next names them. */
	prune({id, order}: StoredEvent): void {
		this.isDirty = true;
		this.events--;
		this.digest.toggle(id);
		this.newest.delete({id, order});
		this.gaps.drop(id);
		this.fresh.delete(id);
		this.#pruned.set(id, order);
	}

	/** It is too old to be kept: nothing is missing without it. */
	passOver(id: string, order: number): void {
		this.#pruned.set(id, order);
		this.gaps.fill(id);
	}

	/** Something of this order has got a parent late: from there on orders are to be computed anew. */
	reorderFrom(order: number): void {
		this.isDirty = true;
		const place = {order, id: ''};
		if (this.cursor === undefined) this.#beginAt(place);
		else if (comparePositions(place, this.cursor) < 0) this.nextCursor = lower(this.nextCursor, place);
	}

	/** The cursor has come to the end. Goes on with what was asked for meanwhile, if anything was. */
	endReorder(): void {
		this.isDirty = true;
		const {lostFrom, nextCursor} = this;
		if (lostFrom && this.#began && !this.hasLostMore && comparePositions(this.#began, lostFrom) <= 0) {
			this.lostFrom = undefined;
		}
		this.cursor = undefined;
		this.nextCursor = undefined;
		if (nextCursor !== undefined) this.#beginAt(nextCursor);
	}

	#beginAt(place: Position): void {
		this.cursor = place;
		this.#began = place;
		this.hasLostMore = false;
	}

	addGap(missing: string, child: string): void {
		const evicted = this.gaps.add(missing, child);
		if (evicted === undefined) return;
		const order = this.orderOf(evicted);
		if (order === undefined) return;
		this.isDirty = true;
		this.hasLostMore = true;
		this.lostFrom = lower(this.lostFrom, {order, id: ''});
	}
}

/** Undefined stands for none. */
export function lower(a: Position | undefined, b: Position | undefined): Position | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	return comparePositions(a, b) <= 0 ? a : b;
}

function insert(places: Position[], {order, id}: Position): void {
	const place = {order, id};
	const index = places.findLastIndex(other => comparePositions(other, place) < 0);
	places.splice(index + 1, 0, place);
}
