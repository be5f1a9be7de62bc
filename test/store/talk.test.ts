import {describe, expect, test} from 'vitest';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import {standingConflicts} from '../../source/store/reduce/alarms.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import {roomTitle} from '../../source/store/selectors.ts';
import type {State} from '../../source/store/state.ts';
import {
	ANN,
	act,
	BOB,
	connected,
	entriesOf,
	message,
	NOW,
	roomInfo,
	roomOf,
	SELF,
	stateIn,
	texts,
	type,
} from './helpers.ts';

const WITH_ANN = `@${ANN}`;
const notice = (kind: ChatMessage['kind'], text: string, from = ANN): NodeEvent => ({
	...message('lobby', from, text, {kind}),
	type: 'notice',
});
const hostile = '\x1b]0;owned\x07\x1b[2J\u202e\u200b\nsecond line';
const SAFE = /\\x1b\]0;owned\\x07\\x1b\[2J\\u202e\\u200b second line/;

describe('entries', () => {
	test('every kind of notice is a line', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				notice('join', 'bob', BOB),
				notice('topic', 'ships'),
				notice('name', 'anna'),
				notice('unknown', ''),
				notice('leave', ''),
			],
			NOW,
		);
		expect(texts(state, 'lobby')).toEqual([
			'in bob has joined the conversation',
			'note ann set the topic: ships',
			'note ann is now anna',
			'note ann did something that this version does not know',
			'out ann has left the room',
		]);
	});

	test('a new name that a connection has told already is not told twice', () => {
		const renamed = {type: 'peer-renamed', peer: ANN, name: 'anna'} as const;
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[connected(ANN, 'ann'), renamed, notice('name', 'anna')],
			NOW,
		);
		expect(texts(state, 'lobby')).toEqual(['note ann is now anna']);
	});

	test('who has just joined is not said to be new as well', () => {
		const arrival = {type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'} as const;
		const state = reduceEvents(
			stateIn(roomInfo('lobby')),
			[arrival, notice('join', 'ann'), notice('join', 'bob', BOB)],
			NOW,
		);
		expect(texts(state, 'lobby')).toEqual(['in ann is here', 'in bob has joined the conversation']);
	});

	test('whoever has been here for long does not come with their first word, and neither do we', () => {
		const later = NOW + 60 * 60_000;
		const events = [notice('join', 'ann'), notice('join', 'me', SELF)];
		expect(texts(reduceEvents(stateIn(roomInfo('lobby', ANN)), events, later), 'lobby')).toEqual([]);
		const old = {...notice('join', 'ann'), via: undefined} as never;
		expect(texts(reduceEvents(stateIn(roomInfo('lobby', ANN)), [old], later), 'lobby')).toEqual([
			'in ann has joined the conversation',
		]);
	});

	test('replies, edits, reactions, what was taken back, forks and gaps', () => {
		const more: Partial<ChatMessage> = {
			kind: 'reply',
			replyTo: {messageId: 'x', from: BOB, name: 'bob', text: 'what?'},
			edited: NOW,
			reactions: [{emoji: '👍', from: [SELF, BOB]}],
			forked: true,
			missing: 3,
			mention: true,
			state: {storedBy: 2, of: 2, read: true},
		};
		const events = [message('lobby', ANN, 'that', more), message('lobby', ANN, '', {redacted: 'a slip'})];
		expect(entriesOf(reduceEvents(stateIn(roomInfo('lobby', ANN)), events, NOW), 'lobby')).toMatchObject([
			{
				reply: {id: 'x', from: BOB, name: 'bob', text: 'what?'},
				isEdited: true,
				reactions: [{emoji: '👍', count: 2, isOurs: true}],
				isForked: true,
				missing: 3,
				mention: true,
				storedBy: 2,
				of: 2,
				isRead: true,
			},
			{redacted: 'a slip', isEdited: false, missing: 0},
		]);
	});

	test('row 53: topics, emoji, reasons, quotations, names and results hold no control characters', () => {
		const reply = {messageId: 'x', from: BOB, name: hostile, text: hostile};
		const told: NodeEvent[] = [
			{type: 'topic-changed', room: 'lobby', topic: hostile, from: ANN},
			message('lobby', ANN, 'x', {kind: 'reply', replyTo: reply, reactions: [{emoji: hostile, from: [ANN]}]}),
			message('lobby', ANN, '', {redacted: hostile}),
			notice('topic', hostile),
			notice('name', hostile),
			{type: 'storage', state: 'failed', message: hostile},
			{type: 'name-conflict', name: hostile, peer: ANN, before: BOB, lastSeen: NOW},
			{type: 'room-joined', room: WITH_ANN, members: [{peer: ANN, name: hostile}], direct: true, topic: hostile},
		];
		const asked = act(stateIn(roomInfo('lobby', ANN)), [{type: 'search', text: 'x'}]);
		const found = [message('lobby', ANN, hostile, {name: hostile})];
		const id = asked.commands[0]?.id as string;
		const state = reduceEvents(asked.state, [...told, {type: 'reply', id, ok: true, result: {messages: found}}], NOW);
		const shown = JSON.stringify([state.rooms, state.conflicts, state.storage, state.search], (key, value) =>
			value instanceof Map || key === 'holders' ? undefined : value,
		);
		expect(shown).not.toMatch(/\\u001b|\\u0007|(?<!\\)\\n|\u202e|\u200b/);
		expect(roomOf(state, 'lobby').topic).toMatch(SAFE);
		expect(state.search?.hits[0]?.text).toMatch(SAFE);
	});

	test('a topic is as long as can be shown, and an emoji no more than one', () => {
		const reactions = Array.from({length: 90}, () => ({emoji: 'x'.repeat(64), from: [ANN]}));
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				{type: 'topic-changed', room: 'lobby', topic: 'x'.repeat(10_000), from: ANN},
				message('lobby', ANN, 'x', {reactions}),
			],
			NOW,
		);
		expect(roomOf(state, 'lobby').topic.length).toBe(400);
		const [entry] = entriesOf(state, 'lobby');
		expect(entry?.kind === 'message' && [entry.reactions.length, entry.reactions[0]?.emoji]).toEqual([24, 'xxxx']);
	});
});

describe('one to one', () => {
	test('a conversation opens below the rooms and not by itself; named rooms stay above it', () => {
		const told = {type: 'room-joined', room: WITH_ANN, members: [], direct: true} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby')), [connected(ANN, 'ann'), told], NOW);
		const more = reduceEvents(state, [{type: 'room-joined', room: 'dev', members: []}], NOW);
		expect([more.rooms.map(room => room.label), more.active]).toEqual([['#lobby', '#dev', '@ann'], 'lobby']);
		const [, , direct] = reduceEvents(more, [{type: 'peer-renamed', peer: ANN, name: 'anna'}], NOW).rooms;
		expect(direct?.label).toBe('@anna');
	});

	test('whoever writes to somebody who is away sees the pane at once', () => {
		const state = act(stateIn(roomInfo('lobby')), [{type: 'open-direct', peer: ANN}]).state;
		expect([state.active, roomOf(state, WITH_ANN).peer]).toEqual([WITH_ANN, ANN]);
	});

	test('one that was put away comes back with the next message, unread', () => {
		const open = act(stateIn(roomInfo('lobby')), [{type: 'open-direct', peer: ANN}]).state;
		const closed = act(open, [{type: 'close-direct', room: WITH_ANN}]).state;
		expect([closed.active, closed.rooms.length]).toEqual(['lobby', 1]);
		const back = reduceEvents(closed, [message(WITH_ANN, ANN, 'psst')], NOW);
		expect(roomOf(back, WITH_ANN)).toMatchObject({label: '@ann', unread: 1, mentions: 1});
	});

	test('row 39: two people with one name have two names', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby')),
			[connected(ANN, 'ann'), connected(BOB, 'Ann'), message(WITH_ANN, ANN, 'hi')],
			NOW,
		);
		expect(roomTitle(state, roomOf(state, WITH_ANN))).toBe('@ann·Ann0');
		const typed = act(state, [type('/msg an'), {type: 'complete', step: 1}]).state;
		expect(roomOf(typed, 'lobby').composer.text).toBe('/msg ann·Ann0 ');
	});

	test('however many write to us, there is an end to the panes', () => {
		const strangers = Array.from({length: 500}, (_, index) => {
			const peer = `12D3KooWStranger${index}`;
			return message(`@${peer}`, peer, 'hello');
		});
		expect(reduceEvents(stateIn(roomInfo('lobby')), strangers, NOW).rooms.length).toBeLessThan(210);
	});
});

describe('how far an own message has come', () => {
	const sending = () => act(stateIn(roomInfo('lobby', ANN)), [type('hello'), {type: 'submit'}]);
	const pendingOf = (state: State) => [...state.pending.values()].filter(({isShown}) => !isShown).length;

	test('on its way, until the room shows it', () => {
		const {state, commands} = sending();
		const mine = message('lobby', SELF, 'hello', {state: {storedBy: 1, of: 2}});
		expect(pendingOf(state)).toBe(1);
		const shown = reduceEvents(state, [mine], NOW);
		expect([pendingOf(shown), shown.pending.size]).toEqual([0, 1]);
		const id = commands[0]?.id as string;
		const reply = {type: 'reply', id, ok: true, result: {messageId: mine.messageId}} as const;
		expect(reduceEvents(shown, [reply], NOW).pending.size).toBe(0);
		const spread: EventOf<'message-state'> = {
			type: 'message-state',
			messageId: mine.messageId,
			room: 'lobby',
			storedBy: 2,
			of: 2,
		};
		const stored = reduceEvents(shown, [spread], NOW);
		expect(entriesOf(stored, 'lobby')[0]).toMatchObject({storedBy: 2, of: 2, isRead: false});
		expect(reduceEvents(stored, [spread], NOW)).toBe(stored);
		expect(entriesOf(reduceEvents(stored, [{...spread, read: true}], NOW), 'lobby')[0]).toMatchObject({isRead: true});
	});

	test('refused by the disk, it is in the composer again', () => {
		const {state, commands} = sending();
		const error = {code: 'storage', message: 'the disk is full'} as const;
		const refused = reduceEvents(state, [{type: 'reply', id: commands[0]?.id as string, ok: false, error}], NOW);
		expect([roomOf(refused, 'lobby').composer.text, pendingOf(refused)]).toEqual(['hello', 0]);
		expect(refused.notice).toMatchObject({level: 'error', text: 'The disk is full'});
	});
});

describe('what must not be overlooked', () => {
	test('row 46: somebody with the name of another key, until it is put away', () => {
		const conflict = {type: 'name-conflict', name: 'ann', peer: BOB, before: ANN, lastSeen: NOW} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN), roomInfo('dev', BOB)), [conflict, conflict], NOW);
		expect(state.conflicts).toMatchObject([{name: 'ann', peer: BOB, before: ANN}]);
		for (const room of ['lobby', 'dev'])
			expect(texts(state, room)[0]).toMatch(/^alarm .*ann: …Bob0 now, …Ann0 until now/);
		expect(act(state, [type('x'), {type: 'scroll', pages: 1}]).state.conflicts).toHaveLength(1);
		expect(standingConflicts(act(state, [{type: 'back'}]).state)).toEqual([]);
	});

	test('many keys under one name are one alarm, and none in rooms where neither is known', () => {
		const taken = (peer: string): NodeEvent => ({
			type: 'name-conflict',
			name: 'ann',
			peer,
			before: ANN,
			lastSeen: NOW,
		});
		const flood = Array.from({length: 500}, (_, index) => taken(`12D3KooW${index}`));
		const open = stateIn(roomInfo('lobby', ANN), roomInfo('dev', BOB));
		const state = reduceEvents(reduceEvents(open, [message('dev', BOB, 'hello')], NOW), flood, NOW);
		expect(texts(state, 'lobby')).toHaveLength(1);
		expect(texts(state, 'dev')).toEqual(['bob: hello']);
		expect(standingConflicts(state)).toMatchObject([{name: 'ann', before: ANN, count: 500}]);
		const away = act(state, [{type: 'back'}]).state;
		expect(standingConflicts(reduceEvents(away, flood, NOW + 1_000))).toEqual([]);
		expect(standingConflicts(reduceEvents(away, flood, NOW + 11 * 60_000))).toHaveLength(1);
	});

	test('a disk that takes nothing, until it does again', () => {
		const failed = {type: 'storage', state: 'failed', message: 'no space left'} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby')), [failed], NOW);
		expect([state.storage, act(state, [{type: 'back'}]).state.storage]).toEqual(['no space left', 'no space left']);
		const well = reduceEvents(state, [{type: 'storage', state: 'ok'}], NOW);
		expect([well.storage, well.notice?.text]).toEqual([undefined, 'What is said is kept again']);
		expect(reduceEvents(well, [{type: 'storage', state: 'ok'}], NOW)).toBe(well);
	});

	test('a partition that healed is one line', () => {
		const event = {type: 'rejoined', room: 'lobby', away: 4 * 60_000, peers: [ANN], received: 12, given: 3} as const;
		const state = reduceEvents(stateIn(roomInfo('lobby')), [event], NOW);
		expect(texts(state, 'lobby')).toEqual(['in  rejoined after 4 min: 12 from them, 3 from us']);
	});
});

test('results of a search come page by page, and only those of the last one', () => {
	const first = act(stateIn(roomInfo('lobby')), [{type: 'search', text: 'a b'}]);
	expect([first.state.view, first.state.search?.state]).toEqual(['search', 'asking']);
	expect(first.commands).toMatchObject([{command: 'search', text: 'a b', limit: 50}]);
	const answer = (id: string | undefined, messages: readonly ChatMessage[]): NodeEvent => ({
		type: 'reply',
		id: id as string,
		ok: true,
		result: {messages},
	});
	const hits = Array.from({length: 50}, () => message('lobby', ANN, 'a b'));
	const found = reduceEvents(first.state, [answer(first.commands[0]?.id, hits)], NOW);
	expect(found.search).toMatchObject({state: 'more', hits: {length: 50}});
	const next = act(found, [{type: 'scroll', pages: -1}], {page: {total: 12, shown: 10}});
	expect(next.commands).toMatchObject([{command: 'search', text: 'a b', before: hits.at(-1)?.messageId}]);
	const done = reduceEvents(next.state, [answer(next.commands[0]?.id, hits.slice(0, 3))], NOW);
	expect(done.search).toMatchObject({state: 'done', hits: {length: 53}});
	const other = act(first.state, [{type: 'search', text: 'c'}]).state;
	expect(reduceEvents(other, [answer(first.commands[0]?.id, hits)], NOW).search?.hits).toEqual([]);
});

test('who was ever in a room and is away is known, with when it was last seen', () => {
	const state = reduceEvents(stateIn(roomInfo('lobby')), [{type: 'room-joined', room: 'dev', members: []}], NOW);
	expect(state.wantsRooms).toBe(true);
	const known = [
		{peer: ANN, name: 'ann', isHere: false, lastSeen: NOW - 60_000},
		{peer: SELF, name: 'me', isHere: true, lastSeen: NOW},
	];
	const pending = new Map([['1', {command: {command: 'rooms'}, isQuiet: true}] as const]);
	const reply: NodeEvent = {
		type: 'reply',
		id: '1',
		ok: true,
		result: {rooms: [{...roomInfo('lobby'), known, topic: 'ships'}]},
	};
	const error = {code: 'busy', message: 'later'} as const;
	expect(reduceEvents({...state, pending}, [{type: 'reply', id: '1', ok: false, error}], NOW).notice).toBeUndefined();
	const told = reduceEvents({...state, pending}, [reply], NOW);
	expect([...told.peers.values()]).toMatchObject([{peer: ANN, name: 'ann', state: 'gone', lastSeen: NOW - 60_000}]);
	expect(roomOf(told, 'lobby').topic).toBe('ships');
});

test('a room is forgotten only if the very next line names it', () => {
	const asked = act(stateIn(roomInfo('lobby')), [{type: 'ask-forget', room: 'lobby'}]).state;
	expect([asked.forgetting, asked.notice?.text]).toEqual(['lobby', expect.stringContaining('write /forget #lobby')]);
	expect(act(asked, [type('hello'), {type: 'submit'}]).state.forgetting).toBeUndefined();
});
