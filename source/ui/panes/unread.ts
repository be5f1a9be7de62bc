/** The mark beside a room with something unread. */
import type {Room} from '../../store/state.ts';

/** `3`, or `@3` if at least one of the three names us, in a room of many; empty if all is read. */
export function unreadMark(room: Pick<Room, 'unread' | 'mentions' | 'missed' | 'missedMentions' | 'peer'>): string {
	const {peer} = room;
	// In the open room, what was missed and cannot have been seen yet.
	const [unread, mentions] = [room.unread + room.missed, room.mentions + room.missedMentions];
	if (unread === 0) return '';
	return `${mentions > 0 && peer === undefined ? '@' : ''}${unread > 999 ? '999+' : unread}`;
}
