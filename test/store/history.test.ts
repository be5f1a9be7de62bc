import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import {reduceCore, reduceEvents} from '../../source/store/reduce.ts';
import {nextRequests, PAGE_SIZE} from '../../source/store/requests.ts';
import {newBelow} from '../../source/store/selectors.ts';
import {MAX_ENTRIES, type State} from '../../source/store/state.ts';
import {ANN, act, BOB, entriesOf, message, NOW, roomInfo, roomOf, SELF, stateIn, texts} from './helpers.ts';

/** What a room has, and what a core would answer: everything asked for, until nothing more is asked. */
class Kept {
	readonly asked: Command[] = [];
	readonly messages: readonly ChatMessage[];
	constructor(messages: readonly ChatMessage[]) {
		this.messages = messages;
	}

	answer(state: State): State {
		const {state: next, commands} = nextRequests(state, NOW);
		this.asked.push(...commands);
		const replies = commands.map(command => this.#reply(command));
		return replies.length === 0 ? next : this.answer(reduceEvents(next, replies, NOW));
	}

	#reply(command: Command): NodeEvent {
		const id = command.id as string;
		if (command.command !== 'history') return {type: 'reply', id, ok: true, result: {rooms: []}};
		const {before, after, limit = 50} = command;
		const indexOf = (wanted: string) => this.messages.findIndex(each => each.messageId === wanted);
		const messages =
			after === undefined
				? this.messages.slice(0, before === undefined ? undefined : indexOf(before)).slice(-limit)
				: this.messages.slice(indexOf(after) + 1).slice(0, limit);
		return {type: 'reply', id, ok: true, result: {messages}};
	}

	of(name: Command['command']): Command[] {
		return this.asked.filter(({command}) => command === name);
	}
}

const many = (count: number, from = ANN, room = 'lobby'): EventOf<'message'>[] =>
	Array.from({length: count}, (_, index) => message(room, from, `${index}`));
const up = {type: 'scroll', pages: 1} as const;
const down = {type: 'scroll', pages: -1} as const;
const joined = (more: Partial<EventOf<'room-joined'>> = {}): NodeEvent => ({
	type: 'room-joined',
	room: 'lobby',
	members: roomInfo('lobby').members,
	...more,
});
const fresh = (): State => reduceEvents(stateIn(), [joined()], NOW);
const changed = (
	event: ChatMessage,
	change: EventOf<'message-changed'>['change'],
	more: Partial<ChatMessage>,
): NodeEvent => ({
	...event,
	...more,
	type: 'message-changed',
	change,
});

describe('order', () => {
	test('whatever the order in which they come, messages stand in theirs', () => {
		const events = many(60);
		fc.assert(
			fc.property(fc.shuffledSubarray(events, {minLength: 60}), shuffled => {
				const state = reduceEvents(stateIn(roomInfo('lobby', ANN)), shuffled, NOW);
				expect(entriesOf(state, 'lobby').map(({id}) => id)).toEqual(events.map(({messageId}) => messageId));
			}),
			{numRuns: 15},
		);
	});

	test('what comes late stands above what is looked at, which stays where it is', () => {
		const [late, ...events] = many(60);
		const state = act(reduceEvents(stateIn(roomInfo('lobby', ANN)), events, NOW), [up]).state;
		const {anchor} = roomOf(state, 'lobby');
		const after = reduceEvents(state, [late as NodeEvent], NOW);
		expect(entriesOf(after, 'lobby')[0]?.id).toBe(late?.messageId);
		expect([roomOf(after, 'lobby').anchor, newBelow(roomOf(after, 'lobby'))]).toEqual([anchor, 0]);
	});

	test('a late unread message stands below the line "new", which goes up to it', () => {
		const [late, ...events] = many(5, ANN, 'dev');
		const state = reduceEvents(stateIn(roomInfo('lobby'), roomInfo('dev', ANN)), [...events, late as NodeEvent], NOW);
		expect(roomOf(state, 'dev')).toMatchObject({unread: 5, firstUnread: {id: late?.messageId}});
	});

	test('an order that changes moves the message; what a change says replaces what was there', () => {
		const [first, second, third] = many(3) as [EventOf<'message'>, EventOf<'message'>, EventOf<'message'>];
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN)), [first, second, third], NOW);
		const moved = reduceEvents(state, [changed(first, 'order', {order: third.order + 1})], NOW);
		expect(texts(moved, 'lobby')).toEqual(['ann: 1', 'ann: 2', 'ann: 0']);
		const edited = reduceEvents(
			moved,
			[changed(first, 'edit', {order: third.order + 1, text: 'better', edited: NOW})],
			NOW,
		);
		expect(entriesOf(edited, 'lobby').at(-1)).toMatchObject({text: 'better', isEdited: true});
		expect(roomOf(edited, 'lobby').log.length).toBe(3);
		// What is not here is not put in by a change.
		expect(reduceEvents(state, [changed(message('lobby', ANN, 'x'), 'gap', {})], NOW)).toBe(state);
	});

	test('what happens here keeps its place in time', () => {
		const early = message('lobby', ANN, 'early', {order: NOW - 10});
		const late = message('lobby', ANN, 'late', {order: NOW - 5});
		const arrival = {type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN)), [early, arrival, late], NOW);
		expect(texts(state, 'lobby')).toEqual(['ann: early', 'ann: late', 'in bob is here']);
	});
});

describe('pages', () => {
	test('nothing is asked before the room is looked at; then the newest page, once', () => {
		const kept = new Kept(many(1_000));
		const state = reduceEvents(stateIn(), [joined(), joined({room: 'dev'})], NOW);
		const shown = kept.answer(state);
		expect(kept.of('history')).toMatchObject([{room: 'lobby', limit: PAGE_SIZE}]);
		expect([roomOf(shown, 'lobby').log.length, roomOf(shown, 'dev').log.length]).toEqual([PAGE_SIZE, 0]);
		expect(kept.answer(shown)).toBe(shown);
	});

	test('scrolling up asks for page after page, up to the beginning; every message is there once', () => {
		const kept = new Kept(many(900));
		let state = kept.answer(fresh());
		for (let step = 0; step < 120; step++) state = kept.answer(act(state, [up]).state);
		expect(texts(state, 'lobby')).toEqual(kept.messages.map(({text}) => `ann: ${text}`));
		expect(roomOf(state, 'lobby').older).toBe('none');
	});

	test('memory is bounded: the far end is dropped, and asked for again on the way back', () => {
		const kept = new Kept(many(MAX_ENTRIES + 2_000));
		let state = kept.answer(fresh());
		const big = {chatRows: 90};
		for (let step = 0; step < 120; step++) {
			state = kept.answer(act(state, [up], big).state);
			expect(roomOf(state, 'lobby').log.length).toBeLessThan(MAX_ENTRIES + PAGE_SIZE);
			expect(roomOf(state, 'lobby').orders.size).toBe(roomOf(state, 'lobby').log.length);
		}
		expect(roomOf(state, 'lobby')).toMatchObject({older: 'none', newer: 'more'});
		expect(texts(state, 'lobby')[0]).toBe('ann: 0');
		// News does not make a hole: it is counted, and comes with its page.
		const news = message('lobby', BOB, 'news');
		state = reduceEvents(state, [news], NOW);
		expect([texts(state, 'lobby').includes('bob: news'), newBelow(roomOf(state, 'lobby'))]).toEqual([false, 1]);
		const later = new Kept([...kept.messages, news]);
		let back = state;
		for (let step = 0; step < 120; step++) back = later.answer(act(back, [down], big).state);
		expect(roomOf(back, 'lobby')).toMatchObject({newer: 'none', anchor: undefined});
		const shown = texts(back, 'lobby');
		expect(shown.at(-1)).toBe('bob: news');
		expect(shown.slice(0, -1)).toEqual(kept.messages.slice(-shown.length + 1).map(({text}) => `ann: ${text}`));
		// Or at once, with one page.
		const atOnce = later.answer(act(state, [{type: 'scroll-to-end'}]).state);
		expect(texts(atOnce, 'lobby')).toEqual([
			...kept.messages.slice(1 - PAGE_SIZE).map(({text}) => `ann: ${text}`),
			'bob: news',
		]);
	});

	test('a page that no longer joins what is here is not put in', () => {
		const kept = new Kept(many(500));
		const asked = nextRequests(act(kept.answer(fresh()), [up]).state, NOW);
		const [command] = asked.commands;
		const flood = many(MAX_ENTRIES + 500);
		const flooded = reduceEvents(
			{...asked.state, rooms: asked.state.rooms.map(room => ({...room, anchor: undefined}))},
			flood,
			NOW,
		);
		const reply = {messages: kept.messages.slice(100, 300)};
		const state = reduceEvents(flooded, [{type: 'reply', id: command?.id as string, ok: true, result: reply}], NOW);
		const page = new Set(reply.messages.map(({messageId}) => messageId));
		expect(entriesOf(state, 'lobby').some(({id}) => page.has(id))).toBe(false);
		expect(roomOf(state, 'lobby').older).toBe('more');
	});

	test('old history that came in silence is asked for, in view and scrolled up', () => {
		const all = many(600);
		const [old, young] = [all.filter((_, index) => index % 2 === 1), all];
		const before = new Kept(old);
		const done = {type: 'history-progress', room: 'lobby', received: 300, expected: 300, done: true} as const;
		const half = before.answer(fresh());
		const inView = new Kept(young).answer(reduceEvents(half, [done], NOW));
		expect(texts(inView, 'lobby')).toEqual(young.slice(-PAGE_SIZE).map(({text}) => `ann: ${text}`));
		const scrolled = before.answer(act(half, [up, up, up]).state);
		const filled = new Kept(young).answer(reduceEvents(scrolled, [done], NOW));
		const shown = texts(filled, 'lobby').map(text => Number(text.slice(5)));
		expect(roomOf(filled, 'lobby').anchor).toEqual(roomOf(scrolled, 'lobby').anchor);
		const at = shown.indexOf(
			Number(all.find(({messageId}) => messageId === roomOf(scrolled, 'lobby').anchor?.id)?.text),
		);
		expect(shown.slice(at - 50, at + 1)).toEqual(
			Array.from({length: 51}, (_, index) => (shown[at] as number) - 50 + index),
		);
	});

	test('row 60: a core that was started again doubles nothing, and what was missed meanwhile is there', () => {
		const kept = new Kept(many(50));
		const before = kept.answer(fresh());
		const again = reduceCore(reduceCore(before, {state: 'restarting', reason: 'boom'}, NOW), {state: 'running'}, NOW);
		const missed = message('lobby', ANN, 'missed');
		const later = new Kept([...kept.messages, missed]);
		const state = later.answer(reduceEvents(again, [joined({unread: 51})], NOW));
		expect(texts(state, 'lobby')).toEqual([...kept.messages.map(({text}) => `ann: ${text}`), 'ann: missed']);
		expect(roomOf(state, 'lobby')).toMatchObject({unread: 0, divider: undefined});
	});

	test('row 60: a core that had to take its own words back from others does not know how far they spread; we do', () => {
		const mine = message('lobby', SELF, 'mine');
		const kept = new Kept([mine]);
		const state = {type: 'message-state', messageId: mine.messageId, room: 'lobby', storedBy: 2, of: 2} as const;
		const before = reduceEvents(kept.answer(fresh()), [state], NOW);
		const again = reduceCore(reduceCore(before, {state: 'restarting', reason: 'boom'}, NOW), {state: 'running'}, NOW);
		const asked = kept.of('history').length;
		const after = kept.answer(reduceEvents(again, [joined()], NOW));
		expect(kept.of('history').length).toBeGreaterThan(asked);
		expect(entriesOf(after, 'lobby')).toMatchObject([{text: 'mine', storedBy: 2, of: 2}]);
	});

	test('a room of which the core keeps nothing is simply empty', () => {
		const state = act(stateIn(roomInfo('lobby')), [{type: 'open-direct', peer: ANN}]).state;
		const asked = nextRequests(state, NOW);
		const id = asked.commands.find(({command}) => command === 'history')?.id as string;
		const refused = reduceEvents(
			asked.state,
			[{type: 'reply', id, ok: false, error: {code: 'unknown-room', message: 'no such room'}}],
			NOW,
		);
		expect([refused.notice, nextRequests(refused, NOW).commands]).toEqual([undefined, []]);
	});
});

describe('what was not read', () => {
	test('before the program was left is marked off when it comes back', () => {
		const mine = message('lobby', SELF, 'mine');
		const kept = new Kept([...many(20), mine, ...many(2)]);
		const state = kept.answer(reduceEvents(stateIn(), [joined({unread: 3})], NOW));
		expect(roomOf(state, 'lobby')).toMatchObject({unread: 0, missed: 3, divider: {id: kept.messages[19]?.messageId}});
		// Nobody may be looking while the program starts.
		expect(kept.of('read')).toEqual([]);
		kept.answer(act(state, [{type: 'edit', edit: {edit: 'left'}}]).state);
		expect(kept.of('read')).toHaveLength(1);
	});

	test('elsewhere is counted on, until the room is opened', () => {
		const kept = new Kept(many(20, ANN, 'dev'));
		const there = reduceEvents(stateIn(roomInfo('lobby')), [joined({room: 'dev', unread: 3})], NOW);
		const news = message('dev', ANN, 'news');
		const more = reduceEvents(there, [news], NOW);
		expect(roomOf(more, 'dev').unread).toBe(4);
		const open = new Kept([...kept.messages, news]).answer(
			act(more, [{type: 'go', to: {by: 'name', room: 'dev'}}]).state,
		);
		expect(roomOf(open, 'dev')).toMatchObject({unread: 0, divider: {id: kept.messages[17]?.messageId}});
	});

	test('what is read is told to the core once for each newest message, one at a time, and not while scrolled up', () => {
		const kept = new Kept(many(50));
		let state = kept.answer(fresh());
		expect(kept.of('read')).toMatchObject([{room: 'lobby', messageId: kept.messages.at(-1)?.messageId}]);
		expect(kept.answer(state)).toBe(state);
		const first = message('lobby', ANN, 'one');
		const asked = nextRequests(reduceEvents(state, [first], NOW), NOW);
		expect(asked.commands).toMatchObject([{command: 'read', messageId: first.messageId}]);
		// The answer is awaited.
		const second = message('lobby', ANN, 'two');
		state = reduceEvents(asked.state, [second], NOW);
		expect(nextRequests(state, NOW).commands).toEqual([]);
		state = reduceEvents(
			state,
			[{type: 'reply', id: asked.commands[0]?.id as string, ok: true, result: {room: 'lobby'}}],
			NOW,
		);
		expect(nextRequests(state, NOW).commands).toMatchObject([{command: 'read', messageId: second.messageId}]);
		expect(nextRequests(act(state, [up]).state, NOW).commands).toEqual([]);
		expect(nextRequests(act(state, [{type: 'view', view: 'help'}]).state, NOW).commands).toEqual([]);
	});
});

describe('what was missed and comes into the open room', () => {
	const away = (text: string, more: Partial<ChatMessage> = {}): EventOf<'message'> => {
		const {via: _, hops: __, ...said} = message('lobby', ANN, text, {timestamp: NOW - 60_000, ...more});
		return said as EventOf<'message'>;
	};
	const arrival = {type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'} as const;
	const kept = () => new Kept([...many(5)]);
	const back = () => reduceEvents(kept().answer(fresh()), [arrival], NOW);
	const reads = (state: State) => nextRequests(state, NOW).commands.filter(({command}) => command === 'read');

	test('is marked off and counted, and nobody is told that it was read before it can have been seen', () => {
		const before = back();
		const [first, ...rest] = Array.from({length: 30}, (_, index) => away(index === 0 ? '@me look' : `${index}`));
		const state = reduceEvents(before, [...rest, first as NodeEvent], NOW);
		const divider = {id: first?.messageId};
		expect(roomOf(state, 'lobby')).toMatchObject({missed: 30, missedMentions: 1, unread: 0, divider});
		expect(reads(state)).toEqual([]);
		// A key alone shows nothing of what is three pages up; scrolling there does.
		const typing = act(state, [{type: 'edit', edit: {edit: 'left'}}]).state;
		expect(roomOf(typing, 'lobby').missed).toBe(30);
		const scrolled = act(typing, [up, up, up]).state;
		expect(roomOf(scrolled, 'lobby')).toMatchObject({missed: 0, missedMentions: 0, divider});
		expect(reads(act(scrolled, [{type: 'scroll-to-end'}]).state)).toHaveLength(1);
	});

	test('and what a member hands on as if it were new, after we were alone', () => {
		const late = message('lobby', ANN, 'a minute ago', {timestamp: NOW - 60_000});
		expect(roomOf(reduceEvents(back(), [late], NOW), 'lobby')).toMatchObject({
			missed: 1,
			divider: {id: late.messageId},
		});
		// Somebody more does not make us new: what is on its way just then is news.
		const another = {type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'} as const;
		const busy = reduceEvents(back(), [another], NOW + 60_000);
		const live = message('lobby', ANN, 'just now', {timestamp: NOW + 59_999});
		expect(roomOf(reduceEvents(busy, [live], NOW + 60_000), 'lobby').missed).toBe(0);
	});

	test('what is in view is seen with the next key; whoever writes or asks for the end has seen enough', () => {
		const few = reduceEvents(back(), [away('one'), away('two')], NOW);
		expect([roomOf(few, 'lobby').missed, reads(few)]).toEqual([2, []]);
		expect(reads(act(few, [{type: 'edit', edit: {edit: 'left'}}]).state)).toHaveLength(1);
		const lots = reduceEvents(
			back(),
			Array.from({length: 30}, () => away('x')),
			NOW,
		);
		for (const enough of [{type: 'scroll-to-end'}, {type: 'back'}] as const)
			expect(roomOf(act(lots, [enough]).state, 'lobby').missed).toBe(0);
		const publish = {type: 'command', command: {command: 'publish', room: 'lobby', text: 'hi'}} as const;
		expect(roomOf(act(lots, [publish]).state, 'lobby')).toMatchObject({missed: 0, divider: undefined});
	});

	test('is unread again if the room is left before', () => {
		const both = reduceEvents(back(), [joined({room: 'dev'}), ...Array.from({length: 30}, () => away('@me'))], NOW);
		const left = act(both, [{type: 'go', to: {by: 'name', room: 'dev'}}]).state;
		expect(roomOf(left, 'lobby')).toMatchObject({unread: 30, mentions: 30, missed: 0});
		expect(roomOf(left, 'lobby').firstUnread).toEqual(roomOf(both, 'lobby').divider);
	});

	test('is neither what is said now, whichever way it comes, nor what was said before we ever came', () => {
		const repaired = away('lost on the way', {timestamp: NOW + 1});
		expect(roomOf(reduceEvents(back(), [repaired, message('lobby', ANN, 'live')], NOW), 'lobby').missed).toBe(0);
		const first = reduceEvents(new Kept([]).answer(fresh()), [arrival, away('long ago')], NOW);
		expect(roomOf(first, 'lobby')).toMatchObject({missed: 0, divider: undefined});
	});
});
