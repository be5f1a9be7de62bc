/** Lines sent that are searched, long pastes, and what one room leaves to another. */
import {describe, expect, test} from 'vitest';
import {MAX_COMPOSER_BYTES} from '../../source/store/composer.ts';
import {askedPaste} from '../../source/store/composer-paste.ts';
import {MAX_QUERY, MAX_SENT, recalled, withSent} from '../../source/store/composer-recall.ts';
import type {Intent, RecallStep} from '../../source/store/intent.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import type {State} from '../../source/store/state.ts';
import {ANN, act, message, NOW, roomInfo, roomOf, stateIn, type} from './helpers.ts';

const there = () => stateIn(roomInfo('lobby'), roomInfo('dev'));
const toRoom = (room: string): Intent => ({type: 'go', to: {by: 'name', room}});
const recall = (step: RecallStep): Intent => ({type: 'recall', step});
const paste = (text: string): Intent => ({type: 'paste', text});
const line = (state: State, room = 'lobby') => roomOf(state, room).composer.text;
const found = ({sent, recall: now}: State) => now && recalled(sent, now.query)[now.index]?.line;

const send = (...lines: string[]): Intent[] => lines.flatMap(text => [type(text), {type: 'submit'} as const]);

describe('searching what was sent', () => {
	const sent = act(there(), [
		...send('deploy on Friday', '/help'),
		toRoom('dev'),
		...send('Deploy it now', 'no'),
		toRoom('lobby'),
		type('a draft'),
	]).state;

	test('goes back over all rooms, whatever the case of letters, and forward again', () => {
		const one = act(sent, [recall('start'), type('dep')]).state;
		expect(found(one)).toBe('Deploy it now');
		const two = act(one, [recall('older')]).state;
		expect(found(two)).toBe('deploy on Friday');
		expect(found(act(two, [recall('older')]).state)).toBe('deploy on Friday');
		expect(found(act(two, [recall('newer')]).state)).toBe('Deploy it now');
		expect(found(act(two, [{type: 'edit', edit: {edit: 'delete-back'}}]).state)).toBe('Deploy it now');
		expect(found(act(one, [type('x')]).state)).toBeUndefined();
	});

	test('what was being written stays until a line is taken, and can be had back', () => {
		const searching = act(sent, [recall('start'), type('dep'), recall('older')]).state;
		expect(line(searching)).toBe('a draft');
		expect(act(searching, [recall('leave')]).state).toMatchObject({recall: undefined});
		expect(line(act(searching, [recall('leave')]).state)).toBe('a draft');
		const taken = act(searching, [recall('take')]);
		expect([line(taken.state), taken.state.recall, taken.commands]).toEqual(['deploy on Friday', undefined, []]);
		expect(line(act(taken.state, [{type: 'edit', edit: {edit: 'undo'}}]).state)).toBe('a draft');
	});

	test('ends with another room, and with Ctrl-C; before anything was sent it says so', () => {
		const searching = act(sent, [recall('start')]).state;
		expect(act(searching, [toRoom('dev')]).state.recall).toBeUndefined();
		const stopped = act(searching, [{type: 'interrupt'}]).state;
		expect([stopped.recall, line(stopped)]).toEqual([undefined, 'a draft']);
		expect(act(there(), [recall('start')]).state).toMatchObject({recall: undefined, notice: {level: 'info'}});
	});

	test('characters of expressions are just characters', () => {
		expect(recalled(['a.c', 'abc'], '.').map(each => each.line)).toEqual(['a.c']);
		for (const query of '()[]{}*+?^$|\\/-&!#') expect(recalled(['none'], query)).toEqual([]);
		expect(recalled(['İx'], 'X')).toMatchObject([{start: 1, end: 2}]);
	});

	test('whatever is pasted to be searched for', () => {
		const state = act(sent, [recall('start'), type('ab/c d'.repeat(12_000))]).state;
		expect([found(state), state.recall?.query.length]).toEqual([undefined, MAX_QUERY]);
	});

	test('lines are remembered once, and not without end', () => {
		expect(withSent(['a', 'b'], 'a')).toEqual(['b', 'a']);
		let lines: readonly string[] = [];
		for (let index = 0; index < MAX_SENT + 10; index++) lines = withSent(lines, `line ${index}`);
		expect(lines.length).toBe(MAX_SENT);
		for (let index = 0; index < 50; index++) lines = withSent(lines, `${index}${'x'.repeat(MAX_COMPOSER_BYTES)}`);
		expect(lines.join('').length).toBeLessThanOrEqual(256 * 1024);
	});
});

describe('pasting', () => {
	const long = Array.from({length: 48}, (_, index) => `line ${index}`).join('\n');

	test('a few lines go in at once; nothing is sent', () => {
		const {state, commands} = act(there(), [paste('1\n2\n3\n4\n5\n')]);
		expect([line(state), state.heldPaste, commands]).toEqual(['1\n2\n3\n4\n5\n', undefined, []]);
	});

	test.each([
		['six lines', '1\n2\n3\n4\n5\n6', 6],
		['one long line', 'x'.repeat(2_001), 1],
	])('%s: asked about first', (_, text, lines) => {
		const {state} = act(there(), [type('so: '), paste(text)]);
		expect([line(state), state.heldPaste]).toEqual(['so: ', {text, lines, characters: text.length, room: 'lobby'}]);
	});

	test('Enter puts it in and does not send it; Esc drops it; so does Ctrl-C', () => {
		const held = act(there(), [type('so: '), paste(long)]).state;
		const taken = act(held, [{type: 'held-paste', take: true}]);
		expect([line(taken.state), taken.state.heldPaste, taken.commands]).toEqual([`so: ${long}`, undefined, []]);
		expect(line(act(taken.state, [{type: 'edit', edit: {edit: 'undo'}}]).state)).toBe('so: ');
		for (const intent of [{type: 'held-paste', take: false}, {type: 'interrupt'}] as const) {
			const dropped = act(held, [intent]).state;
			expect([line(dropped), dropped.heldPaste]).toEqual(['so: ', undefined]);
		}
	});

	test('what was typed before stays when a paste is undone', () => {
		const {state} = act(there(), [type('so:'), paste('1'), {type: 'edit', edit: {edit: 'undo'}}]);
		expect(line(state)).toBe('so:');
	});

	test('on a page it says where it would go; a selected message is let go', () => {
		const onPage = act(there(), [{type: 'view', view: 'help'}, paste('x')]).state;
		expect([line(onPage), onPage.notice?.level]).toEqual(['', 'info']);
		const said = reduceEvents(there(), [message('lobby', ANN, 'hello')], NOW);
		const selecting = act(said, [{type: 'select', to: {by: 'view'}}]).state;
		expect(selecting.selection).toBeDefined();
		const pasted = act(selecting, [paste('x')]).state;
		expect([line(pasted), pasted.selection]).toEqual(['x', undefined]);
	});

	test('the question waits in the room where it was pasted', () => {
		const elsewhere = act(there(), [paste(long), toRoom('dev'), {type: 'held-paste', take: true}, type('x')]).state;
		expect([line(elsewhere, 'dev'), askedPaste(elsewhere)]).toEqual(['x', undefined]);
		const back = act(elsewhere, [toRoom('lobby')]).state;
		expect(askedPaste(back)?.lines).toBe(48);
		const taken = act(back, [{type: 'held-paste', take: true}]).state;
		expect([line(taken), line(taken, 'dev')]).toEqual([long, 'x']);
	});

	test('one that comes in pieces is one', () => {
		const {state} = act(there(), [paste(long), paste('\nand the rest')]);
		expect(state.heldPaste).toMatchObject({lines: 49, text: `${long}\nand the rest`});
	});

	test('of what is too long, it is said how much was left out', () => {
		const {state} = act(there(), [type('x'), paste('日'.repeat(6_000)), {type: 'held-paste', take: true}]);
		expect(line(state).length).toBe(1 + Math.floor((MAX_COMPOSER_BYTES - 1) / 3));
		expect(state.notice?.text).toBe('The last 539 characters were left out: a message holds 16 KiB');
	});
});

test('what was cut out in one room can be put back in another', () => {
	const cut = act(there(), [type('some words'), {type: 'edit', edit: {edit: 'delete-word-back'}}]).state;
	const {state} = act(cut, [toRoom('dev'), {type: 'edit', edit: {edit: 'yank'}}]);
	expect([line(state), line(state, 'dev')]).toEqual(['some ', 'words']);
});
