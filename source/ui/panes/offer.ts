/** An offer in the chat, as a card of two rows: what it is, and what becomes of it here. */
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
	leftOf,
	leftText,
	percentText,
	shownName,
	sizeText,
	stateReason,
	tonePaint,
} from '../views/transfer-words.ts';

/** Sources and takers that are named. */
const MAX_NAMED = 3;
/** Cells of the bar, where there is room for it. */
const BAR = 22;
const SHORT_BAR = 12;
const LEAST_BAR = 6;
const WIDE = 48;

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
};

/** All of a transfer that these rows show. */
export function offerKey(transfer: Transfer | undefined): string {
	if (!transfer) return '';
	const {state, done, rateIn, rateOut, left, place, error, sources, takers, given} = transfer;
	const peers = [...sources, ...takers].map(({peer, rate}) => `${peer} ${rate > 0}`).join(' ');
	return [state, done, rateIn, rateOut, left, place, error?.message, sources.length, takers.length, given, peers].join(
		' ',
	);
}

/** Always two rows, however little is known: so nothing moves when it does. */
export function offerLines(look: OfferLook, width: number, theme: Theme): readonly (readonly Span[])[] {
	return [nameSpans(look, width, theme), stateSpans(look, width, theme)];
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

/** The end of a name says what it is: `a very long n….mp4`. */
function middleCut(name: string, width: number): string {
	if (widthOf(name) <= width) return name;
	const end = /\.[\p{L}\p{N}]{1,5}\/?$|\/$/u.exec(name)?.[0] ?? '';
	if (widthOf(end) + 4 > width) return truncate(name, Math.max(1, width));
	return truncate(name.slice(0, name.length - end.length), width - widthOf(end), true) + end;
}

function stateSpans(look: OfferLook, width: number, theme: Theme): readonly Span[] {
	const {transfer} = look;
	const {paint} = theme;
	if (!transfer) return howSpans(look, width, theme);
	switch (transfer.state) {
		case 'done':
			return hereSpans(look, transfer, width, theme);
		case 'failed':
			return [span(truncate(`✖ ${stateReason(transfer)}`, width), paint.bad)];
		case 'changed':
			return [span(truncate(`! ${stateReason(transfer)}`, width), paint.warn)];
		case 'cancelled':
			return howSpans(look, width, theme);
		default:
			return movingSpans(look, transfer, width, theme);
	}
}

/** How to take it. */
function howSpans(
	{local, isSelected, isQueued, isKnown, keys}: OfferLook,
	width: number,
	{paint}: Theme,
): readonly Span[] {
	if (isQueued) return [span('being read, to be offered', paint.dim)];
	if (local)
		return [span(isKnown ? truncate('not given any more: /send offers it again', width) : 'offered by you', paint.dim)];
	if (isSelected) return [span(keys.get, paint.key), span(' gets it', paint.dim)];
	const hasKeys = keys.select !== '' && keys.get !== '';
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

/** `▕█████▋    ▏ 54 %  88 MB/s  7 s  from ann, cat`: as many of the parts as fit. */
function movingSpans(look: OfferLook, transfer: Transfer, width: number, theme: Theme): readonly Span[] {
	const {paint} = theme;
	const share = shareOf(transfer);
	const percent = percentText(share).padStart(5);
	const isPaused = transfer.state === 'paused';
	const cells = Math.max(LEAST_BAR, Math.min(width < WIDE ? SHORT_BAR : BAR, width - 18));
	const bar = barSpans(share, cells, isPaused ? paint.dim : paint.accent, theme);
	const spans: Span[] = spansWidth(bar) + percent.length <= width ? [...bar, span(percent)] : [span(percent.trim())];
	for (const part of partsOf(look, transfer, theme)) {
		const room = width - spansWidth(spans) - 2;
		if (widthOf(part.text) <= room) spans.push(span('  '), part);
		else if (room >= 8 && part.text.length > 10) {
			spans.push(span('  '), span(truncate(part.text, room), part.paint));
			break;
		} else break;
	}
	return spans;
}

function partsOf({holders}: OfferLook, transfer: Transfer, theme: Theme): readonly Span[] {
	const {paint} = theme;
	const {state, rateIn} = transfer;
	const left = leftOf(transfer);
	if (state === 'paused') return [span('paused', tonePaint('warn', theme))];
	const reason = stateReason(transfer);
	if (reason !== '') return [span(reason, paint.dim)];
	const from = namesText(activeSources(transfer), holders);
	return [
		span(formatRate(rateIn)),
		...(left === undefined ? [] : [span(leftText(left), paint.dim)]),
		...(from === '' ? [] : [span(`from ${from}`, paint.dim)]),
	];
}

function namesText(all: readonly {readonly peer: string; readonly name: string}[], holders: Holders): string {
	const names = all.slice(0, MAX_NAMED).map(({peer, name}) => displayName(holders, peer, name));
	return names.join(', ') + (all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : '');
}

/** `✓ ~/Downloads/holiday.mp4`; `offered by you · to ann, bob · 3.2 GB given`. */
function hereSpans({holders, local}: OfferLook, transfer: Transfer, width: number, {paint}: Theme): readonly Span[] {
	const {isFetched, place = ''} = transfer;
	const giving = givingText(transfer, holders);
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

/** Who takes it; or who has got it here, or how much was given. */
function givingText({takers, rateOut, given, pieces}: Transfer, holders: Holders): string {
	const taking = takers.filter(taker => taker.rate > 0 || taker.pieces < pieces);
	if (rateOut > 0 || taking.length > 0) {
		const rate = rateOut > 0 ? `${formatRate(rateOut)} ` : '';
		return `⇡ ${rate}to ${namesText(taking.length > 0 ? taking : takers, holders) || 'others'}`;
	}
	if (takers.length > 0) return `${namesText(takers, holders)} ${takers.length === 1 ? 'has' : 'have'} it`;
	return given > 0 ? `${formatBytes(given)} given` : '';
}

/** The end of a path is what differs: `…loads/holiday.mp4`. */
function pathCut(place: string, width: number): string {
	if (widthOf(place) <= width) return place;
	const characters = [...place];
	let kept = '';
	while (characters.length > 0 && widthOf(characters.at(-1) + kept) < width) kept = characters.pop() + kept;
	return `…${kept}`;
}
