/** What targets hold decoders to. Each throws if the promise was broken. */
import {isDeepStrictEqual} from 'node:util';

/** The result, or undefined if it was refused with the decoder's own error. Any other error is a bug. */
export function attempt<Result>(decode: () => Result, Refusal: new (...args: never[]) => Error): Result | undefined {
	try {
		return decode();
	} catch (error) {
		if (error instanceof Refusal) return undefined;
		throw error;
	}
}

export function same(actual: unknown, expected: unknown): void {
	if (!isDeepStrictEqual(actual, expected)) {
		throw new Error(`not the same: ${show(actual)}, expected: ${show(expected)}`);
	}
}

/** A copy in the middle of a larger buffer, as what comes from a socket is: whoever looks beyond it finds sense there. */
export function shifted(bytes: Uint8Array): Uint8Array {
	const larger = new Uint8Array(bytes.length + 64).fill(0x01);
	larger.set(bytes, 32);
	return larger.subarray(32, 32 + bytes.length);
}

function show(value: unknown): string {
	return JSON.stringify(value, (_key, field) =>
		field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field,
	);
}
