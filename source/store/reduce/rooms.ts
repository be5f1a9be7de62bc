/** Rooms we are in, and who is in them. */
import type {Member as ApiMember, EventOf} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import {EMPTY_COMPOSER} from '../composer.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {entryAt, replaceAt} from '../log.ts';
import {cleanName} from '../names.ts';
import {activate} from '../navigate.ts';
import type {Member, Room, SystemEntry} from '../state.ts';

/** Milliseconds within which "left" and "connection lost" are one piece of news. */
const SAME_NEWS = 2_000;

export function roomJoined(draft: Draft, event: EventOf<'room-joined'>): void {
	const room = draft.room(event.room) ?? draft.addRoom(event.room, roomLabel(event.room));
	room.members = event.members.map(cleanMember);
	if (draft.state.active !== undefined) return;
	// What was written before there was a room is meant for the first one.
	if (room.composer.text === '') room.composer = draft.state.composer;
	draft.set({composer: EMPTY_COMPOSER});
	activate(draft, event.room);
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
	say(draft, room, member, 'in', wasHere ? 'is back' : 'joined');
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
		const member = draft.findRoom(roomName)?.members.find(candidate => candidate.peer === peer);
		if (!member || member.name === name) continue;
		const room = draft.room(roomName) as RoomDraft;
		room.members = room.members.map(candidate => (candidate.peer === peer ? {peer, name} : candidate));
		say(draft, room, member, 'note', `is now ${name}`);
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

function say(draft: Draft, room: RoomDraft, about: Member, mark: SystemEntry['mark'], text: string): void {
	draft.append(room, {kind: 'system', timestamp: draft.now, mark, peer: about.peer, name: about.name, text});
}

/** "left" was said a moment ago, before it was known that the connection is lost: now it says so. */
function correctLeft(draft: Draft, name: string, peer: string, text: string): void {
	const known = draft.findRoom(name);
	const news = known && lastNewsOf(known, peer);
	if (news?.mark !== 'out' || draft.now - news.timestamp > SAME_NEWS) return;
	const room = draft.room(name) as RoomDraft;
	const {position, ...entry} = news;
	room.log = replaceAt(room.log, position, {...entry, mark: 'lost', text});
}

/** How far back to look for news of a peer. */
const NEWS_WINDOW = 500;

function lastNewsOf(room: Room, peer: string): (SystemEntry & {position: number}) | undefined {
	const oldest = Math.max(room.log.start, room.log.end - NEWS_WINDOW);
	for (let position = room.log.end - 1; position >= oldest; position--) {
		const entry = entryAt(room.log, position);
		if (entry?.kind === 'system' && entry.peer === peer && entry.mark !== 'note') return {...entry, position};
	}
	return undefined;
}
