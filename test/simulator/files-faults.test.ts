/** Files while things go wrong, each in one particular way, with the reason why it must end well. */
import {describe, expect, it} from 'vitest';
import type {FileHabits} from '../../source/simulator/files.ts';
import type {BlockName} from '../../source/wire/file-offer.ts';
import {NO_FAULTS} from './faults.ts';
import {MIB, Office} from './files-office.ts';
import {runFiles} from './files-scenario.ts';

const SIZE = 4 * MIB;
const SPEED = 4 * MIB;
const PIECE = 64 * 1_024;
/** Milliseconds that one copy takes over one line. */
const ONE_COPY = (SIZE * 1_000) / SPEED;
const FILE = '/home/ann/film';

/** Everyone but the first one fetches; then it is the middle of it. */
function inTheMiddle(seed: number, people: number, habits: (index: number) => FileHabits = () => ({})) {
	const office = new Office({seed, people, speed: SPEED, habits});
	office.meet();
	const file = office.offer(0, FILE, SIZE);
	office.fetchAll(office.range(1), file);
	const {simulation} = office;
	simulation.runUntil('they have some of it', () => (office.accepted[1] ?? 0) > SIZE / 3, 30_000);
	expect(office.range(1).filter(index => office.has(index, file))).toEqual([]);
	return {office, simulation, file, takers: office.range(1)};
}

const droppedBy = (office: Office, index: number) =>
	new Set(
		office
			.node(index)
			.eventsOf('source-dropped')
			.map(({peer}) => peer),
	);

describe('in the middle of it', () => {
	it('a partition of half a minute: the half with all pieces finishes, the other one when it is healed', () => {
		const {office, simulation, file, takers} = inTheMiddle(1, 6);
		simulation.partition(({index}) => index % 2);
		simulation.run(30_000);
		expect([2, 4].filter(index => !office.has(index, file))).toEqual([]);
		simulation.partition(null);
		office.complete(file, takers, 60_000);
	});

	it('all restart, the first one too: what is here is not fetched again', () => {
		const {office, simulation, file, takers} = inTheMiddle(3, 5);
		for (const index of office.range(0)) simulation.restart(office.node(index));
		office.complete(file, takers, 60_000);
		for (const index of takers) expect(office.accepted[index]).toBeLessThan(SIZE + 8 * PIECE);
	});

	it('the power fails where it is fetched: only what was not on the disk yet is fetched again', () => {
		const {office, simulation, file} = inTheMiddle(4, 3);
		simulation.crash(office.node(1));
		simulation.run(12_000);
		simulation.restart(office.node(1));
		office.complete(file, [1, 2], 60_000);
		expect(office.accepted[1]).toBeLessThan(SIZE + SPEED);
	});

	it('a disk is full: it says so, and goes on when there is space and somebody says so', () => {
		const {office, simulation, file} = inTheMiddle(5, 4);
		const disk = simulation.files.disk(office.node(1));
		disk.capacity = SIZE / 2;
		const state = () => office.transfer(1, file);
		office.complete(file, [2, 3], 60_000);
		expect(state()).toMatchObject({state: 'failed', error: {code: 'disk-full'}});
		disk.capacity = 2 * SIZE;
		office.ask<'resume'>(1, {command: 'resume', file});
		office.complete(file, [1], 30_000);
		expect(office.accepted[1]).toBeLessThan(SIZE + 8 * PIECE);
	});

	it('somebody pauses, goes on later, and another one has no use for it any more', () => {
		const {office, simulation, file} = inTheMiddle(6, 4);
		office.ask<'pause'>(1, {command: 'pause', file});
		office.ask<'cancel'>(2, {command: 'cancel', file});
		simulation.run(500);
		const [before, other] = [office.accepted[1]!, office.accepted[2]!];
		office.complete(file, [3], 60_000);
		expect([office.accepted[1], office.accepted[2]]).toEqual([before, other]);
		expect(simulation.files.disk(office.node(2)).parts.size).toBe(0);
		office.ask<'resume'>(1, {command: 'resume', file});
		office.complete(file, [1], 30_000);
	});
});

describe('a fetch', () => {
	it('waits until somebody comes who has it, also over a restart', () => {
		const office = new Office({seed: 8, people: 3, speed: SPEED});
		office.meet();
		const file = office.offer(0, FILE, SIZE);
		office.simulation.stop(office.node(0));
		office.simulation.run(1_000);
		office.fetch(1, file);
		office.simulation.run(20_000);
		expect(office.transfer(1, file)).toMatchObject({state: 'waiting', done: 0});
		office.simulation.restart(office.node(1));
		office.simulation.run(10_000);
		office.simulation.restart(office.node(0));
		office.complete(file, [1], 30_000);
	});

	it('of a folder gets its list first; one of nothing is there at once', () => {
		const office = new Office({seed: 9, people: 3, speed: SPEED});
		office.meet();
		const [folder, empty] = [
			office.offer(0, '/home/ann/photos', SIZE, [1, 2], {files: 18_000}),
			office.offer(0, '/home/ann/empty', 0),
		];
		for (const index of [1, 2]) for (const file of [folder, empty]) office.fetch(index, file);
		office.complete(empty, [1, 2], 5_000);
		office.complete(folder, [1, 2], 30_000);
	});

	it('of a file that was changed meanwhile ends with whoever has the old one, and the offerer gives it no more', () => {
		const {office, simulation, file} = inTheMiddle(10, 3);
		simulation.files.put(office.node(0), FILE, {size: SIZE, key: 'another cut'});
		simulation.run(5_000);
		const given = simulation.files.given[0];
		simulation.run(20_000);
		expect(simulation.files.given[0]).toBe(given);
		expect(office.transfer(0, file)).toMatchObject({state: 'changed'});
	});
});

describe('somebody who', () => {
	it.each([
		['gives rubbish', {answers: 'rubbish', claimsAll: true}, true, 4],
		['gives something wrong now and then', {wrong: 0.1}, true, 4],
		['denies what it claims', {answers: 'denial', claimsAll: true}, false, 4],
		['never answers', {answers: 'silence', claimsAll: true}, false, 15],
		['is very slow', {up: SPEED / 200}, false, 6],
	] as [string, FileHabits, boolean, number][])(
		'%s holds nobody up, and is named only if it lies',
		(_, odd, isNamed, limit) => {
			const office = new Office({seed: 11, people: 6, speed: SPEED, habits: index => (index >= 4 ? odd : {})});
			office.meet();
			const file = office.offer(0, FILE, SIZE);
			office.fetchAll(office.range(1), file);
			const honest = office.range(1, 4);
			const took = office.complete(file, honest, 60_000);
			expect(took).toBeLessThan(limit * ONE_COPY);
			const odds = new Set([4, 5].map(index => office.node(index).peerId));
			const named = new Set(honest.flatMap(index => [...droppedBy(office, index)]));
			expect([...named].filter(peer => !odds.has(peer))).toEqual([]);
			expect(named.size > 0).toBe(isNamed);
		},
	);

	it('is in none of its rooms gets nothing, whatever it asks, and does not learn that it is here', () => {
		const nodes = (index: number) => (index === 2 ? {rooms: ['elsewhere']} : {});
		const office = new Office({seed: 12, people: 3, speed: SPEED, nodes, habits: index => ({isPrying: index === 2})});
		office.meet();
		const {simulation} = office;
		const file = office.offer(0, FILE, SIZE, [1]);
		const [holder, pryer] = [office.node(0), office.node(2)];
		simulation.files.do(pryer, {deed: 'open-bulk', peer: holder.peerId, address: holder.place});
		simulation.run(100);
		const blocks: BlockName[] = [file, 'ab'.repeat(32)].flatMap(one => [
			{file: one, what: 'piece', index: 0},
			{file: one, what: 'layer', index: 0},
		]);
		for (const block of blocks) simulation.files.do(pryer, {deed: 'ask', peer: holder.peerId, block});
		simulation.run(1_000);
		expect(office.denied(2)).toEqual(blocks.map(() => 'not-here'));
		expect(simulation.files.given[0] ?? 0).toBe(0);
	});
});

describe('twenty, of whom four lie or say nothing', () => {
	it('have it all the same while others come and go, and little came in vain', () => {
		const odd: [number, FileHabits][] = [
			[3, {answers: 'rubbish', claimsAll: true}],
			[7, {wrong: 0.2}],
			[11, {answers: 'denial', claimsAll: true}],
			[15, {answers: 'silence', claimsAll: true}],
		];
		const result = runFiles({
			...{seed: 3, people: 20, speed: SPEED, size: SIZE / 2, files: 0, isLeaving: false},
			...{odd: new Map(odd), late: new Set([5, 9]), lateBy: 500, suffering: 3_000},
			faults: {...NO_FAULTS, churn: 0.25},
			nodes: () => ({limits: {target: 16, max: 32}}),
		});
		expect(result.dropped).toBe(2);
		// Whoever lies is found out with its first piece; what was asked of it by then comes too: 0.16 to 0.2 of so small a file.
		expect(result.wasted).toBeLessThan(0.25);
	});
});
