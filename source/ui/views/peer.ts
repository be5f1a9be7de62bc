/** One peer: all that is measured of it, with its history. */
import type {PeerMetrics} from '../../api/metrics.ts';
import type {PeerRates} from '../../store/pages/network.ts';
import {lossOf, queueOf} from '../../store/pages/network-sort.ts';
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {counted, formatBytes, shareText} from '../figures.ts';
import {formatAgo, formatRtt, formatSpan} from '../format.ts';
import {row, type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {addressText, concernMark, linkText, peerConcern} from './network-table.ts';
import {beside, type Flow, flowPicture, latencyPicture, sectionRow, spreadRows} from './pictures.ts';

/** From this width on, what comes in and what goes out stand side by side. */
const WIDE = 76;
/** Rows of a picture. */
const LEAST_PICTURE = 2;
const MAX_PICTURE = 10;

type Sheet = {
	readonly state: State;
	readonly peer: PeerMetrics;
	readonly name: string;
	readonly width: number;
	readonly theme: Theme;
	/** Rows of a picture. */
	readonly tall: number;
};

/** `height`: rows that are seen at once. */
export function peerContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const {report, peer: id, lost} = state.pages.network;
	const content = new PageBuilder();
	if (!report) return content.add(row(width, []), row(width, [span(' asking…', theme.paint.dim)]));
	const connected = report.peers.find(each => each.peer === id);
	const gone = connected ? [] : goneRows(state, id ?? '', width, theme);
	const peer = connected ?? lost;
	if (!peer) return content.add(...gone);
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const isWide = width >= WIDE;
	const rowsWith = (tall: number) => [...gone, ...peerRows({state, peer, name, width, theme, tall}, isWide)];
	// What the words leave of the page, the pictures share.
	const least = rowsWith(LEAST_PICTURE);
	const more = Math.floor((height - least.length) / (isWide ? 2 : 3));
	if (more <= 0) return content.add(...least);
	return content.add(...rowsWith(Math.min(MAX_PICTURE, LEAST_PICTURE + more)));
}

/** What moves comes first, what stays the same last. */
function peerRows(sheet: Sheet, isWide: boolean): readonly string[] {
	return [
		...headRows(sheet),
		...latencyRows(sheet),
		...trafficRows(sheet, isWide),
		...beatRows(sheet),
		...meshRows(sheet),
		...whoRows(sheet),
	];
}

/** Why nothing is measured of that one now. */
function goneRows(state: State, id: string, width: number, {paint}: Theme): readonly string[] {
	const text = goneText(state, id);
	return [
		row(width, []),
		...wrap(text, width - 2).map(line => row(width, [span(` ${line}`, paint.warn)])),
		row(width, []),
	];
}

function goneText(state: State, id: string): string {
	if (id === state.self?.peerId)
		return 'That is you. What is measured is between you and the others: choose one of them.';
	const {topology} = state.pages.topology;
	const holders = nameHolders(state);
	const nameOf = (peer: string) => {
		const name = state.peers.get(peer)?.name ?? topology?.nodes.find(node => node.peer === peer)?.name;
		return name === undefined ? peer : displayName(holders, peer, name);
	};
	const known = state.peers.get(id);
	if (known?.state === 'gone') {
		const reason = known.reason === '' ? '' : ` (${known.reason})`;
		return `${nameOf(id)} is not connected any more: gone ${formatAgo(state.clock - known.lastSeen)}${reason}`;
	}
	const others = (topology?.edges ?? [])
		.flatMap(({a, b}) => (a === id ? [b] : b === id ? [a] : []))
		.filter(peer => peer !== state.self?.peerId)
		.map(nameOf);
	const by =
		others.slice(0, MAX_NAMED).join(', ') + (others.length > MAX_NAMED ? ` and ${others.length - MAX_NAMED} more` : '');
	return `${nameOf(id)} is not connected to you${by === '' ? '' : `; to ${by}, as they say`}.`;
}

/** Of those who are connected to somebody whom we are not connected to. */
const MAX_NAMED = 3;

const LABEL_CELLS = 11;

/** A label, and words that may take several rows. */
function field({width, theme}: Sheet, label: string, words: string, paint?: Span['paint']): readonly string[] {
	return wrap(words, width - LABEL_CELLS - 2).map((line, index) =>
		row(width, [span(` ${(index === 0 ? label : '').padEnd(LABEL_CELLS)}`, theme.paint.dim), span(line, paint)]),
	);
}

function headRows({peer, name, width, theme}: Sheet): readonly string[] {
	const {paint} = theme;
	const since = [span(`connected for ${formatSpan(peer.connectedFor)} `, paint.dim)];
	const mark = concernMark(peerConcern(peer), theme);
	return [
		row(width, [span(' '), mark, span(' '), span(name, theme.peer(peer.peer))], since),
		row(width, [span(`   ${addressText(peer)} · ${linkText(peer)}`, paint.dim)]),
	];
}

function whoRows(sheet: Sheet): readonly string[] {
	const {peer, width, theme} = sheet;
	const how = peer.direction === 'inbound' ? 'it dialled us' : 'we dialled it';
	return [
		row(width, []),
		sectionRow(width, 'Who it is', theme),
		...field(sheet, 'id', peer.peer),
		...field(sheet, 'address', peer.address === '' ? how : `${peer.address}, ${how}`),
		...(peer.cipher === undefined ? [] : field(sheet, 'cipher', peer.cipher)),
		...(peer.agent === undefined ? [] : field(sheet, 'program', peer.agent)),
	];
}

function latencyRows({state, peer, width, theme, tall}: Sheet): readonly string[] {
	const {rtt} = peer;
	const {paint} = theme;
	if (!rtt) return [sectionRow(width, 'Round trip', theme), row(width, [span(' nothing measured yet', paint.dim)])];
	const last = [span('last ', paint.dim), span(formatRtt(rtt.last), paint.accent)];
	const samples = state.peers.get(peer.peer)?.samples ?? [];
	const lost = rtt.lost === 0 ? 'all answered' : `${rtt.lost.toLocaleString('en')} of them never answered`;
	return [
		sectionRow(width, 'Round trip', theme, last),
		...latencyPicture(samples, width, tall, theme.peer(peer.peer)),
		row(width, []),
		...spreadRows(rtt, width, theme),
		row(width, [span(` ${counted(rtt.count + rtt.lost, 'ping')}, ${lost}`, rtt.lost === 0 ? paint.dim : paint.warn)]),
		row(width, []),
	];
}

function beatRows(sheet: Sheet): readonly string[] {
	const {peer, width, theme} = sheet;
	const {paint} = theme;
	const {received, lost} = peer.heartbeats;
	const loss = lossOf(peer);
	const missing = lost === 0 ? 'none missing' : `${lost.toLocaleString('en')} missing (${shareText(loss ?? 0)} %)`;
	const beats = loss === undefined ? 'none yet' : `${received.toLocaleString('en')} came, ${missing}`;
	return [
		sectionRow(width, 'Heartbeats', theme),
		...field(sheet, 'came', beats, loss !== undefined && loss >= 0.01 ? paint.warn : undefined),
		...field(sheet, 'its clock', clockText(peer)),
		row(width, []),
	];
}

/** `1.2 s ahead of ours, ± 3 ms`. */
export function clockText({clock}: PeerMetrics): string {
	if (!clock) return 'not known yet';
	const error = Math.max(1, Math.round(clock.error));
	const offset = Math.round(Math.abs(clock.offset));
	if (offset <= error) return `as ours, ± ${formatSpan(error)}`;
	return `${formatSpan(offset)} ${clock.offset > 0 ? 'ahead of' : 'behind'} ours, ± ${formatSpan(error)}`;
}

function trafficRows(sheet: Sheet, isWide: boolean): readonly string[] {
	const {state, peer, width, theme, tall} = sheet;
	const rates: PeerRates = state.pages.network.rates.get(peer.peer) ?? {in: [], out: []};
	const total = (bytes: number, frames: number) => `${formatBytes(bytes)} in ${counted(frames, 'message')}`;
	const received: Flow = {
		arrow: '↓',
		rates: rates.in,
		total: total(peer.bytesIn, peer.framesIn),
		paint: theme.paint.accent,
	};
	const sent: Flow = {
		arrow: '↑',
		rates: rates.out,
		total: total(peer.bytesOut, peer.framesOut),
		paint: theme.paint.good,
	};
	const half = Math.floor(width / 2);
	const pictures = isWide
		? beside(flowPicture(received, half, tall, theme), flowPicture(sent, width - half, tall, theme), half, width - half)
		: [...flowPicture(received, width, tall, theme), ...flowPicture(sent, width, tall, theme)];
	return [
		sectionRow(width, 'Traffic', theme),
		...pictures,
		...field(sheet, 'waiting', queueText(peer)),
		row(width, []),
	];
}

function queueText(peer: PeerMetrics): string {
	const {control, chat, bulk} = peer.queued;
	if (queueOf(peer) === 0) return 'nothing: all has been handed to the system';
	const parts = [`control ${formatBytes(control)}`, `chat ${formatBytes(chat)}`, `bulk ${formatBytes(bulk)}`];
	return `${formatBytes(queueOf(peer))} to be sent: ${parts.join(', ')}`;
}

function meshRows(sheet: Sheet): readonly string[] {
	const {state, peer, width, theme} = sheet;
	const mesh = new Set(peer.mesh);
	const rooms = peer.rooms.map(
		room => `${room.startsWith('@') ? 'a conversation' : `#${room}`}${mesh.has(room) ? ' (in the mesh)' : ''}`,
	);
	const reached = state.pages.topology.unreachable.filter(({reachedBy}) => reachedBy.includes(peer.peer));
	const holders = nameHolders(state);
	const names = reached.map(each => displayName(holders, each.peer, each.name)).join(', ');
	return [
		sectionRow(width, 'Gossip', theme),
		...field(sheet, 'rooms', rooms.length === 0 ? 'none that we are in' : rooms.join(', ')),
		...field(sheet, 'score', scoreText(peer), (peer.score ?? 0) < 0 ? theme.paint.warn : undefined),
		...(reached.length === 0 ? [] : field(sheet, 'reaches', `${names}, and we do not`, theme.paint.warn)),
	];
}

/** What gossipsub makes of it. */
function scoreText({score}: PeerMetrics): string {
	if (score === undefined) return 'none: messages are flooded here, or it is in no room with us';
	const figure = score.toFixed(1);
	if (score < -10) return `${figure}: it has misbehaved, and little of it is passed on`;
	if (score < 0) return `${figure}: it has misbehaved a little`;
	return score < 1 ? `${figure}: nothing against it` : `${figure}: it brings messages early and behaves well`;
}
