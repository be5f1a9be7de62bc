/** Which peers the network page shows, and in which order. */
import type {PeerMetrics} from '../../api/metrics.ts';
import type {NetworkPage, PeerRates} from './network.ts';

/** In the order in which keys go through them. */
export const SORT_ORDERS = ['name', 'rtt', 'p99', 'jitter', 'loss', 'in', 'out', 'queue', 'score', 'age'] as const;
export type SortColumn = (typeof SORT_ORDERS)[number];

type Measured = {readonly peer: PeerMetrics; readonly rates: PeerRates | undefined};

/** Undefined where it was not measured. */
const VALUES: Readonly<Record<Exclude<SortColumn, 'name'>, (measured: Measured) => number | undefined>> = {
	rtt: ({peer}) => peer.rtt?.last,
	p99: ({peer}) => peer.rtt?.p99,
	jitter: ({peer}) => peer.rtt?.jitter,
	loss: ({peer}) => lossOf(peer),
	in: ({rates}) => rates?.in.at(-1),
	out: ({rates}) => rates?.out.at(-1),
	queue: ({peer}) => queueOf(peer),
	score: ({peer}) => peer.score,
	age: ({peer}) => peer.connectedFor,
};

/** What one looks for comes first: most often the largest. */
const SMALLEST_FIRST: ReadonlySet<SortColumn> = new Set(['name', 'score']);

/** The part of its heartbeats that did not come, from 0 to 1; undefined before the first. */
export function lossOf({heartbeats: {received, lost}}: PeerMetrics): number | undefined {
	return received + lost > 0 ? lost / (received + lost) : undefined;
}

/** Bytes that wait to be sent to it. */
export function queueOf({queued}: PeerMetrics): number {
	return queued.control + queued.chat + queued.bulk;
}

export function isAscending({sort, isReversed}: Pick<NetworkPage, 'sort' | 'isReversed'>): boolean {
	return SMALLEST_FIRST.has(sort) !== isReversed;
}

/** `nameOf`: as it is shown. What was not measured comes last, whichever way round; of equals, the first by name. */
export function shownPeers(page: NetworkPage, nameOf: (peer: PeerMetrics) => string): readonly PeerMetrics[] {
	const {report, filter, rates, sort} = page;
	const sign = isAscending(page) ? 1 : -1;
	const wanted = filter.trim().toLowerCase();
	const rows = (report?.peers ?? [])
		.map(peer => ({
			peer,
			name: nameOf(peer).toLowerCase(),
			value: sort === 'name' ? 0 : VALUES[sort]({peer, rates: rates.get(peer.peer)}),
		}))
		.filter(({peer, name}) => wanted === '' || isFound(peer, name, wanted));
	const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
	rows.sort(
		(a, b) =>
			(a.value === undefined ? 1 : 0) - (b.value === undefined ? 1 : 0) ||
			sign * ((a.value ?? 0) - (b.value ?? 0)) ||
			(sort === 'name' ? sign : 1) * byName(a.name, b.name) ||
			byName(a.peer.peer, b.peer.peer),
	);
	return rows.map(({peer}) => peer);
}

function isFound({peer, address, agent = '', rooms}: PeerMetrics, name: string, wanted: string): boolean {
	return [name, address, agent, peer, ...rooms].some(text => text.toLowerCase().includes(wanted));
}
