import {describe, expect, test} from 'vitest';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import type {Intent, MessageDeed, SelectTarget} from '../../source/store/intent.ts';
import {reduceCore, reduceEvents} from '../../source/store/reduce.ts';
import {nextRequests} from '../../source/store/requests.ts';
import {placeOf} from '../../source/store/scroll.ts';
import {newBelow} from '../../source/store/selectors.ts';
import type {Anchor, Room, State} from '../../source/store/state.ts';
import {meaningOf} from '../../source/ui/meaning.ts';
import {ANN, act, BOB, entriesOf, message, NOW, roomInfo, roomOf, SELF, stateIn, type} from './helpers.ts';

const select = (to: SelectTarget): Intent => ({type: 'select', to});
const step = (by: 1 | -1): Intent => select({by: 'step', step: by});
const deed = (name: MessageDeed): Intent => ({type: 'deed', deed: name});
const ENTER = select({by: 'view'});
const BACK: Intent = {type: 'back'};
/** Ten rows, one for each entry. */
const AROUND = {chatRows: 10, rowsOf: () => 1};

const go = (state: State, ...intents: readonly Intent[]) => act(state, intents, AROUND);

const say = (count: number, from = ANN): EventOf<'message'>[] =>
	Array.from({length: count}, (_, index) => message('a', from, `word ${index}`));

function talking(...events: readonly NodeEvent[]): State {
	const joined: NodeEvent = {type: 'member-joined', room: 'a', peer: BOB, name: 'bob'};
	return reduceEvents(stateIn(roomInfo('a', ANN), roomInfo('b')), [...events, joined], NOW);
}

const room = (state: State): Room => roomOf(state, 'a');
const selected = (state: State) => entriesOf(state, 'a').find(({id}) => id === state.selection?.id)?.text;

/** Texts of the entries in view, from the anchor upwards. */
function inView(state: State): string[] {
	const entries = entriesOf(state, 'a');
	const {anchor} = room(state);
	const bottom = anchor ? entries.findIndex(({id}) => id === anchor.id) : entries.length - 1;
	return entries.slice(Math.max(0, bottom - 9), bottom + 1).map(({text}) => text);
}

describe('moving', () => {
	test('begins at the newest message in view and goes from message to message', () => {
		const gone = message('a', ANN, '', {redacted: ''});
		const state = talking(...say(3), gone);
		const first = go(state, ENTER).state;
		expect(selected(first)).toBe('word 2');
		expect(selected(go(first, step(1)).state)).toBe('word 1');
		expect(selected(go(first, step(1), step(-1), step(-1)).state)).toBe('word 2');
	});

	test('where nothing was said it says so', () => {
		const state = go(stateIn(roomInfo('a')), ENTER).state;
		expect([state.selection, state.notice?.text]).toEqual([undefined, 'There is no message here to select yet']);
	});

	test('the view follows, no further than needed; by pages, to the ends', () => {
		const top = go(talking(...say(40)), ENTER, ...Array.from({length: 12}, () => step(1))).state;
		expect([selected(top), inView(top)[0]]).toEqual(['word 27', 'word 27']);
		const up = go(top, step(-1)).state;
		expect([selected(up), inView(up)[0]]).toEqual(['word 28', 'word 27']);
		const page = go(up, select({by: 'page', pages: 1})).state;
		expect([selected(page), inView(page)[0]]).toEqual(['word 19', 'word 19']);
		const oldest = go(page, select({by: 'end', end: 'oldest'})).state;
		expect([selected(oldest), inView(oldest)[0], inView(oldest).length]).toEqual(['word 0', 'word 0', 10]);
		const newest = go(oldest, select({by: 'end', end: 'newest'})).state;
		expect(selected(newest)).toBe('word 39');
	});

	test('what comes meanwhile moves nothing, and is there afterwards', () => {
		const state = go(talking(...say(20)), ENTER, step(1)).state;
		const later = reduceEvents(state, say(5, BOB), NOW);
		expect([selected(later), inView(later), newBelow(room(later))]).toEqual([selected(state), inView(state), 5]);
		const left = go(later, BACK).state;
		expect([left.selection, room(left).anchor]).toEqual([undefined, undefined]);
	});

	test('what grows at the bottom stays whole', () => {
		const last = message('a', ANN, 'last');
		const state = go(reduceEvents(stateIn(roomInfo('a', ANN)), [...say(20), last], NOW), ENTER).state;
		const later = reduceEvents(state, [changed(last, {reactions: [{emoji: '👍', from: [BOB]}]})], NOW);
		const rowsOf = (index: number) => (index === 20 ? 2 : 1);
		expect(placeOf(room(later).log, room(later).anchor as Anchor, rowsOf)).toEqual({index: 20, row: 1});
	});

	test('Ctrl-C ends it and keeps what is written', () => {
		const state = go(talking(...say(2)), type('draft'), ENTER, {type: 'interrupt'}).state;
		expect([state.selection, room(state).composer.text]).toEqual([undefined, 'draft']);
	});

	test('after scrolling, leaving stays there', () => {
		const away = go(talking(...say(40)), ENTER, ...Array.from({length: 12}, () => step(1)), BACK).state;
		expect(inView(away)[0]).toBe('word 27');
	});
});

describe('it ends when', () => {
	const [first, last] = say(2) as [EventOf<'message'>, EventOf<'message'>];
	const state = go(talking(first, last), ENTER).state;

	test('the message goes or the room is left: the list for it closes, and the view follows what is said again', () => {
		const list = go(state, deed('react')).state;
		expect([room(list).anchor === undefined, list.switcher?.list]).toEqual([false, 'react']);
		const gone = reduceEvents(list, [changed(last, {redacted: '', text: ''})], NOW);
		expect([gone.selection, gone.switcher, room(gone).anchor]).toEqual([undefined, undefined, undefined]);
		expect(room(go(state, {type: 'go', to: {by: 'name', room: 'b'}}).state).anchor).toBeUndefined();
	});

	test.each<[string, State]>([
		['the message is taken back', reduceEvents(state, [changed(last, {redacted: '', text: ''})], NOW)],
		['the room is left', reduceEvents(state, [{type: 'room-left', room: 'a'}], NOW)],
		['the conversation is put away', go(state, {type: 'close-direct', room: 'a'}).state],
		['another room is opened', go(state, {type: 'go', to: {by: 'index', index: 1}}).state],
		['the core is restarted', reduceCore(state, {state: 'restarting', reason: 'x', attempt: 1} as never, NOW)],
	])('%s', (_, after) => {
		expect(state.selection).toBeDefined();
		expect(after.selection).toBeUndefined();
	});
});

function changed(event: EventOf<'message'>, change: Partial<ChatMessage>): NodeEvent {
	return {...event, ...change, type: 'message-changed', change: 'redacted'} as never;
}

describe('with the message', () => {
	const hers = message('a', ANN, 'look: https://a.example/x, or https://b.example/y.');
	const own = message('a', SELF, 'my wrods');
	const state = go(talking(hers, own), ENTER).state;
	const onHers = go(state, step(1)).state;

	test('reply: what is written next answers it; Esc makes it an ordinary message again', () => {
		const replying = go(onHers, deed('reply'), type('thanks')).state;
		expect(replying.selection).toBeUndefined();
		expect(room(replying).composing).toMatchObject({mode: 'reply', name: 'ann'});
		const sent = go(replying, {type: 'submit'});
		expect(sent.commands).toMatchObject([{command: 'publish', room: 'a', text: 'thanks', replyTo: hers.messageId}]);
		expect(room(sent.state).composing).toBeUndefined();
		const plain = go(replying, BACK);
		expect(go(plain.state, {type: 'submit'}).commands[0]).not.toHaveProperty('replyTo');
	});

	test('edit: only our own; the draft comes back, sent or not', () => {
		const drafting = go(state, BACK, type('draft'), ENTER, deed('edit')).state;
		expect(room(drafting).composer.text).toBe('my wrods');
		expect(room(go(drafting, BACK).state).composer.text).toBe('draft');
		const sent = go(drafting, type('!'), {type: 'submit'});
		expect(sent.commands).toMatchObject([{command: 'edit', room: 'a', messageId: own.messageId, text: 'my wrods!'}]);
		expect(room(sent.state)).toMatchObject({composing: undefined, composer: {text: 'draft'}});
		expect(go(onHers, deed('edit')).state.notice?.text).toBe('Only your own messages can be edited');
	});

	test('edit: what begins with a slash stays words, and is no command', () => {
		const said = message('a', SELF, '/quit is how one leaves');
		const around = {...AROUND, parseLine: (line: string, at: State) => meaningOf(line, at, false)};
		const editing = act(talking(said), [ENTER, deed('edit'), type('!')], around).state;
		expect(room(editing).composer.text).toBe('//quit is how one leaves!');
		const {commands, effects} = act(editing, [{type: 'submit'}], around);
		expect(commands).toMatchObject([{command: 'edit', text: '/quit is how one leaves!'}]);
		expect(effects).toEqual([]);
	});

	test('an answer that was refused comes back as an answer', () => {
		const sent = go(onHers, deed('reply'), type('thanks'), {type: 'submit'});
		const error = {code: 'busy', message: 'busy'} as const;
		const refused = reduceEvents(
			sent.state,
			[{type: 'reply', id: sent.commands[0]?.id as string, ok: false, error}],
			NOW,
		);
		expect(room(refused)).toMatchObject({composer: {text: 'thanks'}, composing: {mode: 'reply', id: hers.messageId}});
	});

	test('what is being answered is taken back meanwhile: the words stay, the answer does not', () => {
		const replying = go(onHers, deed('reply'), type('thanks')).state;
		const after = reduceEvents(replying, [changed(hers, {redacted: '', text: ''})], NOW);
		expect(room(after)).toMatchObject({composing: undefined, composer: {text: 'thanks'}});
	});

	test('taking back asks once more; anything else is a no', () => {
		const asked = go(state, deed('redact'));
		expect([asked.commands, asked.state.selection?.asksRedact]).toEqual([[], true]);
		expect(go(asked.state, deed('redact')).commands).toMatchObject([{command: 'redact', messageId: own.messageId}]);
		expect(go(asked.state, BACK).state.selection).toMatchObject({asksRedact: false});
		expect(go(asked.state, step(1), step(-1), deed('redact')).commands).toEqual([]);
		expect(go(onHers, deed('redact'), deed('redact')).commands).toEqual([]);
	});

	test('react: by number or name; ours is taken back', () => {
		const list = go(onHers, deed('react')).state;
		const sent = go(list, {type: 'choose', index: 0}).commands;
		expect(sent).toMatchObject([{command: 'react', messageId: hers.messageId, emoji: '👍'}]);
		const typed = (text: string) => go(list, type(text), {type: 'submit'});
		const names = ['roc', '🚀', ':rocket:', 'tad', '+1', ':thumbsup', 'thumbs up', 'x', 'coffee', 'pizza'];
		const meant = names.map(name => typed(name).commands[0]);
		const emoji = ['🚀', '🚀', '🚀', '🎉', '👍', '👍', '👍', '❌', '☕', '🍕'];
		expect(meant).toMatchObject(emoji.map(each => ({command: 'react', emoji: each})));
		expect(typed('qqq')).toMatchObject({commands: [], state: {switcher: {query: 'qqq'}}});
		const given = reduceEvents(list, [changed(hers, {reactions: [{emoji: '👍', from: [SELF]}]})], NOW);
		expect(go(given, {type: 'choose', index: 0}).commands).toMatchObject([{emoji: '👍', off: true}]);
	});

	test('copy and open: one link at once, of several the one that is chosen', () => {
		expect(go(state, deed('copy')).effects).toEqual([{type: 'copy', text: 'my wrods'}]);
		expect(go(state, deed('open')).state.notice?.text).toBe('There is no link in this message');
		const list = go(onHers, deed('open'));
		expect(list.effects).toEqual([]);
		const chosen = go(list.state, {type: 'choose', index: 1});
		expect(chosen.effects).toEqual([{type: 'open', url: 'https://b.example/y'}]);
		expect(chosen.state.selection?.id).toBe(hers.messageId);
	});
});

describe('to a message that is not here', () => {
	const found = message('a', ANN, 'needle', {order: NOW - 5_000});
	const before = Array.from({length: 5}, (_, index) =>
		message('a', ANN, `before ${index}`, {order: NOW - 6_000 + index}),
	);
	const after = Array.from({length: 30}, (_, index) =>
		message('a', ANN, `after ${index}`, {order: NOW - 4_000 + index}),
	);
	const hit = {id: found.messageId, room: 'a', label: '#a', from: ANN, name: 'ann', text: 'needle', timestamp: NOW};
	const items = [{id: hit.id, first: 1, rows: 2}];

	function searched(): State {
		const state = talking(...say(20));
		const rooms = state.rooms.map(each => ({...each, page: 'fresh' as const, older: 'none' as const}));
		return {...state, rooms, wantsRooms: false, view: 'search', search: {text: 'needle', hits: [hit], state: 'done'}};
	}

	const asked = (state: State) => nextRequests(state, NOW);
	const answer = (state: State, id: string | undefined, messages: readonly EventOf<'message'>[]): State =>
		reduceEvents(state, [{type: 'reply', id: id as string, ok: true, result: {messages}}], NOW);

	test('what follows it is asked for, then what ends with it; both together take the place of what was here', () => {
		const jumping = act(searched(), [{type: 'choose'}], {...AROUND, page: {total: 4, shown: 10, items}}).state;
		expect(jumping).toMatchObject({view: 'chat', selection: undefined});
		const first = asked(jumping);
		expect(first.commands).toMatchObject([{command: 'history', room: 'a', after: found.messageId}]);
		const half = answer(first.state, first.commands[0]?.id, after);
		expect(entriesOf(half, 'a').some(({text}) => text === 'word 0')).toBe(true);
		const second = asked(half);
		expect(second.commands).toMatchObject([{command: 'history', room: 'a', before: after[0]?.messageId}]);
		const there = answer(second.state, second.commands[0]?.id, [...before, found]);
		expect(entriesOf(there, 'a').map(({text}) => text)).toEqual([...before, found, ...after].map(({text}) => text));
		expect(room(there)).toMatchObject({newer: 'more', older: 'more', jump: undefined});
		// The screen, which can count rows, brings it to where it is seen with what surrounds it.
		expect(there.selection).toMatchObject({id: found.messageId, isFound: true});
		const seen = go(there, select({by: 'id', id: found.messageId})).state;
		expect([selected(seen), inView(seen).at(-1), seen.selection?.isFound]).toEqual(['needle', 'after 3', false]);
		// From here the newest is as far away as ever.
		const {commands} = asked(go(seen, BACK, {type: 'scroll-to-end'}).state);
		const [newest] = commands.filter(({command}) => command === 'history');
		expect(newest).toMatchObject({room: 'a'});
		expect(newest).not.toHaveProperty('before');
	});

	test('it is not kept any more', () => {
		const jumping = asked(act(searched(), [{type: 'choose'}], {...AROUND, page: {total: 4, shown: 10, items}}).state);
		const error = {code: 'unknown-message', message: 'x'} as const;
		const id = jumping.commands[0]?.id as string;
		const refused = reduceEvents(jumping.state, [{type: 'reply', id, ok: false, error}], NOW);
		expect(refused.notice?.text).toBe('That message is not kept here any more');
		expect([room(refused).jump, entriesOf(refused, 'a').length]).toEqual([undefined, 21]);
	});

	test('a core that was restarted is not waited for, and whoever has gone elsewhere is left there', () => {
		const jumping = asked(act(searched(), [{type: 'choose'}], {...AROUND, page: {total: 4, shown: 10, items}}).state);
		const lost = reduceCore(jumping.state, {state: 'restarting', reason: 'x', attempt: 1} as never, NOW);
		expect(room(lost).jump).toBeUndefined();
		const elsewhere = go(jumping.state, {type: 'go', to: {by: 'index', index: 1}}).state;
		const came = answer(elsewhere, jumping.commands[0]?.id, after);
		expect([came.active, came.selection, room(came).jump]).toEqual(['b', undefined, undefined]);
	});
});

describe('rows of pages', () => {
	const items = ['p1', 'p2', 'p3'].map((id, index) => ({id, first: 3 + index * 3, rows: 2}));
	const page = {total: 20, shown: 6, items};
	const peers = (): State => ({...talking(), view: 'peers'});
	const down: Intent = {type: 'choose-step', step: 1};
	const up: Intent = {type: 'choose-step', step: -1};

	test('the chosen row stays in view, and the top comes back with the first', () => {
		const second = act(peers(), [down], {page}).state;
		expect([second.chosen, second.viewScroll]).toEqual(['p2', 2]);
		const third = act(second, [down, down], {page}).state;
		expect([third.chosen, third.viewScroll]).toEqual(['p3', 5]);
		const first = act(third, [up, up], {page}).state;
		expect([first.chosen, first.viewScroll]).toEqual(['p1', 0]);
	});

	test('Enter opens the conversation; where nothing can be chosen, rows scroll and Enter goes back', () => {
		expect(
			act({...peers(), chosen: BOB}, [{type: 'choose'}], {page: {...page, items: [{id: BOB, first: 3, rows: 2}]}})
				.state,
		).toMatchObject({view: 'chat', active: `@${BOB}`});
		const help: State = {...peers(), view: 'help'};
		expect(act(help, [down], {page: {total: 20, shown: 6}}).state.viewScroll).toBe(1);
		expect(act(help, [{type: 'choose'}], {page: {total: 20, shown: 6}}).state.view).toBe('chat');
	});
});
