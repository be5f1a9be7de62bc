/** `p2p-tui export`: what is kept of a room. Reads the database and changes nothing; a node may be running meanwhile. */
import {once} from 'node:events';
import type {Writable} from 'node:stream';
import type {ChatMessage} from '../api/event.ts';
import {UserError} from '../base/errors.ts';
import {Acquaintances} from '../behaviours/acquaintances.ts';
import type {View} from '../behaviours/behaviour.ts';
import {Chronicle} from '../behaviours/chronicle.ts';
import {exportPage} from '../behaviours/export.ts';
import {Archive} from '../history/archive.ts';
import type {EventStore, Position, StoredRoom} from '../history/event-store.ts';
import {readStored} from '../history/fold.ts';
import {loadIdentity} from '../storage/identity.ts';
import {cleanName, holdersOf, isShared, TAG_MARK, tagOf} from '../store/names.ts';
import type {Identity} from '../wire/identity.ts';
import {dataDirectoryOf, type Machine, nameOf} from './config.ts';
import {entryLine} from './entry-line.ts';
import type {Invocation} from './options.ts';
import {jsonLine} from './output.ts';
import type {Since} from './values.ts';

/** Entries that are read, shown and handed on at a time. */
const PAGE = 500;

/** Rooms that an error names. */
const MAX_NAMED = 20;

/** People whose names are looked at for telling apart those who share one. */
const MAX_PEOPLE = 4_096;

export type ExportOptions = {
	readonly store: EventStore;
	readonly identity: Identity;
	/** What we are called where we have not said it. */
	readonly name: string;
	/** As commands and events call it. */
	readonly room: string;
	readonly since: Since | undefined;
	readonly format: 'text' | 'json' | 'events';
	readonly output: Writable;
	/** Unix milliseconds. */
	readonly now: number;
};

export async function exportRoom(
	{room, options}: Extract<Invocation, {command: 'export'}>,
	machine: Machine,
): Promise<number> {
	const directory = dataDirectoryOf(options, machine) as string;
	const {openReadOnly} = await import('../storage/event-store.ts');
	const store = await openReadOnly(directory);
	if (store === undefined)
		throw new UserError(`Nothing is kept in ${directory}`, {hint: 'Name another profile with --data-dir'});
	try {
		const identity = await loadIdentity(directory);
		const format = options.events ? 'events' : options.json ? 'json' : 'text';
		const {since} = options;
		const [name, now] = [nameOf(options, machine), Date.now()];
		await printRoom({store, identity, name, room, since, format, output: process.stdout, now});
	} finally {
		store.close();
	}
	return 0;
}

/**
 * Prints everything from `since` on, in the order of the room.
 * @throws UserError if nothing is kept of it.
 */
export async function printRoom(given: ExportOptions): Promise<void> {
	const {store, identity, output, format} = given;
	const room = findRoom(given);
	const options = {...given, name: ownName(store, room, identity.peerId) ?? given.name};
	const pages = format === 'events' ? eventPages(options, room) : entryPages(options, room);
	for (const lines of pages) {
		if (lines.length > 0 && !output.write(`${lines.join('\n')}\n`)) await once(output, 'drain');
	}
}

function* entryPages(options: ExportOptions, room: string): Generator<readonly string[]> {
	const {store, format} = options;
	const chronicle = chronicleOf(options);
	const lineOf = format === 'json' ? jsonLine : forPeople(options);
	for (let after = beginning(options); ; ) {
		const page = store.page(room, {limit: PAGE, kinds: 'entries', after});
		yield chronicle.entries(page).map(lineOf);
		const last = page.at(-1);
		if (last === undefined) return;
		after = last;
	}
}

function* eventPages(options: ExportOptions, room: string): Generator<readonly string[]> {
	const {store} = options;
	const chronicle = chronicleOf(options);
	for (let after = beginning(options); ; ) {
		const page = exportPage(store, room, {limit: PAGE, after}, peer => chronicle.authorName(peer));
		yield page.events.map(jsonLine);
		const order = page.next === undefined ? undefined : store.orderOf(room, page.next);
		if (page.next === undefined || order === undefined) return;
		after = {order, id: page.next};
	}
}

/** The place just before the first entry that is wanted: no order is below 0, and no id stands before the empty one. */
function beginning({since, now}: ExportOptions): Position {
	if (since === undefined) return {order: -1, id: ''};
	return {order: 'at' in since ? since.at : now - since.ago, id: ''};
}

/** What we said last that we are called. */
function ownName(store: EventStore, room: string, self: string): string | undefined {
	const said = (['join', 'name'] as const).flatMap(kind => store.last(room, kind, self) ?? []);
	const [last] = said.sort((a, b) => b.order - a.order);
	const event = last && readStored(last);
	return event !== undefined && 'name' in event ? event.name : undefined;
}

/** What speaks of entries to people, for a profile that is not running: nobody is here. */
function chronicleOf({store, identity, name, now}: ExportOptions): Chronicle {
	const view: View = {
		self: identity.peerId,
		name,
		timestamp: () => now,
		isConnected: () => false,
		connectedPeers: () => [],
		facts: () => ({}),
		addressesFor: () => [],
	};
	return new Chronicle({view, archive: new Archive({store, identity}), people: new Acquaintances({view, store})});
}

/** Those who share a name, or what looks like one, are told apart as on the screen. */
function forPeople({store, identity, name}: ExportOptions): (entry: ChatMessage) => string {
	const holders = holdersOf([{peer: identity.peerId, name}, ...store.people(MAX_PEOPLE)]);
	return entry =>
		entryLine(entry, (peer, called) => {
			const clean = cleanName(called, peer);
			return isShared(holders, {peer, name: called}) ? `${clean}${TAG_MARK}${tagOf(peer)}` : clean;
		});
}

/** The id of the room. */
function findRoom({store, room}: ExportOptions): string {
	const rooms = store.rooms();
	const found = rooms.find(one => nameFor(one) === room);
	if (found !== undefined) return found.room;
	const names = rooms.map(nameFor).sort();
	const shown = names.slice(0, MAX_NAMED).map(shownName).join(', ');
	const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
	throw new UserError(`Nothing is kept of ${shownName(room)}`, {
		hint: names.length === 0 ? 'No room is kept here' : `What is kept: ${shown}${more}`,
	});
}

/** What commands and events call it. */
function nameFor({room, peer}: StoredRoom): string {
	return peer === undefined ? room : `@${peer}`;
}

function shownName(name: string): string {
	return name.startsWith('@') ? name : `#${name}`;
}
