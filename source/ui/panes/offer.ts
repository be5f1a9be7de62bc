/** An offer in the chat, as a card: what it is, and in a second row what becomes of it here, if anything does. */
import type {OfferedFile} from '../../api/files.ts';
import {shareOf} from '../../store/files/selectors.ts';
import type {Transfer} from '../../store/files/transfers.ts';
import type {Holders} from '../../store/names.ts';
import {displayName} from '../../store/selectors.ts';
import {formatBytes} from '../figures.ts';
import {formatRate} from '../format.ts';
import {type Span, span, spansWidth, truncate, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {
	activeSources,
	barSpans,
	briefFailure,
	briefReason,
	holdingSources,
	isWaiting,
	leftOf,
	leftText,
	middleCut,
	pathCut,
	percentText,
	shownName,
	sizeText,
	stateReason,
	tonePaint,
	waitsFor,
} from '../views/transfer-words.ts';

/** Sources and takers that are named. */
const MAX_NAMED = 3;
/** Cells of the bar, where there is room for it. */
const BAR = 22;
const SHORT_BAR = 12;
const LEAST_BAR = 6;
const WIDE = 48;
const GAP = 2;
/** Cells of `100 %`. */
const PERCENT = 5;

export type OfferLook = {
	readonly offer: OfferedFile;
	readonly transfer: Transfer | undefined;
	readonly local: boolean;
	readonly isSelected: boolean;
	/** The core has told which files there are. */
	readonly isKnown: boolean;
	/** It is still read, and not offered yet. */
	readonly isQueued: boolean;
	readonly holders: Holders;
	/** How the keys are written that select a message, and that take what it offers. */
	readonly keys: {readonly select: string; readonly get: string};
	/** `command`: it is the one that `/get` alone takes. `keys`: and the one that the first key selects. */
	readonly hint: 'none' | 'command' | 'keys';
};

/** All of a transfer that these rows show. */
export function offerKey(transfer: Transfer | undefined): string {
	if (!transfer) return '';
	const {state, done, rateIn, rateOut, left, place, error, sources, takers, given, waits, nowhere} = transfer;
	const peers = [...sources, ...takers].map(({peer, rate, pieces}) => `${peer} ${rate > 0} ${pieces}`).join(' ');
	const asked = sources.map(({requests}) => requests > 0).join(' ');
	return [state, done, rateIn, rateOut, left, place, error?.message, given, waits, nowhere, peers, asked].join(' ');
}

/** One row where there is nothing more to say: of many offers, as many as can be are seen at once. */
export function offerLines(look: OfferLook, width: number, theme: Theme): readonly (readonly Span[])[] {
	const below = stateSpans(look, width, theme);
	const name = nameSpans(look, width, theme);
	return below.length === 0 ? [[...name, ...keySpans(look, width - spansWidth(name), theme)]] : [name, below];
}

/** `▤ holiday.mp4 · 1.4 GB · program`. The size is never what is cut off. */
function nameSpans({offer, isQueued, transfer}: OfferLook, width: number, {paint}: Theme): readonly Span[] {
	// While it is read only its transfer knows how large it is.
	const of = isQueued ? (transfer ?? offer) : offer;
	const hasSize = !isQueued || of.size > 0 || of.files > 0;
	if (!hasSize) return [span('▤ ', paint.accent), span(middleCut(shownName(offer), width - 2), paint.title)];
	const about = [sizeText(of), ...(offer.isExecutable ? ['program'] : [])].join(' · ');
	const shown = widthOf(about) + 12 <= width ? about : formatBytes(of.size);
	const name = middleCut(shownName(offer), width - 2 - widthOf(shown) - 3);
	return [span('▤ ', paint.accent), span(name, paint.title), span(` · ${shown}`, paint.dim)];
}

function stateSpans(look: OfferLook, width: number, theme: Theme): readonly Span[] {
	const {transfer} = look;
	const {paint} = theme;
	if (!transfer) return howSpans(look, width, theme);
	switch (transfer.state) {
		case 'done':
			return hereSpans(look, transfer, width, theme);
		case 'kept':
			return keptSpans(transfer, width, theme);
		case 'failed':
			return failedSpans(transfer, width, theme);
		case 'changed':
			return [span(truncate(`! ${briefReason(transfer)}`, width), paint.warn)];
		case 'cancelled':
			return howSpans(look, width, theme);
		default:
			return movingSpans(look, transfer, width, theme);
	}
}

function failedSpans(transfer: Transfer, width: number, {paint}: Theme): readonly Span[] {
	const whole = `✖ ${stateReason(transfer)}`;
	return [span(widthOf(whole) <= width ? whole : truncate(`✖ ${briefFailure(transfer)}`, width), paint.bad)];
}

/** ` · g gets it`: behind the name of a selected one, which does not grow by being selected. */
function keySpans({local, isSelected, keys}: OfferLook, width: number, {paint}: Theme): readonly Span[] {
	const spans = [span(' · ', paint.dim), span(keys.get, paint.key), span(' gets it', paint.dim)];
	return isSelected && !local && keys.get !== '' && spansWidth(spans) <= width ? spans : [];
}

/** How to take it, if that is to be said of this one. */
function howSpans(
	{local, isSelected, isQueued, isKnown, keys, hint}: OfferLook,
	width: number,
	{paint}: Theme,
): readonly Span[] {
	if (isQueued) return [span('being read', paint.dim)];
	if (local) return isKnown ? [span(truncate('not given any more: /send offers it again', width), paint.dim)] : [];
	if (hint === 'none') return [];
	if (isSelected && keys.get !== '') return [span(keys.get, paint.key), span(' gets it', paint.dim)];
	const hasKeys = hint === 'keys' && keys.select !== '' && keys.get !== '';
	const long = [
		span(keys.select, paint.key),
		span(' '),
		span(keys.get, paint.key),
		span(' or ', paint.dim),
		span('/get', paint.key),
		span(' gets it', paint.dim),
	];
	if (hasKeys && spansWidth(long) <= width) return long;
	return [span('/get', paint.key), span(' gets it', paint.dim)];
}

/** `▕█████▋    ▏ 54 %  88 MB/s  7 s  from ann, cat`: as many of the parts as fit, each whole; the first of them before the bar. */
function movingSpans(look: OfferLook, transfer: Transfer, width: number, theme: Theme): readonly Span[] {
	const {paint} = theme;
	const share = shareOf(transfer);
	const percent = percentText(share);
	const parts = partsOf(look, transfer, theme);
	const most = barCells(parts, width);
	const isPaused = transfer.state === 'paused';
	const bar = most < LEAST_BAR ? [] : barSpans(share, most, isPaused ? paint.dim : paint.accent, theme);
	const spans: Span[] = bar.length > 0 ? [...bar, span(percent.padStart(PERCENT))] : [span(percent)];
	for (const [index, part] of parts.entries()) {
		const room = width - spansWidth(spans) - GAP;
		const fitting = part.find(({text}) => widthOf(text) <= room);
		if (fitting) spans.push(span(' '.repeat(GAP)), fitting);
		// Half a reason is more than none.
		else if (index === 0 && room >= 4) spans.push(span(' '.repeat(GAP)), cut(part.at(-1), room));
	}
	return spans;
}

/** The bar leaves room for all parts, in their shortest words at least, if that leaves enough of it; else for the first. */
function barCells(parts: readonly (readonly Span[])[], width: number): number {
	const most = width < WIDE ? SHORT_BAR : BAR;
	const besides = (length: (...widths: number[]) => number, some = parts) =>
		some.reduce((cells, part) => cells - GAP - length(...part.map(({text}) => widthOf(text))), width - PERCENT);
	const whole = besides(Math.max);
	const short = besides(Math.min);
	const first = besides(Math.min, parts.slice(0, 1));
	return Math.min(most, whole >= LEAST_BAR ? whole : short >= LEAST_BAR ? short : first);
}

function cut(part: Span | undefined, width: number): Span {
	return span(truncate(part?.text ?? '', width), part?.paint);
}

/** Each in several lengths, the longest first. */
function partsOf({holders}: OfferLook, transfer: Transfer, theme: Theme): readonly (readonly Span[])[] {
	const {paint} = theme;
	const {state, rateIn} = transfer;
	const left = leftOf(transfer);
	const dim = (...texts: readonly string[]) => texts.map(text => span(text, paint.dim));
	const rest = left === undefined ? [] : [dim(leftText(left))];
	if (state === 'paused') return [[span('paused', tonePaint('warn', theme))]];
	const names = whoTexts('from', activeSources(transfer), holders);
	const from = names.length > 0 ? [dim(...names)] : [];
	const reason = briefReason(transfer);
	const isAsking = reason === 'asking' || (reason === '' && rateIn < 0.5);
	if (isAsking) return [dim(...whoTexts('asking', holdingSources(transfer), holders), 'asking')];
	if (reason !== '') return [dim(...goneTexts(transfer, holders), reason), ...rest];
	return [[span(formatRate(rateIn))], ...rest, ...from];
}

/** `from ann, cat`, `from 2`; nothing if there is nobody. */
function whoTexts(word: string, all: readonly Named[], holders: Holders): readonly string[] {
	return all.length === 0 ? [] : [`${word} ${namesText(all, holders)}`, `${word} ${all.length}`];
}

/** Who gives it no more. */
function goneTexts(transfer: Transfer, holders: Holders): readonly string[] {
	const author = transfer.sources.find(({peer}) => peer === transfer.from);
	if (!author || !isWaiting(transfer) || waitsFor(transfer) !== 'gone') return [];
	return [`${displayName(holders, author.peer, author.name)} gives it no more`];
}

type Named = {readonly peer: string; readonly name: string};

function namesText(all: readonly Named[], holders: Holders): string {
	const names = all.slice(0, MAX_NAMED).map(({peer, name}) => displayName(holders, peer, name));
	return names.join(', ') + (all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : '');
}

/** `✓ ~/Downloads/holiday.mp4`; `✓ yours · bob has it`. Nothing of our own that nobody takes: that it is offered one sees. */
function hereSpans({holders, local}: OfferLook, transfer: Transfer, width: number, {paint}: Theme): readonly Span[] {
	const {isFetched, place = ''} = transfer;
	const giving = givingText(transfer, holders);
	if (local && giving === '') return [];
	const where = isFetched && !local ? place : giving === '' ? 'offered by you' : 'yours';
	const rest = giving === '' ? '' : ` · ${giving}`;
	// Where it lies is what one looks for.
	const shown = widthOf(where + rest) + 2 <= width ? rest : '';
	return [
		span('✓ ', paint.good),
		span(pathCut(where, width - 2 - widthOf(shown)), isFetched ? undefined : paint.dim),
		span(shown, paint.dim),
	];
}

/** `✓ ~/Downloads/holiday.mp4 · not given`. */
function keptSpans(transfer: Transfer, width: number, {paint}: Theme): readonly Span[] {
	const {place = ''} = transfer;
	const rest = ` · ${briefReason(transfer)}`;
	const shown = widthOf(place + rest) + 2 <= width ? rest : '';
	return [span('✓ ', paint.good), span(pathCut(place, width - 2 - widthOf(shown))), span(shown, paint.dim)];
}

/** Who takes it now; or who has got it here, or how much of it; or how much was given. */
function givingText(transfer: Transfer, holders: Holders): string {
	const {rateOut, given, pieces} = transfer;
	// Of whom we have it, nobody needs to be told that he has it.
	const takers = transfer.takers.filter(
		({peer, bytes}) => bytes > 0 || (peer !== transfer.from && !transfer.sources.some(source => source.peer === peer)),
	);
	const taking = takers.filter(({rate}) => rate > 0);
	if (rateOut > 0) return `⇡ ${formatRate(rateOut)} to ${namesText(taking, holders) || 'others'}`;
	const having = takers.filter(taker => taker.pieces >= pieces);
	if (having.length > 0) return `${namesText(having, holders)} ${having.length === 1 ? 'has' : 'have'} it`;
	const [first] = takers.toSorted((one, other) => other.pieces - one.pieces);
	if (first && first.pieces > 0) return `${namesText([first], holders)} has ${percentText(first.pieces / pieces)}`;
	return given > 0 ? `${formatBytes(given)} given` : '';
}
