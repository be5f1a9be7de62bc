/**
 * For whom a message is: the members of its room that are connected, and those who have spoken in it and not left. The
 * latter get it when they are back; of who has been silent for a month nobody expects it.
 */
import type {Archive} from '../history/archive.ts';
import type {EventStore} from '../history/event-store.ts';
import {readStored} from '../history/fold.ts';
import type {RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {View} from './behaviour.ts';
import type {Membership} from './membership.ts';
import type {Place} from './room.ts';

/** Milliseconds of silence after which an author is no longer waited for. */
export const ABSENCE = 30 * 24 * 60 * 60 * 1_000;

/** Authors of one room that are waited for. */
export const MAX_AUTHORS = 512;

/** Milliseconds after which the authors are looked up anew: events may have come by sync. */
const FRESH = 30_000;

/** Milliseconds that an order may lie ahead of our clock, as those of honest authors do. */
const MAX_AHEAD = 60_000;

/** Newest events of a room that tell when their authors spoke. */
const LOOK_BACK = 128;

/** When each author last said something, Unix milliseconds, and when that was looked up. */
type Authors = {readonly last: Map<PeerId, number>; readonly at: number};

export type AudienceOptions = {readonly view: View; readonly archive: Archive; readonly membership: Membership};

export class Audience {
	readonly #options: AudienceOptions;
	readonly #authors = new Map<string, Authors>();

	constructor(options: AudienceOptions) {
		this.#options = options;
	}

	/** Without ourselves. */
	of({room, peer}: Place): readonly PeerId[] {
		if (peer !== undefined) return [peer];
		const {view, membership} = this.#options;
		const now = view.timestamp();
		const audience = new Set(membership.peersIn(room));
		for (const [author, spoke] of this.#authorsOf(room, now)) if (spoke > now - ABSENCE) audience.add(author);
		audience.delete(view.self);
		return [...audience];
	}

	/** An event came: between two look-ups nobody is forgotten who was here for a moment. */
	noted({room, author, kind}: Pick<RoomEvent, 'room' | 'author' | 'kind'>, order: number): void {
		const last = this.#authors.get(room)?.last;
		if (kind === 'leave') last?.delete(author);
		else if (last && (last.has(author) || last.size < MAX_AUTHORS)) {
			last.set(author, Math.min(order, this.#options.view.timestamp()));
		}
	}

	left(room: string): void {
		this.#authors.delete(room);
	}

	#authorsOf(room: string, now: number): ReadonlyMap<PeerId, number> {
		const known = this.#authors.get(room);
		if (known && Math.abs(now - known.at) < FRESH) return known.last;
		const {archive} = this.#options;
		const spoke = spokenIn(archive, room, now);
		const authors = archive.store.authors(room, MAX_AUTHORS);
		const last = new Map(authors.map(({author, order}) => [author, spoke(author, order)]));
		this.#authors.set(room, {last, at: now});
		return last;
	}
}

/**
 * When authors whose last events stand at these orders said something, Unix milliseconds. One clock that is years ahead
 * lifts the order of all that follows it: then the last events of the room have to tell. Who is not among those was silent
 * at least since the first of them; so it costs one page, whoever asks for however many.
 */
export function spokenIn(
	{store}: Pick<Archive, 'store'>,
	room: string,
	now: number,
): (author: PeerId, order: number) => number {
	let page: {readonly last: ReadonlyMap<PeerId, number>; readonly first: number} | undefined;
	return (author, order) => {
		if (order <= now + MAX_AHEAD) return Math.min(order, now);
		page ??= lastWords(store, room, now);
		return page.last.get(author) ?? page.first;
	};
}

/** When each author of the newest events spoke, and when the first of these events came. */
function lastWords(store: EventStore, room: string, now: number) {
	const last = new Map<PeerId, number>();
	let first = now;
	for (const stored of store.page(room, {limit: LOOK_BACK, kinds: 'all'}).toReversed()) {
		const event = readStored(stored);
		if (!event) continue;
		const at = Math.min(event.timestamp, stored.received, now);
		first = Math.min(first, at);
		last.set(event.author, Math.max(at, last.get(event.author) ?? 0));
	}
	return {last, first};
}
