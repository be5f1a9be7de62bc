/** How far away everybody is, now and over the last minute, and how much flows. */
import {connectedPeers, displayName, latencySpread, nameHolders, type Trend, trendOf} from '../../store/selectors.ts';
import type {Peer, State} from '../../store/state.ts';
import {formatRate, formatRtt} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import type {Rect} from '../layout.ts';
import {fitName, framed, row, type Span, span, spansWidth, titleRow, truncate, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {areaRows, latencyGraph, latencyShares, rateShares} from './graph.ts';
import {shortId} from './short-id.ts';

const OWN_ROWS = 5;
/** From these heights on there is room for how messages spread, for ourselves, and for pictures of several rows. */
const TALL = 16;
const TALLER = 22;
const TALLEST = 30;

export function networkRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const {paint} = theme;
	const frame = (line: string) => framed(line, paint.border);
	const own = rect.height >= TALLER ? ownRows(state, width, theme) : [];
	const traffic = [
		...(rect.height >= TALLER
			? trafficPictures(state, width, rect.height >= TALLEST ? 3 : 2, theme)
			: trafficLines(state, width, theme)),
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
	const graphRows = pictureRows(peers.length, height);
	const figures = spread && [span(` p50 ${formatRtt(spread.p50)} · p99 ${formatRtt(spread.p99)}`, paint.dim)];
	const foot = figures ? [...(graphRows > 0 ? [] : [row(width, [])]), row(width, figures)] : [];
	const space = height - foot.length;
	const nameWidth = nameColumn(state, peers, width);
	const rows =
		graphRows > 0
			? peers.flatMap(peer => tallLatencyRows(state, peer, width, graphRows, theme))
			: peers.slice(0, space).map(peer => latencyRow(state, peer, nameWidth, width, theme));
	if (graphRows === 0 && peers.length > space)
		rows[space - 1] = row(width, [span(` … ${moreText(state, peers.length - space + 1)}`, paint.dim)]);
	if (peers.length === 0) rows.push(row(width, [span(' no connections yet', paint.dim)]));
	const filling = Array.from({length: Math.max(0, space - rows.length)}, () => ' '.repeat(width));
	// The figures stand under the last peer, not at the foot of an empty pane.
	return [...rows, ...foot, ...filling].slice(0, height);
}

/** With space to spare, each history has rows of its own, below the name and above a blank; 0 if there is none. */
function pictureRows(peers: number, height: number): number {
	return [MAX_PICTURE, 2, 1].find(rows => peers * (rows + 2) + 1 <= height) ?? 0;
}

const MAX_PICTURE = 3;
/** `0.21 ms`, with the numbers of all rows ending in one column. */
const RTT_CELLS = 7;

export function rttCell(time: number | undefined): string {
	const [number = '', unit = ''] = (time === undefined ? '…' : formatRtt(time)).split(' ');
	return `${number.padStart(RTT_CELLS - 3)} ${unit.padEnd(2)}`;
}

/** Wide enough for every name, as long as half of the row is left for the history. */
function nameColumn(state: State, peers: readonly Peer[], width: number): number {
	const holders = nameHolders(state);
	const widest = Math.max(3, ...peers.map(peer => widthOf(displayName(holders, peer.peer, peer.name))));
	return Math.min(widest, Math.floor(width / 3));
}

function tallLatencyRows(state: State, peer: Peer, width: number, graphRows: number, theme: Theme): readonly string[] {
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const figures = [span(rttCell(peer.samples.at(-1))), span(' '), trendSpan(trendOf(peer.samples), theme), span(' ')];
	const shares = latencyShares(peer.samples.slice(2 - width));
	return [
		row(width, [span(` ${fitName(name, width - spansWidth(figures) - 2)}`, theme.peer(peer.peer))], figures),
		...areaRows(shares, width - 2, graphRows).map(line => row(width, [span(` ${line}`, theme.peer(peer.peer))])),
		row(width, []),
	];
}

function latencyRow(state: State, peer: Peer, nameWidth: number, width: number, theme: Theme): string {
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const sparkWidth = width - nameWidth - RTT_CELLS - 6;
	return row(width, [
		span(` ${fitName(name, nameWidth)} `, theme.peer(peer.peer)),
		span(latencyGraph(peer.samples, sparkWidth), theme.peer(peer.peer)),
		span(` ${rttCell(peer.samples.at(-1))} `),
		trendSpan(trendOf(peer.samples), theme),
	]);
}

/** `12 more (F2)`: by the key that shows them all. */
export function moreText(state: State, count: number): string {
	const key = keymapOf(state).label('peers');
	return `${count} more${key === '' ? '' : ` (${key})`}`;
}

const ARROWS = {up: '↗', flat: '→', down: '↘'} as const;

/** Longer is worse. */
export function trendSpan(trend: Trend | undefined, {paint}: Theme): Span {
	if (trend === undefined) return span(' ');
	return span(ARROWS[trend], {up: paint.warn, flat: paint.dim, down: paint.good}[trend]);
}

/** `↓  3.4 kB/s  ▁▂▅█▃` */
function trafficLines(state: State, width: number, {paint}: Theme): readonly string[] {
	const line = (arrow: string, samples: readonly number[]) => {
		const cells = width - RATE_CELLS - 6;
		const [graph = ''] = areaRows(rateShares(samples, cells), cells, 1);
		return row(width, [span(` ${arrow} `, paint.key), span(rateCell(samples))], [span(graph, paint.accent), span(' ')]);
	};
	return [line('↓', state.traffic.in), line('↑', state.traffic.out)];
}

/** Each way with its figure, the highest that is in view, and a picture below. */
function trafficPictures(state: State, width: number, height: number, {paint}: Theme): readonly string[] {
	const picture = (arrow: string, samples: readonly number[], color: Paint): readonly string[] => {
		const shown = samples.slice(2 - width);
		const peak = `peak ${formatRate(Math.max(0, ...shown))} `;
		const left = [span(` ${arrow} `, paint.key), span(rateCell(samples))];
		const fits = spansWidth(left) + widthOf(peak) < width;
		return [
			row(width, left, fits ? [span(peak, paint.dim)] : []),
			...areaRows(rateShares(shown, width - 2), width - 2, height).map(line => row(width, [span(` ${line}`, color)])),
		];
	};
	return [...picture('↓', state.traffic.in, paint.accent), ...picture('↑', state.traffic.out, paint.good)];
}

const RATE_CELLS = 8;

/** ` 3.4 kB/s`: numbers end in one column. */
function rateCell(samples: readonly number[]): string {
	const [number = '', unit = ''] = formatRate(samples.at(-1) ?? 0).split(' ');
	return `${number.padStart(3)} ${unit.padEnd(4)}`;
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
	if (more > 0) addresses[room - 1] = row(width, [span(` … ${moreText(state, more + 1)}`, paint.dim)]);
	const name = truncate(self.name, width - 2);
	return [
		row(width, [span(` ${name}`, paint.own)]),
		row(width, [span(` ${shortId(self.peerId)}`, paint.dim)]),
		...addresses,
	].map(line => (widthOf(line) === 0 ? row(width, []) : line));
}
