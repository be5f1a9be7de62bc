/**
 * What people ask of the history that is kept here, and how far they have read. It only reads; but for one thing that
 * goes out: whoever reads what one person wrote to another in a direct room tells the one who wrote it.
 */
import type {CommandOf} from '../api/command.ts';
import type {ChatMessage, ErrorCode, NodeEvent} from '../api/event.ts';
import type {EventDetails} from '../api/event-details.ts';
import type {Overview} from '../api/metrics.ts';
import type {MessageSpread, RoomSpread} from '../api/spread.ts';
import type {Archive} from '../history/archive.ts';
import type {EventStore, Position, StoredEvent} from '../history/event-store.ts';
import {readStored} from '../history/fold.ts';
import {directRoomOf} from '../wire/direct-room.ts';
import type {Read, RoomEvent} from '../wire/messages.ts';
import {type PeerId, parsePeerId} from '../wire/peer-id.ts';
import {normaliseRoom} from '../wire/text.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import {exportPage} from './export.ts';
import {inspect} from './inspect.ts';
import type {Overlay} from './overlay.ts';
import type {Receipts} from './receipts.ts';
import {explainError, refusal} from './refusal.ts';
import {fitting} from './reply-size.ts';
import {messageSpread, roomSpread} from './spread.ts';

/** Entries in one reply to `history` and `search`: the default and the most; less if they are large. */
export const HISTORY_LIMIT_DEFAULT = 50;
export const HISTORY_LIMIT_MAX = 1_000;

/** UTF-16 units of what is searched for. */
export const MAX_SEARCH_LENGTH = 1_000;

/** Events read for one page to find out what its entries look like, and entries looked at in one go. */
export const MAX_PAGE_FOLDED = 4_096;
const STEP = 20;

/** Entries that are looked through for the last one of somebody. */
const LOOK_BACK = 256;

export type QueriesOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly receipts: Receipts;
	readonly overlay: Overlay;
};

type Query = CommandOf<'history' | 'read' | 'search' | 'export' | 'inspect' | 'spread' | 'room-spread'>;

/** What was asked cannot be answered. */
class Refused extends Error {
	readonly code: ErrorCode;

	constructor(code: ErrorCode, message: string) {
		super(message);
		this.code = code;
	}
}

export class Queries implements Behaviour {
	readonly name = 'queries';
	readonly protocol = '/p2p-tui/read/1';
	readonly messages = ['read'] as const;
	readonly commands = ['history', 'read', 'search', 'export', 'inspect', 'spread', 'room-spread'] as const;
	readonly watches = ['message'] as const;
	readonly #options: QueriesOptions;
	/** What each peer was told last that we have read. */
	readonly #told = new Map<PeerId, string>();
	/** Those who are to hear of it with the next commit: who has read something holds it, so it has to be on disk first. */
	#waiting = new Set<PeerId>();

	constructor(options: QueriesOptions) {
		this.#options = options;
	}

	handle(input: BehaviourInput): BehaviourOutput[] {
		switch (input.type) {
			// How far we have read may not have reached it: saying it twice does no harm.
			case 'connected':
			case 'moved':
				this.#told.delete(input.peer);
				return this.#hasRead(input.peer);
			case 'disconnected':
				this.#told.delete(input.peer);
				this.#waiting.delete(input.peer);
				return [];
			case 'committed':
				return this.#committed(input.failure === undefined);
			case 'event':
				return this.#answered(input.event);
			case 'message':
				return input.message.type === 'read' ? this.#readBy(input.peer, input.message) : [];
			case 'command':
				return this.#command(input.command as Query);
			default:
				return [];
		}
	}

	#command(command: Query): BehaviourOutput[] {
		try {
			return this.#answer(command);
		} catch (error) {
			if (error instanceof Refused) return [refusal(command, error.code, error)];
			throw error;
		}
	}

	#answer(command: Query): BehaviourOutput[] {
		switch (command.command) {
			case 'history':
				return this.#history(command);
			case 'read':
				return this.#read(command);
			case 'search':
				return this.#search(command);
			case 'export':
				return this.#export(command);
			case 'inspect':
				return [{type: 'reply', command, result: this.#inspect(command)}];
			case 'spread':
				return [{type: 'reply', command, result: this.#spread(command)}];
			case 'room-spread':
				return [{type: 'reply', command, result: this.#roomSpread(command)}];
		}
	}

	#history(command: CommandOf<'history'>): BehaviourOutput[] {
		const {archive} = this.#options;
		const limit = limitOf(command.limit, HISTORY_LIMIT_DEFAULT);
		const room = this.#roomOf(command.room);
		const {before, after} = this.#bounds(room, command);
		const stored = archive.store.page(room, {limit, kinds: 'entries', ...before, ...after});
		// The page touches what it was asked to touch: if it is too large, it loses the other end.
		const messages = this.#shown(stored, after ? 'first' : 'last');
		return [{type: 'reply', command, result: {messages}}];
	}

	#read(command: CommandOf<'read'>): BehaviourOutput[] {
		const {archive, chronicle} = this.#options;
		const room = this.#roomOf(command.room);
		if (!archive.isOpen(room)) throw notIn(command.room);
		const {messageId} = command;
		const newest = archive.store.page(room, {limit: 1, kinds: 'entries'}).at(-1);
		const to = messageId === undefined ? newest : this.#position(room, messageId);
		return [...this.#markRead(room, to), {type: 'reply', command, result: {room: chronicle.nameOf(room)}}];
	}

	#search(command: CommandOf<'search'>): BehaviourOutput[] {
		const {archive} = this.#options;
		const {text, before} = command;
		if (!/[\p{L}\p{N}]/u.test(text) || text.length > MAX_SEARCH_LENGTH) {
			throw new Refused(
				'bad-text',
				`nothing to search for: at least one letter or digit, at most ${MAX_SEARCH_LENGTH}`,
			);
		}
		const limit = limitOf(command.limit, HISTORY_LIMIT_DEFAULT);
		const room = command.room === undefined ? undefined : this.#roomOf(command.room);
		if (room !== undefined && before !== undefined) this.#position(room, before);
		const stored = archive.store.search({
			text,
			limit,
			...(room !== undefined && {room}),
			...(before !== undefined && {before}),
		});
		return [{type: 'reply', command, result: {messages: this.#shown(stored, 'first')}}];
	}

	/** The entries as they look now, those at one end if they are large or if very much has changed them. */
	#shown(stored: readonly StoredEvent[], end: 'first' | 'last'): readonly ChatMessage[] {
		const {chronicle} = this.#options;
		const [messages, limit]: [ChatMessage[], number] = [[], chronicle.folded + MAX_PAGE_FOLDED];
		for (let done = 0; done < stored.length && chronicle.folded < limit; done += STEP) {
			if (end === 'first') messages.push(...chronicle.entries(stored.slice(done, done + STEP)));
			else messages.unshift(...chronicle.entries(stored.slice(-done - STEP, stored.length - done)));
		}
		return fitting(messages, end);
	}

	#export(command: CommandOf<'export'>): BehaviourOutput[] {
		const {archive, chronicle} = this.#options;
		const limit = limitOf(command.limit, HISTORY_LIMIT_MAX);
		const room = this.#roomOf(command.room);
		const {after} = this.#bounds(room, {after: command.after});
		const result = exportPage(archive.store, room, {limit, ...after}, peer => chronicle.authorName(peer, room));
		return [{type: 'reply', command, result}];
	}

	/** @throws Refused */
	#inspect(command: CommandOf<'inspect'>): EventDetails {
		const [stored, event] = this.#kept(command);
		return inspect(this.#options, stored, event);
	}

	/** @throws Refused */
	#spread(command: CommandOf<'spread'>): MessageSpread {
		const [stored, event] = this.#kept(command);
		return messageSpread(this.#options, stored, event);
	}

	overview(): Overview {
		const {overlay} = this.#options;
		return {rooms: overlay.rooms().map(room => roomSpread(this.#options, overlay, room))};
	}

	/** @throws Refused */
	#roomSpread({room}: CommandOf<'room-spread'>): RoomSpread {
		if (room.startsWith('@')) throw new Refused('bad-room', 'what two people write to each other takes no way but one');
		return roomSpread(this.#options, this.#options.overlay, this.#roomOf(room));
	}

	/** @throws Refused */
	#kept({room: name, messageId}: CommandOf<'inspect' | 'spread'>): [StoredEvent, RoomEvent] {
		const room = this.#roomOf(name);
		const stored = this.#options.archive.store.get(room, messageId);
		const event = stored && readStored(stored);
		if (!event) throw unknownMessage(messageId);
		return [stored, event];
	}

	// --- reading

	#markRead(room: string, to: Position | undefined): BehaviourOutput[] {
		const {archive} = this.#options;
		if (!to || !archive.isOpen(room)) return [];
		const hasMoved = archive.markRead(room, {order: to.order, id: to.id});
		const {peer} = archive.room(room);
		const told = peer === undefined ? [] : this.#hasRead(peer);
		return hasMoved && told.length === 0 ? [{type: 'commit'}] : told;
	}

	/** Who answers has read what was said before. */
	#answered(event: NodeEvent): BehaviourOutput[] {
		const isOurs = event.type === 'message' && event.local && event.room.startsWith('@');
		return isOurs ? this.#hasRead(event.room.slice(1)) : [];
	}

	/** It hears of it with the next commit, if there is something to tell. */
	#hasRead(peer: PeerId): BehaviourOutput[] {
		if (this.#unsaid(peer) === undefined) return [];
		this.#waiting.add(peer);
		return [{type: 'commit'}];
	}

	/** What was read is on disk, or is gone, and how far we have read with it. */
	#committed(isOk: boolean): BehaviourOutput[] {
		const waiting = this.#waiting;
		this.#waiting = new Set();
		return isOk ? [...waiting].flatMap(peer => this.#tellRead(peer)) : [];
	}

	/** Tells the other one of a direct room which of its messages was the last that we have read. All of it is on disk. */
	#tellRead(peer: PeerId): BehaviourOutput[] {
		const messageId = this.#unsaid(peer);
		if (messageId === undefined) return [];
		this.#told.set(peer, messageId);
		const room = directRoomOf(this.#options.view.self, peer);
		return [{type: 'send', peers: [peer], message: {type: 'read', room, messageId}}];
	}

	/** The last message of a peer's that we have read, unless it knows that, or is away. */
	#unsaid(peer: PeerId): string | undefined {
		const {archive, view} = this.#options;
		if (!view.isConnected(peer)) return undefined;
		const room = directRoomOf(view.self, peer);
		const readTo = archive.isOpen(room) ? archive.room(room).readTo : undefined;
		const messageId = readTo && lastOf(archive.store, room, peer, readTo);
		return this.#told.get(peer) === messageId ? undefined : messageId;
	}

	/** Only the other one of a direct room can have read something there, and only what we wrote. */
	#readBy(peer: PeerId, {room, messageId}: Read): BehaviourOutput[] {
		const {archive, receipts, view} = this.#options;
		const stray: BehaviourOutput[] = [{type: 'count', counter: 'stray-read'}];
		if (room !== directRoomOf(view.self, peer) || !archive.isOpen(room)) return stray;
		const stored = archive.store.get(room, messageId);
		if (!stored || readStored(stored)?.author !== view.self) return stray;
		return receipts.readBy(peer, room, messageId);
	}

	// --- what was asked for

	/**
	 * The id of a room that is open or kept.
	 * @throws Refused
	 */
	#roomOf(name: string): string {
		const room = name.startsWith('@') ? this.#directRoom(name.slice(1)) : namedRoom(name);
		const {archive} = this.#options;
		if (!archive.isOpen(room) && !archive.store.room(room)) throw notIn(name);
		return room;
	}

	#directRoom(text: string): string {
		const {self} = this.#options.view;
		if (text === self) throw new Refused('bad-peer', 'that is yourself');
		try {
			return directRoomOf(self, parsePeerId(text));
		} catch {
			throw new Refused('bad-peer', 'not a peer id; one begins with 12D3KooW');
		}
	}

	#bounds(room: string, {before, after}: {readonly before?: string | undefined; readonly after?: string | undefined}) {
		if (before !== undefined && after !== undefined)
			throw new Refused('bad-command', 'either before or after, not both');
		return {
			before: before === undefined ? undefined : {before: this.#position(room, before)},
			after: after === undefined ? undefined : {after: this.#position(room, after)},
		};
	}

	#position(room: string, id: string): Position {
		const order = this.#options.archive.store.orderOf(room, id);
		if (order === undefined) throw unknownMessage(id);
		return {order, id};
	}
}

/** The last entry of somebody's that stands at the position or before it, if it is not far before it. */
function lastOf(store: EventStore, room: string, author: PeerId, to: Position): string | undefined {
	const isTheirs = (stored: StoredEvent | undefined) => stored !== undefined && readStored(stored)?.author === author;
	if (isTheirs(store.get(room, to.id))) return to.id;
	const entries = store.page(room, {limit: LOOK_BACK, kinds: 'entries', before: to});
	return entries.findLast(isTheirs)?.id;
}

function namedRoom(name: string): string {
	try {
		return normaliseRoom(name);
	} catch (error) {
		throw new Refused('bad-room', explainError(error));
	}
}

function notIn(name: string): Refused {
	const hint = name.startsWith('@') ? `no messages with ${name.slice(1)}` : `not in #${name}; join it first`;
	return new Refused('unknown-room', hint);
}

function unknownMessage(id: string): Refused {
	return new Refused('unknown-message', `no message ${id} is kept of this room`);
}

function limitOf(limit: number | undefined, usual: number): number {
	const value = limit ?? usual;
	if (Number.isInteger(value) && value >= 1 && value <= HISTORY_LIMIT_MAX) return value;
	throw new Refused('bad-command', `limit must be a whole number from 1 to ${HISTORY_LIMIT_MAX}`);
}
