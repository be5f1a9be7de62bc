/** What is missing is found and fetched, whatever the reason; what cannot be had costs little. */
import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../../source/api/event.ts';
import {seededRandom} from '../../../source/base/random.ts';
import {GAP_DELAY, GRACE} from '../../../source/behaviours/history/parameters.ts';
import {MemoryEventStore} from '../../../source/history/memory-store.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {decodeEvent, eventId, signEvent} from '../../../source/wire/event.ts';
import type {Message} from '../../../source/wire/messages.ts';
import {Network, type Node, ROOM, START} from './network.ts';

const DISK_FULL = {code: 'disk-full', message: 'The disk is full. Free some space'};

/** So many in the room, connected, and of one mind. */
function together(count: number, network = new Network()): [Network, ...Node[]] {
	for (let index = 0; index < count; index++) network.add();
	network.linkAll();
	network.run(60_000);
	return [network, ...network.nodes];
}

function isSame(nodes: readonly Node[]): boolean {
	return new Set(nodes.map(node => node.archive.digest(ROOM).digest)).size === 1;
}

describe('what the live path lost', () => {
	test('is found within half a minute, and everybody has the same', () => {
		const [network, ...nodes] = together(5);
		for (const node of nodes) node.write(3);
		network.run(40_000);
		expect(nodes.map(({held}) => held)).toEqual([15, 15, 15, 15, 15]);
		expect(isSame(nodes)).toBe(true);
	});

	test('is not asked for while it may still be under way', () => {
		const [network, ann, bob] = together(2) as [Network, Node, Node];
		const [id] = ann.write(1);
		network.send(ann, bob, {type: 'digest', room: ROOM, ...ann.archive.digest(ROOM)});
		network.run(GRACE / 2);
		const stored = ann.store.get(ROOM, id as string)!;
		const event = decodeEvent(stored.bytes);
		bob.archive.accept({id: stored.id, event, bytes: stored.bytes, signature: stored.signature}, 0);
		bob.archive.commit();
		network.run(60_000);
		expect([ann, bob].flatMap(node => [...node.sentOf('ranges'), ...node.sentOf('want')])).toHaveLength(0);
	});
});

test('a room of eight in which nothing happens is quiet', () => {
	const [network, ...nodes] = together(8);
	for (const node of nodes) node.write(1);
	network.run(120_000);
	expect(isSame(nodes)).toBe(true);
	const before = nodes.map(({sent}) => sent.length);
	network.run(600_000);
	const messages = nodes.reduce((sum, {sent}, index) => sum + sent.length - (before[index] as number), 0);
	// Ten minutes: fewer than one of everybody every half minute.
	expect(messages).toBeLessThan(8 * 20);
	expect(messages).toBeGreaterThan(0);
});

test('nobody there: no timer is left', () => {
	const network = new Network();
	const [ann, bob] = [network.add(), network.add()];
	network.link(ann, bob);
	network.run(1_000);
	network.cut(ann, bob);
	network.run(60_000);
	expect([...ann.timers.keys()]).toEqual([]);
});

describe('row 42: a peer that leaves messages out', () => {
	test('is not believed: what it withholds comes from another', () => {
		const network = new Network();
		const [liar, honest] = [network.add(), network.add()];
		liar.write(40);
		network.link(liar, honest);
		network.run(5_000);
		expect(honest.held).toBe(40);
		const newcomer = network.add();
		liar.tamper = message => [message.type === 'events' ? {...message, segments: [], status: 'done'} : message];
		network.link(liar, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(0);
		const asked = newcomer.sentOf('want').length;
		expect(asked).toBeLessThan(5);
		expect(newcomer.counters.get('history-withheld')).toBeGreaterThanOrEqual(1);
		network.run(60_000);
		expect(newcomer.sentOf('want').length).toBe(asked);
		network.link(honest, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(40);
	});

	test('one event in the middle is seen to be missing, and comes from another', () => {
		const network = new Network();
		const [liar, honest, newcomer] = [network.add(), network.add(), network.add()];
		const ids = liar.write(20);
		network.link(liar, honest);
		network.run(5_000);
		liar.tamper = message => {
			if (message.type !== 'events') return [message];
			// Cut at the withheld one; what is below it cannot be proved without it.
			const segments = message.segments.map(({events, signature}) => ({
				...{signature, events: events.slice(1 + events.findIndex(bytes => eventId(bytes) === ids[9]))},
			}));
			return [{...message, segments: segments.filter(({events}) => events.length > 0)}];
		};
		network.link(liar, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(10);
		network.link(honest, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(20);
	});

	test('one that does not answer at all is given up, and its part goes to another', () => {
		const network = new Network();
		const [silent, honest, newcomer] = [network.add(), network.add(), network.add()];
		silent.write(20);
		network.link(silent, honest);
		network.run(5_000);
		silent.tamper = message => (message.type === 'events' ? [] : [message]);
		network.link(silent, newcomer);
		network.run(100);
		network.link(honest, newcomer);
		network.run(20_000);
		expect(newcomer.held).toBe(20);
		expect(newcomer.counters.get('history-timeout')).toBe(1);
	});
});

describe('row 34: what somebody has altered', () => {
	test('is refused, and who handed it on is let go; the rest comes from another', () => {
		const network = new Network();
		const [forger, honest, newcomer] = [network.add(), network.add(), network.add()];
		honest.write(50);
		network.link(honest, forger);
		network.run(5_000);
		forger.tamper = message => {
			if (message.type !== 'events') return [message];
			const segments = message.segments.map(segment => ({
				...segment,
				events: segment.events.map(bytes =>
					Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 60 ? byte ^ 1 : byte)),
				),
			}));
			return [{...message, segments}];
		};
		network.link(forger, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(0);
		expect(newcomer.letGo).toHaveLength(1);
		expect(newcomer.letGo[0]).toMatch(/^history-/);
		expect(newcomer.counters.get('history-altered')).toBe(1);
		network.link(honest, newcomer);
		network.run(5_000);
		expect(newcomer.held).toBe(50);
		expect(isSame([honest, newcomer])).toBe(true);
	});
});

describe('a fork', () => {
	test('spreads: in the end everybody holds both branches', () => {
		const [network, author, bob, cat] = together(3) as [Network, Node, Node, Node];
		author.write(3);
		network.run(40_000);
		const [top] = author.order().slice(-1);
		const branch = (text: string) => {
			const place = {
				room: ROOM,
				author: author.peer,
				epoch: author.store.epoch,
				sequence: 4,
				previous: top,
				parents: [],
			};
			const event = {...place, timestamp: 9, clock: author.view.wallClock + 9, kind: 'message', text} as const;
			const signed = signEvent(event, author.identity);
			return {id: eventId(signed.event), event, bytes: signed.event, signature: signed.signature};
		};
		bob.archive.accept(branch('to Bob'), 0);
		cat.archive.accept(branch('to Cat'), 0);
		for (const node of [bob, cat]) node.archive.commit();
		network.cut(author, bob);
		network.cut(author, cat);
		network.run(120_000);
		expect([bob.held, cat.held]).toEqual([5, 5]);
		expect(isSame([bob, cat])).toBe(true);
		expect(bob.counters.get('fork')).toBe(1);
		// Who comes now gets both, and the proof of it.
		const newcomer = network.add();
		network.link(bob, newcomer);
		network.run(60_000);
		expect(isSame([bob, newcomer])).toBe(true);
	});
});

describe('missing parents', () => {
	test('are asked for by their hash, where nobody says that he holds more', () => {
		const [network, ann, bob] = together(2) as [Network, Node, Node];
		const [first, second] = ann.write(2);
		const pass = (id: string | undefined) => {
			const {bytes, signature} = ann.store.get(ROOM, id as string)!;
			return bob.archive.accept({id: id as string, event: decodeEvent(bytes), bytes, signature}, 0);
		};
		const kept = pass(second);
		bob.archive.commit();
		expect(kept?.missing).toEqual([first]);
		ann.tamper = message => (message.type === 'digest' || message.type === 'ranges' ? [] : [message]);
		bob.tamper = message => (message.type === 'digest' || message.type === 'ranges' ? [] : [message]);
		network.run(60_000);
		expect(bob.held).toBe(2);
		expect(bob.sentOf('want').map(({ids}) => ids)).toEqual([[first]]);
	});

	test('row 43: those that nobody has are asked for less and less', () => {
		const [network, ann, bob, cat] = together(3) as [Network, Node, Node, Node];
		const parents = Array.from({length: 8}, (_, index) => `${index}`.repeat(64));
		const place = {room: ROOM, author: ann.peer, epoch: 'ab'.repeat(16), sequence: 1, previous: undefined, parents};
		const event = {...place, timestamp: 9, clock: 9, kind: 'message', text: 'hung up'} as const;
		const signed = signEvent(event, ann.identity);
		for (const node of [ann, bob, cat]) {
			node.archive.accept({id: eventId(signed.event), event, bytes: signed.event, signature: signed.signature}, 0);
			node.archive.commit();
		}
		network.run(3_600_000);
		const wants = bob.sentOf('want').length;
		expect(wants).toBeGreaterThan(5);
		expect(wants).toBeLessThan(30);
	});
});

test('orders that were still to be computed when the program ended are computed after the next start', () => {
	const network = new Network();
	const [ann, bob] = [network.add(), network.add()];
	const sign = (node: Node, change: {clock: number; parents: string[]}) => {
		const place = {room: ROOM, author: node.peer, epoch: 'ab'.repeat(16), sequence: 1, previous: undefined};
		const event = {...place, timestamp: 9, kind: 'message', text: 'x', ...change} as const;
		const {event: bytes, signature} = signEvent(event, node.identity);
		return {id: eventId(bytes), event, bytes, signature};
	};
	const question = sign(ann, {clock: START + 9_000, parents: []});
	const answer = sign(bob, {clock: START, parents: [question.id]});
	for (const one of [answer, question]) bob.archive.accept(one, 0);
	bob.archive.commit();
	expect(bob.order()).toEqual([answer.id, question.id]);
	const again = new Network();
	const store = new MemoryEventStore(seededRandom(9), {from: bob.store.snapshot(), keepsEpoch: true});
	const restarted = again.add({store});
	again.run(60_000);
	expect(restarted.order()).toEqual([question.id, answer.id]);
});

describe('while the disk takes nothing', () => {
	test('nothing is fetched and nothing shown; when it is well again, everything comes once', () => {
		const network = new Network();
		const [ann, bob] = [network.add(), network.add()];
		ann.write(210);
		bob.failure = DISK_FULL;
		network.link(ann, bob);
		network.run(60_000);
		expect([bob.held, bob.events('message').length]).toEqual([0, 0]);
		expect(bob.sentOf('want').length).toBeLessThan(3);
		expect(bob.events('history-progress').at(-1)).toMatchObject({done: true});
		bob.failure = undefined;
		network.retry(bob);
		network.run(20_000);
		expect(bob.held).toBe(210);
		const shown = bob.events('message').map(({messageId}) => messageId);
		expect(new Set(shown).size).toBe(shown.length);
		expect(bob.history.stats().history).toMatchObject({received: 210});
	});
});

describe('a direct room', () => {
	test('is compared with the other one only, when it connects', () => {
		const network = new Network();
		const [ann, bob, cat] = [network.add(), network.add(), network.add()];
		const room = directRoomOf(ann.peer, bob.peer);
		ann.archive.open(room, bob.peer);
		ann.write(5, {room});
		network.link(ann, cat);
		network.run(60_000);
		network.link(ann, bob);
		network.run(5_000);
		expect(bob.events('message').map(({room}) => room)).toEqual(Array.from({length: 5}, () => `@${ann.peer}`));
		expect(bob.events('room-joined')).toHaveLength(1);
		expect(bob.order(room)).toEqual(ann.order(room));
		const told = ann.sent.filter(({message}) => 'room' in message && message.room === room);
		expect(new Set(told.map(({to}) => to))).toEqual(new Set([bob.peer]));
		expect(ann.receipts.spreadOf(ann.order(room)[0] as string)).toMatchObject({storedBy: 2});
	});

	test('that was forgotten does not come back; what is said from then on comes, and lacks nothing', () => {
		const network = new Network();
		const [ann, bob] = [network.add(), network.add()];
		const room = directRoomOf(ann.peer, bob.peer);
		for (const [node, other] of [[ann, bob] as const, [bob, ann] as const]) node.archive.open(room, other.peer);
		ann.write(5, {room});
		network.link(ann, bob);
		network.run(5_000);
		bob.write(2, {room});
		network.run(60_000);
		expect([ann, bob].map(node => node.order(room).length)).toEqual([7, 7]);
		network.cut(ann, bob);
		bob.archive.forget(room);
		bob.archive.commit();
		const store = new MemoryEventStore(seededRandom(9), {from: bob.store.snapshot(), keepsEpoch: true});
		const restarted = new Network();
		const again = [restarted.add({store: ann.store}), restarted.add({store})] as const;
		const asked = () => again[1].sentOf('want').length;
		restarted.link(...again);
		restarted.run(60_000);
		expect([again[1].order(room), asked(), again[1].events('room-joined')]).toEqual([[], 0, []]);
		again[0].archive.open(room, bob.peer);
		const [id] = again[0].write(1, {room});
		restarted.run(60_000);
		expect(again[1].order(room)).toEqual([id]);
		expect([again[1].archive.gaps(room), again[1].events('message').map(({missing}) => missing)]).toEqual([
			[],
			[undefined],
		]);
	});

	test('gaps in it are looked after as soon as they are seen', () => {
		const network = new Network();
		const [ann, bob] = [network.add(), network.add()];
		const room = directRoomOf(ann.peer, bob.peer);
		for (const [node, other] of [[ann, bob] as const, [bob, ann] as const]) node.archive.open(room, other.peer);
		network.link(ann, bob);
		network.run(60_000);
		const quiet = (message: Message) => (message.type === 'digest' || message.type === 'ranges' ? [] : [message]);
		ann.tamper = bob.tamper = quiet;
		const [first, second] = ann.write(2, {room});
		const {bytes, signature} = ann.store.get(room, second as string)!;
		const event = decodeEvent(bytes);
		bob.archive.accept({id: second as string, event, bytes, signature}, 0);
		bob.archive.commit();
		const entry = {room: `@${ann.peer}`, from: ann.peer, order: event.clock, via: ann.peer, missing: 1};
		network.tell(bob, {type: 'event', event: {type: 'message', ...entry} as unknown as NodeEvent});
		network.run(GAP_DELAY + 100);
		expect(bob.archive.has(room, first as string)).toBe(true);
	});
});

test('what would be deleted at once is not fetched, nor missed', () => {
	const network = new Network();
	const [old, other] = [network.add(), network.add()];
	other.write(150, {length: 2_000});
	network.link(old, other);
	network.run(20_000);
	old.view.wallClock = other.view.wallClock;
	old.write(150, {length: 2_000});
	const newcomer = network.add({keep: 100_000});
	newcomer.view.wallClock = old.view.wallClock;
	network.link(old, newcomer);
	network.run(10_000);
	expect(newcomer.held).toBeGreaterThan(80);
	expect(newcomer.held).toBeLessThanOrEqual(100);
	expect(newcomer.order()).toEqual(old.order().slice(-newcomer.held));
	const bytes = old.sent.reduce((sum, sent) => sum + (sent.to === newcomer.peer ? sent.bytes : 0), 0);
	// One want of each chain goes beyond the end.
	expect(bytes).toBeLessThan(0.75 * old.store.size());
	expect(newcomer.archive.gaps(ROOM)).toEqual([]);
	const asked = newcomer.sentOf('want').length;
	network.run(600_000);
	expect(newcomer.sentOf('want')).toHaveLength(asked);
});

test('what is older than is to be kept is deleted, and does not come back', () => {
	const network = new Network();
	const [ann, bob] = [network.add({keep: 3_600_000}), network.add()];
	ann.write(30);
	network.link(ann, bob);
	network.run(3_500_000);
	expect([ann.held, bob.held]).toEqual([30, 30]);
	network.run(2 * 3_600_000);
	expect([ann.held, bob.held]).toEqual([0, 30]);
	const compared = () => ann.sentOf('ranges').length + bob.sentOf('ranges').length;
	const before = compared();
	network.run(600_000);
	// What differs for good is hardly ever compared again.
	expect(compared() - before).toBeLessThanOrEqual(6);
	expect(ann.sentOf('want')).toEqual([]);
});
