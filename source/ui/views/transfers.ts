/** Files that come and go: a row for each, or two where there is little room. */
import {movementOf, shareOf, sortedTransfers} from '../../store/files/selectors.ts';
import {isWhole, type Transfer} from '../../store/files/transfers.ts';
import {asksCancel, chosenTransfer} from '../../store/pages/transfers.ts';
import type {State} from '../../store/state.ts';
import {formatBytes} from '../figures.ts';
import {formatRate} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import {fit, row, type Span, span, spansWidth, truncate, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {
	activeSources,
	barSpans,
	briefReason,
	hasBar,
	leftOf,
	leftText,
	pathCut,
	percentText,
	shortPaths,
	shownName,
	sizeText,
	stateReason,
	stateWord,
	tonePaint,
} from './transfer-words.ts';

/** From so many cells on, one has a single row. */
const WIDE = 74;
const NAME_CELLS = 20;
const MAX_NAME_CELLS = 48;

/** `height`: rows that are seen at once. */
export function transfersContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const content = new PageBuilder();
	const all = sortedTransfers(state);
	if (all.length === 0) return content.add(row(width, []), ...emptyRows(state, width, theme));
	const columns = columnsFor(width, all);
	content.head.push(...sumRows(state, all, width, theme));
	if (columns && height >= 12) content.head.push(titleRow(columns, width, theme));
	content.foot.push(...footRows(state, width, theme));
	for (const transfer of all)
		content.addItem(
			transfer.file,
			columns ? [wideRow(transfer, columns, width, theme)] : narrowRows(transfer, width, theme),
		);
	return content;
}

function emptyRows({files}: State, width: number, {paint}: Theme): readonly string[] {
	const texts = [
		'Nothing comes or goes.',
		'/send <path> offers a file or a folder to the room, /get takes the newest offer.',
		...(files.settings ? [`Files go to ${files.settings.folder}`] : []),
	];
	return texts.flatMap(text => wrap(text, width - 2).map(line => row(width, [span(` ${line}`, paint.dim)])));
}

/** `↓ 88 MB/s  ↑ 1.2 MB/s   2 coming, 1 given`. */
function sumRows(state: State, all: readonly Transfer[], width: number, {paint}: Theme): readonly string[] {
	const movement = movementOf(state);
	const {maxUpload, maxDownload} = state.files.settings ?? {};
	const atMost = (limit: number | undefined) => (limit ? [span(` (limit ${formatRate(limit)})`, paint.dim)] : []);
	const rates = [
		span(' ↓ ', paint.key),
		span(formatRate(movement?.rateIn ?? 0), paint.accent),
		...atMost(maxDownload),
		span('  ↑ ', paint.key),
		span(formatRate(movement?.rateOut ?? 0), paint.good),
		...atMost(maxUpload),
	];
	const counts = [
		[all.filter(({state: is}) => ['preparing', 'fetching', 'finishing', 'verifying'].includes(is)).length, 'coming'],
		[all.filter(({state: is}) => is === 'hashing').length, 'reading'],
		[all.filter(({state: is}) => is === 'waiting').length, 'waiting'],
		[all.filter(({state: is}) => is === 'paused').length, 'paused'],
		[all.filter(({state: is}) => is === 'failed').length, 'failed'],
		[all.filter(transfer => isWhole(transfer) && transfer.isFetched).length, 'here'],
		[all.filter(transfer => isWhole(transfer) && !transfer.isFetched).length, 'offered'],
	] as const;
	const words = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
	return [row(width, rates, [span(truncate(`  ${words.join(', ')} `, width - spansWidth(rates)), paint.dim)])];
}

/** The question, or what happens to the chosen one; at the bottom, so that rows do not move. */
function footRows(state: State, width: number, {paint}: Theme): readonly string[] {
	const asked = asksCancel(state);
	if (asked) return [row(width, questionSpans(state, asked, {paint} as Theme, width))];
	const chosen = chosenTransfer(state);
	const [reason, brief] = chosen ? reasonWords(chosen) : [];
	if (!chosen || !reason) return [row(width, [])];
	const whole = `${shownName(chosen)}: ${reason}`;
	// What is to be done about it stands at the end.
	if (chosen.state === 'failed') return failedRows(reason.includes(chosen.name) ? reason : whole, width, paint.bad);
	const text = widthOf(whole) + 2 <= width ? whole : truncate(`${shownName(chosen)}: ${brief || reason}`, width - 2);
	return [row(width, [span(` ${text}`, paint.dim)])];
}

/** Rows for why one has failed; where that is too little, its paths lose what is not their end. */
const FAILED_ROWS = 3;

function failedRows(reason: string, width: number, paint: Paint): readonly string[] {
	const lines = (text: string) => wrap(text, width - 2);
	const shown = lines(reason).length <= FAILED_ROWS ? lines(reason) : lines(shortPaths(reason)).slice(0, FAILED_ROWS);
	return shown.map(line => row(width, [span(` ${line}`, paint)]));
}

/** In full, and where there is less room. Of what is kept one wants to know where it lies. */
function reasonWords(transfer: Transfer): readonly [string | undefined, string | undefined] {
	const {state, place} = transfer;
	const reason = stateReason(transfer);
	if (state === 'kept' && place) return [`${place}; ${reason}`, place];
	return [reason || place, briefReason(transfer)];
}

/** Before the name, behind it, and what comes of it. What is ours is never deleted. */
function questionWords({state, isFetched}: Transfer): readonly [string, string, string] {
	if (state === 'kept') return [' forget ', '?', ' It stays where it is.'];
	if (state === 'done' || state === 'changed') return [' give ', ' no longer?', ' It stays where it is.'];
	if (isFetched) return [' give up ', '?', ' What is here of it is deleted.'];
	return [' stop reading ', '?', ' It stays, and is not offered.'];
}

/** `give up holiday.mp4? x yes  Esc no`. */
export function questionSpans(state: State, transfer: Transfer, {paint}: Theme, width: number): readonly Span[] {
	const key = keymapOf(state).label('transfer-cancel');
	const what = questionWords(transfer);
	const answers = ` ${key} yes  Esc no`;
	const long = widthOf(what.join('') + answers) + 12 <= width ? what[2] : '';
	const name = truncate(shownName(transfer), Math.max(4, width - widthOf(`${what[0]}${what[1]}${long}${answers}`)));
	return [
		span(`${what[0]}${name}${what[1]}${long} `, paint.warn),
		span(key, paint.key),
		span(' yes  ', paint.dim),
		span('Esc', paint.key),
		span(' no', paint.dim),
	];
}

type Columns = {
	readonly name: number;
	readonly bar: number;
	/** Whether there is room for each. What comes in and what goes out have a column each; else whichever is more. */
	readonly hasBoth: boolean;
	readonly hasSize: boolean;
	readonly hasPeers: boolean;
	readonly hasRoom: boolean;
};

const STATE_CELLS = 9;
const PERCENT_CELLS = 5;
const RATE_CELLS = 8;
/** With an arrow before it. */
const EITHER_CELLS = 9;
/** Cells that bar and path have at least. */
const LEAST_BAR = 7;
const LEFT_CELLS = 6;
const SIZE_CELLS = 7;
const PEERS_CELLS = 9;
const ROOM_CELLS = 14;
const GAP = 2;

/** Undefined where one row is not enough. */
function columnsFor(width: number, all: readonly Transfer[]): Columns | undefined {
	if (width < WIDE) return undefined;
	const fixed = 1 + STATE_CELLS + PERCENT_CELLS + EITHER_CELLS + LEFT_CELLS + 5 * GAP;
	let left = width - fixed - NAME_CELLS - GAP;
	const take = (cells: number) => {
		const fits = left - cells - GAP >= LEAST_BAR;
		if (fits) left -= cells + GAP;
		return fits;
	};
	const columns = {
		hasSize: take(SIZE_CELLS),
		hasBoth: take(2 * RATE_CELLS - EITHER_CELLS),
		hasPeers: take(PEERS_CELLS),
		hasRoom: take(ROOM_CELLS),
	};
	const longest = Math.max(...all.map(transfer => widthOf(shownName(transfer))));
	const wanted = Math.max(0, Math.min(MAX_NAME_CELLS, longest) - NAME_CELLS);
	const more = Math.max(0, Math.min(wanted, left - LEAST_BAR));
	return {name: NAME_CELLS + more, bar: Math.min(40, left - more), ...columns};
}

function titleRow(columns: Columns, width: number, {paint}: Theme): string {
	const right = (text: string, cells: number) => text.padStart(cells);
	const parts = [
		fit('name', columns.name),
		...(columns.hasSize ? [right('size', SIZE_CELLS)] : []),
		fit('so far', columns.bar + GAP + PERCENT_CELLS),
		...(columns.hasBoth ? [right('in', RATE_CELLS), right('out', RATE_CELLS)] : [right('in, out', EITHER_CELLS)]),
		right('left', LEFT_CELLS),
		...(columns.hasPeers ? [peersCell('from', 'to')] : []),
		fit('state', STATE_CELLS),
		...(columns.hasRoom ? [fit('room', ROOM_CELLS)] : []),
	];
	return row(width, [span(` ${parts.join(' '.repeat(GAP))}`, paint.dim)]);
}

function wideRow(transfer: Transfer, columns: Columns, width: number, theme: Theme): string {
	const {paint} = theme;
	const {rateIn, rateOut, size, rooms} = transfer;
	const left = leftOf(transfer);
	const gap = span(' '.repeat(GAP));
	const {words, tone} = stateWord(transfer);
	const count = (all: readonly unknown[]) => (all.length === 0 ? '·' : String(all.length));
	const taking = transfer.takers.filter(({rate}) => rate > 0);
	const parts: readonly (readonly Span[])[] = [
		[span(fit(markedName(transfer), columns.name), paint.title)],
		...(columns.hasSize ? [[span(formatBytes(size).padStart(SIZE_CELLS), paint.dim)]] : []),
		progressSpans(transfer, columns.bar, theme),
		...(columns.hasBoth ? [[rateSpan(rateIn, theme)], [rateSpan(rateOut, theme)]] : [[eitherSpan(transfer, theme)]]),
		[span((left === undefined ? '' : leftText(left)).padStart(LEFT_CELLS), paint.dim)],
		...(columns.hasPeers ? [[span(peersCell(count(activeSources(transfer)), count(taking)), paint.dim)]] : []),
		[span(fit(words, STATE_CELLS), tonePaint(tone, theme))],
		...(columns.hasRoom ? [[span(fit(roomWords(rooms), ROOM_CELLS), paint.dim)]] : []),
	];
	return row(width, [span(' '), ...parts.flatMap((part, index) => (index === 0 ? part : [gap, ...part]))]);
}

/** `↑holiday.mp4`: it goes before others. */
function markedName(transfer: Transfer): string {
	const {priority} = transfer;
	return `${priority > 0 ? '↑' : priority < 0 ? '↓' : ''}${shownName(transfer)}`;
}

/** Bar and percent, or as many blanks. */
function progressSpans(transfer: Transfer, bar: number, theme: Theme): readonly Span[] {
	const cells = bar + GAP + PERCENT_CELLS;
	// Where it lies is what one looks for then.
	if (!hasBar(transfer)) {
		const place = transfer.state === 'failed' ? '' : (transfer.place ?? '');
		return [span(fit(pathCut(place, cells), cells), theme.paint.dim)];
	}
	const share = shareOf(transfer);
	const isHeld = transfer.state === 'paused' || transfer.state === 'failed';
	const paint = isHeld ? theme.paint.dim : theme.paint.accent;
	return [
		...barSpans(share, bar, paint, theme),
		span(' '.repeat(GAP)),
		span(percentText(share).padStart(PERCENT_CELLS)),
	];
}

/** `   2    1`: how many give it, and how many take it. */
function peersCell(from: string, to: string): string {
	return from.padStart(4) + to.padStart(PEERS_CELLS - 4);
}

function rateSpan(bytes: number, {paint}: Theme): Span {
	const text = bytes < 0.5 ? '·' : formatRate(bytes);
	return span(text.padStart(RATE_CELLS), bytes < 0.5 ? paint.dim : undefined);
}

/** `↓ 88 MB`, or what goes out if that is more. */
function eitherSpan({rateIn, rateOut}: Transfer, {paint}: Theme): Span {
	const [arrow, bytes] = rateOut > rateIn ? ['↑', rateOut] : ['↓', rateIn];
	const text = bytes < 0.5 ? '·' : `${arrow}${formatRate(bytes)}`;
	return span(text.padStart(EITHER_CELLS), bytes < 0.5 ? paint.dim : undefined);
}

export function roomWords(rooms: readonly string[]): string {
	const [first, ...more] = rooms.map(room => (room.startsWith('@') ? 'between two' : `#${room}`));
	return first === undefined ? '' : more.length > 0 ? `${first} +${more.length}` : first;
}

/** Name and size; below it how far it is. */
function narrowRows(transfer: Transfer, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const {rateIn, rateOut} = transfer;
	const left = leftOf(transfer);
	const {words, tone} = stateWord(transfer);
	const share = shareOf(transfer);
	const size = widthOf(sizeText(transfer)) * 2 < width ? sizeText(transfer) : formatBytes(transfer.size);
	const state = [span('   '), span(words, tonePaint(tone, theme))];
	const bar = barSpans(share, Math.max(8, Math.min(24, width - 34)), paint.accent, theme);
	const rates = [
		...(rateIn >= 0.5 ? [`↓ ${formatRate(rateIn)}`] : []),
		...(rateOut >= 0.5 ? [`↑ ${formatRate(rateOut)}`] : []),
		...(left === undefined ? [] : [leftText(left)]),
	];
	const moving = hasBar(transfer) ? [span('   '), ...bar, span(` ${percentText(share)}`)] : state;
	const told = hasBar(transfer) && rates.length === 0 ? words : rates.join(' ');
	return [
		row(
			width,
			[span(' '), span(truncate(markedName(transfer), width - widthOf(size) - 4), paint.title)],
			[span(`${size} `, paint.dim)],
		),
		row(width, [...moving, span(`  ${told}`, hasBar(transfer) ? undefined : paint.dim)]),
	];
}
