/** What is here of a file or folder that is being fetched: its bytes, beside the place where it is to lie. */
import type {Stats} from 'node:fs';
import {type FileHandle, lstat, mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {safeFileName} from '../../base/file-name.ts';
import type {FileOffer} from '../../wire/file-offer.ts';
import {errorCode} from '../directory.ts';
import {FileFailure} from './kept.ts';
import {firstFree, MAX_NAME_BYTES, PART_SUFFIX, type PublishHooks, publishFile, publishFolder} from './publish.ts';
import {createToWrite, lookAt, makeFoldersTo, reopenToWrite} from './safe-open.ts';
import {isWrittenAfter} from './signature.ts';
import {Stream} from './stream.ts';

/**
 * Of a large folder, small files are waited for until they are on the disk for so many milliseconds in all: each costs some
 * on a slow disk. The system writes the others within the next half minute; what a power cut takes is seen when it is given.
 */
const MANY_FILES = 1_000;
const SMALL_BYTES = 1024 * 1024;
const SMALL_PATIENCE = 10_000;

/** Milliseconds between two looks whether it is still where it was, and as we have left it. */
const LOOK_INTERVAL = 1_000;

/** Files that get their last touch at a time. */
const AT_ONCE = 8;

/** Where it lies, as it is written down. */
export type Place = {readonly part: string; readonly inode: string; readonly name: string};

/** A file of a folder, under the names that it has on this disk. */
export type PartFile = {readonly path: readonly string[]; readonly size: number; readonly isExecutable: boolean};

export class Part {
	readonly place: Place;
	readonly #folder: string;
	readonly #base: string;
	readonly #isFolder: boolean;
	/** Where the bytes are: until it has its name, the place. */
	#path: string;
	#files: readonly PartFile[] = [];
	#stream: Stream | undefined;
	/** Unix milliseconds: when we have written into a file last; into any other one not since `#since`. */
	readonly #wrote = new Map<number, number>();
	readonly #since = Date.now();
	#writing = 0;
	#lookedAt = 0;
	/** Somebody else may have written into it: what is here has to be verified once more. */
	isDoubtful = false;

	private constructor(place: Place, folder: string, offer: FileOffer) {
		this.place = place;
		this.#folder = folder;
		this.#base = baseOf(offer);
		this.#isFolder = offer.manifest !== undefined;
		this.#path = place.part;
		if (!this.#isFolder) this.setFiles([{path: [], size: offer.size, isExecutable: offer.isExecutable}]);
	}

	/**
	 * In `folder`, under a name that is free with and without its suffix. `noting` is called before it is made, without an
	 * inode. Rejects with what the system says.
	 */
	static async create(folder: string, offer: FileOffer, noting: (place: Place) => Promise<void>): Promise<Part> {
		const place = await firstFree(baseOf(offer), async name => {
			const part = join(folder, `${name}${PART_SUFFIX}`);
			if ((await lookAt(join(folder, name))) || (await lookAt(part))) return undefined;
			await noting({part, name, inode: ''});
			try {
				await (offer.manifest === undefined ? makeFile(part, offer) : mkdir(part));
			} catch (error) {
				if (errorCode(error) === 'EEXIST') return undefined;
				throw error;
			}
			return {part, name, inode: String((await lstat(part)).ino)};
		});
		return new Part(place, folder, offer);
	}

	/** Undefined if what is there now is not what we made. */
	static async find(place: Place, folder: string, offer: FileOffer): Promise<Part | undefined> {
		const found = await lookAt(place.part);
		if (found === undefined) return undefined;
		const inode = String(found.ino);
		// The program ended before it could note the inode: whatever has nothing in it is as good as what we made.
		if (place.inode === '' ? !(await isEmpty(place.part, found)) : inode !== place.inode) return undefined;
		const isOurs = offer.manifest === undefined ? found.isFile() && found.nlink === 1 : found.isDirectory();
		return isOurs ? new Part({...place, inode}, folder, offer) : undefined;
	}

	/** One that had got its name when the program ended. */
	static async findPublished(path: string, place: Place, folder: string, offer: FileOffer): Promise<Part | undefined> {
		const found = await lookAt(path);
		if (found === undefined || String(found.ino) !== place.inode || found.isSymbolicLink()) return undefined;
		// The other name of the same file.
		const other = await lookAt(place.part);
		if (other && offer.manifest === undefined && other.ino === found.ino) await rm(place.part);
		const part = new Part(place, folder, offer);
		part.#path = path;
		return part;
	}

	/** Where the bytes are now. */
	get path(): string {
		return this.#path;
	}

	/** Of a folder they are known once its manifest is. */
	get isReady(): boolean {
		return this.#stream !== undefined;
	}

	setFiles(files: readonly PartFile[]): void {
		this.#files = files;
		this.#stream = new Stream({sizes: files.map(file => file.size), open: file => this.#open(file)});
	}

	/** False if a file ends too early. */
	read(at: number, into: Uint8Array): Promise<boolean> {
		return this.#opened().read(at, into);
	}

	async write(at: number, bytes: Uint8Array): Promise<void> {
		if (performance.now() - this.#lookedAt >= LOOK_INTERVAL) await this.#look();
		this.#writing++;
		try {
			await this.#opened().write(at, bytes, file => this.#noteWritten(file));
		} finally {
			this.#writing--;
		}
	}

	/** Gives it its name: it is complete. Resolves with where it is. */
	async publish(hooks: PublishHooks): Promise<string> {
		const {part, inode, name} = this.place;
		const candidate = {part, inode, name, base: this.#base, folder: this.#folder};
		// Windows moves nothing that is open.
		await this.rest();
		this.#path = await (this.#isFolder ? publishFolder(candidate, hooks) : publishFile(candidate, hooks));
		return this.#path;
	}

	/** Deletes what is ours. */
	async remove(): Promise<void> {
		await this.rest();
		const found = await lookAt(this.#path);
		if (String(found?.ino) === this.place.inode) await rm(this.#path, {recursive: true, force: true});
	}

	async rest(): Promise<void> {
		await this.#stream?.rest();
	}

	/**
	 * Every file is there, with its length, and on the disk: also those of which nothing had to be written. Looks whether
	 * somebody else has written into them. `progress`: bytes of those that are done.
	 */
	async complete(progress: (done: number) => void = () => {}): Promise<void> {
		const deadline = performance.now() + SMALL_PATIENCE;
		let [next, bytes] = [0, 0];
		const work = async () => {
			while (next < this.#files.length) {
				const file = next++;
				await this.#complete(file, deadline);
				bytes += this.#files[file]!.size;
				progress(bytes);
			}
		};
		const done = await Promise.allSettled(Array.from({length: AT_ONCE}, work));
		for (const one of done) if (one.status === 'rejected') throw one.reason;
	}

	#complete(file: number, deadline: number): Promise<void> {
		const {size} = this.#files[file]!;
		return this.#opened().using(file, async handle => {
			const stats = await handle.stat();
			if (stats.size !== size || this.#isTouched(file, stats)) this.isDoubtful = true;
			if (stats.size !== size) await handle.truncate(size);
			const isWaitedFor = this.#files.length <= MANY_FILES || size >= SMALL_BYTES || performance.now() < deadline;
			if (isWaitedFor) await handle.sync();
		});
	}

	/** Whether it is still there: what is written into a file without a name is lost at the end. */
	async #look(): Promise<void> {
		this.#lookedAt = performance.now();
		const isQuiet = this.#writing === 0;
		const found = await lookAt(this.#path);
		if (String(found?.ino) !== this.place.inode) {
			throw new FileFailure('no-folder', `It was moved, deleted or replaced while it was fetched: ${this.#path}`);
		}
		// What is being written right now was not noted yet.
		if (isQuiet && this.#writing === 0 && !this.#isFolder && this.#isTouched(0, found!)) this.isDoubtful = true;
	}

	#isTouched(file: number, stats: Stats): boolean {
		return isWrittenAfter(stats, this.#wrote.get(file) ?? this.#since);
	}

	#noteWritten(file: number): void {
		this.#wrote.set(file, Date.now());
	}

	#opened(): Stream {
		if (!this.#stream) throw new RangeError('its files are not known yet');
		return this.#stream;
	}

	async #open(file: number): Promise<FileHandle> {
		const {path, size, isExecutable} = this.#files[file]!;
		if (!this.#isFolder) return reopenToWrite(this.#path);
		const target = join(this.#path, ...path);
		await makeFoldersTo(this.#path, target);
		try {
			const handle = await createToWrite(target, isExecutable);
			if (size > 0) await handle.truncate(size);
			this.#noteWritten(file);
			return handle;
		} catch (error) {
			if (errorCode(error) !== 'EEXIST') throw error;
			return reopenToWrite(target);
		}
	}
}

/** Nothing was ever written there. */
async function isEmpty(path: string, found: Stats): Promise<boolean> {
	return found.isDirectory() ? (await readdir(path)).length === 0 : found.size === 0 || found.blocks === 0;
}

function baseOf({name}: FileOffer): string {
	return safeFileName(name, MAX_NAME_BYTES);
}

/** With its length, so that pieces without content need not be written. */
async function makeFile(part: string, {size, isExecutable}: FileOffer): Promise<void> {
	const handle = await createToWrite(part, isExecutable);
	try {
		await handle.truncate(size);
	} catch (error) {
		await rm(part, {force: true});
		throw error;
	} finally {
		await handle.close();
	}
}
