import {cleanup} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import {MAX_QUERY} from '../../source/store/switcher.ts';
import {openApp} from './harness.tsx';
import {livelyEvents, said} from './script.ts';

afterEach(cleanup);

async function lively() {
	const app = openApp({columns: 100, rows: 24});
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	return app;
}

const active = (app: Awaited<ReturnType<typeof lively>>) => app.store.getState().active;

test('rooms by Alt and digit, by Esc and then a digit, by steps, by what is unread', async () => {
	const app = await lively();
	await app.press('alt+3');
	expect(active(app)).toBe('release-notes');
	await app.press('escape');
	await app.type('1');
	expect(active(app)).toBe('lobby');
	await app.type('1');
	expect(app.frame()).toContain('› 1');
	await app.press('ctrl+n');
	expect(active(app)).toBe('dev');
	await app.press('ctrl+p');
	await app.press('alt+up');
	expect(active(app)).toBe('release-notes');
	await app.press('alt+/');
	expect(active(app)).toBe('lobby');
	await app.events(said('ann', 'psst', 8, 'dev'));
	await app.press('alt+a');
	expect(active(app)).toBe('dev');
});

test('what is typed is sent with Enter; pasted lines are not', async () => {
	const app = await lively();
	await app.paste('two\nlines');
	expect(app.sent).toEqual([]);
	expect(app.frame()).toMatch(/› two .*\n.* {3}lines /u);
	await app.press('return');
	expect(app.sent).toMatchObject([{command: 'publish', room: 'lobby', text: 'two\nlines'}]);
	expect(app.frame()).toContain('› message #lobby');
});

test('a command shows how it goes on, and is carried out', async () => {
	const app = await lively();
	await app.type('/');
	expect(app.frame()).toMatch(/\/doctor .*\n.*\/edit \[new text\]/u);
	await app.type('join ');
	expect(app.frame()).toContain('/join <room> · ');
	await app.type('#ops');
	await app.press('return');
	expect(app.sent).toMatchObject([{command: 'join', room: 'ops'}]);
	await app.events({type: 'reply', id: app.sent[0]?.id as string, ok: false, error: {code: 'busy', message: 'busy'}});
	await app.press('escape');
	await app.type('/jion x');
	await app.press('return');
	expect(app.frame()).toContain('did you mean /join?');
	expect(app.frame()).toContain('› /jion x');
	await app.press('ctrl+c');
	await app.type('/quit');
	await app.press('return');
	expect(app.effects).toEqual([{type: 'quit', how: 'asked'}]);
});

test('Ctrl-C clears, says what a second one does, and leaves', async () => {
	const app = await lively();
	await app.type('draft');
	await app.press('ctrl+c');
	expect(app.frame()).toContain('Ctrl-C again to leave');
	expect(app.frame()).not.toContain('draft');
	await app.press('ctrl+c');
	expect(app.effects).toEqual([{type: 'quit', how: 'interrupted'}]);
});

test('the switcher: typed quickly, edited, chosen from', async () => {
	const app = await lively();
	await app.press('ctrl+k');
	await app.type('r');
	await app.type('e');
	await app.type('lx');
	await app.press('backspace');
	expect(app.store.getState().switcher?.query).toBe('rel');
	expect(app.frame()).toContain('│ › rel');
	await app.press('ctrl+u');
	expect(app.store.getState().switcher?.query).toBe('');
	await app.type('d');
	await app.paste('e\nv');
	expect(app.store.getState().switcher?.query).toBe('de v');
	expect(app.frame()).toContain('Enter joins #de v');
	await app.press('escape');
	expect(app.frame()).not.toContain('Go to');
	expect(app.frame()).toContain('› message #lobby');
});

test('keys that come in one chunk are all heard by the switcher, the one that opens it included', async () => {
	const app = await lively();
	await app.bytes('\x0brel\r');
	expect(active(app)).toBe('release-notes');
	await app.bytes('\x0bxdev\x01\x1b[3~\r');
	expect(active(app)).toBe('dev');
	await app.bytes('\x0babc\x7f\x7fd');
	expect(app.store.getState().switcher?.query).toBe('ad');
	await app.bytes('\x15de\x1b[D\x1b[Dx y \x17z');
	expect(app.store.getState().switcher?.query).toBe('x zde');
	expect(app.frame()).toContain('│ › x zde');
	await app.bytes('\x15\x19\x05!\x1f');
	expect(app.store.getState().switcher?.query).toBe('x zde');
});

test('of a long paste into the switcher, the beginning is looked for, and the cursor is in view', async () => {
	const app = await lively();
	await app.press('ctrl+k');
	await app.paste(`de\n${'v'.repeat(70_000)}`);
	const {query} = app.store.getState().switcher ?? {query: ''};
	expect(query).toBe(`de ${'v'.repeat(MAX_QUERY - 3)}`);
	await app.type('w');
	await app.press('end');
	expect(app.store.getState().switcher?.query).toBe(query);
	expect(app.frame()).toMatch(/│ › v+ +│/);
	await app.press('home');
	expect(app.frame()).toMatch(/│ › de v+… +│/);
});

test('Ctrl-Z is told to the terminal, wherever it is pressed', async () => {
	const app = await lively();
	await app.press('ctrl+z');
	await app.press('f1');
	await app.press('ctrl+z');
	expect(app.effects).toEqual([{type: 'suspend'}, {type: 'suspend'}]);
	expect(app.sent).toEqual([]);
});

test('a refused line says how to clear it, and Esc does', async () => {
	const app = await lively();
	await app.type('/jion x');
	await app.press('return');
	expect(app.frame()).toContain('Esc clears the line');
	await app.press('escape');
	expect(app.frame()).toContain('› message #lobby');
	expect(app.frame()).not.toContain('Esc clears');
});

test('a page scrolls to its end and no further', async () => {
	const app = await lively();
	await app.press('f1');
	const top = app.frame();
	for (let page = 0; page < 20; page++) await app.press('pagedown');
	expect(app.frame()).not.toContain('more ─');
	for (let page = 0; page < 20; page++) await app.press('pageup');
	expect(app.frame()).toBe(top);
});

test('Ctrl-L asks for the screen to be drawn again', async () => {
	const app = await lively();
	await app.press('ctrl+l');
	expect(app.effects).toEqual([{type: 'redraw'}]);
});

test('row 55: in a flood of messages a key is on the screen with the next frame', async () => {
	const app = await lively();
	const flood = Array.from({length: 10_000}, (_, index) => said('ann', `flood ${index}`, 9));
	const before = app.frames();
	for (let start = 0; start < flood.length; start += 100) app.store.receive(flood.slice(start, start + 100));
	await app.type('k');
	expect(app.frame()).toContain('› k');
	expect(app.frame()).toContain('flood 9999');
	// The first batch at once, then everything with the key.
	expect(app.frames() - before).toBeLessThanOrEqual(4);
});

test('what is typed before a room is open that was asked for goes there, and nowhere else', async () => {
	const app = await lively();
	await app.bytes('/join ops\rfirst words\rmore');
	expect(app.sent.map(({command}) => command)).toEqual(['join']);
	const id = app.sent[0]?.id as string;
	await app.events({type: 'room-joined', room: 'ops', members: []});
	expect(app.sent.length).toBe(1);
	await app.events({type: 'reply', id, ok: true, result: {room: 'ops'}});
	expect(app.sent.slice(1)).toMatchObject([{command: 'publish', room: 'ops', text: 'first words'}]);
	expect(app.frame()).toContain('› more');
	await app.bytes('\x15/join nowhere\rlost words');
	await app.press('ctrl+c');
	await app.events({
		type: 'reply',
		id: app.sent.at(-1)?.id as string,
		ok: false,
		error: {code: 'bad-room', message: 'No such room'},
	});
	expect(app.frame()).toContain('› /join nowhere');
});

test.each([
	['a command', '/join nowhere\r', '› /join nowhere'],
	['the list', '\x0b#nowhere\r', '› message #lobby'],
])('what is typed for a room that %s could not open is said nowhere', async (_, asking, line) => {
	const app = await lively();
	await app.bytes(`${asking}first words\rmore`);
	const [join] = app.sent;
	expect(join).toMatchObject({command: 'join', room: 'nowhere'});
	const error = {code: 'bad-room', message: 'No such room'} as const;
	await app.events({type: 'reply', id: join?.id as string, ok: false, error});
	expect(app.sent).toEqual([join]);
	expect(app.frame()).toContain(line);
	await app.press('ctrl+c');
	await app.bytes('hello\r');
	expect(app.sent.slice(1)).toMatchObject([{command: 'publish', room: 'lobby', text: 'hello'}]);
});
