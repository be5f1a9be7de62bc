/** All that is being fetched: made ready to be written, collected, finished, taken away. */
import {join} from 'node:path';
import {WireError} from '../../base/errors.ts';
import {
	type FileId,
	type FileOffer,
	MAX_FILE_BYTES,
	MAX_MANIFEST_BYTES,
	MAX_PIECES,
	pieceCountOf,
} from '../../wire/file-offer.ts';
import {HASH_BYTES} from '../../wire/file-tree.ts';
import {hexOf} from '../../wire/ids.ts';
import {decodeManifest, type ManifestFile} from '../../wire/manifest.ts';
import type {Blake3} from './blake3.ts';
import {Collector} from './collector.ts';
import {failureOf} from './failure.ts';
import type {Fetched} from './fetched.ts';
import {isElsewhere, placeOf, usableFolder} from './folder.ts';
import {Incoming} from './incoming.ts';
import {type Collected, FileFailure, type HeldFile, type Metadata, type Opened, type SavedTransfer} from './kept.ts';
import type {Pace} from './pace.ts';
import {Part, type Place} from './part.ts';
import type {Records, TransferRecord} from './records.ts';
import {Room} from './room.ts';
import {lookAt} from './safe-open.ts';
import {filesOf} from './shelf.ts';
import {amount, checkQuota} from './space.ts';
import {isLayerOf} from './top-of.ts';

export type ArrivalsOptions = {
	readonly records: Records;
	readonly blake3: () => Promise<Blake3>;
	readonly pace: Pace;
	readonly warn: (message: string) => void;
	/** What was fetched before. */
	readonly fetched: Pick<Fetched, 'bytes' | 'look'>;
	/** Bytes that may lie in the folder; undefined or 0: as many as have room. */
	quota(): number | undefined;
	/** A transfer is known now, or known no more. */
	noted(file: FileId, transfer: SavedTransfer | undefined): void;
	/** Bytes of all other transfers that are known. */
	wantedBytes(but: FileId): number;
};

type Entry = {
	readonly incoming: Incoming;
	readonly collectors: Map<Metadata, Collector>;
	record: TransferRecord;
};

export class Arrivals {
	readonly #options: ArrivalsOptions;
	readonly #entries = new Map<FileId, Entry>();
	readonly #room = new Room();
	/** Of these the person knows that what was here is gone: who opens them again wants to begin anew. */
	readonly #gone = new Set<FileId>();
	/** Of which some may be here, though they could not be opened. */
	readonly #unopened = new Set<FileId>();

	constructor(options: ArrivalsOptions) {
		this.#options = options;
	}

	/** Whether some of it may be here, of one that could not be opened. */
	hasSome(file: FileId): boolean {
		return this.#unopened.has(file);
	}

	get(file: FileId): Incoming | undefined {
		return this.#entries.get(file)?.incoming;
	}

	collector(file: FileId, what: Metadata): Collector | undefined {
		return this.#entries.get(file)?.collectors.get(what);
	}

	/** See `Vault.open`. When `signal` says so, what is here already is not verified any further. */
	async open(transfer: SavedTransfer, progress: (done: number) => void, signal: AbortSignal): Promise<Opened> {
		const {file} = transfer.offer;
		const known = this.#entries.get(file);
		if (known && !known.incoming.failure && known.incoming.offer.size === transfer.offer.size) {
			await this.#write(known, {...known.record, transfer: inFolderOf(known.record, transfer)});
			return this.#opened(known);
		}
		await this.close(file);
		let entry: Entry | undefined;
		try {
			entry = await this.#make(transfer);
			await this.#loadMetadata(entry);
			await this.#verify(entry, progress, signal);
			const {incoming, record} = entry;
			await this.#room.give(file, record.transfer.folder, () => (incoming.failure ? 0 : incoming.missing));
			this.#entries.set(file, entry);
			this.#gone.delete(file);
			return this.#opened(entry);
		} catch (error) {
			await entry?.incoming.close();
			this.#room.takeBack(file);
			const record = await this.#options.records.transfer(file);
			// Whatever is written down of it is still wanted.
			this.#options.noted(file, record?.transfer);
			const verified = entry?.incoming.pieces.count ?? 0;
			const isSomeHere = verified > 0 || (await this.#options.records.map(file)).length > 0;
			if (isSomeHere) this.#unopened.add(file);
			else this.#unopened.delete(file);
			throw failureOf(error, 'write', transfer.folder);
		}
	}

	/** See `Vault.collect`. */
	async collect(file: FileId, what: Metadata, index: number, bytes: Uint8Array): Promise<Collected> {
		const entry = this.#entries.get(file);
		const collector = entry?.collectors.get(what);
		const expected = collector?.expect(index);
		if (!entry || !collector || !expected) return {verdict: 'unwanted'};
		if (bytes.length < expected.least || bytes.length > expected.most) return {verdict: 'wrong'};
		const {verdict, whole} = await collector.add(await this.#options.blake3(), index, bytes);
		if (whole) {
			await this.#take(entry, what, whole);
			await this.#options.records.saveMetadata(file, what, whole).catch(error => {
				throw failureOf(error, 'write', 'the profile');
			});
			await this.#verify(entry, () => {}, new AbortController().signal);
		}
		const hasChanged = whole !== undefined || what === 'manifest';
		return hasChanged ? {verdict, opened: this.#opened(entry)} : {verdict};
	}

	/** False if nothing is known of it: it was finished or discarded meanwhile, or never let in. */
	async save(transfer: SavedTransfer): Promise<boolean> {
		const entry = this.#entries.get(transfer.offer.file);
		if (!entry) return this.#saveClosed(transfer);
		await this.#write(entry, {...entry.record, transfer: inFolderOf(entry.record, transfer)});
		return true;
	}

	/** Resolves with what it has become. */
	async finish(file: FileId, progress: (done: number) => void): Promise<{held: HeldFile; manifestBytes: number}> {
		const entry = this.#entries.get(file);
		if (!entry) throw new FileFailure('io', 'It is not open');
		const {incoming} = entry;
		await incoming.settle();
		if (incoming.failure) throw incoming.failure;
		const {offer, rooms, folder} = entry.record.transfer;
		const {part, pieces} = incoming;
		const isAllHere = this.#needs(entry).length === 0 && (pieces.isFull || part.isDoubtful);
		if (!isAllHere) throw new FileFailure('io', 'Not all of it is here');
		try {
			const isNamed = entry.record.finishing === part.path && pieces.isFull;
			const path = isNamed ? part.path : await this.#publish(entry, progress);
			const held = {offer, path, rooms, isFetched: true};
			return {held, manifestBytes: incoming.manifest?.length ?? 0};
		} catch (error) {
			this.#gone.add(file);
			const isGone = (await lookAt(folder).catch(() => undefined)) === undefined;
			if (isGone) throw new FileFailure('no-folder', `The folder is gone: ${folder}`, error);
			throw failureOf(error, 'write', incoming.part.path);
		}
	}

	/** What was finished is not fetched any more. */
	async drop(file: FileId): Promise<void> {
		await this.close(file);
		this.#options.noted(file, undefined);
		await this.#options.records.dropTransfer(file);
	}

	async close(file: FileId): Promise<void> {
		const entry = this.#entries.get(file);
		this.#entries.delete(file);
		this.#room.takeBack(file);
		if (entry?.incoming.failure?.code === 'no-folder') this.#gone.add(file);
		await entry?.incoming.close();
	}

	async discard(file: FileId): Promise<void> {
		const part = this.#entries.get(file)?.incoming.part ?? (await this.#findPart(file));
		await this.close(file);
		await part?.remove().catch(error => this.#options.warn(failureOf(error, 'write', part.path).message));
		await this.drop(file);
	}

	/** All that is open. */
	files(): FileId[] {
		return [...this.#entries.keys()];
	}

	async #findPart(file: FileId): Promise<Part | undefined> {
		const record = await this.#options.records.transfer(file);
		return record && Part.find(record, record.transfer.folder, record.transfer.offer).catch(() => undefined);
	}

	async #saveClosed(transfer: SavedTransfer): Promise<boolean> {
		const {file} = transfer.offer;
		const record = await this.#options.records.transfer(file);
		if (!record) return false;
		const kept = inFolderOf(record, transfer);
		this.#options.noted(file, kept);
		await this.#options.records.saveTransfer(file, {...record, transfer: kept});
		return true;
	}

	/** Finds what an earlier run has left of it, or makes it anew. */
	async #make(asked: SavedTransfer): Promise<Entry> {
		const {offer} = asked;
		const {records, pace, warn} = this.#options;
		const blake3 = await this.#options.blake3();
		await checkOffer(offer, blake3);
		const before = await records.transfer(offer.file);
		// No folder is made for what is not let in.
		if ((await lookAt(asked.folder).catch(() => undefined)) === undefined) {
			await this.#withinQuota(async () => this.#checkQuota(offer));
		}
		const transfer = {...asked, folder: await usableFolder(asked.folder, before?.transfer.folder)};
		// Another size is another one's word for the same file: one of them is not true.
		const isSame = before?.transfer.folder === transfer.folder && before.transfer.offer.size === offer.size;
		const found = before && isSame ? await findPart(before) : undefined;
		if (before && !isSame) await (await this.#findPart(offer.file))?.remove().catch(() => {});
		if (!found) {
			if (before && isSame) await this.#checkGone(before);
			await this.#admit(transfer);
			await records.dropTransfer(offer.file);
		}
		const at = await placeOf(transfer.folder);
		const noting = (place: Place) => records.saveTransfer(offer.file, {...place, transfer, at});
		const part = found ?? (await Part.create(transfer.folder, offer, noting));
		const incoming = new Incoming({offer, part, isResumed: found !== undefined, records, blake3, pace, warn});
		const finishing = found && before?.finishing;
		const entry: Entry = {
			incoming,
			collectors: new Map(),
			record: {...part.place, transfer, at, ...(finishing !== undefined && {finishing})},
		};
		await this.#write(entry, entry.record);
		return entry;
	}

	async #loadMetadata(entry: Entry): Promise<void> {
		const {records} = this.#options;
		const blake3 = await this.#options.blake3();
		const {offer} = entry.incoming;
		const layer = await records.metadata(offer.file, 'layer', MAX_PIECES * HASH_BYTES);
		const whole = layer ?? new Uint8Array();
		if (await isLayerOf(blake3, offer, whole)) await this.#take(entry, 'layer', whole);
		else entry.collectors.set('layer', new Collector(offer, 'layer'));
		if (offer.manifest === undefined) return;
		const manifest = await records.metadata(offer.file, 'manifest', MAX_MANIFEST_BYTES);
		if (manifest && hexOf(blake3.hash(manifest), 0, HASH_BYTES) === offer.manifest) {
			await this.#take(entry, 'manifest', manifest);
		} else entry.collectors.set('manifest', new Collector(offer, 'manifest'));
	}

	/** Verified bytes take their place. @throws FileFailure if a manifest is none, or not that of the offer. */
	async #take({incoming, collectors}: Entry, what: Metadata, bytes: Uint8Array): Promise<void> {
		if (what === 'layer') incoming.layer = bytes;
		else {
			// Should it be none, another one is asked for if somebody tries again.
			collectors.set(what, new Collector(incoming.offer, what));
			incoming.setManifest(bytes, await filesOf(readManifest(bytes, incoming.offer), true));
		}
		collectors.delete(what);
	}

	async #verify(entry: Entry, progress: (done: number) => void, signal: AbortSignal): Promise<void> {
		if (this.#needs(entry).length > 0) return;
		const written = await this.#options.records.map(entry.incoming.offer.file);
		await entry.incoming.verifyAll(written, progress, signal);
	}

	/** One after the other: what one was let in with is taken when the next one asks. @throws FileFailure */
	async #admit(transfer: SavedTransfer): Promise<void> {
		const {file, size} = transfer.offer;
		const terms = {
			check: () => this.#checkQuota(transfer.offer),
			given: () => this.#options.noted(file, transfer),
		};
		await this.#withinQuota(() => this.#room.give(file, transfer.folder, () => size, terms));
	}

	/** Once more after a look at what was fetched, if the quota refuses: some of it may have been deleted. */
	async #withinQuota(act: () => Promise<void>): Promise<void> {
		try {
			await act();
		} catch (error) {
			if (!(error instanceof FileFailure && error.code === 'quota')) throw error;
			await this.#options.fetched.look();
			await act();
		}
	}

	#checkQuota({file, size}: FileOffer): void {
		const {quota, fetched, wantedBytes} = this.#options;
		checkQuota(quota(), size, fetched.bytes + wantedBytes(file));
	}

	/**
	 * What was here is not there. The disk with it may come back: nothing is begun anew before the person knows.
	 * @throws FileFailure
	 */
	async #checkGone({transfer, part, inode, at}: TransferRecord): Promise<void> {
		const {file} = transfer.offer;
		// The program ended before anything was made.
		if (inode === '') return;
		if (at !== undefined && isElsewhere(at, await placeOf(transfer.folder))) {
			const words = `The disk with ${part} is not there: plug it in and resume, or cancel it`;
			throw new FileFailure('no-folder', words);
		}
		if (this.#gone.delete(file)) return;
		this.#gone.add(file);
		throw new FileFailure('no-folder', `What was here of it is gone: put ${part} back, or resume to begin anew`);
	}

	async #publish(entry: Entry, progress: (done: number) => void): Promise<string> {
		const {incoming} = entry;
		const {part, pieces} = incoming;
		await part.complete(progress);
		if (part.isDoubtful) await incoming.verifyAgain();
		if (!pieces.isFull) {
			throw new FileFailure('changed', `Something else wrote into ${part.path}: what is damaged is fetched again`);
		}
		return part.publish({
			tried: entry.record.finishing,
			trying: finishing => this.#write(entry, {...entry.record, finishing}),
		});
	}

	async #write(entry: Entry, record: TransferRecord): Promise<void> {
		entry.record = record;
		const {file} = record.transfer.offer;
		this.#options.noted(file, record.transfer);
		await this.#options.records.saveTransfer(file, record);
	}

	#needs({collectors}: Entry): Metadata[] {
		return [...collectors.keys()];
	}

	#opened(entry: Entry): Opened {
		const {incoming, collectors, record} = entry;
		const {folder} = record.transfer;
		const slices = {layer: collectors.get('layer')?.count ?? 0, manifest: collectors.get('manifest')?.count ?? 0};
		const path = join(folder, record.name);
		return {pieces: incoming.pieces.toBytes(), needs: this.#needs(entry), slices, path};
	}
}

/** Where it lies does not change any more. */
function inFolderOf(record: TransferRecord, transfer: SavedTransfer): SavedTransfer {
	return {...transfer, folder: record.transfer.folder};
}

/** Refused before anything is made. */
async function checkOffer(offer: FileOffer, blake3: Blake3): Promise<void> {
	const {size} = offer;
	if (!Number.isSafeInteger(size) || size < 0 || size > MAX_FILE_BYTES) {
		throw new FileFailure('too-large', `${amount(size)} are more than anybody can send at once`);
	}
	// Without pieces there is nothing by which it could be found out later.
	if (pieceCountOf(size) === 0 && !(await isLayerOf(blake3, offer, new Uint8Array()))) {
		throw new FileFailure('bad-manifest', 'The offer contradicts itself');
	}
}

function readManifest(bytes: Uint8Array, offer: FileOffer): ManifestFile[] {
	try {
		return decodeManifest(bytes, offer);
	} catch (error) {
		if (!(error instanceof WireError)) throw error;
		throw new FileFailure('bad-manifest', `The list of its files makes no sense: ${error.message}`, error);
	}
}

async function findPart(record: TransferRecord): Promise<Part | undefined> {
	const {finishing, transfer} = record;
	const published =
		finishing === undefined ? undefined : await Part.findPublished(finishing, record, transfer.folder, transfer.offer);
	return published ?? Part.find(record, transfer.folder, transfer.offer);
}
