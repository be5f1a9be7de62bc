/** Entries of rooms as they come, change, and spread. */
import type {ChatMessage, EventOf} from '../../api/event.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {entryOf, lineOf, newsOf, spreadOf} from '../entry.ts';
import {compareKeys, entryAt, findIndex, type Key, lastEntry} from '../log.ts';
import {spreadMoved} from '../pages/spread.ts';
import type {Entry, MessageEntry, Pending, Room} from '../state.ts';
import {authorSeen} from './people.ts';
import {roomOfMessage, saidAlready} from './rooms.ts';

/** UTF-16 units of a quotation, as the core gives them. */
const MAX_QUOTE = 120;

export function message(draft: Draft, event: EventOf<'message'>): void {
	const present = roomOfMessage(draft, event);
	// A core that was started again may tell once more what is here already.
	if (!present || present.orders.has(event.messageId)) return;
	const room = draft.room(event.room) as RoomDraft;
	const entry = entryOf(event, draft.state.self) as MessageEntry;
	add(draft, room, entry);
	if (room.log.length > 0 && lastEntry(room.log)?.id !== entry.id) quote(draft, room, entry);
	authorSeen(draft, event.from);
	if (event.local) shown(draft, event);
	else arrived(draft, room, entry, event.timestamp < (event.via === undefined ? room.metAt : room.aloneUntil));
}

export function notice(draft: Draft, event: EventOf<'notice'>): void {
	const present = roomOfMessage(draft, event);
	if (!present || present.orders.has(event.messageId) || isFirstWord(present, event)) return;
	const {self, formerName} = draft.state;
	const isOwnName = event.kind === 'name' && event.local && formerName !== undefined;
	const entry = entryOf(isOwnName ? {...event, name: formerName} : event, self);
	if (entry.kind === 'system' && saidAlready(draft, present, {...entry, text: newsOf(event, entry)})) return;
	add(draft, draft.room(event.room) as RoomDraft, entry);
}

/** A `join` comes before somebody's first word, and not when they come: of whoever has been here for long, it is no news. */
function isFirstWord({members}: Room, {kind, from, local, via}: EventOf<'notice'>): boolean {
	return kind === 'join' && (local || (via !== undefined && members.some(({peer}) => peer === from)));
}

export function messageChanged(draft: Draft, event: EventOf<'message-changed'>): void {
	const present = draft.findRoom(event.room);
	if (!present) return;
	const before = draft.find(present, event.messageId);
	if (event.change === 'order' && leavesHole(present, event, before))
		(draft.room(event.room) as RoomDraft).page = 'stale';
	if (!before) return;
	const room = draft.room(event.room) as RoomDraft;
	const entry = putAgain(draft, room, event);
	if (entry.kind === 'message' && event.change !== 'order') quote(draft, room, entry);
}

/** An entry that moves into the part that is here, or out of it: only the core knows what stands beside it. */
function leavesHole(
	{log, older, newer, page}: Room,
	{order, messageId}: ChatMessage,
	before: Key | undefined,
): boolean {
	const [first, last] = [entryAt(log, 0), lastEntry(log)];
	if (page !== 'fresh' || !first || !last) return false;
	const key = {order, id: messageId};
	const isBefore = older !== 'none' && compareKeys(key, first) < 0;
	const isAfter = newer !== 'none' && compareKeys(key, last) > 0;
	return before ? isBefore || isAfter : !(isBefore || isAfter);
}

/** Replies say what they answer as it is now: what was taken back is not left standing in them. */
function quote(draft: Draft, room: RoomDraft, {id, from, name, text, redacted}: MessageEntry): void {
	// Every message that comes between others passes here, and hardly one of them has been answered.
	if (!room.answered.has(id)) return;
	const words = redacted === undefined ? lineOf(text.slice(0, MAX_QUOTE)) : '';
	for (const chunk of room.log.chunks) {
		for (const entry of chunk) {
			if (entry.kind !== 'message' || entry.reply?.id !== id || entry.reply.text === words) continue;
			draft.put(room, {...entry, reply: {id, from, name, text: words}});
		}
	}
}

/** An entry as it is now. How far it has spread is told by itself: what is known of that stays. */
export function putAgain(draft: Draft, room: RoomDraft, event: ChatMessage): Entry {
	const told = entryOf(event, draft.state.self);
	const known = knownEntry(draft, room, event.messageId);
	const keepsSpread = !event.state && told.kind === 'message' && known?.kind === 'message';
	const entry = keepsSpread ? {...told, storedBy: known.storedBy, of: known.of, isRead: known.isRead} : told;
	draft.put(room, entry);
	return entry;
}

/** The entry of the core with that id, if it is in the log. */
function knownEntry(draft: Draft, room: Room, id: string): Entry | undefined {
	const key = draft.find(room, id);
	const index = key && findIndex(room.log, key);
	return index === undefined ? undefined : entryAt(room.log, index);
}

export function messageState(draft: Draft, event: EventOf<'message-state'>): void {
	spreadMoved(draft, event);
	const present = draft.findRoom(event.room);
	const entry = present && knownEntry(draft, present, event.messageId);
	if (entry?.kind !== 'message') return;
	const spread = spreadOf(event);
	if (entry.storedBy === spread.storedBy && entry.of === spread.of && entry.isRead === spread.isRead) return;
	draft.put(draft.room(event.room) as RoomDraft, {...entry, ...spread});
}

/** Only where it leaves no hole: what lies beyond the part that is here comes when somebody scrolls there. */
function add(draft: Draft, room: RoomDraft, entry: Entry): void {
	if (room.anchor && compareKeys(entry, room.anchor) > 0) room.below += 1;
	const last = lastEntry(room.log);
	const first = entryAt(room.log, 0);
	if (room.newer !== 'none' && last && compareKeys(entry, last) > 0) return;
	if (room.older !== 'none' && first && compareKeys(entry, first) < 0) return;
	draft.put(room, entry);
}

/** `isMissed`: it was said before we met those who are here, and comes from what they have kept. */
function arrived(draft: Draft, room: RoomDraft, entry: MessageEntry, isMissed: boolean): void {
	const {active, view} = draft.state;
	if (active === room.room && view === 'chat') {
		// Before a window that is not in front, nobody sits.
		if (isMissed || !draft.state.isFocused) missed(room, entry);
		return;
	}
	room.unread += 1;
	// What somebody writes to us alone is as pressing as our name.
	if (entry.mention || room.peer !== undefined) room.mentions += 1;
	if (room.owed === 0) room.firstUnread = earlier(room.firstUnread, entry);
}

/** Nobody may be looking while it comes, and the first of it may be pages above. */
function missed(room: RoomDraft, entry: MessageEntry): void {
	room.divider = room.missed === 0 ? earlier(undefined, entry) : earlier(room.divider, entry);
	room.missed += 1;
	if (entry.mention || room.peer !== undefined) room.missedMentions += 1;
}

export function earlier(a: Key | undefined, {order, id}: Key): Key {
	return a && compareKeys(a, {order, id}) <= 0 ? a : {order, id};
}

/** What we wrote is in the room now, and no longer on its way. */
function shown(draft: Draft, {room, text}: ChatMessage): void {
	for (const [id, asked] of draft.state.pending) {
		if (asked.isShown || !isOnItsWay(asked, room, text)) continue;
		draft.set({pending: new Map(draft.state.pending).set(id, {...asked, isShown: true})});
		return;
	}
}

function isOnItsWay({command}: Pending, room: string, text: string): boolean {
	if (command.command === 'publish') return command.room === room && command.text === text;
	return command.command === 'direct' && `@${command.peer}` === room && command.text === text;
}
