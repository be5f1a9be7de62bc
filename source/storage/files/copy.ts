/**
 * A copy of what is here whole, in another folder: as if it were fetched from ourselves. Every piece is verified on its way,
 * and the copy gets its name as everything does that is fetched.
 */
import {realpath} from 'node:fs/promises';
import {join} from 'node:path';
import {safeFileName} from '../../base/file-name.ts';
import {bytesOfPiece, type FileId, pieceBytesOf, pieceCountOf} from '../../wire/file-offer.ts';
import {decodeManifest} from '../../wire/manifest.ts';
import {loadBlake3} from './blake3.ts';
import {failureOf} from './failure.ts';
import {Fetched} from './fetched.ts';
import {usableFolder} from './folder.ts';
import {Held} from './held.ts';
import {FileFailure, NotGiven} from './kept.ts';
import {Part, type PartFile, type Place} from './part.ts';
import {openPassing} from './passing.ts';
import {MAX_NAME_BYTES} from './publish.ts';
import {type HeldRecord, Records} from './records.ts';
import {lookAt, openToRead} from './safe-open.ts';
import {filesOf} from './shelf.ts';
import {checkQuota, checkSpace} from './space.ts';
import {Stream} from './stream.ts';

export type CopyOptions = {
	/** Of the profile; a vault that is open there is not disturbed. */
	readonly directory: string;
	readonly file: FileId;
	/** As it is offered. */
	readonly name: string;
	/** Absolute; it is made if it is not there. */
	readonly folder: string;
	readonly quota?: number | undefined;
	/** Bytes that are copied. */
	readonly progress?: (done: number) => void;
	readonly signal?: AbortSignal;
};

type Source = {
	readonly held: Held;
	readonly size: number;
	readonly isFolder: boolean;
	/** Under the names that they have in the copy. */
	readonly files: readonly PartFile[];
};

/**
 * Resolves with where the copy lies. If the very same lies there under that name already, with that: who asks again is not
 * to get one more each time. @throws FileFailure, `changed` if it is not what was offered any more; or as `signal` says
 */
export async function copyHeld(options: CopyOptions): Promise<string> {
	const {signal} = options;
	try {
		const records = new Records(options.directory, () => {});
		const source = await findSource(records, options.file);
		const folder = await usableFolder(options.folder, undefined);
		const there = join(folder, safeFileName(options.name, MAX_NAME_BYTES));
		if (await isSame(there, source, signal)) return there;
		if (options.quota) checkQuota(options.quota, source.size, await takenBytes(records));
		await checkSpace(folder, source.size, 0);
		return await putCopy(source, folder, options);
	} catch (error) {
		if (signal?.aborted) throw signal.reason;
		if (error instanceof NotGiven) {
			throw new FileFailure(error.reason === 'changed' ? 'changed' : 'not-readable', error.message, error);
		}
		throw failureOf(error, 'write', options.folder);
	}
}

async function findSource(records: Records, file: FileId): Promise<Source> {
	const record = await records.held(file);
	if (!record) throw new NotGiven('missing', 'It is not here any more');
	const held = new Held(record, {records, blake3: loadBlake3, filesOf});
	const {size, manifest, isExecutable} = record.held.offer;
	const isFolder = manifest !== undefined;
	const files = isFolder
		? await filesOf(decodeManifest(await held.metadata('manifest')), true)
		: [{path: [], size, isExecutable}];
	return {held, size, isFolder, files};
}

async function putCopy(source: Source, folder: string, options: CopyOptions): Promise<string> {
	// Should we be killed, whoever starts next finds there what is to be deleted.
	const passing = await openPassing().catch(() => undefined);
	try {
		const notes = passing && new Records(passing.directory, () => {});
		return await fillCopy(source, await makePart(source, folder, options.name, notes), options);
	} finally {
		await passing?.close();
	}
}

async function makePart({held}: Source, folder: string, name: string, notes: Records | undefined): Promise<Part> {
	const offer = {...held.record.held.offer, name};
	const transfer = {offer, folder, rooms: [], from: undefined, isPaused: false, priority: 0, since: Date.now()};
	const noting = async (place: Place) => notes?.saveTransfer(offer.file, {...place, transfer});
	const part = await Part.create(folder, offer, noting);
	await noting(part.place);
	return part;
}

async function fillCopy(source: Source, part: Part, {file, signal, progress}: CopyOptions): Promise<string> {
	const zeros = Buffer.alloc(Math.min(source.size, pieceBytesOf(source.size)));
	try {
		part.setFiles(source.files);
		await eachPiece(source, signal, async (index, bytes, at) => {
			await source.held.read({file, what: 'piece', index}, bytes);
			if (!(await source.held.isPiece(index, bytes)))
				throw new NotGiven('changed', 'It is not what was offered any more');
			// A hole stays a hole.
			if (!zeros.subarray(0, bytes.length).equals(bytes)) await part.write(at, bytes);
			progress?.(at + bytes.length);
		});
		await part.complete();
		if (part.isDoubtful) throw new FileFailure('io', `Something else wrote into ${part.path}`);
		signal?.throwIfAborted();
		return await part.publish({trying: async () => {}});
	} catch (error) {
		await part.remove().catch(() => {});
		throw error;
	} finally {
		await part.rest();
		await source.held.rest();
	}
}

/** Whether that is there already: all files that belong to it, each with what belongs into it, and none by way of a link. */
async function isSame(there: string, source: Source, signal: AbortSignal | undefined): Promise<boolean> {
	const found = await lookAt(there);
	if (!(source.isFolder ? found?.isDirectory() : found?.isFile())) return false;
	const paths = source.files.map(({path}) => join(there, ...path));
	const stream = new Stream({sizes: source.files.map(({size}) => size), open: file => openToRead(paths[file]!)});
	try {
		for (const [index, path] of paths.entries()) {
			if ((await realpath(path)) !== path || (await lookAt(path))?.size !== source.files[index]!.size) return false;
		}
		await eachPiece(source, signal, async (index, bytes, at) => {
			if (!(await stream.read(at, bytes)) || !(await source.held.isPiece(index, bytes)))
				throw new Error('It is another');
		});
		return true;
	} catch {
		return false;
	} finally {
		await stream.rest();
	}
}

async function eachPiece(
	{size}: Source,
	signal: AbortSignal | undefined,
	act: (index: number, bytes: Buffer, at: number) => Promise<void>,
): Promise<void> {
	const buffer = Buffer.allocUnsafe(Math.min(size, pieceBytesOf(size)));
	for (let index = 0; index < pieceCountOf(size); index++) {
		signal?.throwIfAborted();
		await act(index, buffer.subarray(0, bytesOfPiece(size, index)), index * pieceBytesOf(size));
	}
}

/** By what was fetched before and is still there, and what is on its way. */
async function takenBytes(records: Records): Promise<number> {
	let bytes = 0;
	const held: HeldRecord[] = [];
	for (const id of await records.list()) {
		bytes += (await records.transfer(id))?.transfer.offer.size ?? 0;
		const record = await records.held(id);
		if (record) held.push(record);
	}
	const fetched = new Fetched(() => held.sort((one, other) => one.since - other.since));
	await fetched.look();
	return bytes + fetched.bytes;
}
