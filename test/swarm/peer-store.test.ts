import {describe, expect, test} from 'vitest';
import {ConnectionTable} from '../../source/swarm/connection-table.ts';
import {listPeers} from '../../source/swarm/peer-list.ts';
import {MAX_REMEMBERED_PEERS, PeerStore} from '../../source/swarm/peer-store.ts';
import {shortPeerId} from '../../source/wire/peer-id.ts';
import {ANN, addressOf, BOB, CAT, DAN, IDENTITIES} from '../behaviours/fixtures.ts';
import {strangers} from './fixtures.ts';

const EVE = IDENTITIES[4].peerId;

describe('the peer store', () => {
	test('knows ourselves by what we say of us', () => {
		const store = new PeerStore(ANN);
		expect([store.self, store.name, store.facts(ANN)]).toEqual([ANN, '', {}]);
		store.learn(ANN, {name: 'ann'});
		expect([store.name, store.facts(ANN), store.connectedPeers()]).toEqual(['ann', {name: 'ann'}, []]);
	});

	test('keeps what is known of a peer while it is connected, after it is gone, and when it is back', () => {
		const store = new PeerStore(ANN);
		store.connect(BOB);
		store.learn(BOB, {name: 'bob'});
		store.heard(BOB, 5);
		expect([store.connectedPeers(), store.gonePeers(), store.isConnected(BOB)]).toEqual([[BOB], [], true]);
		store.disconnect(BOB);
		store.disconnect(BOB);
		expect([store.connectedPeers(), store.gonePeers(), store.isConnected(BOB)]).toEqual([[], [BOB], false]);
		store.learn(BOB, {rtt: 2});
		store.heard(BOB, 9);
		store.connect(BOB);
		expect([store.facts(BOB), store.gonePeers()]).toEqual([{name: 'bob', lastHeard: 5, rtt: 2}, []]);
	});

	test('learns nothing of strangers', () => {
		const store = new PeerStore(ANN);
		store.learn(BOB, {name: 'bob'});
		store.heard(BOB, 5);
		expect([store.facts(BOB), store.gonePeers()]).toEqual([{}, []]);
	});

	test('does not remember who never said a name, as a doctor', () => {
		const store = new PeerStore(ANN);
		store.connect(BOB);
		store.disconnect(BOB);
		expect([store.gonePeers(), store.isGone(BOB)]).toEqual([[], false]);
	});

	test('remembers a bounded number of peers that are gone, the latest', () => {
		const store = new PeerStore(ANN);
		for (const peer of strangers(MAX_REMEMBERED_PEERS + 2)) {
			store.connect(peer);
			store.learn(peer, {name: 'somebody'});
			store.disconnect(peer);
		}
		expect([store.gonePeers().length, store.gonePeers()[0]]).toEqual([MAX_REMEMBERED_PEERS, 'stranger 2']);
	});
});

test('the list of peers: connected ones, then the ones heard of or being dialled, then the ones gone', () => {
	const store = new PeerStore(ANN);
	const connections = new ConnectionTable(ANN);
	for (const peer of [BOB, DAN, EVE]) store.connect(peer);
	for (const peer of [DAN, EVE]) {
		store.learn(peer, {name: 'gone', lastHeard: 400});
		store.disconnect(peer);
	}
	store.learn(BOB, {name: 'bob', rtt: 0.5, lastHeard: 900, addresses: [addressOf(2), addressOf(3)]});
	connections.add({connection: 1, peer: BOB, address: addressOf(2), direction: 'inbound', openedAt: 0});
	const discovered = [
		{peer: BOB, address: addressOf(2), via: 'announcement'},
		{peer: CAT, address: addressOf(4), via: 'mdns', speaks: 'libp2p'},
		{peer: DAN, address: addressOf(5), via: 'exchange'},
	] as const;
	const viaOf = (peer: string) => discovered.find(one => one.peer === peer)?.via;
	const isDialling = (peer: string) => peer === CAT;
	expect(listPeers({store, connections, isDialling, discovered, viaOf, now: 1_000, timestamp: 50_000})).toEqual([
		{
			id: BOB,
			name: 'bob',
			addresses: [addressOf(2), addressOf(3)],
			state: 'connected',
			via: 'announcement',
			direction: 'inbound',
			rtt: 0.5,
			lastSeen: 49_900,
		},
		{id: CAT, name: shortPeerId(CAT), addresses: [addressOf(4)], state: 'connecting', via: 'mdns', speaks: 'libp2p'},
		{id: DAN, name: 'gone', addresses: [addressOf(5)], state: 'discovered', via: 'exchange', lastSeen: 49_400},
		{id: EVE, name: 'gone', addresses: [], state: 'gone', lastSeen: 49_400},
	]);
});
