import {describe, expect, test} from 'vitest';
import {reduceCore, reduceEvents} from '../../source/store/reduce.ts';
import {ANN, act, message, NOW, roomInfo, roomOf, SELF, stateIn, type} from './helpers.ts';

const stopped = {state: 'restarting', reason: 'boom'} as const;

describe('a core that stops while a line is on its way', () => {
	test('gives it back to be sent again, and says that it is not sure', () => {
		const sent = act(stateIn(roomInfo('lobby'), roomInfo('dev')), [type('precious'), {type: 'submit'}]).state;
		const elsewhere = act(sent, [{type: 'go', to: {by: 'name', room: 'dev'}}]).state;
		const state = reduceCore(elsewhere, stopped, NOW);
		expect(roomOf(state, 'lobby').composer.text).toBe('precious');
		expect(state.notice).toMatchObject({level: 'warning', text: expect.stringContaining('“precious”')});
		expect(state.pending.size).toBe(0);
	});

	test('gives back every one of them, and takes nothing away that is being written', () => {
		const submit = {type: 'submit'} as const;
		const sent = act(stateIn(roomInfo('lobby')), [type('one'), submit, type('two'), submit, type('thr')]).state;
		const {composer} = roomOf(reduceCore(sent, stopped, NOW), 'lobby');
		expect([composer.text, composer.history]).toEqual(['thr', ['one', 'two']]);
	});

	test('gives nothing back that is in the room already', () => {
		const sent = act(stateIn(roomInfo('lobby', ANN)), [type('kept'), {type: 'submit'}]).state;
		const state = reduceCore(reduceEvents(sent, [message('lobby', SELF, 'kept')], NOW), stopped, NOW);
		expect([roomOf(state, 'lobby').composer.text, state.notice]).toEqual(['', undefined]);
	});
});
