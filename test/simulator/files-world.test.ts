/** The disks and lines of the simulator: that they do to files what real ones do. Driven by hand, deed by deed. */
import {describe, expect, it} from 'vitest';
import type {FilesDeed, FilesNews, SavedTransfer} from '../../source/behaviours/files/io.ts';
import type {FileHabits} from '../../source/simulator/files.ts';
import {fairRates, Lane} from '../../source/simulator/lines.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';
import type {FileOffer} from '../../source/wire/file-offer.ts';

const MIB = 2 ** 20;

type World = {
	readonly simulation: Simulation;
	readonly nodes: SimulatedNode[];
	/** What a node was told of files, without who was told it. */
	readonly news: (node: SimulatedNode) => FilesNews[];
	/** Does something in the name of the node that has this index now. */
	readonly deed: (index: number, deed: FilesDeed) => void;
};

/** Nodes that know each other; nothing is checked of what they ask, for nobody has told them anything. */
function worldOf(habits: readonly FileHabits[]): World {
	const told = new Map<SimulatedNode, FilesNews[]>();
	const simulation = new Simulation({
		seed: 1,
		delay: [1, 1],
		isChecked: false,
		onNews: (node, news) => told.set(node, [...(told.get(node) ?? []), news]),
	});
	for (const files of habits) simulation.add({files: {...files, isByHand: true}, rooms: []});
	const nodes = simulation.nodes;
	simulation.run(1);
	const isWhole = () => nodes.every(node => node.shownPeers.size === nodes.length - 1);
	simulation.runUntil('they see each other', isWhole, 5_000);
	const deed = (index: number, one: FilesDeed) => simulation.files.do(nodes[index]!, one);
	return {simulation, nodes, news: node => told.get(node) ?? [], deed};
}

const savedAs = (offer: FileOffer): SavedTransfer => ({
	offer,
	rooms: ['lobby'],
	from: undefined,
	folder: '/downloads',
	isPaused: false,
	priority: 0,
	since: 0,
});

const last = (news: readonly FilesNews[], kind: FilesNews['news']) => news.findLast(({news}) => news === kind);
const count = (news: readonly FilesNews[], kind: FilesNews['news']) => news.filter(({news}) => news === kind).length;

/** Node 0 holds a file, node 1 has a bulk connection with it and has opened the file to write. */
function giverAndTaker(habits: readonly [FileHabits, FileHabits], size = 4 * MIB) {
	const world = worldOf(habits);
	const {simulation, nodes, deed} = world;
	const offer = simulation.files.put(nodes[0]!, '/home/a/film', {size});
	deed(0, {deed: 'keep', held: {offer, path: '/home/a/film', rooms: ['lobby'], isFetched: false}});
	deed(1, {deed: 'open', transfer: savedAs(offer)});
	deed(1, {deed: 'open-bulk', peer: nodes[0]!.peerId, address: nodes[0]!.place});
	simulation.run(100);
	const ask = (index: number, what: 'piece' | 'layer' = 'piece') => {
		const block = {file: offer.file, what, index};
		deed(1, {deed: 'ask', peer: nodes[0]!.peerId, block});
		simulation.run(3);
		deed(0, {deed: 'give', peer: nodes[1]!.peerId, block});
	};
	const arrived = () => world.news(nodes[1]!).filter(({news}) => news === 'arrived');
	return {...world, offer, ask, arrived};
}

describe('lines', () => {
	it('are shared as TCP would, so that what one cannot take is left to the others', () => {
		const [fast, slow, taker, other] = [100, 10, 60, 1_000].map(speed => ({up: speed, down: speed}));
		const lanes = [new Lane(fast!, taker!), new Lane(slow!, taker!), new Lane(fast!, other!)];
		const rates = fairRates(lanes);
		expect(lanes.map(lane => rates.get(lane))).toEqual([50, 10, 50]);
	});

	it('take as long as the bytes need, and as much as there is left when another has ended', () => {
		const {simulation, nodes, ask, arrived} = giverAndTaker([{up: MIB}, {}]);
		ask(0, 'layer');
		simulation.run(100);
		const since = simulation.now;
		ask(0);
		simulation.runUntil('it is here', () => arrived().length === 2, 1_000);
		expect(simulation.now - since).toBeCloseTo(1_000 / 16 + 1 + 3, 3);
		expect(simulation.files.given[0]).toBe(MIB / 16);
		simulation.files.setLine(nodes[0]!, {up: MIB / 16});
		ask(1);
		simulation.run(500);
		simulation.files.setLine(nodes[0]!, {up: MIB});
		simulation.run(40);
		expect(arrived()).toHaveLength(3);
	});
});

describe('a bulk connection', () => {
	it('is refused where there is no chat, and to a second one', () => {
		const {simulation, nodes, news, deed} = worldOf([{}, {}]);
		const [a, b] = nodes as [SimulatedNode, SimulatedNode];
		for (let time = 0; time < 2; time++) {
			deed(0, {deed: 'open-bulk', peer: b.peerId, address: b.place});
			simulation.run(100);
		}
		expect([count(news(a), 'bulk-opened'), count(news(b), 'bulk-opened')]).toEqual([1, 1]);
		expect(last(news(a), 'bulk-failed')).toMatchObject({message: 'there is one already'});
		deed(1, {deed: 'close-bulk', peer: a.peerId, reason: 'idle'});
		simulation.command(a, {command: 'disconnect', peer: b.peerId});
		simulation.run(3_000);
		expect(last(news(a), 'bulk-closed')).toMatchObject({reason: 'closed'});
		deed(0, {deed: 'open-bulk', peer: b.peerId, address: b.place});
		simulation.run(100);
		expect(last(news(a), 'bulk-failed')).toMatchObject({message: 'no chat with this peer'});
	});

	it('waits while the network is cut, goes on where it was, and is given up after a while', () => {
		const {simulation, nodes, news, ask, arrived} = giverAndTaker([{up: MIB}, {}]);
		ask(0, 'layer');
		simulation.run(100);
		ask(0);
		simulation.run(30);
		simulation.partition(node => node.index);
		simulation.run(5_000);
		expect(arrived()).toHaveLength(1);
		simulation.partition(null);
		simulation.run(300);
		expect(arrived()).toHaveLength(2);
		simulation.unplug(nodes[0]!);
		simulation.run(20_000);
		expect(nodes.map(node => last(news(node), 'bulk-closed'))).toMatchObject([
			{reason: 'timeout'},
			{reason: 'timeout'},
		]);
	});

	it('ends with the program at the other end; what was to be given is told as not given', () => {
		const {simulation, nodes, news, ask} = giverAndTaker([{up: MIB / 16}, {}]);
		for (let index = 0; index < 5; index++) ask(index);
		simulation.kill(nodes[1]!);
		simulation.run(10);
		const told = news(nodes[0]!);
		expect(last(told, 'not-given')).toMatchObject({reason: 'closed', block: {index: 4}});
		expect(last(told, 'bulk-closed')).toMatchObject({reason: 'reset'});
	});

	it('has a buffer that takes what is sent before it is there; what waits behind it can be called off', () => {
		const {simulation, nodes, news, deed, offer, ask, arrived} = giverAndTaker([{up: MIB}, {}]);
		ask(0, 'layer');
		simulation.run(100);
		for (let index = 0; index < 8; index++) ask(index);
		// The layer, and 256 KiB.
		expect(count(news(nodes[0]!), 'gave')).toBe(1 + 4);
		for (const index of [5, 6, 7]) {
			deed(1, {deed: 'unask', peer: nodes[0]!.peerId, block: {file: offer.file, what: 'piece', index}});
		}
		simulation.run(1_000);
		expect(news(nodes[0]!).filter(({news}) => news === 'not-given')).toMatchObject([
			{block: {index: 6}},
			{block: {index: 7}},
		]);
		const verdicts = arrived().map(one => 'verdict' in one && one.verdict);
		expect(verdicts).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'unwanted']);
	});

	it('tells of a block that takes long how much of it is here; one that nobody wants any more is unwanted', () => {
		const {simulation, nodes, news, deed, offer, ask, arrived} = giverAndTaker([{up: 64 * 1_024}, {}]);
		ask(1);
		simulation.run(600);
		const coming = news(nodes[1]!).flatMap(one => (one.news === 'coming' ? [one.bytes] : []));
		expect(coming).toHaveLength(2);
		expect(coming.reduce((sum, bytes) => sum + bytes)).toBeLessThan(64 * 1_024);
		deed(1, {deed: 'unask', peer: nodes[0]!.peerId, block: {file: offer.file, what: 'piece', index: 1}});
		simulation.run(1_000);
		expect(arrived()).toMatchObject([{verdict: 'unwanted'}]);
	});
});

describe('a disk', () => {
	it('keeps the pieces that were written over kill -9, loses the newest with the power, and finishes what is whole', () => {
		const {simulation, nodes, news, deed, offer, ask} = giverAndTaker([{}, {}], MIB);
		ask(0, 'layer');
		simulation.run(100);
		for (let index = 0; index < 10; index++) ask(index);
		simulation.run(1_000);
		for (let index = 10; index < 12; index++) ask(index);
		simulation.run(10);
		simulation.crash(nodes[1]!);
		const again = simulation.restart(nodes[1]!);
		simulation.run(100);
		const library = news(again)[0] as Extract<FilesNews, {news: 'library'}>;
		expect(library.saved.map(({offer}) => offer)).toEqual([offer]);
		deed(1, {deed: 'open', transfer: library.saved[0]!});
		simulation.run(100);
		expect(last(news(again), 'opened')).toMatchObject({needs: [], pieces: new Uint8Array([0xff, 0xc0])});
	});

	it('that is full says so before anything is asked for, and in the middle', () => {
		const before = giverAndTaker([{}, {space: MIB - 1}], MIB);
		expect(last(before.news(before.nodes[1]!), 'file-failed')).toMatchObject({error: {code: 'disk-full'}});
		const {simulation, nodes, news, ask, arrived} = giverAndTaker([{}, {}], MIB);
		ask(0, 'layer');
		simulation.run(10);
		simulation.files.disk(nodes[1]!).capacity = 100_000;
		ask(0);
		simulation.run(10);
		expect(count(news(nodes[1]!), 'file-failed')).toBe(0);
		ask(1);
		simulation.run(10);
		expect(arrived().map(one => 'verdict' in one && one.verdict)).toEqual(['ok', 'ok', 'ok']);
		expect(last(news(nodes[1]!), 'file-failed')).toMatchObject({error: {code: 'disk-full'}});
	});

	it('notices that a file is not what was offered, or is gone', () => {
		const {simulation, nodes, news, ask} = giverAndTaker([{}, {}]);
		simulation.files.put(nodes[0]!, '/home/a/film', {size: 4 * MIB, key: 'cut differently'});
		ask(0);
		simulation.run(10);
		expect(last(news(nodes[0]!), 'not-given')).toMatchObject({reason: 'changed'});
		simulation.files.disk(nodes[0]!).contents.clear();
		ask(1);
		simulation.run(10);
		expect(last(news(nodes[0]!), 'not-given')).toMatchObject({reason: 'missing'});
	});

	it('throws a layer away of which a slice is wrong', () => {
		const {simulation, nodes, news, ask, arrived} = giverAndTaker([{wrong: 1}, {}]);
		ask(0, 'layer');
		simulation.run(10);
		expect(arrived()).toMatchObject([{verdict: 'wrong'}]);
		expect(last(news(nodes[1]!), 'opened')).toMatchObject({needs: ['layer'], slices: {layer: 1, manifest: 0}});
	});
});
