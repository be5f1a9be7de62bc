/** Every connection as it is measured, and the sums. */
import type {NetworkReport, PeerMetrics} from '../../api/metrics.ts';
import {isAscending, type SortColumn, shownPeers} from '../../store/pages/network-sort.ts';
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {counted, formatBytes, shareText} from '../figures.ts';
import {formatRtt} from '../format.ts';
import {fitName, row, type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {showsColumn, tableColumns, tableLine, titleLine} from './network-table.ts';
import {beside, type Flow, flowPicture, flowSpans, latencyPicture, sectionRow, spreadRows} from './pictures.ts';

/** From these heights on the sums have rows of their own, and pictures of several rows. */
const TALL = 14;
const TALLER = 28;
const LEAST_PICTURE = 4;
const MAX_PICTURE = 8;
/** Beside pictures and peers: figures, blanks, headings. */
const OTHER_ROWS = 6;
const WIDE = 60;

/** `height`: rows that are seen at once. */
export function networkContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const {network} = state.pages;
	const {report} = network;
	if (!report) return new PageBuilder().add(row(width, []), row(width, [span(' asking…', theme.paint.dim)]));
	const holders = nameHolders(state);
	const names = new Map(report.peers.map(({peer, name}) => [peer, displayName(holders, peer, name)]));
	const peers = shownPeers(network, ({peer}) => names.get(peer) as string);
	const columns = tableColumns(width, Math.max(0, ...[...names.values()].map(widthOf)));
	const sorted = {sort: network.sort, isAscending: isAscending(network)};
	const head = [
		...totalRows(state, report, width, height, theme),
		sectionRow(width, 'Peers', theme, headingSpans(state, peers.length, showsColumn(columns, network.sort), theme)),
		titleLine(columns, width, sorted, theme),
	];
	const content = new PageBuilder();
	content.head.push(...head);
	// Of a long table only the rows in view are written.
	const shown = height - head.length;
	const top = Math.max(0, Math.min(state.viewScroll, peers.length - shown));
	for (const [index, peer] of peers.entries()) {
		const isInView = index >= top && index < top + shown;
		const samples = state.peers.get(peer.peer)?.samples ?? [];
		const table = {peer, name: names.get(peer.peer) as string, rates: network.rates.get(peer.peer), samples};
		content.addItem(peer.peer, [isInView ? tableLine(columns, table, width, theme) : '']);
	}
	const chosen = peers.find(({peer}) => peer === state.chosen) ?? peers[0];
	if (chosen)
		content.add(...closerRows(state, chosen, names.get(chosen.peer) as string, width, shown - peers.length, theme));
	if (peers.length === 0) content.add(row(width, []), row(width, [span(` ${emptyText(state)}`, theme.paint.dim)]));
	return content;
}

/** Where the table leaves room: the round trips of the one that is chosen. */
function closerRows(
	state: State,
	{peer, rtt}: PeerMetrics,
	name: string,
	width: number,
	room: number,
	theme: Theme,
): readonly string[] {
	const tall = Math.min(MAX_PICTURE, room - CLOSER_WORDS);
	const samples = state.peers.get(peer)?.samples ?? [];
	if (!rtt || samples.length === 0 || tall < 2) return [];
	const last = [span('last ', theme.paint.dim), span(formatRtt(rtt.last), theme.paint.accent)];
	return [
		row(width, []),
		sectionRow(width, `Round trip to ${fitted(name, width)}`, theme, last),
		...latencyPicture(samples, width, tall, theme.peer(peer)),
		...spreadRows(rtt, width, theme),
	];
}

/** A blank, a heading, and two rows of figures. */
const CLOSER_WORDS = 4;

function fitted(name: string, width: number): string {
	return widthOf(name) <= width / 2 ? name : fitName(name, Math.floor(width / 2));
}

function emptyText({pages: {network}}: State): string {
	if (network.filter !== '' && network.report?.peers.length !== 0) return 'nobody has these letters';
	return 'no connections yet: /doctor finds out why others are not seen';
}

const SORT_NAMES: Readonly<Record<SortColumn, string>> = {
	name: 'name',
	rtt: 'last round trip',
	p99: 'p99',
	jitter: 'jitter',
	loss: 'loss',
	in: 'bytes in',
	out: 'bytes out',
	queue: 'queue',
	score: 'score',
	age: 'time connected',
};

/** How the table is sorted, if no title says it; and which letters narrow it. */
function headingSpans(state: State, count: number, isTitled: boolean, {paint}: Theme): readonly Span[] {
	const {filter, isFiltering, sort, report} = state.pages.network;
	const by = isTitled
		? []
		: [span(`by ${SORT_NAMES[sort]} ${isAscending(state.pages.network) ? '▲' : '▼'}`, paint.accent)];
	if (filter === '' && !isFiltering) return by;
	const kept = `${count} of ${report?.peers.length ?? 0}`;
	return [
		...(by.length === 0 ? [] : [...by, span(' · ', paint.dim)]),
		span('filter ', paint.dim),
		span(filter, paint.key),
		...(isFiltering ? [span('▏', paint.accent)] : []),
		span(` ${kept}`, paint.dim),
	];
}

/** What flows, and how all are doing. */
function totalRows(
	state: State,
	report: NetworkReport,
	width: number,
	height: number,
	theme: Theme,
): readonly string[] {
	const {paint} = theme;
	const flows: readonly [Flow, Flow] = [
		{arrow: '↓', rates: state.traffic.in, total: totalText(report.bytesIn, report.framesIn), paint: paint.accent},
		{arrow: '↑', rates: state.traffic.out, total: totalText(report.bytesOut, report.framesOut), paint: paint.good},
	];
	const sums = row(width, fittingSpans(sumTexts(report, width >= WIDE), width - 1, theme));
	const half = Math.floor(width / 2);
	if (height < TALL) {
		const [left, right] = flows.map(flow => flowSpans({...flow, total: ''}, half, theme));
		return [row(width, [...(left as readonly Span[]), ...(right as readonly Span[])]), sums];
	}
	if (height < TALLER || width < WIDE) return [...flows.map(flow => row(width, flowSpans(flow, width, theme))), sums];
	// What the table does not need, the pictures get.
	const rows = Math.max(LEAST_PICTURE, Math.min(MAX_PICTURE, height - report.peers.length - OTHER_ROWS));
	const [left, right] = [flowPicture(flows[0], half, rows, theme), flowPicture(flows[1], width - half, rows, theme)];
	return [...beside(left, right, half, width - half), row(width, []), sums];
}

function totalText(bytes: number, frames: number): string {
	return `${formatBytes(bytes)} in ${counted(frames, 'message')}`;
}

/** The most important first. */
function sumTexts({peers, rtt}: NetworkReport, isWide: boolean): readonly (readonly [label: string, value: string])[] {
	const [received, lost] = [sum(peers, peer => peer.heartbeats.received), sum(peers, peer => peer.heartbeats.lost)];
	const queued = sum(peers, ({queued: {control, chat, bulk}}) => control + chat + bulk);
	const times = rtt
		? [[isWide ? 'rtt p50' : 'p50', formatRtt(rtt.p50)] as const, ['p99', formatRtt(rtt.p99)] as const]
		: [];
	return [
		['', counted(peers.length, 'peer')],
		...times,
		...(received + lost > 0 ? [['loss', `${shareText(lost / (received + lost))} %`] as const] : []),
		...(rtt ? [['jitter', formatRtt(rtt.jitter)] as const] : []),
		['queued', formatBytes(queued)],
		...(rtt ? [['longest', formatRtt(rtt.max)] as const, ['pings', rtt.count.toLocaleString('en')] as const] : []),
	];
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
	return items.reduce((total, item) => total + of(item), 0);
}

/** As many as fit whole. */
function fittingSpans(texts: readonly (readonly [string, string])[], width: number, {paint}: Theme): readonly Span[] {
	const spans: Span[] = [];
	for (const [label, value] of texts) {
		const between = span(spans.length === 0 ? ' ' : ' · ', paint.dim);
		const next = [between, ...(label === '' ? [] : [span(`${label} `, paint.dim)]), span(value)];
		if (spansWidth(spans) + spansWidth(next) > width) break;
		spans.push(...next);
	}
	return spans;
}
