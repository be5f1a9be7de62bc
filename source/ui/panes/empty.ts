/** What to say where there is nothing yet: what the program is doing, who is here, and what to do next. */
import {entryAt} from '../../store/log.ts';
import {GREETING} from '../../store/reduce.ts';
import {connectedPeers, displayName, heardInVain, nameHolders, roomTitle} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import {type Keymap, keymapOf} from '../keymap.ts';
import {row, type Span, span, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

/** A part that is shown whole or not at all: where there is no room for all of them, the highest rank goes first. */
type Part = {readonly rank: number; readonly lines: readonly (readonly Span[])[]};
const blank = (): Part => ({rank: 9, lines: [[]]});

/** What to type, and what comes of it. */
type Try = {readonly what: string; readonly why: string};

const INDENT = 3;

export function startingRows(state: State, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	if (state.core.state === 'starting' || !state.self) return fitted([text('Starting…', width, paint.dim)], width, 2);
	const steps = [
		{what: '/join lobby', why: 'enter or make a room'},
		...keyed(keymapOf(state), 'help', 'all keys and commands', 1),
		{what: '/quit', why: 'leave'},
	];
	const column = columnFor(steps, width);
	const parts = steps.map(step => tries(step, width, theme, 1, column));
	return fitted([text('You are in no room.', width, paint.title), blank(), ...parts], width, Number.POSITIVE_INFINITY);
}

/** While it is not known yet what is kept of a room. */
export function loadingRows(width: number, {paint}: Theme): readonly string[] {
	return fitted([text('loading…', width, paint.dim)], width, 2);
}

/** For a room in which nobody has said anything. As much of it as fits, the most important first. */
export function emptyRoomRows(
	state: State,
	room: Room,
	hasOthers: boolean,
	width: number,
	height: number,
	theme: Theme,
): readonly string[] {
	const parts =
		room.peer !== undefined
			? betweenTwo(state, room, width, theme)
			: hasOthers
				? inCompany(state, room, width, theme)
				: alone(state, width, height, theme);
	return fitted(parts, width, height);
}

function betweenTwo(state: State, room: Room, width: number, theme: Theme): readonly Part[] {
	const {paint} = theme;
	return [
		text(`Only you and ${roomTitle(state, room).slice(1)} read this.`, width, paint.title),
		text('Nothing has been said yet: write something and press Enter.', width, paint.dim),
		...(isNewcomer(state) ? [blank(), ...firstSteps(state, undefined, width, theme)] : []),
	];
}

function inCompany(state: State, room: Room, width: number, theme: Theme): readonly Part[] {
	const {paint} = theme;
	const others = othersIn(state, room);
	const isAsking = others.length > 0 && state.clock < room.greetedAt + GREETING;
	const nobody = [
		text(`Nobody else is in ${roomTitle(state, room)} yet.`, width, paint.title),
		text(`${elsewhere(state)} here, but not in this room.`, width, paint.dim, 2),
	];
	if (!isNewcomer(state)) {
		const quiet = isAsking ? ASKING : 'Nobody has said anything yet. Say hello.';
		return others.length > 0 ? [text(quiet, width, paint.title)] : nobody;
	}
	const here = `${listed(others)} ${others.length === 1 ? 'is' : 'are'} here: write something and press Enter.`;
	const first = others.length > 0 ? [text(here, width, paint.title)] : nobody;
	const quiet =
		others.length > 0 ? [text(isAsking ? ASKING : 'Nobody has said anything yet.', width, paint.dim, 4)] : [];
	return [...first, ...quiet, blank(), ...firstSteps(state, others[0], width, theme)];
}

const ASKING = 'Asking for what was said before…';

/** How to write, switch, find out more and leave: by the keys that this person has. */
function firstSteps(state: State, somebody: string | undefined, width: number, theme: Theme): readonly Part[] {
	const keymap = keymapOf(state);
	const steps: readonly (Try & {readonly rank: number})[] = [
		...keyed(keymap, 'open-switcher', 'another room or person', 3),
		...(somebody === undefined ? [] : [{what: `/msg ${somebody}`, why: 'one person alone', rank: 5}]),
		{what: '/join dev', why: 'enter or make a room', rank: 4},
		...keyed(keymap, 'help', 'all keys and commands', 1),
		{what: '/quit', why: 'leave', rank: 2},
	];
	// A long name leaves no room for two columns.
	const fits = columnFor(steps, width) > 0 ? steps : steps.filter(({what}) => !what.startsWith('/msg'));
	const column = columnFor(fits, width);
	return fits.map(step => tries(step, width, theme, step.rank, column));
}

function keyed(keymap: Keymap, id: string, why: string, rank: number): readonly (Try & {readonly rank: number})[] {
	const what = keymap.label(id);
	return what === '' ? [] : [{what, why, rank}];
}

/** Whoever has said something here knows how. */
function isNewcomer({rooms}: State): boolean {
	return !rooms.some(({log}) => {
		for (let index = log.length - 1; index >= Math.max(0, log.length - LOOK_BACK); index--) {
			const entry = entryAt(log, index);
			if (entry?.kind === 'message' && entry.local) return true;
		}
		return false;
	});
}

/** Entries to look back over for something of ours. */
const LOOK_BACK = 200;

function othersIn(state: State, room: Room): readonly string[] {
	const holders = nameHolders(state);
	return room.members
		.filter(({peer}) => peer !== state.self?.peerId)
		.map(({peer, name}) => displayName(holders, peer, name));
}

/** Names of a sentence: the others are counted. */
const MAX_NAMED = 3;

function listed(names: readonly string[]): string {
	const shown = names.length > MAX_NAMED + 1 ? names.slice(0, MAX_NAMED) : names;
	const all = shown.length < names.length ? [...shown, `${names.length - shown.length} more`] : shown;
	return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function elsewhere(state: State): string {
	const holders = nameHolders(state);
	const names = connectedPeers(state).map(({peer, name}) => displayName(holders, peer, name));
	return `${listed(names)} ${names.length === 1 ? 'is' : 'are'}`;
}

function alone(state: State, width: number, height: number, theme: Theme): readonly Part[] {
	const {paint} = theme;
	const {headline, texts, tries: things} = aloneTexts(state);
	const keys = keymapOf(state);
	const help =
		height < LOW
			? keyed(keys, 'help', 'all keys · /doctor · /quit', 3)
			: [DOCTOR, ...keyed(keys, 'help', 'all keys and commands', 3), {what: '/quit', why: 'leave', rank: 3}];
	const both = columnFor([...things, ...help], width);
	const column = both === 0 ? columnFor(things, width) : both;
	return [
		text(headline, width, paint.title, 0),
		blank(),
		...texts.map((line, index) => text(line, width, paint.dim, index === 0 ? 1 : 4)),
		...(things.length > 0 ? [blank()] : []),
		...things.map((each, index) => tries(each, width, theme, index === 0 ? 2 : 5 + index, column)),
		blank(),
		...help.map(each => tries(each, width, theme, each.rank, both === 0 ? columnFor(help, width) : both)),
	];
}

/** What somebody wants who sees nobody. */
const DOCTOR = {what: '/doctor', why: 'why others are not seen', rank: 2} as const;

/** Rows below which each one counts. */
const LOW = 9;

/** Milliseconds alone after which something may be in the way. */
const LONELY = 30_000;

export type AloneTexts = {
	readonly headline: string;
	/** What is happening, and what may be wrong. */
	readonly texts: readonly string[];
	/** Nothing at first: whoever is out there needs a moment to appear. */
	readonly tries: readonly Try[];
};

const WALL = 'Still nobody? A firewall may be in the way: /doctor finds out, and says how to let others in.';

/** For whoever has nobody around: what is happening, and what to try. */
export function aloneTexts(state: State): AloneTexts {
	const {self, launch, readyAt, clock, showsHints, isFindable} = state;
	const interfaces = self?.interfaces ?? [];
	const port = discoveryPort(launch);
	const isLocal = interfaces.length > 0 && interfaces.every(isLoopback);
	const where = isLocal ? 'on this machine' : 'on the same network';
	const listening =
		interfaces.length === 0
			? 'Listening on no network interface: is there a network?'
			: `Listening on ${listed(interfaces)}${isFindable ? `, port ${port}` : ''}.`;
	const others = isFindable
		? `Whoever starts p2p-tui ${where} appears here by themselves.`
		: 'Discovery is off: nobody appears by themselves, somebody has to dial.';
	const isLonely =
		isFindable && readyAt !== undefined && clock - readyAt >= LONELY && !isLocal && interfaces.length > 0;
	const heard = heardText(state);
	return {
		headline: 'Nobody else is here yet.',
		texts:
			heard === undefined
				? [listening, ...(interfaces.length > 0 ? [others] : []), ...(isLonely ? [WALL] : [])]
				: [heard, listening],
		tries: showsHints ? thingsToTry(state, isLocal) : [],
	};
}

/** Whoever is heard and takes no connection is the best trace of what is wrong. */
export function heardText(state: State): string | undefined {
	const hosts = [...new Set(heardInVain(state).map(({address}) => hostOf(address)))];
	if (hosts.length === 0) return undefined;
	const [is, takes] = hosts.length === 1 ? ['is', 'takes'] : ['are', 'take'];
	return `${listed(hosts)} ${is} heard and ${takes} no connection: /doctor says why.`;
}

const hostOf = (address: string): string => /\/ip[46]\/([^/]+)/.exec(address)?.[1] ?? address;

function thingsToTry({launch, self, isFindable}: State, isLocal: boolean): readonly Try[] {
	const [program = 'p2p-tui'] = launch.split(' --');
	const port = /--discovery-port \d+/.exec(launch)?.[0];
	const address = self?.addresses.find(each => !/^\/ip[46]\/(127\.|::1\/)/.test(each));
	const dial =
		address === undefined ? [] : [{what: `/dial ${withoutPeer(address)}`, why: 'what others type to reach you'}];
	const demo = {what: `${program} demo`, why: 'company, on this machine only'};
	if (!isFindable) return [{what: '/dial <multiaddr>', why: 'somebody whose address you know'}, ...dial, demo];
	const elsewhere = `p2p-tui${port === undefined ? '' : ` ${port}`}`;
	return [
		...(isLocal ? [] : [{what: elsewhere, why: 'on another machine'}]),
		{what: `${launch} --ephemeral --name bob`, why: 'in another window here'},
		...dial,
		demo,
	];
}

/** What `--discovery-port` is when nobody says it. */
const USUAL_PORT = '9999';

function discoveryPort(launch: string): string {
	return /--discovery-port (\d+)/.exec(launch)?.[1] ?? USUAL_PORT;
}

function isLoopback(name: string): boolean {
	return /^(lo\d*|127\..*|::1)$/.test(name);
}

/** Short enough to be read to somebody; whoever answers there says which key it is. */
function withoutPeer(address: string): string {
	return address.replace(/\/p2p\/.*$/, '');
}

function text(words: string, width: number, paint: Theme['paint']['plain'], rank = 0): Part {
	return {rank, lines: wrap(words, width - 2 * INDENT).map(line => [span(line, paint)])};
}

/** Cells of the first of two columns; 0 if there is no room for two. */
function columnFor(all: readonly Try[], width: number): number {
	const cells = Math.max(0, ...all.map(({what}) => widthOf(what))) + GAP;
	return cells + Math.max(0, ...all.map(({why}) => widthOf(why))) <= width - INDENT - 1 ? cells : 0;
}

const GAP = 2;

/** Side by side, or one below the other. */
function tries({what, why}: Try, width: number, {paint}: Theme, rank: number, column: number): Part {
	if (column > 0) {
		const space = ' '.repeat(Math.max(GAP, column - widthOf(what)));
		return {rank, lines: [[span(what, paint.key), span(space + why, paint.dim)]]};
	}
	const title = span(`${why.charAt(0).toUpperCase()}${why.slice(1)}:`, paint.dim);
	return {rank, lines: [[title], ...wrap(what, width - INDENT - 3).map(line => [span(`  ${line}`, paint.key)])]};
}

/** A row of space above; then as many parts as there is room for, those of low rank first. */
function fitted(parts: readonly Part[], width: number, height: number): readonly string[] {
	const all: readonly Part[] = [{rank: 8, lines: [[]]}, ...parts];
	const kept = new Set<Part>();
	let left = height;
	for (const part of all.toSorted((a, b) => a.rank - b.rank)) {
		if (part.lines.length > left && kept.size > 0) continue;
		kept.add(part);
		left -= part.lines.length;
	}
	return all
		.filter(part => kept.has(part))
		.flatMap(({lines}) => lines)
		.map(line => row(width, [span(' '.repeat(INDENT)), ...line]))
		.slice(0, Math.max(0, height));
}
