/** Changes bytes the way that finds bugs in decoders: a few small wounds, or two inputs sewn together. */
import type {Random} from '../../source/base/random.ts';

/** Bytes that mean something: ends of ranges in msgpack, DER, UTF-8 and DNS. */
const TELLING = [
	0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0x90, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc7, 0xd4, 0xdb, 0xdd, 0xdf, 0xff,
];

/** The longest input that is made. */
const MAX_BYTES = 70_000;

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const below = (random: Random, limit: number) => Math.floor(random.float() * limit);
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** `bytes` with one of them changed by `change`. */
function touch(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
	const copy = Uint8Array.from(bytes);
	const index = below(random, copy.length);
	if (copy.length > 0) copy[index] = change(copy[index]!);
	return copy;
}

const MUTATIONS: readonly Mutation[] = [
	(bytes, random) => touch(bytes, random, byte => byte ^ (1 << below(random, 8))),
	(bytes, random) => touch(bytes, random, () => TELLING[below(random, TELLING.length)]!),
	(bytes, random) => touch(bytes, random, byte => byte + (random.float() < 0.5 ? 1 : -1)),
	(bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
	(bytes, random) => {
		const from = below(random, bytes.length + 1);
		return join(bytes.subarray(0, from), bytes.subarray(from + below(random, 9)));
	},
	(bytes, random) => {
		const at = below(random, bytes.length + 1);
		return join(bytes.subarray(0, at), random.bytes(1 + below(random, 8)), bytes.subarray(at));
	},
	(bytes, random) => {
		const from = below(random, bytes.length + 1);
		const part = bytes.subarray(from, from + 1 + below(random, 40));
		return join(bytes.subarray(0, from), part, part, bytes.subarray(from + part.length));
	},
	(bytes, random, other) =>
		join(bytes.subarray(0, below(random, bytes.length + 1)), other.subarray(below(random, other.length + 1))),
	// A length in the middle that claims everything.
	(bytes, random) => {
		const at = below(random, bytes.length + 1);
		return join(bytes.subarray(0, at), new Uint8Array(4).fill(0xff), bytes.subarray(at + 4));
	},
];

/** `bytes` after one to four mutations; `other` is a second input to sew on. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
	let mutated = bytes;
	for (let left = 1 + below(random, 4); left > 0; left--) {
		mutated = MUTATIONS[below(random, MUTATIONS.length)]!(mutated, random, other);
	}
	return mutated.slice(0, MAX_BYTES);
}
