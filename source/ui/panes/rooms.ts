/**
 * Rooms in the order in which they were joined, then people: a digit to go there, what is being written and what is unread.
 * Of a long list, the part around the open room.
 */
import {roomTitle} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import {clustersOf} from '../../store/width.ts';
import type {Rect} from '../layout.ts';
import {fitName, framed, row, type Span, span, titleRow, truncate, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {unreadMark} from './unread.ts';

/** A row of the pane: a room, what stands above the people, or what is not shown. */
type Line =
	| {readonly line: 'room'; readonly room: Room}
	| {readonly line: 'heading'}
	| {readonly line: 'more'; readonly rooms: readonly Room[]};

/** Cells of the columns at the right that all rows share. */
type Columns = {readonly unread: number; readonly presence: number};

export function roomsRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const height = rect.height - 1;
	const {paint} = theme;
	const columns = columnsOf(state);
	const rows = linesShown(state, height).map(line => lineRow(state, line, columns, width, theme));
	const filling = Array.from({length: height - rows.length}, () => ' '.repeat(width));
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, [span('Rooms', paint.title)]),
		...[...rows, ...filling].map(each => framed(each, paint.border)),
	];
}

/** The room in a row of the pane, the title being the first row. */
export function roomInRow(state: State, rect: Rect, at: number): Room | undefined {
	const line = at < 1 ? undefined : linesShown(state, rect.height - 1)[at - 1];
	return line?.line === 'room' ? line.room : undefined;
}

function linesShown(state: State, height: number): readonly Line[] {
	const all = state.rooms.map((room): Line => ({line: 'room', room}));
	const firstPerson = state.rooms.findIndex(({peer}) => peer !== undefined);
	// Without rooms above them, or without space, people need no heading: they are written with an @.
	if (firstPerson > 0 && all.length < height) return all.toSpliced(firstPerson, 0, {line: 'heading'});
	return all.length <= height ? all : around(all, state, height);
}

/** The open room stands in the middle; what is above and below is counted. */
function around(all: readonly Line[], {rooms, active}: State, height: number): readonly Line[] {
	const index = rooms.findIndex(room => room.room === active);
	const first = Math.max(0, Math.min(index - Math.floor(height / 2), all.length - height));
	const last = first + height;
	const top = first > 0 ? first + 1 : 0;
	const bottom = last < all.length ? last - 1 : all.length;
	return [
		...(top > 0 ? [{line: 'more', rooms: rooms.slice(0, top)} as const] : []),
		...all.slice(top, bottom),
		...(bottom < all.length ? [{line: 'more', rooms: rooms.slice(bottom)} as const] : []),
	];
}

function columnsOf({rooms}: State): Columns {
	return {
		unread: Math.max(0, ...rooms.map(room => widthOf(unreadMark(room)))),
		presence: rooms.some(({peer}) => peer !== undefined) ? 2 : 0,
	};
}

function lineRow(state: State, line: Line, columns: Columns, width: number, theme: Theme): string {
	const {paint} = theme;
	switch (line.line) {
		case 'room':
			return roomRow(state, line.room, columns, width, theme);
		case 'heading':
			return row(width, [span(' People ', paint.dim), span('┄'.repeat(Math.max(0, width - 9)), paint.border)]);
		case 'more': {
			const unread = line.rooms.reduce((sum, room) => sum + room.unread, 0);
			const mentions = line.rooms.reduce((sum, room) => sum + (room.peer === undefined ? room.mentions : 0), 0);
			const all = {unread, mentions, missed: 0, missedMentions: 0, peer: undefined};
			return row(width, [span(`   … ${line.rooms.length} more`, paint.dim)], unreadSpans(all, columns, paint));
		}
	}
}

function roomRow(state: State, room: Room, columns: Columns, width: number, {paint}: Theme): string {
	const isActive = room.room === state.active;
	const digit = room.digit === 0 ? ' ' : String(room.digit);
	const labelPaint = room.mentions > 0 ? paint.mention : room.unread > 0 ? paint.unread : undefined;
	const presence = columns.presence > 0 ? [presenceSpan(state, room, paint)] : [];
	const right = [...unreadSpans(room, columns, paint), ...presence];
	// What is being written in the open room stands in the line below it.
	const isDraft = !isActive && room.composer.text.trim() !== '';
	const draft = isDraft ? [span(' ✎', paint.dim)] : [];
	const space = width - 3 - columns.unread - 2 - columns.presence - (isDraft ? 2 : 0);
	const title = roomTitle(state, room);
	const name = widthOf(title) <= space ? title : shortened(state, room, Math.max(1, space));
	const left = [
		isActive ? span('▌', paint.accent) : span(' '),
		span(digit, paint.dim),
		span(' '),
		span(name, isActive ? paint.title : labelPaint),
		...draft,
	];
	const line = row(width, left, right);
	return isActive ? paint.selected(line) : line;
}

/** Of rooms that begin alike, the end is shown too; people are told apart by a tag. */
function shortened(state: State, room: Room, width: number): string {
	const title = roomTitle(state, room);
	const name = fitName(title, width);
	const isAlike = (other: Room) => other !== room && roomTitle(state, other).startsWith(name.slice(0, -1));
	if (room.peer !== undefined || width < SPLIT_FROM || !state.rooms.some(isAlike)) return name;
	const half = Math.floor((width - 1) / 2);
	let [end, cells] = ['', 0];
	for (const cluster of clustersOf(title).toReversed()) {
		cells += widthOf(cluster);
		if (cells > half) break;
		end = cluster + end;
	}
	return truncate(title, width - widthOf(end), true) + end;
}

/** In fewer cells, two ends say less than one. */
const SPLIT_FROM = 9;

/** All counts end in one column. */
function unreadSpans(
	room: Parameters<typeof unreadMark>[0],
	{unread}: Columns,
	paint: Theme['paint'],
): readonly Span[] {
	const mark = unreadMark(room);
	if (unread === 0) return [span(' ')];
	return [span(` ${mark.padStart(unread)} `, room.mentions + room.missedMentions > 0 ? paint.mention : paint.unread)];
}

function presenceSpan(state: State, {peer}: Room, paint: Theme['paint']): Span {
	if (peer === undefined) return span('  ');
	return state.peers.get(peer)?.state === 'connected' ? span('● ', paint.good) : span('○ ', paint.dim);
}
