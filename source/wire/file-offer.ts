/**
 * What is offered: one file, or a folder as one stream of bytes (all its files one after the other, in the order of the
 * manifest), cut into pieces of equal size. See `file-tree.ts` for how its id vouches for every piece.
 */

/** The root of its hash tree: 64 hex digits. Names the content, whatever it is called and whoever has it. */
export type FileId = string;

export type FileOffer = {
	readonly file: FileId;
	/** As its author calls it, without a path. Never used as it is: see `base/file-name.ts`. */
	readonly name: string;
	/** Bytes: of the file, or of all files in the folder. */
	readonly size: number;
	/** Files in a folder, a claim until the manifest is here; 0 for one file. */
	readonly files: number;
	/** Whether it is a program: the only permission that travels. Of a folder the manifest says it, file by file. */
	readonly isExecutable: boolean;
	/** BLAKE3 of the manifest, 64 hex digits; undefined for one file. */
	readonly manifest: string | undefined;
};

/** What one peer asks another for. */
export type BlockName = {
	readonly file: FileId;
	/**
	 * `piece`: bytes of the content. `layer`: hashes of all pieces, 32 bytes each, in slices of `METADATA_SLICE_BYTES`.
	 * `manifest`: of a folder, in slices of the same size.
	 */
	readonly what: 'piece' | 'layer' | 'manifest';
	/** Of the piece, or of the slice. */
	readonly index: number;
};

/** Why it is not given: not held here, too much asked for, changed since it was offered, not for this peer. */
export type Denial = 'not-here' | 'busy' | 'changed' | 'not-yours';

/** Bytes of one slice of a layer or of a manifest. */
export const METADATA_SLICE_BYTES = 1024 * 1024;

/** The smallest and the largest piece; between them the smallest power of two that makes no more than `PIECES_WANTED`. */
export const MIN_PIECE_BYTES = 64 * 1024;
export const MAX_PIECE_BYTES = 4 * 1024 * 1024;
export const PIECES_WANTED = 512;

/** A tebibyte: more than that has no offer, and no layer that fits in memory. */
export const MAX_FILE_BYTES = 2 ** 40;
export const MAX_PIECES = MAX_FILE_BYTES / MAX_PIECE_BYTES;

/** Files of one folder, and bytes of its manifest. */
export const MAX_FOLDER_FILES = 20_000;
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Names in a path of a manifest, the file's own among them, and UTF-8 bytes of all of them with one between each two. */
export const MAX_PATH_NAMES = 32;
export const MAX_PATH_BYTES = 1_024;

/** UTF-8 bytes of an offered name: what file systems take. */
export const MAX_FILE_NAME_BYTES = 255;

/** Files in one seek, and pieces in one gained. */
export const MAX_SEEK_FILES = 64;
export const MAX_GAINED_PIECES = 4_096;

/** A power of two. A file of no bytes has no pieces. */
export function pieceBytesOf(size: number): number {
	let bytes = MIN_PIECE_BYTES;
	while (bytes < MAX_PIECE_BYTES && size > bytes * PIECES_WANTED) bytes *= 2;
	return bytes;
}

export function pieceCountOf(size: number): number {
	return Math.ceil(size / pieceBytesOf(size));
}

/** Bytes of one piece: only the last may be shorter. */
export function bytesOfPiece(size: number, index: number): number {
	const full = pieceBytesOf(size);
	return Math.min(full, size - index * full);
}

/** Undefined if there is no such block. Slices of a manifest are as many as the disk says: their length is a guess. */
export function bytesOfBlock(size: number, {what, index}: BlockName): number | undefined {
	if (what === 'piece') return index < pieceCountOf(size) ? bytesOfPiece(size, index) : undefined;
	if (what === 'manifest') return METADATA_SLICE_BYTES;
	const left = pieceCountOf(size) * 32 - index * METADATA_SLICE_BYTES;
	return left > 0 ? Math.min(left, METADATA_SLICE_BYTES) : undefined;
}
