/**
 * The next state while a batch of events is being put into it. The state itself and each room and table that changes are
 * copied once per batch, not once per event, so that ten thousand events a second cost little. From outside, reducing
 * stays pure: the state that went in is not touched.
 */
import {EMPTY_COMPOSER} from './composer.ts';
import {
	dropBefore,
	emptyLog,
	entryAt,
	findIndex,
	indexOf,
	insert,
	type Key,
	type Log,
	lastEntry,
	removeAt,
	type Trimmed,
	trim,
} from './log.ts';
import {withHolder} from './names.ts';
import {type Entry, MAX_ENTRIES, MAX_LOG_TEXT, MAX_PEERS, type Peer, type Room, type State} from './state.ts';
import {widthOf} from './width.ts';

type Mutable<Type> = {-readonly [Key in keyof Type]: Type[Key]};
export type RoomDraft = Mutable<Room>;

const CAPACITY = {entries: MAX_ENTRIES, weight: MAX_LOG_TEXT};
/** Of a room that is not open. Half of it is left whenever there is more. */
const RESTING = {entries: 400, weight: 128 * 1024};
const weigh = ({text}: Entry): number => text.length;
/** Direct conversations on the screen; what is kept of them is not touched when one goes. */
const MAX_DIRECT = 200;

export class Draft {
	readonly now: number;
	readonly #before: State;
	#state: Mutable<State> | undefined;
	#ownsRooms = false;
	readonly #rooms = new Map<string, RoomDraft>();
	readonly #orders = new Map<string, Map<string, number>>();
	readonly #answered = new Map<string, Map<string, number>>();
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

	/** Direct rooms stand below all others. `peer`: of a direct room. */
	addRoom(room: string, label: string, peer?: string): RoomDraft {
		const rooms = this.#ownRooms();
		const added = {...newRoom(room, label, peer, this.now), digit: freeDigit(rooms)};
		const place = rooms.findIndex(other => other.peer !== undefined);
		if (peer !== undefined || place < 0) rooms.push(added);
		else rooms.splice(place, 0, added);
		this.#rooms.set(room, added);
		// The conversations: those that were there, and this one.
		const first = place < 0 ? rooms.length - 1 : place;
		if (peer !== undefined && rooms.length - first > MAX_DIRECT) this.#forgetDirect(first);
		return added;
	}

	removeRoom(room: string): void {
		const index = this.state.rooms.findIndex(candidate => candidate.room === room);
		if (index < 0) return;
		const [left] = this.#ownRooms().splice(index, 1);
		this.#rooms.delete(room);
		// Whoever has waited for a digit longest gets it.
		const heir = this.state.rooms.find(({digit}) => digit === 0);
		if (heir && left) (this.room(heir.room) as RoomDraft).digit = left.digit;
		this.#orders.delete(room);
		this.#answered.delete(room);
	}

	/** The oldest conversation that is not open and has nothing unread makes room; if there is none, the oldest. */
	#forgetDirect(from: number): void {
		const {rooms, active} = this.state;
		const others = rooms.slice(from, -1).filter(room => room.room !== active);
		const leaving = others.find(room => room.unread === 0) ?? others[0];
		if (leaving) this.removeRoom(leaving.room);
	}

	/** The entry of the core with that id, if it is in the log. */
	find(room: Room, id: string): Key | undefined {
		const order = room.orders.get(id);
		return order === undefined ? undefined : {order, id};
	}

	/** Puts an entry where it belongs; if it was there already, it is replaced, and moved if it has to. */
	put(room: RoomDraft, entry: Entry): void {
		const before = this.find(room, entry.id);
		if (before && before.order !== entry.order) this.remove(room, before);
		room.log = insert<Entry>(room.log, entry, weigh);
		if (isKept(entry)) this.#ownOrders(room).set(entry.id, entry.order);
		if (!before) this.#countReply(room, entry, 1);
		const peer = entry.kind === 'message' ? entry.from : entry.peer;
		if (peer !== undefined) room.holders = withHolder(room.holders, {peer, name: entry.name});
		if (entry.kind === 'message' && entry.offer) this.#wantFiles();
		if (entry.kind === 'message') room.nameWidth = Math.max(room.nameWidth, widthOf(entry.name));
		if (room.room !== this.state.active) this.rest(room);
		else if (room.log.length > MAX_ENTRIES || entry.text.length > 0) this.#trim(room);
	}

	/** What became of an offer is asked when the first one is seen. */
	#wantFiles(): void {
		const {files} = this.state;
		if (files.asking === 'not') this.set({files: {...files, asking: 'wanted'}});
	}

	/** Of a room that nobody looks at, only the newest part is kept here: keys are free, and so are conversations. */
	rest(room: RoomDraft): void {
		const {log} = room;
		if (log.length <= RESTING.entries && log.weights.reduce((sum, each) => sum + each, 0) <= RESTING.weight) return;
		room.anchor = undefined;
		room.below = 0;
		if (room.newer !== 'none') {
			// Its newest part is not here: it comes when the room is opened.
			const nothing: Partial<Room> = {log: emptyLog, orders: new Map(), answered: new Map()};
			this.#orders.delete(room.room);
			this.#answered.delete(room.room);
			Object.assign(room, nothing, {page: 'stale', older: 'none', newer: 'none'} satisfies Partial<Room>);
			return;
		}
		this.dropBefore(room, entryAt(log, restingFrom(log)) as Key);
		if (room.older === 'none') room.older = 'more';
	}

	/** Forgets all that stands before `key`. */
	dropBefore(room: RoomDraft, key: Key): void {
		this.#forget(room, dropBefore<Entry>(room.log, key, weigh));
	}

	/** What this program has to say in a room: it stands below all that is there now. */
	nextKey(room: Room): Key {
		const serial = this.state.nextId;
		this.set({nextId: serial + 1});
		const order = Math.max(this.now, lastEntry(room.log)?.order ?? 0);
		return {order, id: `${SESSION}${String(serial).padStart(12, '0')}`};
	}

	/** An entry that answers nothing, or is put somewhere else. */
	remove(room: RoomDraft, key: Key): void {
		const index = findIndex(room.log, key);
		if (index !== undefined) room.log = removeAt<Entry>(room.log, index, weigh);
		this.#ownOrders(room).delete(key.id);
	}

	/** At the end that is further away from what is looked at. */
	#trim(room: RoomDraft): void {
		const isUp = room.anchor !== undefined && indexOf(room.log, room.anchor) < room.log.length / 2;
		const trimmed = trim<Entry>(room.log, CAPACITY, isUp ? 'newest' : 'oldest');
		if (trimmed.gone.length === 0) return;
		this.#forget(room, trimmed);
		if (isUp) room.newer = 'more';
		else if (room.older === 'none') room.older = 'more';
	}

	#forget(room: RoomDraft, {log, gone}: Trimmed<Entry>): void {
		if (gone.length === 0) return;
		room.log = log;
		const orders = this.#ownOrders(room);
		for (const entry of gone) {
			orders.delete(entry.id);
			this.#countReply(room, entry, -1);
		}
	}

	#countReply(room: RoomDraft, entry: Entry, by: 1 | -1): void {
		if (entry.kind !== 'message' || !entry.reply) return;
		const {id} = entry.reply;
		const answered = this.#answered.get(room.room) ?? new Map(room.answered);
		this.#answered.set(room.room, answered);
		room.answered = answered;
		const count = (answered.get(id) ?? 0) + by;
		if (count > 0) answered.set(id, count);
		else answered.delete(id);
	}

	#ownOrders(room: RoomDraft): Map<string, number> {
		const owned = this.#orders.get(room.room);
		if (owned) return owned;
		const orders = new Map(room.orders);
		this.#orders.set(room.room, orders);
		room.orders = orders;
		return orders;
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

/** Ids that this program gives. They come after all ids of messages as text. */
const SESSION = '~';

/** Whether an entry is part of the room's history, and not only of what happened here. */
export function isKept({id}: Key): boolean {
	return !id.startsWith(SESSION);
}

/** The index of the first entry that stays: the newest one always does. */
function restingFrom(log: Log<Entry>): number {
	let index = log.length - 1;
	let weight = weigh(entryAt(log, index) as Entry);
	while (index > log.length - RESTING.entries / 2) {
		weight += weigh(entryAt(log, index - 1) as Entry);
		if (weight > RESTING.weight / 2) break;
		index -= 1;
	}
	return index;
}

function newRoom(room: string, label: string, peer: string | undefined, now: number): RoomDraft {
	return {
		room,
		label,
		peer,
		digit: 0,
		topic: '',
		members: [],
		log: emptyLog,
		orders: new Map(),
		answered: new Map(),
		page: 'stale',
		older: 'none',
		newer: 'none',
		unread: 0,
		mentions: 0,
		owed: 0,
		missed: 0,
		missedMentions: 0,
		metAt: now,
		aloneUntil: now,
		openedAt: now,
		greetedAt: Number.NEGATIVE_INFINITY,
		waitUntil: Number.NEGATIVE_INFINITY,
		isNewHere: false,
		firstUnread: undefined,
		divider: undefined,
		anchor: undefined,
		below: 0,
		readUpTo: undefined,
		isReading: false,
		progress: undefined,
		composer: EMPTY_COMPOSER,
		composing: undefined,
		jump: undefined,
		holders: new Map(),
		nameWidth: 0,
	};
}

const DIGITS = 9;

function freeDigit(rooms: readonly Room[]): number {
	const taken = new Set(rooms.map(({digit}) => digit));
	for (let digit = 1; digit <= DIGITS; digit++) if (!taken.has(digit)) return digit;
	return 0;
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
