/**
 * The manifest of a folder: which files it has, in the order in which their bytes make up the stream.
 *
 *     msgpack [[path, size, is executable], …]     path: an array of names, the folder's own name not among them
 *
 * Sorted by path, name for name by UTF-8 bytes; so one folder has one manifest. The hash of these bytes is in the offer, and
 * in the id of the file. A manifest is still what a stranger says: how it may be taken apart on a disk is the matter of
 * `base/file-name.ts`.
 */
import {WireError} from '../base/errors.ts';
import {Fields} from './fields.ts';
import {
	type FileOffer,
	MAX_FILE_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_FOLDER_FILES,
	MAX_MANIFEST_BYTES,
	MAX_PATH_BYTES,
	MAX_PATH_NAMES,
} from './file-offer.ts';
import {pack, unpack} from './msgpack.ts';

export type ManifestFile = {
	/** Names of folders, then that of the file: as its author has them, never used as they are. */
	readonly path: readonly string[];
	readonly size: number;
	readonly isExecutable: boolean;
};

/** A part of one file that lies in some stretch of the stream. */
export type Span = {
	/** Which file: its place in the manifest. */
	readonly file: number;
	/** Where in that file it begins. */
	readonly at: number;
	/** Where in the stretch that was asked for it begins. */
	readonly from: number;
	readonly bytes: number;
};

/** Files and folders together: each costs its reader time and memory. */
const MAX_ENTRIES = 3 * MAX_FOLDER_FILES;

/** Values in a manifest: its list, and of each file a list, a path with its names, a size and whether it is a program. */
const MAX_VALUES = 1 + MAX_FOLDER_FILES * (4 + MAX_PATH_NAMES);

/**
 * The bytes of the manifest of these files, which may come in any order.
 * @throws WireError with a `manifest-…` reason if no reader would take them.
 */
export function encodeManifest(files: readonly ManifestFile[]): Uint8Array {
	const sorted = sortedByPath(files);
	const bytes = new Uint8Array(pack(sorted.map(({path, size, isExecutable}) => [path, size, isExecutable])));
	checkLength(bytes);
	check(sorted);
	return bytes;
}

/**
 * The files, in the order of the stream.
 * @throws WireError with a `manifest-…` or `body-…` reason if it is not one, or not that of this offer.
 */
export function decodeManifest(bytes: Uint8Array, offer?: Pick<FileOffer, 'size' | 'files'>): ManifestFile[] {
	checkLength(bytes);
	const value = unpack(bytes, MAX_VALUES);
	if (!Array.isArray(value)) throw new WireError('manifest-field', 'not a list');
	const files = new Fields('manifest-field', [value]).list(0, MAX_FOLDER_FILES, readFile);
	check(files);
	if (!offer) return files;
	const size = files.reduce((sum, file) => sum + file.size, 0);
	if (files.length !== offer.files || size !== offer.size) {
		throw new WireError('manifest-offer', `${files.length} files with ${size} bytes; the offer says otherwise`);
	}
	return files;
}

/** In the order of the stream. */
export function sortedByPath(files: readonly ManifestFile[]): ManifestFile[] {
	return files
		.map(file => ({file, key: keyOf(file.path)}))
		.sort((one, other) => Buffer.compare(one.key, other.key))
		.map(({file}) => file);
}

/** Where each file begins in the stream, and where the last one ends. */
export function offsetsOf(files: readonly ManifestFile[]): Float64Array {
	const offsets = new Float64Array(files.length + 1);
	files.forEach(({size}, index) => {
		offsets[index + 1] = offsets[index]! + size;
	});
	return offsets;
}

/** The parts of files that `bytes` bytes from `start` of the stream consist of, in order. Files without bytes have none. */
export function spansOf(offsets: Float64Array, start: number, bytes: number): Span[] {
	const end = Math.min(start + bytes, offsets[offsets.length - 1]!);
	const spans: Span[] = [];
	for (let file = fileAt(offsets, start), at = start; at < end; file++) {
		const stop = Math.min(end, offsets[file + 1]!);
		if (stop > at) spans.push({file, at: at - offsets[file]!, from: at - start, bytes: stop - at});
		at = stop;
	}
	return spans;
}

/** The file in which this byte of the stream lies. */
function fileAt(offsets: Float64Array, byte: number): number {
	let [low, high] = [0, offsets.length - 1];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (offsets[middle + 1]! > byte) high = middle;
		else low = middle + 1;
	}
	return low;
}

function readFile(list: Fields, index: number): ManifestFile {
	const fields = list.nested(index);
	const path = fields.list(0, MAX_PATH_NAMES, (names, position) => names.text(position, MAX_FILE_NAME_BYTES));
	return {path, size: fields.unsigned(1), isExecutable: fields.isTrue(2)};
}

function checkLength(bytes: Uint8Array): void {
	if (bytes.length > MAX_MANIFEST_BYTES) {
		throw new WireError('manifest-length', `${bytes.length} bytes; ${MAX_MANIFEST_BYTES} are allowed`);
	}
}

/** What holds for every manifest, read or written. */
function check(files: readonly ManifestFile[]): void {
	if (files.length === 0 || files.length > MAX_FOLDER_FILES) {
		throw new WireError('manifest-files', `${files.length} files; 1 to ${MAX_FOLDER_FILES} are allowed`);
	}
	let [total, entries] = [0, 0];
	let before: Buffer | undefined;
	let last: readonly string[] = [];
	for (const {path, size} of files) {
		checkPath(path);
		entries += path.length - sharedNames(last, path);
		if (entries > MAX_ENTRIES) throw new WireError('manifest-files', `more than ${MAX_ENTRIES} files and folders`);
		last = path;
		const key = keyOf(path);
		if (before && Buffer.compare(before, key) >= 0) throw new WireError('manifest-order', 'not sorted by path');
		if (before && isAbove(before, key)) throw new WireError('manifest-order', 'a file that is a folder too');
		before = key;
		total += size;
	}
	if (total > MAX_FILE_BYTES) throw new WireError('manifest-size', `more than ${MAX_FILE_BYTES} bytes`);
}

/** Sorted, folders that both lie in are counted with the first. */
function sharedNames(one: readonly string[], other: readonly string[]): number {
	let count = 0;
	while (count < other.length - 1 && one[count] === other[count]) count++;
	return count;
}

function checkPath(path: readonly string[]): void {
	const bytes = path.reduce((sum, name) => sum + 1 + Buffer.byteLength(name), -1);
	const isFine = path.length > 0 && path.length <= MAX_PATH_NAMES && bytes <= MAX_PATH_BYTES && path.every(isName);
	if (!isFine) throw new WireError('manifest-path', 'a path that no file has');
}

function isName(name: string): boolean {
	if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > MAX_FILE_NAME_BYTES) return false;
	return !name.includes('/') && !name.includes('\0');
}

/** Sorts as the names do one by one: no name holds the byte between them. */
function keyOf(path: readonly string[]): Buffer {
	return Buffer.from(path.join('\0'), 'utf8');
}

/** Whether the one path is a folder on the way to the other. Sorted, nothing but what is below it comes in between. */
function isAbove(one: Buffer, other: Buffer): boolean {
	return other.length > one.length && other[one.length] === 0 && other.subarray(0, one.length).equals(one);
}
