import {randomBytes} from 'node:crypto';
import type {Random} from '../base/random.ts';

/** Chance from the operating system, fit for secrets. */
export const systemRandom: Random = {
	float: () => randomBytes(4).readUInt32BE() / 2 ** 32,
	bytes: length => new Uint8Array(randomBytes(length)),
};
