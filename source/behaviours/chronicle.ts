/**
 * From what is kept to what people are told: entries with their last edit, their reactions and the names of their
 * authors. Rooms, history and direct messages all speak through it, so that an event looks the same whichever way it came.
 */
import type {ChatMessage, EntryKind, NodeEvent, RoomName, Spread} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import {mentions} from '../base/look-alike.ts';
import type {Archive, Kept} from '../history/archive.ts';
import {ENTRY_KINDS, type EventStore, type StoredEvent} from '../history/event-store.ts';
import {changesOf, comparePositions, type Folded, foldEntry, isChange, readStored} from '../history/fold.ts';
import {isDirectRoom} from '../wire/direct-room.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import {isWords, type RoomEvent} from '../wire/room-event.ts';
import type {Acquaintances} from './acquaintances.ts';
import type {View} from './behaviour.ts';
import {excerptOf} from './excerpt.ts';
import {offeredOf} from './files/offered.ts';
import {SaidNames} from './said-names.ts';

/** Of old history that comes late, people are told what stands among so many newest events of its room. */
export const TOLD_NEAR_END = 500;

/** UTF-16 units of the text that a reply quotes. */
export const EXCERPT_LENGTH = 120;

/** Newest entries of a room among which those are looked for that quote what has changed. */
export const QUOTED_NEAR_END = 100;

/** Rooms whose topic and direct rooms whose peer are remembered. */
const MAX_ROOMS = 4_096;

/** Entries remembered that people were told of and that the disk did not take. */
const MAX_LOST = 20_000;

export type ChronicleOptions = {
	readonly view: View;
	readonly archive: Archive;
	/** Names of those whom we do not hear now, and learns those that events tell. Without it: short ids. */
	readonly people?: Acquaintances;
	/** How far an own message has spread; undefined if that is not known any more. */
	readonly spread?: (messageId: string) => Spread | undefined;
};

export type Path = {readonly via: PeerId; readonly hops: number};
export type Topic = {readonly topic: string; readonly from: PeerId};

/** Events that change one entry, the last one last. */
type Changing = readonly {readonly id: string; readonly kind: Change}[];

type Told = {readonly id: string; readonly text: string};

/** An entry on its way to people. */
type Entry = {readonly stored: StoredEvent; readonly event: RoomEvent};

type Change = Extract<NodeEvent, {type: 'message-changed'}>['change'];

export class Chronicle {
	readonly #options: ChronicleOptions;
	/** The topics that people were told last, and the ids of their events. */
	readonly #topics = new BoundedMap<string, Told>(MAX_ROOMS);
	/** The other one in each direct room. It never changes. */
	readonly #peers = new BoundedMap<string, PeerId>(MAX_ROOMS);
	/** Entries that came live and were told before the disk had them; and those that it never took. */
	#unsaved: string[] = [];
	readonly #lost = new BoundedMap<string, true>(MAX_LOST);
	readonly #said: SaidNames;
	#folded = 0;

	constructor(options: ChronicleOptions) {
		this.#options = options;
		this.#said = new SaidNames(options.archive.store);
	}

	/** How many entries and changes of entries were read until now to find out what an entry looks like: what it has cost. */
	get folded(): number {
		return this.#folded;
	}

	/**
	 * What people are to be told of an event that was just kept: a `message` or `notice` of its own, the `message-changed`
	 * of what it edits, reacts to or takes back, of entries whose gap it fills, of its siblings in a fork; a
	 * `topic-changed`. Nothing but the topic of what came late and is not near the end. `path`: of an event that came live.
	 *
	 * To be called for every event that is kept, for names and topics are learnt here.
	 */
	tell(kept: Kept, path?: Path): NodeEvent[] {
		const {stored, event} = kept;
		const {people} = this.#options;
		if (event.kind === 'join' || event.kind === 'name') {
			this.#said.changed(stored.room, event.author);
			people?.heard(event.author, event.name, event.timestamp, {isLive: path !== undefined, room: stored.room});
		}
		const topic = event.kind === 'topic' ? this.#topicChange(stored.room, stored.id) : [];
		if (path === undefined && kept.after >= TOLD_NEAR_END) return topic;
		const {room, id} = stored;
		const own = isChange(event)
			? this.#changed(room, event.target, [{id, kind: event.kind}])
			: this.#introduced(kept, path);
		return [...own, ...this.tellAround(kept), ...topic];
	}

	/** The part of it that is about others than the event itself and its target. */
	tellAround({stored: {room}, filled, siblings}: Kept): NodeEvent[] {
		return [
			...this.#changedEntries(room, filled, 'gap'),
			// More than one has been flagged already: whoever forks a thousand times does not have us tell all of them each time.
			...(siblings.length === 1 ? this.#changedEntries(room, siblings, 'fork') : []),
		];
	}

	/** An entry as it stands now, after it was edited, taken back or reacted to; and those that quote it. */
	changed(room: string, target: string, change: Change): NodeEvent[] {
		return [...this.#changedEntries(room, [target], change), ...this.#quoting(room, target, change)];
	}

	/** What was told until now is on disk, or is gone from the archive though people have seen it. */
	committed(isOk: boolean): void {
		if (!isOk) for (const id of this.#unsaved) this.#lost.set(id, true);
		this.#unsaved = [];
	}

	/** The same of several events that came together: what changes an entry twice is told once, as it stands now. */
	tellAll(all: readonly Kept[]): NodeEvent[] {
		const changes = new Map<string, {room: string; target: string; changing: {id: string; kind: Change}[]}>();
		const events = all.flatMap(kept => {
			const {
				stored: {room, id},
				event,
				after,
			} = kept;
			if (!isChange(event) || after >= TOLD_NEAR_END) return this.tell(kept);
			const key = `${room} ${event.target}`;
			const change = changes.get(key) ?? {room, target: event.target, changing: []};
			changes.set(key, change);
			change.changing.push({id, kind: event.kind});
			return this.tellAround(kept);
		});
		for (const {room, target, changing} of changes.values()) events.push(...this.#changed(room, target, changing));
		const last = new Map<string, NodeEvent>();
		for (const event of events) if (event.type === 'message-changed') last.set(event.messageId, event);
		return events.filter(event => event.type !== 'message-changed' || last.get(event.messageId) === event);
	}

	/** The same of a room's topic, if it is another one than people know of, after many events have moved. */
	topicMoved(room: string): NodeEvent[] {
		return this.#topicChange(room, '');
	}

	/** What people are to be told of events that stand elsewhere in the room's order from now on. */
	moved(room: string, ids: readonly string[]): NodeEvent[] {
		const store = this.#store;
		const touched = new Map<string, Change>();
		let topic: NodeEvent[] = [];
		for (const id of ids) {
			const stored = store.get(room, id);
			const event = stored && readStored(stored);
			if (!event) continue;
			if (!isChange(event)) touched.set(id, 'order');
			else if (!touched.has(event.target)) touched.set(event.target, event.kind);
			if (event.kind === 'topic') topic = this.#topicChange(room, id);
		}
		const changed = this.#entriesOf(room, [...touched.keys()]);
		return [
			...changed.map(entry => ({
				type: 'message-changed' as const,
				change: touched.get(entry.messageId) ?? 'order',
				...entry,
			})),
			...topic,
		];
	}

	/** The entries as they are to be shown now, in the order given. */
	entries(stored: readonly StoredEvent[]): ChatMessage[] {
		const rooms = new Set(stored.map(({room}) => room));
		const ofRoom = (room: string) => stored.filter(one => one.room === room);
		const shown = new Map([...rooms].flatMap(room => [...this.#describe(room, ofRoom(room))]));
		return stored.flatMap(one => shown.get(one) ?? []);
	}

	/** What commands and events call a room of this id. Its id, of a direct room of which nothing is kept. */
	nameOf(room: string): RoomName {
		if (!isDirectRoom(room)) return room;
		const peer = this.#peerOf(room);
		return peer === undefined ? room : `@${peer}`;
	}

	/** The topic that stands last in the room's order; undefined if nobody has ever set one. */
	topicOf(room: string): Topic | undefined {
		const stored = this.#store.last(room, 'topic');
		const event = stored && readStored(stored);
		return event?.kind === 'topic' ? {topic: event.text, from: event.author} : undefined;
	}

	/**
	 * What an author is called: as it says itself, as it was known before, as it said when it was last named in this room,
	 * or by its short id.
	 */
	authorName(author: PeerId, room?: string): string {
		const {view, people} = this.#options;
		const known = people?.nameOf(author) ?? view.facts(author).name;
		return known ?? (room === undefined ? undefined : this.#said.nameOf(room, author)) ?? shortPeerId(author);
	}

	get #store(): EventStore {
		return this.#options.archive.store;
	}

	#peerOf(room: string): PeerId | undefined {
		const known = this.#peers.get(room);
		if (known !== undefined) return known;
		const {archive} = this.#options;
		const {peer} = archive.room(room);
		if (peer !== undefined) this.#peers.set(room, peer);
		return peer;
	}

	/**
	 * Told only if it is another one than people know of. `id`: of an event that came or moved. If it is the very one that
	 * they were told of, it was gone in between, with its room or with a commit that failed: then they are told again.
	 */
	#topicChange(room: string, id: string): NodeEvent[] {
		const stored = this.#store.last(room, 'topic');
		const topic = this.topicOf(room);
		if (!stored || !topic) return [];
		const told = this.#topics.get(room);
		this.#topics.set(room, {id: stored.id, text: topic.topic});
		// Of a room that people have just entered, they know the topic.
		const isNew = told === undefined ? stored.id === id : told.text !== topic.topic || told.id === id;
		return isNew ? [{type: 'topic-changed', room: this.nameOf(room), ...topic}] : [];
	}

	/** An entry that was told, and then lost with a commit that failed, has come again: people know it. */
	#introduced(kept: Kept, path: Path | undefined): NodeEvent[] {
		const {room, id} = kept.stored;
		if (path) this.#unsaved.push(id);
		return this.#lost.delete(id) ? this.#changedEntries(room, [id], 'order') : this.#introduce(kept, path);
	}

	#introduce({stored, event, missing}: Kept, path: Path | undefined): NodeEvent[] {
		const entry = this.#describe(stored.room, [stored], {missing: missing.length}).get(stored);
		if (!entry) return [];
		const type = isWords(event.kind) ? 'message' : 'notice';
		// One of our own that comes back to us was not delivered by anybody.
		return [{type, ...entry, ...(entry.local ? {} : path)}];
	}

	/** Edits, reactions or redactions of one entry were kept: nothing, if none of them counts. */
	#changed(room: string, target: string, changing: Changing): NodeEvent[] {
		const entry = this.#entry(room, target);
		if (!entry) return [];
		const changes = this.#changesOf(room, [target]).get(target) ?? [];
		const {counted} = foldEntry({...entry.stored, event: entry.event}, changes);
		const change = changing.findLast(({id}) => counted.has(id))?.kind;
		if (change === undefined) return [];
		const shown = this.#describe(room, [entry.stored], {changes: new Map([[target, changes]])});
		const told = [...shown.values()].map(message => ({type: 'message-changed' as const, change, ...message}));
		return [...told, ...this.#quoting(room, target, change)];
	}

	/** Words that were taken back stand no longer in what quotes them, as far as that is near the end of the room. */
	#quoting(room: string, target: string, change: Change): NodeEvent[] {
		if (change !== 'edit' && change !== 'redaction') return [];
		const newest = this.#store.page(room, {limit: QUOTED_NEAR_END, kinds: 'entries'});
		this.#folded += newest.length;
		const quoting = newest.filter(stored => {
			const event = readStored(stored);
			return event?.kind === 'reply' && event.target === target;
		});
		return this.entries(quoting).map(entry => ({type: 'message-changed', change, ...entry}));
	}

	#changesOf(room: string, ids: readonly string[]): ReturnType<typeof changesOf> {
		const changes = changesOf(this.#store, room, ids);
		this.#folded += ids.length;
		for (const some of changes.values()) this.#folded += some.length;
		return changes;
	}

	#changedEntries(room: string, ids: readonly string[], change: Change): NodeEvent[] {
		return this.#entriesOf(room, ids).map(entry => ({type: 'message-changed', change, ...entry}));
	}

	#entriesOf(room: string, ids: readonly string[]): ChatMessage[] {
		return this.entries(ids.flatMap(id => this.#store.get(room, id) ?? []));
	}

	#entry(room: string, id: string): Entry | undefined {
		const stored = this.#store.get(room, id);
		const event = stored && readStored(stored);
		return stored && event ? {stored, event} : undefined;
	}

	/**
	 * Entries of one room; other events are passed over. `missing`: how many parents each lacks, if it is known; `changes`:
	 * what is known already of what changes some of them.
	 */
	#describe(
		room: string,
		some: readonly StoredEvent[],
		{missing, changes: known}: {readonly missing?: number; readonly changes?: ReturnType<typeof changesOf>} = {},
	): Map<StoredEvent, ChatMessage> {
		const entries = some.flatMap(stored => {
			const event = readStored(stored);
			return event && ENTRY_KINDS.has(event.kind) ? [{stored, event}] : [];
		});
		const targets = this.#targets(room, entries);
		const ids = new Set([...entries.map(({stored}) => stored.id), ...targets.keys()]);
		const changes = this.#changesOf(
			room,
			[...ids].filter(id => !known?.has(id)),
		);
		for (const [id, some] of known ?? []) changes.set(id, some);
		const gaps = missing === undefined ? this.#gaps(room, entries) : undefined;
		const fold = ({stored, event}: Entry) => foldEntry({...stored, event}, changes.get(stored.id) ?? []);
		return new Map(
			entries.map(entry => {
				const {stored, event} = entry;
				const target = event.kind === 'reply' ? targets.get(event.target) : undefined;
				const quoted = target && {...target, text: fold(target).text};
				const lacks = gaps?.get(stored.id) ?? missing ?? 0;
				return [stored, this.#message(entry, fold(entry), lacks, quoted)];
			}),
		);
	}

	/** What replies among these reply to, as far as it is kept. */
	#targets(room: string, entries: readonly Entry[]): Map<string, Entry> {
		const ids = new Set(entries.flatMap(({event}) => (event.kind === 'reply' ? event.target : [])));
		const found = [...ids].map(id => [id, this.#entry(room, id)] as const);
		return new Map(found.filter((one): one is [string, Entry] => one[1] !== undefined));
	}

	/** How many parents of each entry are known of and not here. Those that are gone on purpose are no gaps. */
	#gaps(room: string, entries: readonly Entry[]): Map<string, number> {
		const {archive} = this.#options;
		if (archive.isOpen(room)) return new Map(entries.map(({stored: {id}}) => [id, archive.missing(room, id).length]));
		const counts = new Map<string, number>();
		for (const {child} of this.#store.gaps(room)) counts.set(child, (counts.get(child) ?? 0) + 1);
		return counts;
	}

	#message(
		{stored, event}: Entry,
		folded: Folded,
		missing: number,
		quoted: (Entry & {readonly text: string}) | undefined,
	): ChatMessage {
		const {room, id, order} = stored;
		const {text, edited, redacted, reactions} = folded;
		const isOurs = event.author === this.#options.view.self;
		const state = isOurs ? this.#state(stored) : undefined;
		return {
			room: this.nameOf(room),
			messageId: id,
			kind: event.kind as EntryKind,
			from: event.author,
			name: this.authorName(event.author, room),
			text,
			timestamp: event.timestamp,
			seq: event.sequence,
			order,
			local: isOurs,
			...(event.kind === 'file' && redacted === undefined && {offer: offeredOf(event.offer)}),
			...(event.kind === 'reply' && {replyTo: {messageId: event.target, ...(quoted && this.#quote(quoted))}}),
			...(edited !== undefined && {edited}),
			...(redacted !== undefined && {redacted}),
			...(reactions.length > 0 && {reactions}),
			...(redacted === undefined && this.#isMention(event, text, quoted) && {mention: true}),
			...(missing > 0 && {missing}),
			...(this.#isForked(stored, event) && {forked: true}),
			...(state && {state}),
		};
	}

	#quote({stored: {room}, event, text}: Entry & {readonly text: string}) {
		return {from: event.author, name: this.authorName(event.author, room), text: excerptOf(text, EXCERPT_LENGTH)};
	}

	/** Its text names us by `@` and our name, or by our peer id; or it replies to us. */
	#isMention(event: RoomEvent, text: string, replied: Entry | undefined): boolean {
		const {self, name} = this.#options.view;
		if (event.author === self || (event.kind !== 'message' && event.kind !== 'reply')) return false;
		return replied?.event.author === self || text.includes(self) || (name !== '' && mentions(text, `@${name}`));
	}

	#isForked({room}: StoredEvent, {author, epoch, sequence}: RoomEvent): boolean {
		return this.#store.at(room, {author, epoch}, sequence).length > 1;
	}

	/** Of an own entry. What the other one in a direct room has read, it holds too. */
	#state(stored: StoredEvent): Spread | undefined {
		const {archive, spread} = this.#options;
		const {room, id} = stored;
		const read = isDirectRoom(room) && archive.isOpen(room) ? archive.room(room).readByPeer : undefined;
		if (read && comparePositions(stored, read) <= 0) return {storedBy: 2, of: 2, read: true};
		return spread?.(id);
	}
}
