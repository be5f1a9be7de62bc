import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Bitfield} from '../../source/base/bitfield.ts';

test('piece 0 is bit 7 of the first byte', () => {
	const field = new Bitfield(10);
	for (const index of [0, 2, 9]) field.add(index);
	expect([...field.toBytes()]).toEqual([0b1010_0000, 0b0100_0000]);
	expect([...Bitfield.full(10).toBytes()]).toEqual([0xff, 0b1100_0000]);
});

test('of what a stranger sends, what lies beyond the end counts for nothing, and what is missing is 0', () => {
	const long = new Bitfield(10, new Uint8Array(9).fill(0xff));
	expect([long.count, long.isFull, [...long.toBytes()]]).toEqual([10, true, [0xff, 0b1100_0000]]);
	expect([...new Bitfield(20, Uint8Array.of(0x01))]).toEqual([7]);
	expect([...new Bitfield(0, Uint8Array.of(0xff))]).toEqual([]);
});

test('what it hands out is a copy', () => {
	const field = new Bitfield(8);
	field.toBytes().fill(0xff);
	expect(field.count).toBe(0);
});

test('is a set of numbers below its size', () => {
	const deed = fc.tuple(fc.boolean(), fc.integer({min: -3, max: 45}));
	fc.assert(
		fc.property(fc.nat(40), fc.array(deed, {maxLength: 80}), (size, deeds) => {
			const field = new Bitfield(size);
			const plain = new Set<number>();
			for (const [isAdded, index] of deeds) {
				const isInside = index >= 0 && index < size;
				const changes = isInside && plain.has(index) !== isAdded;
				if (isAdded && isInside) plain.add(index);
				if (!isAdded) plain.delete(index);
				expect(isAdded ? field.add(index) : field.delete(index)).toBe(changes);
				expect(field.has(index)).toBe(plain.has(index));
			}
			expect([...field]).toEqual([...plain].sort((a, b) => a - b));
			expect([field.count, field.isFull]).toEqual([plain.size, plain.size === size]);
			expect([...new Bitfield(size, field.toBytes())]).toEqual([...field]);
		}),
	);
});

test('half a number is none', () => {
	const field = new Bitfield(8);
	expect([field.add(Number.NaN), field.has(Number.NaN), field.count]).toEqual([false, false, 0]);
});
