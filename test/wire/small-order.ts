/** The points of small order on edwards25519, found by computing, not by list (RFC 8032, section 5.1). */

const P = 2n ** 255n - 19n;
const mod = (value: bigint) => ((value % P) + P) % P;

function power(base: bigint, exponent: bigint): bigint {
	let result = 1n;
	let square = mod(base);
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = mod(result * square);
		square = mod(square * square);
	}
	return result;
}

const inverse = (value: bigint) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

function squareRoot(value: bigint): bigint | undefined {
	const candidate = power(value, (P + 3n) / 8n);
	if (mod(candidate * candidate) === mod(value)) return candidate;
	const other = mod(candidate * ROOT_OF_MINUS_ONE);
	return mod(other * other) === mod(value) ? other : undefined;
}

/**
 * Doubling a point gives y' = (y² + x²) / (2 − y² + x²), and x² = (y² − 1) / (d y² + 1). A point has order 8 if its
 * double has order 4, that is y' = 0, that is x² = −y²: d y⁴ + 2 y² − 1 = 0.
 */
function yOfOrder8(): bigint[] {
	const root = squareRoot(1n + D)!;
	const squares = [root, -root].map(sign => mod((sign - 1n) * inverse(D)));
	return squares.flatMap(square => {
		const y = squareRoot(square);
		return y === undefined ? [] : [y, P - y];
	});
}

function encode(y: bigint, sign: 0 | 1): Uint8Array {
	const bytes = Uint8Array.from({length: 32}, (_, index) => Number((y >> BigInt(8 * index)) & 255n));
	bytes[31]! |= sign << 7;
	return bytes;
}

/** Seven values of y (two of them unreduced), each with both signs. */
export function smallOrderKeys(): Uint8Array[] {
	return [0n, 1n, P - 1n, P, P + 1n, ...yOfOrder8()].flatMap(y => [encode(y, 0), encode(y, 1)]);
}
