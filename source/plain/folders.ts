/** What is in a folder, for Tab: readline waits for the answer, so it is looked up at once, and nothing more than names. */
import {readdirSync} from 'node:fs';
import type {ListedItem} from '../store/files/transfers.ts';

/** Items of one folder: more are not completed by anybody. */
const MAX_ITEMS = 5_000;

/** Nothing if it cannot be read. */
export function itemsOf(folder: string): readonly ListedItem[] {
	try {
		return readdirSync(folder, {withFileTypes: true})
			.slice(0, MAX_ITEMS)
			.filter(entry => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
			.map(entry => ({name: entry.name, isFolder: entry.isDirectory()}));
	} catch {
		return [];
	}
}
