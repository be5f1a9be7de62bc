import {seededRandom} from '../../source/base/random.ts';
import {mutate} from './mutate.ts';
import type {Target} from './targets.ts';

export type Finding = {readonly input: Uint8Array; readonly error: unknown};

/**
 * Feeds a target the corpus and then `rounds` mutations of it, drawn from `seed`: equal seeds give equal inputs.
 * Returns the first input that breaks a promise, as short as cutting makes it.
 */
export function fuzz(target: Target, corpus: readonly Uint8Array[], seed: number, rounds: number): Finding | undefined {
	const random = seededRandom(seed);
	const pick = () => corpus[Math.floor(random.float() * corpus.length)]!;
	for (const input of corpus) {
		const error = judge(target, input);
		if (error !== undefined) return {input, error};
	}
	for (let round = 0; round < rounds; round++) {
		const input = mutate(pick(), pick(), random);
		if (judge(target, input) !== undefined) return shortest(target, input);
	}
	return undefined;
}

/** What the target complains of, if it does. */
function judge(target: Target, input: Uint8Array): unknown {
	try {
		target(input);
		return undefined;
	} catch (error) {
		return error ?? new Error('threw nothing');
	}
}

/** Cuts pieces out for as long as what is left still breaks the promise. */
function shortest(target: Target, found: Uint8Array): Finding {
	let input = found;
	for (let size = input.length >> 1; size > 0; size >>= 1) {
		for (let from = 0; from + size <= input.length; ) {
			const less = new Uint8Array(Buffer.concat([input.subarray(0, from), input.subarray(from + size)]));
			if (judge(target, less) === undefined) from += size;
			else input = less;
		}
	}
	return {input, error: judge(target, input)};
}
