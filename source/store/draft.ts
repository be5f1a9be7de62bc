/**
 * The next state while a batch of events is being put into it. The state itself and each room and table that changes are
 * copied once per batch, not once per event, so that ten thousand events a second cost little. From outside, reducing
 * stays pure: the state that went in is not touched.
 */
import {EMPTY_COMPOSER} from './composer.ts';
import {KnownIdsDraft, NO_IDS} from './known-ids.ts';
import {append, emptyLog} from './log.ts';
import {withHolder} from './names.ts';
import {
	type Entry,
	MAX_ENTRIES,
	MAX_LOG_TEXT,
	MAX_PEERS,
	type MessageEntry,
	type Peer,
	type Room,
	type State,
	type SystemEntry,
} from './state.ts';
import {widthOf} from './width.ts';

type Mutable<Type> = {-readonly [Key in keyof Type]: Type[Key]};
export type RoomDraft = Mutable<Room>;

const CAPACITY = {entries: MAX_ENTRIES, weight: MAX_LOG_TEXT, weigh: ({text}: Entry) => text.length};

export class Draft {
	readonly now: number;
	readonly #before: State;
	#state: Mutable<State> | undefined;
	#ownsRooms = false;
	readonly #rooms = new Map<string, RoomDraft>();
	readonly #known = new Map<string, KnownIdsDraft>();
	#peers: Map<string, Peer> | undefined;

	constructor(state: State, now: number) {
		this.#before = state;
		this.now = now;
	}

	/** To read. */
	get state(): State {
		return this.#state ?? this.#before;
	}

	/** The state that went in if nothing changed. */
	finish(): State {
		return this.state;
	}

	set(change: Partial<State>): void {
		this.#state = Object.assign(this.#state ?? {...this.#before}, change);
	}

	findRoom(room: string): Room | undefined {
		return this.#rooms.get(room) ?? this.state.rooms.find(candidate => candidate.room === room);
	}

	/** The room, to be changed. */
	room(room: string): RoomDraft | undefined {
		const owned = this.#rooms.get(room);
		if (owned) return owned;
		const index = this.state.rooms.findIndex(candidate => candidate.room === room);
		if (index < 0) return undefined;
		const copy = {...(this.state.rooms[index] as Room)};
		this.#ownRooms()[index] = copy;
		this.#rooms.set(room, copy);
		return copy;
	}

	addRoom(room: string, label: string): RoomDraft {
		const added: RoomDraft = {
			room,
			label,
			members: [],
			log: emptyLog,
			known: NO_IDS,
			unread: 0,
			mentions: 0,
			firstUnread: undefined,
			divider: undefined,
			anchor: undefined,
			composer: EMPTY_COMPOSER,
			holders: new Map(),
			nameWidth: 0,
		};
		this.#ownRooms().push(added);
		this.#rooms.set(room, added);
		return added;
	}

	removeRoom(room: string): void {
		const index = this.state.rooms.findIndex(candidate => candidate.room === room);
		if (index < 0) return;
		this.#ownRooms().splice(index, 1);
		this.#rooms.delete(room);
		this.#known.delete(room);
	}

	/** Returns the position of the new entry. */
	append(room: RoomDraft, entry: MessageEntry | SystemEntry): number {
		room.log = append<Entry>(room.log, [entry], CAPACITY);
		if (entry.kind === 'message' || entry.peer !== undefined) {
			const peer = entry.kind === 'message' ? entry.from : entry.peer;
			room.holders = withHolder(room.holders, {peer: peer as string, name: entry.name});
		}
		if (entry.kind === 'message') {
			room.nameWidth = Math.max(room.nameWidth, widthOf(entry.name));
			this.#noteId(room, entry.id);
		}
		return room.log.end - 1;
	}

	#noteId(room: RoomDraft, id: string): void {
		const known = this.#known.get(room.room) ?? new KnownIdsDraft(room.known);
		this.#known.set(room.room, known);
		known.add(id);
		room.known = known.ids;
	}

	findPeer(peer: string): Peer | undefined {
		return this.state.peers.get(peer);
	}

	setPeer(peer: Peer): void {
		const peers = this.#ownPeers();
		peers.set(peer.peer, peer);
		if (peers.size > MAX_PEERS) peers.delete(stalest(peers));
	}

	setPeers(peers: ReadonlyMap<string, Peer>): void {
		this.#peers = new Map(peers);
		this.set({peers: this.#peers});
	}

	#ownRooms(): Room[] {
		if (!this.#ownsRooms) {
			this.set({rooms: this.state.rooms.slice()});
			this.#ownsRooms = true;
		}
		return this.state.rooms as Room[];
	}

	#ownPeers(): Map<string, Peer> {
		if (!this.#peers) {
			this.#peers = new Map(this.state.peers);
			this.set({peers: this.#peers});
		}
		return this.#peers;
	}
}

/** Who may be forgotten: whoever is not connected and was heard longest ago. */
function stalest(peers: ReadonlyMap<string, Peer>): string {
	let found: Peer | undefined;
	for (const peer of peers.values()) {
		if (!found || rank(peer) < rank(found)) found = peer;
	}
	return (found as Peer).peer;
}

function rank(peer: Peer): number {
	return peer.lastSeen + (peer.state === 'connected' ? Number.MAX_SAFE_INTEGER / 2 : 0);
}
