import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {FLOODSUB_PROTOCOL} from '../../../source/behaviours/floodsub.ts';
import {
	BACKOFF_SLACK,
	EXCHANGED_PEERS,
	GRAFT_FLOOD_TIME,
	LEAVE_BACKOFF,
	MESH_HIGH,
	MESH_LOW,
	MESH_SIZE,
	OPPORTUNISTIC_GRAFTS,
	OPPORTUNISTIC_INTERVAL,
	PRUNE_BACKOFF,
	SMALL_ROOM,
} from '../../../source/behaviours/gossipsub/parameters.ts';
import type {PeerHint} from '../../../source/wire/messages.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {ANN, count, send} from '../fixtures.ts';
import {eventOf, graft, LOBBY, peersOf, publish, Rig} from './router-fixtures.ts';

const LARGE = SMALL_ROOM + 8;
const prune = (peer: PeerId, peers: readonly PeerHint[] = []) =>
	send([peer], {type: 'prune', room: LOBBY, backoff: PRUNE_BACKOFF / 1_000, peers});
const pruned = (peers: readonly PeerHint[] = [], backoff = PRUNE_BACKOFF / 1_000) =>
	({type: 'prune', room: LOBBY, backoff, peers}) as const;
const graftUs = {type: 'graft', room: LOBBY} as const;
const hint = (peer: PeerId): PeerHint => ({peer, addresses: [`/ip4/198.51.100.${peer.slice(1)}/tcp/4001`]});

/** Whom the outputs graft or prune. */
const told = (outputs: readonly BehaviourOutput[], type: 'graft' | 'prune') =>
	outputs.flatMap(output => (output.type === 'send' && output.message.type === type ? output.peers : []));

/** A room of many, with these in the mesh and nobody else to graft. */
function startLarge(mesh: readonly PeerId[], others: number): Rig {
	const rig = new Rig();
	rig.come(peersOf(SMALL_ROOM + 1, 900));
	for (const peer of peersOf(SMALL_ROOM + 1, 900)) rig.hear(peer, pruned([], 3_600));
	rig.come(mesh);
	rig.graftedBy(...mesh);
	rig.come(peersOf(others, 500));
	return rig;
}

describe('in a small room', () => {
	test('the first members are grafted as they come, the others with the next heartbeat', () => {
		const rig = new Rig();
		expect(rig.come(peersOf(MESH_LOW + 2))).toEqual(peersOf(MESH_LOW).map(peer => graft([peer])));
		expect(told(rig.beat(), 'graft').sort()).toEqual(['p5', 'p6']);
		expect(rig.beat()).toEqual([]);
	});

	test('events are pushed to everybody, grafted or not', () => {
		const rig = new Rig();
		rig.come(peersOf(SMALL_ROOM));
		const event = eventOf(1, 'p2', 'p1');
		expect(rig.accept(event)).toEqual([publish(peersOf(SMALL_ROOM - 2, 3), event)]);
	});

	test('every graft is taken, and answered by nothing', () => {
		const rig = new Rig();
		rig.come(peersOf(SMALL_ROOM));
		for (const peer of peersOf(SMALL_ROOM)) expect(rig.hear(peer, graftUs)).toEqual([]);
		expect(rig.beat()).toEqual([]);
	});

	test('one that has pruned us, since it sees more members, gets our own events and no others, until its time is over', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		expect(rig.hear('p2', pruned())).toEqual([]);
		expect(rig.pushed(1)).toEqual(['p3']);
		const own = eventOf(2, ANN, undefined);
		expect(rig.accept(own)).toEqual([publish(['p1', 'p2', 'p3'], own)]);
		rig.beat(PRUNE_BACKOFF + BACKOFF_SLACK - 1);
		expect(rig.pushed(3)).toEqual(['p3']);
		expect(told(rig.beat(), 'graft')).toEqual(['p2']);
		expect(rig.pushed(4)).toEqual(['p2', 'p3']);
	});
});

describe('in a large room', () => {
	test('a few members are in the mesh, and events of others go to them alone', () => {
		const rig = new Rig();
		expect(told(rig.come(peersOf(LARGE)), 'graft')).toEqual(peersOf(MESH_LOW));
		expect(rig.beat()).toEqual([]);
		expect(rig.pushed()).toEqual(['p2', 'p3', 'p4']);
	});

	test('our own events go to every member', () => {
		const rig = new Rig();
		rig.come(peersOf(LARGE));
		const own = eventOf(1, ANN, undefined);
		expect(rig.accept(own)).toEqual([publish(peersOf(LARGE), own)]);
	});

	test('a mesh that has become too small is filled up', () => {
		const rig = new Rig();
		rig.come(peersOf(LARGE));
		rig.disconnect('p1');
		expect(told(rig.beat(), 'graft')).toHaveLength(MESH_SIZE - MESH_LOW + 1);
	});

	test('joining it grafts as many as a mesh should have', () => {
		const rig = new Rig();
		for (const peer of peersOf(LARGE)) {
			rig.connect(peer);
			rig.membership.join(peer, 'dev');
		}
		expect(told(rig.router.joined('dev', rig.now), 'graft')).toHaveLength(MESH_SIZE);
	});

	test('a full mesh takes only those that we have dialled, and tells the others of members', () => {
		const mesh = peersOf(MESH_HIGH);
		const rig = startLarge(mesh, 2);
		rig.view.hidden.add('p500');
		const [refusal, ...rest] = rig.hear('p501', graftUs).slice(1);
		expect(rest).toEqual([]);
		const hints = refusal?.type === 'send' && refusal.message.type === 'prune' ? refusal.message.peers : [];
		expect(refusal).toEqual(prune('p501', hints));
		expect(hints).toHaveLength(EXCHANGED_PEERS);
		expect(hints.map(({peer}) => peer)).not.toContain('p501');
		expect(hints.map(({peer}) => peer)).not.toContain('p500');
		rig.come(['p700'], 'outbound');
		expect(rig.hear('p700', graftUs)).toEqual([]);
		expect(rig.pushed()).toContain('p700');
	});

	test('a full mesh is pruned: it keeps the best and two that we have dialled, and tells the others of members', () => {
		const outbound = peersOf(2, 20);
		const rig = startLarge(peersOf(MESH_HIGH - 2), 0);
		rig.come(outbound, 'outbound');
		rig.graftedBy(...outbound);
		const best = peersOf(4, 3);
		for (const [index, peer] of best.entries()) rig.accept(eventOf(index + 1, 'stranger', peer));
		const outputs = rig.beat();
		const dropped = told(outputs, 'prune');
		expect(dropped).toHaveLength(MESH_HIGH - MESH_SIZE);
		for (const peer of [...best, ...outbound]) expect(dropped).not.toContain(peer);
		for (const output of outputs) {
			if (output.type !== 'send' || output.message.type !== 'prune') continue;
			expect(output.message.peers).toHaveLength(EXCHANGED_PEERS);
		}
	});

	test('with too few that we have dialled, more of those are grafted', () => {
		const rig = startLarge(peersOf(MESH_SIZE), 0);
		rig.come(peersOf(3, 20), 'outbound');
		expect(told(rig.beat(), 'graft')).toHaveLength(2);
	});

	test('a mesh that has brought nothing for a minute takes in two that have', () => {
		const rig = startLarge(peersOf(MESH_SIZE), 4);
		for (const [index, peer] of peersOf(3, 500).entries()) rig.accept(eventOf(index + 1, 'stranger', peer));
		expect(told(rig.beat(OPPORTUNISTIC_INTERVAL - 2_000), 'graft')).toEqual([]);
		const grafted = told(rig.beat(2_000), 'graft');
		expect(grafted).toHaveLength(OPPORTUNISTIC_GRAFTS);
		for (const peer of grafted) expect(['p500', 'p501', 'p502']).toContain(peer);
		expect(told(rig.beat(), 'graft')).toEqual([]);
	});

	test('floodsub speakers are never grafted, and get everything', () => {
		const rig = startLarge(peersOf(MESH_SIZE), 0);
		rig.view.connect('p50', {protocols: [FLOODSUB_PROTOCOL]});
		rig.router.connected('p50', '/ip4/10.0.0.50/tcp/1', 'outbound', rig.now);
		expect(rig.enter('p50')).toEqual([]);
		expect(rig.beat()).toEqual([]);
		expect(rig.pushed()).toContain('p50');
	});
});

describe('backoff', () => {
	test('whoever has pruned us is not grafted before it is over, as long as it said', () => {
		const rig = new Rig();
		rig.come(['p1']);
		rig.hear('p1', pruned([], 90));
		expect(rig.beat(90_000 + BACKOFF_SLACK - 1)).toEqual([]);
		expect(rig.beat()).toEqual([graft(['p1'])]);
	});

	test('without a time it lasts a minute', () => {
		const rig = new Rig();
		rig.come(['p1']);
		rig.hear('p1', pruned([], 0));
		expect(rig.beat(PRUNE_BACKOFF + BACKOFF_SLACK - 1)).toEqual([]);
		expect(rig.beat()).toEqual([graft(['p1'])]);
	});

	test('whoever has pruned us may graft us all the same: it has changed its mind', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		rig.hear('p2', pruned());
		expect(rig.hear('p2', graftUs)).toEqual([]);
		expect(rig.pushed()).toEqual(['p2']);
	});

	test('whoever we have pruned and grafts us too early is refused, and its time begins anew', () => {
		const rig = startLarge(peersOf(MESH_HIGH), 1);
		rig.hear('p500', graftUs);
		rig.now += PRUNE_BACKOFF - 1;
		expect(rig.hear('p500', graftUs)).toEqual([count('graft-backoff'), prune('p500')]);
		rig.now += PRUNE_BACKOFF - 1;
		expect(rig.hear('p500', graftUs)).toEqual([count('graft-backoff'), prune('p500')]);
	});

	test('row 40: a flood of grafts is answered a few times, then its sender is heard no more', () => {
		const rig = startLarge(peersOf(MESH_HIGH), 1);
		rig.hear('p500', graftUs);
		let answers = 0;
		for (let flood = 0; flood < 10_000 && rig.router.hears('p500'); flood++) {
			rig.now += 1;
			answers += told(rig.hear('p500', graftUs), 'prune').length;
		}
		expect(rig.now).toBeLessThan(1_000 + GRAFT_FLOOD_TIME);
		expect(answers).toBeLessThan(10);
		expect(rig.router.hears('p500')).toBe(false);
		expect(rig.router.hears('p1')).toBe(true);
	});

	test('row 40: grafts of rooms that we are not in, or that their sender is not in, are answered by nothing', () => {
		const rig = new Rig();
		rig.connect('p1');
		rig.enter('p1', 'dev');
		expect(rig.hear('p1', {type: 'graft', room: 'dev'})).toEqual([count('graft-stray')]);
		expect(rig.hear('p1', graftUs)).toEqual([count('graft-stray')]);
		expect(rig.hear('p1', pruned([hint('p7')]))).toEqual([count('prune-stray')]);
	});

	test('whoever leaves the room and comes back is not grafted at once, and gets events at once', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		rig.membership.leave('p2', LOBBY);
		rig.router.memberLeft(LOBBY, 'p2', rig.now);
		expect(rig.pushed(1)).toEqual([]);
		expect(told(rig.enter('p2'), 'graft')).toEqual([]);
		expect(rig.pushed(2)).toEqual(['p2']);
		expect(told(rig.beat(LEAVE_BACKOFF + BACKOFF_SLACK), 'graft')).toEqual(['p2']);
	});

	test('a connection that breaks and comes back begins anew', () => {
		const rig = new Rig();
		rig.come(peersOf(2));
		rig.hear('p2', pruned());
		rig.disconnect('p2');
		expect(told(rig.come(['p2']), 'graft')).toEqual(['p2']);
	});

	test('but not for one that we have pruned', () => {
		const rig = startLarge(peersOf(MESH_HIGH), 1);
		rig.hear('p500', graftUs);
		rig.disconnect('p500');
		rig.come(['p500']);
		expect(rig.hear('p500', graftUs)).toEqual([count('graft-backoff'), prune('p500')]);
	});
});

describe('peer exchange', () => {
	test('hints of one that prunes us come out, but for ourselves, those without address and those that are connected', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		const hints = [
			hint('p7'),
			hint('p2'),
			{peer: ANN, addresses: ['/ip4/10.0.0.1/tcp/1']},
			{peer: 'p8', addresses: []},
		];
		expect(rig.hear('p1', pruned(hints))).toEqual([
			{type: 'found', peer: 'p7', addresses: hint('p7').addresses, from: 'p1'},
		]);
	});

	test('hints are taken once for each graft: a flood of prunes brings none', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		rig.hear('p1', pruned([hint('p7')]));
		expect(rig.hear('p1', pruned([hint('p9')]))).toEqual([count('exchange-refused')]);
	});

	test('one with a negative score gets none, is believed none, and is told of to nobody', () => {
		const rig = startLarge(peersOf(MESH_HIGH), 3);
		for (const peer of peersOf(SMALL_ROOM + 1, 900)) rig.view.hidden.add(peer);
		for (const peer of ['p1', 'p500']) rig.router.rejected(peer);
		const [, refusal] = rig.hear('p501', graftUs);
		const hints = refusal?.type === 'send' && refusal.message.type === 'prune' ? refusal.message.peers : [];
		expect(hints.map(({peer}) => peer).sort()).toEqual([...peersOf(MESH_HIGH - 1, 2), 'p502'].sort());
		expect(rig.hear('p500', graftUs)).toEqual([count('graft-score'), prune('p500')]);
		expect(rig.hear('p1', pruned([hint('p7')]))).toEqual([count('exchange-refused')]);
	});
});

describe('a bad peer', () => {
	test('is pruned with the next heartbeat, is told of nobody, and gets events of others no more', () => {
		const rig = new Rig();
		rig.come(peersOf(3));
		rig.router.rejected('p2');
		expect(rig.pushed(1)).toEqual(['p3']);
		expect(rig.beat()).toContainEqual(prune('p2'));
	});

	test('is not grafted', () => {
		const rig = new Rig();
		rig.connect('p1');
		rig.router.rejected('p1');
		expect(told(rig.enter('p1'), 'graft')).toEqual([]);
		expect(rig.beat()).toEqual([]);
	});
});

test('what may be lost with the old connection is said again on the new one', () => {
	const rig = new Rig();
	rig.come(peersOf(2));
	rig.accept(eventOf(1, 'p2', 'p2'));
	expect(rig.router.moved('p1', rig.now)).toEqual([
		graft(['p1']),
		send(['p1'], {type: 'ihave', room: LOBBY, messageIds: [eventOf(1, 'p2', 'p2').messageId]}),
	]);
});
