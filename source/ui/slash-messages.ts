/** Commands about people, about messages that were said, and about what is kept. */
import {emojiNamed} from '../store/complete-emoji.ts';
import {personFirst} from './slash-people.ts';
import {
	ask,
	done,
	inform,
	MISSING,
	NO_ROOM,
	peerOf,
	type RecentMessage,
	roomNamed,
	type SlashCommand,
	type SlashContext,
	type SlashResult,
	saying,
	wrong,
} from './slash-types.ts';

export const MESSAGE_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'msg',
		aliases: ['m', 'dm', 'query'],
		usage: '/msg <name> [text]',
		help: 'talk to one person alone, here or not',
		arguments: [
			{kind: 'person', question: 'To whom?'},
			{kind: 'text', isOptional: true},
		],
		parse(argument, {peers}) {
			const found = personFirst(argument, peers);
			if ('message' in found) return wrong(found.message);
			const {peer, rest: text} = found;
			const open = {type: 'open-direct', peer} as const;
			return text === '' ? done(open) : done(open, ask({command: 'direct', peer, text}));
		},
	},
	{
		name: 'reply',
		aliases: ['r'],
		usage: '/reply [@name] <text>',
		help: 'answer the last message',
		arguments: [
			{kind: 'author', isOptional: true},
			{kind: 'text', question: 'What is the answer?'},
		],
		parse: (argument, context) =>
			withTarget(argument, context, 'answer', (room, target, text) => {
				if (text === '') return MISSING;
				return done(ask(saying(room, text, target.id)));
			}),
	},
	{
		name: 'react',
		aliases: [],
		usage: '/react [@name] <emoji>',
		help: 'react to it; again takes that back',
		arguments: [
			{kind: 'author', isOptional: true},
			{kind: 'emoji', question: 'With what?', example: '/react 👍'},
		],
		parse: (argument, context) =>
			withTarget(argument, context, 'react to', (room, target, written) => {
				if (written === '') return MISSING;
				const emoji = emojiNamed(written) ?? written;
				const off = target.reactions.includes(emoji) ? {off: true} : {};
				return done(ask({command: 'react', room, messageId: target.id, emoji, ...off}));
			}),
	},
	{
		name: 'edit',
		aliases: ['e'],
		usage: '/edit [new text]',
		help: 'change your last message',
		arguments: [{kind: 'message', isOptional: true}],
		parse: (text, context) =>
			withOwn(context, 'change', (room, {id, text: before, isWhole}) => {
				if (text !== '') return done(ask({command: 'edit', room, messageId: id, text}));
				// What is not shown would be lost with the first key.
				if (!isWhole)
					return wrong('It is not shown as it was written, so it cannot be edited here. Write /edit <new text>');
				return done({type: 'edit', edit: {edit: 'insert', text: `/edit ${before}`}});
			}),
	},
	{
		name: 'redact',
		aliases: ['unsay'],
		usage: '/redact [reason]',
		help: 'take back your last message',
		arguments: [{kind: 'text', isOptional: true}],
		parse: (reason, context) =>
			withOwn(context, 'take back', (room, {id}) =>
				done(ask({command: 'redact', room, messageId: id, ...(reason === '' ? {} : {reason})})),
			),
	},
	{
		name: 'topic',
		aliases: [],
		usage: '/topic [text]',
		help: 'show or set what the room is about; - takes it away',
		arguments: [{kind: 'text', isOptional: true}],
		parse(text, {room, topic}) {
			if (room === undefined) return wrong(NO_ROOM);
			if (text !== '') return done(ask({command: 'topic', room, text: text === '-' ? '' : text}));
			const none = 'there is no topic; /topic <text> sets one';
			return done(inform(topic === '' ? none : `topic (/topic - takes it away): ${topic}`));
		},
	},
	{
		name: 'search',
		aliases: ['find'],
		usage: '/search <words>',
		help: 'find messages with all of these words',
		arguments: [{kind: 'text', question: 'For what?'}],
		parse: text => done({type: 'search', text}),
	},
	{
		name: 'forget',
		aliases: [],
		usage: '/forget [room]',
		help: 'leave, and delete what is kept here',
		arguments: [{kind: 'place', isOptional: true}],
		parse: (argument, context) => forget(argument, context),
	},
	{
		name: 'export',
		aliases: [],
		usage: '/export',
		help: 'how to write a room to a file',
		parse(_, {room}) {
			if (room === undefined) return wrong(NO_ROOM);
			return done(inform(`in a shell: p2p-tui export --room '${room}' --json > history.jsonl`));
		},
	},
];

function farUp({endKey = ''}: SlashContext): SlashResult {
	const how = endKey === '' ? 'go to the end' : `${endKey} goes there`;
	return wrong(`The newest messages are not on the screen: ${how}, then try again`);
}

/** Messages of somebody else: of whoever is named first, or else of anybody. */
function withTarget(
	argument: string,
	context: SlashContext,
	what: string,
	then: (room: string, target: RecentMessage, rest: string) => SlashResult,
): SlashResult {
	const {room, peers, recent} = context;
	if (room === undefined) return wrong(NO_ROOM);
	if (context.isFarUp) return farUp(context);
	const others = recent().filter(message => !message.local);
	if (!argument.startsWith('@')) {
		const [last] = others;
		return last ? then(room, last, argument) : wrong(`There is no message of somebody else to ${what}`);
	}
	const found = personFirst(argument, peers);
	if ('message' in found) return wrong(found.message);
	const last = others.find(({from}) => from === found.peer);
	return last ? then(room, last, found.rest) : wrong(`There is no message of theirs to ${what}`);
}

function withOwn(
	context: SlashContext,
	what: string,
	then: (room: string, target: RecentMessage) => SlashResult,
): SlashResult {
	const {room, recent, isSending} = context;
	if (room === undefined) return wrong(NO_ROOM);
	if (context.isFarUp) return farUp(context);
	if (isSending) return wrong('Your last message is still on its way; try again in a moment');
	const last = recent().find(message => message.local);
	return last ? then(room, last) : wrong(`There is no message of yours to ${what}`);
}

/** What cannot be undone is asked twice: the second time with the name of the room. */
function forget(argument: string, context: SlashContext): SlashResult {
	const {room, forgetting} = context;
	const named = argument === '' ? room : roomOf(argument, context);
	if (named === undefined) return wrong(argument === '' ? NO_ROOM : `There is no room ${argument} here`);
	if (argument === '' || forgetting !== named) return done({type: 'ask-forget', room: named});
	const close = peerOf(named) === undefined ? [] : [{type: 'close-direct', room: named} as const];
	return done(ask({command: 'forget', room: named}), ...close);
}

/** The room that is called so here: `dev`, `#dev`, or `@bob`. */
export function roomOf(argument: string, {rooms, peers}: SlashContext): string | undefined {
	if (!argument.startsWith('@')) return rooms.find(room => room === roomNamed(argument));
	const found = personFirst(argument, peers);
	return 'message' in found ? undefined : rooms.find(room => room === `@${found.peer}`);
}
