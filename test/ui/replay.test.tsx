/**
 * What a keyboard sends, byte by byte, through parser, keymap, controller and store: however the bytes are cut on their
 * way, the same comes of them, and none of them ends where text belongs.
 */

import fc from 'fast-check';
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {Effect} from '../../source/store/effect.ts';
import {Store} from '../../source/store/store.ts';
import {createController} from '../../source/ui/controller.ts';
import {InputParser} from '../../source/ui/input/parser.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {keyBytes} from '../helpers/key-bytes.ts';
import {openApp} from './harness.tsx';
import {livelyEvents, said} from './script.ts';
import {VirtualTime} from './virtual-time.ts';

afterEach(cleanup);

const keys = (...names: readonly string[]): string => names.map(keyBytes).join('');
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;
const MOUSE = ['\x1b[<0;3;2M', '\x1b[<0;3;2m', '\x1b[<64;40;10M', '\x1b[<65;40;10M', '\x1b[M #!'];
const FOCUS = ['\x1b[O', '\x1b[I'];
/** Answers of terminals that nobody asked, and sequences that mean nothing here. */
const FOREIGN = [
	'\x1b[?62;22c',
	'\x1b]11;rgb:1e1e/1e1e/1e1e\x07',
	'\x1b]11;rgb:ffff/ffff/ffff\x1b\\',
	'\x1bP>|xterm(388)\x1b\\',
	'\x1b[12;40R',
	'\x1b[99;99;99z',
	'\x1b[27;5;9~',
	'\x1b[97;5u',
];

/** A morning's work: every line uses something else of what a keyboard can send. */
const SESSION: readonly string[] = [
	'good morning, 早上好 👩‍👩‍👧‍👦 é',
	keys('home', 'alt+f', 'ctrl+right', 'left', 'alt+b', 'end', 'backspace', 'ctrl+w'),
	FOREIGN.join(''),
	'and on\x1b\r',
	'second line',
	keys('up', 'down', 'ctrl+a', 'delete', 'return'),
	keys('alt+2'),
	paste('one\r\ntwo\x1b[31mthree\x07'),
	MOUSE.join(''),
	keys('ctrl+u', 'ctrl+n', 'ctrl+p', 'alt+up', 'alt+down', 'alt+/'),
	`/ni${keyBytes('tab')} new`,
	FOCUS.join(''),
	keys('ctrl+c', 'f2', 'pagedown', 'pageup'),
	'q',
	keys('f1', 'alt+1'),
	'@a\t',
	paste('pasted '),
	'the end',
];

function rig() {
	const time = new VirtualTime();
	const store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive(livelyEvents());
	store.flush();
	const sent: Command[] = [];
	const effects: Effect[] = [];
	const size = {columns: 80, rows: 24};
	const controller = createController({
		store,
		size: () => size,
		theme: () => PLAIN_THEME,
		send: command => sent.push(command),
		effect: effect => effects.push(effect),
		faults: false,
		setTimer: time.setTimer,
	});
	const parser = new InputParser();
	return {
		store,
		size,
		push(bytes: Uint8Array) {
			for (const input of parser.push(bytes)) controller.handle(input);
		},
		/** The person has stopped typing: a sequence that was not finished will not be. */
		end() {
			for (const input of parser.flush()) controller.handle(input);
			return outcome(store, sent, effects);
		},
	};
}

/** All that a person could notice; how many steps it took to write a text is none of it. */
function outcome(store: Store, sent: readonly Command[], effects: readonly Effect[]) {
	const {rooms, composer, active, last, view, viewScroll, switcher, notice, hidden, selection} = store.getState();
	const written = [composer, ...rooms.map(room => room.composer)].map(({text, cursor}) => ({text, cursor}));
	const places = rooms.map(({room, anchor, unread}) => ({room, anchor, unread}));
	return {written, places, active, last, view, viewScroll, switcher, notice, hidden, selection, sent, effects};
}

function play(chunks: readonly Uint8Array[]) {
	const {push, end} = rig();
	for (const chunk of chunks) push(chunk);
	return end();
}

/** `bytes` in pieces that end at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
	const ends = [...new Set(places.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b);
	return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
const morning = bytesOf(SESSION.join(''));
const places = fc.array(fc.nat(), {maxLength: 12});

describe('the same keys, cut', () => {
	const whole = play([morning]);

	test('the session does what it says', () => {
		expect(whole.sent).toMatchObject([{command: 'publish', room: 'lobby'}]);
		expect(whole.active).toBe('lobby');
		expect(whole.view).toBe('chat');
		expect(whole.written.map(({text}) => text).join('|')).toMatch(/^\|@ann.*pasted the end\|/);
	});

	test('every eleven bytes, so that each place is one of a cut', () => {
		for (let start = 1; start <= 11; start++) {
			const places = Array.from({length: Math.ceil(morning.length / 11)}, (_, index) => start + 11 * index);
			expect(play(cut(morning, places)), `cut from ${start}`).toEqual(whole);
		}
	});

	test('into single bytes', () => {
		expect(play(Array.from(morning, byte => new Uint8Array([byte])))).toEqual(whole);
	});

	test('many times, while the window changes its size', () => {
		const sizes = fc.array(fc.record({columns: fc.integer({min: 1, max: 300}), rows: fc.integer({min: 1, max: 100})}));
		fc.assert(
			fc.property(places, sizes, (cuts, steps) => {
				const {push, end, size} = rig();
				const pieces = cut(morning, cuts);
				for (const [index, piece] of pieces.entries()) {
					Object.assign(size, steps[index % (steps.length + 1)] ?? {columns: 80, rows: 24});
					push(piece);
				}
				const {places: _, viewScroll: __, ...rest} = end();
				const {places: ___, viewScroll: ____, ...expected} = whole;
				expect(rest).toEqual(expected);
			}),
			{numRuns: 30},
		);
	});

	test('with reports of the mouse and the window, and answers that nobody asked for, in between', () => {
		const reports = fc.array(fc.constantFrom(...MOUSE.slice(0, 4), ...FOCUS, ...FOREIGN.slice(0, 6)), {maxLength: 4});
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(), reports), {maxLength: 8}), extra => {
				const parts = SESSION.filter(part => part !== MOUSE.join('') && part !== FOCUS.join(''));
				const plain = play([bytesOf(parts.join(''))]);
				const mixed = [...parts];
				for (const [at, inserted] of extra) mixed.splice(at % (mixed.length + 1), 0, inserted.join(''));
				expect(play([bytesOf(mixed.join(''))]).written).toEqual(plain.written);
			}),
			{numRuns: 30},
		);
	});
});

/** What nobody would send: parts of sequences, control characters, halves of UTF-8. */
const noise = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'\x1b',
				'\x1b[',
				'\x1b[<',
				'\x1bO',
				'\x1b]',
				'\x1bP',
				'\x1b[200~',
				'\x1b[201~',
				';',
				'1',
				'5',
				'~',
			),
			fc.constantFrom(...MOUSE, ...FOREIGN, ...FOCUS, 'A', 'M', 'm', 'R', 'u', '\r', '\t', '/', ' ', '漢', '👍🏽'),
			fc.constantFrom(...['ctrl+k', 'alt+1', 'f1', 'up', 'ctrl+r', 'ctrl+c', 'pageup', 'alt+return'].map(keyBytes)),
			fc.string({unit: 'binary', maxLength: 3}),
		),
		{maxLength: 60},
	)
	.map(parts => bytesOf(parts.join('')));
const rubbish = fc.oneof(noise, fc.uint8Array({maxLength: 200}));

/** What may stand in a line: no control characters but the end of a line and a tab. */
const WRITABLE = /^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$/;

test('any bytes at all do the same however they are cut, and none of them is written as it came', () => {
	fc.assert(
		fc.property(rubbish, places, (bytes, cuts) => {
			const whole = play([bytes]);
			expect(play(cut(bytes, cuts))).toEqual(whole);
			for (const {text} of whole.written) expect(text).toMatch(WRITABLE);
		}),
		{numRuns: 300, examples: [[bytesOf('\x0b \u00a1'), [2]]]},
	);
});

test('what was left unfinished is not in the way of what is typed later', () => {
	fc.assert(
		fc.property(rubbish, bytes => {
			const {push, end, store} = rig();
			push(bytes);
			end();
			// The end of a paste that was begun; then out of whatever was opened.
			for (const part of ['\x1b[201~', '\x03', '\x1b', '\x1b', '\x15']) {
				push(bytesOf(part));
				end();
			}
			const before = store.getState();
			if (before.switcher || before.view !== 'chat') return;
			push(bytesOf('k'));
			const {active, rooms, composer} = store.getState();
			expect(rooms.find(({room}) => room === active)?.composer.text ?? composer.text).toContain('k');
		}),
		// This one asks for a room of which nobody ever tells.
		{numRuns: 200, examples: [[bytesOf('\x0b;\r')]]},
	);
});

test('a storm of resizes while keys come leaves no row behind', async () => {
	const final = {columns: 96, rows: 30};
	const [stormy, calm] = [openApp({columns: 80, rows: 24}), openApp(final)];
	const sizes = [
		{columns: 40, rows: 12},
		{columns: 200, rows: 60},
		{columns: 20, rows: 5},
		{columns: 121, rows: 12},
	];
	for (const app of [stormy, calm]) {
		app.store.core({state: 'running'});
		await app.events(...livelyEvents());
	}
	for (const [index, part] of SESSION.slice(0, 9).entries()) {
		stormy.resize(sizes[index % sizes.length] as (typeof sizes)[number]);
		if (index === 4) await Promise.all([stormy, calm].map(app => app.events(said('ann', 'meanwhile', 8))));
		for (const app of [stormy, calm]) await app.bytes(part);
	}
	stormy.resize(final);
	expect(stormy.frame()).toBe(calm.frame());
	expect(stormy.frame().split('\n').length).toBe(final.rows);
});
