/** One file or folder that is being fetched: which pieces are here, which of them lie on the disk. */
import type {FileHandle} from 'node:fs/promises';
import {Bitfield} from '../../base/bitfield.ts';
import {
	bytesOfPiece,
	type FileOffer,
	MAX_PIECE_BYTES,
	METADATA_SLICE_BYTES,
	pieceBytesOf,
	pieceCountOf,
} from '../../wire/file-offer.ts';
import {HASH_BYTES} from '../../wire/file-tree.ts';
import type {Blake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {FileFailure} from './kept.ts';
import type {Pace} from './pace.ts';
import type {Part, PartFile} from './part.ts';
import {packPieces, type Records} from './records.ts';
import {isHashOf} from './top-of.ts';

/** Bytes that are read and hashed at one go when what is here is verified. */
const PART_BYTES = 1024 * 1024;

/** What a piece without content is compared with. The system takes memory for it as far as it is read. */
const ZEROS = Buffer.alloc(MAX_PIECE_BYTES);

export type IncomingOptions = {
	readonly offer: FileOffer;
	readonly part: Part;
	/** The part is from an earlier run: what is not written is not known to be empty. */
	readonly isResumed: boolean;
	readonly records: Records;
	readonly blake3: Blake3;
	readonly pace: Pace;
	readonly warn: (message: string) => void;
};

export class Incoming {
	readonly part: Part;
	readonly pieces: Bitfield;
	layer: Uint8Array | undefined;
	manifest: Uint8Array | undefined;
	readonly #options: IncomingOptions;
	/** By piece: verified, and on its way to the disk. */
	readonly #writing = new Map<number, Promise<void>>();
	#map: FileHandle | undefined;
	#unmapped: number[] = [];
	#mapping: Promise<void> | undefined;
	#failure: FileFailure | undefined;

	constructor(options: IncomingOptions) {
		this.#options = options;
		this.part = options.part;
		this.pieces = new Bitfield(pieceCountOf(options.offer.size));
	}

	get offer(): FileOffer {
		return this.#options.offer;
	}

	/** Why nothing can be written any more. */
	get failure(): FileFailure | undefined {
		return this.#failure;
	}

	/** Bytes that are not here. */
	get missing(): number {
		return Math.max(0, this.offer.size - this.pieces.count * pieceBytesOf(this.offer.size));
	}

	setManifest(manifest: Uint8Array, files: readonly PartFile[]): void {
		this.manifest = manifest;
		this.part.setFiles(files);
	}

	/** Whether that piece can be taken. */
	wants(index: number): boolean {
		const {layer, part, pieces} = this;
		return layer !== undefined && part.isReady && index < pieces.size && !pieces.has(index) && !this.#failure;
	}

	leafOf(index: number): Uint8Array | undefined {
		return this.layer?.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
	}

	/** At once. After `ok` it counts as here. */
	verify(index: number, bytes: Uint8Array, hash?: Uint8Array): 'ok' | 'wrong' | 'unwanted' {
		if (!this.wants(index)) return 'unwanted';
		if (bytes.length !== bytesOfPiece(this.offer.size, index)) return 'wrong';
		const found = hash ?? this.#options.blake3.hash(bytes);
		if (Buffer.compare(found, this.leafOf(index)!) !== 0) return 'wrong';
		this.pieces.add(index);
		return 'ok';
	}

	/** A verified one. @throws FileFailure, after which nothing more is taken. */
	async write(index: number, bytes: Uint8Array): Promise<void> {
		const written = this.#put(index * pieceBytesOf(this.offer.size), bytes);
		this.#writing.set(index, written);
		try {
			await written;
			this.#note(index);
		} catch (error) {
			this.pieces.delete(index);
			this.#failure ??= failureOf(error, 'write', this.part.path);
			throw this.#failure;
		} finally {
			this.#writing.delete(index);
		}
	}

	/**
	 * Of a piece that is here, verified: anybody may write into a `.part`, and who sends on what he has read would be taken
	 * for a liar. False if it is not on the disk after all; then it does not count as here any more.
	 */
	async read(index: number, into: Uint8Array): Promise<boolean> {
		await this.#writing.get(index)?.catch(() => {});
		if (!this.pieces.has(index)) return false;
		const isWhole = await this.part.read(index * pieceBytesOf(this.offer.size), into);
		if (isWhole && (await isHashOf(this.#options.blake3, this.leafOf(index)!, into))) return true;
		this.pieces.delete(index);
		this.part.isDoubtful = true;
		return false;
	}

	/** Reads all that is here once more. What is not right any more does not count as here, and is not on the map. */
	async verifyAgain(): Promise<void> {
		const written = [...this.pieces];
		for (const index of written) this.pieces.delete(index);
		await this.verifyAll(written, () => {}, new AbortController().signal);
		this.part.isDoubtful = false;
	}

	/** The bytes of that slice, which is here. */
	slice(what: 'layer' | 'manifest', index: number): Uint8Array | undefined {
		const from = index * METADATA_SLICE_BYTES;
		const bytes = this[what]?.subarray(from, from + METADATA_SLICE_BYTES);
		return bytes && bytes.length > 0 ? bytes : undefined;
	}

	/**
	 * Reads the pieces again that an earlier run has written, and takes those that are right. `progress`: bytes so far. Ends
	 * early when `signal` says so: then those that were not looked at stay on the map.
	 */
	async verifyAll(written: readonly number[], progress: (done: number) => void, signal: AbortSignal): Promise<void> {
		const waiting = [...new Set(written)].filter(index => index < this.pieces.size).sort((one, two) => one - two);
		const buffer = Buffer.allocUnsafe(Math.min(PART_BYTES, pieceBytesOf(this.offer.size)));
		const {records, offer, pace, warn} = this.#options;
		let [next, done] = [0, 0];
		const verify = async () => {
			for (; next < waiting.length && !signal.aborted; next++) {
				const index = waiting[next]!;
				if (await this.#isThere(index, buffer)) this.pieces.add(index);
				done += bytesOfPiece(offer.size, index);
				progress(done);
			}
		};
		if (waiting.length > 0) await pace.during('verify', waiting.length * pieceBytesOf(offer.size), verify);
		try {
			await this.#map?.close();
			this.#map = await records.startMap(offer.file, [...this.pieces, ...waiting.slice(next)]);
		} catch (error) {
			warn(
				`What is fetched cannot be gone on with after a restart: ${failureOf(error, 'write', 'the profile').message}`,
			);
		}
	}

	/** Resolves when nothing is being written any more. */
	async settle(): Promise<void> {
		await Promise.allSettled(this.#writing.values());
		await this.#mapping;
	}

	/** Lets go of everything that is open. */
	async close(): Promise<void> {
		this.#failure ??= new FileFailure('io', 'It was closed');
		await this.settle();
		await this.part.rest();
		await this.#map?.close().catch(() => {});
		this.#map = undefined;
	}

	async #put(at: number, bytes: Uint8Array): Promise<void> {
		// A hole stays a hole.
		if (ZEROS.subarray(0, bytes.length).equals(bytes) && (await this.#isEmpty(at, bytes.length))) return;
		await this.part.write(at, bytes);
	}

	/** Whether nothing was ever written there: a program that was killed, or somebody else, may have. */
	async #isEmpty(at: number, bytes: number): Promise<boolean> {
		if (!this.#options.isResumed) return true;
		const found = Buffer.allocUnsafe(bytes);
		return (await this.part.read(at, found)) && ZEROS.subarray(0, bytes).equals(found);
	}

	async #isThere(index: number, buffer: Buffer): Promise<boolean> {
		const {blake3, offer, pace} = this.#options;
		const start = index * pieceBytesOf(offer.size);
		const end = start + bytesOfPiece(offer.size, index);
		const hasher = blake3.start();
		try {
			for (let at = start; at < end; at += buffer.length) {
				const part = buffer.subarray(0, Math.min(buffer.length, end - at));
				if (!(await this.part.read(at, part))) return false;
				await pace.step();
				hasher.update(part);
			}
		} catch {
			// A file of a folder that is gone, or a link now: it is fetched again, and whoever writes it says what is wrong.
			return false;
		}
		return Buffer.compare(hasher.digest(), this.leafOf(index)!) === 0;
	}

	/** All pieces written meanwhile go on the map together. */
	#note(index: number): void {
		this.#unmapped.push(index);
		this.#mapping ??= this.#appendAll().finally(() => {
			this.#mapping = undefined;
		});
	}

	async #appendAll(): Promise<void> {
		while (this.#unmapped.length > 0 && this.#map) {
			const pieces = this.#unmapped.splice(0);
			try {
				await this.#map.write(packPieces(pieces));
			} catch (error) {
				const {message} = failureOf(error, 'write', 'the profile');
				this.#options.warn(`What is fetched cannot be gone on with after a restart: ${message}`);
				await this.#map.close().catch(() => {});
				this.#map = undefined;
			}
		}
	}
}
