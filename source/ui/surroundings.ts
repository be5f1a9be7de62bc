/** What deciding needs to know of the screen: how many rows there are, how many an entry fills, what can be chosen. */
import type {Surroundings} from '../store/decide.ts';
import {activeRoom} from '../store/selectors.ts';
import type {Room, State} from '../store/state.ts';
import {deedsOf} from './deeds.ts';
import {type Layout, layoutFor, type Rect, textRect} from './layout.ts';
import {layoutNow} from './layout-now.ts';
import {meaningOf} from './meaning.ts';
import {alarmRows} from './panes/alarm.ts';
import {entryHeight, visibleRows} from './panes/chat.ts';
import {SLASH_COMMANDS} from './slash.ts';
import type {Theme} from './theme.ts';
import {pageContent, pageRowsShown} from './views/page.ts';

export type Screen = {
	readonly columns: number;
	readonly rows: number;
	readonly theme: Theme;
	/** The core may be made to fail. */
	readonly faults: boolean;
};

export function surroundingsOf(state: State, {columns, rows, theme, faults}: Screen): Omit<Surroundings, 'now'> {
	const layout = layoutNow(state, columns, rows);
	return {
		parseLine: (line, now) => meaningOf(line, now, faults),
		commands: SLASH_COMMANDS,
		deeds: deedsOf(state),
		...(layout ? {writingColumns: textRect(layout.composer).width} : {}),
		chatRows: layout ? messageRows(state, layout.chat, theme) : 1,
		rowsOf: (room: Room, index) => (layout ? entryHeight(state, room, index, layout.chat, theme) : 1),
		fits: fitting(columns, rows),
		page: pageOf(state, layout, theme),
	};
}

/** Rows that are left for messages. */
function messageRows(state: State, rect: Rect, theme: Theme): number {
	const height = visibleRows(rect);
	const alarm = alarmRows(state, rect.width - 2, height, theme).length;
	return Math.max(1, height - alarm - (activeRoom(state)?.progress ? 1 : 0));
}

function fitting(columns: number, rows: number): Surroundings['fits'] {
	const whole = layoutFor(columns, rows, {rooms: 1, hidden: {rooms: false, network: false}});
	const alone = layoutFor(columns, rows, {rooms: 1, hidden: {rooms: true, network: false}});
	// Where there is no room for the network, the same key hides the traffic.
	const network = whole?.network ?? whole?.traffic ?? alone?.network;
	return {rooms: whole?.rooms !== undefined, network: network !== undefined};
}

function pageOf(state: State, layout: Layout | undefined, theme: Theme): Surroundings['page'] {
	if (!layout || state.view === 'chat') return {total: 0, shown: 0, items: []};
	const content = pageContent(state, layout.page, theme);
	const {lines, items, look} = content;
	return {total: lines.length, shown: pageRowsShown(layout.page, content), items, ...(look ? {look} : {})};
}
