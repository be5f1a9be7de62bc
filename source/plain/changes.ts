/** What became of a message that was said: edited, taken back, reacted to. */
import type {EventOf} from '../api/event.ts';
import type {MessageEntry, State} from '../store/state.ts';
import {nameIn} from './names.ts';
import {beginningOf, listOf, said, sign} from './words.ts';

/** Nothing, if nothing changed that a reader would notice. */
export function changeLines(
	state: State,
	before: MessageEntry,
	after: MessageEntry,
	event: EventOf<'message-changed'>,
): readonly string[] {
	const author = nameIn(state, after.from, after.name);
	if (after.redacted !== undefined) {
		if (before.redacted !== undefined) return [];
		const why = after.redacted === '' ? '' : `, ${after.redacted}`;
		return [`${author} took back${why}: ${beginningOf(before.text)}`];
	}
	const edited = after.isEdited && after.text !== before.text ? said(`${author} edited`, after.text) : [];
	return [...edited, ...reactionLines(state, before, after, event)];
}

function reactionLines(
	state: State,
	before: MessageEntry,
	after: MessageEntry,
	{reactions = []}: EventOf<'message-changed'>,
): readonly string[] {
	const counts = new Map(before.reactions.map(({emoji, count}) => [emoji, count]));
	const whose = after.local ? 'you' : nameIn(state, after.from, after.name);
	const added = after.reactions.flatMap(({emoji, count}, index) => {
		if (count <= (counts.get(emoji) ?? 0)) return [];
		// The same reactions in the same order, as they came.
		const from = reactions[index]?.from ?? [];
		return [`${sign(emoji)} from ${whoReacted(state, from, count)} to ${whose}: ${beginningOf(after.text)}`];
	});
	return [...added, ...takenBack(before, after).map(line => `${line} to ${whose}: ${beginningOf(after.text)}`)];
}

/** `you took back 👍`; of others it is not known who. */
function takenBack(before: MessageEntry, after: MessageEntry): readonly string[] {
	return before.reactions.flatMap(({emoji, count, isOurs}) => {
		const now = after.reactions.find(each => each.emoji === emoji);
		if ((now?.count ?? 0) >= count) return [];
		const isOurOwn = isOurs && now?.isOurs !== true;
		return [isOurOwn ? `you took back ${sign(emoji)}` : `somebody took back ${sign(emoji)}`];
	});
}

/** Reactions of more people than this are counted. */
const MAX_NAMED = 3;

function whoReacted(state: State, from: readonly string[], count: number): string {
	const names = from.flatMap(peer => {
		if (peer === state.self?.peerId) return ['you'];
		const known = state.peers.get(peer);
		return known ? [nameIn(state, peer, known.name)] : [];
	});
	return names.length === count && count <= MAX_NAMED ? listOf(names) : `${count} people`;
}
