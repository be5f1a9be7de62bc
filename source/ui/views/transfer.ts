/** One file that comes or goes: how far it is, a map of its pieces, who gives and who takes. */
import type {TransferSource, TransferTaker} from '../../api/files.ts';
import {shareOf} from '../../store/files/selectors.ts';
import {isWhole, type Transfer} from '../../store/files/transfers.ts';
import {asksCancel, chosenTransfer} from '../../store/pages/transfers.ts';
import {displayName, nameHolders, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {counted, formatBytes} from '../figures.ts';
import {formatRate} from '../format.ts';
import {fit, fitName, row, type Span, span, spansWidth} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {sectionRow} from './pictures.ts';
import {pieceMapRows} from './piece-map.ts';
import {contentsRows} from './transfer-contents.ts';
import {
	barSpans,
	hasBar,
	leftOf,
	leftText,
	percentText,
	shownName,
	sizeText,
	stateReason,
	stateWord,
	tonePaint,
} from './transfer-words.ts';
import {questionSpans} from './transfers.ts';

const LABEL_CELLS = 11;
const NAME_CELLS = 16;
const NARROW = 60;

type Sheet = {
	readonly state: State;
	readonly transfer: Transfer;
	readonly width: number;
	readonly theme: Theme;
};

export function transferContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const content = new PageBuilder();
	const transfer = chosenTransfer(state);
	if (!transfer)
		return content.add(row(width, []), row(width, [span(' it is not on its way any more', theme.paint.dim)]));
	const sheet = {state, transfer, width, theme};
	const asked = asksCancel(state);
	content.head.push(...headRows(sheet));
	if (asked) content.foot.push(row(width, questionSpans(state, asked, theme, width)));
	content.add(...mapRows(sheet, height), ...sourceRows(sheet), ...takerRows(sheet), ...whatRows(sheet));
	content.add(...contentsRows(transfer, state.files.contents, width, theme));
	return content;
}

/** What moves. */
function headRows({transfer, width, theme}: Sheet): readonly string[] {
	const {paint} = theme;
	const {rateIn, rateOut} = transfer;
	const left = leftOf(transfer);
	const {words, tone} = stateWord(transfer);
	const size = sizeText(transfer);
	const share = shareOf(transfer);
	const reason = stateReason(transfer);
	const name = row(width, [span(` ${shownName(transfer)}`, paint.title)], [span(`  ${size} `, paint.dim)]);
	const rates: Span[] = [
		...(rateIn >= 0.5 ? [span('  ↓ ', paint.key), span(formatRate(rateIn), paint.accent)] : []),
		...(rateOut >= 0.5 ? [span('  ↑ ', paint.key), span(formatRate(rateOut), paint.good)] : []),
		...(left === undefined ? [] : [span(`  ${leftText(left)} left`, paint.dim)]),
	];
	const percent = ` ${percentText(share)}`;
	const isNarrow = width < NARROW;
	const taken = isNarrow ? 0 : spansWidth(rates);
	const cells = Math.max(8, Math.min(60, width - taken - percent.length - words.length - 6));
	const bar = hasBar(transfer) ? [...barSpans(share, cells, paint.accent, theme), span(`${percent}  `)] : [];
	const state = row(width, [span(' '), ...bar, span(words, tonePaint(tone, theme)), ...(isNarrow ? [] : rates)]);
	const below = isNarrow && rates.length > 0 ? [row(width, rates)] : [];
	const why = wrap(reason, width - 2).map(line =>
		row(width, [span(` ${line}`, transfer.state === 'failed' ? paint.bad : paint.dim)]),
	);
	return [name, state, ...below, ...(reason === '' ? [] : why)];
}

function mapRows({transfer, width, theme}: Sheet, height: number): readonly string[] {
	const {pieces, pieceBytes, done, map, state} = transfer;
	// Of what was ours, nothing is fetched: a map of what is missing would say that.
	if (pieces === 0 || map.have === '' || state === 'changed') return [];
	const here = Math.min(pieces, Math.floor(done / Math.max(1, pieceBytes)) + (done >= transfer.size ? 1 : 0));
	const right = [span(`${here.toLocaleString('en')} of ${counted(pieces, 'piece')}`, theme.paint.accent)];
	return [
		sectionRow(width, `Pieces of ${formatBytes(pieceBytes)}`, theme, right),
		...pieceMapRows(transfer, width, height, theme),
		row(width, []),
	];
}

function sourceRows(sheet: Sheet): readonly string[] {
	const {transfer, width, theme} = sheet;
	const {sources, received, isFetched} = transfer;
	const isHere = isWhole(transfer);
	if (sources.length === 0 && (!isFetched || isHere)) return [];
	const total = received > 0 ? [span(`${formatBytes(received)} got`, theme.paint.dim)] : [];
	const count = sources.filter(({dropped}) => dropped === undefined).length;
	const now = count === 0 ? 'nobody now' : counted(count, 'source');
	const head = sectionRow(width, isHere ? `It came from ${count}` : `From ${now}`, theme, total);
	const sorted = sources.toSorted(
		(a, b) => Number(a.dropped !== undefined) - Number(b.dropped !== undefined) || b.rate - a.rate,
	);
	return [head, ...sorted.flatMap(source => peerRows(sheet, source)), row(width, [])];
}

/** Those to whom something went, and whoever else has some of it. */
function takerRows(sheet: Sheet): readonly string[] {
	const {transfer, width, theme} = sheet;
	const {given} = transfer;
	const takers = transfer.takers.toSorted((a, b) => b.rate - a.rate);
	const taking = takers.filter(({rate, bytes}) => rate > 0 || bytes > 0);
	const isSource = (peer: string) => transfer.sources.some(source => source.peer === peer);
	const others = takers.filter(taker => !taking.includes(taker) && taker.pieces > 0 && !isSource(taker.peer));
	const total = given > 0 ? [span(`${formatBytes(given)} given`, theme.paint.dim)] : [];
	const section = (title: string, all: Transfer['takers'], right: readonly Span[] = []) => [
		sectionRow(width, title, theme, right),
		...all.flatMap(taker => peerRows(sheet, taker)),
		row(width, []),
	];
	const to = `To ${taking.length === 0 ? 'nobody now' : counted(taking.length, 'other')}`;
	return [
		...(taking.length === 0 && given === 0 ? [] : section(to, taking, total)),
		...(others.length === 0 ? [] : section('Also at', others)),
	];
}

/** ` ● ann             ▕██████▏ 100 %   88 MB/s   412 MB   3 asked`. */
function peerRows(sheet: Sheet, peer: TransferSource | TransferTaker): readonly string[] {
	const {state, transfer, width, theme} = sheet;
	const {paint} = theme;
	const dropped = 'dropped' in peer ? peer.dropped : undefined;
	const requests = 'requests' in peer ? peer.requests : 0;
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const share = transfer.pieces > 0 ? Math.min(1, peer.pieces / transfer.pieces) : 1;
	const isNarrow = width < NARROW;
	const bar = isNarrow ? [] : barSpans(share, Math.min(22, width - 52), theme.peer(peer.peer), theme);
	const mark =
		dropped !== undefined ? span('✗', paint.bad) : peer.rate > 0 ? span('●', paint.good) : span('○', paint.dim);
	const line = row(width, [
		span(' '),
		mark,
		span(' '),
		span(fitName(name, isNarrow ? 10 : NAME_CELLS), theme.peer(peer.peer)),
		span(' '),
		...bar,
		span(` ${percentText(share).padStart(5)}`),
		span(`  ${formatRate(peer.rate).padStart(9)}`, peer.rate > 0 ? undefined : paint.dim),
		span(`  ${formatBytes(peer.bytes).padStart(7)}`, paint.dim),
		...(requests > 0 ? [span(`  ${requests} asked`, paint.dim)] : []),
	]);
	if (dropped === undefined) return [line];
	return [line, ...wrap(dropped, width - 5).map(text => row(width, [span(`   ${text}`, paint.bad)]))];
}

/** What stays the same. */
function whatRows(sheet: Sheet): readonly string[] {
	const {state, transfer, width, theme} = sheet;
	const {file, from, rooms, place, isFetched, priority, state: is, files, otherNames = []} = transfer;
	const known = from === undefined ? undefined : state.peers.get(from);
	const isOurs = from !== undefined && from === state.self?.peerId;
	const who = isOurs ? 'you' : known ? displayName(nameHolders(state), known.peer, known.name) : from;
	const goes = priority > 0 ? 'before others' : priority < 0 ? 'after others' : undefined;
	const lies = isWhole(transfer) || !isFetched ? 'lies at' : 'goes to';
	return [
		sectionRow(width, files > 0 ? 'The folder' : 'The file', theme),
		...(place === undefined ? [] : field(sheet, lies, place)),
		...(who === undefined ? [] : field(sheet, 'from', who)),
		...(otherNames.length === 0 ? [] : field(sheet, 'also as', otherNames.join(', '))),
		...(rooms.length === 0 ? [] : field(sheet, 'room', rooms.map(room => roomName(state, room)).join(', '))),
		...(goes === undefined ? [] : field(sheet, 'goes', goes)),
		...(is === 'hashing' ? [] : field(sheet, 'id', file)),
	];
}

function roomName(state: State, name: string): string {
	const room = state.rooms.find(each => each.room === name);
	if (room) return roomTitle(state, room);
	return name.startsWith('@') ? 'a conversation' : `#${name}`;
}

function field({width, theme}: Sheet, label: string, words: string, paint?: Paint): readonly string[] {
	return wrap(words, width - LABEL_CELLS - 2).map((line, index) =>
		row(width, [span(` ${fit(index === 0 ? label : '', LABEL_CELLS)}`, theme.paint.dim), span(line, paint)]),
	);
}
