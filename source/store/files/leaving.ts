/** What becomes of files on their way when the program is left: whoever leaves in the midst of it wants to know. */
import {cleanName, quoted} from '../names.ts';
import {displayName, nameHolders} from '../selectors.ts';
import type {State} from '../state.ts';
import {percentOf, shareOf} from './selectors.ts';
import {isOver, roomOf, type Transfer} from './transfers.ts';

/** One is named; of more it is said how many there are. */
const areMany = (all: readonly Transfer[]) => all.length > 1;

/** Lines for the shell; none where nothing is under way. `isKept`: the next start knows of it. */
export function leavingLines(state: State, isKept: boolean): readonly string[] {
	const all = [...state.files.transfers.values()];
	const isLeft = ({waits}: Transfer) => waits === 'left';
	const left = all.filter(isLeft);
	const rooms = new Set(left.map(roomOf));
	const again = `once you are in ${rooms.size > 1 ? 'their rooms' : [...rooms][0]} again`;
	return [
		readLine(all),
		comingLine(
			all.filter(transfer => !isLeft(transfer)),
			isKept && 'at the next start',
		),
		comingLine(left, isKept && again),
		pausedLine(all),
		takenLine(state, all, isKept),
	].filter(line => line !== undefined);
}

/** What is still read is offered to nobody yet, and nothing of it is written down. */
function readLine(all: readonly Transfer[]): string | undefined {
	const read = all.filter(({state}) => state === 'hashing');
	return read.length === 0 ? undefined : `${named(read)} not offered: ${itWas(read)} still being read`;
}

/** What is finishing has its name before the program ends. `when`: it goes on; false: not at all. */
function comingLine(all: readonly Transfer[], when: string | false): string | undefined {
	const isComing = ({state}: Transfer) => !['hashing', 'paused', 'finishing'].includes(state);
	const coming = all.filter(transfer => !isOver(transfer) && isComing(transfer));
	if (coming.length === 0) return undefined;
	const percent = percentOf(shareOf(coming[0]!));
	const how = areMany(coming) || percent === 0 ? 'not all here' : `not all here (${percent} %)`;
	const next = when === false ? 'what is here is not kept' : `${theyGo(coming)} on ${when}`;
	return `${named(coming)} ${how}: ${next}`;
}

/** It goes on when it is told to. */
function pausedLine(all: readonly Transfer[]): string | undefined {
	const paused = all.filter(({state}) => state === 'paused');
	if (paused.length === 0) return undefined;
	return `${named(paused)} paused${areMany(paused) ? '' : ` at ${percentOf(shareOf(paused[0]!))} %`}`;
}

function takenLine(state: State, all: readonly Transfer[], isKept: boolean): string | undefined {
	const taken = all.filter(({takers}) => takers.some(({rate}) => rate > 0));
	if (taken.length === 0) return undefined;
	const people = new Map(
		taken.flatMap(({takers}) => takers.filter(({rate}) => rate > 0)).map(({peer, name}) => [peer, name]),
	);
	const [[peer, name] = ['', '']] = people;
	const who = people.size > 1 ? `${people.size} others` : displayName(nameHolders(state), peer, cleanName(name, peer));
	const what = areMany(taken) ? `${taken.length} files` : quoted(taken[0]!.name);
	const it = areMany(taken) ? 'them' : 'it';
	const next = isKept ? `you give ${it} again when you are back` : `you give ${it} no more`;
	return `${who} ${people.size > 1 ? 'were' : 'was'} still taking ${what}: ${next}`;
}

/** `“film.mp4” is`, `3 files are`. */
function named(all: readonly Transfer[]): string {
	return areMany(all) ? `${all.length} files are` : `${quoted(all[0]!.name)} is`;
}

function itWas(all: readonly Transfer[]): string {
	return areMany(all) ? 'they were' : 'it was';
}

function theyGo(all: readonly Transfer[]): string {
	return areMany(all) ? 'they go' : 'it goes';
}
