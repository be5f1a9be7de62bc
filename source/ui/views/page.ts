/** A page that takes the place of the panes: a frame, a title, and rows that scroll. */
import {sanitizeLine} from '../../base/sanitize.ts';
import {keepsFilter} from '../../store/pages/network.ts';
import type {State} from '../../store/state.ts';
import {keymapOf} from '../keymap.ts';
import type {Rect} from '../layout.ts';
import {framed, row, span, titleRow, truncate} from '../text.ts';
import type {Theme} from '../theme.ts';
import {chosenItem, type PageContent} from './content.ts';
import {detailsLines} from './details.ts';
import {doctorContent} from './doctor.ts';
import {helpLines} from './help.ts';
import {labContent} from './lab.ts';
import {networkContent} from './network.ts';
import {peerContent} from './peer.ts';
import {peersContent} from './peers.ts';
import {searchContent} from './search.ts';
import {settingsLines} from './settings.ts';
import {spreadContent} from './spread.ts';
import {topologyContent} from './topology.ts';
import {transferContent} from './transfer.ts';
import {transfersContent} from './transfers.ts';

/** Rows of a page of this height that are not its frame, nor its head and foot. */
export function pageRowsShown(rect: Rect, content?: PageContent): number {
	return rect.height - 2 - (content?.head?.length ?? 0) - (content?.foot?.length ?? 0);
}

/** All rows of the page that is open, and what can be chosen of them. */
export function pageContent(state: State, rect: Rect, theme: Theme): PageContent {
	const width = rect.width - 2;
	switch (state.view) {
		case 'help':
			return {lines: helpLines(state, width, theme), items: []};
		case 'details':
			return {lines: detailsLines(state, width, theme), items: []};
		case 'settings':
			return {lines: settingsLines(state, width, theme), items: []};
		case 'search':
			return searchContent(state, width, theme);
		case 'peers':
			return peersContent(state, width, theme);
		default:
			return measuredContent(state, width, pageRowsShown(rect), theme);
	}
}

/** Pages that show what the core measures. */
function measuredContent(state: State, width: number, height: number, theme: Theme): PageContent {
	switch (state.view) {
		case 'peer':
			return peerContent(state, width, height, theme);
		case 'topology':
			return topologyContent(state, width, height, theme);
		case 'spread':
			return spreadContent(state, width, height, theme);
		case 'doctor':
			return doctorContent(state, width, height, theme);
		case 'lab':
			return labContent(state, width, height, theme);
		case 'transfers':
			return transfersContent(state, width, height, theme);
		case 'transfer':
			return transferContent(state, width, height, theme);
		default:
			return networkContent(state, width, height, theme);
	}
}

/** The one at the top: there may be fewer than were scrolled over. */
export function firstLine({viewScroll}: State, rect: Rect, content: PageContent): number {
	return Math.max(0, Math.min(viewScroll, content.lines.length - pageRowsShown(rect, content)));
}

/** The lines in view, with the chosen item lit. */
function shownLines(state: State, rect: Rect, content: PageContent, {paint}: Theme): readonly string[] {
	const top = firstLine(state, rect, content);
	const chosen = chosenItem(content, state.chosen);
	return content.lines.slice(top, top + pageRowsShown(rect, content)).map((line, index) => {
		const at = top + index - (chosen?.first ?? Number.POSITIVE_INFINITY);
		if (!chosen || at < 0 || at >= chosen.rows) return line;
		return paint.selected(at === 0 ? paint.accent('▌') + line.slice(1) : line);
	});
}

/** Pages on which Enter opens a page about the row. */
const OPENING: ReadonlySet<State['view']> = new Set(['network', 'topology', 'transfers']);

const TITLES = {
	help: 'Help',
	peers: 'Peers',
	search: 'Search',
	details: 'Message',
	settings: 'Settings',
	network: 'Network',
	peer: 'Peer',
	topology: 'Topology',
	spread: 'Spread',
	doctor: 'Doctor',
	lab: 'Laboratory',
	transfers: 'Transfers',
	transfer: 'Transfer',
	chat: '',
} as const;

export function pageRows(state: State, rect: Rect, theme: Theme, version: string): readonly string[] {
	const {paint} = theme;
	const width = rect.width - 2;
	const content = pageContent(state, rect, theme);
	const height = pageRowsShown(rect, content);
	const shown = shownLines(state, rect, content, theme);
	const filling = Array.from({length: height - shown.length}, () => row(width, []));
	const more = content.lines.length - firstLine(state, rect, content) - shown.length;
	const position = more > 0 ? [span(`${keymapOf(state).label('page-down')} · ${more} more`, paint.dim)] : [];
	const what = state.view === 'help' ? `p2p-tui ${version}` : state.view === 'search' ? state.search?.text : undefined;
	const about = what === undefined ? [] : [span(` · ${truncate(sanitizeLine(what), width / 2)}`, paint.dim)];
	const title = [span(TITLES[state.view], paint.title), ...about];
	const go =
		content.items.length > 0 && state.view !== 'lab'
			? [span('Enter', paint.key), span(OPENING.has(state.view) ? ' opens · ' : ' goes there · ', paint.dim)]
			: [];
	const back = [...go, span('Esc', paint.key), span(keepsFilter(state) ? ' shows all' : ' back', paint.dim)];
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, title, back),
		...[...(content.head ?? []), ...shown, ...filling, ...(content.foot ?? [])].map(line => framed(line, paint.border)),
		titleRow(rect.width, ['╰', '╯'], paint.border, [], position),
	];
}
