import type {ChatMessage, EventOf} from '../../source/api/event.ts';

/** The event of a message. */
export function said(text: string, local = false): EventOf<'message'> {
	return {type: 'message', ...entry(text, local)};
}

/** A message whose id and text are the same. */
export function entry(text: string, local = false): ChatMessage {
	const from = local ? 'me' : 'bob';
	const author = {from, name: from, local};
	return {room: 'lobby', messageId: text, kind: 'message', ...author, text, timestamp: 0, seq: 1, order: 0};
}
