/** An event becomes a part of its room: its place, its chain, what it fills and what it lacks. */
import {MAX_FORK_IDS} from '../wire/limits.ts';
import type {RoomEvent} from '../wire/messages.ts';
import {isWords} from '../wire/room-event.ts';
import type {ChainState} from './chain-state.ts';
import type {EventStore} from './event-store.ts';
import {isChange, readStored, searchTextOf} from './fold.ts';
import type {Incoming, Kept} from './kept.ts';
import type {RoomState} from './room-state.ts';

/** Stages an event that is not here. Whoever calls has checked its signature. `isOwn`: it was made just now. */
export function takeIn(
	state: RoomState,
	store: EventStore,
	incoming: Incoming,
	{received, isOwn}: {readonly received: number; readonly isOwn: boolean},
): Kept {
	const {id, event, bytes, signature} = incoming;
	const {room} = state;
	const chain = state.chainFor(event);
	const {order, missing} = orderOf(state, event);
	const conflict = conflictBelow(state, chain, event);
	if (conflict !== undefined) missing.push(conflict);
	const siblings = siblingsOf(state, store, chain, event);
	findConflictAbove(state, store, chain, incoming);

	const stored = {room, id, order, bytes, signature, received};
	store.append({...stored, event});
	chain.add(event.sequence, id, siblings);
	const isAlone = siblings.every(sibling => state.fresh.has(sibling));
	state.fresh.set(id, {chain, sequence: event.sequence, id, isAlone, isOwn});
	const filled = state.gaps.fill(id);
	for (const parent of missing) state.addGap(parent, id);
	state.place(stored, event.parents, filled.length === 0);
	raise(state, order, filled);
	indexText(state, store, id, event);
	return {stored, event, missing, filled, siblings, after: state.newest.countAfter(stored)};
}

/** Whether it stands before that time, and is not here: then neither it nor what is below it in its chain is taken in. */
export function passOver(state: RoomState, {id, event}: Incoming, olderThan: number): boolean {
	if (event.clock >= olderThan) return false;
	const {order} = orderOf(state, event);
	if (order >= olderThan || state.has(id)) return false;
	state.passOver(id, order);
	state.chainFor(event).passOver(event.sequence);
	return true;
}

function orderOf(state: RoomState, {clock, parents}: RoomEvent): {order: number; missing: string[]} {
	let order = clock;
	const missing: string[] = [];
	for (const parent of parents) {
		const above = state.orderOf(parent);
		if (above === undefined) missing.push(parent);
		else if (above >= order) order = above + 1;
	}
	return {order, missing};
}

/** What stands below it in its chain, if that is here, is not what it names: then what it names is missing. */
function conflictBelow(state: RoomState, chain: ChainState, {sequence, previous}: RoomEvent): string | undefined {
	if (previous === undefined || !chain.spans.has(sequence - 1) || chain.isKnown(sequence - 1, previous))
		return undefined;
	return state.has(previous) ? undefined : previous;
}

/** The same, seen from the event above, which has been here for longer. */
function findConflictAbove(state: RoomState, store: EventStore, chain: ChainState, {id, event}: Incoming): void {
	if (!chain.spans.has(event.sequence + 1)) return;
	const hasSiblings = chain.spans.has(event.sequence);
	for (const above of store.at(state.room, chain, event.sequence + 1, MAX_FORK_IDS)) {
		const previous = readStored(above)?.previous;
		if (previous === undefined || previous === id) continue;
		if (!hasSiblings || !state.has(previous)) state.addGap(previous, above.id);
	}
}

function siblingsOf(state: RoomState, store: EventStore, chain: ChainState, {sequence}: RoomEvent): string[] {
	return chain.spans.has(sequence) ? store.at(state.room, chain, sequence, MAX_FORK_IDS).map(({id}) => id) : [];
}

/** Those that it was missing for stand after it. If they do not yet, they and what follows them are to be moved. */
function raise(state: RoomState, order: number, filled: readonly string[]): void {
	for (const child of filled) {
		const below = state.orderOf(child);
		if (below !== undefined && below <= order) state.reorderFrom(below);
	}
	if (state.lostFrom !== undefined && state.lostFrom.order <= order) state.reorderFrom(state.lostFrom.order);
}

/** Words are found by what the text is now, whichever of an entry and its edits came first. */
function indexText(state: RoomState, store: EventStore, id: string, event: RoomEvent): void {
	const {room} = state;
	if (isChange(event)) {
		if (event.kind === 'reaction') return;
		const target = store.get(room, event.target);
		const body = target && readStored(target);
		if (target && body) store.index(room, target.id, searchTextOf(store, target, body));
		else state.awaited.add(event.target);
	} else if (isWords(event.kind) && state.awaited.has(id)) {
		const target = store.get(room, id);
		if (target) store.index(room, id, searchTextOf(store, target, event));
	}
}
