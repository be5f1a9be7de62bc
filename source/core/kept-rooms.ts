/** What is kept of the rooms of a profile, for reading only: no node runs, or another process runs it. */
import type {ChatMessage, ExportedEvent, RoomName} from '../api/event.ts';
import {UserError} from '../base/errors.ts';
import {Acquaintances} from '../behaviours/acquaintances.ts';
import type {View} from '../behaviours/behaviour.ts';
import {Chronicle} from '../behaviours/chronicle.ts';
import {exportPage} from '../behaviours/export.ts';
import {Archive} from '../history/archive.ts';
import type {EventStore, PageOptions, Position, StoredEvent} from '../history/event-store.ts';
import {readStored} from '../history/fold.ts';
import {openReadOnly} from '../storage/event-store.ts';
import {newIdentity, readIdentity} from '../storage/identity.ts';
import {eventId} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';

/** Entries that are read at a time. */
const PAGE = 500;

const BACKUP_HINT =
	'Put history.db back from a backup, or move it away and start p2p-tui: others give back what they hold';

/** People whose names are told. */
const MAX_PEOPLE = 4_096;

export type KeptRoomsOptions = {
	readonly store: EventStore;
	readonly identity: Identity;
	/** Where it is, for messages. */
	readonly directory: string;
	/** What we are called where we have not said it. */
	readonly name: string;
};

export class KeptRooms {
	readonly #options: KeptRoomsOptions;
	/** Ids of rooms, by what commands and events call them. */
	readonly #rooms: ReadonlyMap<RoomName, string>;
	/** Ids of events whose bytes have changed on the disk. */
	readonly #damaged = new Set<string>();

	constructor(options: KeptRoomsOptions) {
		this.#options = options;
		const named = options.store.rooms().map(({room, peer}) => [peer === undefined ? room : `@${peer}`, room] as const);
		this.#rooms = new Map(named);
	}

	/**
	 * Undefined if nothing is kept in the directory. No lock is taken and no key made.
	 * @throws UserError if it cannot be read.
	 */
	static async open(directory: string, name: string): Promise<KeptRooms | undefined> {
		const store = await openReadOnly(directory);
		if (store === undefined) return undefined;
		const kept = new KeptRooms({store, identity: await identityIn(directory), directory, name});
		try {
			kept.#expectAll('The list of rooms');
			return kept;
		} catch (error) {
			store.close();
			throw error;
		}
	}

	get names(): readonly RoomName[] {
		return [...this.#rooms.keys()];
	}

	has(room: RoomName): boolean {
		return this.#rooms.has(room);
	}

	/** Everybody with a name, ourselves included. */
	people(room: RoomName): readonly {readonly peer: string; readonly name: string}[] {
		const {store, identity} = this.#options;
		return [{peer: identity.peerId, name: this.#ownName(room)}, ...store.people(MAX_PEOPLE)];
	}

	/**
	 * The entries of a room in its order, a page at a time, whose `order` is not below `from`.
	 * @throws UserError where no more can be read.
	 */
	*entries(room: RoomName, from: number): Generator<readonly ChatMessage[]> {
		const id = this.#rooms.get(room) as string;
		const chronicle = this.#chronicle(room);
		for (let after = placeBefore(from); ; ) {
			const page = this.#page(id, {limit: PAGE, kinds: 'entries', after});
			const last = page.at(-1);
			const entries = chronicle.entries(page);
			this.#expectAll(shownName(room));
			if (last === undefined) return this.#expectWhole(room);
			yield entries;
			after = last;
		}
	}

	/** The same of events of every kind, with what was signed. */
	*events(room: RoomName, from: number): Generator<readonly ExportedEvent[]> {
		const {store} = this.#options;
		const id = this.#rooms.get(room) as string;
		const chronicle = this.#chronicle(room);
		const pages = {page: this.#page.bind(this)};
		for (let after = placeBefore(from); ; ) {
			const {events, next} = exportPage(pages, id, {limit: PAGE, after}, peer => chronicle.authorName(peer, id));
			const order = next === undefined ? undefined : store.orderOf(id, next);
			this.#expectAll(shownName(room));
			yield events;
			if (next === undefined || order === undefined) return this.#expectWhole(room);
			after = {order, id: next};
		}
	}

	close(): void {
		this.#options.store.close();
	}

	/**
	 * A store that cannot read answers as if there were nothing. `what` was read.
	 * @throws UserError if not all of it was.
	 */
	#expectAll(what: string): void {
		const failure = this.#options.store.readFailure();
		if (failure === undefined) return;
		const why = failure.code === 'damaged' ? 'is damaged' : `cannot be read: ${failure.message}`;
		throw new UserError(`${what} is not complete: the history in ${this.#options.directory} ${why}`, {
			hint: BACKUP_HINT,
		});
	}

	/** As the store's; looks whether each event is still the one that was written. */
	#page(room: string, options: PageOptions): readonly StoredEvent[] {
		const page = this.#options.store.page(room, options);
		for (const {id, bytes} of page) if (eventId(bytes) !== id) this.#damaged.add(id);
		return page;
	}

	/** @throws UserError if something that was read is not what was written. */
	#expectWhole(room: RoomName): void {
		const count = this.#damaged.size;
		if (count === 0) return;
		const what = count === 1 ? 'One event' : `${count} events`;
		const where = `${shownName(room)} in the history in ${this.#options.directory}`;
		throw new UserError(`${what} of ${where} cannot be trusted: the bytes have changed since they were written`, {
			hint: BACKUP_HINT,
		});
	}

	/** What speaks of entries to people where nobody is here. */
	#chronicle(room: RoomName): Chronicle {
		const {store, identity} = this.#options;
		const view: View = {
			self: identity.peerId,
			name: this.#ownName(room),
			timestamp: () => 0,
			isConnected: () => false,
			connectedPeers: () => [],
			facts: () => ({}),
			addressesFor: () => [],
		};
		return new Chronicle({view, archive: new Archive({store, identity}), people: new Acquaintances({view, store})});
	}

	/** What we said last that we are called: in this room, or else anywhere, for conversations have no names. */
	#ownName(room: RoomName): string {
		const {store, name} = this.#options;
		const everywhere = store.rooms().flatMap(({room: id, peer}) => (peer === undefined ? [id] : []));
		return this.#nameIn([this.#rooms.get(room) as string]) ?? this.#nameIn(everywhere) ?? name;
	}

	#nameIn(rooms: readonly string[]): string | undefined {
		const {store, identity} = this.#options;
		const said = rooms.flatMap(room =>
			(['join', 'name'] as const).flatMap(kind => store.last(room, kind, identity.peerId) ?? []),
		);
		const [last] = said.sort((a, b) => b.received - a.received || b.order - a.order);
		const event = last && readStored(last);
		return event !== undefined && 'name' in event ? event.name : undefined;
	}
}

/** Who reads without the key, or cannot read it, is a stranger to what is kept. */
async function identityIn(directory: string): Promise<Identity> {
	try {
		return (await readIdentity(directory)) ?? newIdentity();
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return newIdentity();
	}
}

/** As people write it. */
export function shownName(room: RoomName): string {
	return room.startsWith('@') ? room : `#${room}`;
}

/** No id stands before the empty one. */
function placeBefore(order: number): Position {
	return {order, id: ''};
}
