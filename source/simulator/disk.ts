/**
 * The disk of a simulated machine, as far as files are concerned: what lies on it, and what was written down. It outlives
 * the program. There are no contents, only names for them: whoever has the same name has the same bytes.
 */
import {hash} from 'node:crypto';
import type {FileSettings} from '../api/files.ts';
import {Bitfield} from '../base/bitfield.ts';
import type {HeldFile, SavedTransfer} from '../behaviours/files/io.ts';
import {
	type BlockName,
	bytesOfPiece,
	type FileId,
	type FileOffer,
	METADATA_SLICE_BYTES,
	pieceCountOf,
} from '../wire/file-offer.ts';

/** What lies at one path. */
export type Content = {
	/** Equal for equal bytes. */
	readonly key: string;
	readonly size: number;
	/** Of a folder; 0 for one file. */
	readonly files: number;
};

/** Bytes that a file of a folder takes in the manifest, about. */
const MANIFEST_ENTRY_BYTES = 60;
/** Milliseconds of writing that a loss of power undoes. */
const UNSAFE = 500;

const LEAF_BYTES = 32;

/** One that is fetched: what is here of it. */
export class Part {
	readonly offer: FileOffer;
	readonly path: string;
	readonly pieces: Bitfield;
	/** Slices of metadata that are here and not judged yet, by what they are: whether they are right. */
	readonly slices = {layer: new Map<number, boolean>(), manifest: new Map<number, boolean>()};
	hasLayer: boolean;
	hasManifest: boolean;
	/** Pieces that were written, and when: the last ones only. */
	readonly #written: {readonly index: number; readonly at: number}[] = [];

	constructor(offer: FileOffer, path: string) {
		this.offer = offer;
		this.path = path;
		this.pieces = new Bitfield(pieceCountOf(offer.size));
		this.hasLayer = slicesOf(offer, 'layer') === 0;
		this.hasManifest = slicesOf(offer, 'manifest') === 0;
	}

	get needs(): ('layer' | 'manifest')[] {
		return [...(this.hasLayer ? [] : ['layer' as const]), ...(this.hasManifest ? [] : ['manifest' as const])];
	}

	/** Bytes of the pieces that are here. */
	get bytes(): number {
		let bytes = 0;
		for (const index of this.pieces) bytes += bytesOfPiece(this.offer.size, index);
		return bytes;
	}

	wrote(index: number, now: number): void {
		this.pieces.add(index);
		this.#written.push({index, at: now});
		while (this.#written.length > 0 && this.#written[0]!.at < now - UNSAFE) this.#written.shift();
	}

	/** The power failed: what was written last was not on the disk yet. */
	lose(now: number): void {
		for (const {index, at} of this.#written.splice(0)) if (at > now - UNSAFE) this.pieces.delete(index);
	}
}

export class Disk {
	/** Bytes that fit on it. */
	capacity: number;
	readonly contents = new Map<string, Content>();
	/** What content a file that was fetched has. */
	readonly #keys: Map<FileId, Content>;
	readonly held = new Map<FileId, HeldFile>();
	readonly saved = new Map<FileId, SavedTransfer>();
	readonly parts = new Map<FileId, Part>();
	settings: FileSettings;

	/** `keys`: what all files are, whoever has them. */
	constructor(capacity: number, folder: string, keys: Map<FileId, Content>) {
		this.capacity = capacity;
		this.#keys = keys;
		this.settings = {folder, accept: []};
	}

	get free(): number {
		let used = 0;
		for (const {size} of this.contents.values()) used += size;
		for (const part of this.parts.values()) used += part.bytes;
		return this.capacity - used;
	}

	put(path: string, content: Content): FileOffer {
		const offer = offerOf(path, content);
		this.contents.set(path, content);
		this.#keys.set(offer.file, content);
		return offer;
	}

	/** All pieces of a file are here. */
	finished({file}: FileOffer, path: string): void {
		this.contents.set(path, this.#keys.get(file)!);
	}

	/** Whether what is held is still what was offered; undefined if it is gone. */
	isUnchanged({offer, path}: HeldFile): boolean | undefined {
		const content = this.contents.get(path);
		return content && offerOf(path, content).file === offer.file;
	}

	/** A path that nothing lies at. */
	freePath(folder: string, name: string): string {
		const taken = (path: string) =>
			this.contents.has(path) || [...this.parts.values()].some(part => part.path === path);
		for (let number = 1; ; number++) {
			const path = `${folder}/${name}${number === 1 ? '' : ` (${number})`}`;
			if (!taken(path)) return path;
		}
	}

	/** Why a block cannot be given; undefined if it can. */
	refusal({file, what, index}: BlockName): 'changed' | 'missing' | undefined {
		const held = this.held.get(file);
		if (held) {
			const isUnchanged = this.isUnchanged(held);
			return isUnchanged ? undefined : isUnchanged === undefined ? 'missing' : 'changed';
		}
		const part = this.parts.get(file);
		if (!part) return 'missing';
		const isHere = what === 'piece' ? part.pieces.has(index) : what === 'layer' ? part.hasLayer : part.hasManifest;
		return isHere ? undefined : 'missing';
	}

	/** The power failed. */
	lose(now: number): void {
		for (const part of this.parts.values()) part.lose(now);
	}
}

export function offerOf(path: string, {key, size, files}: Content): FileOffer {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const file = hash('sha256', `${key}\n${size}\n${files}`, 'hex');
	const manifest = files > 0 ? hash('sha256', `manifest of ${file}`, 'hex') : undefined;
	return {file, name, size, files, isExecutable: false, manifest};
}

/** Bytes of a layer or manifest: nobody needs the layer of one piece, and one file has no manifest. */
function metadataBytes({size, files}: FileOffer, what: 'layer' | 'manifest'): number {
	const pieces = pieceCountOf(size);
	return what === 'layer' ? (pieces > 1 ? pieces * LEAF_BYTES : 0) : files * MANIFEST_ENTRY_BYTES;
}

export function slicesOf(offer: FileOffer, what: 'layer' | 'manifest'): number {
	return Math.ceil(metadataBytes(offer, what) / METADATA_SLICE_BYTES);
}

/** Bytes of a block; 0 if there is no such block. */
export function bytesOfBlock(offer: FileOffer, {what, index}: BlockName): number {
	if (what === 'piece') return index < pieceCountOf(offer.size) ? bytesOfPiece(offer.size, index) : 0;
	const left = metadataBytes(offer, what) - index * METADATA_SLICE_BYTES;
	return Math.max(0, Math.min(METADATA_SLICE_BYTES, left));
}
