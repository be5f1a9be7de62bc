/** Rooms and people in lines: where one is, where one can go, who is there. */
import {activeRoom, connectedPeers, people, sortedPeers} from '../store/selectors.ts';
import type {Member, Room, State} from '../store/state.ts';
import {formatAgo, formatRtt, plural} from '../ui/format.ts';
import {nameIn, placeName} from './names.ts';
import {listOf} from './words.ts';

/** Members that are named on coming into a room. */
const MAX_NAMED = 8;

/** On coming into a room: who is there, and what to do. */
export function whereLines(state: State, room: Room): readonly string[] {
	if (room.peer !== undefined) return [`You are talking to ${placeName(state, room)}, ${presence(state, room.peer)}.`];
	const others = othersIn(state, room);
	const who = others.length === 0 ? '' : ` with ${namesOf(state, others)}`;
	const topic = room.topic === '' ? '' : ` Topic: ${room.topic}`;
	return [`You are in ${room.label}${who}.${topic}`];
}

export function othersIn({self}: State, {members}: Room): readonly Member[] {
	return members.filter(({peer}) => peer !== self?.peerId);
}

function namesOf(state: State, members: readonly Member[]): string {
	const names = members.slice(0, MAX_NAMED).map(({peer, name}) => nameIn(state, peer, name));
	const rest = members.length - names.length;
	return listOf(rest > 0 ? [...names, `${rest} more`] : names);
}

function presence(state: State, peer: string): string {
	const known = state.peers.get(peer);
	if (known?.state === 'connected') return 'who is here';
	const seen = known ? `, last seen ${formatAgo(state.clock - known.lastSeen)}` : '';
	return `who is away${seen}; what you write waits for them`;
}

/** `#dev: 3 unread, one names you`. */
export function unreadText(state: State, room: Room): string {
	const {unread, mentions, peer} = room;
	const names = peer === undefined && mentions > 0 ? `, ${mentions === 1 ? 'one names' : `${mentions} name`} you` : '';
	return `${placeName(state, room)}: ${unread} unread${names}`;
}

export function roomLines(state: State): readonly string[] {
	if (state.rooms.length === 0) return ['You are in no room. /join lobby enters one.'];
	return state.rooms.map(room => {
		const isOpen = room.room === state.active ? ['you are here'] : [];
		const unread = room.unread > 0 ? [unreadText(state, room).slice(placeName(state, room).length + 2)] : [];
		const who =
			room.peer === undefined
				? plural(othersIn(state, room).length, 'other')
				: presence(state, room.peer).replace(/^who is |;.*$/g, '');
		return `${placeName(state, room)}: ${[...isOpen, who, ...unread].join(', ')}`;
	});
}

/** Where something is unread. */
export function unreadLines(state: State): readonly string[] {
	const rooms = state.rooms.filter(room => room.unread > 0);
	if (rooms.length === 0) return ['Nothing is unread.'];
	return [...rooms.map(room => unreadText(state, room)), '/go goes to the next one and says them.'];
}

export function whoLines(state: State): readonly string[] {
	const room = activeRoom(state);
	const members = room ? othersIn(state, room) : [];
	const inRoom = new Set(members.map(({peer}) => peer));
	const elsewhere = connectedPeers(state).filter(({peer}) => !inRoom.has(peer));
	const known = new Set(people(state).map(({peer}) => peer));
	const away = sortedPeers(state).filter(({peer, state: is}) => is === 'gone' && known.has(peer));
	const line = (peer: string, name: string) => `  ${nameIn(state, peer, name)}${distance(state, peer)}`;
	return [
		...(room
			? [`${plural(members.length, 'other')} in ${placeName(state, room)}${members.length > 0 ? ':' : '.'}`]
			: []),
		...members.map(({peer, name}) => line(peer, name)),
		...(elsewhere.length > 0 ? ['Connected, but not in this room:'] : []),
		...elsewhere.map(({peer, name}) => line(peer, name)),
		...(away.length > 0 ? ['Away:'] : []),
		...away.slice(0, MAX_NAMED).map(({peer, name, lastSeen}) => {
			return `  ${nameIn(state, peer, name)}, last seen ${formatAgo(state.clock - lastSeen)}`;
		}),
		...selfLines(state),
	];
}

function distance({peers}: State, peer: string): string {
	const last = peers.get(peer)?.samples.at(-1);
	return last === undefined ? '' : `, ${formatRtt(last)} away`;
}

function selfLines({self}: State): readonly string[] {
	if (!self) return [];
	const [address] = self.addresses;
	const reach = address === undefined ? [] : [`Others reach you with /dial ${address}`];
	return [`You are ${self.name}, ${self.peerId}.`, ...reach];
}
