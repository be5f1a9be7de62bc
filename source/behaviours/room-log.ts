import type {ChatMessage} from '../api/event.ts';

/** Messages that one room keeps in memory. */
export const MAX_LOG_MESSAGES = 10_000;

/** UTF-16 units of text that one room keeps in memory, so that long messages cannot fill it. */
export const MAX_LOG_TEXT = 4 * 1024 * 1024;

/**
 * The messages of one room in the order in which they are shown, which is the order of arrival. In memory for now: the
 * durable log takes its place behind the same three methods.
 */
export class RoomLog {
	#messages: ChatMessage[] = [];
	#textLength = 0;
	/** Where the log begins in `#messages`: trimming one by one would be quadratic. */
	#start = 0;

	get length(): number {
		return this.#messages.length - this.#start;
	}

	append(message: ChatMessage): void {
		this.#messages.push(message);
		this.#textLength += message.text.length;
		while (this.length > MAX_LOG_MESSAGES || (this.#textLength > MAX_LOG_TEXT && this.length > 1)) {
			this.#textLength -= this.#messages[this.#start]?.text.length ?? 0;
			this.#start += 1;
		}
		// Half of the array at most is waste: whoever trimmed less often would keep long messages that count no more.
		if (this.#start > this.length) {
			this.#messages = this.#messages.slice(this.#start);
			this.#start = 0;
		}
	}

	/** The newest `limit` messages before the one with the id `before`, oldest first; none if that id is not here. */
	page(limit: number, before?: string): readonly ChatMessage[] {
		let end = this.#messages.length;
		if (before !== undefined) end = this.#messages.findLastIndex(message => message.messageId === before);
		return this.#messages.slice(Math.max(this.#start, end - limit), Math.max(this.#start, end));
	}
}
