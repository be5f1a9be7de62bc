/** Hashes of much, by and by: a terabyte has a quarter of a million leaves, and a piece up to four megabytes. */
import {setImmediate as turn} from 'node:timers/promises';
import {type FileOffer, pieceCountOf} from '../../wire/file-offer.ts';
import {fileIdOf, HASH_BYTES, TreeTop} from '../../wire/file-tree.ts';
import type {Blake3} from './blake3.ts';

/** Leaves between two turns of the event loop: about two milliseconds. */
const LEAVES_AT_ONCE = 512;

/** Bytes between two turns of the event loop. */
const BYTES_AT_ONCE = 1024 * 1024;

/** Whether these are the bytes with that hash. */
export async function isHashOf(blake3: Blake3, hash: Uint8Array, bytes: Uint8Array): Promise<boolean> {
	const hasher = blake3.start();
	for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
		if (at > 0) await turn();
		hasher.update(bytes.subarray(at, at + BYTES_AT_ONCE));
	}
	return Buffer.compare(hasher.digest(), hash) === 0;
}

export async function topOf(blake3: Blake3, layer: Uint8Array): Promise<Uint8Array> {
	const tree = new TreeTop(blake3.hash);
	for (let at = 0; at < layer.length; at += LEAVES_AT_ONCE * HASH_BYTES) {
		if (at > 0) await turn();
		tree.push(layer.subarray(at, at + LEAVES_AT_ONCE * HASH_BYTES));
	}
	return tree.top();
}

/** Whether these are the hashes of all pieces of what is offered. */
export async function isLayerOf(blake3: Blake3, offer: FileOffer, layer: Uint8Array): Promise<boolean> {
	if (layer.length !== pieceCountOf(offer.size) * HASH_BYTES) return false;
	return fileIdOf(blake3.hash, offer.size, await topOf(blake3, layer), offer.manifest) === offer.file;
}
