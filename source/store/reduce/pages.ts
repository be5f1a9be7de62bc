/** Pages of history as they were asked for. */

import type {CommandOf} from '../../api/command.ts';
import type {Results} from '../../api/event.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {compareKeys, entryAt, type Key} from '../log.ts';
import type {Entry, MessageEntry, Room} from '../state.ts';
import {earlier, putAgain} from './messages.ts';
import {authorSeen} from './people.ts';

type Asked = CommandOf<'history'>;

export function historyCame(draft: Draft, asked: Asked, {messages}: Results['history']): void {
	const known = draft.findRoom(asked.room);
	if (!known) return;
	const room = draft.room(asked.room) as RoomDraft;
	if (known.page === 'asked') return refreshed(draft, room, asked, messages);
	const next = asked.after !== undefined;
	const from = asked.after ?? asked.before;
	// What the page joins was forgotten meanwhile: there would be a hole between them.
	const isLoose = from === undefined || !room.orders.has(from);
	// A page of long messages is shorter than what was asked for: only an empty one says that there is no more.
	const more = isLoose || messages.length > 0 ? 'more' : 'none';
	if (next) room.newer = more;
	else room.older = more;
	if (!isLoose) putAll(draft, room, messages);
}

/** Milliseconds until a core that was busy is asked again. */
const PATIENCE = 2_000;

export function historyRefused(draft: Draft, {room: name}: Asked, code: string): void {
	const room = draft.room(name);
	if (!room) return;
	if (code === 'unknown-room') {
		Object.assign(room, {page: 'fresh', older: 'none', newer: 'none'} satisfies Partial<Room>);
		return;
	}
	const isGone = code === 'unknown-message';
	// What was looked at is not kept any more: to the newest, which there is without naming anything.
	if (isGone && room.page === 'asked') room.anchor = undefined;
	if (isGone || room.page === 'asked') room.page = 'stale';
	if (room.older === 'loading') room.older = 'more';
	if (room.newer === 'loading') room.newer = 'more';
	room.waitUntil = draft.now + (isGone ? 0 : PATIENCE);
}

/** What is kept, as it is now; whatever of the log stands before the page comes again when somebody scrolls there. */
function refreshed(draft: Draft, room: RoomDraft, asked: Asked, messages: Results['history']['messages']): void {
	room.page = 'fresh';
	if (messages.length === 0 && room.orders.size === 0 && room.missed === 0)
		Object.assign(room, {isNewHere: true, metAt: 0, aloneUntil: 0});
	room.older = messages.length > 0 ? 'more' : 'none';
	if (asked.before === undefined) room.newer = 'none';
	putAll(draft, room, messages);
	const first = messages[0];
	if (first) draft.dropBefore(room, {order: first.order, id: first.messageId});
	if (room.owed > 0) markOwed(draft, room);
}

function putAll(draft: Draft, room: RoomDraft, messages: Results['history']['messages']): void {
	for (const event of messages) {
		putAgain(draft, room, event);
		authorSeen(draft, event.from);
	}
}

/** The line "new" stands before what had not been read when the program was left. */
function markOwed(draft: Draft, room: RoomDraft): void {
	let left = room.owed;
	let first: Key | undefined;
	let mentions = 0;
	for (let index = room.log.length - 1; index >= 0 && left > 0; index--) {
		const entry = entryAt(room.log, index);
		if (!isOfOthers(entry)) continue;
		first = entry;
		left -= 1;
		if (entry.mention) mentions += 1;
	}
	room.owed = 0;
	if (!first) return;
	if (draft.state.active === room.room && draft.state.view === 'chat') {
		const at = room.divider;
		room.divider = at && compareKeys(at, first) < 0 ? at : earlier(undefined, first);
		if (room.missed > 0) room.missedMentions = Math.max(room.missedMentions, mentions);
	} else {
		room.firstUnread = earlier(room.firstUnread, first);
		room.mentions = Math.max(room.mentions, mentions);
	}
}

function isOfOthers(entry: Entry | undefined): entry is MessageEntry {
	return entry?.kind === 'message' && !entry.local;
}
