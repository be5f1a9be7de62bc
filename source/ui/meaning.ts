/** What a line means here and now: the commands' context is drawn from the state. */
import type {LineMeaning} from '../store/decide.ts';
import {fileSettingsFrom} from '../store/file-settings.ts';
import {isOpenOffer, offersOf, transfersOf} from '../store/files/selectors.ts';
import {isOver} from '../store/files/transfers.ts';
import {entryAt} from '../store/log.ts';
import {activeRoom, people} from '../store/selectors.ts';
import type {Room, State} from '../store/state.ts';
import {keymapOf} from './keymap.ts';
import {onTheirWay} from './panes/queued.ts';
import {parseLine} from './slash.ts';
import type {RecentMessage, SlashFiles} from './slash-types.ts';

export function meaningOf(line: string, state: State, faults: boolean): LineMeaning {
	const open = activeRoom(state);
	return parseLine(line, {
		room: state.active,
		topic: open?.topic ?? '',
		rooms: state.rooms.map(room => room.room),
		roomsWith: who =>
			state.rooms
				.filter(({peer, members}) => peer === undefined && members.some(member => member.peer === who))
				.map(({room}) => room),
		peers: people(state),
		recent: () => recentMessages(open),
		endKey: keymapOf(state).label('scroll-to-end'),
		isFarUp: open !== undefined && open.newer !== 'none',
		isSending: open !== undefined && onTheirWay(state, open).length > 0,
		files: filesOf(state),
		forgetting: state.forgetting,
		faults,
	});
}

/** What is told by the core counts; before that, what is set. */
function filesOf(state: State): SlashFiles {
	const {files, settings, places} = state;
	const known = files.settings ?? fileSettingsFrom(settings);
	return {
		places,
		offers: () =>
			offersOf(state).map(offer => ({
				file: offer.file,
				messageId: offer.id,
				name: offer.name,
				isOurs: offer.local,
				isOpen: offer.room === state.active && isOpenOffer(state, offer),
			})),
		areOffersComing: isReading(state),
		transfers: () =>
			transfersOf(state).map(transfer => ({
				file: transfer.file,
				name: transfer.name,
				state: transfer.state,
				isMoving: !isOver(transfer) && transfer.state !== 'paused',
			})),
		accept: known.accept,
		maxUpload: known.maxUpload,
		maxDownload: known.maxDownload,
	};
}

/** What is kept of the open room is not here yet, as right after the start. */
export function isReading(state: State): boolean {
	const {core, readyAt} = state;
	if (core.state !== 'running' || readyAt === undefined) return core.state !== 'failed';
	return activeRoom(state)?.page === 'stale' || activeRoom(state)?.page === 'asked';
}

/** Entries to look back over for what a command means. */
const LOOK_BACK = 1_000;

function recentMessages(room: Room | undefined): readonly RecentMessage[] {
	const found: RecentMessage[] = [];
	if (!room) return found;
	const {length} = room.log;
	for (let index = length - 1; index >= Math.max(0, length - LOOK_BACK); index--) {
		const entry = entryAt(room.log, index);
		if (entry?.kind !== 'message' || entry.redacted !== undefined) continue;
		const {id, from, text, local, isWhole, reactions} = entry;
		found.push({
			id,
			from,
			text,
			local,
			isWhole,
			reactions: reactions.filter(each => each.isOurs).map(each => each.emoji),
		});
	}
	return found;
}
