/** What the core answered to what was asked of files. */
import type {Command} from '../../api/command.ts';
import type {Results} from '../../api/event.ts';
import type {Draft} from '../draft.ts';
import {quoted} from '../names.ts';
import {notify} from '../reduce/notices.ts';
import {fileName} from './offer.ts';
import {shortPath} from './paths.ts';
import {percentOf, shareOf} from './selectors.ts';
import {changeFiles, contentsCame, fileSettingsCame, type Transfer, transfersCame, triedAgain} from './transfers.ts';

type Control = Extract<Command, {command: 'pause' | 'resume' | 'prioritise'}>;
type Offering = Extract<Command, {command: 'offer-file'}>;

export function fileAnswered(draft: Draft, command: Command, result: Results[keyof Results]): void {
	switch (command.command) {
		case 'transfers':
			return command.file === undefined ? transfersCame(draft, result as Results['transfers']) : undefined;
		case 'contents':
			return contentsCame(draft, result as Results['contents']);
		case 'file-settings':
			return fileSettingsCame(draft, result as Results['file-settings']);
		case 'pause':
		case 'resume':
		case 'prioritise':
			return controlled(draft, command, (result as Results['pause']).file);
		case 'offer-file':
			return offered(draft, command, result as Results['offer-file']);
		case 'fetch-file': {
			const {file, path, isHere} = result as Results['fetch-file'];
			const {transfers} = draft.state.files;
			// What was here already is told by its state.
			if (isHere || transfers.get(file)?.state === 'done')
				return notify(draft, 'info', `it is here already: ${shown(draft, path)}`);
			return notify(draft, 'info', `on its way to ${shown(draft, path)}`);
		}
	}
}

/** Which one it was: a command may have meant the newest. On the pages of files the row itself says it. */
function controlled(draft: Draft, command: Control, file: string): void {
	if (command.command === 'resume') triedAgain(draft, file);
	const {files, view} = draft.state;
	const transfer = files.transfers.get(file);
	if (transfer && view !== 'transfers' && view !== 'transfer')
		notify(draft, 'info', `${quoted(transfer.name)} ${controlWords(command, transfer)}`);
}

function controlWords(command: Control, transfer: Transfer): string {
	if (command.command === 'resume') return 'goes on';
	if (command.command === 'pause')
		return `is paused${transfer.size > 0 ? ` at ${percentOf(shareOf(transfer))} %` : ''}`;
	if (command.priority === 0) return 'goes in its turn';
	return `goes ${command.priority > 0 ? 'before' : 'after'} the others`;
}

/** It stands in the room as a message; elsewhere that is not seen, nor what was left out of a folder. */
function offered(draft: Draft, {path, room}: Offering, {skipped = 0}: Results['offer-file']): void {
	const transfers = new Map(draft.state.files.transfers);
	const {name = fileName(path.replace(/^.*[/\\](?=.)/, ''))} = transfers.get(path) ?? {};
	if (transfers.delete(path)) changeFiles(draft, {transfers});
	const isSeen = room === draft.state.active;
	if (isSeen && skipped === 0) return;
	const where = isSeen ? '' : room.startsWith('@') ? ' there' : ` in #${room}`;
	const left = skipped === 0 ? '' : `; left out: ${skipped} hidden, linked or empty`;
	notify(draft, 'info', `${quoted(name)} is offered${where}${left}`);
}

function shown(draft: Draft, path: string): string {
	return shortPath(path, draft.state.places);
}
