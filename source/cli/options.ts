/**
 * The command line: arguments and environment in, an `Invocation` out. Nothing is started, read or written here.
 */
import meow from 'meow';
import type {LogLevel, Subsystem} from '../base/log.ts';
import {version} from '../base/version.ts';
import {formatTcpAddress} from '../wire/multiaddr.ts';
import {helpText} from './help.ts';
import {nearest} from './nearest.ts';
import {
	COMMANDS,
	type CommandName,
	OPTION_NAMES,
	OPTIONS,
	type OptionName,
	PUBSUB_ROUTERS,
	THEMES,
	variableOf,
} from './option-table.ts';
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
	/** How many others have to hold what is sent. */
	readonly to: number;
	/** Milliseconds. */
	readonly timeout: number;
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
	/** `room` as commands and events call it. */
	| {readonly command: 'export'; readonly room: string; readonly options: Options}
	| {readonly command: Exclude<CommandName, 'ping' | 'trace' | 'send' | 'export'>; readonly options: Options};

export type Target = {readonly room: string} | {readonly peer: string};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The commands that concern one room, which has to be named. */
const ONE_ROOM: readonly CommandName[] = ['send', 'export'];

const DEFAULT_DISCOVERY_PORT = 9999;
const DEFAULT_COUNT = 5;
const TRACE_COUNT = 3;
const MAX_COUNT = 1_000_000;
/** A flood that nobody bounded. */
const FLOOD_COUNT = 10_000;
const FLOOD_DEADLINE = 10_000;
/** More members than one node is ever connected to. */
const MAX_TO = 10_000;
const DEFAULT_TIMEOUT = 10;
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
	checkSpelling(argv);
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
	if (command === 'send') return {command, text: textToSend(words), target: targetOf(options, flags), options};
	if (words.length > 0) throw values.usageError(`${command} takes no argument ${values.quote(words[0]!)}`, seeHelp());
	if (command === 'export') return {command, room: roomToExport(options), options};
	return {command, options};
}

/** What stands before `--` and begins with a dash is an option; a negative number and a lone dash are not. */
function checkSpelling(argv: readonly string[]): void {
	const known = new Map<string, boolean>([
		['--help', false],
		['--version', false],
		...OPTION_NAMES.map(name => [`--${OPTIONS[name].flag}`, OPTIONS[name].value !== undefined] as const),
	]);
	const shorts = new Set([
		'-h',
		'-v',
		...OPTION_NAMES.flatMap(name => OPTIONS[name].short ?? []).map(name => `-${name}`),
	]);
	const end = argv.indexOf('--');
	for (const argument of end === -1 ? argv : argv.slice(0, end)) {
		if (!argument.startsWith('-') || argument === '-' || /^-\d/.test(argument)) continue;
		if (shorts.has(argument)) continue;
		const equals = argument.indexOf('=');
		const flag = equals === -1 ? argument : argument.slice(0, equals);
		const takesValue = known.get(flag);
		if (takesValue === undefined) {
			const meant = nearest(
				flag.replace(/^-+/, ''),
				[...known.keys()].map(name => name.slice(2)),
			);
			throw values.usageError(
				`Unknown option ${values.quote(flag)}`,
				meant === undefined ? seeHelp() : `Did you mean --${meant}?`,
			);
		}
		if (equals !== -1 && !takesValue) throw values.usageError(`${flag} takes no value`);
	}
}

/** Everything arrives as text, or true for a switch: meow only splits, so that every refusal is worded here. */
function readFlags(argv: readonly string[]): {flags: Record<string, unknown>; input: readonly string[]} {
	const flags: Record<string, object> = {
		help: {type: 'boolean', shortFlag: 'h'},
		version: {type: 'boolean', shortFlag: 'v'},
	};
	for (const name of OPTION_NAMES) {
		const {value, repeatable, short} = OPTIONS[name];
		const letter = short === undefined ? {} : {shortFlag: short};
		// A name that begins with "no" is the negation of the rest to the parser.
		if (value === undefined) flags[positive(name)] = {type: 'boolean', default: positive(name) !== name, ...letter};
		else flags[name] = {type: 'string', ...(repeatable && {isMultiple: true}), ...letter};
	}
	try {
		const parsed = meow({
			importMeta: import.meta,
			argv: [...argv],
			flags,
			pkg: {name: 'p2p-tui', version, bin: {'p2p-tui': ''}},
			autoHelp: false,
			autoVersion: false,
		});
		return {flags: {...parsed.flags}, input: parsed.input};
	} catch (error) {
		const twice = error instanceof Error ? /The flag --(\w+) can only be set once/.exec(error.message) : null;
		if (twice === null) throw error;
		throw values.usageError(`--${OPTIONS[twice[1] as OptionName].flag} can be given only once`);
	}
}

function positive(name: OptionName): string {
	const rest = /^no([A-Z])(.*)$/.exec(name);
	return rest === null ? name : rest[1]!.toLowerCase() + rest[2]!;
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

function checkBelonging(flags: Record<string, unknown>, command: CommandName): void {
	for (const name of OPTION_NAMES) {
		const {commands, harmless = [], flag} = OPTIONS[name];
		if (!isGiven(flags, name) || commands.includes(command) || harmless.includes(command)) continue;
		const place = command === 'screen' ? 'the screen' : command;
		throw values.usageError(`--${flag} means nothing to ${place}`, `It belongs to ${commands.join(', ')}`);
	}
}

function isGiven(flags: Record<string, unknown>, name: OptionName): boolean {
	const value = flags[positive(name)];
	if (OPTIONS[name].value === undefined) return value !== (positive(name) !== name);
	return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** The texts of one option with the name to call each by: the command line, or else the environment. */
type Source = {readonly label: string; readonly texts: readonly string[]};

function sourceOf(flags: Record<string, unknown>, env: Environment, name: OptionName): Source {
	const {flag, repeatable} = OPTIONS[name];
	if (isGiven(flags, name)) {
		const given = flags[name];
		return {label: `--${flag}`, texts: Array.isArray(given) ? given.map(String) : [String(given)]};
	}
	const label = variableOf(name);
	const text = env[label] ?? '';
	if (text.trim() === '') return {label, texts: []};
	return {label, texts: repeatable ? text.split(/[\s,]+/).filter(part => part !== '') : [text]};
}

type Parse<Value> = (text: string, label: string) => Value;

/** Takes options from the command line, or else from the environment. */
type Reader = {
	each<Value>(name: OptionName, parse: Parse<Value>): Value[];
	one<Value>(name: OptionName, parse: Parse<Value>): Value | undefined;
	on(name: OptionName): boolean;
};

function readerOf(flags: Record<string, unknown>, env: Environment, command: CommandName): Reader {
	const each = <Value>(name: OptionName, parse: Parse<Value>): Value[] => {
		// A variable is set for every command; only one that takes the option should stumble over it.
		if (!isGiven(flags, name) && !OPTIONS[name].commands.includes(command)) return [];
		const {label, texts} = sourceOf(flags, env, name);
		return texts.map(text => parse(values.parseText(text, label), label));
	};
	const on = (name: OptionName) => {
		if (isGiven(flags, name)) return true;
		if (!OPTIONS[name].commands.includes(command)) return false;
		return values.parseSwitch(env[variableOf(name)] ?? '', variableOf(name));
	};
	return {each, one: (name, parse) => each(name, parse)[0], on};
}

function whole(least: number, most: number): Parse<number> {
	return (text, label) => values.parseInteger(text, label, least, most);
}

function readOptions(flags: Record<string, unknown>, env: Environment, command: CommandName): Options {
	const reader = readerOf(flags, env, command);
	return {...nodeOptions(reader, command), ...programOptions(reader, command)};
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
	return {
		nodes: one('nodes', whole(1, MAX_LAB_NODES)) ?? DEFAULT_LAB_NODES,
		seed: one('seed', whole(0, 2 ** 31 - 1)) ?? 1,
		loss: (one('loss', whole(0, 90)) ?? 0) / 100,
		delay: one('delay', whole(0, 2_000)) ?? DEFAULT_LAB_DELAY,
		theme: one('theme', (text, label) => values.parseChoice(text, label, THEMES)),
		plain: on('plain'),
		config: one('config', values.parseText),
		direct: one('direct', values.parsePeer),
		to: one('to', whole(1, MAX_TO)) ?? 1,
		timeout: (one('timeout', whole(1, MAX_TIMEOUT)) ?? DEFAULT_TIMEOUT) * 1000,
		since: one('since', values.parseSince),
		events: on('events'),
		count: one('count', whole(1, MAX_COUNT)) ?? (command === 'trace' ? TRACE_COUNT : DEFAULT_COUNT),
		interval: one('interval', whole(1, MAX_INTERVAL)) ?? 1000,
		deadline: deadline === undefined ? undefined : deadline * 1000,
		flood: on('flood'),
		json: on('json'),
	};
}

function peerNamed(command: 'ping' | 'trace', words: readonly string[], {discovery}: Options): PingTarget {
	const [text, extra] = words;
	const example = `For example: p2p-tui ${command} bob, or p2p-tui ${command} /ip4/192.168.1.7/tcp/4001`;
	if (text === undefined) throw values.usageError(`${command} takes a name, a peer id or an address`, example);
	if (extra !== undefined) {
		throw values.usageError(
			`${command} takes one peer; ${values.quote(extra)} is too much`,
			'Put a name with spaces in quotes',
		);
	}
	const target = values.parseTarget(text, command);
	if (!('address' in target) && !discovery) {
		throw values.usageError('A name or a peer id is found by discovery, which is off', 'Give the address to dial');
	}
	return target;
}

/** A deadline alone means as many as there is time for; a flood has to end by itself. */
function boundedPing(options: Options, flags: Record<string, unknown>): Options {
	const {flood, deadline} = options;
	if (flood && isGiven(flags, 'interval')) throw values.usageError('ping takes --flood or --interval, not both');
	if (isGiven(flags, 'count')) return options;
	if (deadline !== undefined) return {...options, count: MAX_COUNT};
	return flood ? {...options, count: FLOOD_COUNT, deadline: FLOOD_DEADLINE} : options;
}

function textToSend(words: readonly string[]): string {
	const [text, ...more] = words;
	const example = 'For example: p2p-tui send --room lobby "good morning"; - takes the text from standard input';
	if (text === undefined) throw values.usageError('send needs the text to send', example);
	if (more.length > 0) throw values.usageError('send takes one text; put it in quotes', example);
	return text;
}

/** A room or one peer, and not both. A room that only the environment names steps back for a peer that is named here. */
function targetOf({rooms, direct, to}: Options, flags: Record<string, unknown>): Target {
	const [room, ...more] = rooms;
	if (direct !== undefined) {
		if (isGiven(flags, 'room')) throw values.usageError('send takes --room or --direct, not both');
		if (to > 1) throw values.usageError(`--to ${to}: there is one receiver with --direct`);
		return {peer: direct};
	}
	if (room === undefined) {
		throw values.usageError('send needs to know where to', 'Say --room <room>, or --direct <peerId>');
	}
	if (more.length > 0) throw values.usageError('send takes one room', `Run it for ${values.quote(more[0]!)} as well`);
	return {room};
}

function roomToExport({rooms}: Options): string {
	const [room, ...more] = rooms;
	if (room === undefined) throw values.usageError('export needs to know what', 'Say --room <room>');
	if (more.length > 0) throw values.usageError('export takes one room', `Run it for ${values.quote(more[0]!)} as well`);
	return room;
}

function seeHelp(): string {
	return 'See p2p-tui --help';
}
