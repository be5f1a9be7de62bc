import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {loadBlake3, loadNative, loadWasm} from '../../source/storage/files/blake3.ts';

const {cases} = JSON.parse(readFileSync(new URL('../vectors/blake3.json', import.meta.url), 'utf8')) as {
	cases: [number, string][];
};

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** In the middle of a larger buffer, and no `Buffer`: nobody should read beyond it. */
function inputOf(length: number): Uint8Array {
	const bytes = new Uint8Array(length + 20).fill(0xee);
	for (let index = 0; index < length; index++) bytes[index + 10] = index % 251;
	return bytes.subarray(10, length + 10);
}

describe.each([
	['native', loadNative],
	['wasm', loadWasm],
])('BLAKE3, %s', (kind, load) => {
	test.each(cases)('of %i bytes is that of the official vectors, in one go and in parts', async (length, digest) => {
		const {hash, start} = await load();
		const input = inputOf(length);
		expect(hexOf(hash(input))).toBe(digest);
		const hashing = start();
		for (let at = 0, size = 1; at < length; at += size, size = (size * 3) % 4_099)
			hashing.update(input.subarray(at, at + size));
		expect(hexOf(hashing.digest())).toBe(digest);
	});

	test('several at once do not disturb one another', async () => {
		const blake3 = await load();
		expect(blake3.kind).toBe(kind);
		const some = cases.slice(-5).map(([length, digest]) => ({input: inputOf(length), digest, hashing: blake3.start()}));
		for (let at = 0; at < 102_400; at += 1_000) {
			for (const {input, hashing} of some) if (at < input.length) hashing.update(input.subarray(at, at + 1_000));
			blake3.hash(inputOf(70));
		}
		for (const {digest, hashing} of some) expect(hexOf(hashing.digest())).toBe(digest);
	});

	test('what it returns is not touched again', async () => {
		const {hash} = await load();
		const first = hash(inputOf(1));
		hash(inputOf(2));
		expect(hexOf(first)).toBe(cases[1]![1]);
	});
});

test('the native one is taken where there is one', async () => {
	expect((await loadBlake3()).kind).toBe('native');
	expect(await loadBlake3()).toBe(await loadBlake3());
});
