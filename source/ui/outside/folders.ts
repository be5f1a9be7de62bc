/** Looking into folders, for completing paths and for files that are dropped. Nothing is opened, and nothing waits for it. */
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {DroppedFile, ListedItem} from '../../store/files/transfers.ts';

/** Items of one folder: more are not completed by anybody. */
const MAX_ITEMS = 5_000;
/** Items of which the size is looked up. */
const MAX_SIZES = 200;

/** Nothing if it cannot be read: then there is nothing to complete. */
export async function listFolder(folder: string): Promise<readonly ListedItem[]> {
	try {
		const entries = (await readdir(folder, {withFileTypes: true})).slice(0, MAX_ITEMS);
		const items = entries.map(async (entry, index): Promise<ListedItem | undefined> => {
			const {name} = entry;
			if (entry.isDirectory()) return {name, isFolder: true};
			// Where a link leads is what counts.
			if (!(entry.isFile() || entry.isSymbolicLink())) return undefined;
			if (entry.isFile() && index >= MAX_SIZES) return {name, isFolder: false};
			const about = await stat(path.join(folder, name)).catch(() => undefined);
			return about && {name, isFolder: about.isDirectory(), ...(about.isFile() && {size: about.size})};
		});
		return (await Promise.all(items)).filter(item => item !== undefined);
	} catch {
		return [];
	}
}

/** All of them, if each is a file or a folder; else nothing. */
export async function lookAt(paths: readonly string[]): Promise<readonly DroppedFile[]> {
	try {
		const found = await Promise.all(paths.map(async each => ({each, about: await stat(each)})));
		if (!found.every(({about}) => about.isFile() || about.isDirectory())) return [];
		return found.map(({each, about}) => ({
			path: each,
			name: path.basename(each),
			size: about.isFile() ? about.size : 0,
			isFolder: about.isDirectory(),
		}));
	} catch {
		return [];
	}
}
