import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Store} from '../../source/store/store.ts';
import {layoutFor, type Rect} from '../../source/ui/layout.ts';
import {chatRows} from '../../source/ui/panes/chat.ts';
import {composerRows, cursorPlace} from '../../source/ui/panes/composer.ts';
import {networkRows, trafficRows} from '../../source/ui/panes/network.ts';
import {peersRows} from '../../source/ui/panes/peers.ts';
import {roomsRows} from '../../source/ui/panes/rooms.ts';
import {statusRows} from '../../source/ui/panes/status.ts';
import {switcherRect, switcherRows} from '../../source/ui/switcher.tsx';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import {livelyEvents, rtts, said, WAVE} from './script.ts';
import {VirtualTime} from './virtual-time.ts';

const sizes = fc.record({
	columns: fc.integer({min: 40, max: 300}),
	rows: fc.integer({min: 12, max: 100}),
	rooms: fc.integer({min: 0, max: 40}),
	hideRooms: fc.boolean(),
	hideNetwork: fc.boolean(),
});

test('panes tile the screen: every cell belongs to exactly one', () => {
	fc.assert(
		fc.property(sizes, ({columns, rows, rooms, hideRooms, hideNetwork}) => {
			const layout = layoutFor(columns, rows, {rooms, hidden: {rooms: hideRooms, network: hideNetwork}});
			if (!layout) throw new Error('no layout');
			const {page: _, ...panes} = layout;
			const owners = new Uint8Array(columns * rows);
			for (const rect of Object.values(panes)) {
				if (!rect) continue;
				expect(rect.width * rect.height).toBeGreaterThan(0);
				for (let y = rect.y; y < rect.y + rect.height; y++) {
					for (let x = rect.x; x < rect.x + rect.width; x++) owners[y * columns + x]! += 1;
				}
			}
			expect(owners.every(count => count === 1)).toBe(true);
			if (hideRooms) expect(layout.rooms).toBeUndefined();
			if (hideNetwork) expect(layout.network).toBeUndefined();
		}),
		{numRuns: 300},
	);
});

test('the network goes before the rooms, and the chat never', () => {
	const hidden = {rooms: false, network: false};
	const shown = (columns: number) => {
		const layout = layoutFor(columns, 30, {rooms: 3, hidden});
		return [layout?.rooms !== undefined, layout?.network !== undefined];
	};
	expect([shown(120), shown(80), shown(60)]).toEqual([
		[true, true],
		[true, false],
		[false, false],
	]);
	expect(layoutFor(39, 12, {rooms: 1, hidden})).toBeUndefined();
	expect(layoutFor(40, 11, {rooms: 1, hidden})).toBeUndefined();
});

test('without a pane for the network, the peers show the last time, the latest ones and the trend', () => {
	const time = new VirtualTime();
	const store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive([...livelyEvents(), ...rtts('ann', ...WAVE, 0.9, 0.95, 1, 1.1, 1.2)]);
	store.flush();
	const ann = (columns: number, hideNetwork = false) => {
		const hidden = {rooms: false, network: hideNetwork};
		const layout = layoutFor(columns, 24, {rooms: 3, hidden});
		return peersRows(store.getState(), layout!.peers!, theme, false).find(row => row.includes('● ann'));
	};
	expect(ann(80)).toMatch(/● ann +[▁-█]{3} +1\.2 ms ↗ │$/);
	expect(ann(160, true)).toBe(ann(80));
	expect(ann(160)).toMatch(/● ann +1\.2 ms ↗ │$/);
	expect(ann(64)).toMatch(/● ann +1\.2 ms ↗ │$/);
});

test('at every size each pane fills its rectangle to the cell', () => {
	const time = new VirtualTime();
	const store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive(livelyEvents());
	store.receive([
		said('ann', '今日はとてもいい天気ですね 👩‍👩‍👧‍👦 x'.repeat(9), 7),
		said('you', 'w'.repeat(500), 8),
		said('bob', 'a 漢字 b '.repeat(40), 9),
	]);
	store.flush();
	const lively = store.getState();
	const states = [
		lively,
		{...lively, core: {state: 'failed', reason: 'r'.repeat(400), hint: '漢字'.repeat(90)} as const},
		{...lively, notice: {level: 'error', text: '漢字 notice '.repeat(40), at: 0} as const},
		{...lively, switcher: {query: '', selected: 2}},
	];
	const check = (rows: readonly string[], rect: Rect) => {
		expect(rows.length).toBe(rect.height);
		for (const row of rows) expect(widthOf(row)).toBe(rect.width);
	};
	fc.assert(
		fc.property(sizes, fc.constantFrom(...states), ({columns, rows, hideRooms, hideNetwork}, state) => {
			const hidden = {rooms: hideRooms, network: hideNetwork};
			const layout = layoutFor(columns, rows, {rooms: state.rooms.length, hidden});
			if (!layout) throw new Error('no layout');
			check(chatRows(state, layout.chat, theme), layout.chat);
			check(composerRows(state, layout.composer, theme), layout.composer);
			const status = statusRows(state, layout.status.width, theme);
			expect(status.length).toBeLessThanOrEqual(2);
			check(status, {...layout.status, height: state.notice ? status.length : 1});
			if (layout.rooms) check(roomsRows(state, layout.rooms, theme), layout.rooms);
			if (layout.peers) check(peersRows(state, layout.peers, theme, !layout.traffic), layout.peers);
			if (layout.traffic) check(trafficRows(state, layout.traffic, theme), layout.traffic);
			if (layout.network) check(networkRows(state, layout.network, theme), layout.network);
			for (const view of ['help', 'peers'] as const)
				check(pageRows({...state, view}, layout.page, theme, '1.2.3'), layout.page);
			const over = switcherRect(layout.chat, state.rooms.length);
			check(switcherRows(state, over, theme), over);
			expect(over.x >= layout.chat.x && over.x + over.width <= layout.chat.x + layout.chat.width).toBe(true);
			expect(over.y + over.height).toBeLessThanOrEqual(layout.chat.y + layout.chat.height);
			const cursor = cursorPlace(state, layout.composer);
			expect(cursor.x).toBeLessThan(layout.composer.x + layout.composer.width - 1);
		}),
		{numRuns: 150},
	);
});
