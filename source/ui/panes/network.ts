/** How far away everybody is, now and over the last minute, and how much flows. */
import {connectedPeers, displayName, latencySpread, nameHolders, type Trend, trendOf} from '../../store/selectors.ts';
import type {Peer, State} from '../../store/state.ts';
import {formatRate, formatRtt, latencyGraph, rateGraph} from '../format.ts';
import type {Rect} from '../layout.ts';
import {fitName, framed, row, type Span, span, spansWidth, titleRow, truncate, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {shortId} from './short-id.ts';

const OWN_ROWS = 5;
/** From this height on there is room for how messages spread. */
const TALL = 16;

export function networkRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const {paint} = theme;
	const frame = (line: string) => framed(line, paint.border);
	const own = rect.height >= 22 ? ownRows(state, width, theme) : [];
	const traffic = [
		...trafficLines(state, width, theme),
		...(rect.height >= TALL ? pubsubLines(state, width, theme) : []),
	];
	const latencyHeight = rect.height - 2 - (traffic.length + 1) - (own.length > 0 ? own.length + 1 : 0);
	return [
		titleRow(rect.width, ['╭', '╮'], paint.border, [span('Network', paint.title)]),
		...latencyRows(state, width, latencyHeight, theme).map(frame),
		titleRow(rect.width, ['├', '┤'], paint.border, [span('Traffic', paint.title)]),
		...traffic.map(frame),
		...(own.length > 0 ? [titleRow(rect.width, ['├', '┤'], paint.border, [span('You', paint.title)])] : []),
		...own.map(frame),
		titleRow(rect.width, ['╰', '╯'], paint.border, []),
	];
}

/** The traffic alone, for the foot of the side column. */
export function trafficRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	return [
		titleRow(rect.width, ['├', '┤'], paint.border, [span('Traffic', paint.title)]),
		...trafficLines(state, rect.width - 2, theme).map(line => framed(line, paint.border)),
		titleRow(rect.width, ['╰', '╯'], paint.border, []),
	];
}

function latencyRows(state: State, width: number, height: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const peers = connectedPeers(state);
	const spread = latencySpread(state);
	// With space to spare, a line of its own for every history.
	const isTall = peers.length * 3 + 1 <= height;
	const foot = spread
		? [
				...(isTall ? [] : [row(width, [])]),
				row(width, [span(` p50 ${formatRtt(spread.p50)} · p99 ${formatRtt(spread.p99)}`, paint.dim)]),
			]
		: [];
	const space = height - foot.length;
	const nameWidth = nameColumn(state, peers, width);
	const rows = isTall
		? peers.flatMap(peer => tallLatencyRows(state, peer, width, theme))
		: peers.slice(0, space).map(peer => latencyRow(state, peer, nameWidth, width, theme));
	if (!isTall && peers.length > space)
		rows[space - 1] = row(width, [span(` … ${peers.length - space + 1} more (F2)`, paint.dim)]);
	if (peers.length === 0) rows.push(row(width, [span(' no connections yet', paint.dim)]));
	const filling = Array.from({length: Math.max(0, space - rows.length)}, () => ' '.repeat(width));
	// The figures stand under the last peer, not at the foot of an empty pane.
	return [...rows, ...foot, ...filling].slice(0, height);
}

const RTT_CELLS = 8;

/** Wide enough for every name, as long as half of the row is left for the history. */
function nameColumn(state: State, peers: readonly Peer[], width: number): number {
	const holders = nameHolders(state);
	const widest = Math.max(3, ...peers.map(peer => widthOf(displayName(holders, peer.peer, peer.name))));
	return Math.min(widest, Math.floor(width / 3));
}

function tallLatencyRows(state: State, peer: Peer, width: number, theme: Theme): readonly string[] {
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const last = peer.samples.at(-1);
	const figures = [
		span(last === undefined ? '…' : formatRtt(last)),
		span(' '),
		trendSpan(trendOf(peer.samples), theme),
		span(' '),
	];
	return [
		row(width, [span(` ${fitName(name, width - spansWidth(figures) - 2)}`, theme.peer(peer.peer))], figures),
		row(width, [span(` ${latencyGraph(peer.samples, width - 2)}`, theme.paint.accent)]),
		row(width, []),
	];
}

function latencyRow(state: State, peer: Peer, nameWidth: number, width: number, theme: Theme): string {
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const sparkWidth = width - nameWidth - RTT_CELLS - 5;
	const last = peer.samples.at(-1);
	return row(width, [
		span(` ${fitName(name, nameWidth)} `, theme.peer(peer.peer)),
		span(latencyGraph(peer.samples, sparkWidth), theme.paint.accent),
		span((last === undefined ? '…' : formatRtt(last)).padStart(RTT_CELLS)),
		span(' '),
		trendSpan(trendOf(peer.samples), theme),
	]);
}

const ARROWS = {up: '↗', flat: '→', down: '↘'} as const;

/** Longer is worse. */
export function trendSpan(trend: Trend | undefined, {paint}: Theme): Span {
	if (trend === undefined) return span(' ');
	return span(ARROWS[trend], {up: paint.warn, flat: paint.dim, down: paint.good}[trend]);
}

function trafficLines(state: State, width: number, {paint}: Theme): readonly string[] {
	const line = (arrow: string, samples: readonly number[]) => {
		const rate = formatRate(samples.at(-1) ?? 0);
		const graph = rateGraph(samples, width - 15);
		return row(width, [span(` ${arrow} `, paint.key), span(rate.padEnd(10))], [span(graph, paint.dim), span(' ')]);
	};
	return [line('↓', state.traffic.in), line('↑', state.traffic.out)];
}

/** Of the room that is open: how many members get our messages at once, and how many copies came too many. */
function pubsubLines(state: State, width: number, {paint}: Theme): readonly string[] {
	const spread = state.pubsub?.rooms.find(({room}) => room === state.active);
	if (!spread || spread.members === 0) return [];
	const {mesh, members, delivered, duplicates} = spread;
	const surplus = delivered === 0 ? '–' : `${(duplicates / delivered).toFixed(1)}×`;
	const line = (label: string, value: string) =>
		row(width, [span(` ${label.padEnd(LABEL_CELLS)}`, paint.dim), span(value)]);
	return [line('mesh', `${mesh} of ${members} others`), line('duplicates', surplus)];
}

const LABEL_CELLS = 11;

function ownRows(state: State, width: number, {paint}: Theme): readonly string[] {
	const {self} = state;
	if (!self) return [];
	const room = OWN_ROWS - 2;
	const addresses = self.addresses.slice(0, room).map(address => {
		const plain = address.replace(/\/p2p\/\w+$/, '');
		return row(width, [span(` ${truncate(plain, width - 2)}`, paint.dim)]);
	});
	const more = self.addresses.length - room;
	if (more > 0) addresses[room - 1] = row(width, [span(` … ${more + 1} more (F2)`, paint.dim)]);
	const name = truncate(self.name, width - 2);
	return [
		row(width, [span(` ${name}`, paint.own)]),
		row(width, [span(` ${shortId(self.peerId)}`, paint.dim)]),
		...addresses,
	].map(line => (widthOf(line) === 0 ? row(width, []) : line));
}
