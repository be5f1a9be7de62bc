/** What the pure side wants of the disk: asks the vault for it, and tells what became of it. */
import {describeError} from '../../base/errors.ts';
import type {FilesDeed, FilesNews} from '../../behaviours/files/io.ts';
import {FileFailure} from '../../storage/files/kept.ts';
import type {Vault} from '../../storage/files/vault.ts';
import type {FileId} from '../../wire/file-offer.ts';

/** Milliseconds between two looks whether the files that are given are what they were. */
const LOOK_INTERVAL = 30_000;

/** Milliseconds between two words about what takes long. */
const TELL_INTERVAL = 100;

type DiskDeed = Exclude<FilesDeed, {deed: 'open-bulk' | 'close-bulk' | 'ask' | 'unask' | 'give' | 'deny'}>;

export class DiskDeeds {
	readonly #vault: Vault;
	readonly #tell: (news: FilesNews) => void;
	readonly #hashing = new Map<string, Set<AbortController>>();
	readonly #epochs = new Map<FileId, number>();
	readonly #changed = new Set<FileId>();
	readonly #running = new Set<Promise<void>>();
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(vault: Vault, tell: (news: FilesNews) => void) {
		this.#vault = vault;
		this.#tell = tell;
	}

	/** `changed`: files that were no longer what they were at the start. */
	begin(changed: readonly FileId[]): void {
		this.#tellChanged(changed);
		this.#lookLater();
	}

	/** Counts up whenever the file is closed or discarded. */
	epoch(file: FileId): number {
		return this.#epochs.get(file) ?? 0;
	}

	failed(file: FileId, error: unknown): void {
		this.#tell({news: 'file-failed', file, error: failureOf(error).error});
	}

	do(deed: DiskDeed): void {
		switch (deed.deed) {
			case 'hash':
				return this.#run(this.#hash(deed.path));
			case 'stop-hashing':
				for (const controller of this.#hashing.get(deed.path) ?? []) controller.abort();
				return;
			case 'open':
				return this.#open(deed);
			case 'finish':
				return this.#finish(deed.file);
			case 'close':
			case 'discard':
				this.#epochs.set(deed.file, this.epoch(deed.file) + 1);
				void this.#vault[deed.deed](deed.file);
				return;
			case 'save':
				return this.#vault.save(deed.transfer);
			case 'forget':
				this.#changed.delete(deed.file);
				return this.#vault.forget(deed.file);
			case 'look':
				return this.#run(this.#lookAt(deed.file));
			case 'list':
				return this.#run(this.#list(deed.file));
			case 'keep':
				return this.#vault.keep(deed.held);
			case 'settings':
				return this.#vault.settings(deed.settings);
		}
	}

	/** Resolves when nothing is read any more. The vault stays open: whoever opened it closes it. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		for (const controllers of this.#hashing.values()) for (const controller of controllers) controller.abort();
		await Promise.allSettled(this.#running);
	}

	#run(running: Promise<void>): void {
		this.#running.add(running);
		void running.finally(() => this.#running.delete(running));
	}

	async #hash(path: string): Promise<void> {
		const controller = new AbortController();
		const {signal} = controller;
		const all = this.#hashing.get(path) ?? new Set();
		this.#hashing.set(path, all.add(controller));
		const progress = seldom((done, size) => this.#tell({news: 'hashing', path, done, size}));
		try {
			const {held, skipped} = await this.#vault.hash(path, {progress, signal});
			this.#changed.delete(held.offer.file);
			// What was called off is told no more.
			if (!signal.aborted) this.#tell({news: 'hashed', path, held: held as HeldOf, skipped});
		} catch (error) {
			if (!signal.aborted) this.#tell({news: 'not-hashed', path, error: failureOf(error).error});
		} finally {
			all.delete(controller);
			if (all.size === 0) this.#hashing.delete(path);
		}
	}

	#open({transfer}: Extract<FilesDeed, {deed: 'open'}>): void {
		const {file} = transfer.offer;
		const tell = this.#during(file);
		const progress = seldom(done => tell({news: 'verifying', file, done}));
		this.#vault.open(transfer, progress).then(
			opened => tell({news: 'opened', file, ...opened}),
			error => {
				const isSomeHere = this.#vault.hasSome(file);
				tell({news: 'file-failed', file, error: failureOf(error).error, ...(isSomeHere && {isSomeHere})});
			},
		);
	}

	#finish(file: FileId): void {
		const tell = this.#during(file);
		const progress = seldom(done => tell({news: 'finishing', file, done}));
		this.#vault.finish(file, progress).then(
			path => tell({news: 'finished', file, path}),
			error => tell({news: 'file-failed', file, error: failureOf(error).error}),
		);
	}

	/** Tells nothing any more once the file has been closed or discarded. */
	#during(file: FileId): (news: FilesNews) => void {
		const epoch = this.epoch(file);
		return news => {
			if (epoch === this.epoch(file)) this.#tell(news);
		};
	}

	#lookLater(): void {
		if (this.#isClosed) return;
		this.#timer = setTimeout(() => this.#run(this.#look()), LOOK_INTERVAL).unref();
	}

	async #look(): Promise<void> {
		// What cannot be looked at now is looked at again, and whenever it is given.
		this.#tellChanged(await this.#vault.changed().catch(() => []));
		this.#lookLater();
	}

	async #lookAt(file: FileId): Promise<void> {
		// What cannot be looked at now may be what it was.
		const found = await this.#vault.look(file).catch(() => 'same');
		if (found !== 'same') this.#tellChanged([file]);
		this.#tell({news: 'looked', file});
	}

	async #list(file: FileId): Promise<void> {
		const files = await this.#vault.files(file).catch(() => undefined);
		this.#tell({news: 'listed', file, files: files?.map(({path, size}) => ({path: path.join('/'), size}))});
	}

	#tellChanged(files: readonly FileId[]): void {
		for (const file of files) {
			if (this.#changed.has(file)) continue;
			this.#changed.add(file);
			this.#tell({news: 'changed', file});
		}
	}
}

type HeldOf = Extract<FilesNews, {news: 'hashed'}>['held'];

function failureOf(error: unknown): FileFailure {
	return error instanceof FileFailure ? error : new FileFailure('io', describeError(error), error);
}

function seldom(tell: (done: number, size: number) => void): (done: number, size?: number) => void {
	let next = performance.now() + TELL_INTERVAL;
	return (done, size = 0) => {
		const now = performance.now();
		if (now < next) return;
		next = now + TELL_INTERVAL;
		tell(done, size);
	};
}
