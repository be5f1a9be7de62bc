/** What is measured of the network, as lines: for whoever asks with `/network`, `/topology`, `/spread` or `/trace`. */
import type {NodeEvent} from '../api/event.ts';
import type {PeerMetrics} from '../api/metrics.ts';
import type {RoomSpread, TraceResult} from '../api/spread.ts';
import type {Topology, Unreachable} from '../api/topology.ts';
import {lossOf, queueOf, shownPeers} from '../store/pages/network-sort.ts';
import {standingUnreachable} from '../store/pages/partition.ts';
import {roomTitle} from '../store/selectors.ts';
import type {State} from '../store/state.ts';
import {formatBytes, shareText} from '../ui/figures.ts';
import {formatRate, formatRtt, formatSpan, plural} from '../ui/format.ts';
import {partitionTexts} from '../ui/panes/alarm.ts';
import {addressText, linkText} from '../ui/views/network-table.ts';
import {clockText} from '../ui/views/peer.ts';
import {nameIn} from './names.ts';
import {transferLines} from './transfers.ts';
import {listOf} from './words.ts';

/** Neighbours who are named for one member. */
const MAX_NAMED = 12;

/** Answers to what the person has asked, and not the screen by itself. */
export function measuredLines(before: State, state: State, events: readonly NodeEvent[]): readonly string[] {
	return events.flatMap(event => {
		const asked = event.type === 'reply' && event.ok ? before.pending.get(event.id) : undefined;
		if (!asked || asked.isQuiet) return [];
		const {topology, spread} = state.pages;
		switch (asked.command.command) {
			case 'network':
				return networkLines(state);
			case 'topology':
				return topology.topology ? topologyLines(state, topology.topology) : [];
			case 'room-spread':
				return spread.room ? spreadLines(state, spread.room) : [];
			case 'transfers':
				return transferLines(state);
			case 'trace':
				return spread.trace && 'hops' in spread.trace ? [traceLine(state, spread.trace)] : [];
			default:
				return [];
		}
	});
}

/** The nearest last: the one that may need a look is heard first. */
export function networkLines(state: State): readonly string[] {
	const {network} = state.pages;
	const {report} = network;
	if (!report) return [];
	const peers = shownPeers({...network, filter: '', sort: 'p99', isReversed: false}, ({name}) => name);
	const {traffic} = state;
	const all = report.rtt ? `; round trip p50 ${formatRtt(report.rtt.p50)}, p99 ${formatRtt(report.rtt.p99)}` : '';
	const rates = `${formatRate(traffic.in.at(-1) ?? 0)} in, ${formatRate(traffic.out.at(-1) ?? 0)} out`;
	return [
		`${plural(peers.length, 'peer')} connected; ${rates}${all}${peers.length === 0 ? '.' : ':'}`,
		...peers.map(peer => `  ${nameIn(state, peer.peer, peer.name)}: ${peerText(peer)}`),
	];
}

function peerText(peer: PeerMetrics): string {
	const {rtt, clock, score} = peer;
	const loss = lossOf(peer);
	const queue = queueOf(peer);
	return [
		rtt
			? `${formatRtt(rtt.last)}, p50 ${formatRtt(rtt.p50)}, p99 ${formatRtt(rtt.p99)}, jitter ${formatRtt(rtt.jitter)}`
			: 'not measured yet',
		...(loss === undefined ? [] : [`loss ${shareText(loss)} %`]),
		...(clock ? [`clock ${clockText(peer)}`] : []),
		`${formatBytes(peer.bytesIn)} in, ${formatBytes(peer.bytesOut)} out`,
		...(queue > 0 ? [`${formatBytes(queue)} waiting`] : []),
		...(score !== undefined && score < 0 ? [`score ${score.toFixed(1)}`] : []),
		linkText(peer),
		`${peer.direction === 'inbound' ? 'from' : 'at'} ${addressText(peer).slice(2)}`,
		`for ${formatSpan(peer.connectedFor)}`,
	].join('; ');
}

/** Each member with whom it is connected to. */
function topologyLines(state: State, {nodes, edges, groups}: Topology): readonly string[] {
	const names = new Map(nodes.map(({peer, name, isSelf}) => [peer, isSelf ? 'you' : nameIn(state, peer, name)]));
	const lines = nodes.map(({peer, toldAgo, isSelf}) => {
		const others = edges.flatMap(({a, b, rtt}) => {
			const other = a === peer ? b : b === peer ? a : undefined;
			return other === undefined
				? []
				: [`${names.get(other) ?? other}${rtt === undefined ? '' : ` (${formatRtt(rtt)})`}`];
		});
		const named =
			others.length > MAX_NAMED ? [...others.slice(0, MAX_NAMED), `${others.length - MAX_NAMED} more`] : others;
		const silent = toldAgo === undefined && !isSelf ? ', which does not say to whom it is connected' : '';
		return `  ${names.get(peer)}: ${named.length === 0 ? 'nobody' : listOf(named)}${silent}`;
	});
	const parts = groups.length > 1 ? `, in ${groups.length} groups that do not reach each other` : '';
	return [`${plural(nodes.length, 'member')} and ${plural(edges.length, 'connection')}${parts}:`, ...lines];
}

function spreadLines(state: State, spread: RoomSpread): readonly string[] {
	const {members, mesh, router, followed, delivery, coverage, delivered, duplicates, floodDuplicates} = spread;
	const room = state.rooms.find(each => each.room === spread.room);
	const arrival = delivery
		? `half of the copies arrived within ${formatRtt(delivery.p50)}, 99 of 100 within ${formatRtt(delivery.p99)}`
		: 'nothing is timed yet';
	const reached = coverage === undefined ? '' : `; ${shareText(coverage)} % of members have them`;
	const flood =
		floodDuplicates === undefined ? '' : `; flooding would bring ${(floodDuplicates / delivered).toFixed(1)}`;
	return [
		`${room ? roomTitle(state, room) : 'That room'}: ${plural(members, 'other')}, ${mesh} of them in the mesh (${router}).`,
		`  Of ${plural(followed, 'message')} of yours: ${arrival}${reached}.`,
		delivered === 0
			? '  Nobody else has said anything.'
			: `  Of ${plural(delivered, 'message')} of others: ${(duplicates / delivered).toFixed(1)} copies too many for each${flood}.`,
		`  ${formatBytes(spread.payloadBytes)} of events; ${formatBytes(spread.controlBytes)} of control, to keep the mesh and to offer them.`,
	];
}

/** `The way to cat: you, 0.40 ms to bob, 1.1 ms to cat; 1.5 ms there and back.` */
function traceLine(state: State, {peer, hops}: TraceResult): string {
	const last = hops.at(-1);
	const name = nameIn(
		state,
		peer,
		hops.find(hop => hop.peer === peer)?.name ?? state.peers.get(peer)?.name ?? `…${peer.slice(-4)}`,
	);
	const way = hops.map(hop => `${formatRtt(hop.link)} to ${nameIn(state, hop.peer, hop.name)}`);
	return `The way to ${name}: ${['you', ...way].join(', ')}${last ? `; ${formatRtt(last.total)} there and back` : ''}.`;
}

/** Of whoever cannot be reached any more. Who is back is said by a notice. */
export function partitionLines(before: State, state: State): readonly string[] {
	const known = new Map(before.pages.topology.unreachable.map(({peer, how}) => [peer, how]));
	const isNew = ({peer, how}: Unreachable) => known.get(peer) !== how;
	const news = before.pages.topology === state.pages.topology ? [] : standingUnreachable(state).filter(isNew);
	const texts = partitionTexts(state, news, (peer, name) => nameIn(state, peer, name));
	return texts.map(([text]) => `warning: ${text.replace(' · ', ', ')}`);
}
