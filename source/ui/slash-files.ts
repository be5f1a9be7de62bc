/** Commands about files: offering, taking, and what is on its way. */
import type {AcceptRule} from '../api/files.ts';
import {bytesText, parseBytes, parseRate} from '../base/amounts.ts';
import {idBeginning} from '../base/file-id.ts';
import {acceptText} from '../store/file-settings.ts';
import {absolute, firstWord, type Places, splitTarget, unquoted} from '../store/files/paths.ts';
import {firstNamed} from '../store/files/selectors.ts';
import {isUnread} from '../store/files/unread.ts';
import {quoted} from '../store/names.ts';
import {formatBytes} from './figures.ts';
import {formatRate} from './format.ts';
import {personFirst, personNamed} from './slash-people.ts';
import {
	ask,
	done,
	inform,
	MISSING,
	NO_ROOM,
	roomNamed,
	type SlashCommand,
	type SlashContext,
	type SlashOffer,
	type SlashResult,
	type SlashTransfer,
	wrong,
} from './slash-types.ts';

const DIRECTIONS = ['up', 'down'] as const;
/** What takes a rule or a limit away. */
const OFF = /^(?:off|none|no|0)$/i;
/** Whoever is in a room with us. */
const ANYBODY = /^(?:\*|anybody|anyone|everybody|everyone|all)$/i;

const LEVELS = ['high', 'normal', 'low'] as const;
const PRIORITIES = {high: 1, normal: 0, low: -1} as const;

const ONE = [{kind: 'transfer', isOptional: true}] as const;

export const FILE_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'send',
		aliases: ['offer', 'upload'],
		usage: '/send <path>',
		help: 'offer a file or a folder; “to @bob” at the end: to one person',
		arguments: [{kind: 'path', question: 'Which file?', example: '/send ~/report.pdf'}],
		parse: send,
	},
	{
		name: 'get',
		aliases: ['fetch', 'download'],
		usage: '/get [name or id] [folder]',
		help: 'take what is offered; alone: the newest offer',
		arguments: [
			{kind: 'offer', isOptional: true},
			{kind: 'folder', isOptional: true},
		],
		parse: get,
	},
	{
		name: 'transfers',
		aliases: ['files'],
		usage: '/transfers',
		help: 'files that come and go, with their pieces',
		parse: () => done({type: 'view', view: 'transfers'}),
	},
	{
		name: 'pause',
		aliases: [],
		usage: '/pause [name or id]',
		help: 'hold what is on its way; alone: the newest',
		arguments: ONE,
		parse: (argument, context) => withOne(argument, context, 'pause', isPausable),
	},
	{
		name: 'resume',
		aliases: [],
		usage: '/resume [name or id]',
		help: 'go on with it, or try again',
		arguments: ONE,
		parse: (argument, context) =>
			withOne(argument, context, 'resume', ({state}) => state === 'paused' || state === 'failed'),
	},
	{
		name: 'cancel',
		aliases: [],
		usage: '/cancel [name or id]',
		help: 'give it up; one that is whole stays, and is not given any more',
		arguments: ONE,
		parse: (argument, context) =>
			withOne(
				argument,
				context,
				'cancel',
				({isMoving, state}) => (isMoving && state !== 'finishing') || state === 'paused' || state === 'failed',
			),
	},
	{
		name: 'priority',
		aliases: [],
		usage: '/priority [name] <high|normal|low>',
		help: 'whether a file goes before the others, in its turn, or after them',
		arguments: [
			{kind: 'transfer', isOptional: true},
			{kind: 'choice', choices: LEVELS, question: 'How soon?', example: '/priority film.mp4 high'},
		],
		parse: prioritise,
	},
	{
		name: 'accept',
		aliases: [],
		usage: '/accept [name] [size]',
		help: 'take files up to that size without asking; anybody: of all; off: no longer',
		arguments: [
			{kind: 'person', isOptional: true},
			{kind: 'amount', isOptional: true},
		],
		parse: accept,
	},
	{
		name: 'limit',
		aliases: [],
		usage: '/limit [up or down] [rate]',
		help: 'how fast files may go, such as up 2MB/s; off: as fast as it goes',
		arguments: [
			{kind: 'choice', choices: DIRECTIONS, isOptional: true},
			{kind: 'amount', isOptional: true},
		],
		parse: limit,
	},
];

function send(argument: string, context: SlashContext): SlashResult {
	const {room: open, peers, files} = context;
	const {path, target} = splitTarget(argument);
	if (unquoted(path, files.places).trim() === '') return MISSING;
	const absolutePath = absolute(path, files.places);
	if (target === undefined) {
		return open === undefined ? wrong(NO_ROOM) : done(ask({command: 'offer-file', path: absolutePath, room: open}));
	}
	if (target.startsWith('#')) {
		const room = roomNamed(target.trim());
		if (!context.rooms.includes(room)) return wrong(`You are not in #${room}`);
		return done(ask({command: 'offer-file', path: absolutePath, room}));
	}
	const found = personNamed(target.trim(), peers);
	if ('message' in found) return wrong(found.message);
	const {peer} = found;
	return done({type: 'open-direct', peer}, ask({command: 'offer-file', path: absolutePath, room: `@${peer}`}));
}

/** The line stays where it is, for the next Enter. */
const STILL_READ = wrong('What is offered here is still being read; try in a moment');

function get(argument: string, context: SlashContext): SlashResult {
	const {offers, areOffersComing, places} = context.files;
	const into = (folder: string) => (folder === '' ? {} : {folder: absolute(folder, places)});
	const fetch = ({file, messageId}: SlashOffer, folder: string) =>
		done(ask({command: 'fetch-file', file, messageId, ...into(folder)}));
	const all = offers();
	// A path alone is where the newest one is to go.
	if (argument === '' || (/^(?:~|\.{0,2}[/\\]|["'][~/.]|file:)/i.test(argument) && !named(argument, all, places))) {
		const newest = all.find(({isOpen}) => isOpen);
		if (newest) return fetch(newest, argument);
		if (areOffersComing) return STILL_READ;
		return wrong(
			all.some(({isOurs}) => !isOurs) ? 'All that is offered here is taken' : 'Nobody has offered a file here',
		);
	}
	const meant = named(argument, all, places);
	if (meant?.found.isOurs) return wrong(`${quoted(meant.found.name)} is yours: others take it`);
	if (meant) return fetch(meant.found, meant.rest);
	const [word = ''] = argument.split(' ');
	const id = idBeginning(word);
	const folder = argument.slice(word.length).trim();
	if (id !== undefined) return done(ask({command: 'fetch-file', file: id, ...into(folder)}));
	if (areOffersComing) return STILL_READ;
	return wrong(`Nothing called ${argument} is offered here; an id (8 digits) works too`);
}

type Named<One> = ReturnType<typeof firstNamed<One & {readonly name: string; readonly file: string}>>;

/** By a name as it is, or as paths are written: in quotes, or with backslashes before blanks. */
function named<One extends {readonly name: string; readonly file: string}>(
	written: string,
	all: readonly One[],
	places: Places,
): Named<One> {
	const found = firstNamed(written, all);
	if (found) return found;
	const [word, rest] = firstWord(written);
	const meant = firstNamed(unquoted(word, places), all);
	return meant?.rest === '' ? {found: meant.found, rest} : undefined;
}

/** One that is only read can be given up, not held. */
function isPausable({isMoving, state}: SlashTransfer): boolean {
	return isMoving && state !== 'hashing' && state !== 'finishing';
}

function withOne(
	argument: string,
	{files}: SlashContext,
	command: 'pause' | 'resume' | 'cancel',
	isMeant: (transfer: SlashTransfer) => boolean,
): SlashResult {
	const all = files.transfers();
	if (argument !== '') {
		const found = named(argument, all, files.places);
		const file = found?.rest === '' ? found.found.file : idBeginning(argument);
		return file === undefined ? wrong(`Nothing called ${argument} is on its way`) : done(ask({command, file}));
	}
	// What could not be read is over: whoever names nothing means something else first.
	const newest = all.find(each => isMeant(each) && !isUnread(each)) ?? all.find(isMeant);
	return newest ? done(ask({command, file: newest.file})) : wrong(`There is nothing to ${command}`);
}

function prioritise(argument: string, {files}: SlashContext): SlashResult {
	const [, name = '', last = ''] = /^(?:(.*)\s)?(\S+)$/s.exec(argument) ?? [];
	const level = LEVELS.find(each => each === last.toLowerCase());
	if (level === undefined) return MISSING;
	const all = files.transfers();
	const canWait = (transfer: SlashTransfer) => isPausable(transfer) || transfer.state === 'paused';
	const meant = named(name.trim(), all, files.places);
	const transfer = name.trim() === '' ? all.find(canWait) : meant?.rest === '' ? meant.found : undefined;
	if (!transfer) return wrong(name.trim() === '' ? 'Nothing is on its way' : `Nothing called ${name} is on its way`);
	if (!canWait(transfer)) return wrong(`${quoted(transfer.name)} is not on its way any more`);
	return done(ask({command: 'prioritise', file: transfer.file, priority: PRIORITIES[level]}));
}

function accept(argument: string, context: SlashContext): SlashResult {
	const {peers, files} = context;
	if (argument === '') return done(inform(acceptWords(context)));
	const [word = ''] = argument.split(' ');
	const isAnybody = ANYBODY.test(word);
	const found = isAnybody ? {peer: '*', rest: argument.slice(word.length).trim()} : personFirst(argument, peers);
	if ('message' in found) return wrong(found.message);
	const {peer: from, rest: size} = found;
	if (size === '')
		return done(
			inform(
				ruleWords(
					files.accept.find(rule => rule.from === from),
					from,
					context,
				),
			),
		);
	const bytes = OFF.test(size) ? 0 : parseBytes(size);
	if (bytes === undefined) return wrong(`How much? ${quoted(size)} is no size; write it as 20MB, or off`);
	const others = files.accept.filter(rule => rule.from !== from);
	const rules = bytes === 0 ? others : [...others, {from, bytes}];
	return done(
		{type: 'set', settings: {'files.accept': acceptText(rules)}, keep: true},
		inform(ruleWords(bytes === 0 ? undefined : {from, bytes}, from, context)),
	);
}

function whoWords(from: string, {peers}: SlashContext): string {
	return from === '*' ? 'anybody in your rooms' : (peers.find(({peer}) => peer === from)?.name ?? from);
}

function ruleWords(rule: AcceptRule | undefined, from: string, context: SlashContext): string {
	const who = whoWords(from, context);
	if (!rule) return `files of ${who} are taken when you say so`;
	return `files of ${who} up to ${formatBytes(rule.bytes)} are taken without asking`;
}

function acceptWords(context: SlashContext): string {
	const {accept: rules} = context.files;
	const {name = 'ann'} = context.peers[0] ?? {};
	if (rules.length === 0)
		return `files are taken only when you say so; /accept ${name} 20MB takes those of ${name} up to that size`;
	const words = rules.map(({from, bytes}) => `of ${whoWords(from, context)} up to ${formatBytes(bytes)}`);
	return `taken without asking: ${words.join(', ')}`;
}

/** Bytes a second: of less, the unit was forgotten. */
const LEAST_RATE = 1_000;

/** Nobody means two bytes a second. Undefined: it is no such rate; `command`: what stands before it. */
export function slowWords(rate: string, command: string): string | undefined {
	const bytes = parseRate(rate);
	if (bytes === undefined || bytes >= LEAST_RATE) return undefined;
	return `That is ${formatRate(bytes)}; did you mean ${command} ${rate.trim().replace(/\D+$/, '')}MB/s?`;
}

const LIMITS = {up: 'files.maxUpload', down: 'files.maxDownload'} as const;

function limit(argument: string, {files}: SlashContext): SlashResult {
	const [word = '', rate = ''] = argument.split(/\s+(.*)/s);
	if (word === '')
		return done(inform(`${limitWords('up', files.maxUpload)}; ${limitWords('down', files.maxDownload)}`));
	const way = DIRECTIONS.find(each => each === word.toLowerCase());
	if (way === undefined) return wrong('Which way? Write /limit up 2MB/s, or /limit down off');
	if (rate === '') return done(inform(limitWords(way, way === 'up' ? files.maxUpload : files.maxDownload)));
	const bytes = OFF.test(rate) ? undefined : parseRate(rate);
	if (bytes === undefined && !OFF.test(rate))
		return wrong(`How fast? ${quoted(rate)} is no rate; write it as 2MB/s, or off`);
	const slow = slowWords(rate, `/limit ${way}`);
	if (slow !== undefined) return wrong(slow);
	const text = bytes === undefined ? 'off' : `${bytesText(bytes)}/s`;
	return done({type: 'set', settings: {[LIMITS[way]]: text}, keep: true}, inform(limitWords(way, bytes)));
}

function limitWords(way: 'up' | 'down', bytes: number | undefined): string {
	const go = way === 'up' ? 'files go out' : 'files come in';
	return bytes === undefined || bytes === 0 ? `${go} as fast as they can` : `${go} at ${formatRate(bytes)} at most`;
}
