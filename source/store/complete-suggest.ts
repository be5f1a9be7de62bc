/** What could be meant by the word that is being written: a command, a room, somebody's name, an emoji, a setting. */
import {SHORT_ID_DIGITS} from '../base/file-id.ts';
import {emojiStarting} from './complete-emoji.ts';
import {
	type Argument,
	type ArgumentKind,
	argumentAt,
	type CommandSpec,
	commandNamed,
	type NamesOf,
} from './complete-types.ts';
import {lastWord} from './composer-text.ts';
import {FILE_SETTING_NAMES, FILE_SETTINGS} from './file-settings.ts';
import {pathChoices} from './files/listing.ts';
import {offersOf, transfersOf} from './files/selectors.ts';
import {holdersOf} from './names.ts';
import {displayName, people, roomTitle} from './selectors.ts';
import {SETTING_NAMES, SETTINGS, settingNamed, THEME_NAMES, valueTexts} from './settings.ts';
import type {State} from './state.ts';

export type Suggestion = {
	/** What stands in place of the word if it is taken. */
	readonly text: string;
	/** What the list shows, and beside it what it is. */
	readonly label: string;
	readonly help: string;
	/** Of a file, in bytes. */
	readonly size?: number | undefined;
};

export type Suggestions = {
	/** Of the word, in UTF-16 units of the text. */
	readonly start: number;
	/** What they are, as a title of the list. */
	readonly title: string;
	readonly choices: readonly Suggestion[];
};

type Found = Omit<Suggestions, 'start'>;

/**
 * For `head`, the text before the cursor. What has a sign of its own (`/`, `#`, `@`, `:`) is known while it is being
 * written; any other word might be a name, but only if Tab asks for it.
 */
export function suggestionsFor(
	state: State,
	head: string,
	commands: readonly CommandSpec[],
	isAsked: boolean,
): Suggestions | undefined {
	if (/^\/(?!\/)\S*$/.test(head)) return {start: 0, ...commandsFor(head, commands)};
	const word = lastWord(head);
	const [, name, written = ''] = /^\/([^/\s]\S*)\s+(.*)$/s.exec(head) ?? [];
	const command = name === undefined ? undefined : commandNamed(commands, name);
	if (command) {
		const at = argumentAt(command, written, namesFor(state));
		const found =
			at &&
			at.fragment.length <= (PATHS.has(at.argument.kind) ? MAX_PATH : MAX_WORD) &&
			argumentsFor(state, at.argument, at.fragment, tailOf(command, at.index), head);
		if (at && found) return {start: head.length - at.fragment.length, ...found};
	}
	const found = word.length <= MAX_WORD && wordFor(state, word, head, command !== undefined, isAsked);
	return found ? {start: head.length - word.length, ...found} : undefined;
}

/** UTF-16 units of the longest word that can be meant: nothing that is offered is longer. */
const MAX_WORD = 200;

/** The same of a path. */
const MAX_PATH = 4_096;
const PATHS: ReadonlySet<ArgumentKind> = new Set(['path', 'folder']);

/** Names with blanks that can be meant. */
export function namesFor(state: State): NamesOf {
	return kind => {
		if (kind === 'offer') return offersOf(state).map(({name}) => name);
		if (kind === 'transfer') return transfersOf(state).map(({name}) => name);
		return uniqueNames(state).map(person => person.name);
	};
}

/** A space, if more can follow. */
function tailOf({arguments: all = []}: CommandSpec, index: number): string {
	return index < all.length - 1 ? ' ' : '';
}

function commandsFor(head: string, commands: readonly CommandSpec[]): Found {
	const choices = commands
		.filter(({name, isHidden}) => !isHidden && isStart(head.slice(1), name))
		.toSorted((a, b) => (a.name < b.name ? -1 : 1))
		.map(({name, usage, help}) => ({text: `/${name} `, label: usage, help}));
	return {title: 'commands', choices};
}

/** Undefined if the argument is written by hand. */
function argumentsFor(
	state: State,
	{kind, choices = []}: Argument,
	fragment: string,
	tail: string,
	head: string,
): Found | undefined {
	switch (kind) {
		case 'room':
			return roomsFor(state, fragment, fragment.startsWith('#'), tail, false);
		case 'place':
			return roomsFor(state, fragment, true, tail, true);
		case 'person':
		case 'author':
			return peopleFor(state, fragment, kind === 'author' || fragment.startsWith('@') ? '@' : '', tail);
		case 'emoji':
			return emojiFor(fragment.replace(/^:/, ''));
		case 'path':
		case 'folder': {
			const found = pathChoices(state, fragment, kind === 'folder');
			return found && {title: kind === 'folder' ? 'folders' : 'files and folders', choices: found};
		}
		case 'offer':
			return filesFor('offers', offersOf(state), fragment, tail);
		case 'transfer':
			return filesFor('transfers', transfersOf(state), fragment, tail);
		case 'theme':
			return plain('themes', THEME_NAMES, fragment, tail);
		case 'setting':
			return settingsFor(fragment, tail);
		case 'value':
			return plain('values', valuesAfter(head, fragment), fragment, tail);
		case 'choice':
			return plain('choices', choices, fragment, tail);
		default:
			return undefined;
	}
}

function wordFor(state: State, word: string, head: string, isCommand: boolean, isAsked: boolean): Found | undefined {
	if (word.startsWith('#')) return roomsFor(state, word, true, ' ', false);
	if (word.startsWith('@')) return peopleFor(state, word, '@', ' ', !isCommand);
	if (/^:[a-z0-9_+-]{2,}:?$/i.test(word)) return emojiFor(word.slice(1).replace(/:$/, ''));
	if (!isAsked || word === '') return undefined;
	return peopleFor(state, word, '', word === head ? ': ' : ' ', !isCommand);
}

function roomsFor(state: State, fragment: string, hasSign: boolean, tail: string, withPeople: boolean): Found {
	const wanted = fragment.replace(/^#/, '');
	const choices = state.rooms.flatMap(room => {
		const isRoom = room.peer === undefined;
		if (!isRoom && !withPeople) return [];
		const label = roomTitle(state, room);
		const fits = isRoom ? isStart(wanted, label.slice(1)) : isStart(fragment, label);
		const unread = room.unread > 0 ? `${room.unread} unread` : '';
		return fits ? [{text: (hasSign ? label : label.slice(1)) + tail, label, help: room.topic || unread}] : [];
	});
	return {title: 'rooms', choices};
}

/** In what is said to all, a name is just a name; a command has to know whom, and says it with a tag. */
function peopleFor(state: State, fragment: string, sign: string, tail: string, isText = false): Found {
	const wanted = fragment.replace(/^@/, '');
	const named = isText ? oncePerName(people(state)) : uniqueNames(state);
	const choices = named
		.filter(({name}) => isStart(wanted, name))
		.map(({peer, name}) => {
			const isHere = state.peers.get(peer)?.state === 'connected';
			return {text: `${sign}${name}${tail}`, label: `@${name}`, help: isHere ? 'here' : 'away'};
		});
	return {title: 'people', choices};
}

type Person = {readonly peer: string; readonly name: string};

function oncePerName(everyone: readonly Person[]): readonly Person[] {
	const names = new Set<string>();
	return everyone.filter(({name}) => !names.has(name) && names.add(name));
}

function uniqueNames(state: State): readonly Person[] {
	const everyone = people(state);
	const {self} = state;
	const holders = holdersOf(self ? [...everyone, {peer: self.peerId, name: self.name}] : everyone);
	return everyone.map(({peer, name}) => ({peer, name: displayName(holders, peer, name)}));
}

type NamedFile = {readonly name: string; readonly file: string; readonly size: number};

/** By name; of two with one name the second goes by the beginning of its id. */
function filesFor(title: string, all: readonly NamedFile[], fragment: string, tail: string): Found {
	const names = new Set<string>();
	const quote = /^["']/.exec(fragment)?.[0] ?? '';
	const start = fragment.slice(quote.length);
	const choices = all
		.filter(({name, file}) => isStart(start, name) || (start !== '' && isStart(start, file)))
		.map(({name, file, size}) => {
			const isFirst = !names.has(name);
			names.add(name);
			return {
				text: quote + (isFirst ? name : file.slice(0, SHORT_ID_DIGITS)) + quote + tail,
				label: name,
				help: file.slice(0, SHORT_ID_DIGITS),
				size,
			};
		});
	return {title, choices};
}

function emojiFor(fragment: string): Found {
	const choices = emojiStarting(fragment).map(({name, emoji}) => ({text: emoji, label: emoji, help: `:${name}:`}));
	return {title: 'emoji', choices};
}

function settingsFor(fragment: string, tail: string): Found {
	const all = [
		...SETTING_NAMES.map(name => ({name, help: SETTINGS[name].help})),
		...FILE_SETTING_NAMES.map(name => ({name, help: FILE_SETTINGS[name].help})),
	];
	const choices = all.filter(({name}) => isStart(fragment, name));
	return {title: 'settings', choices: choices.map(({name, help}) => ({text: name + tail, label: name, help}))};
}

/** Those of the setting that stands before. */
function valuesAfter(head: string, fragment: string): readonly string[] {
	const name = settingNamed(lastWord(head.slice(0, head.length - fragment.length).trimEnd()));
	return name === undefined ? [] : valueTexts(name);
}

function plain(title: string, words: readonly string[], fragment: string, tail: string): Found {
	const choices = words.filter(word => isStart(fragment, word));
	return {title, choices: choices.map(word => ({text: word + tail, label: word, help: ''}))};
}

function isStart(start: string, word: string): boolean {
	return word.toLowerCase().startsWith(start.toLowerCase());
}
