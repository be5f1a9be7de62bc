/** What was found, the newest first: where, who and when, then the beginning of the text. */
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {Search, SearchHit, State} from '../../store/state.ts';
import {dayOf, formatDay, formatTime, plural} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import {row, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrapHead} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** Rows of text of one result. */
const MAX_ROWS = 3;

export function searchContent(state: State, width: number, theme: Theme): PageContent {
	const {search} = state;
	if (!search) return {lines: [], items: []};
	const {paint} = theme;
	const content = new PageBuilder().add(row(width, []));
	let day: string | undefined;
	for (const hit of search.hits) {
		if (dayOf(hit.timestamp) !== day) content.add(row(width, [span(` ${formatDay(hit.timestamp)}`, paint.accent)]));
		day = dayOf(hit.timestamp);
		content.addItem(hit.id, hitLines(state, hit, width, theme)).add(row(width, []));
	}
	return content.add(row(width, [span(` ${summary(search, keymapOf(state).label('page-down'))}`, paint.dim)]));
}

type Made = {readonly key: string; readonly theme: Theme; readonly lines: readonly string[]};

/** There may be a thousand: each is made once. */
const made = new WeakMap<SearchHit, Made>();

function hitLines(state: State, hit: SearchHit, width: number, theme: Theme): readonly string[] {
	const name = displayName(nameHolders(state), hit.from, hit.name);
	const isOwn = hit.from === state.self?.peerId;
	const key = `${width} ${isOwn} ${name}`;
	const known = made.get(hit);
	if (known?.key === key && known.theme === theme) return known.lines;
	const who = [
		span(' '),
		span(`  ${formatTime(hit.timestamp)}  `, theme.paint.dim),
		span(name, isOwn ? theme.paint.own : theme.peer(hit.from)),
		span(`  ${hit.label}`, theme.paint.dim),
	];
	const {rows, end} = wrapHead(hit.text, width - 11, MAX_ROWS);
	const text = rows.map((line, index) => (index === MAX_ROWS - 1 && end < hit.text.length ? `${line}…` : line));
	const lines = [row(width, who), ...text.map(line => row(width, [span(`${' '.repeat(10)}${line}`)]))];
	made.set(hit, {key, theme, lines});
	return lines;
}

function summary({hits, state}: Search, key: string): string {
	if (state === 'asking') return 'searching…';
	if (hits.length === 0) return 'Nothing was found. All of the words have to be in one message.';
	if (state !== 'more') return `${plural(hits.length, 'message')} found`;
	return `${hits.length} found so far${key === '' ? '' : ` · ${key} for more`}`;
}
