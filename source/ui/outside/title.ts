/** What the window of the terminal is called. */
import {activeRoom} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';

const NAME = 'p2p-tui';
/** More than that is many. */
const MAX_COUNT = 99;

/** `(@1) p2p-tui` while something names us, `(3) p2p-tui` while something is unread. */
export function titleOf(state: State): string {
	let {unread, mentions} = sums(state);
	const open = activeRoom(state);
	// What comes into the open room while the window is not in front has not been seen either.
	if (open && !state.isFocused) {
		unread += open.missed;
		mentions += open.missedMentions;
	}
	if (mentions > 0) return `(@${bounded(mentions)}) ${NAME}`;
	return unread > 0 ? `(${bounded(unread)}) ${NAME}` : NAME;
}

function sums({rooms}: State): {unread: number; mentions: number} {
	let [unread, mentions] = [0, 0];
	for (const room of rooms) {
		unread += room.unread;
		mentions += room.mentions;
	}
	return {unread, mentions};
}

function bounded(count: number): string {
	return count > MAX_COUNT ? `${MAX_COUNT}+` : String(count);
}
