/** What a folder holds that may be offered: its files; hidden ones, links, devices and empty folders are left out. */
import type {BigIntStats, Dirent} from 'node:fs';
import {lstat, opendir} from 'node:fs/promises';
import {join} from 'node:path';
import {MAX_FOLDER_FILES} from '../../wire/file-offer.ts';
import type {ManifestFile} from '../../wire/manifest.ts';
import {FileFailure} from './kept.ts';

export type Found = ManifestFile & {readonly stats: BigIntStats};

/** Folders and files that are looked at, so that a tree without end has one; and folders one in the other. */
const MAX_ENTRIES = 10 * MAX_FOLDER_FILES;
const MAX_DEPTH = 64;

/** Files that are looked at side by side. */
const AT_ONCE = 16;

const ANY_EXECUTE = 0o111n;

export type Walked = {readonly files: Found[]; readonly skipped: number};

/**
 * Rejects with what the system says, a FileFailure if there are too many (more than `most`, the ones that are left out
 * included), or as `signal` says. In no certain order.
 */
export async function walk(folder: string, signal?: AbortSignal, most = MAX_ENTRIES): Promise<Walked> {
	const files: Found[] = [];
	let [skipped, seen] = [0, 0];
	const waiting: (readonly string[])[] = [[]];
	for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
		const names: string[][] = [];
		const before = seen;
		for await (const entry of await opendir(join(folder, ...path))) {
			signal?.throwIfAborted();
			if (++seen > most) throw tooMany(folder);
			if (!isOffered(entry)) skipped++;
			else if (entry.isFile()) names.push([...path, entry.name]);
			else if (path.length < MAX_DEPTH) waiting.push([...path, entry.name]);
			else throw new FileFailure('too-large', `Folders lie too deep in one another: ${folder}`);
		}
		// Whoever gets the others would look for an empty one.
		if (seen === before && path.length > 0) skipped++;
		if (files.length + names.length > MAX_FOLDER_FILES) throw tooMany(folder);
		files.push(...(await lookAtAll(folder, names, signal)));
	}
	const isFile = ({stats}: Found) => stats.isFile();
	return {files: files.filter(isFile), skipped: skipped + files.filter(file => !isFile(file)).length};
}

/** Not hidden, and not a link or a device. */
function isOffered(entry: Dirent): boolean {
	return !entry.name.startsWith('.') && (entry.isDirectory() || entry.isFile());
}

export function isProgram({mode}: BigIntStats): boolean {
	return (mode & ANY_EXECUTE) !== 0n;
}

async function lookAtAll(folder: string, paths: readonly string[][], signal?: AbortSignal): Promise<Found[]> {
	const found: Found[] = [];
	for (let start = 0; start < paths.length; start += AT_ONCE) {
		signal?.throwIfAborted();
		const some = paths.slice(start, start + AT_ONCE);
		const stats = await Promise.all(some.map(path => lstat(join(folder, ...path), {bigint: true})));
		stats.forEach((one, index) => {
			found.push({path: some[index]!, size: Number(one.size), isExecutable: isProgram(one), stats: one});
		});
	}
	return found;
}

function tooMany(folder: string): FileFailure {
	return new FileFailure('too-large', `More than ${MAX_FOLDER_FILES} files in ${folder}: offer an archive instead`);
}
