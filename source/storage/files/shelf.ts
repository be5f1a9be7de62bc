/** All that is here whole: what is given, and what is only remembered so that it need not be hashed again. */
import {join} from 'node:path';
import {setTimeout, setImmediate as turn} from 'node:timers/promises';
import {SafePaths} from '../../base/file-name.ts';
import {type BlockName, type FileId, MAX_MANIFEST_BYTES} from '../../wire/file-offer.ts';
import {decodeManifest, type ManifestFile} from '../../wire/manifest.ts';
import type {Blake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {Fetched} from './fetched.ts';
import {costOf, findSubject, type HashOptions, hashSubject, type Subject} from './hashing.ts';
import {Held, type HeldTools} from './held.ts';
import {type HeldFile, NotGiven} from './kept.ts';
import type {Pace} from './pace.ts';
import {MAX_NAME_BYTES} from './publish.ts';
import type {HeldRecord, Records} from './records.ts';
import {digestOf, TICK_MILLISECONDS} from './signature.ts';
import {walk} from './walk.ts';

/** Files that are not given any more and still remembered; those of the longest ago go first. */
const MAX_REMEMBERED = 256;

/** Files of which the names are made safe between two turns of the event loop: a few milliseconds, at the worst. */
const FILES_AT_ONCE = 200;

/** A file of a folder, by its names on this disk. */
export type FolderFile = {readonly path: readonly string[]; readonly size: number; readonly isExecutable: boolean};

export type Hashed = {readonly held: HeldFile; readonly skipped: number};

export class Shelf {
	readonly fetched: Fetched;
	readonly #records: Records;
	readonly #tools: HeldTools;
	readonly #pace: Pace;
	readonly #held = new Map<FileId, Held>();
	/** By path: what is being hashed there. */
	readonly #hashing = new Map<string, Promise<unknown>>();
	readonly #closing = new AbortController();

	constructor(records: Records, blake3: () => Promise<Blake3>, pace: Pace) {
		this.#records = records;
		this.#pace = pace;
		this.#tools = {records, blake3, filesOf};
		this.fetched = new Fetched(() => this.#recordsHeld());
	}

	/** Takes what an earlier run has written down: in the order in which it came, as within one run. */
	async load(ids: readonly FileId[]): Promise<void> {
		const found: HeldRecord[] = [];
		for (const id of ids) {
			const record = await this.#records.held(id);
			if (record) found.push(record);
		}
		found.sort((one, other) => one.since - other.since);
		for (const record of found) this.#held.set(record.held.offer.file, new Held(record, this.#tools));
		this.#forgetSome();
	}

	/** What is given, and whether it is still what it was. Of what is not there just now nothing is said. */
	async list(): Promise<{held: HeldFile[]; changed: FileId[]}> {
		const held: HeldFile[] = [];
		const changed: FileId[] = [];
		for (const [id, one] of this.#held) {
			const state = one.record.isGiven ? await one.look() : 'missing';
			if (state === 'missing') continue;
			held.push(one.record.held);
			if (state === 'changed') changed.push(id);
		}
		return {held, changed};
	}

	/** Of what is given, what is not what it was, or not there any more. Closes what nobody has asked for. */
	async changed(): Promise<FileId[]> {
		const changed: FileId[] = [];
		for (const [id, one] of this.#held) {
			await one.rest();
			if (one.record.isGiven && (await one.look()) !== 'same') changed.push(id);
		}
		await this.fetched.lookForMissing();
		return changed;
	}

	/** See `Vault.look`. */
	async look(file: FileId): Promise<'same' | 'changed' | 'missing'> {
		return (await this.get(file)?.look()) ?? 'missing';
	}

	/** What is given by that id. */
	get(file: FileId): Held | undefined {
		const held = this.#held.get(file);
		return held?.record.isGiven ? held : undefined;
	}

	/** Whether layer and manifest of it are still needed. */
	remembers(file: FileId): boolean {
		return this.#held.has(file);
	}

	/** @throws NotGiven */
	async read(block: BlockName, into: Uint8Array): Promise<void> {
		const held = this.get(block.file);
		if (!held) throw new NotGiven('missing', 'It is not here');
		await held.read(block, into);
	}

	/** See `Vault.hash`. One path after the other: the second time it is remembered. */
	async hash(path: string, options: HashOptions): Promise<Hashed> {
		const before = this.#hashing.get(path) ?? Promise.resolve();
		const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
		const act = () => this.#hash(path, {...options, signal});
		const hashed = before.then(act, act);
		this.#hashing.set(path, hashed);
		try {
			return await hashed;
		} finally {
			if (this.#hashing.get(path) === hashed) this.#hashing.delete(path);
		}
	}

	/** It was fetched and has its name now. Layer and manifest are written down already. */
	async add(held: HeldFile, manifestBytes: number): Promise<void> {
		const subject = await this.#subjectOf(held, manifestBytes > 0);
		// Nobody writes into it in the very moment in which it gets its name.
		await this.#put(held, {...subject, isFresh: false, isRecent: false}, manifestBytes, true);
	}

	keep(held: HeldFile): void {
		const known = this.#held.get(held.offer.file);
		if (known) this.#change(known, {held: {...known.record.held, rooms: held.rooms}, isGiven: true});
	}

	forget(file: FileId): void {
		const known = this.#held.get(file);
		if (known) this.#change(known, {isGiven: false, since: Date.now()});
		this.#forgetSome();
	}

	/** Nothing is hashed any more. */
	stop(): void {
		this.#closing.abort();
	}

	async close(): Promise<void> {
		await Promise.allSettled(this.#hashing.values());
		for (const held of this.#held.values()) await held.rest();
	}

	/** What is known is given at once, and what is small passes by what is large: so it is looked at before it waits. */
	async #hash(path: string, options: HashOptions): Promise<Hashed> {
		options.signal?.throwIfAborted();
		const found = await this.#recall(path, options.signal);
		if (typeof found === 'object') return found;
		return this.#pace.during('offer', found, () => this.#read(path, options));
	}

	/** What is remembered of it; or else what it costs to read it. */
	async #recall(path: string, signal?: AbortSignal): Promise<Hashed | number> {
		const walkInTurn: typeof walk = (folder, ...rest) => this.#pace.during('walk', 0, () => walk(folder, ...rest));
		const subject = await this.#findSettled(path, signal, walkInTurn);
		const known = this.#remembered(subject);
		if (!known) return costOf(subject);
		const {held, isGiven} = known.record;
		return {held: isGiven ? held : {...held, rooms: []}, skipped: subject.skipped};
	}

	async #read(path: string, options: HashOptions): Promise<Hashed> {
		options.signal?.throwIfAborted();
		// It may have changed while it waited; nor is there room to keep what was found of many folders for so long.
		const subject = await this.#findSettled(path, options.signal);
		const {offer, layer, manifest} = await hashSubject(await this.#tools.blake3(), subject, this.#pace, options);
		const before = this.get(offer.file);
		const isElsewhere = before !== undefined && before.record.held.path !== subject.path;
		// It is given from there: whether it is to be from here, too, is not certain yet.
		if (isElsewhere && (await before.look()) === 'same') {
			return {held: {...before.record.held, offer}, skipped: subject.skipped};
		}
		const same = this.#held.get(offer.file)?.record;
		const held: HeldFile = {
			offer,
			path: subject.path,
			rooms: same?.isGiven === true ? same.held.rooms : [],
			isFetched: same?.held.isFetched === true && same.held.path === subject.path,
		};
		try {
			await this.#records.saveMetadata(offer.file, 'layer', layer);
			if (manifest) await this.#records.saveMetadata(offer.file, 'manifest', manifest);
		} catch (error) {
			throw failureOf(error, 'write', 'the profile');
		}
		await this.#put(held, subject, manifest?.length ?? 0, same?.isGiven === true);
		return {held, skipped: subject.skipped};
	}

	/** Not in the very tick of the clock in which it was written: another write in it would leave no trace. */
	async #findSettled(path: string, signal?: AbortSignal, walkThrough = walk): Promise<Subject> {
		const subject = await findSubject(path, signal, walkThrough);
		if (!subject.isFresh) return subject;
		await setTimeout(TICK_MILLISECONDS);
		return findSubject(path, signal, walkThrough);
	}

	/** The same path, which looks the same: by size, both times and inode of each file. */
	#remembered({path, name, seen, isFresh, isFolder}: Subject): Held | undefined {
		const signature = isFolder ? digestOf(seen) : seen[0];
		for (const held of this.#held.values()) {
			const {record} = held;
			const isSame = record.held.path === path && record.signature === signature && record.held.offer.name === name;
			// What was written while it was being hashed may look the same and be something else.
			if (isSame && !record.isFresh && !isFresh) return held;
		}
		return undefined;
	}

	async #put(held: HeldFile, subject: Subject, manifestBytes: number, isGiven: boolean): Promise<void> {
		const {file} = held.offer;
		const {seen, isFolder, isFresh, isRecent} = subject;
		const record: HeldRecord = {
			held,
			manifestBytes,
			signature: isFolder ? digestOf(seen) : seen[0]!,
			isFresh,
			isRecent,
			isGiven,
			since: Date.now(),
		};
		await this.#held.get(file)?.rest();
		if (isFolder) await this.#records.saveSeen(file, seen);
		this.#held.set(file, new Held(record, this.#tools));
		this.fetched.came(file);
		await this.#records.saveHeld(file, record);
	}

	/** The files of a fetched folder are those of its manifest: others may have come into it. */
	async #subjectOf(held: HeldFile, isFolder: boolean): Promise<Subject> {
		const found = await findSubject(held.path);
		if (!isFolder) return found;
		const manifest = await this.#records.metadata(held.offer.file, 'manifest', MAX_MANIFEST_BYTES);
		const byPath = new Map(found.files.map(({path}, index) => [join(...path), found.seen[index]!]));
		const files = await filesOf(decodeManifest(manifest!), true);
		const seen = files.map(({path}) => byPath.get(join(...path)) ?? '');
		return {...found, seen};
	}

	#change(held: Held, changes: Partial<HeldRecord>): void {
		held.record = {...held.record, ...changes};
		void this.#records.saveHeld(held.record.held.offer.file, held.record);
	}

	*#recordsHeld(): Iterable<HeldRecord> {
		for (const {record} of this.#held.values()) yield record;
	}

	#forgetSome(): void {
		const remembered = [...this.#held].filter(([, {record}]) => !record.isGiven);
		remembered.sort(([, one], [, other]) => other.record.since - one.record.since);
		for (const [id, held] of remembered.slice(MAX_REMEMBERED)) {
			this.#held.delete(id);
			void held.rest();
			void this.#records.dropAll(id);
		}
	}
}

/** Where the files of a folder lie below it: its own names if it is ours, safe ones if it is a stranger's. By and by. */
export async function filesOf(files: readonly ManifestFile[], isFetched: boolean): Promise<readonly FolderFile[]> {
	const safe = new SafePaths(MAX_NAME_BYTES);
	const found: FolderFile[] = [];
	for (const {path, size, isExecutable} of files) {
		if (found.length % FILES_AT_ONCE === FILES_AT_ONCE - 1) await turn();
		found.push({path: isFetched ? safe.of(path) : path, size, isExecutable});
	}
	return found;
}
