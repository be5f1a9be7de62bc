/**
 * What is written down of files, in the profile:
 *
 *     transfers/<file id>/transfer.json   one that is being fetched: what is wanted, and where it lies until then
 *                         map             its pieces that are written, 4 bytes each (big endian), in the order of writing
 *                         held.json       one that is here, whole
 *                         seen.json       of a folder: by what one sees of each file that it has not changed
 *                         layer, manifest hashes of the pieces; files of a folder
 *
 * Nothing in it is believed: layer and manifest are verified by the id, pieces by the layer, paths are looked at. What cannot
 * be read is as if it were not there.
 */
import {type FileHandle, mkdir, open, readdir, readFile, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {type FileId, type FileOffer, MAX_FILE_BYTES, MAX_FOLDER_FILES, MAX_PIECES} from '../../wire/file-offer.ts';
import {readSmallFile, replaceMarker} from '../directory.ts';
import type {HeldFile, Metadata, SavedTransfer} from './kept.ts';
import type {Signature} from './signature.ts';

const VERSION = 1;
const ROOT = 'transfers';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Bytes of a list of rooms and whatever else is in one of these; of the list of signatures of the largest folder. */
const MAX_RECORD_BYTES = 1024 * 1024;
const MAX_SEEN_BYTES = 100 * MAX_FOLDER_FILES;

const FILE_ID = /^[0-9a-f]{64}$/;

export type TransferRecord = {
	readonly transfer: SavedTransfer;
	/** Absolute: where the bytes are now, and which inode that was when it was made. */
	readonly part: string;
	readonly inode: string;
	/** The name in the same folder that it is to have; another one, should somebody else take that. */
	readonly name: string;
	/** It was about to get this name. */
	readonly finishing?: string;
	/** Device and number of the folder, to know the place again. */
	readonly at?: string;
};

export type HeldRecord = {
	readonly held: HeldFile;
	/** 0 for one file. */
	readonly manifestBytes: number;
	/** Of the file, or of the folder's files all together. */
	readonly signature: Signature;
	/** Another write may have left the same signature: what is read is verified. */
	readonly isFresh: boolean;
	/** A write through memory may have left the same signature: the same holds. */
	readonly isRecent?: boolean;
	/** False: only remembered, so that it need not be hashed again. */
	readonly isGiven: boolean;
	/** Unix milliseconds. */
	readonly since: number;
};

export class Records {
	readonly #root: string;
	/** By file: what is being written, so that of two writings the later one wins. */
	readonly #writing = new Map<FileId, Promise<unknown>>();
	readonly #warn: (message: string) => void;

	/** `directory` exists. `warn`: see VaultOptions. */
	constructor(directory: string, warn: (message: string) => void) {
		this.#root = join(directory, ROOT);
		this.#warn = warn;
	}

	/** Ids of which something is written down. */
	async list(): Promise<FileId[]> {
		const names = await readdir(this.#root).catch(() => []);
		return names.filter(name => FILE_ID.test(name));
	}

	async transfer(file: FileId): Promise<TransferRecord | undefined> {
		const record = (await this.#read(file, 'transfer.json')) as TransferRecord | undefined;
		return record && isTransfer(record, file) ? record : undefined;
	}

	async held(file: FileId): Promise<HeldRecord | undefined> {
		const record = (await this.#read(file, 'held.json')) as HeldRecord | undefined;
		return record && isHeld(record, file) ? record : undefined;
	}

	async seen(file: FileId): Promise<readonly Signature[]> {
		const record = await this.#read(file, 'seen.json', MAX_SEEN_BYTES);
		return Array.isArray(record) ? record.filter(one => typeof one === 'string') : [];
	}

	/** Never more than `most` bytes. */
	async metadata(file: FileId, what: Metadata, most: number): Promise<Uint8Array | undefined> {
		const path = join(this.#folder(file), what);
		try {
			return (await stat(path)).size <= most ? await readFile(path) : undefined;
		} catch {
			return undefined;
		}
	}

	/** Never rejects: with a profile that cannot be written a transfer goes on; it only cannot go on after a restart. */
	saveTransfer(file: FileId, record: TransferRecord): Promise<void> {
		return this.#save(file, 'transfer.json', {version: VERSION, ...record});
	}

	saveHeld(file: FileId, record: HeldRecord): Promise<void> {
		return this.#save(file, 'held.json', {version: VERSION, ...record});
	}

	async saveSeen(file: FileId, seen: readonly Signature[]): Promise<void> {
		await this.#save(file, 'seen.json', seen);
	}

	/** Rejects with what the system says: without it nothing can be given. */
	saveMetadata(file: FileId, what: Metadata, bytes: Uint8Array): Promise<void> {
		return this.#after(file, async () => {
			await mkdir(this.#folder(file), {recursive: true, mode: FOLDER_MODE});
			await replaceMarker(this.#folder(file), what, bytes);
		});
	}

	/** Pieces that were written; of each that it was, not that it is right. */
	async map(file: FileId): Promise<number[]> {
		try {
			const path = join(this.#folder(file), 'map');
			if ((await stat(path)).size > 8 * MAX_PIECES) return [];
			const bytes = await readFile(path);
			// The last of them may have been cut by the end of the program.
			return Array.from({length: bytes.length >> 2}, (_, index) => bytes.readUInt32BE(index * 4));
		} catch {
			return [];
		}
	}

	/** Begins a new map with these pieces. Rejects with what the system says. */
	async startMap(file: FileId, pieces: readonly number[]): Promise<FileHandle> {
		await mkdir(this.#folder(file), {recursive: true, mode: FOLDER_MODE});
		await this.#after(file, () => replaceMarker(this.#folder(file), 'map', packPieces(pieces)));
		return open(join(this.#folder(file), 'map'), 'a', FILE_MODE);
	}

	/** It is not fetched any more. Never rejects. */
	async dropTransfer(file: FileId): Promise<void> {
		await this.#drop(file, 'transfer.json');
		await this.#drop(file, 'map');
	}

	/** Nothing is known of it any more. Never rejects. */
	async dropAll(file: FileId): Promise<void> {
		await this.#drop(file, '');
	}

	/** Resolves when everything is written. */
	async settle(): Promise<void> {
		while (this.#writing.size > 0) await Promise.allSettled(this.#writing.values());
	}

	async #drop(file: FileId, name: string): Promise<void> {
		await this.#after(file, () => rm(join(this.#folder(file), name), {recursive: true, force: true})).catch(() => {});
	}

	async #save(file: FileId, name: string, content: unknown): Promise<void> {
		try {
			await this.#after(file, async () => {
				await mkdir(this.#folder(file), {recursive: true, mode: FOLDER_MODE});
				await replaceMarker(this.#folder(file), name, `${JSON.stringify(content)}\n`);
			});
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#warn(`What is known of a file cannot be written down: ${reason}`);
		}
	}

	async #read(file: FileId, name: string, most = MAX_RECORD_BYTES): Promise<unknown> {
		try {
			await this.#writing.get(file);
			const value = JSON.parse(await readSmallFile(join(this.#folder(file), name), most));
			return value !== null && typeof value === 'object' ? value : undefined;
		} catch {
			return undefined;
		}
	}

	#folder(file: FileId): string {
		if (!FILE_ID.test(file)) throw new RangeError(`${file} is no id of a file`);
		return join(this.#root, file);
	}

	async #after<Result>(file: FileId, act: () => Promise<Result>): Promise<Result> {
		const before = this.#writing.get(file) ?? Promise.resolve();
		const done = before.then(act, act);
		this.#writing.set(file, done);
		try {
			return await done;
		} finally {
			if (this.#writing.get(file) === done) this.#writing.delete(file);
		}
	}
}

export function packPieces(pieces: readonly number[]): Uint8Array {
	const bytes = Buffer.allocUnsafe(pieces.length * 4);
	pieces.forEach((piece, index) => {
		bytes.writeUInt32BE(piece, index * 4);
	});
	return bytes;
}

function isTransfer({transfer, part, inode, name, finishing, at}: TransferRecord, file: FileId): boolean {
	const areTexts = [part, inode, name, finishing ?? '', at ?? '', transfer?.folder].every(
		text => typeof text === 'string',
	);
	return areTexts && isOffer(transfer.offer, file) && areStrings(transfer.rooms);
}

function isHeld({held, signature, manifestBytes}: HeldRecord, file: FileId): boolean {
	const isRight = typeof held?.path === 'string' && typeof signature === 'string' && Number.isInteger(manifestBytes);
	return isRight && isOffer(held.offer, file) && areStrings(held.rooms);
}

function isOffer(offer: FileOffer | undefined, file: FileId): boolean {
	if (offer?.file !== file || typeof offer.name !== 'string') return false;
	return Number.isSafeInteger(offer.size) && offer.size >= 0 && offer.size <= MAX_FILE_BYTES;
}

function areStrings(list: unknown): boolean {
	return Array.isArray(list) && list.every(one => typeof one === 'string');
}
