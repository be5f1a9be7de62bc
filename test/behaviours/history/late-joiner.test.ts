/** Who comes late takes over what was said before: the newest first, from several, in few bytes, and sees how far it is. */
import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../source/base/random.ts';
import {LATE_EVENTS, PROGRESS_INTERVAL, SCREENFUL} from '../../../source/behaviours/history/parameters.ts';
import {MemoryEventStore} from '../../../source/history/memory-store.ts';
import {decodeEvent} from '../../../source/wire/event.ts';
import {Network, type Node, ROOM} from './network.ts';

/** Members who hold the same: so many events of each. */
function members(count: number, each: number): Network {
	const authors = new Network();
	const all = authors.add();
	for (let index = 0; index < count; index++) {
		const author = index === 0 ? all : authors.add();
		author.write(each);
		if (author === all) continue;
		for (const {id, bytes, signature} of author.store.page(ROOM, {limit: each, kinds: 'all'})) {
			all.archive.accept({id, event: decodeEvent(bytes), bytes, signature}, 0);
		}
	}
	all.archive.commit();
	const network = new Network();
	for (let index = 0; index < count; index++) {
		network.add({store: new MemoryEventStore(seededRandom(index), {from: all.store.snapshot(), keepsEpoch: true})});
	}
	for (const node of network.nodes) expect(node.held).toBe(count * each);
	network.linkAll();
	network.run(60_000);
	return network;
}

function eventBytes(store: MemoryEventStore): number {
	return store.page(ROOM, {limit: 100_000, kinds: 'all'}).reduce((sum, {bytes}) => sum + bytes.length, 0);
}

describe('a newcomer who lacks five thousand events', () => {
	const network = members(4, 1_250);
	const olds = [...network.nodes];
	const before = olds.map(({sent}) => sent.length);
	const newcomer = network.add();
	for (const node of olds) network.link(node, newcomer);
	network.run(30_000);
	const answers = olds.map((node, index) =>
		node.sent.slice(before[index]).filter(({message}) => message.type === 'events'),
	);

	test('has them all, in the same order as everyone', () => {
		expect(newcomer.held).toBe(5_000);
		expect(newcomer.order()).toEqual(olds[0]?.order());
	});

	test('for hardly more bytes than they have, and few signatures', () => {
		const bytes = olds.reduce((sum, node, index) => sum + sum2(node, before[index] as number), 0);
		expect(bytes).toBeLessThan(1.2 * eventBytes(newcomer.store));
		expect(newcomer.verified).toBeLessThan(500);
	});

	test('from several members, at most one want under way to each', () => {
		expect(answers.filter(each => each.length > 0).length).toBeGreaterThan(1);
		const wants = newcomer.sentOf('want');
		expect(wants[0]).toMatchObject({newest: SCREENFUL, runs: []});
		for (const node of olds) {
			const open = new Set<number>();
			for (const {message, to} of newcomer.sent) {
				if (message.type !== 'want' || to !== node.peer) continue;
				for (const request of open) expect(isAnswered(node, request)).toBe(true);
				open.add(message.request);
			}
		}
	});

	test('sees the newest screenful first, and nothing of the very old', () => {
		const shown = newcomer.events('message').map(({messageId}) => messageId);
		expect(new Set(shown.slice(0, SCREENFUL))).toEqual(new Set(newcomer.order().slice(-SCREENFUL)));
		expect(new Set(shown).size).toBe(shown.length);
		expect(shown.length).toBeLessThan(1_500);
	});

	test('sees how far it is, four times a second at most, and that it is done', () => {
		const progress = newcomer.told.filter(({event}) => event.type === 'history-progress');
		const times = progress.slice(0, -1).map(({at}) => at);
		for (const [index, at] of times.entries()) {
			if (index > 0) expect(at - (times[index - 1] as number)).toBeGreaterThanOrEqual(PROGRESS_INTERVAL);
		}
		expect(progress.at(-1)?.event).toEqual({
			...{type: 'history-progress', room: ROOM, received: 5_000, expected: 5_000, done: true},
		});
		expect(newcomer.events('history-progress').filter(({done}) => done)).toHaveLength(1);
		expect(newcomer.history.stats().history).toMatchObject({events: 5_000, received: 5_000});
	});
});

test('of little that is missing nobody is told how far it is', () => {
	const network = members(2, LATE_EVENTS / 2 - 1);
	const newcomer = network.add();
	network.link(network.nodes[0] as Node, newcomer);
	network.run(5_000);
	expect(newcomer.held).toBe(LATE_EVENTS - 2);
	expect(newcomer.events('history-progress')).toEqual([]);
});

test('the author sees who holds his words once they are taken over', () => {
	const network = new Network();
	const [author, other] = [network.add(), network.add()];
	const [first] = author.write(3);
	network.link(author, other);
	network.run(5_000);
	expect(author.receipts.spreadOf(first as string)).toMatchObject({storedBy: 2});
	expect(author.events('message-state').length).toBeGreaterThanOrEqual(3);
});

test('a connection that breaks in the middle costs nothing twice', () => {
	const network = members(1, 1_200);
	const [old] = network.nodes as [Node];
	const newcomer = network.add();
	network.link(old, newcomer);
	network.run(40);
	network.cut(old, newcomer);
	const had = newcomer.held;
	expect(had).toBeGreaterThan(100);
	expect(had).toBeLessThan(1_200);
	network.run(2_000);
	expect(newcomer.events('history-progress').at(-1)).toMatchObject({done: true});
	network.link(old, newcomer);
	network.run(10_000);
	expect(newcomer.held).toBe(1_200);
	expect(old.bytesOf('events')).toBeLessThan(1.2 * eventBytes(old.store));
	const shown = newcomer.events('message').map(({messageId}) => messageId);
	expect(new Set(shown).size).toBe(shown.length);
});

test('what a member was asked for and did not give since it left, another gives', () => {
	const network = members(3, 200);
	const [a, b, c] = network.nodes as [Node, Node, Node];
	const newcomer = network.add();
	for (const node of [a, b, c]) network.link(node, newcomer);
	network.run(40);
	network.cut(a, newcomer);
	network.cut(b, newcomer);
	network.run(1_000);
	expect(newcomer.held).toBe(600);
});

function sum2(node: Node, from: number): number {
	return node.sent.slice(from).reduce((sum, {bytes}) => sum + bytes, 0);
}

function isAnswered(node: Node, request: number): boolean {
	return node.sent.some(
		({message}) => message.type === 'events' && message.request === request && message.status !== 'more',
	);
}
