/** The layer and the manifest of a file as they come in slices, until they are whole and right. */
import {type FileOffer, MAX_MANIFEST_BYTES, METADATA_SLICE_BYTES, pieceCountOf} from '../../wire/file-offer.ts';
import {HASH_BYTES} from '../../wire/file-tree.ts';
import {hexOf} from '../../wire/ids.ts';
import type {Blake3} from './blake3.ts';
import type {Expected, Metadata} from './kept.ts';
import {isLayerOf} from './top-of.ts';

export type SliceVerdict =
	/** More are needed. */
	| {readonly verdict: 'ok'; readonly whole?: undefined}
	/** That was all of it, and it is right. */
	| {readonly verdict: 'ok'; readonly whole: Uint8Array}
	/** It is not; all slices are thrown away. */
	| {readonly verdict: 'wrong'; readonly whole?: undefined};

export class Collector {
	readonly #offer: FileOffer;
	readonly #what: Metadata;
	#slices = new Map<number, Uint8Array>();

	constructor(offer: FileOffer, what: Metadata) {
		this.#offer = offer;
		this.#what = what;
	}

	/** How many slices there are; of a manifest, as far as that is known: 0, then one more than have come. */
	get count(): number {
		if (this.#what === 'layer') return Math.ceil(this.#layerBytes / METADATA_SLICE_BYTES);
		return this.#slices.size === 0 ? 0 : this.#slices.size + 1;
	}

	/** Undefined if that slice is here, or cannot be. The first one again begins anew: somebody else is asked. */
	expect(index: number): Expected | undefined {
		if (index > 0 && this.#slices.has(index)) return undefined;
		if (this.#what === 'layer') {
			const bytes = Math.min(METADATA_SLICE_BYTES, this.#layerBytes - index * METADATA_SLICE_BYTES);
			return bytes > 0 ? {least: bytes, most: bytes} : undefined;
		}
		const isNext = (index === 0 || index === this.#slices.size) && index < MAX_MANIFEST_BYTES / METADATA_SLICE_BYTES;
		return isNext ? {least: 1, most: METADATA_SLICE_BYTES} : undefined;
	}

	/** One that was expected. The bytes are copied. */
	async add(blake3: Blake3, index: number, bytes: Uint8Array): Promise<SliceVerdict> {
		if (index === 0) this.#slices = new Map();
		this.#slices.set(index, Uint8Array.from(bytes));
		return this.#what === 'layer' ? this.#judgeLayer(blake3) : this.#judgeManifest(blake3, bytes.length);
	}

	async #judgeLayer(blake3: Blake3): Promise<SliceVerdict> {
		if (this.#slices.size < this.count) return {verdict: 'ok'};
		const whole = this.#joined();
		if (await isLayerOf(blake3, this.#offer, whole)) return {verdict: 'ok', whole};
		this.#slices = new Map();
		return {verdict: 'wrong'};
	}

	/** Nobody has said how long it is: it is whole once it has the right hash, or never. */
	#judgeManifest(blake3: Blake3, last: number): SliceVerdict {
		const whole = this.#joined();
		if (hexOf(blake3.hash(whole), 0, HASH_BYTES) === this.#offer.manifest) return {verdict: 'ok', whole};
		if (last === METADATA_SLICE_BYTES && whole.length < MAX_MANIFEST_BYTES) return {verdict: 'ok'};
		this.#slices = new Map();
		return {verdict: 'wrong'};
	}

	get #layerBytes(): number {
		return pieceCountOf(this.#offer.size) * HASH_BYTES;
	}

	#joined(): Uint8Array {
		return Buffer.concat([...this.#slices].sort(([one], [other]) => one - other).map(([, bytes]) => bytes));
	}
}
