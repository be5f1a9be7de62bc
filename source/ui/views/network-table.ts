/** The table of the network page: which columns there are, which of them have room, and what stands in each. */
import type {PeerMetrics} from '../../api/metrics.ts';
import type {PeerRates} from '../../store/pages/network.ts';
import {lossOf, queueOf, type SortColumn} from '../../store/pages/network-sort.ts';
import {countText, errorText, formatBytes, offsetText, rateCell, shareCell, timeCell} from '../figures.ts';
import {formatSpan} from '../format.ts';
import {areaRows, latencyGraph, rateShares} from '../panes/graph.ts';
import {fit, fitName, row, type Span, span, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';

export type TableRow = {
	readonly peer: PeerMetrics;
	/** As it is shown. */
	readonly name: string;
	readonly rates: PeerRates | undefined;
	/** Round-trip times of the last minute. */
	readonly samples: readonly number[];
};

/** How much a figure is to be worried about. */
export type Concern = 'fine' | 'doubtful' | 'bad';

/** From which values on: shares, milliseconds, bytes. A score is the better the higher. */
const LIMITS = {
	loss: {doubtful: 0.01, bad: 0.05},
	p99: {doubtful: 150, bad: 500},
	queue: {doubtful: 16_000, bad: 256_000},
	clock: {doubtful: 5_000, bad: 60_000},
	score: {doubtful: 0, bad: 10},
} as const;

function concernOf(limit: keyof typeof LIMITS, value: number | undefined): Concern {
	const {doubtful, bad} = LIMITS[limit];
	if (value === undefined || value <= 0 || value < doubtful) return 'fine';
	return value >= bad ? 'bad' : 'doubtful';
}

const lossConcern = (peer: PeerMetrics) => concernOf('loss', lossOf(peer));
const p99Concern = (peer: PeerMetrics) => concernOf('p99', peer.rtt?.p99);
const queueConcern = (peer: PeerMetrics) => concernOf('queue', queueOf(peer));
const clockConcern = (peer: PeerMetrics) => concernOf('clock', Math.abs(peer.clock?.offset ?? 0));
const scoreConcern = (peer: PeerMetrics) => concernOf('score', -(peer.score ?? 0));

/** The worst of all. */
export function peerConcern(peer: PeerMetrics): Concern {
	const all = [lossConcern, p99Concern, queueConcern, clockConcern, scoreConcern].map(each => each(peer));
	return all.includes('bad') ? 'bad' : all.includes('doubtful') ? 'doubtful' : 'fine';
}

/** Without colours too: who needs a look has another mark. */
export function concernMark(concern: Concern, {paint}: Theme): Span {
	if (concern === 'fine') return span('●', paint.good);
	return span('!', concern === 'bad' ? paint.bad : paint.warn);
}

function concernPaint(concern: Concern, {paint}: Theme): Paint | undefined {
	return concern === 'fine' ? undefined : concern === 'bad' ? paint.bad : paint.warn;
}

type Column = {
	readonly title: string;
	readonly sort?: SortColumn;
	readonly width: number;
	/** Of the room that is left, so many cells more at most. */
	readonly grows?: number;
	/** Those with the lowest have room first. */
	readonly rank: number;
	/** The title stands at the left, as what is below it does. */
	readonly isText?: true;
	readonly cell: (row: TableRow, width: number, theme: Theme) => Span;
};

const figure = (
	text: (peer: PeerMetrics) => string,
	concern: (peer: PeerMetrics) => Concern = () => 'fine',
): Column['cell'] => {
	return ({peer}, _, theme) => {
		const shown = text(peer);
		// What is nothing, or not known, is no figure to stop at.
		return span(shown, /[1-9]/.test(shown) ? concernPaint(concern(peer), theme) : theme.paint.dim);
	};
};
const text = (write: (peer: PeerMetrics) => string): Column['cell'] => {
	return ({peer}, width, {paint}) => span(fit(write(peer), width), paint.dim);
};
const history = (way: keyof PeerRates, token: 'accent' | 'good'): Column['cell'] => {
	return ({rates}, width, {paint}) =>
		span(areaRows(rateShares(rates?.[way] ?? [], width), width, 1)[0] ?? '', paint[token]);
};

const SPARK = 6;
const SPARK_GROWS = 24;
const NAME_CELLS = 15;
const CLOCK_CELLS = 12;

/** From left to right. */
const COLUMNS: readonly Column[] = [
	{
		title: 'name',
		sort: 'name',
		width: NAME_CELLS,
		rank: 0,
		isText: true,
		cell: ({peer, name}, width, theme) => span(fitName(name, width), theme.peer(peer.peer)),
	},
	{title: 'rtt ms', sort: 'rtt', width: 6, rank: 1, cell: figure(({rtt}) => timeCell(rtt?.last))},
	{
		title: '',
		width: SPARK,
		grows: SPARK_GROWS,
		rank: 6,
		cell: ({peer, samples}, width, theme) => span(latencyGraph(samples, width), theme.peer(peer.peer)),
	},
	{title: 'p50 ms', width: 6, rank: 10, cell: figure(({rtt}) => timeCell(rtt?.p50))},
	{title: 'p99 ms', sort: 'p99', width: 6, rank: 2, cell: figure(({rtt}) => timeCell(rtt?.p99), p99Concern)},
	{title: 'jitter', sort: 'jitter', width: 6, rank: 9, cell: figure(({rtt}) => timeCell(rtt?.jitter))},
	{title: 'loss%', sort: 'loss', width: 5, rank: 3, cell: figure(peer => shareCell(lossOf(peer)), lossConcern)},
	{
		title: 'clock',
		width: CLOCK_CELLS,
		rank: 11,
		isText: true,
		cell: figure(
			({clock}) => fit(clock ? `${offsetText(clock.offset)} ${errorText(clock.error)}` : '–', CLOCK_CELLS),
			clockConcern,
		),
	},
	{title: '↓ /s', sort: 'in', width: 8, rank: 4, cell: ({rates}) => span(rateCell(rates?.in.at(-1)))},
	{title: '', width: SPARK, grows: SPARK_GROWS, rank: 7, cell: history('in', 'accent')},
	{title: '↑ /s', sort: 'out', width: 8, rank: 5, cell: ({rates}) => span(rateCell(rates?.out.at(-1)))},
	{title: '', width: SPARK, grows: SPARK_GROWS, rank: 8, cell: history('out', 'good')},
	{
		title: 'msgs ↓    ↑',
		width: 11,
		rank: 15,
		cell: figure(({framesIn, framesOut}) => `${countText(framesIn).padStart(5)} ${countText(framesOut).padStart(5)}`),
	},
	{title: 'queue', sort: 'queue', width: 5, rank: 12, cell: figure(queueCell, queueConcern)},
	{title: 'score', sort: 'score', width: 6, rank: 13, cell: figure(scoreCell, scoreConcern)},
	{title: 'age', sort: 'age', width: 6, rank: 14, cell: figure(peer => formatSpan(peer.connectedFor).padStart(6))},
	{title: 'link', width: 18, rank: 16, isText: true, cell: text(linkText)},
	{title: 'address', width: 22, grows: 30, rank: 17, isText: true, cell: text(addressText)},
];

function queueCell(peer: PeerMetrics): string {
	const bytes = queueOf(peer);
	return (bytes === 0 ? '·' : formatBytes(bytes).replace(' ', '')).padStart(5);
}

function scoreCell({score}: PeerMetrics): string {
	if (score === undefined) return '–'.padStart(6);
	if (Math.abs(score) < 99.95) return (Math.round(score * 10) / 10 || 0).toFixed(1).padStart(6);
	return `${score < 0 ? '-' : ''}${countText(Math.round(Math.abs(score)))}`.padStart(6);
}

/** `tcp · AES-128-GCM`. */
export function linkText({transport, cipher}: PeerMetrics): string {
	return cipher === undefined ? transport : `${transport} · ${cipherText(cipher)}`;
}

/** Without the name of the protocol before and of the hash behind it. */
function cipherText(cipher: string): string {
	const known = /^TLS_(.+?)(?:_POLY1305)?_SHA\d+$/.exec(cipher)?.[1];
	return known === undefined ? cipher : known.replaceAll('_', '-').replace(/^CHACHA20$/, 'ChaCha20');
}

/** `← 192.0.2.7:4001`: who dialled whom, and where it is. */
export function addressText({address, direction}: PeerMetrics): string {
	const parts = /^\/(ip[46])\/([^/]+)\/tcp\/(\d+)/.exec(address);
	const [, family, host, port] = parts ?? [];
	const short = parts ? (family === 'ip6' ? `[${host}]:${port}` : `${host}:${port}`) : address;
	return `${direction === 'inbound' ? '←' : '→'} ${short}`;
}

type Placed = {readonly column: Column; readonly width: number};

/** Blank, mark, blank; and one between two columns. */
const LEAD = 3;
const GAP = 1;
/** Blank at the right edge. */
const MARGIN = 1;

/** Columns that fit, with the widths that they get. `nameWidth`: cells of the widest name. */
export function tableColumns(width: number, nameWidth: number): readonly Placed[] {
	let left = width - LEAD - MARGIN + GAP;
	const fitting = new Set<Column>();
	for (const column of COLUMNS.toSorted((a, b) => a.rank - b.rank)) {
		if (column.width + GAP > left) continue;
		left -= column.width + GAP;
		fitting.add(column);
	}
	const shown = COLUMNS.filter(column => fitting.has(column));
	const widths = shown.map(column => column.width);
	const give = (index: number, cells: number): void => {
		const given = Math.max(0, Math.min(cells, left));
		widths[index] = (widths[index] as number) + given;
		left -= given;
	};
	give(0, Math.min(MAX_NAME, nameWidth) - NAME_CELLS);
	const growing = shown.flatMap((column, index) => (column.grows === undefined ? [] : [index]));
	// Pictures of one kind stay as wide as each other.
	const share = growing.length === 0 ? 0 : Math.floor(left / growing.length);
	for (const index of growing) give(index, Math.min(share, shown[index]?.grows ?? 0));
	return shown.map((column, index) => ({column, width: widths[index] as number}));
}

const MAX_NAME = 24;

/** The titles, the sorted one with an arrow in the gap before it; of text, behind it. */
export function titleLine(
	columns: readonly Placed[],
	width: number,
	sorted: {readonly sort: SortColumn; readonly isAscending: boolean},
	{paint}: Theme,
): string {
	const arrow = sorted.isAscending ? '▲' : '▼';
	const cells = columns.flatMap(({column, width: cells}, index) => {
		const isSorted = column.sort === sorted.sort;
		const lead = index === 0 ? ' '.repeat(LEAD) : ' '.repeat(GAP);
		const title = isSorted ? (column.isText ? `${column.title} ${arrow}` : `${arrow}${column.title}`) : column.title;
		// In the gap there is room for the arrow.
		const room = cells + (isSorted && !column.isText ? GAP : 0);
		const text = column.isText ? fit(title, room) : ' '.repeat(Math.max(0, room - widthOf(title))) + title;
		return [span(lead.slice(room - cells)), span(text, isSorted ? paint.accent : paint.dim)];
	});
	return row(width, cells);
}

export function tableLine(columns: readonly Placed[], shown: TableRow, width: number, theme: Theme): string {
	const cells = columns.flatMap(({column, width: cells}, index) => [
		span(index === 0 ? ' ' : ' '.repeat(GAP)),
		...inked(column.cell(shown, cells, theme)),
	]);
	return row(width, [span(' '), concernMark(peerConcern(shown.peer), theme), ...cells]);
}

/** Only the figure itself is painted: some paints underline. */
function inked({text, paint}: Span): readonly Span[] {
	const ink = text.trim();
	if (!paint || ink.length === text.length) return [span(text, paint)];
	const start = text.length - text.trimStart().length;
	return [span(text.slice(0, start)), span(ink, paint), span(text.slice(start + ink.length))];
}

/** Whether the table has a column by which it can be sorted. */
export function showsColumn(columns: readonly Placed[], sort: SortColumn): boolean {
	return columns.some(({column}) => column.sort === sort);
}
