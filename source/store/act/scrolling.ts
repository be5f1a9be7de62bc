/** Moving through the messages of a room, and through pages. */
import type {RoomDraft} from '../draft.ts';
import {indexOf} from '../log.ts';
import {markSeen} from '../navigate.ts';
import {anchorAtEnd, isAtEnd, isInView, reveal, scrollBy} from '../scroll.ts';
import type {PageItem} from '../surroundings.ts';
import {searchOn} from './searching.ts';
import type {Stage} from './stage.ts';

/** Somebody is at the keyboard: what is in view is seen. */
export function look(stage: Stage): void {
	const open = stage.state.view === 'chat' ? stage.room : undefined;
	const {chatRows, rowsOf} = stage.around;
	if (!open || open.missed === 0 || !isInView(open, chatRows, index => rowsOf(open, index))) return;
	markSeen(stage.draft.room(open.room) as RoomDraft);
}

/** To the first message that was missed, above or below the view; from there, on to the next room with something unread. */
export function nextUnread(stage: Stage): void {
	const open = stage.state.view === 'chat' ? stage.room : undefined;
	if (!open || open.missed === 0 || open.log.length === 0) return stage.perform({type: 'go', to: {by: 'unread'}});
	const {log, divider} = open;
	// What is further above comes when its place is looked at.
	const index = divider ? Math.min(indexOf(log, divider), log.length - 1) : 0;
	const heightOf = (at: number) => stage.around.rowsOf(open, at);
	const room = stage.draft.room(open.room) as RoomDraft;
	if (!room.anchor) room.below = 0;
	const anchor = reveal(log, open.anchor, index, stage.around.chatRows, heightOf);
	room.anchor = open.newer === 'none' && isAtEnd(log, anchor, heightOf) ? undefined : anchor;
}

export function scrollPages(stage: Stage, pages: number): void {
	if (stage.state.view !== 'chat') return scrollPage(stage, pages);
	scrollRows(stage, pages * Math.max(1, stage.around.chatRows - 2));
}

/** Rows of the message list; positive is towards older messages. */
export function scrollRows(stage: Stage, rows: number): void {
	if (stage.state.view !== 'chat') return scrollLines(stage, -rows);
	const known = stage.room;
	if (!known) return;
	const {chatRows, rowsOf} = stage.around;
	const heightOf = (index: number) => rowsOf(known, index);
	const reached = scrollBy(known.log, known.anchor, rows, chatRows, heightOf);
	// The end of what is here is not the end of the room.
	const anchor = reached ?? (known.newer === 'none' ? undefined : anchorAtEnd(known.log, heightOf));
	if (anchor === known.anchor) return;
	const room = stage.draft.room(known.room) as RoomDraft;
	if (known.anchor === undefined) room.below = 0;
	room.anchor = anchor;
}

export function scrollToEnd(stage: Stage): void {
	const known = stage.room;
	if (known?.anchor) (stage.draft.room(known.room) as RoomDraft).anchor = undefined;
	passOver(stage);
}

/** Whoever asks for the end, or for nothing to be said of it, does not want to be told of what was missed. */
export function passOver(stage: Stage): void {
	const known = stage.room;
	if (known && known.missed > 0) markSeen(stage.draft.room(known.room) as RoomDraft);
}

function scrollPage(stage: Stage, pages: number): void {
	const {page} = stage.around;
	const rows = -pages * Math.max(1, page.shown - 2);
	const from = page.items?.find(({id}) => id === stage.state.chosen) ?? page.items?.[0];
	scrollLines(stage, rows);
	if (from) carryChoice(stage, from.first + rows, rows > 0);
}

/** The choice goes as far as the page: at its ends to the first and to the last one, as far as these are in view. */
function carryChoice(stage: Stage, target: number, isDown: boolean): void {
	const {shown, items = []} = stage.around.page;
	const {viewScroll} = stage.state;
	const next = isDown
		? (items.find(({first}) => first >= target) ?? items.at(-1))
		: (items.findLast(({first}) => first <= target) ?? items[0]);
	if (!next || next.first < viewScroll || next.first + next.rows > viewScroll + shown) return;
	stage.draft.set({chosen: next.id});
}

/** Rows of a page, downwards when positive. What is chosen there goes along. */
export function scrollLines(stage: Stage, rows: number): void {
	const {total, shown, items = []} = stage.around.page;
	const {viewScroll: before, chosen} = stage.state;
	const viewScroll = Math.max(0, Math.min(total - shown, before + rows));
	if (viewScroll !== before) stage.draft.set({viewScroll});
	if (rows > 0 && viewScroll >= total - 2 * shown) searchOn(stage);
	const isInView = ({first, rows}: PageItem) => first >= viewScroll && first + rows <= viewScroll + shown;
	const known = items.find(({id}) => id === chosen) ?? items[0];
	if (!known || isInView(known)) return;
	const next = rows > 0 ? items.find(isInView) : items.findLast(isInView);
	if (next) stage.draft.set({chosen: next.id});
}
