/** What a person does with offers, with files that are dropped into the window, and with paths. */
import {EMPTY_COMPOSER, replaceText} from '../composer.ts';
import {wantedFolder} from '../files/asking.ts';
import {droppedPaths} from '../files/dropped.ts';
import {offersOf} from '../files/selectors.ts';
import {changeFiles, type Dropped, type DroppedFile, filesWanted, isWhole, type Transfer} from '../files/transfers.ts';
import {notify} from '../reduce/notices.ts';
import type {MessageEntry} from '../state.ts';
import {writeCommand} from './choosing.ts';
import {coreText, type Stage} from './stage.ts';

/** Takes what a message offers, or goes on with it. */
export function getOffer(stage: Stage, {id, offer, local}: MessageEntry): void {
	if (!offer) return notify(stage.draft, 'info', 'this message offers no file');
	const {file} = offer;
	const transfer = stage.state.files.transfers.get(file);
	switch (transfer?.state) {
		case undefined:
		case 'cancelled':
			if (local) return notify(stage.draft, 'info', 'it is yours: others take it');
			return stage.send({command: 'fetch-file', file, messageId: id});
		// The core says where it is, and fetches it if it is not there any more.
		case 'kept':
			return stage.send({command: 'fetch-file', file, messageId: id});
		case 'paused':
		case 'failed':
			return stage.send({command: 'resume', file});
		case 'done':
			return notify(stage.draft, 'info', hereWords(transfer));
		case 'changed':
			if (transfer.isFetched && !local) return stage.send({command: 'fetch-file', file, messageId: id});
			return notify(stage.draft, 'info', 'it has changed since you offered it: offer it again');
		default:
			return notify(stage.draft, 'info', 'it is on its way: /transfers shows how far');
	}
}

function hereWords({place}: Transfer): string {
	return `it is here already${place === undefined ? '' : `: ${place}`}`;
}

/** The command stands in the line, with the folder still to be written. */
export function getInto(stage: Stage, entry: MessageEntry): void {
	const {offer, local} = entry;
	if (!offer || local) return getOffer(stage, entry);
	const meant = offersOf(stage.state).find(({name}) => name.toLowerCase() === offer.name.toLowerCase());
	const name = meant?.file === offer.file ? offer.name : offer.file.slice(0, 8);
	stage.edit(composer => replaceText(composer, ''));
	writeCommand(stage, `/get ${name} ~/`);
}

/** In the file manager; a file of somebody else is never opened itself. */
export function showPlace(stage: Stage, transfer: Transfer | undefined): void {
	const path = placeOf(transfer);
	if (path === undefined) return notify(stage.draft, 'info', 'it is not here yet');
	stage.effect({type: 'show-place', path});
}

/** True if there is a path to copy. */
export function copyPlace(stage: Stage, transfer: Transfer | undefined): boolean {
	const path = placeOf(transfer);
	if (path !== undefined) stage.effect({type: 'copy', text: path});
	return path !== undefined;
}

/** Of one that has its name. */
function placeOf(transfer: Transfer | undefined): string | undefined {
	if (!transfer) return undefined;
	const isThere = isWhole(transfer) || transfer.state === 'changed' || !transfer.isFetched;
	return isThere ? transfer.path : undefined;
}

/** What was pasted looks like files: it is looked up whether they are there. It stands in the line meanwhile, as any paste. */
export function askAboutDrop(stage: Stage, text: string): void {
	const {room} = stage;
	const paths = room && !room.composing ? droppedPaths(text, stage.state.places) : [];
	if (!room || paths.length === 0) return;
	const {text: line} = stage.composer;
	changeFiles(stage.draft, {dropped: {text: line, room: room.room, files: undefined}});
	stage.effect({type: 'look-at', paths, text: line});
}

/** The person has said yes. */
export function sendDropped(
	stage: Stage,
	{text: line, room, files}: Dropped & {readonly files: readonly DroppedFile[]},
): void {
	if (stage.state.core.state !== 'running') return notify(stage.draft, 'error', coreText(stage.state));
	changeFiles(stage.draft, {dropped: undefined});
	stage.draft.set({notice: undefined});
	stage.edit(composer => ({...EMPTY_COMPOSER, history: composer.history, kills: composer.kills}));
	// Of one that is refused, the path comes back into the line.
	if (files.length === 1) stage.typed = {room, line};
	for (const {path} of files) stage.send({command: 'offer-file', path, room});
	stage.typed = undefined;
}

/** Commands that need to know what is on its way, or how files are dealt with. */
const ABOUT_FILES = /^\/(?:get|transfers|pause|resume|cancel|priority|accept|limit)\b/;

/** While a path is written, what is in its folder is asked for: once, until another folder is meant. */
export function lookForPaths(stage: Stage): void {
	const {state, around} = stage;
	const {text, cursor} = stage.composer;
	const {listing} = state.files;
	const isWriting = text.startsWith('/') && state.view === 'chat';
	if (isWriting && ABOUT_FILES.test(text)) filesWanted(stage.draft);
	const folder = isWriting ? wantedFolder(state, text.slice(0, cursor), around.commands) : undefined;
	if (folder === listing?.folder) return;
	changeFiles(stage.draft, {listing: folder === undefined ? undefined : {folder, items: undefined}});
	if (folder !== undefined) stage.effect({type: 'list-folder', folder});
}
