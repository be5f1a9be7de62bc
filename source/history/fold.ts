/**
 * An entry as it is to be shown: what became of it by the edits, reactions and redactions that name it. Pure, and
 * independent of the order in which they are given: all who hold the same events see the same.
 */
import {decodeEvent} from '../wire/event.ts';
import type {EventBody, EventKind, RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import type {EventStore, Position, StoredEvent} from './event-store.ts';

/** Reactions to one entry that are looked at, the last ones; emoji of it that are shown, and people with each. */
export const MAX_REACTIONS = 256;
export const MAX_SHOWN_EMOJI = 20;
export const MAX_SHOWN_PEOPLE = 64;

/** An event with its place in the room. */
export type Placed = Position & {readonly event: RoomEvent};

export type Reaction = {readonly emoji: string; readonly from: readonly PeerId[]};

export type Folded = {
	/** The text that counts: after the last edit, empty after a redaction. */
	readonly text: string;
	/** By the author's clock. */
	readonly edited?: number;
	/** The reason, which may be empty. */
	readonly redacted?: string;
	/** In the order in which each was first used. */
	readonly reactions: readonly Reaction[];
	/** Ids of the events that made it so; all others have changed nothing. */
	readonly counted: ReadonlySet<string>;
};

/** Kinds that change an entry. */
const CHANGES: ReadonlySet<EventKind> = new Set(['edit', 'reaction', 'redaction']);

/** Whether the event changes another one, its `target`, and is no entry of its own. */
export function isChange(
	event: RoomEvent,
): event is RoomEvent & {readonly target: string; kind: 'edit' | 'reaction' | 'redaction'} {
	return CHANGES.has(event.kind);
}

/** A number below 0 if `a` stands before `b`, above 0 if after, 0 if it is the same place. */
export function comparePositions(a: Position, b: Position): number {
	return a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The event that is kept there; undefined if the bytes are none, which only a damaged store brings about. */
export function readStored({bytes}: StoredEvent): RoomEvent | undefined {
	try {
		return decodeEvent(bytes);
	} catch {
		return undefined;
	}
}

/** `changes`: events of the same room that name the entry as their target; those that do not count may be among them. */
export function foldEntry(entry: Placed, changes: readonly Placed[]): Folded {
	const text = textOfBody(entry.event);
	const {author, kind} = entry.event;
	if (changes.length === 0 || !isWords(kind)) return {text, reactions: [], counted: new Set()};
	const relevant = changes.filter(({event}) => isChange(event) && event.target === entry.id).sort(comparePositions);
	const own = relevant.filter(({event}) => event.author === author);
	const redaction = own.findLast(({event}) => event.kind === 'redaction');
	if (redaction?.event.kind === 'redaction') {
		return {text: '', redacted: redaction.event.reason, reactions: [], counted: new Set([redaction.id])};
	}
	// What a file is called was signed with what it is.
	const edit = kind === 'file' ? undefined : own.findLast(({event}) => event.kind === 'edit');
	const {reactions, counted} = foldReactions(relevant);
	if (edit?.event.kind !== 'edit') return {text, reactions, counted};
	return {text: edit.event.text, edited: edit.event.timestamp, reactions, counted: new Set([...counted, edit.id])};
}

/** What the text of an entry is before anything changes it: the topic and the name too. */
export function textOfBody(body: EventBody): string {
	switch (body.kind) {
		case 'message':
		case 'reply':
		case 'edit':
		case 'topic':
			return body.text;
		case 'join':
		case 'name':
			return body.name;
		case 'file':
			return body.offer.name;
		default:
			return '';
	}
}

/** The text of an entry that is to be found by `search`, with what of its changes is kept by now. */
export function searchTextOf(store: EventStore, entry: StoredEvent, event: RoomEvent): string {
	const changes = changesOf(store, entry.room, [entry.id]).get(entry.id) ?? [];
	return foldEntry({order: entry.order, id: entry.id, event}, changes).text;
}

/** What names each of these entries, as far as it is kept. */
export function changesOf(store: EventStore, room: string, ids: readonly string[]): Map<string, Placed[]> {
	const changes = new Map<string, Placed[]>();
	if (ids.length === 0) return changes;
	for (const stored of store.about(room, ids, MAX_REACTIONS)) {
		const event = readStored(stored);
		if (!event || !isChange(event)) continue;
		const known = changes.get(event.target);
		const placed = {order: stored.order, id: stored.id, event};
		if (known) known.push(placed);
		else changes.set(event.target, [placed]);
	}
	return changes;
}

/** Of each author and emoji the last reaction counts. Emoji that most people use are shown if there are too many. */
function foldReactions(changes: readonly Placed[]): {reactions: Reaction[]; counted: Set<string>} {
	/** By emoji, in the order of first use; by author, in the order of their last one. */
	const byEmoji = new Map<string, Map<PeerId, {id: string; isOn: boolean}>>();
	for (const {id, event} of changes) {
		if (event.kind !== 'reaction') continue;
		const people = byEmoji.get(event.emoji) ?? new Map<PeerId, {id: string; isOn: boolean}>();
		people.delete(event.author);
		people.set(event.author, {id, isOn: event.isOn});
		byEmoji.set(event.emoji, people);
	}
	const counted = new Set([...byEmoji.values()].flatMap(people => [...people.values()].map(({id}) => id)));
	const used = [...byEmoji].map(([emoji, people]) => ({
		emoji,
		from: [...people].filter(([, {isOn}]) => isOn).map(([author]) => author),
	}));
	return {reactions: shownOf(used.filter(({from}) => from.length > 0)), counted};
}

function shownOf(reactions: readonly Reaction[]): Reaction[] {
	// The sort is stable: of equals those that came first stay.
	const most = reactions.toSorted((a, b) => b.from.length - a.from.length).slice(0, MAX_SHOWN_EMOJI);
	return reactions
		.filter(one => most.includes(one))
		.map(({emoji, from}) => ({emoji, from: from.slice(0, MAX_SHOWN_PEOPLE)}));
}
