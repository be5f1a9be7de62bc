/** What was written here and is not yet known to be kept: shown at the end, with a sign of its own. */
import type {OfferedFile} from '../../api/files.ts';
import {fileName} from '../../store/files/offer.ts';
import {nameOf} from '../../store/files/paths.ts';
import type {MessageEntry, Pending, Room, State} from '../../store/state.ts';

const entries = new WeakMap<Pending, MessageEntry>();

/** In the order in which it was sent. The same objects as long as nothing changes. */
export function onTheirWay(state: State, room: Room): readonly MessageEntry[] {
	const found: MessageEntry[] = [];
	for (const [id, asked] of state.pending) {
		const text = textFor(asked, room);
		if (text === undefined || asked.isShown) continue;
		const entry = entries.get(asked) ?? entryOf(id, text, offerFor(asked, state), state);
		entries.set(asked, entry);
		found.push(entry);
	}
	return found;
}

function textFor({command}: Pending, {room, peer}: Room): string | undefined {
	if (command.command === 'publish' && command.room === room) return command.text;
	if (command.command === 'offer-file' && command.room === room) return fileName(nameOf(command.path));
	return command.command === 'direct' && command.peer === peer ? command.text : undefined;
}

/** What is read to be offered goes by its path. */
function offerFor({command}: Pending, {files}: State): OfferedFile | undefined {
	if (command.command !== 'offer-file') return undefined;
	const {path: file} = command;
	const {size = 0, files: count = 0} = files.transfers.get(file) ?? {};
	return {file, name: fileName(nameOf(file)), size, files: count, isExecutable: false};
}

function entryOf(id: string, text: string, offer: OfferedFile | undefined, {self, clock}: State): MessageEntry {
	return {
		kind: 'message',
		id,
		order: 0,
		timestamp: clock,
		missing: 0,
		from: self?.peerId ?? '',
		name: self?.name ?? '',
		text,
		cut: undefined,
		isWhole: true,
		local: true,
		mention: false,
		reply: undefined,
		offer,
		isEdited: false,
		redacted: undefined,
		reactions: [],
		isForked: false,
		storedBy: 0,
		of: 0,
		isRead: false,
	};
}
