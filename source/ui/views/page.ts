/** A page that takes the place of the panes: a frame, a title, and rows that scroll. */
import {sanitizeLine} from '../../base/sanitize.ts';
import type {State} from '../../store/state.ts';
import type {Rect} from '../layout.ts';
import {framed, row, span, titleRow, truncate} from '../text.ts';
import type {Theme} from '../theme.ts';
import {detailsLines} from './details.ts';
import {helpLines} from './help.ts';
import {peersLines} from './peers.ts';
import {searchLines} from './search.ts';

/** Rows of a page of this height that are not its frame. */
export function pageRowsShown(rect: Rect): number {
	return rect.height - 2;
}

/** All rows of the page that is open, each as wide as the inside of the frame. */
export function pageLines(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	if (state.view === 'help') return helpLines(state, width, theme);
	if (state.view === 'details') return detailsLines(state, width, theme);
	return state.view === 'search' ? searchLines(state, width, theme) : peersLines(state, width, theme);
}

const TITLES = {help: 'Help', peers: 'Peers', search: 'Search', details: 'Message', chat: ''} as const;

export function pageRows(state: State, rect: Rect, theme: Theme, version: string): readonly string[] {
	const {paint} = theme;
	const width = rect.width - 2;
	const height = pageRowsShown(rect);
	const lines = pageLines(state, rect, theme);
	const first = Math.max(0, Math.min(state.viewScroll, lines.length - height));
	const shown = lines.slice(first, first + height);
	const filling = Array.from({length: height - shown.length}, () => row(width, []));
	const more = lines.length - first - shown.length;
	const position = more > 0 ? [span(`PgDn · ${more} more`, paint.dim)] : [];
	const what = state.view === 'help' ? `p2p-tui ${version}` : state.view === 'search' ? state.search?.text : undefined;
	const about = what === undefined ? [] : [span(` · ${truncate(sanitizeLine(what), width / 2)}`, paint.dim)];
	const title = [span(TITLES[state.view], paint.title), ...about];
	const back = [span('Esc', paint.key), span(' back', paint.dim)];
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, title, back),
		...[...shown, ...filling].map(line => framed(line, paint.border)),
		titleRow(rect.width, ['╰', '╯'], paint.border, [], position),
	];
}
