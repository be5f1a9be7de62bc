/** What is kept of the rooms of a profile, for reading only: no node runs, or another process runs it. */
import type {ChatMessage, ExportedEvent, RoomName} from '../api/event.ts';
import {Acquaintances} from '../behaviours/acquaintances.ts';
import type {View} from '../behaviours/behaviour.ts';
import {Chronicle} from '../behaviours/chronicle.ts';
import {exportPage} from '../behaviours/export.ts';
import {Archive} from '../history/archive.ts';
import type {EventStore, Position} from '../history/event-store.ts';
import {readStored} from '../history/fold.ts';
import {openReadOnly} from '../storage/event-store.ts';
import {loadIdentity} from '../storage/identity.ts';
import type {Identity} from '../wire/identity.ts';

/** Entries that are read at a time. */
const PAGE = 500;

/** People whose names are told. */
const MAX_PEOPLE = 4_096;

export type KeptRoomsOptions = {
	readonly store: EventStore;
	readonly identity: Identity;
	/** What we are called where we have not said it. */
	readonly name: string;
};

export class KeptRooms {
	readonly #options: KeptRoomsOptions;
	/** Ids of rooms, by what commands and events call them. */
	readonly #rooms: ReadonlyMap<RoomName, string>;

	constructor(options: KeptRoomsOptions) {
		this.#options = options;
		const named = options.store.rooms().map(({room, peer}) => [peer === undefined ? room : `@${peer}`, room] as const);
		this.#rooms = new Map(named);
	}

	/**
	 * Undefined if nothing is kept in the directory.
	 * @throws UserError if it cannot be read.
	 */
	static async open(directory: string, name: string): Promise<KeptRooms | undefined> {
		const store = await openReadOnly(directory);
		if (store === undefined) return undefined;
		try {
			return new KeptRooms({store, identity: await loadIdentity(directory), name});
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

	/** The entries of a room in its order, a page at a time, whose `order` is not below `from`. */
	*entries(room: RoomName, from: number): Generator<readonly ChatMessage[]> {
		const {store} = this.#options;
		const id = this.#rooms.get(room) as string;
		const chronicle = this.#chronicle(room);
		for (let after = placeBefore(from); ; ) {
			const page = store.page(id, {limit: PAGE, kinds: 'entries', after});
			const last = page.at(-1);
			if (last === undefined) return;
			yield chronicle.entries(page);
			after = last;
		}
	}

	/** The same of events of every kind, with what was signed. */
	*events(room: RoomName, from: number): Generator<readonly ExportedEvent[]> {
		const {store} = this.#options;
		const id = this.#rooms.get(room) as string;
		const chronicle = this.#chronicle(room);
		for (let after = placeBefore(from); ; ) {
			const {events, next} = exportPage(store, id, {limit: PAGE, after}, peer => chronicle.authorName(peer));
			yield events;
			const order = next === undefined ? undefined : store.orderOf(id, next);
			if (next === undefined || order === undefined) return;
			after = {order, id: next};
		}
	}

	close(): void {
		this.#options.store.close();
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

	/** What we said last in this room that we are called. */
	#ownName(room: RoomName): string {
		const {store, identity, name} = this.#options;
		const id = this.#rooms.get(room) as string;
		const said = (['join', 'name'] as const).flatMap(kind => store.last(id, kind, identity.peerId) ?? []);
		const [last] = said.sort((a, b) => b.order - a.order);
		const event = last && readStored(last);
		return event !== undefined && 'name' in event ? event.name : name;
	}
}

/** No id stands before the empty one. */
function placeBefore(order: number): Position {
	return {order, id: ''};
}
