/** A small company with something to say, always the same. */
import type {ChatMessage, EventOf, NodeEvent, PeerInfo, Snapshot} from '../../source/api/event.ts';

export const SELF = '12D3KooWSelfSelfSelfSelfSelfSelfSelfSelfSelfSelfWPqL';
export const PEERS = {
	ann: '12D3KooWAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAnnAn1ANN',
	bob: '12D3KooWBobBobBobBobBobBobBobBobBobBobBobBobBobBob1BOB',
	cat: '12D3KooWCatCatCatCatCatCatCatCatCatCatCatCatCatCat1CAT',
	dan: '12D3KooWDanDanDanDanDanDanDanDanDanDanDanDanDanDan1DAN',
} as const;
export type Who = keyof typeof PEERS;

export const NOON = Date.UTC(2026, 10, 21, 12, 0, 0);

export const minutes = (count: number): number => NOON + count * 60_000;

export function snapshotOf(rooms: readonly string[], peers: readonly PeerInfo[] = []): Snapshot {
	const here = peers.filter(peer => peer.state === 'connected').map(({id, name}) => ({peer: id, name}));
	return {
		type: 'snapshot',
		peerId: SELF,
		name: 'you',
		addresses: [`/ip4/192.0.2.7/tcp/4001/p2p/${SELF}`],
		interfaces: ['eth0', 'wlan0'],
		rooms: rooms.map(room => ({
			room,
			name: room,
			members: [{peer: SELF, name: 'you'}, ...here],
			unread: 0,
			topic: '',
			known: [],
			events: 0,
		})),
		peers,
	};
}

export function peerInfo(who: Who, state: PeerInfo['state'] = 'connected', lastSeen = NOON): PeerInfo {
	const port = 4001 + Object.keys(PEERS).indexOf(who);
	const addresses = [`/ip4/192.0.2.${port - 3990}/tcp/${port}`];
	return {id: PEERS[who], name: who, addresses, state, direction: 'outbound', lastSeen};
}

let counter = 0;

export function said(who: Who | 'you', text: string, at: number, room = 'lobby', id?: string): EventOf<'message'> {
	counter += 1;
	const message: ChatMessage = {
		kind: 'message',
		room,
		messageId: id ?? `message-${counter}`,
		order: minutes(at) + counter,
		from: who === 'you' ? SELF : PEERS[who],
		name: who,
		text,
		timestamp: minutes(at),
		seq: counter,
		local: who === 'you',
		...(who === 'you' ? {} : {via: PEERS[who], hops: 1}),
	};
	return {type: 'message', ...message};
}

export function rtts(who: Who, ...times: readonly number[]): NodeEvent[] {
	return times.map(milliseconds => ({type: 'rtt', peer: PEERS[who], milliseconds}));
}

export function traffic(...rates: readonly (readonly [number, number])[]): NodeEvent[] {
	return rates.map(([bytesInPerSecond, bytesOutPerSecond]) => ({type: 'traffic', bytesInPerSecond, bytesOutPerSecond}));
}

export const WAVE = [0.21, 0.24, 0.2, 0.22, 0.31, 0.2, 0.21, 0.23, 0.2, 0.35, 0.22, 0.21, 0.2, 0.24, 0.22, 0.2, 0.23];

/** Three people connected, one gone, three rooms, a conversation. */
export function livelyEvents(): NodeEvent[] {
	return [
		snapshotOf(
			['lobby', 'dev', 'release-notes'],
			[peerInfo('ann'), peerInfo('bob'), peerInfo('cat'), peerInfo('dan', 'gone', minutes(3))],
		),
		said('ann', 'did the deploy finish?', 1),
		said('bob', 'yes, all green', 2),
		said('bob', 'I left the old one running for an hour, just in case somebody still talks to it', 2),
		said('you', 'thank you both', 3, 'lobby', 'own-1'),
		{type: 'message-state', room: 'lobby', messageId: 'own-1', storedBy: 3, of: 4},
		said('cat', '@you look at #dev', 5),
		said('you', 'on my way', 6, 'lobby', 'own-2'),
		{type: 'message-state', room: 'lobby', messageId: 'own-2', storedBy: 4, of: 4},
		said('bob', 'the build is red', 5, 'dev'),
		said('bob', 'you broke it ;)', 5, 'dev'),
		said('ann', 'written', 5, 'release-notes'),
		...rtts('ann', ...WAVE),
		...rtts('bob', ...WAVE.map(time => time * 8), 2.4, 3.1, 3.6, 4.2, 4.4),
		...rtts('cat', ...WAVE.map(time => time * 2)),
		...traffic([800, 300], [1_200, 420], [5_600, 2_000], [2_100, 900], [3_400, 1_200]),
	];
}
