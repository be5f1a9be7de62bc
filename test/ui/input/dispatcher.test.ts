import {describe, expect, test} from 'vitest';
import type {Intent} from '../../../source/store/intent.ts';
import {COMING_TO_FRONT, createDispatcher, ESCAPE_ARMED} from '../../../source/ui/input/dispatcher.ts';
import {InputParser} from '../../../source/ui/input/parser.ts';
import {type KeyContext, Keymap} from '../../../source/ui/keymap.ts';
import {ManualTimers} from '../../helpers/timers.ts';

function setUp(context: KeyContext = 'chat') {
	const timers = new ManualTimers();
	const intents: Intent[] = [];
	const goTo = (index: number): Intent => ({type: 'go', to: {by: 'index', index}});
	const dispatcher = createDispatcher({
		keymap: () => new Keymap(),
		context: () => context,
		dispatch: intent => intents.push(intent),
		pointed: ({action, y}) => (action === 'press' ? [goTo(y)] : []),
		setTimer: timers.set,
	});
	const press = (bytes: string): Intent[] => {
		const parser = new InputParser();
		for (const input of [...parser.push(bytes), ...parser.flush()]) dispatcher.handle(input);
		return intents.splice(0);
	};
	return {timers, press, dispatcher};
}

const ROOM_3: Intent[] = [{type: 'go', to: {by: 'index', index: 2}}];
const insertion = (text: string): Intent => ({type: 'edit', edit: {edit: 'insert', text}});

describe('Esc and then a digit', () => {
	test('goes to the room, as Alt and the digit', () => {
		const {press} = setUp();
		expect(press('\x1b')).toEqual([{type: 'back'}]);
		expect(press('3')).toEqual(ROOM_3);
		expect(press('3')).toEqual([insertion('3')]);
		expect(press('\x1b3')).toEqual(ROOM_3);
	});

	test('only for a moment', () => {
		const {press, timers} = setUp();
		press('\x1b');
		timers.advance(ESCAPE_ARMED - 1);
		expect(press('3')).toEqual(ROOM_3);
		press('\x1b');
		timers.advance(ESCAPE_ARMED);
		expect(press('3')).toEqual([insertion('3')]);
	});

	test('only if nothing comes between', () => {
		const {press} = setUp();
		press('\x1b');
		expect(press('x')).toEqual([insertion('x')]);
		expect(press('3')).toEqual([insertion('3')]);
	});

	test('what was typed behind the digit in the same breath is text', () => {
		const {press} = setUp();
		press('\x1b');
		expect(press('3hi')).toEqual([...ROOM_3, insertion('hi')]);
	});

	test('also on a page', () => {
		const {press} = setUp('page');
		press('\x1b');
		expect(press('3')).toEqual(ROOM_3);
	});

	test('a digit in a paste is text', () => {
		const {press} = setUp();
		press('\x1b');
		expect(press('\x1b[200~3\x1b[201~')).toEqual([{type: 'paste', text: '3'}]);
	});
});

const NEWER: Intent = {type: 'select', to: {by: 'step', step: -1}};

test('letters that come in one go are keys until one of them leads to where letters are written', () => {
	let context: KeyContext = 'select';
	const intents: Intent[] = [];
	const {handle} = createDispatcher({
		keymap: () => new Keymap(),
		context: () => context,
		dispatch: intent => {
			intents.push(intent);
			if (intent.type === 'deed' && intent.deed === 'reply') context = 'chat';
		},
	});
	handle({type: 'text', text: 'jjrkdd'});
	expect(intents.slice(0, 2)).toEqual([NEWER, NEWER]);
	expect(intents.slice(2)).toEqual([{type: 'deed', deed: 'reply'}, insertion('kdd')]);
});

test('closing leaves no timer behind', () => {
	const {press, timers, dispatcher} = setUp();
	press('\x1b');
	expect(timers.pending).toBe(1);
	dispatcher.close();
	expect(timers.pending).toBe(0);
});

test('the mouse means what it points at, and a window that comes to the front is told', () => {
	const {press} = setUp();
	expect(press('\x1b[<0;1;3M\x1b[<0;1;3m')).toEqual(ROOM_3);
	expect(press('\x1b[O\x1b[I')).toEqual([
		{type: 'focus', isFocused: false},
		{type: 'focus', isFocused: true},
	]);
	press('\x1b');
	expect([...press('\x1b[I'), ...press('3')]).toEqual([{type: 'focus', isFocused: true}, ...ROOM_3]);
});

test('a click that brings the window to the front is not for what is in it', () => {
	const {press, timers} = setUp();
	expect(press('\x1b[I\x1b[<0;1;3M')).toEqual([{type: 'focus', isFocused: true}]);
	timers.advance(COMING_TO_FRONT);
	expect(press('\x1b[<0;1;3M')).toEqual(ROOM_3);
});

test('whoever presses a key is there, even if the terminal did not say so; the wheel turns anywhere', () => {
	const {press} = setUp();
	press('\x1b[O');
	expect(press('\x1b[<64;1;3M')).toEqual([]);
	expect(press('\x1b3')).toEqual([{type: 'focus', isFocused: true}, ...ROOM_3]);
	expect(press('\x1b3')).toEqual(ROOM_3);
});
