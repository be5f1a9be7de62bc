/** Who is connected and how far away, then who was. */
import {shapeOf} from '../../base/look-alike.ts';
import {displayName, heardInVain, nameHolders, sortedPeers, trendOf} from '../../store/selectors.ts';
import type {Peer, State} from '../../store/state.ts';
import {formatAgo} from '../format.ts';
import {type Rect, showsHistory} from '../layout.ts';
import {fitName, framed, row, type Span, span, spansWidth, titleRow, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {latencyGraph} from './graph.ts';
import {moreText, rttCell, trendSpan} from './network.ts';

/** Of those who are gone, so many, the latest; the others are on the page of peers. */
const GONE_SHOWN = 3;

/** `isLast`: this pane closes the column. */
export function peersRows(state: State, rect: Rect, theme: Theme, isLast: boolean): readonly string[] {
	const width = rect.width - 2;
	const height = rect.height - (isLast ? 2 : 1);
	const {paint} = theme;
	const {peers, more} = shownPeers(state, height);
	const rows = peers.map(peer => peerRow(state, peer, width, theme, showsHistory(rect)));
	if (peers.length === 0) rows.push(...nobodyRows(state, width, theme).slice(0, height));
	if (more > 0) rows.push(row(width, [span(` … ${moreText(state, more)}`, paint.dim)]));
	const filling = Array.from({length: Math.max(0, height - rows.length)}, () => ' '.repeat(width));
	return [
		titleRow(rect.width, ['├', '┤'], paint.border, [span('Peers', paint.title)]),
		...[...rows, ...filling].map(line => framed(line, paint.border)),
		...(isLast ? [titleRow(rect.width, ['╰', '╯'], paint.border, [])] : []),
	];
}

/** Somebody may be heard all the same. */
function nobodyRows(state: State, width: number, {paint}: Theme): readonly string[] {
	const heard = heardInVain(state).length;
	if (heard === 0) return [row(width, [span(' nobody yet', paint.dim)])];
	return [
		row(width, [span(` ${heard} heard, not reached`, paint.warn)]),
		row(width, [span(' /doctor says why', paint.dim)]),
	];
}

type Shown = {readonly peers: readonly Peer[]; readonly more: number};

/** Whoever is gone and has a namesake here is most often the same person, started again: they are on the page of peers. */
function shownPeers(state: State, height: number): Shown {
	const all = sortedPeers(state).filter(peer => peer.state !== 'discovered');
	const here = new Set(all.filter(({state: is}) => is === 'connected').map(({name}) => shapeOf(name)));
	const peers = all.filter(peer => peer.state !== 'gone' || !here.has(shapeOf(peer.name)));
	const wanted = Math.min(peers.length, peers.filter(peer => peer.state !== 'gone').length + GONE_SHOWN);
	// A line that says "1 more" is as long as that one more.
	const isWhole = peers.length === all.length && peers.length <= Math.min(wanted + 1, height);
	const shown = isWhole ? peers : peers.slice(0, Math.min(wanted, height - 1));
	return {peers: shown, more: all.length - shown.length};
}

/** The peer in a row of the pane, the title being the first row; `isLast` as for `peersRows`. */
export function peerInRow(state: State, rect: Rect, at: number, isLast: boolean): Peer | undefined {
	return shownPeers(state, rect.height - (isLast ? 2 : 1)).peers[at - 1];
}

function peerRow(state: State, peer: Peer, width: number, theme: Theme, withHistory: boolean): string {
	const {paint} = theme;
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const isHere = peer.state === 'connected';
	const wanted = isHere ? distances(peer, theme, withHistory) : [[span(` ${absence(state, peer)} `, paint.dim)]];
	// A name tells more than a history: a tag that is cut tells nobody apart.
	const right =
		wanted.find(spans => widthOf(name) <= width - 3 - spansWidth(spans)) ?? (wanted.at(-1) as readonly Span[]);
	const fitted = fitName(name, width - 3 - spansWidth(right));
	const left = [span(' '), peerDot(peer, theme), span(' '), span(fitted, isHere ? theme.peer(peer.peer) : paint.dim)];
	return row(width, left, right);
}

const SPARK_CELLS = 3;

/** ` ▁▂▃ 0.21 ms ↗`, and less where there is less room. */
function distances({samples}: Peer, theme: Theme, withHistory: boolean): readonly (readonly Span[])[] {
	const {accent, dim} = theme.paint;
	const last = samples.at(-1);
	const time = span(rttCell(last), last === undefined ? dim : undefined);
	const trend = [span(' '), time, span(' '), trendSpan(trendOf(samples), theme), span(' ')];
	const history = [span(` ${latencyGraph(samples, SPARK_CELLS)}`, accent), ...trend];
	return [...(withHistory ? [history] : []), trend, [span(' '), time, span(' ')]];
}

export function peerDot(peer: Peer, {paint}: Theme): Span {
	if (peer.state === 'connected') return span('●', paint.good);
	return peer.state === 'connecting' ? span('◌', paint.warn) : span('○', paint.dim);
}

function absence(state: State, peer: Peer): string {
	return peer.state === 'connecting' ? 'connecting' : formatAgo(state.clock - peer.lastSeen);
}
