/** What was found, the newest first: where, who and when, then the beginning of the text. */
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {Search, SearchHit, State} from '../../store/state.ts';
import {dayOf, formatDay, formatTime, plural} from '../format.ts';
import {row, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrapHead} from '../wrap.ts';

/** Rows of text of one result. */
const MAX_ROWS = 3;

export function searchLines(state: State, width: number, theme: Theme): readonly string[] {
	const {search} = state;
	if (!search) return [];
	const {paint} = theme;
	const days = search.hits.map(hit => dayOf(hit.timestamp));
	const found = search.hits.flatMap((hit, index) => [
		...(days[index] === days[index - 1] ? [] : [row(width, [span(` ${formatDay(hit.timestamp)}`, paint.accent)])]),
		...hitLines(state, hit, width, theme),
	]);
	return [row(width, []), ...found, row(width, [span(` ${summary(search)}`, paint.dim)])];
}

function hitLines(state: State, hit: SearchHit, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const name = displayName(nameHolders(state), hit.from, hit.name);
	const who = [
		span(`   ${formatTime(hit.timestamp)}  `, paint.dim),
		span(name, hit.from === state.self?.peerId ? paint.own : theme.peer(hit.from)),
		span(`  ${hit.label}`, paint.dim),
	];
	const {rows, end} = wrapHead(hit.text, width - 11, MAX_ROWS);
	const lines = rows.map((line, index) => (index === MAX_ROWS - 1 && end < hit.text.length ? `${line}…` : line));
	return [row(width, who), ...lines.map(line => row(width, [span(`${' '.repeat(10)}${line}`)])), row(width, [])];
}

function summary({hits, state}: Search): string {
	if (state === 'asking') return 'searching…';
	if (hits.length === 0) return 'Nothing was found. All of the words have to be in one message.';
	return state === 'more' ? `${hits.length} found so far · PgDn for more` : `${plural(hits.length, 'message')} found`;
}
