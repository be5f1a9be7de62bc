/** Paths as people write and terminals paste them, what is completed of them, and what commands about files mean. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import {suggestionsFor} from '../../source/store/complete-suggest.ts';
import {Draft} from '../../source/store/draft.ts';
import {fileAnswered} from '../../source/store/files/answers.ts';
import {droppedPaths, MAX_DROPPED} from '../../source/store/files/dropped.ts';
import {leavingLines} from '../../source/store/files/leaving.ts';
import {listed} from '../../source/store/files/listing.ts';
import {absolute, shortPath, splitTarget, unquoted, written} from '../../source/store/files/paths.ts';
import {percentOf} from '../../source/store/files/selectors.ts';
import {EMPTY_FILES, MAX_TRANSFERS} from '../../source/store/files/transfers.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import type {State} from '../../source/store/state.ts';
import {SLASH_COMMANDS} from '../../source/ui/slash.ts';
import {stateReason} from '../../source/ui/views/transfer-words.ts';
import {transfer} from '../ui/transfers.ts';
import {act, NOW, roomInfo, stateIn, type} from './helpers.ts';

const PLACES = {home: '/home/me', cwd: '/home/me/work'};

test.each([
	['report.pdf', '/home/me/work/report.pdf'],
	['~', '/home/me'],
	['~/a b.pdf', '/home/me/a b.pdf'],
	['a\\ b\\(1\\).pdf', '/home/me/work/a b(1).pdf'],
	["'/x/it'\\''s.pdf'", "/x/it's.pdf"],
	['"/x/a \\"b\\".pdf"', '/x/a "b".pdf'],
	["it's.pdf", "/home/me/work/it's.pdf"],
	['/x/./y//../z/', '/x/z'],
	['../../../..', '/'],
	['C:\\Users\\me', 'C:\\Users\\me'],
	['file:///x/a%20b.pdf', '/x/a b.pdf'],
	["'file://localhost/x/a'", '/x/a'],
])('%s is %s', (path, expected) => {
	expect(absolute(path, PLACES)).toBe(expected);
});

test('what completion writes is read as what it was', () => {
	const name = fc.string({unit: 'grapheme', minLength: 1, maxLength: 30}).filter(text => !/[/\0]/.test(text));
	fc.assert(
		fc.property(name, text => {
			expect(unquoted(`/${written(text)}`)).toBe(`/${text}`);
			expect(splitTarget(`/${written(text)}`).target).toBeUndefined();
		}),
	);
});

test.each([
	['~/a b.pdf to @bob', '~/a b.pdf', '@bob'],
	['~/a b.pdf to #dev', '~/a b.pdf', '#dev'],
	['"a to @bob"', '"a to @bob"', undefined],
	["'a b' to @Mary Ann", "'a b'", '@Mary Ann'],
	['notes to self.txt', 'notes to self.txt', undefined],
])('%s is sent to whom it says', (argument, path, target) => {
	expect(splitTarget(argument)).toEqual({path, target});
});

test('a path is said as short as it can be', () => {
	expect(shortPath('/home/me/a', PLACES)).toBe('~/a');
	expect(shortPath('/home/me', PLACES)).toBe('~');
	expect(shortPath('/home/me2/a', PLACES)).toBe('/home/me2/a');
	expect(shortPath('/a', {home: '/', cwd: '/'})).toBe('/a');
});

test.each([
	['hello', []],
	['/', []],
	['a/b', []],
	['http://example.org/a', []],
	['file://elsewhere.example/a', ['/a']],
	['file:///a%00b', []],
	['file:///a%zz', []],
	['file:///a\nfile:///b', ['/a', '/b']],
	['/a /b', ['/a', '/b']],
	['/a and more', ['/a and more']],
	['/a /a', ['/a']],
	["'/x/it'\\''s a' '/y'", ["/x/it's a", '/y']],
	[Array.from({length: MAX_DROPPED + 1}, (_, index) => `/${index}`).join('\n'), []],
])('dropped: %j', (text, expected) => {
	expect(droppedPaths(text, PLACES)).toEqual(expected);
});

test('whatever is pasted is looked at without harm', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary', maxLength: 200}), text => {
			for (const path of droppedPaths(`/${text}`, PLACES)) expect(path).not.toContain('\0');
		}),
	);
});

describe('completing a path', () => {
	const items = [
		{name: 'b.txt', isFolder: false, size: 12},
		{name: 'a b', isFolder: true},
		{name: '.hidden', isFolder: false},
		{name: 'Bin', isFolder: true},
		{name: 'evil\n\x1b[2J', isFolder: false},
	];
	const inHome: State = {
		...stateIn(roomInfo('a')),
		places: PLACES,
		files: {...EMPTY_FILES, listing: listed('/home/me', items)},
	};
	const labels = (line: string) => suggestionsFor(inHome, line, SLASH_COMMANDS, true)?.choices.map(({text}) => text);

	test.each([
		['/send ~', ['~/']],
		['/send ~/', ['~/a b/', '~/Bin/', '~/b.txt']],
		['/send ~/b', ['~/Bin/', '~/b.txt']],
		['/send ~/.', ['~/.hidden']],
		['/send ../', ['../a b/', '../Bin/', '../b.txt']],
		['/send "~/a', ['"~/a b/']],
		['/send ~/a\\ ', ['~/a b/']],
		['/send ~/elsewhere/', []],
		['/get 12345678 ~/', ['~/a b/', '~/Bin/']],
	])('%s', (line, expected) => {
		expect(labels(line)).toEqual(expected);
	});

	test.each([
		['/pause "ho', ['"holiday.mp4"']],
		["/priority 'holiday.mp4' h", ['high']],
	])('of a name in quotes, %s', (line, expected) => {
		const state = reduceEvents(inHome, [transfer()], NOW);
		expect(suggestionsFor(state, line, SLASH_COMMANDS, true)?.choices.map(({text}) => text.trim())).toEqual(expected);
	});

	test('what is in a folder is asked for once, when one is meant; and again after that', () => {
		const start = {...stateIn(roomInfo('a')), places: PLACES};
		const around = {commands: SLASH_COMMANDS};
		const first = act(start, [type('/send ')], around);
		expect(first.effects).toEqual([{type: 'list-folder', folder: '/home/me/work'}]);
		const more = act(first.state, [type('rep')], around);
		expect(more.effects).toEqual([]);
		const other = act(more.state, [type('/x')], around);
		expect(other.effects).toEqual([{type: 'list-folder', folder: '/home/me/work/rep'}]);
		const cleared = act(other.state, [{type: 'edit', edit: {edit: 'clear'}}], around);
		expect(cleared.state.files.listing).toBeUndefined();
	});
});

test('of more transfers than are shown, those that are over go first', () => {
	const id = (index: number) => String(index).padStart(64, '0');
	const done = Array.from({length: MAX_TRANSFERS}, (_, index) => transfer({file: id(index), state: 'done'}));
	const moving = transfer({file: id(9_999), state: 'fetching'});
	const state = reduceEvents(stateIn(roomInfo('a')), [moving, ...done, transfer({file: id(9_998)})], NOW);
	expect(state.files.transfers.size).toBe(MAX_TRANSFERS);
	expect([id(9_999), id(9_998), id(0)].map(file => state.files.transfers.has(file))).toEqual([true, true, false]);
});

test.each<[Command, string]>([
	[{command: 'pause', file: '4'}, '“holiday.mp4” is paused at 54 %'],
	[{command: 'resume', file: '4'}, '“holiday.mp4” goes on'],
	[{command: 'prioritise', file: '4', priority: 1}, '“holiday.mp4” goes before the others'],
	[{command: 'prioritise', file: '4', priority: 0}, '“holiday.mp4” goes in its turn'],
])('which one it was, is said: %j', (command, words) => {
	const state = reduceEvents(stateIn(roomInfo('a')), [transfer()], NOW);
	const told = (view: State['view']) => {
		const draft = new Draft({...state, view}, NOW);
		fileAnswered(draft, command, {file: transfer().file});
		return draft.state.notice?.text;
	};
	expect(told('chat')).toBe(words);
	// There it stands in the row.
	expect(told('transfers')).toBeUndefined();
});

test('what was read goes by its own name once it is offered', () => {
	const path = '/home/me/a.bin';
	const reading = reduceEvents(stateIn(roomInfo('a')), [transfer({file: path, state: 'hashing', path})], NOW);
	const offered = reduceEvents(reading, [transfer({state: 'done', isFetched: false, path})], NOW);
	expect([...offered.files.transfers.keys()]).toEqual([transfer().file]);
});

describe('whoever leaves is told', () => {
	const linesOf = (all: readonly Parameters<typeof transfer>[0][], isKept = true) => {
		const events = all.map((more, index) => transfer({file: `${index}`.padStart(64, '0'), takers: [], ...more}));
		return leavingLines(reduceEvents(stateIn(roomInfo('a')), events, NOW), isKept);
	};

	test.each<[string, readonly Parameters<typeof transfer>[0][], readonly string[]]>([
		['nothing where all is done or failed', [{state: 'done'}, {state: 'kept'}, {state: 'failed'}], []],
		['what is held', [{state: 'paused'}], ['“holiday.mp4” is paused at 54 %']],
		[
			'of several rooms that were left no certain one; and apart what goes on by itself',
			[{state: 'waiting', waits: 'left'}, {state: 'waiting', waits: 'left', rooms: ['dev']}, {}],
			[
				'“holiday.mp4” is not all here (54 %): it goes on at the next start',
				'2 files are not all here: they go on once you are in their rooms again',
			],
		],
		['nothing of what gets its name before the end', [{state: 'finishing', done: 2e9}], []],
		['what comes', [{}], ['“holiday.mp4” is not all here (54 %): it goes on at the next start']],
		[
			'what has not begun to come',
			[{state: 'waiting', done: 0}],
			['“holiday.mp4” is not all here: it goes on at the next start'],
		],
		['of several, how many', [{}, {state: 'waiting'}], ['2 files are not all here: they go on at the next start']],
		[
			'what comes from a room that was left',
			[{state: 'waiting', waits: 'left'}],
			['“holiday.mp4” is not all here (54 %): it goes on once you are in #lobby again'],
		],
		['what is read', [{state: 'hashing', isFetched: false}], ['“holiday.mp4” is not offered: it was still being read']],
	])('%s', (_, all, lines) => {
		expect(linesOf(all)).toEqual(lines);
	});

	test('who takes something, and what is not kept', () => {
		const [cat, dan] = [
			{peer: 'c', name: 'cat', pieces: 1, rate: 5, bytes: 5},
			{peer: 'd', name: 'dan', pieces: 1, rate: 5, bytes: 5},
		];
		const given = {state: 'done', isFetched: false} as const;
		expect(linesOf([{...given, takers: [cat]}])).toEqual([
			'cat was still taking “holiday.mp4”: you give it again when you are back',
		]);
		expect(linesOf([{...given, takers: [cat, {...dan, rate: 0}]}, {...given, takers: [cat, dan]}, {}], false)).toEqual([
			'“holiday.mp4” is not all here (54 %): what is here is not kept',
			'2 others were still taking 2 files: you give them no more',
		]);
	});
});

test('of what comes from a room that was left it is said that it waits, once', () => {
	const waiting = (waits: 'nobody' | 'left') => transfer({state: 'waiting', waits});
	const at = (state: State, waits: 'nobody' | 'left') => reduceEvents(state, [waiting(waits)], NOW);
	const left = at(at(stateIn(roomInfo('a')), 'nobody'), 'left');
	expect(left.notice?.text).toBe('“holiday.mp4” waits until you are in #lobby again');
	expect(stateReason(left.files.transfers.get(transfer().file)!)).toBe(
		'you have left #lobby: it goes on when you are in it again',
	);
	expect(at({...left, notice: undefined}, 'left').notice).toBeUndefined();
});

test('per cent are rounded down, whatever binary fractions lose', () => {
	expect([29, 57, 58, 99.9].map(done => percentOf(done / 100))).toEqual([29, 57, 58, 99]);
	expect([0, 0.001, 1].map(percentOf)).toEqual([0, 1, 100]);
});

test('what could not be read is read again for each of its rooms', () => {
	const path = '/home/me/x.iso';
	const state = reduceEvents(
		stateIn(roomInfo('a')),
		[transfer({file: path, path, state: 'failed', isFetched: false, rooms: ['a', 'b']})],
		NOW,
	);
	const {commands} = act(state, [{type: 'command', command: {command: 'resume', file: path}}]);
	expect(commands).toMatchObject(['a', 'b'].map(room => ({command: 'offer-file', path, room})));
});
