/** One entry of a room as rows, remembered for as long as nothing about it changes; and the lines across the width. */
import {shapeOf} from '../../base/look-alike.ts';
import type {Transfer} from '../../store/files/transfers.ts';
import {type Holders, isShared} from '../../store/names.ts';
import type {Entry} from '../../store/state.ts';
import {dayOf, formatDay, formatTime, plural} from '../format.ts';
import {painted, span, truncate, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {messageRows, namesIn} from './entry-message.ts';
import {systemRows} from './entry-system.ts';
import {type OfferLook, offerKey} from './offer.ts';

/** All that decides on the rows of an entry, beside the entry itself. */
export type EntryContext = {
	/** Cells of a row. */
	readonly width: number;
	/** Cells of the column of names. */
	readonly nameWidth: number;
	/** Whose each name is. */
	readonly holders: Holders;
	/** Our own peer id and name. */
	readonly self: string;
	readonly ownName: string;
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
	/** The keys are about this one. */
	readonly isSelected: boolean;
	/** What becomes of the file that it offers. */
	readonly transfer: Transfer | undefined;
	readonly keys: OfferLook['keys'];
	readonly hint: OfferLook['hint'];
	/** The core has told which files there are. */
	readonly isKnown: boolean;
	/** What is to be said above the oldest entry; empty for nothing. */
	readonly top: string;
	readonly theme: Theme;
};

/** Milliseconds after which the author is named again. */
const SAME_BREATH = 5 * 60_000;

/** Rows remembered: several screens full, and a few of the longest entries. */
export const REMEMBERED_ROWS = 4_000;

type Variant = {readonly key: string; readonly theme: Theme; readonly rows: readonly string[]};
/** As made last, and as made before: the first entry in view is made twice, once to measure it, once to name it. */
type Remembered = {readonly last: Variant; readonly before: Variant | undefined};

/** The rows of entries shown before, the one made last at the end. */
const remembered = new Map<Entry, Remembered>();
let rememberedRows = 0;

function remember(entry: Entry, last: Variant): void {
	const before = remembered.get(entry)?.last;
	forget(entry);
	const made = {last, before: before?.theme === last.theme ? before : undefined};
	remembered.set(entry, made);
	rememberedRows += rowsOf(made);
	for (const oldest of remembered.keys()) {
		if (rememberedRows <= REMEMBERED_ROWS) break;
		forget(oldest);
	}
}

function forget(entry: Entry): void {
	const known = remembered.get(entry);
	if (known) rememberedRows -= rowsOf(known);
	remembered.delete(entry);
}

function rowsOf({last, before}: Remembered): number {
	return last.rows.length + (before?.rows.length ?? 0);
}

function recall(entry: Entry, key: string, theme: Theme): readonly string[] | undefined {
	const known = remembered.get(entry);
	return [known?.last, known?.before].find(each => each?.key === key && each.theme === theme)?.rows;
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
	const known = recall(entry, key, theme);
	if (known) return known;
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
function keyOf(entry: Entry, context: EntryContext): string {
	const {width, nameWidth, isDivided, isQueued, isSelected, top} = context;
	const names = entry.kind === 'message' ? messageKey(entry, context) : systemKey(entry, context);
	return `${width} ${nameWidth} ${isDivided} ${isQueued} ${isSelected} ${names} ${top}`;
}

function messageKey(
	entry: Entry & {kind: 'message'},
	{holders, ownName, transfer, keys, hint, isKnown}: EntryContext,
): string {
	const {from: peer, name, reply} = entry;
	const isTagged = isShared(holders, {peer, name});
	const isReplyTagged = reply !== undefined && isShared(holders, {peer: reply.from, name: reply.name});
	let named = entry.mention ? ownName : '';
	for (const each of namesIn(entry)) named += ` ${holders.get(shapeOf(each)) ?? '-'} ${ownName}`;
	const file = entry.offer ? `${offerKey(transfer)} ${isKnown} ${keys.select} ${keys.get} ${hint}` : '';
	return `${isTagged} ${isReplyTagged} ${named} ${file}`;
}

function systemKey({peer, name, others = []}: Entry & {kind: 'system'}, {holders}: EntryContext): string {
	if (peer === undefined) return '';
	return String([{peer, name}, ...others].map(each => isShared(holders, each)));
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

/** `──────── new ────────` */
function ruler(width: number, text: string, textPaint: Paint, linePaint: Paint, dash = '─'): string {
	const label = ` ${truncate(text, width - 6)} `;
	const left = Math.max(1, Math.floor((width - 2 - widthOf(label)) / 2));
	const right = Math.max(1, width - 2 - widthOf(label) - left);
	return ` ${painted([span(dash.repeat(left), linePaint), span(label, textPaint), span(dash.repeat(right), linePaint)])} `;
}
