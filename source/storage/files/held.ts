/** One file or folder that is here, whole: gives its blocks, and looks each time whether it is still what was hashed. */
import type {BigIntStats} from 'node:fs';
import {lstat} from 'node:fs/promises';
import {join} from 'node:path';
import {
	type BlockName,
	bytesOfPiece,
	MAX_MANIFEST_BYTES,
	MAX_PIECES,
	METADATA_SLICE_BYTES,
	pieceBytesOf,
	pieceCountOf,
} from '../../wire/file-offer.ts';
import {HASH_BYTES} from '../../wire/file-tree.ts';
import {hexOf} from '../../wire/ids.ts';
import {decodeManifest, type ManifestFile} from '../../wire/manifest.ts';
import type {Blake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {type Metadata, NotGiven} from './kept.ts';
import type {HeldRecord, Records} from './records.ts';
import {openToRead} from './safe-open.ts';
import {differenceOf, type Signature, signatureOf} from './signature.ts';
import {Stream} from './stream.ts';
import {isHashOf, isLayerOf} from './top-of.ts';

/** Files of a folder of which one look tells whether they have changed, so that twenty thousand are not looked at at once. */
const LOOKED_AT = 256;

/** Its files on the disk: of a folder, where each lies below it, in the order of the stream. */
type Files = {
	readonly paths: readonly string[];
	readonly sizes: readonly number[];
	readonly seen: readonly Signature[];
	readonly stream: Stream;
};

export type HeldTools = {
	readonly records: Records;
	readonly blake3: () => Promise<Blake3>;
	/** Names on the disk and sizes of a folder's files, by its manifest. */
	readonly filesOf: (
		files: readonly ManifestFile[],
		isFetched: boolean,
	) => Promise<readonly {path: readonly string[]; size: number}[]>;
};

export class Held {
	record: HeldRecord;
	readonly #tools: HeldTools;
	/** Pieces of a fetched one that were verified when they were given: what it was when it got its name was not read then. */
	readonly #checked = new Set<number>();
	#files: Promise<Files> | undefined;
	/** Verified. */
	readonly #metadata = new Map<Metadata, Promise<Uint8Array>>();
	#nextLook = 0;

	constructor(record: HeldRecord, tools: HeldTools) {
		this.record = record;
		this.#tools = tools;
	}

	/** Bytes of a block; undefined if there is no such block. */
	sizeOf({what, index}: BlockName): number | undefined {
		const {offer} = this.record.held;
		if (what === 'piece') return index < pieceCountOf(offer.size) ? bytesOfPiece(offer.size, index) : undefined;
		const total = what === 'layer' ? pieceCountOf(offer.size) * HASH_BYTES : this.record.manifestBytes;
		const rest = total - index * METADATA_SLICE_BYTES;
		return rest > 0 ? Math.min(rest, METADATA_SLICE_BYTES) : undefined;
	}

	/** @throws NotGiven */
	async read(block: BlockName, into: Uint8Array): Promise<void> {
		try {
			if (block.what === 'piece') await this.#readPiece(block.index, into);
			else await this.#readMetadata(block.what, block.index, into);
		} catch (error) {
			if (error instanceof NotGiven) throw error;
			// Whatever is the matter with it may be over when somebody asks again.
			this.#files = undefined;
			throw new NotGiven('missing', failureOf(error, 'read', this.record.held.path).message);
		}
	}

	/** Whether the files look as they did. Of a large folder some at a time, all of them by and by. */
	async look(): Promise<'same' | 'changed' | 'missing'> {
		try {
			const {paths, seen} = await this.#load();
			for (let count = Math.min(LOOKED_AT, paths.length); count > 0; count--) {
				const file = this.#nextLook++ % paths.length;
				const stats = await lstat(paths[file]!, {bigint: true});
				if (differenceOf(seen[file] ?? '', signatureOf(stats)) === 'changed') return 'changed';
			}
			return 'same';
		} catch {
			this.#files = undefined;
			return (await lstat(this.record.held.path).catch(() => undefined)) ? 'changed' : 'missing';
		}
	}

	/** Closes what is open and not in use. */
	async rest(): Promise<void> {
		this.#metadata.clear();
		const files = await this.#files?.catch(() => undefined);
		await files?.stream.rest();
	}

	async #readPiece(index: number, into: Uint8Array): Promise<void> {
		const {stream, seen} = await this.#load();
		const {isFresh, isRecent, held} = this.record;
		let isDoubtful = isFresh || isRecent === true || (held.isFetched && !this.#checked.has(index));
		const look = async (file: number, handle: {stat(options: {bigint: true}): Promise<BigIntStats>}) => {
			// After it was read: what came in between is seen.
			const difference = differenceOf(seen[file] ?? '', signatureOf(await handle.stat({bigint: true})));
			if (difference === 'changed') throw this.#hasChanged();
			if (difference === 'doubtful') isDoubtful = true;
		};
		const isWhole = await stream.read(index * pieceBytesOf(this.record.held.offer.size), into, look);
		if (!isWhole || (isDoubtful && !(await this.isPiece(index, into)))) throw this.#hasChanged();
		if (isDoubtful) this.#checked.add(index);
	}

	/** Whether these are the bytes of that piece. */
	async isPiece(index: number, bytes: Uint8Array): Promise<boolean> {
		const layer = await this.metadata('layer');
		const leaf = layer.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
		return isHashOf(await this.#tools.blake3(), leaf, bytes);
	}

	async #readMetadata(what: Metadata, index: number, into: Uint8Array): Promise<void> {
		const from = index * METADATA_SLICE_BYTES;
		into.set((await this.metadata(what)).subarray(from, from + into.length));
	}

	/** All of it, verified. Rejects with what the system says, or a NotGiven. */
	metadata(what: Metadata): Promise<Uint8Array> {
		const known = this.#metadata.get(what);
		if (known) return known;
		const reading = this.#loadMetadata(what);
		this.#metadata.set(what, reading);
		reading.catch(() => this.#metadata.delete(what));
		return reading;
	}

	/** What lies in the profile is not believed: whoever gave it on would be taken for a liar. */
	async #loadMetadata(what: Metadata): Promise<Uint8Array> {
		const {records, blake3} = this.#tools;
		const {offer} = this.record.held;
		const most = what === 'layer' ? MAX_PIECES * HASH_BYTES : MAX_MANIFEST_BYTES;
		const bytes = await records.metadata(offer.file, what, most);
		const hashes = await blake3();
		const isRight =
			bytes !== undefined &&
			(what === 'layer'
				? await isLayerOf(hashes, offer, bytes)
				: hexOf(hashes.hash(bytes), 0, HASH_BYTES) === offer.manifest);
		if (isRight) return bytes;
		// Offered again, it is read again.
		this.record = {...this.record, isFresh: true};
		throw new NotGiven('changed', `What is known of it is damaged; offer it again: ${this.record.held.path}`);
	}

	#load(): Promise<Files> {
		this.#files ??= this.#find();
		return this.#files;
	}

	async #find(): Promise<Files> {
		const {records, filesOf} = this.#tools;
		const {held, signature} = this.record;
		const {file, size, manifest} = held.offer;
		if (manifest === undefined) return this.#filesAt([held.path], [size], [signature]);
		const files = await filesOf(decodeManifest(await this.metadata('manifest')), held.isFetched);
		const paths = files.map(({path}) => join(held.path, ...path));
		return this.#filesAt(
			paths,
			files.map(one => one.size),
			await records.seen(file),
		);
	}

	#filesAt(paths: readonly string[], sizes: readonly number[], seen: readonly Signature[]): Files {
		const stream = new Stream({sizes, open: number => openToRead(paths[number]!)});
		return {paths, sizes, seen, stream};
	}

	#hasChanged(): NotGiven {
		return new NotGiven('changed', `It is not what was offered any more: ${this.record.held.path}`);
	}
}
