/** Selecting a message, and what is done with it. The view holds still meanwhile, and moves only to show what is selected. */
import type {Command} from '../../api/command.ts';
import {replaceText} from '../composer.ts';
import type {RoomDraft} from '../draft.ts';
import {lineOf} from '../entry.ts';
import {transferOf} from '../files/selectors.ts';
import type {Intent, MessageDeed, SelectTarget} from '../intent.ts';
import {entryAt} from '../log.ts';
import {linksIn} from '../palette.ts';
import {notify} from '../reduce/notices.ts';
import {isAtEnd, placeOf, reveal, topOf} from '../scroll.ts';
import {type Composing, messageIn, type Selection} from '../selection.ts';
import type {MessageEntry, Room} from '../state.ts';
import {emptySwitcher} from '../switcher.ts';
import {copyPlace, getInto, getOffer, showPlace} from './files.ts';
import {jumpTo} from './jumping.ts';
import {scrollPages} from './scrolling.ts';
import type {Stage} from './stage.ts';

/** UTF-16 units of what the composer says of a message. */
const EXCERPT = 80;

export function select(stage: Stage, to: SelectTarget): void {
	if (stage.room === undefined || stage.state.view !== 'chat') return;
	const before = stage.state.selection;
	if (to.by === 'page') scrollPages(stage, to.pages);
	const room = stage.room;
	const index = targetIndex(stage, room, to);
	if (index === undefined) {
		if (!before) notify(stage.draft, 'info', 'there is no message here to select yet');
		return;
	}
	const {chatRows} = stage.around;
	hush(stage);
	const anchor = reveal(room.log, room.anchor, index, chatRows, heights(stage, room), before?.isFound === true);
	const draft = stage.draft.room(room.room) as RoomDraft;
	if (room.anchor === undefined) draft.below = 0;
	const isMoved = room.anchor !== undefined && (anchor.id !== room.anchor.id || anchor.row !== room.anchor.row);
	draft.anchor = anchor;
	const wasAtEnd = before ? before.wasAtEnd && !isMoved : room.anchor === undefined;
	const {id} = entryAt(room.log, index) as MessageEntry;
	choose(stage, {room: room.room, id, asksRedact: false, wasAtEnd, isFound: false});
}

/** What was said of the message before would hide the keys. */
function hush(stage: Stage): void {
	if (stage.state.notice?.level === 'info') stage.draft.set({notice: undefined});
}

function choose(stage: Stage, selection: Selection): void {
	stage.draft.set({selection, switcher: undefined, completion: undefined});
}

function heights(stage: Stage, room: Room): (index: number) => number {
	return index => stage.around.rowsOf(room, index);
}

/** Only what somebody said, and did not take back. */
function isSelectable({log}: Room, index: number): boolean {
	const entry = entryAt(log, index);
	return entry?.kind === 'message' && entry.redacted === undefined;
}

function targetIndex(stage: Stage, room: Room, to: SelectTarget): number | undefined {
	const {selection} = stage.state;
	const [first, last] = inView(stage, room);
	const {length} = room.log;
	switch (to.by) {
		case 'id':
			return messageIn(room, to.id)?.index;
		case 'view':
			return nearest(room, last, -1) ?? nearest(room, last, 1);
		case 'page':
			return to.pages > 0 ? nearest(room, first, 1) : nearest(room, last, -1);
		case 'end':
			return to.end === 'oldest' ? nearest(room, 0, 1) : nearest(room, length - 1, -1);
		case 'step': {
			const at = selection && messageIn(room, selection.id)?.index;
			return at === undefined ? nearest(room, last, -1) : nearest(room, at - to.step, to.step > 0 ? -1 : 1);
		}
	}
}

/** Indices of the first and the last entry in view. */
function inView(stage: Stage, room: Room): readonly [number, number] {
	const {log, anchor} = room;
	if (log.length === 0) return [0, -1];
	const rowsOf = heights(stage, room);
	const last = log.length - 1;
	const bottom = anchor ? placeOf(log, anchor, rowsOf) : {index: last, row: rowsOf(last) - 1};
	const top = topOf(bottom, stage.around.chatRows, rowsOf);
	return [top.row > 0 ? Math.min(top.index + 1, bottom.index) : top.index, bottom.index];
}

function nearest(room: Room, from: number, step: 1 | -1): number | undefined {
	for (let index = from; index >= 0 && index < room.log.length; index += step) {
		if (isSelectable(room, index)) return index;
	}
	return undefined;
}

/** Back to writing: to where the view was, or where it is now if somebody has moved it. */
export function leaveSelection(stage: Stage): void {
	const {selection} = stage.state;
	stage.draft.set({selection: undefined, switcher: undefined});
	const room = stage.room;
	if (!selection || !room?.anchor) return;
	const isLive = room.newer === 'none' && isAtEnd(room.log, room.anchor, heights(stage, room));
	if (selection.wasAtEnd || isLive) (stage.draft.room(room.room) as RoomDraft).anchor = undefined;
}

/** What the keys do with the selected message. */
export function doWith(stage: Stage, deed: MessageDeed): void {
	const {selection} = stage.state;
	const room = stage.room;
	const entry = selection && messageIn(room, selection.id)?.entry;
	if (!selection || !room || !entry) return;
	hush(stage);
	if (selection.asksRedact && deed !== 'redact') stage.draft.set({selection: {...selection, asksRedact: false}});
	switch (deed) {
		case 'reply':
			return compose(stage, room, entry, 'reply');
		case 'edit':
			return edit(stage, room, entry);
		case 'redact':
			return redact(stage, selection, entry);
		case 'react':
			return stage.draft.set({switcher: emptySwitcher('react')});
		case 'copy':
			return copy(stage, entry);
		case 'open':
			return open(stage, entry);
		case 'details':
			return stage.perform({type: 'inspect', room: room.room, id: entry.id});
		case 'get':
			return getOffer(stage, entry);
		case 'get-into':
			if (entry.offer && !entry.local) leaveSelection(stage);
			return getInto(stage, entry);
		case 'quoted':
			if (entry.reply) return jumpTo(stage, room.room, entry.reply.id);
			return notify(stage.draft, 'info', 'this message answers no other one');
	}
}

function edit(stage: Stage, room: Room, entry: MessageEntry): void {
	if (!entry.local) return notify(stage.draft, 'info', 'only your own messages can be edited');
	if (entry.offer) return notify(stage.draft, 'info', 'an offer cannot be edited: take it back, and offer it again');
	if (entry.isWhole) return compose(stage, room, entry, 'edit');
	notify(stage.draft, 'warning', 'it is not shown as it was written, so it cannot be edited here');
}

function redact(stage: Stage, selection: Selection, entry: MessageEntry): void {
	if (!entry.local) return notify(stage.draft, 'info', 'only your own messages can be taken back');
	if (!selection.asksRedact) return stage.draft.set({selection: {...selection, asksRedact: true}});
	stage.send({command: 'redact', room: selection.room, messageId: entry.id});
	leaveSelection(stage);
}

function copy(stage: Stage, entry: MessageEntry): void {
	if (copyPlace(stage, transferOf(stage.state, entry))) return;
	const {text, cut} = entry;
	stage.effect({type: 'copy', text, ...(cut ? {isPart: true} : {})});
}

function open(stage: Stage, entry: MessageEntry): void {
	if (entry.offer) return showPlace(stage, transferOf(stage.state, entry));
	const {text} = entry;
	const [url, ...more] = linksIn(text);
	if (url === undefined) return notify(stage.draft, 'info', 'there is no link in this message');
	if (more.length > 0) return stage.draft.set({switcher: emptySwitcher('links')});
	openLink(stage, url);
}

export function openLink(stage: Stage, url: string): void {
	stage.draft.set({switcher: undefined});
	stage.effect({type: 'open', url});
}

/** The same one once more takes it back. */
export function react(stage: Stage, emoji: string, isOurs: boolean): void {
	const {selection} = stage.state;
	stage.draft.set({switcher: undefined});
	if (!selection) return;
	const off = isOurs ? {off: true} : {};
	stage.send({command: 'react', room: selection.room, messageId: selection.id, emoji, ...off});
}

/** What is written next answers the message, or takes the place of its text. */
function compose(stage: Stage, room: Room, {id, from, name, text}: MessageEntry, mode: Composing['mode']): void {
	leaveSelection(stage);
	const excerpt = lineOf(text).slice(0, EXCERPT);
	const draft = stage.draft.room(room.room) as RoomDraft;
	// A text that is already being edited is no draft.
	const before = room.composing?.mode === 'edit' ? room.composing.before : room.composer.text;
	if (mode === 'edit') draft.composer = replaceText(room.composer, asWritten(text));
	else if (room.composing?.mode === 'edit') draft.composer = replaceText(room.composer, before);
	draft.composing = {mode, room: room.room, id, from, name, excerpt, before: mode === 'edit' ? before : ''};
}

/** As it has to be written to be said once more: what begins with a slash would be a command. */
function asWritten(text: string): string {
	return text.startsWith('/') ? `/${text}` : text;
}

/** Esc: what is written is an ordinary message again; what was to be changed stays as it is. */
export function stopComposing(stage: Stage): void {
	const {composing} = stage.room as Room;
	const draft = stage.draft.room((stage.room as Room).room) as RoomDraft;
	draft.composing = undefined;
	if (composing?.mode !== 'edit') return;
	stage.edit(composer => replaceText(composer, composing.before));
}

/** What submitting a line means while something is being answered or changed. Commands stay what they are. */
export function composed(stage: Stage, intents: readonly Intent[]): readonly Intent[] {
	const room = stage.room;
	const composing = room?.composing;
	if (!room || !composing) return intents;
	let isUsed = false;
	const meant = intents.map(intent => {
		const next = intent.type === 'command' ? composedCommand(intent.command, composing) : undefined;
		if (!next) return intent;
		isUsed = true;
		return {type: 'command', command: next} as const;
	});
	if (isUsed) stopComposing(stage);
	return meant;
}

function composedCommand(command: Command, {mode, room, id}: Composing): Command | undefined {
	const isPublish = command.command === 'publish' && command.room === room;
	const isDirect = command.command === 'direct' && `@${command.peer}` === room;
	if (!(isPublish || isDirect) || command.replyTo !== undefined) return undefined;
	return mode === 'edit' ? {command: 'edit', room, messageId: id, text: command.text} : {...command, replyTo: id};
}
