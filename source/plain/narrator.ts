/**
 * What is new, as lines: each is said once and nothing is ever said again. Given the same states and events, the same
 * lines come out.
 */
import type {ChatMessage, EventOf, NodeEvent} from '../api/event.ts';
import {isKept} from '../store/draft.ts';
import {compareKeys, emptyLog, entryAt, type Key, type Log, lastEntry} from '../store/log.ts';
import {conflictText, standingConflicts} from '../store/reduce/alarms.ts';
import {activeRoom, connectedPeers} from '../store/selectors.ts';
import type {Entry, MessageEntry, Room, State, SystemEntry} from '../store/state.ts';
import {plural} from '../ui/format.ts';
import {aloneTexts, heardText} from '../ui/panes/empty.ts';
import {changeLines} from './changes.ts';
import {Deliveries} from './deliveries.ts';
import {measuredLines, partitionLines} from './measured.ts';
import {nameAlone} from './names.ts';
import {newsOf} from './news.ts';
import {unreadText, whereLines} from './places.ts';
import {searchLines} from './search.ts';
import {movingLines} from './transfers.ts';
import {messageLines, newsLines, pastLines} from './words.ts';

/** Messages said at once on coming into a room with as many unread, or with none. */
const MAX_UNREAD = 20;
const MAX_CONTEXT = 5;
/** Milliseconds without another one until messages of long ago are said; and how long at most more of them is waited for. */
const PAUSE = 1_000;
const PATIENCE = 15_000;
/** Ids of messages that were said. */
const MAX_SAID = 5_000;

type Told = {
	readonly messages: ReadonlyMap<string, EventOf<'message'>>;
	readonly notices: ReadonlyMap<string, EventOf<'notice'>>;
	readonly changes: Changes;
};
type Changes = ReadonlyMap<string, EventOf<'message-changed'>>;

/** `from`: the oldest of them. Told since when, and when last. */
type Late = {
	readonly room: string;
	readonly from: Key;
	readonly count: number;
	readonly since: number;
	readonly at: number;
};

export class Narrator {
	#before: State;
	readonly #deliveries = new Deliveries();
	readonly #said = new Set<string>();
	/** Rooms in which the last messages were said on coming there. */
	readonly #visited = new Set<string>();
	/** What was unread where we just came in, until what is kept of it is here. */
	#entering: {readonly room: string; readonly unread: number} | undefined;
	/** Messages of before we came that others hand on, in the open room: how many, and when the last one came. */
	#late: Late | undefined;

	constructor(state: State) {
		this.#before = state;
	}

	/** `events` are those that made `state` of the state given last. `now` is Unix milliseconds. */
	tell(state: State, events: readonly NodeEvent[], now: number): readonly string[] {
		const before = this.#before;
		this.#before = state;
		const told = toldBy(events);
		return [
			...coreLines(before, state),
			...this.#entered(before, state),
			...changedRooms(before, state).flatMap(room => this.#room(before, state, room, told, now)),
			...this.#arrived(state, now),
			...this.#caughtUp(state, now),
			...noticeLines(before, state),
			...movingLines(before, state),
			...searchLines(before, state),
			...partitionLines(before, state),
			...measuredLines(before, state, events),
			...this.#deliveries.tell(state, now),
			...(state.showsHints && !before.showsHints && connectedPeers(state).length === 0 ? aloneLines(state) : []),
			...heardLines(before, state),
		];
	}

	/** Where we are now, if that is another room. */
	#entered(before: State, state: State): readonly string[] {
		const room = activeRoom(state);
		if (!room || before.active === room.room) return [];
		const was = before.rooms.find(each => each.room === room.room);
		this.#entering = {room: room.room, unread: (was ?? room).unread + room.missed};
		this.#late = undefined;
		return whereLines(state, room);
	}

	#room(before: State, state: State, room: Room, told: Told, now: number): readonly string[] {
		const was = before.rooms.find(each => each.room === room.room);
		const isOpen = room.room === state.active;
		const {added, changed} = newsOf<Entry>(was?.log ?? (emptyLog as Log<Entry>), room.log);
		const lines = [
			...added.flatMap(entry => this.#added(state, room, entry, told, now)),
			...changed.flatMap(({before: old, after}) => {
				const event = told.changes.get(after.id);
				if (isOpen && old.kind === 'system' && after.kind === 'system') {
					if (old.text === after.text) return newsLines(state, room, after, old);
					return lastEntry(room.log)?.id === after.id ? newsLines(state, room, after) : [];
				}
				if (!isOpen || !event || old.kind !== 'message' || after.kind !== 'message') return [];
				return changeLines(state, old, after, event);
			}),
		];
		const isNew = !isOpen && lines.length === 0 && room.unread > 0 && (was?.unread ?? 0) === 0;
		return isNew ? [unreadText(state, room)] : lines;
	}

	#added(state: State, room: Room, entry: Entry, told: Told, now: number): readonly string[] {
		const isOpen = room.room === state.active;
		if (entry.kind === 'system') {
			const notice = told.notices.get(entry.id);
			const isNew = notice ? !isOfBefore(room, notice) : !isKept(entry);
			return isOpen && isNew && isWorthSaying(state, entry) ? newsLines(state, room, entry) : [];
		}
		const event = told.messages.get(entry.id);
		if (!event) return [];
		if (entry.local) {
			// It stands there already, as it was typed.
			this.#heard(entry);
			this.#deliveries.follow(entry.id, room.room, now);
			return [];
		}
		if (!isOpen) return entry.mention || room.peer !== undefined ? this.#say(state, room, entry) : [];
		if (!isOfBefore(room, event)) return this.#say(state, room, entry);
		const late = this.#late?.room === room.room ? this.#late : {from: entry, count: 0, since: now};
		const from = compareKeys(entry, late.from) < 0 ? entry : late.from;
		this.#late = {room: room.room, from, count: late.count + 1, since: late.since, at: now};
		return [];
	}

	#say(state: State, room: Room, entry: MessageEntry): readonly string[] {
		if (this.#said.has(entry.id)) return [];
		this.#heard(entry);
		return messageLines(state, room, entry);
	}

	#heard({id}: Entry): void {
		this.#said.add(id);
		if (this.#said.size > MAX_SAID) this.#said.delete(this.#said.values().next().value as string);
	}

	/** What was unread, or else the last few messages, once it is known what is kept. */
	#arrived(state: State, now: number): readonly string[] {
		const entering = this.#entering;
		const room = activeRoom(state);
		if (!entering || !room || room.room !== entering.room || room.page !== 'fresh') return [];
		this.#entering = undefined;
		const isFirst = !this.#visited.has(room.room);
		this.#visited.add(room.room);
		const {divider} = room;
		const since = entering.unread > 0 ? divider : undefined;
		const limit = since === undefined ? (isFirst ? MAX_CONTEXT : 0) : entering.unread;
		const last = lastMessages(room, limit, entry => since === undefined || compareKeys(entry, since) >= 0);
		const unheard = last.filter(entry => !this.#said.has(entry.id));
		// What stands here already does not come only now.
		for (const entry of lastMessages(room, MAX_SAID)) this.#heard(entry);
		if (unheard.length === 0) return isFirst ? [] : ['Nothing new.'];
		const told = unheard.slice(-MAX_UNREAD);
		const heading = since === undefined ? `The last ${plural(told.length, 'message')}:` : unreadHeading(unheard.length);
		return [heading, ...pastLines(state, room, told, now)];
	}

	/** What others have kept for us, once there is a pause: all of it would take long to hear. */
	#caughtUp(state: State, now: number): readonly string[] {
		const late = this.#late;
		const room = activeRoom(state);
		if (!late || !room || this.#entering || now - late.at < PAUSE) return [];
		if (isComing(room) && now - late.since < PATIENCE) {
			this.#late = {...late, at: now};
			return [];
		}
		this.#late = undefined;
		// Some of it may have come without a word: what counts is what stands here now.
		const isNew = (entry: MessageEntry) => compareKeys(entry, late.from) >= 0 && !this.#said.has(entry.id);
		const all = lastMessages(room, MAX_SAID, isNew);
		for (const entry of all) this.#heard(entry);
		if (all.length === 0) return [];
		const entries = all.slice(-MAX_CONTEXT);
		const count = Math.max(late.count, all.length);
		const heading = `${plural(count, 'message')} said earlier`;
		const more = count > entries.length ? `, the last ${entries.length} (/read ${count} says all)` : '';
		return [`${heading}${more}:`, ...pastLines(state, room, entries, now)];
	}
}

function changedRooms(before: State, {rooms}: State): readonly Room[] {
	const same = new Set(before.rooms);
	return before.rooms === rooms ? [] : rooms.filter(room => !same.has(room));
}

/** The last `limit` messages of those that are wanted, the oldest first. */
export function lastMessages(
	{log}: Room,
	limit: number,
	isWanted: (entry: MessageEntry) => boolean = () => true,
): readonly MessageEntry[] {
	const found: MessageEntry[] = [];
	for (let index = log.length - 1; index >= 0 && found.length < limit; index--) {
		const entry = entryAt(log, index);
		if (entry?.kind === 'message' && isWanted(entry)) found.push(entry);
	}
	return found.reverse();
}

function unreadHeading(count: number): string {
	return count > MAX_UNREAD ? `${count} unread, the last ${MAX_UNREAD} (/read ${count} says all):` : `${count} unread:`;
}

/** Two people with one name are told apart by a warning of its own; that we are new here, we know. */
function isWorthSaying({self}: State, {mark, peer, text}: SystemEntry): boolean {
	return mark !== 'alarm' && !(peer === self?.peerId && /^(is|has) /.test(text));
}

/** More of what others have kept is on its way. */
function isComing({progress, page}: Room): boolean {
	return progress !== undefined || page !== 'fresh';
}

/** It comes from what others have kept, or was said before we met them. */
function isOfBefore({aloneUntil}: Room, {via, timestamp}: ChatMessage): boolean {
	return via === undefined || timestamp < aloneUntil;
}

function toldBy(events: readonly NodeEvent[]): Told {
	const messages = new Map<string, EventOf<'message'>>();
	const notices = new Map<string, EventOf<'notice'>>();
	const changes = new Map<string, EventOf<'message-changed'>>();
	for (const event of events) {
		if (event.type === 'message') messages.set(event.messageId, event);
		else if (event.type === 'notice') notices.set(event.messageId, event);
		else if (event.type === 'message-changed') changes.set(event.messageId, event);
	}
	return {messages, notices, changes};
}

function coreLines(before: State, {core, storage, conflicts, self}: State): readonly string[] {
	const lines: string[] = [];
	if (self && !before.self) lines.push(`You are ${self.name}.`);
	else if (self && before.self && before.self.name !== self.name) lines.push(`You are ${self.name} now.`);
	if (core !== before.core && core.state === 'restarting')
		lines.push(`warning: the core stopped and is started again: ${core.reason}`);
	if (core !== before.core && core.state === 'failed')
		lines.push(`error: the core has failed: ${core.reason}`, `${core.hint ?? ''} /quit leaves.`.trim());
	if (storage !== undefined && storage !== before.storage)
		lines.push(`warning: nothing can be kept at present: ${storage}. What was acknowledged is safe.`);
	const known = new Set(before.conflicts);
	for (const conflict of standingConflicts({conflicts}))
		if (!known.has(conflict))
			lines.push(`warning: ${conflictText({...conflict, name: nameAlone(conflict.peer, conflict.name)})}`);
	return lines;
}

function noticeLines({notice: before}: State, {notice}: State): readonly string[] {
	if (!notice || notice === before) return [];
	return [notice.level === 'info' ? notice.text : `${notice.level}: ${notice.text}`];
}

/** Somebody is heard and takes no connection: once, while nobody is here. */
function heardLines(before: State, state: State): readonly string[] {
	const heardAlone = (at: State) => (connectedPeers(at).length === 0 ? heardText(at) : undefined);
	const text = heardAlone(state);
	return text === undefined || text === heardAlone(before) ? [] : [`warning: ${text}`];
}

function aloneLines(state: State): readonly string[] {
	const {headline, texts, tries} = aloneTexts(state);
	return [headline, ...texts, ...tries.map(({what, why}) => `${why.charAt(0).toUpperCase()}${why.slice(1)}: ${what}`)];
}
