/** Everyone this node knows of, with the history of the round trip, the address and the whole peer id; then ourselves. */
import type {Via} from '../../api/event.ts';
import {displayName, nameHolders, sortedPeers, trendOf} from '../../store/selectors.ts';
import type {Peer, State} from '../../store/state.ts';
import {formatAgo, formatRtt, formatTime, plural} from '../format.ts';
import {latencyGraph} from '../panes/graph.ts';
import {trendSpan} from '../panes/network.ts';
import {peerDot} from '../panes/peers.ts';
import {fit, fitName, row, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

const NAME_CELLS = 18;
const RTT_CELLS = 9;
const ADDRESS_CELLS = 36;
/** From here on an address and a peer id stand side by side. */
const WIDE = 100;

export function peersContent(state: State, width: number, theme: Theme): PageContent {
	const {paint} = theme;
	const peers = sortedPeers(state);
	const here = peers.filter(peer => peer.state === 'connected').length;
	const summary = `${here} connected, ${plural(peers.length, 'peer')} known`;
	const content = new PageBuilder();
	content.add(row(width, []), row(width, [span(` ${summary}`, paint.dim)]), row(width, []));
	for (const peer of peers) {
		const lines = peerLines(state, peer, width, theme);
		// Another program's: nobody to talk to.
		if (peer.isForeign) content.add(...lines);
		else content.addItem(peer.peer, lines);
		content.add(row(width, []));
	}
	const nobody = ' Nobody yet. /dial <multiaddr> connects to an address.';
	if (peers.length === 0) content.add(row(width, [span(nobody, paint.dim)]), row(width, []));
	return content.add(...selfLines(state, width, theme));
}

/** Who and how far; where, and which key. */
function peerLines(state: State, peer: Peer, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const name = displayName(nameHolders(state), peer.peer, peer.name);
	const isHere = peer.state === 'connected';
	const space = Math.min(60, width - NAME_CELLS - RTT_CELLS - 10);
	const sparkWidth = space < 5 ? 0 : space;
	const who = [
		span(' '),
		peerDot(peer, theme),
		span(' '),
		span(fitName(name, NAME_CELLS), isHere ? theme.peer(peer.peer) : paint.dim),
	];
	const last = peer.samples.at(-1);
	const distance = [
		span((last === undefined ? '…' : formatRtt(last)).padStart(RTT_CELLS)),
		span(' '),
		trendSpan(trendOf(peer.samples), theme),
		span('  '),
		span(latencyGraph(peer.samples, Math.min(sparkWidth, peer.samples.length)), paint.accent),
	];
	const arrow = peer.direction === undefined ? '' : peer.direction === 'inbound' ? '← ' : '→ ';
	const address = `${arrow}${peer.address}`;
	const where = width >= WIDE ? [`${fit(address, ADDRESS_CELLS)}  ${peer.peer}`] : [address, peer.peer];
	return [
		row(width, [...who, ...(isHere ? distance : [span(stateText(state, peer), paint.dim)])]),
		...where.map(text => row(width, [span(' '), span(`  ${text}`, paint.dim)])),
	];
}

function stateText(state: State, peer: Peer): string {
	switch (peer.state) {
		case 'gone': {
			const cut = state.pages.topology.unreachable.find(each => each.peer === peer.peer);
			if (cut?.how === 'only-us') return 'others reach it, this machine does not (/doctor)';
			if (cut) return `cannot be reached since ${formatTime(cut.since)}`;
			const reason = peer.reason === '' ? '' : ` (${peer.reason})`;
			return `gone ${formatAgo(state.clock - peer.lastSeen)}${reason}`;
		}
		case 'connecting':
			return 'connecting…';
		default:
			return peer.isForeign ? 'speaks libp2p: no chat with it yet' : heardOf(peer);
	}
}

function heardOf({via}: Peer): string {
	return via === undefined ? 'heard of, not connected' : `${VIA[via]}, not connected`;
}

const VIA: Readonly<Record<Via, string>> = {
	announcement: 'announced itself',
	mdns: 'found by mDNS',
	exchange: 'named by another peer',
	memory: 'known from before',
};

function selfLines({self}: State, width: number, {paint}: Theme): readonly string[] {
	if (!self) return [];
	return [
		row(width, [span(' You are ', paint.accent), span(self.name, paint.own)]),
		row(width, [span(`   ${self.peerId}`, paint.dim)]),
		...self.addresses.map(address => row(width, [span(`   ${address}`, paint.dim)])),
		row(width, [span(`   listening on ${self.interfaces.join(', ') || 'no interface'}`, paint.dim)]),
	];
}
