/** After a separation: one report, with what each side had and the other lacked. */
import {describe, expect, test} from 'vitest';
import type {EventOf} from '../../../source/api/event.ts';
import {AWAY_TIME, REPORT_DEADLINE} from '../../../source/behaviours/history/parameters.ts';
import {decodeEvent} from '../../../source/wire/event.ts';
import {Network, type Node, ROOM} from './network.ts';

/** Four of one mind. */
function four(): [Network, Node, Node, Node, Node] {
	const network = new Network();
	const nodes = [network.add(), network.add(), network.add(), network.add()] as [Node, Node, Node, Node];
	nodes[0].write(5);
	network.linkAll();
	network.run(60_000);
	return [network, ...nodes];
}

/** Two and two. */
function divide(network: Network, pairs: readonly (readonly [Node, Node])[], time: number): void {
	for (const [a, b] of pairs) network.cut(a, b);
	network.run(time);
}

describe('a room that was in two halves', () => {
	test('is told once, everywhere, what each half had', () => {
		const [network, ann, bob, cat, dan] = four();
		const cuts = [
			[ann, cat],
			[ann, dan],
			[bob, cat],
			[bob, dan],
		] as const;
		divide(network, cuts, 240_000);
		ann.write(3);
		cat.write(7);
		dan.write(5);
		network.run(60_000);
		for (const [a, b] of cuts) network.link(a, b);
		network.run(60_000);
		expect([ann, bob, cat, dan].map(({held}) => held)).toEqual([20, 20, 20, 20]);
		const report = (peers: Node[], received: number, given: number) => [
			{
				...{type: 'rejoined', room: ROOM, away: 300_000, peers: expect.arrayContaining(peers.map(({peer}) => peer))},
				...{received, given},
			},
		];
		expect(ann.events('rejoined')).toEqual(report([cat, dan], 12, 3));
		expect(bob.events('rejoined')).toEqual(report([cat, dan], 12, 3));
		expect(cat.events('rejoined')).toEqual(report([ann, bob], 3, 12));
		expect(dan.events('rejoined')).toEqual(report([ann, bob], 3, 12));
	});

	test('is told the same by those of whom others were faster', () => {
		const [network, ann, bob, cat, dan] = four();
		const cuts = [
			[ann, cat],
			[ann, dan],
			[bob, cat],
			[bob, dan],
		] as const;
		divide(network, cuts, 60_000);
		ann.write(3);
		cat.write(7);
		network.run(60_000);
		network.link(ann, cat);
		network.run(2_000);
		expect([bob.held, dan.held]).toEqual([15, 15]);
		for (const [a, b] of cuts.slice(1)) network.link(a, b);
		network.run(60_000);
		const told = [ann, bob, cat, dan].map(node =>
			node.events('rejoined').map(({received, given}) => [received, given]),
		);
		expect(told.map(([first]) => first)).toEqual([
			[7, 3],
			[7, 3],
			[3, 7],
			[3, 7],
		]);
	});

	test('hears of it within seconds', () => {
		const [network, ann, bob] = four();
		divide(network, [[ann, bob]], 60_000);
		bob.write(1);
		// The others have it from Bob and hand it on by and by; here they do not.
		for (const other of network.nodes.slice(2)) for (const node of [ann, bob]) network.cut(node, other);
		network.run(AWAY_TIME);
		const back = network.now;
		network.link(ann, bob);
		network.run(60_000);
		const [told] = ann.told.filter(({event}) => event.type === 'rejoined');
		expect(told!.at - back).toBeLessThanOrEqual(REPORT_DEADLINE);
	});
});

test('nothing is said if nobody missed anything, if it was short, or of who only comes late', () => {
	const [network, ann, bob] = four();
	divide(network, [[ann, bob]], 60_000);
	network.link(ann, bob);
	network.run(30_000);
	divide(network, [[ann, bob]], AWAY_TIME / 2);
	bob.write(2);
	network.link(ann, bob);
	network.run(30_000);
	const newcomer = network.add();
	network.link(ann, newcomer);
	network.run(30_000);
	expect(newcomer.held).toBe(7);
	expect(network.nodes.flatMap(node => node.events('rejoined'))).toEqual([]);
});

test('who left the room and came back to it was not away', () => {
	const [network, ann, bob] = four();
	network.tell(ann, {type: 'event', event: {type: 'member-left', room: ROOM, peer: bob.peer}});
	network.run(60_000);
	ann.write(1);
	network.tell(ann, {type: 'event', event: {type: 'member-joined', room: ROOM, peer: bob.peer, name: 'bob'}});
	network.run(30_000);
	expect(ann.events('rejoined')).toEqual([]);
});

test('what somebody only claims is not told as if it had come', () => {
	const [network, ann, bob] = four();
	for (const other of network.nodes.slice(2)) for (const node of [ann, bob]) network.cut(node, other);
	divide(network, [[ann, bob]], 60_000);
	bob.write(2);
	const {author, epoch, digest, forks} = bob.archive.ranges(ROOM)[0]!;
	bob.tamper = message => [
		message.type === 'ranges'
			? {
					...message,
					chains: [...message.chains, {author, epoch: `f${epoch.slice(1)}`, spans: [[1, 2 ** 53 - 1]], digest, forks}],
				}
			: message,
	];
	network.link(ann, bob);
	network.run(120_000);
	expect(ann.events('rejoined')).toMatchObject([{received: 2, given: 0}]);
	expect(ann.events('history-progress').at(-1)).toMatchObject({received: 2, expected: 2, done: true});
});

test('whose words came all the time was not away, though we were not connected', () => {
	const [network, ann, bob] = four();
	divide(network, [[ann, bob]], 30_000);
	const live = (author: Node) => {
		const [id] = author.write(1);
		for (const node of [ann, bob]) {
			const {bytes, signature} = author.store.get(ROOM, id as string)!;
			const kept = node.archive.accept({id: id as string, event: decodeEvent(bytes), bytes, signature}, 0);
			node.archive.commit();
			if (!kept) continue;
			const entry = {
				room: ROOM,
				messageId: id as string,
				from: author.peer,
				order: kept.stored.order,
				via: network.nodes[2]!.peer,
			};
			network.tell(node, {type: 'event', event: {type: 'message', ...entry} as unknown as EventOf<'message'>});
		}
	};
	for (let number = 0; number < 4; number++) {
		live(bob);
		network.run(10_000);
	}
	live(bob);
	network.link(ann, bob);
	network.run(30_000);
	expect(ann.events('rejoined')).toEqual([]);
});
