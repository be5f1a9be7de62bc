/**
 * The hash tree of a file, which vouches for every piece of it: a binary Merkle tree as in BitTorrent v2 (BEP 52).
 *
 *     leaf        hash of one piece                       layer   all leaves in order, 32 bytes each
 *     inner node  hash of left child ‖ right child        top     the last node that is left
 *
 * Leaves that are missing to a power of two are 32 zero bytes. With one leaf that leaf is the top; with none (a file of no
 * bytes) the top is 32 zero bytes. The id of a file is a hash over its top and its size, so that neither padding nor a node
 * taken for a leaf can be a file of another length.
 *
 * The hash is a parameter: BLAKE3 for our files, SHA-256 in the tests, which hold this tree against that of BitTorrent.
 */
import {type FileId, type FileOffer, pieceCountOf} from './file-offer.ts';
import {hexOf} from './ids.ts';
import {FILE_DOMAIN} from './layout.ts';

/** Bytes of a hash: of a leaf, of a node, of an id. */
export const HASH_BYTES = 32;

/** 32 bytes for any bytes. What it returns is the caller's. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

const DOMAIN = Buffer.from(FILE_DOMAIN, 'utf8');

/** Finds the top of leaves that come one after the other, in memory that grows with the height of the tree only. */
export class TreeTop {
	readonly #hash: Hash;
	/** At each height two nodes' room, of which the left is taken or not. */
	readonly #pairs: Uint8Array[] = [];
	readonly #isHalf: boolean[] = [];
	#leaves = 0;

	constructor(hash: Hash) {
		this.#hash = hash;
	}

	/** How many have come. */
	get leaves(): number {
		return this.#leaves;
	}

	/**
	 * The next leaves, one or more, 32 bytes each.
	 * @throws RangeError if that is not their length.
	 */
	push(leaves: Uint8Array): void {
		if (leaves.length % HASH_BYTES !== 0) throw new RangeError(`${leaves.length} bytes are no whole hashes`);
		for (let at = 0; at < leaves.length; at += HASH_BYTES) {
			this.#add(leaves.subarray(at, at + HASH_BYTES));
			this.#leaves++;
		}
	}

	/** The top over all leaves so far. More may follow. */
	top(): Uint8Array {
		let zero = new Uint8Array(HASH_BYTES);
		let carried: Uint8Array | undefined;
		for (let height = 0; 2 ** height < this.#leaves; height++) {
			carried = this.#join(height, carried, zero);
			zero = new Uint8Array(this.#hash(Buffer.concat([zero, zero])));
		}
		if (carried) return carried;
		// As many leaves as a power of two, which leaves one node alone; or none at all.
		const alone = this.#isHalf.lastIndexOf(true);
		return alone < 0 ? zero : Uint8Array.from(this.#pairs[alone]!.subarray(0, HASH_BYTES));
	}

	#add(leaf: Uint8Array): void {
		let node = leaf;
		for (let height = 0; ; height++) {
			this.#pairs[height] ??= Buffer.alloc(2 * HASH_BYTES);
			const pair = this.#pairs[height]!;
			const isRight = this.#isHalf[height] === true;
			pair.set(node, isRight ? HASH_BYTES : 0);
			this.#isHalf[height] = !isRight;
			if (!isRight) return;
			node = this.#hash(pair);
		}
	}

	/** The node above this height at the end of the row, of what waits here and what comes from below. */
	#join(height: number, carried: Uint8Array | undefined, zero: Uint8Array): Uint8Array | undefined {
		if (!this.#isHalf[height]) return carried && this.#hash(Buffer.concat([carried, zero]));
		const left = this.#pairs[height]!.subarray(0, HASH_BYTES);
		return this.#hash(Buffer.concat([left, carried ?? zero]));
	}
}

/** @throws RangeError if the layer is not made of whole hashes. */
export function topOfLayer(hash: Hash, layer: Uint8Array): Uint8Array {
	const tree = new TreeTop(hash);
	tree.push(layer);
	return tree.top();
}

/** What names the content: of a folder the hash of its manifest, 64 hex digits, belongs to it. */
export function fileIdOf(hash: Hash, size: number, top: Uint8Array, manifest: string | undefined): FileId {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(size));
	const hashed = hash(Buffer.concat([DOMAIN, bytes, top, Buffer.from(manifest ?? '', 'hex')]));
	return hexOf(hashed, 0, HASH_BYTES);
}

/** Whether these are the hashes of all pieces of what is offered. */
export function isLayerOf(hash: Hash, {file, size, manifest}: FileOffer, layer: Uint8Array): boolean {
	if (layer.length !== pieceCountOf(size) * HASH_BYTES) return false;
	return fileIdOf(hash, size, topOfLayer(hash, layer), manifest) === file;
}

/** Whether these are the bytes of that piece, by a layer that was found right. */
export function isPieceOf(hash: Hash, layer: Uint8Array, index: number, bytes: Uint8Array): boolean {
	const leaf = layer.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
	return leaf.length === HASH_BYTES && Buffer.compare(hash(bytes), leaf) === 0;
}
