import type {PeerInfo, PeerState, Via} from '../api/event.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import {reachableAt} from '../wire/reachable.ts';
import type {ConnectionTable} from './connection-table.ts';
import type {PeerStore} from './peer-store.ts';
import type {Listed} from './sightings.ts';

export type PeerListInput = {
	readonly store: PeerStore;
	readonly connections: ConnectionTable;
	readonly isDialling: (peer: PeerId) => boolean;
	/** Peers that were heard of lately. */
	readonly discovered: readonly Listed[];
	/** How a peer was found, if not by hand. */
	readonly viaOf: (peer: PeerId) => Via | undefined;
	readonly now: Instant;
	/** The wall clock at `now`, Unix milliseconds. */
	readonly timestamp: number;
};

/** Everyone we know of: connected peers first, then the ones being dialled or only heard of, then the ones gone. */
export function listPeers(input: PeerListInput): PeerInfo[] {
	const {store, discovered, isDialling} = input;
	const connected = store.connectedPeers();
	const heard = discovered.filter(({peer}) => !store.isConnected(peer));
	const heardPeers = new Set(heard.map(({peer}) => peer));
	const gone = store.gonePeers().filter(peer => !heardPeers.has(peer));
	return [
		...connected.map(peer => describe(input, peer, 'connected')),
		...heard.map(one => describe(input, one.peer, isDialling(one.peer) ? 'connecting' : 'discovered', one)),
		...gone.map(peer => describe(input, peer, 'gone')),
	];
}

/** How many there are in each state, without making a list of them. */
export function countPeers({
	store,
	discovered,
	isDialling,
}: Pick<PeerListInput, 'store' | 'discovered' | 'isDialling'>): Record<PeerState, number> {
	const counts = {discovered: 0, connecting: 0, connected: store.connectedCount, gone: store.goneCount};
	for (const {peer} of discovered) {
		if (store.isConnected(peer)) continue;
		counts[isDialling(peer) ? 'connecting' : 'discovered'] += 1;
		if (store.isGone(peer)) counts.gone -= 1;
	}
	return counts;
}

function describe(
	{store, connections, viaOf, now, timestamp}: PeerListInput,
	peer: PeerId,
	state: PeerState,
	heard?: Listed,
): PeerInfo {
	const via = viaOf(peer);
	const facts = store.facts(peer);
	const record = connections.primary(peer);
	const told = facts.addresses ?? [];
	// Of a peer that dialled us the port is its own way out, where nobody listens.
	const isIn = record?.direction === 'inbound';
	const reachable = isIn ? reachableAt(record.address, told) : [record?.address ?? heard?.address];
	const addresses = [...reachable, ...told, ...(isIn && told.length === 0 ? [record.address] : [])].filter(
		address => address !== undefined,
	);
	return {
		id: peer,
		name: facts.name ?? shortPeerId(peer),
		addresses: [...new Set(addresses)],
		state,
		...(via && {via}),
		...(heard?.speaks && {speaks: heard.speaks}),
		...(record && {direction: record.direction}),
		...(facts.rtt !== undefined && {rtt: facts.rtt}),
		...(facts.lastHeard !== undefined && {lastSeen: Math.round(timestamp - (now - facts.lastHeard))}),
	};
}
