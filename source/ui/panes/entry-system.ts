/** What happened in a room, as quiet rows: who came, who went, what is new. */
import type {Named} from '../../store/names.ts';
import {displayName} from '../../store/selectors.ts';
import type {SystemEntry} from '../../store/state.ts';
import {isRightToLeft, LEFT_TO_RIGHT} from '../bidi.ts';
import {formatTime} from '../format.ts';
import {row, span} from '../text.ts';
import {wrap} from '../wrap.ts';
import type {EntryContext} from './entry.ts';
import {NAME_GAP, TIME_CELLS} from './entry-message.ts';

const MARKS = {in: '→', out: '←', lost: '×', note: '·', alarm: '!'} as const;

export function systemRows(entry: SystemEntry, context: EntryContext): readonly string[] {
	const {width, nameWidth, theme} = context;
	const {paint} = theme;
	const markPaint = {in: paint.good, out: paint.dim, lost: paint.warn, note: paint.dim, alarm: paint.bad}[entry.mark];
	const textPaint = entry.mark === 'alarm' ? paint.bad : paint.dim;
	const lines = wrap(newsText(entry, context), width - TIME_CELLS - nameWidth - NAME_GAP - 1);
	const time = span(` ${formatTime(entry.timestamp)}  `, paint.dim);
	const mark = span(`${MARKS[entry.mark].padStart(nameWidth)}  `, markPaint);
	const indent = span(' '.repeat(TIME_CELLS + nameWidth + NAME_GAP));
	return lines.map((line, index) => {
		// The sentence is English, whoever it is about.
		const [open, close] = isRightToLeft(line) ? LEFT_TO_RIGHT : ['', ''];
		return row(width, [...(index === 0 ? [time, mark] : [indent]), span(open + line + close, textPaint)]);
	});
}

/** Names given before the rest is only counted. */
const NAMED = 2;

/** `ann joined`, `ann and bob joined`, `ann, bob and 3 more are gone (no heartbeat)`. */
function newsText({peer, name, others = [], text}: SystemEntry, {holders, self}: EntryContext): string {
	if (peer === undefined) return `${name} ${text}`.trim();
	if (peer === self && others.length === 0) return `you ${ofSeveral(text)}`;
	const all = [{peer, name}, ...others].map((each: Named) => displayName(holders, each.peer, each.name));
	if (all.length === 1) return `${all[0]} ${text}`;
	const last = all.length <= NAMED + 1 ? all.at(-1) : `${all.length - NAMED} more`;
	const first = all.slice(0, Math.min(NAMED, all.length - 1)).join(', ');
	return `${first} and ${last} ${ofSeveral(text)}`;
}

/** `are gone` of `is gone`: what is said of several people, and to one. */
function ofSeveral(text: string): string {
	return text
		.replace(/^is /, 'are ')
		.replace(/^has /, 'have ')
		.replace(/^goes /, 'go ');
}
