import {expect, test} from 'vitest';
import type {Stats} from '../../source/api/event.ts';
import type {Overview, PeerMetrics} from '../../source/api/metrics.ts';
import type {RoomSpread} from '../../source/api/spread.ts';
import {MAX_PEERS, MAX_ROOMS, renderMetrics} from '../../source/core/prometheus.ts';
import {type Exposition, readExposition} from '../helpers/exposition.ts';

const RTT = {last: 1, min: 0.5, max: 9, p50: 1.5, p99: 8, jitter: 0.25, count: 100, lost: 2};

const STATS: Stats = {
	uptime: 12.5,
	...{bytesIn: 1000, bytesOut: 2000, framesIn: 10, framesOut: 20, connections: 3},
	peers: {discovered: 1, connecting: 0, connected: 3, gone: 2},
	dials: {pending: 1, succeeded: 4, calledOff: 2, failed: {refused: 5}},
	discovery: {heard: 1, foreign: 2, reached: 3, targets: 4},
	messages: {in: {publish: 7}, out: {ping: 8}},
	rtt: RTT,
	heartbeats: {received: 50, lost: 1},
	pubsub: {
		...{router: 'gossipsub', hops: [0, 1], controlBytesIn: 5, controlBytesOut: 6},
		rooms: [{room: 'a"b\\c\nd', members: 4, mesh: 3, delivered: 70, duplicates: 30}],
	},
	queued: {control: 1, chat: 2, bulk: 3},
	counters: {duplicate: 30, 'frame-length': 1},
	history: {events: 9, bytes: 4096, commits: 3, commitP50: 2, commitP99: 20, received: 1, given: 2},
	memory: {rss: 100, heapUsed: 50, heapTotal: 60, external: 5},
	cpu: {user: 1.5, system: 0.5},
	timers: 6,
	loopDelay: {p50: 1, p99: 20, max: 30},
};

function peer(id: string): PeerMetrics {
	return {
		...{peer: id, name: 'a name', address: '/ip4/127.0.0.1/tcp/1', direction: 'inbound', transport: 'tcp'},
		...{connectedFor: 2_000, rtt: RTT, heartbeats: {received: 1, lost: 0}, clock: {offset: -50, error: 1}, score: 1.5},
		...{bytesIn: 11, bytesOut: 12, framesIn: 1, framesOut: 1, queued: {control: 1, chat: 2, bulk: 3}},
		...{rooms: [], mesh: []},
	};
}

const SPREAD: RoomSpread = {
	...{
		room: 'lobby',
		router: 'gossipsub',
		members: 4,
		mesh: 3,
		followed: 5,
		coverage: 0.75,
		delivered: 7,
		duplicates: 2,
	},
	...{delivery: {p50: 10, p99: 250, count: 20}, payloadBytes: 1_000, controlBytes: 80},
};

async function scrape(stats: Stats, peers: readonly PeerMetrics[] = [], overview: Overview = {}): Promise<Exposition> {
	const network = {peers, bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0, ...(stats.rtt && {rtt: stats.rtt})};
	return readExposition(await renderMetrics({peerId: '12D3KooWself', stats, network, overview}));
}

test('the page is one that Prometheus takes, in its units, and names peers by their ids', async () => {
	const {types, samples} = await scrape(STATS, [peer('12D3KooWbob')]);
	expect(samples).toMatchObject({
		p2p_tui_bytes_received_total: 1000,
		'p2p_tui_rejected_total{reason="duplicate"}': 30,
		'p2p_tui_dials_total{outcome="refused"}': 5,
		'p2p_tui_rtt_seconds{quantile="0.99"}': 0.008,
		'p2p_tui_mesh_peers{room="a\\"b\\\\c\\nd"}': 3,
		'p2p_tui_event_loop_delay_seconds{quantile="1"}': 0.03,
		'p2p_tui_peer_rtt_seconds{peer="12D3KooWbob",quantile="0.5"}': 0.0015,
		'p2p_tui_peer_clock_offset_seconds{peer="12D3KooWbob"}': -0.05,
		'p2p_tui_peer_queued_bytes{peer="12D3KooWbob"}': 6,
	});
	expect(Object.keys(samples).join('\n')).not.toContain('a name');
	for (const [name, type] of types) expect(type).toBe(name.endsWith('_total') ? 'counter' : 'gauge');
});

test('what nobody has measured yet is left out, and who is gone leaves nothing', async () => {
	const {rtt, history, pubsub, heartbeats, ...young} = STATS;
	await scrape(STATS, [peer('12D3KooWbob')]);
	const names = Object.keys((await scrape(young)).samples).join('\n');
	expect(names).not.toMatch(/rtt|history|commit|gossip|heartbeat|peer_/);
	expect(names).toContain('p2p_tui_connections');
});

test('what an operator waits for: who cannot be reached, and how long messages take and how far they come', async () => {
	const young = {room: 'dev', router: 'gossipsub', members: 0, mesh: 0, followed: 0} as const;
	const rooms = [SPREAD, {...young, delivered: 0, duplicates: 0, payloadBytes: 0, controlBytes: 0}];
	const {samples} = await scrape(STATS, [], {rooms, topology: {authors: 9, unreachable: 2}});
	expect(samples).toMatchObject({
		p2p_tui_unreachable_peers: 2,
		p2p_tui_topology_authors: 9,
		'p2p_tui_room_delivery_seconds{room="lobby",quantile="0.5"}': 0.01,
		'p2p_tui_room_delivery_seconds{room="lobby",quantile="0.99"}': 0.25,
		'p2p_tui_room_coverage_ratio{room="lobby"}': 0.75,
		'p2p_tui_room_event_bytes_total{room="lobby"}': 1_000,
		'p2p_tui_room_control_bytes_total{room="lobby"}': 80,
	});
	const ofYoung = Object.keys(samples).filter(name => name.includes('room="dev"'));
	expect(ofYoung.map(name => name.replace(/\{.*/, ''))).toEqual([
		'p2p_tui_room_event_bytes_total',
		'p2p_tui_room_control_bytes_total',
	]);
});

test('labels are bounded, however many peers and rooms there are', async () => {
	const rooms = Array.from({length: 1_000}, (_, index) => ({...STATS.pubsub!.rooms[0]!, room: `room-${index}`}));
	const crowd = Array.from({length: 1_000}, (_, index) => peer(`12D3KooW${index}`));
	const spreads = rooms.map(({room}) => ({...SPREAD, room}));
	const {samples} = await scrape({...STATS, pubsub: {...STATS.pubsub!, rooms}}, crowd, {rooms: spreads});
	const count = (metric: string) => Object.keys(samples).filter(name => name.startsWith(`${metric}{`)).length;
	expect([count('p2p_tui_peer_score'), count('p2p_tui_peer_rtt_seconds')]).toEqual([MAX_PEERS, 2 * MAX_PEERS]);
	expect(count('p2p_tui_mesh_peers')).toBe(MAX_ROOMS);
	expect([count('p2p_tui_room_coverage_ratio'), count('p2p_tui_room_delivery_seconds')]).toEqual([
		MAX_ROOMS,
		2 * MAX_ROOMS,
	]);
});
