import {describe, expect, test} from 'vitest';
import {type Deed, paletteChoices, roomOrder} from '../../source/store/palette.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import type {State} from '../../source/store/state.ts';
import {processorTime} from '../helpers/processor-time.ts';
import {ANN, act, BOB, connected, message, NOW, roomInfo, roomOf, SELF, stateIn, type} from './helpers.ts';

const DEEDS: readonly Deed[] = [
	{id: '/join', label: '/join <room>', help: 'enter a room', key: '', does: '/join '},
	{id: '/help', label: '/help', help: 'keys and commands', key: 'F1', does: [{type: 'view', view: 'help'}]},
	{
		id: 'toggle-network',
		label: 'show or hide the network',
		help: '',
		key: 'Alt-N',
		does: [{type: 'toggle-pane', pane: 'network'}],
	},
];

const AROUND = {deeds: DEEDS};

/** In three rooms; ann and bob are here; something in `docs` is unread, and in `dev` somebody names us. */
function lively(): State {
	const state = stateIn(roomInfo('lobby'), roomInfo('dev'), roomInfo('docs'));
	return reduceEvents(
		state,
		[connected(ANN, 'ann'), connected(BOB, 'bob'), message('docs', ANN, 'x'), message('dev', ANN, '@me')],
		NOW,
	);
}

const opened = (state = lively()): State => act(state, [{type: 'switcher', open: true}], AROUND).state;

const asking = (query: string, state = opened()): State => ({
	...state,
	switcher: {...state.switcher, query, selected: 0},
});

const labels = (query: string, state?: State): string[] =>
	paletteChoices(asking(query, state), DEEDS).map(({label}) => label);

describe('what there is to choose from', () => {
	test('nothing typed: rooms, the most pressing first and the open one last; then people, then deeds', () => {
		const wanted = ['#dev', '#docs', '#lobby', '@ann', '@bob', '/join <room>', '/help', 'show or hide the network'];
		expect(labels('')).toEqual(wanted);
	});

	test.each([
		['d', ['#dev', '#docs', '#d']],
		['#', ['#dev', '#docs', '#lobby']],
		['@', ['@ann', '@bob']],
		['>', ['/join <room>', '/help', 'show or hide the network']],
		['/he', ['/help']],
		['> net', ['show or hide the network']],
		['#new', ['#new']],
		['lobby', ['#lobby']],
	])('%s', (query, wanted) => {
		expect(labels(query)).toEqual(wanted);
	});

	test('the first conversation of a person is that person, not two rows', () => {
		const state = act(lively(), [{type: 'open-direct', peer: ANN}]).state;
		expect(labels('@ann', opened(state))).toEqual(['@ann']);
	});

	test('it stays as it was opened, whatever comes meanwhile', () => {
		const state = opened(stateIn(roomInfo('lobby'), roomInfo('dev'), roomInfo('docs')));
		const later = reduceEvents(state, [message('docs', ANN, 'x')], NOW);
		expect(roomOrder(later)).toEqual(['docs', 'dev', 'lobby']);
		expect(labels('', later).slice(0, 3)).toEqual(['#dev', '#docs', '#lobby']);
	});

	test('ten thousand people are searched between two frames', () => {
		const state = lively();
		const peers = new Map(state.peers);
		for (let index = 0; index < 10_000; index++) {
			const peer = {...(state.peers.get(ANN) as never as object), peer: `peer-${index}`, name: `person-${index}`};
			peers.set(`peer-${index}`, peer as never);
		}
		const crowd = {...opened(state), peers};
		labels('p', crowd);
		// Many times what it takes.
		expect(processorTime(() => expect(labels('person-99', crowd)[0]).toBe('@person-99'))).toBeLessThan(300);
	});
});

describe('choosing', () => {
	const choose = (query: string, state?: State) => act(asking(query, state), [{type: 'submit'}], AROUND);

	test('a person opens the conversation', () => {
		expect(choose('@bo').state).toMatchObject({active: `@${BOB}`, switcher: undefined});
	});

	test('a command that needs more is written before what stands in the line', () => {
		const state = opened(act(lively(), [type('tea at four')]).state);
		const {text, cursor} = roomOf(choose('/join', state).state, 'lobby').composer;
		expect([text, cursor]).toEqual(['/join tea at four', 6]);
	});

	test('a command without arguments is done, and so is a key', () => {
		expect(choose('>help').state).toMatchObject({view: 'help', switcher: undefined});
		expect(choose('> network').state.hidden.network).toBe(true);
	});

	test('a room that is not there yet is joined', () => {
		expect(choose('#new').commands).toMatchObject([{command: 'join', room: 'new'}]);
	});

	test('the row that was moved to stays chosen when others come before it', () => {
		const state = act(
			opened(),
			[
				{type: 'complete', step: 1},
				{type: 'complete', step: 1},
				{type: 'complete', step: 1},
			],
			AROUND,
		).state;
		// A room of that name appears above.
		const grown = reduceEvents(state, [{type: 'room-joined', room: 'new', members: [{peer: SELF, name: 'me'}]}], NOW);
		expect(act(grown, [{type: 'submit'}], AROUND).state.active).toBe(`@${ANN}`);
	});

	test('by a click, whatever the bar is on; a click beside the rows does nothing', () => {
		expect(act(opened(), [{type: 'choose', index: 1}], AROUND).state.active).toBe('docs');
		expect(act(opened(), [{type: 'choose', index: 99}], AROUND).state.switcher).toBeDefined();
	});
});
