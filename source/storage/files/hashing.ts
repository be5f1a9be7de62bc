/** What lies on the disk becomes an offer: every byte is read once, in small parts, so that nothing else has to wait. */
import type {BigIntStats} from 'node:fs';
import {lstat, realpath, stat} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {WireError} from '../../base/errors.ts';
import {type FileOffer, MAX_FILE_BYTES, pieceBytesOf, pieceCountOf} from '../../wire/file-offer.ts';
import {fileIdOf, HASH_BYTES} from '../../wire/file-tree.ts';
import {hexOf} from '../../wire/ids.ts';
import {encodeManifest, sortedByPath} from '../../wire/manifest.ts';
import type {Blake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {FileFailure} from './kept.ts';
import type {Pace} from './pace.ts';
import {openToRead} from './safe-open.ts';
import {isFresh, isRecent, type Signature, signatureOf} from './signature.ts';
import {Stream} from './stream.ts';
import {topOf} from './top-of.ts';
import {type Found, isProgram, type Walked, walk} from './walk.ts';

/** Bytes read and hashed at one go: less than a millisecond, or three without the native library. */
const PART_BYTES = 1024 * 1024;

/** Bytes after which it is told how far it is. */
const PROGRESS_BYTES = 16 * 1024 * 1024;

/** Bytes that a disk reads while it goes to one more file. */
const FILE_COST = 64 * 1024;

/** What is to be hashed, as it was found. */
export type Subject = {
	/** Absolute, links in it resolved. */
	readonly path: string;
	readonly name: string;
	readonly size: number;
	/** In the order of the stream; of one file that one, with an empty path. */
	readonly files: readonly Found[];
	readonly isFolder: boolean;
	readonly skipped: number;
	readonly seen: readonly Signature[];
	/** Some of it was written a moment ago: the same signature may stand for other bytes. */
	readonly isFresh: boolean;
	/** Some of it was written a minute ago at most. */
	readonly isRecent: boolean;
};

export type Hashed = {
	readonly offer: FileOffer;
	readonly layer: Uint8Array;
	readonly manifest: Uint8Array | undefined;
};

export type HashOptions = {
	/** Bytes read so far, and bytes in all: now and then. */
	readonly progress?: (done: number, size: number) => void;
	readonly signal?: AbortSignal;
};

/** `walkThrough`: finds the files of a folder, when it is its turn. @throws FileFailure; AbortError */
export async function findSubject(path: string, signal?: AbortSignal, walkThrough = walk): Promise<Subject> {
	const asked = resolve(path);
	const name = basename(asked) || 'files';
	try {
		const real = await realpath(asked);
		const now = Date.now();
		const stats = await lstat(real, {bigint: true});
		if (stats.isFile()) return fileSubject(real, name, stats, now);
		if (stats.isDirectory()) return folderSubject(real, name, now, await walkThrough(real, signal));
	} catch (error) {
		throw isAbort(error, signal) ? error : failureOf(error, 'read', asked, false);
	}
	throw new FileFailure('not-readable', `Neither a file nor a folder: ${asked}`);
}

/** @throws FileFailure, `changed` if it does while it is read; AbortError */
export async function hashSubject(
	blake3: Blake3,
	subject: Subject,
	pace: Pace,
	{progress, signal}: HashOptions = {},
): Promise<Hashed> {
	const {path, name, size, files, isFolder} = subject;
	const manifest = isFolder ? manifestOf(subject) : undefined;
	try {
		const layer = await hashPieces(blake3, subject, pace, {progress, signal});
		const top = await topOf(blake3, layer);
		const manifestHash = manifest && hexOf(blake3.hash(manifest), 0, HASH_BYTES);
		const offer: FileOffer = {
			file: fileIdOf(blake3.hash, size, top, manifestHash),
			name,
			size,
			files: isFolder ? files.length : 0,
			isExecutable: !isFolder && files[0]!.isExecutable,
			manifest: manifestHash,
		};
		return {offer, layer, manifest};
	} catch (error) {
		throw isAbort(error, signal) ? error : failureOf(error, 'read', path);
	}
}

/** About how long it takes to read it: as long as to read so many bytes of one file. */
export function costOf({size, files}: Subject): number {
	return size + files.length * FILE_COST;
}

/** Where that file of a subject lies. */
export function pathIn(subject: Pick<Subject, 'path' | 'files'>, file: number): string {
	return join(subject.path, ...subject.files[file]!.path);
}

function fileSubject(path: string, name: string, stats: BigIntStats, now: number): Subject {
	const size = Number(stats.size);
	checkSize(size, path);
	return {
		path,
		name,
		size,
		files: [{path: [], size, isExecutable: isProgram(stats), stats}],
		isFolder: false,
		skipped: 0,
		seen: [signatureOf(stats)],
		isFresh: isFresh(stats, now),
		isRecent: isRecent(stats, now),
	};
}

function folderSubject(path: string, name: string, now: number, {files, skipped}: Walked): Subject {
	if (files.length === 0) throw new FileFailure('not-readable', `Nothing to offer in ${path}`);
	const sorted = sortedByPath(files) as Found[];
	const size = sorted.reduce((sum, file) => sum + file.size, 0);
	checkSize(size, path);
	const seen = sorted.map(({stats}) => signatureOf(stats));
	const anyFresh = sorted.some(({stats}) => isFresh(stats, now));
	const anyRecent = sorted.some(({stats}) => isRecent(stats, now));
	return {path, name, size, files: sorted, isFolder: true, skipped, seen, isFresh: anyFresh, isRecent: anyRecent};
}

function checkSize(size: number, path: string): void {
	if (size > MAX_FILE_BYTES) throw new FileFailure('too-large', `More than ${MAX_FILE_BYTES} bytes: ${path}`);
}

function manifestOf({files, path}: Subject): Uint8Array {
	try {
		return encodeManifest(files);
	} catch (error) {
		if (!(error instanceof WireError)) throw error;
		throw new FileFailure('too-large', `The names in ${path} are too many or too long: ${error.message}`, error);
	}
}

/** The layer. The next part is read while one is hashed. */
async function hashPieces(
	blake3: Blake3,
	subject: Subject,
	pace: Pace,
	{progress, signal}: HashOptions,
): Promise<Uint8Array> {
	const {size} = subject;
	const piece = pieceBytesOf(size);
	const layer = new Uint8Array(pieceCountOf(size) * HASH_BYTES);
	const stream = streamOf(subject);
	const step = Math.min(PART_BYTES, piece);
	const buffers = [Buffer.allocUnsafe(step), Buffer.allocUnsafe(step)] as const;
	const readPart = (at: number) => {
		const into = buffers[(at / step) % 2]!.subarray(0, Math.min(step, size - at));
		return stream.read(at, into, lookOf(subject)).then(isWhole => {
			if (!isWhole) throw changed(subject.path);
			return into;
		});
	};
	let reading = size > 0 ? readPart(0) : undefined;
	try {
		let hasher = blake3.start();
		for (let at = 0; at < size; at += step) {
			const part = await reading!;
			await pace.step();
			signal?.throwIfAborted();
			reading = at + step < size ? readPart(at + step) : undefined;
			// It is heard of when its turn comes.
			reading?.catch(() => {});
			hasher.update(part);
			const end = at + part.length;
			if (end % piece === 0 || end === size) {
				layer.set(hasher.digest(), Math.floor(at / piece) * HASH_BYTES);
				hasher = blake3.start();
			}
			if (end % PROGRESS_BYTES === 0) progress?.(end, size);
		}
		signal?.throwIfAborted();
		return layer;
	} finally {
		await reading?.catch(() => {});
		await stream.rest();
	}
}

function streamOf(subject: Subject): Stream {
	return new Stream({
		sizes: subject.files.map(file => file.size),
		open: file => openToRead(pathIn(subject, file)),
	});
}

/** After every read: a file that is written meanwhile has no hash. */
function lookOf({seen, path}: Subject) {
	return async (file: number, handle: {stat(options: {bigint: true}): Promise<BigIntStats>}) => {
		if (signatureOf(await handle.stat({bigint: true})) !== seen[file]) throw changed(path);
	};
}

function changed(path: string): FileFailure {
	return new FileFailure('changed', `It changed while it was read; offer it again: ${path}`);
}

function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
	return signal?.aborted === true && error === signal.reason;
}

/** Whether there is something at that path at all: a disk that is not plugged in is no change. */
export async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
