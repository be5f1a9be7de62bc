/**
 * Names as they are said in lines. There are no colours here, and whoever listens hears no columns: nothing in a name may
 * pass for a word of ours, or for somebody else's.
 */
import {shapeOf} from '../base/look-alike.ts';
import {isShared, quoted, TAG_MARK, tagOf} from '../store/names.ts';
import {nameHolders} from '../store/selectors.ts';
import type {Room, State} from '../store/state.ts';

const WORD = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.'-]*[\p{L}\p{M}\p{N}_])?$/u;
/** What no word of a name needs: what our own lines are made of, such as `: `, and other signs. */
const SIGNS = /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Cf}\s_.'-]/u;
const SAYS_SOMETHING = /[\p{L}\p{Extended_Pictographic}]/u;

/** Words of our lines, by their shapes. */
const OURS: ReadonlySet<string> = new Set(
	['you', 'your', 'yourself', 'nobody', 'somebody', 'people', 'warning', 'error', 'kept', 'room']
		.concat(['and', 'to', 'from', 'in', 'with', 'is', 'has', 'says', 'answers', 'edited', 'took', 'joined', 'left'])
		.map(shapeOf),
);

/** `you`, `ann`, `“Ann Lee”`; with a tag where that could be somebody else, or words of ours: `“you”·WPqL`. */
export function nameIn(state: State, peer: string, name: string): string {
	if (peer === state.self?.peerId) return 'you';
	const shown = nameAlone(peer, name);
	const isDoubtful = shown !== name && couldSayMore(name);
	return isDoubtful || isShared(nameHolders(state), {peer, name}) ? `${shown}${TAG_MARK}${tagOf(peer)}` : shown;
}

/** The name without a tag; in quotes unless it is one plain word. */
export function nameAlone(peer: string, name: string): string {
	const isNone = name === `…${tagOf(peer)}`;
	const isPlain = WORD.test(name) && /\p{L}/u.test(name) && !OURS.has(shapeOf(name));
	return isNone || isPlain ? name : quoted(name);
}

function couldSayMore(name: string): boolean {
	return SIGNS.test(name) || !SAYS_SOMETHING.test(name) || name.split(/\s+/u).some(word => OURS.has(shapeOf(word)));
}

export {quoted};

/** `#lobby`, or whom one talks to: `bob`. */
export function placeName(state: State, {peer, label}: Pick<Room, 'peer' | 'label'>): string {
	return peer === undefined ? label : nameIn(state, peer, label.slice(1));
}
