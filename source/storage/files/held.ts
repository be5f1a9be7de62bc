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
import {HASH_BYTES, isPieceOf} from '../../wire/file-tree.ts';
import type {Blake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {type Metadata, NotGiven} from './kept.ts';
import type {HeldRecord, Records} from './records.ts';
import {openToRead} from './safe-open.ts';
import {differenceOf, type Signature, signatureOf} from './signature.ts';
import {fill, Stream} from './stream.ts';

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
	readonly filesOf: (manifest: Uint8Array, isFetched: boolean) => readonly {path: string[]; size: number}[];
};

export class Held {
	record: HeldRecord;
	readonly #tools: HeldTools;
	#files: Promise<Files> | undefined;
	#layer: Promise<Uint8Array | undefined> | undefined;
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
		this.#layer = undefined;
		const files = await this.#files?.catch(() => undefined);
		await files?.stream.rest();
	}

	async #readPiece(index: number, into: Uint8Array): Promise<void> {
		const {stream, seen} = await this.#load();
		let isDoubtful = this.record.isFresh;
		const look = async (file: number, handle: {stat(options: {bigint: true}): Promise<BigIntStats>}) => {
			// After it was read: what came in between is seen.
			const difference = differenceOf(seen[file] ?? '', signatureOf(await handle.stat({bigint: true})));
			if (difference === 'changed') throw this.#hasChanged();
			if (difference === 'doubtful') isDoubtful = true;
		};
		const isWhole = await stream.read(index * pieceBytesOf(this.record.held.offer.size), into, look);
		if (!isWhole || (isDoubtful && !(await this.#isRight(index, into)))) throw this.#hasChanged();
	}

	async #isRight(index: number, bytes: Uint8Array): Promise<boolean> {
		const {records, blake3} = this.#tools;
		this.#layer ??= records.metadata(this.record.held.offer.file, 'layer', MAX_PIECES * HASH_BYTES);
		const layer = await this.#layer;
		return layer !== undefined && isPieceOf((await blake3()).hash, layer, index, bytes);
	}

	async #readMetadata(what: Metadata, index: number, into: Uint8Array): Promise<void> {
		const handle = await this.#tools.records.openMetadata(this.record.held.offer.file, what);
		try {
			const isWhole = await fill(handle, into, index * METADATA_SLICE_BYTES);
			if (!isWhole) throw new NotGiven('missing', `The ${what} is not whole any more`);
		} finally {
			await handle.close();
		}
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
		const bytes = await records.metadata(file, 'manifest', MAX_MANIFEST_BYTES);
		if (bytes === undefined) throw new NotGiven('missing', 'The list of its files is gone');
		const files = filesOf(bytes, held.isFetched);
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
