/**
 * What a line in the composer means: text for the room, or a command that begins with a slash. Only what can be known
 * here is checked; whether a room, a name or an address is good is for the core to say.
 */
import {droppedPaths} from '../store/files/dropped.ts';
import {FILE_COMMANDS} from './slash-files.ts';
import {MESSAGE_COMMANDS, roomOf} from './slash-messages.ts';
import {personNamed} from './slash-people.ts';
import {SETTING_COMMANDS} from './slash-settings.ts';
import {
	ask,
	done,
	MISSING,
	NO_ROOM,
	peerOf,
	roomNamed,
	type SlashCommand,
	type SlashContext,
	type SlashResult,
	saying,
	wrong,
} from './slash-types.ts';

export type {SlashCommand, SlashContext, SlashPeer, SlashResult} from './slash-types.ts';

const FAULTS = ['throw', 'hang', 'memory'] as const;

const ROOM_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'join',
		aliases: ['j'],
		usage: '/join <room>',
		help: 'enter a room, and make it if it is new',
		arguments: [{kind: 'room', question: 'Which room?'}],
		parse(argument) {
			const room = roomNamed(argument);
			if (room === '') return MISSING;
			return done(ask({command: 'join', room}), {type: 'go', to: {by: 'name', room}});
		},
	},
	{
		name: 'leave',
		aliases: ['part'],
		usage: '/leave [room]',
		help: 'leave a room, or the one you are in',
		arguments: [{kind: 'place', isOptional: true}],
		parse(argument, context) {
			if (argument === '' && context.room === undefined) return wrong('There is no room to leave. Write /leave <room>');
			const room = argument === '' ? context.room : roomOf(argument, context);
			// The core may know a room that the screen does not.
			if (room === undefined && !argument.startsWith('@'))
				return done(ask({command: 'leave', room: roomNamed(argument)}));
			if (room === undefined) return wrong(`There is no conversation with ${argument.slice(1)} here`);
			return done(peerOf(room) === undefined ? ask({command: 'leave', room}) : {type: 'close-direct', room});
		},
	},
];

const OTHER_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'nick',
		aliases: ['name'],
		usage: '/nick <name>',
		help: 'change the name that others see',
		arguments: [{kind: 'text', question: 'Which name?'}],
		parse: name => done(ask({command: 'nick', name})),
	},
	{
		name: 'dial',
		aliases: ['connect'],
		usage: '/dial <multiaddr>',
		help: 'connect to an address, such as /ip4/192.0.2.7/tcp/4001',
		arguments: [{kind: 'address', question: 'Which address?', example: '/dial /ip4/192.0.2.7/tcp/4001'}],
		parse: address => done(ask({command: 'dial', address})),
	},
	{
		name: 'ping',
		aliases: [],
		usage: '/ping <name or peer id>',
		help: 'measure the round trip to a peer',
		arguments: [{kind: 'person', question: 'Whom?'}],
		parse(argument, {peers}) {
			const found = personNamed(argument, peers);
			return 'message' in found ? wrong(found.message) : done(ask({command: 'ping', peer: found.peer}));
		},
	},
	{
		name: 'peers',
		aliases: ['who'],
		usage: '/peers',
		help: 'everyone you know of',
		parse: () => done({type: 'view', view: 'peers'}),
	},
	{
		name: 'network',
		aliases: ['stats'],
		usage: '/network',
		help: 'every connection as it is measured',
		parse: () => done({type: 'view', view: 'network'}),
	},
	{
		name: 'topology',
		aliases: ['map'],
		usage: '/topology',
		help: 'who is connected to whom',
		parse: () => done({type: 'view', view: 'topology'}),
	},
	{
		name: 'spread',
		aliases: [],
		usage: '/spread',
		help: 'how messages of this room spread',
		parse: () => done({type: 'view', view: 'spread'}),
	},
	{
		name: 'trace',
		aliases: [],
		usage: '/trace <name or peer id>',
		help: 'which way a message takes to somebody, link by link',
		arguments: [{kind: 'person', question: 'To whom?'}],
		parse(argument, {peers, room, roomsWith}) {
			const found = personNamed(argument, peers);
			if ('message' in found) return wrong(found.message);
			// In a conversation: how a room's messages would get there.
			if (room === undefined) return wrong(NO_ROOM);
			const way = peerOf(room) === undefined ? room : roomsWith(found.peer)[0];
			if (way === undefined) return wrong('A trace takes the way of a room, and you are in none together now');
			return done(ask({command: 'trace', peer: found.peer, room: way}), {type: 'view', view: 'spread'});
		},
	},
	{
		name: 'doctor',
		aliases: [],
		usage: '/doctor',
		help: 'find out why others are not seen, and how to mend it',
		parse: () => done({type: 'view', view: 'doctor'}, {type: 'effect', effect: {type: 'doctor'}}),
	},
	{
		name: 'lab',
		aliases: [],
		usage: '/lab',
		help: 'the laboratory, in the network that p2p-tui lab simulates',
		isHidden: true,
		parse: () => done({type: 'view', view: 'lab'}),
	},
	{
		name: 'help',
		aliases: ['h', '?'],
		usage: '/help',
		help: 'keys and commands',
		parse: () => done({type: 'view', view: 'help'}),
	},
	{
		name: 'quit',
		aliases: ['exit', 'q'],
		usage: '/quit',
		help: 'say goodbye and leave',
		parse: () => done({type: 'effect', effect: {type: 'quit', how: 'asked'}}),
	},
	{
		name: 'fault',
		aliases: [],
		usage: '/fault throw|hang|memory',
		help: 'make the core fail, to see what happens',
		arguments: [{kind: 'choice', choices: FAULTS, question: 'How?'}],
		isHidden: true,
		parse(argument) {
			const kind = FAULTS.find(candidate => candidate === argument);
			return kind === undefined ? MISSING : done(ask({command: 'fault', kind}));
		},
	},
];

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	...ROOM_COMMANDS,
	...MESSAGE_COMMANDS,
	...FILE_COMMANDS,
	...SETTING_COMMANDS,
	...OTHER_COMMANDS,
];

/** What submitting `line` means. A blank line means nothing; two slashes send the rest with one. */
export function parseLine(line: string, context: SlashContext): SlashResult {
	if (line.trim() === '') return done();
	if (line.startsWith('/') && !line.startsWith('//')) return parseCommand(line, context);
	const text = line.startsWith('//') ? line.slice(1) : line;
	return context.room === undefined ? wrong(NO_ROOM) : done(ask(saying(context.room, text)));
}

function parseCommand(line: string, context: SlashContext): SlashResult {
	const [, written = '', argument = ''] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
	const wanted = written.toLowerCase();
	const known = SLASH_COMMANDS.filter(({name}) => name !== 'fault' || context.faults);
	const found = known.find(({name, aliases}) => name === wanted || aliases.includes(wanted));
	if (found !== undefined) return parseArguments(found, argument.trim(), context);
	if (wanted.includes('/') && droppedPaths(line, context.files.places).length > 0)
		return wrong(`There is no command ${line.trim()}; to offer that file, write /send before it`);
	const nearest = nearestName(wanted);
	const hint = nearest === undefined ? '/help lists the commands' : `did you mean /${nearest}?`;
	return wrong(`There is no command /${written}; ${hint}`);
}

function parseArguments(command: SlashCommand, argument: string, context: SlashContext): SlashResult {
	const {arguments: [first] = [], usage} = command;
	const isMissing = argument === '' && first !== undefined && !first.isOptional;
	const result = isMissing ? MISSING : command.parse(argument, context);
	if (result !== MISSING) return result;
	const needed = command.arguments?.find(each => !each.isOptional);
	const example = needed?.example === undefined ? '' : `, such as ${needed.example}`;
	return wrong(`${needed?.question ?? 'There is something missing.'} Write ${usage}${example}`);
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
