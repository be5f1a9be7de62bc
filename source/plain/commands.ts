/** The commands that only a mode of lines needs, beside those that the screen has. */
import type {Argument} from '../store/complete-types.ts';
import type {Intent} from '../store/intent.ts';
import {activeRoom, people} from '../store/selectors.ts';
import {ALERT_LEVELS} from '../store/settings.ts';
import type {Room, State} from '../store/state.ts';
import {SLASH_COMMANDS} from '../ui/slash.ts';
import {personNamed} from '../ui/slash-people.ts';
import {lastMessages} from './narrator.ts';
import {roomLines, unreadLines, whoLines} from './places.ts';
import {pastLines} from './words.ts';

/** What a line means that is not for the room: something to say at once, or something to do. */
export type PlainMeaning = {readonly lines: readonly string[]} | {readonly intent: Intent};

type PlainCommand = {
	readonly names: readonly string[];
	readonly usage: string;
	readonly help: string;
	readonly arguments?: readonly Argument[];
	/** Undefined: the screen's command of that name does it. */
	readonly run: (argument: string, state: State, now: number) => PlainMeaning | undefined;
};

const wrong = (text: string): PlainMeaning => ({lines: [`error: ${text}`]});

export const PLAIN_COMMANDS: readonly PlainCommand[] = [
	{
		names: ['rooms'],
		usage: '/rooms',
		help: 'the rooms you are in, and what is unread there',
		run: (_, state) => ({lines: roomLines(state)}),
	},
	{
		names: ['go', 'g'],
		usage: '/go [room or @name]',
		help: 'to another room or person; alone: to the next unread',
		arguments: [{kind: 'place', isOptional: true}],
		run: go,
	},
	{
		names: ['who', 'peers', 'names'],
		usage: '/who',
		help: 'who is here, how far away, and your own address',
		run: (_, state) => ({lines: whoLines(state)}),
	},
	{
		names: ['network', 'stats'],
		usage: '/network',
		help: 'every connection as it is measured',
		run: () => ({intent: {type: 'command', command: {command: 'network'}}}),
	},
	{
		names: ['topology', 'map'],
		usage: '/topology',
		help: 'who is connected to whom',
		run: () => ({intent: {type: 'command', command: {command: 'topology'}}}),
	},
	{
		names: ['spread'],
		usage: '/spread',
		help: 'how messages of this room spread',
		run: (_, {active: room}) =>
			room === undefined
				? wrong('You are in no room. Enter one with /join <room>')
				: {intent: {type: 'command', command: {command: 'room-spread', room}}},
	},
	{
		names: ['transfers', 'files'],
		usage: '/transfers',
		help: 'files that come and go',
		run: () => ({intent: {type: 'command', command: {command: 'transfers'}}}),
	},
	{
		names: ['read'],
		usage: '/read [number]',
		help: 'where something is unread; with a number: the last messages here once more',
		run: read,
	},
	{
		names: ['set', 'settings'],
		usage: '/set bell off|mentions|all',
		help: 'when the bell rings: for whatever names you, and files that have come or failed; or for all messages',
		arguments: [
			{kind: 'choice', choices: ['bell']},
			{kind: 'choice', choices: ALERT_LEVELS},
		],
		run: (argument, {settings}) => {
			const {bell} = settings;
			return argument === '' ? {lines: [`bell is ${bell}; it can be ${ALERT_LEVELS.join(', ')}`]} : undefined;
		},
	},
	{names: ['help', 'h', '?'], usage: '/help', help: 'this list', run: () => ({lines: helpLines()})},
];

/** Undefined: it is for the commands of the screen, or for the room. */
export function plainMeaning(line: string, state: State, now: number): PlainMeaning | undefined {
	const [, name = '', argument = ''] = /^\/([^/\s]\S*)\s*(.*)$/s.exec(line) ?? [];
	const command = PLAIN_COMMANDS.find(({names}) => names.includes(name.toLowerCase()));
	if (!command && SCREEN_ONLY.has(name.toLowerCase()))
		return wrong(`/${name} is about the screen, and there is none here`);
	return command?.run(argument.trim(), state, now);
}

function go(argument: string, state: State): PlainMeaning {
	if (argument === '') {
		const isUnread = state.rooms.some(room => room.room !== state.active && room.unread > 0);
		return isUnread ? {intent: {type: 'go', to: {by: 'unread'}}} : {lines: ['Nothing is unread elsewhere.']};
	}
	const room = state.rooms.find(each => isCalled(each, argument));
	if (room) return {intent: {type: 'go', to: {by: 'name', room: room.room}}};
	const found = personNamed(argument, people(state));
	if (!('message' in found)) return {intent: {type: 'open-direct', peer: found.peer}};
	if (argument.startsWith('@')) return wrong(found.message);
	return wrong(`There is no room or person called ${argument} here; /rooms and /who list them, /join makes a room`);
}

/** `lobby`, `#lobby`; people are found by their names. */
function isCalled({room, peer}: Room, argument: string): boolean {
	return peer === undefined && room === argument.replace(/^#/, '');
}

/** Messages that `/read` says at most. */
const MAX_READ = 1_000;

function read(argument: string, state: State, now: number): PlainMeaning {
	if (argument === '') return {lines: unreadLines(state)};
	const count = Number(argument);
	if (!Number.isInteger(count) || count < 1) return wrong('How many? Write /read 20');
	const room = activeRoom(state);
	if (!room) return wrong('You are in no room. Enter one with /join <room>');
	const messages = lastMessages(room, Math.min(count, MAX_READ));
	return {lines: messages.length === 0 ? ['Nobody has said anything yet.'] : pastLines(state, room, messages, now)};
}

/** Of the screen's commands, those that are about the screen itself are left out. */
export const SCREEN_ONLY: ReadonlySet<string> = new Set([
	'peers',
	'help',
	'theme',
	'mouse',
	'keys',
	'set',
	'redraw',
	'copy',
	'network',
	'topology',
	'spread',
	'transfers',
]);

export function helpLines(): readonly string[] {
	const others = SLASH_COMMANDS.filter(({name, isHidden}) => !isHidden && !SCREEN_ONLY.has(name));
	const lines = [...PLAIN_COMMANDS, ...others].map(
		({usage, help}) => `${usage}: ${help.replace(/ \([A-Z][^)]*\)$/, '')}`,
	);
	return ['What you write goes to the room you are in. A line that begins with a slash is a command:', ...lines];
}
