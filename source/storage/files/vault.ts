/**
 * All files on this disk that are given or fetched: those held whole, those of which some pieces are here, and what is
 * written down of both. Decides nothing; whatever it writes was verified before.
 */
import type {FileSettings} from '../../api/files.ts';
import {type BlockName, bytesOfPiece, type FileId, MAX_MANIFEST_BYTES} from '../../wire/file-offer.ts';
import {decodeManifest} from '../../wire/manifest.ts';
import {Arrivals} from './arrivals.ts';
import {loadBlake3} from './blake3.ts';
import {KeptSettings} from './file-settings.ts';
import type {HashOptions} from './hashing.ts';
import {
	type Collected,
	type Expected,
	FileFailure,
	type HeldFile,
	type Library,
	NotGiven,
	type Opened,
	type SavedTransfer,
} from './kept.ts';
import {Pace} from './pace.ts';
import {clearLeft, openPassing, type Passing} from './passing.ts';
import {Records} from './records.ts';
import {type FolderFile, filesOf, Shelf} from './shelf.ts';

export type {HashOptions} from './hashing.ts';

export type VaultOptions = {
	/** The profile's; undefined: what is written down lies in a temporary folder, and is gone at the end. */
	readonly directory: string | undefined;
	/** As the command line and the settings have them; what was changed at run time, and not there since, goes first. */
	readonly settings: FileSettings;
	/** One line about something that could not be written down or read; all goes on without. */
	readonly warn: (message: string) => void;
};

type Parts = {
	readonly kept: KeptSettings;
	readonly records: Records;
	readonly settings: FileSettings;
	readonly passing: Passing | undefined;
	readonly warn: (message: string) => void;
};

export class Vault {
	readonly #kept: KeptSettings;
	readonly #records: Records;
	readonly #passing: Passing | undefined;
	/** What killed programs have left. */
	readonly #clearing = clearLeft();
	readonly #shelf: Shelf;
	readonly #arrivals: Arrivals;
	readonly #saved = new Map<FileId, SavedTransfer>();
	/** By file: the last of what is to be done with it, one after the other. */
	readonly #turns = new Map<FileId, Promise<unknown>>();
	/** By file: ends its opening early. */
	readonly #stops = new Map<FileId, AbortController>();
	#settings: FileSettings;
	#library: Library;

	private constructor({kept, records, settings, passing, warn}: Parts) {
		this.#kept = kept;
		this.#records = records;
		this.#passing = passing;
		this.#settings = settings;
		this.#library = {held: [], changed: [], saved: [], settings};
		const pace = new Pace();
		this.#shelf = new Shelf(records, loadBlake3, pace);
		this.#arrivals = new Arrivals({
			records,
			blake3: loadBlake3,
			pace,
			warn,
			quota: () => this.#settings.quota,
			fetched: this.#shelf.fetched,
			noted: (file, transfer) => void (transfer ? this.#saved.set(file, transfer) : this.#saved.delete(file)),
			wantedBytes: but => this.#wantedBytes(but),
		});
	}

	/** Rejects only if there is no temporary folder for a profile without a directory: what cannot be read is left out. */
	static async open({directory, settings, warn}: VaultOptions): Promise<Vault> {
		const passing = directory === undefined ? await openPassing() : undefined;
		const kept = new KeptSettings(directory, settings, warn);
		const records = new Records(directory ?? passing!.directory, warn);
		const vault = new Vault({kept, records, settings: await kept.load(), passing, warn});
		await vault.#load();
		return vault;
	}

	/** What an earlier run has left. */
	get library(): Library {
		return this.#library;
	}

	/**
	 * Reads and hashes a file or folder to be offered, and writes that down. The same path again, unchanged, costs nothing.
	 * It is given once `keep` says so, unless it was given before.
	 * @throws FileFailure; AbortError when `signal` says so.
	 */
	hash(path: string, options: HashOptions = {}): Promise<{held: HeldFile; skipped: number}> {
		return this.#shelf.hash(path, options);
	}

	// --- giving: files held whole, and pieces of those that are being fetched

	/** Bytes of a block that can be given; undefined if it is not here. */
	sizeToGive(block: BlockName): number | undefined {
		const {file, what, index} = block;
		const held = this.#shelf.get(file);
		if (held) return held.sizeOf(block);
		const incoming = this.#arrivals.get(file);
		if (what !== 'piece') return incoming?.slice(what, index)?.length;
		return incoming?.pieces.has(index) ? bytesOfPiece(incoming.offer.size, index) : undefined;
	}

	/**
	 * Fills `into`, which is exactly as long as `sizeToGive` says. A piece that is just being written is waited for.
	 * @throws NotGiven
	 */
	async read(block: BlockName, into: Uint8Array): Promise<void> {
		const {file, what, index} = block;
		const incoming = this.#shelf.get(file) ? undefined : this.#arrivals.get(file);
		if (!incoming) return this.#shelf.read(block, into);
		const slice = what === 'piece' ? undefined : incoming.slice(what, index);
		if (slice) return void into.set(slice);
		const isRead = what === 'piece' && (await incoming.read(index, into).catch(() => false));
		if (!isRead) throw new NotGiven('missing', 'It is not here any more');
	}

	// --- fetching

	/**
	 * Makes ready to write: see `Opened`. `progress`: bytes of what is here already that were verified.
	 * Of a transfer that is open it writes down what has changed. @throws FileFailure
	 */
	open(transfer: SavedTransfer, progress: (done: number) => void = () => {}): Promise<Opened> {
		const {file} = transfer.offer;
		const stop = new AbortController();
		this.#stops.set(file, stop);
		return this.#inTurn(file, () => this.#arrivals.open(transfer, progress, stop.signal));
	}

	/** Whether some of it may be here, of one that could not be opened. */
	hasSome(file: FileId): boolean {
		return this.#arrivals.hasSome(file);
	}

	/** Before memory is taken for what arrives. Undefined: this is not wanted. At once. */
	expect({file, what, index}: BlockName): Expected | undefined {
		if (what !== 'piece') return this.#arrivals.collector(file, what)?.expect(index);
		const incoming = this.#arrivals.get(file);
		if (!incoming?.wants(index)) return undefined;
		const bytes = bytesOfPiece(incoming.offer.size, index);
		return {least: bytes, most: bytes};
	}

	/** The hash that a piece has to have, for whoever hashes while it arrives; undefined if that is not known. */
	leafOf({file, what, index}: BlockName): Uint8Array | undefined {
		return what === 'piece' ? this.#arrivals.get(file)?.leafOf(index) : undefined;
	}

	/**
	 * Whether these are the bytes of that piece. At once. After `ok` the piece counts as here, and `write` must follow.
	 * `hash`: of these bytes, if the caller knows it.
	 */
	verify({file, what, index}: BlockName, bytes: Uint8Array, hash?: Uint8Array): 'ok' | 'wrong' | 'unwanted' {
		const incoming = what === 'piece' ? this.#arrivals.get(file) : undefined;
		return incoming?.verify(index, bytes, hash) ?? 'unwanted';
	}

	/** Writes a verified piece; resolves when the bytes may be used for something else. @throws FileFailure */
	async write({file, index}: BlockName, bytes: Uint8Array): Promise<void> {
		const incoming = this.#arrivals.get(file);
		if (!incoming) throw new FileFailure('io', 'It is not open');
		await incoming.write(index, bytes);
	}

	/**
	 * The next slice of a layer or of a manifest; its bytes are copied. `wrong` with the last one: all of them are thrown away.
	 * @throws FileFailure: a manifest that vouches for itself and cannot be a folder, or a disk that does not write.
	 */
	async collect({file, what, index}: BlockName, bytes: Uint8Array): Promise<Collected> {
		if (what === 'piece') return {verdict: 'unwanted'};
		// Whoever waits for his turn may use the bytes for something else meanwhile.
		const copy = Uint8Array.from(bytes);
		return this.#inTurn(file, () => this.#arrivals.collect(file, what, index, copy));
	}

	/** All pieces are here: makes it durable and gives it its name. `progress`: bytes that are. Resolves with where it lies. @throws FileFailure */
	finish(file: FileId, progress: (done: number) => void = () => {}): Promise<string> {
		return this.#inTurn(file, async () => {
			const {held, manifestBytes} = await this.#arrivals.finish(file, progress);
			await this.#shelf.add(held, manifestBytes);
			await this.#arrivals.drop(file);
			return held.path;
		});
	}

	/** Lets go of the open file when all that is being written is; the `.part` stays. Never rejects, as all below. */
	close(file: FileId): Promise<void> {
		this.#stops.get(file)?.abort();
		return this.#inTurn(file, () => this.#arrivals.close(file));
	}

	/** Deletes the `.part` and what was written down of it. */
	discard(file: FileId): Promise<void> {
		this.#stops.get(file)?.abort();
		return this.#inTurn(file, async () => {
			await this.#arrivals.discard(file);
			if (!this.#shelf.remembers(file)) await this.#records.dropAll(file);
		});
	}

	save(transfer: SavedTransfer): void {
		const {rooms, offer} = transfer;
		void this.#inTurn(offer.file, async () => {
			if (await this.#arrivals.save(transfer)) return;
			// It was finished a moment ago; who may have it is still of interest.
			const held = this.#shelf.get(offer.file)?.record.held;
			if (held?.isFetched) this.#shelf.keep({...held, rooms});
		});
	}

	/** Gives a whole file no longer. */
	forget(file: FileId): void {
		this.#shelf.forget(file);
	}

	/** Who may have it has changed. */
	keep(held: HeldFile): void {
		this.#shelf.keep(held);
	}

	settings(settings: FileSettings): void {
		this.#settings = settings;
		this.#kept.save(settings);
	}

	/** Whether a file held whole is still what it was, as far as one look tells. `missing`: it is not there, or not held. */
	look(file: FileId): Promise<'same' | 'changed' | 'missing'> {
		return this.#shelf.look(file);
	}

	/** The files of a folder that is held or fetched, by their names here; undefined if the list of them is not here. */
	async files(file: FileId): Promise<readonly FolderFile[] | undefined> {
		const {manifest = await this.#records.metadata(file, 'manifest', MAX_MANIFEST_BYTES)} =
			this.#arrivals.get(file) ?? {};
		return manifest && filesOf(decodeManifest(manifest), this.#shelf.get(file)?.record.held.isFetched ?? true);
	}

	/** Files held whole that are not what they were or not there: looks at all of them, at a large folder's by and by. */
	changed(): Promise<readonly FileId[]> {
		return this.#shelf.changed();
	}

	/** Lets go of everything. Resolves when all is written. */
	async shut(): Promise<void> {
		this.#shelf.stop();
		for (const stop of this.#stops.values()) stop.abort();
		await Promise.allSettled(this.#turns.values());
		for (const file of this.#arrivals.files()) await this.#arrivals.close(file);
		// Nobody would ever go on with it.
		if (this.#passing) for (const file of [...this.#saved.keys()]) await this.#arrivals.discard(file);
		await this.#shelf.close();
		await this.#records.settle();
		await this.#kept.close();
		await this.#passing?.close();
		await this.#clearing;
	}

	async #load(): Promise<void> {
		const ids = await this.#records.list();
		for (const id of ids) {
			const record = await this.#records.transfer(id);
			if (record) this.#saved.set(id, record.transfer);
		}
		await this.#shelf.load(ids);
		const {held, changed} = await this.#shelf.list();
		const saved = [...this.#saved.values()].sort((one, other) => one.since - other.since);
		this.#library = {held, changed, saved, settings: this.#settings};
	}

	#wantedBytes(but: FileId): number {
		let bytes = 0;
		// One that is just finished is held already.
		for (const [file, {offer}] of this.#saved) if (file !== but && !this.#shelf.get(file)) bytes += offer.size;
		return bytes;
	}

	async #inTurn<Result>(file: FileId, act: () => Promise<Result>): Promise<Result> {
		const before = this.#turns.get(file) ?? Promise.resolve();
		const done = before.then(act, act);
		this.#turns.set(file, done);
		try {
			return await done;
		} finally {
			if (this.#turns.get(file) === done) {
				this.#turns.delete(file);
				this.#stops.delete(file);
			}
		}
	}
}
