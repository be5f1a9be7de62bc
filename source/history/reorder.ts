/**
 * Orders computed anew, after a parent has come later than its child. What comes after a place in the order stands after
 * it, so one walk upwards from the lowest child finds all whose order may change: each is met after all of its parents
 * have their final order, or once more at its new place.
 */
import type {EventStore, StoredEvent} from './event-store.ts';
import {readStored} from './fold.ts';
import type {RoomState} from './room-state.ts';

/** Events that are looked at in one go. */
const STEP = 1_000;

export function reorderSome(
	state: RoomState,
	store: EventStore,
): {readonly moved: readonly string[]; readonly isDone: boolean} {
	if (state.cursor === undefined) return {moved: [], isDone: true};
	const page = store.page(state.room, {limit: STEP, kinds: 'all', after: state.cursor});
	const moved = page.filter(stored => reorderOne(state, stored)).map(({id}) => id);
	const last = page.at(-1);
	if (last === undefined || page.length < STEP) state.endReorder();
	else state.cursor = {order: last.order, id: last.id};
	if (moved.length > 0) state.isDirty = true;
	return {moved, isDone: state.cursor === undefined};
}

/** Returns whether it has moved. */
function reorderOne(state: RoomState, stored: StoredEvent): boolean {
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
	if (computed === order) return false;
	state.move(id, order, computed);
	return true;
}
