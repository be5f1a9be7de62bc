/** Who is connected and how far away, then who was. */
import {displayName, nameHolders, sortedPeers, trendOf} from '../../store/selectors.ts';
import type {Peer, State} from '../../store/state.ts';
import {formatAgo, formatRtt, latencyGraph} from '../format.ts';
import {type Rect, showsHistory} from '../layout.ts';
import {fitName, framed, row, type Span, span, spansWidth, titleRow, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {trendSpan} from './network.ts';

/** Of those who are gone, so many, the latest; the others are on the page of peers. */
const GONE_SHOWN = 3;

/** `isLast`: this pane closes the column. */
export function peersRows(state: State, rect: Rect, theme: Theme, isLast: boolean): readonly string[] {
	const width = rect.width - 2;
	const height = rect.height - (isLast ? 2 : 1);
	const {paint} = theme;
	const {peers, shown} = shownPeers(state, height);
	const isCut = shown < peers.length;
	const rows = peers.slice(0, shown).map(peer => peerRow(state, peer, width, theme, showsHistory(rect)));
	if (peers.length === 0) rows.push(row(width, [span(' nobody yet', paint.dim)]));
	if (isCut) rows.push(row(width, [span(` … ${peers.length - shown} more (F2)`, paint.dim)]));
	const filling = Array.from({length: Math.max(0, height - rows.length)}, () => ' '.repeat(width));
	return [
		titleRow(rect.width, ['├', '┤'], paint.border, [span('Peers', paint.title)]),
		...[...rows, ...filling].map(line => framed(line, paint.border)),
		...(isLast ? [titleRow(rect.width, ['╰', '╯'], paint.border, [])] : []),
	];
}

function shownPeers(state: State, height: number): {readonly peers: readonly Peer[]; readonly shown: number} {
	const peers = sortedPeers(state).filter(peer => peer.state !== 'discovered');
	const wanted = peers.filter(peer => peer.state !== 'gone').length + GONE_SHOWN;
	// A line that says "1 more" is as long as that one more.
	const isCut = peers.length > Math.min(wanted + 1, height);
	return {peers, shown: isCut ? Math.min(wanted, height - 1) : peers.length};
}

/** The peer in a row of the pane, the title being the first row; `isLast` as for `peersRows`. */
export function peerInRow(state: State, rect: Rect, at: number, isLast: boolean): Peer | undefined {
	const {peers, shown} = shownPeers(state, rect.height - (isLast ? 2 : 1));
	return peers.slice(0, shown)[at - 1];
}

function peerRow(state: State, peer: Peer, width: number, theme: Theme, withHistory: boolean): string {
	const {paint} = theme;
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const isHere = peer.state === 'connected';
	const times = history(peer, theme);
	// A name tells more than a history: a tag that is cut tells nobody apart.
	const hasRoom = widthOf(name) <= width - 3 - spansWidth(times);
	const right = withHistory && isHere && hasRoom ? times : [span(' '), distance(state, peer, paint.dim), span(' ')];
	const fitted = fitName(name, width - 3 - spansWidth(right));
	const left = [span(' '), peerDot(peer, theme), span(' '), span(fitted, isHere ? theme.peer(peer.peer) : paint.dim)];
	return row(width, left, right);
}

const SPARK_CELLS = 3;
const RTT_CELLS = 7;

/** ` ▁▂▃ 0.21 ms ↗` */
function history({samples}: Peer, theme: Theme): readonly Span[] {
	const last = samples.at(-1);
	return [
		span(` ${latencyGraph(samples, SPARK_CELLS)} `, theme.paint.accent),
		span((last === undefined ? '…' : formatRtt(last)).padStart(RTT_CELLS)),
		span(' '),
		trendSpan(trendOf(samples), theme),
		span(' '),
	];
}

export function peerDot(peer: Peer, {paint}: Theme): Span {
	if (peer.state === 'connected') return span('●', paint.good);
	return peer.state === 'connecting' ? span('◌', paint.warn) : span('○', paint.dim);
}

function distance(state: State, peer: Peer, dim: Paint): Span {
	const last = peer.samples.at(-1);
	if (peer.state === 'connected') return last === undefined ? span('…', dim) : span(formatRtt(last));
	if (peer.state === 'connecting') return span('connecting', dim);
	return span(formatAgo(state.clock - peer.lastSeen), dim);
}
