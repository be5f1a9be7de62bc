/**
 * What is measured, as Prometheus reads it. Everything is gathered when it is asked for, into a registry that lives as long
 * as the answer: nothing is counted twice, and nobody who is gone leaves a label behind. This file is loaded by the first
 * question, and the library with it.
 */
import {Counter, Gauge, Registry} from 'prom-client';
import type {Stats} from '../api/event.ts';
import type {NetworkReport, Overview, PeerMetrics, RttFigures} from '../api/metrics.ts';
import type {RoomSpread} from '../api/spread.ts';
import {version} from '../base/version.ts';

/** Peers and rooms with labels of their own; sums hold all of them. */
export const MAX_PEERS = 160;
export const MAX_ROOMS = 256;

export type Measured = {
	readonly peerId: string;
	readonly stats: Stats;
	readonly network: NetworkReport;
	readonly overview: Overview;
};

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number, labels?: Labels];

type Metric = {
	/** After `p2p_tui_`. */
	readonly name: string;
	readonly help: string;
	/** Those that only ever rise are counters: their names end in `_total`. */
	readonly labels?: readonly string[];
	of(measured: Measured): readonly Sample[];
};

/** In milliseconds. */
const SECOND = 1000;

const stat = (name: string, help: string, of: (stats: Stats) => number): Metric => ({
	name,
	help,
	of: ({stats}) => [[of(stats)]],
});

/** One sample for each entry of an object, which is bounded by the program that makes it. */
const byKey = (
	name: string,
	help: string,
	label: string,
	of: (stats: Stats) => Readonly<Record<string, number>>,
): Metric => ({
	name,
	help,
	labels: [label],
	of: ({stats}) => Object.entries(of(stats)).map(([key, value]) => [value, {[label]: key}]),
});

const byPeer = (name: string, help: string, of: (peer: PeerMetrics) => number | undefined): Metric => ({
	name,
	help,
	labels: ['peer'],
	of: ({network}) =>
		network.peers.slice(0, MAX_PEERS).flatMap(peer => {
			const value = of(peer);
			return value === undefined ? [] : [[value, {peer: peer.peer}] as const];
		}),
});

type Room = NonNullable<Stats['pubsub']>['rooms'][number];

const byRoom = (name: string, help: string, of: (room: Room) => number): Metric => ({
	name,
	help,
	labels: ['room'],
	of: ({stats}) => (stats.pubsub?.rooms ?? []).slice(0, MAX_ROOMS).map(room => [of(room), {room: room.room}]),
});

const bySpread = (name: string, help: string, of: (spread: RoomSpread) => number | undefined): Metric => ({
	name,
	help,
	labels: ['room'],
	of: ({overview: {rooms = []}}) =>
		rooms.slice(0, MAX_ROOMS).flatMap(spread => {
			const value = of(spread);
			return value === undefined ? [] : [[value, {room: spread.room}] as const];
		}),
});

/** Only where there is something to tell. */
const maybe = (name: string, help: string, of: (stats: Stats) => number | undefined): Metric => ({
	name,
	help,
	of: ({stats}) => {
		const value = of(stats);
		return value === undefined ? [] : [[value]];
	},
});

const overall = (name: string, help: string, of: (topology: NonNullable<Overview['topology']>) => number): Metric => ({
	name,
	help,
	of: ({overview: {topology}}) => (topology ? [[of(topology)]] : []),
});

const quantiles = (figures: {readonly p50: number; readonly p99: number} | undefined, labels: Labels = {}): Sample[] =>
	figures === undefined
		? []
		: [
				[figures.p50 / SECOND, {...labels, quantile: '0.5'}],
				[figures.p99 / SECOND, {...labels, quantile: '0.99'}],
			];

const rttOf = ({rtt}: {readonly rtt?: RttFigures}, labels?: Labels) => quantiles(rtt, labels);

const METRICS: readonly Metric[] = [
	{
		name: 'info',
		help: 'This program and its peer id',
		labels: ['version', 'peer'],
		of: ({peerId}) => [[1, {version, peer: peerId}]],
	},
	stat('uptime_seconds', 'Since the node started; it falls when the core is started again', ({uptime}) => uptime),
	stat('bytes_received_total', 'Bytes of frames that came', ({bytesIn}) => bytesIn),
	stat('bytes_sent_total', 'Bytes of frames that were sent', ({bytesOut}) => bytesOut),
	stat('frames_received_total', 'Frames that came', ({framesIn}) => framesIn),
	stat('frames_sent_total', 'Frames that were sent', ({framesOut}) => framesOut),
	byKey('messages_received_total', 'Messages that came, by type', 'type', ({messages}) => messages.in),
	byKey('messages_sent_total', 'Messages that were sent, once for each receiver', 'type', ({messages}) => messages.out),
	byKey('rejected_total', 'What was refused or dropped, by reason', 'reason', ({counters}) => counters),
	byKey('queued_bytes', 'Bytes that wait to be sent, by priority', 'priority', ({queued}) => queued),
	stat('connections', 'Connections that are open', ({connections}) => connections),
	byKey('peers', 'Peers by state', 'state', ({peers}) => peers),
	byKey('discovery_entries', 'Sizes of the tables of discovery', 'table', ({discovery}) => discovery),
	stat('dials_pending', 'Dials under way', ({dials}) => dials.pending),
	byKey('dials_total', 'Dials that ended, by outcome', 'outcome', ({dials: {succeeded, calledOff, failed}}) => ({
		...{succeeded, 'called-off': calledOff},
		...failed,
	})),
	{
		name: 'rtt_seconds',
		help: 'Round-trip times of all peers since the start',
		labels: ['quantile'],
		of: ({network}) => rttOf(network),
	},
	maybe('pings_answered_total', 'Pings that were answered', ({rtt}) => rtt?.count),
	maybe('pings_lost_total', 'Pings that were never answered', ({rtt}) => rtt?.lost),
	maybe('heartbeats_received_total', 'Heartbeats that came', ({heartbeats}) => heartbeats?.received),
	maybe('heartbeats_lost_total', 'Heartbeats that were missing between them', ({heartbeats}) => heartbeats?.lost),
	byRoom('room_members', 'Connected members of a room', ({members}) => members),
	byRoom('mesh_peers', 'Members to whom events of a room are pushed at once', ({mesh}) => mesh),
	byRoom('gossip_delivered_total', 'Events of others that came for the first time', ({delivered}) => delivered),
	byRoom('gossip_duplicates_total', 'Copies of events that came later', ({duplicates}) => duplicates),
	{
		name: 'room_delivery_seconds',
		help: 'From publishing a message here until it arrived at a member, as receipts tell',
		labels: ['room', 'quantile'],
		of: ({overview: {rooms = []}}) =>
			rooms.slice(0, MAX_ROOMS).flatMap(({room, delivery}) => quantiles(delivery, {room})),
	},
	bySpread('room_coverage_ratio', 'Members known to hold the newest own messages, of all of them', one => one.coverage),
	bySpread('room_event_bytes_total', 'Bytes of events and copies, in and out', ({payloadBytes}) => payloadBytes),
	bySpread('room_control_bytes_total', 'Bytes of control of its mesh, in and out', ({controlBytes}) => controlBytes),
	overall('topology_authors', 'Other peers that have said who their neighbours are', ({authors}) => authors),
	overall('unreachable_peers', 'Peers that cannot be reached though they did not leave', one => one.unreachable),
	maybe('gossip_control_bytes_received_total', 'Bytes of gossip control', ({pubsub}) => pubsub?.controlBytesIn),
	maybe('gossip_control_bytes_sent_total', 'Bytes of gossip control', ({pubsub}) => pubsub?.controlBytesOut),
	maybe('history_events', 'Events that are kept', ({history}) => history?.events),
	maybe('history_bytes', 'Bytes that they take', ({history}) => history?.bytes),
	maybe('history_events_received_total', 'Events got by comparing histories', ({history}) => history?.received),
	maybe('history_events_given_total', 'Events given by comparing histories', ({history}) => history?.given),
	maybe('commits_total', 'Commits to the disk', ({history}) => history?.commits),
	{
		name: 'commit_seconds',
		help: 'How long the last hundred commits took',
		labels: ['quantile'],
		of: ({stats: {history}}) => quantiles(history && {p50: history.commitP50, p99: history.commitP99}),
	},
	{
		name: 'event_loop_delay_seconds',
		help: 'How late timers were, since the last scrape and within a minute',
		labels: ['quantile'],
		of: ({stats: {loopDelay}}) => [...quantiles(loopDelay), [loopDelay.max / SECOND, {quantile: '1'}]],
	},
	stat('timers', 'Named timers that run', ({timers}) => timers),
	stat('resident_memory_bytes', 'Memory of the whole process', ({memory}) => memory.rss),
	stat('heap_used_bytes', 'Heap of the core that is used', ({memory}) => memory.heapUsed),
	stat('heap_size_bytes', 'Heap of the core that is reserved', ({memory}) => memory.heapTotal),
	stat('external_memory_bytes', 'Buffers outside of the heap', ({memory}) => memory.external),
	byKey('cpu_seconds_total', 'Work of the whole process', 'mode', ({cpu}) => cpu),
	{
		name: 'peer_rtt_seconds',
		help: 'Round-trip times of a peer since it connected',
		labels: ['peer', 'quantile'],
		of: ({network}) => network.peers.slice(0, MAX_PEERS).flatMap(peer => rttOf(peer, {peer: peer.peer})),
	},
	byPeer('peer_jitter_seconds', 'Smoothed difference between round trips', ({rtt}) => rtt && rtt.jitter / SECOND),
	byPeer('peer_pings_lost_total', 'Pings that it never answered', ({rtt}) => rtt?.lost),
	byPeer('peer_bytes_received_total', 'Bytes that came from it', ({bytesIn}) => bytesIn),
	byPeer('peer_bytes_sent_total', 'Bytes that were sent to it', ({bytesOut}) => bytesOut),
	byPeer('peer_queued_bytes', 'Bytes that wait for it', ({queued}) => queued.control + queued.chat + queued.bulk),
	byPeer('peer_clock_offset_seconds', 'By how much its clock is ahead', ({clock}) => clock && clock.offset / SECOND),
	byPeer('peer_score', 'Gossipsub score', ({score}) => score),
	byPeer('peer_connected_seconds', 'Since it connected', ({connectedFor}) => connectedFor / SECOND),
];

/** The type of the text below, for the header. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export async function renderMetrics(measured: Measured): Promise<string> {
	const registry = new Registry();
	for (const metric of METRICS) fill(registry, metric, measured);
	return registry.metrics();
}

function fill(registry: Registry, {name, help, labels = [], of}: Metric, measured: Measured): void {
	const samples = of(measured);
	// Without a sample the library would tell a 0 that nobody measured.
	if (samples.length === 0) return;
	const options = {name: `p2p_tui_${name}`, help, labelNames: [...labels], registers: [registry]};
	if (name.endsWith('_total')) {
		const counter = new Counter(options);
		for (const [value, given = {}] of samples) counter.inc(given, value);
	} else {
		const gauge = new Gauge(options);
		for (const [value, given = {}] of samples) gauge.set(given, value);
	}
}
