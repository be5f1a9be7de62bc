/** The composer while the lines sent are searched: the words that are looked for, and the line that has them. */
import {type Recall, type Recalled, recalled} from '../../store/composer-recall.ts';
import type {State} from '../../store/state.ts';
import {keymapOf} from '../keymap.ts';
import {type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';

const PROMPT = ' search ';
/** Cells that are left to the line before and after what was found in it, as far as there are so many. */
const CONTEXT = 12;

export function recallTitle(
	state: State,
	{query, index}: Recall,
	{paint}: Theme,
): readonly [readonly Span[], readonly Span[]] {
	const count = recalled(state.sent, query).length;
	const where = count === 0 ? 'nothing' : `${index + 1} of ${count}`;
	const key = keymapOf(state).label('recall-take');
	const keys = [
		span(key, paint.key),
		span(' takes it, ', paint.dim),
		span('Esc', paint.key),
		span(' leaves', paint.dim),
	];
	return [[span(where, paint.title), span(' · your lines', paint.dim)], keys];
}

/** The column of the cursor in a pane of so many cells. */
export function recallCursor({query}: Recall, width: number): number {
	return 1 + PROMPT.length + widthOf(shownQuery(query, width));
}

export function recallSpans(state: State, {query, index}: Recall, width: number, {paint}: Theme): readonly Span[] {
	const head = [span(PROMPT, paint.accent), span(shownQuery(query, width + 2), paint.title), span(' › ', paint.accent)];
	const found = recalled(state.sent, query)[index];
	if (!found) return [...head, span('you have sent nothing like that', paint.dim)];
	return [...head, ...lineSpans(found, width - spansWidth(head), paint)];
}

/** On one row, with what was found in view. */
function lineSpans({line, start, end}: Recalled, width: number, paint: Theme['paint']): readonly Span[] {
	const [before, match, after] = [line.slice(0, start), line.slice(start, end), line.slice(end)].map(oneLine);
	const needed = widthOf(match as string) + CONTEXT;
	const shown = widthOf(before as string) + needed <= width ? before : fromEnd(before as string, width - needed);
	return [span(shown as string, paint.dim), span(match as string, paint.mention), span(after as string, paint.dim)];
}

function oneLine(text: string): string {
	return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}

/** The end of a text, in about as many cells. */
function fromEnd(text: string, width: number): string {
	return width < 2 ? '…' : `…${text.slice(-(width - 1)).replace(/^\p{M}+|^[\udc00-\udfff]/u, '')}`;
}

/** Its end, if it is longer than a third of the pane. */
function shownQuery(query: string, width: number): string {
	const limit = Math.floor(width / 3);
	return widthOf(query) <= limit ? query : fromEnd(query, limit);
}
