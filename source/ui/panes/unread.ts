/** The mark beside a room with something unread. */
import type {Room} from '../../store/state.ts';

/** `3`, or `@3` if at least one of the three names us, in a room of many; empty if all is read. */
export function unreadMark({unread, mentions, peer}: Pick<Room, 'unread' | 'mentions' | 'peer'>): string {
	if (unread === 0) return '';
	return `${mentions > 0 && peer === undefined ? '@' : ''}${unread > 999 ? '999+' : unread}`;
}
