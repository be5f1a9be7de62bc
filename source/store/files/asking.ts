/** What is asked outside about paths, and what came of it. */

import {namesFor} from '../complete-suggest.ts';
import type {CommandSpec} from '../complete-types.ts';
import type {Draft} from '../draft.ts';
import {activeRoom} from '../selectors.ts';
import type {State} from '../state.ts';
import {folderWanted, listed, pathBeingWritten} from './listing.ts';
import {fileName} from './offer.ts';
import {changeFiles, type Dropped, type DroppedFile, type ListedItem} from './transfers.ts';

/** The folder of the path that is being written, if one is. */
export function wantedFolder(state: State, head: string, commands: readonly CommandSpec[]): string | undefined {
	if (!head.startsWith('/')) return undefined;
	const path = pathBeingWritten(head, commands, namesFor(state));
	return path && folderWanted(path.written, state.places);
}

export function folderListed(draft: Draft, folder: string, items: readonly ListedItem[]): void {
	const {listing} = draft.state.files;
	if (listing?.folder !== folder) return;
	const {tab} = listing;
	const isMeant = tab !== undefined && activeRoom(draft.state)?.composer.text === tab.line;
	changeFiles(draft, {listing: {...listed(folder, items), ...(isMeant ? {tab} : {})}});
}

/** The question whether to send what was dropped; it goes when the line is changed. */
export function askedDrop(state: State): (Dropped & {readonly files: readonly DroppedFile[]}) | undefined {
	const {dropped} = state.files;
	const room = activeRoom(state);
	if (!dropped?.files || state.view !== 'chat' || room?.room !== dropped.room || room.composing) return undefined;
	return room.composer.text === dropped.text ? {...dropped, files: dropped.files} : undefined;
}

/** Only if all of them are there: otherwise it was just a text. */
export function dropLooked(draft: Draft, text: string, files: readonly DroppedFile[]): void {
	const {dropped} = draft.state.files;
	if (dropped?.text !== text) return;
	const named = files.map(file => ({...file, name: fileName(file.name)}));
	changeFiles(draft, {dropped: files.length === 0 ? undefined : {...dropped, files: named}});
}
