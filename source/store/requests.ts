/**
 * What the screen asks of the core by itself: pages of history for whatever is looked at, and that something has been
 * read. It follows from the state alone, and each request leaves a mark there, so that nothing is asked twice.
 */
import type {Command} from '../api/command.ts';
import {Draft, isKept, type RoomDraft} from './draft.ts';
import {changeFiles} from './files/transfers.ts';
import {jumpPage} from './jump.ts';
import {entryAt, indexOf, type Log} from './log.ts';
import {askForPage} from './pages/index.ts';
import type {Entry, Pending, Room, State} from './state.ts';

/** Entries in a page of history. */
export const PAGE_SIZE = 200;
/** So many entries from the end of what is here, the next page is asked for: more than fit on any screen. */
const NEAR = 120;
/** Milliseconds between questions who has ever been in the rooms, when somebody unknown has said something. */
const ROOMS_PAUSE = 10_000;
/** Results in a page of a search. */
export const SEARCH_SIZE = 50;

export type Requests = {readonly state: State; readonly commands: readonly Command[]};

/** Returns the same state if there is nothing to ask. */
export function nextRequests(state: State, now: number): Requests {
	if (state.core.state !== 'running') return {state, commands: []};
	const draft = new Draft(state, now);
	const commands: Command[] = [];
	const ask = (command: Command, mark: Partial<Pending> = {}): void => {
		const id = `screen-${draft.state.nextId}`;
		const pending = new Map(draft.state.pending).set(id, {command, isQuiet: true as const, ...mark});
		draft.set({nextId: draft.state.nextId + 1, pending});
		commands.push({...command, id});
	};
	if (state.wantsRooms && now - state.roomsAskedAt >= ROOMS_PAUSE) {
		draft.set({wantsRooms: false, roomsAskedAt: now});
		ask({command: 'rooms'});
	}
	if (state.files.asking === 'wanted') {
		changeFiles(draft, {asking: 'asked'});
		ask({command: 'transfers'});
		ask({command: 'file-settings'});
	}
	const open = state.view === 'chat' && state.active !== undefined ? draft.findRoom(state.active) : undefined;
	if (open) askForRoom(draft, open, ask);
	askForPage(draft, ask);
	return {state: draft.finish(), commands};
}

type Ask = (command: Command, mark?: Partial<Pending>) => void;

function askForRoom(draft: Draft, known: Room, ask: Ask): void {
	const {jump} = known;
	if (jump) {
		if (jump.isAsked) return;
		(draft.room(known.room) as RoomDraft).jump = {...jump, isAsked: true};
		return ask({command: 'history', room: known.room, ...jumpPage(jump)}, {isJump: true});
	}
	const page = draft.now < known.waitUntil ? undefined : pageToAsk(known);
	if (page) {
		Object.assign(draft.room(known.room) as RoomDraft, page.mark);
		ask({command: 'history', room: known.room, limit: PAGE_SIZE, ...page.where});
	}
	const newest = newestToRead(known);
	if (newest !== undefined) {
		Object.assign(draft.room(known.room) as RoomDraft, {readUpTo: newest, isReading: true});
		ask({command: 'read', room: known.room, messageId: newest});
	}
}

type Page = {readonly mark: Partial<Room>; readonly where: {readonly before?: string; readonly after?: string}};

function pageToAsk(room: Room): Page | undefined {
	const {page, older, newer, anchor, log} = room;
	if (page === 'asked') return undefined;
	const at = anchor && indexOf(log, anchor);
	if (page === 'stale') {
		// While scrolled up, what is in view; with what follows it, or the page would end there.
		const next = at === undefined ? undefined : keptFrom(log, at + NEAR, 1);
		return {mark: {page: 'asked'}, where: next === undefined ? {} : {before: next}};
	}
	if (at === undefined && newer !== 'none') return {mark: {page: 'asked'}, where: {}};
	// All of a short room is in view at once.
	const top = at ?? log.length;
	if (older === 'more' && top < NEAR) {
		const before = keptFrom(log, 0, 1);
		if (before !== undefined) return {mark: {older: 'loading'}, where: {before}};
	}
	if (newer === 'more' && log.length - top <= NEAR) {
		const after = keptFrom(log, log.length - 1, -1);
		if (after !== undefined) return {mark: {newer: 'loading'}, where: {after}};
	}
	return undefined;
}

/** The id of the first entry of the core from an index on, upwards or downwards. */
function keptFrom(log: Log<Entry>, from: number, step: 1 | -1): string | undefined {
	for (let index = from; index >= 0 && index < log.length; index += step) {
		const entry = entryAt(log, index);
		if (entry && isKept(entry)) return entry.id;
	}
	return undefined;
}

/** One at a time, and the newest only: a flood is one message to the core and not one a message. */
function newestToRead(room: Room): string | undefined {
	if (room.page !== 'fresh' || room.newer !== 'none' || room.anchor || room.isReading || room.missed > 0)
		return undefined;
	const newest = newestOfOthers(room.log);
	return newest === undefined || newest === room.readUpTo ? undefined : newest;
}

/** Entries to look back over: our own, and notices. */
const LOOK_BACK = 200;

function newestOfOthers(log: Log<Entry>): string | undefined {
	const oldest = Math.max(0, log.length - LOOK_BACK);
	for (let index = log.length - 1; index >= oldest; index--) {
		const entry = entryAt(log, index);
		if (entry?.kind === 'message' && !entry.local) return entry.id;
	}
	return undefined;
}
