/** Rooms we are in, and who is in them. */
import type {Member as ApiMember, EventOf} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import {EMPTY_COMPOSER} from '../composer.ts';
import {type Draft, isKept, type RoomDraft} from '../draft.ts';
import {durationOf} from '../duration.ts';
import {lineOf} from '../entry.ts';
import {compareKeys, entryAt} from '../log.ts';
import {cleanName, withHolder} from '../names.ts';
import {activate} from '../navigate.ts';
import type {Member, Room, SystemEntry} from '../state.ts';

/** Milliseconds within which "left" and "connection lost" are one piece of news. */
const SAME_NEWS = 2_000;
/** Milliseconds after coming into a room in which whoever is met was there before us. */
export const MEETING = 10_000;
/** What is said again of somebody else within this many milliseconds is said in one line, of so many others at most. */
const SAME_BREATH = 5 * 60_000;
const MAX_OTHERS = 60;
/** How far back lines are looked for that say what is said now, in entries. */
const FOLD_WINDOW = 200;

type Said = Member & {readonly at: number};

export function roomJoined(draft: Draft, event: EventOf<'room-joined'>): void {
	const isNew = draft.findRoom(event.room) === undefined;
	const room = roomCalled(draft, event.room);
	room.members = event.members.map(cleanMember);
	if (room.peer !== undefined) relabel(draft, room);
	room.topic = lineOf(event.topic ?? '');
	draft.set({wantsRooms: true, roomsAskedAt: Number.NEGATIVE_INFINITY});
	// A core that was started again does not know what was read since; we do.
	if (isNew && event.unread !== undefined && event.unread > 0) {
		room.unread = event.unread;
		room.owed = event.unread;
	}
	if (!isNew) Object.assign(room, {page: 'stale', openedAt: draft.now} satisfies Partial<Room>);
	// Nobody asked for a conversation to be opened before there is a room.
	if (draft.state.active !== undefined || room.peer !== undefined) return;
	// What was written before there was a room is meant for the first one.
	if (room.composer.text === '') room.composer = draft.state.composer;
	draft.set({composer: EMPTY_COMPOSER});
	activate(draft, event.room);
}

/** The room, to be changed; as a new one if it is not there yet. */
export function roomCalled(draft: Draft, name: string): RoomDraft {
	const known = draft.room(name);
	if (known) return known;
	const peer = peerOfRoom(name);
	const room = draft.addRoom(name, roomLabel(name), peer);
	if (peer !== undefined) relabel(draft, room);
	return room;
}

/** Whose direct room that is; undefined if it is no direct room. */
export function peerOfRoom(room: string): string | undefined {
	return room.startsWith('@') ? room.slice(1) : undefined;
}

/** Where a message belongs. A conversation that was put away comes back with it. */
export function roomOfMessage(draft: Draft, event: {room: string; from: string; name: string}): Room | undefined {
	const known = draft.findRoom(event.room);
	const peer = peerOfRoom(event.room);
	if (peer === undefined) return known;
	const room = known ?? roomCalled(draft, event.room);
	if (event.from !== peer) return room;
	const label = `@${cleanName(event.name, peer)}`;
	if (label !== room.label) (draft.room(event.room) as RoomDraft).label = label;
	return draft.findRoom(event.room);
}

function relabel(draft: Draft, room: RoomDraft): void {
	const peer = room.peer as string;
	const member = room.members.find(candidate => candidate.peer === peer);
	room.label = `@${member?.name ?? draft.findPeer(peer)?.name ?? cleanName('', peer)}`;
}

export function topicChanged(draft: Draft, event: EventOf<'topic-changed'>): void {
	const known = draft.findRoom(event.room);
	const topic = lineOf(event.topic);
	if (known && known.topic !== topic) (draft.room(event.room) as RoomDraft).topic = topic;
}

export function roomLeft(draft: Draft, event: EventOf<'room-left'>): void {
	const {rooms, active, last} = draft.state;
	const index = rooms.findIndex(room => room.room === event.room);
	if (index < 0) return;
	draft.removeRoom(event.room);
	if (last === event.room) draft.set({last: undefined});
	if (active !== event.room) return;
	const next = draft.findRoom(last ?? '') ?? draft.state.rooms[Math.max(0, index - 1)];
	draft.set({active: undefined, last: undefined});
	if (next) activate(draft, next.room);
}

export function memberJoined(draft: Draft, event: EventOf<'member-joined'>): void {
	const known = draft.findRoom(event.room);
	if (!known || known.members.some(member => member.peer === event.peer)) return;
	const room = draft.room(event.room) as RoomDraft;
	const member = cleanMember(event);
	room.members = [...room.members, member];
	if (member.peer === draft.state.self?.peerId) return;
	const wasHere = lastNewsOf(room, member.peer) !== undefined;
	room.greetedAt = draft.now;
	if (!room.isNewHere || wasHere) {
		room.metAt = draft.now;
		if (!known.members.some(other => other.peer !== draft.state.self?.peerId)) room.aloneUntil = draft.now;
	}
	if (room.peer !== undefined) relabel(draft, room);
	// Whoever is met when we come was there before us: that is no news.
	const isMet = room.peer !== undefined || draft.now - room.openedAt < MEETING;
	say(draft, room, member, 'in', wasHere ? backText(draft, member.peer) : isMet ? 'is here' : 'joined');
}

/** Of whoever could not be reached, after how long. */
function backText({state, now}: Draft, peer: string): string {
	const cut = state.pages.topology.unreachable.find(each => each.peer === peer);
	return cut ? `is back after ${durationOf(now - cut.since)}` : 'is back';
}

export function memberLeft(draft: Draft, event: EventOf<'member-left'>): void {
	const member = draft.findRoom(event.room)?.members.find(candidate => candidate.peer === event.peer);
	if (!member) return;
	removeMember(draft, event.room, event.peer);
	say(draft, draft.room(event.room) as RoomDraft, member, 'out', 'left');
}

/** The connection is gone: said once in each room where the peer was, or in place of a "left" just said. */
export function peerLost(draft: Draft, peer: string, reason: string): void {
	const text = isGoodbye(reason) ? 'left' : `is gone${reason === '' ? '' : ` (${reason})`}`;
	const mark = isGoodbye(reason) ? 'out' : 'lost';
	for (const {room: name} of draft.state.rooms) {
		const known = draft.findRoom(name);
		const member = known?.members.find(candidate => candidate.peer === peer);
		if (member) {
			removeMember(draft, name, peer);
			say(draft, draft.room(name) as RoomDraft, member, mark, text);
		} else if (mark === 'lost') {
			correctLeft(draft, name, peer, text);
		}
	}
}

export function memberRenamed(draft: Draft, peer: string, name: string): void {
	for (const {room: roomName} of draft.state.rooms) {
		const known = draft.findRoom(roomName);
		if (known?.peer === peer && known.label !== `@${name}`) (draft.room(roomName) as RoomDraft).label = `@${name}`;
		const member = known?.members.find(candidate => candidate.peer === peer);
		if (!member || member.name === name) continue;
		const room = draft.room(roomName) as RoomDraft;
		room.members = room.members.map(candidate => (candidate.peer === peer ? {peer, name} : candidate));
		say(draft, room, asKnown(draft, room, member, name), 'note', RENAMED + name);
	}
}

export function cleanMember({peer, name}: ApiMember): Member {
	return {peer, name: cleanName(name, peer)};
}

export function roomLabel(room: string): string {
	return `#${sanitizeLine(room)}`;
}

function isGoodbye(reason: string): boolean {
	return /^(goodbye|said goodbye|leaving|left)\b/.test(reason);
}

function removeMember(draft: Draft, name: string, peer: string): void {
	const room = draft.room(name) as RoomDraft;
	room.members = room.members.filter(member => member.peer !== peer);
}

/** What is said of several is one line; whoever comes and goes all the time stands in two, however many do. */
function say(draft: Draft, room: RoomDraft, about: Member, mark: SystemEntry['mark'], text: string): void {
	const {peer, name} = about;
	if (mark !== 'note') forgetOldNews(draft, room, peer, {mark, text});
	const line = mark === 'note' ? undefined : lineToJoin(draft, room, peer, {mark, text});
	if (line) {
		draft.put(room, {...line, others: [...(line.others ?? []), {peer, name, at: draft.now}]});
		room.holders = withHolder(room.holders, about);
		return;
	}
	draft.put(room, {kind: 'system', ...draft.nextKey(room), timestamp: draft.now, missing: 0, mark, peer, name, text});
	if (room.anchor) room.below += 1;
}

type News = Pick<SystemEntry, 'mark' | 'text'>;

/** Lines of ours about somebody, the newest first: those that stand together at the end, or also those before messages. */
function* recentLines({log}: Room, reach: 'end' | 'before messages'): Generator<SystemEntry> {
	const oldest = Math.max(0, log.length - FOLD_WINDOW);
	for (let index = log.length - 1; index >= oldest; index--) {
		const entry = entryAt(log, index);
		if (entry?.kind === 'system' && !isKept(entry) && entry.peer !== undefined) yield entry;
		else if (reach === 'end') return;
	}
}

/** Somebody goes once more, and has come in between: that they went before need not stand there any longer. */
function forgetOldNews(draft: Draft, room: RoomDraft, peer: string, {mark, text}: News): void {
	const isAbout = (entry: SystemEntry) => allOf(entry).some(each => each.peer === peer);
	const [, ...older] = [...recentLines(room, 'before messages')].filter(
		entry => entry.mark !== 'note' && isAbout(entry),
	);
	const before = older.find(entry => entry.mark === mark && entry.text === text);
	if (!before || allOf(before).some(each => each.peer === peer && draft.now - each.at >= SAME_BREATH)) return;
	const [first, ...others] = allOf(before).filter(each => each.peer !== peer);
	if (first) draft.put(room, {...before, peer: first.peer, name: first.name, others});
	else takeAway(draft, room, before);
}

/** A line that says the same of others, with nothing about this one below it. */
function lineToJoin(draft: Draft, room: Room, peer: string, {mark, text}: News): SystemEntry | undefined {
	for (const entry of recentLines(room, 'end')) {
		if (allOf(entry).some(each => each.peer === peer)) return undefined;
		if (isSameNews(entry, mark, text, draft.now)) return entry;
	}
	return undefined;
}

const RENAMED = 'is now ';

/** By the name from before, if they have changed it a moment ago and nobody has said anything since. */
function asKnown(draft: Draft, room: RoomDraft, member: Member, name: string): Member {
	for (const entry of recentLines(room, 'end')) {
		const isRenaming = entry.peer === member.peer && entry.mark === 'note' && entry.text.startsWith(RENAMED);
		if (!isRenaming || draft.now - entry.timestamp >= SAME_BREATH) continue;
		takeAway(draft, room, entry);
		return entry.name === name ? member : {...member, name: entry.name};
	}
	return member;
}

function takeAway(draft: Draft, room: RoomDraft, entry: SystemEntry): void {
	draft.remove(room, entry);
	if (room.anchor && compareKeys(entry, room.anchor) > 0) room.below -= 1;
}

function isSameNews(entry: SystemEntry, mark: SystemEntry['mark'], text: string, now: number): boolean {
	const {peer, others = [], timestamp} = entry;
	if (isKept(entry) || peer === undefined || entry.mark !== mark || entry.text !== text) return false;
	return now - timestamp < SAME_BREATH && others.length < MAX_OTHERS;
}

/** Everyone an entry is about, and when it was said of each. */
function allOf({peer, name, timestamp, others = []}: SystemEntry): readonly Said[] {
	return peer === undefined ? [] : [{peer, name, at: timestamp}, ...others];
}

/** A line about the room itself, or about nobody in particular. */
export function sayIn(draft: Draft, name: string, mark: SystemEntry['mark'], text: string): void {
	const room = draft.room(name);
	if (!room) return;
	const about = {peer: undefined, name: ''};
	draft.put(room, {kind: 'system', ...draft.nextKey(room), timestamp: draft.now, missing: 0, mark, ...about, text});
	if (room.anchor) room.below += 1;
}

/** The history tells of a name, or that somebody is new, what a connection has told a moment before. */
export function saidAlready(draft: Draft, room: Room, {peer, mark, text}: SystemEntry): boolean {
	if (peer === undefined) return false;
	if (mark !== 'note') {
		const news = lastNewsOf(room, peer);
		return news?.entry.mark === mark && draft.now - news.at < RECENT_NEWS;
	}
	const oldest = Math.max(0, room.log.length - NEWS_WINDOW);
	for (let index = room.log.length - 1; index >= oldest; index--) {
		const entry = entryAt(room.log, index);
		if (entry?.kind === 'system' && entry.peer === peer && entry.mark === 'note')
			return entry.text === text && draft.now - entry.timestamp < RECENT_NEWS;
	}
	return false;
}

/** "left" was said a moment ago, before it was known that the connection is lost: now it says so. */
function correctLeft(draft: Draft, name: string, peer: string, text: string): void {
	const known = draft.findRoom(name);
	const news = known && lastNewsOf(known, peer);
	if (news?.entry.mark !== 'out' || draft.now - news.at > SAME_NEWS) return;
	const room = draft.room(name) as RoomDraft;
	const {entry} = news;
	const [first, ...others] = allOf(entry).filter(other => other.peer !== peer);
	if (!first) return draft.put(room, {...entry, mark: 'lost', text});
	draft.put(room, {...entry, peer: first.peer, name: first.name, others});
	say(draft, room, news, 'lost', text);
}

/** How far back to look for news of a peer, in entries; and in milliseconds, for what comes twice by two ways. */
const NEWS_WINDOW = 500;
const RECENT_NEWS = 10 * 60_000;

function lastNewsOf(room: Room, peer: string): (Said & {readonly entry: SystemEntry}) | undefined {
	const oldest = Math.max(0, room.log.length - NEWS_WINDOW);
	for (let index = room.log.length - 1; index >= oldest; index--) {
		const entry = entryAt(room.log, index);
		if (entry?.kind !== 'system' || isKept(entry) || entry.mark === 'note') continue;
		const said = allOf(entry).find(each => each.peer === peer);
		if (said) return {...said, entry};
	}
	return undefined;
}
