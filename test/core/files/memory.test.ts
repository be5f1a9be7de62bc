import {describe, expect, test} from 'vitest';
import {Giving} from '../../../source/core/files/giving.ts';
import {type Holder, Memory, SLOW_AFTER, STUCK_AFTER} from '../../../source/core/files/memory.ts';
import type {LinkWorld} from '../../../source/core/files/world.ts';
import type {BulkConnection} from '../../../source/net/bulk/connection.ts';
import {blockKey} from '../../../source/wire/bulk.ts';
import {MAX_PIECE_BYTES} from '../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {piece} from '../../net/bulk-peers.ts';
import {FakeStore} from './fake-store.ts';

const PIECE = 64 * 1024;
const MIB = 1024 * 1024;

/** A holder that notes what it is told. */
class Taker implements Holder {
	readonly peer: PeerId;
	readonly told: string[] = [];
	bytes = 0;
	#goOn: () => void;

	constructor(name: string, goOn = () => {}) {
		this.peer = name as PeerId;
		this.#goOn = goOn;
	}

	moved(): number {
		return this.bytes;
	}

	goOn(): void {
		this.told.push('go on');
		this.#goOn();
	}

	letGo(): void {
		this.told.push('let go');
	}
}

/** Memory for four of the largest blocks, on a clock that the test moves. */
function world(blocks = 4) {
	const clock = {now: 0};
	const memory = new Memory(blocks * MAX_PIECE_BYTES, () => clock.now);
	const take = (taker: Taker, bytes = MAX_PIECE_BYTES) => memory.take(bytes, taker);
	const later = (milliseconds: number) => {
		clock.now += milliseconds;
		memory.look();
	};
	const [ann, bob, eve, fay, gus] = ['ann', 'bob', 'eve', 'fay', 'gus'].map(name => new Taker(name));
	return {memory, clock, take, later, ...{ann: ann!, bob: bob!, eve: eve!, fay: fay!, gus: gus!}};
}

test('never more than it has, used again, and all who wait are called when some comes back', () => {
	const {memory, take, ann, bob, eve, fay} = world(2);
	const [first, second] = [take(ann)!, take(bob, 3_000_000)!];
	expect([take(eve, 1), take(fay), memory.bytes]).toEqual([undefined, undefined, 8 * MIB]);
	memory.giveBack(first);
	expect([eve.told, fay.told]).toEqual([['go on'], ['go on']]);
	memory.forget(eve);
	expect(take(fay, 4_000_000)).toBe(first);
	memory.giveBack(second);
	// Other sizes take the place of what is kept.
	expect([take(eve, 1)?.length, memory.bytes]).toEqual([PIECE + 64, 4 * MIB + PIECE]);
	memory.trim();
	expect([memory.bytes, memory.used]).toEqual([4 * MIB + PIECE, 4 * MIB + PIECE]);
});

describe('whoever has none', () => {
	test('finds the room of one block left for him', () => {
		const {take, ann, bob} = world();
		expect([take(ann), take(ann), take(ann)].map(Boolean)).toEqual([true, true, true]);
		expect([take(ann), take(bob)].map(Boolean)).toEqual([false, true]);
	});

	test('goes first, in the order in which they came, whatever size they want', async () => {
		const {memory, take, ann, bob, eve, fay} = world(2);
		const [small, large] = [take(ann, 1)!, take(bob)!];
		expect(take(eve)).toBeUndefined();
		memory.giveBack(small);
		// There would be room for these, and again and again no room for hers.
		expect([take(fay, 1), take(ann, 1), take(bob, 1)]).toEqual([undefined, undefined, undefined]);
		memory.giveBack(large);
		expect([take(fay, 1), Boolean(take(eve))]).toEqual([undefined, true]);
		fay.told.length = 0;
		await new Promise(resolve => queueMicrotask(() => resolve(undefined)));
		// The rest is for those behind her.
		expect([fay.told, Boolean(take(fay, 1))]).toEqual([['go on'], true]);
	});

	test('does not keep those behind him waiting when he leaves', async () => {
		const {memory, take, ann, bob, eve} = world(1);
		const small = take(ann, 1)!;
		expect([take(bob), take(eve, 1)]).toEqual([undefined, undefined]);
		memory.forget(bob);
		await new Promise(resolve => queueMicrotask(() => resolve(undefined)));
		expect([eve.told, Boolean(take(eve, 1))]).toEqual([['go on'], true]);
		memory.giveBack(small);
	});
});

describe('whoever is slow', () => {
	test('and has taken all together with others is let go, if somebody waits who is not: the slowest, and nobody else', () => {
		const {later, take, ann, bob, eve, fay, gus} = world();
		for (const taker of [ann, bob, eve, fay]) take(taker);
		take(gus);
		later(SLOW_AFTER);
		expect([ann, bob, eve, fay].flatMap(({told}) => told)).toEqual([]);
		for (const taker of [ann, bob, fay]) taker.bytes += 1_000;
		later(1);
		expect([ann, bob, eve, fay].map(({told}) => told)).toEqual([[], [], ['let go'], []]);
	});

	test('stays, as long as nobody waits who is faster', () => {
		const {later, take, clock, ann, bob, eve, fay} = world();
		for (const taker of [ann, bob, eve, fay]) take(taker);
		take(ann);
		clock.now += SLOW_AFTER + 1;
		for (const taker of [ann, bob, eve, fay]) taker.bytes++;
		later(0);
		expect([ann, bob, eve, fay].flatMap(({told}) => told)).toEqual([]);
	});

	test('leaves the last block to others, also when he comes again on another link; one slow one always has a turn', () => {
		const {memory, clock, take, ann, bob, eve} = world(2);
		const [first, second] = [take(ann)!, take(bob)!];
		clock.now += SLOW_AFTER + 1;
		memory.giveBack(first);
		memory.giveBack(second);
		const again = new Taker('ann');
		expect([take(again), take(bob), take(eve)].map(Boolean)).toEqual([true, false, true]);
	});

	test('is not any more who takes the next one fast; nor who waits for our disk or for our own limit', () => {
		const {memory, clock, take, ann, bob, eve, fay} = world(2);
		const hold = (taker: Taker, milliseconds: number, isWritten = false) => {
			const block = take(taker)!;
			if (isWritten) memory.settle(block);
			clock.now += milliseconds;
			memory.giveBack(block);
		};
		hold(ann, SLOW_AFTER + 1);
		hold(ann, SLOW_AFTER);
		hold(bob, SLOW_AFTER + 1, true);
		hold(eve, SLOW_AFTER + 1);
		memory.setRate(MIB);
		hold(fay, SLOW_AFTER + 1);
		take(eve);
		for (const taker of [ann, bob, fay]) {
			const last = take(taker);
			expect(last).toBeDefined();
			memory.giveBack(last!);
		}
		expect(take(new Taker('eve'))).toBeUndefined();
	});
});

test('what does not move at all is taken away in the end, whoever waits', () => {
	const {memory, clock, later, take, ann, bob} = world(1);
	const before = take(bob)!;
	clock.now += SLOW_AFTER + 1;
	memory.giveBack(before);
	take(ann);
	take(bob);
	later(SLOW_AFTER + STUCK_AFTER - 1);
	ann.bytes++;
	later(2);
	expect(ann.told).toEqual([]);
	later(SLOW_AFTER + STUCK_AFTER + 1);
	expect(ann.told).toEqual(['let go']);
});

test('takers who ask for much and do not read keep nobody from being given to', async () => {
	const clock = {now: 0};
	const memory = new Memory(4 * MAX_PIECE_BYTES, () => clock.now);
	const store = new FakeStore();
	for (const index of [0, 1]) store.content.set(blockKey(piece(index)), Buffer.alloc(MAX_PIECE_BYTES));
	const ended: string[] = [];
	const world = {store, giving: memory, tell: () => {}} as unknown as LinkWorld;
	const link = (peer: string, isReading: boolean) => {
		const connection = {
			...{peer, bytesOut: 0, sent: 0},
			send: () => {},
			sendBlock: (_: Uint8Array, sent: () => void) => {
				if (!isReading) return;
				connection.sent++;
				connection.bytesOut += MAX_PIECE_BYTES;
				queueMicrotask(sent);
			},
			destroy: (reason: string) => {
				ended.push(`${peer} ${reason}`);
				giving.close();
			},
		};
		const giving: Giving = new Giving(connection as unknown as BulkConnection, world);
		for (const index of [0, 1]) {
			giving.requested(piece(index));
			giving.give(piece(index));
		}
		return {connection, giving};
	};
	// This one leaves while its first two are read.
	const {giving: leaving} = link('hal', false);
	await Promise.resolve();
	leaving.close();
	for (const name of ['ann', 'bob', 'eve', 'fay']) link(name, false);
	await new Promise(setImmediate);
	const {connection: honest} = link('gus', true);
	await new Promise(setImmediate);
	clock.now += SLOW_AFTER + 1;
	memory.look();
	memory.look();
	await new Promise(setImmediate);
	expect([honest.sent, ended.length]).toEqual([2, 1]);
	expect(memory.used).toBe(3 * MAX_PIECE_BYTES);
});
