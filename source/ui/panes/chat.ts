/** The open room: its newest messages, or older ones while scrolled up. Only visible rows are made. */
import {entryAt} from '../../store/log.ts';
import {type Holders, SHARED} from '../../store/names.ts';
import {clamped} from '../../store/scroll.ts';
import {activeRoom, connectedPeers, nameHolders} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import type {Rect} from '../layout.ts';
import {framed, MIN_TAGGED, type Span, span, TAG_CELLS, titleRow} from '../text.ts';
import type {Theme} from '../theme.ts';
import {alarmRows} from './alarm.ts';
import {emptyRoomRows, startingRows} from './empty.ts';
import {entryRows} from './entry.ts';
import {unreadMark} from './unread.ts';

const MAX_NAME = 16;

/** Rows of messages in a pane of this height. */
export function visibleRows(rect: Rect): number {
	return rect.height - 1;
}

export function chatRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const height = visibleRows(rect);
	const room = activeRoom(state);
	const alarm = alarmRows(state, width, height, theme);
	const content = room ? roomRows(state, room, width, height - alarm.length, theme) : startingRows(state, width, theme);
	const shown = content.slice(0, height - alarm.length);
	const filling = Array.from({length: height - alarm.length - shown.length}, () => ' '.repeat(width));
	return [
		chatTitle(state, room, rect.width, rect.x === 0, theme),
		...[...shown, ...filling, ...alarm].map(line => framed(line, theme.paint.border)),
	];
}

/** Without a pane of rooms beside it, the title tells where something is unread. */
function elsewhereSpans(state: State, paint: Theme['paint']): readonly Span[] {
	const room = state.rooms.find(other => other.mentions > 0) ?? state.rooms.find(other => other.unread > 0);
	if (!room) return [];
	const more = state.rooms.filter(other => other !== room && other.unread > 0).length;
	const what = span(` ${unreadMark(room)}`, room.mentions > 0 ? paint.mention : paint.unread);
	return [span(room.label, paint.dim), what, ...(more > 0 ? [span(` +${more}`, paint.unread)] : [])];
}

function chatTitle(state: State, room: Room | undefined, width: number, isAlone: boolean, {paint}: Theme): string {
	if (!room) return titleRow(width, ['╭', '╮'], paint.border, [span('p2p-tui', paint.title)]);
	const left = [span(room.label, paint.accent), span(` · ${room.members.length} here`, paint.dim)];
	return titleRow(width, ['╭', '╮'], paint.border, left, isAlone ? elsewhereSpans(state, paint) : []);
}

function roomRows(state: State, room: Room, width: number, height: number, theme: Theme): readonly string[] {
	const rows = windowRows(state, room, width, height, theme);
	if (room.nameWidth > 0) return rows;
	const others = room.members.length > 1 || connectedPeers(state).length > 0;
	const hint = emptyRoomRows(state, room, others, width, height - rows.length, theme);
	return [...rows, ...hint];
}

/** The rows that end with the anchor, or with the newest entry. */
function windowRows(state: State, room: Room, width: number, height: number, theme: Theme): readonly string[] {
	const {log, anchor} = room;
	const contextOf = entryContext(state, room, width, theme);
	const rowsAt = (position: number, isFirst: boolean): readonly string[] => {
		const entry = entryAt(log, position);
		return entry ? entryRows(entry, {...contextOf(position), isFirst}) : [];
	};
	const bottom = anchor && clamped(log, anchor, position => rowsAt(position, false).length);
	const chunks: (readonly string[])[] = [];
	let missing = height;
	for (let position = bottom?.position ?? log.end - 1; position >= log.start && missing > 0; position--) {
		const all = rowsAt(position, false);
		const rows = position === bottom?.position ? all.slice(0, bottom.row + 1) : all;
		// The first entry in view says who wrote it and when, whatever came before; not if its first row is out of view.
		const isFirst = rows.length === missing;
		const named = isFirst ? rowsAt(position, true).slice(0, rows.length) : rows;
		chunks.push(named.slice(Math.max(0, rows.length - missing)));
		missing -= rows.length;
	}
	return chunks.reverse().flat();
}

function entryContext(state: State, room: Room, width: number, theme: Theme) {
	const holders = nameHolders(state);
	const nameWidth = nameColumn(room, width, holders);
	return (position: number) => ({
		width,
		nameWidth,
		holders,
		previous: entryAt(room.log, position - 1),
		isDivided: room.divider === position,
		isFirst: false,
		theme,
	});
}

function nameColumn(room: Room, width: number, holders: Holders): number {
	const isTagged = [...room.holders].some(([shape, peer]) => peer === SHARED || holders.get(shape) !== peer);
	const wanted = room.nameWidth + (isTagged ? TAG_CELLS : 0);
	const limit = Math.min(MAX_NAME, Math.floor((width * 2) / 7));
	return Math.max(3, Math.min(wanted, isTagged ? Math.max(limit, MIN_TAGGED) : limit));
}

/** Rows that an entry of a room fills: for scrolling. */
export function entryHeight(state: State, room: Room, position: number, rect: Rect, theme: Theme): number {
	const entry = entryAt(room.log, position);
	return entry ? entryRows(entry, entryContext(state, room, rect.width - 2, theme)(position)).length : 0;
}
