/** Rooms in the order in which they were joined, then people: a digit to go there, and what is unread. */
import {roomTitle} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import {formatAgo} from '../format.ts';
import type {Rect} from '../layout.ts';
import {framed, row, type Span, span, titleRow} from '../text.ts';
import type {Theme} from '../theme.ts';
import {unreadMark} from './unread.ts';

export function roomsRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const height = rect.height - 1;
	const {paint} = theme;
	const first = firstShown(state, height);
	const shown = state.rooms.slice(first, first + height);
	const rows = shown.map((room, index) => roomRow(state, room, first + index, width, theme));
	const filling = Array.from({length: height - rows.length}, () => ' '.repeat(width));
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, [span('Rooms', paint.title)]),
		...[...rows, ...filling].map(line => framed(line, paint.border)),
	];
}

/** The open room is never the last row, so that the one after it can be seen. */
function firstShown({rooms, active}: State, height: number): number {
	const index = rooms.findIndex(room => room.room === active);
	return Math.max(0, Math.min(index - height + 2, rooms.length - height));
}

/** The room in a row of the pane, the title being the first row. */
export function roomInRow(state: State, rect: Rect, at: number): Room | undefined {
	return at < 1 ? undefined : state.rooms[firstShown(state, rect.height - 1) + at - 1];
}

function roomRow(state: State, room: Room, index: number, width: number, {paint}: Theme): string {
	const isActive = room.room === state.active;
	const digit = index < 9 ? String(index + 1) : ' ';
	const labelPaint = room.mentions > 0 ? paint.mention : room.unread > 0 ? paint.unread : undefined;
	const left = [
		isActive ? span('▌', paint.accent) : span(' '),
		span(digit, paint.dim),
		span(' '),
		span(roomTitle(state, room), isActive ? paint.title : labelPaint),
	];
	const line = row(width, left, rightSpans(state, room, paint));
	return isActive ? paint.selected(line) : line;
}

/** What is unread; of a person, whether it is here, or when it was. */
function rightSpans(state: State, room: Room, paint: Theme['paint']): readonly Span[] {
	const mark = unreadMark(room);
	const unread = mark === '' ? [] : [span(` ${mark} `, room.mentions > 0 ? paint.mention : paint.unread)];
	if (room.peer === undefined) return unread;
	const peer = state.peers.get(room.peer);
	if (peer?.state === 'connected') return [...unread, span(unread.length > 0 ? '● ' : ' ● ', paint.good)];
	const ago = peer && unread.length === 0 ? ` ${formatAgo(state.clock - peer.lastSeen)}` : '';
	return [...unread, span(`${ago}${unread.length > 0 ? '' : ' '}○ `, paint.dim)];
}
