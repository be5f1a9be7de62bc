/** What a line means here and now: the commands' context is drawn from the state. */
import type {LineMeaning} from '../store/decide.ts';
import {entryAt} from '../store/log.ts';
import {activeRoom, people} from '../store/selectors.ts';
import type {Room, State} from '../store/state.ts';
import {keymapOf} from './keymap.ts';
import {onTheirWay} from './panes/queued.ts';
import {parseLine} from './slash.ts';
import type {RecentMessage} from './slash-types.ts';

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
		forgetting: state.forgetting,
		faults,
	});
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
