/** The list over the chat, a selected message, and rows of pages, as a person sees them. */
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {ChatMessage} from '../../source/api/event.ts';
import {widthOf} from '../../source/ui/text.ts';
import {openApp} from './harness.tsx';
import {livelyEvents, PEERS, said} from './script.ts';

afterEach(cleanup);

async function lively(size = {columns: 80, rows: 24}) {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	await app.nothingKept();
	return app;
}

const rowWith = (frame: string, text: string) => frame.split('\n').find(row => row.includes(text)) ?? '';

describe('the list', () => {
	test('offers rooms, people, commands with their keys; closing leaves nothing behind', async () => {
		const app = await lively();
		const before = app.frame();
		await app.press('ctrl+k');
		for (const text of ['#dev', '@ann', '/join <room>', 'enter a room']) expect(app.frame()).toContain(text);
		await app.type('>');
		expect(app.frame()).not.toContain('@ann  ');
		await app.type('help');
		expect(rowWith(app.frame(), '/help')).toContain('F1');
		await app.press('escape');
		expect(app.frame()).toBe(before);
	});

	test('a command that needs more stands in the line, with the cursor after it', async () => {
		const app = await lively();
		await app.press('ctrl+k');
		await app.type('/join');
		await app.press('return');
		await app.type('x');
		expect(app.frame()).toContain('› /join x');
		await app.press('return');
		expect(app.sent.map(({command}) => command)).toEqual(['join']);
	});

	test('fits into the smallest screen, over the chat and over a page', async () => {
		const app = await lively({columns: 40, rows: 12});
		for (const key of ['ctrl+k', 'escape', 'f1', 'ctrl+k']) await app.press(key);
		expect(app.frame()).toContain('Go to');
		const rows = app.frame().split('\n');
		expect(rows.length).toBeLessThanOrEqual(12);
		for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(40);
	});
});

describe('a selected message', () => {
	test('is marked, the keys for it are named, and the composer says what is answered', async () => {
		const app = await lively();
		await app.press('shift+up');
		expect(rowWith(app.frame(), '▸')).toContain('on my way');
		expect(app.frame()).toContain('selected: yours');
		expect(app.frame()).toContain('r reply');
		await app.press('up');
		await app.type('r');
		expect(app.frame()).toContain('replying to cat: @you look at #dev');
		await app.type('r');
		expect(app.frame()).toContain('› r');
		await app.press('escape');
		expect(app.frame()).not.toContain('replying');
	});

	test('only what can be done with it is named at the bottom', async () => {
		const app = await lively();
		const bottom = () => app.frame().split('\n').at(-1);
		await app.press('shift+up');
		expect(bottom()).toContain('e edit   d take back');
		await app.press('escape');
		await app.events({...said('ann', 'see https://example.org/', 8), replyTo: {messageId: 'own-2'}});
		await app.press('shift+up');
		expect(bottom()).toMatch(/r reply {3}a react {3}c copy {3}o open link {3}Enter details/);
		await app.press('up');
		expect(bottom()).toContain('e edit');
		await app.press('up');
		expect(bottom()).not.toMatch(/edit|take back|open link|answers/);
		expect(bottom()).toContain('Enter details');
	});

	test('keys that come in one chunk are all about messages, and none of them is written', async () => {
		const app = await lively();
		await app.press('shift+up');
		await app.type('kkx');
		expect(rowWith(app.frame(), '▸')).toContain('thank you both');
		await app.press('escape');
		expect(app.frame()).toContain('› message #lobby');
	});

	test('taking back is asked about where one looks, and done by the same key', async () => {
		const app = await lively();
		await app.press('shift+up');
		await app.type('d');
		expect(app.frame()).toContain('take it back? d yes');
		await app.type('d');
		expect(app.sent).toMatchObject([{command: 'redact', messageId: 'own-2'}]);
	});

	test('reactions are chosen by a digit, or by a name in which digits may stand', async () => {
		const app = await lively();
		await app.press('shift+up');
		await app.type('a');
		expect(app.frame()).toContain('1 👍');
		await app.type('2');
		await app.type('a');
		expect(app.frame()).toContain('╭ React to yourself: on my way ─');
		await app.type('h1');
		expect(app.frame()).not.toContain('1…8');
		expect(app.store.getState().switcher?.query).toBe('h1');
		await app.press('escape');
		expect(app.sent).toMatchObject([{command: 'react', emoji: '💙'}]);
		expect(app.store.getState().selection).toBeDefined();
	});

	test('one that was found far above is fetched and shown with what surrounds it', async () => {
		const app = await lively();
		const words = Array.from({length: 41}, (_, index) => said('ann', `word ${index}`, index - 100));
		const answer = async (command: Command | undefined, messages: readonly ChatMessage[]) =>
			app.events({type: 'reply', id: command?.id as string, ok: true, result: {messages}});
		await app.type('/search word');
		await app.press('return');
		await answer(app.sent.at(-1), words.slice(20, 21));
		await app.press('return');
		const page = (where: 'after' | 'before') => app.asked.findLast(each => each.command === 'history' && where in each);
		await answer(page('after'), words.slice(21));
		await answer(page('before'), words.slice(0, 21));
		const rows = app.frame().split('\n');
		expect(rows.findIndex(row => row.includes('▸'))).toBe(rows.findIndex(row => /word 20\b/.test(row)));
		for (const text of ['word 17', 'word 23']) expect(app.frame()).toContain(text);
	});
});

describe('pages', () => {
	test('of peers: arrows move a bar, Enter opens the conversation', async () => {
		const app = await lively();
		await app.press('f2');
		expect(rowWith(app.frame(), '▌')).toContain('ann');
		expect(app.frame()).toContain('Enter goes there');
		await app.press('down');
		expect(rowWith(app.frame(), '▌')).toContain('bob');
		await app.press('return');
		expect(app.store.getState()).toMatchObject({view: 'chat', active: `@${PEERS.bob}`});
	});

	test('of help: arrows scroll, Enter goes back', async () => {
		const app = await lively();
		await app.press('f1');
		const top = app.frame();
		await app.press('down');
		expect(app.frame()).not.toBe(top);
		await app.press('up');
		expect(app.frame()).toBe(top);
		await app.press('return');
		expect(app.store.getState().view).toBe('chat');
	});
});
