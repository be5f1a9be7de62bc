import {beforeEach, describe, expect, test, vi} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {MAX_ENTRY_LINES} from '../../source/store/clip.ts';
import {entryAt} from '../../source/store/log.ts';
import {Store} from '../../source/store/store.ts';
import {parseMarkup} from '../../source/ui/markup.ts';
import {chatRows, entryHeight} from '../../source/ui/panes/chat.ts';
import {countRemembered, REMEMBERED_ROWS} from '../../source/ui/panes/entry.ts';
import {MAX_TEXT_ROWS} from '../../source/ui/panes/entry-message.ts';
import {widthOf} from '../../source/ui/text.ts';
import {createTheme, PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {PEERS, peerInfo, SELF, said, snapshotOf} from './script.ts';
import {VirtualTime} from './virtual-time.ts';

vi.mock('../../source/ui/markup.ts', async load => {
	const real = await load<typeof import('../../source/ui/markup.ts')>();
	return {...real, parseMarkup: vi.fn(real.parseMarkup)};
});

process.env.TZ = 'UTC';

const rect = {x: 0, y: 0, width: 60, height: 20};

const stripped = (text: string) => text.replaceAll(/\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\/g, '');

let store: Store;
let time: VirtualTime;
beforeEach(() => {
	time = new VirtualTime();
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
	['lines', 'a\n'.repeat(8_000), '… 7,960 more lines · Enter on it: all'],
	['one more line', `${'a\n'.repeat(MAX_TEXT_ROWS)}b`, '… 1 more line'],
	['a long word', 'a'.repeat(16_384), /… [\d,]+ more characters/],
	['control characters', '\x01'.repeat(16_384), /… [\d,]+ more characters/],
	['long lines', `${'word '.repeat(30)}\n`.repeat(100), /… \d\d more lines/],
])('a message of very many rows is cut, and says how much is missing: %s', (_, text, more) => {
	store.receive([said('ann', text, 1)]);
	const last = chat()
		.at(-1)!
		.replaceAll(/[│ ]+$|^[│ ]+/g, '');
	expect(last).toMatch(more);
	expect(newestHeight()).toBe(MAX_TEXT_ROWS + 1);
});

test('a message that just fits is shown whole', () => {
	store.receive([said('ann', Array.from({length: MAX_TEXT_ROWS}, (_, index) => `line ${index}`).join('\n'), 1)]);
	expect(chat().at(-1)).toContain(`line ${MAX_TEXT_ROWS - 1} `);
	expect(newestHeight()).toBe(MAX_TEXT_ROWS);
});

test('how far an own message has spread stands on its last row, cut or not', () => {
	store.receive([
		said('you', 'a\n'.repeat(8_000), 1, 'lobby', 'own-1'),
		{type: 'message-state', room: 'lobby', messageId: 'own-1', storedBy: 2, of: 3},
	]);
	expect(chat().at(-1)).toMatch(/… 7,960 more lines · Enter on it: all +✓ 2\/3 │$/);
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

describe('grouping', () => {
	const texts = () => chat().map(row => row.replaceAll(/[│]/g, '').trimEnd());

	test('an author is named once in five minutes, each minute once', () => {
		store.receive([said('ann', 'one', 1), said('ann', 'two', 1), said('ann', 'three', 5), said('ann', 'four', 10)]);
		expect(texts().filter(text => / (one|two|three|four)$/.test(text))).toEqual([
			' 12:01  ann  one',
			'             two',
			' 12:05       three',
			' 12:10  ann  four',
		]);
	});

	test('midnight stands between two days, and names the author again; days of long ago are in the title too', () => {
		store.receive([said('ann', 'late', 719), said('ann', 'early', 721)]);
		expect(texts().slice(-19, -15)).toEqual([
			expect.stringMatching(/^ ─+ Saturday 21 November 2026 ─+$/),
			' 23:59  ann  late',
			expect.stringMatching(/^ ─+ Sunday 22 November 2026 ─+$/),
			' 00:01  ann  early',
		]);
		expect(texts()[0]).not.toContain('Nov');
		store.receive([said('ann', 'long ago', -1_440)]);
		expect(texts()[0]).toMatch(/ Fri 20 Nov ─/);
	});

	test('what is said of several people is one quiet line', () => {
		time.advance(60_000);
		const people = ['bob', 'cat', 'dan'] as const;
		const come = (who: (typeof people)[number]) => ({peer: PEERS[who], name: who, room: 'lobby'}) as const;
		store.receive(people.slice(0, 2).map(who => ({type: 'member-joined', ...come(who)})));
		expect(texts()[1]).toBe(' 12:08    →  bob and cat joined');
		store.receive([{type: 'member-joined', ...come('dan')}]);
		expect(texts()[1]).toBe(' 12:08    →  bob, cat and dan joined');
		store.receive([
			{type: 'member-joined', room: 'lobby', peer: 'eva-peer-id', name: 'eva'},
			...people.map((who): NodeEvent => ({type: 'peer-disconnected', peer: PEERS[who], reason: 'no-heartbeat'})),
			{type: 'peer-disconnected', peer: 'eva-peer-id', reason: 'no-heartbeat'},
		]);
		expect(texts().slice(1, 3)).toEqual([
			' 12:08    →  bob, cat and 2 more joined',
			' 12:08    ×  bob, cat and 2 more are gone (no heartbeat)',
		]);
	});
});

test('what we did ourselves is said to us', () => {
	const done = {name: 'you', from: SELF, local: true} as const;
	store.receive([
		{...said('you', '', 1), ...done, type: 'notice', kind: 'leave'},
		{...said('you', 'cats', 1), ...done, type: 'notice', kind: 'topic'},
	]);
	expect(chat()[1]).toContain('←  you have left the room ');
	expect(chat()[2]).toContain('·  you set the topic: cats ');
});

test('the message that is selected is lit from edge to edge, in its own colours, and says when and who', () => {
	const mono = createTheme('mono', 1);
	store.receive([said('ann', 'first', 1), said('ann', 'the `second` one', 1, 'lobby', 'chosen')]);
	store.flush();
	const selection = {room: 'lobby', id: 'chosen', asksRedact: false, wasAtEnd: true, isFound: false};
	const [, first, second] = chatRows({...store.getState(), selection}, rect, mono);
	expect(first).not.toContain('\x1b[7m');
	const inner = second?.replaceAll(/\x1b\[2m│\x1b\[22m/g, '') ?? '';
	expect(stripped(inner)).toBe(`▸12:01  ann  the second one${' '.repeat(31)}`);
	// All of it is inverse.
	expect(inner.replaceAll(/\x1b\[7m.*?\x1b\[27m/g, '')).toBe('');
	expect(inner).toContain('\x1b[1msecond\x1b[22m');
});

test('a link that is wrapped keeps its target on every row', () => {
	const linked = createTheme('dark', 24, {TERM: 'xterm-256color'});
	const url = `https://a.example/${'path/'.repeat(20)}`;
	store.receive([said('ann', `see ${url}.`, 1)]);
	store.flush();
	const rows = chatRows(store.getState(), rect, linked).filter(row => row.includes('\x1b]8;;'));
	expect(rows.length).toBeGreaterThan(2);
	const parts = rows.map(row => {
		const [, target, text] = /\x1b\]8;;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\/.exec(row) ?? [];
		expect(target).toBe(url);
		return stripped(text ?? '');
	});
	expect(parts.join('')).toBe(url);
	const plain = chatRows(store.getState(), rect, createTheme('dark', 24, {TERM: 'linux'}));
	expect(plain.join('')).not.toContain('\x1b]8');
});

test('people who are named have their colour, we are called', () => {
	const dark = createTheme('dark', 24);
	const ann = dark.peer(PEERS.ann)('@ann');
	store.receive([said('bob', '@ann and @nobody', 1), said('bob', 'hey You, @you', 2)]);
	store.flush();
	const drawn = chatRows(store.getState(), rect, dark).join('\n');
	expect(drawn).toContain(`${ann} and @nobody`);
	expect(drawn).toContain(`hey ${dark.paint.mention('You')}, ${dark.paint.mention('@you')}`);
	expect(drawn).toContain(dark.paint.mention('▌'));
});

test('of many messages, only those in view are parsed, and each once', () => {
	store.receive(Array.from({length: 500}, (_, index) => said('ann', `\`code\` ${index}`, index / 60)));
	const before = vi.mocked(parseMarkup).mock.calls.length;
	chat();
	const parsed = vi.mocked(parseMarkup).mock.calls.length - before;
	expect(parsed).toBeLessThanOrEqual(rect.height);
	chat();
	store.receive([said('ann', 'one more', 9)]);
	chat();
	expect(vi.mocked(parseMarkup).mock.calls.length - before).toBe(parsed + 1);
});
