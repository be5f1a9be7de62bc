/** A message as rows: time, name, text, and how far an own one has spread. */
import {shapeOf} from '../../base/look-alike.ts';
import {type Holders, SHARED, TAG_MARK} from '../../store/names.ts';
import {displayName} from '../../store/selectors.ts';
import type {MessageEntry, Quoted} from '../../store/state.ts';
import {formatTime} from '../format.ts';
import {type Block, parseMarkup} from '../markup.ts';
import {layMarkup, type Rest} from '../markup-rows.ts';
import {fitName, row, type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import type {EntryContext} from './entry.ts';
import {offerLines} from './offer.ts';

/** ` 12:01  ` */
export const TIME_CELLS = 8;
export const NAME_GAP = 2;

/** Rows of its text that a message fills: about a screen. The rest is on the page about it. */
export const MAX_TEXT_ROWS = 40;
const SHOWS_ALL = ' · Enter on it: all';

/** Names in one message for which it is drawn anew when somebody comes to be called so. */
const MAX_NAMES = 16;

type Parsed = {readonly blocks: readonly Block[]; readonly names: readonly string[]};

const parsed = new WeakMap<MessageEntry, Parsed>();

/** Parsed when it is first drawn, and never again. */
function parsedOf(entry: MessageEntry): Parsed {
	const known = parsed.get(entry);
	if (known) return known;
	const blocks = parseMarkup(entry.text);
	const all = blocks.flatMap(({text, marks}) =>
		marks.filter(({kind}) => kind === 'name').map(({start, end}) => plainName(text.slice(start + 1, end))),
	);
	const made = {blocks, names: [...new Set(all)].slice(0, MAX_NAMES)};
	parsed.set(entry, made);
	return made;
}

/** What follows each `@` in a message: whether somebody is called that decides on how it is drawn. */
export function namesIn(entry: MessageEntry): readonly string[] {
	return entry.redacted === undefined && !entry.offer ? parsedOf(entry).names : [];
}

/** Without the tag: `ann` of `ann·WPqL`. */
function plainName(name: string): string {
	const at = name.lastIndexOf(TAG_MARK);
	return at > 0 ? name.slice(0, at) : name;
}

export function messageRows(
	entry: MessageEntry,
	context: EntryContext,
	head: {readonly showTime: boolean; readonly showName: boolean},
): readonly string[] {
	const {width, nameWidth, holders, theme, isSelected} = context;
	const {paint} = theme;
	const state = spread(entry, context);
	const stateCells = state.length > 0 ? widthOf(state[0]?.text ?? '') + 2 : 1;
	const name = head.showName || isSelected ? displayName(holders, entry.from, entry.name) : '';
	const namePaint = entry.local ? paint.own : theme.peer(entry.from);
	const mark = entry.mention ? span('▌', paint.mention) : span(' ');
	const time = head.showTime || isSelected ? formatTime(entry.timestamp) : '     ';
	const start = [
		isSelected ? span('▸', paint.accent) : mark,
		span(time, paint.dim),
		span('  '),
		span(fitName(name, nameWidth), namePaint),
		span('  '),
	];
	const indent = [mark, span(' '.repeat(TIME_CELLS - 1 + nameWidth + NAME_GAP))];
	const textWidth = width - TIME_CELLS - nameWidth - NAME_GAP;
	const quote = entry.reply ? [quoteSpans(entry.reply, holders, paint.dim)] : [];
	const text = textLines(entry, textWidth - stateCells, context);
	const lines = [...quote, ...text, ...linesBelow(entry, textWidth - 1, theme)];
	// Of a card, what it is stands in the first row.
	const last = entry.offer ? quote.length : quote.length + text.length - 1;
	const draw = isSelected ? litRow(paint.selected) : row;
	return lines.map((line, index) =>
		draw(width, [...(index === 0 ? start : indent), ...line], index === last ? state : []),
	);
}

/** A row in its own colours on another background, from edge to edge. */
function litRow(lit: Paint) {
	const over = ({text, paint}: Span): Span => span(text, paint ? shown => lit(paint(shown)) : lit);
	return (width: number, left: readonly Span[], right: readonly Span[]): string => {
		const gap = Math.max(0, width - spansWidth(left) - spansWidth(right));
		return row(width, [...left, span(' '.repeat(gap))].map(over), right.map(over));
	};
}

/** What was said, as it is now. */
function textLines(entry: MessageEntry, width: number, context: EntryContext): readonly (readonly Span[])[] {
	const {theme} = context;
	const {paint} = theme;
	if (entry.redacted !== undefined) {
		const text = entry.redacted === '' ? '(taken back)' : `(taken back: ${entry.redacted})`;
		return wrap(text, width).map(line => [span(line, paint.dim)]);
	}
	if (entry.offer) return offerLines({...context, offer: entry.offer, local: entry.local}, width, theme);
	const look = {theme, own: entry.mention ? context.ownName : '', nameOf: namePaints(context)};
	const {rows, rest} = layMarkup(parsedOf(entry).blocks, width, MAX_TEXT_ROWS, look);
	const rested = moreText(entry, rest);
	const more = rested !== '' && widthOf(rested + SHOWS_ALL) <= width ? rested + SHOWS_ALL : rested;
	const lines = more === '' ? rows : [...rows, [span(more, paint.dim)]];
	if (!entry.isEdited) return lines;
	const last = lines.at(-1) ?? [];
	const edited = span(' (edited)', paint.dim);
	if (spansWidth(last) + widthOf(edited.text) <= width) return [...lines.slice(0, -1), [...last, edited]];
	return [...lines, [span('(edited)', paint.dim)]];
}

/** Names of people in their colours, our own as what it is: a call. */
function namePaints({holders, ownName, theme}: EntryContext): (name: string) => Paint | undefined {
	return written => {
		const shape = shapeOf(plainName(written));
		if (shape === shapeOf(ownName)) return theme.paint.mention;
		const holder = holders.get(shape);
		return holder === undefined ? undefined : holder === SHARED ? theme.paint.accent : theme.peer(holder);
	};
}

/** `╭ ann: did the deploy finish?` */
function quoteSpans({from, name, text}: Quoted, holders: Holders, paint: Paint): readonly Span[] {
	if (text === undefined) return [span('╭ a message that is not here', paint)];
	const shown = text === '' ? '(taken back)' : text;
	return [span('╭ ', paint), span(displayName(holders, from, name), paint), span(': ', paint), span(shown, paint)];
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

/** `… 15,800 more lines`: what is not shown of a message. Empty if all of it is. */
function moreText({cut}: MessageEntry, rest: Rest): string {
	const lines = rest.lines + (cut?.lines ?? 0);
	// Perhaps not even the one line ends here.
	const characters = rest.characters + (cut?.characters ?? 0);
	if (characters === 0) return '';
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
