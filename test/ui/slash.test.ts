import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import {parseLine, SLASH_COMMANDS, type SlashContext, type SlashResult} from '../../source/ui/slash.ts';
import {NO_SLASH_FILES} from '../../source/ui/slash-types.ts';

const ANN = {peer: '12D3KooWAnn', name: 'Ann'};
const BOB = {peer: '12D3KooWBob', name: 'bob'};
const OTHER_BOB = {peer: '12D3KooWOther', name: 'Bob'};

const MARY = {peer: '12D3KooWMary', name: 'Mary Ann'};

const RECENT = [
	{id: 'm4', from: '12D3KooWSelf', text: 'my last', local: true, isWhole: true, reactions: []},
	{id: 'm3', from: BOB.peer, text: 'from bob', local: false, isWhole: true, reactions: ['👍']},
	{id: 'm2', from: ANN.peer, text: 'from ann', local: false, isWhole: true, reactions: []},
	{id: 'm1', from: '12D3KooWSelf', text: 'my first', local: true, isWhole: true, reactions: []},
];

const CONTEXT: SlashContext = {
	room: 'lobby',
	topic: 'ships',
	rooms: ['lobby', 'dev', `@${ANN.peer}`],
	roomsWith: peer => (peer === ANN.peer ? ['dev'] : []),
	peers: [ANN, BOB, OTHER_BOB, MARY],
	recent: () => RECENT,
	isFarUp: false,
	isSending: false,
	files: NO_SLASH_FILES,
	forgetting: undefined,
	faults: false,
};

const traces = (room: string): SlashResult => ({
	ok: true,
	intents: [
		{type: 'command', command: {command: 'trace', peer: ANN.peer, room}},
		{type: 'view', view: 'spread'},
	],
});

const asks = (command: Command): SlashResult => ({ok: true, intents: [{type: 'command', command}]});

const direct = (peer: string, text: string): SlashResult => ({
	ok: true,
	intents: [
		{type: 'open-direct', peer},
		{type: 'command', command: {command: 'direct', peer, text}},
	],
});

describe('a line', () => {
	test('without a slash goes to the room, exactly as it was written', () => {
		expect(parseLine(' hi\nthere ', CONTEXT)).toEqual(asks({command: 'publish', room: 'lobby', text: ' hi\nthere '}));
	});

	test('with two slashes goes to the room with one', () => {
		expect(parseLine('//join me', CONTEXT)).toEqual(asks({command: 'publish', room: 'lobby', text: '/join me'}));
	});

	test('that is blank does nothing', () => {
		expect(parseLine('  \n', CONTEXT)).toEqual({ok: true, intents: []});
	});

	test('in no room is refused', () => {
		expect(parseLine('hi', {...CONTEXT, room: undefined})).toEqual({
			ok: false,
			message: 'You are in no room. Enter one with /join <room>',
		});
	});
});

describe('commands', () => {
	test.each<[string, SlashResult]>([
		[
			'/join #dev',
			{
				ok: true,
				intents: [
					{type: 'command', command: {command: 'join', room: 'dev'}},
					{type: 'go', to: {by: 'name', room: 'dev'}},
				],
			},
		],
		['/leave dev', asks({command: 'leave', room: 'dev'})],
		['/nick  Ann of Green Gables ', asks({command: 'nick', name: 'Ann of Green Gables'})],
		['/dial /ip4/192.0.2.7/tcp/4001', asks({command: 'dial', address: '/ip4/192.0.2.7/tcp/4001'})],
		['/ping ann', asks({command: 'ping', peer: ANN.peer})],
		['/ping @Ann', asks({command: 'ping', peer: ANN.peer})],
		['/ping 12D3KooWBob', asks({command: 'ping', peer: BOB.peer})],
		['/ping 12D3KooWStranger', asks({command: 'ping', peer: '12D3KooWStranger'})],
		['/peers', {ok: true, intents: [{type: 'view', view: 'peers'}]}],
		['/who', {ok: true, intents: [{type: 'view', view: 'peers'}]}],
		['/ping @bob·ther', asks({command: 'ping', peer: OTHER_BOB.peer})],
		['/msg ann hello there', direct(ANN.peer, 'hello there')],
		['/msg mary ann hello', direct(MARY.peer, 'hello')],
		['/dm @Bob·ther', {ok: true, intents: [{type: 'open-direct', peer: OTHER_BOB.peer}]}],
		['/msg 12D3KooWStranger hi', direct('12D3KooWStranger', 'hi')],
		['/reply yes', asks({command: 'publish', room: 'lobby', text: 'yes', replyTo: 'm3'})],
		['/reply @ann yes, ann', asks({command: 'publish', room: 'lobby', text: 'yes, ann', replyTo: 'm2'})],
		['/react 🎉', asks({command: 'react', room: 'lobby', messageId: 'm3', emoji: '🎉'})],
		['/react :tada:', asks({command: 'react', room: 'lobby', messageId: 'm3', emoji: '🎉'})],
		['/react @ann +1', asks({command: 'react', room: 'lobby', messageId: 'm2', emoji: '👍'})],
		['/react 👍', asks({command: 'react', room: 'lobby', messageId: 'm3', emoji: '👍', off: true})],
		['/react @ann 👍', asks({command: 'react', room: 'lobby', messageId: 'm2', emoji: '👍'})],
		['/edit better', asks({command: 'edit', room: 'lobby', messageId: 'm4', text: 'better'})],
		['/edit', {ok: true, intents: [{type: 'edit', edit: {edit: 'insert', text: '/edit my last'}}]}],
		['/redact', asks({command: 'redact', room: 'lobby', messageId: 'm4'})],
		['/redact a slip', asks({command: 'redact', room: 'lobby', messageId: 'm4', reason: 'a slip'})],
		['/topic planes', asks({command: 'topic', room: 'lobby', text: 'planes'})],
		['/topic -', asks({command: 'topic', room: 'lobby', text: ''})],
		['/leave @Ann', {ok: true, intents: [{type: 'close-direct', room: `@${ANN.peer}`}]}],
		[
			'/topic',
			{ok: true, intents: [{type: 'notice', notice: {level: 'info', text: 'topic (/topic - takes it away): ships'}}]},
		],
		['/search two  words', {ok: true, intents: [{type: 'search', text: 'two  words'}]}],
		['/forget', {ok: true, intents: [{type: 'ask-forget', room: 'lobby'}]}],
		['/forget dev', {ok: true, intents: [{type: 'ask-forget', room: 'dev'}]}],
		['/leave', asks({command: 'leave', room: 'lobby'})],
		['/HELP', {ok: true, intents: [{type: 'view', view: 'help'}]}],
		['/quit', {ok: true, intents: [{type: 'effect', effect: {type: 'quit', how: 'asked'}}]}],
	])('%s', (line, expected) => {
		expect(parseLine(line, CONTEXT)).toEqual(expected);
	});

	test.each([
		['/join', 'Which room? Write /join <room>'],
		['/join #', 'Which room? Write /join <room>'],
		['/nick ', 'Which name? Write /nick <name>'],
		['/dial', 'Which address? Write /dial <multiaddr>, such as /dial /ip4/192.0.2.7/tcp/4001'],
		['/ping', 'Whom? Write /ping <name or peer id>'],
		['/ping bob', '2 peers are called bob: say bob·WBob, Bob·ther, or a peer id from /peers'],
		['/ping zzz', 'Nobody here is called zzz; /peers lists everyone'],
		['/msg', 'To whom? Write /msg <name> [text]'],
		['/msg bob hi', '2 peers are called bob: say bob·WBob, Bob·ther, or a peer id from /peers'],
		['/msg zed hi', 'Nobody here is called zed; /peers lists everyone'],
		['/reply', 'What is the answer? Write /reply [@name] <text>'],
		['/reply @mary ann hi', 'There is no message of theirs to answer'],
		['/react', 'With what? Write /react [@name] <emoji>, such as /react 👍'],
		['/search', 'For what? Write /search <words>'],
		['/forget zzz', 'There is no room zzz here'],
		['/leave @zoe', 'There is no conversation with zoe here'],
		['/jion dev', 'There is no command /jion; did you mean /join?'],
		['/pe', 'There is no command /pe; did you mean /peers?'],
		['/xyzzy', 'There is no command /xyzzy; /help lists the commands'],
		['/', 'There is no command /; /help lists the commands'],
	])('%s is answered with one line', (line, message) => {
		expect(parseLine(line, CONTEXT)).toEqual({ok: false, message});
	});

	test('what cannot be undone needs the name of the room, right after it was asked about', () => {
		const asked = {...CONTEXT, forgetting: 'dev'};
		expect(parseLine('/forget #dev', asked)).toEqual(asks({command: 'forget', room: 'dev'}));
		expect(parseLine('/forget lobby', asked)).toEqual({ok: true, intents: [{type: 'ask-forget', room: 'lobby'}]});
		expect(parseLine('/forget', {...asked, room: 'dev'})).toEqual({
			ok: true,
			intents: [{type: 'ask-forget', room: 'dev'}],
		});
	});

	test('in a conversation of two everything goes to that person', () => {
		const context = {...CONTEXT, room: `@${ANN.peer}`};
		expect(parseLine('hello', context)).toEqual(asks({command: 'direct', peer: ANN.peer, text: 'hello'}));
		expect(parseLine('/reply yes', context)).toEqual(
			asks({command: 'direct', peer: ANN.peer, text: 'yes', replyTo: 'm3'}),
		);
		expect(parseLine('/leave', context)).toEqual({ok: true, intents: [{type: 'close-direct', room: context.room}]});
	});

	test.each(['/reply x', '/react x', '/edit x', '/redact'])('%s where nothing was said', line => {
		expect(parseLine(line, {...CONTEXT, recent: () => []})).toMatchObject({
			ok: false,
			message: expect.stringMatching(/^There is no message/),
		});
	});

	test('leaving when in no room needs a room', () => {
		expect(parseLine('/leave', {...CONTEXT, room: undefined}).ok).toBe(false);
	});

	test('/fault exists only where it is allowed', () => {
		expect(parseLine('/fault throw', CONTEXT).ok).toBe(false);
		const context = {...CONTEXT, faults: true};
		expect(parseLine('/fault hang', context)).toEqual(asks({command: 'fault', kind: 'hang'}));
		expect(parseLine('/fault nonsense', context).ok).toBe(false);
	});

	test('no line makes it throw', () => {
		fc.assert(fc.property(fc.string({unit: 'binary'}), line => parseLine(`/${line}`, CONTEXT) !== undefined));
	});
});

describe('the table', () => {
	test('every name and alias is one command, with usage and help', () => {
		const names = SLASH_COMMANDS.flatMap(({name, aliases}) => [name, ...aliases]);
		expect(new Set(names).size).toBe(names.length);
		for (const {name, usage, help} of SLASH_COMMANDS) {
			expect(usage.startsWith(`/${name}`)).toBe(true);
			expect(help).not.toBe('');
		}
	});
});

describe('what commands take', () => {
	test.each(SLASH_COMMANDS.filter(({isHidden}) => !isHidden))(
		'the arguments of $name are those of its usage',
		command => {
			const written = command.usage.match(/<[^>]*>|\[[^\]]*\]/g) ?? [];
			const optional = (command.arguments ?? []).map(({isOptional}) => isOptional === true);
			expect(optional).toEqual(written.map(each => each.startsWith('[')));
			const asked = command.arguments?.filter(({isOptional}) => !isOptional).map(({question}) => question) ?? [];
			expect(asked.every(question => question?.endsWith('?'))).toBe(true);
		},
	);
});

describe('what is meant by "last" is not guessed', () => {
	const own = ['/edit', '/edit x', '/redact'];
	test.each([...own, '/reply x', '/react x'])('%s while the newest messages are not here', line => {
		expect(parseLine(line, {...CONTEXT, isFarUp: true, endKey: 'Ctrl-End'})).toMatchObject({
			ok: false,
			message: expect.stringContaining('Ctrl-End'),
		});
	});

	test.each(own)('%s while the last one is on its way', line => {
		expect(parseLine(line, {...CONTEXT, isSending: true})).toMatchObject({
			ok: false,
			message: expect.stringContaining('on its way'),
		});
	});

	test('a message that is not shown as it was written is not taken into the line to be edited', () => {
		const context = {...CONTEXT, recent: () => RECENT.map(message => ({...message, isWhole: false}))};
		expect(parseLine('/edit', context)).toMatchObject({ok: false});
		expect(parseLine('/edit all of it anew', context).ok).toBe(true);
	});
});

test('a trace takes the way of the open room; in a conversation, of a room in which both are', () => {
	expect(parseLine('/trace ann', CONTEXT)).toEqual(traces('lobby'));
	expect(parseLine('/trace ann', {...CONTEXT, room: `@${ANN.peer}`})).toEqual(traces('dev'));
	expect(parseLine('/trace mary', {...CONTEXT, room: `@${ANN.peer}`})).toMatchObject({ok: false});
});

describe('files', () => {
	const HOLIDAY = {file: '4'.repeat(64), messageId: 'm4', name: 'holiday film.mp4', isOurs: false, isOpen: true};
	const OLDER = {file: '5'.repeat(64), messageId: 'm5', name: 'holiday', isOurs: false, isOpen: true};
	const OURS = {file: '6'.repeat(64), messageId: 'm6', name: 'mine.txt', isOurs: true, isOpen: false};
	const READ = {file: '/work/new', name: 'new', state: 'hashing', isMoving: true} as const;
	const HELD = {file: '7'.repeat(64), name: 'very low', state: 'paused', isMoving: false} as const;
	const DONE = {file: '8'.repeat(64), name: 'done', state: 'done', isMoving: false} as const;
	const WITH: SlashContext = {
		...CONTEXT,
		files: {
			places: {home: '/home/me', cwd: '/work'},
			offers: () => [HOLIDAY, OLDER, OURS],
			transfers: () => [DONE, READ, {file: HOLIDAY.file, name: HOLIDAY.name, state: 'fetching', isMoving: true}, HELD],
			accept: [{from: '*', bytes: 1_000_000}],
			maxUpload: 2_000_000,
		},
	};
	const message = (line: string) => {
		const result = parseLine(line, WITH);
		return result.ok ? undefined : result.message;
	};

	test.each<[string, Command]>([
		['/send a b.txt', {command: 'offer-file', path: '/work/a b.txt', room: 'lobby'}],
		["/send '~/a b.txt' to #dev", {command: 'offer-file', path: '/home/me/a b.txt', room: 'dev'}],
		['/get', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4'}],
		['/get Holiday film.mp4', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4'}],
		['/get holiday', {command: 'fetch-file', file: OLDER.file, messageId: 'm5'}],
		[
			'/get holiday film.mp4 ~/My Videos',
			{command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4', folder: '/home/me/My Videos'},
		],
		['/get ~/in', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4', folder: '/home/me/in'}],
		['/get 55555555', {command: 'fetch-file', file: OLDER.file, messageId: 'm5'}],
		['/get 12345678 ..', {command: 'fetch-file', file: '12345678', folder: '/'}],
		[
			'/get "holiday film.mp4" "/tmp/a b"',
			{command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4', folder: '/tmp/a b'},
		],
		['/get holiday\\ film.mp4', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4'}],
		['/get "~/in"', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4', folder: '/home/me/in'}],
		['/get file:///in', {command: 'fetch-file', file: HOLIDAY.file, messageId: 'm4', folder: '/in'}],
		['/send file:///tmp/a%20b', {command: 'offer-file', path: '/tmp/a b', room: 'lobby'}],
		// The newest that it can be done to.
		['/pause', {command: 'pause', file: HOLIDAY.file}],
		['/cancel', {command: 'cancel', file: READ.file}],
		['/resume', {command: 'resume', file: HELD.file}],
		["/resume 'holiday film.mp4'", {command: 'resume', file: HOLIDAY.file}],
		['/priority high', {command: 'prioritise', file: HOLIDAY.file, priority: 1}],
		['/priority "very low" Low', {command: 'prioritise', file: HELD.file, priority: -1}],
		['/priority very low normal', {command: 'prioritise', file: HELD.file, priority: 0}],
		['/cancel holiday film.mp4', {command: 'cancel', file: HOLIDAY.file}],
		['/resume 44444444', {command: 'resume', file: HOLIDAY.file}],
	])('%s', (line, command) => {
		expect(parseLine(line, WITH)).toEqual(asks(command));
	});

	test('to one person opens the conversation', () => {
		expect(parseLine('/send x to @Mary Ann', WITH)).toEqual({
			ok: true,
			intents: [
				{type: 'open-direct', peer: MARY.peer},
				{type: 'command', command: {command: 'offer-file', path: '/work/x', room: `@${MARY.peer}`}},
			],
		});
	});

	test.each([
		['/send', /^Which file\? Write \/send <path>/],
		['/send x to @nobody', /^Nobody here is called/],
		['/send x to #elsewhere', /^You are not in #elsewhere/],
		['/get nothing such', /^Nothing called nothing such is offered/],
		['/get mine.txt', /is yours/],
		['/priority', /^How soon\? Write \/priority/],
		['/priority very', /^How soon\?/],
		['/priority very low', /^Nothing called very is on its way/],
		['/priority done high', /^“done” is not on its way/],
		['/pause nothing', /^Nothing called nothing/],
		['/accept Ann lots', /^How much\? “lots” is no size/],
		['/accept nobody 1MB', /^Nobody here is called/],
		['/limit sideways', /^Which way/],
		['/limit down 2', /did you mean \/limit down 2MB\/s\?$/],
		['/limit up fast', /^How fast\? “fast” is no rate/],
		['/limit up 2 kbit/s', /^That is 250 B\/s; did you mean \/limit up 2MB\/s\?$/],
		['/set files.maxUpload 2', /^That is 2 B\/s; did you mean \/set files.maxUpload 2MB\/s\?$/],
		['/set max-download "1.5"', /^That is 2 B\/s; did you mean \/set files.maxDownload 1.5MB\/s\?$/],
		['/set files.maxUpload quick', /bytes a second/],
		['/set files.folder relative', /^files.folder can be a folder, such as "~\/Downloads"; not relative$/],
		['/set files.quota lots', /^files.quota can be an amount, such as "50GB", or "off" for no limit; not lots$/],
		['/home/me/a.txt', /write \/send before it/],
	])('%s is refused in words', (line, words) => {
		expect(message(line)).toMatch(words);
	});

	test('nothing is held, and nothing is gone on with', () => {
		const none = {...WITH, files: {...WITH.files, transfers: () => [DONE]}};
		for (const line of ['/pause', '/resume', '/cancel', '/priority low'])
			expect(parseLine(line, none)).toMatchObject({ok: false, message: expect.stringMatching(/nothing/i)});
	});

	const settings = (line: string) => {
		const result = parseLine(line, WITH);
		const set = result.ok ? result.intents.find(({type}) => type === 'set') : undefined;
		return set?.type === 'set' ? set.settings : undefined;
	};

	test.each([
		['/accept Ann 20MB', {'files.accept': `*=1MB, ${ANN.peer}=20MB`}],
		['/accept anybody off', {'files.accept': ''}],
		['/accept * 2 MB', {'files.accept': '*=2MB'}],
		['/limit up 500kB/s', {'files.maxUpload': '500kB/s'}],
		['/limit down off', {'files.maxDownload': 'off'}],
		['/set files.folder "~/My Files"', {'files.folder': '~/My Files'}],
		['/set max-upload 1MB/s', {'files.maxUpload': '1MB/s'}],
		['/set files.quota -', {'files.quota': ''}],
	])('%s', (line, expected) => {
		expect(settings(line)).toEqual(expected);
	});

	test('rules and limits are told', () => {
		const told = (line: string) => {
			const result = parseLine(line, WITH);
			const [first] = result.ok ? result.intents : [];
			return first?.type === 'notice' ? first.notice.text : undefined;
		};
		expect(told('/accept')).toBe('taken without asking: of anybody in your rooms up to 1.0 MB');
		expect(told('/accept Ann')).toBe('files of Ann are taken when you say so');
		expect(told('/limit')).toBe('files go out at 2.0 MB/s at most; files come in as fast as they can');
	});
});
