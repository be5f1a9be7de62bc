import {hash as digest} from 'node:crypto';
import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type FileOffer, MIN_PIECE_BYTES} from '../../source/wire/file-offer.ts';
import {
	fileIdOf,
	HASH_BYTES,
	type Hash,
	isLayerOf,
	isPieceOf,
	TreeTop,
	topOfLayer,
} from '../../source/wire/file-tree.ts';

const {cases} = JSON.parse(readFileSync(new URL('../vectors/bittorrent-v2.json', import.meta.url), 'utf8')) as {
	cases: [number, string][];
};

/** Bytes of a leaf in BitTorrent v2. */
const LEAF_BYTES = 16 * 1024;

const sha256: Hash = bytes => digest('sha256', bytes, 'buffer');
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const contentOf = (size: number) =>
	Buffer.alloc(
		size,
		Uint8Array.from({length: 251}, (_, index) => index),
	);

function layerOf(content: Buffer, pieceBytes: number): Uint8Array {
	const leaves: Uint8Array[] = [];
	for (let at = 0; at < content.length; at += pieceBytes) leaves.push(sha256(content.subarray(at, at + pieceBytes)));
	return Buffer.concat(leaves);
}

/** Row by row, as the specification tells it. */
function plainTop(layer: Uint8Array): Uint8Array {
	let row: Uint8Array[] = [];
	for (let at = 0; at < layer.length; at += HASH_BYTES) row.push(layer.subarray(at, at + HASH_BYTES));
	while (row.length === 0 || !Number.isInteger(Math.log2(row.length))) row.push(new Uint8Array(HASH_BYTES));
	while (row.length > 1) {
		row = Array.from({length: row.length / 2}, (_, index) =>
			sha256(Buffer.concat([row[2 * index]!, row[2 * index + 1]!])),
		);
	}
	return row[0]!;
}

const anyLayer = fc
	.array(fc.uint8Array({minLength: HASH_BYTES, maxLength: HASH_BYTES}), {maxLength: 70})
	.map(leaves => Buffer.concat(leaves));

describe('the top of the tree', () => {
	test.each(cases)('of %i bytes is what BitTorrent v2 makes of them', (size, root) => {
		expect(hexOf(topOfLayer(sha256, layerOf(contentOf(size), LEAF_BYTES)))).toBe(root);
	});

	test('is 32 zero bytes without a leaf, and the leaf itself of one', () => {
		expect(hexOf(topOfLayer(sha256, new Uint8Array()))).toBe('00'.repeat(32));
		expect(hexOf(topOfLayer(sha256, new Uint8Array(32).fill(7)))).toBe('07'.repeat(32));
	});

	test('is the same however the leaves come, at every number of them, and asking for it changes nothing', () => {
		fc.assert(
			fc.property(anyLayer, fc.array(fc.nat(5), {maxLength: 30}), (layer, steps) => {
				const tree = new TreeTop(sha256);
				let at = 0;
				for (const step of [...steps, 70]) {
					const end = Math.min(layer.length, at + step * HASH_BYTES);
					tree.push(layer.subarray(at, end));
					at = end;
					expect(hexOf(tree.top())).toBe(hexOf(plainTop(layer.subarray(0, at))));
				}
				expect(tree.leaves * HASH_BYTES).toBe(layer.length);
			}),
			{numRuns: 60},
		);
	});

	test.each([4, 5])('of %i leaves keeps nothing of what it was given, and gives nothing of its own away', count => {
		const layer = layerOf(contentOf(count * LEAF_BYTES), LEAF_BYTES);
		const tree = new TreeTop(sha256);
		const leaf = new Uint8Array(HASH_BYTES);
		for (let at = 0; at < layer.length; at += HASH_BYTES) {
			leaf.set(layer.subarray(at, at + HASH_BYTES));
			tree.push(leaf);
		}
		leaf.fill(0xff);
		const top = tree.top();
		expect(hexOf(top)).toBe(hexOf(plainTop(layer)));
		top.fill(0);
		expect(hexOf(tree.top())).toBe(hexOf(plainTop(layer)));
	});

	test('is not made of parts of hashes', () => {
		expect(() => topOfLayer(sha256, new Uint8Array(33))).toThrow(RangeError);
	});
});

describe('the id', () => {
	const size = 5 * MIN_PIECE_BYTES - 1;
	const layer = layerOf(contentOf(size), MIN_PIECE_BYTES);
	const top = topOfLayer(sha256, layer);
	const offerOf = (change: Partial<FileOffer> = {}): FileOffer => {
		const one = {name: 'a', size, files: 0, isExecutable: false, manifest: undefined, ...change};
		return {...one, file: fileIdOf(sha256, size, top, one.manifest)};
	};

	test('hashes domain, size, top and manifest, in this order', () => {
		const bytes = Buffer.concat([Buffer.from('p2p-tui file 1\n'), Buffer.from('0000000000000102', 'hex'), top]);
		expect(fileIdOf(sha256, 258, top, undefined)).toBe(hexOf(sha256(bytes)));
		const withManifest = Buffer.concat([bytes, Buffer.alloc(32, 0xab)]);
		expect(fileIdOf(sha256, 258, top, 'ab'.repeat(32))).toBe(hexOf(sha256(withManifest)));
	});

	test('vouches for the layer, and for nothing that differs in one bit, in length or in size', () => {
		const offer = offerOf();
		expect(isLayerOf(sha256, offer, layer)).toBe(true);
		for (let at = 0; at < layer.length; at += 11) {
			const changed = Uint8Array.from(layer);
			changed[at]! ^= 1 << (at & 7);
			expect(isLayerOf(sha256, offer, changed)).toBe(false);
		}
		expect(isLayerOf(sha256, offer, layer.subarray(32))).toBe(false);
		// The padding of the tree: the top is the same, the length is not.
		expect(isLayerOf(sha256, offer, Buffer.concat([layer, new Uint8Array(32)]))).toBe(false);
		expect(isLayerOf(sha256, {...offer, size: size - 1}, layer)).toBe(false);
		// Nodes taken for leaves: the top is the same as well.
		const half = Buffer.concat([
			plainTop(layer.subarray(0, 128)),
			plainTop(Buffer.concat([layer.subarray(128), Buffer.alloc(96)])),
		]);
		expect(hexOf(topOfLayer(sha256, half))).toBe(hexOf(top));
		expect(isLayerOf(sha256, {...offer, size: 2 * MIN_PIECE_BYTES}, half)).toBe(false);
		expect(isLayerOf(sha256, {...offer, manifest: 'ab'.repeat(32)}, layer)).toBe(false);
		expect(isLayerOf(sha256, offerOf({manifest: 'ab'.repeat(32), files: 1}), layer)).toBe(true);
	});

	test('a file of no bytes has an id, and an empty layer', () => {
		const file = fileIdOf(sha256, 0, topOfLayer(sha256, new Uint8Array()), undefined);
		expect(isLayerOf(sha256, {...offerOf(), size: 0, file}, new Uint8Array())).toBe(true);
		expect(isLayerOf(sha256, {...offerOf(), size: 0, file}, new Uint8Array(32))).toBe(false);
	});

	test('a piece is judged by its leaf', () => {
		const last = contentOf(size).subarray(4 * MIN_PIECE_BYTES);
		expect(isPieceOf(sha256, layer, 4, last)).toBe(true);
		expect(isPieceOf(sha256, layer, 3, last)).toBe(false);
		expect(isPieceOf(sha256, layer, 5, last)).toBe(false);
		expect(isPieceOf(sha256, layer, 4, last.subarray(1))).toBe(false);
	});
});
