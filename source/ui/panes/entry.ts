/** One entry of a room as rows: time, name, text, and how far an own message has spread. */
import {linesFrom, MAX_ENTRY_LINES} from '../../store/clip.ts';
import {type Holders, isShared} from '../../store/names.ts';
import {displayName} from '../../store/selectors.ts';
import type {Entry, MessageEntry, Quoted, SystemEntry} from '../../store/state.ts';
import {dayOf, formatDay, formatTime, plural} from '../format.ts';
import {fitName, painted, row, type Span, span, spansWidth, truncate, widthOf} from '../text.ts';
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
	/** Ours, and not yet known to be kept. */
	readonly isQueued: boolean;
	/** In a conversation of two. */
	readonly isDirect: boolean;
	/** What is to be said above the oldest entry; empty for nothing. */
	readonly top: string;
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
	const {theme, isDivided, isFirst} = context;
	const isNewDay = isOtherDay(entry, context.previous);
	const isGoingOn = !isFirst && !isNewDay && !isDivided && goesOn(entry, context.previous);
	const showTime = !isGoingOn || formatTime(entry.timestamp) !== formatTime(context.previous?.timestamp ?? 0);
	const key = `${keyOf(entry, context)} ${isNewDay} ${isGoingOn} ${showTime}`;
	const known = remembered.get(entry);
	if (known?.key === key && known.theme === theme) return known.rows;
	const rows = [
		...rowsAbove(entry, context, isNewDay),
		...(entry.kind === 'message'
			? messageRows(entry, context, {showTime, showName: !isGoingOn})
			: systemRows(entry, context)),
	];
	remember(entry, {key, theme, rows});
	return rows;
}

/** What decides on the rows of an entry beside the entry itself and the one before. */
function keyOf(entry: Entry, {width, nameWidth, holders, isDivided, isQueued, top}: EntryContext): string {
	const peer = entry.kind === 'message' ? entry.from : entry.peer;
	const isTagged = peer !== undefined && isShared(holders, {peer, name: entry.name});
	const reply = entry.kind === 'message' ? entry.reply : undefined;
	const isReplyTagged = reply !== undefined && isShared(holders, {peer: reply.from, name: reply.name});
	return `${width} ${nameWidth} ${isDivided} ${isQueued} ${isTagged} ${isReplyTagged} ${top}`;
}

/** Lines across the whole width. */
function rowsAbove(entry: Entry, {width, theme, isDivided, top}: EntryContext, isNewDay: boolean): readonly string[] {
	const {paint} = theme;
	const rows: string[] = [];
	if (top !== '') rows.push(ruler(width, top, paint.dim, paint.border));
	if (isNewDay) rows.push(ruler(width, formatDay(entry.timestamp), paint.dim, paint.border));
	if (isDivided) rows.push(ruler(width, 'new', paint.divider, paint.divider));
	if (entry.missing > 0) rows.push(ruler(width, missingText(entry.missing, width), paint.warn, paint.dim, '┄'));
	return rows;
}

function missingText(count: number, width: number): string {
	const long = `${plural(count, 'message')} before this ${count === 1 ? 'is' : 'are'} missing: asking others`;
	return long.length + 6 <= width ? long : `${count} missing: asking others`;
}

function isOtherDay(entry: Entry, previous: Entry | undefined): boolean {
	return previous !== undefined && dayOf(entry.timestamp) !== dayOf(previous.timestamp);
}

function goesOn(entry: Entry, previous: Entry | undefined): boolean {
	return (
		entry.kind === 'message' &&
		// Below a quotation, it would be read as said by whoever is quoted.
		entry.reply === undefined &&
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
	const state = spread(entry, context);
	const stateCells = state.length > 0 ? widthOf(state[0]?.text ?? '') + 2 : 1;
	const name = head.showName ? displayName(holders, entry.from, entry.name) : '';
	const namePaint = entry.local ? paint.own : theme.peer(entry.from);
	const mark = entry.mention ? span('▌', paint.mention) : span(' ');
	const time = head.showTime ? formatTime(entry.timestamp) : '     ';
	const start = [mark, span(time, paint.dim), span('  '), span(fitName(name, nameWidth), namePaint), span('  ')];
	const indent = [mark, span(' '.repeat(TIME_CELLS - 1 + nameWidth + NAME_GAP))];
	const textWidth = width - TIME_CELLS - nameWidth - NAME_GAP;
	const quote = entry.reply ? [[span(quoteText(entry.reply, holders), paint.dim)]] : [];
	const text = textLines(entry, textWidth - stateCells, theme);
	const lines = [...quote, ...text, ...linesBelow(entry, textWidth - 1, theme)];
	const last = quote.length + text.length - 1;
	return lines.map((line, index) =>
		row(width, [...(index === 0 ? start : indent), ...line], index === last ? state : []),
	);
}

/** What was said, as it is now. */
function textLines(entry: MessageEntry, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	if (entry.redacted !== undefined) {
		const text = entry.redacted === '' ? '(taken back)' : `(taken back: ${entry.redacted})`;
		return wrap(text, width).map(line => [span(line, paint.dim)]);
	}
	const {rows, end} = wrapHead(entry.text, width, MAX_ENTRY_LINES);
	const lines: (readonly Span[])[] = rows.map(line => [span(line, entry.mention ? paint.mention : undefined)]);
	const more = moreText(entry, end);
	if (more !== '') lines.push([span(more, paint.dim)]);
	if (!entry.isEdited) return lines;
	const last = lines.at(-1) ?? [];
	const edited = span(' (edited)', paint.dim);
	if (spansWidth(last) + widthOf(edited.text) <= width) return [...lines.slice(0, -1), [...last, edited]];
	return [...lines, [span('(edited)', paint.dim)]];
}

/** `╭ ann: did the deploy finish?` */
function quoteText({from, name, text}: Quoted, holders: Holders): string {
	if (text === undefined) return '╭ a message that is not here';
	return `╭ ${displayName(holders, from, name)}: ${text === '' ? '(taken back)' : text}`;
}

function linesBelow(entry: MessageEntry, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const lines: (readonly Span[])[] = [];
	let line: Span[] = [];
	for (const {emoji, count, isOurs} of entry.reactions) {
		const text = `${emoji} ${count}`;
		if (line.length > 0 && spansWidth(line) + widthOf(text) + 2 > width) {
			lines.push(line);
			line = [];
		}
		line.push(...(line.length > 0 ? [span('  ')] : []), span(text, isOurs ? paint.accent : paint.dim));
	}
	if (line.length > 0) lines.push(line);
	if (!entry.isForked) return lines;
	const warning = wrap('⚠ forked: its author has signed something else in its place', width);
	return [...lines, ...warning.map(text => [span(text, paint.warn)])];
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

/** How far our own has come; see the marks on the help page. */
function spread(entry: MessageEntry, {isQueued, isDirect, theme}: EntryContext): readonly Span[] {
	const {paint} = theme;
	if (!entry.local || entry.redacted !== undefined) return [];
	if (isQueued) return [span('…', paint.dim), span(' ')];
	const {storedBy, of} = entry;
	if (isDirect) return [span(storedBy < 2 ? '✓' : entry.isRead ? '✓✓ read' : '✓✓', paint.dim), span(' ')];
	if (of <= 1) return [span('✓', paint.dim), span(' ')];
	return [span(`✓ ${storedBy}/${of}`, storedBy >= of ? paint.dim : undefined), span(' ')];
}

const MARKS = {in: '→', out: '←', lost: '×', note: '·', alarm: '!'} as const;

function systemRows(entry: SystemEntry, context: EntryContext): readonly string[] {
	const {width, nameWidth, holders, theme} = context;
	const {paint} = theme;
	const markPaint = {in: paint.good, out: paint.dim, lost: paint.warn, note: paint.dim, alarm: paint.bad}[entry.mark];
	const textPaint = entry.mark === 'alarm' ? paint.bad : paint.dim;
	const who = entry.peer === undefined ? entry.name : displayName(holders, entry.peer, entry.name);
	const lines = wrap(`${who} ${entry.text}`.trim(), width - TIME_CELLS - nameWidth - NAME_GAP - 1);
	const time = span(` ${formatTime(entry.timestamp)}  `, paint.dim);
	const mark = span(`${MARKS[entry.mark].padStart(nameWidth)}  `, markPaint);
	const indent = span(' '.repeat(TIME_CELLS + nameWidth + NAME_GAP));
	return lines.map((line, index) => row(width, [...(index === 0 ? [time, mark] : [indent]), span(line, textPaint)]));
}

/** `──────── new ────────` */
function ruler(width: number, text: string, textPaint: Paint, linePaint: Paint, dash = '─'): string {
	const label = ` ${truncate(text, width - 6)} `;
	const left = Math.max(1, Math.floor((width - 2 - label.length) / 2));
	const right = Math.max(1, width - 2 - label.length - left);
	return ` ${painted([span(dash.repeat(left), linePaint), span(label, textPaint), span(dash.repeat(right), linePaint)])} `;
}
