/** The message that the keys are about; what is being answered or changed; and what becomes of both when it goes. */
import type {ChatMessage} from '../api/event.ts';
import type {Draft, RoomDraft} from './draft.ts';
import {entryAt, findIndex} from './log.ts';
import type {MessageEntry, Pending, Room} from './state.ts';

export type Selection = {
	readonly room: string;
	readonly id: string;
	/** Whether it is really to be taken back: the same key once more does it. */
	readonly asksRedact: boolean;
	/** The newest message was in view, and the view was not moved since: leaving goes back there. */
	readonly wasAtEnd: boolean;
	/** It was found and not yet brought to the middle of the view. */
	readonly isFound: boolean;
};

/** What the line in the composer is: an answer to a message, or the new text of one. */
export type Composing = {
	readonly mode: 'reply' | 'edit';
	readonly room: string;
	readonly id: string;
	/** Whose it is. */
	readonly from: string;
	readonly name: string;
	/** The beginning of its text, on one line. */
	readonly excerpt: string;
	/** What stood in the composer before: it comes back afterwards. */
	readonly before: string;
};

/** On the way to a message that is not here: first what follows it is asked for, then the message and what precedes it. */
export type Jump = {
	readonly id: string;
	readonly isAsked: boolean;
	readonly following: readonly ChatMessage[] | undefined;
};

/** The message of a room with that id, if it is here and was not taken back. */
export function messageIn(room: Room | undefined, id: string): {entry: MessageEntry; index: number} | undefined {
	const order = room?.orders.get(id);
	const index = room && order !== undefined ? findIndex(room.log, {order, id}) : undefined;
	const entry = index === undefined ? undefined : entryAt((room as Room).log, index);
	return entry?.kind === 'message' && entry.redacted === undefined ? {entry, index: index as number} : undefined;
}

/** A line that comes back to the composer is again what it was. */
export function composeAgain(draft: Draft, {room: name, composing}: NonNullable<Pending['typed']>): void {
	const room = composing && name !== undefined ? draft.room(name) : undefined;
	if (room) room.composing = composing;
}

/** To be called after every change: what is gone cannot be selected, answered or changed. */
export function settleSelection(draft: Draft): void {
	const {selection, core, active, rooms} = draft.state;
	if (selection) {
		const isThere = selection.room === active && messageIn(draft.findRoom(active), selection.id);
		if (!isThere || core.state !== 'running') dropSelection(draft);
	}
	for (const {room, composing, jump} of rooms) {
		if (composing && isTakenBack(draft.findRoom(room), composing.id))
			(draft.room(room) as RoomDraft).composing = undefined;
		if (jump && core.state !== 'running') (draft.room(room) as RoomDraft).jump = undefined;
	}
}

/** The view goes back to where it was, and a list that was about the message is closed. */
export function dropSelection(draft: Draft): void {
	const {selection, switcher} = draft.state;
	if (!selection) return;
	draft.set({selection: undefined, switcher: switcher?.list === undefined ? switcher : undefined});
	const known = selection.wasAtEnd ? draft.findRoom(selection.room) : undefined;
	if (known?.anchor && known.newer === 'none') (draft.room(known.room) as RoomDraft).anchor = undefined;
}

/** Known to be so: what is not here may be far above. */
function isTakenBack(room: Room | undefined, id: string): boolean {
	return room?.orders.has(id) === true && messageIn(room, id) === undefined;
}
