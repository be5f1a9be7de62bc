/** Swarms without troubles: how often who gives what, and how long it takes. Each bound has room for chance; see the figures. */
import {describe, expect, it} from 'vitest';
import {MIB, Office, type OfficeOptions} from './files-office.ts';

const SIZE = 4 * MIB;
const SPEED = 4 * MIB;
/** Milliseconds that one copy takes over one line. */
const ONE_COPY = (SIZE * 1_000) / SPEED;
const FILE = '/home/ann/film';

type Person = ReturnType<NonNullable<OfficeOptions['nodes']>>;
type Share = {readonly office: Office; readonly file: string; readonly took: number};

/** The first one offers a file, and all others fetch it at once. */
function share(seed: number, people: number, size: number, limits?: Person['limits']): Share {
	const office = new Office({seed, people, speed: SPEED, nodes: () => (limits ? {limits} : {})});
	if (limits) office.meet(limits.target! / 2, 100);
	else office.meet();
	const file = office.offer(0, FILE, size);
	office.fetchAll(office.range(1), file);
	return {office, file, took: office.complete(file, office.range(1), 60_000)};
}

describe('a swarm', () => {
	it('of ten: the first one gives each piece about once, the others the rest, and hardly anything comes twice', () => {
		// Of a small file it gives more: the first and the last pieces are nobody else's yet.
		const size = 4 * SIZE;
		const {office, took} = share(1, 10, size);
		expect(office.copies(0, size)).toBeLessThan(1.3);
		expect(took).toBeLessThan(4 * ONE_COPY * 1.4);
		expect(office.wasted(size, 9)).toBeLessThan(0.02);
	});

	it('of fifty, each of whom knows some, takes no longer than some copies, of a very small file too', () => {
		const {office, took} = share(1, 50, SIZE / 4, {target: 6, max: 12});
		expect(office.copies(0, SIZE / 4)).toBeLessThan(5);
		expect(took).toBeLessThan((ONE_COPY / 4) * 5);
		expect(office.wasted(SIZE / 4, 49)).toBeLessThan(0.1);
	});

	it('goes on when the first one leaves, as soon as the pieces are out there', () => {
		const office = new Office({seed: 3, people: 6, speed: SPEED});
		office.meet();
		const file = office.offer(0, FILE, SIZE);
		office.fetchAll(office.range(1), file);
		const parts = () => office.range(1).map(index => office.simulation.files.disk(office.node(index)).parts.get(file));
		const pieces = SIZE / (64 * 1_024);
		const areOut = () =>
			Array.from({length: pieces}, (_, piece) => piece).every(piece => parts().some(part => part?.pieces.has(piece)));
		office.simulation.runUntil('the pieces are out there', areOut, 60_000);
		office.simulation.stop(office.node(0));
		expect(office.range(1).filter(index => office.has(index, file))).toEqual([]);
		office.complete(file, office.range(1), 30_000);
	});
});

describe('sources', () => {
	/** One fetches from some who hold it already, with such lines. */
	const fetchFrom = (speeds: readonly number[], down: number): Share => {
		const habits = (index: number) => (index === 0 ? {down} : {up: speeds[index - 1]!});
		const office = new Office({seed: 5, people: speeds.length + 1, speed: SPEED, habits});
		office.meet();
		const files = speeds.map((_, index) => office.offer(index + 1, FILE, SIZE));
		office.fetch(0, files[0]!);
		return {office, file: files[0]!, took: office.complete(files[0]!, [0], 120_000)};
	};

	it('three are as fast as one where the own line is the limit, and three times as fast where theirs are', () => {
		const [one, three, wide] = [
			fetchFrom([SPEED], SPEED),
			fetchFrom([SPEED, SPEED, SPEED], SPEED),
			fetchFrom([SPEED, SPEED, SPEED], 8 * SPEED),
		];
		expect(three.took).toBeLessThan(1.1 * one.took);
		expect(wide.took).toBeLessThan(one.took / 2);
	});

	it('a slow one holds nobody up', () => {
		const [two, three] = [fetchFrom([SPEED, SPEED], 8 * SPEED), fetchFrom([SPEED, SPEED, SPEED / 200], 8 * SPEED)];
		// The last piece that it was asked for is fetched elsewhere, after a moment of patience.
		expect(three.took).toBeLessThan(two.took + 4_000);
	});
});

describe('two transfers at once', () => {
	const both = (priorities: readonly [number, number]) => {
		const office = new Office({seed: 7, people: 2, speed: SPEED});
		office.meet();
		const files = ['/a', '/b'].map(path => office.offer(0, path, SIZE)) as [string, string];
		files.forEach((file, index) => {
			office.fetch(1, file, priorities[index]);
		});
		const since = office.simulation.now;
		for (const file of files) office.complete(file, [1], 60_000);
		return files.map(file => office.doneAt(1, file)! - since) as [number, number];
	};

	it('share fairly, and waste nothing', () => {
		const [a, b] = both([0, 0]);
		expect(Math.abs(a - b)).toBeLessThan(0.2 * Math.max(a, b));
		expect(Math.max(a, b)).toBeLessThan(2.3 * ONE_COPY);
	});

	it('go by priority', () => {
		const [low, high] = both([-1, 1]);
		expect(high).toBeLessThan(1.4 * ONE_COPY);
		expect(low).toBeLessThan(2.3 * ONE_COPY);
	});
});
