import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../../source/behaviours/behaviour.ts';
import {TAKEN_OVER, TAKEN_OVER_TIME} from '../../../../source/behaviours/files/download/parameters.ts';
import {Thrift} from '../../../../source/behaviours/files/download/thrift.ts';
import {bytesOfPiece} from '../../../../source/wire/file-offer.ts';
import {asksOf, deedsOf, offerOf, PIECE, piece, Rig, range} from './rig.ts';

const TEN = offerOf(10);
const idOf = (number: number) => number.toString(16).padStart(64, '0');

/** Three files of many pieces, all held by one peer, with these priorities. */
function startThree(priorities: readonly number[]): {
	rig: Rig;
	given: Map<string, number>;
	serve(blocks: number): void;
} {
	const rig = new Rig();
	rig.connect('bob');
	const given = new Map<string, number>();
	const queue: string[] = [];
	const take = (outputs: readonly BehaviourOutput[]) => {
		for (const wanted of deedsOf(outputs))
			if (wanted.deed === 'ask') queue.push(`${wanted.block.file} ${wanted.block.index}`);
	};
	const offers = priorities.map((_, index) => offerOf(2_000, idOf(index + 1)));
	for (const [index, offer] of offers.entries()) {
		rig.begin(offer, {priority: priorities[index]!});
		rig.opened(offer);
		take(rig.holds('bob', offer, range(0, 2_000)));
	}
	const serve = (blocks: number) => {
		for (let block = 0; block < blocks; block++) {
			const [file, index] = queue.shift()!.split(' ') as [string, string];
			given.set(file, (given.get(file) ?? 0) + 1);
			rig.now += 5;
			const news = {
				news: 'arrived',
				peer: 'bob',
				block: piece(Number(index), file),
				bytes: bytesOfPiece(offers[0]!.size, Number(index)),
				verdict: 'ok',
			} as const;
			take(rig.news(news));
		}
	};
	return {rig, given, serve};
}

describe('several files', () => {
	test('share a line evenly', () => {
		const {given, serve} = startThree([0, 0, 0]);
		serve(600);
		for (const share of given.values()) expect(Math.abs(share - 200)).toBeLessThan(25);
		expect(given.size).toBe(3);
	});

	test('or one, are asked for several pieces at a time where many are under way', () => {
		const rig = new Rig();
		const offer = offerOf(1_000);
		rig.start(offer, ['bob']);
		const queue = asksOf(rig.holds('bob', offer, range(0, 1_000)));
		const batches: number[] = [];
		for (let served = 0; served < 900; served++) {
			rig.now += 1;
			const asked = asksOf(rig.arrived('bob', offer, Number(queue.shift()!.split(' ')[2])));
			queue.push(...asked);
			if (asked.length > 0) batches.push(asked.length);
		}
		// 64 are under way, of which half may come before there are more.
		expect(Math.max(...batches)).toBeGreaterThan(16);
		expect(batches.length).toBeLessThan(100);
	});

	test('by their priority, and none starves', () => {
		const {rig, given, serve} = startThree([1, 0, -1]);
		serve(840);
		const shares = range(1, 4).map(number => given.get(idOf(number)) ?? 0);
		expect(shares[0]! / shares[1]!).toBeGreaterThan(3);
		expect(shares[1]! / shares[2]!).toBeGreaterThan(2);
		expect(shares[2]).toBeGreaterThan(20);
		// It may be changed at any time; what it had more until then is not held against it.
		rig.downloads.command({command: 'prioritise', file: idOf(3), priority: 9}, rig.now);
		expect(rig.downloads.saved(idOf(3))?.priority).toBe(1);
		given.clear();
		serve(700);
		expect(given.get(idOf(3))! / given.get(idOf(1))!).toBeGreaterThan(0.7);
	});

	test('one that comes later has no claim to what it has missed', () => {
		const {rig, given, serve} = startThree([0]);
		serve(500);
		const late = offerOf(2_000, idOf(9));
		rig.begin(late);
		rig.opened(late);
		rig.holds('bob', late, range(0, 2_000));
		given.clear();
		serve(200);
		expect(given.get(idOf(1))).toBeGreaterThan(70);
	});
});

describe('a piece that is asked of somebody', () => {
	/** The seeder gives at a rate, in bytes a second, for a while: pieces from the last on. */
	function giveFor(rig: Rig, peer: string, rate: number, milliseconds: number): void {
		for (let time = 0; time < milliseconds; time += 100) {
			rig.now += 100;
			const asked = [...range(0, 10)].reverse().find(index => rig.info().map.asked[index] === '1');
			rig.news({news: 'coming', peer, block: piece(asked!), bytes: rate / 10});
		}
	}

	test('who holds everything is asked of another who has got it meanwhile', () => {
		const rig = new Rig();
		const offer = offerOf(40);
		rig.start(offer, ['seeder', 'cat']);
		const asked = asksOf(rig.holds('seeder', offer, range(0, 40))).map(ask => Number(ask.split(' ')[2]));
		expect(asked.length).toBeLessThan(20);
		// Slowly: a second and more until what waits is here.
		for (let time = 0; time < 1_000; time += 100) {
			rig.now += 100;
			rig.news({news: 'coming', peer: 'seeder', block: piece(asked[0]!), bytes: 4_000});
		}
		const waiting = asked[1]!;
		const outputs = asksOf(rig.gain('cat', offer, waiting));
		expect(outputs.slice(0, 2)).toEqual([`unask seeder ${waiting}`, `ask cat ${waiting}`]);
		expect(outputs.slice(2)).toEqual([]);
	});

	test('a moment ago stays where it is: it is on its way already', () => {
		const rig = new Rig();
		rig.start(TEN, ['seeder', 'cat']);
		rig.holds('seeder', TEN, range(0, 10));
		expect(asksOf(rig.gain('cat', TEN, 1, 2))).toEqual([]);
	});

	test('stays where it is if something of it has come', () => {
		const rig = new Rig();
		rig.start(TEN, ['seeder', 'cat']);
		rig.holds('seeder', TEN, range(0, 10));
		rig.now += 400;
		for (const index of range(0, 10)) rig.news({news: 'coming', peer: 'seeder', block: piece(index), bytes: 100});
		rig.now += 400;
		expect(asksOf(rig.gain('cat', TEN, 1, 2))).toEqual([]);
	});

	test('that comes slowly is asked of a second one when nothing else is left, and the later one is called off', () => {
		const rig = new Rig();
		rig.start(offerOf(1), ['slow', 'fast']);
		const offer = offerOf(1);
		rig.holds('slow', offer, [0]);
		giveFor(rig, 'slow', 1_000, 3_000);
		// At once, with nothing but its word: a line that has not shown anything is as good as the other.
		expect(asksOf(rig.holds('fast', offer, [0]))).toEqual([]);
		const other = offerOf(40, idOf(7));
		rig.begin(other);
		rig.opened(other);
		rig.holds('fast', other, range(0, 40));
		for (const index of range(0, 40))
			rig.news({news: 'arrived', peer: 'fast', block: piece(index, other.file), bytes: PIECE, verdict: 'ok'});
		expect(rig.info().sources).toMatchObject([{requests: 1}, {requests: 1}]);
		expect(asksOf(rig.arrived('fast', offer, 0))).toEqual(['unask slow 0']);
	});

	test('before the endgame is asked of nobody else', () => {
		const rig = new Rig();
		rig.start(TEN, ['slow', 'fast']);
		rig.holds('slow', TEN, range(0, 10));
		giveFor(rig, 'slow', 500, 4_000);
		const asked = rig.info().map.asked;
		const first = asked.lastIndexOf('1');
		if (!asked.includes('0')) rig.denied('slow', TEN, 0, 'busy');
		rig.now += 100;
		expect(asksOf(rig.holds('fast', TEN, [first]))).toEqual([]);
	});

	test('waits in a long queue, and is taken over by one that has nothing to do', () => {
		const rig = new Rig();
		rig.connect('slow', 'idle');
		const five = offerOf(5);
		rig.begin(five);
		rig.opened(five);
		const asked = asksOf(rig.holds('slow', five, range(0, 5)));
		expect(asked).toHaveLength(5);
		giveFor(rig, 'slow', 20_000, 1_000);
		// One at first: nobody knows how fast it is.
		const [unask, ask, ...others] = asksOf(rig.holds('idle', five, range(0, 5)));
		const first = Number(ask!.split(' ')[2]);
		expect([unask, ask, others]).toEqual([`unask slow ${first}`, `ask idle ${first}`, []]);
		rig.now += 50;
		const outputs = asksOf(rig.arrived('idle', five, first));
		expect(outputs.length).toBeGreaterThan(1);
		for (const [index, each] of outputs.entries()) expect(each).toMatch(index % 2 === 0 ? /^unask slow/ : /^ask idle/);
		// What has begun to come stays.
		expect(outputs).not.toContain('unask slow 4');
	});
});

describe('what is taken over', () => {
	test('is little, and less for what came all the same; but is given back with time', () => {
		const thrift = new Thrift();
		const count = (pieces: number, now: number) => {
			let times = 0;
			for (; times < 100 && thrift.allows(pieces, now); times++) thrift.tookOver(now);
			return times;
		};
		expect(count(0, 0)).toBe(TAKEN_OVER);
		expect(count(0, TAKEN_OVER_TIME - 1)).toBe(0);
		expect(count(160, TAKEN_OVER_TIME - 1)).toBe(10);
		expect(count(0, 3 * TAKEN_OVER_TIME)).toBe(TAKEN_OVER);
		for (let time = 0; time < 3; time++) thrift.cameInVain();
		expect(count(0, 9 * TAKEN_OVER_TIME)).toBe(0);
		expect(count(64, 9 * TAKEN_OVER_TIME)).toBe(2);
	});
});

describe('whatever is said', () => {
	test('of a whole set is looked at now and then only, and what is said last counts', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [1]);
		expect(rig.info().map.seen).toBe('0100000000');
		for (let time = 0; time < 100; time++) rig.holds('bob', TEN, [2, time % 10]);
		rig.gain('bob', TEN, 7);
		expect(rig.info().map.seen).toBe('0100000100');
		expect(asksOf(rig.wait(500)).toSorted()).toEqual(['ask bob 2', 'ask bob 9', 'unask bob 1']);
		expect(rig.info().map.seen).toBe('0010000101');
	});

	test('of wrong length or beyond the end does no harm', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob', 'cat']);
		rig.downloads.holds('bob', TEN.file, new Uint8Array(32_768).fill(255), rig.now);
		expect(rig.info().sources).toMatchObject([{pieces: 10}]);
		rig.downloads.holds('cat', TEN.file, new Uint8Array(0), rig.now);
		rig.gain('cat', TEN, 10, 4_000_000_000, -1, 0.5, Number.NaN);
		expect(rig.info().sources).toHaveLength(1);
		expect(rig.downloads.holds('cat', idOf(4), new Uint8Array(9), rig.now)).toEqual([]);
		expect(rig.downloads.gained('cat', idOf(4), [1], rig.now)).toEqual([]);
	});

	test('of blocks that nobody asked for is passed over', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [1]);
		expect(rig.arrived('bob', TEN, 5, 'unwanted')).toEqual([]);
		expect(rig.denied('bob', TEN, 5, 'not-here')).toEqual([]);
		expect(rig.denied('stranger', TEN, 5, 'busy')).toEqual([]);
		expect(rig.news({news: 'coming', peer: 'bob', block: piece(6), bytes: 10})).toEqual([]);
		expect(rig.news({news: 'arrived', peer: 'bob', block: piece(5, idOf(4)), bytes: 9, verdict: 'wrong'})).toEqual([]);
		expect(rig.news({news: 'bulk-closed', peer: 'stranger', reason: ''})).toEqual([]);
		expect(rig.info()).toMatchObject({done: 0, received: PIECE, map: {asked: '0100000000'}});
	});
});
