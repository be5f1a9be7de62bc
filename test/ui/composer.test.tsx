/** Where one writes: its rows, its cursor, what it asks and offers, and the layout that makes room for it. */
import fc from 'fast-check';
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import {applyEdit, EMPTY_COMPOSER} from '../../source/store/composer.ts';
import type {Store} from '../../source/store/store.ts';
import {type Layout, layoutFor, type Rect} from '../../source/ui/layout.ts';
import {layoutNow} from '../../source/ui/layout-now.ts';
import {composerRows, cursorPlace} from '../../source/ui/panes/composer.ts';
import {listRect, listRows} from '../../source/ui/panes/composer-list.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {livelyStore, openApp} from './harness.tsx';
import {livelyEvents} from './script.ts';

afterEach(cleanup);

const SMALL = {columns: 40, rows: 12};

async function open(size = SMALL) {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	return {
		...app,
		/** The rows of the composer, and of what stands over it. */
		end: (count: number) =>
			app
				.frame()
				.split('\n')
				.slice(-1 - count, -1),
		cursor: () => {
			const state = app.store.getState();
			return cursorPlace(state, (layoutNow(state, size.columns, size.rows) as Layout).composer);
		},
	};
}

describe('rows', () => {
	test('ideographs and emoji wrap at their width, line feeds are rows, and the cursor is behind the last of them', async () => {
		const app = await open({columns: 40, rows: 24});
		await app.type('今日はとてもいい天気ですね、散歩に行きませんか 👩‍👩‍👧‍👦 yes');
		await app.press('alt+return');
		await app.type('then');
		expect(app.end(5)).toEqual([
			'├──────────────────────────────────────┤',
			'│ › 今日はとてもいい天気ですね、散歩に │',
			'│   行きませんか 👩‍👩‍👧‍👦 yes                │',
			'│   then                               │',
			'╰──────────────────────────────────────╯',
		]);
		expect(app.cursor()).toEqual({x: 8, y: 21});
		await app.press('up');
		expect(app.cursor()).toEqual({x: 8, y: 20});
		await app.press('home');
		await app.press('home');
		expect(app.cursor()).toEqual({x: 4, y: 19});
	});

	test('behind a full row the cursor has a cell of its own; behind the space after it, the next row', async () => {
		const app = await open({columns: 40, rows: 24});
		await app.type('x'.repeat(34));
		expect(app.cursor()).toEqual({x: 38, y: 21});
		await app.type(' ');
		expect(app.cursor()).toEqual({x: 4, y: 21});
	});

	test('grow to a third of the screen and no further; then the text scrolls inside', async () => {
		const app = await open({columns: 80, rows: 24});
		await app.paste('line 1\nline 2\nline 3\nline 4\n');
		await app.paste('line 5\nline 6\nline 7\nline 8\nline 9');
		expect(
			app
				.end(8)
				.slice(1, -1)
				.map(row => row.slice(27)),
		).toEqual([4, 5, 6, 7, 8, 9].map((line, index) => `│ ${index === 0 ? '↑' : ' '} line ${line}${' '.repeat(42)}│`));
		await app.press('home');
		await app.press('home');
		expect(app.end(8)[1]).toContain('› line 1');
		expect(app.end(8)[6]).toMatch(/line 6 +↓│$/u);
	});

	test('in the smallest terminal there are two', async () => {
		const app = await open();
		await app.paste('one\ntwo\nthree');
		expect(app.end(4).map(row => row.slice(1, 10).trim())).toEqual(['─────────', '↑ two', 'three', '─────────']);
		expect(app.cursor()).toEqual({x: 9, y: 9});
	});
});

describe('what it offers', () => {
	test('a list of what fits stands over the chat and goes with Esc', async () => {
		const app = await open();
		await app.type('/re');
		expect(app.end(6)).toEqual([
			'│   /react [@name] …  react to it; aga…│',
			'│   /redact [reason]  take back your l…│',
			'│   /reply [@name] …  answer the last …│',
			'├ Tab completes, Esc hides ────────────┤',
			'│ › /re                                │',
			'╰──────────────────────────────────────╯',
		]);
		await app.press('tab');
		expect(app.frame()).toContain('▌ /react');
		expect(app.frame()).toContain('› /react ');
		await app.press('escape');
		expect(app.frame()).not.toContain('▌ /react');
		await app.press('return');
		expect(app.frame()).toContain('With what? Write /react [@name]');
	});

	test('Esc is promised for one thing at a time', async () => {
		const app = await open({columns: 80, rows: 24});
		await app.type('/jo');
		await app.press('return');
		expect(app.frame()).toContain('Tab completes, Esc hides');
		expect(app.frame()).not.toContain('Esc clears');
		await app.press('escape');
		expect(app.frame()).toContain('Esc clears the line');
	});

	test('Ctrl-R: the line found, with how many there are; Enter takes it and does not send', async () => {
		const app = await open();
		for (const line of ['deploy on Friday', 'lunch']) {
			await app.type(line);
			await app.press('return');
		}
		await app.type('draft');
		await app.press('ctrl+r');
		await app.type('ploy');
		expect(app.end(3).slice(0, 2)).toEqual([
			'├ 1 of 1…  Enter takes it, Esc leaves ─┤',
			'│ search ploy › deploy on Friday       │',
		]);
		expect(app.cursor()).toEqual({x: 13, y: 9});
		await app.type('y'.repeat(60));
		expect(app.end(2)[0]).toMatch(/^│ search …y+ › you have sent.*│$/u);
		expect(app.cursor().x).toBeLessThan(39);
		await app.press('ctrl+u');
		await app.type('ploy');
		const sent = app.sent.length;
		await app.press('return');
		expect(app.frame()).toContain('› deploy on Friday');
		expect(app.sent.length).toBe(sent);
		await app.press('ctrl+_');
		expect(app.frame()).toContain('› draft');
	});

	test('where there is room, more of what was pasted is shown', async () => {
		const app = await open({columns: 80, rows: 24});
		await app.paste(Array.from({length: 48}, (_, index) => `pasted ${index}`).join('\n'));
		expect(app.end(7).map(line => /pasted \d+/.exec(line)?.[0] ?? '')).toEqual([
			'',
			...[0, 1, 2, 3, 4].map(index => `pasted ${index}`),
			'',
		]);
	});

	test('a long paste is asked about: Enter pastes and sends nothing', async () => {
		const app = await open();
		await app.paste(Array.from({length: 48}, (_, index) => `pasted ${index}`).join('\n'));
		expect(app.end(4).slice(0, 3)).toEqual([
			'├ paste 48 lines, 469 characters? ─────┤',
			'│   Enter pastes · Esc drops it        │',
			'│   pasted 0                           │',
		]);
		await app.type('x');
		await app.press('return');
		expect(app.frame()).toContain('pasted 47');
		expect(app.sent).toEqual([]);
		await app.press('ctrl+c');
		await app.paste('日'.repeat(6_000));
		expect(app.frame()).toContain('the last 539 do not fit (16 KiB)');
		await app.press('escape');
		await app.bytes(`\x1b[200~${'a'.repeat(100_000)}\x1b[201~`);
		expect(app.frame()).toContain('paste more than 1 line, 100,000');
		expect(app.frame()).toContain('the last 83,616 do not fit (16 KiB)');
		await app.press('escape');
		expect(app.frame()).toContain('› message #lobby');
	});
});

const sizes = fc.record({
	columns: fc.integer({min: 40, max: 300}),
	rows: fc.integer({min: 12, max: 100}),
	rooms: fc.integer({min: 0, max: 40}),
	wanted: fc.integer({min: 0, max: 400}),
	hideRooms: fc.boolean(),
	hideNetwork: fc.boolean(),
});

describe('the layout', () => {
	test('tiles the screen however much is written, and leaves the chat the most of it', () => {
		fc.assert(
			fc.property(sizes, ({columns, rows, rooms, wanted, hideRooms, hideNetwork}) => {
				const hidden = {rooms: hideRooms, network: hideNetwork};
				const layout = layoutFor(columns, rows, {rooms, hidden, writing: () => wanted}) as Layout;
				const {page: _, ...panes} = layout;
				const owners = new Uint8Array(columns * rows);
				for (const rect of Object.values(panes)) {
					for (let y = rect?.y ?? 0; rect && y < rect.y + rect.height; y++)
						for (let x = rect.x; x < rect.x + rect.width; x++) owners[y * columns + x]! += 1;
				}
				expect(owners.every(count => count === 1)).toBe(true);
				const {composer, chat} = layout;
				expect(composer.height).toBe(Math.max(3, Math.min(wanted + 2, 8, Math.floor(rows / 3))));
				expect(chat.height).toBeGreaterThan(composer.height);
				expect(chat.width).toBeGreaterThanOrEqual(40);
			}),
			{numRuns: 150},
		);
	});

	test('panes come one after the other as the terminal grows, and none goes again', () => {
		const hidden = {rooms: false, network: false};
		const shown = (columns: number, rows: number) => {
			const {rooms, peers, network} = layoutFor(columns, rows, {rooms: 3, hidden}) as Layout;
			return [rooms, peers, network].map(rect => (rect ? 1 : 0));
		};
		for (let size = 41; size <= 300; size++) {
			const [before, after] = [shown(size - 1, 30), shown(size, 30)];
			for (const [index, isShown] of after.entries()) expect(isShown).toBeGreaterThanOrEqual(before[index] as number);
		}
	});

	test('is the same object while a row is being written, and only what moved is another one after that', () => {
		const store = livelyStore();
		const {columns, rows} = {columns: 120, rows: 40};
		const at = (text: string) => layoutNow(writing(store, text), columns, rows) as Layout;
		const before = at('');
		expect(at('some words')).toBe(before);
		const grown = at('some words '.repeat(9));
		expect(grown.composer.height).toBeGreaterThan(before.composer.height);
		expect([grown.rooms, grown.network, grown.status]).toEqual([before.rooms, before.network, before.status]);
		expect(grown.network).toBe(before.network);
	});

	test('whatever is written or asked fills its rectangles to the cell, and the cursor stands inside', () => {
		const store = livelyStore();
		const text = fc.array(
			fc.constantFrom('a', 'word ', '日本', '👩‍👩‍👧‍👦', '\n', '\u200b', 'e\u0301', '/msg ', '#', '@', ':ta'),
			{maxLength: 80},
		);
		const check = (rows: readonly string[], rect: Rect) => {
			expect(rows.map(widthOf)).toEqual(Array.from({length: rect.height}, () => rect.width));
		};
		fc.assert(
			fc.property(sizes, text, fc.nat(3), ({columns, rows}, parts, kind) => {
				const written = writing(store, parts.join(''));
				const heldPaste = {text: parts.join('日').repeat(200), lines: 3, characters: 1_000_000, room: written.active};
				const recall = {query: parts.slice(0, 20).join(''), index: 0};
				const sent = [`${parts.join('')} tail`];
				const state = {...written, ...(kind === 1 ? {heldPaste} : kind === 2 ? {recall, sent} : {})};
				const {composer, chat} = layoutNow(state, columns, rows) as Layout;
				check(composerRows(state, composer, theme), composer);
				const list = listRect(state, chat);
				if (list) check(listRows(state, list, theme), list);
				if (list) expect(list.y).toBeGreaterThan(chat.y);
				const {x, y} = cursorPlace(state, composer);
				expect(x >= composer.x + 4 && x < composer.x + composer.width - 1).toBe(true);
				expect(y > composer.y && y < composer.y + composer.height - 1).toBe(true);
			}),
			{numRuns: 80},
		);
	});
});

function writing(store: Store, text: string) {
	const state = store.getState();
	const composer = applyEdit(EMPTY_COMPOSER, {edit: 'insert', text});
	return {...state, rooms: state.rooms.map(room => (room.room === state.active ? {...room, composer} : room))};
}
