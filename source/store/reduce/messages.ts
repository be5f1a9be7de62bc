/** Messages, and how far our own have spread. */
import type {EventOf} from '../../api/event.ts';
import {clipText} from '../clip.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {isKnown} from '../known-ids.ts';
import {entryAt, replaceAt} from '../log.ts';
import {cleanName, mentions} from '../names.ts';
import {MAX_OWN, type MessageEntry, type State} from '../state.ts';

export function message(draft: Draft, event: EventOf<'message'>): void {
	const present = draft.findRoom(event.room);
	if (!present || isKnown(present.known, event.messageId)) return;
	const room = draft.room(event.room) as RoomDraft;
	const {text, cut} = clipText(event.text);
	const entry: MessageEntry = {
		kind: 'message',
		id: event.messageId,
		from: event.from,
		name: cleanName(event.name, event.from),
		text,
		cut,
		timestamp: event.timestamp,
		local: event.local,
		mention: !event.local && mentions(text, draft.state.self?.name ?? ''),
		storedBy: 0,
		of: 0,
	};
	const position = draft.append(room, entry);
	if (event.local) own(draft, event, position);
	else arrived(draft.state, room, entry, position);
}

/** What we wrote is read by us, and shows where it stands. */
function own(draft: Draft, event: EventOf<'message'>, position: number): void {
	const known = new Map(draft.state.own).set(event.messageId, {room: event.room, position});
	if (known.size > MAX_OWN) known.delete(known.keys().next().value as string);
	draft.set({own: known});
}

function arrived(state: State, room: RoomDraft, entry: MessageEntry, position: number): void {
	const isOpen = state.active === room.room && state.view === 'chat';
	if (isOpen) return;
	room.unread += 1;
	if (entry.mention) room.mentions += 1;
	room.firstUnread ??= position;
}

export function messageState(draft: Draft, event: EventOf<'message-state'>): void {
	const place = draft.state.own.get(event.messageId);
	const room = place && draft.findRoom(place.room);
	if (!place || !room) return;
	const entry = entryAt(room.log, place.position);
	if (entry?.kind !== 'message' || entry.id !== event.messageId) return;
	if (entry.storedBy === event.storedBy && entry.of === event.of) return;
	const changed = {...entry, storedBy: event.storedBy, of: event.of};
	const target = draft.room(place.room) as RoomDraft;
	target.log = replaceAt(target.log, place.position, changed);
}
