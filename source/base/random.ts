/** Where chance comes from: an argument, never a global, so that a run can be repeated from its seed. */
export interface Random {
	/** A number in [0, 1). */
	float(): number;
	bytes(length: number): Uint8Array;
}

/**
 * A repeatable source for simulations and tests: xorshift128 (Marsaglia, 2003), seeded through splitmix32.
 * Not for secrets.
 */
export function seededRandom(seed: number): Random {
	let mix = seed | 0;
	const splitmix = () => {
		mix = (mix + 0x9e3779b9) | 0;
		let z = mix;
		z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
		z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
		return (z ^ (z >>> 16)) | 0;
	};
	let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix() | 1];
	const next = () => {
		let t = a;
		t ^= t << 11;
		t ^= t >>> 8;
		[a, b, c] = [b, c, d];
		d ^= (d >>> 19) ^ t;
		return d >>> 0;
	};
	return {
		float: () => next() / 2 ** 32,
		bytes: length => Uint8Array.from({length}, () => next() & 0xff),
	};
}

/** `value` changed by up to ± `fraction` of itself, so that many nodes do not act in step. */
export function jitter(random: Random, value: number, fraction: number): number {
	return value * (1 + (random.float() * 2 - 1) * fraction);
}

/** A copy in random order (Fisher and Yates). */
export function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
	const result = [...values];
	for (let index = result.length - 1; index > 0; index--) {
		const other = Math.floor(random.float() * (index + 1));
		[result[index], result[other]] = [result[other] as Value, result[index] as Value];
	}
	return result;
}
