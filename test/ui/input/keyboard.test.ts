import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {type Input, keyName} from '../../../source/ui/input/input.ts';
import {createKeyboard} from '../../../source/ui/input/keyboard.ts';
import {ESCAPE_PATIENCE} from '../../../source/ui/input/parser.ts';
import {ManualTimers} from '../../helpers/timers.ts';

/** A stream that hands on what is written at once. */
function setUp() {
	const stream = new PassThrough();
	const timers = new ManualTimers();
	const heard: string[] = [];
	let ends = 0;
	const keyboard = createKeyboard(stream, {setTimer: timers.set, onEnd: () => ends++});
	const listen = (input: Input) =>
		heard.push(input.type === 'key' ? keyName(input) : 'text' in input ? input.text : input.type);
	return {stream, timers, heard, keyboard, listen, ends: () => ends};
}

describe('the keyboard', () => {
	test('everyone who subscribed hears every input, until they stop', () => {
		const {stream, heard, keyboard, listen} = setUp();
		const stop = keyboard.subscribe(listen);
		keyboard.subscribe(() => heard.push('second'));
		stream.emit('data', Buffer.from('a\r'));
		expect(heard).toEqual(['a', 'second', 'return', 'second']);
		stop();
		stream.emit('data', Buffer.from('b'));
		expect(heard.slice(4)).toEqual(['second']);
	});

	test('Escape is told from a sequence by time', () => {
		const {stream, timers, heard, keyboard, listen} = setUp();
		keyboard.subscribe(listen);
		stream.emit('data', '\x1b');
		timers.advance(ESCAPE_PATIENCE - 1);
		stream.emit('data', '[A');
		expect(heard).toEqual(['up']);
		stream.emit('data', '\x1b');
		timers.advance(ESCAPE_PATIENCE);
		expect(heard).toEqual(['up', 'escape']);
		expect(timers.pending).toBe(0);
	});

	test('closing releases the stream and the timer, and nobody hears anything any more', () => {
		const {stream, timers, heard, keyboard, listen} = setUp();
		keyboard.subscribe(listen);
		stream.emit('data', '\x1b');
		keyboard.close();
		expect(timers.pending).toBe(0);
		expect(stream.listenerCount('data')).toBe(0);
		expect(stream.isPaused()).toBe(true);
		stream.emit('data', 'a');
		expect(heard).toEqual([]);
		keyboard.close();
	});

	test('when a listener closes the keyboard, neither it nor others hear more of the same chunk', () => {
		const {stream, heard, keyboard, listen} = setUp();
		keyboard.subscribe(input => {
			listen(input);
			keyboard.close();
		});
		keyboard.subscribe(listen);
		stream.emit('data', 'a\rb');
		expect(heard).toEqual(['a']);
	});

	test('says when the terminal is gone, and survives that it goes while closing', () => {
		const {stream, keyboard, ends} = setUp();
		stream.emit('error', new Error('EIO'));
		expect(ends()).toBe(1);
		keyboard.close();
		stream.emit('error', new Error('EIO'));
		stream.emit('end');
		expect(ends()).toBe(1);
	});
});
