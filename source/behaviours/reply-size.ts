/** A reply crosses a thread and becomes one line of JSON: so it is bounded, whatever people write. */
import type {ChatMessage} from '../api/event.ts';

/** UTF-16 units of one reply, or a little more; a single item may be larger. */
export const MAX_REPLY_LENGTH = 4 * 1024 * 1024;

/** Units that an item has besides its texts: ids, names, keys. */
export const ITEM_LENGTH = 700;

/** A peer id in JSON. */
const PEER_LENGTH = 56;

/** As many of these as one reply takes: from the first one on, or up to the last one. */
export function fitting(messages: readonly ChatMessage[], end: 'first' | 'last'): readonly ChatMessage[] {
	let left = MAX_REPLY_LENGTH;
	const isTooMuch = (message: ChatMessage) => {
		const length = lengthOf(message);
		const isFirst = left === MAX_REPLY_LENGTH;
		left -= length;
		return left < 0 && !isFirst;
	};
	if (end === 'last') return messages.slice(messages.findLastIndex(isTooMuch) + 1);
	const cut = messages.findIndex(isTooMuch);
	return cut < 0 ? messages : messages.slice(0, cut);
}

function lengthOf({text, redacted = '', reactions = []}: ChatMessage): number {
	const people = reactions.reduce((sum, {from}) => sum + from.length + 1, 0);
	return ITEM_LENGTH + text.length + redacted.length + people * PEER_LENGTH;
}
