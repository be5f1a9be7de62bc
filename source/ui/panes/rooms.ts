/** Rooms in the order in which they were joined: a digit to go there, and what is unread. */
import type {Room, State} from '../../store/state.ts';
import type {Rect} from '../layout.ts';
import {framed, row, type Span, span, titleRow} from '../text.ts';
import type {Theme} from '../theme.ts';
import {unreadMark} from './unread.ts';

export function roomsRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const height = rect.height - 1;
	const {paint} = theme;
	const active = state.rooms.findIndex(room => room.room === state.active);
	const first = Math.max(0, Math.min(active - height + 2, state.rooms.length - height));
	const shown = state.rooms.slice(first, first + height);
	const rows = shown.map((room, index) => roomRow(room, first + index, room.room === state.active, width, theme));
	const filling = Array.from({length: height - rows.length}, () => ' '.repeat(width));
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, [span('Rooms', paint.title)]),
		...[...rows, ...filling].map(line => framed(line, paint.border)),
	];
}

function roomRow(room: Room, index: number, isActive: boolean, width: number, {paint}: Theme): string {
	const digit = index < 9 ? String(index + 1) : ' ';
	const labelPaint = room.mentions > 0 ? paint.mention : room.unread > 0 ? paint.unread : undefined;
	const right = unreadSpans(room, paint);
	if (isActive) {
		const left = [span('▌', paint.accent), span(digit, paint.dim), span(' '), span(room.label, paint.title)];
		return paint.selected(row(width, left, right));
	}
	return row(width, [span(' '), span(digit, paint.dim), span(' '), span(room.label, labelPaint)], right);
}

function unreadSpans(room: Room, paint: Theme['paint']): readonly Span[] {
	const mark = unreadMark(room);
	return mark === '' ? [] : [span(` ${mark} `, room.mentions > 0 ? paint.mention : paint.unread)];
}
