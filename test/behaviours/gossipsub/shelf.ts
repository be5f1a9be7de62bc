/**
 * Stands for a node's archive and chronicle where only the ways of events count: it remembers ids and nothing else, and
 * its node has said long ago that it is in the room. So hundreds of nodes cost what their routers cost.
 */
import type {NodeEvent} from '../../../source/api/event.ts';
import type {Chronicle} from '../../../source/behaviours/chronicle.ts';
import type {Archive, Incoming, Kept} from '../../../source/history/archive.ts';
import {eventId, signEvent} from '../../../source/wire/event.ts';
import type {Identity} from '../../../source/wire/identity.ts';
import type {EventBody, RoomEvent} from '../../../source/wire/messages.ts';

const NOTHING = {missing: [], filled: [], siblings: [], after: 0};

export class Shelf {
	readonly #identity: Identity;
	readonly #name: string;
	readonly #epoch: string;
	readonly #ids = new Set<string>();
	#sequence = 0;
	#previous: string | undefined;

	/** `name`: what the node goes by. `epoch`: 32 hex digits. */
	constructor(identity: Identity, name: string, epoch: string) {
		this.#identity = identity;
		this.#name = name;
		this.#epoch = epoch;
	}

	/** What `Rooms` asks of the two. */
	parts(): {readonly archive: Archive; readonly chronicle: Chronicle} {
		const join = this.#made('lobby', {kind: 'join', name: this.#name}, 0).stored;
		const archive = {
			store: {
				last: (_room: string, kind: string) => (kind === 'join' ? join : undefined),
				authors: () => [],
				countUnread: () => 0,
				spreads: () => [],
			},
			open: () => {},
			rooms: () => [],
			room: (room: string) => ({room, digest: '', events: 0, heads: []}),
			has: (_room: string, id: string) => this.#ids.has(id),
			create: (room: string, body: EventBody, timestamp: number) => this.#made(room, body, timestamp),
			accept: (incoming: Incoming, received: number) => this.#kept(incoming, received),
			needsReorder: () => false,
			markRead: () => true,
			saveSpread: () => {},
		};
		const chronicle = {
			tell: ({event, stored}: Kept) => [shown(event, stored.id)],
			committed: () => {},
			nameOf: (room: string) => room,
			authorName: (peer: string) => peer,
			topicOf: () => undefined,
		};
		return {archive: archive as unknown as Archive, chronicle: chronicle as unknown as Chronicle};
	}

	#made(room: string, body: EventBody, timestamp: number): Kept {
		this.#sequence += 1;
		const author = this.#identity.peerId;
		const head = {room, author, epoch: this.#epoch, sequence: this.#sequence, previous: this.#previous};
		const event: RoomEvent = {...head, timestamp, clock: timestamp, parents: [], ...body};
		const {event: bytes, signature} = signEvent(event, this.#identity);
		this.#previous = eventId(bytes);
		return this.#kept({id: this.#previous, event, bytes, signature}, timestamp);
	}

	#kept({id, event, bytes, signature}: Incoming, received: number): Kept {
		this.#ids.add(id);
		return {stored: {room: event.room, id, order: event.clock, bytes, signature, received}, event, ...NOTHING};
	}
}

function shown(event: RoomEvent, messageId: string): NodeEvent {
	const {room, author, sequence, timestamp, clock} = event;
	const text = event.kind === 'message' ? event.text : '';
	const words = {room, messageId, kind: 'message', from: author, name: author, text, timestamp, local: false} as const;
	return {type: 'message', ...words, seq: sequence, order: clock};
}
