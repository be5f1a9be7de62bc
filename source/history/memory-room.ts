/** One room of the store in memory: its events, and by what they are found. Changes are undone by their opposites. */
import type {EventKind, RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import type {Gap, NewEvent, Position, StoredChain, StoredEvent, StoredRoom} from './event-store.ts';
import {comparePositions, textOfBody} from './fold.ts';
import {sortedByPlace} from './order.ts';
import {Spans} from './spans.ts';

/** An event with what it is found by. Never changed: another place makes another entry. */
export type Entry = Position & {
	readonly stored: StoredEvent;
	readonly author: PeerId;
	readonly epoch: string;
	readonly sequence: number;
	readonly kind: EventKind;
	readonly target: string | undefined;
	/** What `search` looks at. */
	readonly text: string;
	/** The how manieth event of the store it is. */
	readonly arrival: number;
};

type Numbers = {readonly spans: Spans; readonly entries: Map<number, Entry[]>};
type AuthorFacts = {readonly order: number; readonly hasLeft: boolean};

/** Kinds that are seldom and asked for by themselves. */
const NOTICES: ReadonlySet<EventKind> = new Set(['topic', 'join', 'name', 'leave']);
/** Kinds that say whether their author is in the room. */
const STAYS: ReadonlySet<EventKind> = new Set(['join', 'name', 'leave']);

export function chainKey({author, epoch}: Pick<StoredChain, 'author' | 'epoch'>): string {
	return `${author} ${epoch}`;
}

export function entryOf({event, ...stored}: NewEvent, arrival: number): Entry {
	const {room, id, order, signature, received} = stored;
	// What comes may be a view of a whole frame.
	const bytes = new Uint8Array(stored.bytes);
	return {
		id,
		order,
		stored: {room, id, order, received, bytes, signature: signature && new Uint8Array(signature)},
		author: event.author,
		epoch: event.epoch,
		sequence: event.sequence,
		kind: event.kind,
		target: 'target' in event ? event.target : undefined,
		text: searchedText(event),
		arrival,
	};
}

export class MemoryRoom {
	row: StoredRoom | undefined;
	readonly chains = new Map<string, StoredChain>();
	/** By the missing id. */
	readonly gaps = new Map<string, readonly Gap[]>();
	readonly entries = new Map<string, Entry>();
	readonly places = sortedByPlace<Entry>();
	bytes = 0;
	readonly #numbers = new Map<string, Numbers>();
	readonly #about = new Map<string, Set<string>>();
	readonly #notices = new Map<EventKind, Set<string>>();
	readonly #byAuthor = new Map<PeerId, Set<string>>();
	/** As far as they have been computed. */
	readonly #facts = new Map<PeerId, AuthorFacts>();

	add(entry: Entry): void {
		this.entries.set(entry.id, entry);
		this.places.add(entry);
		this.bytes += bytesOf(entry.stored);
		const numbers = this.#numbersOf(entry);
		numbers.spans.add(entry.sequence);
		const siblings = numbers.entries.get(entry.sequence) ?? [];
		siblings.splice(siblings.findLastIndex(({arrival}) => arrival < entry.arrival) + 1, 0, entry);
		numbers.entries.set(entry.sequence, siblings);
		if (entry.target !== undefined) addTo(this.#about, entry.target, entry.id);
		if (NOTICES.has(entry.kind)) addTo(this.#notices, entry.kind, entry.id);
		addTo(this.#byAuthor, entry.author, entry.id);
		const facts = this.#facts.get(entry.author);
		if (facts === undefined || facts.order >= entry.order) this.#facts.delete(entry.author);
		else {
			const hasLeft = STAYS.has(entry.kind) ? entry.kind === 'leave' : facts.hasLeft;
			this.#facts.set(entry.author, {order: entry.order, hasLeft});
		}
	}

	delete(entry: Entry): void {
		this.entries.delete(entry.id);
		this.places.delete(entry);
		this.bytes -= bytesOf(entry.stored);
		const {spans, entries} = this.#numbersOf(entry);
		const rest = (entries.get(entry.sequence) ?? []).filter(({id}) => id !== entry.id);
		if (rest.length > 0) entries.set(entry.sequence, rest);
		else {
			entries.delete(entry.sequence);
			spans.delete(entry.sequence);
		}
		if (entry.target !== undefined) deleteFrom(this.#about, entry.target, entry.id);
		deleteFrom(this.#notices, entry.kind, entry.id);
		deleteFrom(this.#byAuthor, entry.author, entry.id);
		this.#facts.delete(entry.author);
	}

	at(chain: Pick<StoredChain, 'author' | 'epoch'>, sequence: number): readonly Entry[] {
		return this.#numbers.get(chainKey(chain))?.entries.get(sequence) ?? [];
	}

	/** Entries of a chain, the highest number first. */
	*run(chain: Pick<StoredChain, 'author' | 'epoch'>, from: number, to: number): Generator<Entry> {
		const numbers = this.#numbers.get(chainKey(chain));
		if (numbers === undefined) return;
		for (const sequence of numbers.spans.descending(from, to)) yield* numbers.entries.get(sequence)!;
	}

	/** What names it as its target, in the order of the room. */
	about(id: string): Entry[] {
		return [...(this.#about.get(id) ?? [])].map(each => this.entries.get(each)!).sort(comparePositions);
	}

	last(kind: EventKind, author: PeerId | undefined): Entry | undefined {
		if (!NOTICES.has(kind)) {
			for (const entry of this.places.descending()) {
				if (entry.kind === kind && (author === undefined || entry.author === author)) return entry;
			}
			return undefined;
		}
		return lastOf(
			[...(this.#notices.get(kind) ?? [])]
				.map(id => this.entries.get(id)!)
				.filter(entry => author === undefined || entry.author === author),
		);
	}

	/** With the order of their last event, the latest first. */
	authors(): {readonly author: PeerId; readonly order: number}[] {
		return [...this.#byAuthor.keys()]
			.map(author => ({author, ...this.#factsOf(author)}))
			.filter(({hasLeft}) => !hasLeft)
			.sort((a, b) => b.order - a.order || (a.author < b.author ? -1 : 1))
			.map(({author, order}) => ({author, order}));
	}

	#factsOf(author: PeerId): AuthorFacts {
		const known = this.#facts.get(author);
		if (known !== undefined) return known;
		const entries = [...(this.#byAuthor.get(author) ?? [])].map(id => this.entries.get(id)!);
		const stay = lastOf(entries.filter(({kind}) => STAYS.has(kind)));
		const facts = {order: lastOf(entries)!.order, hasLeft: stay?.kind === 'leave'};
		this.#facts.set(author, facts);
		return facts;
	}

	#numbersOf(entry: Entry): Numbers {
		const key = chainKey(entry);
		const known = this.#numbers.get(key);
		if (known !== undefined) return known;
		const numbers = {spans: new Spans(), entries: new Map<number, Entry[]>()};
		this.#numbers.set(key, numbers);
		return numbers;
	}
}

function searchedText(event: RoomEvent): string {
	return isWords(event.kind) ? textOfBody(event) : '';
}

function bytesOf({bytes, signature}: StoredEvent): number {
	return bytes.length + (signature?.length ?? 0);
}

function lastOf(entries: readonly Entry[]): Entry | undefined {
	return entries.reduce<Entry | undefined>(
		(last, entry) => (last === undefined || comparePositions(last, entry) < 0 ? entry : last),
		undefined,
	);
}

function addTo<Key>(sets: Map<Key, Set<string>>, key: Key, value: string): void {
	const set = sets.get(key);
	if (set) set.add(value);
	else sets.set(key, new Set([value]));
}

function deleteFrom<Key>(sets: Map<Key, Set<string>>, key: Key, value: string): void {
	const set = sets.get(key);
	if (set?.delete(value) && set.size === 0) sets.delete(key);
}
