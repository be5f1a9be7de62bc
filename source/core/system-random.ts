import {randomBytes} from 'node:crypto';
import type {Random} from '../base/random.ts';

/** Bytes fetched at once: a call costs a microsecond or two, however few it fetches, and every ping needs eight. */
const POOL_BYTES = 512;
/** Longer ones, such as the seed of a key, are fetched by themselves and lie nowhere else. */
const MAX_POOLED = 8;

let pool = new Uint8Array(0);
let taken = 0;

function bytes(length: number): Uint8Array {
	if (length > MAX_POOLED) return new Uint8Array(randomBytes(length));
	if (taken + length > pool.length) {
		pool = randomBytes(POOL_BYTES);
		taken = 0;
	}
	taken += length;
	return new Uint8Array(pool.subarray(taken - length, taken));
}

/** Chance from the operating system, fit for secrets. */
export const systemRandom: Random = {
	float: () => randomBytes(4).readUInt32BE() / 2 ** 32,
	bytes,
};
