/** What programs do with the disks of simulated machines: hashing, opening, verifying, writing, finishing; all takes time. */
import type {TransferError} from '../api/files.ts';
import type {FilesDeed, FilesNews, SavedTransfer} from '../behaviours/files/io.ts';
import {type BlockName, bytesOfPiece, type FileId, type FileOffer} from '../wire/file-offer.ts';
import {type Happening, Later} from './agenda.ts';
import {type Disk, offerOf, Part, slicesOf} from './disk.ts';
import {type FileInvariants, fail} from './file-invariants.ts';
import type {SimulatedNode} from './simulated-node.ts';

export type DiskWorkOptions = {
	readonly now: () => number;
	readonly add: (at: number, happening: Happening) => void;
	readonly tell: (node: SimulatedNode, news: FilesNews) => void;
	readonly diskOf: (node: SimulatedNode) => Disk;
	/** Something was hashed that can be offered. */
	readonly offered: (offer: FileOffer) => void;
};

/** Bytes a second that are read and hashed; the same of writing. */
const HASH_SPEED = 1e9;
const WRITE_SPEED = 1e9;
/** Milliseconds that every touch of the disk takes. */
const TOUCH = 1;
/** Milliseconds between two words about what takes long. */
const PROGRESS_INTERVAL = 500;

/** What a program has in memory about its disk: gone with it. */
class Session {
	readonly open = new Set<FileId>();
	readonly hashing = new Set<string>();
	/** Pieces that were accepted and are not written yet. */
	readonly writing = new Map<FileId, Set<number>>();
	isOver = false;
}

type DiskDeed = Exclude<FilesDeed, {deed: 'open-bulk' | 'close-bulk' | 'ask' | 'unask' | 'give' | 'deny' | 'settings'}>;

export class DiskWork {
	readonly #options: DiskWorkOptions;
	readonly #sessions = new WeakMap<SimulatedNode, Session>();

	constructor(options: DiskWorkOptions) {
		this.#options = options;
	}

	/** The library is the first news, a moment after the start. */
	started(node: SimulatedNode): void {
		this.#after(node, TOUCH, () => {
			const {held, saved, settings} = this.#options.diskOf(node);
			this.#options.tell(node, {news: 'library', held: [...held.values()], saved: [...saved.values()], settings});
		});
	}

	ended(node: SimulatedNode): void {
		this.#session(node).isOver = true;
	}

	do(node: SimulatedNode, deed: DiskDeed): void {
		const disk = this.#options.diskOf(node);
		switch (deed.deed) {
			case 'hash':
				return this.#hash(node, deed.path);
			case 'stop-hashing':
				this.#session(node).hashing.delete(deed.path);
				return;
			case 'open':
				return this.#open(node, deed.transfer);
			case 'save':
				disk.saved.set(deed.transfer.offer.file, deed.transfer);
				return;
			case 'finish':
				return this.#finish(node, deed.file);
			case 'close':
				this.#session(node).open.delete(deed.file);
				return;
			case 'discard':
				this.#session(node).open.delete(deed.file);
				disk.parts.delete(deed.file);
				disk.saved.delete(deed.file);
				return;
			case 'forget':
				disk.held.delete(deed.file);
				return;
			case 'look':
				return this.#after(node, TOUCH, () => this.#options.tell(node, {news: 'looked', file: deed.file}));
			case 'list':
				return this.#after(node, TOUCH, () =>
					this.#options.tell(node, {news: 'listed', file: deed.file, files: undefined}),
				);
			case 'keep':
				disk.held.set(deed.held.offer.file, deed.held);
				return;
		}
	}

	// --- giving

	#hash(node: SimulatedNode, path: string): void {
		const disk = this.#options.diskOf(node);
		const session = this.#session(node);
		const content = disk.contents.get(path);
		if (!content) {
			const error = {code: 'not-readable', message: `no such file: ${path}`} as const;
			return this.#after(node, TOUCH, () => this.#options.tell(node, {news: 'not-hashed', path, error}));
		}
		session.hashing.add(path);
		const {size} = content;
		this.#takes(node, size, done => {
			if (session.hashing.has(path)) this.#options.tell(node, {news: 'hashing', path, done, size});
		});
		this.#after(node, TOUCH + (size * 1_000) / HASH_SPEED, () => {
			if (!session.hashing.delete(path)) return;
			const held = {offer: offerOf(path, content), path, rooms: [], isFetched: false};
			this.#options.offered(held.offer);
			this.#options.tell(node, {news: 'hashed', path, held, skipped: 0});
		});
	}

	// --- fetching

	#open(node: SimulatedNode, transfer: SavedTransfer): void {
		const {offer, folder} = transfer;
		const {file, size} = offer;
		const disk = this.#options.diskOf(node);
		const old = disk.parts.get(file);
		if (!old && size > disk.free) return this.#failed(node, file, 'disk-full', TOUCH);
		const part = old ?? new Part(offer, disk.freePath(folder, offer.name));
		disk.parts.set(file, part);
		disk.saved.set(file, transfer);
		const {bytes} = part;
		if (size - bytes > disk.free) return this.#failed(node, file, 'disk-full', TOUCH);
		this.#takes(node, bytes, done => this.#options.tell(node, {news: 'verifying', file, done}));
		this.#after(node, TOUCH + (bytes * 1_000) / HASH_SPEED, () => {
			if (disk.parts.get(file) !== part) return;
			this.#session(node).open.add(file);
			this.#tellOpened(node, part);
		});
	}

	#tellOpened(node: SimulatedNode, part: Part): void {
		const {offer, path, needs} = part;
		const {manifest} = part.slices;
		const slices = {
			layer: needs.includes('layer') ? slicesOf(offer, 'layer') : 0,
			// Nobody tells how long it is before its end has come.
			manifest: needs.includes('manifest') && manifest.size > 0 ? manifest.size + 1 : 0,
		};
		const pieces = part.pieces.toBytes();
		this.#options.tell(node, {news: 'opened', file: offer.file, pieces, needs, slices, path});
	}

	/** What has come: its verdict, and what follows from it. */
	take(
		node: SimulatedNode,
		block: BlockName,
		isRight: boolean,
		invariants: FileInvariants | undefined,
	): 'ok' | 'wrong' | 'unwanted' {
		const disk = this.#options.diskOf(node);
		const part = disk.parts.get(block.file);
		if (!part || !this.#session(node).open.has(block.file)) return 'unwanted';
		if (block.what !== 'piece') return this.#collect(node, part, block.what, block.index, isRight);
		if (!part.hasLayer) return 'unwanted';
		if (!isRight) return 'wrong';
		invariants?.accepts(node, block, disk);
		this.#write(node, part, block.index);
		return 'ok';
	}

	/** Whether it is a piece that was accepted and is on its way to the disk. */
	isWriting(node: SimulatedNode, {file, what, index}: BlockName): boolean {
		return what === 'piece' && (this.#session(node).writing.get(file)?.has(index) ?? false);
	}

	#collect(
		node: SimulatedNode,
		part: Part,
		what: 'layer' | 'manifest',
		index: number,
		isRight: boolean,
	): 'ok' | 'wrong' | 'unwanted' {
		if (!part.needs.includes(what)) return 'unwanted';
		const slices = part.slices[what];
		slices.set(index, isRight);
		const isWhole = slices.size >= slicesOf(part.offer, what);
		if (!isWhole) {
			if (what === 'manifest') this.#after(node, 0, () => this.#tellOpened(node, part));
			return 'ok';
		}
		const isWrong = [...slices.values()].includes(false);
		slices.clear();
		if (isWrong) return 'wrong';
		if (what === 'layer') part.hasLayer = true;
		else part.hasManifest = true;
		this.#after(node, 0, () => this.#tellOpened(node, part));
		return 'ok';
	}

	#write(node: SimulatedNode, part: Part, index: number): void {
		const {file, size} = part.offer;
		const session = this.#session(node);
		const disk = this.#options.diskOf(node);
		const bytes = bytesOfPiece(size, index);
		const writing = session.writing.get(file) ?? new Set();
		session.writing.set(file, writing);
		if (writing.has(index)) fail(node, `accepts piece ${index} of ${file.slice(0, 8)} twice`);
		writing.add(index);
		this.#after(node, TOUCH + (bytes * 1_000) / WRITE_SPEED, () => {
			writing.delete(index);
			if (disk.parts.get(file) !== part) return;
			if (bytes > disk.free) {
				session.open.delete(file);
				return this.#failed(node, file, 'disk-full', 0);
			}
			part.wrote(index, this.#options.now());
		});
	}

	/** Waits until everything is written. */
	#finish(node: SimulatedNode, file: FileId): void {
		const disk = this.#options.diskOf(node);
		const session = this.#session(node);
		this.#after(node, TOUCH, () => {
			const [part, saved] = [disk.parts.get(file), disk.saved.get(file)];
			if (!part || !saved || !session.open.has(file)) return;
			if ((session.writing.get(file)?.size ?? 0) > 0) return this.#finish(node, file);
			if (!part.pieces.isFull || part.needs.length > 0) fail(node, `finishes ${file.slice(0, 8)}, which is not whole`);
			session.open.delete(file);
			disk.parts.delete(file);
			disk.saved.delete(file);
			const {offer, path} = part;
			disk.finished(offer, path);
			disk.held.set(file, {offer, path, rooms: saved.rooms, isFetched: true});
			this.#options.tell(node, {news: 'finished', file, path});
		});
	}

	#failed(node: SimulatedNode, file: FileId, code: TransferError['code'], after: number): void {
		const error = {code, message: 'no space left on the device'};
		this.#after(node, after, () => this.#options.tell(node, {news: 'file-failed', file, error}));
	}

	// --- time

	/** Something that reads so many bytes tells now and then how many it has read. */
	#takes(node: SimulatedNode, bytes: number, tell: (done: number) => void): void {
		const duration = (bytes * 1_000) / HASH_SPEED;
		for (let at = PROGRESS_INTERVAL; at < duration; at += PROGRESS_INTERVAL) {
			this.#after(node, at, () => tell((at * HASH_SPEED) / 1_000));
		}
	}

	/** Unless the program is gone by then. */
	#after(node: SimulatedNode, milliseconds: number, deed: () => void): void {
		const session = this.#session(node);
		const {now, add} = this.#options;
		add(
			now() + milliseconds,
			new Later(() => {
				if (!session.isOver) deed();
			}),
		);
	}

	#session(node: SimulatedNode): Session {
		let session = this.#sessions.get(node);
		if (!session) {
			session = new Session();
			this.#sessions.set(node, session);
		}
		return session;
	}
}
