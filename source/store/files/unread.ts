/** Files that were to be offered and could not be read: the core has forgotten them, and they stand here by their paths. */
import type {Command} from '../../api/command.ts';
import {idBeginning} from '../../base/file-id.ts';
import type {Draft} from '../draft.ts';
import {quoted} from '../names.ts';
import {notify} from '../reduce/notices.ts';
import {changeFiles, type Transfer, triedAgain} from './transfers.ts';

export function isUnread({state, file}: Pick<Transfer, 'state' | 'file'>): boolean {
	return state === 'failed' && idBeginning(file) === undefined;
}

/** What the core is to be told instead of a command about such a one: to read it again, for each of its rooms; or nothing. */
export function aboutUnread(draft: Draft, command: Command): readonly Command[] {
	if (command.command !== 'cancel' && command.command !== 'resume') return [command];
	const transfers = new Map(draft.state.files.transfers);
	const transfer = transfers.get(command.file);
	if (!transfer || !isUnread(transfer)) return [command];
	const {file, name, rooms} = transfer;
	if (command.command === 'resume' && rooms.length > 0) {
		triedAgain(draft, file);
		return rooms.map(room => ({command: 'offer-file', path: file, room}));
	}
	transfers.delete(file);
	changeFiles(draft, {transfers});
	notify(draft, 'info', `${quoted(name)} is not offered`);
	return [];
}
