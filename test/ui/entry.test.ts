import {beforeEach, expect, test} from 'vitest';
import {MAX_ENTRY_LINES} from '../../source/store/clip.ts';
import {entryAt} from '../../source/store/log.ts';
import {Store} from '../../source/store/store.ts';
import {chatRows, entryHeight} from '../../source/ui/panes/chat.ts';
import {countRemembered, REMEMBERED_ROWS} from '../../source/ui/panes/entry.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {peerInfo, said, snapshotOf} from './script.ts';
import {VirtualTime} from './virtual-time.ts';

const rect = {x: 0, y: 0, width: 60, height: 20};

let store: Store;
beforeEach(() => {
	const time = new VirtualTime();
	store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive([snapshotOf(['lobby'], [peerInfo('ann')])]);
});

function chat(): readonly string[] {
	store.flush();
	const rows = chatRows(store.getState(), rect, theme);
	expect(rows).toHaveLength(rect.height);
	for (const row of rows) expect(widthOf(row)).toBe(rect.width);
	return rows;
}

function newestHeight(): number {
	const state = store.getState();
	const room = state.rooms[0]!;
	return entryHeight(state, room, room.log.length - 1, rect, theme);
}

test.each([
	['lines', 'a\n'.repeat(8_000), '… 7,800 more lines'],
	['one more line', `${'a\n'.repeat(MAX_ENTRY_LINES)}b`, '… 1 more line'],
	['a long word', 'a'.repeat(16_384), /… [\d,]+ more characters/],
	['control characters', '\x01'.repeat(16_384), /… [\d,]+ more characters/],
	['long lines', `${'word '.repeat(30)}\n`.repeat(100), /… \d\d more lines/],
])('a message of very many rows is cut, and says how much is missing: %s', (_, text, more) => {
	store.receive([said('ann', text, 1)]);
	const last = chat()
		.at(-1)!
		.replaceAll(/[│ ]+$|^[│ ]+/g, '');
	expect(last).toMatch(more);
	expect(newestHeight()).toBe(MAX_ENTRY_LINES + 1);
});

test('a message that just fits is shown whole', () => {
	store.receive([said('ann', Array.from({length: MAX_ENTRY_LINES}, (_, index) => `line ${index}`).join('\n'), 1)]);
	expect(chat().at(-1)).toContain(`line ${MAX_ENTRY_LINES - 1} `);
	expect(newestHeight()).toBe(MAX_ENTRY_LINES);
});

test('how far an own message has spread stands on its last row, cut or not', () => {
	store.receive([
		said('you', 'a\n'.repeat(8_000), 1, 'lobby', 'own-1'),
		{type: 'message-state', room: 'lobby', messageId: 'own-1', storedBy: 2, of: 3},
	]);
	expect(chat().at(-1)).toMatch(/… 7,800 more lines +✓ 2\/3 │$/);
});

test('rows are remembered by their number, however long the entries', () => {
	for (let index = 0; index < 100; index++) {
		store.receive([said('ann', `${index}\n`.repeat(8_000), 1)]);
		chat();
	}
	expect(countRemembered()).toBeLessThanOrEqual(REMEMBERED_ROWS);
	const {log} = store.getState().rooms[0]!;
	expect(entryAt(log, log.length - 1)).toMatchObject({cut: {lines: 8_000 - MAX_ENTRY_LINES}});
});
