/**
 * What is measured of each connected peer: the swarm's own share with that of the behaviours; and the answer of `network`,
 * once whoever carries the bytes has added his. On a simulated network that is the simulator.
 */
import type {LinkMetrics, NetworkReport, PeerMeasures, PeerMetrics, SwarmMetrics} from '../api/metrics.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import type {BehaviourHost} from './behaviour-host.ts';
import type {ConnectionTable} from './connection-table.ts';
import type {PeerStore} from './peer-store.ts';

export type NetworkMetricsInput = {
	readonly store: PeerStore;
	readonly connections: ConnectionTable;
	readonly host: Pick<BehaviourHost, 'measured' | 'stats'>;
	readonly now: Instant;
	/** The wall clock at `now`, Unix milliseconds. */
	readonly timestamp: number;
};

export function measureNetwork({store, connections, host, now, timestamp}: NetworkMetricsInput): SwarmMetrics {
	const peers = store.connectedPeers().flatMap((peer): PeerMeasures[] => {
		const record = connections.primary(peer);
		if (!record) return [];
		const {name, agent} = store.facts(peer);
		return [
			{
				...{peer, name: name ?? shortPeerId(peer), address: record.address, direction: record.direction},
				...(agent !== undefined && {agent}),
				connectedFor: Math.round(now - (connections.since(peer) ?? now)),
				...{heartbeats: {received: 0, lost: 0}, rooms: [], mesh: []},
				...host.measured(peer, now, timestamp),
			},
		];
	});
	const {rtt} = host.stats();
	return {peers, ...(rtt && {rtt})};
}

/** The sums of `totals` hold what went over connections that are gone as well. */
export type Totals = Pick<NetworkReport, 'bytesIn' | 'bytesOut' | 'framesIn' | 'framesOut'>;

/** Peers come in the order of their names, then of their ids. One that has no link any more is left out. */
export function networkReport(
	{peers, rtt}: SwarmMetrics,
	linkTo: (peer: PeerId) => LinkMetrics | undefined,
	{bytesIn, bytesOut, framesIn, framesOut}: Totals,
): NetworkReport {
	const all = peers.flatMap((measures): PeerMetrics[] => {
		const link = linkTo(measures.peer);
		return link ? [{...measures, ...link}] : [];
	});
	return {peers: all.sort(byName), ...(rtt && {rtt}), bytesIn, bytesOut, framesIn, framesOut};
}

/** Code units, so that the order is the same on every machine. */
function byName(a: PeerMetrics, b: PeerMetrics): number {
	return compare(a.name, b.name) || compare(a.peer, b.peer);
}

function compare(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
