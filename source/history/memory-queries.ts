/** What is asked of the store in memory, as functions of its rooms. */
import type {PeerId} from '../wire/peer-id.ts';
import {ENTRY_KINDS, type PageOptions, type SearchOptions, type StoredEvent, type StoredPerson} from './event-store.ts';
import {comparePositions} from './fold.ts';
import type {Entry, MemoryRoom} from './memory-room.ts';
import {isMatch, wordsOf} from './words.ts';

export function pageOf(room: MemoryRoom | undefined, {limit, before, after, kinds}: PageOptions): StoredEvent[] {
	if (room === undefined) return [];
	const places = after === undefined ? room.places.descending(at(before)) : room.places.ascending(at(after));
	const page: StoredEvent[] = [];
	for (const entry of places) {
		if (page.length >= limit) break;
		if (after !== undefined && before !== undefined && comparePositions(entry, before) >= 0) break;
		if (kinds === 'all' || ENTRY_KINDS.has(entry.kind)) page.push(entry.stored);
	}
	return after === undefined ? page.reverse() : page;
}

export function aboutOf(room: MemoryRoom | undefined, ids: readonly string[], limit: number): StoredEvent[] {
	if (room === undefined) return [];
	const found = ids.flatMap(id => {
		const author = room.entries.get(id)?.author;
		const all = room.about(id);
		const own = (kind: 'edit' | 'redaction') => all.findLast(entry => entry.kind === kind && entry.author === author);
		const reactions = limit > 0 ? all.filter(({kind}) => kind === 'reaction').slice(-limit) : [];
		return [own('edit'), own('redaction'), ...reactions].filter(entry => entry !== undefined);
	});
	return found.sort(comparePositions).map(({stored}) => stored);
}

export function searchRooms(rooms: ReadonlyMap<string, MemoryRoom>, options: SearchOptions): StoredEvent[] {
	const words = wordsOf(options.text);
	if (words.length === 0) return [];
	const {room, limit} = options;
	const searched = room === undefined ? [...rooms.values()] : [rooms.get(room)].filter(one => one !== undefined);
	const last = options.before;
	const before = last === undefined ? undefined : [...rooms.values()].map(one => one.entries.get(last)).find(Boolean);
	const found = searched.flatMap(one => {
		const matches: Entry[] = [];
		for (const entry of one.places.descending(before)) {
			if (matches.length >= limit) break;
			if (entry.text !== '' && isMatch(entry.text, words)) matches.push(entry);
		}
		return matches;
	});
	return found
		.sort((a, b) => comparePositions(b, a))
		.slice(0, limit)
		.map(({stored}) => stored);
}

export function isAged({order, stored}: Entry, olderThan: number): boolean {
	return Math.min(order, stored.received) < olderThan;
}

/** Whom to forget first: who was never met, then who was met longest ago. */
export function weakestPerson(people: Iterable<StoredPerson>): PeerId {
	let weakest: StoredPerson | undefined;
	for (const person of people) if (weakest === undefined || person.lastSeen < weakest.lastSeen) weakest = person;
	return weakest!.peer;
}

/** The list compares places only. */
function at(position: {readonly order: number; readonly id: string} | undefined): Entry | undefined {
	return position as Entry | undefined;
}
