import {describe, expect, test} from 'vitest';
import {completions} from '../../source/plain/completions.ts';
import {complete, listFor} from '../../source/store/complete.ts';
import {EMOJI, emojiNamed} from '../../source/store/complete-emoji.ts';
import {suggestionsFor} from '../../source/store/complete-suggest.ts';
import {argumentAt, commandNamed} from '../../source/store/complete-types.ts';
import {applyEdit, EMPTY_COMPOSER} from '../../source/store/composer.ts';
import {FILE_SETTING_NAMES} from '../../source/store/file-settings.ts';
import {graphemesOf} from '../../source/store/graphemes.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import {SETTING_NAMES, THEME_NAMES} from '../../source/store/settings.ts';
import type {State} from '../../source/store/state.ts';
import {widthOf} from '../../source/store/width.ts';
import {SLASH_COMMANDS} from '../../source/ui/slash.ts';
import {personFirst} from '../../source/ui/slash-people.ts';
import {processorTime} from '../helpers/processor-time.ts';
import {ANN, act, BOB, connected, NOW, roomInfo, roomOf, stateIn, type} from './helpers.ts';

const MARY = '12D3KooWMary0';
const met = reduceEvents(
	stateIn(roomInfo('lobby', ANN, BOB), roomInfo('dev'), roomInfo('design')),
	[connected(ANN, 'ann'), connected(BOB, 'bob'), connected(MARY, 'Mary Ann')],
	NOW,
);
const state: State = {...met, rooms: met.rooms.map(room => (room.room === 'dev' ? {...room, topic: 'ships'} : room))};
const written = (text: string) => applyEdit(EMPTY_COMPOSER, {edit: 'insert', text});
const labels = (text: string, isAsked = false) =>
	suggestionsFor(state, text, SLASH_COMMANDS, isAsked)?.choices.map(({label}) => label);
const taken = (text: string) => complete(state, written(text), 1, SLASH_COMMANDS)?.composer.text;

describe('what fits', () => {
	test.each([
		['/jo', ['/join <room>']],
		['/LEA', ['/leave [room]']],
		['/fau', []],
		['/join ', ['#lobby', '#dev', '#design']],
		['/join #de', ['#dev', '#design']],
		['see #de', ['#dev', '#design']],
		['hello @', ['@ann', '@bob', '@Mary Ann']],
		['/msg m', ['@Mary Ann']],
		['/msg Mary A', ['@Mary Ann']],
		['/ping b', ['@bob']],
		['/reply @a', ['@ann']],
		['/react @ann ta', ['🎉']],
		['/react :roc', ['🚀']],
		['well done :tad', ['🎉']],
		['/theme ', [...THEME_NAMES]],
		['/set ', [...SETTING_NAMES, ...FILE_SETTING_NAMES]],
		['/set mouse ', ['on', 'off']],
	])('%s', (text, expected) => {
		expect(labels(text)).toEqual(expected);
	});

	test.each(['hello', '//join', '12:30', ':)', ':D', ':-)', 'std::vec', '/reply so', '/msg ann hi', '/dial /ip4'])(
		'%s is no word that asks for anything',
		text => {
			expect(labels(text)).toBeUndefined();
		},
	);

	test('a plain word may be a name, if Tab asks', () => {
		expect(labels('an')).toBeUndefined();
		expect(labels('an', true)).toEqual(['@ann']);
	});

	test('says what each is', () => {
		const found = suggestionsFor(state, '/join d', SLASH_COMMANDS, false);
		expect(found).toMatchObject({title: 'rooms', choices: [{help: 'ships'}, {help: ''}]});
		expect(suggestionsFor(state, '@b', SLASH_COMMANDS, false)?.choices).toMatchObject([{help: 'here'}]);
	});
});

describe('Tab', () => {
	test.each([
		['/jo', '/join '],
		['/join #de', '/join #dev'],
		['/msg mary a', '/msg Mary Ann '],
		['/react @an', '/react @ann '],
		['/react @ann ta', '/react @ann 🎉'],
		['thanks :+1', 'thanks 👍'],
		['thanks :tada:', 'thanks 🎉'],
		['/set mo', '/set mouse '],
		['/set mouse of', '/set mouse off'],
	])('%s becomes %s', (text, expected) => {
		expect(taken(text)).toBe(expected);
	});
});

describe('the argument that is being written', () => {
	const at = (line: string) => {
		const [, name = '', rest = ''] = /^\/(\S+)\s(.*)$/.exec(line) ?? [];
		const command = commandNamed(SLASH_COMMANDS, name);
		const found = command && argumentAt(command, rest, () => ['ann', 'Mary', 'Mary Ann']);
		return found && `${found.argument.kind} ${found.fragment}`;
	};

	test.each([
		['/msg ', 'person '],
		['/msg an', 'person an'],
		['/msg ann hi', 'text hi'],
		['/msg Mary Ann hi', 'text hi'],
		['/msg @Mary hi', 'text hi'],
		['/msg nobody hi', 'text hi'],
		['/reply so', 'text so'],
		['/reply @an', 'author @an'],
		['/reply @ann so', 'text so'],
		['/react ', 'emoji '],
		['/react @ann x', 'emoji x'],
		['/dm an', 'person an'],
	])('of %s', (line, expected) => {
		expect(at(line)).toBe(expected);
	});
});

describe('the list', () => {
	const listed = (text: string, more = {}) => listFor({...state, ...more}, written(text), SLASH_COMMANDS);

	test('is there while there is something to choose, and not for what is written already', () => {
		expect(listed('/jo')?.choices.length).toBe(1);
		expect(listed('/join')).toBeUndefined();
		expect(listed('/join nowhere')).toBeUndefined();
		expect(listed('an')).toBeUndefined();
	});

	test('Tab walks through it, and what was chosen is marked', () => {
		const typed = act(state, [type('see #de'), {type: 'complete', step: 1}], {commands: SLASH_COMMANDS}).state;
		const {composer} = roomOf(typed, 'lobby');
		expect(composer.text).toBe('see #dev ');
		expect(listFor(typed, composer, SLASH_COMMANDS)).toMatchObject({title: 'rooms', index: 0});
		const next = act(typed, [{type: 'complete', step: -1}], {commands: SLASH_COMMANDS}).state;
		expect(roomOf(next, 'lobby').composer.text).toBe('see #design ');
	});

	test('Esc puts it away until another word begins; Tab brings it back', () => {
		const around = {commands: SLASH_COMMANDS};
		const list = (from: State) => listFor(from, roomOf(from, 'lobby').composer, SLASH_COMMANDS);
		const hidden = act(state, [type('/l'), {type: 'back'}], around).state;
		expect(list(hidden)).toBeUndefined();
		expect(roomOf(hidden, 'lobby').composer.text).toBe('/l');
		expect(list(act(hidden, [type('e')], around).state)).toBeUndefined();
		expect(list(act(hidden, [type('eave ')], around).state)?.title).toBe('rooms');
		expect(list(act(hidden, [{type: 'edit', edit: {edit: 'clear'}}, type('/l')], around).state)?.title).toBe(
			'commands',
		);
		const walked = act(hidden, [{type: 'complete', step: 1}], around).state;
		expect(roomOf(walked, 'lobby').composer.text).toBe('/leave ');
	});
});

test('every emoji of the table has names of its own, is one character, and two cells wide', () => {
	const names = EMOJI.flatMap(([name, , ...others]) => [name, ...others]);
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(name).toMatch(/^[a-z0-9_+-]+$/);
	expect(new Set(EMOJI.map(([, emoji]) => emoji)).size).toBe(EMOJI.length);
	for (const [name, emoji] of EMOJI) {
		expect(emojiNamed(`:${name}:`)).toBe(emoji);
		expect([emoji, graphemesOf(emoji).length, widthOf(emoji)]).toEqual([emoji, 1, 2]);
	}
});

test('long words cost no more than they have letters', () => {
	const long = `https://${'x'.repeat(16_000)} y`;
	const words = `/msg ${'word '.repeat(3_000)}`;
	const everyone = Array.from({length: 300}, (_, index) => ({peer: `p${index}`, name: `name ${index}`}));
	const state = stateIn(roomInfo('lobby', ANN));
	const took = processorTime(() => {
		suggestionsFor(state, long, SLASH_COMMANDS, false);
		completions(long, state);
		suggestionsFor(state, words, SLASH_COMMANDS, false);
		expect(personFirst(words.slice(5), everyone)).toHaveProperty('message');
	});
	// A square of these lengths takes two seconds.
	expect(took).toBeLessThan(400);
});

test('a name between colons becomes its emoji with the last of them, and is a word again when that is undone', () => {
	const line = (at: State) => roomOf(at, 'lobby').composer.text;
	expect(line(act(state, [type('a :tada: b :nothing: 12:30:')]).state)).toBe('a 🎉 b :nothing: 12:30:');
	const done = act(state, [type('a :tada'), type(':')]).state;
	expect(line(done)).toBe('a 🎉');
	const undone = act(done, [{type: 'edit', edit: {edit: 'undo'}}, type(' b')]).state;
	expect(line(undone)).toBe('a :tada: b');
	expect(line(act(state, [{type: 'paste', text: ':tada:'}]).state)).toBe(':tada:');
});
