/** Which room is open, and what that means for what counts as read. */
import type {Draft, RoomDraft} from './draft.ts';
import type {RoomTarget} from './intent.ts';
import {compareKeys} from './log.ts';
import type {Room, State} from './state.ts';

/** Opens a room: what was unread is marked off by a line, and counts as read once it can have been seen. */
export function activate(draft: Draft, name: string): void {
	open(draft, name);
	markRead(draft);
}

function open(draft: Draft, name: string): void {
	const {active} = draft.state;
	if (active !== name) {
		draft.set({active: name, last: active});
		const left = active === undefined ? undefined : draft.room(active);
		if (left) leave(draft, left);
	}
}

/** What was missed and not seen is unread again. */
function leave(draft: Draft, room: RoomDraft): void {
	if (room.missed > 0) {
		room.unread += room.missed;
		room.mentions += room.missedMentions;
		room.firstUnread = room.divider;
		markSeen(room);
	}
	room.divider = undefined;
	draft.rest(room);
}

export function markSeen(room: RoomDraft): void {
	room.missed = 0;
	room.missedMentions = 0;
}

/** To be called whenever the chat comes into view. What was unread may begin pages above: see `look`. */
export function markRead(draft: Draft): void {
	const {active, view} = draft.state;
	const known = active === undefined ? undefined : draft.findRoom(active);
	if (!known || view !== 'chat' || (known.firstUnread === undefined && known.unread === 0)) return;
	const room = draft.room(known.room) as RoomDraft;
	// Of what came before this program was started it is not known yet where it begins.
	if (room.owed > 0) room.owed = room.unread;
	const isAbove =
		room.missed > 0 && room.divider && room.firstUnread && compareKeys(room.divider, room.firstUnread) < 0;
	if (!isAbove) room.divider = room.firstUnread ?? room.divider;
	room.missed += room.unread;
	room.missedMentions += room.mentions;
	room.firstUnread = undefined;
	room.unread = 0;
	room.mentions = 0;
}

/** The room that `target` means, if there is one. */
export function findTarget(state: State, target: RoomTarget): Room | undefined {
	const {rooms, active, last} = state;
	const index = rooms.findIndex(room => room.room === active);
	switch (target.by) {
		case 'name':
			return rooms.find(room => room.room === target.room);
		case 'index':
			return rooms.find(({digit}) => digit === target.index + 1);
		case 'step':
			return rooms.length === 0 ? undefined : rooms[(index + target.step + rooms.length) % rooms.length];
		case 'last':
			return rooms.find(room => room.room === last);
		case 'unread':
			return nextUnread(rooms, index);
	}
}

/** Rooms that name us come first; else the next one below, going round. */
function nextUnread(rooms: readonly Room[], index: number): Room | undefined {
	const order = [...rooms.slice(index + 1), ...rooms.slice(0, Math.max(0, index))];
	return order.find(room => room.mentions > 0) ?? order.find(room => room.unread > 0);
}
