/** The mark beside a room with something unread. */
import type {Room} from '../../store/state.ts';

/** `3`, or `@3` if at least one of the three names us; empty if all is read. */
export function unreadMark({unread, mentions}: Pick<Room, 'unread' | 'mentions'>): string {
	if (unread === 0) return '';
	return `${mentions > 0 ? '@' : ''}${unread > 999 ? '999+' : unread}`;
}
