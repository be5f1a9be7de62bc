import {describe, expect, test} from 'vitest';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import {complete} from '../../source/store/complete.ts';
import {EMPTY_COMPOSER, replaceText} from '../../source/store/composer.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import {nextRequests} from '../../source/store/requests.ts';
import {people} from '../../source/store/selectors.ts';
import type {State} from '../../source/store/state.ts';
import {ANN, act, BOB, entriesOf, message, NOW, roomInfo, roomOf, SELF, SPECS, stateIn, texts} from './helpers.ts';

const changed = (
	event: ChatMessage,
	change: EventOf<'message-changed'>['change'],
	more: Partial<ChatMessage>,
): NodeEvent => ({...event, ...more, type: 'message-changed', change});

const asked = (state: State, now: number) =>
	nextRequests(state, now).commands.filter(({command}) => command === 'rooms').length;

describe('people known only from what they said', () => {
	test('can be addressed, and the core is asked when they were here; not with every message', () => {
		const state = reduceEvents(stateIn(roomInfo('lobby')), [message('lobby', ANN, 'I was here')], NOW);
		expect(people(state)).toEqual([{peer: ANN, name: 'ann'}]);
		expect(complete(state, replaceText(EMPTY_COMPOSER, '/msg a'), 1, SPECS)?.composer.text).toBe('/msg ann ');
		expect(asked(state, NOW)).toBe(1);
		const more = reduceEvents(nextRequests(state, NOW).state, [message('lobby', BOB, 'so was I')], NOW + 1);
		expect([asked(more, NOW + 1), asked(more, NOW + 10_000)]).toEqual([0, 1]);
	});

	test('are asked for when their history has been taken over', () => {
		const done = {type: 'history-progress', room: 'lobby', received: 9, expected: 9, done: true} as const;
		expect(asked(reduceEvents(stateIn(roomInfo('lobby')), [done], NOW), NOW)).toBe(1);
	});

	test('name the conversation with them before they are here', () => {
		const direct = {type: 'room-joined', room: `@${ANN}`, members: [], direct: true} as const;
		const {state, commands} = nextRequests(reduceEvents(stateIn(roomInfo('lobby')), [direct], NOW), NOW);
		const id = commands.find(({command}) => command === 'rooms')?.id as string;
		const known = [{peer: ANN, name: 'ann', isHere: false, lastSeen: NOW - 1}];
		const rooms = [{...roomInfo(`@${ANN}`), known}];
		const told = reduceEvents(state, [{type: 'reply', id, ok: true, result: {rooms}}], NOW);
		expect(roomOf(told, `@${ANN}`).label).toBe('@ann');
	});

	test('who takes another name is called by the old one in the line that says so, ourselves too', () => {
		const taken = {...message('lobby', SELF, 'cat', {kind: 'name', name: 'cat'}), type: 'notice'} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby')), [{type: 'name-changed', name: 'cat'}, taken], NOW);
		expect(texts(state, 'lobby')).toEqual(['note me is now cat']);
		const old = {...message('lobby', ANN, 'ann', {kind: 'name'}), type: 'notice'} as const;
		expect(texts(reduceEvents(state, [old], NOW), 'lobby').at(-1)).toBe('note ann goes by this name now');
	});
});

describe('a reply', () => {
	test('says what it answers as it is now, also if that comes later', () => {
		const question = message('lobby', ANN, 'a secret');
		const replyTo = {messageId: question.messageId};
		const reply = message('lobby', BOB, 'oh', {kind: 'reply', replyTo});
		const quoted = (state: State) =>
			entriesOf(state, 'lobby').flatMap(entry => (entry.kind === 'message' && entry.reply ? [entry.reply] : []));
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN)), [reply, question], NOW);
		expect(quoted(state)).toEqual([{id: question.messageId, from: ANN, name: 'ann', text: 'a secret'}]);
		const edited = reduceEvents(state, [changed(question, 'edit', {text: 'nothing', edited: NOW})], NOW);
		expect(quoted(edited)).toMatchObject([{text: 'nothing'}]);
		const redacted = reduceEvents(edited, [changed(question, 'redaction', {text: '', redacted: ''})], NOW);
		expect(quoted(redacted)).toMatchObject([{text: ''}]);
	});
});

describe('pages', () => {
	const page = Array.from({length: 200}, (_, index) => message('lobby', ANN, `${index}`));
	const opened = (): State => {
		const {state, commands} = nextRequests(stateIn(roomInfo('lobby', ANN)), NOW);
		const id = commands.find(({command}) => command === 'history')?.id as string;
		return reduceEvents(state, [{type: 'reply', id, ok: true, result: {messages: page}}], NOW);
	};
	const pageOf = (state: State) => roomOf(state, 'lobby').page;
	const first = page[0] as EventOf<'message'>;
	const middle = page[100] as EventOf<'message'>;

	test('an order that changes to or from where nothing is here has the page asked for again', () => {
		const elsewhere = message('lobby', ANN, 'from long ago', {order: first.order - 9_000});
		const into = changed(elsewhere, 'order', {order: middle.order + 0.5});
		expect(pageOf(reduceEvents(opened(), [into], NOW))).toBe('stale');
		expect(pageOf(reduceEvents(opened(), [changed(middle, 'order', {order: first.order - 9_000})], NOW))).toBe('stale');
		expect(pageOf(reduceEvents(opened(), [changed(elsewhere, 'order', {})], NOW))).toBe('fresh');
		expect(pageOf(reduceEvents(opened(), [changed(middle, 'order', {order: middle.order + 5.5})], NOW))).toBe('fresh');
	});

	test('a refusal is not the beginning of the room', () => {
		const up = act(opened(), [
			{type: 'scroll', pages: 1},
			...Array.from({length: 20}, () => ({type: 'scroll', pages: 1}) as const),
		]).state;
		const {state, commands} = nextRequests(up, NOW);
		const history = commands.find(({command}) => command === 'history');
		expect(history).toMatchObject({before: first.messageId});
		const refused = (code: 'storage' | 'unknown-message'): State => {
			const error = {code, message: 'no'};
			return reduceEvents(state, [{type: 'reply', id: history?.id as string, ok: false, error}], NOW);
		};
		const next = (from: State, now: number) =>
			nextRequests(from, now).commands.filter(({command}) => command === 'history');
		const busy = refused('storage');
		expect(roomOf(busy, 'lobby').older).toBe('more');
		expect([next(busy, NOW), next(busy, NOW + 2_000)]).toMatchObject([[], [{before: first.messageId}]]);
		expect(pageOf(refused('unknown-message'))).toBe('stale');
	});
});
