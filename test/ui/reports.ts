/** What is measured of a dozen invented peers: some far away, some strange, some of whom hardly anything is known. */
import type {NodeEvent, PeerInfo} from '../../source/api/event.ts';
import type {NetworkReport, PeerMetrics, RttFigures} from '../../source/api/metrics.ts';
import type {MessageSpread, RoomSpread} from '../../source/api/spread.ts';
import {NOON, PEERS, SELF, snapshotOf} from './script.ts';

export const idOf = (index: number): string =>
	`12D3KooW${String(index).padStart(3, '0').repeat(12)}${String(index).padStart(8, 'x')}`;

const rttOf = (p50: number, more: Partial<RttFigures> = {}): RttFigures => ({
	last: p50 * 1.1,
	min: p50 * 0.8,
	max: p50 * 9,
	p50,
	p99: p50 * 4,
	jitter: p50 / 8,
	count: 240,
	lost: 0,
	...more,
});

export function metricsOf(peer: string, name: string, more: Partial<PeerMetrics> = {}): PeerMetrics {
	return {
		peer,
		name,
		address: '/ip4/192.0.2.11/tcp/4001',
		direction: 'outbound',
		transport: 'tcp',
		cipher: 'TLS_AES_128_GCM_SHA256',
		agent: 'p2p-tui/0.5.0',
		connectedFor: 240_000,
		rtt: rttOf(0.31),
		heartbeats: {received: 120, lost: 0},
		clock: {offset: 1, error: 2},
		bytesIn: 482_000,
		bytesOut: 91_000,
		framesIn: 1_870,
		framesOut: 940,
		queued: {control: 0, chat: 0, bulk: 0},
		score: 12.4,
		rooms: ['lobby', 'dev'],
		mesh: ['lobby'],
		...more,
	};
}

const PEER_METRICS: readonly PeerMetrics[] = [
	metricsOf(PEERS.ann, 'ann'),
	metricsOf(PEERS.bob, 'bob', {
		rtt: rttOf(2.4),
		direction: 'inbound',
		address: '/ip6/2001:db8::17/tcp/51234',
		cipher: 'TLS_CHACHA20_POLY1305_SHA256',
		clock: {offset: 1_234, error: 3},
	}),
	metricsOf(PEERS.cat, 'cat', {
		rtt: rttOf(48, {lost: 3, p99: 212}),
		heartbeats: {received: 117, lost: 3},
		queued: {control: 0, chat: 18_400, bulk: 0},
		score: -3.2,
	}),
	metricsOf(PEERS.dan, '漢字かな交じり文 dan', {rtt: rttOf(7), mesh: []}),
	metricsOf(idOf(1), 'a very long name that nobody would type', {rtt: rttOf(12_345, {last: 61_000})}),
	metricsOf(idOf(2), 'שלום', {rtt: rttOf(0.004), connectedFor: 400 * 86_400_000}),
	metricsOf(idOf(3), '\x1b[31mred\x07', {address: '\x1b]8;;http://evil.example\x07', agent: '\u202egnp.exe'}),
	metricsOf(idOf(4), '', {framesIn: 987_654_321, framesOut: 12_345, bytesIn: 9e12, score: -123_456}),
	metricsOf(idOf(5), '👩‍👩‍👧‍👦 family', {
		heartbeats: {received: 3, lost: 97},
		clock: {offset: -86_400_000, error: 0.2},
	}),
	metricsOf(idOf(6), 'bob', {queued: {control: 0, chat: 0, bulk: 3e9}}),
	metricsOf(idOf(7), 'gil', {rtt: rttOf(0.9), rooms: [], mesh: []}),
	{
		peer: idOf(8),
		name: 'new',
		address: '',
		direction: 'inbound',
		transport: 'simulated',
		connectedFor: 12,
		heartbeats: {received: 0, lost: 0},
		bytesIn: 0,
		bytesOut: 0,
		framesIn: 0,
		framesOut: 0,
		queued: {control: 0, chat: 0, bulk: 0},
		rooms: [],
		mesh: [],
	},
];

export const REPORT: NetworkReport = {
	peers: PEER_METRICS,
	rtt: rttOf(1.4, {p99: 212, max: 61_000, count: 2_880}),
	bytesIn: 5_320_000,
	bytesOut: 1_040_000,
	framesIn: 22_310,
	framesOut: 11_280,
};

/** As many as there can be. */
export function crowdReport(count: number): NetworkReport {
	const peers = Array.from({length: count}, (_, index) =>
		metricsOf(idOf(100 + index), `peer ${index}`, {rtt: rttOf(0.2 + ((index * 37) % 50))}),
	);
	return {...REPORT, peers};
}

/** Always the same, and never the same twice. */
const wave = (index: number, at: number): number =>
	1 + Math.sin(at / (2 + (index % 5))) ** 2 + ((at * 7 + index * 3) % 11) / 20;

/** A minute of what is measured: round trips, and bytes a second. */
export function measuredEvents({peers}: NetworkReport, seconds = 60): NodeEvent[] {
	const infos = peers.map(
		({peer, name, address}): PeerInfo => ({
			id: peer,
			name,
			addresses: [address],
			state: 'connected',
			direction: 'outbound',
			lastSeen: NOON,
		}),
	);
	const beats = Array.from({length: seconds}, (_, at): NodeEvent[] => [
		...peers.flatMap(({peer, rtt}, index): NodeEvent[] =>
			rtt ? [{type: 'rtt', peer, milliseconds: (rtt.p50 * wave(index, at)) / 2}] : [],
		),
		{
			type: 'traffic',
			bytesInPerSecond: Math.round(3_000 * wave(1, at)),
			bytesOutPerSecond: Math.round(1_000 * wave(2, at)),
			peers: peers.map(({peer}, index) => [
				peer,
				Math.round(index * 900 * wave(index, at)),
				Math.round((12 - index) * 90 * wave(index + 1, at)),
			]),
		},
	]);
	return [snapshotOf(['lobby', 'dev'], infos), ...beats.flat()];
}

export const MESSAGE_SPREAD: MessageSpread = {
	room: 'lobby',
	messageId: 'own-2',
	local: true,
	timestamp: NOON,
	holders: [
		{peer: SELF, name: 'you', after: 0, hops: 0},
		{peer: PEERS.ann, name: 'ann', after: 0.8, hops: 1},
		{peer: PEERS.cat, name: '\x1b[31mcat', after: 24.2, hops: 2, via: {peer: PEERS.ann, name: 'ann'}},
		{peer: idOf(7), name: 'gil'},
	],
	waiting: [
		{peer: PEERS.bob, name: 'bob'},
		{peer: PEERS.dan, name: '漢字'},
	],
	of: 6,
};

export const ROOM_SPREAD: RoomSpread = {
	room: 'lobby',
	router: 'gossipsub',
	members: 14,
	mesh: 6,
	delivery: {p50: 1.8, p99: 41, count: 312},
	followed: 24,
	coverage: 0.985,
	delivered: 1_204,
	duplicates: 1_130,
	floodDuplicates: 6_260,
	payloadBytes: 402_000,
	controlBytes: 58_000,
};
