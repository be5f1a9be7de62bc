/**
 * Orders computed anew, after a parent has come later than its child. What comes after a place in the order stands after
 * it, so one walk upwards from the lowest child finds all whose order may change: each is met after all of its parents
 * have their final order, or once more at its new place.
 */
import type {EventStore, StoredEvent} from './event-store.ts';
import {comparePositions, readStored} from './fold.ts';
import type {RoomState} from './room-state.ts';

/** Events that are looked at in one go. */
const STEP = 250;

export function reorderSome(
	state: RoomState,
	store: EventStore,
): {readonly moved: readonly string[]; readonly isDone: boolean} {
	if (state.cursor === undefined) return {moved: [], isDone: true};
	const page = [...store.page(state.room, {limit: STEP, kinds: 'all', after: state.cursor})];
	const end = page.length < STEP ? undefined : page.at(-1);
	const moved = new Set<string>();
	// It grows while it is walked through: what moves within it is looked at again at its new place.
	for (let index = 0; index < page.length; index++) {
		const stored = page[index]!;
		const order = reorderOne(state, stored);
		if (order === stored.order) continue;
		moved.add(stored.id);
		const there = {...stored, order};
		if (end === undefined || comparePositions(there, end) < 0) insertAfter(page, index, there);
	}
	if (end === undefined) state.endReorder();
	else state.cursor = {order: end.order, id: end.id};
	if (moved.size > 0) state.isDirty = true;
	return {moved: [...moved], isDone: state.cursor === undefined};
}

/** Returns the order that it has now. */
function reorderOne(state: RoomState, stored: StoredEvent): number {
	const {id, order} = stored;
	let computed = order;
	for (const parent of readStored(stored)?.parents ?? []) {
		const above = state.orderOf(parent);
		if (above !== undefined) computed = Math.max(computed, above + 1);
		else if (state.lostFrom !== undefined) {
			// One of those that were forgotten, perhaps.
			if (state.gaps.isFull) state.hasLostMore = true;
			else state.addGap(parent, id);
		}
	}
	if (computed !== order) state.move(id, order, computed);
	return computed;
}

/** Puts it into its place, somewhere behind `index`. */
function insertAfter(page: StoredEvent[], index: number, stored: StoredEvent): void {
	let [low, high] = [index + 1, page.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (comparePositions(page[middle]!, stored) < 0) low = middle + 1;
		else high = middle;
	}
	page.splice(low, 0, stored);
}
