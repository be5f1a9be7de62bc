import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import type {Rect} from '../../source/ui/layout.ts';
import {layoutNow} from '../../source/ui/layout-now.ts';
import {chatRows} from '../../source/ui/panes/chat.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {openApp, type Size} from './harness.tsx';
import {minutes, NOON, PEERS, peerInfo, SELF, said, snapshotOf, type Who} from './script.ts';

afterEach(cleanup);

const SIZES: readonly Size[] = [
	{columns: 120, rows: 40},
	{columns: 80, rows: 24},
	{columns: 40, rows: 12},
];

const WITH_BOB = `@${PEERS.bob}`;

async function open(size: Size, ...events: readonly NodeEvent[]) {
	const app = openApp(size);
	app.store.core({state: 'running'});
	const peers = [peerInfo('ann'), peerInfo('cat'), peerInfo('bob', 'gone', minutes(-90))];
	await app.events(snapshotOf(['lobby', 'dev'], peers), ...events);
	return app;
}

type App = Awaited<ReturnType<typeof open>>;

/** What the chat shows; what stands beside it has tests of its own. */
function chat(app: App, {columns, rows}: Size): string {
	const state = app.store.getState();
	const rect = layoutNow(state, columns, rows)?.chat as Rect;
	const shown = chatRows(state, rect, PLAIN_THEME);
	const frame = app.frame();
	for (const row of shown) expect(frame).toContain(row.slice(1, -1).trimEnd());
	return shown.join('\n');
}

function withoutStatus(app: App): string {
	return app.frame().split('\n').slice(0, -1).join('\n');
}

/** Answers what the screen has asked by itself, until it asks nothing more. */
async function answer(app: App, messages: readonly ChatMessage[]): Promise<void> {
	while (app.asked.length > 0) {
		await app.events(
			...app.asked.splice(0).map((command): NodeEvent => {
				const id = command.id as string;
				if (command.command !== 'history') return {type: 'reply', id, ok: true, result: {rooms: []}};
				const {before, limit} = command;
				const end = before === undefined ? messages.length : messages.findIndex(each => each.messageId === before);
				return {type: 'reply', id, ok: true, result: {messages: messages.slice(Math.max(0, end - (limit ?? 50)), end)}};
			}),
		);
	}
}

/** With more than the words of a message. */
const with_ = (event: EventOf<'message'>, more: Partial<ChatMessage>): EventOf<'message'> => ({...event, ...more});
const notice = (who: Who, kind: ChatMessage['kind'], text: string, at: number): EventOf<'notice'> => ({
	...said(who, text, at),
	kind,
	type: 'notice',
});

/** Something of everything that can happen to a message. */
function eventful(): EventOf<'message' | 'notice'>[] {
	const question = said('ann', 'did the deploy finish? I cannot see it anywhere', 1);
	return [
		notice('cat', 'join', 'cat', 0),
		notice('ann', 'topic', 'releases, and what goes wrong with them', 0),
		with_(question, {
			reactions: [
				{emoji: '👀', from: [PEERS.cat, SELF]},
				{emoji: '🎉', from: [PEERS.cat]},
			],
		}),
		with_(said('you', 'yes, all green', 2), {
			kind: 'reply',
			replyTo: {messageId: question.messageId, from: PEERS.ann, name: 'ann', text: question.text},
			state: {storedBy: 2, of: 4},
		}),
		with_(said('cat', 'no, it did not', 3), {redacted: 'looked at the wrong one', text: ''}),
		with_(said('cat', 'yes it did, and the old one is gone now', 3), {edited: minutes(4)}),
		with_(said('ann', 'good', 4), {missing: 3}),
		with_(said('ann', 'or was it?', 4), {forked: true}),
		with_(said('you', 'all have it', 5), {state: {storedBy: 4, of: 4}}),
	];
}

describe.each(SIZES)('at $columns×$rows', size => {
	test('replies, reactions, edits, what was taken back, gaps and forks', async () => {
		const app = await open(size, {
			type: 'topic-changed',
			room: 'lobby',
			topic: 'releases, and what goes wrong with them',
			from: PEERS.ann,
		});
		await answer(app, eventful());
		expect(chat(app, size)).toMatchSnapshot();
	});

	test('a conversation with somebody who is away', async () => {
		const app = await open(size);
		await app.type('/msg bob are you there?');
		await app.press('return');
		expect(app.sent).toMatchObject([{command: 'direct', peer: PEERS.bob, text: 'are you there?'}]);
		expect(app.frame()).toMatch(/are you there\? +… /);
		await app.events(
			with_(said('you', 'are you there?', 6, WITH_BOB), {state: {storedBy: 1, of: 2}}),
			with_(said('you', 'I was here', 1, WITH_BOB), {state: {storedBy: 2, of: 2}}),
			with_(said('you', 'and read', 0, WITH_BOB), {state: {storedBy: 2, of: 2, read: true}}),
		);
		expect(chat(app, size)).toMatchSnapshot();
		await app.press('alt+1');
		await app.events(said('bob', 'yes, now', 7, WITH_BOB));
		expect(app.frame()).toMatch(size.columns < 64 ? /@bob 1 ─/ : /3 @bob +1 ○/);
	});

	test('what was found', async () => {
		const app = await open(size);
		await app.type('/search deploy green');
		await app.press('return');
		expect(app.frame()).toContain('searching…');
		const hits = [said('ann', 'the deploy was green', 5), said('you', 'is a green deploy a good deploy?', -900, 'dev')];
		await app.events({type: 'reply', id: app.sent[0]?.id as string, ok: true, result: {messages: hits}});
		expect(withoutStatus(app)).toMatchSnapshot();
		await app.press('return');
		expect(app.frame()).toContain('#lobby · 3 here');
	});

	test('row 46: a name that belonged to somebody else cannot be overlooked', async () => {
		const app = await open(size, said('bob', 'hello', 1));
		await app.events({type: 'name-conflict', name: 'bob', peer: PEERS.dan, before: PEERS.bob, lastSeen: minutes(-90)});
		expect(chat(app, size)).toMatchSnapshot();
		await app.type('still here');
		expect(app.frame()).toContain('Esc puts this away');
		await app.press('escape');
		expect(app.frame()).not.toContain('Esc puts this away');
		expect(app.frame().replaceAll(/[│\s]+/g, ' ')).toContain('two people are called bob');
	});
});

const SIZE = {columns: 80, rows: 24};

test('the line "new" stands where it belongs after a restart', async () => {
	const app = openApp(SIZE);
	app.store.core({state: 'running'});
	await app.events(snapshotOf([]), {type: 'room-joined', room: 'lobby', members: [], unread: 2});
	await answer(app, [said('ann', 'read before', 1), said('cat', 'first new', 2), said('ann', 'second new', 3)]);
	const rows = app.frame().split('\n');
	const at = (text: string) => rows.findIndex(row => row.includes(text));
	expect(at('─ new ─')).toBe(at('first new') - 1);
	expect(at('─ new ─')).toBe(at('read before') + 1);
	expect(app.frame()).toContain('─ the beginning of what is kept ─');
	// What is being taken over may be older.
	await app.events({type: 'history-progress', room: 'lobby', received: 1, expected: 9, done: false});
	expect(app.frame()).not.toContain('the beginning');
});

test('PgUp at the top asks for the page before, says so, and goes on where it was', async () => {
	const all = Array.from({length: 450}, (_, index) => said('ann', `line ${index}`, index / 60));
	const app = await open(SIZE);
	await answer(app, all);
	for (let page = 0; page < 8; page++) {
		await app.press('pageup');
		if (app.asked.length > 0) break;
	}
	expect(app.asked).toMatchObject([{command: 'history', before: all[250]?.messageId}]);
	for (let page = 0; page < 12; page++) await app.press('pageup');
	expect(app.frame()).toContain('─ loading… ─');
	expect(app.frame()).toContain(' line 250 ');
	await answer(app, all);
	expect(app.frame()).toContain(' line 250 ');
	await app.press('pageup');
	expect(app.frame()).toContain(' line 245 ');
	for (let page = 0; page < 30; page++) {
		await app.press('pageup');
		await answer(app, all);
	}
	expect(app.frame()).toContain('─ the beginning of what is kept ─');
	expect(app.frame()).toContain(' line 0 ');
});

test('row 55: old history that is taken over is one line, which changes and goes', async () => {
	const app = await open(SIZE, said('ann', 'hello', 1));
	const progress = (received: number, done = false): NodeEvent => ({
		type: 'history-progress',
		room: 'lobby',
		received,
		expected: 100_000,
		done,
	});
	await app.events(progress(12_400));
	expect(app.frame()).toContain('⇣ taking over history: 12,400 of 100,000');
	await app.events(progress(99_000));
	expect(app.frame().match(/taking over/g)).toHaveLength(1);
	const frames = app.frames();
	await app.events(...Array.from({length: 900}, (_, index) => progress(99_000 + index)), progress(99_000));
	expect(app.frames()).toBe(frames);
	await app.events(progress(100_000, true));
	expect(app.frame()).not.toContain('taking over');
});

test('a gap is shown above the message, and goes when it is filled', async () => {
	const late = with_(said('ann', 'after the gap', 3), {missing: 1});
	const app = await open({columns: 120, rows: 24}, late);
	expect(app.frame()).toContain('┄ 1 message before this is missing: asking others ┄');
	const {missing: _, ...whole} = late;
	await app.events(said('ann', 'before it', 2), {...whole, type: 'message-changed', change: 'gap'});
	expect(app.frame()).not.toContain('┄');
	expect(app.frame().indexOf('before it')).toBeLessThan(app.frame().indexOf('after the gap'));
});

test('a disk that takes nothing is an alarm until it does again', async () => {
	const app = await open(SIZE, said('ann', 'hello', 1), {
		type: 'storage',
		state: 'failed',
		message: 'no space left on the disk',
	});
	await app.press('escape');
	expect(chat(app, SIZE)).toMatchSnapshot();
	await app.events({type: 'storage', state: 'ok'});
	expect(app.frame()).not.toContain('Nothing can be kept');
	expect(app.frame()).toContain('What is said is kept again');
});

test('a name that belonged to somebody else does not hide what happens to the disk', async () => {
	const conflict = {type: 'name-conflict', name: 'bob', peer: PEERS.dan, before: PEERS.bob, lastSeen: NOON} as const;
	const app = await open({columns: 40, rows: 12}, {type: 'storage', state: 'failed', message: 'disk full'}, conflict);
	expect(app.frame()).toContain('Nothing can be kept at present');
	await app.events({type: 'storage', state: 'ok'});
	expect(app.frame()).toContain('Esc puts this away');
});

test('Tab completes people who are away', async () => {
	const app = await open(SIZE);
	await app.type('/msg b');
	await app.press('tab');
	expect(app.frame()).toContain('› /msg bob ');
});

test('/edit without words brings back the last message; /react twice takes the reaction back', async () => {
	const app = await open(SIZE, said('you', 'a tpyo', 1), said('ann', 'well', 2, 'lobby', 'theirs'));
	await app.type('/edit');
	await app.press('return');
	expect(app.frame()).toContain('› /edit a tpyo');
	await app.press('ctrl+u');
	await app.events({
		...with_(said('ann', 'well', 2, 'lobby', 'theirs'), {reactions: [{emoji: '👍', from: [SELF]}]}),
		order:
			app.store
				.getState()
				.rooms[0]?.log.chunks.flat()
				.find(({id}) => id === 'theirs')?.order ?? 0,
		type: 'message-changed',
		change: 'reaction',
	});
	await app.type('/react 👍');
	await app.press('return');
	expect(app.sent).toMatchObject([{command: 'react', messageId: 'theirs', emoji: '👍', off: true}]);
});

test('nothing is said of a room before it is known what is kept of it, nor below what was just written', async () => {
	const app = openApp(SIZE);
	app.store.core({state: 'running'});
	await app.events(snapshotOf(['lobby'], [peerInfo('ann')]));
	expect(app.frame()).toContain('loading…');
	expect(app.frame()).not.toContain('Nobody');
	await app.nothingKept();
	expect(app.frame()).toContain('Nobody has said anything yet');
	await app.type('first');
	await app.press('return');
	expect(app.frame()).not.toContain('Nobody');
});

test('whoever has just been met may have much to tell', async () => {
	const app = openApp(SIZE);
	app.store.core({state: 'running'});
	await app.events(snapshotOf(['lobby']));
	await app.nothingKept();
	await app.events({type: 'member-joined', room: 'lobby', peer: PEERS.ann, name: 'ann'});
	expect(app.frame()).toContain('Asking for what was said before…');
	app.time.advance(4_000);
	app.store.tick();
	app.store.flush();
	await app.events();
	expect(app.frame()).toContain('Nobody has said anything yet');
});

test('a reply has its author beside it, whoever is quoted', async () => {
	const question = said('ann', 'where?', 1);
	const answer = with_(said('bob', 'here', 2), {
		kind: 'reply',
		replyTo: {messageId: question.messageId, from: PEERS.ann, name: 'ann', text: 'where?'},
	});
	const app = await open(SIZE, question, said('bob', 'wait', 2), answer);
	expect(app.frame()).toMatch(/ bob +╭ ann: where\?/);
});

test('the column of names is as wide as the names in view', async () => {
	const long = with_(said('cat', 'hello', 1), {name: 'a name of twenty cells'});
	const app = await open(SIZE, long, said('ann', 'short', 2));
	const column = () =>
		app
			.frame()
			.split('\n')
			.find(row => row.includes('short'))
			?.indexOf('short') ?? 0;
	const before = column();
	await app.events(...Array.from({length: 70}, (_, index) => said('bob', `line ${index}`, 3)), said('ann', 'short', 4));
	expect(column()).toBeLessThan(before);
});

test('what was missed says where it begins, in the title of the line and beside the room', async () => {
	const app = await open(SIZE);
	await answer(app, [said('ann', 'old', 1)]);
	await app.events(
		...Array.from({length: 40}, (_, index) => {
			const {via, hops, ...missed} = said('ann', index === 0 ? '@you see?' : `line ${index}`, -9, 'lobby');
			return {...missed, order: minutes(2) + index} as NodeEvent;
		}),
	);
	expect(app.frame()).toContain('↑ 40 new · @1 · Alt-A');
	expect(app.frame()).toMatch(/▌1 #lobby +@40/);
	expect(app.asked.filter(({command}) => command === 'read')).toEqual([]);
	for (let page = 0; page < 4; page++) await app.press('pageup');
	expect(app.frame()).toContain('─ new ─');
	expect(app.frame()).not.toContain('↑ 40 new');
});
