/** `p2p-tui export`: what is kept of a room. Reads the database and changes nothing; a node may be running meanwhile. */
import {once} from 'node:events';
import type {Writable} from 'node:stream';
import type {ChatMessage} from '../api/event.ts';
import {UserError} from '../base/errors.ts';
import type {KeptRooms} from '../core/kept-rooms.ts';
import {cleanName, holdersOf, isShared, TAG_MARK, tagOf} from '../store/names.ts';
import {dataDirectoryOf, type Machine, nameOf} from './config.ts';
import {entryLine} from './entry-line.ts';
import type {Invocation} from './options.ts';
import {jsonLine} from './output.ts';
import type {Since} from './values.ts';

/** Rooms that an error names. */
const MAX_NAMED = 20;

/** No order is below 0. */
const BEGINNING = -1;

export async function exportRoom(
	{room, options}: Extract<Invocation, {command: 'export'}>,
	machine: Machine,
): Promise<number> {
	const directory = dataDirectoryOf(options, machine) as string;
	const {KeptRooms, shownName} = await import('../core/kept-rooms.ts');
	const kept = await KeptRooms.open(directory, nameOf(options, machine));
	if (kept === undefined) {
		throw new UserError(`Nothing is kept in ${directory}`, {hint: 'Name another profile with --data-dir'});
	}
	try {
		if (!kept.has(room)) throw unknownRoom(shownName(room), kept.names.map(shownName));
		const from = options.since === undefined ? BEGINNING : beginning(options.since, Date.now());
		const format = options.events ? 'events' : options.json ? 'json' : 'text';
		await print(process.stdout, pagesOf(kept, room, from, format));
	} finally {
		kept.close();
	}
	return 0;
}

function* pagesOf(
	kept: KeptRooms,
	room: string,
	from: number,
	format: 'text' | 'json' | 'events',
): Generator<readonly string[]> {
	if (format === 'events') {
		for (const page of kept.events(room, from)) yield page.map(jsonLine);
		return;
	}
	const lineOf = format === 'json' ? jsonLine : forPeople(kept, room);
	for (const page of kept.entries(room, from)) yield page.map(lineOf);
}

/** As fast as the reader takes it. */
async function print(output: Writable, pages: Iterable<readonly string[]>): Promise<void> {
	for (const lines of pages) {
		if (lines.length > 0 && !output.write(`${lines.join('\n')}\n`)) await once(output, 'drain');
	}
}

function beginning(since: Since, now: number): number {
	return 'at' in since ? since.at : now - since.ago;
}

/** Those who share a name, or what looks like one, are told apart as on the screen. */
function forPeople(kept: KeptRooms, room: string): (entry: ChatMessage) => string {
	const holders = holdersOf(kept.people(room));
	return entry =>
		entryLine(entry, (peer, called) => {
			const clean = cleanName(called, peer);
			return isShared(holders, {peer, name: called}) ? `${clean}${TAG_MARK}${tagOf(peer)}` : clean;
		});
}

function unknownRoom(room: string, kept: readonly string[]): UserError {
	const shown = [...kept].sort().slice(0, MAX_NAMED).join(', ');
	const more = kept.length > MAX_NAMED ? ` and ${kept.length - MAX_NAMED} more` : '';
	return new UserError(`Nothing is kept of ${room}`, {
		hint: kept.length === 0 ? 'No room is kept here' : `What is kept: ${shown}${more}`,
	});
}
