import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Bitfield} from '../../../../source/base/bitfield.ts';
import {seededRandom} from '../../../../source/base/random.ts';
import {type Claim, Picker, type PieceState} from '../../../../source/behaviours/files/download/picker.ts';
import {bits, range} from './rig.ts';

const SIZE = 12;

function claimOf(picker: Picker, pieces: readonly number[]): Claim {
	const field = new Bitfield(picker.size, bits(picker.size, pieces));
	const free = pieces.filter(piece => picker.state(piece) === 'free').length;
	return {isWhole: field.isFull, pieces: field, list: [...pieces], free};
}

/** One who holds these pieces has come. */
function add(picker: Picker, pieces: readonly number[]): Claim {
	const claim = claimOf(picker, pieces);
	if (claim.isWhole) picker.addWhole(1);
	else for (const piece of pieces) picker.addHolder(piece, 1);
	return claim;
}

const whole = (picker: Picker) => claimOf(picker, range(0, picker.size));

describe('the piece that is picked', () => {
	test('is the rarest that the peer holds', () => {
		const picker = new Picker(4, seededRandom(1));
		add(picker, [0, 1]);
		add(picker, [1, 2]);
		const claim = add(picker, [0, 1, 2]);
		add(picker, [0, 1, 2, 3]);
		expect(range(0, 4).map(piece => picker.availability(piece))).toEqual([3, 4, 3, 1]);
		expect([0, 2]).toContain(picker.pick(claim));
		expect(picker.rarest()).toBe(1);
		expect(picker.pick(whole(picker))).toBe(3);
		picker.set(3, 'asked');
		expect([0, 2]).toContain(picker.pick(whole(picker)));
		picker.set(0, 'here');
		picker.set(2, 'asked');
		expect(picker.pick(whole(picker))).toBe(1);
		picker.set(1, 'asked');
		expect(picker.pick(whole(picker))).toBeUndefined();
		expect(picker.rarest()).toBeUndefined();
		picker.set(2, 'free');
		expect(picker.pick(whole(picker))).toBe(2);
	});

	test('is any of equally rare ones, so that many who ask do not ask for the same', () => {
		const firsts = range(0, 400).map(seed => {
			const picker = new Picker(8, seededRandom(seed));
			return [picker.pick(add(picker, range(0, 8))), picker.pick(add(picker, range(0, 7)))];
		});
		for (const [column, pieces] of [8, 7].entries()) {
			const counts = range(0, pieces).map(piece => firsts.filter(picked => picked[column] === piece).length);
			expect(Math.min(...counts)).toBeGreaterThan(400 / pieces / 2);
			expect(Math.max(...counts)).toBeLessThan((400 / pieces) * 2);
		}
	});

	test('is found though a great many others are rarer, and all but one that it holds are here', () => {
		const picker = new Picker(5_000, seededRandom(1));
		add(picker, range(0, 4_900));
		const claim = add(picker, range(4_000, 5_000));
		add(picker, range(4_000, 5_000));
		expect(picker.pick(claim)).toBeGreaterThanOrEqual(4_000);
		for (const piece of range(4_000, 5_000)) if (piece !== 4_321) picker.set(piece, 'here');
		expect(picker.pick({...claim, free: 1})).toBe(4_321);
		// What is here was taken out of the list, so that it is not looked at again.
		expect(claim.list.length).toBeLessThan(1_000);
		picker.set(4_321, 'asked');
		expect(picker.pick({...claim, free: 0})).toBeUndefined();
	});
});

type Act =
	| {readonly act: 'come'; readonly pieces: readonly number[]}
	| {readonly act: 'go'; readonly which: number}
	| {readonly act: 'set'; readonly piece: number; readonly state: PieceState};

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
	fc.oneof(
		fc.record({act: fc.constant('come' as const), pieces: fc.subarray(range(0, SIZE))}),
		fc.record({act: fc.constant('go' as const), which: fc.nat(9)}),
		fc.record({
			...{act: fc.constant('set' as const), piece: fc.nat(SIZE - 1)},
			state: fc.constantFrom<PieceState>('free', 'asked', 'here'),
		}),
	),
	{maxLength: 60},
);

/** A picker beside what it should come to, counted anew each time. */
class Model {
	readonly picker: Picker;
	readonly claims: Claim[] = [];
	readonly states = range(0, SIZE).map((): PieceState => 'free');

	constructor(seed: number) {
		this.picker = new Picker(SIZE, seededRandom(seed));
	}

	do(act: Act): void {
		if (act.act === 'come') this.claims.push(add(this.picker, act.pieces));
		else if (act.act === 'go') this.#go(act.which);
		else {
			expect(this.picker.set(act.piece, act.state)).toBe(this.states[act.piece]);
			this.states[act.piece] = act.state;
		}
	}

	#go(which: number): void {
		const [gone] = this.claims.length > 0 ? this.claims.splice(which % this.claims.length, 1) : [];
		if (gone?.isWhole) this.picker.addWhole(-1);
		else for (const piece of gone?.pieces ?? []) this.picker.addHolder(piece, -1);
	}

	check(): void {
		const {picker, claims, states} = this;
		const seen = states.map((_, piece) => claims.filter(({pieces}) => pieces.has(piece)).length);
		expect(states.map((_, piece) => picker.availability(piece))).toEqual(seen);
		for (const state of ['free', 'asked', 'here'] as const) {
			expect(picker.count(state)).toBe(states.filter(other => other === state).length);
		}
		for (const {pieces} of claims) {
			const mine = [...pieces].filter(piece => states[piece] === 'free');
			const rarest = Math.min(...mine.map(piece => seen[piece]!));
			const best = mine.filter(piece => seen[piece] === rarest);
			expect([...best, ...(best.length === 0 ? [undefined] : [])]).toContain(picker.pick(claimOf(picker, [...pieces])));
		}
	}
}

test('whatever happens, counts are right, and of few pieces the very rarest is picked', () => {
	fc.assert(
		fc.property(acts, fc.nat(), (all, seed) => {
			const model = new Model(seed);
			for (const act of all) model.do(act);
			model.check();
		}),
		{numRuns: 200},
	);
});
