import {cleanup} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import {hit, linkAt} from '../../source/ui/hit.ts';
import type {Layout} from '../../source/ui/layout.ts';
import {layoutNow} from '../../source/ui/layout-now.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {AROUND} from '../store/helpers.ts';
import {type AppHarness, openApp, type Size, settled} from './harness.tsx';
import {livelyEvents, PEERS, said} from './script.ts';

afterEach(cleanup);

async function open(size: Size): Promise<AppHarness> {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	await app.nothingKept();
	app.store.dispatch({type: 'set', settings: {mouse: true}, keep: false}, AROUND);
	await app.events(said('ann', 'see https://example.org/docs?q=1 and write', 7));
	return app;
}

/** Where a text stands on the screen: the column and row of its first cell, counted from 1. */
function placeOf(app: AppHarness, text: string): readonly [number, number] {
	const rows = app.frame().split('\n');
	const row = rows.findIndex(each => each.includes(text));
	if (row < 0) throw new Error(`${text} is not on the screen:\n${app.frame()}`);
	return [(rows[row] as string).indexOf(text) + 1, row + 1];
}

const press = (app: AppHarness, [x, y]: readonly [number, number], button = 0) =>
	app.bytes(`\x1b[<${button};${x};${y}M\x1b[<${button};${x};${y}m`);
const click = (app: AppHarness, text: string) => press(app, placeOf(app, text));
const wheel = (app: AppHarness, button: 64 | 65) => app.bytes(`\x1b[<${button};40;5M`);

const SIZE = {columns: 80, rows: 24};

test('a room is opened, and a conversation with a peer', async () => {
	const app = await open(SIZE);
	await click(app, '#dev');
	expect(app.store.getState().active).toBe('dev');
	await click(app, '● bob');
	expect(app.store.getState().active).toBe(`@${PEERS.bob}`);
	await press(app, [1, 1]);
	expect(app.store.getState().active).toBe(`@${PEERS.bob}`);
});

test('a link is opened, wherever it is pressed, and the text beside it is not a link', async () => {
	const app = await open(SIZE);
	const [x, y] = placeOf(app, 'https://example.org');
	for (const at of [x, x + 'https://example.org/docs?q=1'.length - 1]) {
		await press(app, [at, y]);
		expect(app.effects.splice(0)).toEqual([{type: 'open', url: 'https://example.org/docs?q=1'}]);
	}
	await press(app, [x - 1, y]);
	expect(app.effects).toEqual([]);
});

test('a message is selected, and let go', async () => {
	const app = await open(SIZE);
	await click(app, 'thank you both');
	expect(app.store.getState().selection?.id).toBe('own-1');
	await click(app, 'on my way');
	expect(app.store.getState().selection?.id).toBe('own-2');
	await click(app, 'on my way');
	expect(app.store.getState().selection).toBeUndefined();
	await click(app, 'on my way');
	await press(app, [40, SIZE.rows - 2]);
	expect(app.store.getState().selection).toBeUndefined();
});

test('in the list, a row is taken; beside it, the list is closed', async () => {
	const app = await open(SIZE);
	await app.press('ctrl+k');
	await wheel(app, 65);
	await click(app, '▌ #release-notes');
	expect(app.store.getState().active).toBe('release-notes');
	await app.press('ctrl+k');
	await press(app, [2, SIZE.rows - 2]);
	expect(app.store.getState().switcher).toBeUndefined();
	expect(app.store.getState().active).toBe('release-notes');
});

test('in the list of what fits what is being written, a row is taken', async () => {
	const app = await open(SIZE);
	await app.type('@');
	await click(app, '@cat');
	expect(app.store.getState().rooms[0]?.composer.text).toMatch(/^@cat/);
	await click(app, '@ann');
	expect(app.store.getState().rooms[0]?.composer.text).toMatch(/^@ann/);
});

test('on a page, whoever is pressed is talked to', async () => {
	const app = await open(SIZE);
	await app.press('f2');
	await click(app, ' bob');
	expect(app.store.getState().active).toBe(`@${PEERS.bob}`);
});

test('on a page that was scrolled before its window grew, too', async () => {
	const app = await open({columns: 40, rows: 12});
	await app.press('f2');
	await app.press('end');
	expect(app.store.getState().viewScroll).toBeGreaterThan(0);
	app.resize(SIZE);
	await settled();
	await click(app, ' bob');
	expect(app.store.getState().active).toBe(`@${PEERS.bob}`);
});

test('the wheel moves the messages, and pages', async () => {
	const app = await open(SIZE);
	await app.events(...Array.from({length: 60}, (_, index) => said('ann', `line ${index}`, 8)));
	expect(app.frame()).toContain('line 59');
	await wheel(app, 64);
	expect(app.frame()).not.toContain('line 57');
	expect(app.frame()).toContain('line 56');
	await wheel(app, 65);
	expect(app.frame()).toContain('line 59');
	expect(app.store.getState().rooms[0]?.anchor).toBeUndefined();
	await app.press('f1');
	const first = app.frame();
	await wheel(app, 65);
	expect(app.store.getState().viewScroll).toBe(3);
	await wheel(app, 64);
	expect(app.frame()).toBe(first);
});

test('where there is no pane of rooms, the title leads to what is unread', async () => {
	const app = await open({columns: 40, rows: 12});
	await click(app, '#dev @2');
	expect(app.store.getState().active).toBe('dev');
});

test('other buttons mean nothing, nor does anything once the mouse is off', async () => {
	const app = await open(SIZE);
	await press(app, placeOf(app, '#dev'), 2);
	expect(app.store.getState().active).toBe('lobby');
	app.store.dispatch({type: 'set', settings: {mouse: false}, keep: false}, AROUND);
	await click(app, '#dev');
	await wheel(app, 64);
	expect(app.store.getState().active).toBe('lobby');
	expect(app.frame()).not.toContain('<0');
});

test('no cell of any screen is without an answer', async () => {
	const app = await open(SIZE);
	const {store} = app;
	for (const [columns, rows] of [
		[120, 30],
		[40, 12],
	] as const) {
		for (const view of ['chat', 'peers'] as const) {
			store.dispatch({type: 'view', view}, AROUND);
			const layout = layoutNow(store.getState(), columns, rows) as Layout;
			for (let y = 0; y < rows + 2; y++) {
				for (let x = y % 9; x < columns + 2; x += 9) {
					expect(hit(store.getState(), layout, PLAIN_THEME, x, y).on).toMatch(/^[a-z]+$/);
				}
			}
		}
	}
});

test('the cells of a link are those that are drawn', () => {
	const row = '日\x1b[4m\x1b]8;;https://a/\x1b\\日x\x1b]8;;\x1b\\\x1b[24m y';
	expect([0, 1, 2, 3, 4, 5, 99].map(cell => linkAt(row, cell) ?? '-').join(' ')).toBe(
		'- - https://a/ https://a/ https://a/ - -',
	);
});
