/**
 * What a line in the composer means: text for the room, or a command that begins with a slash. Only what can be known
 * here is checked; whether a room, a name or an address is good is for the core to say.
 */
import type {Command} from '../api/command.ts';
import type {Intent} from '../store/intent.ts';
import {TAG_MARK, tagOf} from '../store/names.ts';

export type SlashPeer = {readonly peer: string; readonly name: string};

/** What commands refer to without naming it. */
export type SlashContext = {
	/** The room that is open, if one is. */
	readonly room: string | undefined;
	readonly rooms: readonly string[];
	readonly peers: readonly SlashPeer[];
	/** The program was started so that it may be made to fail. */
	readonly faults: boolean;
};

export type SlashResult =
	| {readonly ok: true; readonly intents: readonly Intent[]}
	/** One line that says what is wrong and what would be right. */
	| {readonly ok: false; readonly message: string};

export type SlashCommand = {
	/** Without the slash. */
	readonly name: string;
	readonly aliases: readonly string[];
	/** With the slash: `/join <room>`. */
	readonly usage: string;
	readonly help: string;
	/** Left out of help and completion. */
	readonly isHidden?: boolean;
	/** `argument` is what follows the name, trimmed. */
	readonly parse: (argument: string, context: SlashContext) => SlashResult;
};

const done = (...intents: readonly Intent[]): SlashResult => ({ok: true, intents});
const wrong = (message: string): SlashResult => ({ok: false, message});
const ask = (command: Command): Intent => ({type: 'command', command});

/** People write `#dev` because rooms are shown so. */
const roomNamed = (argument: string): string => argument.replace(/^#/, '');

const FAULTS = ['throw', 'hang', 'memory'] as const;

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'join',
		aliases: ['j'],
		usage: '/join <room>',
		help: 'enter a room, and make it if it is new',
		parse(argument) {
			const room = roomNamed(argument);
			if (room === '') return wrong('Which room? Write /join <room>');
			return done(ask({command: 'join', room}), {type: 'go', to: {by: 'name', room}});
		},
	},
	{
		name: 'leave',
		aliases: ['part'],
		usage: '/leave [room]',
		help: 'leave a room, or the one you are in',
		parse(argument, context) {
			const room = argument === '' ? context.room : roomNamed(argument);
			if (room === undefined || room === '') return wrong('There is no room to leave. Write /leave <room>');
			return done(ask({command: 'leave', room}));
		},
	},
	{
		name: 'nick',
		aliases: ['name'],
		usage: '/nick <name>',
		help: 'change the name that others see',
		parse: name => (name === '' ? wrong('Which name? Write /nick <name>') : done(ask({command: 'nick', name}))),
	},
	{
		name: 'dial',
		aliases: ['connect'],
		usage: '/dial <multiaddr>',
		help: 'connect to an address, such as /ip4/192.0.2.7/tcp/4001',
		parse(address) {
			if (address === '') return wrong('Which address? Write /dial /ip4/<address>/tcp/<port>');
			return done(ask({command: 'dial', address}));
		},
	},
	{
		name: 'ping',
		aliases: [],
		usage: '/ping <name or peer id>',
		help: 'measure the round trip to a peer',
		parse: (argument, context) => ping(argument, context.peers),
	},
	{
		name: 'peers',
		aliases: ['who'],
		usage: '/peers',
		help: 'everyone you know of (F2)',
		parse: () => done({type: 'view', view: 'peers'}),
	},
	{
		name: 'help',
		aliases: ['h', '?'],
		usage: '/help',
		help: 'keys and commands (F1)',
		parse: () => done({type: 'view', view: 'help'}),
	},
	{
		name: 'quit',
		aliases: ['exit', 'q'],
		usage: '/quit',
		help: 'say goodbye and leave',
		parse: () => done({type: 'quit'}),
	},
	{
		name: 'fault',
		aliases: [],
		usage: '/fault throw|hang|memory',
		help: 'make the core fail, to see what happens',
		isHidden: true,
		parse(argument) {
			const kind = FAULTS.find(candidate => candidate === argument);
			return kind === undefined ? wrong(`Write /fault ${FAULTS.join('|')}`) : done(ask({command: 'fault', kind}));
		},
	},
];

/** What submitting `line` means. A blank line means nothing; two slashes send the rest with one. */
export function parseLine(line: string, context: SlashContext): SlashResult {
	if (line.trim() === '') return done();
	if (line.startsWith('/') && !line.startsWith('//')) return parseCommand(line, context);
	const text = line.startsWith('//') ? line.slice(1) : line;
	if (context.room === undefined) return wrong('You are in no room. Enter one with /join <room>');
	return done(ask({command: 'publish', room: context.room, text}));
}

function parseCommand(line: string, context: SlashContext): SlashResult {
	const [, written = '', argument = ''] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
	const wanted = written.toLowerCase();
	const known = SLASH_COMMANDS.filter(command => !command.isHidden || context.faults);
	const found = known.find(({name, aliases}) => name === wanted || aliases.includes(wanted));
	if (found !== undefined) return found.parse(argument.trim(), context);
	const nearest = nearestName(wanted);
	const hint = nearest === undefined ? '/help lists the commands' : `did you mean /${nearest}?`;
	return wrong(`There is no command /${written}; ${hint}`);
}

/** How every peer id begins, and nobody's name is likely to. */
const PEER_ID = /^12D3KooW\w+$/;

function ping(argument: string, peers: readonly SlashPeer[]): SlashResult {
	if (argument === '') return wrong('Whom? Write /ping <name or peer id>');
	const name = argument.replace(/^@/, '').toLowerCase();
	const exact = peers.filter(peer => peer.peer === argument);
	const matching = exact.length > 0 ? exact : peers.filter(peer => isCalled(peer, name));
	if (matching.length > 1) {
		const tagged = matching.slice(0, MAX_NAMED).map(tagOfPeer).join(', ');
		return wrong(`${matching.length} peers are called ${argument}: say ${tagged}, or a peer id from /peers`);
	}
	// The core may know a peer id that the screen does not.
	if (matching.length === 0 && !PEER_ID.test(argument))
		return wrong(`Nobody here is called ${argument}; /peers lists everyone`);
	return done(ask({command: 'ping', peer: matching[0]?.peer ?? argument}));
}

/** Namesakes that an error lists. */
const MAX_NAMED = 4;

/** By the name alone, or by the name with the tag that tells namesakes apart, as it is shown. */
function isCalled(peer: SlashPeer, name: string): boolean {
	return peer.name.toLowerCase() === name || tagOfPeer(peer).toLowerCase() === name;
}

function tagOfPeer({name, peer}: SlashPeer): string {
	return `${name}${TAG_MARK}${tagOf(peer)}`;
}

/** Edits that a slip of the finger may make before a guess is no longer helpful. */
const MAX_SLIPS = 2;

function nearestName(written: string): string | undefined {
	let best: {name: string; distance: number} | undefined;
	for (const {name, isHidden} of SLASH_COMMANDS) {
		if (isHidden || written === '') continue;
		const distance = name.startsWith(written) ? 0 : editDistance(written, name);
		if (distance <= MAX_SLIPS && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = {name, distance};
	}
	return best?.name;
}

/** Insertions, deletions and replacements between two words (Levenshtein, 1966). */
function editDistance(from: string, to: string): number {
	if (Math.abs(from.length - to.length) > MAX_SLIPS) return MAX_SLIPS + 1;
	let row = Array.from({length: to.length + 1}, (_, index) => index);
	for (const [i, letter] of [...from].entries()) {
		const next = [i + 1];
		for (const [j, other] of [...to].entries()) {
			const replaced = (row[j] as number) + (letter === other ? 0 : 1);
			next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
		}
		row = next;
	}
	return row[to.length] as number;
}

/** The commands, with their slash, that `prefix` may become: `/l` gives `/leave`. In the order of the alphabet. */
export function completeSlash(prefix: string): readonly string[] {
	if (!prefix.startsWith('/')) return [];
	return SLASH_COMMANDS.filter(command => !command.isHidden)
		.map(({name}) => `/${name}`)
		.filter(name => name.startsWith(prefix.toLowerCase()))
		.sort();
}

/** The command that is being written, for a line of help beside the composer. */
export function commandBeingWritten(line: string): SlashCommand | undefined {
	const [, written] = /^\/([^/\s]+)/.exec(line) ?? [];
	const wanted = written?.toLowerCase();
	return SLASH_COMMANDS.find(({name, aliases, isHidden}) => {
		return wanted !== undefined && !isHidden && (name === wanted || aliases.includes(wanted));
	});
}
