/** What was searched for and found. */
import type {Results} from '../api/event.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import type {Draft} from './draft.ts';
import {lineOf} from './entry.ts';
import {cleanName} from './names.ts';
import {SEARCH_SIZE} from './requests.ts';
import type {SearchHit} from './state.ts';

/** Results kept: whoever wants more is better served by other words. */
const MAX_HITS = 1_000;
/** UTF-16 units of a page that may have been cut for its length. */
const LONG_PAGE = 32 * 1024;

export function searchCame(draft: Draft, text: string, {messages}: Results['search']): void {
	const {search} = draft.state;
	if (search?.text !== text || search.state !== 'asking') return;
	const hits = [...search.hits, ...messages.map(message => hitOf(draft, message))].slice(0, MAX_HITS);
	const length = messages.reduce((sum, message) => sum + message.text.length, 0);
	// A page of long messages is shorter than what was asked for.
	const isLast = messages.length === 0 || (messages.length < SEARCH_SIZE && length < LONG_PAGE);
	const isDone = isLast || hits.length >= MAX_HITS;
	draft.set({search: {text, hits, state: isDone ? 'done' : 'more'}});
}

function hitOf(draft: Draft, message: Results['search']['messages'][number]): SearchHit {
	const label = draft.findRoom(message.room)?.label ?? sanitizeLine(`#${message.room}`);
	return {
		id: message.messageId,
		room: message.room,
		label,
		from: message.from,
		name: cleanName(message.name, message.from),
		text: lineOf(message.text),
		timestamp: message.timestamp,
	};
}
