/**
 * The command line: arguments and environment in, an `Invocation` out. Nothing is started, read or written here.
 */
import type {AcceptRule} from '../api/files.ts';
import type {LogLevel, Subsystem} from '../base/log.ts';
import {version} from '../base/version.ts';
import {formatTcpAddress} from '../wire/multiaddr.ts';
import {type Environment, type Flags, isGiven, type Reader, readerOf, readFlags, seeHelp, whole} from './flags.ts';
import {helpText} from './help.ts';
import {nearest} from './nearest.ts';
import {boundedPing, MAX_COUNT, peerNamed, roomToExport, targetOf, textToSend, wantedFile} from './operands.ts';
import {COMMANDS, type CommandName, OPTION_NAMES, OPTIONS, PUBSUB_ROUTERS, THEMES} from './option-table.ts';
import * as values from './values.ts';

export type Options = {
	/** Undefined: the user name of the operating system. */
	readonly name: string | undefined;
	readonly rooms: readonly string[];
	/** Whether nobody asked for these rooms. */
	readonly areDefaultRooms: boolean;
	/** Multiaddrs. Undefined: every address of the interfaces in use. */
	readonly listen: readonly string[] | undefined;
	readonly interfaces: readonly string[];
	readonly peers: readonly string[];
	readonly discoveryPort: number;
	readonly discovery: boolean;
	readonly mdns: boolean;
	/** Undefined: where the platform keeps such things. */
	readonly dataDirectory: string | undefined;
	readonly ephemeral: boolean;
	/** Milliseconds; undefined: for ever. */
	readonly keep: number | undefined;
	readonly pubsub: (typeof PUBSUB_ROUTERS)[number];
	/** Whether to tell others who our neighbours are. */
	readonly topology: boolean;
	/** `host:port` on this machine. */
	readonly metrics: string | undefined;
	readonly nodes: number;
	readonly seed: number;
	/** From 0 to 1. */
	readonly loss: number;
	/** Milliseconds. */
	readonly delay: number;
	/** Undefined: as the terminal says. */
	readonly theme: (typeof THEMES)[number] | undefined;
	/** Line by line, without a full screen. */
	readonly plain: boolean;
	/** The settings file that was asked for. Undefined: the one where the platform keeps such things. */
	readonly config: string | undefined;
	readonly logLevel: LogLevel;
	/** Other levels, by subsystem. */
	readonly logLevels: Readonly<Partial<Record<Subsystem, LogLevel>>>;
	readonly logFile: string | undefined;
	/** A peer id. */
	readonly direct: string | undefined;
	/** Where files go. Undefined: as the settings say. Of `get`, its `--to`. */
	readonly downloadFolder: string | undefined;
	/** Undefined: as the settings say. */
	readonly accept: readonly AcceptRule[] | undefined;
	/** Bytes a second; infinity for none; undefined: as the settings say. */
	readonly maxUpload: number | undefined;
	readonly maxDownload: number | undefined;
	/** Files and folders to offer. */
	readonly files: readonly string[];
	/** How many others have to hold what is sent. */
	readonly to: number;
	/** Milliseconds. */
	readonly timeout: number;
	/** Whether somebody asked for it. */
	readonly isTimeoutGiven: boolean;
	readonly since: values.Since | undefined;
	readonly events: boolean;
	readonly count: number;
	/** Milliseconds. */
	readonly interval: number;
	/** Milliseconds; undefined: none. */
	readonly deadline: number | undefined;
	readonly flood: boolean;
	readonly json: boolean;
};

/** Whom to ping, or to trace the way to. */
export type PingTarget = {readonly address: string} | {readonly peer: string} | {readonly name: string};

export type Invocation =
	/** Something to print, and nothing else to do. */
	| {readonly command: 'print'; readonly text: string}
	| {readonly command: 'ping'; readonly target: PingTarget; readonly options: Options}
	| {readonly command: 'trace'; readonly target: PingTarget; readonly options: Options}
	/** The text `-` stands for standard input. */
	| {readonly command: 'send'; readonly text: string; readonly target: Target; readonly options: Options}
	| {readonly command: 'send-files'; readonly target: Target; readonly options: Options}
	/** `wanted`: an id, the beginning of one, or a name. */
	| {readonly command: 'get'; readonly wanted: string; readonly target: Target; readonly options: Options}
	/** `room` as commands and events call it. */
	| {readonly command: 'export'; readonly room: string; readonly options: Options}
	| {readonly command: Exclude<CommandName, 'ping' | 'trace' | 'send' | 'get' | 'export'>; readonly options: Options};

export type Target = {readonly room: string} | {readonly peer: string};

export type {Environment} from './flags.ts';

/** The commands that concern one room, which has to be named. */
const ONE_ROOM: readonly CommandName[] = ['send', 'get', 'export'];

/** What a shell makes of `--file *.txt` looks like a text, too. */
const BOTH = 'For several files, give --file before each file; send a text by itself';

const DEFAULT_DISCOVERY_PORT = 9999;
const DEFAULT_COUNT = 5;
const TRACE_COUNT = 3;
/** More members than one node is ever connected to. */
const MAX_TO = 10_000;
const DEFAULT_TIMEOUT = 10;
/** Somebody has to be found, and his history taken over, before it is known what is offered. */
const GET_TIMEOUT = 30;
/** A day, in seconds. */
const MAX_TIMEOUT = 86_400;
const MAX_LAB_NODES = 200;
const DEFAULT_LAB_NODES = 20;
const DEFAULT_LAB_DELAY = 20;
/** A day, in milliseconds. */
const MAX_INTERVAL = 86_400_000;

/**
 * Reads the command line.
 * @throws UserError with exit status 2 and a hint for whatever makes no sense.
 */
export function parseArguments(argv: readonly string[], env: Environment): Invocation {
	const {flags, input} = readFlags(argv);
	if (flags.version === true) return {command: 'print', text: version};
	const [first, ...rest] = input[0] === 'help' ? [...input.slice(1), undefined] : input;
	const command = commandOf(first);
	if (flags.help === true || input[0] === 'help') return {command: 'print', text: helpText(command)};
	checkBelonging(flags, command);
	const options = readOptions(flags, env, command);
	const words = rest.filter(word => word !== undefined);
	if (command === 'ping' || command === 'trace') {
		return {command, target: peerNamed(command, words, options), options: boundedPing(options, flags)};
	}
	if (command === 'send') {
		const target = targetOf(command, options, flags);
		// A variable steps back for a text that is given.
		if (isGiven(flags, 'file') || (words.length === 0 && options.files.length > 0)) {
			if (words.length > 0) throw values.usageError('send takes a text or --file, not both', BOTH);
			return {command: 'send-files', target, options};
		}
		return {command, text: textToSend(words), target, options};
	}
	if (command === 'get')
		return {command, wanted: wantedFile(words), target: targetOf(command, options, flags), options};
	if (words.length > 0) throw values.usageError(`${command} takes no argument ${values.quote(words[0]!)}`, seeHelp());
	if (command === 'export') return {command, room: roomToExport(options), options};
	return {command, options};
}

function commandOf(word: string | undefined): CommandName {
	if (word === undefined) return 'screen';
	const commands = COMMANDS.filter(name => name !== 'screen');
	const command = commands.find(name => name === word);
	if (command !== undefined) return command;
	const meant = nearest(word, commands);
	throw values.usageError(
		`Unknown command ${values.quote(word)}`,
		meant === undefined ? seeHelp() : `Did you mean ${meant}?`,
	);
}

function checkBelonging(flags: Flags, command: CommandName): void {
	for (const name of OPTION_NAMES) {
		const {commands, harmless = [], flag} = OPTIONS[name];
		if (!isGiven(flags, name) || commands.includes(command) || harmless.includes(command)) continue;
		const place = command === 'screen' ? 'the screen' : command;
		throw values.usageError(`--${flag} means nothing to ${place}`, `It belongs to ${commands.join(', ')}`);
	}
}

function readOptions(flags: Flags, env: Environment, command: CommandName): Options {
	const reader = readerOf(flags, env, command);
	// Here it means something else, and so it does in nobody's environment.
	const into = command === 'get' ? readerOf(flags, {}, command).one('to', values.parseText) : undefined;
	return {...nodeOptions(reader, command), ...fileOptions(reader, into), ...programOptions(reader, command)};
}

function fileOptions({each, one}: Reader, into: string | undefined) {
	const accept = each('accept', values.parseRule);
	return {
		downloadFolder: into ?? one('downloadDir', values.parseText),
		accept: accept.length === 0 ? undefined : accept,
		maxUpload: one('maxUpload', values.parseLimit),
		maxDownload: one('maxDownload', values.parseLimit),
		files: [...new Set(each('file', values.parsePath))],
	};
}

/** What a node is, and where it is. */
function nodeOptions({each, one, on}: Reader, command: CommandName) {
	const rooms = each('room', command === 'export' ? values.parseConversation : values.parseRoom);
	const keep = one('keep', values.parseKeep);
	const listen = each('listen', (text, label) => formatTcpAddress(values.parseAddress(text, label)));
	return {
		name: one('name', values.parseName),
		areDefaultRooms: rooms.length === 0,
		rooms: rooms.length > 0 || ONE_ROOM.includes(command) ? [...new Set(rooms)] : ['lobby'],
		listen: listen.length > 0 ? listen : undefined,
		interfaces: each('interface', values.parseText),
		peers: each('peer', (text, label) => formatTcpAddress(values.parseDialAddress(text, label))),
		discoveryPort: one('discoveryPort', whole(1, 65_535)) ?? DEFAULT_DISCOVERY_PORT,
		discovery: !on('noDiscovery'),
		mdns: !on('noMdns'),
		dataDirectory: one('dataDir', values.parseText),
		ephemeral: on('ephemeral'),
		keep: keep === Number.POSITIVE_INFINITY ? undefined : keep,
		pubsub: one('pubsub', (text, label) => values.parseChoice(text, label, PUBSUB_ROUTERS)) ?? 'gossipsub',
		topology: !on('noTopology'),
		metrics: one('metrics', values.parseLoopback),
		...(one('logLevel', values.parseLogLevels) ?? {logLevel: 'warn' as const, logLevels: {}}),
		logFile: one('logFile', values.parseText),
	};
}

/** What a command does, and how it shows it. */
function programOptions({one, on}: Reader, command: CommandName) {
	const deadline = one('deadline', whole(1, MAX_TIMEOUT));
	const timeout = one('timeout', whole(1, MAX_TIMEOUT));
	return {
		nodes: one('nodes', whole(1, MAX_LAB_NODES)) ?? DEFAULT_LAB_NODES,
		seed: one('seed', whole(0, 2 ** 31 - 1)) ?? 1,
		loss: (one('loss', whole(0, 90)) ?? 0) / 100,
		delay: one('delay', whole(0, 2_000)) ?? DEFAULT_LAB_DELAY,
		theme: one('theme', (text, label) => values.parseChoice(text, label, THEMES)),
		plain: on('plain'),
		config: one('config', values.parseText),
		direct: one('direct', values.parsePeer),
		to: (command === 'get' ? undefined : one('to', whole(1, MAX_TO))) ?? 1,
		timeout: (timeout ?? (command === 'get' ? GET_TIMEOUT : DEFAULT_TIMEOUT)) * 1000,
		isTimeoutGiven: timeout !== undefined,
		since: one('since', values.parseSince),
		events: on('events'),
		count: one('count', whole(1, MAX_COUNT)) ?? (command === 'trace' ? TRACE_COUNT : DEFAULT_COUNT),
		interval: one('interval', whole(1, MAX_INTERVAL)) ?? 1000,
		deadline: deadline === undefined ? undefined : deadline * 1000,
		flood: on('flood'),
		json: on('json'),
	};
}
