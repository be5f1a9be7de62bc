/**
 * All files on this disk that are given or fetched: those held whole, those of which some pieces are here, and what is
 * written down of both. Decides nothing; whatever it writes was verified before.
 */
import type {FileSettings} from '../../api/files.ts';
import type {BlockName, FileId} from '../../wire/file-offer.ts';
import type {Collected, Expected, HeldFile, Library, Opened, SavedTransfer} from './kept.ts';

export type VaultOptions = {
	/** The profile's; undefined: what is written down lies in a temporary folder, and is gone at the end. */
	readonly directory: string | undefined;
	/** As the command line and the settings have them; what was changed at run time, and not there since, goes first. */
	readonly settings: FileSettings;
	/** One line about something that could not be written down or read; all goes on without. */
	readonly warn: (message: string) => void;
};

export type HashOptions = {
	/** Bytes read so far, and bytes in all: now and then. */
	readonly progress?: (done: number, size: number) => void;
	readonly signal?: AbortSignal;
};

export class Vault {
	/** What an earlier run has left. */
	readonly library: Library;

	private constructor(library: Library) {
		this.library = library;
	}

	/** Never rejects because of what lies in the profile: what cannot be read is left out. */
	static async open({settings}: VaultOptions): Promise<Vault> {
		return new Vault({held: [], changed: [], saved: [], settings});
	}

	/**
	 * Reads and hashes a file or folder to be offered, and writes that down. The same path again, unchanged, costs nothing.
	 * @throws FileFailure; AbortError when `signal` says so.
	 */
	async hash(
		_path: string,
		_rooms: readonly string[],
		_options?: HashOptions,
	): Promise<{held: HeldFile; skipped: number}> {
		throw new Error('not built yet');
	}

	// --- giving: files held whole, and pieces of those that are being fetched

	/** Bytes of a block that can be given; undefined if it is not here. */
	sizeToGive(_block: BlockName): number | undefined {
		return undefined;
	}

	/**
	 * Fills `into`, which is exactly as long as `sizeToGive` says. A piece that is just being written is waited for.
	 * @throws NotGiven
	 */
	async read(_block: BlockName, _into: Uint8Array): Promise<void> {}

	// --- fetching

	/**
	 * Makes ready to write: see `Opened`. `progress`: bytes of what is here already that were verified.
	 * Of a transfer that is open it writes down what has changed. @throws FileFailure
	 */
	async open(_transfer: SavedTransfer, _progress?: (done: number) => void): Promise<Opened> {
		throw new Error('not built yet');
	}

	/** Before memory is taken for what arrives. Undefined: this is not wanted. At once. */
	expect(_block: BlockName): Expected | undefined {
		return undefined;
	}

	/** The hash that a piece has to have, for whoever hashes while it arrives; undefined if that is not known. */
	leafOf(_block: BlockName): Uint8Array | undefined {
		return undefined;
	}

	/**
	 * Whether these are the bytes of that piece. At once. After `ok` the piece counts as here, and `write` must follow.
	 * `hash`: of these bytes, if the caller knows it.
	 */
	verify(_block: BlockName, _bytes: Uint8Array, _hash?: Uint8Array): 'ok' | 'wrong' | 'unwanted' {
		return 'unwanted';
	}

	/** Writes a verified piece; resolves when the bytes may be used for something else. @throws FileFailure */
	async write(_block: BlockName, _bytes: Uint8Array): Promise<void> {}

	/**
	 * The next slice of a layer or of a manifest; its bytes are copied. `wrong` with the last one: all of them are thrown away.
	 * @throws FileFailure: a manifest that vouches for itself and cannot be a folder, or a disk that does not write.
	 */
	async collect(_block: BlockName, _bytes: Uint8Array): Promise<Collected> {
		return {verdict: 'unwanted'};
	}

	/** All pieces are here: makes it durable and gives it its name. Resolves with where it lies. @throws FileFailure */
	async finish(_file: FileId): Promise<string> {
		throw new Error('not built yet');
	}

	/** Lets go of the open file when all that is being written is; the `.part` stays. Never rejects, as all below. */
	async close(_file: FileId): Promise<void> {}

	/** Deletes the `.part` and what was written down of it. */
	async discard(_file: FileId): Promise<void> {}

	save(_transfer: SavedTransfer): void {}

	/** Gives a whole file no longer. */
	forget(_file: FileId): void {}

	/** Who may have it has changed. */
	keep(_held: HeldFile): void {}

	settings(_settings: FileSettings): void {}

	/** Files held whole that are not what they were: looks at all of them. */
	async changed(): Promise<readonly FileId[]> {
		return [];
	}

	/** Lets go of everything. Resolves when all is written. */
	async shut(): Promise<void> {}
}
