/**
 * What stands on the terminal, cell by cell, at any size and whatever peers write: every pane keeps to its rectangle.
 * The terminal of these tests measures for itself (test/helpers/emulator.ts).
 */

import fc from 'fast-check';
import {cleanup} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import type {Rect} from '../../source/ui/layout.ts';
import {layoutNow} from '../../source/ui/layout-now.ts';
import {openListRect, placeOfList} from '../../source/ui/palette-rows.ts';
import type {Kind} from '../helpers/emulator.ts';
import type {Size} from './harness.tsx';
import {HOSTILE, hostileEvents} from './hostile.ts';
import {openPainted} from './painted.tsx';
import {livelyEvents} from './script.ts';

afterEach(cleanup);

const LINE = /^[│╭╮╰╯├┤┬┴┼]$/;
const CORNER = /^[╭╮├┤┬┼]$/;

type Painted = ReturnType<typeof openPainted>;

/** How to get there; what is written there is a peer's, too. */
const VIEWS: Readonly<Record<string, (app: Painted, word: string) => Promise<void>>> = {
	chat: async () => {},
	'a draft': async (app, word) => app.paste(word.replaceAll('\n', ' ')),
	'a second room': app => app.press('alt+2'),
	'a conversation': app => app.press('alt+4'),
	help: app => app.press('f1'),
	peers: app => app.press('f2'),
	list: app => app.press('ctrl+k'),
	completion: async app => {
		await app.type('@');
		await app.press('tab');
	},
	'scrolled up': app => app.press('pageup'),
};

const sizes = fc.oneof(
	{weight: 3, arbitrary: fc.record({columns: fc.integer({min: 40, max: 120}), rows: fc.integer({min: 12, max: 40})})},
	fc.record({columns: fc.integer({min: 40, max: 300}), rows: fc.integer({min: 12, max: 100})}),
	fc.constantFrom({columns: 40, rows: 12}, {columns: 300, rows: 100}),
);
const words = fc.shuffledSubarray([...HOSTILE], {minLength: 3});

async function openHostile(size: Size, kind: Kind, said: readonly string[]) {
	const app = openPainted(size, {kind});
	app.store.core({state: 'running'});
	await app.events(...hostileEvents(said));
	return app;
}

/** Both upper corners, and all along both sides. */
function expectFramed(cells: readonly string[][], {x, y, width, height}: Rect, name: string, over?: Rect): void {
	for (let row = y; row < y + height; row++) {
		for (const column of [x, x + width - 1]) {
			const isCorner = row === y;
			const what = `${name}: ${isCorner ? 'corner' : 'side'} at ${column},${row}`;
			if (!isWithin(over, column, row)) expect(cells[row]?.[column], what).toMatch(isCorner ? CORNER : LINE);
		}
	}
}

function isWithin(rect: Rect | undefined, x: number, y: number): boolean {
	return !!rect && x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/** On low screens the list lies over the panes, too. What needs no row of its own is above the lower edge: a long notice covers that one. */
function expectPanes(cells: readonly string[][], size: Size, app: Painted): void {
	const state = app.store.getState();
	const {view, notice} = state;
	const layout = layoutNow(state, size.columns, size.rows);
	if (!layout) throw new Error('no layout');
	const {page, status: _, ...panes} = layout;
	const shown = view === 'chat' ? panes : {page};
	const list = state.switcher && openListRect(state, placeOfList(state, layout));
	if (list) expectFramed(cells, list, 'list');
	for (const [name, rect] of Object.entries(shown)) {
		if (!rect) continue;
		const isLow = rect.y + rect.height >= size.rows - 1 && notice !== undefined;
		expectFramed(cells, isLow ? {...rect, height: rect.height - 1} : rect, name, list);
	}
}

/** Where characters are not joined, what is joined looks different; everything around it stays where it is. */
function expectMeant(cells: readonly string[][], meant: readonly (readonly string[])[], kind: Kind): void {
	const isJoined = (text: string | undefined): boolean => kind !== 'clusters' && [...(text ?? '')].length > 1;
	// The second half of something joined goes with it; the cell behind has to be right.
	const visible = (row: readonly string[], y: number): string =>
		row.map((text, x) => (isJoined(meant[y]?.[x] || meant[y]?.[x - 1]) ? '?' : text)).join('|');
	expect(cells.map(visible)).toEqual(meant.map(visible));
}

test.each(['clusters', 'characters', 'isolates'] as const)(
	'rows 53 and 54: hostile words stay in their panes on a terminal of %s',
	async kind => {
		await fc.assert(
			fc.asyncProperty(sizes, words, fc.constantFrom(...Object.keys(VIEWS)), async (size, said, view) => {
				const app = await openHostile(size, kind, said);
				await VIEWS[view]?.(app, said[0] as string);
				const cells = await app.cells(size.columns, size.rows, app.paint());
				const meant = app.meant();
				app.close();
				expectPanes(cells, size, app);
				expectMeant(cells, meant, kind);
			}),
			{numRuns: 6, endOnFailure: true},
		);
	},
);

test('at every size the terminal shows what was meant, and nothing of the size before', async () => {
	const app = openPainted({columns: 80, rows: 24});
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	let output = app.paint();
	await fc.assert(
		fc.asyncProperty(sizes, async size => {
			app.resize(size);
			const fresh = app.paint();
			const [after, alone] = [
				await app.cells(size.columns, size.rows, output, fresh),
				await app.cells(size.columns, size.rows, fresh),
			];
			expect(after).toEqual(alone);
			expect(app.paint()).toBe('');
			output = fresh;
		}),
		{numRuns: 6},
	);
	app.close();
});
