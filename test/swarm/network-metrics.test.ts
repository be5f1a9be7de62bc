import {expect, test} from 'vitest';
import type {LinkMetrics, PeerMeasures} from '../../source/api/metrics.ts';
import {networkReport} from '../../source/swarm/network-metrics.ts';
import {addressOf, BOB, CAT, DAN, TIMESTAMP} from '../behaviours/fixtures.ts';
import {meet, startChat} from './rig.ts';

const measures = (peer: string, name: string): PeerMeasures => ({
	...{peer, name, address: addressOf(1), direction: 'inbound', connectedFor: 1},
	...{heartbeats: {received: 0, lost: 0}, rooms: [], mesh: []},
});

const link: LinkMetrics = {
	...{transport: 'simulated', bytesIn: 1, bytesOut: 2, framesIn: 3, framesOut: 4},
	queued: {control: 0, chat: 0, bulk: 0},
};

const totals = {bytesIn: 10, bytesOut: 20, framesIn: 30, framesOut: 40};

test('a report is in the order of names, then of ids; who has no link any more is left out', () => {
	const peers = [measures(CAT, 'bob'), measures(DAN, 'ann'), measures(BOB, 'bob'), measures('gone', 'abe')];
	const report = networkReport({peers}, peer => (peer === 'gone' ? undefined : link), totals);
	expect(report.peers.map(({peer}) => peer)).toEqual([DAN, BOB, CAT]);
	expect(report).toMatchObject(totals);
	expect(report.peers[0]).toEqual({...measures(DAN, 'ann'), ...link});
});

test('a peer is measured from its connection on, by what carries it, and no longer than it is here', () => {
	const rig = startChat();
	rig.now = 1_000;
	meet(rig, 1, BOB, 'bob');
	rig.now = 4_500;
	const [bob, ...others] = rig.swarm.metrics(rig.now, TIMESTAMP).peers;
	expect(others).toEqual([]);
	expect(bob).toMatchObject({
		...{peer: BOB, name: 'bob', connectedFor: 3_500, direction: 'inbound'},
		...{heartbeats: {received: 0, lost: 0}, rooms: ['lobby'], mesh: ['lobby']},
	});
	expect(bob).not.toHaveProperty('rtt');
	rig.close(1);
	expect(rig.swarm.metrics(rig.now, TIMESTAMP).peers).toEqual([]);
});
