import {describe, expect, test} from 'vitest';
import {reduceCore, reduceEvents} from '../../source/store/reduce.ts';
import {newBelow} from '../../source/store/selectors.ts';
import {initialState, type State} from '../../source/store/state.ts';
import {ANN, act, BOB, connected, message, NOW, roomInfo, roomOf, stateIn, type} from './helpers.ts';

const three = () => stateIn(roomInfo('a'), roomInfo('b', ANN), roomInfo('c', ANN));

describe('going to a room', () => {
	test('by place, by step around the end, and back to the last', () => {
		const state = act(three(), [{type: 'go', to: {by: 'index', index: 2}}]).state;
		expect([state.active, state.last]).toEqual(['c', 'a']);
		expect(act(state, [{type: 'go', to: {by: 'step', step: 1}}]).state.active).toBe('a');
		expect(act(three(), [{type: 'go', to: {by: 'step', step: -1}}]).state.active).toBe('c');
		expect(act(state, [{type: 'go', to: {by: 'last'}}]).state).toMatchObject({active: 'a', last: 'c'});
		expect(act(state, [{type: 'go', to: {by: 'index', index: 8}}]).state).toBe(state);
	});

	test('a digit stays with its room, whatever is joined or left', () => {
		const direct = {type: 'room-joined', room: `@${ANN}`, members: [], direct: true} as const;
		const joined = {type: 'room-joined', room: 'd', members: []} as const;
		const digits = (state: State) => Object.fromEntries(state.rooms.map(({room, digit}) => [room, digit]));
		const state = reduceEvents(three(), [direct, joined], NOW);
		expect(digits(state)).toEqual({a: 1, b: 2, c: 3, [`@${ANN}`]: 4, d: 5});
		expect(act(state, [{type: 'go', to: {by: 'index', index: 3}}]).state.active).toBe(`@${ANN}`);
		const left = reduceEvents(state, [{type: 'room-left', room: 'b'}], NOW);
		expect(digits(left)).toEqual({a: 1, c: 3, [`@${ANN}`]: 4, d: 5});
		const more = 'efghijk'.split('').map(room => ({...joined, room}));
		const full = reduceEvents(left, more, NOW);
		expect(digits(full)).toMatchObject({e: 2, f: 6, i: 9, j: 0, k: 0});
		expect(digits(reduceEvents(full, [{type: 'room-left', room: 'c'}], NOW))).toMatchObject({a: 1, j: 3, k: 0});
	});

	test('to the next unread: one that names us first', () => {
		const mention = message('c', ANN, '@me');
		const state = reduceEvents(three(), [message('b', ANN, 'x'), mention], NOW);
		const there = act(state, [{type: 'go', to: {by: 'unread'}}]).state;
		expect(there.active).toBe('c');
		expect(roomOf(there, 'c')).toMatchObject({unread: 0, mentions: 0, divider: {id: mention.messageId}});
		expect(act(there, [{type: 'go', to: {by: 'unread'}}]).state.active).toBe('b');
	});

	test('what is unread above the view stays so until it is seen, and the key leads there first', () => {
		const go = (room: string) => ({type: 'go', to: {by: 'name', room}}) as const;
		const many = Array.from({length: 40}, (_, index) => message('b', ANN, index === 3 ? '@me' : `word ${index}`));
		const state = reduceEvents(three(), many, NOW);
		const there = act(state, [go('b'), type('x')]).state;
		expect(roomOf(there, 'b')).toMatchObject({unread: 0, missed: 40, missedMentions: 1});
		const away = act(there, [go('a')]).state;
		expect(roomOf(away, 'b')).toMatchObject({unread: 40, mentions: 1, missed: 0});
		const back = act(away, [go('b')]).state;
		expect(roomOf(back, 'b')).toMatchObject({missed: 40, divider: {id: many[0]?.messageId}});
		const seen = act(back, [{type: 'next-unread'}]).state;
		expect(roomOf(seen, 'b')).toMatchObject({missed: 0, anchor: {id: many[9]?.messageId}});
		expect(roomOf(act(seen, [go('a')]).state, 'b')).toMatchObject({unread: 0, mentions: 0});
		const on = act(reduceEvents(seen, [message('c', ANN, 'y')], NOW), [{type: 'next-unread'}]).state;
		expect(on.active).toBe('c');
	});

	test('what came below where one has scrolled to is not seen by coming back there', () => {
		const go = (room: string) => ({type: 'go', to: {by: 'name', room}}) as const;
		const many = (count: number) => Array.from({length: count}, () => message('a', ANN, 'x'));
		const up = act(reduceEvents(three(), many(40), NOW), [{type: 'scroll', pages: 2}, go('b')]).state;
		const back = act(reduceEvents(up, many(3), NOW), [go('a')]).state;
		expect(roomOf(back, 'a')).toMatchObject({missed: 3, below: 3});
		expect(roomOf(act(back, [{type: 'scroll-to-end'}]).state, 'a').missed).toBe(0);
	});

	test('the line "new" stands until the room is left', () => {
		const first = message('b', ANN, 'x');
		const state = reduceEvents(three(), [first], NOW);
		const there = act(state, [{type: 'go', to: {by: 'name', room: 'b'}}]).state;
		const divider = roomOf(reduceEvents(there, [message('b', ANN, 'y')], NOW), 'b').divider;
		expect(divider).toEqual({order: first.order, id: first.messageId});
		expect(roomOf(act(there, [{type: 'go', to: {by: 'name', room: 'a'}}]).state, 'b').divider).toBeUndefined();
	});

	test('each room keeps its draft', () => {
		const state = act(three(), [type('for a'), {type: 'go', to: {by: 'index', index: 1}}, type('for b')]).state;
		expect([roomOf(state, 'a').composer.text, roomOf(state, 'b').composer.text]).toEqual(['for a', 'for b']);
	});
});

test('what is written before there is a room stays, for the first one', () => {
	const early = act(initialState(NOW), [type('hello')]).state;
	const joined = reduceEvents(early, [{type: 'room-joined', room: 'lobby', members: []}], NOW);
	expect(roomOf(joined, 'lobby').composer.text).toBe('hello');
	const second = reduceEvents(joined, [{type: 'room-joined', room: 'dev', members: []}], NOW);
	expect(roomOf(second, 'dev').composer.text).toBe('');
});

describe('submitting', () => {
	test('publishes to the open room, empties the composer and shows the newest', () => {
		const many = Array.from({length: 50}, () => message('a', ANN, 'x'));
		const state = act(reduceEvents(three(), many, NOW), [{type: 'scroll', pages: 1}]).state;
		expect(roomOf(state, 'a').anchor).toBeDefined();
		const sent = act(state, [type('hello'), {type: 'submit'}]);
		expect(sent.commands).toEqual([{id: 'screen-1', command: 'publish', room: 'a', text: 'hello'}]);
		expect(roomOf(sent.state, 'a')).toMatchObject({anchor: undefined, composer: {text: '', history: ['hello']}});
	});

	test('line feeds at the end of a paste are not sent; inside and before, all is as it was written', () => {
		const sent = (text: string) =>
			act(three(), [type(text), {type: 'submit'}]).commands.map(
				command => command.command === 'publish' && command.text,
			);
		expect(sent('one\n  two\n\n')).toEqual(['one\n  two']);
		expect(sent('one \n \n  ')).toEqual(['one']);
		expect(sent('  one  ')).toEqual(['  one  ']);
	});

	test('nothing sends nothing', () => {
		expect(act(three(), [type('  '), {type: 'submit'}]).commands).toEqual([]);
	});

	test('a command is carried out; one that makes no sense stays, with what is wrong', () => {
		expect(act(three(), [type('/help'), {type: 'submit'}]).state.view).toBe('help');
		const wrong = act(three(), [type('/broken'), {type: 'submit'}]).state;
		expect([wrong.notice?.text, roomOf(wrong, 'a').composer.text]).toEqual(['No such command', '/broken']);
		const cleared = act(wrong, [{type: 'back'}]).state;
		expect([cleared.notice, roomOf(cleared, 'a').composer.text]).toEqual([undefined, '']);
		const changed = act(wrong, [type('x'), {type: 'back'}]).state;
		expect(roomOf(changed, 'a').composer.text).toBe('/brokenx');
	});

	test('row 60: without a core nothing is sent and nothing is lost', () => {
		const down = reduceCore(three(), {state: 'restarting', reason: 'boom'}, NOW);
		const tried = act(down, [type('precious'), {type: 'submit'}]);
		expect(tried.commands).toEqual([]);
		expect(roomOf(tried.state, 'a').composer.text).toBe('precious');
		expect(tried.state.notice?.text).toMatch(/Not sent: the core is being started again/);
	});

	test('in no room there is still a line to write in', () => {
		const nowhere = reduceEvents(stateIn(roomInfo('a')), [{type: 'room-left', room: 'a'}], NOW);
		const tried = act(nowhere, [type('hello'), {type: 'submit'}]).state;
		expect([tried.composer.text, tried.notice?.text]).toEqual(['hello', 'No room']);
		expect(act(nowhere, [type('/help'), {type: 'submit'}]).state).toMatchObject({view: 'help', composer: {text: ''}});
	});
});

describe('scrolling', () => {
	const many = (count: number) => Array.from({length: count}, (_, index) => message('a', ANN, String(index)));

	test('holds still while messages come, and counts them', () => {
		const events = many(100);
		const up = act(reduceEvents(three(), events, NOW), [{type: 'scroll', pages: 1}]).state;
		const {anchor} = roomOf(up, 'a');
		expect(anchor).toMatchObject({id: events[91]?.messageId, row: 0});
		const more = reduceEvents(up, many(3), NOW);
		expect(roomOf(more, 'a').anchor).toBe(anchor);
		expect(newBelow(roomOf(more, 'a'))).toBe(3);
		expect(roomOf(act(more, [{type: 'scroll-to-end'}]).state, 'a').anchor).toBeUndefined();
		expect(roomOf(act(up, [{type: 'scroll', pages: -1}]).state, 'a').anchor).toBeUndefined();
	});

	test('stops at the oldest, and needs as many pages back as there were', () => {
		const events = many(25);
		const state = reduceEvents(three(), events, NOW);
		const top = act(
			state,
			Array.from({length: 9}, () => ({type: 'scroll', pages: 1}) as const),
		).state;
		expect(roomOf(top, 'a').anchor).toMatchObject({id: events[9]?.messageId, row: 0});
		expect(roomOf(act(top, [{type: 'scroll', pages: -1}]).state, 'a').anchor?.id).toBe(events[17]?.messageId);
	});

	test('does nothing while everything is in view', () => {
		const state = reduceEvents(three(), many(5), NOW);
		expect(act(state, [{type: 'scroll', pages: 1}]).state).toBe(state);
	});

	test('a page stops at its ends', () => {
		const help = act(three(), [{type: 'view', view: 'help'}]).state;
		const down = Array.from({length: 9}, () => ({type: 'scroll', pages: -1}) as const);
		expect(act(help, down).state.viewScroll).toBe(40);
		expect(act(help, [...down, {type: 'scroll', pages: 1}]).state.viewScroll).toBe(32);
		expect(act(help, down, {page: {total: 5, shown: 10}}).state.viewScroll).toBe(0);
	});
});

describe('Tab', () => {
	const here = () =>
		reduceEvents(
			stateIn(roomInfo('lobby', ANN, BOB), roomInfo('dev')),
			[connected(ANN, 'ann'), connected(BOB, 'anton')],
			NOW,
		);
	const after = (text: string, tabs: number, step: 1 | -1 = 1) =>
		act(here(), [type(text), ...Array.from({length: tabs}, () => ({type: 'complete', step}) as const)]).state;
	const composer = (state: ReturnType<typeof here>) => roomOf(state, 'lobby').composer;

	test.each([
		['/j', 1, '/join '],
		['an', 1, 'ann: '],
		['an', 2, 'anton: '],
		['an', 3, 'ann: '],
		['thanks @an', 1, 'thanks @ann '],
		['see #d', 1, 'see #dev '],
		['/join d', 1, '/join dev'],
		['/ping an', 1, '/ping ann'],
		['zzz', 1, 'zzz'],
		['', 1, ''],
	])('%s and %i times Tab gives %s', (text, tabs, expected) => {
		expect(composer(after(text, tabs)).text).toBe(expected);
	});

	test('goes backwards, keeps what follows, and begins anew once something else was typed', () => {
		expect(composer(after('an', 1, -1)).text).toBe('anton: ');
		const inside = act(here(), [
			type('@an, hi'),
			...Array.from({length: 4}, () => ({type: 'edit', edit: {edit: 'left'}}) as const),
		]).state;
		const done = act(inside, [{type: 'complete', step: 1}]).state;
		expect(composer(done)).toMatchObject({text: '@ann , hi', cursor: 5});
		expect(composer(act(after('an', 1), [type('x an'), {type: 'complete', step: 1}]).state).text).toBe('ann: x ann ');
	});
});

describe('the switcher', () => {
	test('offers what is unread first and goes there', () => {
		const state = reduceEvents(three(), [message('c', ANN, 'x')], NOW);
		const open = act(state, [{type: 'switcher', open: true}]).state;
		expect(act(open, [{type: 'submit'}]).state).toMatchObject({active: 'c', switcher: undefined});
		expect(act(open, [{type: 'complete', step: 1}, {type: 'submit'}]).state.active).toBe('b');
		expect(act(open, [{type: 'complete', step: -1}, {type: 'submit'}]).state.active).toBe('a');
	});

	test('joins a room that is not there yet', () => {
		const open = act(three(), [{type: 'switcher', open: true}]).state;
		const asked = act({...open, switcher: {query: '#new', selected: 0}}, [{type: 'submit'}]);
		expect(asked.commands).toMatchObject([{command: 'join', room: 'new'}]);
	});
});

describe('Ctrl-C', () => {
	test('clears the line, and twice leaves; anything between calls it off', () => {
		const once = act(three(), [type('draft'), {type: 'interrupt'}]);
		expect([roomOf(once.state, 'a').composer.text, once.effects]).toEqual(['', []]);
		expect(act(once.state, [{type: 'interrupt'}]).effects).toEqual([{type: 'quit', how: 'interrupted'}]);
		expect(act(once.state, [type('x'), {type: 'interrupt'}]).effects).toEqual([]);
		expect(act(once.state, [{type: 'interrupt'}], {now: NOW + 60_000}).effects).toEqual([]);
	});
});

test('back closes what is open, one thing at a time', () => {
	const open = act(three(), [
		{type: 'view', view: 'peers'},
		{type: 'switcher', open: true},
	]).state;
	const once = act(open, [{type: 'back'}]).state;
	expect([once.switcher, once.view]).toEqual([undefined, 'peers']);
	expect(act(once, [{type: 'back'}]).state.view).toBe('chat');
});

test('a pane for which there is no room is not hidden, but explained', () => {
	const tried = act(three(), [{type: 'toggle-pane', pane: 'network'}], {fits: {rooms: true, network: false}}).state;
	expect([tried.hidden.network, tried.notice?.text]).toEqual([false, 'The terminal is too narrow for the network']);
});

test('Ctrl-C on a page closes the page and leaves the line alone', () => {
	const state = act(three(), [type('a draft'), {type: 'view', view: 'help'}, {type: 'interrupt'}]).state;
	expect([state.view, roomOf(state, 'a').composer.text]).toEqual(['chat', 'a draft']);
});

test('Ctrl-Z asks for the program to be stopped, and changes nothing', () => {
	const state = three();
	expect(act(state, [{type: 'effect', effect: {type: 'suspend'}}])).toMatchObject({
		state,
		effects: [{type: 'suspend'}],
		commands: [],
	});
});

test('panes are hidden and shown', () => {
	const hidden = act(three(), [{type: 'toggle-pane', pane: 'rooms'}]).state;
	expect(hidden.hidden).toEqual({rooms: true, network: false});
	expect(act(hidden, [{type: 'toggle-pane', pane: 'rooms'}]).state.hidden.rooms).toBe(false);
});
