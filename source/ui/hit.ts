/**
 * What a cell of the screen belongs to. Pure: from the layout, and from what the panes say of their own rows; what lies on
 * top is asked first.
 */

import type {State} from '../store/state.ts';
import {cellsOf, clustersOf} from '../store/width.ts';
import type {Layout, Rect} from './layout.ts';
import {choiceAt, openListRect, placeOfList} from './palette-rows.ts';
import {chatRows, entryInRow} from './panes/chat.ts';
import {listRect, stepsToRow} from './panes/composer-list.ts';
import {peerInRow} from './panes/peers.ts';
import {roomInRow} from './panes/rooms.ts';
import {statusHeight} from './panes/status.ts';
import type {Theme} from './theme.ts';
import {firstLine, pageContent, pageRowsShown} from './views/page.ts';

export type Target =
	| {readonly on: 'room'; readonly room: string}
	| {readonly on: 'peer'; readonly peer: string}
	| {readonly on: 'message'; readonly id: string}
	| {readonly on: 'link'; readonly url: string}
	/** In the list over the chat: a choice, by its index, or where none is. */
	| {readonly on: 'list'; readonly index: number | undefined}
	/** In the list of what fits the word that is being written: so many steps from what is chosen there. */
	| {readonly on: 'completion'; readonly steps: number}
	/** On a page: its row, counted from the first one of all. */
	| {readonly on: 'page'; readonly row: number}
	/** The edge of the chat that tells where something is unread, and the one that tells what has come below. */
	| {readonly on: 'elsewhere' | 'newest'}
	/** The chat where there is no message, the composer, the notice; whatever else. */
	| {readonly on: 'chat' | 'composer' | 'notice' | 'nothing'};

const NOTHING: Target = {on: 'nothing'};

/** `x` and `y` are counted from the top left corner. */
export function hit(state: State, layout: Layout, theme: Theme, x: number, y: number): Target {
	const isAt = (rect: Rect | undefined) => rect !== undefined && isWithin(rect, x, y);
	const isChat = state.view === 'chat';
	if (state.switcher) {
		const list = openListRect(state, placeOfList(state, layout));
		return isAt(list) ? {on: 'list', index: choiceAt(state, list, y)} : NOTHING;
	}
	const noticeTop = layout.status.y + 1 - statusHeight(state, layout.status.width);
	if (y >= noticeTop) return state.notice && y <= layout.status.y ? {on: 'notice'} : NOTHING;
	if (!isChat) return isAt(layout.page) ? onPage(state, layout.page, theme, y) : NOTHING;
	if (isAt(layout.rooms)) return onRooms(state, layout.rooms as Rect, y);
	if (isAt(layout.peers)) return onPeers(state, layout, y);
	if (isAt(layout.composer)) return y === layout.composer.y ? {on: 'newest'} : {on: 'composer'};
	return isAt(layout.chat) ? onChat(state, layout.chat, theme, x, y) : NOTHING;
}

function isWithin({x, y, width, height}: Rect, column: number, row: number): boolean {
	return column >= x && column < x + width && row >= y && row < y + height;
}

function onPage(state: State, rect: Rect, theme: Theme, y: number): Target {
	const content = pageContent(state, rect, theme);
	const row = y - rect.y - 1 - (content.head?.length ?? 0);
	if (row < 0 || row >= pageRowsShown(rect, content)) return NOTHING;
	return {on: 'page', row: firstLine(state, rect, content) + row};
}

function onRooms(state: State, rect: Rect, y: number): Target {
	const room = roomInRow(state, rect, y - rect.y);
	return room ? {on: 'room', room: room.room} : NOTHING;
}

function onPeers(state: State, {peers, traffic}: Layout, y: number): Target {
	const rect = peers as Rect;
	const peer = peerInRow(state, rect, y - rect.y, traffic === undefined);
	return peer && !peer.isForeign ? {on: 'peer', peer: peer.peer} : NOTHING;
}

function onChat(state: State, rect: Rect, theme: Theme, x: number, y: number): Target {
	const row = y - rect.y;
	const list = listRect(state, rect);
	if (list && isWithin(list, x, y)) {
		const steps = stepsToRow(state, list, y - list.y);
		return steps === undefined ? NOTHING : {on: 'completion', steps};
	}
	if (row === 0) return x >= rect.x + rect.width / 2 ? {on: 'elsewhere'} : NOTHING;
	const entry = entryInRow(state, rect, theme, row);
	if (!entry) return {on: 'chat'};
	const url = linkAt(chatRows(state, rect, pointing(theme))[row] ?? '', x - rect.x);
	if (url !== undefined) return {on: 'link', url};
	return entry.kind === 'message' ? {on: 'message', id: entry.id} : {on: 'chat'};
}

/** As `theme`, with the address of every link in the rows, whether this terminal knows such links or not. */
function pointing(theme: Theme): Theme {
	const known = pointingThemes.get(theme) ?? {...theme, link: url => text => `\x1b]8;;${url}\x07${text}\x1b]8;;\x07`};
	pointingThemes.set(theme, known);
	return known;
}
const pointingThemes = new WeakMap<Theme, Theme>();

/** An address that begins or ends, a change of colour, or text. */
const PARTS = /\x1b\]8;[^;]*;([^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b\[[\d;:]*m|[^\x1b]+/g;

/** The address that a cell of a row leads to. */
export function linkAt(row: string, cell: number): string | undefined {
	let url = '';
	let at = 0;
	for (const [part, address] of row.matchAll(PARTS)) {
		if (address !== undefined) url = address;
		else if (!part.startsWith('\x1b')) {
			for (const cluster of clustersOf(part)) {
				at += cellsOf(cluster);
				if (at > cell) return url === '' ? undefined : url;
			}
		}
	}
	return undefined;
}
