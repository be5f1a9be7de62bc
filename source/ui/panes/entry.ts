/** One entry of a room as rows: time, name, text, and how far an own message has spread. */
import {linesFrom, MAX_ENTRY_LINES} from '../../store/clip.ts';
import {type Holders, isShared} from '../../store/names.ts';
import {displayName} from '../../store/selectors.ts';
import type {Entry, MessageEntry, SystemEntry} from '../../store/state.ts';
import {dayOf, formatDay, formatTime} from '../format.ts';
import {fitName, painted, row, type Span, span, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap, wrapHead} from '../wrap.ts';

/** All that decides on the rows of an entry, beside the entry itself. */
export type EntryContext = {
	/** Cells of a row. */
	readonly width: number;
	/** Cells of the column of names. */
	readonly nameWidth: number;
	/** Whose each name is. */
	readonly holders: Holders;
	/** The entry before, if it is still there: for the day, and to name an author once. */
	readonly previous: Entry | undefined;
	/** The first entry not seen before. */
	readonly isDivided: boolean;
	/** Say time and name even if the entry before said the same. */
	readonly isFirst: boolean;
	readonly theme: Theme;
};

/** Milliseconds after which the author is named again. */
const SAME_BREATH = 5 * 60_000;

/** Rows remembered: several screens full, and a few of the longest entries. */
export const REMEMBERED_ROWS = 4_000;

type Remembered = {readonly key: string; readonly theme: Theme; readonly rows: readonly string[]};

/** The rows of entries shown before, the one made last at the end. */
const remembered = new Map<Entry, Remembered>();
let rememberedRows = 0;

function remember(entry: Entry, made: Remembered): void {
	forget(entry);
	remembered.set(entry, made);
	rememberedRows += made.rows.length;
	for (const oldest of remembered.keys()) {
		if (rememberedRows <= REMEMBERED_ROWS) break;
		forget(oldest);
	}
}

function forget(entry: Entry): void {
	rememberedRows -= remembered.get(entry)?.rows.length ?? 0;
	remembered.delete(entry);
}

/** How many rows are remembered: never more than REMEMBERED_ROWS. */
export function countRemembered(): number {
	return rememberedRows;
}

/** The rows of an entry, each exactly `width` cells. The same for the same entry, until something about it changes. */
export function entryRows(entry: Entry, context: EntryContext): readonly string[] {
	const {width, nameWidth, theme, isDivided, isFirst, holders} = context;
	const isNewDay = isOtherDay(entry, context.previous);
	const isGoingOn = !isFirst && !isNewDay && !isDivided && goesOn(entry, context.previous);
	const peer = entry.kind === 'message' ? entry.from : entry.peer;
	const isTagged = peer !== undefined && isShared(holders, {peer, name: entry.name});
	const showTime = !isGoingOn || formatTime(entry.timestamp) !== formatTime(context.previous?.timestamp ?? 0);
	const key = `${width} ${nameWidth} ${isNewDay} ${isDivided} ${isGoingOn} ${isTagged} ${showTime}`;
	const known = remembered.get(entry);
	if (known?.key === key && known.theme === theme) return known.rows;
	const head = {showTime, showName: !isGoingOn};
	const rows = [
		...(isNewDay ? [ruler(width, formatDay(entry.timestamp), theme.paint.dim, theme.paint.border)] : []),
		...(isDivided ? [ruler(width, 'new', theme.paint.divider, theme.paint.divider)] : []),
		...(entry.kind === 'message' ? messageRows(entry, context, head) : systemRows(entry, context)),
	];
	remember(entry, {key, theme, rows});
	return rows;
}

function isOtherDay(entry: Entry, previous: Entry | undefined): boolean {
	return previous !== undefined && dayOf(entry.timestamp) !== dayOf(previous.timestamp);
}

function goesOn(entry: Entry, previous: Entry | undefined): boolean {
	return (
		entry.kind === 'message' &&
		previous?.kind === 'message' &&
		previous.from === entry.from &&
		previous.name === entry.name &&
		Math.abs(entry.timestamp - previous.timestamp) < SAME_BREATH
	);
}

/** ` 12:01  ` */
const TIME_CELLS = 8;
const NAME_GAP = 2;

function messageRows(
	entry: MessageEntry,
	context: EntryContext,
	head: {readonly showTime: boolean; readonly showName: boolean},
): readonly string[] {
	const {width, nameWidth, holders, theme} = context;
	const {paint} = theme;
	const state = spread(entry, theme);
	const stateCells = state.length > 0 ? widthOf(state[0]?.text ?? '') + 2 : 1;
	const name = head.showName ? displayName(holders, entry.from, entry.name) : '';
	const namePaint = entry.local ? paint.own : theme.peer(entry.from);
	const textPaint = entry.mention ? paint.mention : undefined;
	const mark = entry.mention ? span('▌', paint.mention) : span(' ');
	const time = head.showTime ? formatTime(entry.timestamp) : '     ';
	const start = [mark, span(time, paint.dim), span('  '), span(fitName(name, nameWidth), namePaint), span('  ')];
	const indent = [mark, span(' '.repeat(TIME_CELLS - 1 + nameWidth + NAME_GAP))];
	const {rows: lines, end} = wrapHead(
		entry.text,
		width - TIME_CELLS - nameWidth - NAME_GAP - stateCells,
		MAX_ENTRY_LINES,
	);
	const more = moreText(entry, end);
	const last = more === '' ? lines.length - 1 : lines.length;
	const rows = lines.map((line, index) =>
		row(width, [...(index === 0 ? start : indent), span(line, textPaint)], index === last ? state : []),
	);
	return more === '' ? rows : [...rows, row(width, [...indent, span(more, paint.dim)], state)];
}

/** `… 15,800 more lines`: what is not shown of a message whose text is shown up to `end`. Empty if all of it is. */
function moreText({text, cut}: MessageEntry, end: number): string {
	if (end >= text.length && !cut) return '';
	const lines = linesFrom(text, end) + (cut?.lines ?? 0);
	// Not even the one line ends here.
	const characters = text.length - end + (cut?.characters ?? 0);
	const [count, what] = lines > 0 ? [lines, 'line'] : [characters, 'character'];
	return `… ${count.toLocaleString('en')} more ${what}${count === 1 ? '' : 's'}`;
}

/** `✓ 3/4`: stored by three of four. Only the author is told. */
function spread(entry: MessageEntry, {paint}: Theme): readonly Span[] {
	if (!entry.local) return [];
	if (entry.of <= 1) return [span('✓', paint.dim), span(' ')];
	const isComplete = entry.storedBy >= entry.of;
	return [span(`✓ ${entry.storedBy}/${entry.of}`, isComplete ? paint.good : paint.dim), span(' ')];
}

const MARKS = {in: '→', out: '←', lost: '×', note: '·'} as const;

function systemRows(entry: SystemEntry, context: EntryContext): readonly string[] {
	const {width, nameWidth, holders, theme} = context;
	const {paint} = theme;
	const markPaint = {in: paint.good, out: paint.dim, lost: paint.warn, note: paint.dim}[entry.mark];
	const who = entry.peer === undefined ? entry.name : displayName(holders, entry.peer, entry.name);
	const lines = wrap(`${who} ${entry.text}`.trim(), width - TIME_CELLS - nameWidth - NAME_GAP - 1);
	const time = span(` ${formatTime(entry.timestamp)}  `, paint.dim);
	const mark = span(`${MARKS[entry.mark].padStart(nameWidth)}  `, markPaint);
	const indent = span(' '.repeat(TIME_CELLS + nameWidth + NAME_GAP));
	return lines.map((line, index) => row(width, [...(index === 0 ? [time, mark] : [indent]), span(line, paint.dim)]));
}

/** `──────── new ────────` */
function ruler(width: number, text: string, textPaint: Paint, linePaint: Paint): string {
	const label = ` ${text} `;
	const left = Math.max(1, Math.floor((width - 2 - label.length) / 2));
	const right = Math.max(1, width - 2 - label.length - left);
	return ` ${painted([span('─'.repeat(left), linePaint), span(label, textPaint), span('─'.repeat(right), linePaint)])} `;
}
