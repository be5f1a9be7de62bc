/** Room events for tests: one author's chain, each event linked to the one before. */
import {eventId, type SignedEvent, signEvent} from '../../source/wire/event.ts';
import type {Identity} from '../../source/wire/identity.ts';
import type {EventBody, EventHead, RoomEvent} from '../../source/wire/messages.ts';

/** The head of a first event in #lobby that has seen nothing. */
export function headOf(author: string, change: Partial<EventHead> = {}): EventHead {
	return {
		room: 'lobby',
		author,
		epoch: 'ab'.repeat(16),
		sequence: 1,
		timestamp: 1_763_700_000_000,
		clock: 1_763_700_000_000,
		previous: undefined,
		parents: [],
		...change,
	};
}

export type Said = SignedEvent & {readonly id: string; readonly decoded: RoomEvent};

/** Signs one event after the other, each with the one before as its `previous` and, unless told otherwise, its parent. */
export class Author {
	readonly #identity: Identity;
	readonly #start: EventHead;
	#last: Said | undefined;

	constructor(identity: Identity, change: Partial<EventHead> = {}) {
		this.#identity = identity;
		this.#start = headOf(identity.peerId, change);
	}

	say(body: EventBody, change: Partial<EventHead> = {}): Said {
		const last = this.#last;
		const sequence = last === undefined ? this.#start.sequence : last.decoded.sequence + 1;
		const links = last === undefined ? {} : {previous: last.id, parents: [last.id]};
		const decoded: RoomEvent = {...this.#start, sequence, ...links, ...change, ...body};
		const signed = signEvent(decoded, this.#identity);
		this.#last = {...signed, id: eventId(signed.event), decoded};
		return this.#last;
	}
}
