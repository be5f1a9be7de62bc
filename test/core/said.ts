import type {EventOf} from '../../source/api/event.ts';

/** The event of a message. */
export function said(text: string, local = false): EventOf<'message'> {
	const from = local ? 'me' : 'bob';
	return {type: 'message', room: 'lobby', messageId: text, from, name: from, text, timestamp: 0, seq: 1, local};
}
